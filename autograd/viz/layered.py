"""A layered layout: items in ranks along the direction of time, and for each link the ports and the lanes it runs through.

All coordinates are (u, v): u along the direction of time, v across it. A level holds items; an item may be a frame, with a
level of its own, which was laid out before. Between two ranks there is first a zone in which links cross, then one in which
each runs straight into its port, in a strip of its own, which is where its label stands. So no label can lie on a line.
Items that do not pass stand on the grid, if their sizes are on it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

GRID = 8.0  # pixels; cards and frames stand on it
SWEEPS = (False, 5), (True, 3)  # at most so many, in which items follow those before or after them, then both
STRAIGHT_ENOUGH = 0.25
STRAIGHT = 12.0  # after a rank and before the next one: room for arrowheads
MIN_CROSSING, MAX_CROSSING = 16.0, 72.0  # of the zone in which links cross; there is none where all run straight
PASSING = 8.0  # the room of a link that passes, on each side of its middle
STEEPNESS = 0.2  # how much wider that zone is for links that go far across


def snapped(x: float) -> float:
    """The nearest line of the grid.

    >>> snapped(11.0), snapped(13.0)
    (8.0, 16.0)
    """
    return math.floor(x / GRID + 0.5) * GRID


def grown(x: float) -> float:
    """The next line of the grid: a length with room for this one.

    >>> grown(16.0), grown(17.0)
    (16.0, 24.0)
    """
    return math.ceil(x / GRID) * GRID


@dataclass(eq=False)
class Item:
    """Something with a size that stands in a rank; a link that passes through a rank has an item there, too (`passing`)."""

    key: str
    along: float = 0.0
    across: float = 0.0
    passing: bool = False
    frame: bool = False
    series: tuple[str, int] | None = None  # of a leaf: its name without its number, and the number
    ins: list[Hop] = field(default_factory=list)
    outs: list[Hop] = field(default_factory=list)
    rank: int = 0
    packed: float = 0.0  # where it would be across in its rank, if there were no more than gaps between its items
    u: float = 0.0
    v: float = 0.0

    @property
    def is_card(self) -> bool:
        """Do lines end here? They have arrowheads then."""
        return not (self.passing or self.frame)


@dataclass(eq=False)
class Hop:
    """A link's way from one item to one in the next rank; the ports are offsets from the items' beginnings across."""

    link: Link
    source: Item
    target: Item
    leaves: float = 0.0
    enters: float = 0.0


@dataclass(eq=False)
class Link:
    """A connection inside a level; from or to the wall around it if the source or the target is None.

    `label` is the room along that its label takes, before its target. `enters` and `leaves` are offsets from the beginnings of
    its target and its source, if these are frames, which know them already.
    """

    arrow: str
    source: Item | None
    target: Item | None
    label: float = 0.0
    enters: float = 0.0
    leaves: float | None = None
    hops: list[Hop] = field(default_factory=list)


class Level:
    """Items and links, in ranks, and once `lay_out` was called in their places: `along` and `across` is its size then.

    `room` is how far across it may go, if the ranks fit there. A rank holds no more than `most` items, besides those that pass.
    """

    gap, passing_gap = 16.0, 8.0  # between two items, and beside one that passes
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
        """Give everything its place; the sizes of frames are known, and where links leave and enter them."""
        for rank in self.ranks:
            self.measure([item for item in rank if not item.passing])
        self._ports()
        self._across()
        self.place_along()

    def measure(self, items: list[Item]) -> None:
        """Set the sizes of the items of one rank, and where links enter them."""

    def spread(self, item: Item, count: int) -> list[float]:
        """Where that many links leave an item."""
        return [item.across * (k + 0.5) / count for k in range(count)]

    def shifts(self, hop: Hop) -> bool:
        """Does a link leave and enter in other lanes, even where it runs straight?"""
        return False

    # -- ranks -----------------------------------------------------------------------------------------

    def _rank(self) -> None:
        """As late as possible: an item stands right before the first of its users, so that weights stand where they are used.

        What several items share stands one rank further away, if they also have leaves of their own: those are next to them.
        A result that nothing uses stands as early as possible.
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
            item.rank = last - late[item]  # from 1 on: 0 is the wall before
        self.last = last

    def _ends(self, ordered: Sequence[Item], sources: Mapping[Item, Sequence[Item]]) -> dict[Item, int]:
        """Ranks from the end, where the wall is: 1, but for what nothing uses, which has the longest path to it."""
        depth: dict[Item, int] = {}
        for item in ordered:
            depth[item] = 1 + max([depth[source] for source in sources[item]], default=0)
        most, used = max(depth.values(), default=0), {link.source for link in self.links.values()}
        return {item: 1 if item in used else 1 + most - depth[item] for item in self.items}

    @staticmethod
    def _series(items: Iterable[Item]) -> Iterable[list[Item]]:
        """Those leaves that differ in the numbers of their names alone, as x1 and x2, in the order of the numbers."""
        found: dict[str, list[Item]] = {}
        for item in items:
            if item.series is not None:
                found.setdefault(item.series[0], []).append(item)
        return [sorted(several, key=lambda item: item.series or ("", 0)) for several in found.values()]

    def _connect(self) -> None:
        """Hops from rank to rank, with an item for each rank that a link passes."""

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
        """As they are met on the way back from the results, arguments in their order; x1 stands before x2."""
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
        """Where links leave: in the order of what they lead to, unless the source, as a frame, says where."""
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
        """Where the items of a rank stand if they are packed; and how wide it is then."""
        end = 0.0
        for k, item in enumerate(rank):
            if k:
                end += self.passing_gap if item.passing or rank[k - 1].passing else self.gap
            item.packed, end = end, end + item.across
        return end

    def _pull(self, k: int, *, ins: bool = False, outs: bool = False) -> None:
        """Move the items of a rank to where their neighbours want them, as far as there is room."""
        wanted = []
        for item in self.ranks[k]:
            pulls = [hop.source.v + hop.leaves - hop.enters for hop in item.ins] if ins else []
            pulls += [hop.target.v + hop.enters - hop.leaves for hop in item.outs] if outs else []
            wanted.append(sum(pulls) / len(pulls) if pulls else item.v)
        self._settle(k, wanted)

    def _settle(self, k: int, wanted: list[float]) -> None:
        """Positions as near as possible to those wanted, in least squares, in the given order, without overlaps, in the room.

        They are on the grid, but for items that pass and touch no other.
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
        """Move the port of a single link by what the grid put it off."""
        for item in self.items:
            if item.is_card and len(item.outs) == 1:
                (hop,) = item.outs
                off = hop.target.v + hop.enters - item.v - hop.leaves
                hop.leaves += off if abs(off) <= GRID / 2 else 0.0

    def place_along(self) -> None:
        """Where each rank stands; this alone depends on the room of labels."""
        u = 0.0
        self.channels: list[tuple[float, float]] = []  # for each rank: where the zone begins in which links cross, and ends
        for rank in self.ranks:
            hops = [hop for item in rank for hop in item.ins]
            far = max((abs(hop.source.v + hop.leaves - hop.target.v - hop.enters) for hop in hops), default=0.0)
            bends = far > STRAIGHT_ENOUGH or any(map(self.shifts, hops))
            labels = max((hop.link.label for hop in hops if hop.target is hop.link.target), default=0.0)
            begin = u + self.straight * any(hop.source.is_card for hop in hops) * (1.0 if bends else 0.5)
            end = begin + (min(MAX_CROSSING, self.crossing + STEEPNESS * far) if bends else 0.0)
            after = labels + self.straight * any(hop.target.is_card for hop in hops)
            u = snapped(end + after) if bends else grown(end + after)  # a zone may be a little shorter
            end = u - after
            self.channels.append((begin, end))
            width = max((item.along for item in rank), default=0.0)
            for item in rank:
                item.u = u + (0.0 if item.ins and not item.outs else width - item.along)
            u += width
        self.along = u

    def way(self, arrow: str) -> list[tuple[float, float]]:
        """The turning points of a link, in the level: straight from the even to the odd ones, curved from the odd to the even."""
        points = []
        for hop in self.links[arrow].hops:
            source, target = hop.source, hop.target
            begin, end = self.channels[target.rank]
            start = source.v + hop.leaves
            stop = target.v + hop.enters
            points += [(source.u + source.along, start), (begin, start), (end, stop), (target.u, stop)]
        return points


def _in_line(item: Item) -> float:
    """Where an item is in line with the one before it in a chain; elsewhere where it is."""
    if len(item.ins) == 1 and len(item.ins[0].source.outs) == 1:
        (hop,) = item.ins
        return hop.source.v + hop.leaves - hop.enters
    return item.v
