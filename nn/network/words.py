"""Text about a network: title, sentence, description, facts about a neuron, and the text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
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


def title(network: Network, numbers: Numbers, show: str) -> str:
    """The title of the picture: the model and what its links show."""
    loss = numbers["loss"]
    return f"{network.title}: {WORDS[show]}s{'' if loss is None else f' at a loss of {shown(loss, 4)}'}"


def has_plane(network: Network) -> bool:
    """True if the classes of its outputs can be shown over a plane."""
    return len(network.columns[-1].units) <= MAX_CLASSES


def answer(network: Network, numbers: Numbers) -> int | None:
    """The index, among the units, of the largest of several outputs; None without values."""
    values, first = numbers["value"], network.firsts[-1]
    if values is None or len(values) - first < 2:
        return None
    known = {i: x for i, x in enumerate(values[first:], first) if x is not None and x == x}
    return max(known, key=known.__getitem__, default=None)


def lead(network: Network, maps: Maps | None) -> str:
    """The meaning of the line on the large map, if there is one; otherwise empty."""
    if maps is None or not has_plane(network):
        return ""
    outputs = len(network.columns[-1].units)
    level = "" if outputs > 1 else f"{boundary_level(maps.grids[-1]):g}"
    return "The line on the large map is where " + (f"the output is {level}." if level else "another output becomes the largest.")


def chosen(network: Network, layout: Layout) -> str:
    """A note on which neurons of wide layers are drawn: the `strongest` ones."""
    wide = [more.column for more in layout.more if more.column >= 0]
    names = [network.columns[k].title for k in wide if k + 1 < len(network.columns)]
    parts = [f"Of {listed(names, 4)}, only the neurons that contribute most to the next layer are drawn."] if names else []
    if len(wide) > len(names):
        parts.append(f"Of {network.columns[-1].title}, only the largest outputs are drawn.")
    return " ".join(parts)


def sentence(network: Network, numbers: Numbers, show: str, maps: Maps | None, layout: Layout) -> str:
    """What the picture shows, and what this layout leaves out; the script of the page says the same."""
    largest = answer(network, numbers)
    parts = [lead(network, maps), chosen(network, layout)]
    if largest is not None and numbers["value"] is not None:
        value = shown(numbers["value"][largest] or 0.0, 4)
        parts.append(f"The largest output is {value}, that of {network.units[largest].label}.")
    return " ".join(part for part in (*parts, _strongest(network, numbers, show, layout)) if part)


def _strongest(network: Network, numbers: Numbers, show: str, layout: Layout) -> str:
    word, xs = WORDS[show], link_numbers(numbers, show)
    if xs is None:
        return NO_GRADIENTS if numbers["loss"] is None else NO_GRADIENTS_OF_LOSS
    sizes = [-1.0 if x is None or x != x else abs(x) for x in xs]
    most = max(sizes)
    if most < 0.0:
        return f"No {word} is known."
    at = sizes.index(most)
    x, (parameter, name) = xs[at] or 0.0, next(islice(network.parameters.items(), at, None))
    if x == 0.0:
        return f"Every {word} is 0."
    rule = f" = −{shown(numbers['rate'], 4)} · gradient" if show == "update" else ""
    hidden = "" if parameter in _drawn(network, layout) else ", which is not drawn"
    return f"The largest {word}{rule} is {shown(x, 4)}, of {as_index(name)}{hidden}."


def _drawn(network: Network, layout: Layout) -> set[Value | None]:
    """The parameters that have a line, a ring or a place in an image."""
    units = network.units
    found: set[Value | None] = {units[link.target].weights[link.position] for link in layout.links}
    found.update(units[circle.unit].bias for circle in layout.circles)
    found.update(weight for image in layout.images if image.unit is not None for weight in units[image.unit].weights)
    return found


def description(network: Network, numbers: Numbers, show: str, maps: Maps | None, layout: Layout) -> str:
    """A description of the network for those who cannot see it."""
    first, *layers = network.columns
    columns = listed([f"{column.title} with {column.note}" for column in layers], 6)
    return f"{counted(len(first.units), 'input')}, then {columns}. {sentence(network, numbers, show, maps, layout)}"


def facts(network: Network, numbers: Numbers, index: int, bias: float | None) -> str:
    """What is known about a neuron, or about an input, which has no bias."""
    unit = network.units[index]
    known = [
        f"{word} {shown(x, 4)}"
        for word, xs in (("value", numbers["value"]), ("gradient", numbers["slope"]))
        if xs is not None and (x := xs[index]) is not None
    ]
    if bias is not None:
        known.append(f"bias {shown(bias, 4)}")
    return f"{unit.name}: {', '.join(known)}" if known else unit.name


def as_text(network: Network, numbers: Numbers, show: str, maps: Maps | None, layout: Layout) -> str:
    """Title, sentence, and a line for each column."""
    rows = []
    for column, first in zip(network.columns, network.firsts, strict=True):
        xs = numbers["value"]
        values = ["?" if x is None else shown(x, 4) for x in xs[first : first + len(column.units)]] if xs else []
        if column.note:
            rows.append((column.title, f"{column.note}: {_cut(values)}" if values else column.note))
        else:
            names = [unit.name for unit in column.units]
            pairs = [f"{name} = {value}" for name, value in zip(names, values, strict=True)] if values else names
            rows.append((column.title, _cut(pairs)))
    said = sentence(network, numbers, show, maps, layout)
    return "\n".join([title(network, numbers, show), said, *text_table(rows)])


def _cut(texts: Sequence[str]) -> str:
    more = [f"{len(texts) - MAX_LISTED} more"] if len(texts) > MAX_LISTED else []
    return ", ".join([*texts[:MAX_LISTED], *more])
