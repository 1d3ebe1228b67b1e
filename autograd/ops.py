"""The table of operations: one row each, with its partial derivatives.

A rule reads `lambda z, x, y: …`: the result first, then the arguments. Rules are written with
operators and with the ops of this table alone, so one rule serves floats, Values and arrays.
Two habits keep them exact: tails are never computed as 1 - 1, and a partial outside the
domain is NaN. To add an op, add a row; everything else reads it from here.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd import scalar_math, templates
from autograd.primitive import INF, NAN, NONZERO, POSITIVE, REAL, UNIT, Domain, Op, number

TABLE: dict[str, Op] = {}

# Rows that the rules of earlier rows mention.
pow: Op
log: Op
cos: Op
sin: Op
cosh: Op
sqrt: Op
hypot: Op
sigmoid: Op
gaussian: Op
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


def op(name: str, forward: Callable[..., float], *partials: Callable[..., Any], **columns: Any) -> Op:
    """Make a row and put it in the table."""
    row = TABLE[name] = Op(name, forward, *partials, **columns)
    return row


def row_named(name: str) -> Op:
    """The row of that name; KeyError if there is none.

    >>> row_named("tanh")
    <op tanh>
    """
    return TABLE[name]


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
    `taught`, `domain`, `kinks`, `otherwise` (the result where `forward` raises a ValueError or ArithmeticError; without
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
    _check_texts(None if columns.get("variadic") else len(rules), columns)
    columns.setdefault("doc", forward.__doc__ or "")
    columns.setdefault("otherwise", _raise_again)
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
    if columns.get("source") is not None:
        templates.check_source("custom_op: source", columns["source"], arity)
    if columns.get("latex") is not None:
        templates.check_places("custom_op: latex", columns["latex"], arity)


def _raise_again(*args: float) -> float:
    raise  # called while the exception of `forward` is handled


def _square(x: Any) -> Any:
    return x * x


def _within(condition: Any, partial: Any) -> Any:
    """`partial` where the argument is in the domain, NaN elsewhere."""
    return where(condition, partial, NAN)


# -- arithmetic --------------------------------------------------------------------------------------


def _divide(x: float, y: float) -> float:
    if x == 0.0 or x != x:
        return NAN
    return math.copysign(INF, x) * math.copysign(1.0, y)


def _power(x: float, y: float) -> float:
    """x**y where math.pow raises: at a pole, on overflow, and at a negative base."""
    if x < 0.0 and not y.is_integer():
        return NAN
    return math.copysign(INF, x) if y % 2.0 == 1.0 else INF


def _power_by_base(z: Any, x: Any, y: Any) -> Any:
    if type(y) is float and y >= 0.5:  # what both lines below come to, without a `where` in what is drawn and differentiated
        return y * pow(x, y - 1.0)
    # y·x**(y-1) is exact where y-1 is (y ≥ ½) and right at x = 0, but for 0**0; y·z/x is exact elsewhere.
    direct = where(equal(x, 0.0) * equal(y, 0.0), 0.0, y * pow(x, y - 1.0))
    return where(greater_equal(y, 0.5) + equal(x, 0.0), direct, y * z / x)


def _power_by_exponent(z: Any, x: Any, y: Any) -> Any:
    flat = equal(x, 0.0) * greater_equal(y, 0.0)
    return where(flat, 0.0, z * log(x))


def _power_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = math.pow(x, y)
    return z, y * math.pow(x, y - 1.0) if y >= 0.5 else y * z / x, z * math.log(x)


def _mod_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = x % y
    return z, 1.0, -scalar_math.rounded(x / y - z / y)


def _cbrt(x: float) -> float:
    # libm's cube root may be 3 units off; one step of Newton's method brings it within 1.
    z = math.cbrt(x)
    return z - (z - x / (z * z)) / 3.0 if z and math.isfinite(z) else z


# fmt: off
pos = op("pos", operator.pos, lambda z, x: 1.0, source="+{}", latex="+{}", symbol="+", ufunc="positive",
         doc="""The same number as a new node: `+x`.

    >>> pos(2.0)
    2.0
    """)
neg = op("neg", operator.neg, lambda z, x: -1.0, source="-{}", latex="-{}", symbol="−", ufunc="negative",
         doc="""Minus x: `-x`.

    >>> neg(2.0)
    -2.0
    """)
add = op("add", operator.add, lambda z, x, y: 1.0, lambda z, x, y: 1.0,
         source="{} + {}", latex="{} + {}", symbol="+",
         doc="""The sum of two numbers: `x + y`.

    >>> add(2.0, 3.0)
    5.0
    """)
sub = op("sub", operator.sub, lambda z, x, y: 1.0, lambda z, x, y: -1.0,
         source="{} - {}", latex="{} - {}", symbol="−", ufunc="subtract",
         doc="""The difference of two numbers: `x - y`.

    >>> sub(2.0, 3.0)
    -1.0
    """)
mul = op("mul", operator.mul, lambda z, x, y: y, lambda z, x, y: x,
         source="{} * {}", latex=r"{} \cdot {}", symbol="×", ufunc="multiply",
         doc="""The product of two numbers: `x * y`.

    >>> mul(2.0, 3.0)
    6.0
    """)
div = op("div", operator.truediv, lambda z, x, y: 1.0 / y, lambda z, x, y: -z / y,
         source="{} / {}", latex=r"\frac{{{}}}{{{}}}", symbol="÷", ufunc="divide",
         taught=["1/y", "-(x/y**2)"], domain=[REAL, NONZERO], otherwise=_divide,
         doc="""The quotient of two numbers: `x / y`; 1/±0 is ±inf and 0/0 is NaN.

    >>> div(1.0, 4.0), div(1.0, 0.0)
    (0.25, inf)
    """)
pow = op("pow", math.pow, _power_by_base, _power_by_exponent,
         source="{} ** {}", latex="{{{}}}^{{{}}}", symbol="**", ufunc="power",
         taught=["y*x**(y - 1)", "z*log(x)"], domain=[POSITIVE, REAL], otherwise=_power, kernel=_power_kernel,
         doc="""x to the power y: `x ** y`; a negative x with a y that is no integer gives NaN, never a complex number.

    >>> pow(2.0, -1.0), pow(-8.0, 1 / 3)
    (0.5, nan)
    """)

mod = op("mod", operator.mod, lambda z, x, y: where(equal(z, z), 1.0, z), lambda z, x, y: where(equal(z, z), -round(x / y - z / y), z),
         source="{} % {}", latex=r"{} \bmod {}", symbol="%", ufunc="remainder", taught=["1", "-floor(x/y)"],
         domain=[REAL, NONZERO], kinks=lambda x, y: _to_multiple(x, y), kernel=_mod_kernel,
         doc="""The remainder of x / y, with the sign of y, as Python has it: `x % y`; NaN for y = 0.

    >>> mod(7.0, 3.0), mod(-7.0, 3.0)
    (1.0, 2.0)
    """)

# -- exponentials and logarithms ---------------------------------------------------------------------

LN_2 = 0.6931471805599453
LOG2_E = 1.4426950408889634
LOG10_E = 0.4342944819032518

exp = op("exp", math.exp, lambda z, x: z, latex="e^{{{}}}", otherwise=lambda x: INF,
         doc="""e to the power x.

    >>> exp(0.0), exp(710.0)
    (1.0, inf)
    """)
expm1 = op("expm1", math.expm1, lambda z, x: exp(x), latex="e^{{{}}} - 1", otherwise=lambda x: INF,
           doc="""exp(x) - 1, exact for small x.

    >>> expm1(1e-20)
    1e-20
    """)
exp2 = op("exp2", math.exp2, lambda z, x: LN_2 * z, latex="2^{{{}}}", otherwise=lambda x: INF,
          doc="""2 to the power x.

    >>> exp2(3.0), exp2(1024.0)
    (8.0, inf)
    """)
log = op("log", math.log, lambda z, x: _within(greater_equal(x, 0.0), 1.0 / x),
         latex=r"\ln\left({}\right)", taught=["1/x"], domain=[POSITIVE], otherwise=lambda x: -INF if x == 0.0 else NAN,
         doc="""The natural logarithm; log(0) is -inf, and NaN below.

    >>> log(1.0), log(0.0)
    (0.0, -inf)
    """)
log1p = op("log1p", math.log1p, lambda z, x: _within(greater_equal(x, -1.0), 1.0 / (1.0 + x)),
           latex=r"\ln\left(1 + {}\right)", taught=["1/(1 + x)"], domain=[((-1.0, INF),)],
           otherwise=lambda x: -INF if x == -1.0 else NAN,
           doc="""log(1 + x), exact for small x.

    >>> log1p(1e-20)
    1e-20
    """)
log2 = op("log2", math.log2, lambda z, x: _within(greater_equal(x, 0.0), LOG2_E / x),
          latex=r"\log_2\left({}\right)", taught=["1/(x*log(2))"], domain=[POSITIVE], otherwise=lambda x: -INF if x == 0.0 else NAN,
          doc="""The logarithm to base 2.

    >>> log2(8.0)
    3.0
    """)
log10 = op("log10", math.log10, lambda z, x: _within(greater_equal(x, 0.0), LOG10_E / x),
           latex=r"\log_{{10}}\left({}\right)", taught=["1/(x*log(10))"], domain=[POSITIVE],
           otherwise=lambda x: -INF if x == 0.0 else NAN,
           doc="""The logarithm to base 10.

    >>> log10(1000.0)
    3.0
    """)
sqrt = op("sqrt", math.sqrt, lambda z, x: 0.5 / z, latex=r"\sqrt{{{}}}", symbol="√", taught=["1/(2*z)"], domain=[POSITIVE],
          doc="""The square root; NaN for a negative number.

    >>> sqrt(9.0)
    3.0
    """)
cbrt = op("cbrt", _cbrt, lambda z, x: 1.0 / (3.0 * z * z), latex=r"\sqrt[3]{{{}}}", symbol="∛", taught=["1/(3*z**2)"], domain=[NONZERO],
          doc="""The cube root, of negative numbers too.

    >>> cbrt(-27.0)
    -3.0
    """)
log1mexp = op("log1mexp", scalar_math.log1mexp, lambda z, x: where(greater_equal(x, 0.0), exp(-x) / -expm1(-x), z),
              latex=r"\ln\left(1 - e^{{-{}}}\right)", taught=["1/(exp(x) - 1)"], domain=[POSITIVE],
              otherwise=lambda x: -INF if x == 0.0 else NAN,
              doc="""log(1 - exp(-x)) for x > 0, the convention of Mächler (2012): exact for small and for large x.

    >>> print(f"{log1mexp(1e-20):.6f} {log1mexp(50.0):.6g}")
    -46.051702 -1.92875e-22
    """)


def _exp_difference(x: float, y: float) -> float:
    # exp magnifies the rounding error of x - y by the difference itself: add what was rounded off.
    d = x - y
    rest = x - d
    lost = (x - (d + rest)) + (rest - y)
    return math.exp(d) * (1.0 + lost) if math.isfinite(lost) else math.exp(d)


exp_difference = op("exp_difference", _exp_difference, lambda z, x, y: z, lambda z, x, y: -z,
                    latex="e^{{{} - {}}}", otherwise=lambda x, y: INF,
                    doc="""exp(x - y), exact where the difference is not: what softmax is made of.

    >>> exp_difference(3.0, 3.0)
    1.0
    """)

# -- trigonometry ------------------------------------------------------------------------------------

sin = op("sin", math.sin, lambda z, x: cos(x), latex=r"\sin\left({}\right)",
         doc="""The sine of x radians.

    >>> sin(0.0)
    0.0
    """)
cos = op("cos", math.cos, lambda z, x: -sin(x), latex=r"\cos\left({}\right)",
         doc="""The cosine of x radians.

    >>> cos(0.0)
    1.0
    """)
tan = op("tan", math.tan, lambda z, x: 1.0 + z * z, latex=r"\tan\left({}\right)", taught=["1 + z**2"], domain=[((-1.5, 1.5),)],
         doc="""The tangent of x radians.

    >>> tan(0.0)
    0.0
    """)
asin = op("asin", math.asin, lambda z, x: 1.0 / sqrt((1.0 - x) * (1.0 + x)),
          latex=r"\arcsin\left({}\right)", taught=["1/sqrt(1 - x**2)"], domain=[UNIT], ufunc="arcsin",
          doc="""The angle in [-π/2, π/2] whose sine is x.

    >>> asin(1.0)
    1.5707963267948966
    """)
acos = op("acos", math.acos, lambda z, x: -1.0 / sqrt((1.0 - x) * (1.0 + x)),
          latex=r"\arccos\left({}\right)", taught=["-(1/sqrt(1 - x**2))"], domain=[UNIT], ufunc="arccos",
          doc="""The angle in [0, π] whose cosine is x.

    >>> acos(0.0)
    1.5707963267948966
    """)
atan = op("atan", math.atan, lambda z, x: _square(1.0 / hypot(1.0, x)),
          latex=r"\arctan\left({}\right)", taught=["1/(1 + x**2)"], ufunc="arctan",
          doc="""The angle in (-π/2, π/2) whose tangent is x.

    >>> atan(1.0)
    0.7853981633974483
    """)
atan2 = op("atan2", math.atan2, lambda z, y, x: x / hypot(x, y) / hypot(x, y), lambda z, y, x: -y / hypot(x, y) / hypot(x, y),
           latex=r"\operatorname{{atan2}}\left({}, {}\right)", taught=["y/(x**2 + y**2)", "-(x/(x**2 + y**2))"], domain=[NONZERO, NONZERO], ufunc="arctan2",
           doc="""The angle in [-π, π] of the point (x, y), called as in `math`: atan2(y, x).

    >>> atan2(1.0, 1.0)
    0.7853981633974483
    """)

# -- hyperbolic functions ----------------------------------------------------------------------------

sinh = op("sinh", math.sinh, lambda z, x: cosh(x), latex=r"\sinh\left({}\right)",
          otherwise=lambda x: math.copysign(INF, x),
          doc="""The hyperbolic sine.

    >>> sinh(0.0)
    0.0
    """)
cosh = op("cosh", math.cosh, lambda z, x: sinh(x), latex=r"\cosh\left({}\right)", otherwise=lambda x: INF,
          doc="""The hyperbolic cosine.

    >>> cosh(0.0)
    1.0
    """)
tanh = op("tanh", math.tanh, lambda z, x: 4.0 * sigmoid(2.0 * x) * sigmoid(-2.0 * x), latex=r"\tanh\left({}\right)", taught=["1 - z**2"],
          doc="""The hyperbolic tangent. Its partial is 1 - tanh², written so that it stays exact in the tails.

    >>> tanh(0.5)
    0.46211715726000973
    """)
asinh = op("asinh", math.asinh, lambda z, x: 1.0 / hypot(1.0, x),
           latex=r"\operatorname{{arsinh}}\left({}\right)", taught=["1/sqrt(1 + x**2)"], ufunc="arcsinh",
           doc="""The inverse of sinh.

    >>> asinh(0.0)
    0.0
    """)
acosh = op("acosh", math.acosh, lambda z, x: 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)),
           latex=r"\operatorname{{arcosh}}\left({}\right)", taught=["1/sqrt(x**2 - 1)"], domain=[((1.0, INF),)], ufunc="arccosh",
           doc="""The inverse of cosh; NaN below 1.

    >>> acosh(1.0)
    0.0
    """)
atanh = op("atanh", math.atanh, lambda z, x: _within(less_equal(abs(x), 1.0), 1.0 / ((1.0 - x) * (1.0 + x))),
           latex=r"\operatorname{{artanh}}\left({}\right)", taught=["1/(1 - x**2)"], domain=[UNIT], ufunc="arctanh",
           otherwise=lambda x: math.copysign(INF, x) if x * x == 1.0 else NAN,
           doc="""The inverse of tanh; ±inf at ±1.

    >>> atanh(0.0), atanh(1.0)
    (0.0, inf)
    """)

# -- the error function ------------------------------------------------------------------------------

TWO_OVER_SQRT_PI = 1.1283791670955126
SQRT_PI_OVER_TWO = 0.886226925452758


def _gaussian(x: float) -> float:
    # exp(-x·x) loses all digits of a large x² to rounding: split x so that the first square is exact.
    x = math.fabs(x)
    if not x <= 30.0:
        return NAN if x != x else 0.0
    high = math.floor(x * 2.0**20) / 2.0**20
    return math.exp(-high * high) * math.exp(-(x - high) * (x + high))


gaussian = op("gaussian", _gaussian, lambda z, x: -2.0 * (x * z), latex=r"e^{{-{}^2}}",
              doc="""exp(-x²), exact in the tails.

    >>> gaussian(0.0), gaussian(20.0)
    (1.0, 1.9151695967140057e-174)
    """)
erf = op("erf", math.erf, lambda z, x: TWO_OVER_SQRT_PI * gaussian(x), latex=r"\operatorname{{erf}}\left({}\right)",
         taught=["1.1283791670955126*exp(-x**2)"],
         doc="""The error function, 2/√π ∫₀ˣ exp(-t²) dt.

    >>> erf(0.0)
    0.0
    """)
erfc = op("erfc", math.erfc, lambda z, x: -TWO_OVER_SQRT_PI * gaussian(x), latex=r"\operatorname{{erfc}}\left({}\right)",
          taught=["-1.1283791670955126*exp(-x**2)"],
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
            taught=["0.886226925452758*exp(z**2)"], domain=[UNIT],
            doc="""The inverse of erf; ±inf at ±1.

    >>> print(f"{erfinv(0.5):.6f} {erfinv(1.0)}")
    0.476936 inf
    """)

# -- the gamma function ------------------------------------------------------------------------------

NOT_A_POLE: Domain = (*((float(-n - 1), float(-n)) for n in range(4)), (0.0, INF))  # and so on to the left
ORDER: Domain = ((-1.0, 101.0),)  # the whole numbers in it

lgamma = op("lgamma", scalar_math.log_gamma, lambda z, x: digamma(x), latex=r"\ln\left|\Gamma\left({}\right)\right|", symbol="ln|Γ|", domain=[NOT_A_POLE],
            doc="""log |Γ(x)|, the logarithm of a factorial: lgamma(n + 1) = log(n!); inf at 0, -1, -2, …

    >>> print(f"{lgamma(5.0):.6f} {lgamma(2.0)} {lgamma(0.0)}")
    3.178054 0.0 inf
    """)
digamma = op("digamma", scalar_math.digamma, lambda z, x: polygamma(1.0, x), latex=r"\psi\left({}\right)", symbol="ψ", domain=[NOT_A_POLE],
             otherwise=lambda x: -math.copysign(INF, x),
             doc="""The derivative of lgamma; ∓inf at ±0, NaN at -1, -2, …

    >>> print(f"{digamma(1.0):.6f}")
    -0.577216
    """)
polygamma = op("polygamma", scalar_math.polygamma, lambda z, n, x: NAN * z, lambda z, n, x: polygamma(n + 1.0, x),
               latex=r"\psi^{{\left({}\right)}}\left({}\right)", symbol="ψ⁽ⁿ⁾", domain=[ORDER, NOT_A_POLE],
               otherwise=lambda n, x: INF if n % 2.0 == 1.0 else -math.copysign(INF, x - min(round(x), 0.0)),
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


hypot = op("hypot", math.hypot, lambda z, x, y: where(equal(z, 0.0), 0.0, x / z), lambda z, x, y: where(equal(z, 0.0), 0.0, y / z),
           latex=r"\sqrt{{{}^2 + {}^2}}", taught=["x/z", "y/z"], kinks=math.hypot,
           doc="""√(x² + y²) without overflow; the gradient at (0, 0) is 0, the subgradient of least norm.

    >>> hypot(3.0, 4.0)
    5.0
    """)
abs = op("abs", math.fabs, lambda z, x: sign(x), latex=r"\left|{}\right|", symbol="|·|", kinks=lambda x: x, ufunc="absolute",
         doc="""The absolute value; its partial at 0 is 0.

    >>> abs(-2.0)
    2.0
    """)
sign = op("sign", _sign, _zero, latex=r"\operatorname{{sign}}\left({}\right)", kinks=lambda x: x,
          doc="""-1, 0 or 1: the sign of x.

    >>> sign(-2.0), sign(0.0)
    (-1.0, 0.0)
    """)
step = op("step", _step, _zero, latex=r"\left[{} > 0\right]", kinks=lambda x: x,
          doc="""1 where x > 0, else 0.

    >>> step(2.0), step(0.0)
    (1.0, 0.0)
    """)
floor = op("floor", scalar_math.floored, _zero, latex=r"\left\lfloor {} \right\rfloor", symbol="⌊·⌋", kinks=lambda x: _to_multiple(x, 1.0),
           doc="""The largest whole number that is not above x, as a float; its gradient is 0.

    >>> floor(2.5), floor(-2.5)
    (2.0, -3.0)
    """)
ceil = op("ceil", scalar_math.ceiled, _zero, latex=r"\left\lceil {} \right\rceil", symbol="⌈·⌉", kinks=lambda x: _to_multiple(x, 1.0),
          doc="""The smallest whole number that is not below x, as a float; its gradient is 0.

    >>> ceil(2.5), ceil(-2.5)
    (3.0, -2.0)
    """)
round = op("round", scalar_math.rounded, _zero, latex=r"\operatorname{{round}}\left({}\right)", kinks=_to_half, ufunc="rint",
           doc="""The nearest whole number, of two the even one, as a float; its gradient is 0.

    >>> round(2.5), round(3.5)
    (2.0, 4.0)
    """)
copysign = op("copysign", math.copysign, lambda z, x, y: sign(x) * copysign(1.0, y), _zero, domain=[REAL, NONZERO], kinks=_to_either_zero,
              kernel=lambda x, y: (math.copysign(x, y), _sign(x) * math.copysign(1.0, y), 0.0),
              doc="""|x| with the sign of y, which a zero has as well; the partial at x = 0 is 0.

    >>> copysign(2.0, -3.0), copysign(2.0, -0.0)
    (-2.0, -2.0)
    """)
relu = op("relu", lambda x: 0.0 if x <= 0.0 else x, lambda z, x: step(x), latex=r"\operatorname{{relu}}\left({}\right)", taught=["x > 0"], kinks=lambda x: x,
          doc="""x where x > 0, else 0; its partial at 0 is 0.

    >>> relu(2.0), relu(-2.0)
    (2.0, 0.0)
    """)
maximum = op("maximum", lambda x, y: x if x >= y or x != x else y,
             lambda z, x, y: where(equal(z, z), greater(x, y) + 0.5 * equal(x, y), NAN),
             lambda z, x, y: where(equal(z, z), less(x, y) + 0.5 * equal(x, y), NAN),
             taught=["(x > y) + 0.5*(x == y)", "(x < y) + 0.5*(x == y)"], latex=r"\max\left({}, {}\right)", symbol="max", kinks=lambda x, y: x - y,
             kernel=lambda x, y: (x, 1.0, 0.0) if x > y else (y, 0.0, 1.0) if y > x else (x, 0.5, 0.5) if x == y else (NAN, NAN, NAN),
             doc="""The larger of two numbers; a tie splits the gradient ½ and ½, NaN wins.

    >>> maximum(2.0, 3.0)
    3.0
    """)
minimum = op("minimum", lambda x, y: x if x <= y or x != x else y,
             lambda z, x, y: where(equal(z, z), less(x, y) + 0.5 * equal(x, y), NAN),
             lambda z, x, y: where(equal(z, z), greater(x, y) + 0.5 * equal(x, y), NAN),
             taught=["(x < y) + 0.5*(x == y)", "(x > y) + 0.5*(x == y)"], latex=r"\min\left({}, {}\right)", symbol="min", kinks=lambda x, y: x - y,
             kernel=lambda x, y: (x, 1.0, 0.0) if x < y else (y, 0.0, 1.0) if y < x else (x, 0.5, 0.5) if x == y else (NAN, NAN, NAN),
             doc="""The smaller of two numbers; a tie splits the gradient ½ and ½, NaN wins.

    >>> minimum(2.0, 3.0)
    2.0
    """)
where = op("where", lambda c, x, y: x if c else y,
           _zero, lambda z, c, x, y: not_equal(c, 0.0), lambda z, c, x, y: equal(c, 0.0),
           select=True, kinks=lambda c, x, y: c, kernel=lambda c, x, y: (x, (None, 1.0, None)) if c else (y, (None, None, 1.0)),
           latex=r"\begin{{cases}}{1} & \text{{if }} {0}\\{2} & \text{{otherwise}}\end{{cases}}",
           doc="""x where the condition holds (is not 0), else y; the branch not taken gets no gradient at all.

    >>> where(True, 2.0, 3.0), where(0.0, 2.0, 3.0)
    (2.0, 3.0)
    """)


def _comparison(name: str, forward: Callable[[float, float], bool], sign: str, latex: str) -> Op:
    return op(name, lambda x, y: 1.0 if forward(x, y) else 0.0, _zero, _zero,
              source=f"{name}({{}}, {{}})", latex=rf"\left[{{}} {latex} {{}}\right]", symbol=sign, kinks=lambda x, y: x - y,
              kernel=lambda x, y: (1.0 if forward(x, y) else 0.0, 0.0, 0.0),
              doc=f"1 where x {sign} y, else 0: a comparison that is recorded. Its gradient is 0.")


equal = _comparison("equal", operator.eq, "=", "=")
not_equal = _comparison("not_equal", operator.ne, "≠", r"\ne")
less = _comparison("less", operator.lt, "<", "<")
less_equal = _comparison("less_equal", operator.le, "≤", r"\le")
greater = _comparison("greater", operator.gt, ">", ">")
greater_equal = _comparison("greater_equal", operator.ge, "≥", r"\ge")

# -- the two activations that need a stable form -----------------------------------------------------


def _sigmoid(x: float) -> float:
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


sigmoid = op("sigmoid", _sigmoid, lambda z, x: z * sigmoid(-x), latex=r"\sigma\left({}\right)", symbol="σ", taught=["z*(1 - z)"],
             doc="""1 / (1 + exp(-x)), without overflow. Its partial σ(x)·σ(-x) is exact in the tails.

    >>> sigmoid(0.0), sigmoid(-800.0)
    (0.5, 0.0)
    """)
softplus = op("softplus", lambda x: (x if x > 0.0 else 0.0) + math.log1p(math.exp(-math.fabs(x))) if x == x else x,
              lambda z, x: sigmoid(x), latex=r"\ln\left(1 + e^{{{}}}\right)",
              doc="""log(1 + exp(x)), without overflow.

    >>> softplus(800.0), softplus(-800.0)
    (800.0, 0.0)
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


def _shares(z: Any, *xs: Any) -> list[Any]:
    """The softmax of xs: the rounding error of z is in all terms alike, and divided out."""
    infinite, nothing = equal(z, INF), equal(z, -INF)
    terms = [where(infinite, equal(x, INF), exp_difference(x, z)) for x in xs]
    total = sum(*terms)
    return [where(nothing, 0.0, term / total) for term in terms]


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
         doc="""The sum of all arguments, added left to right. Of a list: `autograd.sum(xs)`.

    >>> sum(1.0, 2.0, 3.0)
    6.0
    """)
prod = op("prod", _product, _others, variadic=True, symbol="Π", latex=r"\prod\left({}\right)",
          doc="""The product of all arguments. Of a list: `autograd.prod(xs)`.

    >>> prod(2.0, 3.0, 4.0)
    24.0
    """)
dot = op("dot", _dot, _swapped, kernel=_dot_kernel, variadic=True, symbol="w·x + b", latex=r"\operatorname{{dot}}\left({}\right)",
         doc="""w₁x₁ + w₂x₂ + … + bias in one node. Of two lists: `autograd.dot(w, x, bias)`.

    >>> dot(1.0, 2.0, 3.0, 4.0, 0.5)
    11.5
    """)
logsumexp = op("logsumexp", _logsumexp, _shares,
               variadic=True, latex=r"\operatorname{{logsumexp}}\left({}\right)", taught=["exp(x - z)"],
               doc="""log(exp(x₁) + exp(x₂) + …), without overflow. Of a list: `autograd.logsumexp(xs)`.

    >>> logsumexp(1000.0, 1000.0)
    1000.6931471805599
    """)

def _share(z: Any, x: Any, y: Any) -> Any:
    # Next to a tie sigmoid does it, whose derivatives do not cancel there; further away x - y is rounded too much.
    return where(less(abs(x - y), 1.0), sigmoid(x - y), _shares(z, x, y)[0])


def _logaddexp_kernel(x: float, y: float) -> tuple[float, float, float]:
    z = _logsumexp(x, y)
    if math.fabs(x - y) < 1.0:
        return z, _sigmoid(x - y), _sigmoid(y - x)
    p, q = _exp_difference(x, z), _exp_difference(y, z)
    return z, p / (p + q), q / (p + q)


logaddexp = op("logaddexp", _logsumexp, _share, lambda z, x, y: _share(z, y, x), kernel=_logaddexp_kernel,
               latex=r"\ln\left(e^{{{}}} + e^{{{}}}\right)", taught=["exp(x - z)", "exp(y - z)"],
               doc="""log(exp(x) + exp(y)), without overflow.

    >>> logaddexp(1000.0, 1000.0)
    1000.6931471805599
    """)
# fmt: on

BUILT_IN = frozenset(TABLE)
