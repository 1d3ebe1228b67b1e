"""Neurons, layers and networks on `autograd`: losses, optimizers, data, training, files.

>>> from nn import MLP, HingeLoss, fit, make_moons
>>> from nn.optim import Adam
>>> X, y = make_moons(50, noise=0.1, random_state=0)
>>> net = MLP(2, [8, 1], seed=0)
>>> history = fit(net, X, [2 * label - 1 for label in y], loss=HingeLoss(), optimizer=Adam(net.parameters(), lr=0.05),
...               epochs=5, progress=False)
>>> history.loss[-1] < history.loss[0]
True
"""

from typing import TYPE_CHECKING

from nn import _collision as _collision  # first, since it may refuse
from nn import init, lr_scheduler, optim, plot, utils
from nn.activations import (
    ELU,
    GELU,
    Hardtanh,
    Identity,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)
from nn.data import batches, train_test_split
from nn.datasets import load_digits, load_iris, make_blobs, make_circles, make_moons, make_spirals, make_xor
from nn.foreign_names import refusing as _refusing
from nn.health import health
from nn.layers import MLP, Dropout, Layer, Neuron, Sequential
from nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HingeLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from nn.metrics import accuracy, confusion_matrix
from nn.module import Module
from nn.network import draw
from nn.recording import record_training
from nn.serialize import ModelFileError, load, save
from nn.training import EarlyStopping, History, fit

# fmt: off
__all__ = [
    "MLP", "Dropout", "Layer", "Module", "Neuron", "Sequential",
    "ELU", "GELU", "Hardtanh", "Identity", "LeakyReLU", "LogSigmoid", "LogSoftmax", "Mish", "ReLU", "SiLU", "Sigmoid",
    "Softmax", "Softplus", "Softsign", "Tanh",
    "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "HingeLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MSELoss", "NLLLoss",
    "SmoothL1Loss",
    "EarlyStopping", "History", "fit", "record_training",
    "accuracy", "confusion_matrix", "draw", "health",
    "batches", "load_digits", "load_iris", "make_blobs", "make_circles", "make_moons", "make_spirals", "make_xor",
    "train_test_split",
    "ModelFileError", "load", "save",
    "init", "lr_scheduler", "optim", "plot", "utils",
]
# fmt: on

if not TYPE_CHECKING:  # hidden from type checkers, which would otherwise accept any name
    __getattr__ = _refusing(__name__, __all__)
    for _module in (init, lr_scheduler, optim, plot, utils):
        _module.__getattr__ = _refusing(_module.__name__)


def __dir__() -> list[str]:
    return sorted(__all__)
