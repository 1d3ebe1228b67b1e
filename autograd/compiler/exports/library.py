"""Functions that Python has and C or JavaScript lacks, in the Python that `translate` reads.

Each gives bit for bit what Python gives; where Python raises, it gives what IEEE-754 gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, floor, fmod, frexp, inf, isfinite, isinf, ldexp, nan, sqrt

from autograd.scalar_math import halves

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
    """What is left of x next to the nearest multiple of y: math.remainder."""
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
    """math.hypot: √(x₁² + x₂² + …), scaled to 1 and corrected by what the squares and their sum have lost to rounding."""
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
    parts: list[float] = []  # whose sum is exact, from small to large, without a common bit
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
    if i > 0 and ((lost < 0.0 and parts[i - 1] < 0.0) or (lost > 0.0 and parts[i - 1] > 0.0)):  # a tie that is none
        more = total + 2.0 * lost
        total = more if 2.0 * lost == more - total else total
    return total
