"""A picture of a graph: its diagram with everything to draw, before it is written as SVG or DOT."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from autograd.graph import Graph
from autograd.value import Value
from autograd.viz.card_sizes import LABEL
from autograd.viz.cards import Card, Line, cards_of
from autograd.viz.diagram import RECORDED, Diagram, Quantities
from autograd.viz.flow import MAX_PRODUCTS, Flow, brief_flows, flows_of, telling_flows
from autograd.viz.folding import fold_graph
from autograd.viz.routing import Arrangement, Scheme
from autograd.viz.style import Options
from autograd.viz.text_size import text_width

if TYPE_CHECKING:
    from autograd.viz.svg import Sheet

FEW, MANY = 8, 10  # cards side by side: with labels between them, and with fewer labels
TYPICAL = "0.1234"  # a number of four digits
UPRIGHT_LABEL = "−0.01234"
SQUEEZED = 24.0  # pixels by which a number such as −1.234e−05 may exceed its room; its letters are then squeezed
SPACIOUS = 0.83  # share of the length that fits, up to which products get room for typical numbers
NUMBERS = re.compile(r"\d\S*\d|\d")
SUMMED = re.compile(r" · (1|\(−1\)) = ")  # the derivative of a sum or a difference: it never changes and tells the least
FIXED = re.compile(r"^1(?= · )|(?<= · )1(?= = )|(?<= · \(−)1(?=\) = )")  # that derivative, and the gradient of the result


@dataclass(frozen=True)
class Picture:
    """A diagram with everything to draw: cards, flows, notes, and on demand the layout."""

    diagram: Diagram
    cards: Mapping[str, Card]
    flows: Mapping[str, Flow]
    largest: float
    notes: Sequence[str]
    first: Picture | None = None  # the picture that this one repeats with other numbers, and whose layout it uses if they fit

    @property
    def direction(self) -> str:
        """The direction of time: LR, RL, TB or BT."""
        return "TB" if self.plan.upright and self.diagram.options.turns else self.diagram.options.direction

    @property
    def plan(self) -> Arrangement:
        """The layout."""
        return self._plans[0]

    @property
    def shown(self) -> Mapping[str, Flow]:
        """The flows, without products at the arrows if the picture fits a screen only without them."""
        return self._plans[1]

    @cached_property
    def _plans(self) -> tuple[Arrangement, Mapping[str, Flow]]:
        ribbons = {id: flow.ribbon.width for id, flow in self.flows.items() if flow.ribbon is not None}
        diagram = self.diagram
        rows = _hosts(diagram)
        options, upright = diagram.options, diagram.options.direction in ("TB", "BT")
        beside = {} if options.flat else _tails(diagram, rows)
        scheme = Scheme(diagram.boxes, diagram.arrows, diagram.folding.open, rows, beside, options.flat, options.steady)
        if options.steady:
            return _steady_plan(scheme, self.cards, self.flows, ribbons, None if upright else options.along)
        plan = Arrangement(scheme, self.cards, _labels(self.flows), ribbons, upright)
        if _width(plan) > options.along and not upright:
            brief = brief_flows(self.flows)
            plan.relabel(_labels(brief))
            if plan.along <= options.along:
                return plan, brief
            plan.relabel(_labels(self.flows))
        if _width(plan) > options.along and (upright or options.turns):
            turned, flows = self._turned(scheme, ribbons)
            if turned.across < _width(plan):
                return turned, flows
        return plan, self.flows

    def _turned(self, scheme: Scheme, ribbons: Mapping[str, float]) -> tuple[Arrangement, Mapping[str, Flow]]:
        """The first layout from top to bottom that fits a page: as it is, with fewer cards side by side, then fewer labels too.

        If none fits, the narrowest.
        """
        room, brief = self.diagram.options.along, brief_flows(self.flows)
        found: list[tuple[Arrangement, Mapping[str, Flow]]] = []
        for most, flows in ((math.inf, brief), (FEW, brief), (MANY, telling_flows(brief, scheme.arrows))):
            found.append((Arrangement(scheme, self.cards, _labels(flows), ribbons, True, room, most), flows))
            if found[-1][0].across <= room:
                return found[-1]
        return min(found, key=lambda each: each[0].across)

    @property
    def sheet(self) -> Sheet:
        from autograd.viz.description import describe_graph, title, what_to_see  # imported here: drawings that
        from autograd.viz.frames import frame_heads  # aren't shown don't need them
        from autograd.viz.svg import Sheet

        words = title(self.diagram), describe_graph(self.diagram), what_to_see(self.diagram)
        return Sheet(*words, self.direction, self.plan, self.shown, self.largest, self.notes, frame_heads(self.diagram))

    @cached_property
    def svg(self) -> str:
        """The picture as SVG, in our own layout."""
        return self.sheet.svg()

    def at(self, quantities: Quantities) -> Picture:
        """The same picture with other numbers; nothing moves unless they don't fit even when squeezed.

        As soon as there is room, parts return to where the first of these pictures had them. Ribbon widths keep their
        scale while gradients shrink, so vanishing gradients look it.
        """
        old = self.diagram
        diagram = Diagram(old.graph, old.name_of, old.folding, old.options, quantities)
        first = self.first or self
        moved = Picture(diagram, cards_of(diagram), *flows_of(diagram.arrows, old.options, self.largest), self.notes, first)
        for kept in (first, self):
            shown = _within(kept.plan, moved.flows)
            if kept.plan.has_room(moved.cards, _labels(shown), SQUEEZED):
                moved.__dict__["_plans"] = kept.plan.refilled(moved.cards), shown
                break
        return moved


def _width(plan: Arrangement) -> float:
    return plan.across if plan.upright else plan.along


def _labels(flows: Mapping[str, Flow]) -> dict[str, str]:
    return {id: flow.label for id, flow in flows.items()}


def picture_of(
    graph: Graph,
    options: Options,
    quantities: Quantities = RECORDED,
    *,
    names: Mapping[Value, str] | None = None,
    captions: Sequence[str] = (),
    hints: bool = True,
) -> Picture:
    """The picture of a graph with these numbers, names and captions; without captions, `hints` adds how to open a folded box."""
    folding = fold_graph(graph, graph.names if names is None else names, options)
    name_of = graph.spell if names is None else names.__getitem__
    diagram = Diagram(graph, name_of, folding, options, quantities)
    notes = [*diagram.notes(hint=hints and not captions), *captions]
    return Picture(diagram, cards_of(diagram), *flows_of(diagram.arrows, options), notes)


# -- a neuron as one card where room is short: its parameters as rows, its activation below the sum ----------------------


def _hosts(diagram: Diagram) -> dict[str, str]:
    """The leaves drawn as rows: the id of each box, mapped to that of the box it is drawn on.

    They are the leaves used only by one sum of products in their own frame, in a picture with too many arrows for products
    beside them.
    """
    if len(diagram.arrows) <= MAX_PRODUCTS:
        return {}
    users = Counter(arrow.source for arrow in diagram.arrows)
    found = {}
    for arrow in diagram.arrows:
        leaf, user, node = diagram.boxes[arrow.source], diagram.boxes[arrow.target], diagram.graph.nodes[arrow.turn]
        given = not (leaf.symbol or leaf.group or leaf.reference) and leaf.frame is not None
        summed = node.op is not None and node.op.terms is not None and len(node.args) > 2 and user.symbol == node.op.symbol
        if given and summed and users[leaf.id] == 1 and leaf.frame is user.frame:
            found[leaf.id] = user.id
    return found


def _tails(diagram: Diagram, rows: Mapping[str, str]) -> dict[str, str]:
    """The boxes drawn right below a card with rows, mapped to that card's: the only user of its result, with no other input.

    So a neuron is one card: the sum, and below it the activation. What flows back between the two is the gradient of the sum.
    """
    sums = set(rows.values())
    used, uses = (Counter(getattr(arrow, end) for arrow in diagram.arrows) for end in ("source", "target"))
    found = {}
    for arrow in diagram.arrows:
        first, then = diagram.boxes[arrow.source], diagram.boxes[arrow.target]
        if first.id in sums and then.symbol and used[first.id] == uses[then.id] == 1 and first.frame is then.frame:
            found[then.id] = first.id
    return found


# -- room for numbers that will change, as on a page with sliders: its cards stay in place -------------


def _steady_plan(
    scheme: Scheme, cards: Mapping[str, Card], flows: Mapping[str, Flow], ribbons: Mapping[str, float], along: float | None
) -> tuple[Arrangement, Mapping[str, Flow]]:
    """The layout and the flows with their labels: products where they fit in a picture of length `along`, the most telling
    ones first; if `along` is None, the picture runs from top to bottom."""
    products, brief = _labels(flows), _labels(brief_flows(flows))
    spacious = {id: _typical(label) for id, label in products.items()}
    if along is None:
        spacious = {id: _longer(label, UPRIGHT_LABEL) for id, label in brief.items()}
    roomy = {id: replace(card, lines=list(map(_wider, card.lines))) for id, card in cards.items()}
    plan = Arrangement(scheme, roomy, spacious, ribbons, along is None)
    if along is not None:
        sums = {id for id, label in products.items() if SUMMED.search(label)}
        most = {id: products[id] if id in sums else label for id, label in spacious.items()}
        telling = {id: brief[id] if id in sums else label for id, label in products.items()}
        for labels in (spacious, most, products, telling, brief):
            plan.relabel(labels)
            if plan.along <= (SPACIOUS * along if labels in (spacious, most) else along):
                break
        else:
            plan.relabel(products)
    return plan.refilled(cards), _within(plan, flows)


def _within(plan: Arrangement, flows: Mapping[str, Flow]) -> Mapping[str, Flow]:
    """The flows, labelled with products where this layout has room for them, elsewhere only with what arrives."""
    return {id: flow if text_width(flow.label, LABEL) <= plan.label_room(id) else flow.brief for id, flow in flows.items()}


def _wider(line: Line) -> Line:
    """A line with its numbers widened to at least a typical width."""
    if line.kind == "sum":
        return replace(line, text=_typical(line.text))
    return replace(line, text=_longer(line.text, f"−{TYPICAL}")) if line.kind in ("value", "grad") else line


def _typical(text: str) -> str:
    """A sum or product with its numbers widened to at least a typical width."""
    kept = {found.start() for found in FIXED.finditer(text)}
    return NUMBERS.sub(lambda found: found[0] if found.start() in kept else _longer(found[0], TYPICAL), text)


def _longer(text: str, other: str) -> str:
    return max(text, other, key=lambda each: text_width(each, 1000.0))
