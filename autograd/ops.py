"""The table of operations: what each computes, its partial derivatives, how it behaves and how it is written.

A rule is `lambda z, x, y: …`: first the result, then the arguments. Rules use only operators and the ops of this
table, so one rule works on floats, Values and arrays. Three habits keep them accurate: no tail is computed as 1 minus
almost 1, no rule's derivative cancels, and a partial outside the domain is NaN at every order. To add an op, add a row:
everything else reads it. `Op` explains the columns; op_docs.py has the docstrings and kernels.py the kernels, by name.
"""

from __future__ import annotations

import math
import operator

from autograd import kernels, scalar_math
from autograd._typing import TYPE_CHECKING, Any
from autograd.kernels import products_of_others, sums_of_others
from autograd.op import ANY, ATOM, CALL, INF, NAN, NONZERO, POSITIVE, POWER, PRODUCT, REAL, SUM, TABLE, UNIT, Domain, op
from autograd.op_docs import DOCS

if TYPE_CHECKING:
    from autograd.op import Atan2, Binary, Direction, Polygamma, Unary, Variadic, Where

MAX_EXACT = kernels.MAX_EXACT
LN_2, LOG2_E, LOG10_E = 0.6931471805599453, kernels.LOG2_E, kernels.LOG10_E
TWO_OVER_SQRT_PI, SQRT_PI_OVER_TWO = 1.1283791670955126, kernels.SQRT_PI_OVER_TWO

ABOVE_1: Domain = ((1.0, INF),)
ABOVE_MINUS_1: Domain = ((-1.0, INF),)
NOT_A_POLE: Domain = (*((float(-n - 1), float(-n)) for n in range(4)), (0.0, INF))  # and so on, towards -inf
ORDER: Domain = ((-1.0, 101.0),)  # of polygamma: the integers from 0 to 100

# -- rules of more than one line ---------------------------------------------------------------------------------------


def _zero(z: Any, *args: Any) -> float:
    return 0.0


def _flat(z: Any, x: Any) -> Any:
    return z - z  # 0, and NaN at NaN


def _square(x: Any) -> Any:
    return x * x


def _over_length_cubed(y: Any, x: Any, rest: Any) -> Any:
    """y/(x² + rest)^(3/2), in two steps: the cube of the length would overflow long before the quotient vanishes."""
    square = x * x + rest
    return y / square / sqrt(square)


def _if_known(z: Any, partial: Any) -> Any:
    """`partial`, but NaN at every order where the result z is NaN."""
    return where(equal(z, z), partial, z)


def _cusp(x: Any) -> Any:
    """0, with derivatives that are NaN at x = 0."""
    return 0.0 * cbrt(x)


def _power_by_base(z: Any, x: Any, y: Any) -> Any:
    # The only branch in a rule. It tests a constant of the program, which no replay can change, and spares x**3 the three
    # `where` below, in drawings, formulas and run time.
    if type(y) is float and 0.5 <= y <= MAX_EXACT:
        return y * pow(x, y - 1.0)
    # y·x**(y-1) is accurate where y-1 is (½ ≤ y ≤ 2⁵³), and correct at x = 0 except for 0**0; elsewhere y·z/x is accurate.
    at_zero = where(equal(y, 1.0), 1.0 + _cusp(y - 1.0), y * pow(x, y - 1.0))
    direct = where(equal(x, 0.0), where(equal(y, 0.0), 0.0, at_zero), y * pow(x, y - 1.0))
    exact = greater_equal(y, 0.5) * less_equal(y, MAX_EXACT)
    return where(exact + equal(x, 0.0), direct, y * z / x)


def _power_by_exponent(z: Any, x: Any, y: Any) -> Any:
    # At x = 0 the partial is 0 for y ≥ 0; for 0 < y ≤ 1 its own slope there is infinite and exists on one side only.
    flat = where(greater(y, 0.0) * less_equal(y, 1.0), _cusp(x), 0.0)
    return where(equal(x, 0.0) * greater_equal(y, 0.0), flat, z * log(x))


def _erfinv_slope(z: Any, x: Any) -> Any:
    # exp(z²) magnifies the rounding error of z. That error is slope·(erf(z) - x), so it is corrected to first order.
    slope = SQRT_PI_OVER_TWO / gaussian(z)
    excess = erfc(abs(z)) - (1.0 - abs(x))
    return where(less(abs(x), 1.0), slope * (1.0 + 2.0 * abs(z) * slope * excess), SQRT_PI_OVER_TWO * exp(z * z))


def _mish_slope(z: Any, x: Any) -> Any:
    # With p = σ(x) and q = σ(-x), tanh(softplus(x)) is (1 - q²)/(1 + q²), and 1 - its square is (2q/(1 + q²))².
    p, q = sigmoid(x), sigmoid(-x)
    whole = 1.0 + q * q
    gate = where(greater(x, 0.0), 2.0 / whole - 1.0, p * (1.0 + q) / whole)
    return gate + 4.0 * p * _square(q / whole) * x


def _larger(z: Any, x: Any, y: Any) -> Any:
    """1 where x > y, ½ where they are equal; NaN where z is."""
    return _if_known(z, greater(x, y) + 0.5 * equal(x, y))


def _along(z: Any, x: Any, y: Any) -> Any:
    """x/z for z = √(x² + y²), written with `direction`: the derivative of the plain quotient, 1/z - x²/z³, would cancel."""
    return where(equal(z, 0.0), 0.0, direction(x / z, _square(y / z)))


def _along_each(z: Any, *xs: Any) -> list[Any]:
    units = [x / z for x in xs]
    rests = sums_of_others([_square(unit) for unit in units])
    return [where(equal(z, 0.0), 0.0, direction(unit, rest)) for unit, rest in zip(units, rests, strict=True)]


def _swapped(z: Any, *args: Any) -> list[Any]:
    n = len(args) // 2  # the arguments of dot: all weights, then all inputs, then the bias
    return [*args[n : 2 * n], *args[:n], 1.0]


def _terms(z: Any, *xs: Any) -> list[Any]:
    """exp(x - z) for each x, given their logsumexp z. All terms share the rounding error of z, so it divides out later."""
    infinite = equal(z, INF)
    return [where(infinite, equal(x, INF), exp_difference(x, z)) for x in xs]


def _shares(z: Any, *xs: Any) -> list[Any]:
    """The softmax of xs, each p as term / (term + the others): its derivative written as p - p² would cancel."""
    terms = _terms(z, *xs)
    shares = [fraction(term, rest) for term, rest in zip(terms, sums_of_others(terms), strict=True)]
    return [where(equal(z, -INF), 0.0, share) for share in shares]


def _log_softmax_partials(z: Any, *xs: Any) -> list[Any]:
    """For the first argument, 1 minus its softmax, computed from the others; for each of the others, minus its softmax."""
    terms = _terms(logsumexp(*xs), *xs)
    (first, its_rest), *others = zip(terms, sums_of_others(terms), strict=True)
    partials = [fraction(its_rest, first), *(-fraction(term, rest) for term, rest in others)]
    return [where(equal(z, z), partial, z) for partial in partials]


def _softmax_partials(z: Any, *xs: Any) -> list[Any]:
    return [z * partial for partial in _log_softmax_partials(z, *xs)]


# -- IEEE-754 results where Python raises ------------------------------------------------------------------------------


def _infinity(*args: float) -> float:
    return INF


def _signed_infinity(x: float) -> float:
    return math.copysign(INF, x)


def _minus_infinity_at_0(x: float) -> float:
    return -INF if x == 0.0 else NAN


def _quotient(x: float, y: float) -> float:
    return NAN if x == 0.0 or x != x else math.copysign(INF, x) * math.copysign(1.0, y)


def _power(x: float, y: float) -> float:
    """The result at a pole, on overflow and for a negative base."""
    if x < 0.0 and not y.is_integer():
        return NAN
    return math.copysign(INF, x) if math.fabs(math.fmod(y, 2.0)) == 1.0 else INF


def _pole_of_polygamma(n: float, x: float) -> float:
    return INF if n % 2.0 == 1.0 else -math.copysign(INF, x - min(round(x), 0.0))


# -- where an op varies fast -------------------------------------------------------------------------------------------


def _below_zero(*args: float) -> float:
    return min(args[-1], 0.0)  # where the gamma functions have their poles


# -- signed distances from kinks ---------------------------------------------------------------------------------------


def _from_zero(x: float) -> float:
    return x


def _from_tie(x: float, y: float) -> float:
    return x - y


def _from_multiple(x: float, y: float) -> float:
    # There is a jump at every multiple of y: the distance is a triangle wave.
    if not math.isfinite(x) or not math.isfinite(2.0 * y) or y == 0.0:
        return NAN
    r = math.remainder(x, 2.0 * y)
    return math.copysign(min(math.fabs(r), math.fabs(y) - math.fabs(r)), r)


def _from_integer(x: float) -> float:
    return _from_multiple(x, 1.0)


def _from_half(x: float) -> float:
    return 0.5 - math.fabs(math.remainder(x, 2.0)) if math.isfinite(x) else NAN


def _from_either_zero(x: float, y: float) -> float:
    return math.copysign(min(math.fabs(x), math.fabs(y)), x) * math.copysign(1.0, y)


# -- the terms of a sum of products, each as the positions of its factors ----------------------------------------------


def _each(n: int) -> list[tuple[int, ...]]:
    return [(i,) for i in range(n)]


def _all(n: int) -> list[tuple[int, ...]]:
    return [tuple(range(n))]


def _pairs_and_bias(n: int) -> list[tuple[int, ...]]:
    return [(n - 1,), *((i, n // 2 + i) for i in range(n // 2))]


_COMPARISON: dict[str, Any] = {
    "kinks": _from_tie, "at_kink": (0.0, 0.0), "jumps": True, "comparison": True, "precedence": (ATOM, SUM, SUM),
}

# fmt: off
# A row: name, function on floats, partials; then how the op behaves; then how it is written.

# -- arithmetic --------------------------------------------------------------------------------------------------------

pos: Unary  = op("pos", operator.pos,     lambda z, x: 1.0,                           linear=True,
                 source="+{}", latex="+{}", precedence=(SUM, PRODUCT), symbol="+", ufunc="positive")
neg: Unary  = op("neg", operator.neg,     lambda z, x: -1.0,                          linear=True,
                 source="-{}", latex="-{}", precedence=(SUM, PRODUCT), symbol="−", ufunc="negative")
add: Binary = op("add", operator.add,     lambda z, x, y: 1.0,                        lambda z, x, y: 1.0,    linear=True, terms=_each,
                 source="{} + {}", latex="{} + {}", precedence=(SUM, SUM, SUM), symbol="+")
sub: Binary = op("sub", operator.sub,     lambda z, x, y: 1.0,                        lambda z, x, y: -1.0,   linear=True,
                 source="{} - {}", latex="{} - {}", precedence=(SUM, SUM, PRODUCT), symbol="−", ufunc="subtract")
mul: Binary = op("mul", operator.mul,     lambda z, x, y: y,                          lambda z, x, y: x,      terms=_all,
                 source="{} * {}", latex=r"{} \cdot {}", precedence=(PRODUCT, PRODUCT, PRODUCT), symbol="×", ufunc="multiply")
div: Binary = op("div", operator.truediv, lambda z, x, y: 1.0 / y,                    lambda z, x, y: -z / y,
                 fallback=_quotient, domain=[REAL, NONZERO],
                 textbook=["1/y", "-(x/y**2)"], source="{} / {}", latex=r"\frac{{{}}}{{{}}}", precedence=(PRODUCT, PRODUCT, POWER),
                 latex_precedence=(CALL, ANY, ANY), symbol="÷", ufunc="divide")
mod: Binary = op("mod", operator.mod,     lambda z, x, y: where(equal(z, z), 1.0, z), lambda z, x, y: where(equal(z, z), -round(x / y - z / y), z),
                 domain=[REAL, NONZERO], kinks=_from_multiple, jumps=True, varies_fast=lambda x, y: x / y if y else NAN,
                 textbook=["1", "-floor(x/y)"], source="{} % {}", latex=r"{} \bmod {}", precedence=(SUM, PRODUCT, POWER),
                 latex_precedence=(ANY, PRODUCT, POWER), symbol="%", ufunc="remainder")
pow: Binary = op("pow", math.pow,         _power_by_base,                             _power_by_exponent,
                 fallback=_power, domain=[POSITIVE, REAL], entire=lambda x, y: type(y) is float and y >= 0.0 and y.is_integer(),
                 textbook=["y*x**(y - 1)", "z*log(x)"], source="{} ** {}", text="{}^{}", latex="{{{}}}^{{{}}}", precedence=(POWER, ATOM, CALL),
                 latex_precedence=(POWER, ATOM, ANY), symbol="**", ufunc="power")

# -- exponentials and logarithms ---------------------------------------------------------------------------------------

exp:            Unary  = op("exp",            math.exp,                   lambda z, x: z,                   fallback=_infinity,
                            latex="e^{{{}}}", latex_precedence=(POWER, ANY))
expm1:          Unary  = op("expm1",          math.expm1,                 lambda z, x: exp(x),              fallback=_infinity,
                            text="exp({}) − 1", latex="e^{{{}}} - 1", precedence=(SUM, ANY))
exp2:           Unary  = op("exp2",           math.exp2,                  lambda z, x: LN_2 * z,            fallback=_infinity,
                            text="2^{}", latex="2^{{{}}}", precedence=(POWER, CALL), latex_precedence=(POWER, ANY))
log:            Unary  = op("log",            math.log,                   lambda z, x: where(greater_equal(x, 0.0), 1.0 / x, z),
                            fallback=_minus_infinity_at_0, domain=[POSITIVE], textbook=["1/x"], text="ln", latex=r"\ln")
log1p:          Unary  = op("log1p",          math.log1p,                 lambda z, x: where(greater_equal(x, -1.0), 1.0 / (1.0 + x), z),
                            fallback=lambda x: -INF if x == -1.0 else NAN, domain=[ABOVE_MINUS_1],
                            textbook=["1/(1 + x)"], text="ln(1 + {})", latex=r"\ln\left(1 + {}\right)", precedence=(ATOM, SUM))
log2:           Unary  = op("log2",           math.log2,                  lambda z, x: where(greater_equal(x, 0.0), LOG2_E / x, z),
                            fallback=_minus_infinity_at_0, domain=[POSITIVE], textbook=["1/(x*log(2))"], text="log₂", latex=r"\log_2")
log10:          Unary  = op("log10",          math.log10,                 lambda z, x: where(greater_equal(x, 0.0), LOG10_E / x, z),
                            fallback=_minus_infinity_at_0, domain=[POSITIVE], textbook=["1/(x*log(10))"], text="log₁₀", latex=r"\log_{{10}}")
log1mexp:       Unary  = op("log1mexp",       scalar_math.log1mexp,       lambda z, x: where(greater_equal(x, 0.0), exp(-x) / -expm1(-x), z),
                            fallback=_minus_infinity_at_0, domain=[POSITIVE],
                            textbook=["1/(exp(x) - 1)"], text="ln(1 − exp(−{}))", latex=r"\ln\left(1 - e^{{-{}}}\right)", precedence=(ATOM, PRODUCT))
sqrt:           Unary  = op("sqrt",           math.sqrt,                  lambda z, x: 0.5 / z,             domain=[POSITIVE],
                            textbook=["1/(2*z)"], latex=r"\sqrt{{{}}}", symbol="√")
cbrt:           Unary  = op("cbrt",           scalar_math.cube_root,      lambda z, x: 1.0 / (3.0 * z * z), domain=[NONZERO],
                            textbook=["1/(3*z**2)"], plain="cube_root", latex=r"\sqrt[3]{{{}}}", symbol="∛")
exp_difference: Binary = op("exp_difference", scalar_math.exp_difference, lambda z, x, y: z,                lambda z, x, y: -z, fallback=_infinity,
                            text="exp({} − {})", latex="e^{{{} - {}}}", precedence=(ATOM, SUM, PRODUCT), latex_precedence=(POWER, SUM, PRODUCT), symbol="exp(· − ·)")

# -- trigonometric functions -------------------------------------------------------------------------------------------

sin:   Unary = op("sin",   math.sin,   lambda z, x: cos(x),                       varies_fast=True, latex=r"\sin")
cos:   Unary = op("cos",   math.cos,   lambda z, x: -sin(x),                      varies_fast=True, latex=r"\cos")
tan:   Unary = op("tan",   math.tan,   lambda z, x: 1.0 + z * z,                  domain=[((-1.5, 1.5),)], varies_fast=True, textbook=["1 + z**2"], latex=r"\tan")
asin:  Unary = op("asin",  math.asin,  lambda z, x: 1.0 / leg(1.0, x),            domain=[UNIT], textbook=["1/sqrt(1 - x**2)"], latex=r"\arcsin", ufunc="arcsin")
acos:  Unary = op("acos",  math.acos,  lambda z, x: -1.0 / leg(1.0, x),           domain=[UNIT], textbook=["-(1/sqrt(1 - x**2))"], latex=r"\arccos", ufunc="arccos")
atan:  Unary = op("atan",  math.atan,  lambda z, x: _square(1.0 / hypot(1.0, x)), textbook=["1/(1 + x**2)"], latex=r"\arctan", ufunc="arctan")
atan2: Atan2 = op("atan2", math.atan2, lambda z, y, x: x / hypot(x, y) / hypot(x, y), lambda z, y, x: -y / hypot(x, y) / hypot(x, y),
                  domain=[NONZERO, NONZERO], textbook=["y/(x**2 + y**2)", "-(x/(x**2 + y**2))"], ufunc="arctan2")

# -- hyperbolic functions ----------------------------------------------------------------------------------------------

sinh:  Unary = op("sinh",  math.sinh,         lambda z, x: cosh(x),                    fallback=_signed_infinity, latex=r"\sinh")
cosh:  Unary = op("cosh",  math.cosh,         lambda z, x: sinh(x),                    fallback=_infinity, latex=r"\cosh")
tanh:  Unary = op("tanh",  math.tanh,         lambda z, x: sech2(x),                   varies_fast=True, activation=True, textbook=["1 - z**2"], latex=r"\tanh")
sech2: Unary = op("sech2", scalar_math.sech2, lambda z, x: -2.0 * (z * tanh(x)),       varies_fast=True, symbol="sech²")
asinh: Unary = op("asinh", math.asinh,        lambda z, x: 1.0 / hypot(1.0, x),        textbook=["1/sqrt(1 + x**2)"], latex=r"\operatorname{{arsinh}}", ufunc="arcsinh")
acosh: Unary = op("acosh", math.acosh,        lambda z, x: 1.0 / leg(x, 1.0),          domain=[ABOVE_1],
                  textbook=["1/sqrt(x**2 - 1)"], latex=r"\operatorname{{arcosh}}", ufunc="arccosh")
atanh: Unary = op("atanh", math.atanh,        lambda z, x: _square(1.0 / leg(1.0, x)), fallback=lambda x: _signed_infinity(x) if x * x == 1.0 else NAN, domain=[UNIT],
                  textbook=["1/(1 - x**2)"], latex=r"\operatorname{{artanh}}", ufunc="arctanh")

# -- lengths -----------------------------------------------------------------------------------------------------------

hypot:     Binary    = op("hypot",     math.hypot,            lambda z, x, y: _along(z, x, y),                     lambda z, x, y: _along(z, y, x),
                          kinks=math.hypot, at_kink=(0.0, 0.0), textbook=["x/z", "y/z"], latex=r"\sqrt{{{}^2 + {}^2}}", latex_precedence=(ATOM, ATOM, ATOM))
leg:       Binary    = op("leg",       scalar_math.leg,       lambda z, x, y: hypot(1.0, y / z),                   lambda z, x, y: -y / z,
                          domain=[ABOVE_1, UNIT], textbook=["x/z", "-(y/z)"])
direction: Direction = op("direction", scalar_math.direction, lambda z, x, rest: _if_known(z, _over_length_cubed(rest, x, rest)), lambda z, x, rest: _if_known(z, -0.5 * _over_length_cubed(x, x, rest)),
                          domain=[REAL, POSITIVE], textbook=["y/((x**2 + y)*sqrt(x**2 + y))", "-(x/(2*(x**2 + y)*sqrt(x**2 + y)))"])
norm:      Variadic  = op("norm",      math.hypot,            _along_each,                                         variadic=True,
                          kinks=math.hypot, at_kink=(0.0,), textbook=["x/z"], plain="hypot", symbol="‖·‖")

# -- the normal distribution -------------------------------------------------------------------------------------------

gaussian:   Unary = op("gaussian",   scalar_math.gaussian,   lambda z, x: -2.0 * (x * z),                  varies_fast=True,
                       text="exp(−{}²)", latex=r"e^{{-{}^2}}", precedence=(ATOM, ATOM), latex_precedence=(POWER, ATOM))
normal_pdf: Unary = op("normal_pdf", scalar_math.normal_pdf, lambda z, x: -(x * z),                        varies_fast=True, symbol="φ")
normal_cdf: Unary = op("normal_cdf", scalar_math.normal_cdf, lambda z, x: normal_pdf(x),                   varies_fast=True, symbol="Φ", ufunc="ndtr")
erf:        Unary = op("erf",        math.erf,               lambda z, x: TWO_OVER_SQRT_PI * gaussian(x),  varies_fast=True, textbook=["1.1283791670955126*exp(-x**2)"])
erfc:       Unary = op("erfc",       math.erfc,              lambda z, x: -TWO_OVER_SQRT_PI * gaussian(x), varies_fast=True, textbook=["-1.1283791670955126*exp(-x**2)"])
erfinv:     Unary = op("erfinv",     scalar_math.erfinv,     _erfinv_slope,                                domain=[UNIT],
                       textbook=["0.886226925452758*exp(z**2)"], latex=r"\operatorname{{erf}}^{{-1}}", latex_precedence=(POWER, ANY))

# -- the gamma function ------------------------------------------------------------------------------------------------

lgamma:    Unary     = op("lgamma",    scalar_math.log_gamma, lambda z, x: digamma(x),        domain=[NOT_A_POLE],
                          varies_fast=_below_zero,
                          plain="log_gamma", latex=r"\ln\left|\Gamma\left({}\right)\right|", symbol="ln|Γ|", ufunc="gammaln")
digamma:   Unary     = op("digamma",   scalar_math.digamma,   lambda z, x: polygamma(1.0, x), fallback=lambda x: -_signed_infinity(x), domain=[NOT_A_POLE],
                          varies_fast=_below_zero, text="ψ", latex=r"\psi", symbol="ψ", ufunc="psi")
polygamma: Polygamma = op("polygamma", scalar_math.polygamma, lambda z, n, x: NAN * z,        lambda z, n, x: polygamma(n + 1.0, x),
                          fallback=_pole_of_polygamma, domain=[ORDER, NOT_A_POLE], varies_fast=_below_zero,
                          latex=r"\psi^{{\left({}\right)}}\left({}\right)", latex_precedence=(POWER, ANY, ANY), symbol="ψ⁽ⁿ⁾")

# -- steps and kinks ---------------------------------------------------------------------------------------------------

abs:      Unary  = op("abs",      math.fabs,           lambda z, x: sign(x),                       kinks=_from_zero, at_kink=(0.0,),
                      text="|{}|", latex=r"\left|{}\right|", precedence=(ATOM, ANY), symbol="|·|", ufunc="absolute")
sign:     Unary  = op("sign",     scalar_math.sign,    _flat,                                      kinks=_from_zero, at_kink=(0.0,), jumps=True, textbook=["0"])
step:     Unary  = op("step",     scalar_math.step,    _flat,                                      kinks=_from_zero, at_kink=(0.0,), jumps=True, textbook=["0"],
                      text="[{} > 0]", latex=r"\left[{} > 0\right]", precedence=(ATOM, SUM))
floor:    Unary  = op("floor",    scalar_math.floored, _zero,
                      kinks=_from_integer, at_kink=(0.0,), jumps=True, varies_fast=True,
                      plain="floored", text="⌊{}⌋", latex=r"\left\lfloor {} \right\rfloor", precedence=(ATOM, ANY), symbol="⌊·⌋")
ceil:     Unary  = op("ceil",     scalar_math.ceiled,  _zero,
                      kinks=_from_integer, at_kink=(0.0,), jumps=True, varies_fast=True,
                      plain="ceiled", text="⌈{}⌉", latex=r"\left\lceil {} \right\rceil", precedence=(ATOM, ANY), symbol="⌈·⌉")
round:    Unary  = op("round",    scalar_math.rounded, _zero,
                      kinks=_from_half, at_kink=(0.0,), jumps=True, varies_fast=True, plain="rounded", ufunc="rint")
copysign: Binary = op("copysign", math.copysign,       lambda z, x, y: sign(x) * copysign(1.0, y), _zero,
                      domain=[REAL, NONZERO], kinks=_from_either_zero, jumps=True)
maximum:  Binary = op("maximum",  scalar_math.maximum, lambda z, x, y: _larger(z, x, y),           lambda z, x, y: _larger(z, y, x),
                      kinks=_from_tie, at_kink=(0.5, 0.5), textbook=["(x > y) + 0.5*(x == y)", "(x < y) + 0.5*(x == y)"], latex=r"\max", symbol="max")
minimum:  Binary = op("minimum",  scalar_math.minimum, lambda z, x, y: _larger(z, y, x),           lambda z, x, y: _larger(z, x, y),
                      kinks=_from_tie, at_kink=(0.5, 0.5), textbook=["(x < y) + 0.5*(x == y)", "(x > y) + 0.5*(x == y)"], latex=r"\min", symbol="min")
where:    Where  = op("where",    lambda condition, x, y: x if condition else y,
                      _zero, lambda z, condition, x, y: not_equal(condition, 0.0), lambda z, condition, x, y: equal(condition, 0.0),
                      select=True, kinks=lambda condition, x, y: condition, jumps=True,
                      plain="{1} if {0} else {2}", text="{1} if {0} else {2}", precedence=(ANY, SUM, SUM, ANY), latex_precedence=(ANY, ANY, ANY, ANY),
                      latex=r"\begin{{cases}}{1} & \text{{if }} {0}\\{2} & \text{{otherwise}}\end{{cases}}")

equal:         Binary = op("equal",         lambda x, y: 1.0 if x == y else 0.0, _zero, _zero, plain="float({} == {})", text="[{} = {}]", latex=r"\left[{} = {}\right]",   symbol="=", **_COMPARISON)
not_equal:     Binary = op("not_equal",     lambda x, y: 1.0 if x != y else 0.0, _zero, _zero, plain="float({} != {})", text="[{} ≠ {}]", latex=r"\left[{} \ne {}\right]", symbol="≠", **_COMPARISON)
less:          Binary = op("less",          lambda x, y: 1.0 if x < y else 0.0,  _zero, _zero, plain="float({} < {})",  text="[{} < {}]", latex=r"\left[{} < {}\right]",   symbol="<", **_COMPARISON)
less_equal:    Binary = op("less_equal",    lambda x, y: 1.0 if x <= y else 0.0, _zero, _zero, plain="float({} <= {})", text="[{} ≤ {}]", latex=r"\left[{} \le {}\right]", symbol="≤", **_COMPARISON)
greater:       Binary = op("greater",       lambda x, y: 1.0 if x > y else 0.0,  _zero, _zero, plain="float({} > {})",  text="[{} > {}]", latex=r"\left[{} > {}\right]",   symbol=">", **_COMPARISON)
greater_equal: Binary = op("greater_equal", lambda x, y: 1.0 if x >= y else 0.0, _zero, _zero, plain="float({} >= {})", text="[{} ≥ {}]", latex=r"\left[{} \ge {}\right]", symbol="≥", **_COMPARISON)

# -- activations -------------------------------------------------------------------------------------------------------

relu:     Unary = op("relu",     scalar_math.relu,     lambda z, x: step(x),                       kinks=_from_zero, at_kink=(0.0,), activation=True, textbook=["x > 0"])
sigmoid:  Unary = op("sigmoid",  scalar_math.sigmoid,  lambda z, x: 0.25 * sech2(0.5 * x),         varies_fast=True, activation=True,
                     textbook=["z*(1 - z)"], latex=r"\sigma", symbol="σ", ufunc="expit")
softplus: Unary = op("softplus", scalar_math.softplus, lambda z, x: sigmoid(x),                    varies_fast=True, activation=True, latex=r"\ln\left(1 + e^{{{}}}\right)")
softsign: Unary = op("softsign", scalar_math.softsign, lambda z, x: _square(1.0 / (1.0 + abs(x))), kinks=_from_zero, at_kink=(1.0,), activation=True,
                     textbook=["1/(1 + abs(x))**2"])
mish:     Unary = op("mish",     scalar_math.mish,     _mish_slope,                                varies_fast=True, activation=True,
                     textbook=["tanh(softplus(x)) + x*(1 - tanh(softplus(x))**2)*sigmoid(x)"])

# -- sums, products and shares -----------------------------------------------------------------------------------------

sum:         Variadic = op("sum",         kernels.total,           lambda z, *xs: [1.0] * len(xs),           variadic=True, linear=True, terms=_each, symbol="Σ")
prod:        Variadic = op("prod",        kernels.product,         lambda z, *xs: products_of_others(xs),    variadic=True, terms=_all, symbol="Π")
dot:         Variadic = op("dot",         kernels.dot_product,     _swapped,                                 variadic=True, terms=_pairs_and_bias, symbol="w·x + b")
fraction:    Binary   = op("fraction",    scalar_math.fraction,    lambda z, x, y: fraction(y, x) / (x + y), lambda z, x, y: -z / (x + y),
                           fallback=lambda x, y: _quotient(x, x + y), domain=[POSITIVE, POSITIVE], textbook=["y/(x + y)**2", "-(x/(x + y)**2)"],
                           text="{0}/({0} + {1})", precedence=(PRODUCT, PRODUCT, SUM),
                           latex=r"\frac{{{0}}}{{{0} + {1}}}", latex_precedence=(CALL, SUM, SUM), symbol="a/(a + b)")
logaddexp:   Binary   = op("logaddexp",   scalar_math.logsumexp,   lambda z, x, y: _shares(z, x, y)[0],      lambda z, x, y: _shares(z, y, x)[0], varies_fast=True,
                           textbook=["exp(x - z)", "exp(y - z)"], plain="logsumexp", text="ln(exp({}) + exp({}))", latex=r"\ln\left(e^{{{}}} + e^{{{}}}\right)")
logsumexp:   Variadic = op("logsumexp",   scalar_math.logsumexp,   _shares,                                  variadic=True, varies_fast=True,
                           textbook=["exp(x - z)"], latex=r"\ln", latex_term="e^{{{}}}")
softmax:     Variadic = op("softmax",     scalar_math.softmax,     _softmax_partials,                        variadic=True, varies_fast=True,
                           textbook=["z*(1 - z)", "-(z**2*exp(x - y))"], text="softmax({})[0]", latex=r"\operatorname{{softmax}}\left({}\right)_{{0}}")
log_softmax: Variadic = op("log_softmax", scalar_math.log_softmax, _log_softmax_partials,                    variadic=True, varies_fast=True,
                           textbook=["1 - exp(z)", "-exp(x - y + z)"], text="log_softmax({})[0]",
                           latex=r"\operatorname{{log\_softmax}}\left({}\right)_{{0}}")
# fmt: on

BUILT_IN = frozenset(TABLE)
for built_in in TABLE.values():
    built_in.built_in = True
    built_in.ufunc = built_in.ufunc or built_in.name  # only here: a user's op must not replace a NumPy function by its name
    built_in.__doc__ = "{}\n\n>>> {}\n{}".format(*DOCS[built_in.name])
    built_in.kernel = kernels.KERNELS.get(built_in.name)
