"""What a drawing consists of, before it is written as DOT: boxes, the arrows between them, and frames."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from autograd._frames import place
from autograd.sweeps import Partials, recorded
from autograd.value import Value
from autograd.viz.fold import Folding, Group

MOST_SPAN = 300  # ranks that all arrows together may cross: with more, the layout takes seconds to minutes
LONG = 4


Told = tuple[str, str]  # a text and its colour


@dataclass
class Box:
    """A leaf, an operation with its result, or a folded group (then `group` is set).

    `grad` is None before there is one; `frame` is the open group in which the box stands.
    """

    id: str
    name: str
    data: float = 0.0
    grad: float | None = None
    symbol: str = ""
    origin: str = ""
    frame: Group | None = None
    group: Group | None = None
    arrivals: list[float] = field(default_factory=list)  # the contributions to its gradient
    inputs: dict[Value, None] = field(default_factory=dict)  # of a group: Values from outside
    outputs: dict[Value, None] = field(default_factory=dict)  # of a group: results that are used outside
    broken: bool = False  # a NaN or an infinity was born here, or it is framed
    stands_in: bool = False  # only the name of a box that is far away
    told: Told | None = None  # what stands in the place of the gradient


@dataclass
class Arrow:
    """From an argument to the operation that uses it; between folded boxes several are one.

    `data` holds the numbers that go forward, `partials` and `flows` what is multiplied on the way back and
    what arrives: None where no gradient flows, and `flows` is None before there is a gradient at all.
    """

    id: str
    source: str
    target: str
    names: list[str]
    data: list[float]
    partials: list[float | None]
    flows: list[float] | None
    bar: float | None = None
    sums: dict[Value, float] = field(default_factory=dict)  # while edges are merged: the contribution to each argument
    live: bool = False


@dataclass
class Scene:
    """All boxes and arrows, in the order of the graph, and the constants of each operation."""

    numbers: Numbers
    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    constants: dict[str, list[float]] = field(default_factory=dict)
    places: dict[Value, str] = field(default_factory=dict)
    not_expanded: bool = False  # some dot was too long to be expanded


def grad_of(node: Value) -> float | None:
    """Its gradient, None before there was a sweep that reached it, and if it is frozen."""
    return node._grad if hasattr(node, "_grad") and node.requires_grad else None


@dataclass(frozen=True)
class Numbers:
    """What is drawn: the numbers of the graph, or those of a sweep or a replay of its own.

    Where `grad` gives none, `told` may give a text to stand in its place; nothing is then said of the flow. What is `framed`
    stands out as a node does in which a NaN was born.
    """

    data: Callable[[Value], float] = operator.attrgetter("data")
    grad: Callable[[Value], float | None] = grad_of
    partials: Partials = recorded
    told: Callable[[Value], Told | None] = lambda node: None
    framed: frozenset[Value] = frozenset()

    def value(self, arg: Value | float) -> float:
        """The number of an argument, which may be a constant."""
        return arg if type(arg) is float else self.data(arg)  # type: ignore[arg-type]


def build(order: Sequence[Value], names: Mapping[Value, str], folding: Folding, expand: int, numbers: Numbers) -> Scene:
    """The scene of a graph, folded; dot products are shown as multiplies and adds while there are at most `expand` boxes."""
    if numbers.grad(order[-1]) is None:
        numbers = replace(numbers, grad=lambda node: None)  # leaves may have kept some from before: not of this graph
    scene = Scene(numbers)
    frames = {node: group for group in folding.open for node in group.nodes}
    ids: dict[Group, str] = {}
    for i, node in enumerate(order):
        group = folding.box.get(node)
        if group is None:
            name, frame = names[node], frames.get(node)
            symbol = "" if node.op is None else node.op.symbol
            id = scene.places[node] = f"n{i}"
            scene.boxes[id] = Box(id, _inside(name, frame), numbers.data(node), numbers.grad(node), symbol, _origin(node), frame)
            scene.boxes[id].told = numbers.told(node)
            arguments_are_finite = all(math.isfinite(numbers.value(arg)) for arg in node.args)
            born_here = arguments_are_finite and not math.isfinite(numbers.data(node))
            scene.boxes[id].broken = born_here or node in numbers.framed
        else:
            if group not in ids:
                ids[group] = f"g{len(ids)}"
                frame = group.parent if group.parent in folding.open else None
                scene.boxes[ids[group]] = Box(ids[group], group.name, frame=frame, group=group)
            scene.places[node] = ids[group]
    merged: dict[tuple[str, str], Arrow] = {}
    for i, node in enumerate(order):
        if expand and node.op is not None and node.op.name == "dot" and len(node.args) > 1 and node not in folding.box:
            if len(scene.boxes) + len(node.args) <= expand:
                _expand(scene, node, i, names)
                continue
            scene.not_expanded = True
        bar = numbers.grad(node)
        for k, (arg, partial) in enumerate(zip(node.args, numbers.partials(node), strict=True)):
            target = scene.places[node]
            if type(arg) is float:
                if node not in folding.box:
                    scene.constants.setdefault(target, []).append(arg)
                continue
            source = scene.places[arg]
            if source == target:
                continue
            scene.boxes[target].inputs[arg] = None
            if arg.op is not None:
                scene.boxes[source].outputs[arg] = None
            flow = None if bar is None or partial is None else bar * partial
            if node not in folding.box and arg not in folding.box:
                flows = None if flow is None else [flow]
                scene.arrows.append(Arrow(f"{i}-{k}", source, target, [names[arg]], [numbers.data(arg)], [partial], flows, bar))
            else:
                arrow = Arrow(f"{i}-{k}", source, target, [names[arg]], [numbers.data(arg)], [partial], None, bar)
                _merge(merged.setdefault((source, target), arrow), arrow, arg, flow)
    scene.boxes[scene.places[order[-1]]].outputs[order[-1]] = None
    for arrow in merged.values():
        arrow.flows = list(arrow.sums.values()) if arrow.live else None
    scene.arrows += merged.values()
    for arrow in scene.arrows:
        if arrow.flows is not None and scene.boxes[arrow.source].group is None:
            scene.boxes[arrow.source].arrivals += arrow.flows
    _shorten(scene)
    return scene


def _shorten(scene: Scene) -> None:
    """Where arrows cross too many ranks, the long ones start at a stand-in for their box, next to where they end."""
    rank = dict.fromkeys(scene.boxes, 0)
    for _ in scene.boxes:  # as many passes as a path may be long; a folded graph may have cycles
        before = dict(rank)
        for arrow in scene.arrows:
            rank[arrow.target] = max(rank[arrow.target], rank[arrow.source] + 1)
        if rank == before:
            break
    spans = [rank[arrow.target] - rank[arrow.source] for arrow in scene.arrows]
    if sum(spans) <= MOST_SPAN:
        return
    for arrow, span in zip(scene.arrows, spans, strict=True):
        if span > LONG:
            source = scene.boxes[arrow.source]
            name = source.name if source.group is None or len(arrow.names) > 1 else arrow.names[0]
            arrow.source = f"r{arrow.id}"
            scene.boxes[arrow.source] = Box(arrow.source, name, stands_in=True, frame=scene.boxes[arrow.target].frame)


def _merge(arrow: Arrow, other: Arrow, arg: Value, flow: float | None) -> None:
    """One arrow for all Values that go from one box to another; the contributions to each are added."""
    if arrow is not other:
        arrow.partials += other.partials
        if arg not in arrow.sums:
            arrow.names += other.names
            arrow.data += other.data
    arrow.sums.setdefault(arg, 0.0)
    arrow.sums[arg] += flow or 0.0
    arrow.live = arrow.live or flow is not None


def _expand(scene: Scene, node: Value, i: int, names: Mapping[Value, str]) -> None:
    """A dot product as the multiplies and adds it stands for: bias + w₁x₁ + w₂x₂ + …

    Its own box is the last addition; the boxes of the steps before it are new ones, without a name.
    """
    last = scene.boxes[scene.places[node]]
    bar, partials, number = scene.numbers.grad(node), scene.numbers.partials(node), scene.numbers.value
    n = len(node.args) // 2
    bias = node.args[-1]
    total, before = number(bias), bias
    last.symbol = "+"

    def arrow(id: str, source: Any, target: str, data: float, partial: float | None) -> None:
        if type(source) is float:
            scene.constants.setdefault(target, []).append(source)
            return
        place = source if isinstance(source, str) else scene.places[source]
        name = "" if isinstance(source, str) else names[source]
        flows = None if bar is None or partial is None else [bar * partial]
        scene.arrows.append(Arrow(id, place, target, [name], [data], [partial], flows, bar))

    for k in range(n):
        weight, x = node.args[k], node.args[n + k]
        product = number(weight) * number(x)
        id = f"n{i}p{k}"
        scene.boxes[id] = Box(id, "", product, bar, "×", last.origin, last.frame)
        arrow(f"{i}-{k}", weight, id, number(weight), partials[k])
        arrow(f"{i}-{n + k}", x, id, number(x), partials[n + k])
        target = last.id if k == n - 1 else f"n{i}s{k}"
        if target != last.id:
            scene.boxes[target] = Box(target, "", total + product, bar, "+", last.origin, last.frame)
        arrow(f"{i}-b{k}" if k else f"{i}-{2 * n}", before, target, total, 1.0 if isinstance(before, str) else partials[-1])
        arrow(f"{i}-p{k}", id, target, product, 1.0)
        total, before = total + product, target


def _inside(name: str, frame: Group | None) -> str:
    """The name without the path that the frames around it say already."""
    around: list[Group] = []
    while frame is not None:
        around.append(frame)
        frame = frame.parent
    for outer in reversed(around):
        name = name.removeprefix(f"{outer.name}.")
    return name


def _origin(node: Value) -> str:
    return "" if node.origin is None else place(node.origin, whole=False)
