"""The ops of the table for Numba, and their kernels on lanes. No formula is written here that stands in scalar_math already."""

from __future__ import annotations

import math
import operator
import types
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numba import njit

from autograd import scalar_math
from autograd.compiler.executors.compiled import POINTERS, WORDS, Source
from autograd.compiler.executors.vectors import doubles, integers
from autograd.op import TABLE, Op

_float = numba.types.float64
Jitted = Callable[..., Any]

# -- what Numba's `math` lacks, or does on 64-bit integers --------------------------------------------------------------

cbrt = numba.types.ExternalFunction("cbrt", _float(_float))
_FACTORIALS = np.array([float(math.factorial(n)) for n in range(171)])


def _remainder(x: float, y: float) -> float:
    return x - np.rint(x / y) * y  # of use for y = 1.0 alone, where it is exact


def _factorial(n: int) -> float:
    return _FACTORIALS[n]  # type: ignore[no-any-return]


def _compensated_sum(terms: Any) -> float:
    """A sum that carries what additions round off (Neumaier, 1974)."""
    total, lost = 0.0, 0.0
    for term in terms:
        new = total + term
        lost += (total - new) + term if abs(total) >= abs(term) else (term - new) + total
        total = new
    return total + lost if math.isfinite(lost) else total


def _floor(x: float) -> float:
    return np.floor(x)  # type: ignore[no-any-return]


def _ceil(x: float) -> float:
    return np.ceil(x)  # type: ignore[no-any-return]


def _round(x: float) -> float:
    return np.rint(x)  # type: ignore[no-any-return]


# -- lists of any length: arguments as an array ------------------------------------------------------------------------


def _logsumexp(xs: Any) -> float:
    largest = -math.inf
    for x in xs:
        if x != x:
            return x  # type: ignore[no-any-return]
        largest = max(largest, x)
    if math.isinf(largest):
        return largest
    return largest + log1p(_sum_of_others(xs, largest))


def _sum_of_others(xs, largest):
    """The sum of exp(x - largest) over all but one that is the largest."""
    terms = np.empty(len(xs))
    count = 0
    skipped = False
    for x in xs:
        if x == largest and not skipped:
            skipped = True
        else:
            terms[count] = exp_difference(x, largest)
            count += 1
    return fsum(terms[:count])
