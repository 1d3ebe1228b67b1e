"""PyTorch's names, grouped by what they take and return, and the engine's names for them."""

from __future__ import annotations

import re
from typing import Any

import autograd
import nn
from autograd.op import TABLE

MODULES = {"torch": "torch", "F": "torch.nn.functional", "nn": "torch.nn", "optim": "torch.optim"}  # the usual imports
COMPOSED = {
    *("clip", "elu", "enable_grad", "gelu", "hardtanh", "leaky_relu", "logsigmoid", "no_grad", "reciprocal", "silu", "square"),
}
SAME = {name for name, op in TABLE.items() if op.arity and name in autograd.__all__} - {"step"} | COMPOSED
OTHERS = {
    "absolute": "abs",
    "arccos": "acos",
    "arcsin": "asin",
    "arctan": "atan",
    "arctan2": "atan2",
    "divide": "div",
    **dict.fromkeys(("double", "float", "float32", "float64"), "float"),
    "e": "e",
    "inf": "inf",
    "inference_mode": "no_grad",
    "multiply": "mul",
    "nan": "nan",
    "negative": "neg",
    "pi": "pi",
    "remainder": "mod",
    "subtract": "sub",
}
TENSORS = {"tensor", "as_tensor", "scalar_tensor", "Tensor", "FloatTensor", "DoubleTensor", "Parameter", "Variable"}
FILLED = {"zeros": "0.0", "ones": "1.0", "rand": "random.random()", "randn": "random.gauss(0, 1)", "full": ""}
SHAPES = {"()", "1", "(1,)", "[]", "[1]"}  # of a single number
OF_LISTS = {"sum", "mean", "prod", "norm", "softmax", "log_softmax", "logsumexp"}  # take a tensor there and a list here
ORDERS = ("p", "ord")  # names of norm's order
DIMENSION = ("dim", "axis")
DIFFERENTIATED = ("outputs", "inputs", "grad_outputs")  # parameters of torch.autograd.grad
IN_PLACE = {"add_": "+", "sub_": "-", "mul_": "*", "div_": "/", "fill_": "", "zero_": ""}
JOINED = ("cat", "concat", "stack")
OF_COLUMNS = {"sum", "mean", "prod", "norm", "logsumexp", "var", "std"}
OF_ROWS = {"sum", "mean", "prod", "norm", "max", "min"}  # take all numbers of all rows
EUCLIDEAN = {"2", "2.0", "'fro'", "None"}  # orders of a length
KEPT = {"keepdim=True", "keepdims=True"}
SHARES = ("softmax", "log_softmax")  # those that return a list
WITHIN = {"1", "-1"}  # dimensions within a sample
NUMBER_OF = {"abs", "clone", "mean", "norm", "sum"}  # methods that return a plain number when called on one
SAME_NUMBER = {
    *("view", "reshape", "squeeze", "unsqueeze", "flatten", "ravel"),
    *("contiguous", "cpu", "cuda", "to", "type", "double", "float"),
}
# Functions that compute elementwise.
EACH = {name for name in SAME if name in COMPOSED or TABLE[name].arity == 1} - {"enable_grad", "no_grad"}
EACH |= {name for name, ours in OTHERS.items() if ours in EACH}
EACH |= {"clamp", "clone", "detach", "int", "long", "numpy", "pow", "tolist"}
COUNTED = re.compile(r"len\(|\w+\.(shape\[|size\()")  # begins a text that counts numbers
KEEP_PLAIN = {*EACH, *OF_LISTS, "max", "min", "var", "std"}  # of plain numbers, they make plain numbers
OF_TWO = {name for name in SAME - {"equal"} - COMPOSED if TABLE[name].arity != 1}
OF_TWO |= {name for name, ours in OTHERS.items() if ours in OF_TWO}
CLASSES = re.compile("cross_entropy|nll_loss|CrossEntropyLoss|NLLLoss")  # in a text where integer tensors may be classes


def here(path: str) -> str | None:
    """The engine's name for a full PyTorch name, or None.

    >>> here("torch.nn.functional.relu"), here("torch.optim.SGD"), here("torch.compile")
    ('relu', 'nn.optim.SGD', None)
    """
    root, _, rest = path.partition(".")
    inside = rest.removeprefix("nn.").replace("optim.lr_scheduler", "lr_scheduler")
    if inside != rest or rest.startswith("optim."):
        found: Any = nn
        for part in inside.split("."):
            found = getattr(found, part, None)
        if found is not None:
            return f"nn.{inside}"
    last = path.rpartition(".")[2]
    ours = OTHERS.get(last, last)
    return ours if root and (ours in SAME or last in OTHERS) else None


def is_torch(module: str | None) -> bool:
    """True for PyTorch or one of its modules."""
    return (module or "").partition(".")[0] == "torch"
