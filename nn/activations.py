"""Activations, by name or as modules; a module takes a Value or a list of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd.extend import TABLE, did_you_mean, tree_map
from nn._check import data_of, plain_lists
from nn.module import Module

Activation = Callable[[Any], Any]


def linear(x: Any) -> Any:
    """x itself: no activation."""
    return x


NAMES = ("relu", "tanh", "sigmoid", "softplus", "leaky_relu", "elu", "gelu", "silu", "mish", "softsign", "hardtanh", "logsigmoid")
ACTIVATIONS: dict[str, Activation] = {"linear": linear, **{name: getattr(autograd, name) for name in NAMES}}
MEANT = {"lrelu": "leaky_relu", "swish": "silu", "logistic": "sigmoid", "identity": "linear", "none": "linear"}


def activation_function(activation: str | Activation) -> Activation:
    """The function of that name (any op of one argument will do), or the function or module itself; otherwise an error."""
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
    unary = {name: op for name, op in TABLE.items() if op.arity == 1}
    if activation in unary:
        return unary[activation]
    if activation in ("softmax", "log_softmax"):
        instead = ", which takes a list: put a module after the layer, nn.Softmax() or nn.LogSoftmax()"
    else:
        swapped = (name for name in ACTIVATIONS if sorted(name) == sorted(activation.lower()))  # two letters swapped
        meant = MEANT.get(activation.lower()) or next(swapped, None)
        instead = f": did you mean {meant}?" if meant else ""
        instead = instead or did_you_mean(activation, ACTIVATIONS) or did_you_mean(activation, unary)
    raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, an op or a function, got {activation!r}{instead}")


class Elementwise(Module):
    """A function applied to a number or to every number in a list; a subclass names the function.

    >>> import nn
    >>> class Square(nn.activations.Elementwise, function=lambda x: x * x): ...
    >>> Square()([1.0, [2.0, 3.0]])
    [1.0, [4.0, 9.0]]
    """

    function: Activation

    def __init_subclass__(cls, function: Activation | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if function is not None:
            cls.function = staticmethod(function)

    def forward(self, x: Any) -> Any:
        plain = type(x) is list and not (x and hasattr(x[0], "tolist"))  # not an array or a list of arrays
        return tree_map(self.function, x if plain else plain_lists(x))


class Identity(Elementwise, function=linear):
    """x itself.

    >>> Identity()([-1.0, 2.0])
    [-1.0, 2.0]
    """


class ReLU(Elementwise, function=autograd.relu):
    """x where it is positive, else 0.

    >>> ReLU()([-1.0, 2.0])
    [0.0, 2.0]
    """


class Tanh(Elementwise, function=autograd.tanh):
    """The hyperbolic tangent.

    >>> [round(y, 3) for y in Tanh()([-1.0, 1.0])]
    [-0.762, 0.762]
    """


class Sigmoid(Elementwise, function=autograd.sigmoid):
    """1 / (1 + exp(-x)).

    >>> Sigmoid()([0.0, float("inf")])
    [0.5, 1.0]
    """


class Softplus(Elementwise, function=autograd.softplus):
    """log(1 + exp(x)).

    >>> Softplus()([-1000.0, 1000.0])
    [0.0, 1000.0]
    """


class GELU(Elementwise, function=autograd.gelu):
    """x·Φ(x).

    >>> [round(y, 3) for y in GELU()([-1.0, 1.0])]
    [-0.159, 0.841]
    """


class SiLU(Elementwise, function=autograd.silu):
    """x·sigmoid(x).

    >>> [round(y, 3) for y in SiLU()([-1.0, 1.0])]
    [-0.269, 0.731]
    """


class Mish(Elementwise, function=autograd.mish):
    """x·tanh(softplus(x)).

    >>> [round(y, 3) for y in Mish()([-1.0, 1.0])]
    [-0.303, 0.865]
    """


class Softsign(Elementwise, function=autograd.softsign):
    """x / (1 + |x|).

    >>> Softsign()([1.0, -3.0])
    [0.5, -0.75]
    """


class Hardtanh(Elementwise, function=autograd.hardtanh):
    """x clipped to [-1, 1].

    >>> Hardtanh()([-5.0, 0.5])
    [-1.0, 0.5]
    """


class LogSigmoid(Elementwise, function=autograd.logsigmoid):
    """log(sigmoid(x)).

    >>> LogSigmoid()(-1000.0)
    -1000.0
    """


class LeakyReLU(Elementwise):
    """x where it is positive, slope·x elsewhere.

    >>> LeakyReLU(0.25)([-4.0, 2.0])
    [-1.0, 2.0]
    """

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = slope

    def _described(self) -> str:
        return repr(data_of(self.slope))

    def function(self, x: Any) -> Any:
        return autograd.leaky_relu(x, self.slope)


class ELU(Elementwise):
    """x where it is positive, alpha·(exp(x) - 1) elsewhere.

    >>> ELU()([float("-inf"), 2.0])
    [-1.0, 2.0]
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def _described(self) -> str:
        return repr(data_of(self.alpha))

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
    """The logarithms of softmax, from a list.

    >>> LogSoftmax()([0.0, 1000.0])[0]
    -1000.0
    """

    def forward(self, x: Any) -> Any:
        return autograd.log_softmax(x)
