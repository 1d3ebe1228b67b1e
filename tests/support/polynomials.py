"""Random polynomials with integer coefficients, as programs: all their numbers are integers, and exact."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

LIMIT = 2**53  # integers below it are exact as floats, and so are sums and products that stay below

Step = tuple[str, tuple[int | float, ...]]


class Polynomial(NamedTuple):
    program: list[Step]
    numbers: list[int]  # of the leaves
    values: list[int]  # of all nodes, leaves first
    adjoints: list[int]  # of all nodes


# Values, and partials for each argument; the arguments of `dot` are weights, inputs, bias.
VALUES: dict[str, Callable[..., int]] = {
    "pos": lambda x: x,
    "neg": lambda x: -x,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "pow": lambda x, n: x**n,
    "sum": lambda *xs: sum(xs),
    "prod": lambda *xs: math.prod(xs),
    "dot": lambda *xs: sum(w * x for w, x in zip(xs[: len(xs) // 2], xs[len(xs) // 2 : -1], strict=True)) + xs[-1],
}
PARTIALS: dict[str, Callable[..., Sequence[int]]] = {
    "pos": lambda x: [1],
    "neg": lambda x: [-1],
    "add": lambda x, y: [1, 1],
    "sub": lambda x, y: [1, -1],
    "mul": lambda x, y: [y, x],
    "pow": lambda x, n: [n * x ** (n - 1), 0],
    "sum": lambda *xs: [1] * len(xs),
    "prod": lambda *xs: [math.prod(xs[:i] + xs[i + 1 :]) for i in range(len(xs))],
    "dot": lambda *xs: [*xs[len(xs) // 2 : -1], *xs[: len(xs) // 2], 1],
}


def random_polynomial(random: Random, size: int) -> Polynomial:
    """A polynomial of at most `size` nodes, cut where an integer in its values or its sweep would reach 2**53."""
    leaves = 1 + random.randrange(min(size - 1, 8))
    numbers = [random.randint(-3, 3) for _ in range(leaves)]
    near = random.choice((2, 8, 10**9))
    program: list[Step] = []
    values = list(numbers)

    def node() -> int:
        return len(values) - 1 - random.randrange(min(near, len(values)))

    def operand() -> int | float:
        return float(random.randint(-3, 3)) if random.random() < 0.2 else node()

    for _ in range(2 * size):
        name = random.choice(("add", "sub", "add", "sub", "neg", "pos", "mul", "mul", "pow", "sum", "prod", "dot"))
        match name:
            case "neg" | "pos":
                args: list[int | float] = [node()]
            case "pow":
                args = [node(), float(random.choice((1, 2, 2, 3, 5)))]
            case "add" | "sub" | "mul":
                args = random.sample([node(), operand()], 2)
            case "dot":
                args = [operand() for _ in range(2 * random.randint(1, 4))] + [node()]
            case _:
                args = [operand() for _ in range(random.randint(0, 4))] + [node()]
        xs = _numbers(args, values)
        partials = PARTIALS[name](*xs)
        if max(sum(map(abs, xs)), sum(abs(p * x) for p, x in zip(partials, xs, strict=True)), *map(abs, partials)) < LIMIT:
            program.append((name, tuple(args)))
            values.append(VALUES[name](*xs))
        if len(values) == size:
            break
    while True:
        bars, sizes = sweep(program, values)
        if max(sizes) < LIMIT:
            return Polynomial(program, numbers, values, bars)
        del program[2 * len(program) // 3 :]
        del values[leaves + len(program) :]


def sweep(program: Sequence[Step], values: Sequence[int]) -> tuple[list[int], list[int]]:
    """The adjoints of all nodes, and the same with absolute values."""
    bars, sizes = [0] * len(values), [0] * len(values)
    bars[-1] = sizes[-1] = 1
    leaves = len(values) - len(program)
    for i in range(len(values) - 1, leaves - 1, -1):
        name, args = program[i - leaves]
        for arg, partial in zip(args, PARTIALS[name](*_numbers(args, values)), strict=True):
            if type(arg) is int:
                bars[arg] += bars[i] * partial
                sizes[arg] += sizes[i] * abs(partial)
    return bars, sizes


class Jet:
    """An integer with its first and second derivatives with respect to the leaves, for an exact Hessian by Taylor arithmetic.

    As a majorant it has all minus signs turned to plus, and so bounds all intermediate results.
    """

    def __init__(self, value: int, first: Sequence[int], second: Sequence[Sequence[int]], majorant: bool) -> None:
        self.value, self.first, self.second, self.majorant = value, first, second, majorant

    def __add__(self, other: Jet | int) -> Jet:
        if isinstance(other, int):
            return Jet(self.value + other, self.first, self.second, self.majorant)
        first = [a + b for a, b in zip(self.first, other.first, strict=True)]
        second = [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(self.second, other.second, strict=True)]
        return Jet(self.value + other.value, first, second, self.majorant)

    def __mul__(self, other: Jet | int) -> Jet:
        n = range(len(self.first))
        if isinstance(other, int):
            other = Jet(other, [0] * len(n), [[0] * len(n) for _ in n], self.majorant)
        x, dx, ddx, y, dy, ddy = self.value, self.first, self.second, other.value, other.first, other.second
        second = [[x * ddy[i][j] + dx[i] * dy[j] + dx[j] * dy[i] + y * ddx[i][j] for j in n] for i in n]
        return Jet(x * y, [x * dy[i] + y * dx[i] for i in n], second, self.majorant)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Jet:
        return self if self.majorant else self * -1

    def __sub__(self, other: Jet | int) -> Jet:
        return self + (other if self.majorant else other * -1)

    def __rsub__(self, other: int) -> Jet:
        return -self + other

    def __pow__(self, n: int) -> Jet:
        return math.prod([self] * n, start=1)


def second_order(polynomial: Polynomial, majorant: bool = False) -> Jet:
    """The value, gradient and Hessian of a polynomial, or bounds on all intermediate integers."""
    n = len(polynomial.numbers)
    results = [
        Jet(max(abs(x), 1) if majorant else x, [int(i == j) for j in range(n)], [[0] * n for _ in range(n)], majorant)
        for i, x in enumerate(polynomial.numbers)
    ]
    for name, args in polynomial.program:
        constants = [max(abs(int(arg)), 1) if majorant and name != "pow" else int(arg) for arg in args]
        results.append(VALUES[name](*[results[a] if type(a) is int else c for a, c in zip(args, constants, strict=True)]))
    return results[-1]


def _numbers(args: Sequence[int | float], values: Sequence[int]) -> list[int]:
    return [values[arg] if type(arg) is int else int(arg) for arg in args]
