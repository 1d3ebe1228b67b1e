"""What to write for names that PyTorch's nn has, and this one has not. Read only once such a name has been asked for."""

from __future__ import annotations

from collections.abc import Iterable

import autograd
from autograd.extend import did_you_mean
from nn import init, lr_scheduler, optim, plot, utils

_LIST = "a Module finds the modules and Values in its lists and dicts"
_LAYER = "subclass Module, and write its forward on Values"
_ADVICE = {
    "Linear": 'write Layer(nin, nout, "linear")',
    "Parameter": "every Value in a Module is a parameter: write self.w = Value(0.0)",
    "ModuleList": _LIST,
    "ModuleDict": _LIST,
    "ParameterList": _LIST,
    "ParameterDict": _LIST,
    "functional": "its functions are those of autograd, such as autograd.relu",
    "DataLoader": "write batches(X, y, batch_size), or fit(…, batch_size=…)",
    "TensorDataset": "X and y are lists, arrays or DataFrames",
    "BatchNorm1d": _LAYER,
    "Bilinear": _LAYER,
    "Conv1d": _LAYER,
    "Conv2d": _LAYER,
    "Embedding": _LAYER,
    "Flatten": _LAYER,
    "GRU": _LAYER,
    "LSTM": _LAYER,
    "LayerNorm": _LAYER,
    "MaxPool2d": _LAYER,
    "MultiheadAttention": _LAYER,
    "RNN": _LAYER,
    "Transformer": _LAYER,
}


def told(name: str, known: Iterable[str]) -> str:
    """The end of the error for a name that nn lacks: what to write, where it is, or which name is close.

    >>> told("SGD", ["MLP"]), told("relu", ["MLP"]), told("mlp", ["MLP"])
    (': write nn.optim.SGD', ': write autograd.relu', ': did you mean MLP?')
    """
    if name in _ADVICE:
        return f": {_ADVICE[name]}"
    for module in (optim, lr_scheduler, init, utils, plot):
        if getattr(getattr(module, name, None), "__module__", "").startswith(module.__name__):
            return f": write {module.__name__}.{name}"
    return f": write autograd.{name}" if name in autograd.__all__ else did_you_mean(name, known)
