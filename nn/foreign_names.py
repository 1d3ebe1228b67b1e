"""What to write instead of names from PyTorch's nn."""

from __future__ import annotations

from collections.abc import Iterable
from types import FunctionType

import autograd
from autograd.extend import advice_for as advice_of_autograd
from nn import init, lr_scheduler, optim, plot, utils

LISTS = ("ModuleList", "ModuleDict", "ParameterList", "ParameterDict")
LAYERS = (
    *("AvgPool1d", "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "Bilinear", "Conv1d", "Conv2d", "Conv3d", "Embedding", "Flatten"),
    *("GRU", "GroupNorm", "LSTM", "LayerNorm", "MaxPool1d", "MaxPool2d", "MultiheadAttention", "RNN", "Transformer"),
)
ADVICE = {
    "Linear": 'write nn.Layer(nin, nout, "linear")',
    "Parameter": "every Value in a Module is a parameter: write self.w = Value(0.0)",
    "functional": "its functions are those of autograd, such as autograd.relu",
    "DataLoader": "write nn.batches(X, y, batch_size), or nn.fit(…, batch_size=…)",
    "TensorDataset": "X and y are lists, arrays or DataFrames",
    **dict.fromkeys(LISTS, "a Module finds the modules and Values in its lists and dicts"),
    **dict.fromkeys(LAYERS, "subclass nn.Module, and write its forward on Values"),
}


def advice_for(name: str, known: Iterable[str]) -> str:
    """The end of the error for a name that nn lacks: what to write, where it is, or which name is close.

    >>> advice_for("SGD", ["MLP"]), advice_for("relu", ["MLP"]), advice_for("mlp", ["MLP"])
    (': write nn.optim.SGD', ': write autograd.relu', ': did you mean MLP?')
    """
    if name in ADVICE:
        return f": {ADVICE[name]}"
    for module in (optim, lr_scheduler, init, utils, plot):
        found = getattr(module, name, None)
        if isinstance(found, (type, FunctionType)) and found.__module__.startswith(module.__name__):
            return f": write {module.__name__}.{name}"
    return f": write autograd.{name}" if name in autograd.__all__ else advice_of_autograd(name, known)
