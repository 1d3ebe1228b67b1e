"""A neuron as one card, in pictures that have no room for a card each: parameters as rows, the activation below the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograd.viz.cards import Card, Line
from autograd.viz.diagram import Diagram
from autograd.viz.flow import MAX_PRODUCTS
from autograd.viz.text_size import sides, text_width

NAME, NUMBER = 11.0, 12.0  # font sizes
PADDING, SPACE = 8.0, 12.0
ROW_WORDS = {"value": "data", "grad": "grad"}  # above the numbers


class RowColumns(NamedTuple):
    """The width of the rows of a rank, and where the decimal points of values and gradients are, from the left."""

    width: float = 0.0
    value: float = 0.0
    grad: float = 0.0


def hosts(diagram: Diagram) -> dict[str, str]:
    """The boxes of leaves that stand as rows, each with the box on which it stands.

    They are the leaves that nothing but one sum of products in their frame uses, in a picture in which arrows have no
    products beside them.
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


def tails(diagram: Diagram, rows: Mapping[str, str]) -> dict[str, str]:
    """The boxes that stand below a card with rows, each with that card's: what is done next with its result, and nothing else.

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


def number_of(card: Card, kind: str) -> Line | None:
    """The value or the gradient of a leaf."""
    return next((line for line in card.lines if line.kind == kind), None)


def row_columns(rows: Sequence[Card]) -> RowColumns:
    """What the rows of one rank need together."""
    if not rows:
        return RowColumns()
    at, points = PADDING + max(text_width(card.head, NAME) for card in rows), []
    for kind, word in ROW_WORDS.items():
        numbers = [sides(line.text, NUMBER) for card in rows if (line := number_of(card, kind))]
        whole, rest = (max((number[side] for number in numbers), default=0.0) for side in (0, 1))
        whole = max(whole, text_width(word, NAME) - rest)
        points.append(at + SPACE + whole)
        at = points[-1] + rest
    return RowColumns(at + PADDING, *points)
