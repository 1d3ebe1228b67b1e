"""paths: a derivative as the sum over all paths; the largest are found without walking them all."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from itertools import count
from typing import NamedTuple

from autograd._check import checked_integer, checked_value
from autograd._format import shown, text_table
from autograd._html import card, note, table
from autograd.formulas.printer import TEXT, abridged
from autograd.graph import Graph, uses_in
from autograd.names import spelled
from autograd.value import Value

# |product| in a form that never overflows: the number of non-finite factors, minus the number of zeros; the exponent
# and mantissa of the product of the rest. Compared in this order, the best end of a path does not depend on its beginning.
Weight = tuple[int, int, int, float]
ONE: Weight = (0, 0, 1, 0.5)


class Path(NamedTuple):
    """One path from x to the root: its nodes, the partials along it, and their product.

    >>> from autograd import Value, paths
    >>> x = Value(3.0, label="x")
    >>> path = paths(x, of=2.0 * x * x)[0]
    >>> path.partials, path.product
    ((2.0, 3.0), 6.0)
    """

    nodes: tuple[Value, ...]
    partials: tuple[float, ...]
    product: float


class Paths(tuple[Path, ...]):
    """The largest paths as a tuple. `total` is the number of all paths, `sum` the sum of all their products.

    >>> from autograd import Value, paths
    >>> x = Value(3.0, label="x")
    >>> found = paths(x, of=x * x + 2.0 * x)
    >>> len(found), found.total, found.sum
    (3, 3, 8.0)
    """

    total: int
    sum: float
    _names: Mapping[Value, str]
    _swapped: bool

    def __repr__(self) -> str:
        rows = [(route(path, self._names), " = ".join(dict.fromkeys((_product(path), shown(path.product))))) for path in self]
        return "\n".join([*text_table(rows), *self._more(), self._total()])

    def _repr_html_(self) -> str:
        rows = [(route(path, self._names), _product(path), shown(path.product)) for path in self]
        shown_paths = table(("path", "partials", "product"), rows, kinds="tts") if rows else ""
        return card(self._total(), shown_paths, *map(note, self._more()))

    def _more(self) -> list[str]:
        return [f"… and {_count(self.total - len(self))} more"] if len(self) < self.total else []

    def _total(self) -> str:
        swapped = "; the paths lead the other way: swap x and of" if self._swapped else ""
        return f"{_count(self.total)} {'path' if self.total == 1 else 'paths'}; sum of products {shown(self.sum)}{swapped}"


def paths(x: Value, of: Value | None = None, *, max_paths: int = 20) -> Paths:
    """The paths from x to `of` with the products of their partials, the largest |product| first.

    At most `max_paths` are found, the others only counted. All products together add up to ∂of/∂x. Paths
    with NaN or infinite partials come first, those with partials of 0 last; equal ones in the order of the arguments.
    They are paths of the graph as recorded, along edges on which gradient flows: none leads to a branch not taken or
    to a frozen leaf.
    TypeError if x or of is not a Value or max_paths not an integer; ValueError if max_paths is below 1.

    >>> x, y = Value(3.0, "x"), Value(2.0, "y")
    >>> a, b = x * y, -4.0 * x
    >>> a.label, b.label = "a", "b"
    >>> L = 2.0 * a * b
    >>> L.label = "L"
    >>> paths(x, L)
    x → a → v₃ → L  2·2·(−12) = −48
    x → b → L       −4·12 = −48
    2 paths; sum of products −96
    """
    x, of = (checked_value("paths(x, of={})", name, given) for name, given in (("x", x), ("of", of)))
    max_paths = checked_integer("paths: max_paths", max_paths, at_least=1)
    graph = Graph(of)
    names = spelled(graph.names_with(x))
    search = _Search(x, graph)
    found = Paths(search.largest(max_paths))
    found.total, found.sum, found._names = search.total(), graph.adjoints.get(x, 0.0), names
    found._swapped = x not in graph and of in Graph(x)
    return found


class _Search:
    """The paths from x to the root of a graph."""

    def __init__(self, x: Value, graph: Graph) -> None:
        self.x, self.graph = x, graph
        (self.root,) = graph.roots
        self.best: dict[Value, Weight] = {x: ONE}  # over all paths from x to a node
        for node in graph:
            weights = [weight for weight, _ in self._edges(node)]
            if weights:
                self.best[node] = max(weights)
        self._ranked: dict[Value, list[tuple[Weight, int]]] = {}  # no cache(…) of self: it would keep the graph alive

    def _edges(self, node: Value) -> Iterator[tuple[Weight, int]]:
        """The arguments on a path, by position, with the weight of the best path through each."""
        for position, arg, partial in uses_in(node):
            if partial is not None and arg in self.best:
                yield _times(_weight(partial), self.best[arg]), position

    def ranked(self, node: Value) -> list[tuple[Weight, int]]:
        """The result of `_edges`, best first."""
        if node not in self._ranked:
            self._ranked[node] = sorted(self._edges(node), key=lambda edge: edge[0], reverse=True)
        return self._ranked[node]

    def total(self) -> int:
        """The number of paths, counted from the root down; a node's count is dropped once it has been passed on."""
        counts = {self.root: 1} if self.root in self.best else {}
        for node in reversed(self.graph.nodes):
            here = counts.pop(node, 0)
            if node is self.x:
                return here
            for _, i in self._edges(node) if here else ():
                counts[node.args[i]] = counts.get(node.args[i], 0) + here
        return 0

    def largest(self, most: int) -> Iterator[Path]:
        """The best path, then repeatedly the best one that branches off from a path already found (Lawler's partition).

        A candidate follows a known path down to some node, takes an edge of lower rank there, and the best edges from
        then on. A path is the list of those ranks, from the root down.
        """
        serial = count()
        candidates: list[tuple[tuple[float, ...], int, list[int], int]] = []
        if self.root in self.best:
            candidates.append(((), next(serial), [], 0))
        while candidates and most:
            *_, ranks, turn = heapq.heappop(candidates)
            path, turns = self._follow(ranks, turn)
            yield path
            most -= 1
            for weight, depth in heapq.nlargest(most, turns, key=lambda found: found[0]):
                cost = tuple(-part for part in weight)
                heapq.heappush(candidates, (cost, next(serial), [*ranks[:depth], ranks[depth] + 1], depth))

    def _follow(self, ranks: list[int], turn: int) -> tuple[Path, list[tuple[Weight, int]]]:
        """The path with these ranks, padded with 0, and where candidates may branch off it, from depth `turn` on."""
        nodes, partials, product = [self.root], list[float](), 1.0
        weight, turns = ONE, []
        while nodes[-1] is not self.x:
            node, depth = nodes[-1], len(partials)
            if depth == len(ranks):
                ranks.append(0)
            ranked = self.ranked(node)
            if depth >= turn and ranks[depth] + 1 < len(ranked):
                turns.append((_times(weight, ranked[ranks[depth] + 1][0]), depth))
            i = ranked[ranks[depth]][1]
            partial = node.partials[i]
            assert partial is not None
            weight = _times(weight, _weight(partial))
            product *= partial
            nodes.append(node.args[i])
            partials.append(partial)
        return Path(tuple(nodes[::-1]), tuple(partials[::-1]), product), turns


def _weight(partial: float) -> Weight:
    if not math.isfinite(partial):
        return (1, 0, 1, 0.5)
    if partial == 0.0:
        return (0, -1, 1, 0.5)
    mantissa, exponent = math.frexp(abs(partial))
    return (0, 0, exponent, mantissa)


def _times(one: Weight, other: Weight) -> Weight:
    mantissa, exponent = math.frexp(one[3] * other[3])
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2] + exponent, mantissa)


def route(path: Path, names: Mapping[Value, str]) -> str:
    """The nodes of a path by their names: `x → a → L`."""
    return " → ".join(abridged([names[node] for node in path.nodes], "…"))


def _product(path: Path) -> str:
    return TEXT.numbered.product(abridged(path.partials, TEXT.dots)).text


def _count(n: int) -> str:
    """A number of paths, which may have thousands of digits.

    >>> _count(1234), _count(2**500)
    ('1,234', 'about 3.27·10^150')
    """
    if n < 10**15:
        return f"{n:,}"
    digits = math.log10(n)
    return f"about {10 ** (digits % 1):.3g}·10^{int(digits)}"
