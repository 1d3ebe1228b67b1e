"""What to write in place of names from PyTorch's nn."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import NoReturn

import autograd
from autograd.extend import MissingSubmodules, refuse_name
from autograd.extend import advice_for as advice_of_autograd

KINDS = ("_uniform", "_normal")
LISTS = ("ModuleList", "ModuleDict", "ParameterList", "ParameterDict")
LAYERS = (
    *("AvgPool1d", "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "Bilinear", "Conv1d", "Conv2d", "Conv3d", "Embedding", "Flatten"),
    *("GRU", "GroupNorm", "LSTM", "LayerNorm", "MaxPool1d", "MaxPool2d", "MultiheadAttention", "RNN", "Transformer"),
)
OPTIMIZERS = ("ASGD", "Adadelta", "Adafactor", "Adamax", "LBFGS", "Muon", "RAdam", "Rprop", "SparseAdam")
SCHEDULERS = ("ChainedScheduler", "ConstantLR", "CosineAnnealingWarmRestarts", "CyclicLR", "MultiplicativeLR", "PolynomialLR")
ADVICE = {
    **dict.fromkeys(("Linear", "Dense"), 'write nn.Layer(nin, nout, "linear")'),
    "clip_grad_norm": "write nn.utils.clip_grad_norm_",
    "Parameter": "every Value in a Module is a parameter: write self.w = Value(0.0)",
    "functional": "its functions are in autograd, such as autograd.relu",
    "DataLoader": "write nn.batches(X, y, batch_size), or nn.fit(…, batch_size=…)",
    "TensorDataset": "X and y are lists, arrays or DataFrames",
    **dict.fromkeys(LISTS, "a Module finds the modules and Values in its lists and dicts"),
    **dict.fromkeys(LAYERS, "subclass nn.Module, and write its forward on Values"),
    **dict.fromkeys(OPTIMIZERS, "subclass nn.optim.Optimizer, and write its update"),
    **dict.fromkeys(SCHEDULERS, "write nn.lr_scheduler.LambdaLR(optimizer, lambda epoch: …), with any function of the epoch"),
    **dict.fromkeys((f"{name}{kind}_" for name in ("xavier", "glorot") for kind in KINDS), 'write nn.Layer(…, init="xavier")'),
    **dict.fromkeys((f"{name}{kind}_" for name in ("kaiming", "he") for kind in KINDS), 'write nn.Layer(…, init="he")'),
}


MODULES = tuple(f"nn.{name}" for name in ("optim", "lr_scheduler", "init", "utils", "plot"))


def refusing(module: str, known: Iterable[str] | None = None) -> Callable[[str], NoReturn]:
    """A `__getattr__` for a module of nn: its error for a missing name says what to write, or which name is close."""

    def refuse(name: str) -> NoReturn:
        if name == "__path__":  # Python asks for it at every import
            raise AttributeError(name)
        refuse_name(module, name, advice_for(name, _own(module) if known is None else known))

    return refuse


def _own(module: str) -> list[str]:
    """Names of the public classes and functions defined in a module or the modules inside it."""
    held = {name: x for name, x in vars(sys.modules[module]).items() if isinstance(x, (type, FunctionType))}
    return [name for name, x in held.items() if x.__module__.startswith(module) and not name.startswith("_")]


def advice_for(name: str, known: Iterable[str]) -> str:
    """The end of the error for a name missing from nn: what to write, where it is, or which name is close.

    >>> advice_for("SGD", ["MLP"]), advice_for("relu", ["MLP"]), advice_for("mlp", ["MLP"])
    (': write nn.optim.SGD', ': write autograd.relu', ': did you mean MLP?')
    """
    if name in ADVICE:
        return f": {ADVICE[name]}"
    for module in MODULES:
        if f"nn.{name}" == module:
            return f": write {module}"
        if name in _own(module):
            return f": write {module}.{name}"
    return f": write autograd.{name}" if name in autograd.__all__ else advice_of_autograd(name, known)


sys.meta_path.append(MissingSubmodules("nn", lambda name: advice_for(name, sys.modules["nn"].__all__)))
