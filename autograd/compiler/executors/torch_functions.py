"""PyTorch's functions: those of `torch.special`, and those that are wrong where a quotient or an exponential overflows."""

from __future__ import annotations

from collections.abc import Iterator

from autograd._typing import Any
from autograd.compiler.executors import array_functions as functions


def _tensors(xp: Any, *args: Any) -> Iterator[Any]:
    return (xp.asarray(arg, dtype=xp.float64) if type(arg) is float else arg for arg in args)


def div(xp: Any, x: Any, y: Any) -> Any:
    """The quotient. A number by a tensor, PyTorch would multiply by the reciprocal, which may overflow."""
    x, y = _tensors(xp, x, y)
    return x / y


def mod(xp: Any, x: Any, y: Any) -> Any:
    """The remainder with the sign of y. torch.fmod is exact only while x/y is far from overflow, so first by multiples of y.

    Either may be a number, which its functions do not take as their first argument.
    """
    x, y = _tensors(xp, x, y)
    multiple = 2.0**700 * xp.abs(y)
    z = xp.fmod(xp.fmod(xp.fmod(x, 2.0**700 * multiple), multiple), y)
    z = xp.where((z != 0.0) & ((z < 0.0) != (y < 0.0)), z + y, z)
    return xp.where(z == 0.0, xp.copysign(z, y), z)


def sinh(xp: Any, x: Any) -> Any:
    root = xp.exp(0.5 * xp.abs(x))
    return xp.where(xp.abs(x) < 700.0, xp.sinh(x), xp.copysign(0.5 * root * root, x))


def cosh(xp: Any, x: Any) -> Any:
    root = xp.exp(0.5 * xp.abs(x))
    return xp.where(xp.abs(x) < 700.0, xp.cosh(x), 0.5 * root * root)


def mish(xp: Any, x: Any) -> Any:
    """x·tanh(softplus(x)). Below -700 that is x·exp(x), where torch.exp gives 0 in place of the smallest numbers."""
    root = xp.exp(0.5 * x)
    return xp.where(x < -700.0, x * (root * root), functions.mish(xp, x))


def erf(xp: Any, x: Any) -> Any:
    return xp.special.erf(x)


def erfc(xp: Any, x: Any) -> Any:
    return xp.special.erfc(x)
