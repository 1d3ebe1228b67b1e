"""Advice on names from other engines: functions, methods of a tensor, options of backward."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping

from autograd._typing import Any, NoReturn

FUNCTIONS = {  # by the last part of a name; functions with the same name here are not listed
    "tensor": "Value(2.0)",
    "Tensor": "Value(2.0)",
    "Variable": "Value(2.0)",
    "as_tensor": "Value(2.0)",
    "from_numpy": "[Value(x) for x in xs]",
    "clamp": "clip(x, low, high)",
    "max": "maximum(x, y)",
    "min": "minimum(x, y)",
    "matmul": "dot([a, b], [c, d])",
    "mm": "dot([a, b], [c, d])",
    "rand": "random.random()",
    "randn": "random.gauss(0, 1)",
    "rsqrt": "1/sqrt(x)",
    "std": "sqrt(var(xs)), or with correction=1 in var for the sample's",
    "expit": "sigmoid(x)",
    "swish": "silu(x)",
    "trigamma": "polygamma(1, x)",
    "manual_seed": "random.seed(0)",
    "arange": "range(n)",
    "no_grad": "no_grad()",
    "inference_mode": "no_grad()",
    "detect_anomaly": "anomaly()",
    "set_detect_anomaly": "anomaly()",
    "set_grad_enabled": "no_grad()",
    "stop_gradient": "x.detach()",
    "backward": "y.backward()",
    "jit": "compile(f, *examples)",
    "vmap": "compile(f, *examples)",
    "jacfwd": 'jacobian(f, mode="forward")',
    "jacrev": 'jacobian(f, mode="reverse")',
    "elementwise_grad": "[grad(f)(x) for x in xs]",
    "Parameter": "Value(2.0)",
    **dict.fromkeys(("Function", "primitive", "defvjp", "custom_vjp"), "custom_op(forward, vjp=lambda bar, z, x: …)"),
    "make_vjp": "vjp(f, x)",
    "make_jvp": "jvp(f, (x,), (v,))",
    **dict.fromkeys(("make_hvp", "hessian_vector_product"), "hvp(f, (x,), (v,))"),
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
ELSEWHERE = {
    "engine": "from autograd import Value",
    "numpy": "import numpy as np, whose functions take Values",
    "scipy": "import scipy.special, whose functions take Values",
    "functional": "from autograd import jacobian, hessian, jvp, vjp, hvp",
    **dict.fromkeys(("gradcheck", "gradgradcheck", "check_grads", "test_util"), "from autograd.testing import gradcheck"),
    "nn": "import nn",
    "optim": "nn.optim",
    **{name: f"nn.{name}" for name in ("Module", "Neuron", "Layer", "MLP")},
}
OTHER_NAMES = {"ln": "log", "lg": "log10", "fabs": "abs", "max": "maximum", "min": "minimum", "avg": "mean", "power": "pow"}
_ONE_NUMBER = "leave it out: a Value is one number"
_SEVERAL = "a Value is one number; {}([a, b]) takes several"
OF_SEVERAL = ("sum", "mean", "prod", "var", "norm", "softmax", "log_softmax", "logsumexp")  # functions here
_IN_PLACE = "no operation changes a Value in place: name its result, or change the number, as in x.data += 1"
METHODS = {
    "abs": "write abs(x)",
    "clamp": "write clip(x, low, high)",
    "clip": "write clip(x, low, high)",
    "pow": "write x**2",
    "square": "write x**2",
    "add": "write x + y",
    "sub": "write x - y",
    "mul": "write x*y",
    "div": "write x/y",
    "neg": "write -x",
    "reciprocal": "write 1/x",
    "rsqrt": "write 1/sqrt(x)",
    "sign": "write sign(x)",
    "swish": "write silu(x)",
    **{name: f"write {name}(x)" for name in ("elu", "gelu", "hardtanh", "leaky_relu", "logsigmoid", "mish", "silu", "softsign")},
    "matmul": "write dot([a, b], [c, d])",
    "dot": "write dot([a, b], [c, d])",
    "max": "write maximum(x, y)",
    "maximum": "write maximum(x, y)",
    "min": "write minimum(x, y)",
    "minimum": "write minimum(x, y)",
    "atan2": "write atan2(y, x)",
    **{name: _SEVERAL.format(name) for name in OF_SEVERAL},
    "std": "a Value is one number; sqrt(var([a, b])) takes several",
    **dict.fromkeys(("view", "reshape", "squeeze", "unsqueeze", "flatten", "ravel", "transpose", "permute"), _ONE_NUMBER),
    **dict.fromkeys(("t", "T", "size", "dim", "ndim", "numel", "device", "type", "astype"), _ONE_NUMBER),
    **dict.fromkeys(("cpu", "cuda", "to", "double", "float", "half", "contiguous", "clone"), _ONE_NUMBER),
    **dict.fromkeys(
        ("add_", "sub_", "mul_", "div_", "copy_", "fill_", "zero_", "clamp_", "exp_", "normal_", "uniform_"), _IN_PLACE
    ),
    "dtype": f"{_ONE_NUMBER}; where NumPy needs a dtype, pass an array that holds the Value",
    "numerator": "statistics would cut the gradient: use mean(xs) or var(xs) from autograd",
    "numpy": "its number is x.data",
    "tolist": "its number is x.data",
    "register_hook": "read its .grad after backward(), which every Value keeps",
    "retain_grad": "leave it out: every Value keeps its .grad",
    "requires_grad_": "write x.requires_grad = True",
    "grad_fn": "x.op is the operation that made it",
    "is_leaf": "x.op is None for a leaf",
}
_GRAPH_IS_KEPT = "leave it out: the graph is kept"
OPTIONS_OF_BACKWARD = {
    "retain_graph": f"{_GRAPH_IS_KEPT}, and backward() may be called again",
    "create_graph": "to differentiate the gradient again, write gradients(y, [x], create_graph=True)",
    "inputs": "write gradients(y, [x])",
    "gradient": "write y.backward(2.0)",
}
OPTIONS_OF_GRADIENTS = {
    "retain_graph": _GRAPH_IS_KEPT,
    "allow_unused": "leave it out: the gradient of what y does not depend on is 0.0",
    "grad_outputs": "write vjp(f, *xs) for a function f",
}
OPTIONS_OF_GRAD = dict.fromkeys(
    ("create_graph", *OPTIONS_OF_GRADIENTS), "grad takes a function, grad(f)(x); for Values, write gradients(y, xs)"
)
OPTIONS_OF_LISTS = {
    **dict.fromkeys(("axis", "dim"), "leave it out for one list of numbers; for rows, write [f(row) for row in rows]"),
    "start": "put it in the list, [start, *xs]",
    **dict.fromkeys(("ddof", "unbiased"), "write correction=1 for the sample variance"),
    **dict.fromkeys(("p", "ord"), "leave it out: it is the Euclidean norm"),
}
MORE_ARGUMENTS = {  # by the op that takes more of them elsewhere
    "log": "write log2(x), log10(x), or log(x)/log(base)",
    "atan": "write atan2(y, x)",
    "hypot": "write norm([x, y, z])",
    **{name: f"write {name}(x, {name}(y, z))" for name in ("maximum", "minimum", "logaddexp")},
    "softplus": "write softplus(beta*x)/beta",
    "normal_pdf": "write normal_pdf((x - mean)/sigma)/sigma",
    "normal_cdf": "write normal_cdf((x - mean)/sigma)",
}


def advice_for(name: str, known: Iterable[str]) -> str:
    """The end of the error for a name that autograd lacks: what to write, or which name is close.

    >>> advice_for("jit", ["grad"]), advice_for("gradd", ["grad"])
    (': write compile(f, *examples)', ': did you mean grad?')
    """
    from autograd._format import did_you_mean

    written = FUNCTIONS.get(name) or ELSEWHERE.get(name) or OTHER_NAMES.get(name)
    return f": write {written}" if written else did_you_mean(name, known)


def refuse_name(module: str, name: str, advice: str) -> NoReturn:
    """Raise the error for a name that the module lacks: called by its `__getattr__`.

    `from module import name` would replace an AttributeError with an ImportError without the advice, so it gets an
    ImportError with it, except where Python would go on to look for a submodule that is still being imported.

    >>> from autograd import jit
    Traceback (most recent call last):
    ImportError: cannot import name 'jit' from 'autograd': write compile(f, *examples)
    """
    from opcode import opmap  # here, since only errors need it

    frame = sys._getframe(2)
    imports = frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]
    if imports and f"{module}.{name}" not in sys.modules:
        raise ImportError(f"cannot import name {name!r} from {module!r}{advice}", name=module)
    # Not given the module, Python adds no suggestion of its own.
    raise AttributeError(f"module {module!r} has no attribute {name!r}{advice}", name=name)


class MissingSubmodules:
    """A finder for `sys.meta_path`, asked last: importing a submodule that the package lacks says what to write, if known.

    Tools that only ask whether there is such a submodule, with `importlib.util.find_spec`, get None.

    >>> import autograd.engine
    Traceback (most recent call last):
    ModuleNotFoundError: No module named 'autograd.engine': write from autograd import Value
    """

    def __init__(self, package: str, advice: Callable[[str], str]) -> None:
        self._package, self._advice = package, advice

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        package, _, missing = name.rpartition(".")
        advice = self._advice(missing) if package == self._package else ""
        caller = sys._getframe(1).f_back
        if advice and caller and caller.f_code.co_name == "_find_and_load_unlocked":  # importlib's, in an import
            raise ModuleNotFoundError(f"No module named {name!r}{advice}", name=name)


def refuse_options(function: str, given: Iterable[str], advice: Mapping[str, str]) -> NoReturn:
    """TypeError for keyword arguments that a function does not have."""
    name = next(iter(given))
    written = f": {advice[name]}" if name in advice else ""
    raise TypeError(f"{function}() got an unexpected keyword argument {name!r}{written}")
