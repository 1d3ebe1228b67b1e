"""What a row of the table of operations is, and how a plain number is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from autograd._typing import Any

INF = math.inf
NAN = math.nan

Interval = tuple[float, float]
Domain = tuple[Interval, ...]

REAL: Domain = ((-INF, INF),)
NONZERO: Domain = ((-INF, 0.0), (0.0, INF))
POSITIVE: Domain = ((0.0, INF),)
UNIT: Domain = ((-1.0, 1.0),)

_ADVICE = {
    "complex": "only real numbers are supported: pass .real or .imag",
    "Decimal": "convert it with float(...), which rounds it",
    "str": "convert it with float(...)",
    "NoneType": "pass a number; a function without `return` gives None",
    "list": "a Value holds one number: use [Value(x) for x in ...]",
    "tuple": "a Value holds one number: use [Value(x) for x in ...]",
    "dict": "a Value holds one number: use {k: Value(x) for k, x in ...}",
    "ndarray": "one number is needed: use [Value(x) for x in array], and [autograd.exp(x) for x in array] or np.exp(array)",
    "Value": "it is a Value already: use v.detach() for a new leaf with the same number",
}


def number(x: Any) -> float:
    """Read `x` as a float, the way every operation reads a constant.

    bool, int, Fraction and NumPy scalars become floats. Anything else is a TypeError
    with advice; an int too large for a float is a ValueError.

    >>> number(True), number(3)
    (1.0, 3.0)
    """
    if type(x) is float:
        return x
    if isinstance(x, (int, float)) or _is_real(x):
        try:
            return float(x)
        except OverflowError:
            raise ValueError(f"{type(x).__name__} too large for a float: it has {_digits(x)} digits") from None
    name = type(x).__name__
    raise TypeError(f"expected a real number, got {name}: {_ADVICE.get(name, 'pass a float')}")


def _is_real(x: Any) -> bool:
    """Is `x` a real number of a kind other than int and float (Fraction, NumPy scalar or 0-d array)?"""
    dtype = getattr(x, "dtype", None)
    if dtype is not None:
        return getattr(x, "ndim", None) == 0 and getattr(dtype, "kind", "") in "biuf"
    from numbers import Real  # here, since most programs never get this far

    return isinstance(x, Real)


def _digits(x: Any) -> int:
    return int(int(abs(x)).bit_length() * math.log10(2)) + 1


class Op:
    """A row of the table: all that is known of one operation.

    Called with plain numbers it is the IEEE-754 function and returns a float, silently;
    called with at least one Value it records a node and returns a Value.

    Columns:
        name      how it is called: `autograd.NAME`
        forward   the function on floats; where it raises, `otherwise` is asked
        partials  one function per argument, `(z, *args) -> ∂z/∂argᵢ`, result first. It uses only
                  ops and operators and has no Python branch, so it works on floats and on Values.
                  A variadic op has one function that returns all its partials.
        source    the Python expression, as a format string (of `{}`, or one `{}` for all arguments)
        latex     the same for LaTeX
        symbol    what a drawing shows
        taught    for each argument its partial as a textbook writes it, where the rule is written for exactness: an
                  expression for `autograd.expression` in z, the result, x, the first argument, and y, the second.
                  A variadic op has one, in which x is the argument that is asked about, or one for its first
                  argument and one for the others, in which y is the first
        domain    for each argument, the intervals on which the op is defined
        kinks     a function of the arguments whose zero is where the op is not smooth
        otherwise the IEEE result where `forward` raises
        kernel    value and partials on floats in one call, where the rules alone are slow: `(z, ∂z/∂x)`, `(z, ∂z/∂x, ∂z/∂y)`,
                  and `(z, (∂z/∂x, …))` from three arguments on. Where it raises, or z is not finite, the row is asked;
                  elsewhere it is bit-equal to the row, which a test holds
        select    True if a zero partial means "not chosen": no gradient flows, not even 0·inf
        ufunc     NumPy's name for it
    """

    def __init__(
        self,
        name: str,
        forward: Callable[..., float],
        *partials: Callable[..., Any],
        doc: str = "",
        source: str | None = None,
        latex: str | None = None,
        symbol: str | None = None,
        domain: Sequence[Domain] | None = None,
        kinks: Callable[..., float] | None = None,
        otherwise: Callable[..., float] = lambda *args: NAN,
        variadic: bool = False,
        select: bool = False,
        ufunc: str | None = None,
        taught: Sequence[str] = (),
        kernel: Callable[..., Any] | None = None,
    ) -> None:
        self.name = self.__name__ = name
        self.forward = forward
        self.partials = partials
        self.arity = None if variadic else len(partials)
        slots = "{}" if variadic else ", ".join(["{}"] * len(partials))
        self.source = source or f"{name}({slots})"
        self.latex = latex or rf"\operatorname{{{{{name}}}}}\left({slots}\right)".replace("_", r"\_")
        self.symbol = symbol or name
        self.domain = tuple(domain or [REAL] * len(partials))
        self.kinks = kinks
        self.otherwise = otherwise
        self.select = select
        self.ufunc = ufunc or name
        self.taught = tuple(taught)
        self.kernel = kernel
        self.__doc__ = doc

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __call__(self, *args: Any) -> Any:
        plain = True
        for arg in args:
            if type(arg) is not float:
                record = getattr(arg, "_record", None)
                if record is not None:
                    try:
                        return record(self, args)
                    except TypeError:
                        self.refuse_lists(args)
                        raise
                plain = False
        if not plain or len(args) != self.arity:
            try:
                args = tuple(map(number, self.checked(args)))
            except TypeError:
                self.refuse_lists(args)
                raise
        try:
            z = self.forward(*args)
            return z if type(z) is float else number(z)
        except (ArithmeticError, ValueError):
            return self.otherwise(*args)

    def __reduce__(self) -> tuple[Any, ...]:
        from autograd.ops import TABLE, row_named  # a row is pickled and copied by its name

        if TABLE.get(self.name) is not self:
            raise TypeError(f"{self!r} is not in the table of operations, so it cannot be pickled or copied")
        return row_named, (self.name,)

    def checked(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """`args`, or a TypeError if there are too many or too few."""
        if self.arity is not None and len(args) != self.arity:
            plural = "" if self.arity == 1 else "s"
            raise TypeError(f"{self.name}() takes {self.arity} argument{plural}, got {len(args)}{self._of_python()}")
        return args

    def _of_python(self) -> str:
        import builtins  # here, since only errors need it

        if self.name == "round":
            return ": for digits use the built-in round, builtins.round(x, digits)"
        return f": Python's own function is builtins.{self.name}" if hasattr(builtins, self.name) else ""

    def refuse_lists(self, args: tuple[Any, ...]) -> None:
        """TypeError that says how to call the op for every item, if an argument is a list or a tuple."""
        for arg in args if self.arity is not None else ():
            if isinstance(arg, (list, tuple)):
                others = ", ".join("v" if other is arg else "…" for other in args)
                raise TypeError(
                    f"{self.name}: expected a real number or a Value, got {type(arg).__name__}: "
                    f"it takes one number at a time, write [{self.name}({others}) for v in …]"
                ) from None

    def partials_at(self, z: Any, args: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """The partials ∂z/∂argᵢ where `wanted`, None elsewhere: those rules are not called."""
        if self.arity is None:
            found = self.partials[0](z, *args)
            if len(found) != len(args):
                raise ValueError(f"{self.name}: its rule gives {len(found)} partials for {len(args)} arguments")
            return [p if want else None for p, want in zip(found, wanted, strict=True)]
        return [rule(z, *args) if want else None for rule, want in zip(self.partials, wanted, strict=True)]
