"""A diagram as an SVG of our own: cards, lines and labels where `routing` puts them, with a title and a legend."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from autograd._format import escaped, one_line
from autograd.viz import style
from autograd.viz.card_sizes import FLAT, HEAD, HEAD_SPACE, LABEL, LINE, NAME, NUMBER, PADDING, WORD, WORD_SPACE, head_texts
from autograd.viz.cards import Card, Line
from autograd.viz.flow import Flow
from autograd.viz.folding import Group
from autograd.viz.frames import FrameHead, fitting
from autograd.viz.layered import GRID, snapped
from autograd.viz.routing import APART, CLEAR, HALF_TEXT, Arrangement, Placed, PlacedFrame, Route, inset
from autograd.viz.shapes import Point, fixed, flat_head, head, line, pair, paragraph, rectangle, sign_class, text_at, tip
from autograd.viz.style import Ribbon
from autograd.viz.text_size import FONT, shortened, sides, text_width

MARGIN = 8.0
TITLE, SENTENCE = 15.0, 12.0  # font sizes
TITLE_HEIGHT, TEXT_HEIGHT = 24.0, 18.0
INSET = 2.5  # of the second border of a folded card
TIP, THIN_TIP = 8.0, 7.0  # lengths
BASE = 3.0  # the baseline of a label, below its middle
LANES, LANE = 2, 3.0  # of a card with a number for every lane: how many cards seem to lie below it, and their spacing
MIN_WIDTH = 344.0  # of the picture, for its title and legend
LEGEND_SIZE, LEGEND_ROW = 11.0, 20.0  # font size, line height
SAMPLE, SAMPLES_APART = 30.0, 18.0  # the width of a sample in the legend; the space between two entries


@dataclass
class Sheet:
    """A whole picture: a title above, a sentence and notes below, and a description for readers who can't see it.

    It is written in light-mode colours.
    """

    title: str
    description: str
    sentence: str
    direction: str  # of time: LR, RL, TB or BT
    plan: Arrangement
    flows: Mapping[str, Flow]
    largest: float  # of all gradients
    notes: Sequence[str]
    heads: Mapping[Group, FrameHead]  # of frames

    def __post_init__(self) -> None:
        self.upright, self.reversed = self.direction in ("TB", "BT"), self.direction in ("RL", "BT")
        size = self.plan.along, self.plan.across
        self.graph_width, self.graph_height = size[::-1] if self.upright else size
        title_width = text_width(self.title, TITLE, bold=True)
        self.width = max(self.graph_width, MIN_WIDTH, 0.0 if self.upright else title_width) + 2 * MARGIN
        self.x0 = snapped((self.width - self.graph_width) / 2)
        self.y0 = MARGIN + TITLE_HEIGHT + 8.0
        self.frame_parts = fitting(self.plan.frames, self.heads)

    # -- the whole -----------------------------------------------------------------------------------------

    def svg(self) -> str:
        """The picture as SVG."""
        title = shortened(self.title, self.width - 2 * MARGIN, TITLE, bold=True)
        parts = [text_at((MARGIN, MARGIN + TITLE), title, "title", size=TITLE, bold=True)]
        parts += map(self._frame, self.plan.frames)
        routes = [(route, self.flows[route.arrow.id]) for route in self.plan.routes]
        parts += [self._forward(route, flow) for route, flow in routes if flow.forward]
        parts += [self._backward(route, flow, flow.ribbon) for route, flow in routes if flow.ribbon is not None]
        parts += [self._card(placed) for placed in self.plan.placed.values()]
        below, height = self._below()
        width, height = math.ceil(self.width), math.ceil(height)
        begin = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="autograd-graph" role="img" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="{FONT}" font-size="{fixed(NUMBER)}" fill="{style.INK}">'
        )
        head = f"<title>{escaped(self.title)}</title><desc>{escaped(self.description)}</desc>"
        paper = f'<rect class="paper" width="{width}" height="{height}" fill="{style.PAPER}"/>'
        return "\n".join([begin, head, paper, *parts, *below, "</svg>"])

    # -- from (u, v) to (x, y) -------------------------------------------------------------------------------

    def _at(self, u: float, v: float) -> Point:
        if self.reversed:
            u = self.plan.along - u
        return (self.x0 + v, self.y0 + u) if self.upright else (self.x0 + u, self.y0 + v)

    def _box(self, part: PlacedFrame | Placed) -> tuple[float, float, float, float]:
        """The upper left corner of a frame or a card, its width and its height."""
        size = (part.across, part.along) if self.upright else (part.along, part.across)
        return *self._at(part.u + part.along if self.reversed else part.u, part.v), *size

    # -- cards -------------------------------------------------------------------------------------------------

    def _frame(self, frame: PlacedFrame) -> str:
        """A frame with its head on top, or on its left side in an upright picture, where lines enter at the top."""
        x, y, width, height = self._box(frame)
        border = rectangle((x, y), (width, height), "frame-border", "none", style.FORWARD, dashes="4 3")
        parts, at = [], GRID
        for part in self.frame_parts[frame.group]:
            look = (style.INK, NAME, True) if part.kind == "name" else (style.LINE, WORD, False)
            parts.append(text_at((at, 16.0), part.text, part.kind, *look))
            at += part.width + GRID
        corner, turn = ((x, y + height), " rotate(-90)") if self.upright else ((x, y), "")
        tooltip = f"<title>{escaped(self.heads[frame.group].tooltip)}</title>"
        words = f'<g transform="translate({pair(corner)}){turn}">{"".join(parts)}</g>'
        return f'<g class="frame" data-name="{escaped(one_line(frame.group.name))}">{tooltip}{border}{words}</g>'

    def _card(self, placed: Placed) -> str:
        card = placed.card
        x, y, width, height = self._box(placed)
        if card.kind == "reference":
            text = text_at((x + width / 2, y + height / 2 + 4.0), card.head, "name", style.LINE, LABEL, anchor="middle")
            return f'<g id="{card.id}" class="node reference">{text}</g>'
        parts = [f"<title>{escaped(card.tooltip)}</title>"]
        parts += [  # the cards that peep out below it
            rectangle((x + LANE * k, y + LANE * k), (width, height), "lane", style.PAPER, style.LINE, 0.7)
            for k in range(LANES if card.lanes else 0, 0, -1)
        ]
        parts.append(rectangle((x, y), (width, height), "card", style.PAPER, "none"))
        look = (style.BROKEN, 3.0) if card.broken else (style.LINE, 1.0)
        border = rectangle((x, y), (width, height), "border", "none", *look)
        kind = f"{card.kind} broken" if card.broken else card.kind
        if placed.flat:
            parts += self._flat(placed, (x, y), width, border)
            return f'<g id="{card.id}" class="node {kind}">{"".join(parts)}</g>'
        if card.kind in style.HEADS:
            parts.append(head((x, y), width, HEAD, style.HEADS[card.kind]))
        if card.kind == "folded":
            inner = (x + INSET, y + INSET), (width - 2 * INSET, height - 2 * INSET)
            parts.append(rectangle(*inner, "inner", "none", style.LINE, 0.5))
        parts.append(border)
        parts.append(self._name(card, x + width / 2, y + HEAD / 2 + 4.0))
        left = x + (width - placed.columns.width) / 2
        middle = y + inset(height, placed.height)
        top = middle + placed.top + PADDING / 2 + LINE / 2 + 4.0
        parts += [self._line(row, left, top + LINE * k, placed) for k, row in enumerate(card.lines)]
        words, rows = self._rows(placed, x, middle + HEAD, width) if placed.rows else ("", "")
        point = fixed(left + placed.columns.point)
        return f'<g id="{card.id}" class="node {kind}" data-point="{point}">{"".join(parts)}{words}</g>{rows}'

    def _flat(self, placed: Placed, corner: Point, width: float, border: str) -> Iterator[str]:
        """A one-line card: its head, with its numbers beside it."""
        card, columns = placed.card, placed.flat
        assert columns is not None
        x, base = corner[0], corner[1] + FLAT / 2 + 4.0
        left = x + (width - columns.width) / 2
        if card.kind == "leaf":
            yield flat_head(corner, left - x + columns.head, FLAT, style.LEAF)
        yield border
        yield self._name(card, left + columns.head / 2, base)
        for row, word, point in zip(card.lines, columns.words, columns.points, strict=False):
            start = left + point - sides(row.text, NUMBER)[0]
            yield text_at((left + word, base), row.word, "word", style.LINE, WORD)
            yield text_at((start, base), row.text, f"{row.kind}{sign_class(row.colour)}", row.colour)

    def _rows(self, placed: Placed, x: float, y: float, width: float) -> tuple[str, str]:
        """The words above the parameters on a card, and the parameters, each drawn as a leaf of its own."""
        columns = placed.columns.rows
        left = x + (width - columns.width) / 2
        points = {"value": left + columns.value, "grad": left + columns.grad}
        words = {line.kind: line.word for card in placed.rows for line in card.lines}
        base = LINE / 2 + 4.0
        above = [
            text_at((at, y + base), words[kind], "word", style.LINE, WORD, anchor="middle")
            for kind, at in points.items()
            if kind in words
        ]
        drawn = [rectangle((x + 1.0, y + LINE), (width - 2.0, LINE * len(placed.rows)), "rows", style.LEAF, "none")]
        for k, card in enumerate(placed.rows, 1):
            at = y + LINE * k
            edge = style.BROKEN if card.broken else "none"
            border = rectangle((x + 1.0, at), (width - 2.0, LINE), "border", "none", edge)
            name = text_at((x + PADDING, at + base), card.head, "name", size=WORD)
            parts = [f"<title>{escaped(card.tooltip)}</title>", border, name]
            for row in card.lines:
                if row.kind in points:
                    end = points[row.kind] + sides(row.text, NUMBER)[1], at + base
                    parts.append(text_at(end, row.text, f"{row.kind}{sign_class(row.colour)}", row.colour, anchor="end"))
            drawn.append(f'<g id="{card.id}" class="node leaf">{"".join(parts)}</g>')
        return "".join(above), "".join(drawn)

    def _name(self, card: Card, x: float, y: float) -> str:
        symbol, name = head_texts(card)
        bold, space = text_width(symbol, NAME, bold=True), HEAD_SPACE * bool(name)
        left = x - (bold + space + text_width(name, NAME)) / 2
        first = text_at((left, y), symbol, "symbol" if name else "name", size=NAME, bold=True)
        colour = style.LINE if re.fullmatch(r"v\d+", name) else style.INK
        return first + (text_at((left + bold + space, y), name, "name", colour, NAME) if name else "")

    def _line(self, row: Line, x: float, y: float, placed: Placed) -> str:
        columns = placed.columns
        right = x + columns.width - PADDING
        word = text_at((x + PADDING, y), row.word, "word", style.LINE, WORD) if row.word else ""
        if row.kind in ("value", "grad"):
            whole, rest = sides(row.text, NUMBER)
            start = x + columns.point - whole if rest or row.text[-1].isdigit() else right - whole
            if rest > columns.rest:  # a number set after the layout
                start = right - whole - rest
            left, squeezed = x + PADDING + columns.word + WORD_SPACE, ""
            if start < left:
                start, room = left, right - left
                squeezed = f' textLength="{fixed(room)}" lengthAdjust="spacingAndGlyphs"' if whole + rest > room else ""
            return word + text_at((start, y), row.text, f"{row.kind}{sign_class(row.colour)}", row.colour, more=squeezed)
        return word + text_at((right, y), row.text, row.kind, row.colour, WORD, anchor="end")

    # -- lines -------------------------------------------------------------------------------------------------

    def _forward(self, route: Route, flow: Flow) -> str:
        points = self._lane(route, 0)
        u, v = points[-1]
        end = tip(self._at(u - THIN_TIP, v), self._at(u, v), 3.2, style.FORWARD)
        points[-1] = (u - THIN_TIP + 1.0, v)
        way = line(self._curve(points), style.FORWARD, 1.2)
        label = self._label(route, flow.label, style.LINE, 0.0) if flow.back is None and flow.label else ""
        return _edge("f", route, "forward", f"forward: {flow.names}", way + end + label)

    def _backward(self, route: Route, flow: Flow, ribbon: Ribbon) -> str:
        points = self._lane(route, 1)
        colour, width, dash = ribbon
        u, v = points[0]
        filled = "none" if dash == "dotted" else colour  # its place is kept: numbers change in a player
        end = tip(self._at(u + TIP, v), self._at(u, v), max(3.8, width / 2 + 2.5), filled)
        points[0] = (u + TIP - 1.0, v)
        dashes = {"dashed": f"{fixed(5.0 + width)} {fixed(3.0 + width / 2)}", "dotted": "1.5 3"}.get(dash, "")
        way = line(self._curve(points[::-1]), colour, width, dashes)
        label = self._label(route, flow.label, colour, width)
        return _edge("b", route, f"backward{sign_class(colour)}", flow.tooltip, way + end + label)

    def _label(self, route: Route, label: str, colour: str, width: float) -> str:
        u, v = route.points[-1]
        back, room = route.lanes[2][1], self.plan.label_limit(route.arrow.id)
        more = f' data-room="{fixed(room)}"' if self.plan.scheme.steady else ""
        if self.upright:
            x, y = self._at(u - APART - HALF_TEXT, v + back + width / 2 + CLEAR)
            return text_at((x, y + BASE), label, "label", colour, LABEL, more=more)
        x, y = self._at(u - APART, v)
        return text_at((x, y + BASE), label, "label", colour, LABEL, anchor="start" if self.reversed else "end", more=more)

    def _lane(self, route: Route, which: int) -> list[Point]:
        """The points of the forward (0) or the backward line (1)."""
        first, passing, last = (lane[which] for lane in route.lanes)
        count = len(route.points)
        offsets = [first, first, *[passing] * (count - 4), last, last]
        return [(u, v + offset) for (u, v), offset in zip(route.points, offsets, strict=True)]

    def _curve(self, points: Sequence[Point]) -> str:
        """A path of alternating straight and S-shaped segments."""
        d = [f"M{pair(self._at(*points[0]))}"]
        for k, (start, end) in enumerate(pairwise(points)):
            if k % 4 == 1 and abs(start[1] - end[1]) > 0.25:
                middle = (start[0] + end[0]) / 2
                control = self._at(middle, start[1]), self._at(middle, end[1]), self._at(*end)
                d.append(f"C{' '.join(map(pair, control))}")
            elif start != end:
                d.append(f"L{pair(self._at(*end))}")
        return "".join(d)

    # -- below ---------------------------------------------------------------------------------------------------

    def _below(self) -> tuple[list[str], float]:
        y = self.y0 + self.graph_height + 12.0
        parts, room = [], self.width - 2 * MARGIN
        said = [("sentence", self.sentence, style.INK), *(("notes", note, style.LINE) for note in self.notes)]
        for kind, text, colour in said if self.sentence else said[1:]:
            part, height = paragraph((MARGIN, y + 14.0), text, kind, colour, SENTENCE, room, TEXT_HEIGHT)
            parts.append(part)
            y += height
        cards = [placed.card for placed in self.plan.placed.values()]
        text, height = legend(cards, [*self.flows.values()], self.largest, (MARGIN, y + 8.0), room)
        return [*parts, text], y + 8.0 + height + MARGIN / 2


def _edge(way: str, route: Route, kind: str, tooltip: str, drawn: str) -> str:
    ends = f'data-source="{route.source}" data-target="{route.arrow.target}"'
    return f'<g id="{way}{route.arrow.id}" class="edge {kind}" {ends}><title>{escaped(tooltip)}</title>{drawn}</g>'


# -- the legend --------------------------------------------------------------------------------------------------


class LegendEntry(NamedTuple):
    """An entry of the legend: a sample with the middle of its left side at (0, 0), its width, and what it means."""

    sample: str
    width: float
    text: str
    name: str = "entry"  # its CSS class


def legend(
    cards: Collection[Card], flows: Collection[Flow], largest: float, corner: tuple[float, float], room: float
) -> tuple[str, float]:
    """The legend, with only what the drawing uses and the scale of widths, and its height."""
    left, top = corner
    x, y, parts = 0.0, 0.0, []
    for sample, width, text, name in _entries(cards, flows, largest):
        needed = width + 6.0 + text_width(text, LEGEND_SIZE)
        if x and x + needed > room:
            x, y = 0.0, y + LEGEND_ROW
        label = text_at((width + 6.0, 4.0), text, "legend-text", style.LINE, LEGEND_SIZE)
        place = f'transform="translate({fixed(left + x)},{fixed(top + y + LEGEND_ROW / 2)})"'
        parts.append(f'<g class="{name}" {place}>{sample}{label}</g>')
        x += needed + SAMPLES_APART
    return (f'<g class="legend">{"".join(parts)}</g>', y + LEGEND_ROW) if parts else ("", 0.0)


def _entries(cards: Collection[Card], flows: Collection[Flow], largest: float) -> Iterator[LegendEntry]:
    kinds = {card.kind for card in cards}
    colours = {flow.ribbon.colour for flow in flows if flow.ribbon is not None}
    for kind, meaning in (("leaf", "given"), ("operation", "computed"), ("folded", "folded")):
        if kind in kinds:
            yield LegendEntry(_card_sample(style.HEADS.get(kind, "")), 22.0, meaning)
    if any(card.lanes for card in cards):
        yield LegendEntry(_stack_sample(), 28.0, "stacked: one number per lane; single: shared by all lanes")
    if any(flow.forward for flow in flows):
        arrow = line("M0,0H24", style.FORWARD, 1.2) + tip((23.0, 0.0), (30.0, 0.0), 3.2, style.FORWARD)
        yield LegendEntry(arrow, SAMPLE, "value forward")
    if style.POSITIVE in colours:
        yield LegendEntry(_ribbon_sample(style.POSITIVE), SAMPLE, "positive gradient")
    if style.NEGATIVE in colours:
        yield LegendEntry(_ribbon_sample(style.NEGATIVE, "6 4"), SAMPLE, "negative gradient")
    if style.MANY in colours:
        yield LegendEntry(_ribbon_sample(style.MANY), SAMPLE, "several gradients: their norm")
    if style.NOTHING in colours:
        yield LegendEntry(line("M30,0H0", style.NOTHING, 1.0, "1.5 3"), SAMPLE, "zero gradient")
    if largest and colours:
        wedge = f'<path d="M0,0L44,-{fixed(style.MAX_WIDTH / 2)}v{fixed(style.MAX_WIDTH)}z" fill="{style.MANY}"/>'
        yield LegendEntry(wedge, 44.0, f"gradient back: width 0 to {style.short(largest)}", "scale")
    if style.BROKEN in colours:
        yield LegendEntry(_ribbon_sample(style.BROKEN), SAMPLE, "⚠ NaN or infinite")
    elif any(line.colour == style.BROKEN for card in cards for line in card.lines):
        yield LegendEntry(text_at((0.0, 4.0), "⚠", "mark", style.BROKEN, 12.0), 12.0, "NaN or infinite")


def _card_sample(fill: str) -> str:
    filled = head((0.0, -7.0), 22.0, 7.0, fill) if fill else ""
    return rectangle((0.0, -7.0), (22.0, 14.0), "sample", style.PAPER, style.LINE) + filled


def _stack_sample() -> str:
    below = (rectangle((shift, shift - 7.0), (22.0, 14.0), "sample", style.PAPER, style.LINE, 0.7) for shift in (6.0, 3.0))
    return "".join(below) + _card_sample("")


def _ribbon_sample(colour: str, dashes: str = "") -> str:
    return line("M30,0H6", colour, 3.0, dashes) + tip((8.0, 0.0), (0.0, 0.0), 4.0, colour)
