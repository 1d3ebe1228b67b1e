"""A loss recorded at one point: its gradient, how far rounding may move that, and what it is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from autograd.audit.parameters import Numbers, Parameters, index_text
from autograd.audit.recognition import (
    Activation,
    Override,
    activations,
    exponents,
    is_difference,
    is_homogeneous,
    is_linear,
    value_args,
)
from autograd.graph import Edge, Graph
from autograd.replay import numbers_of
from autograd.sweeps import adjoints, recorded, topological_order
from autograd.value import Value, take_partials

# Two formulas for one gradient may round differently in every operation, by a few units in the last place (2**-53). Each
# operation is shaken by more than that, and what this does to the gradient is what a claim may differ by.
SHAKE = 2.0**-44

MIXED = ""  # the owner of what depends on several parameters, or on data too


class Contribution(NamedTuple):
    """What one use of a parameter adds to its gradient, δ·x: the adjoint δ of what it went into, times an input x."""

    delta: float
    x: float


class RecordedLoss:
    """The loss `f` recorded with these numbers for its parameters."""

    def __init__(self, f: Callable[..., Any], parameters: Parameters, numbers: Numbers) -> None:
        self.numbers, self.shapes = numbers, parameters.shapes
        self.leaves = {name: [Value(x) for x in xs] for name, xs in numbers.items()}
        self.root = parameters.call(f, self.leaves)
        if type(self.root) is not Value:
            raise TypeError(f"audit: f must return a Value, got {type(self.root).__name__}")
        self.graph = Graph(self.root)
        self.gradient = self._by_name(self.graph.adjoints)
        self._changed: dict[str, Numbers | None] = {}
        for name, xs in self.gradient.items():
            for k, x in enumerate(xs):
                if not math.isfinite(x):
                    where = f"{name}{index_text(self.shapes[name], k)}"
                    raise ValueError(f"audit: the gradient of f by {where} must be finite, got {x!r}")

    def _by_name(self, bars: Mapping[Value, float]) -> Numbers:
        return {name: [bars.get(leaf, 0.0) for leaf in leaves] for name, leaves in self.leaves.items()}

    def _swept(self, override: Override) -> Numbers:
        partials = {**self._recorded, **override}
        return self._by_name(adjoints(self.graph.nodes, {self.root: 1.0}, partials.__getitem__))

    @cached_property
    def _recorded(self) -> Override:
        return {node: node.partials for node in self.graph}

    def changed_gradient(self, what: str, change: Callable[[RecordedLoss], Override | None]) -> Numbers | None:
        """The gradient if some nodes had other partials; kept under the name of the change."""
        if what not in self._changed:
            override = change(self)
            self._changed[what] = None if override is None else self._swept(override)
        return self._changed[what]

    # -- rounding ------------------------------------------------------------------------------------

    @cached_property
    def noise(self) -> Numbers:
        """How far each number of the gradient moves when every operation is shaken, and every kink is left to either side."""
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
        # The partials that textbooks' formulas give with an error relative to 1, not to the partial.
        blurred = {unit.nodes[-1] for units in self.layers.values() for unit in units if unit.op.activation}
        for node in self.graph:
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
        return self._swept(partials)

    # -- what it is made of --------------------------------------------------------------------------

    @cached_property
    def exponents(self) -> list[int]:
        """The whole exponents from 2 on in the loss, each once."""
        return exponents(self.graph)

    @cached_property
    def layers(self) -> dict[tuple[str, int], list[Activation]]:
        """The activations, by the name of the function and the layer."""
        groups: dict[tuple[str, int], list[Activation]] = {}
        for activation in activations(self.graph.nodes):
            groups.setdefault((activation.op.name, activation.layer), []).append(activation)
        return groups

    @cached_property
    def _penalty_terms(self) -> list[Value]:
        return penalty_terms(self.graph, {leaf: name for name, leaves in self.leaves.items() for leaf in leaves})

    @cached_property
    def penalty(self) -> Numbers:
        """The part of the gradient that comes from penalties on the parameters alone; zeros where that is all of it."""
        seeds = {term: self.graph.adjoints[term] for term in self._penalty_terms}
        part = self._by_name(adjoints(topological_order(self._penalty_terms), seeds, recorded))
        return part if part != self.gradient else {name: [0.0] * len(xs) for name, xs in part.items()}

    @cached_property
    def data_nodes(self) -> list[Value]:
        """The operations that the loss is made of, but for its penalties."""
        inside = set(topological_order(self._penalty_terms))
        return [node for node in self.graph if node.op is not None and node not in inside and node in self.graph.adjoints]

    @cached_property
    def _uses(self) -> dict[str, list[list[Edge]]]:
        """Where each number of a parameter is used, penalties left out."""
        data = set(self.data_nodes)
        users = self.graph.users
        return {
            name: [[edge for edge in users.get(leaf, ()) if edge.node in data] for leaf in leaves]
            for name, leaves in self.leaves.items()
        }

    @cached_property
    def contributions(self) -> dict[str, list[list[Contribution]]]:
        """For each number of a parameter its uses, one per sample; none at all if their counts differ, or one is not linear."""
        return {name: self._contributions_to(name) for name in self.leaves}

    def _contributions_to(self, name: str) -> list[list[Contribution]]:
        uses, leaves = self._uses[name], set(self.leaves[name])
        even = len({*map(len, uses)}) == 1 and all(edge.partial is not None for edges in uses for edge in edges)
        if not even or not all(is_linear(node, leaves) for node in {edge.node for edges in uses for edge in edges}):
            return [[] for _ in uses]
        return [[Contribution(self.graph.adjoints[edge.node], edge.partial) for edge in edges] for edges in uses]

    def with_numbers(self, name: str, numbers: list[float]) -> Override:
        """The partials of what uses a parameter, if these were its numbers on the way back."""
        swapped = dict(zip(self.leaves[name], numbers, strict=True))
        changed = {}
        for node in {edge.node for edges in self._uses[name] for edge in edges}:
            args = [arg if type(arg) is float else swapped.get(arg, arg.data) for arg in node.args]
            changed[node] = take_partials(node.op, node.op(*args), args, [type(arg) is Value for arg in node.args])
        return changed


def penalty_terms(graph: Graph, parameters: Mapping[Value, str]) -> list[Value]:
    """The largest terms of a loss that depend on one parameter alone, not linearly, with nothing added to it.

    λ·Σw² is one, however it is written, while (w·x − y)² and w·x are not.
    """
    owners: dict[Value, str | None] = {}
    dependents: dict[Value, dict[Value, None]] = {}  # on a parameter, among the arguments
    linear: set[Value] = set()
    for node in graph:
        args = dependents[node] = {arg: None for arg in value_args(node) if owners[arg] is not None}
        owners[node] = _owner(node, args, owners) if args else parameters.get(node)
        if not args or (owners[node] and is_linear(node, args) and linear.issuperset(args)):
            linear.add(node)
    terms, seen, stack = [], set(), list(graph.roots)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if owners[node] and node not in linear:
            terms.append(node)
        elif dependents[node] and is_linear(node, dependents[node]):
            stack += dependents[node]
    return terms


def _owner(node: Value, dependents: Collection[Value], owners: Mapping[Value, str | None]) -> str | None:
    names = {owners[arg] for arg in dependents}
    if len(names) > 1 or not is_homogeneous(node, dependents):
        return MIXED
    others = any(type(arg) is float or arg not in dependents for arg in node.args)
    return MIXED if others and is_difference(node) else names.pop()  # the error of an output, be its target 0
