"""A layered layout: items in ranks along the direction of time, and the ports and the path of each link.

All coordinates are (u, v): u along the direction of time, v across it. A level holds items; an item may be a frame around a
level of its own, which is laid out first. Between two ranks there is first a zone where links cross, then one where each runs
straight into its port, in a strip of its own that also holds its label. So no label can lie on a line.
Items (except passing ones) are aligned to the grid if their sizes are multiples of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

GRID = 8.0  # pixels; cards and frames stand on it
SWEEPS = (False, 5), (True, 3)  # rounds at most: 5 that align items with neighbours on one side, then 3 with both
STRAIGHT_ENOUGH = 0.25
STRAIGHT = 12.0  # after a rank and before the next one: room for arrowheads
MIN_CROSSING, MAX_CROSSING = 16.0, 72.0  # lengths of the zone where links cross; it is absent where all run straight
PASSING = 8.0  # the room on each side of a passing link
STEEPNESS = 0.2  # growth of the crossing zone per pixel that a link moves across


def snapped(x: float) -> float:
    """x rounded to the nearest grid line.

    >>> snapped(11.0), snapped(13.0)
    (8.0, 16.0)
    """
    return math.floor(x / GRID + 0.5) * GRID


def grown(x: float) -> float:
    """x rounded up to the next grid line, as a length with room for x.

    >>> grown(16.0), grown(17.0)
    (16.0, 24.0)
    """
    return math.ceil(x / GRID) * GRID


@dataclass(eq=False)
class Item:
    """Something with a size in a rank; a link that passes through a rank has an item there, too (`passing`)."""

    key: str
    along: float = 0.0
    across: float = 0.0
    passing: bool = False
    frame: bool = False
    series: tuple[str, int] | None = None  # of a leaf: its name without its number, and the number
    ins: list[Hop] = field(default_factory=list)
    outs: list[Hop] = field(default_factory=list)
    rank: int = 0
    packed: float = 0.0  # its offset across when its rank is packed: with nothing but gaps between the items
    u: float = 0.0
    v: float = 0.0

    @property
    def is_card(self) -> bool:
        """True if lines end here, with arrowheads."""
        return not (self.passing or self.frame)


@dataclass(eq=False)
class Hop:
    """A link's segment from one item to one in the next rank; its ports are offsets across from the start of each item."""

    link: Link
    source: Item
    target: Item
    leaves: float = 0.0
    enters: float = 0.0


@dataclass(eq=False)
class Link:
    """A connection inside a level; source or target is None for the wall around it.

    `label` is the length along that its label takes before the target. `enters` is the offset of its port on the target,
    `leaves` that on the source if it is a frame, whose ports are fixed; else None.
    """

    arrow: str
    source: Item | None
    target: Item | None
    label: float = 0.0
    enters: float = 0.0
    leaves: float | None = None
    hops: list[Hop] = field(default_factory=list)


class Level:
    """Items and links, arranged in ranks; `lay_out` places them and sets the size of the level, `along` and `across`.

    `room` is the size across that it may take, if the ranks fit. A rank holds at most `most` items, passing ones not counted.
    """

    gap, passing_gap = 16.0, 8.0  # between two items, and beside a passing one
    room = most = math.inf
    straight, crossing = STRAIGHT, MIN_CROSSING

    def __init__(self, items: Iterable[Item], links: Iterable[Link]) -> None:
        self.items, self.links = list(items), {link.arrow: link for link in links}
        self.entering = sum(link.source is None for link in self.links.values())  # through the wall
        self.leaving = sum(link.target is None for link in self.links.values())
        self._rank()
        self._connect()
        self._order()

    def lay_out(self) -> None:
        """Give everything its place; frames already have their sizes and ports."""
        for rank in self.ranks:
            self.measure([item for item in rank if not item.passing])
        self._ports()
        self._across()
        self.place_along()

    def measure(self, items: list[Item]) -> None:
        """Set the sizes of the items of one rank, and the offsets at which links enter them."""

    def spread(self, item: Item, count: int) -> list[float]:
        """The offsets at which `count` links leave an item."""
        return [item.across * (k + 0.5) / count for k in range(count)]

    def shifts(self, hop: Hop) -> bool:
        """True if the lines of a link have different lanes at its two ends, even where it runs straight."""
        return False

    # -- ranks -----------------------------------------------------------------------------------------

    def _rank(self) -> None:
        """Place each item as late as possible, right before its first user, so that weights stand where they are used.

        An item shared by users that also have leaves of their own goes one rank further away: those leaves are next to them.
        A result that nothing uses goes as early as possible.
        """
        users: dict[Item, list[Item]] = {item: [] for item in self.items}
        sources: dict[Item, list[Item]] = {item: [] for item in self.items}
        sorter = TopologicalSorter[Item](sources)
        for link in self.links.values():
            if link.source is not None and link.target is not None:
                users[link.source].append(link.target)
                sources[link.target].append(link.source)
                sorter.add(link.target, link.source)
        owners = {user[0] for item, user in users.items() if not sources[item] and len(user) == 1}
        ordered = list(sorter.static_order())  # items before their users
        late, held = self._ends(ordered, sources), Counter[int]()
        for item in reversed(ordered):
            ranks = {late[user] for user in users[item]}
            shared = len(ranks) == 1 and len(set(users[item])) > 1 and not owners.isdisjoint(users[item])
            late[item] = max(ranks, default=late[item] - 1) + 1 + shared
            while held[late[item]] >= self.most:
                late[item] += 1
            held[late[item]] += 1
        for several in self._series(self.items):
            first = max(late[item] for item in several)
            late.update({item: first for item in several if late[item] == first - 1})
        last = max(late.values(), default=1) + 1
        for item in self.items:
            item.rank = last - late[item]  # from 1 on: rank 0 is the start wall
        self.last = last

    def _ends(self, ordered: Sequence[Item], sources: Mapping[Item, Sequence[Item]]) -> dict[Item, int]:
        """Ranks counted back from the end wall: 1, except for unused results, which are as early as their arguments allow."""
        depth: dict[Item, int] = {}
        for item in ordered:
            depth[item] = 1 + max([depth[source] for source in sources[item]], default=0)
        most, used = max(depth.values(), default=0), {link.source for link in self.links.values()}
        return {item: 1 if item in used else 1 + most - depth[item] for item in self.items}

    @staticmethod
    def _series(items: Iterable[Item]) -> Iterable[list[Item]]:
        """Groups of leaves whose names differ only in their numbers, as x1 and x2, in the order of the numbers."""
        found: dict[str, list[Item]] = {}
        for item in items:
            if item.series is not None:
                found.setdefault(item.series[0], []).append(item)
        return [sorted(several, key=lambda item: item.series or ("", 0)) for several in found.values()]

    def _connect(self) -> None:
        """Split links into hops from rank to rank, with a passing item in each rank between."""

        def passing(link: Link, rank: int) -> Item:
            self.items.append(Item(link.arrow, across=2 * PASSING, passing=True, rank=rank))
            return self.items[-1]

        for link in self.links.values():
            begin = link.source or passing(link, 0)
            end = link.target or passing(link, self.last)
            for rank in range(begin.rank + 1, end.rank):
                between = passing(link, rank)
                link.hops.append(Hop(link, begin, between))
                begin = between
            link.hops.append(Hop(link, begin, end))
            for hop in link.hops:
                hop.source.outs.append(hop)
                hop.target.ins.append(hop)

    # -- the order in a rank -----------------------------------------------------------------------------

    def _order(self) -> None:
        """Order each rank as items are reached going back from the results, arguments in their order; x1 comes before x2."""
        self.ranks: list[list[Item]] = [[] for _ in range(self.last + 1)]
        seen: set[Item] = set()
        stack = [item for item in self.items if not item.outs][::-1]
        while stack:
            item = stack.pop()
            if item in seen:
                continue
            seen.add(item)
            self.ranks[item.rank].append(item)
            stack += [hop.source for hop in reversed(item.ins)]
        for rank in self.ranks:
            for several in self._series(rank):
                for k, item in zip(sorted(map(rank.index, several)), several, strict=True):
                    rank[k] = item

    def _ports(self) -> None:
        """Set the ports of hops: links leave in the order of their targets, except from a frame, whose ports are fixed."""
        place = {item: k for rank in self.ranks for k, item in enumerate(rank)}
        for item in self.items:
            for hop in item.ins:
                hop.enters = PASSING if item.passing else hop.link.enters
            if item.passing or any(hop.link.leaves is not None for hop in item.outs):
                for hop in item.outs:
                    hop.leaves = PASSING if item.passing else hop.link.leaves or 0.0
                continue
            ordered = sorted(item.outs, key=lambda hop: (place[hop.target], hop.enters))
            for hop, leaves in zip(ordered, self.spread(item, len(ordered)), strict=True):
                hop.leaves = leaves

    # -- coordinates ---------------------------------------------------------------------------------------

    def _across(self) -> None:
        widths = list(map(self._pack, self.ranks))
        if self.room < math.inf:
            self.room = max(self.room, *widths)
        self.free = [self.room - width for width in widths]
        last = len(self.ranks) - 1
        for k, rank in enumerate(self.ranks):
            self._settle(k, [0.0] * len(rank))
        for both, sweeps in SWEEPS:
            before: list[float] = []
            while sweeps and before != (before := [item.v for item in self.items]):
                sweeps -= 1
                for k in range(last, -1, -1):
                    self._pull(k, outs=True, ins=both)
                for k in range(last + 1):
                    self._pull(k, ins=True, outs=both)
        self._pull(0, outs=True)
        self._pull(last, ins=True)
        for k, rank in enumerate(self.ranks):
            self._settle(k, list(map(_in_line, rank)))
        self._straighten()
        first = -grown(-min((item.v for item in self.items), default=0.0))
        for item in self.items:
            item.v -= first
        self.across = grown(max((item.v + item.across for item in self.items), default=0.0))

    def _pack(self, rank: list[Item]) -> float:
        """Set the packed offsets of the items of a rank; returns its packed width."""
        end = 0.0
        for k, item in enumerate(rank):
            if k:
                end += self.passing_gap if item.passing or rank[k - 1].passing else self.gap
            item.packed, end = end, end + item.across
        return end

    def _pull(self, k: int, *, ins: bool = False, outs: bool = False) -> None:
        """Move the items of a rank towards their neighbours, as far as there is room."""
        wanted = []
        for item in self.ranks[k]:
            pulls = [hop.source.v + hop.leaves - hop.enters for hop in item.ins] if ins else []
            pulls += [hop.target.v + hop.enters - hop.leaves for hop in item.outs] if outs else []
            wanted.append(sum(pulls) / len(pulls) if pulls else item.v)
        self._settle(k, wanted)

    def _settle(self, k: int, wanted: list[float]) -> None:
        """Place a rank as near as possible to `wanted`, in least squares: in order, without overlaps, within the room.

        Positions are on the grid, except for passing items that touch no card or frame.
        """
        rank = self.ranks[k]
        if len(rank) == 1 and self.room == math.inf:  # as in a chain
            rank[0].v = wanted[0] if rank[0].passing else snapped(wanted[0])
            return
        blocks: list[tuple[float, int, bool]] = []  # the mean of a block, how many items it holds, and whether all pass
        for item, want in zip(rank, wanted, strict=True):
            mean, count, passing = want - item.packed, 1, item.passing
            while blocks and blocks[-1][0] >= mean:
                before, many, others = blocks.pop()
                mean, count, passing = (before * many + mean * count) / (many + count), many + count, passing and others
            blocks.append((mean, count, passing))
        first, position, free = 0, -math.inf, self.free[k]
        for mean, count, passing in blocks:
            if free < math.inf:
                mean = min(max(mean, 0.0), free)
            position = max(position, mean if passing else snapped(mean))
            for item in rank[first : first + count]:
                item.v = position + item.packed
            first += count

    def _straighten(self) -> None:
        """Shift the port of an item's only outgoing link by what the grid put it off."""
        for item in self.items:
            if item.is_card and len(item.outs) == 1:
                (hop,) = item.outs
                off = hop.target.v + hop.enters - item.v - hop.leaves
                hop.leaves += off if abs(off) <= GRID / 2 else 0.0

    def place_along(self) -> None:
        """Place the ranks along; only this depends on the lengths of labels."""
        u = 0.0
        self.channels: list[tuple[float, float]] = []  # for each rank: start and end of the zone where links cross
        for rank in self.ranks:
            hops = [hop for item in rank for hop in item.ins]
            far = max((abs(hop.source.v + hop.leaves - hop.target.v - hop.enters) for hop in hops), default=0.0)
            bends = far > STRAIGHT_ENOUGH or any(map(self.shifts, hops))
            labels = max((hop.link.label for hop in hops if hop.target is hop.link.target), default=0.0)
            begin = u + self.straight * any(hop.source.is_card for hop in hops) * (1.0 if bends else 0.5)
            end = begin + (min(MAX_CROSSING, self.crossing + STEEPNESS * far) if bends else 0.0)
            after = labels + self.straight * any(hop.target.is_card for hop in hops)
            u = snapped(end + after) if bends else grown(end + after)  # may shorten a zone a little
            end = u - after
            self.channels.append((begin, end))
            width = max((item.along for item in rank), default=0.0)
            for item in rank:
                item.u = u + (0.0 if item.ins and not item.outs else width - item.along)
            u += width
        self.along = u

    def way(self, arrow: str) -> list[tuple[float, float]]:
        """The points of a link in the level; segments are straight from even to odd points, curved from odd to even."""
        points = []
        for hop in self.links[arrow].hops:
            source, target = hop.source, hop.target
            begin, end = self.channels[target.rank]
            start = source.v + hop.leaves
            stop = target.v + hop.enters
            points += [(source.u + source.along, start), (begin, start), (end, stop), (target.u, stop)]
        return points


def _in_line(item: Item) -> float:
    """The position that aligns an item with the one before it in a chain; outside a chain, its present one."""
    if len(item.ins) == 1 and len(item.ins[0].source.outs) == 1:
        (hop,) = item.ins
        return hop.source.v + hop.leaves - hop.enters
    return item.v
