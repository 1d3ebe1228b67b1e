"""Functions for single libraries: faster than those of `array_functions`, or right where the library's own are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from autograd._typing import Any
from autograd.compiler.executors import array_functions as functions
from autograd.errors import CompileError

# -- NumPy: `where` is slow if the condition keeps changing along the array ---------------------------


def relu(xp: Any, x: Any) -> Any:
    z = xp.maximum(x, 0.0)
    z += 0.0  # -0.0 becomes 0.0
    return z


def step(xp: Any, x: Any) -> Any:
    z = xp.astype(x > 0.0, xp.float64)
    return z if xp.min(x, initial=0.0) <= 0.0 else xp.where(x == x, z, x)  # the minimum is NaN if any x is


def maximum(xp: Any, x: Any, y: Any) -> Any:
    """The larger of x and y; x at a tie, which may be one of 0.0 and -0.0."""
    return xp.where(x == y, x, xp.maximum(x, y))


def minimum(xp: Any, x: Any, y: Any) -> Any:
    return xp.where(x == y, x, xp.minimum(x, y))


# -- JAX: replacements for functions that are off by more than 4 ulps in float64; log1p is by 128 near -0.4 --------------
# XLA also flushes subnormal numbers to zero on CPUs; nothing here changes that.


def check_precision(library: str) -> None:
    """TypeError if this library would use float32."""
    if library == "jax":
        from jax import config

        if not config.jax_enable_x64:
            raise TypeError(
                "a program computes in float64, but JAX is set to float32: write jax.config.update('jax_enable_x64', True)"
            )


def refuse_differentiation(library: str, x: Any) -> Any:
    """The array itself; CompileError if JAX differentiates with respect to it.

    JAX's derivatives would be wrong where an op is computed case by case or with a maximum: sigmoid's at 0 would be 0.5.
    """
    if library == "jax":
        from jax.core import Tracer

        if isinstance(x, Tracer):
            return _identity()(x)
    return x


@cache
def _identity() -> Any:
    from jax import custom_jvp

    def refuse(primals: Any, tangents: Any) -> Any:
        raise CompileError(
            "JAX can't differentiate a compiled program: call the program's value_and_grad, jacobian or hessian, or give JAX "
            "its derivatives with jax.custom_jvp or jax.custom_vjp. Where no gradient is wanted, pass jax.lax.stop_gradient(x)"
        )

    identity = custom_jvp(lambda x: x)
    identity.defjvp(refuse)
    return identity


class AccurateJax:
    """The namespace `jax.numpy`, with replacements for XLA's inaccurate functions."""

    def __init__(self, xp: Any) -> None:
        from jax.lax import optimization_barrier

        self.xp = xp
        self.barrier: Any = optimization_barrier

    def __getattr__(self, name: str) -> Any:
        return getattr(self.xp, name)

    def log1p(self, x: Any) -> Any:
        """log(u)·x/(u - 1) for u = 1 + x rounded (Kahan). Without the barrier, XLA would simplify u - 1 to x."""
        xp, u = self.xp, self.barrier(1.0 + x)
        return xp.where(u == 1.0, x, xp.where(xp.isfinite(u), xp.log(u) * (x / (u - 1.0)), u + xp.log(x)))

    def expm1(self, x: Any) -> Any:
        """The same near 0, with u = exp(x): (u - 1)·x/log(u)."""
        xp, u = self.xp, self.barrier(self.xp.exp(x))
        near = xp.where(u == 1.0, x, (u - 1.0) * (x / xp.log(u)))
        return xp.where(xp.abs(x) < 1.0, near, xp.expm1(x))

    def sinh(self, x: Any) -> Any:
        xp, size = self.xp, self.xp.abs(x)
        t = self.expm1(size)
        root = xp.exp(0.5 * size)
        far = 0.5 * root * root - 0.5 / root / root
        return xp.copysign(xp.where(size < 1.0, 0.5 * (t + t / (1.0 + t)), far), x)

    def cosh(self, x: Any) -> Any:
        root = self.xp.exp(0.5 * self.xp.abs(x))
        return 0.5 * root * root + 0.5 / root / root

    def tanh(self, x: Any) -> Any:
        xp, size = self.xp, self.xp.abs(x)
        t = self.expm1(2.0 * size)
        return xp.copysign(xp.where(size < 1.0, t / (t + 2.0), 1.0 - 2.0 / (xp.exp(2.0 * size) + 1.0)), x)

    def atanh(self, x: Any) -> Any:
        size = self.xp.abs(x)
        return self.xp.copysign(0.5 * self.log1p(2.0 * size / (1.0 - size)), x)


# -- PyTorch: replacements for functions that fail where a quotient or an exponential overflows ------


def _tensors(xp: Any, *args: Any) -> Iterator[Any]:
    return (xp.asarray(arg, dtype=xp.float64) if type(arg) is float else arg for arg in args)


def div(xp: Any, x: Any, y: Any) -> Any:
    """x/y. PyTorch divides a number by a tensor by multiplying with the reciprocal, which may overflow."""
    x, y = _tensors(xp, x, y)
    return x / y


def mod(xp: Any, x: Any, y: Any) -> Any:
    """The remainder with the sign of y. torch.fmod is exact only if x/y is far from overflow, so multiples of y come first.

    x and y may be numbers, which torch's functions don't accept as their first argument.
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
    """x·tanh(softplus(x)); below -700 that is x·exp(x), but torch.exp flushes subnormal results to 0."""
    root = xp.exp(0.5 * x)
    return xp.where(x < -700.0, x * (root * root), functions.mish(xp, x))
