"""Number types: arithmetic of programs on numbers other than floats: Fractions, mpmath's numbers and intervals, Values …"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from autograd.compiler.executors.generic_forms import (
    ELEMENTARY,
    FORMS,
    FORMS_OF_FRACTIONS,
    FORMS_OF_INTERVALS,
    FORMS_OF_MPF,
    INCREASING,
    IRRATIONAL,
    NATIVE_TO_INTERVALS,
    Form,
    NoForm,
)
from autograd.compiler.instructions import detach
from autograd.compiler.program import Arg, Program
from autograd.errors import CompileError
from autograd.op import TABLE, Op, number


class NumberType:
    """Numbers of one type, with operators, and with elementary functions as methods such as `x.exp()`.

    Generic forms of ops take a NumberType as their argument n: `n("exp", x)` applies the function of that name, and
    `n.constant(0.5)` is a constant.
    """

    forms: Mapping[str, Form | None] = FORMS

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def compute(self, op: Op, args: Sequence[Any]) -> Any:
        """The result of the op; CompileError if it has no form for these numbers."""
        try:
            return self(op.name, *args)
        except NoForm:
            raise CompileError(f"{op.name} cannot be computed with numbers of type {self.kind.__name__}") from None

    def __call__(self, name: str, *args: Any) -> Any:
        native = self.native(name, args[0])
        form = native or self.forms.get(name)
        if form is None:
            raise NoForm
        try:
            try:
                return self.result(form(*args) if native else form(self, *args))
            except (ArithmeticError, ValueError):
                return self.exceptional(name, args)
        except (TypeError, AttributeError, NotImplementedError):
            raise NoForm from None

    def native(self, name: str, x: Any) -> Any:
        """The type's own function of that name."""
        return _first(type(x), ELEMENTARY.get(name, ()))

    def exactly(self, c: float) -> Any:
        """A float as a number of this type."""
        return c

    def constant(self, c: float) -> Any:
        """A constant of a program as a number of this type."""
        return self.exactly(c)

    def lifted(self, program: Program) -> Program:
        """The program with its constants as numbers of this type."""
        rows = [row._replace(args=tuple(map(self._lifted, row.args))) for row in program.rows]
        outputs = [output._replace(arg=self._lifted(output.arg)) for output in program.outputs]
        return Program(program.inputs, tuple(rows), tuple(outputs), program.registers)

    def _lifted(self, arg: Arg) -> Any:
        return arg if type(arg) is int else self.constant(arg)

    def result(self, z: Any) -> Any:
        """The result of an operation, converted to this type."""
        return z

    def exceptional(self, name: str, args: Sequence[Any]) -> Any:
        """The result where the type raises an exception: that of IEEE-754 on floats."""
        return self.constant(TABLE[name](*map(float, args)))

    # -- comparisons: True, False, or None if intervals overlap ----------------------------------------

    def less(self, x: Any, y: Any) -> bool | None:
        """x < y."""
        return bool(x < y)

    def less_equal(self, x: Any, y: Any) -> bool | None:
        """x ≤ y."""
        return bool(x <= y)

    def choose(self, condition: bool | None, x: Any, y: Any) -> Any:
        """x if the condition holds, else y."""
        return x if condition else y

    def times(self, x: Any, y: Any) -> Any:
        """x·y."""
        return x * y

    def integer(self, n: Any) -> Any:
        """An int as a number of this type."""
        return self.constant(float(n))


class Exact(NumberType):
    """Numbers that represent every float exactly: Decimals."""

    def exactly(self, c: float) -> Any:
        """The same number."""
        return self.kind(c)

    def integer(self, n: Any) -> Any:
        """The same number."""
        return self.kind(n)


class Rational(Exact):
    """Fractions; NaN and infinity stay floats."""

    forms = FORMS | FORMS_OF_FRACTIONS

    def exactly(self, c: float) -> Any:
        """A Fraction if c is finite, else the float."""
        return Fraction(c) if math.isfinite(c) else c

    def result(self, z: Any) -> Any:
        """A Fraction again, since an operation on an infinity may return a finite float."""
        return self.exactly(z) if type(z) is float else z


class Multiprecision(NumberType):
    """mpmath's mpf: functions of its context, at its precision."""

    forms = FORMS | FORMS_OF_MPF

    def __init__(self, x: Any) -> None:
        super().__init__(type(x))
        self.context = _context(x)

    def native(self, name: str, x: Any) -> Any:
        """The context's function."""
        return _first(self.context, ELEMENTARY.get(name, ()))

    def exactly(self, c: float) -> Any:
        """The same number."""
        return self.context.mpf(c)

    def constant(self, c: float) -> Any:
        """The float exactly; but the irrational factors in the partials of log2, erf … to full precision."""
        exact = IRRATIONAL.get(abs(c))
        return self.exactly(c) if exact is None else exact(self) if c > 0.0 else -exact(self)

    def result(self, z: Any) -> Any:
        """A real number, or NaN for a complex one."""
        return self.context.nan if isinstance(z, self.context.mpc) else z


class Intervals(Multiprecision):
    """mpmath's intervals: a result contains the op's value at all points of its arguments."""

    forms = FORMS | FORMS_OF_INTERVALS

    def __call__(self, name: str, *args: Any) -> Any:
        if name in INCREASING and any(x.a != x.b for x in args):
            low, high = (super(Intervals, self).__call__(name, *[getattr(x, end) for x in args]) for end in "ab")
            return self._hull(low, high)
        return super().__call__(name, *args)

    def native(self, name: str, x: Any) -> Any:
        """The context's function, if its result is an enclosure."""
        return getattr(self.context, name) if name in NATIVE_TO_INTERVALS else None

    def result(self, z: Any) -> Any:
        """An interval: the whole line for a complex one."""
        return self.exceptional("", ()) if isinstance(z, self.context.mpc) else z

    def exceptional(self, name: str, args: Sequence[Any]) -> Any:
        """The whole line."""
        return self.context.mpf([-math.inf, math.inf])

    def less(self, x: Any, y: Any) -> bool | None:
        return True if x.b < y.a else False if x.a >= y.b else None

    def less_equal(self, x: Any, y: Any) -> bool | None:
        return True if x is y or x.b <= y.a else False if x.a > y.b else None

    def choose(self, condition: bool | None, x: Any, y: Any) -> Any:
        """x if the condition holds, y if it doesn't, and the hull of both if that is unknown."""
        return self._hull(x, y) if condition is None else x if condition else y

    def times(self, x: Any, y: Any) -> Any:
        """x·y, never negative for a square."""
        return x**2 if x is y else x * y

    def _hull(self, x: Any, y: Any) -> Any:
        return self.context.mpf([x.a if x.a <= y.a else y.a, x.b if x.b >= y.b else y.b])


class OpNumbers(NumberType):
    """Values, whose operations record a graph, and anything else that ops accept."""

    def compute(self, op: Op, args: Sequence[Any]) -> Any:
        """The op itself."""
        return args[0].detach() if op is detach and hasattr(args[0], "detach") else op(*args)


def _first(home: Any, names: Sequence[str]) -> Any:
    return next((found for name in names if (found := getattr(home, name, None)) is not None), None)


def _context(x: Any) -> Any:
    """The context of an mpmath number; None for other numbers."""
    context = _first(x, ("context", "ctx"))
    return context if hasattr(context, "mpf") else None


def arithmetic_of(numbers: Iterable[Any]) -> NumberType | None:
    """The NumberType for these results of `readable`; None if all are floats. Floats mix with any other type."""
    others = {type(x): x for x in numbers if type(x) is not float}
    if not others:
        return None
    if any(hasattr(x, "_record") for x in others.values()):
        return OpNumbers(next(kind for kind, x in others.items() if hasattr(x, "_record")))
    if len(others) > 1:
        raise CompileError(f"numbers of different types do not go together: {', '.join(sorted(k.__name__ for k in others))}")
    ((kind, x),) = others.items()
    if kind is Fraction:
        return Rational(kind)
    if kind is Decimal:
        return Exact(kind)
    if _context(x) is None:
        return NumberType(kind)
    return Intervals(x) if hasattr(x, "mid") else Multiprecision(x)


def readable(x: Any) -> Any:
    """A real number as a float, unless its type computes on its own: a Fraction, an mpf, a Value, anything with operators."""
    if type(x) is float or isinstance(x, (Fraction, Decimal)) or hasattr(x, "_record"):
        return x
    if hasattr(x, "dtype") or isinstance(x, (int, complex)) or not hasattr(x, "__truediv__"):
        return number(x)
    return x
