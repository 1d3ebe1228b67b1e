"""Functions that Python has and C or JavaScript lacks, in the part of Python that Writer translates.

Each returns the same bits as Python's own; where Python raises an exception, the result of IEEE-754.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, floor, fmod, frexp, inf, isfinite, isinf, ldexp, nan, sqrt

from autograd.scalar_math import gaussian, halves

# -- arithmetic ----------------------------------------------------------------------------------------


def modulo(x: float, y: float) -> float:
    """x % y as in Python: it has the sign of y."""
    rest = fmod(x, y)
    if rest == 0.0:
        return copysign(0.0, y)
    return rest + y if (y < 0.0) != (rest < 0.0) else rest


def floor_quotient(x: float, y: float) -> float:
    """x // y as in Python."""
    rest = fmod(x, y)
    quotient = (x - rest) / y
    if rest != 0.0 and (y < 0.0) != (rest < 0.0):
        quotient -= 1.0
    if quotient == 0.0:
        return copysign(0.0, x / y)
    whole = floor(quotient)
    return whole + 1.0 if quotient - whole > 0.5 else whole


def nearest_even(x: float) -> float:
    """The nearest integer, ties to even."""
    below = floor(x)
    rest = x - below
    if rest == 0.5:
        return below if fmod(below, 2.0) == 0.0 else below + 1.0
    return below + 1.0 if rest > 0.5 else below


def nearest_rest(x: float, y: float) -> float:
    """math.remainder: x minus the nearest multiple of y."""
    rest = fmod(abs(x), abs(y))
    other = abs(y) - rest
    if rest == other:  # a tie: the even multiple
        rest -= 2.0 * fmod(0.5 * (abs(x) - rest), abs(y))
    elif rest > other:
        rest = -other
    return copysign(1.0, x) * rest


def larger(x: float, y: float) -> float:
    """max(x, y) as in Python."""
    return y if y > x else x


def smaller(x: float, y: float) -> float:
    """min(x, y) as in Python."""
    return y if y < x else x


# -- lists ---------------------------------------------------------------------------------------------


def largest_of(*xs: float) -> float:
    """max(xs) as in Python."""
    found = xs[0]
    for x in xs:
        found = x if x > found else found
    return found


def smallest_of(*xs: float) -> float:
    """min(xs) as in Python."""
    found = xs[0]
    for x in xs:
        found = x if x < found else found
    return found


def length(*xs: float) -> float:
    """math.hypot: √(x₁² + x₂² + …), scaled to 1 and corrected for the rounding of the squares and of their sum."""
    most = 0.0
    unknown = False
    for x in xs:
        if isinf(x):
            return inf
        unknown = unknown or x != x
        most = larger(most, abs(x))
    if unknown:
        return nan
    if most == 0.0 or len(xs) == 1:
        return most
    _, exponent = frexp(most)
    whole, squares, sums = 1.0, 0.0, 0.0
    for x in xs:
        high, low = halves(ldexp(x, -exponent))
        square = (high + low) * (high + low)
        squares += ((high * high - square) + 2.0 * high * low) + low * low
        before = whole
        whole += square
        sums += (before - whole) + square
    root = sqrt(whole - 1.0 + (squares + sums))
    high, low = halves(root)
    square = -(root * root)
    squares -= ((high * high + square) + 2.0 * high * low) + low * low
    before = whole
    whole += square
    sums += (before - whole) + square
    return ldexp(root + (whole - 1.0 + (squares + sums)) / (2.0 * root), exponent)


def exact_sum(terms: Sequence[float]) -> float:
    """math.fsum: the sum of all terms, rounded once (Shewchuk, 1997)."""
    parts: list[float] = []  # nonoverlapping, from small to large; their sum is exact
    special = 0.0
    for x in terms:
        if not isfinite(x):
            special += x
            continue
        count = 0
        for y in parts:
            if abs(x) < abs(y):
                x, y = y, x
            total = x + y
            lost = y - (total - x)
            if lost != 0.0:
                parts[count] = lost
                count += 1
            x = total
        if isinf(x):
            return x
        del parts[count:]
        parts.append(x)
    if special != 0.0:
        return special
    if not parts:
        return 0.0
    i = len(parts) - 1
    total = parts[i]
    lost = 0.0
    while i > 0 and lost == 0.0:
        i -= 1
        before = total
        total += parts[i]
        lost = parts[i] - (total - before)
    if i > 0 and ((lost < 0.0 and parts[i - 1] < 0.0) or (lost > 0.0 and parts[i - 1] > 0.0)):  # not a tie after all
        more = total + 2.0 * lost
        total = more if 2.0 * lost == more - total else total
    return total


# -- the error function, for JavaScript ----------------------------------------------------------------


def error_function(x: float) -> float:
    """erf(x), within 3 ulps of math.erf."""
    if not abs(x) < 0.5:
        return copysign(1.0 - complement(abs(x)), x) if x == x else x
    series, square = 0.0, x * x
    for divisor in (-918086400, 76204800, -6894720, 685440, -75600, 9360, -1320, 216, -42, 10, -3, 1):
        series = series * square + 1.0 / divisor  # Taylor series
    return 1.1283791670955126 * x * series


def complement(x: float) -> float:
    """erfc(x), within 4 ulps of math.erfc: exp(x²)·erfc(x)·(1 + 2x) - 1 is a polynomial in (x - 3)/(x + 3) (Shepherd, 1981)."""
    if x < 0.5:
        return 1.0 - error_function(x) if x > -0.5 else 2.0 - complement(-x)
    if x >= 28.0:
        return 0.0
    u, series = (x - 3.0) / (x + 3.0), 0.0
    for c in (
        *(-1.505008561876588e-08, 2.260462213649354e-08, 1.108139160694899e-07, -1.208542733995633e-07),
        *(-6.288077051934513e-07, 3.43889161137806e-07, 3.480970112035652e-06, -7.26480708659259e-07),
        *(-2.0104166639857606e-05, 4.9482365248343e-06, 0.00012510029893048709, -0.00010515960194421676),
        *(-0.0007798324276909909, 0.0018886903395084005, 0.0025293918314464067, -0.023770514917462054),
        *(0.0683080273431405, -0.11927366341534787, 0.12964515870278162, -0.047562294353450205),
        *(-0.13562110612458134, 0.25300805826972966),
    ):
        series = series * u + c
    whole = 1.0 + 2.0 * x
    rest = 2.0 * x - (whole - 1.0)  # rounding error of 1 + 2x
    z = gaussian(x) / whole
    return z + z * (series - rest / whole)
