"""Random programs as plain data, and the graphs that the engine records for them.

Programs are as in `tests.support.oracle`: steps (op, arguments), where an argument is an index into the leaves
followed by the results so far (int) or a constant (float). Every generator yields a program and its leaves' numbers:

- `random_program`: large, deep or wide, with repeated arguments, huge fan-in, and branches not taken; its numbers stay
  moderate, since results that may be large are squashed;
- `tame_programs`: the same kind, but small, drawn by Hypothesis so that they shrink;
- `wild_programs`: any ops at any floats.
"""

from __future__ import annotations

import itertools
import math
import operator
import warnings
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

from autograd import Value, functions, ops
from autograd.op import TABLE
from tests.support.oracle import Program

Drawn = tuple[Program, list[float]]  # with the numbers of the leaves

SQUASHING = ("sin", "tanh", "cos", "sigmoid", "erf", "gaussian", "atan")
UNARY = ("neg", *SQUASHING, "pos", "relu", "abs", "softplus", "asinh", "step")
BINARY = ("add", "sub", "mul", "add", "sub", "mul", "maximum", "minimum", "hypot", "less")
LISTS = ("sum", "prod", "logsumexp", "dot")
MAX_SIZE = 8.0  # larger bounds are squashed: along a long chain, gradients would overflow

# Ops that are undefined, or grow too fast, on part of the line get arguments where they are tame.
Put = Callable[..., int]
COMPOSED: dict[str, Callable[[Put, int, int], int]] = {
    "exp of a bounded number": lambda put, a, b: put("exp", put("tanh", a)),
    "expm1 of a bounded number": lambda put, a, b: put("expm1", put("sin", a)),
    "logarithm": lambda put, a, b: put("log", put("add", put("softplus", a), 0.5)),
    "root": lambda put, a, b: put("sqrt", put("add", put("mul", a, a), 1.0)),
    "quotient": lambda put, a, b: put("div", a, put("add", put("mul", b, b), 1.0)),
    "power": lambda put, a, b: put("pow", put("add", put("sigmoid", a), 0.5), put("tanh", b)),
    "constant power": lambda put, a, b: put("pow", put("tanh", a), 3.0),
    "angle": lambda put, a, b: put("atan2", put("tanh", a), put("cosh", put("sin", b))),
    "arcsine": lambda put, a, b: put("asin", put("mul", 0.75, put("sin", a))),
    "choice": lambda put, a, b: put("where", put("greater", a, 0.25), put("sin", b), a),
}


def size_of(name: str, sizes: Sequence[float]) -> float:
    """A bound on |result|, from bounds on |arguments|."""
    if name in SQUASHING or name == "pow":  # powers occur only in COMPOSED
        return 2.0
    if name in ("mul", "prod"):
        return math.prod(sizes)
    if name == "dot":
        half = len(sizes) // 2
        return sum(map(operator.mul, sizes[:half], sizes[half:-1])) + sizes[-1]
    return sum(sizes) + (len(sizes) if name == "logsumexp" else 0.0 if name in ("add", "sub", "sum", "neg", "abs") else 1.0)


class Steps:
    """A program under construction, with a bound on the size of every result."""

    def __init__(self, leaves: int) -> None:
        self.steps: list[tuple[str, tuple[int | float, ...]]] = []
        self.sizes = [2.0] * leaves

    def put(self, name: str, *args: int | float) -> int:
        self.steps.append((name, args))
        self.sizes.append(size_of(name, [self.sizes[arg] if type(arg) is int else abs(arg) for arg in args]))
        return len(self.sizes) - 1

    def put_sum_of_unused(self) -> None:
        """Add a sum of all unused results, so that every result matters."""
        used = {arg for _, args in self.steps for arg in args if type(arg) is int}
        self.put("sum", *(i for i in range(len(self.sizes)) if i not in used), len(self.sizes) - 1)


# -- large ones, from a seed -------------------------------------------------------------------------


def random_program(random: Random, size: int, leaves: int = 0) -> Drawn:
    """A program with about `size` nodes; the number of leaves is random unless given."""
    leaves = leaves or 1 + int(random.random() * min(size / 2, 12))
    numbers = [round(random.uniform(-2.0, 2.0), 3) for _ in range(leaves)]
    made = _RandomSteps(random, leaves, size)
    while len(made.sizes) < size:
        made.extend()
    if random.random() < 0.5:
        made.put_sum_of_unused()
    return made.steps, numbers


class _RandomSteps(Steps):
    def __init__(self, random: Random, leaves: int, size: int) -> None:
        super().__init__(leaves)
        self.random = random
        choices = random.random() < 0.5  # half of the programs have branches not taken
        self.composed = [put for name, put in COMPOSED.items() if choices or name != "choice"]
        self.near = random.choice((1, 2, 8, 100, 10**9))  # how far back an argument may be: chains, ladders, bushes
        self.fan = min(size, random.choice((3, 3, 6, 6, 6, 20, 20, 400)))  # maximum number of arguments of a node

    def extend(self) -> None:
        kind = self.random.random()
        if kind < 0.35:
            self.squash(self.put(self.random.choice(UNARY), self.node()))
        elif kind < 0.8:
            pair = [self.node(), self.operand()]
            self.squash(self.put(self.random.choice(BINARY), *(pair if kind < 0.6 else pair[::-1])))
        elif kind < 0.9:
            self.squash(self.random.choice(self.composed)(self.put, self.node(), self.node()))
        else:
            self.gather()

    def squash(self, result: int) -> None:
        if self.sizes[result] > MAX_SIZE:
            self.put(self.random.choice(SQUASHING), result)

    def node(self) -> int:
        n = len(self.sizes)
        return self.moderate(n - 1 - int(self.random.random() * min(n, self.near)))

    def moderate(self, i: int) -> int:
        while self.sizes[i] > MAX_SIZE:  # it is squashed soon after
            i += 1
        return i

    def operand(self) -> int | float:
        return round(self.random.uniform(-2.0, 2.0), 2) if self.random.random() < 0.2 else self.node()

    def anywhere(self) -> int | float:
        return self.moderate(int(self.random.random() * len(self.sizes))) if self.random.random() < 0.8 else self.operand()

    def gather(self) -> None:
        """Add a node with many arguments, or a layer: several dots of the same inputs."""
        many = 1 + int(self.random.random() ** 2 * self.fan)
        match int(self.random.random() * 5):
            case 0:
                self.squash(self.put("sum", self.node(), *(self.anywhere() for _ in range(many))))
            case 1:
                self.squash(self.put("logsumexp", self.node(), *(self.anywhere() for _ in range(many % 7))))
            case 2:
                self.squash(self.put("prod", *(self.operand() for _ in range(1 + many % 4)), self.node()))
            case kind:
                inputs = [self.anywhere() for _ in range(many)]
                rows = [[*(self.node() for _ in inputs), *inputs, self.node()] for _ in range(1 if kind == 3 else 3)]
                for result in [self.put("dot", *row) for row in rows]:
                    self.put("tanh", result)


# -- small ones, drawn by Hypothesis -----------------------------------------------------------------

TENTHS = st.integers(-30, 30).map(lambda n: n / 10)


@st.composite
def tame_programs(draw: st.DrawFn, most: int = 16) -> Drawn:
    """Small, well-behaved programs; some results are used often, some leaves never."""
    leaves = draw(st.lists(st.integers(-2000, 2000).map(lambda n: n / 1000), min_size=1, max_size=4))
    made = Steps(len(leaves))

    def node() -> int:
        return draw(st.integers(0, len(made.sizes) - 1))

    def operand() -> int | float:
        return draw(TENTHS) if draw(st.integers(0, 4)) == 0 else node()

    kinds = st.sampled_from([*UNARY, *dict.fromkeys(BINARY), *LISTS, *COMPOSED])
    for _ in range(draw(st.integers(3, most))):
        kind = draw(kinds)
        if kind in COMPOSED:
            COMPOSED[kind](made.put, node(), node())
        elif kind in UNARY:
            made.put(kind, node())
        elif kind in BINARY:
            made.put(kind, *draw(st.permutations([node(), operand()])))
        else:
            count = 2 * draw(st.integers(1, 2)) + 1 if kind == "dot" else draw(st.integers(1, 4))
            made.put(kind, node(), *(operand() for _ in range(count - 1)))
        if made.sizes[-1] > 100.0:
            made.put("sin", len(made.sizes) - 1)  # so that nothing grows too large
    if draw(st.booleans()):
        made.put_sum_of_unused()
    return made.steps, leaves


SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.0, -2.0, 710.0, -800.0, 1e300, 5e-324, math.inf, -math.inf, math.nan]
any_floats = st.one_of(st.floats(-3.0, 3.0), st.sampled_from(SPECIAL), st.floats())
tame_floats = st.one_of(TENTHS, st.floats(-5.0, 5.0))


@st.composite
def wild_programs(
    draw: st.DrawFn,
    numbers: st.SearchStrategy[float] = any_floats,
    names: Sequence[str] = tuple(sorted(ops.BUILT_IN)),
    leaves: int = 4,
    most: int = 10,
    widest: int = 14,
    near: int = 10**9,
) -> Drawn:
    """Programs of any of the named ops; their arguments are constants or at most `near` results back."""
    given = draw(st.lists(numbers, min_size=1, max_size=leaves))
    steps: list[tuple[str, tuple[int | float, ...]]] = []
    for _ in range(draw(st.integers(1, most))):
        name = draw(st.sampled_from(names))
        count = TABLE[name].arity
        if count is None:
            count = 2 * draw(st.integers(0, 3)) + 1 if name == "dot" else draw(st.integers(1, widest))
        last = len(given) + len(steps) - 1
        known = st.integers(max(0, last + 1 - near), last)
        args = draw(st.lists(st.one_of(known, known, known, numbers), min_size=count, max_size=count))
        if not any(isinstance(arg, int) for arg in args):
            args[0] = draw(known)
        steps.append((name, tuple(args)))
    return steps, given


# -- recorded ----------------------------------------------------------------------------------------

APPLY: dict[str, Any] = {name: TABLE[name] for name in TABLE}
APPLY |= {"pos": operator.pos, "neg": operator.neg, "abs": abs, "add": operator.add, "sub": operator.sub}
APPLY |= {"mul": operator.mul, "div": operator.truediv, "pow": operator.pow}


def run(program: Program, leaves: Sequence[Any]) -> list[Any]:
    """All results of a program on the engine, leaves first, recorded by operators, functions and layers."""
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


def run_ops(program: Program, leaves: Sequence[Any]) -> list[Any]:
    """All results of a program, each by a call of its op; warnings about NaN and infinity are ignored."""
    results = list(leaves)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, args in program:
            results.append(TABLE[name](*(results[arg] if isinstance(arg, int) else arg for arg in args)))
    return results


def _layer(program: Program, i: int, known: int) -> list[Sequence[int | float]]:
    """The consecutive dots from step i on that share their inputs and use only nodes known by then."""
    inputs = _inputs(program[i][1])
    rows = []
    for name, args in itertools.islice(program, i, None):
        if name != "dot" or _inputs(args) != inputs or any(type(arg) is int and arg >= known for arg in args):
            break
        rows.append(args)
    return rows


def _inputs(args: Sequence[int | float]) -> list[tuple[type, int | float]]:
    return [(type(arg), arg) for arg in args[len(args) // 2 : -1]]  # node 1 is not the number 1.0


def as_program(root: Value, leaves: Sequence[Value]) -> Program:
    """A recorded graph as plain data."""
    index = {leaf: i for i, leaf in enumerate(leaves)}
    program: list[tuple[str, tuple[int | float, ...]]] = []
    stack = [root]
    while stack:
        node = stack[-1]
        missing = [arg for arg in node.args if isinstance(arg, Value) and arg not in index]
        if node in index or missing:
            stack.pop() if node in index else stack.extend(missing)
            continue
        if node.op is None:  # a constant
            program.append(("pos", (node.data,)))
        else:
            program.append((node.op.name, tuple(index[arg] if isinstance(arg, Value) else arg for arg in node.args)))
        index[node] = len(leaves) + len(program) - 1
    return program or [("pos", (index[root],))]


# Most of their graphs contain zeros, infinities or NaN.
odd_programs = wild_programs(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 1e-9, 1e9, 1e200, -1e200, 1e-200, math.inf, math.nan, 800.0]),
    ["relu", "sigmoid", "exp", "log", "sqrt", "step", "neg", "abs", "add", "sub", "mul", "div", "pow", "maximum", "where", "dot"],
    leaves=3,
    most=9,
    near=4,
)


@st.composite
def odd_graphs(draw: st.DrawFn) -> tuple[Value, list[Value]]:
    """The root of an odd program, and its leaves."""
    program, numbers = draw(odd_programs)
    leaves = [Value(x) for x in numbers]
    return run_ops(program, leaves)[-1], leaves
