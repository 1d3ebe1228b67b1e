"""JAX's functions, with replacements for those that are more than 4 ulps off on float64, such as log1p: 128 ulps near -0.4.

XLA also flushes subnormal numbers to zero on CPUs; nothing here changes that.
"""

from __future__ import annotations

from autograd._typing import Any


def check_precision(library: str) -> None:
    """TypeError if arrays of this library would be float32."""
    if library == "jax":
        from jax import config

        if not config.jax_enable_x64:
            raise TypeError(
                "a program computes in float64, but JAX is set to float32: write jax.config.update('jax_enable_x64', True)"
            )


class AccurateJax:
    """The namespace `jax.numpy`, with functions of its own where XLA's are not accurate."""

    def __init__(self, xp: Any) -> None:
        from jax.lax import optimization_barrier

        self.xp = xp
        self.barrier: Any = optimization_barrier

    def __getattr__(self, name: str) -> Any:
        return getattr(self.xp, name)

    def log1p(self, x: Any) -> Any:
        """u = 1 + x is rounded; log(u)/(u - 1) hardly changes within that (Kahan). XLA would take u - 1 for x."""
        xp, u = self.xp, self.barrier(1.0 + x)
        return xp.where(u == 1.0, x, xp.where(xp.isfinite(u), xp.log(u) * (x / (u - 1.0)), u + xp.log(x)))

    def expm1(self, x: Any) -> Any:
        """Near 0 likewise, with u = exp(x)."""
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
