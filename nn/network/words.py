"""Text about a network: title, sentence, description, facts about a neuron, and the text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from autograd import Value
from autograd.extend import as_index, counted, listed, shown, text_table
from nn.network.layout import Layout
from nn.network.maps import Maps, boundary_level
from nn.network.numbers import Numbers, link_numbers
from nn.network.structure import Network

WORDS = {"weight": "weight", "grad": "gradient", "update": "update"}
MAX_CLASSES = 10  # colours of the palette
MAX_LISTED = 12  # values of a column in a text
NO_GRADIENTS = "No gradients yet: call backward(), or give x, y and a loss."
NO_GRADIENTS_OF_LOSS = "No gradient of the loss reaches a parameter."


def has_plane(network: Network) -> bool:
    """True if the classes of its outputs can be shown over a plane."""
    return len(network.columns[-1].units) <= MAX_CLASSES


@dataclass(frozen=True)
class NetworkWords:
    """The words about one picture of a network: `show` is what its links show."""

    network: Network
    numbers: Numbers
    show: str
    maps: Maps | None
    layout: Layout

    def title(self) -> str:
        """The model and what its links show."""
        loss = self.numbers["loss"]
        return f"{self.network.title}: {WORDS[self.show]}s{'' if loss is None else f' at a loss of {shown(loss, 4)}'}"

    def answer(self) -> int | None:
        """The index, among the units, of the largest of several outputs; None without values."""
        values, first = self.numbers["value"], self.network.firsts[-1]
        if values is None or len(values) - first < 2:
            return None
        known = {i: x for i, x in enumerate(values[first:], first) if x is not None and x == x}
        return max(known, key=known.__getitem__, default=None)

    def lead(self) -> str:
        """The meaning of the line on the large map, if there is one; otherwise empty."""
        if self.maps is None or not has_plane(self.network):
            return ""
        single = len(self.network.columns[-1].units) == 1
        where = f"the output is {boundary_level(self.maps.grids[-1]):g}" if single else "another output becomes the largest"
        return f"The line on the large map is where {where}."

    def chosen(self) -> str:
        """A note on which neurons of wide layers are drawn: the `strongest` ones."""
        columns = self.network.columns
        wide = [more.column for more in self.layout.more if more.column >= 0]
        names = [columns[k].title for k in wide if k + 1 < len(columns)]
        parts = [f"Of {listed(names, 4)}, only the neurons that contribute most to the next layer are drawn."] if names else []
        if len(wide) > len(names):
            drawn = "first neurons" if self.numbers["value"] is None else "largest outputs"
            parts.append(f"Of {columns[-1].title}, only the {drawn} are drawn.")
        return " ".join(parts)

    def sentence(self) -> str:
        """What the picture shows, and what its layout leaves out; the script of the page says the same."""
        largest, values = self.answer(), self.numbers["value"]
        parts = [self.lead(), self.chosen()]
        if largest is not None and values is not None:
            value = shown(values[largest] or 0.0, 4)
            parts.append(f"The largest output is {value}, that of {self.network.units[largest].label}.")
        return " ".join(filter(None, (*parts, self._strongest())))

    def _strongest(self) -> str:
        word, xs = WORDS[self.show], link_numbers(self.numbers, self.show)
        if xs is None:
            return NO_GRADIENTS if self.numbers["loss"] is None else NO_GRADIENTS_OF_LOSS
        sizes = [-1.0 if x is None or x != x else abs(x) for x in xs]
        most = max(sizes)
        if most < 0.0:
            return f"No {word} is known."
        at = sizes.index(most)
        x, (parameter, name) = xs[at] or 0.0, next(islice(self.network.parameters.items(), at, None))
        if x == 0.0:
            return f"Every {word} is 0."
        rule = f" = −{shown(self.numbers['rate'], 4)} · gradient" if self.show == "update" else ""
        hidden = "" if parameter in self._drawn() else ", which is not drawn"
        return f"The largest {word}{rule} is {shown(x, 4)}, of {as_index(name)}{hidden}."

    def _drawn(self) -> set[Value | None]:
        """The parameters that have a line, a ring or a place in an image."""
        units, layout = self.network.units, self.layout
        found: set[Value | None] = {units[link.target].weights[link.position] for link in layout.links}
        found.update(units[circle.unit].bias for circle in layout.circles)
        found.update(weight for image in layout.images if image.unit is not None for weight in units[image.unit].weights)
        return found

    def description(self) -> str:
        """A description of the network for those who cannot see it."""
        first, *layers = self.network.columns
        columns = listed([f"{column.title} with {column.note}" for column in layers], 6)
        return f"{counted(len(first.units), 'input')}, then {columns}. {self.sentence()}"

    def facts(self, index: int, bias: float | None) -> str:
        """What is known about a neuron, or about an input, which has no bias."""
        unit, values, slopes = self.network.units[index], self.numbers["value"], self.numbers["slope"]
        given = ("value", values[index] if values else None), ("gradient", slopes[index] if slopes else None), ("bias", bias)
        known = [f"{word} {shown(x, 4)}" for word, x in given if x is not None]
        return f"{unit.name}: {', '.join(known)}" if known else unit.name

    def as_text(self) -> str:
        """Title, sentence, and a line for each column, for a terminal."""
        rows, xs = [], self.numbers["value"]
        for column, first in zip(self.network.columns, self.network.firsts, strict=True):
            values = ["?" if x is None else shown(x, 4) for x in xs[first : first + len(column.units)]] if xs else []
            if column.note:
                rows.append((column.title, f"{column.note}: {_cut(values)}" if values else column.note))
            else:
                names = [unit.name for unit in column.units]
                pairs = [f"{name} = {value}" for name, value in zip(names, values, strict=True)] if values else names
                rows.append((column.title, _cut(pairs)))
        return "\n".join([self.title(), self.sentence(), *text_table(rows)])


def _cut(texts: Sequence[str]) -> str:
    more = [f"{len(texts) - MAX_LISTED} more"] if len(texts) > MAX_LISTED else []
    return ", ".join([*texts[:MAX_LISTED], *more])
