"""Bounds on rounding errors in recorded values and sweeps, all derived, none chosen by hand.

`adjoints` and `tangents` take the recorded partials as they are and compute what a sweep over them should give. `analyse` also
bounds the error of the partials, by carrying four numbers through a program: bounds on a value's error and on a partial's
error (through its second partials), the sum |S| over all paths to a leaf, and the change in it due to the partials' errors.
A sweep of m operations adds an error of at most gamma(m)·|S|.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal, localcontext
from typing import Any, NamedTuple

from hypothesis import assume

from autograd import Value
from autograd.op import TABLE
from tests.support import oracle
from tests.support.oracle import Program, mp

# -- what a sweep should give ------------------------------------------------------------------------

SIXTY = Context(prec=60, Emax=10**6, Emin=-(10**6))
ROUNDING = Decimal(2) ** -53
NORMAL, LOST = SIXTY.power(2, -1021), SIXTY.power(2, -1075)  # a product below NORMAL may lose up to LOST
LARGEST = Decimal(2.0**1023)


class Sum(NamedTuple):
    """An adjoint to 60 digits, and how far the computed one may be from it."""

    exact: Decimal
    slack: Decimal


def gamma(m: int, unit: Any = ROUNDING) -> Any:
    """A bound on the relative error of m roundings."""
    return m * unit / (1 - m * unit)


def adjoints(program: Program, nodes: Sequence[Value], seeds: Mapping[int, float]) -> dict[int, Sum] | None:
    """The right adjoints of all nodes that a sweep over the recorded partials reaches; None if it may overflow.

    A sweep errs by at most gamma(m)·B, where B is the same sweep with absolute values, and m counts the operations on
    the longest path: one product per edge, and k - 1 additions at a node with k contributions. Added to this is the
    loss in subnormal products. The edges are those of the program; only the partials are the engine's.
    """
    leaves = len(nodes) - len(program)
    with localcontext(SIXTY):
        bars = {i: Decimal(seed) for i, seed in seeds.items()}
        sizes = {i: abs(bar) for i, bar in bars.items()}
        ways = dict.fromkeys(seeds, 0)
        terms = dict.fromkeys(seeds, 1)
        lost: dict[int, Decimal] = {}
        sums: dict[int, Sum] = {}
        for i in range(len(nodes) - 1, -1, -1):
            bar = bars.get(i)
            if bar is None:
                continue
            size, way = sizes[i], ways[i] + terms[i] - 1
            if size > LARGEST:
                return None
            sums[i] = Sum(bar, gamma(way) * size + (1 + gamma(way)) * lost.get(i, 0))
            if i < leaves:
                continue
            for arg, partial in zip(program[i - leaves][1], nodes[i].partials, strict=True):
                if partial is None:
                    continue
                assert type(arg) is int, "a constant has no partial"
                exact = Decimal(partial)
                share, its_size = (bar, size) if partial == 1.0 else (bar * exact, size * abs(exact))
                if (share and its_size < NORMAL) or i in lost:
                    loss = LOST if its_size < NORMAL else 0
                    lost[arg] = lost.get(arg, 0) + lost.get(i, 0) * abs(exact) + loss
                if arg in bars:
                    bars[arg] += share
                    sizes[arg] += its_size
                    ways[arg] = max(ways[arg], way + 1)
                    terms[arg] += 1
                else:
                    bars[arg], sizes[arg], ways[arg], terms[arg] = share, its_size, way + 1, 1
        return sums


def tangents(program: Program, nodes: Sequence[Value], seeds: Mapping[int, float]) -> dict[int, Sum]:
    """The right tangents of a forward sweep from the seeded leaves."""
    leaves = len(nodes) - len(program)
    with localcontext(SIXTY):
        sums = {i: Sum(Decimal(seed), Decimal(0)) for i, seed in seeds.items()}
        sizes = {i: abs(dot.exact) for i, dot in sums.items()}
        ways = dict.fromkeys(seeds, 0)
        for i, (_, args) in enumerate(program, leaves):
            edges = [(arg, Decimal(p)) for arg, p in zip(args, nodes[i].partials, strict=True) if p is not None and arg in sums]
            if edges:
                ways[i] = max(ways[int(arg)] for arg, _ in edges) + len(edges)
                sizes[i] = sum(sizes[int(arg)] * abs(partial) for arg, partial in edges)
                sums[i] = Sum(sum(sums[int(arg)].exact * partial for arg, partial in edges), gamma(ways[i]) * sizes[i])
        return sums


# -- what a program should give ----------------------------------------------------------------------

UNIT = mp.ldexp(1, -53)
ULPS = 4  # the bound that `test_ops` enforces for every value and partial
COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
# These have exact values and exact partials.
EXACT = {"pos", "neg", "abs", "relu", "sign", "step", "maximum", "minimum", "where", *COMPARISONS}


class Analysis(NamedTuple):
    value: object  # from the oracle
    value_error: object  # how far the computed value may be from it
    gradient_errors: list  # the same for every entry of the gradient


def analyse(program, leaves, ulps=ULPS):
    """Bounds on the rounding errors of a program and its sweeps, to first order in 2**-53, if ops err by `ulps`."""
    n = len(leaves)
    values = [mp.mpf(x) for x in leaves]
    value_errors = [mp.zero] * n
    sizes = [[mp.mpf(i == k) for k in range(n)] for i in range(n)]  # |S|
    drifts = [[mp.zero] * n for _ in range(n)]
    edges = 0
    for name, args in program:
        numbers = [values[arg] if isinstance(arg, int) else mp.mpf(arg) for arg in args]
        errors = [value_errors[arg] if isinstance(arg, int) else mp.zero for arg in args]
        refuse_undecided(name, args, numbers, errors)
        value, firsts, seconds = ask(name, numbers)
        values.append(value)
        value_errors.append(total(zip(firsts, errors, strict=True)) + born(name, firsts, numbers, value, ulps))
        partial_errors = [
            total((abs(second), error) for second, error in zip(row, errors, strict=True))
            + (mp.zero if name in EXACT else ulps * oracle.spacing(first))
            for first, row in zip(firsts, seconds, strict=True)
        ]
        used = [i for i, arg in enumerate(args) if isinstance(arg, int)]
        edges += len(used)
        sizes.append([total((firsts[i], sizes[args[i]][k]) for i in used) for k in range(n)])
        drifts.append(
            [
                total((firsts[i], drifts[args[i]][k]) for i in used) + total((partial_errors[i], sizes[args[i]][k]) for i in used)
                for k in range(n)
            ]
        )
    swept = gamma(2 * edges, UNIT)  # a multiplication and an addition per edge
    return Analysis(
        values[-1], value_errors[-1], [swept * s + (1 + swept) * d for s, d in zip(sizes[-1], drifts[-1], strict=True)]
    )


def ask(name, numbers):
    """Value, |partials| and second partials; NaN after a division by zero, as in a branch not taken."""
    rule = oracle.RULES[name]
    n = len(numbers)
    firsts = or_nan(rule.firsts, numbers, [mp.nan] * n)
    return or_nan(rule.value, numbers, mp.nan), list(map(abs, firsts)), or_nan(rule.seconds, numbers, [[mp.nan] * n] * n)


def or_nan(rule, numbers, nan):
    try:
        return rule(*numbers)
    except ZeroDivisionError:
        return nan


def total(pairs):
    """Σ a·b, where 0 times anything is 0."""
    return mp.fsum(a * b for a, b in pairs if a and b)


def born(name, firsts, numbers, value, ulps):
    """The rounding error of one operation itself."""
    if name in EXACT:
        return mp.zero
    if name in ("sum", "dot", "prod"):
        return gamma(len(numbers), UNIT) * total(zip(firsts, map(abs, numbers), strict=True))
    scale = max(map(abs, (*numbers, value))) if name == "logsumexp" else value
    return ulps * oracle.spacing(scale)


def refuse_undecided(name, args, numbers, errors):
    """Discard the example if rounding may carry a number across a kink: there is nothing to compare."""
    kinks = TABLE[name].kinks
    margin = errors[0] if name == "where" else sum(errors)
    if kinks is None or not margin or (name in EXACT and len(args) == 2 and args[0] == args[1]):
        return
    distance = mp.hypot(*numbers) if name == "hypot" else kinks(*numbers)
    # hypot's curvature is 1/distance near its kink, where a first-order analysis fails
    assume(abs(distance) > (1e6 * margin if name == "hypot" else margin))
