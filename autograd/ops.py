"""The table of operations: one row each, with its partial derivatives.

A rule reads `lambda z, x, y: …`: the result first, then the arguments. Rules are written with
operators and with the ops of this table alone, so one rule serves floats, Values and arrays.
Three habits keep them exact: tails are never computed as 1 - 1, a rule's own derivative does not
cancel either, and a partial outside the domain is NaN at every order. To add an op, add a row;
everything else reads it from here.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence

from autograd import scalar_math
from autograd._typing import Any
from autograd.op import ANY, ATOM, CALL, INF, NAN, NONZERO, POSITIVE, POWER, PRODUCT, REAL, SUM, UNIT, Domain, number, op
from autograd.op import TABLE as TABLE
from autograd.op import Op as Op

# Rows that the rules of earlier rows mention.
pow: Op
log: Op
cos: Op
sin: Op
cosh: Op
sqrt: Op
cbrt: Op
hypot: Op
leg: Op
sech2: Op
sigmoid: Op
gaussian: Op
normal_pdf: Op
direction: Op
fraction: Op
logsumexp: Op
abs: Op
sign: Op
step: Op
where: Op
round: Op
copysign: Op
digamma: Op
polygamma: Op
erfc: Op
equal: Op
not_equal: Op
less: Op
less_equal: Op
greater: Op
greater_equal: Op


def custom_op(
    forward: Callable[..., float] | None = None,
    /,
    *,
    partials: Callable[..., Any] | Sequence[Callable[..., Any]] | None = None,
    vjp: Callable[..., Any] | None = None,
    name: str | None = None,
    **columns: Any,
) -> Any:
    """Add an operation of your own to the table, usable everywhere a built-in one is.

    `forward` takes floats and returns a float. `partials` is one function per argument (or the only
    one), called with the result first and then the arguments: `lambda z, x: 2 * x`. People who come from PyTorch
    or JAX may give `vjp` in its place: called with the gradient of the result, the result and the arguments, it
    returns the gradient of every argument as a tuple (of a single one bare; None is none), and is linear in the first:
    `lambda bar, z, x, y: (bar * y, bar * x)`. Write either with operators and `autograd` functions and without `if`,
    and higher derivatives work as well. Further keywords are columns of the table: `symbol`, `latex`, `source`,
    `textbook`, `domain`, `kinks`, `fallback` (the result where `forward` raises a ValueError or ArithmeticError; without
    it the exception passes). `source` and `latex` have a place for each argument, `"{} ** 3"` or
    `"{0} if {2} > 0 else {1}"`; ValueError if they have not, or if `source` is not a Python expression.
    Works as a decorator too. Defining a name again replaces your earlier op; a built-in cannot be replaced.

    >>> cube = custom_op(lambda x: x**3, partials=lambda z, x: 3 * x * x, name="cube")
    >>> cube(2.0)
    8.0
    >>> @custom_op(partials=[lambda z, x, y: 2 * x, lambda z, x, y: -1.0])
    ... def parabola(x, y):
    ...     return x * x - y
    >>> parabola(3.0, 1.0)
    8.0
    >>> area = custom_op(lambda x, y: x * y, vjp=lambda bar, z, x, y: (bar * y, bar * x), name="area")
    >>> area(3.0, 2.0)
    6.0
    """
    if (partials is None) == (vjp is None):
        raise TypeError(f"custom_op: give either partials=… or vjp=…, got {'neither' if vjp is None else 'both'}")
    if forward is None:
        return lambda function: custom_op(function, partials=partials, vjp=vjp, name=name, **columns)
    label = str(name or getattr(forward, "__name__", ""))
    if not label.isidentifier():
        raise ValueError(f"custom_op: name must be a Python identifier, got {label!r}; pass name=...")
    if label in BUILT_IN:
        raise ValueError(f"custom_op: name {label!r} is a built-in op; choose another")
    rules = _rules_of(vjp, label, forward, columns) if vjp else [partials] if callable(partials) else list(partials or ())
    _check_count(label, forward, rules, "partials must be one function for" if vjp is None else "vjp must take bar, z and")
    if not columns.get("variadic"):
        _check_partials(label, rules)
    _check_texts(None if columns.get("variadic") else len(rules), columns)
    columns.setdefault("doc", forward.__doc__ or "")
    columns.setdefault("fallback", _raise_again)
    return op(label, forward, *rules, **columns)


def _check_count(label: str, forward: Callable[..., float], rules: Sequence[Callable[..., Any]], what: str) -> None:
    """Has the function as many arguments as there are rules, as far as it tells?"""
    import inspect  # takes longer to load than the rest of the package

    try:
        signature = inspect.signature(forward)
    except (TypeError, ValueError):  # some built-in functions do not tell
        return
    try:
        signature.bind(*rules)
    except TypeError:
        raise TypeError(f"custom_op: {what} each argument of {label}{signature}, got {len(rules)}") from None


def _check_partials(label: str, rules: Sequence[Callable[..., Any]]) -> None:
    """Does each take the result and all arguments, as far as it tells?"""
    import inspect

    for i, rule in enumerate(rules):
        try:
            signature = inspect.signature(rule)
        except (TypeError, ValueError):
            continue
        try:
            signature.bind(None, *rules)
        except TypeError:
            write = "lambda z, x: …" if len(rules) == 1 else f"lambda z, {', '.join(f'x{k}' for k in range(1, len(rules) + 1))}: …"
            raise TypeError(
                f"custom_op: partials[{i}] of {label} must take the result first and then each argument, "
                f"as in {write}, got one that takes {signature}"
            ) from None


def _rules_of(
    vjp: Callable[..., Any], label: str, forward: Callable[..., float], columns: Mapping[str, Any]
) -> list[Callable[..., Any]]:
    """The partials of an op that is given by its vjp: what it makes of a gradient of 1."""
    checked = False

    def partials(z: Any, *args: Any) -> list[Any]:
        nonlocal checked
        found = _gradients(vjp, label, 1.0, z, args)
        if not checked and all(type(x) is float for x in args):
            for one, other in zip(found, _gradients(vjp, label, -2.0, z, args), strict=True):
                one, other = number(one), number(other)
                if math.isfinite(one) and not math.isclose(other, -2.0 * one, rel_tol=1e-6, abs_tol=1e-300):
                    raise TypeError(f"{label}: vjp must be linear in bar, got {one!r} for bar = 1.0 and {other!r} for bar = -2.0")
            checked = True
        return found

    if columns.get("variadic"):
        return [partials]
    count = _positional(vjp)
    count = _positional(forward) if count is None else max(count - 2, 0)
    if count is None:
        raise TypeError(f"custom_op: vjp of {label} must name its arguments, as in lambda bar, z, x, y: (bar * y, bar * x)")
    return [lambda z, *args, i=i: partials(z, *args)[i] for i in range(count)]


def _gradients(vjp: Callable[..., Any], label: str, bar: float, z: Any, args: Sequence[Any]) -> list[Any]:
    """What vjp gives for each argument; None in a tuple is no gradient, as in PyTorch."""
    given = vjp(bar, z, *args)
    found = list(given) if isinstance(given, (tuple, list)) else [given]
    if given is None or len(found) != len(args):
        raise TypeError(f"{label}: vjp must return one gradient per argument, so {len(args)}, got {given!r}")
    return [0.0 if gradient is None else gradient for gradient in found]


def _positional(function: Callable[..., Any]) -> int | None:
    """How many arguments it needs, as far as it tells."""
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len([p for p in positional if p.default is p.empty])


def _check_texts(arity: int | None, columns: dict[str, Any]) -> None:
    """Can the op be written as Python and as LaTeX by what is told of it?"""
    from autograd import templates  # here, since it loads `re`, and the built-in rows are right

    if columns.get("source") is not None:
        templates.check_source("custom_op: source", columns["source"], arity)
    if columns.get("latex") is not None:
        templates.check_places("custom_op: latex", columns["latex"], arity)


def _raise_again(*args: float) -> float:
    raise  # called while the exception of `forward` is handled


# The terms of sums of products: positions of the factors of each.


def _each(n: int) -> list[tuple[int, ...]]:
    return [(i,) for i in range(n)]


def _all(n: int) -> list[tuple[int, ...]]:
    return [tuple(range(n))]


def _pairs_and_bias(n: int) -> list[tuple[int, ...]]:
    return [(n - 1,), *((i, n // 2 + i) for i in range(n // 2))]


def _square(x: Any) -> Any:
    return x * x


def _cube_of_root(x: Any) -> Any:
    return x * sqrt(x)


def _within(condition: Any, partial: Any, z: Any) -> Any:
    """`partial` where the argument is in the domain; elsewhere z, which is NaN there, as are all its derivatives."""
    return where(condition, partial, z)


def _number(z: Any) -> Any:
    """1 where z is a number, 0 where it is NaN."""
    return equal(z, z)


def _cusp(x: Any) -> Any:
    """0 at x = 0, with derivatives that are NaN there."""
    return 0.0 * cbrt(x)


# -- arithmetic --------------------------------------------------------------------------------------


def _divide(x: float, y: float) -> float:
    if x == 0.0 or x != x:
        return NAN
    return math.copysign(INF, x) * math.copysign(1.0, y)


def _divide_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = x / y
    return z, 1.0 / y, -z / y


def _power(x: float, y: float) -> float:
    """x**y where math.pow raises: at a pole, on overflow, and at a negative base."""
    if x < 0.0 and not y.is_integer():
        return NAN
    return math.copysign(INF, x) if y % 2.0 == 1.0 else INF


MAX_EXACT = 2.0**53  # beyond it y - 1 is rounded, and (-1)**(y - 1) has the wrong sign


def _power_by_base(z: Any, x: Any, y: Any) -> Any:
    if type(y) is float and 0.5 <= y <= MAX_EXACT:  # what the lines below come to, without a `where` in what is drawn and differentiated
        return y * pow(x, y - 1.0)
    # y·x**(y-1) is exact where y-1 is (½ ≤ y ≤ 2⁵³) and right at x = 0, but for 0**0; y·z/x is exact elsewhere.
    at_zero = where(equal(y, 1.0), 1.0 + _cusp(y - 1.0), y * pow(x, y - 1.0))
    direct = where(equal(x, 0.0), where(equal(y, 0.0), 0.0, at_zero), y * pow(x, y - 1.0))
    exact = greater_equal(y, 0.5) * less_equal(y, MAX_EXACT)
    return where(exact + equal(x, 0.0), direct, y * z / x)


def _power_by_exponent(z: Any, x: Any, y: Any) -> Any:
    # At x = 0 it is flat where y ≥ 0; for 0 < y ≤ 1 it leaves 0 with an infinite slope, on one side of x only.
    flat = where(greater(y, 0.0) * less_equal(y, 1.0), _cusp(x), 0.0)
    return where(equal(x, 0.0) * greater_equal(y, 0.0), flat, z * log(x))


def _power_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = math.pow(x, y)
    return z, y * math.pow(x, y - 1.0) if 0.5 <= y <= MAX_EXACT else y * z / x, z * math.log(x)


def _mod_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = x % y
    return z, 1.0, -scalar_math.rounded(x / y - z / y)


def _cbrt(x: float) -> float:
    # libm's cube root may be 3 units off; one step of Newton's method brings it within 1.
    z = math.cbrt(x)
    return z - (z - x / (z * z)) / 3.0 if z and math.isfinite(z) else z


# fmt: off
pos = op("pos", operator.pos, lambda z, x: 1.0, source="+{}", latex="+{}", symbol="+", ufunc="positive",
         linear=True, text="+{}", precedence=[SUM, PRODUCT],
         doc="""The same number as a new node: `+x`.

    >>> pos(2.0)
    2.0
    """)
neg = op("neg", operator.neg, lambda z, x: -1.0, source="-{}", latex="-{}", symbol="−", ufunc="negative",
         linear=True, text="−{}", precedence=[SUM, PRODUCT],
         doc="""Minus x: `-x`.

    >>> neg(2.0)
    -2.0
    """)
add = op("add", operator.add, lambda z, x, y: 1.0, lambda z, x, y: 1.0, kernel=lambda x, y: (x + y, 1.0, 1.0),
         source="{} + {}", latex="{} + {}", symbol="+",
         linear=True, terms=_each, text="{} + {}", precedence=[SUM, SUM, SUM],
         doc="""The sum of two numbers: `x + y`.

    >>> add(2.0, 3.0)
    5.0
    """)
sub = op("sub", operator.sub, lambda z, x, y: 1.0, lambda z, x, y: -1.0, kernel=lambda x, y: (x - y, 1.0, -1.0),
         source="{} - {}", latex="{} - {}", symbol="−", ufunc="subtract",
         linear=True, text="{} − {}", precedence=[SUM, SUM, PRODUCT],
         doc="""The difference of two numbers: `x - y`.

    >>> sub(2.0, 3.0)
    -1.0
    """)
mul = op("mul", operator.mul, lambda z, x, y: y, lambda z, x, y: x, kernel=lambda x, y: (x * y, y, x),
         source="{} * {}", latex=r"{} \cdot {}", symbol="×", ufunc="multiply",
         terms=_all, text="{}·{}", precedence=[PRODUCT, PRODUCT, PRODUCT],
         doc="""The product of two numbers: `x * y`.

    >>> mul(2.0, 3.0)
    6.0
    """)
div = op("div", operator.truediv, lambda z, x, y: 1.0 / y, lambda z, x, y: -z / y, kernel=_divide_kernel,
         source="{} / {}", latex=r"\frac{{{}}}{{{}}}", symbol="÷", ufunc="divide",
         textbook=["1/y", "-(x/y**2)"], domain=[REAL, NONZERO], fallback=_divide,
         text="{}/{}", precedence=[PRODUCT, PRODUCT, POWER], latex_precedence=[CALL, ANY, ANY],
         doc="""The quotient of two numbers: `x / y`; 1/±0 is ±inf and 0/0 is NaN.

    >>> div(1.0, 4.0), div(1.0, 0.0)
    (0.25, inf)
    """)
pow = op("pow", math.pow, _power_by_base, _power_by_exponent,
         source="{} ** {}", latex="{{{}}}^{{{}}}", symbol="**", ufunc="power",
         textbook=["y*x**(y - 1)", "z*log(x)"], domain=[POSITIVE, REAL], fallback=_power, kernel=_power_kernel,
         text="{}^{}", precedence=[POWER, ATOM, CALL], latex_precedence=[POWER, ATOM, ANY],
         doc="""x to the power y: `x ** y`; a negative x with a y that is no integer gives NaN, never a complex number.

    >>> pow(2.0, -1.0), pow(-8.0, 1 / 3)
    (0.5, nan)
    """)

mod = op("mod", operator.mod, lambda z, x, y: where(equal(z, z), 1.0, z), lambda z, x, y: where(equal(z, z), -round(x / y - z / y), z),
         source="{} % {}", latex=r"{} \bmod {}", symbol="%", ufunc="remainder", textbook=["1", "-floor(x/y)"],
         domain=[REAL, NONZERO], kinks=lambda x, y: _to_multiple(x, y), kernel=_mod_kernel,
         jumps=True, varies_fast=True, text="{} % {}", precedence=[SUM, PRODUCT, POWER], latex_precedence=[ANY, PRODUCT, POWER],
         doc="""The remainder of x / y, with the sign of y, as Python has it: `x % y`; NaN for y = 0.

    >>> mod(7.0, 3.0), mod(-7.0, 3.0)
    (1.0, 2.0)
    """)

# -- exponentials and logarithms ---------------------------------------------------------------------

LN_2 = 0.6931471805599453
LOG2_E = 1.4426950408889634
LOG10_E = 0.4342944819032518

exp = op("exp", math.exp, lambda z, x: z, latex="e^{{{}}}", fallback=lambda x: INF,
         latex_precedence=[POWER, ANY],
         doc="""e to the power x.

    >>> exp(0.0), exp(710.0)
    (1.0, inf)
    """)
expm1 = op("expm1", math.expm1, lambda z, x: exp(x), latex="e^{{{}}} - 1", fallback=lambda x: INF,
           text="exp({}) − 1", precedence=[SUM, ANY],
         doc="""exp(x) - 1, exact for small x.

    >>> expm1(1e-20)
    1e-20
    """)
exp2 = op("exp2", math.exp2, lambda z, x: LN_2 * z, latex="2^{{{}}}", fallback=lambda x: INF,
          text="2^{}", precedence=[POWER, CALL], latex_precedence=[POWER, ANY],
         doc="""2 to the power x.

    >>> exp2(3.0), exp2(1024.0)
    (8.0, inf)
    """)
log = op("log", math.log, lambda z, x: _within(greater_equal(x, 0.0), 1.0 / x, z), kernel=lambda x: (math.log(x), 1.0 / x),
         latex=r"\ln\left({}\right)", textbook=["1/x"], domain=[POSITIVE], fallback=lambda x: -INF if x == 0.0 else NAN,
         text="ln({})",
         doc="""The natural logarithm; log(0) is -inf, and NaN below.

    >>> log(1.0), log(0.0)
    (0.0, -inf)
    """)
log1p = op("log1p", math.log1p, lambda z, x: _within(greater_equal(x, -1.0), 1.0 / (1.0 + x), z), kernel=lambda x: (math.log1p(x), 1.0 / (1.0 + x)),
           latex=r"\ln\left(1 + {}\right)", textbook=["1/(1 + x)"], domain=[((-1.0, INF),)],
           fallback=lambda x: -INF if x == -1.0 else NAN,
           text="ln(1 + {})", precedence=[ATOM, SUM],
         doc="""log(1 + x), exact for small x.

    >>> log1p(1e-20)
    1e-20
    """)
log2 = op("log2", math.log2, lambda z, x: _within(greater_equal(x, 0.0), LOG2_E / x, z), kernel=lambda x: (math.log2(x), LOG2_E / x),
          latex=r"\log_2\left({}\right)", textbook=["1/(x*log(2))"], domain=[POSITIVE], fallback=lambda x: -INF if x == 0.0 else NAN,
          text="log₂({})",
         doc="""The logarithm to base 2.

    >>> log2(8.0)
    3.0
    """)
log10 = op("log10", math.log10, lambda z, x: _within(greater_equal(x, 0.0), LOG10_E / x, z), kernel=lambda x: (math.log10(x), LOG10_E / x),
           latex=r"\log_{{10}}\left({}\right)", textbook=["1/(x*log(10))"], domain=[POSITIVE],
           fallback=lambda x: -INF if x == 0.0 else NAN,
           text="log₁₀({})",
         doc="""The logarithm to base 10.

    >>> log10(1000.0)
    3.0
    """)
sqrt = op("sqrt", math.sqrt, lambda z, x: 0.5 / z, latex=r"\sqrt{{{}}}", symbol="√", textbook=["1/(2*z)"], domain=[POSITIVE],
          doc="""The square root; NaN for a negative number.

    >>> sqrt(9.0)
    3.0
    """)
cbrt = op("cbrt", _cbrt, lambda z, x: 1.0 / (3.0 * z * z), latex=r"\sqrt[3]{{{}}}", symbol="∛", textbook=["1/(3*z**2)"], domain=[NONZERO],
          plain="cube_root({})",
         doc="""The cube root, of negative numbers too.

    >>> cbrt(-27.0)
    -3.0
    """)
log1mexp = op("log1mexp", scalar_math.log1mexp, lambda z, x: where(greater_equal(x, 0.0), exp(-x) / -expm1(-x), z),
              latex=r"\ln\left(1 - e^{{-{}}}\right)", textbook=["1/(exp(x) - 1)"], domain=[POSITIVE],
              fallback=lambda x: -INF if x == 0.0 else NAN,
              text="ln(1 − exp(−{}))", precedence=[ATOM, PRODUCT],
         doc="""log(1 - exp(-x)) for x > 0, the convention of Mächler (2012): exact for small and for large x.

    >>> print(f"{log1mexp(1e-20):.6f} {log1mexp(50.0):.6g}")
    -46.051702 -1.92875e-22
    """)


def _exp_difference(x: float, y: float) -> float:
    # exp magnifies the rounding error of x - y by the difference itself: add what was rounded off.
    d = x - y
    rest = x - d
    lost = (x - (d + rest)) + (rest - y)
    z = math.exp(d)
    return z + z * lost if math.isfinite(lost) else z



def _exp_difference_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = _exp_difference(x, y)
    return z, z, -z


exp_difference = op("exp_difference", _exp_difference, lambda z, x, y: z, lambda z, x, y: -z, kernel=_exp_difference_kernel,
                    latex="e^{{{} - {}}}", fallback=lambda x, y: INF,
                    text="exp({} − {})", precedence=[ATOM, SUM, PRODUCT], latex_precedence=[POWER, SUM, PRODUCT],
         doc="""exp(x - y), exact where the difference is not: what softmax is made of.

    >>> exp_difference(3.0, 3.0)
    1.0
    """)

# -- trigonometry ------------------------------------------------------------------------------------
# fmt: on


def _leg(x: float, y: float) -> float:
    if not x >= math.fabs(y):
        return NAN
    square = (x - y) * (x + y)  # never x·x - y·y, which cancels
    return math.sqrt(square) if 1e-290 < square < 1e300 else math.sqrt(x - y) * math.sqrt(x + y)


def _leg_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = _leg(x, y)
    return z, math.hypot(1.0, y / z), -y / z


def _atan2_kernel(y: float, x: float) -> tuple[float, float, float]:
    hypotenuse = math.hypot(x, y)
    return math.atan2(y, x), x / hypotenuse / hypotenuse, -y / hypotenuse / hypotenuse


# fmt: off
sin = op("sin", math.sin, lambda z, x: cos(x), kernel=lambda x: (math.sin(x), math.cos(x)), latex=r"\sin\left({}\right)",
         varies_fast=True,
         doc="""The sine of x radians.

    >>> sin(0.0)
    0.0
    """)
cos = op("cos", math.cos, lambda z, x: -sin(x), kernel=lambda x: (math.cos(x), -math.sin(x)), latex=r"\cos\left({}\right)",
         varies_fast=True,
         doc="""The cosine of x radians.

    >>> cos(0.0)
    1.0
    """)
tan = op("tan", math.tan, lambda z, x: 1.0 + z * z, latex=r"\tan\left({}\right)", textbook=["1 + z**2"], domain=[((-1.5, 1.5),)],
         varies_fast=True,
         doc="""The tangent of x radians.

    >>> tan(0.0)
    0.0
    """)
asin = op("asin", math.asin, lambda z, x: 1.0 / leg(1.0, x),
          latex=r"\arcsin\left({}\right)", textbook=["1/sqrt(1 - x**2)"], domain=[UNIT], ufunc="arcsin",
          doc="""The angle in [-π/2, π/2] whose sine is x.

    >>> asin(1.0)
    1.5707963267948966
    """)
acos = op("acos", math.acos, lambda z, x: -1.0 / leg(1.0, x),
          latex=r"\arccos\left({}\right)", textbook=["-(1/sqrt(1 - x**2))"], domain=[UNIT], ufunc="arccos",
          doc="""The angle in [0, π] whose cosine is x.

    >>> acos(0.0)
    1.5707963267948966
    """)
atan = op("atan", math.atan, lambda z, x: _square(1.0 / hypot(1.0, x)),
          latex=r"\arctan\left({}\right)", textbook=["1/(1 + x**2)"], ufunc="arctan",
          doc="""The angle in (-π/2, π/2) whose tangent is x.

    >>> atan(1.0)
    0.7853981633974483
    """)
leg = op("leg", _leg, lambda z, x, y: hypot(1.0, y / z), lambda z, x, y: -y / z, kernel=_leg_kernel,
         textbook=["x/z", "-(y/z)"], domain=[((1.0, INF),), UNIT],
         doc="""√(x² - y²), the other leg of a right triangle with hypotenuse x and one leg y; NaN where |y| > x.

    >>> leg(5.0, 3.0)
    4.0
    """)
atan2 = op("atan2", math.atan2, lambda z, y, x: x / hypot(x, y) / hypot(x, y), lambda z, y, x: -y / hypot(x, y) / hypot(x, y), kernel=_atan2_kernel,
           latex=r"\operatorname{{atan2}}\left({}, {}\right)", textbook=["y/(x**2 + y**2)", "-(x/(x**2 + y**2))"], domain=[NONZERO, NONZERO], ufunc="arctan2",
           doc="""The angle in [-π, π] of the point (x, y), called as in `math`: atan2(y, x).

    >>> atan2(1.0, 1.0)
    0.7853981633974483
    """)

# -- hyperbolic functions ----------------------------------------------------------------------------
# fmt: on


def _sech2(x: float) -> float:
    e = math.exp(-2.0 * math.fabs(x))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


# fmt: off
sinh = op("sinh", math.sinh, lambda z, x: cosh(x), latex=r"\sinh\left({}\right)",
          fallback=lambda x: math.copysign(INF, x),
          doc="""The hyperbolic sine.

    >>> sinh(0.0)
    0.0
    """)
cosh = op("cosh", math.cosh, lambda z, x: sinh(x), latex=r"\cosh\left({}\right)", fallback=lambda x: INF,
          doc="""The hyperbolic cosine.

    >>> cosh(0.0)
    1.0
    """)
tanh = op("tanh", math.tanh, lambda z, x: sech2(x), kernel=lambda x: (math.tanh(x), _sech2(x)), latex=r"\tanh\left({}\right)", textbook=["1 - z**2"],
          varies_fast=True, activation=True,
         doc="""The hyperbolic tangent. Its partial is 1 - tanh², written so that it stays exact in the tails.

    >>> tanh(0.5)
    0.46211715726000973
    """)
sech2 = op("sech2", _sech2, lambda z, x: -2.0 * (z * tanh(x)), varies_fast=True,
         doc="""1 / cosh(x)², which is 1 - tanh(x)², without overflow and exact in the tails.

    >>> sech2(0.0), sech2(20.0)
    (1.0, 1.699341702116622e-17)
    """)
asinh = op("asinh", math.asinh, lambda z, x: 1.0 / hypot(1.0, x),
           latex=r"\operatorname{{arsinh}}\left({}\right)", textbook=["1/sqrt(1 + x**2)"], ufunc="arcsinh",
           doc="""The inverse of sinh.

    >>> asinh(0.0)
    0.0
    """)
acosh = op("acosh", math.acosh, lambda z, x: 1.0 / leg(x, 1.0),
           latex=r"\operatorname{{arcosh}}\left({}\right)", textbook=["1/sqrt(x**2 - 1)"], domain=[((1.0, INF),)], ufunc="arccosh",
           doc="""The inverse of cosh; NaN below 1.

    >>> acosh(1.0)
    0.0
    """)
atanh = op("atanh", math.atanh, lambda z, x: _square(1.0 / leg(1.0, x)),
           latex=r"\operatorname{{artanh}}\left({}\right)", textbook=["1/(1 - x**2)"], domain=[UNIT], ufunc="arctanh",
           fallback=lambda x: math.copysign(INF, x) if x * x == 1.0 else NAN,
           doc="""The inverse of tanh; ±inf at ±1.

    >>> atanh(0.0), atanh(1.0)
    (0.0, inf)
    """)

# -- the error function ------------------------------------------------------------------------------

TWO_OVER_SQRT_PI = 1.1283791670955126
SQRT_PI_OVER_TWO = 0.886226925452758
ONE_OVER_SQRT_TWO_PI = 0.3989422804014327
SQRT_TWO = 1.4142135623730951
ONE_OVER_SQRT_TWO, ITS_REST = 0.7071067811865476, -4.833646656726457e-17
# fmt: on


def _gaussian(x: float) -> float:
    # exp(-x·x) loses all digits of a large x² to rounding: split x so that the first square is exact.
    x = math.fabs(x)
    if not x <= 30.0:
        return NAN if x != x else 0.0
    high = math.floor(x * 2.0**20) / 2.0**20
    return math.exp(-high * high) * math.exp(-(x - high) * (x + high))


def _normal_pdf(x: float) -> float:
    # The same for exp(-x²/2), which vanishes beyond 38.6.
    x = math.fabs(x)
    if not x <= 40.0:
        return NAN if x != x else 0.0
    high = math.floor(x * 2.0**20) / 2.0**20
    return ONE_OVER_SQRT_TWO_PI * math.exp(-0.5 * high * high) * math.exp(-0.5 * (x - high) * (x + high))


def _normal_cdf(x: float) -> float:
    # Φ(x) = erfc(-x/√2)/2, and erfc magnifies the rounding error of u = -x/√2 in its tail: add what was rounded off.
    if x > 0.0:
        return 1.0 - _normal_cdf(-x)
    if not x >= -40.0:
        return NAN if x != x else 0.0
    u = -x * ONE_OVER_SQRT_TWO
    (head, tail), (c, rest) = _halves(-x), _halves(ONE_OVER_SQRT_TWO)
    lost = ((head * c - u) + head * rest + tail * c) + tail * rest - x * ITS_REST
    return 0.5 * math.erfc(u) - SQRT_TWO * lost * _normal_pdf(x)


def _halves(x: float) -> tuple[float, float]:
    # Into numbers of 26 bits, whose products are exact (Dekker, 1971).
    shifted = (2.0**27 + 1.0) * x
    high = shifted - (shifted - x)
    return high, x - high


# fmt: off
gaussian = op("gaussian", _gaussian, lambda z, x: -2.0 * (x * z), latex=r"e^{{-{}^2}}",
              varies_fast=True, text="exp(−{}²)", precedence=[ATOM, ATOM], latex_precedence=[POWER, ATOM],
         doc="""exp(-x²), exact in the tails.

    >>> gaussian(0.0), gaussian(20.0)
    (1.0, 1.9151695967140057e-174)
    """)
normal_pdf = op("normal_pdf", _normal_pdf, lambda z, x: -(x * z), symbol="φ",
                varies_fast=True,
         doc="""The density of the standard normal distribution, exp(-x²/2)/√(2π), exact in the tails.

    >>> normal_pdf(0.0)
    0.3989422804014327
    """)
normal_cdf = op("normal_cdf", _normal_cdf, lambda z, x: normal_pdf(x), symbol="Φ",
                varies_fast=True,
         doc="""The standard normal distribution Φ(x), the probability of a number below x; exact in the lower tail.

    >>> normal_cdf(0.0), normal_cdf(-10.0)
    (0.5, 7.61985302416053e-24)
    """)
erf = op("erf", math.erf, lambda z, x: TWO_OVER_SQRT_PI * gaussian(x), latex=r"\operatorname{{erf}}\left({}\right)",
         textbook=["1.1283791670955126*exp(-x**2)"],
         varies_fast=True,
         doc="""The error function, 2/√π ∫₀ˣ exp(-t²) dt.

    >>> erf(0.0)
    0.0
    """)
erfc = op("erfc", math.erfc, lambda z, x: -TWO_OVER_SQRT_PI * gaussian(x), latex=r"\operatorname{{erfc}}\left({}\right)",
          textbook=["-1.1283791670955126*exp(-x**2)"],
          varies_fast=True,
         doc="""1 - erf(x), exact for large x.

    >>> erfc(10.0)
    2.088487583762545e-45
    """)



def _erfinv_slope(z: Any, x: Any) -> Any:
    # exp(z²) magnifies the rounding error of z: what erf(z) is off from x, times the slope, tells it.
    slope = SQRT_PI_OVER_TWO / gaussian(z)
    excess = erfc(abs(z)) - (1.0 - abs(x))
    return where(less(abs(x), 1.0), slope * (1.0 + 2.0 * abs(z) * slope * excess), SQRT_PI_OVER_TWO * exp(z * z))


erfinv = op("erfinv", scalar_math.erfinv, _erfinv_slope, latex=r"\operatorname{{erf}}^{{-1}}\left({}\right)",
            textbook=["0.886226925452758*exp(z**2)"], domain=[UNIT],
            latex_precedence=[POWER, ANY],
         doc="""The inverse of erf; ±inf at ±1.

    >>> print(f"{erfinv(0.5):.6f} {erfinv(1.0)}")
    0.476936 inf
    """)

# -- the gamma function ------------------------------------------------------------------------------

NOT_A_POLE: Domain = (*((float(-n - 1), float(-n)) for n in range(4)), (0.0, INF))  # and so on to the left
ORDER: Domain = ((-1.0, 101.0),)  # the whole numbers in it

lgamma = op("lgamma", scalar_math.log_gamma, lambda z, x: digamma(x), latex=r"\ln\left|\Gamma\left({}\right)\right|", symbol="ln|Γ|", domain=[NOT_A_POLE],
            plain="log_gamma({})",
         doc="""log |Γ(x)|, the logarithm of a factorial: lgamma(n + 1) = log(n!); inf at 0, -1, -2, …

    >>> print(f"{lgamma(5.0):.6f} {lgamma(2.0)} {lgamma(0.0)}")
    3.178054 0.0 inf
    """)
digamma = op("digamma", scalar_math.digamma, lambda z, x: polygamma(1.0, x), latex=r"\psi\left({}\right)", symbol="ψ", domain=[NOT_A_POLE],
             fallback=lambda x: -math.copysign(INF, x),
             text="ψ({})",
         doc="""The derivative of lgamma; ∓inf at ±0, NaN at -1, -2, …

    >>> print(f"{digamma(1.0):.6f}")
    -0.577216
    """)
polygamma = op("polygamma", scalar_math.polygamma, lambda z, n, x: NAN * z, lambda z, n, x: polygamma(n + 1.0, x),
               latex=r"\psi^{{\left({}\right)}}\left({}\right)", symbol="ψ⁽ⁿ⁾", domain=[ORDER, NOT_A_POLE],
               fallback=lambda n, x: INF if n % 2.0 == 1.0 else -math.copysign(INF, x - min(round(x), 0.0)),
               latex_precedence=[POWER, ANY, ANY],
         doc="""The derivative of digamma of order n, called as in SciPy: polygamma(n, x), with a whole number n from 0 to 100.

    >>> print(f"{polygamma(1, 1.0):.6f}")
    1.644934
    """)

# -- kinks and choices -------------------------------------------------------------------------------


def _sign(x: float) -> float:
    return 0.0 if x == 0.0 else x if x != x else math.copysign(1.0, x)


def _step(x: float) -> float:
    return 1.0 if x > 0.0 else x if x != x else 0.0


def _zero(z: Any, *args: Any) -> float:
    return 0.0


# Distances from jumps that recur: a triangle wave with another sign on either side of every jump.


def _to_multiple(x: float, y: float) -> float:
    if not math.isfinite(x) or not math.isfinite(2.0 * y) or y == 0.0:
        return NAN
    r = math.remainder(x, 2.0 * y)
    return math.copysign(min(math.fabs(r), math.fabs(y) - math.fabs(r)), r)


def _to_half(x: float) -> float:
    return 0.5 - math.fabs(math.remainder(x, 2.0)) if math.isfinite(x) else NAN


def _to_either_zero(x: float, y: float) -> float:
    return math.copysign(min(math.fabs(x), math.fabs(y)), x) * math.copysign(1.0, y)


def _flat(z: Any, x: Any) -> Any:
    return z - z  # 0, and NaN at NaN


def _along(z: Any, *xs: Any) -> list[Any]:
    """x/z for each x, where z is √(x₁² + x₂² + …): each against the others, since 1/z - x²/z³ would cancel."""
    units = [x / z for x in xs]
    rests = _sums_of_others([_square(unit) for unit in units])
    return [where(equal(z, 0.0), 0.0, direction(unit, rest)) for unit, rest in zip(units, rests, strict=True)]


def _along_one(z: Any, x: Any, y: Any) -> Any:
    return where(equal(z, 0.0), 0.0, direction(x / z, _square(y / z)))


def _norm_kernel(*xs: float) -> tuple[float, tuple[float, ...]]:
    z = math.hypot(*xs)
    units = [x / z for x in xs]
    rests = _sums_of_others([unit * unit for unit in units])
    return z, tuple([unit / math.hypot(unit, math.sqrt(rest)) for unit, rest in zip(units, rests, strict=True)])


def _hypot_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = math.hypot(x, y)
    u, v = x / z, y / z
    return z, u / math.hypot(u, math.sqrt(v * v)), v / math.hypot(v, math.sqrt(u * u))


def _sums_of_others(terms: Sequence[Any]) -> list[Any]:
    """For each term the sum of all the others, without a subtraction: what is before it plus what is after it."""
    result: list[Any] = [0.0] * len(terms)
    before: Any = 0.0
    for i, term in enumerate(terms):
        result[i] = before
        before = before + term
    after: Any = 0.0
    for i in reversed(range(len(terms))):
        result[i] = result[i] + after
        after = after + terms[i]
    return result


def _direction_kernel(x: float, rest: float) -> tuple[float, float, float]:
    whole = x * x + rest
    cube = whole * math.sqrt(whole)
    return x / math.hypot(x, math.sqrt(rest)), rest / cube, -x / (2.0 * cube)


def _direction_by_rest(z: Any, x: Any, rest: Any) -> Any:
    return -x / (2.0 * _cube_of_root(x * x + rest))


hypot = op("hypot", math.hypot, lambda z, x, y: _along_one(z, x, y), lambda z, x, y: _along_one(z, y, x), kernel=_hypot_kernel,
           latex=r"\sqrt{{{}^2 + {}^2}}", textbook=["x/z", "y/z"], kinks=math.hypot,
           at_kink=[0.0, 0.0], latex_precedence=[ATOM, ATOM, ATOM],
         doc="""√(x² + y²) without overflow; the gradient at (0, 0) is 0, the subgradient of least norm.

    >>> hypot(3.0, 4.0)
    5.0
    """)
direction = op("direction", lambda x, rest: x / math.hypot(x, math.sqrt(rest)), lambda z, x, rest: rest / _cube_of_root(x * x + rest), _direction_by_rest, kernel=_direction_kernel,
               domain=[REAL, POSITIVE],
               doc="""x / √(x² + rest): the share of x in a length whose other squares add up to `rest`.

    >>> direction(3.0, 16.0)
    0.6
    """)
abs = op("abs", math.fabs, lambda z, x: sign(x), kernel=lambda x: (math.fabs(x), _sign(x)), latex=r"\left|{}\right|", symbol="|·|", kinks=lambda x: x, ufunc="absolute",
         at_kink=[0.0], text="|{}|",
         doc="""The absolute value; its partial at 0 is 0.

    >>> abs(-2.0)
    2.0
    """)
sign = op("sign", _sign, _flat, latex=r"\operatorname{{sign}}\left({}\right)", kinks=lambda x: x,
          at_kink=[0.0], jumps=True,
         doc="""-1, 0 or 1: the sign of x.

    >>> sign(-2.0), sign(0.0)
    (-1.0, 0.0)
    """)
step = op("step", _step, _flat, latex=r"\left[{} > 0\right]", kinks=lambda x: x,
          at_kink=[0.0], jumps=True, text="[{} > 0]", precedence=[ATOM, SUM],
         doc="""1 where x > 0, else 0.

    >>> step(2.0), step(0.0)
    (1.0, 0.0)
    """)
floor = op("floor", scalar_math.floored, _zero, latex=r"\left\lfloor {} \right\rfloor", symbol="⌊·⌋", kinks=lambda x: _to_multiple(x, 1.0),
           at_kink=[0.0], jumps=True, varies_fast=True, plain="floored({})", text="⌊{}⌋",
         doc="""The largest whole number that is not above x, as a float; its gradient is 0.

    >>> floor(2.5), floor(-2.5)
    (2.0, -3.0)
    """)
ceil = op("ceil", scalar_math.ceiled, _zero, latex=r"\left\lceil {} \right\rceil", symbol="⌈·⌉", kinks=lambda x: _to_multiple(x, 1.0),
          at_kink=[0.0], jumps=True, varies_fast=True, plain="ceiled({})", text="⌈{}⌉",
         doc="""The smallest whole number that is not below x, as a float; its gradient is 0.

    >>> ceil(2.5), ceil(-2.5)
    (3.0, -2.0)
    """)
round = op("round", scalar_math.rounded, _zero, latex=r"\operatorname{{round}}\left({}\right)", kinks=_to_half, ufunc="rint",
           at_kink=[0.0], jumps=True, varies_fast=True, plain="rounded({})",
         doc="""The nearest whole number, of two the even one, as a float; its gradient is 0.

    >>> round(2.5), round(3.5)
    (2.0, 4.0)
    """)
copysign = op("copysign", math.copysign, lambda z, x, y: sign(x) * copysign(1.0, y), _zero, domain=[REAL, NONZERO], kinks=_to_either_zero,
              kernel=lambda x, y: (math.copysign(x, y), _sign(x) * math.copysign(1.0, y), 0.0),
              jumps=True,
         doc="""|x| with the sign of y, which a zero has as well; the partial at x = 0 is 0.

    >>> copysign(2.0, -3.0), copysign(2.0, -0.0)
    (-2.0, -2.0)
    """)
relu = op("relu", lambda x: 0.0 if x <= 0.0 else x, lambda z, x: step(x), kernel=lambda x: (0.0, 0.0) if x <= 0.0 else (x, 1.0), latex=r"\operatorname{{relu}}\left({}\right)", textbook=["x > 0"], kinks=lambda x: x,
          at_kink=[0.0], activation=True,
         doc="""x where x > 0, else 0; its partial at 0 is 0.

    >>> relu(2.0), relu(-2.0)
    (2.0, 0.0)
    """)
maximum = op("maximum", lambda x, y: x if x >= y or x != x else y,
             lambda z, x, y: _within(_number(z), greater(x, y) + 0.5 * equal(x, y), z),
             lambda z, x, y: _within(_number(z), less(x, y) + 0.5 * equal(x, y), z),
             textbook=["(x > y) + 0.5*(x == y)", "(x < y) + 0.5*(x == y)"], latex=r"\max\left({}, {}\right)", symbol="max", kinks=lambda x, y: x - y,
             kernel=lambda x, y: (x, 1.0, 0.0) if x > y else (y, 0.0, 1.0) if y > x else (x, 0.5, 0.5) if x == y else (NAN, NAN, NAN),
             at_kink=[0.5, 0.5],
         doc="""The larger of two numbers; a tie splits the gradient ½ and ½, NaN wins.

    >>> maximum(2.0, 3.0)
    3.0
    """)
minimum = op("minimum", lambda x, y: x if x <= y or x != x else y,
             lambda z, x, y: _within(_number(z), less(x, y) + 0.5 * equal(x, y), z),
             lambda z, x, y: _within(_number(z), greater(x, y) + 0.5 * equal(x, y), z),
             textbook=["(x < y) + 0.5*(x == y)", "(x > y) + 0.5*(x == y)"], latex=r"\min\left({}, {}\right)", symbol="min", kinks=lambda x, y: x - y,
             kernel=lambda x, y: (x, 1.0, 0.0) if x < y else (y, 0.0, 1.0) if y < x else (x, 0.5, 0.5) if x == y else (NAN, NAN, NAN),
             at_kink=[0.5, 0.5],
         doc="""The smaller of two numbers; a tie splits the gradient ½ and ½, NaN wins.

    >>> minimum(2.0, 3.0)
    2.0
    """)
where = op("where", lambda c, x, y: x if c else y,
           _zero, lambda z, c, x, y: not_equal(c, 0.0), lambda z, c, x, y: equal(c, 0.0),
           select=True, kinks=lambda c, x, y: c, kernel=lambda c, x, y: (x, (None, 1.0, None)) if c else (y, (None, None, 1.0)),
           latex=r"\begin{{cases}}{1} & \text{{if }} {0}\\{2} & \text{{otherwise}}\end{{cases}}",
           jumps=True, plain="{1} if {0} else {2}", text="{1} if {0} else {2}", precedence=[ANY, SUM, SUM, ANY], latex_precedence=[ANY, ANY, ANY, ANY],
         doc="""x where the condition holds (is not 0), else y; the branch not taken gets no gradient at all.

    >>> where(True, 2.0, 3.0), where(0.0, 2.0, 3.0)
    (2.0, 3.0)
    """)


def _comparison(name: str, forward: Callable[[float, float], bool], python: str, sign: str, latex: str) -> Op:
    return op(name, lambda x, y: 1.0 if forward(x, y) else 0.0, _zero, _zero,
              plain=f"float({{}} {python} {{}})", text=f"[{{}} {sign} {{}}]", latex=rf"\left[{{}} {latex} {{}}\right]",
              precedence=[ATOM, SUM, SUM], symbol=sign, kinks=lambda x, y: x - y, at_kink=[0.0, 0.0], jumps=True, comparison=True,
              kernel=lambda x, y: (1.0 if forward(x, y) else 0.0, 0.0, 0.0),
              doc=f"1 where x {sign} y, else 0: a comparison that is recorded. Its gradient is 0.")


equal = _comparison("equal", operator.eq, "==", "=", "=")
not_equal = _comparison("not_equal", operator.ne, "!=", "≠", r"\ne")
less = _comparison("less", operator.lt, "<", "<", "<")
less_equal = _comparison("less_equal", operator.le, "<=", "≤", r"\le")
greater = _comparison("greater", operator.gt, ">", ">", ">")
greater_equal = _comparison("greater_equal", operator.ge, ">=", "≥", r"\ge")

# -- the activations that need a stable form ---------------------------------------------------------
# fmt: on


def _sigmoid(x: float) -> float:
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def _softplus(x: float) -> float:
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-math.fabs(x))) if x == x else x


def _mish_slope(z: Any, x: Any) -> Any:
    # With p = σ(x) and q = σ(-x), tanh(softplus(x)) is (1 - q²)/(1 + q²), and 1 - its square is (2q/(1 + q²))².
    p, q = sigmoid(x), sigmoid(-x)
    whole = 1.0 + q * q
    gate = where(greater(x, 0.0), 2.0 / whole - 1.0, p * (1.0 + q) / whole)
    return gate + 4.0 * p * _square(q / whole) * x


# fmt: off
sigmoid = op("sigmoid", _sigmoid, lambda z, x: 0.25 * sech2(0.5 * x), kernel=lambda x: (_sigmoid(x), 0.25 * _sech2(0.5 * x)), latex=r"\sigma\left({}\right)", symbol="σ", textbook=["z*(1 - z)"],
             varies_fast=True, activation=True,
         doc="""1 / (1 + exp(-x)), without overflow. Its partial σ(x)·σ(-x) is sech²(x/2)/4, exact in the tails.

    >>> sigmoid(0.0), sigmoid(-800.0)
    (0.5, 0.0)
    """)
softplus = op("softplus", _softplus, lambda z, x: sigmoid(x), latex=r"\ln\left(1 + e^{{{}}}\right)",
              varies_fast=True, activation=True,
         doc="""log(1 + exp(x)), without overflow.

    >>> softplus(800.0), softplus(-800.0)
    (800.0, 0.0)
    """)

softsign = op("softsign", lambda x: x / (1.0 + math.fabs(x)), lambda z, x: _square(1.0 / (1.0 + abs(x))),
              kinks=lambda x: x, textbook=["1/(1 + abs(x))**2"],
              at_kink=[1.0], activation=True,
         doc="""x / (1 + |x|). Its second derivative jumps at 0.

    >>> softsign(-3.0)
    -0.75
    """)
mish = op("mish", lambda x: x * math.tanh(_softplus(x)), _mish_slope,
          textbook=["tanh(softplus(x)) + x*(1 - tanh(softplus(x))**2)*sigmoid(x)"],
          varies_fast=True, activation=True,
         doc="""x·tanh(softplus(x)) (Misra, 2019).

    >>> mish(1.0)
    0.8650983882673103
    """)

# -- any number of arguments -------------------------------------------------------------------------


# Sums run left to right, as the additions of `expand` do: the builtin rounds otherwise from Python 3.12 on.


def _sum(*xs: float) -> float:
    total = 0.0
    for x in xs:
        total += x
    return total


def _product(*xs: float) -> float:
    product = 1.0
    for x in xs:
        product *= x
    return product


def weighted_sum(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    """bias + w₁x₁ + w₂x₂ + …, left to right."""
    for weight, x in zip(weights, inputs):  # noqa: B905  # of one length, and an inner loop
        bias += weight * x
    return bias


def _others(z: Any, *xs: Any) -> list[Any]:
    """For each x the product of all the others, without a division: prefix times suffix."""
    result: list[Any] = [1.0] * len(xs)
    prefix: Any = 1.0
    for i, x in enumerate(xs):
        result[i] = prefix
        prefix = prefix * x
    suffix: Any = 1.0
    for i in reversed(range(len(xs))):
        result[i] = result[i] * suffix
        suffix = suffix * xs[i]
    return result


def _dot(*args: float) -> float:
    # The arguments are all weights, then all inputs, then the bias.
    n = len(args) // 2
    return weighted_sum(args[:n], args[n : 2 * n], args[-1])


def _swapped(z: Any, *args: Any) -> list[Any]:
    n = len(args) // 2
    return [*args[n : 2 * n], *args[:n], 1.0]


def _dot_kernel(*args: float) -> tuple[float, tuple[float, ...]]:
    n = len(args) // 2
    weights, inputs = args[:n], args[n : 2 * n]
    return weighted_sum(weights, inputs, args[-1]), (*inputs, *weights, 1.0)


def _terms(z: Any, *xs: Any) -> list[Any]:
    """exp(x - z) for each x, given their logsumexp z: its rounding error is in all terms alike, and divided out later."""
    infinite = equal(z, INF)
    return [where(infinite, equal(x, INF), exp_difference(x, z)) for x in xs]


def _shares(z: Any, *xs: Any) -> list[Any]:
    """The softmax of xs: each the fraction that its term is of itself and the others, since p - p² would cancel."""
    terms = _terms(z, *xs)
    shares = [fraction(term, rest) for term, rest in zip(terms, _sums_of_others(terms), strict=True)]
    return [where(equal(z, -INF), 0.0, share) for share in shares]


def _log_softmax_partials(z: Any, *xs: Any) -> list[Any]:
    """1 less the softmax of the first, which is the fraction of the others, and minus the softmax of each of the others."""
    terms = _terms(logsumexp(*xs), *xs)
    (first, its_rest), *others = zip(terms, _sums_of_others(terms), strict=True)
    partials = [fraction(its_rest, first), *(-fraction(term, rest) for term, rest in others)]
    return [_within(_number(z), partial, z) for partial in partials]


def _softmax_partials(z: Any, *xs: Any) -> list[Any]:
    return [z * partial for partial in _log_softmax_partials(z, *xs)]


def _softmax(x: float, *others: float) -> float:
    largest = max(x, *others) if others else x
    term, *rest = [_exp_difference(y, largest) for y in (x, *others)]
    return term / math.fsum([term, *rest])


def _log_softmax(x: float, *others: float) -> float:
    # Both parts are negative, so that nothing cancels; the logarithm is that of 1 and what the smaller ones add.
    largest = max(x, *others) if others else x
    rest = [x, *others]
    rest.remove(largest)
    return -(largest - x) - math.log1p(math.fsum(_exp_difference(y, largest) for y in rest))


def _softmax_kernel(*xs: float) -> tuple[float, tuple[float, ...]]:
    z = _softmax(*xs)
    return z, _softmax_floats(z, _float_terms(_logsumexp(*xs), xs))


def _log_softmax_kernel(*xs: float) -> tuple[float, tuple[float, ...]]:
    return _log_softmax(*xs), _log_softmax_floats(_float_terms(_logsumexp(*xs), xs))


def _log_softmax_floats(terms: list[tuple[float, float]]) -> tuple[float, ...]:
    (first, its_rest), *others = terms
    return its_rest / (its_rest + first), *[-(term / (term + rest)) for term, rest in others]


def _softmax_floats(z: float, terms: list[tuple[float, float]]) -> tuple[float, ...]:
    return tuple([z * partial for partial in _log_softmax_floats(terms)])


def _logsumexp_kernel(*xs: float) -> tuple[float, tuple[float, ...]]:
    z = _logsumexp(*xs)
    return z, tuple([term / (term + rest) for term, rest in _float_terms(z, xs)])


def _float_terms(z: float, xs: Sequence[float]) -> list[tuple[float, float]]:
    terms = [_exp_difference(x, z) for x in xs]
    return list(zip(terms, _sums_of_others(terms), strict=True))


def _logsumexp(*xs: float) -> float:
    largest = -INF
    for x in xs:
        if x != x:
            return x
        largest = x if x > largest else largest
    if math.isinf(largest):
        return largest
    rest = list(xs)
    rest.remove(largest)
    return largest + math.log1p(math.fsum(_exp_difference(x, largest) for x in rest))


sum = op("sum", _sum, lambda z, *xs: [1.0] * len(xs), kernel=lambda *xs: (_sum(*xs), (1.0,) * len(xs)), variadic=True, symbol="Σ", latex=r"\sum\left({}\right)",
         linear=True, terms=_each, precedence=[SUM, SUM],
         doc="""The sum of all arguments, added left to right. Of a list: `autograd.sum(xs)`.

    >>> sum(1.0, 2.0, 3.0)
    6.0
    """)
prod = op("prod", _product, _others, kernel=lambda *xs: (_product(*xs), tuple(_others(0.0, *xs))), variadic=True, symbol="Π", latex=r"\prod\left({}\right)",
          terms=_all, precedence=[PRODUCT, PRODUCT],
         doc="""The product of all arguments. Of a list: `autograd.prod(xs)`.

    >>> prod(2.0, 3.0, 4.0)
    24.0
    """)
dot = op("dot", _dot, _swapped, kernel=_dot_kernel, variadic=True, symbol="w·x + b", latex=r"\operatorname{{dot}}\left({}\right)",
         terms=_pairs_and_bias,
         doc="""w₁x₁ + w₂x₂ + … + bias in one node. Of two lists: `autograd.dot(w, x, bias)`.

    >>> dot(1.0, 2.0, 3.0, 4.0, 0.5)
    11.5
    """)
logsumexp = op("logsumexp", _logsumexp, _shares,
               kernel=_logsumexp_kernel, variadic=True, latex=r"\operatorname{{logsumexp}}\left({}\right)", textbook=["exp(x - z)"],
               varies_fast=True,
         doc="""log(exp(x₁) + exp(x₂) + …), without overflow. Of a list: `autograd.logsumexp(xs)`.

    >>> logsumexp(1000.0, 1000.0)
    1000.6931471805599
    """)

def _share(z: Any, x: Any, y: Any) -> Any:
    return _shares(z, x, y)[0]


def _logaddexp_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = _logsumexp(x, y)
    p, q = _exp_difference(x, z), _exp_difference(y, z)
    return z, p / (p + q), q / (p + q)


logaddexp = op("logaddexp", _logsumexp, _share, lambda z, x, y: _share(z, y, x), kernel=_logaddexp_kernel,
               latex=r"\ln\left(e^{{{}}} + e^{{{}}}\right)", textbook=["exp(x - z)", "exp(y - z)"],
               varies_fast=True, plain="logsumexp({}, {})", text="ln(exp({}) + exp({}))",
         doc="""log(exp(x) + exp(y)), without overflow.

    >>> logaddexp(1000.0, 1000.0)
    1000.6931471805599
    """)
softmax = op("softmax", _softmax, _softmax_partials, kernel=_softmax_kernel, variadic=True, textbook=["z*(1 - z)", "-(z**2*exp(x - y))"],
             varies_fast=True,
         doc="""The share of the first in exp(x₁) + exp(x₂) + …, without overflow. Of a list: `autograd.softmax(xs)`.

    >>> softmax(0.0, 0.0), softmax(1e16, 1e16)
    (0.5, 0.5)
    """)
log_softmax = op("log_softmax", _log_softmax, _log_softmax_partials, kernel=_log_softmax_kernel, variadic=True, textbook=["1 - exp(z)", "-exp(x - y + z)"],
                 varies_fast=True,
         doc="""The logarithm of the first's share, exact where it is next to 0 and where it is far below.

    >>> log_softmax(0.0, -1000.0), log_softmax(-1000.0, 0.0), log_softmax(40.0, 0.0)
    (-0.0, -1000.0, -4.248354255291589e-18)
    """)
norm = op("norm", math.hypot, _along, kernel=_norm_kernel, variadic=True, symbol="‖·‖", textbook=["x/z"], kinks=math.hypot,
          at_kink=[0.0], plain="hypot({})",
         doc="""√(x₁² + x₂² + …), without overflow; the gradient at 0 is 0. Of a list: `autograd.norm(xs)`.

    >>> norm(2.0, 3.0, 6.0)
    7.0
    """)

def _fraction_kernel(x: float, y: float) -> tuple[float, float, float]:
    total = x + y
    z = x / total
    return z, y / total / total, -z / total


fraction = op("fraction", lambda x, y: x / (x + y), lambda z, x, y: fraction(y, x) / (x + y), lambda z, x, y: -z / (x + y), kernel=_fraction_kernel,
              domain=[POSITIVE, POSITIVE],
              doc="""x / (x + y): the fraction that x is of both.

    >>> fraction(1.0, 3.0)
    0.25
    """)
# fmt: on

BUILT_IN = frozenset(TABLE)
for _op in TABLE.values():
    _op.built_in = True
