"""Points in an op's domain, the same on every run, and the op recorded at them."""

import itertools
import math
import os
import random
import sys
import warnings

from autograd import Value
from autograd.op import REAL

LARGEST = sys.float_info.max
POINTS = 100_000 if os.environ.get("SOAK") else 120
SPECIAL = [0.0, -0.0, 0.5, 1.0, 2.0, 3.0, math.pi / 2, math.pi, 2 / math.pi, math.e, 10.0, 20.0, 36.0, 40.0, 700.0, 1e16, 1e100]
EXTREME = [5e-324, 2.0**-1074 * 3, 2.0**-1022, 2.0**-1000, 2.0**-540, 2.0**-511, 2.0**511, 2.0**540, 2.0**1000, LARGEST]


def inside(x, intervals):
    return any(low < x < high for low, high in intervals)


def number(rng, intervals, end):
    """A number from one of the strata of a domain."""
    bounds = [bound for interval in intervals for bound in interval if math.isfinite(bound)]
    while True:
        sign = rng.choice((-1.0, 1.0))
        x = rng.choice(
            [
                sign * 10.0 ** rng.uniform(-3.0, 3.0),
                sign * 10.0 ** rng.uniform(*((-323.0, 308.0) if end else (-100.0, 100.0))),
                sign * rng.choice(EXTREME) * rng.uniform(1.0, 2.0) if end else rng.uniform(-5.0, 5.0),
                rng.uniform(-750.0, 750.0) if end else rng.uniform(-40.0, 40.0),
                *(bound + sign * 10.0 ** rng.uniform(-17.0, 0.0) for bound in bounds),
                *(math.nextafter(bound, sign * math.inf) for bound in bounds),
            ]
        )
        if any(low < x < high for low, high in intervals):
            return x


def corners(op, end):
    """Special points in all combinations, ties among them."""
    special = [sign * x for x in (EXTREME if end else SPECIAL) for sign in (1.0, -1.0)]
    return itertools.product(*([x for x in special if inside(x, domain)] for domain in op.domain))


def points(op, end=False, count=POINTS):
    """`count` argument tuples inside the op's domain, the same on every run."""
    rng = random.Random(f"{op.name} {end}")
    if op.arity is None:
        return [variadic_point(rng, op, end) for _ in range(count)]
    special = [point for point in corners(op, end) if op.name != "polygamma" or point[0] in range(6)]
    chosen = rng.sample(special, min(len(special), count // 3))
    return chosen + [point_of(rng, op, end) for _ in range(count - len(chosen))]


def point_of(rng, op, end):
    point = [number(rng, domain, end) for domain in op.domain]
    if op.name == "where":
        point[0] = rng.choice((0.0, -0.0, 1.0, point[0]))
    elif op.name == "pow" and rng.random() < 0.5 and point[0] != 1.0:  # otherwise nearly all overflow or underflow
        point[1] = rng.uniform(*((-750.0, 720.0) if end else (-700.0, 700.0))) / math.log(point[0])
    elif op.name == "polygamma":
        point[0] = float(rng.randint(0, 5))
    elif len(point) == 2 and rng.random() < 0.1 and inside(point[0], op.domain[1]):
        point[1] = point[0]
    return tuple(point)


def variadic_point(rng, op, end):
    size = 2 * rng.randint(0, 3) + 1 if op.name == "dot" else rng.randint(1, 5)
    if op.name == "prod":  # no partial product may leave the range
        return tuple(rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(-60.0, 60.0) for _ in range(size))
    scale = 1e-160 if op.name == "dot" and end else 1.0
    return tuple(number(rng, REAL, end) * scale for _ in range(size))


def leaves_of(op, point):
    """The arguments as Values; the order of polygamma is a constant."""
    return [x if op.name == "polygamma" and i == 0 else Value(x) for i, x in enumerate(point)]


def recorded(op, point):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # overflow warnings are fine here
        return op(*leaves_of(op, point))
