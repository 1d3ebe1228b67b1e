"""Initial weights, always drawn from a generator that is passed in.

An initialiser is a function `(fan_in, fan_out, generator) -> float` that draws one weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from autograd.extend import checked_choice

Initialiser = Callable[[int, int, Random], float]


def uniform(fan_in: int, fan_out: int, generator: Random) -> float:
    """Uniform between -1 and 1 whatever the width, as in micrograd.

    >>> -1.0 <= uniform(3, 2, Random(0)) <= 1.0
    True
    """
    return generator.uniform(-1.0, 1.0)


def xavier(fan_in: int, fan_out: int, generator: Random) -> float:
    """Uniform with variance 2 / (fan_in + fan_out), for tanh and sigmoid (Glorot and Bengio, 2010).

    >>> abs(xavier(3, 3, Random(0))) <= 1.0
    True
    """
    bound = math.sqrt(6.0 / (fan_in + fan_out))
    return generator.uniform(-bound, bound)


def he(fan_in: int, fan_out: int, generator: Random) -> float:
    """Uniform with variance 2 / fan_in, for relu (He et al., 2015).

    >>> abs(he(6, 1, Random(0))) <= 1.0
    True
    """
    bound = math.sqrt(6.0 / fan_in)
    return generator.uniform(-bound, bound)


INITIALISERS: dict[str, Initialiser] = {"uniform": uniform, "xavier": xavier, "he": he}


def initialiser(init: str | Initialiser) -> Initialiser:
    """The initialiser of that name, or the function itself; ValueError if there is none.

    >>> initialiser("he") is he
    True
    """
    if callable(init):
        return init
    return INITIALISERS[checked_choice("init", init, INITIALISERS, " or a function")]
