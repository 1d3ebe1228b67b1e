"""The legend of a drawing: only what the drawing uses, and the scale of its widths."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import NamedTuple

from autograd.viz import style
from autograd.viz.cards import Card
from autograd.viz.flow import Flow
from autograd.viz.shapes import head, line, number, rectangle, text_at, tip
from autograd.viz.text_size import text_width

SIZE = 11.0
ROW = 20.0
KEY = 30.0  # the width of a sample
SPACE = 18.0  # between two entries


class Entry(NamedTuple):
    """A sample, drawn at (0, 0) around the middle of its left side, its width and what it means."""

    sample: str
    width: float
    text: str
    name: str = "entry"  # in style sheets


def legend(
    cards: Collection[Card], flows: Collection[Flow], largest: float, corner: tuple[float, float], room: float
) -> tuple[str, float]:
    """The legend, and how high it is."""
    left, top = corner
    x, y, parts = 0.0, 0.0, []
    for sample, width, text, name in _entries(cards, flows, largest):
        needed = width + 6.0 + text_width(text, SIZE)
        if x and x + needed > room:
            x, y = 0.0, y + ROW
        label = text_at((width + 6.0, 4.0), text, "legend-text", style.LINE, SIZE)
        place = f'transform="translate({number(left + x)},{number(top + y + ROW / 2)})"'
        parts.append(f'<g class="{name}" {place}>{sample}{label}</g>')
        x += needed + SPACE
    return (f'<g class="legend">{"".join(parts)}</g>', y + ROW) if parts else ("", 0.0)


def _entries(cards: Collection[Card], flows: Collection[Flow], largest: float) -> Iterator[Entry]:
    kinds = {card.kind for card in cards}
    looks = {flow.look["style"] if not math.isnan(sum(flow.back)) else "" for flow in flows if flow.back is not None}
    colours = {flow.look["color"] for flow in flows if flow.back is not None}
    if "leaf" in kinds:
        yield Entry(_card(style.LEAF), 22.0, "given")
    if "operation" in kinds:
        yield Entry(_card(""), 22.0, "computed")
    if "folded" in kinds:
        yield Entry(_card(style.FOLDED), 22.0, "folded")
    if any(card.lanes for card in cards):
        yield Entry(_stack(), 28.0, "a number for every lane; single: one for all")
    if any(flow.forward for flow in flows):
        yield Entry(_arrow(style.FORWARD, 1.2), KEY, "value forward")
    if style.POSITIVE in colours:
        yield Entry(_arrow(style.POSITIVE, 3.0, back=True), KEY, "positive gradient")
    if style.NEGATIVE in colours:
        yield Entry(_arrow(style.NEGATIVE, 3.0, "6 4", back=True), KEY, "negative gradient")
    if style.MANY in colours:
        yield Entry(_arrow(style.MANY, 3.0, back=True), KEY, "several gradients: their norm")
    if "dotted" in looks:
        yield Entry(line("M30,0H0", style.NOTHING, 1.0, "1.5 3"), KEY, "zero gradient")
    if largest and colours:
        wedge = f'<path d="M0,0L44,-{number(style.MAX_WIDTH / 2)}v{number(style.MAX_WIDTH)}z" fill="{style.MANY}"/>'
        yield Entry(wedge, 44.0, f"gradient back: width 0 to {style.short(largest)}", "scale")
    if style.BROKEN in colours:
        yield Entry(_arrow(style.BROKEN, 3.0, back=True), KEY, "⚠ NaN or infinite")
    elif any(line.colour == style.BROKEN for card in cards for line in card.lines):
        yield Entry(text_at((0.0, 4.0), "⚠", "mark", style.BROKEN, 12.0), 12.0, "NaN or infinite")


def _card(fill: str) -> str:
    filled = head((0.0, -7.0), 22.0, 7.0, fill) if fill else ""
    return rectangle((0.0, -7.0), (22.0, 14.0), "sample", style.PAPER, style.LINE) + filled


def _stack() -> str:
    below = (rectangle((shift, shift - 7.0), (22.0, 14.0), "sample", style.PAPER, style.LINE, 0.7) for shift in (6.0, 3.0))
    return "".join(below) + _card("")


def _arrow(colour: str, width: float, dashes: str = "", back: bool = False) -> str:
    drawn = line("M30,0H6" if back else "M0,0H24", colour, width, dashes)
    return drawn + (tip((8.0, 0.0), (0.0, 0.0), 4.0, colour) if back else tip((23.0, 0.0), (30.0, 0.0), 3.2, colour))
