"""Arrays of floats compared in ulps, and points for ops on arrays."""

import itertools
import math
import random

import numpy as np

from autograd.compiler.any_array import namespace_of
from autograd.compiler.executors.arrays import ArrayExecutor
from autograd.op import Op

INF, NAN = math.inf, math.nan
MAX_ERROR = 4  # ulps
SPECIAL = [
    *(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 20.0, 40.0, 700.0, 710.0, 745.0, 800.0, 1024.0, 1e16, 2.0**52, 2.0**53, 1e300, INF, NAN),
    *(5e-324, 1e-310, 2.0**-1022, math.nextafter(0.5, 0.0), math.nextafter(1.0, 0.0), math.nextafter(1.0, 2.0), math.pi),
    np.finfo(float).max.item(),
]
SPECIAL = [sign * x for x in SPECIAL for sign in (1.0, -1.0)]
FEW = [0.0, -0.0, 1.0, -1.0, 2.5, -800.0, 1e300, INF, -INF, NAN]


def ulps_apart(one, other):
    """Distances of two arrays in floats; inf where only one is NaN or infinite, or both are zeros of opposite signs."""
    one, other = np.broadcast_arrays(np.atleast_1d(np.asarray(one, float)), np.asarray(other, float))
    places = [np.where(x < 0, -(2**63) - x, x) for x in (one.copy().view(np.int64), other.copy().view(np.int64))]
    apart = (np.maximum(*places) - np.minimum(*places)).view(np.uint64).astype(float)
    zeros = (one == 0.0) & (other == 0.0) & (np.signbit(one) != np.signbit(other))
    differ = (np.isnan(one) != np.isnan(other)) | (np.isinf(one) != np.isinf(other)) | zeros
    return np.where(differ, INF, np.where(np.isnan(one), 0.0, apart))


def size_of(rng: random.Random) -> float:
    """A number of any magnitude, most often an ordinary one."""
    return rng.choice(
        [
            rng.gauss(0.0, 3.0),
            rng.uniform(-1.0, 1.0),
            rng.gauss(0.0, 300.0),
            float(rng.randint(-60, 60)) / 2.0,
            1.0 + rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(-16.0, 0.0),
            rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(-18.0, 3.0),
            rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(-323.0, 308.0),
        ]
    )


def columns(op: Op, count: int, arguments: int):
    """One array per argument: special numbers in all combinations, then `count` random ones; the same on every run."""
    rng = random.Random(op.name)
    special = list(itertools.product(SPECIAL if arguments < 3 else FEW, repeat=arguments)) if arguments < 4 else []
    points = special + [tuple(size_of(rng) for _ in range(arguments)) for _ in range(count)]
    return [np.array(column) for column in zip(*points, strict=True)]


def argument_counts(op: Op):
    """Argument counts to test the op with."""
    return [op.arity] if op.arity is not None else [1, 3, 7] if op.name == "dot" else [1, 2, 3, 6]


def one_by_one(op: Op, arrays):
    """The op's results, computed number by number."""
    return np.array([op(*point) for point in zip(*[np.broadcast_to(x, arrays[0].shape).tolist() for x in arrays], strict=True)])


def tolerated(op: Op, arrays, want):
    """The largest error allowed, in ulps of the result; where terms may cancel, it is measured at the larger term."""
    if op.name not in LARGER_TERM:
        return np.full(want.shape, float(MAX_ERROR))
    with np.errstate(all="ignore"):
        wider = np.spacing(np.abs(LARGER_TERM[op.name](*arrays))) / np.spacing(np.abs(want))
    return MAX_ERROR * np.where(wider > 1.0, wider, 1.0)


def from_pole(x):
    """The distance from the next pole of the gamma function."""
    return np.abs(x - np.minimum(np.round(x), 0.0))


LARGER_TERM = {
    "logaddexp": lambda *xs: np.max(np.stack(xs), axis=0),
    "logsumexp": lambda *xs: np.max(np.stack(xs), axis=0),
    "lgamma": lambda x: np.where(x > 0.0, 0.0, np.log(from_pole(x))),
    "digamma": lambda x: 1.0 / from_pole(x),
}


def run_on_arrays(program, inputs, xp=None, lanes=0):
    """The outputs of a program, given a number for each uniform input and an array for each per-lane input.

    `xp` is the namespace of the arrays; by default, their own. `lanes` is needed only if no input is per lane. Outputs
    are arrays, without dimensions if they are uniform.
    """
    xp = namespace_of(inputs) if xp is None else xp
    columns = [x for x, given in zip(inputs, program.inputs, strict=True) if given.per_lane]
    numbers = [x for x, given in zip(inputs, program.inputs, strict=True) if not given.per_lane]
    lanes = columns[0].shape[0] if columns else lanes
    found = ArrayExecutor(program, xp).run([numbers], [xp.stack(columns, axis=1)] if columns else [], lanes)
    uniform, per_lane = (iter([outputs[i, ...] for i in range(outputs.shape[0])]) for outputs in found)
    return [next(per_lane if varies else uniform) for varies in program.outputs_per_lane]
