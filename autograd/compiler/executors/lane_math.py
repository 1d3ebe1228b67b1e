# mypy: ignore-errors
"""Functions of `math` without branches and calls, so that LLVM runs a loop of them on many lanes at once. Within 1 ulp."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from autograd.compiler.executors.vectors import as_float, as_integer, fma

jit = njit(error_model="numpy", forceinline=True)  # or LLVM would leave calls in loops

# -- exp: x = k·log 2 + r with |r| <= log(2)/2, and exp(r) by its Taylor series -----------------------------------------------

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # a product of HIGH with an exponent is exact
ROUNDING = 1.5 * 2.0**52  # added to a number, it leaves its nearest integer in the last bits
_ROUNDING_BITS = 0x4338000000000000


@jit
def _power_of_2(k):
    """2^k for an integer k, given as a float, from -1022 to 1023."""
    return as_float((as_integer(k + ROUNDING) - _ROUNDING_BITS + 1023) << 52)


@jit
def exp(x):
    x = 800.0 if x > 800.0 else x
    x = -800.0 if x < -800.0 else x
    k = fma(x, LOG2_E, ROUNDING) - ROUNDING
    high = fma(-k, LN2_HIGH, x)
    r = fma(-k, LN2_LOW, high)
    lost = fma(-k, LN2_LOW, high - r)
    p = 1.6059043836821613e-10  # 1/13!
    p = fma(p, r, 2.08767569878681e-09)
    p = fma(p, r, 2.505210838544172e-08)
    p = fma(p, r, 2.755731922398589e-07)
    p = fma(p, r, 2.7557319223985893e-06)
    p = fma(p, r, 2.48015873015873e-05)
    p = fma(p, r, 0.0001984126984126984)
    p = fma(p, r, 0.001388888888888889)
    p = fma(p, r, 0.008333333333333333)
    p = fma(p, r, 0.041666666666666664)
    p = fma(p, r, 0.16666666666666666)
    p = fma(p, r, 0.5)
    whole = 1.0 + r
    p = whole + (((1.0 - whole) + r) + fma(r * r, p, lost))
    half = fma(k, 0.5, ROUNDING) - ROUNDING  # 2^k may be out of range where the result is not
    return p * _power_of_2(half) * _power_of_2(k - half)


# -- log: x = 2^k·m with √½ <= m < √2, and log(m) by a series in s = (m - 1)/(m + 1) (fdlibm) ------------------------------


@jit
def log(x):
    small = x < 2.2250738585072014e-308
    bits = as_integer(x * 2.0**54 if small else x) + (0x3FF0000000000000 - 0x3FE6A09E667F3BCD)
    k = float((bits >> 52) - 1023) - (54.0 if small else 0.0)
    m = as_float((bits & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 1.479819860511658591e-01
    p = fma(p, z, 1.531383769920937332e-01)
    p = fma(p, z, 1.818357216161805012e-01)
    p = fma(p, z, 2.222219843214978396e-01)
    p = fma(p, z, 2.857142874366239149e-01)
    p = fma(p, z, 3.999999999940941908e-01)
    p = fma(p, z, 6.666666666666735130e-01)
    half = 0.5 * f * f
    y = k * LN2_HIGH - ((half - (s * (half + p * z) + k * LN2_LOW)) - f)
    y = math.inf if x == math.inf else y
    y = -math.inf if x == 0.0 else y
    return y if x >= 0.0 else math.nan


@jit
def log1p(x):
    u = 1.0 + x
    y = log(u) + (x - (u - 1.0)) / u
    return x if x == 0.0 or x == math.inf else (-math.inf if u == 0.0 else y)


# -- tanh: x·(1 + x²·P/Q) near 0, else 1 - 2/(exp(2x) + 1) (Cephes) -----------------------------------------------------------


@jit
def tanh(x):
    a = abs(x)
    z = x * x
    p = fma(fma(-9.64399179425052238628e-1, z, -9.92877231001918586564e1), z, -1.61468768441708447952e3)
    q = fma(fma(z + 1.12811678491632931402e2, z, 2.23548839060100448583e3), z, 4.84406305325125486048e3)
    near = fma(x * z, p / q, x)
    far = 1.0 - 2.0 / (exp(2.0 * a) + 1.0)
    return math.copysign(near if a < 0.625 else far, x)


@jit
def floor(x):
    return np.floor(x)
