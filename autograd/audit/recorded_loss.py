"""A loss recorded at one point: its gradient, a bound on the gradient's rounding error, and the parts of the loss."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from functools import cache, cached_property, reduce
from random import Random
from typing import Any, NamedTuple

from autograd.audit.parameters import Numbers, Parameters, indices
from autograd.audit.recognition import (
    Activation,
    Layer,
    Override,
    is_function,
    is_homogeneous,
    is_linear,
    network_layers,
    value_args,
)
from autograd.audit.sides import Sides
from autograd.errors import REFUSALS
from autograd.graph import Edge, Graph
from autograd.sweeps import adjoints, depending_on, recorded_adjoints, recorded_tangents, topological_order
from autograd.value import Value, op_of, operands, partials_at, take_partials

# Two formulas for one gradient may round differently in every operation, by a few units in the last place (2**-53). Each
# operation, and the point, is perturbed by more than that; the change this makes in the gradient is what a claim may be off by.
PERTURBATION = 2.0**-44
TRIALS = 4
# If such changes move a gradient by more than this fraction of itself, and the loss noticeably relative to the numbers in it,
# no claim can be judged. Gradients that are practically 0 (saturated units) are judged as 0.
HIDING, NOTICEABLE = 1e-2, 1e-6


class ParameterUse(NamedTuple):
    """The contribution of one use of a parameter to its gradient, δ·x: the adjoint δ of the result, times an input x."""

    delta: float
    x: float

    @property
    def product(self) -> float:
        return self.delta * self.x


class RecordedLoss:
    """The loss `f` recorded with these numbers for its parameters, and its claimed gradient there."""

    def __init__(self, f: Callable[..., Any], claimed: Any, parameters: Parameters, numbers: Numbers) -> None:
        self.numbers, self.shapes = numbers, parameters.shapes
        self.leaves = {name: [Value(x) for x in xs] for name, xs in numbers.items()}
        root = parameters.call(f, self.leaves)
        if type(root) is not Value:
            raise TypeError(f"audit: f must return a Value, got {type(root).__name__}")
        self.graph = Graph(root)
        self._recorded = {node: node.partials for node in self.graph}
        self._swept: dict[str, Numbers | None] = {}
        # By name of a single-number parameter, the derivatives of all nodes that depend on it.
        self.tangents = cache(lambda name: recorded_tangents(self.graph.nodes, dict.fromkeys(self.leaves[name], 1.0)))
        self.conventional = self._by_name(self.graph.adjoints)  # what backward() gives
        leaves = [leaf for leaves in self.leaves.values() for leaf in leaves]
        self.sides = Sides(self.graph, leaves, self.conventional, self._with_partials)
        self.gradient = self.sides.gradient
        for name, xs in self.gradient.items():
            for index, x in zip(indices(self.shapes[name]), xs, strict=True):
                if not math.isfinite(x):
                    raise ValueError(f"audit: the gradient of f with respect to {name}{index} must be finite, got {x!r}")
        self.claimed = parameters.claimed_arrays(claimed, numbers)

    def _by_name(self, bars: Mapping[Value, float]) -> Numbers:
        return {name: [bars.get(leaf, 0.0) for leaf in leaves] for name, leaves in self.leaves.items()}

    def _with_partials(self, override: Override) -> Numbers:
        partials = {**self._recorded, **override}
        return self._by_name(adjoints(self.graph.nodes, dict.fromkeys(self.graph.roots, 1.0), partials.__getitem__))

    def changed_gradient(self, what: str, change: Callable[[RecordedLoss], Override | None]) -> Numbers | None:
        """The gradient if some nodes had other partials; cached under `what`."""
        if what not in self._swept:
            override = change(self)
            self._swept[what] = None if override is None else self._with_partials(override)
        return self._swept[what]

    @cached_property
    def noise(self) -> Numbers:
        """How far each number of the gradient moves when the point and every operation are perturbed."""
        return self._farthest(trials=2)

    @cached_property
    def hidden(self) -> dict[str, list[bool]]:
        """True for numbers of the gradient that rounding hides, as behind log(1 - sigmoid(34)); kinks hide nothing."""
        moved = self._farthest(TRIALS)
        scale = max(abs(node.data) for node in self.graph if math.isfinite(node.data)) or 1.0

        def hides(moved: float, gradient: float, parameter: float) -> bool:
            return moved > HIDING * abs(gradient) and moved * (abs(parameter) or 1.0) > NOTICEABLE * scale

        return {name: list(map(hides, moved[name], self.gradient[name], numbers)) for name, numbers in self.numbers.items()}

    def _farthest(self, trials: int) -> Numbers:
        """The largest change of each number of the gradient over this many perturbations."""
        generators = Random(0), Random(1)
        perturbed = [self._trial(*generators) for _ in range(trials)]
        found = {}
        for name, gradient in self.conventional.items():
            rows = zip(gradient, *(trial[name] for trial in perturbed), strict=True)
            found[name] = [max(abs(x - g) if x == x else math.inf for x in xs) for g, *xs in rows]
        return found

    def _trial(self, of_operations: Random, of_leaves: Random) -> Numbers:
        """The gradient when both are perturbed; the operations alone if the point leaves f's domain or its side of a kink."""
        for point in (of_leaves, None):
            with suppress(*REFUSALS):
                found = self._perturbed_gradient(of_operations, point)
                if point is None or not any(math.isnan(x) for xs in found.values() for x in xs):
                    return found
        return {name: [math.nan] * len(xs) for name, xs in self.numbers.items()}

    def _perturbed_gradient(self, of_operations: Random, of_leaves: Random | None) -> Numbers:
        def perturbed(x: float, blur: float = 0.0, random: Random = of_operations) -> float:
            return x + PERTURBATION * (2.0 * random.random() - 1.0) * (abs(x) + blur)

        values: dict[Value, float] = {}
        partials: dict[Value, list[float | None]] = {}
        # Nodes for whose partials textbook formulas have an error relative to 1, not to the partial.
        blurred = {unit.nodes[-1] for units in self.layers.values() for unit in units if unit.op.activation}
        for node in self.graph:
            if node.op is None:
                # The point itself is rounded, as π is.
                values[node] = perturbed(node.data, random=of_leaves) if of_leaves else node.data
                continue
            numbers = operands(node, values)
            wanted = [type(arg) is Value for arg in node.args]
            if node.op.kinks is not None and not node.op.select:
                here, there = node.op.kinks(*operands(node)), node.op.kinks(*numbers)
                if here == 0.0:
                    numbers = operands(node)  # perturbed, they might lie on one side of the kink
                elif of_leaves and here * there <= 0.0:
                    raise ArithmeticError("the perturbed point lies on another side of a kink")
            values[node] = perturbed(node.op(*numbers))
            taken = take_partials(node.op, values[node], numbers, wanted)
            partials[node] = [None if p is None else perturbed(p, node in blurred) for p in taken]
        return self._with_partials(partials)

    @cached_property
    def exponents(self) -> list[int]:
        """The integer exponents of 2 or more in the loss, without duplicates."""
        found = set()
        for node in self.graph:
            for n in {2.0, *(arg for arg in node.args if type(arg) is float)}:
                if n >= 2.0 and n.is_integer() and is_function(node, lambda x, n=n: math.pow(x, n)):  # type: ignore[misc]
                    found.add(int(n))
        return sorted(found)

    @cached_property
    def layers(self) -> dict[Layer, list[Activation]]:
        """The activations, by function and layer."""
        return network_layers(self.graph.nodes)

    @cached_property
    def _penalty_terms(self) -> list[Value]:
        """The largest nonlinear terms that the gradient reaches and that depend on one parameter alone, with nothing added.

        λ·Σw² is one, however it is written, while (w·x − y)² and w·x are not.
        """
        graph, parameters = self.graph, {leaf: name for name, leaves in self.leaves.items() for leaf in leaves}
        owners: dict[Value, set[str]] = {}  # the parameters that a node depends on
        for node in graph:
            owners[node] = {parameters[node]} if node in parameters else set().union(*(owners[arg] for arg in value_args(node)))

        def dependents(node: Value) -> Set[Value]:
            return dict.fromkeys(arg for arg in value_args(node) if owners[arg]).keys()  # in order

        def largest(is_term: Callable[[Value], bool]) -> list[Value]:
            found, seen, stack = [], set(), list(graph.roots)
            while stack:
                node = stack.pop()
                if node in seen:
                    continue
                seen.add(node)
                if is_term(node):
                    found.append(node)
                elif (args := dependents(node)) and is_linear(node, args):
                    stack += args
            return found

        linear: set[Value] = set()
        homogeneous: set[Value] = set()
        for node in topological_order(largest(lambda node: len(owners[node]) == 1)):
            args = dependents(node)
            if linear.issuperset(args) and (not args or is_linear(node, args)):
                linear.add(node)
            if homogeneous.issuperset(args) and (not args or is_homogeneous(node, args)):
                homogeneous.add(node)
        return largest((homogeneous - linear).intersection(graph.adjoints).__contains__)

    @cached_property
    def penalty(self) -> Numbers:
        """The part of the gradient that comes from penalties on the parameters alone; zeros if that is all of it."""
        seeds = {term: self.graph.adjoints[term] for term in self._penalty_terms}
        part = self._by_name(recorded_adjoints(topological_order(seeds), seeds))
        return part if part != self.gradient else {name: [0.0] * len(xs) for name, xs in part.items()}

    @cached_property
    def data_nodes(self) -> dict[Value, None]:
        """The operations of the loss, except those of its penalties."""
        inside = set(topological_order(self._penalty_terms))
        return {node: None for node in self.graph if node.op and node not in inside and node in self.graph.adjoints}

    @cached_property
    def summands(self) -> set[Value]:
        """The nodes that the loss is linear in, as a mean of errors is linear in each error."""
        moving = depending_on((leaf for leaves in self.leaves.values() for leaf in leaves), self.graph.nodes)
        inside: set[Value] = set()  # below a nonlinear op
        for node in reversed(self.graph.nodes):
            args = moving.intersection(value_args(node))
            if args and (node in inside or not is_linear(node, args)):
                inside.update(args)
        return moving - inside

    def _uses(self, name: str) -> list[list[Edge]]:
        """The edges that use each number of a parameter, except in penalties."""
        users = self.graph.users
        return [[edge for edge in users.get(leaf, ()) if edge.node in self.data_nodes] for leaf in self.leaves[name]]

    @cached_property
    def repeats(self) -> bool:
        """True if a function is applied again to what is computed again, as when sigmoid(w·x) is written twice for a sample."""
        known: dict[Any, int] = {}
        same: dict[Value, int] = {}  # the same number for nodes that compute the same
        for node in self.graph:
            args = tuple(arg if type(arg) is float else (same[arg],) for arg in node.args)
            same[node] = known.setdefault((node.op, args) if node.op else node, len(known))
        applied = [same[node] for node in self.data_nodes if op_of(node).arity == 1 and not op_of(node).linear]
        return len(set(applied)) < len(applied)

    def is_used_apart(self, name: str) -> bool:
        """True if what the uses of the parameter lead to is only added up, as with samples, judged by its first number."""
        users = dict.fromkeys(edge.node for edge in self._uses(name)[0])
        uses = {node: 1 << i for i, node in enumerate(users)}  # those that a node depends on, as bits
        for node in self.graph:
            if args := uses.keys() & value_args(node):
                several = reduce(operator.or_, map(uses.__getitem__, args))
                if node in users or (several.bit_count() > 1 and not is_linear(node, args)):
                    return False
                uses[node] = several
        return True

    @cached_property
    def contributions(self) -> dict[str, list[list[ParameterUse]]]:
        """For each number of a parameter its uses, one per sample; none if their counts differ or one is not linear."""
        found, bars = {}, self.graph.adjoints
        for name, leaves in self.leaves.items():
            uses, moving = self._uses(name), set(leaves)
            nodes = {edge.node for edges in uses for edge in edges if edge.partial is not None}
            known = len({*map(len, uses)}) == 1 and all(is_linear(node, moving) for node in nodes)
            found[name] = [[ParameterUse(bars[edge.node], edge.partial or 0.0) for edge in edges if known] for edges in uses]
        return found

    def with_numbers(self, name: str, numbers: list[float]) -> Override:
        """The partials of the nodes that use a parameter, as if these were its numbers."""
        swapped = dict(zip(self.leaves[name], numbers, strict=True))
        changed = {}
        for node in {edge.node for edges in self._uses(name) for edge in edges}:
            args = [arg if type(arg) is float else swapped.get(arg, arg.data) for arg in node.args]
            changed[node] = partials_at(node, args)
        return changed
