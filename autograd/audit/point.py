"""A loss recorded at one point, taken apart: its gradient, how sure that is, and what each use of a parameter adds to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from autograd import ops
from autograd.audit.activations import Activation, Override, activations, saturating
from autograd.audit.arguments import Arguments, Numbers, entry
from autograd.audit.terms import penalty_terms
from autograd.replay import numbers_of
from autograd.sweeps import adjoints, topological_order
from autograd.value import Value, take_partials

# Two formulas for one gradient may round otherwise in every operation, by a few units in the last place (2**-53). Each
# operation is shaken by more than that, and what this does to the gradient is what a claim may differ by.
SHAKE = 2.0**-44
LINEAR = (ops.mul, ops.div, ops.dot, ops.add, ops.sub, ops.sum, ops.neg)  # in what a layer does with its parameters


class Use(NamedTuple):
    """One use of a parameter's number: the adjoint δ of what it went into, and what δ is multiplied by."""

    delta: float
    factor: float


class Point:
    """`f` recorded with these numbers for its parameters."""

    def __init__(self, f: Callable[..., Any], arguments: Arguments, numbers: Numbers) -> None:
        self.numbers, self.shapes = numbers, arguments.shapes
        self.leaves = {name: [Value(x) for x in xs] for name, xs in numbers.items()}
        self._swept: dict[str, Numbers | None] = {}
        self.root = arguments.call(f, self.leaves)
        if type(self.root) is not Value:
            raise TypeError(f"audit: f must return a Value, got {type(self.root).__name__}")
        self.order = topological_order([self.root])
        self._recorded = {node: node.partials for node in self.order}
        self.bars = self._sweep({})
        self.gradient = self._by_name(self.bars)
        for name, numbers_ in self.gradient.items():
            for k, x in enumerate(numbers_):
                if not math.isfinite(x):
                    raise ValueError(f"audit: the gradient of f by {name}{entry(self.shapes[name], k)} must be finite, got {x!r}")

    @cached_property
    def exponents(self) -> list[int]:
        """Those in the loss that are whole numbers, each once."""
        powers = [2.0 for node in self.order if node.op is ops.mul and node.args[0] is node.args[1]]
        powers += [node.args[1] for node in self.order if node.op is ops.pow and type(node.args[1]) is float]
        return sorted({int(power) for power in powers if power.is_integer()})

    def _by_name(self, bars: Mapping[Value, float]) -> Numbers:
        return {name: [bars.get(leaf, 0.0) for leaf in leaves] for name, leaves in self.leaves.items()}

    def swept(self, what: str, change: Callable[[Point], Override | None]) -> Numbers | None:
        """The gradient that comes out if some nodes have other partials; kept under the name of the change."""
        if what not in self._swept:
            override = change(self)
            self._swept[what] = None if override is None else self._by_name(self._sweep(override))
        return self._swept[what]

    def _sweep(self, override: Override) -> dict[Value, float]:
        return adjoints(self.order, {self.root: 1.0}, {**self._recorded, **override}.__getitem__)

    @cached_property
    def noise(self) -> Numbers:
        """How far each number of the gradient moves when every operation is shaken, and every kink leaves to either side."""
        random = Random(0)
        noise = {name: [0.0] * len(xs) for name, xs in self.gradient.items()}
        for side in (1.0, -1.0):
            for name, xs in self._shaken(random, side).items():
                off = [abs(x - right) for x, right in zip(xs, self.gradient[name], strict=True)]
                noise[name] = [max(a, b if b == b else math.inf) for a, b in zip(noise[name], off, strict=True)]
        return noise

    def _shaken(self, random: Random, side: float) -> Numbers:
        def shake(x: float, blur: float = 0.0) -> float:
            return x + SHAKE * (2.0 * random.random() - 1.0) * (abs(x) + blur)

        values: dict[Value, float] = {}
        partials: dict[Value, list[float | None]] = {}
        blurred = saturating(self.order)
        for node in self.order:
            if node.op is None:
                values[node] = node.data
                continue
            numbers = numbers_of(node, values)
            wanted = [type(arg) is Value for arg in node.args]
            if node.op.kinks is not None and not node.op.select and node.op.kinks(*numbers) == 0.0:
                numbers[wanted.index(True)] += side * SHAKE
            values[node] = shake(node.op(*numbers))
            taken = take_partials(node.op, values[node], numbers, wanted)
            partials[node] = [None if p is None else shake(p, node in blurred) for p in taken]
        return self._by_name(self._sweep(partials))

    @cached_property
    def layers(self) -> dict[tuple[str, int], list[Activation]]:
        """The activations, by the name of the function and the layer."""
        groups: dict[tuple[str, int], list[Activation]] = {}
        for activation in activations(self.order):
            groups.setdefault((activation.row.name, activation.layer), []).append(activation)
        return groups

    @cached_property
    def _penalties(self) -> list[Value]:
        return penalty_terms(self.root, self.order, {leaf: name for name, leaves in self.leaves.items() for leaf in leaves})

    @cached_property
    def penalty(self) -> Numbers:
        """The part of the gradient that comes from penalties on the parameters alone; none where that is all of it."""
        seeds = {term: self.bars[term] for term in self._penalties}
        part = self._by_name(adjoints(topological_order(self._penalties), seeds, lambda node: node.partials))
        return part if part != self.gradient else {name: [0.0] * len(xs) for name, xs in part.items()}

    @cached_property
    def data_nodes(self) -> list[Value]:
        """The operations that the loss is made of, but for its penalties."""
        inside = set(topological_order(self._penalties))
        return [node for node in self.order if node.op is not None and node not in inside and node in self.bars]

    @cached_property
    def _users(self) -> dict[Value, list[tuple[Value, int]]]:
        users: dict[Value, list[tuple[Value, int]]] = {leaf: [] for leaves in self.leaves.values() for leaf in leaves}
        for node in self.data_nodes:
            for position, arg in enumerate(node.args):
                if type(arg) is Value and arg in users:
                    users[arg].append((node, position))
        return users

    def users(self, name: str) -> Iterator[tuple[int, Value, int]]:
        """Which node uses the k-th number of a parameter as which argument, penalties left out."""
        for k, leaf in enumerate(self.leaves[name]):
            for node, position in self._users[leaf]:
                yield k, node, position

    @cached_property
    def uses(self) -> dict[str, list[list[Use]]]:
        """The uses of each number of a parameter, one a sample; none at all if they are not equally many, or not linear."""
        found = {name: self._uses_of(name) for name in self.leaves}
        return {name: uses if len({*map(len, uses)}) == 1 else [[] for _ in uses] for name, uses in found.items()}

    def _uses_of(self, name: str) -> list[list[Use]]:
        uses: list[list[Use]] = [[] for _ in self.leaves[name]]
        for k, node, position in self.users(name):
            partial = node.partials[position]
            if node.op not in LINEAR or partial is None:
                return [[] for _ in uses]
            uses[k].append(Use(self.bars[node], partial))
        return uses

    def sent_back(self, name: str, weights: Sequence[float]) -> Override:
        """The partials by what the parameter is multiplied with, if these were its numbers."""
        changed: dict[Value, list[float | None]] = {}
        for k, node, position in self.users(name):
            half = len(node.args) // 2
            if node.op is ops.mul:
                other = 1 - position
            elif node.op is ops.dot and position < 2 * half:
                other = (position + half) % (2 * half)
            else:
                continue
            if type(node.args[other]) is Value:
                changed.setdefault(node, list(node.partials))[other] = weights[k]
        return changed
