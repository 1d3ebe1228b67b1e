"""Op: everything known about one operation. TABLE: all ops by name. `number`: any real number, read as a float."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from autograd._typing import TYPE_CHECKING, Any, NoReturn
from autograd.foreign_names import MORE_ARGUMENTS, refuse_options

if TYPE_CHECKING:
    import ast
    import inspect

    from autograd.value import Value

_VARARGS = 4  # inspect.CO_VARARGS, without importing `inspect`, which takes longer than the rest of the package
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
    "complexfloating": "only real numbers are supported: pass .real or .imag",  # NumPy's
    "Decimal": "convert it with float(...), which rounds it",
    "str": "convert it with float(...)",
    "NoneType": "pass a number; a function without `return` gives None",
    "list": "a Value holds one number: use [Value(x) for x in ...]",
    "tuple": "a Value holds one number: use [Value(x) for x in ...]",
    "dict": "a Value holds one number: use {k: Value(x) for k, x in ...}",
    "ndarray": "pass one number at a time: use [Value(x) for x in array], and [autograd.exp(x) for x in array] or np.exp(array)",
    "Value": "use v.data for its number, or v.detach() for a new leaf with the same number",
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
            digits = int(int(abs(x)).bit_length() * math.log10(2)) + 1
            raise ValueError(f"{type(x).__name__} too large for a float: it has {digits} digits") from None
    advice = next((_ADVICE[base.__name__] for base in type(x).__mro__ if base.__name__ in _ADVICE), "pass a float")
    raise TypeError(f"expected a real number, got {type(x).__name__}: {advice}")


def _is_real(x: Any) -> bool:
    """True if `x` is a real number other than an int or a float: a Fraction, a NumPy scalar or a 0-d array."""
    if hasattr(type(x), "dtype"):  # not hasattr(x, …): a dict with its items as attributes raises a KeyError
        return getattr(x, "ndim", None) == 0 and getattr(x.dtype, "kind", "") in "biuf"
    from numbers import Real  # imported here: most programs never get this far

    return isinstance(x, Real)


def _holds_one_object(x: Any) -> bool:
    """True for a zero-dimensional array of objects, such as NumPy makes of a Value."""
    return hasattr(type(x), "dtype") and getattr(x.dtype, "kind", "") == "O" and getattr(x, "ndim", None) == 0


LISTS = (list, tuple)
_GOT_LIST = "expected a real number or a Value, got {}"


def refuse_list(call: str, given: Any) -> NoReturn:
    """TypeError for a list given to a function of numbers; `call` has v in the place of one of them."""
    advice = f"it takes one number at a time, so write [{call} for v in …]"
    raise TypeError(f"{call.partition('(')[0]}: {_GOT_LIST.format(type(given).__name__)}: {advice}") from None


class _Signature:
    """The signature of an op, as `inspect.signature`, `help` and notebooks show it."""

    def __get__(self, op: Op | None, owner: type[Op]) -> inspect.Signature:
        if op is None:
            raise AttributeError("__signature__")  # the class has its own
        from inspect import Parameter, Signature  # imported here: few programs ask for a signature

        kind = Parameter.VAR_POSITIONAL if op.arity is None else Parameter.POSITIONAL_ONLY
        parameters = [Parameter(name.lstrip("*"), kind, annotation="float | Value") for name in op.parameters]
        return Signature(parameters, return_annotation="float | Value")


def _nan(*args: float) -> float:
    return NAN


# Precedence, from loosest to tightest. An operand that binds more loosely than its place allows gets brackets.
ANY, SUM, PRODUCT, POWER, CALL, ATOM = range(6)

TABLE: dict[str, Op] = {}


class Op:
    """Everything known about one operation: a row of the table.

    Called with plain numbers, it is the IEEE-754 function and returns a float, without warnings;
    called with at least one Value, it records a node and returns a Value.

    What it computes:
        name        the op is `autograd.NAME`
        forward     the function on floats
        partials    one function per argument, `(z, *args) -> ∂z/∂argᵢ`, result first. It uses only
                    ops and operators and has no Python branch, so it works on floats and on Values.
                    A variadic op has one function that returns all its partials.
        variadic    True if it takes any number of arguments; its `arity` is None
        fallback    the IEEE result where `forward` raises
        kernel      value and partials on floats in one call, where the rules alone are slow: `(z, ∂z/∂x)`, `(z, ∂z/∂x, ∂z/∂y)`,
                    `(z, (∂z/∂x, …))` for three arguments or any number. Where it raises, or z is not finite, `forward`
                    and `partials` are used instead; elsewhere it is bit-equal to them, and a test holds it to that
        select      True if a zero partial means "not chosen": no gradient flows, not even 0·inf

    How it behaves:
        domain      for each argument, intervals on which the op is defined whatever the other arguments are (for tan, pow
                    and a few others, only some of those intervals)
        entire      a function of the arguments, Values and floats: True if the constants among them make the op smooth on
                    the whole real line, as in x**2, whatever `domain` says
        kinks       a function of the arguments that is zero where the op is not smooth
        at_kink     the partials there, by convention (docs/semantics.md); a variadic op has one for all its arguments
        jumps       True if the value jumps at its kinks
        varies_fast True if a whole wave, step or bump fits between arguments about 1 apart; or a function of the arguments, if it
                    fits between results of that function about 1 apart
        linear      True if the partials are constant
        activation  True if layers use it as their activation
        comparison  True if the result is 1 for true and 0 for false; NumPy's function of that name returns a bool
        terms       for a sum of products: a function of the number of arguments that returns the positions of the factors
                    of each term, in the order of addition: `[(0, 1)]` for x·y

    How it is written: format strings with one `{}` per argument (a variadic op has one for all its arguments); a bare
    name stands for a call:
        source      in Python, with Values
        plain       in Python, with floats and the functions of `math` and `scalar_math`; defaults to `source`
        text        as a formula in plain text; defaults to `source` with mathematical signs
        latex       in LaTeX
        precedence  that of `text`, then the lowest that each operand may have without brackets; a variadic op has one for
                    all operands. None: an operand not enclosed by delimiters gets brackets, as does the whole unless it is a call
        latex_precedence  the same for `latex`; defaults to `precedence`
        latex_term  for a variadic op that adds its arguments: the LaTeX for each of them
        textbook    the partials as a textbook writes them, one per argument, where the rules are written for accuracy:
                    expressions (see `autograd.expression`) in z, the result, x, the first argument, and y, the second.
                    A variadic op has one, in which x is the argument in question; or two, one for its first argument
                    and one for the others, in which y is the first
        symbol      its label in drawings; a · stands for an argument
        ufunc       NumPy's or SciPy's name for it; for a built-in op, defaults to `name`
        built_in    False if it was made by `custom_op`

    >>> from autograd.op import TABLE
    >>> TABLE["mul"](2.0, 3.0), TABLE["mul"].arity, TABLE["mul"].linear
    (6.0, 2, False)
    """

    name: str
    forward: Callable[..., float]
    partials: tuple[Callable[..., Any], ...]
    arity: int | None
    fallback: Callable[..., float] = _nan
    kernel: Callable[..., Any] | None = None
    select: bool = False
    domain: Sequence[Domain] = ()
    entire: Callable[..., bool] | None = None
    kinks: Callable[..., float] | None = None
    at_kink: Sequence[float] | None = None
    jumps: bool = False
    varies_fast: bool | Callable[..., float] = False
    linear: bool = False
    activation: bool = False
    comparison: bool = False
    terms: Callable[[int], Sequence[tuple[int, ...]]] | None = None
    source: str = ""
    plain: str = ""
    text: str = ""
    latex: str = ""
    precedence: Sequence[int] | None = None
    latex_precedence: Sequence[int] | None = None
    latex_term: str = "{}"
    textbook: Sequence[str] = ()
    symbol: str = ""
    ufunc: str = ""
    built_in: bool = False

    def __init__(
        self,
        name: str,
        forward: Callable[..., float],
        *partials: Callable[..., Any],
        doc: str = "",
        variadic: bool = False,
        **columns: Any,
    ) -> None:
        self.name = name  # keep to 29 attributes: CPython reads them more slowly from 30 on
        self.__doc__ = doc
        self.forward = forward
        self.partials = partials
        self.arity = None if variadic else len(partials)
        for column, default in _DEFAULTS.items():
            setattr(self, column, columns.pop(column, default))
        if columns:
            raise TypeError(f"an op has no column {next(iter(columns))!r}; they are doc, variadic, {', '.join(_DEFAULTS)}")
        slots = "{}" if variadic else ", ".join(["{}"] * len(partials))
        self.domain = tuple(self.domain or [REAL] * len(partials))
        self.source = _called(self.source or name, f"({slots})")
        self.plain = _called(self.plain or self.source, f"({slots})")
        self.text = self.text and _called(self.text, f"({slots})")
        self.latex = _called(self.latex or rf"\operatorname{{{{{name}}}}}".replace("_", r"\_"), rf"\left({slots}\right)")
        self.latex_precedence = self.latex_precedence or self.precedence
        self.textbook = tuple(self.textbook)
        self.symbol = self.symbol or name

    @property
    def __name__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self.parameters)})>"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments, as in the op's rules.

        >>> from autograd import ops
        >>> ops.atan2.parameters, ops.sum.parameters
        (('y', 'x'), ('*xs',))
        """
        if self.arity is None:
            return ("*xs",)
        for function, first in (*((rule, 1) for rule in self.partials), (self.forward, 0)):
            code = getattr(function, "__code__", None)
            if code is not None and code.co_argcount == first + self.arity:
                return tuple(code.co_varnames[first : first + self.arity])
        return ("x",) if self.arity == 1 else tuple([f"x{i}" for i in range(1, self.arity + 1)])

    __signature__ = _Signature()

    def __call__(self, *args: Any, **named: Any) -> Any:
        if named:
            more = self._more() if self.arity == 1 and named.keys().isdisjoint(self.parameters) else ""
            write = more or f"write {self.name}({', '.join(self.parameters)})"
            refuse_options(self.name, named, dict.fromkeys(named, write))
        plain = True
        for arg in args:
            if type(arg) is not float:
                record = getattr(arg, "_record", None)
                if record is not None:
                    try:
                        return record(self, args)
                    except TypeError:
                        return self._called_otherwise(args)
                plain = False
        if not plain or len(args) != self.arity:
            try:
                args = tuple(map(number, self.checked(args)))
            except TypeError:
                return self._called_otherwise(args)
        try:
            z = self.forward(*args)
        except (ArithmeticError, ValueError):
            z = self.fallback(*args)
        return z if type(z) is float else self.read(z)

    def read(self, given: Any) -> float:
        """Its result, or one of its partials, as a float; TypeError if it is not a number.

        >>> from autograd import ops
        >>> ops.exp.read(1)
        1.0
        """
        try:
            return number(given)
        except TypeError as error:
            inside = "its function and rules compute with plain numbers, so pass every Value that they need as an argument"
            got = f"expected a real number, got a Value: {inside}" if hasattr(given, "_record") else error
            raise TypeError(f"{self.name}: {got}") from None

    def __reduce__(self) -> tuple[Any, ...]:
        if TABLE.get(self.name) is not self:
            raise TypeError(f"{self!r} is not in the table of operations, so it cannot be pickled or copied")
        return op_named, (self.name,)

    def checked(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """`args`, or a TypeError if there are too many or too few."""
        if self.arity is not None and len(args) != self.arity:
            plural = "" if self.arity == 1 else "s"
            raise TypeError(f"{self.name}() takes {self.arity} argument{plural}, got {len(args)}{self._meant(len(args))}")
        return args

    def _more(self) -> str:
        return MORE_ARGUMENTS.get(self.name, "") if self.built_in else ""

    def _meant(self, given: int) -> str:
        more = self._more() if given > len(self.partials) else ""
        if more:
            return f": {more}"
        import builtins  # here, since only errors need it

        if not self.built_in and getattr(getattr(self.forward, "__code__", None), "co_flags", 0) & _VARARGS:
            return ": custom_op(…, variadic=True) makes an op of any number of arguments"
        return f": Python's own function is builtins.{self.name}" if hasattr(builtins, self.name) else ""

    def _called_otherwise(self, args: tuple[Any, ...]) -> Any:
        """Call the op with the Values taken out of zero-dimensional arrays; without any, reraise the TypeError being handled.

        If an argument is a list or a tuple, the error says how to call the op on every item.
        """
        numbers = tuple([arg.item() if _holds_one_object(arg) else arg for arg in args])
        if any(map(operator.is_not, numbers, args)):
            return self(*numbers)
        for arg in args:
            if self.arity is not None and isinstance(arg, LISTS):
                if len(args) < self.arity:
                    advice = f"it takes {self.arity} numbers, not a list of them, so write {self.name}(*xs)"
                    raise TypeError(f"{self.name}: {_GOT_LIST.format(type(arg).__name__)}: {advice}") from None
                others = ", ".join("v" if other is arg else "…" for other in args)
                refuse_list(f"{self.name}({others})", arg)
        raise

    def partials_at(self, z: Any, args: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """The partials ∂z/∂argᵢ, or None where not `wanted`: those rules are not called."""
        if self.arity is None:
            found = self.partials[0](z, *args)
            if not isinstance(found, (list, tuple)):
                raise TypeError(f"{self.name}: its rule must return a list of partials, one per argument, got {found!r}")
            if len(found) != len(args):
                raise ValueError(f"{self.name}: its rule returns {len(found)} partials for {len(args)} arguments")
            return [p if want else None for p, want in zip(found, wanted, strict=True)]
        return [rule(z, *args) if want else None for rule, want in zip(self.partials, wanted, strict=True)]

    def partners(self, count: int) -> Mapping[int, int]:
        """For `count` arguments: the position of each factor in a product of two, mapped to the position of the other.

        >>> from autograd import ops
        >>> ops.mul.partners(2), ops.dot.partners(5), ops.add.partners(2)
        ({0: 1, 1: 0}, {0: 2, 2: 0, 1: 3, 3: 1}, {})
        """
        return {} if self.terms is None else _partners(self.terms, count)


_DEFAULTS = {column: getattr(Op, column) for column in Op.__annotations__ if hasattr(Op, column)}


@lru_cache(maxsize=64)
def _partners(terms: Callable[[int], Sequence[tuple[int, ...]]], count: int) -> dict[int, int]:
    pairs = [term for term in terms(count) if len(term) == 2]
    return {i: j for pair in pairs for i, j in (pair, pair[::-1])}


def _called(text: str, arguments: str) -> str:
    """A format string, unchanged; a bare name, with the arguments appended."""
    return text if "{" in text.replace("{{", "") else text + arguments


def slots(count: int) -> tuple[str, ...]:
    """Placeholder names for the arguments in `python_tree`."""
    return tuple([f"_argument_{i}_" for i in range(count)])


@lru_cache(maxsize=1024)
def python_tree(template: str, count: int, variadic: bool) -> ast.expr:
    """The syntax tree of a column, with `slots` as its arguments; ValueError if it is not an expression."""
    import ast  # here, since few programs need it

    names = slots(count)
    text = template.format(", ".join(names)) if variadic else template.format(*names)
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"{template!r} is not a Python expression: {error.msg}") from None


def op(name: str, forward: Callable[..., float], *partials: Callable[..., Any], **columns: Any) -> Any:
    """Make an op and put it in the table."""
    made = TABLE[name] = Op(name, forward, *partials, **columns)
    return made


def op_named(name: str) -> Op:
    """The op of that name; KeyError if there is none.

    >>> from autograd.op import op_named
    >>> op_named("tanh")
    <op tanh(x)>
    """
    return TABLE[name]


if TYPE_CHECKING:  # call signatures, for editors and type checkers

    class Unary(Op):
        def __call__(self, x: float | Value, /) -> Any: ...

    class Binary(Op):
        def __call__(self, x: float | Value, y: float | Value, /) -> Any: ...

    class Variadic(Op):
        def __call__(self, *xs: float | Value) -> Any: ...

    class Atan2(Op):
        def __call__(self, y: float | Value, x: float | Value, /) -> Any: ...

    class Direction(Op):
        def __call__(self, x: float | Value, rest: float | Value, /) -> Any: ...

    class Polygamma(Op):
        def __call__(self, n: float | Value, x: float | Value, /) -> Any: ...

    class Where(Op):
        def __call__(self, condition: float | Value, x: float | Value, y: float | Value, /) -> Any: ...
