"""Room for numbers that will move, as those of a page with sliders: its cards then stand still."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from autograd.viz.card_sizes import LABEL
from autograd.viz.cards import Card, Line
from autograd.viz.flow import Flow, brief_flows
from autograd.viz.routing import Plan, Scheme
from autograd.viz.text_size import text_width

TYPICAL = "0.1234"  # a number of four digits
UPRIGHT_LABEL = "−0.01234"
SQUEEZED = 24.0  # pixels by which a number may be longer than its room, as −1.234e−05 is: its letters are narrower then
SPACIOUS = 0.83  # of the length that fits: up to it, products of typical numbers get room
NUMBERS = re.compile(r"\d\S*\d|\d")
SUMMED = re.compile(r" · (1|\(−1\)) = ")  # the derivative of a sum or a difference: it stays, and tells the least
FIXED = re.compile(r"^1(?= · )|(?<= · )1(?= = )|(?<= · \(−)1(?=\) = )")  # that, and the gradient of the result


def steady_plan(
    scheme: Scheme, cards: Mapping[str, Card], flows: Mapping[str, Flow], ribbons: Mapping[str, float], along: float | None
) -> tuple[Plan, Mapping[str, Flow]]:
    """The layout, and what stands at the arrows: in a picture that may be `along` long the products, those first that tell the
    most, as far as there is room; if it is None, the picture is one from top to bottom."""
    products, brief = ({id: flow.label for id, flow in each.items()} for each in (flows, brief_flows(flows)))
    spacious = {id: _typical(label) for id, label in products.items()}
    if along is None:
        spacious = {id: _longer(label, UPRIGHT_LABEL) for id, label in brief.items()}
    roomy = {id: replace(card, lines=list(map(_wider, card.lines))) for id, card in cards.items()}
    plan = Plan(scheme, roomy, spacious, ribbons, along is None)
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
    return plan.refilled(cards), within(plan, flows)


def within(plan: Plan, flows: Mapping[str, Flow]) -> Mapping[str, Flow]:
    """Products where they have room in this layout, elsewhere what arrives alone."""
    return {id: flow if text_width(flow.label, LABEL) <= plan.label_room(id) else flow.brief for id, flow in flows.items()}


def _wider(line: Line) -> Line:
    """A line whose numbers are as wide as typical ones are, if not wider."""
    if line.kind == "sum":
        return replace(line, text=_typical(line.text))
    return replace(line, text=_longer(line.text, f"−{TYPICAL}")) if line.kind in ("value", "grad") else line


def _typical(text: str) -> str:
    """A sum or a product with numbers as wide as typical ones."""
    kept = {found.start() for found in FIXED.finditer(text)}
    return NUMBERS.sub(lambda found: found[0] if found.start() in kept else _longer(found[0], TYPICAL), text)


def _longer(text: str, other: str) -> str:
    return max(text, other, key=lambda each: text_width(each, 1000.0))
