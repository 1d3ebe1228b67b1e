"""What to write for PyTorch's names."""

from __future__ import annotations

import re

import autograd
from autograd import Value

ROOTS = ("torch", "F", "nn", "optim")  # with which its names begin
FUNCTIONS = {  # by the last part of a name; those that are called the same here are not listed
    "tensor": "Value(2.0)",
    "Tensor": "Value(2.0)",
    "as_tensor": "Value(2.0)",
    "from_numpy": "[Value(x) for x in xs]",
    "clamp": "clip(x, low, high)",
    "max": "maximum(x, y)",
    "min": "minimum(x, y)",
    "matmul": "dot([a, b], [c, d])",
    "mm": "dot([a, b], [c, d])",
    "rand": "random.random()",
    "randn": "random.gauss(0, 1)",
    "manual_seed": "random.seed(0)",
    "arange": "range(n)",
    "no_grad": "no_grad()",
    "Parameter": "Value(2.0)",
    "Function": "custom_op(forward, vjp=lambda bar, z, x: …)",
    "mse_loss": "nn.MSELoss()(…)",
    "l1_loss": "nn.L1Loss()(…)",
    "huber_loss": "nn.HuberLoss()(…)",
    "smooth_l1_loss": "nn.SmoothL1Loss()(…)",
    "cross_entropy": "nn.CrossEntropyLoss()(…)",
    "nll_loss": "nn.NLLLoss()(…)",
    "kl_div": "nn.KLDivLoss()(…)",
    "binary_cross_entropy": "nn.BCELoss()(…)",
    "binary_cross_entropy_with_logits": "nn.BCEWithLogitsLoss()(…)",
    "dropout": "nn.Dropout(p)(…)",
}
_ONE_NUMBER = "leave it out: a Value is one number"
_SEVERAL = "a Value is one number; {}([a, b]) takes several"
METHODS = {
    "clamp": "write clip(x, low, high)",
    "pow": "write x**2",
    "square": "write x**2",
    "add": "write x + y",
    "sub": "write x - y",
    "mul": "write x*y",
    "div": "write x/y",
    "matmul": "write dot([a, b], [c, d])",
    "max": "write maximum(x, y)",
    "min": "write minimum(x, y)",
    **{name: _SEVERAL.format(name) for name in ("sum", "mean", "prod", "var", "norm", "softmax", "logsumexp")},
    **dict.fromkeys(("view", "reshape", "squeeze", "unsqueeze", "flatten", "t", "T", "size", "dim", "numel"), _ONE_NUMBER),
    **dict.fromkeys(("cpu", "cuda", "to", "double", "float", "contiguous", "clone"), _ONE_NUMBER),
    "numpy": "its number is x.data",
    "tolist": "its number is x.data",
    "register_hook": "read its .grad after backward(), which every Value keeps",
    "retain_grad": "leave it out: every Value keeps its .grad",
    "requires_grad_": "write x.requires_grad = True",
    "zero_grad": "write x.grad = 0",
}
KEYWORDS = {
    "retain_graph": "leave it out: the graph is kept, and backward() may be called again",
    "create_graph": "for a derivative that has a graph, write gradients(y, [x], create_graph=True)",
    "gradient": "write y.backward(2.0)",
    "min": "write both bounds, in order: clip(x, low, high), of which one may be -inf or inf",
    "max": "write both bounds, in order: clip(x, low, high), of which one may be -inf or inf",
    "dim": "leave it out: what takes several numbers takes one list of them",
    "inplace": "leave it out: nothing is changed in place",
    "dtype": "leave it out: a Value is one number",
    "device": "leave it out: a Value is one number",
}


def function(name: str) -> str:
    """What to write for a name with dots; empty if that is not known.

    >>> function("torch.clamp"), function("F.relu"), function("torch.optim.SGD"), function("torch.compiler")
    ('torch.clamp is clip(x, low, high) here', 'F.relu is relu(…) here', 'torch.optim.SGD is nn.optim.SGD(…) here', '')
    """
    import nn

    *before, last = name.split(".")
    written = FUNCTIONS.get(last, "")
    if not written and last in autograd.__all__:
        written = f"{last}(…)"
    for module, where in ((nn, "nn"), (nn.optim, "nn.optim")):
        if not written and isinstance(getattr(module, last, None), type):
            written = f"{where}.{last}(…)"
    known = written and written.partition("(")[0] != name and (not before or before[0] in ROOTS)
    return f"{name} is {written} here" if known else ""


def method(owner: object, name: str, written: str) -> str:
    """What to write for a method that a Value, or a gradient, does not have; `written` is the line. Empty if that is not known.

    >>> method(Value(2.0), "clamp", "y = x.clamp(0, 1)")
    'a Value has no .clamp: write clip(x, low, high)'
    >>> method(0.0, "zero_", "w.grad.zero_()")
    'w.grad is a plain number: write w.grad = 0'
    """
    if type(owner) is Value:
        if name in METHODS:
            return f"a Value has no .{name}: {METHODS[name]}"
        plain = name.removesuffix("_")
        known = plain != name and (plain in METHODS or hasattr(Value, plain))
        return f"a Value has no .{name}: nothing is changed in place, so give the result of {plain} a name" if known else ""
    gradient = re.search(rf"([\w.\[\]]*\bgrad)\.{name}\b", written)
    if not isinstance(owner, float) or gradient is None:
        return ""
    what = f"write {gradient[1]} = 0" if name == "zero_" else f"leave .{name}() out"
    return f"{gradient[1]} is a plain number: {what}"


def keyword(message: str) -> str:
    """What to write for a keyword that a function does not take, as Python's message names both. Empty if that is not known.

    >>> keyword("Value.backward() got an unexpected keyword argument 'gradient'")
    'backward() takes no gradient=: write y.backward(2.0)'
    """
    found = re.search(r"(\w+\(\)) got an unexpected keyword argument '(\w+)'", message)
    return f"{found[1]} takes no {found[2]}=: {KEYWORDS[found[2]]}" if found and found[2] in KEYWORDS else ""


def chain(written: str) -> str:
    """The name with dots that a text begins with.

    >>> chain("torch.nn.functional.relu(x)*2")
    'torch.nn.functional.relu'
    """
    found = re.match(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*", written)
    return found[0] if found else ""
