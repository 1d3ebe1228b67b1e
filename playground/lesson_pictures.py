"""Pictures of lesson steps: a small program and its gradients, drawn so that answers can stay hidden."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograd import Value, ops
from autograd.graph import Graph
from autograd.lessons.steps import Passes
from autograd.viz import style
from autograd.viz.diagram import Placeholder, Quantities
from autograd.viz.picture import Picture, picture_of
from autograd.viz.player import compact, player_of
from autograd.viz.style import Options
from autograd.viz.widget import widened
from playground.formula import starts
from playground.free import CONSTANTS
from playground.reading import Reading
from playground.typed import Slip, names

DRAW = ("data",)
UNKNOWN = "?"
MAX_ALONG = 660  # width in pixels of a left-to-right picture; wider ones lose their products


class LessonProgram:
    """Lines of Python, run with numbers for their free names; the last Value is the result, and all gradients are set.

    >>> program = LessonProgram("u = 5*x + 3\\nh = u**2", {"x": 2})
    >>> program.value("h"), program.value("x.grad"), program.value("u.data > 12")
    (169.0, 130.0, True)
    """

    def __init__(self, code: str, at: Mapping[str, float]) -> None:
        reading = Reading(code)
        begin = starts(reading.free) | {name: at[name] for name in reading.free if name in at}
        self.leaves = {name: Value(at.get(name, start), label=name) for name, start in begin.items()}
        free = self.leaves | {name: CONSTANTS[name] for name in reading.free if name not in begin}
        made = reading.record(free)
        self.scope = names() | free | made.scope
        self.named = {name: x for name, x in made.scope.items() if type(x) is Value}
        for name, value in self.named.items():
            value.label = value.label or name
        root = made.root if made.last is None or type(made.last) is Value else None
        if type(root) is not Value:
            raise Slip("the last line makes no Value: end with a formula such as y = 3*x + 1")
        self.scope.setdefault(root.label, root)
        self.named.setdefault(root.label, root)
        self.graph = Graph(root)
        self.root = root
        if not made.swept:
            root.backward()

    def value(self, text: str) -> Any:
        """The value of an expression in the program's names."""
        return value_in(self.scope, text)

    def passes(self) -> Passes:
        """The forward and backward pass."""
        return Passes(self.graph)


def value_in(scope: Mapping[str, Any], text: str) -> Any:
    """The value of an expression in these names; a Value gives its number."""
    rounded = _round if scope.get("round") is ops.round else scope.get("round")
    found = eval(compile(text.strip(), "<lesson>", "eval"), {**scope, "round": rounded})
    return found.data if type(found) is Value else found


def _round(x: Any, *digits: int) -> Any:
    """Python's `round` if given a number of digits, as for display; otherwise the op."""
    return builtins.round(x.data if type(x) is Value else x, *digits) if digits else ops.round(x)


def step_picture(show: Mapping[str, Any], program: LessonProgram, hide: Collection[str] = ()) -> dict[str, Any]:
    """The drawings for wide and narrow pages, the sliders' numbers and rates, and the player if there is one."""
    ranges = {name: limits for name, limits in show.get("sliders", {}).items() if name in program.leaves}
    moved = [program.leaves[name] for name in ranges]
    sliders = [
        widened({"name": program.graph.spell(leaf), "low": low, "high": high, "step": step}, leaf.data)
        for leaf, (low, high, step) in zip(moved, ranges.values(), strict=True)
    ]
    drawn = show.get("draw", DRAW)
    return {
        "svg": _svg(program, "LR", drawn, hide),
        "narrow": _svg(program, "TB", drawn, hide),
        "sliders": sliders,
        "leaves": list(ranges),
        "numbers": [leaf.data for leaf in moved],
        "rates": [leaf.grad for leaf in moved],
        "result": None if program.root.label in hide else [program.graph.spell(program.root), program.root.data],
        "player": player_of(program.passes(), Options("player")).data if show.get("player") and not hide else None,
    }


def _svg(program: LessonProgram, direction: str, drawn: Sequence[str], hide: Collection[str]) -> str:
    """The graph, with a question mark for each of `hide`: `y` is a value, `x.grad` a gradient, `x->y` a local derivative."""
    graph, grad = program.graph, program.passes().bars.get
    hidden = {program.named[name.removesuffix(".grad")] for name in hide if name.endswith(".grad")}
    quantities = Quantities(grad=grad if "grad" in drawn else lambda node: None)
    if hidden:  # drawn as before any sweep, so no arrow gives one away

        def placeholder(node: Value) -> Placeholder | None:
            if node in hidden:
                return Placeholder(UNKNOWN, style.INK)
            at = grad(node, 0.0)
            return Placeholder(style.short(at), style.gradient_colour([at])) if "grad" in drawn else None

        quantities = Quantities(grad=lambda node: None, placeholder=placeholder)
    show = tuple(what for what in drawn if what != "grad" or not hidden)
    picture = picture_of(graph, Options(direction=direction, show=show, flat=direction == "TB"), quantities)
    if direction == "LR" and picture.plan.along > MAX_ALONG and {"partial", "grad"} <= set(show):
        brief = tuple(what for what in show if what != "partial")  # arrows show what arrives, not its factors
        picture = picture_of(graph, Options(direction=direction, show=brief), quantities)
    return compact(_without(picture, program, hide).svg)


def _without(picture: Picture, program: LessonProgram, hide: Collection[str]) -> Picture:
    """The picture with question marks for hidden values and local derivatives, and without its notes."""
    boxes = picture.diagram.graph.nodes
    ids = {node: f"n{i}" for i, node in enumerate(boxes)}
    values = {ids[program.named[name]] for name in hide if name in program.named}
    edges = {tuple(ids[program.named[end.strip()]] for end in name.split("->")) for name in hide if "->" in name}
    if program.root.label in hide:
        picture.diagram.root_data = UNKNOWN
    cards = {
        id: replace(card, lines=[replace(line, text=UNKNOWN) if line.kind == "value" else line for line in card.lines])
        if id in values
        else card
        for id, card in picture.cards.items()
    }
    asked = {arrow.id for arrow in picture.diagram.arrows if (arrow.source, arrow.target) in edges}
    flows = {id: replace(flow, label=UNKNOWN) if id in asked else flow for id, flow in picture.flows.items()}
    return replace(picture, cards=cards, flows=flows, notes=())
