"""The layout of a network view: the positions of circles, names, links, images and folded parts.

Time runs along the main axis: left to right, or top to bottom on a narrow page. Each column is a line across it. A name
stands below its circle; links start and end clear of it, so they touch no name, and no circle except their own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from autograd.extend import counted
from autograd.viz.text_size import shortened, text_width
from nn.network.structure import Network

MAX_SHOWN = 12  # neurons per layer; of a larger one, only the strongest are shown
FIRST_SHOWN = 10
MAX_SHOWN_NARROW = 4  # on a narrow page
MAX_LAYERS = 4
RADIUS = 22.0
FONT = 11.0
RING = RADIUS + 2.0  # radius of the ring around a circle
NAME = 18.0  # height of a name below its circle
PIXEL = 22.0
THUMB = 52.0  # side of a picture of weights
GAP = 12.0
PLANE = 210.0  # side of the plane of the inputs
PLANE_LEFT = 44.0  # room beside it, for numbers
PLANE_ROOM = PLANE_LEFT + PLANE + GAP  # the width that it adds
HEADER = 40.0  # height of the two lines that name a column
WIDE = 860.0  # the width that links fill, unless a page has less room
MAX_STRETCH = 160.0  # of each gap
MIN_LINKS = 94.0  # the least room for links
MIN_TIGHT_LINKS = 80.0  # the same where there is little room
MIN_GAP = 40.0  # beside the placeholder for layers
NARROW = 360.0  # width of the narrow view
GUTTER = 98.0  # beside its rows, for the names of columns


class Rectangle(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float


class TextLine(NamedTuple):
    """One line of text, anchored at its middle or its start; `y` is its baseline."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    size: float = FONT
    bold: bool = False

    @property
    def box(self) -> Rectangle:
        """Its bounding box."""
        width = text_width(self.text, self.size, self.bold)
        left = self.x - (width / 2 if self.anchor == "middle" else 0.0)
        return Rectangle(left, self.y - 0.8 * self.size, left + width, self.y + 0.25 * self.size)


class Circle(NamedTuple):
    """A neuron or an input, by its index in the network."""

    unit: int
    x: float
    y: float
    name: TextLine


class More(NamedTuple):
    """A placeholder for the rest of a column, or, with `column` -1, for columns left out."""

    text: TextLine
    column: int

    @property
    def box(self) -> Rectangle:
        """Its frame."""
        left, top, right, bottom = self.text.box
        return Rectangle(left - 8, top - 4, right + 8, bottom + 4)


class Connection(NamedTuple):
    """A link from a unit to one of the next column, for weight number `position` of the target."""

    source: int
    target: int
    position: int
    points: tuple[tuple[float, float], ...]  # start, end of its stub, two control points, start of the other stub, end


class Image(NamedTuple):
    """Inputs as an image, or (with a unit) the weights of that neuron."""

    left: float
    top: float
    pixel: float
    rows: int
    columns: int
    unit: int | None = None

    @property
    def box(self) -> Rectangle:
        """Its bounding box."""
        return Rectangle(self.left, self.top, self.left + self.pixel * self.columns, self.top + self.pixel * self.rows)

    def cell(self, k: int) -> Rectangle:
        """The box of its k-th pixel, counted line by line."""
        row, column = divmod(k, self.columns)
        left, top = self.left + column * self.pixel, self.top + row * self.pixel
        return Rectangle(left, top, left + self.pixel, top + self.pixel)


class Bundle(NamedTuple):
    """A curve from the image of the inputs to that of a neuron's weights."""

    start: tuple[float, float]
    end: tuple[float, float]
    unit: int


@dataclass
class Layout:
    """Everything that is drawn, with positions; `width` and `height` are the total size."""

    width: float = 0.0
    height: float = 0.0
    headers: list[TextLine] = field(default_factory=list)
    notes: list[TextLine] = field(default_factory=list)  # second lines of the headers
    circles: list[Circle] = field(default_factory=list)
    links: list[Connection] = field(default_factory=list)
    more: list[More] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    plane: Rectangle | None = None  # the plane of the inputs, with the output over it


def lay_out(
    network: Network,
    narrow: bool = False,
    plane: bool = False,
    width: float = WIDE,
    ranks: Sequence[Sequence[int]] | None = None,
) -> Layout:
    """The layout of a network, with room for a `plane` of its output.

    Links fill the `width` if they can. Of a folded column the first units of its `ranks` are drawn, in the column's order.
    """
    layout = (_Narrow if narrow else _Wide)(network, width, ranks).layout
    if plane:
        _add_plane(layout, narrow)
    return layout


def _add_plane(layout: Layout, narrow: bool) -> None:
    """Add room for a square beside the last neuron, or below the network, and for the numbers at its axes."""
    if narrow:
        left, top = GUTTER, layout.height + 30
        layout.plane = Rectangle(left, top, left + PLANE, top + PLANE)
        layout.height = top + PLANE + 24
        return
    left = layout.width + PLANE_LEFT
    lower = max(0.0, HEADER + PLANE + 30 - layout.height)  # by which the columns are too short
    layout.height += lower
    last = layout.circles[-1].y
    top = min(max(HEADER, last - PLANE / 2), layout.height - PLANE - 26)
    layout.plane = Rectangle(left, top, left + PLANE, top + PLANE)
    layout.width += PLANE_ROOM


class _LayoutPlanner:
    """The part that both directions share: which columns and neurons are shown, and how their links run."""

    most, first = MAX_SHOWN, FIRST_SHOWN

    def __init__(self, network: Network, width: float, ranks: Sequence[Sequence[int]] | None) -> None:
        self.network, self.shape, self.width, self.ranks = network, network.shape, width, ranks
        self.layout = Layout()
        self.places: dict[int, tuple[float, float]] = {}
        self.slots: list[int | None] = list(range(len(network.columns)))  # the columns; None stands for those left out
        layers = len(self.slots) - 1
        self.folded = counted(layers - MAX_LAYERS, "more layer")  # placeholder for the columns left out, if any
        if layers > MAX_LAYERS:
            half = MAX_LAYERS // 2
            self.slots = [*range(half + 1), None, *range(layers - half + 1, layers + 1)]
        self.plan()
        self.link()

    def plan(self) -> None:
        raise NotImplementedError

    def shown(self, column: int) -> tuple[Sequence[int], int]:
        """The indices of the units that are drawn, and how many are not."""
        size, first = len(self.network.columns[column].units), self.network.firsts[column]
        units = range(first, first + size)
        if size <= self.most:
            return units, 0
        chosen = units if self.ranks is None else self.ranks[column]
        return sorted(chosen[: self.first]), size - self.first

    def circle(self, unit: int, x: float, y: float, name: str) -> None:
        """Add a neuron or an input, with its name below."""
        self.places[unit] = x, y
        self.layout.circles.append(Circle(unit, x, y, TextLine(x, y + RADIUS + 15, name)))

    def label(self, unit: int, room: float) -> str:
        return shortened(self.network.units[unit].label, room, FONT)

    def link(self) -> None:
        """Add the links between neighbouring columns that are both drawn."""
        for before, after in pairwise(self.slots):
            if before is None or after is None or (before == 0 and self.shape):  # weights of an image are images, too
                continue
            sources, targets = self.shown(before)[0], self.shown(after)[0]
            first = self.network.firsts[before]
            for i, source in enumerate(sources):
                for j, target in enumerate(targets):
                    out, into = _port(j, len(targets)), _port(i, len(sources))
                    self.layout.links.append(Connection(source, target, source - first, self.curve(source, target, out, into)))

    def curve(self, source: int, target: int, out: float, into: float) -> tuple[tuple[float, float], ...]:
        raise NotImplementedError


def _port(k: int, count: int) -> float:
    """The offset along the side of a circle at which the k-th of `count` links is attached."""
    return 0.0 if count == 1 else (k - (count - 1) / 2) * min(6.0, 1.3 * RADIUS / (count - 1))


def _stub(port: float) -> float:
    """The distance from the middle of a circle to its edge, at this port."""
    return math.sqrt(RADIUS**2 - port**2)


class _Wide(_LayoutPlanner):
    """Left to right."""

    pitch = 2 * RING + NAME + 2
    tight = False  # True if there is little room

    def plan(self) -> None:
        left, tallest = GAP, max(self._height(slot) for slot in self.slots)
        halves, gaps = self._across()
        for slot, half, gap in zip(self.slots, halves, [*gaps, 0.0], strict=True):
            self._column(slot, left + half, half, tallest)
            left += 2 * half + gap
        self.layout.width, self.layout.height = left + GAP, HEADER + tallest + GAP

    def _across(self) -> tuple[list[float], list[float]]:
        """Half the width of each column, and the gaps between them. If there is not enough room, notes are shortened."""
        halves = [self._half(slot) for slot in self.slots]
        gaps = [self._gap(*pair) for pair in pairwise(self.slots)]
        wide = [gap for gap in gaps if gap > MIN_GAP]
        room = self.width - 2 * GAP - 2 * sum(halves)
        stretch = (room - sum(gaps)) / len(wide)
        if stretch >= MIN_LINKS - min(wide):
            return halves, [gap if gap <= MIN_GAP else gap + min(MAX_STRETCH, stretch) for gap in gaps]
        if not self.tight:
            self.tight = True
            return self._across()
        even = max(MIN_TIGHT_LINKS, (room - (sum(gaps) - sum(wide))) / len(wide))
        return halves, [gap if gap <= MIN_GAP else even for gap in gaps]

    def _half(self, slot: int | None) -> float:
        """Half the width of a column."""
        if slot is None:
            return text_width(self.folded, FONT) / 2 + 8
        column = self.network.columns[slot]
        header = max(text_width(column.title, 12, True), text_width(self.note(slot), FONT)) / 2
        if slot == 0 and self.shape:
            return max(min(header, 90.0), self.shape[1] * PIXEL / 2)
        name = max(text_width(self.network.units[i].label, FONT) for i in self.shown(slot)[0]) / 2
        return max(max(RADIUS, min(44.0, name)) + 4, min(header, 90.0))

    def note(self, slot: int) -> str:
        column = self.network.columns[slot]
        if slot == 0 and self.shape:
            return f"{len(column.units)}, as {self.shape[0]} × {self.shape[1]} pixels"
        return column.note.partition(", ")[2] if self.tight and slot else column.note

    def _gap(self, slot: int | None, after: int | None) -> float:
        """The width of a gap, with room for links and for images of weights."""
        if slot is None or after is None:
            return MIN_GAP
        if slot == 0 and self.shape:
            return THUMB + 80.0
        links = max(len(self.shown(slot)[0]), len(self.shown(after)[0]))
        return 90.0 + 10.0 * links

    def _height(self, slot: int | None) -> float:
        if slot is None:
            return self.pitch
        if slot == 0 and self.shape:
            return self.shape[0] * PIXEL
        shown, hidden = self.shown(slot)
        return len(shown) * self.pitch + (28.0 if hidden else 0.0)

    def _column(self, slot: int | None, x: float, half: float, tallest: float) -> None:
        layout, top = self.layout, HEADER + (tallest - self._height(slot)) / 2
        if slot is None:
            layout.more.append(More(TextLine(x, HEADER + tallest / 2 + 4, self.folded), -1))
            return
        column = self.network.columns[slot]
        layout.headers.append(TextLine(x, 14, shortened(column.title, 2 * half, 12, True), size=12, bold=True))
        layout.notes.append(TextLine(x, 29, shortened(self.note(slot), 2 * half, FONT)))
        if slot == 0 and self.shape:
            rows, columns = self.shape
            layout.images.append(Image(x - columns * PIXEL / 2, top, PIXEL, rows, columns))
            return
        shown, hidden = self.shown(slot)
        for i, unit in enumerate(shown):
            y = top + i * self.pitch + RADIUS + 2
            self.circle(unit, x, y, self.label(unit, 88))
            if slot == 1 and self.shape:
                self._thumb(unit, x, y)
        if hidden:
            layout.more.append(More(TextLine(x, top + len(shown) * self.pitch + 18, f"{hidden} more"), slot))

    def _thumb(self, unit: int, x: float, y: float) -> None:
        assert self.shape is not None
        rows, columns = self.shape
        pixel = THUMB / max(rows, columns)
        left, top = x - RADIUS - 14 - pixel * columns, y - pixel * rows / 2
        self.layout.images.append(Image(left, top, pixel, rows, columns, unit))
        box = self.layout.images[0].box
        self.layout.bundles.append(Bundle((box.right + 4, (box.top + box.bottom) / 2), (left - 4, y), unit))

    def curve(self, source: int, target: int, out: float, into: float) -> tuple[tuple[float, float], ...]:
        """A stub past the name, a curve, and a stub past the name of the target."""
        (x1, y1), (x2, y2) = self.places[source], self.places[target]
        start, end = (x1 + _stub(out), y1 + out), (x2 - _stub(into), y2 + into)
        a = x1 + max(RADIUS, self._name_half(source)) + 4
        b = x2 - max(RADIUS, self._name_half(target)) - 4
        middle = (a + b) / 2
        return start, (a, start[1]), (middle, start[1]), (middle, end[1]), (b, end[1]), end

    def _name_half(self, unit: int) -> float:
        return text_width(self.label(unit, 88), FONT) / 2


class _Narrow(_LayoutPlanner):
    """Top to bottom, for phones: a column is a row, with its name beside it."""

    most = first = MAX_SHOWN_NARROW
    pitch = 64.0

    def plan(self) -> None:
        self.layout.width, top = NARROW, 4.0
        for n, slot in enumerate(self.slots):
            top = self._row(slot, top) + (0.0 if n + 1 == len(self.slots) else 60.0)
        self.layout.height = top + GAP

    def _row(self, slot: int | None, top: float) -> float:
        """Lay out one row below `top`; returns where it ends."""
        middle = (GUTTER + NARROW) / 2
        if slot is None:
            self.layout.more.append(More(TextLine(middle, top + 14, self.folded), -1))
            return top + 24.0
        if slot == 0 and self.shape:
            rows, columns = self.shape
            pixel = min(14.0, 200.0 / columns)
            self._beside(slot, top + rows * pixel / 2, f"{rows} × {columns} pixels")
            self.layout.images.append(Image(middle - columns * pixel / 2, top, pixel, rows, columns))
            return top + rows * pixel
        if slot == 1 and self.shape:
            top += THUMB + 10 - 48.0
        shown, _ = self.shown(slot)
        room = min(self.pitch, (NARROW - GUTTER - 4) / len(shown))
        left = middle - (len(shown) - 1) * room / 2
        self._beside(slot, top + RADIUS + 2, self.network.columns[slot].note)
        for i, (unit, name) in enumerate(zip(shown, self._names(shown, room - 6), strict=True)):
            x = left + i * room
            self.circle(unit, x, top + RADIUS + 2, name)
            if slot == 1 and self.shape:
                self._thumb(unit, x, top)
        return top + 2 * RADIUS + NAME + 2

    def _names(self, units: Sequence[int], room: float) -> list[str]:
        """The names below the circles of a row: `[10]` in place of `neurons[10]` if the full names don't all fit."""
        names = [self.network.units[unit].label for unit in units]
        series = names[0].partition("[")[0]
        numbered = all(re.fullmatch(rf"{re.escape(series)}\[\d+\]", name) for name in names)
        if numbered and any(text_width(name, FONT) > room for name in names):
            return [name.removeprefix(series) for name in names]
        return [shortened(name, room, FONT) for name in names]

    def _beside(self, slot: int, y: float, note: str) -> None:
        """Add beside a row the column's name, its note, and how many of its neurons are not drawn."""
        layout, room = self.layout, GUTTER - GAP - 4
        lines = [shortened(part, room, FONT) for part in note.split(", ") if note][:2]
        _, hidden = self.shown(slot)
        y -= 8 * (len(lines) + (hidden > 0)) - 4
        layout.headers.append(TextLine(GAP, y, shortened(self.network.columns[slot].title, room, 12, True), "start", 12, True))
        for k, line in enumerate(lines, 1):
            layout.notes.append(TextLine(GAP, y + 15 * k, line, "start"))
        if hidden and not (slot == 0 and self.shape):
            layout.more.append(More(TextLine(GAP + 8, y + 15 * len(lines) + 20, f"{hidden} more", "start"), slot))

    def _thumb(self, unit: int, x: float, top: float) -> None:
        assert self.shape is not None
        rows, columns = self.shape
        pixel = THUMB / max(rows, columns)
        self.layout.images.append(Image(x - pixel * columns / 2, top - 10 - pixel * rows, pixel, rows, columns, unit))

    def curve(self, source: int, target: int, out: float, into: float) -> tuple[tuple[float, float], ...]:
        """From below the name to the top of the other circle."""
        (x1, y1), (x2, y2) = self.places[source], self.places[target]
        start, end = (x1 + out, y1 + RADIUS + NAME + 2), (x2 + into, y2 - _stub(into))
        a, b = start[1] + 2, y2 - RADIUS - 4
        middle = (a + b) / 2
        return start, (start[0], a), (start[0], middle), (end[0], middle), (end[0], b), end
