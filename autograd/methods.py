"""The functions of `math`, and the common activations, as methods of a Value: `x.tanh()` is `autograd.tanh(x)`."""

from __future__ import annotations

from collections.abc import Callable

from autograd import ops
from autograd._typing import TYPE_CHECKING, Any
from autograd.op import Op

if TYPE_CHECKING:
    from autograd.value import Value


def _method(op: Op) -> Callable[[Methods], Value]:
    def method(self: Methods) -> Value:
        return self._record(op, (self,))

    method.__name__, method.__qualname__ = op.name, f"Value.{op.name}"  # as error messages and help show it
    summary, _, _ = (op.__doc__ or "").partition("\n")
    method.__doc__ = f"{summary.rstrip('.')}; see `autograd.{op.name}`."
    return method


class Methods:
    """A base of Value: one line per method, so that editors and readers find them."""

    __slots__ = ()

    @staticmethod
    def _record(op: Op, args: tuple[Any, ...]) -> Value:
        """Record an operation; ops call this when an argument is a Value."""
        raise NotImplementedError  # Value overrides it

    exp = _method(ops.exp)
    expm1 = _method(ops.expm1)
    exp2 = _method(ops.exp2)
    log = _method(ops.log)
    log1p = _method(ops.log1p)
    log2 = _method(ops.log2)
    log10 = _method(ops.log10)
    log1mexp = _method(ops.log1mexp)
    sqrt = _method(ops.sqrt)
    cbrt = _method(ops.cbrt)
    sin = _method(ops.sin)
    cos = _method(ops.cos)
    tan = _method(ops.tan)
    asin = _method(ops.asin)
    acos = _method(ops.acos)
    atan = _method(ops.atan)
    sinh = _method(ops.sinh)
    cosh = _method(ops.cosh)
    tanh = _method(ops.tanh)
    asinh = _method(ops.asinh)
    acosh = _method(ops.acosh)
    atanh = _method(ops.atanh)
    erf = _method(ops.erf)
    erfc = _method(ops.erfc)
    erfinv = _method(ops.erfinv)
    lgamma = _method(ops.lgamma)
    digamma = _method(ops.digamma)
    floor = _method(ops.floor)
    ceil = _method(ops.ceil)
    round = _method(ops.round)
    relu = _method(ops.relu)
    sigmoid = _method(ops.sigmoid)
    softplus = _method(ops.softplus)

    # NumPy calls these names on the elements of an object array.

    arcsin, arccos, arctan = asin, acos, atan
    arcsinh, arccosh, arctanh = asinh, acosh, atanh
    rint, fabs = round, _method(ops.abs)

    def arctan2(self, x: Value | float) -> Value:
        """The angle of the point (x, self); see `autograd.atan2`."""
        return self._record(ops.atan2, (self, x))

    def hypot(self, y: Value | float) -> Value:
        """√(self² + y²); see `autograd.hypot`."""
        return self._record(ops.hypot, (self, y))

    def conjugate(self) -> Value:
        """The Value itself, since it is real; `np.var` calls this."""
        return self  # type: ignore[return-value]
