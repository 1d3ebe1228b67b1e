"""The functions of `math`, and the common activations, as methods of a Value: `x.tanh()` is `autograd.tanh(x)`."""

from __future__ import annotations

from autograd import ops
from autograd._typing import TYPE_CHECKING, Any
from autograd.op import Op

if TYPE_CHECKING:
    from autograd.value import Value


class Methods:
    """A base of Value: one line per method, so that editors and readers find them."""

    __slots__ = ()

    @staticmethod
    def _record(op: Op, args: tuple[Any, ...]) -> Value:
        """Record an operation; ops call this when an argument is a Value."""
        raise NotImplementedError  # Value has its own

    def exp(self) -> Value:
        """e to the power of self; see `autograd.exp`."""
        return self._record(ops.exp, (self,))

    def expm1(self) -> Value:
        """exp(self) - 1; see `autograd.expm1`."""
        return self._record(ops.expm1, (self,))

    def exp2(self) -> Value:
        """2 to the power of self; see `autograd.exp2`."""
        return self._record(ops.exp2, (self,))

    def log(self) -> Value:
        """The natural logarithm; see `autograd.log`."""
        return self._record(ops.log, (self,))

    def log1p(self) -> Value:
        """log(1 + self); see `autograd.log1p`."""
        return self._record(ops.log1p, (self,))

    def log2(self) -> Value:
        """The base-2 logarithm; see `autograd.log2`."""
        return self._record(ops.log2, (self,))

    def log10(self) -> Value:
        """The base-10 logarithm; see `autograd.log10`."""
        return self._record(ops.log10, (self,))

    def log1mexp(self) -> Value:
        """log(1 - exp(-self)); see `autograd.log1mexp`."""
        return self._record(ops.log1mexp, (self,))

    def sqrt(self) -> Value:
        """The square root; see `autograd.sqrt`."""
        return self._record(ops.sqrt, (self,))

    def cbrt(self) -> Value:
        """The cube root; see `autograd.cbrt`."""
        return self._record(ops.cbrt, (self,))

    def sin(self) -> Value:
        """The sine; see `autograd.sin`."""
        return self._record(ops.sin, (self,))

    def cos(self) -> Value:
        """The cosine; see `autograd.cos`."""
        return self._record(ops.cos, (self,))

    def tan(self) -> Value:
        """The tangent; see `autograd.tan`."""
        return self._record(ops.tan, (self,))

    def asin(self) -> Value:
        """The inverse sine; see `autograd.asin`."""
        return self._record(ops.asin, (self,))

    def acos(self) -> Value:
        """The inverse cosine; see `autograd.acos`."""
        return self._record(ops.acos, (self,))

    def atan(self) -> Value:
        """The inverse tangent; see `autograd.atan`."""
        return self._record(ops.atan, (self,))

    def sinh(self) -> Value:
        """The hyperbolic sine; see `autograd.sinh`."""
        return self._record(ops.sinh, (self,))

    def cosh(self) -> Value:
        """The hyperbolic cosine; see `autograd.cosh`."""
        return self._record(ops.cosh, (self,))

    def tanh(self) -> Value:
        """The hyperbolic tangent; see `autograd.tanh`."""
        return self._record(ops.tanh, (self,))

    def asinh(self) -> Value:
        """The inverse hyperbolic sine; see `autograd.asinh`."""
        return self._record(ops.asinh, (self,))

    def acosh(self) -> Value:
        """The inverse hyperbolic cosine; see `autograd.acosh`."""
        return self._record(ops.acosh, (self,))

    def atanh(self) -> Value:
        """The inverse hyperbolic tangent; see `autograd.atanh`."""
        return self._record(ops.atanh, (self,))

    def erf(self) -> Value:
        """The error function; see `autograd.erf`."""
        return self._record(ops.erf, (self,))

    def erfc(self) -> Value:
        """1 - erf(self); see `autograd.erfc`."""
        return self._record(ops.erfc, (self,))

    def erfinv(self) -> Value:
        """The inverse of erf; see `autograd.erfinv`."""
        return self._record(ops.erfinv, (self,))

    def lgamma(self) -> Value:
        """The logarithm of |Γ(self)|; see `autograd.lgamma`."""
        return self._record(ops.lgamma, (self,))

    def digamma(self) -> Value:
        """The derivative of lgamma; see `autograd.digamma`."""
        return self._record(ops.digamma, (self,))

    def floor(self) -> Value:
        """The largest integer not above self; see `autograd.floor`."""
        return self._record(ops.floor, (self,))

    def ceil(self) -> Value:
        """The smallest integer not below self; see `autograd.ceil`."""
        return self._record(ops.ceil, (self,))

    def round(self) -> Value:
        """The nearest integer, ties to even; see `autograd.round`."""
        return self._record(ops.round, (self,))

    def relu(self) -> Value:
        """self where it is positive, else 0; see `autograd.relu`."""
        return self._record(ops.relu, (self,))

    def sigmoid(self) -> Value:
        """1 / (1 + exp(-self)); see `autograd.sigmoid`."""
        return self._record(ops.sigmoid, (self,))

    def softplus(self) -> Value:
        """log(1 + exp(self)); see `autograd.softplus`."""
        return self._record(ops.softplus, (self,))

    # NumPy calls these names on the elements of an object array.

    arcsin, arccos, arctan = asin, acos, atan
    arcsinh, arccosh, arctanh = asinh, acosh, atanh
    rint = round

    def arctan2(self, x: Value | float) -> Value:
        """The angle of the point (x, self); see `autograd.atan2`."""
        return self._record(ops.atan2, (self, x))

    def hypot(self, y: Value | float) -> Value:
        """√(self² + y²); see `autograd.hypot`."""
        return self._record(ops.hypot, (self, y))

    def fabs(self) -> Value:
        """The absolute value; see `autograd.abs`."""
        return self._record(ops.abs, (self,))

    def conjugate(self) -> Value:
        """A real number is its own; `np.var` asks for it."""
        return self  # type: ignore[return-value]
