"""Activations, by name or as modules; a module takes a Value or a list of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd._format import did_you_mean
from autograd._tree import tree_map
from nn._check import plain_lists
from nn.module import Module

Activation = Callable[[Any], Any]


def linear(x: Any) -> Any:
    """x itself: no activation."""
    return x


ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    "relu": autograd.relu,
    "tanh": autograd.tanh,
    "sigmoid": autograd.sigmoid,
    "softplus": autograd.softplus,
    "leaky_relu": autograd.leaky_relu,
    "elu": autograd.elu,
    "gelu": autograd.gelu,
    "silu": autograd.silu,
    "mish": autograd.mish,
    "softsign": autograd.softsign,
    "hardtanh": autograd.hardtanh,
    "logsigmoid": autograd.logsigmoid,
}

MEANT = {"lrelu": "leaky_relu", "swish": "silu", "logistic": "sigmoid", "identity": "linear", "none": "linear"}


def activation_function(activation: str | Activation) -> Activation:
    """The function of that name (any op of one argument has one), or the function or module itself; else a ValueError.

    >>> activation_function("relu")(-2.0)
    0.0
    """
    if isinstance(activation, type):
        name = activation.__name__
        raise TypeError(f"activation must be a name or a function, got the class {name}: make an instance, {name}()")
    if isinstance(activation, (Softmax, LogSoftmax)):
        raise TypeError(f"activation must take one number, got {activation!r}, which takes a list: put it after the layer")
    if callable(activation):
        return activation
    if not isinstance(activation, str):
        instead = ": write 'linear' for none" if activation is None else ""
        instead = f": write nonlin={activation}" if isinstance(activation, bool) else instead
        raise TypeError(f"activation must be a name or a function, got {activation!r}{instead}")
    if activation in ACTIVATIONS:
        return ACTIVATIONS[activation]
    row = autograd.ops.TABLE.get(activation)
    if row is None or row.arity != 1:
        unary = [name for name, op in autograd.ops.TABLE.items() if op.arity == 1]
        swapped = (name for name in ACTIVATIONS if sorted(name) == sorted(activation.lower()))  # letters that changed places
        meant = MEANT.get(activation.lower()) or next(swapped, None)
        instead = (
            f": did you mean {meant}?" if meant else did_you_mean(activation, ACTIVATIONS) or did_you_mean(activation, unary)
        )
        if activation in ("softmax", "log_softmax"):
            instead = ", which takes a list: put a module after the layer, nn.Softmax() or nn.LogSoftmax()"
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, an op or a function, got {activation!r}{instead}")
    return row


class Elementwise(Module):
    """A function applied to a number, or to every number of a list."""

    function: Activation

    def forward(self, x: Any) -> Any:
        plain = type(x) is list and not (x and hasattr(x[0], "tolist"))  # an array, or a list of them, is not
        return tree_map(self.function, x if plain else plain_lists(x))


class Identity(Elementwise):
    """x itself."""

    function = staticmethod(linear)


class ReLU(Elementwise):
    """x where it is positive, else 0.

    >>> ReLU()([-1.0, 2.0])
    [0.0, 2.0]
    """

    function = staticmethod(autograd.relu)


class Tanh(Elementwise):
    """The hyperbolic tangent."""

    function = staticmethod(autograd.tanh)


class Sigmoid(Elementwise):
    """1 / (1 + exp(-x))."""

    function = staticmethod(autograd.sigmoid)


class Softplus(Elementwise):
    """log(1 + exp(x))."""

    function = staticmethod(autograd.softplus)


class GELU(Elementwise):
    """x·Φ(x)."""

    function = staticmethod(autograd.gelu)


class SiLU(Elementwise):
    """x·sigmoid(x)."""

    function = staticmethod(autograd.silu)


class Mish(Elementwise):
    """x·tanh(softplus(x))."""

    function = staticmethod(autograd.mish)


class Softsign(Elementwise):
    """x / (1 + |x|)."""

    function = staticmethod(autograd.softsign)


class Hardtanh(Elementwise):
    """x held between -1 and 1."""

    function = staticmethod(autograd.hardtanh)


class LogSigmoid(Elementwise):
    """log(sigmoid(x))."""

    function = staticmethod(autograd.logsigmoid)


class LeakyReLU(Elementwise):
    """x where it is positive, slope·x elsewhere."""

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = slope

    def function(self, x: Any) -> Any:
        return autograd.leaky_relu(x, self.slope)


class ELU(Elementwise):
    """x where it is positive, alpha·(exp(x) - 1) elsewhere."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def function(self, x: Any) -> Any:
        return autograd.elu(x, self.alpha)


class Softmax(Module):
    """Positive numbers that sum to 1, from a list.

    >>> Softmax()([0.0, 0.0])
    [0.5, 0.5]
    """

    def forward(self, x: Any) -> Any:
        return autograd.softmax(x)


class LogSoftmax(Module):
    """The logarithms of softmax, from a list."""

    def forward(self, x: Any) -> Any:
        return autograd.log_softmax(x)
