"""Random programs as plain data, made fast, and what a sweep over what was recorded of them should give.

A program is that of `tests.support.oracle`: steps (operation, arguments), an argument being an index into the leaves
followed by the results so far (int) or a constant (float). It may be deep or wide, with repeated arguments, huge
fan-in, and branches not taken; its numbers stay moderate, since what may have grown large is squashed.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal, localcontext
from random import Random
from typing import Any, NamedTuple

from autograd import Value, functions, ops
from tests.support.oracle import Program

SQUASHING = ("sin", "tanh", "cos", "sigmoid", "erf", "gaussian", "atan")
UNARY = (*SQUASHING, "neg", "pos", "relu", "abs", "softplus", "asinh", "step")
BINARY = ("add", "sub", "mul", "add", "sub", "mul", "maximum", "minimum", "hypot", "less")
LARGE = 8.0  # what may be larger is squashed: gradients would grow out of every range along a long chain

APPLY: dict[str, Any] = {name: ops.TABLE[name] for name in ops.TABLE}
APPLY |= {"pos": operator.pos, "neg": operator.neg, "abs": abs, "add": operator.add, "sub": operator.sub}
APPLY |= {"mul": operator.mul, "div": operator.truediv, "pow": operator.pow}


# -- programs ----------------------------------------------------------------------------------------


class Drawn(NamedTuple):
    program: Program
    numbers: list[float]  # of the leaves


def random_program(random: Random, size: int, leaves: int = 0) -> Drawn:
    """A program with about `size` nodes; without `leaves` their number is random too."""
    leaves = leaves or 1 + int(random.random() * min(size / 2, 12))
    numbers = [round(random.uniform(-2.0, 2.0), 3) for _ in range(leaves)]
    maker = _Maker(random, leaves, size)
    while len(maker.sizes) < size:
        maker.step()
    if random.random() < 0.5:  # so that every result matters
        used = {arg for _, args in maker.steps for arg in args}
        maker.put("sum", *(i for i in range(len(maker.sizes)) if i not in used), len(maker.sizes) - 1)
    return Drawn(maker.steps, numbers)


class _Maker:
    def __init__(self, random: Random, leaves: int, size: int) -> None:
        self.random = random
        self.steps: list[tuple[str, tuple[int | float, ...]]] = []
        self.sizes = [2.0] * leaves  # bounds on the |results|
        self.choices = random.random() < 0.5  # a branch not taken sends the sweep the other way
        self.near = random.choice((1, 2, 8, 100, 10**9))  # how far back an argument may lie: chains, ladders, bushes
        self.fan = min(size, random.choice((3, 3, 6, 6, 6, 20, 20, 400)))  # the most arguments of a node

    def step(self) -> None:
        kind = self.random.random()
        if kind < 0.35:
            self.add(self.random.choice(UNARY), self.node())
        elif kind < 0.8:
            pair = [self.node(), self.operand()]
            self.add(self.random.choice(BINARY), *(pair if kind < 0.6 else pair[::-1]))
        elif kind < 0.9:
            self.compose()
        else:
            self.gather()

    def put(self, name: str, *args: int | float) -> int:
        self.steps.append((name, args))
        self.sizes.append(_size(name, [self.sizes[arg] if type(arg) is int else abs(arg) for arg in args]))
        return len(self.sizes) - 1

    def add(self, name: str, *args: int | float) -> None:
        result = self.put(name, *args)
        if self.sizes[result] > LARGE:
            self.put(SQUASHING[int(self.random.random() * len(SQUASHING))], result)

    def node(self) -> int:
        n = len(self.sizes)
        return self.moderate(n - 1 - int(self.random.random() * min(n, self.near)))

    def moderate(self, i: int) -> int:
        while self.sizes[i] > LARGE:  # it is squashed soon after
            i += 1
        return i

    def operand(self) -> int | float:
        return round(self.random.uniform(-2.0, 2.0), 2) if self.random.random() < 0.2 else self.node()

    def anywhere(self) -> int | float:
        return self.moderate(int(self.random.random() * len(self.sizes))) if self.random.random() < 0.8 else self.operand()

    def compose(self) -> None:
        """What is not defined or not tame on the whole line is asked inside its domain."""
        a, b, c = self.node(), self.node(), self.operand()
        match int(self.random.random() * 6):
            case 0:
                self.add("div", a, self.put("add", self.put("mul", b, b), 1.0))
            case 1:
                self.add("exp", self.put("tanh", a))
            case 2:
                self.add("sqrt", self.put("add", self.put("sigmoid", a), 0.25))
            case 3:
                self.add("pow", self.put("tanh", a), self.random.choice((2.0, 3.0, 4.0)))
            case 4:
                self.add("log", self.put("add", self.put("abs", a), 0.5))
            case _ if self.choices:
                self.add("where", self.put("greater", a, 0.25), c, self.put("sin", b))

    def gather(self) -> None:
        """Many arguments at once; a layer is several dots of the same inputs."""
        many = 1 + int(self.random.random() ** 2 * self.fan)
        match int(self.random.random() * 5):
            case 0:
                self.add("sum", self.node(), *(self.anywhere() for _ in range(many)))
            case 1:
                self.add("logsumexp", self.node(), *(self.anywhere() for _ in range(many % 7)))
            case 2:
                self.add("prod", *(self.operand() for _ in range(1 + many % 4)), self.node())
            case kind:
                inputs = [self.anywhere() for _ in range(many)]
                rows = [[*(self.node() for _ in inputs), *inputs, self.node()] for _ in range(1 if kind == 3 else 3)]
                for result in [self.put("dot", *row) for row in rows]:
                    self.put("tanh", result)


def _size(name: str, sizes: Sequence[float]) -> float:
    """A bound on |result|, from bounds on |arguments|."""
    if name in SQUASHING:
        return 2.0
    if name in ("mul", "prod"):
        return math.prod(sizes)
    if name == "dot":
        half = len(sizes) // 2
        return sum(map(operator.mul, sizes[:half], sizes[half:-1])) + sizes[-1]
    if name == "pow":
        return 1.0
    return sum(sizes) + (len(sizes) if name == "logsumexp" else 1.0 if name in ("softplus", "log", "exp") else 0.0)


def run(program: Program, leaves: Sequence[Any]) -> list[Any]:
    """All results of a program on the engine, the leaves first: as operators, functions and layers."""
    results = list(leaves)
    i = 0
    while i < len(program):
        name, args = program[i]
        if name == "dot":
            rows = _layer(program, i, len(results))
            n = len(args) // 2
            given = [[results[arg] if type(arg) is int else arg for arg in row] for row in rows]
            results += functions.linear([row[:n] for row in given], given[0][n:-1], [row[-1] for row in given])
            i += len(rows)
            continue
        results.append(APPLY[name](*[results[arg] if type(arg) is int else arg for arg in args]))
        i += 1
    return results


def _layer(program: Program, i: int, known: int) -> list[Sequence[int | float]]:
    """The dots that follow each other from step i on, of the same inputs, and of nodes that are known by then."""
    inputs = _inputs(program[i][1])
    rows = []
    for name, args in itertools.islice(program, i, None):
        if name != "dot" or _inputs(args) != inputs or any(type(arg) is int and arg >= known for arg in args):
            break
        rows.append(args)
    return rows


def _inputs(args: Sequence[int | float]) -> list[tuple[type, int | float]]:
    return [(type(arg), arg) for arg in args[len(args) // 2 : -1]]  # the node 1 is not the number 1.0


# -- what a sweep should give ------------------------------------------------------------------------

SIXTY = Context(prec=60, Emax=10**6, Emin=-(10**6))
ROUNDING = Decimal(2) ** -53
NORMAL, LOST = SIXTY.power(2, -1021), SIXTY.power(2, -1075)  # a product below NORMAL may lose as much as LOST
LARGEST = Decimal(2.0**1023)


class Sum(NamedTuple):
    """An adjoint at 60 digits, and how far the computed one may be from it."""

    exact: Decimal
    slack: Decimal


def gamma(m: int) -> Decimal:
    return m * ROUNDING / (1 - m * ROUNDING)


def adjoints(program: Program, nodes: Sequence[Value], seeds: Mapping[int, float]) -> dict[int, Sum] | None:
    """What the sweep over the recorded partials should give to every node it reaches; None if it may overflow.

    A sweep errs by at most gamma(m)·B, B being the same sweep with absolute values, and m the operations on the
    longest way: a product for every edge, and k - 1 additions at a node with k contributions. To that comes what
    the products lose that are subnormal. The edges are those of the program; only the partials are the engine's.
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
    """The same for a forward sweep, from the seeded leaves."""
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
