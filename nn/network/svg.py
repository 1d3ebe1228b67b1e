"""A network view as SVG: the picture alone, for a page, or with title, sentence and legend, for itself."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence

from autograd.extend import counted, listed, shown, text_table
from autograd.viz.palette import COLOURS, RAMP
from nn.network.layout import GAP, RADIUS, Circle, Image, Layout, Link, Text, lay_out, text_width
from nn.network.marks import MAX_CROWDED, MAX_WIDTH, Shades, fitted, largest, stroke
from nn.network.numbers import Known, Numbers, link_numbers
from nn.network.structure import Network, Unit

MAX_CROWD = 60  # links that can be wide
WORDS = {"weight": "weight", "grad": "gradient", "update": "update"}
INK, QUIET, PAPER, EDGE, PLAIN, LINE = (COLOURS[name].light for name in ("ink", "quiet", "paper", "edge", "operation", "line"))


class Picture:
    """One view of a network: its layout, drawn with some numbers."""

    def __init__(
        self, network: Network, numbers: Numbers, show: str = "weight", shape: tuple[int, int] | None = None, narrow: bool = False
    ) -> None:
        self.network, self.numbers, self.show = network, numbers, show
        self.layout: Layout = lay_out(network, shape, narrow)
        self.widest = MAX_WIDTH if len(self.layout.links) <= MAX_CROWD else MAX_CROWDED
        self.index = {parameter: i for i, parameter in enumerate(network.parameters)}
        self.quantity: Known = link_numbers(numbers, show) or [None] * len(self.index)
        self.largest = largest(self.quantity)
        count = len(network.columns[0].units)
        values = numbers["value"]
        self.shades = None if values is None else (Shades(values[:count]), Shades(values[count:]))
        self.title, self.sentence = title(network, numbers, show), sentence(network, numbers, show)

    # -- parts -----------------------------------------------------------------------------------------

    def of(self, unit: Unit, position: int | None) -> tuple[int, float | None]:
        """The index of a weight of a neuron (of its bias for None) and its number."""
        parameter = unit.bias if position is None else unit.weights[position]
        assert parameter is not None
        i = self.index[parameter]
        return i, self.quantity[i]

    def body(self) -> Iterator[str]:
        """The elements of the picture itself."""
        layout = self.layout
        yield '<g class="links" fill="none">'
        yield from map(self._link, layout.links)
        for start, end, unit in layout.bundles:
            curve = (
                f"M{_xy(start)}C{_xy(((start[0] + end[0]) / 2, start[1]))} {_xy(((start[0] + end[0]) / 2, end[1]))} {_xy(end)}"
            )
            yield f'<path class="bundle" data-to="{unit}" d="{curve}" stroke="{EDGE}" stroke-width="1"/>'
        yield "</g>"
        yield from (text_element(header, f'font-weight="bold" fill="{INK}"') for header in layout.headers)
        yield from (text_element(note, f'fill="{QUIET}"') for note in layout.notes if note.text)
        for image in layout.images:
            yield self._pixels(image) if image.unit is None else self._weights(image, image.unit)
        yield from map(self._circle, layout.circles)
        for more in layout.more:
            left, top, right, bottom = more.box
            frame = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" rx="8"'
            look = f'fill="{INK}"'
            box = f'<rect {frame} fill="{PLAIN}" stroke="{EDGE}" stroke-dasharray="3 3"/>'
            yield f'<g class="more">{box}{text_element(more.text, look)}</g>'

    def _link(self, link: Link) -> str:
        i, x = self.of(self.network.units[link.target], link.position)
        start, a, one, other, b, end = map(_xy, link.points)
        mark = stroke(x, self.largest, self.widest).attributes()
        ends = f'data-p="{i}" data-from="{link.source}" data-to="{link.target}"'
        return f'<path class="link" {ends} d="M{start}L{a}C{one} {other} {b}L{end}" {mark}/>'

    def _circle(self, circle: Circle) -> str:
        unit = self.network.units[circle.unit]
        value = None if self.numbers["value"] is None else self.numbers["value"][circle.unit]
        fill, text = PLAIN, ""
        if value is not None and self.shades is not None:
            shades = self.shades[0 if not unit.weights else 1]
            fill = shades.fill(value)
            mark = fitted(value) if math.isfinite(value) else f"⚠ {shown(value)}"
            text = f'<text class="value" text-anchor="middle" x="{circle.x:g}" y="{circle.y + 4:g}" fill="{shades.ink(value)}">{mark}</text>'
        bias = ""
        ring = f'stroke="{EDGE}" stroke-width="1"'
        if unit.bias is not None:
            i, x = self.of(unit, None)
            bias, ring = f' data-p="{i}"', stroke(x, self.largest, self.widest).attributes()
        place = f'cx="{circle.x:g}" cy="{circle.y:g}" r="{RADIUS:g}"'
        base = f'<circle class="disc" {place} fill="{fill}" stroke="{EDGE}" stroke-width="1"/>'
        over = f'<circle class="ring"{bias} {place} fill="none" {ring}/>' if bias else ""
        name = text_element(circle.name, f'class="name" fill="{INK}"')
        hint = f"<title>{_escaped(self.describe(circle.unit))}</title>"
        return f'<g class="neuron" data-unit="{circle.unit}">{hint}{base}{over}{text or self._empty(circle)}{name}</g>'

    def _empty(self, circle: Circle) -> str:
        return f'<text class="value" text-anchor="middle" x="{circle.x:g}" y="{circle.y + 4:g}" fill="{INK}"></text>'

    def _pixels(self, image: Image) -> str:
        """Inputs as an image; without values a grid."""
        values, cells = self.numbers["value"], []
        for i in range(image.rows * image.columns):
            row, column = divmod(i, image.columns)
            value = None if values is None else values[i]
            fill = PLAIN if value is None or self.shades is None else self.shades[0].fill(value)
            x, y = image.left + column * image.pixel, image.top + row * image.pixel
            cells.append(f'<rect data-unit="{i}" x="{x:g}" y="{y:g}" width="{image.pixel:g}" height="{image.pixel:g}" fill="{fill}"/>')
        left, top, right, bottom = image.box
        frame = f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" fill="none" stroke="{EDGE}"/>'
        return f'<g class="pixels">{"".join(cells)}{frame}</g>'

    def _weights(self, image: Image, unit: int) -> str:
        """The weights of a neuron, each in the place of its input: full squares are positive, hollow ones negative."""
        full, hollow = squares(
            image, [self.of(self.network.units[unit], k)[1] for k in range(image.rows * image.columns)], self.largest
        )
        left, top, right, bottom = image.box
        frame = (
            f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" fill="{PAPER}" stroke="{LINE}"/>'
        )
        positive, negative = COLOURS["positive"].light, COLOURS["negative"].light
        place = f'data-box="{left:g} {top:g} {image.pixel:g} {image.rows} {image.columns}"'
        return (
            f'<g class="weights" data-to="{unit}" {place}>{frame}<path class="full" d="{full}" fill="{positive}"/>'
            f'<path class="hollow" d="{hollow}" fill="{PAPER}" stroke="{negative}" stroke-width="1"/></g>'
        )

    def describe(self, index: int) -> str:
        """What is known of a neuron, in words."""
        unit = self.network.units[index]
        facts = []
        for name, key in (("value", "value"), ("gradient", "slope")):
            numbers = self.numbers[key]  # type: ignore[literal-required]
            if numbers is not None and numbers[index] is not None:
                facts.append(f"{name} {shown(numbers[index], 4)}")
        if unit.bias is not None:
            facts.append(f"bias {shown(unit.bias.data, 4)}")
        if unit.activation:
            facts.append(unit.activation)
        return f"{unit.name}: {', '.join(facts)}" if facts else unit.name

    # -- whole pictures ----------------------------------------------------------------------------------

    def bare(self) -> str:
        """The picture without title and legend, which a page writes itself."""
        return self._svg(self.layout.width, self.layout.height, "".join(self.body()))

    def complete(self) -> str:
        """The picture with title, sentence and legend."""
        width = max(self.layout.width, min(560.0, 340.0 + 10 * len(self.network.columns)) if self.layout.width > 360 else 360.0)
        left = (width - self.layout.width) / 2
        room = width - 2 * GAP
        lines = [
            *((line, 15.0, True) for line in wrapped(self.title, room, 15.0)),
            *((line, 12.0, False) for line in wrapped(self.sentence, room, 12.0)),
        ]
        above, y = [], 0.0
        for line, size, strong in lines:
            y += size + 7
            look = f'font-weight="bold" fill="{INK}"' if strong else f'fill="{QUIET}"'
            above.append(text_element(Text(GAP, y, line, "start", size), look))
        top = y + 18
        legend, height = self._legend(room)
        below = top + self.layout.height + 8
        body = f'<g transform="translate({left:g} {top:g})">{"".join(self.body())}</g>'
        under = f'<g class="legend" transform="translate({GAP:g} {below:g})">{legend}</g>'
        paper = f'<rect width="{width:g}" height="{below + height + 6:g}" fill="{PAPER}"/>'
        return self._svg(width, below + height + 6, paper + "".join(above) + body + under)

    def _svg(self, width: float, height: float, inside: str) -> str:
        return document(width, height, self.title, self.description, inside)

    def text(self) -> str:
        """The network as lines of text: a line for each column."""
        rows = []
        for column, first in zip(self.network.columns, self.network.firsts, strict=True):
            values = [] if self.numbers["value"] is None else self.numbers["value"][first : first + len(column.units)]
            known = ["?" if value is None else shown(value, 4) for value in values]
            if column.note:
                rows.append((column.title, column.note + (f": {_cut(known)}" if known else "")))
            else:
                names = [unit.name for unit in column.units]
                rows.append((column.title, _cut([" = ".join(pair) for pair in zip(names, known, strict=True)] if known else names)))
        return "\n".join([self.title, self.sentence, *text_table(rows)])

    @property
    def description(self) -> str:
        """The network in one or two sentences, for those who cannot see it."""
        first, *layers = self.network.columns
        parts = [f"{column.title} with {column.note}" for column in layers]
        return f"{counted(len(first.units), 'input')}, then {listed(parts, 6)}. {self.sentence}"

    # -- legend --------------------------------------------------------------------------------------------

    def _legend(self, room: float) -> tuple[str, float]:
        """What the marks in this picture mean, in as many lines as it takes; and their height."""
        items, x, y, written = list(self._legend_items()), 0.0, 14.0, []
        for drawn, mark, text in items:
            width = mark + 6 + text_width(text)
            if x > 0.0 and x + width > room:
                x, y = 0.0, y + 20
            words = text_element(Text(mark + 6, 4, text, "start"), f'fill="{QUIET}"')
            written.append(f'<g transform="translate({x:.1f} {y:g})">{drawn}{words}</g>')
            x += width + 18
        return "".join(written), y + 8

    def _legend_items(self) -> Iterator[tuple[str, float, str]]:
        """Each as its mark, the width of the mark, and its text."""
        word = WORDS[self.show]
        drawn = [x for x in self.quantity if x is not None]
        for sign, text in ((1.0, f"positive {word}"), (-1.0, f"negative {word}")):
            if any(sign * x > 0.0 for x in drawn):
                yield f'<path d="M0 0H30" {stroke(sign * 0.5, 1.0, self.widest).attributes()}/>', 30.0, text
        if self.largest > 0.0:
            yield (
                f'<path d="M0 0H30" {stroke(1.0, 1.0, self.widest)._replace(colour=EDGE).attributes()}/>',
                30.0,
                f"{shown(self.largest, 4)}: width is size",
            )
        if any(x == 0.0 for x in drawn):
            yield f'<path d="M0 0H30" {stroke(0.0, 1.0).attributes()}/>', 30.0, "0"
        if any(not math.isfinite(x) for x in drawn):
            yield f'<path d="M0 0H30" {stroke(math.nan, 1.0).attributes()}/>', 30.0, "⚠ NaN or infinite"
        yield f'<circle cx="9" cy="0" r="7" fill="none" {stroke(0.4, 1.0).attributes()}/>', 18.0, "ring: bias" if self.show == "weight" else f"ring: {word} of the bias"
        if any(image.unit is not None for image in self.layout.images):
            yield f'<rect x="2" y="-5" width="10" height="10" fill="{COLOURS["positive"].light}"/>', 14.0, f"area: {word} of a pixel"
        if self.shades is not None:
            names = ("inputs", "neurons")
            for name, shades in zip(names, self.shades, strict=True):
                yield _ramp(), 60.0, f"value of {name}: {shown(shades.low, 4)} to {shown(shades.high, 4)}"


def _ramp() -> str:
    width = 60.0 / len(RAMP)
    cells = (f'<rect x="{k * width:g}" y="-5" width="{width:g}" height="10" fill="{colour}"/>' for k, colour in enumerate(RAMP))
    return f'{"".join(cells)}<rect x="0" y="-5" width="60" height="10" fill="none" stroke="{EDGE}"/>'


def document(width: float, height: float, title: str, description: str, inside: str) -> str:
    """A whole SVG, with what is read out in place of the picture."""
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    font = 'font-family="Arial, Helvetica, sans-serif" font-size="11" style="font-variant-numeric: tabular-nums"'
    words = f"<title>{_escaped(title)}</title><desc>{_escaped(description)}</desc>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="network" role="img" {size} {font}>{words}{inside}</svg>'


def _cut(texts: Sequence[str]) -> str:
    """At most twelve, and how many more."""
    return ", ".join([*texts[:12], *([f"{len(texts) - 12} more"] if len(texts) > 12 else [])])


def title(network: Network, numbers: Numbers, show: str) -> str:
    """What the picture is: the model and what its links show."""
    loss = numbers.get("loss")
    ending = "" if loss is None else f" at a loss of {shown(loss, 4)}"
    return f"{network.title}: {WORDS[show]}s{ending}"


def sentence(network: Network, numbers: Numbers, show: str) -> str:
    """What to see."""
    word, quantity = WORDS[show], link_numbers(numbers, show)
    if quantity is None:
        return "No gradients yet: call backward(), or give x, y and a loss."
    names = list(network.parameters.values())
    known = [(abs(x), x, name) for x, name in zip(quantity, names, strict=True) if x is not None and x == x]
    if not known:
        return f"No {word} is known."
    _, x, name = max(known, key=lambda item: item[0])
    if x == 0.0:
        return f"Every {word} is 0."
    after = f" = −{shown(numbers['rate'], 4)} · gradient" if show == "update" else ""
    return f"The largest {word}{after} is {shown(x, 4)}, of {name}."


def squares(image: Image, numbers: Sequence[float | None], largest: float) -> tuple[str, str]:
    """Two paths: a square for each positive number, and one for each negative, their areas linear in its size."""
    paths = ["", ""]
    for k, x in enumerate(numbers):
        if not x or not math.isfinite(x) or largest == 0.0:
            continue
        row, column = divmod(k, image.columns)
        side = (image.pixel - 0.5) * math.sqrt(min(1.0, abs(x) / largest))
        inset = 0.5 if x < 0.0 else 0.0  # half the width of the outline
        side = max(0.2, side - 2 * inset)
        left, top = image.left + (column + 0.5) * image.pixel - side / 2, image.top + (row + 0.5) * image.pixel - side / 2
        paths[x < 0.0] += f"M{left:.1f} {top:.1f}h{side:.1f}v{side:.1f}h-{side:.1f}z"
    return paths[0], paths[1]


def wrapped(text: str, room: float, size: float) -> list[str]:
    """A text in lines that fit."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def text_element(text: Text, look: str) -> str:
    size = f' font-size="{text.size:g}"' if text.size != 11.0 else ""
    anchor = ' text-anchor="middle"' if text.anchor == "middle" else ""
    return f'<text x="{text.x:.1f}" y="{text.y:.1f}"{anchor}{size} {look}>{_escaped(text.text)}</text>'


def _xy(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _escaped(text: str) -> str:
    return html.escape("".join(c if c.isprintable() else "�" for c in text))
