"""The positions of a diagram's cards and of the lines and labels between them, in (u, v) with u along the direction of time.

In each pair, the forward line runs above the backward one (at a smaller v). A label stands beside its backward line, in a strip
that no other line enters; see `autograd.viz.layered`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile
from typing import Any, NamedTuple

from autograd._format import one_line
from autograd.viz.card_sizes import FLAT, HEAD, LABEL, LINE, NAME, PADDING, Columns, FlatColumns, columns_of, flat_columns
from autograd.viz.cards import Card
from autograd.viz.diagram import Arrow, Box
from autograd.viz.folding import Group
from autograd.viz.layered import GRID, PASSING, STRAIGHT, Hop, Item, Level, Link, grown
from autograd.viz.text_size import text_width

MIN_LABEL = 40.0  # a shorter label finds room anyway
MOVED_LABEL = 60.0  # a changed number such as −1.234e−05 may reach into the crossing zone: better than a new layout
APART = 12.0  # between a label and whatever is not its own arrow: lines, cards, frames, other texts
CLEAR = 4.0  # between a label and the lines of its own arrow
HALF_TEXT, HALF_LINE = 6.0, 0.6  # half the height of a label, half the width of a forward line
FLAT_STRAIGHT, FLAT_CROSSING = 8.0, 8.0  # of the zones between ranks of one-line cards, in place of those of `layered`
MAX_FLAT = 320.0  # size across of a rank of such cards
PAIR = 9.0  # between the two lines of a pair, where no label stands between them
DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
FRAME_HEAD, FRAME_FOOT, FRAME_PADDING = 24.0, 16.0, 8.0
UPRIGHT_ROOM = 344.0  # the width of a picture for a phone

Point = tuple[float, float]
Key = str | Group | None  # an end of an arrow in a level: a card, a frame, or the wall around the level
Part = tuple[Arrow, Key, Key]


class Extent(NamedTuple):
    """The room across that a link needs before and after its port."""

    before: float
    after: float


@dataclass(frozen=True)
class Scheme:
    """The input of a layout: boxes, the arrows between them, and open frames.

    `rows` maps boxes drawn as rows to the box they are drawn on, `tails` those drawn right below another to that box. If
    `flat`, cards have one line where their rank has room for that. If `steady`, numbers will change, and the maximum lengths
    of labels are written into the SVG.
    """

    boxes: Mapping[str, Box]
    arrows: Sequence[Arrow]
    frames: Sequence[Group] = ()  # outer ones first
    rows: Mapping[str, str] = field(default_factory=dict)
    tails: Mapping[str, str] = field(default_factory=dict)
    flat: bool = False
    steady: bool = False


@dataclass(eq=False)
class Placed:
    """A card in its place, with the parameters that are rows on it, and its tail, the card right below it."""

    card: Card
    rows: list[Card] = field(default_factory=list)
    tail: Placed | None = None
    columns: Columns = field(default_factory=lambda: columns_of([]))
    flat: FlatColumns | None = None
    height: float = 0.0
    item: Item = field(default_factory=lambda: Item(""))
    u: float = 0.0
    v: float = 0.0
    along: float = 0.0
    across: float = 0.0

    @property
    def tail_height(self) -> float:
        return self.tail.height if self.tail else 0.0

    @property
    def top(self) -> float:
        """The height of what is above its own numbers: the head, and the rows with the words above them."""
        return HEAD + (LINE * (len(self.rows) + 1) + PADDING / 2 if self.rows else 0.0)

    def takes(self, card: Card, rows: Sequence[Card], squeezed: float) -> bool:
        """True if another card with other rows fits here, its numbers squeezed by up to `squeezed` pixels."""
        fits = all(new <= old for new, old in zip(columns_of([], rows).rows, self.columns.rows, strict=True))
        # Squeezed numbers need not have their decimal points in line.
        parts = [replace(card, lines=[line]) for line in card.lines] if squeezed else []
        width = max(columns_of([part]).width for part in parts or [card])
        return fits and len(card.lines) == len(self.card.lines) and width <= self.columns.width + squeezed


@dataclass
class PlacedFrame:
    """A frame around an open group, in its place."""

    group: Group
    u: float
    v: float
    along: float
    across: float


@dataclass
class Route:
    """The lines of an arrow. Segments are straight from even to odd `points`, curved from odd to even.

    `lanes` are the offsets of the forward and the backward line: where they leave the source, on the way, and where they
    enter the target.
    """

    arrow: Arrow
    source: str
    points: list[Point]
    lanes: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


def _flatten(placed: Sequence[Placed]) -> None:
    """Make the cards of a rank one-line if they hold only numbers and fit side by side."""
    cards = [each.card for each in placed]
    numbers = all(line.kind in ("value", "grad") for card in cards for line in card.lines)
    if not cards or not numbers or any(each.rows or each.card.kind not in ("leaf", "operation") for each in placed):
        return
    columns = flat_columns(cards)
    if len(cards) * columns.width + (len(cards) - 1) * Level.gap <= MAX_FLAT:
        for each in placed:
            each.flat, each.height = columns, FLAT


class Arrangement:
    """A scheme, laid out: `placed` cards, `frames`, `routes`, and the total size.

    `labels` are the texts beside backward lines, or beside forward lines without one; `ribbons` the widths of backward lines.
    An `upright` picture runs down or up, at most `most` items in a rank, and no wider than `room` if everything fits.
    """

    def __init__(
        self,
        scheme: Scheme,
        cards: Mapping[str, Card],
        labels: Mapping[str, str],
        ribbons: Mapping[str, float],
        upright: bool,
        room: float = UPRIGHT_ROOM,
        most: float = math.inf,
    ) -> None:
        self.room, self.most = room, most
        self.scheme, self.labels, self.ribbons, self.upright = scheme, labels, ribbons, upright
        rows, tails = scheme.rows, scheme.tails
        self.arrows = [arrow for arrow in scheme.arrows if arrow.source not in rows and arrow.target not in tails]
        self.placed = {id: Placed(card) for id, card in cards.items() if id not in rows}
        for id, host in rows.items():
            self.placed[host].rows.append(cards[id])
        for id, host in tails.items():
            self.placed[host].tail = self.placed[id]
        self.paths = {id: box.frames for id, box in scheme.boxes.items()}
        self.ends = {arrow.id: (tails.get(arrow.source, arrow.source), arrow.target) for arrow in self.arrows}
        self.ways: dict[str, list[Group | None]] = {}  # the levels that an arrow goes through
        self.parts = self._parts()
        if self._cut_cycles():
            self.parts = self._parts()
        self.leaving: dict[Item, float] = {}  # the distance between the lines of a pair, where several pairs leave
        self.inwards = [*scheme.frames[::-1], None]  # frames after those inside them
        self.frame_items = {frame: Item(frame.name, frame=True) for frame in scheme.frames[::-1]}
        inside = self._inside()
        self.levels = {frame: self._level(frame, inside[frame]) for frame in self.inwards}
        for column in self._columns():
            _share_columns(column)
        for frame in self.inwards:
            self._lay_out(frame)
        self._place()

    def relabel(self, labels: Mapping[str, str]) -> None:
        """Replace the labels beside the lines of a picture from left to right; its ranks move."""
        self.labels = labels
        for frame in self.inwards:
            level = self.levels[frame]
            for arrow, _, target in self.parts.get(frame, []):
                level.links[arrow.id].label = self._label_room(arrow, target)
            level.place_along()
            if frame is not None:
                self.frame_items[frame].along = self._frame_along(frame)
        self._place()

    def has_room(self, cards: Mapping[str, Card], labels: Mapping[str, str], squeezed: float) -> bool:
        """True if these cards and labels fit where the present ones are, numbers squeezed by up to `squeezed` pixels."""
        filled = self.refilled(cards).placed
        cards_fit = all(placed.takes(filled[id].card, filled[id].rows, squeezed) for id, placed in self.placed.items())
        return cards_fit and all(text_width(label, LABEL) <= self.label_limit(id) for id, label in labels.items())

    def label_room(self, arrow: str) -> float:
        """The length that a label of this arrow may have; from left to right, that of the longest in its rank."""
        room = max(text_width(self.labels[arrow], LABEL), MIN_LABEL)
        return room if self.upright else max(room, self.strips.get(arrow, 0.0))

    def label_limit(self, arrow: str) -> float:
        """The length beyond which a label needs a new layout."""
        room = self.label_room(arrow)
        return max(room, MOVED_LABEL) if self.scheme.steady and not self.upright else room

    def refilled(self, cards: Mapping[str, Card]) -> Arrangement:
        """The same layout with other cards in it."""
        plan = copy(self)
        plan.placed = {
            id: replace(placed, card=cards.get(id, placed.card), rows=[cards.get(row.id, row) for row in placed.rows])
            for id, placed in self.placed.items()
        }
        return plan

    # -- which levels an arrow goes through ----------------------------------------------------------------

    def _through(self, source: str, target: str) -> Iterator[tuple[Group | None, Key, Key]]:
        """The levels that an arrow goes through, each with its two ends there: cards, frames, or None for the wall."""
        out, into = self.paths[source], self.paths[target]
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(out, into, strict=False)))
        outwards: list[Key] = [*out[shared:], source]
        inwards: list[Key] = [*into[shared:], target]
        for inner, outer in pairwise(outwards[::-1]):
            yield outer, inner, None  # type: ignore[misc]
        yield (out[shared - 1] if shared else None), outwards[0], inwards[0]
        for outer, inner in pairwise(inwards):
            yield outer, None, inner  # type: ignore[misc]

    def _parts(self) -> dict[Group | None, list[Part]]:
        parts: dict[Group | None, list[Part]] = {}
        for arrow in self.arrows:
            through = list(self._through(*self.ends[arrow.id]))
            self.ways[arrow.id] = [level for level, _, _ in through]
            for level, source, target in through:
                parts.setdefault(level, []).append((arrow, source, target))
        return parts

    def _cut_cycles(self) -> bool:
        """Start each arrow that closes a cycle, as folded boxes may form, at a stub with the name of its source.

        True if there was one.
        """
        cut = False
        for parts in self.parts.values():
            waiting: dict[Key, list[Part]] = {}  # boxes that have no place in the order yet, each with the arrows into it
            for part in parts:
                if part[1] is not None and part[2] is not None:
                    waiting.setdefault(part[1], [])
                    waiting.setdefault(part[2], []).append(part)
            while waiting:
                count = len(waiting)
                for key in list(waiting):  # in the order of the graph: one round is enough where there is no cycle
                    if waiting.keys().isdisjoint(source for _, source, _ in waiting[key]):
                        del waiting[key]
                if len(waiting) == count:  # all are in a cycle, or depend on one
                    for arrow, source, _ in waiting.pop(next(iter(waiting))):
                        if source in waiting:
                            self._stub(arrow)
                            cut = True
        return cut

    def _stub(self, arrow: Arrow) -> None:
        source = self.scheme.boxes[arrow.source]
        name = source.name if source.group is None or len(arrow.names) > 1 else arrow.names[0]
        id = f"r{arrow.id}"
        self.placed[id] = Placed(Card(id, "reference", name or "…"))
        self.paths[id] = self.paths[arrow.target]
        self.ends[arrow.id] = id, arrow.target

    # -- the layout of a level -----------------------------------------------------------------------------

    def _inside(self) -> dict[Group | None, dict[Key, Item]]:
        """The items directly in each frame: cards, then frames."""
        inside: dict[Group | None, dict[Key, Item]] = {frame: {} for frame in (*self.frame_items, None)}
        for id, placed in self.placed.items():
            if id not in self.scheme.tails:
                inside[self._home(id)][id] = placed.item = Item(id, series=_series(placed.card))
        for frame, item in self.frame_items.items():
            inside[self._parent(frame)][frame] = item
        return inside

    def _level(self, frame: Group | None, items: Mapping[Key, Item]) -> _Level:
        """The contents of a frame, arranged in ranks."""
        links = [
            Link(arrow.id, items.get(source), items.get(target), self._label_room(arrow, target))
            for arrow, source, target in self.parts.get(frame, [])
        ]
        return _Level(self, len(frame.path()) - 1 if frame else 0, items.values(), links)

    def _columns(self) -> Iterable[list[Placed]]:
        """Groups of cards with shared columns: those of a rank, even in different frames; if upright, a card and its tail."""
        ends: dict[Group | None, tuple[int, ...]] = {None: ()}  # the number of ranks after a frame, in each level around it
        for frame in self.scheme.frames:
            outer = self._parent(frame)
            ends[frame] = *ends[outer], self.levels[outer].last - self.frame_items[frame].rank
        found: dict[Any, list[Placed]] = {}
        for id, placed in self.placed.items():
            if id not in self.scheme.tails:
                home = self._home(id)
                key = id if self.upright else (*ends[home], self.levels[home].last - placed.item.rank)
                found.setdefault(key, []).extend([placed, placed.tail] if placed.tail else [placed])
        return found.values()

    def _lay_out(self, frame: Group | None) -> None:
        """Lay out a frame; those inside it are laid out already."""
        level = self.levels[frame]
        for arrow, source, target in self.parts.get(frame, []):
            link = level.links[arrow.id]
            if isinstance(source, Group):
                link.leaves = FRAME_HEAD + self.levels[source].links[arrow.id].hops[-1].target.v + PASSING
            if isinstance(target, Group):
                link.enters = FRAME_HEAD + self.levels[target].links[arrow.id].hops[0].source.v + PASSING
        level.lay_out()
        if frame is not None:
            item, foot = self.frame_items[frame], FRAME_PADDING if self.upright else FRAME_FOOT
            item.along, item.across = self._frame_along(frame), level.across + FRAME_HEAD + foot

    def _frame_along(self, frame: Group) -> float:
        room = self.levels[frame].along + 2 * FRAME_PADDING
        title = "  ".join(filter(None, (one_line(frame.name), one_line(frame.about))))
        return max(room, grown(text_width(title, NAME, bold=True) + 3 * FRAME_PADDING))

    def _home(self, id: str) -> Group | None:
        return self.paths[id][-1] if self.paths[id] else None

    def _parent(self, frame: Group) -> Group | None:
        return frame.parent if frame.parent in self.frame_items else None

    def _label_room(self, arrow: Arrow, target: Key) -> float:
        label = self.labels.get(arrow.id, "")
        if not label or target != self.ends[arrow.id][1]:
            return 0.0
        straight = FLAT_STRAIGHT if self.scheme.flat else STRAIGHT
        return (2 * HALF_TEXT if self.upright else text_width(label, LABEL)) + 2 * APART - straight

    # -- the lanes of an arrow -----------------------------------------------------------------------------

    def entering(self, arrow: str) -> tuple[Extent, tuple[float, float]]:
        """The room across for a pair of lines and its label where they enter the target, and the offsets of the two lines."""
        ribbon, label = max(self.ribbons.get(arrow, 0.0), 2 * HALF_LINE), self.labels.get(arrow, "")
        if not label:
            return Extent(PAIR / 2 + CLEAR, PAIR / 2 + CLEAR), (-PAIR / 2, PAIR / 2)
        if self.upright:
            before, after = PAIR / 2 + CLEAR, PAIR / 2 + ribbon / 2 + CLEAR + text_width(label, LABEL) + APART - CLEAR + HALF_LINE
            return Extent(before, after), (-PAIR / 2, PAIR / 2)
        back = HALF_TEXT + CLEAR + ribbon / 2
        return Extent(HALF_TEXT + 2 * CLEAR, back + ribbon / 2 + CLEAR), (-HALF_TEXT - CLEAR, back)

    # -- where everything is ---------------------------------------------------------------------------------

    def _place(self) -> None:
        self.along, self.across = self.levels[None].along, self.levels[None].across
        self.frames: list[PlacedFrame] = []
        self.routes: list[Route] = []
        self.strips: dict[str, float] = {}
        origins: dict[Group | None, Point] = {None: (0.0, 0.0)}
        for frame in self.scheme.frames:
            u, v = origins[self._parent(frame)]
            item = self.frame_items[frame]
            origins[frame] = u + item.u + FRAME_PADDING, v + item.v + FRAME_HEAD
            self.frames.append(PlacedFrame(frame, u + item.u, v + item.v, item.along, item.across))
        for id, placed in self.placed.items():
            if id not in self.scheme.tails:
                self._place_card(placed, *origins[self._home(id)])
        for arrow in self.arrows:
            source, _ = self.ends[arrow.id]
            points = []
            for where in self.ways[arrow.id]:
                u, v = origins[where]
                points += [(u + a, v + b) for a, b in self.levels[where].way(arrow.id)]
            entering = self.entering(arrow.id)[1]
            apart = self.leaving.get(self.placed[source].item)
            leaving = entering if apart is None else (-apart / 2, apart / 2)
            straight = leaving == entering and len({v for _, v in points}) == 1 and self._is_alone(arrow)
            lanes = (leaving, entering if straight else (-PAIR / 2, PAIR / 2), entering)
            source = arrow.source if source in self.scheme.tails.values() else source
            self.routes.append(Route(arrow, source, points, lanes))
            if self.labels.get(arrow.id):  # it may be as long as the longest of its rank
                self.strips[arrow.id] = points[-1][0] - points[-2][0] - STRAIGHT

    def _is_alone(self, arrow: Arrow) -> bool:
        """True if the arrow passes only walls, each on a side that no other arrow passes."""
        for where in self.ways[arrow.id]:
            level = self.levels[where]
            link = level.links[arrow.id]
            beside = (link.source is None and level.entering > 1) or (link.target is None and level.leaving > 1)
            if beside or len(link.hops) > 1:
                return False
        return True

    def _place_card(self, placed: Placed, u: float, v: float) -> None:
        """Place a card in a level that begins at (u, v), and its tail in the rest of the item."""
        item, tail, rest = placed.item, placed.tail, placed.tail_height
        placed.u, placed.v = u + item.u, v + item.v
        placed.along, placed.across = (item.along - rest, item.across) if self.upright else (item.along, item.across - rest)
        if tail is not None:
            down = (placed.along, 0.0) if self.upright else (0.0, placed.across)
            tail.u, tail.v = placed.u + down[0], placed.v + down[1]
            tail.along, tail.across = (rest, item.across) if self.upright else (item.along, rest)


def inset(room: float, height: float) -> float:
    """The offset that centres text of this height in a higher card, on the grid."""
    return math.floor((room - height) / 2 / GRID) * GRID


def _share_columns(placed: Sequence[Placed]) -> None:
    cards = [each.card for each in placed if each.card.kind != "reference"]
    columns = columns_of(cards, [row for each in placed for row in each.rows])
    for each in placed:
        each.columns = columns


def _has_pair(card: Card) -> bool:
    """True if a card's first lines are its value and its gradient, so that a pair of lines can start and end there."""
    return [line.kind for line in card.lines[:2]] == ["value", "grad"]


def _series(card: Card) -> tuple[str, int] | None:
    """The name of a leaf without its number, and the number; None if it has none."""
    numbered = re.fullmatch(r"(.*?)[\[_]?([0-9₀-₉]{1,9})\]?", card.head) if card.kind == "leaf" else None
    return (numbered[1], int(numbered[2].translate(DIGITS))) if numbered else None


class _Level(Level):
    """A level whose items are cards and frames, itself nested in this number of `frames`."""

    def __init__(self, plan: Arrangement, frames: int, items: Iterable[Item], links: Iterable[Link]) -> None:
        self.plan = plan
        if plan.upright:
            self.most = plan.most
            self.room = plan.room - frames * (FRAME_HEAD + FRAME_PADDING)
        if plan.scheme.flat:
            self.straight, self.crossing = FLAT_STRAIGHT, FLAT_CROSSING
        super().__init__(items, links)

    def measure(self, items: list[Item]) -> None:
        """Set the sizes of the items of a rank: a card is as long across as its arguments need."""
        plan = self.plan
        placed = [plan.placed[item.key] for item in items if item not in plan.frame_items.values()]
        towers = [[each, each.tail] if each.tail else [each] for each in placed]
        for each in [one for tower in towers for one in tower]:
            each.height = grown(each.top + LINE * len(each.card.lines) + (PADDING if each.card.lines else 0.0))
        if plan.scheme.flat:
            _flatten(placed)
        for each in placed:
            item, width, rest = each.item, each.flat.width if each.flat else each.columns.width, each.tail_height
            if each.card.kind == "reference":
                width, each.height = grown(text_width(each.card.head, LABEL) + CLEAR), HEAD
            item.along, item.across = (each.height + rest, width) if plan.upright else (width, each.height)
            strips = [plan.entering(hop.link.arrow)[0] for hop in item.ins]
            room = sum(strip.before + strip.after for strip in strips)
            item.across = grown(max(item.across, room))
            middle = item.across / 2
            if not plan.upright and _has_pair(each.card) and not each.rows:  # so that a chain is straight
                middle = inset(item.across, each.height) + HEAD + PADDING / 2 + LINE
            start = middle - (strips[0].before if len(strips) == 1 else room / 2)
            start = min(max(start, 0.0), item.across - room + CLEAR * (len(strips) == 1))
            item.across += 0.0 if plan.upright else rest
            for hop, strip in zip(item.ins, strips, strict=True):
                hop.link.enters = start + strip.before
                start += strip.before + strip.after

    def shifts(self, hop: Hop) -> bool:
        """True if the lines of a pair change their distance: they are closer where they pass than at their label."""
        plan, arrow = self.plan, hop.link.arrow
        apart = plan.leaving.get(hop.source)
        passing = -PAIR / 2, PAIR / 2
        leaving = passing if not hop.source.is_card else plan.entering(arrow)[1] if apart is None else (-apart / 2, apart / 2)
        return leaving != (plan.entering(arrow)[1] if hop.target.is_card else passing)

    def spread(self, item: Item, count: int) -> list[float]:
        """Links leave around the middle; the lines of a single one start at the value and end at the gradient."""
        plan = self.plan
        if item in plan.frame_items.values() or not count:
            return super().spread(item, count)
        placed = plan.placed[item.key]
        last = placed.tail or placed
        room = last.height if placed.tail and not plan.upright else item.across
        if count == 1 and not _has_pair(last.card):
            return [item.across - room / 2]
        if count == 1 and not plan.upright:
            return [item.across - room + inset(room, last.height) + last.top + PADDING / 2 + LINE]
        pitch = min(2 * PAIR, (room - PADDING) / count)
        plan.leaving[item] = min(PAIR, pitch / 2)
        return [item.across - room / 2 + (k - (count - 1) / 2) * pitch for k in range(count)]
