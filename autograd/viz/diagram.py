"""The content of a drawing before it is laid out: boxes, the arrows between them, and notes below."""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from autograd._format import listed, one_line, shown
from autograd._frames import place
from autograd.graph import Graph
from autograd.sweeps import Partials
from autograd.value import Value, flowing, is_detached, takes_gradient
from autograd.viz.folding import Folding, Group
from autograd.viz.style import Options

MAX_SPAN = 300  # ranks that all arrows together may cross; beyond that, the layout takes seconds to minutes
MAX_CROSSED = 4  # ranks that an arrow from an input may cross; in a diagram beyond MAX_SPAN, any arrow
MAX_USERS = 12  # of an input, each with an arrow
MAX_NAMES = 5  # of the arguments that one arrow stands for
NO_GRADIENTS = "no gradients yet: call backward()"


def grad_of(node: Value) -> float | None:
    """The gradient of a node; None if no sweep has reached it yet, or if it is frozen or detached."""
    return node._grad if hasattr(node, "_grad") and takes_gradient(node) else None


class Placeholder(NamedTuple):
    """A text shown in place of a gradient."""

    text: str
    colour: str


@dataclass(frozen=True)
class Quantities:
    """The numbers to draw: the nodes' own, or those of another sweep or of a replay.

    Where `grad` gives None, `placeholder` may give a text to show instead. Nodes in `framed` get a thick frame, like one in
    which a NaN first appeared.
    """

    data: Callable[[Value], float] = operator.attrgetter("data")
    grad: Callable[[Value], float | None] = grad_of
    partials: Partials = flowing
    placeholder: Callable[[Value], Placeholder | None] = lambda node: None
    framed: Collection[Value] = ()

    def of(self, arg: Value | float) -> float:
        """The number of an argument, which may be a constant."""
        return arg if type(arg) is float else self.data(arg)  # type: ignore[arg-type]

    def grads(self, nodes: Collection[Value]) -> list[float]:
        """The gradients of those nodes that have one."""
        return [grad for node in nodes if (grad := self.grad(node)) is not None]


RECORDED = Quantities()


@dataclass
class Box:
    """A leaf, an operation with its result, or a folded group (then `group` is set).

    `data` and `grads` are the numbers of its results; `grads` is empty if it has no gradients. `frame` is the open group
    around it. A `reference` has only the name of another box, which is far away.
    """

    id: str
    name: str
    data: list[float] = field(default_factory=list)
    grads: list[float] = field(default_factory=list)
    full_name: str = ""
    symbol: str = ""
    origin: str = ""
    frame: Group | None = None
    group: Group | None = None
    constants: list[tuple[int, float]] = field(default_factory=list)  # with their positions among the arguments
    arity: int = 0
    contributions: list[float] = field(default_factory=list)  # to its gradient
    inputs: set[Value] = field(default_factory=set)  # of a group: Values from outside
    outputs: dict[Value, None] = field(default_factory=dict)  # of a group: results that are used outside
    parameters: int | None = None  # of a group: how many leaves are in it, None if it consists of leaves
    parameter_grads: list[float] = field(default_factory=list)
    framed: bool = False
    reference: bool = False
    placeholder: Placeholder | None = None
    detached: bool = False

    @property
    def frames(self) -> list[Group]:
        """The open groups around it, outer ones first."""
        return self.frame.path()[1:] if self.frame else []  # the first is the whole graph

    @property
    def unexplained(self) -> float:
        """The part of its one gradient that isn't in the contributions; 0 if there are none, or if it may be rounding."""
        if not (self.grads and self.contributions):
            return 0.0
        rest = self.grads[0] - sum(self.contributions)
        return rest if abs(rest) > 1e-9 * max(map(abs, self.contributions)) else 0.0


@dataclass
class Arrow:
    """An arrow from an argument to the operation that uses it; all edges between two boxes are one arrow if either is folded.

    `turn` is the operation's index in the graph. `bar` is its adjoint, None before there is one. `partials` are None where no
    gradient flows.
    """

    id: str
    turn: int
    source: str
    target: str
    bar: float | None
    into_folded: bool = False
    names: list[str] = field(default_factory=list)
    partials: list[float | None] = field(default_factory=list)
    sums: dict[Hashable, float | None] = field(default_factory=dict)  # the contribution to each argument

    def add(self, arg: Hashable, name_of: Callable[[Value], str], partial: float | None, bar: float | None) -> None:
        """Add an edge: sum the contributions to each argument, and name the first few arguments."""
        self.partials.append(partial)
        if type(arg) is Value and len(self.names) < MAX_NAMES and arg not in self.sums:
            self.names.append(name_of(arg))
        before = self.sums.setdefault(arg, None)
        if bar is not None and partial is not None:
            self.sums[arg] = bar * partial if before is None else before + bar * partial

    @property
    def partial(self) -> float | None:
        """The local derivative, if the arrow is a single edge to an operation that is drawn."""
        return self.partials[0] if len(self.partials) == 1 and not self.into_folded else None

    @cached_property
    def contributions(self) -> list[float] | None:
        """The gradients that arrive at the arguments, to be read after the last `add`; None if none flows, or none yet."""
        sums = self.sums.values()
        return None if all(x is None for x in sums) else [0.0 if x is None else x for x in sums]


def _in_terms(node: Value) -> Sequence[int]:
    """The positions of a node's arguments, with factors of one product next to each other (weight and input), a bias last."""
    if node.op is None or node.op.terms is None:
        return range(len(node.args))
    terms = node.op.terms(len(node.args))
    return [position for term in sorted(terms, key=lambda term: len(term) == 1) for position in term]


class Diagram:
    """The boxes and arrows of a folded graph, in the graph's order."""

    def __init__(
        self, graph: Graph, name_of: Callable[[Value], str], folding: Folding, options: Options, quantities: Quantities
    ) -> None:
        self.graph, self.name_of, self.folding, self.options = graph, name_of, folding, options
        self.quantities, self.recorded = quantities, quantities == RECORDED
        if quantities.grad(graph.nodes[-1]) is None:  # leaves may still hold the gradient of another graph
            self.quantities = replace(quantities, grad=lambda node: None)
        self.boxes: dict[str, Box] = {}
        self.box_ids: dict[Value, str] = {}
        self.arrows: list[Arrow] = []
        self.merged: dict[tuple[str, str], Arrow] = {}  # arrows from or to a folded box, by their two boxes
        self.not_expanded = False  # a dot was too long to be expanded
        self._add_boxes()
        self._add_arrows()
        for box in self.boxes.values():
            if box.group is not None:
                self._summarize(box, box.group)
        self._shorten()
        self.root_data = shown(self.quantities.data(graph.roots[0]), 4)

    def notes(self, hint: bool) -> list[str]:
        """Notes for the reader of the drawing; with `hint`, also how to open a folded box."""
        notes = []
        if self.folding.note:
            notes.append(f"{self.folding.note}: {self.folding.hint}" if hint and self.folding.hint else self.folding.note)
        if any(box.reference for box in self.boxes.values()):
            notes.append("a name without a card refers to the card with that name")
        if self.not_expanded:
            notes.append(f"dot products that need more than {self.options.max_nodes} boxes are not expanded")
        if self.recorded and self.graph.stale:
            changed = listed([self.name_of(leaf) for leaf in self.graph.stale])
            notes.append(f"{changed} changed since recording: the gradients are those at the recorded numbers")
        bar, *others = map(self.quantities.grad, self.graph.roots)
        if bar is None and others == [None] * len(others) and set(self.options.show) - {"data"}:
            notes.append(NO_GRADIENTS)
        if bar is not None and bar != 1.0 and not others:
            notes.append(
                f"the root's own gradient is {shown(bar)}, not 1: it comes from a later result, several sweeps, or a seed"
            )
        if "grad" in self.options.show and any(box.symbol and box.unexplained for box in self.boxes.values()):
            notes.append("≠: this gradient comes from another backward(), or partly from nodes that aren't drawn")
        return notes

    # -- boxes -----------------------------------------------------------------------------------------

    def _add_boxes(self) -> None:
        frames = {node: group for group in self.folding.open for node in group.nodes}
        ids: dict[Group, str] = {}
        for i, node in enumerate(self.graph):
            group = self.folding.folded.get(node)
            id = self.box_ids[node] = f"n{i}" if group is None else ids.setdefault(group, f"g{len(ids)}")
            if group is None:
                self.boxes[id] = self._box(id, node, frames.get(node))
            elif id not in self.boxes:
                frame = group.parent if group.parent in self.folding.open else None
                self.boxes[id] = Box(id, one_line(group.name), group=group, frame=frame)

    def _box(self, id: str, node: Value, frame: Group | None) -> Box:
        quantities = self.quantities
        name = full_name = self.name_of(node)
        for outer in frame.path() if frame is not None else ():  # the frames around it show the beginning of its path
            name = name.removeprefix(f"{outer.name}.")
        first_broken = not math.isfinite(quantities.data(node)) and all(math.isfinite(quantities.of(arg)) for arg in node.args)
        return Box(
            id,
            name,
            [quantities.data(node)],
            quantities.grads([node]),
            full_name=full_name,
            symbol="" if node.op is None else node.op.symbol,
            origin="" if node.origin is None else place(node.origin, whole=False),
            frame=frame,
            constants=[(i, arg) for i, arg in enumerate(node.args) if type(arg) is float],
            arity=len(node.args),
            framed=first_broken or node in quantities.framed,
            placeholder=quantities.placeholder(node),
            detached=is_detached(node),
        )

    def _summarize(self, box: Box, group: Group) -> None:
        """Set the numbers of a folded box: those of its results, or of its leaves if it holds nothing else."""
        shown = group.nodes
        if group.groups or any(node.op is not None for node in group.nodes):
            shown = list(box.outputs)
            parameters = [node for node in group.everything() if node.op is None]
            box.parameters, box.parameter_grads = len(parameters), self.quantities.grads(parameters)
        box.data, box.grads = list(map(self.quantities.data, shown)), self.quantities.grads(shown)

    # -- arrows ----------------------------------------------------------------------------------------

    def _add_arrows(self) -> None:
        folded = self.folding.folded
        for i, node in enumerate(self.graph):
            if terms := self._expandable(node):
                self._expand(node, i, terms)
                continue
            args, target = node.args, self.box_ids[node]
            sources = [self.box_ids[arg] if type(arg) is Value else target for arg in args]
            if sources.count(target) == len(args):  # as for most nodes of a large graph, which is folded
                continue
            bar, partials = self.quantities.grad(node), self.quantities.partials(node)
            for position in _in_terms(node) if len(args) > 2 else range(len(args)):
                arg, source = args[position], sources[position]
                if source == target:
                    continue
                self.boxes[target].inputs.add(arg)
                if arg.op is not None:
                    self.boxes[source].outputs[arg] = None
                arrow = self.merged.get((source, target))
                if arrow is None:
                    arrow = Arrow(f"{i}-{position}", i, source, target, bar, node in folded)
                    if node in folded or arg in folded:
                        self.merged[source, target] = arrow
                    else:
                        self.arrows.append(arrow)
                arrow.add(arg, self.name_of, partials[position], bar)
        root = self.graph.nodes[-1]
        self.boxes[self.box_ids[root]].outputs[root] = None
        self.arrows += self.merged.values()
        for arrow in sorted(self.arrows, key=lambda arrow: -arrow.turn):  # in the order of the backward pass
            self.boxes[arrow.source].contributions += arrow.contributions or ()

    def _expandable(self, node: Value) -> Sequence[tuple[int, ...]]:
        """The terms of a sum of products to draw as multiplies and adds; empty if that would make too many boxes."""
        if self.options.expand is not True or node.op is None or node.op.terms is None or node in self.folding.folded:
            return ()
        terms = node.op.terms(len(node.args))
        if len(terms) < 2 or len(terms[-1]) < 2:
            return ()
        fits = len(self.boxes) + len(node.args) <= self.options.max_nodes
        self.not_expanded |= not fits
        return terms if fits else ()

    def _expand(self, node: Value, i: int, terms: Sequence[tuple[int, ...]]) -> None:
        """Draw a dot product as the multiplies and adds it stands for: bias + w₁x₁ + w₂x₂ + …

        Its own box is the last addition; the others get new boxes without names.
        """
        last = self.boxes[self.box_ids[node]]
        bar, partials, number = self.quantities.grad(node), self.quantities.partials(node), self.quantities.of
        last.symbol, last.constants, last.arity = "+", [], 2

        def box(id: str, symbol: str, data: float) -> str:
            grads = self.quantities.grads([node])
            self.boxes[id] = Box(id, "", [data], grads, symbol=symbol, origin=last.origin, frame=last.frame, arity=2)
            return id

        def arrow(key: str | int, source: Value | float | str, target: str, partial: float | None, slot: int = 0) -> None:
            if isinstance(source, float):
                self.boxes[target].constants.append((slot, source))
                return
            start = source if isinstance(source, str) else self.box_ids[source]
            self.arrows.append(Arrow(f"{i}-{key}", i, start, target, bar))
            self.arrows[-1].add(source, self.name_of, partial, bar)

        ((bias,), *products) = terms
        before: Value | float | str = node.args[bias]
        total = number(node.args[bias])
        for k, factors in enumerate(products):
            product = math.prod(number(node.args[position]) for position in factors)
            times = box(f"n{i}p{k}", "×", product)
            for slot, position in enumerate(factors):
                arrow(position, node.args[position], times, partials[position], slot)
            plus = last.id if k == len(products) - 1 else box(f"n{i}s{k}", "+", total + product)
            arrow(f"b{k}" if k else bias, before, plus, 1.0 if k else partials[bias])
            arrow(f"p{k}", times, plus, 1.0)
            total, before = total + product, plus

    def _shorten(self) -> None:
        """Start long arrows from inputs, and all but the shortest from an input with many users, at a stub next to their end.

        If arrows cross too many ranks in all, do the same to long arrows from results.
        """
        spans, users = self._spans(), Counter(arrow.source for arrow in self.arrows)
        crowded = sum(spans) > MAX_SPAN
        seen = Counter[str]()  # the arrows of each box, the shortest ones first
        for arrow, span in sorted(zip(self.arrows, spans, strict=True), key=lambda pair: pair[1]):
            seen[arrow.source] += 1
            box = self.boxes[arrow.source]
            many = not (box.symbol or box.group) and users[box.id] > MAX_USERS and seen[box.id] > 1
            of_leaves = all(type(arg) is Value and arg.op is None for arg in arrow.sums)
            if many or (span > MAX_CROSSED and (crowded or of_leaves)):
                name = box.name if box.group is None or len(arrow.names) > 1 else arrow.names[0]
                arrow.source = f"r{arrow.id}"
                self.boxes[arrow.source] = Box(arrow.source, name, reference=True, frame=self.boxes[arrow.target].frame)

    def _spans(self) -> list[int]:
        """The number of ranks that each arrow crosses, if inputs stand next to their first users."""
        rank = dict.fromkeys(self.boxes, 0)
        for _ in self.boxes:  # a bound, since a folded graph may have cycles: no path has more edges
            before = dict(rank)
            for arrow in self.arrows:
                rank[arrow.target] = max(rank[arrow.target], rank[arrow.source] + 1)
            if rank == before:
                break
        starts: dict[str, int] = {}
        for arrow in self.arrows:
            box = self.boxes[arrow.source]
            after = rank[box.id] if box.symbol or box.group else rank[arrow.target] - 1
            starts[box.id] = min(starts.get(box.id, after), after)
        return [rank[arrow.target] - starts[arrow.source] for arrow in self.arrows]
