"""The picture of a network: bare, for a page, or complete with title, sentence and legend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from autograd import Value
from autograd.extend import escaped, shown
from autograd.viz.palette import COLOURS
from autograd.viz.text_size import text_width, wrapped
from nn.network.heat import in_circle, mark, square, tells_classes
from nn.network.layout import FONT, GAP, RADIUS, RING, WIDE, Bundle, Circle, Connection, Image, More, Rectangle, TextLine, lay_out
from nn.network.maps import Maps
from nn.network.marks import MAX_CROWDED, MAX_WIDTH, Shades, SignedShades, fitted, largest, stroke
from nn.network.numbers import Known, Numbers, link_numbers, strongest
from nn.network.structure import Network, Unit
from nn.network.svg import EDGE, INK, LINE, PAPER, PLAIN, QUIET, document, element, rectangle, text, xy
from nn.network.words import WORDS, NetworkWords, has_plane

MAX_CROWD = 60  # with more links, lines are narrower
MIN_PICTURE = 480.0  # the least width of title and legend, above and below a small network
SAMPLE_WIDTH, RAMP_WIDTH, ROW = 30.0, 60.0, 20.0  # of a line and of shades in the legend, and the height of its rows


class _Entry(NamedTuple):
    """An entry of the legend: a mark, as SVG around the origin, its width, and what it means."""

    mark: str
    width: float
    words: str


class NetworkPicture:
    """One view of a network: its layout, drawn with some numbers."""

    def __init__(
        self,
        network: Network,
        numbers: Numbers,
        show: str = "weight",
        narrow: bool = False,
        maps: Maps | None = None,
        width: float = WIDE,
        ranks: Sequence[Sequence[int]] | None = None,
        ids: Mapping[Value, int] | None = None,  # of the parameters on the page
    ) -> None:
        self.network, self.numbers, self.show, self.narrow, self.maps = network, numbers, show, narrow, maps
        plane = maps is not None and has_plane(network)
        ranks = strongest(network, numbers) if ranks is None else ranks
        self.layout = lay_out(network, narrow, plane, width, ranks)
        self.words = NetworkWords(network, numbers, show, maps, self.layout)
        self.widest = MAX_WIDTH if len(self.layout.links) <= MAX_CROWD else MAX_CROWDED
        self.index = {parameter: i for i, parameter in enumerate(network.parameters)}
        self.ids = self.index if ids is None else ids
        self.xs: Known = link_numbers(numbers, show) or [None] * len(self.index)
        self.largest = largest(self.xs)
        count = len(network.columns[0].units)
        self.values = numbers["value"]
        self.shades: tuple[Shades, Shades] | None = None
        if self.values is not None:
            inputs: Shades = Shades(self.values[:count]) if network.shape else SignedShades(self.values[:count])
            self.shades = inputs, SignedShades(self.values[count:])

    # -- whole pictures --------------------------------------------------------------------------------

    def bare(self) -> str:
        """The picture without title and legend, which a page writes itself."""
        return self._document(self.layout.width, self.layout.height, "".join(self._body()))

    def complete(self) -> str:
        """The picture with title, sentence and legend."""
        width = max(self.layout.width, 0.0 if self.narrow else MIN_PICTURE)
        room, y, above = width - 2 * GAP, 0.0, []
        for line in wrapped(self.words.title(), room, 15.0):
            y += 22
            above.append(text(TextLine(GAP, y, line, "start", 15.0, True), fill=INK))
        for line in wrapped(self.words.sentence(), room, 12.0):
            y += 19
            above.append(text(TextLine(GAP, y, line, "start", 12.0), fill=QUIET))
        marks, height = _legend(self._entries(), room)
        top = y + 18
        below = top + self.layout.height + 8
        body = element("g", "".join(self._body()), transform=f"translate({(width - self.layout.width) / 2:g} {top:g})")
        under = element("g", marks, class_="legend", transform=f"translate({GAP:g} {below:g})")
        paper = element("rect", width=width, height=below + height + 6, fill=PAPER)
        return self._document(width, below + height + 6, paper + "".join(above) + body + under)

    def _entries(self) -> Iterator[_Entry]:
        """The entries of the legend."""
        widest, maps, plane = self.widest, self.maps, self.layout.plane
        word, known = WORDS[self.show], [x for x in self.xs if x is not None]
        for sign, kind in ((1.0, "positive"), (-1.0, "negative")):
            if any(sign * x > 0.0 for x in known):
                yield _line_entry(stroke(sign * 0.5, 1.0, widest), f"{kind} {word}")
        if self.largest > 0.0:
            yield _line_entry({**stroke(1.0, 1.0, widest), "stroke": EDGE}, f"{shown(self.largest, 4)}: width is size")
        if any(x == 0.0 for x in known):
            yield _line_entry(stroke(0.0, 1.0), "0")
        if any(not math.isfinite(x) for x in known):
            yield _line_entry(stroke(math.nan, 1.0, widest), "⚠ NaN or infinite")
        ring = element("circle", cx=9.0, cy=0.0, r=7.0, fill="none", **stroke(0.4, 1.0))
        yield _Entry(ring, 18.0, "ring: bias" if self.show == "weight" else f"ring: {word} of the bias")
        if any(image.unit is not None for image in self.layout.images):
            pixel = rectangle(Rectangle(2, -5, 12, 5), fill=COLOURS["positive"].light)
            yield _Entry(pixel, 14.0, f"area: {word} of a pixel, in each image")
        if self.words.answer() is not None:
            yield _Entry(element("path", d="M2 0l8 -5v10z", fill=INK), 12.0, "largest output")
        if maps is not None:
            yield _ramp_entry(Shades([0.0, 1.0]), "value over the inputs, lowest to highest")
            if plane is not None:
                yield _line_entry({"stroke": INK, "stroke_width": 2.0}, "boundary")
            for i, label in enumerate(maps.labels if plane is not None and len(maps.labels) > 1 else ()):
                yield _Entry(mark(5.0, 0.0, i), 8.0, f"sample of {label}")
            return
        for name, shade in zip(("inputs", "neurons"), self.shades or (), strict=self.shades is not None):
            if shade.known:
                yield _ramp_entry(shade, f"value of {name}: {shown(shade.low, 4)} to {shown(shade.high, 4)}")

    def _document(self, width: float, height: float, inside: str) -> str:
        return document(width, height, self.words.title(), self.words.description(), inside)

    # -- parts -------------------------------------------------------------------------------------------

    def _body(self) -> Iterator[str]:
        layout = self.layout
        links = [*map(self._link, layout.links), *map(self._bundle, layout.bundles)]
        yield element("g", "".join(links), class_="links", fill="none")
        yield from (text(header, fill=INK) for header in layout.headers)
        yield from (text(note, fill=QUIET) for note in layout.notes if note.text)
        for image in layout.images:
            yield self._pixels(image) if image.unit is None else self._weights(image, image.unit)
        yield from map(self._circle, layout.circles)
        if layout.plane is not None and self.maps is not None:
            outputs = self.network.columns[-1].units
            one = f"class by {outputs[0].label}" if tells_classes(self.maps) else f"{outputs[0].label} over the inputs"
            name = "class of the largest output" if len(outputs) > 1 else one
            yield square(self.maps, self.maps.grids[-len(outputs) :], layout.plane, name)
        yield from map(self._more, layout.more)

    def _of(self, unit: Unit, position: int | None) -> tuple[int, float | None]:
        """The id and the number of a neuron's weight at `position`, or of its bias for None."""
        parameter = unit.bias if position is None else unit.weights[position]
        assert parameter is not None
        return self.ids[parameter], self.xs[self.index[parameter]]

    def _link(self, link: Connection) -> str:
        i, x = self._of(self.network.units[link.target], link.position)
        start, a, one, other, b, end = map(xy, link.points)
        ends = {"data_p": i, "data_from": link.source, "data_to": link.target}
        look = stroke(x, self.largest, self.widest)
        return element("path", class_="link", **ends, d=f"M{start}L{a}C{one} {other} {b}L{end}", **look)

    def _bundle(self, bundle: Bundle) -> str:
        (x1, y1), (x2, y2) = bundle.start, bundle.end
        middle = (x1 + x2) / 2
        curve = f"M{xy((x1, y1))}C{xy((middle, y1))} {xy((middle, y2))} {xy((x2, y2))}"
        return element("path", class_="bundle", data_to=bundle.unit, d=curve, stroke=EDGE, stroke_width=1.0)

    def _circle(self, circle: Circle) -> str:
        unit, value = self.network.units[circle.unit], None if self.values is None else self.values[circle.unit]
        place = {"cx": circle.x, "cy": circle.y, "r": RADIUS}
        look: dict[str, str | float] = {"fill": PLAIN, "stroke": EDGE, "stroke_width": 1.0}
        ink, written = INK, ""
        if value is not None and self.shades is not None:
            shades = self.shades[1 if unit.weights else 0]
            ink, written = shades.ink(value), fitted(value)
            look["fill"] = shades.fill(value)
            if not math.isfinite(value):
                look["stroke"], look["stroke_width"] = COLOURS["broken"].light, 4.0
                written = f"⚠ {shown(value)}"
        if self.maps is not None:
            written = ""
        disc, ring = element("circle", class_="disc", **place, **look), ""
        if unit.bias is not None:
            i, x = self._of(unit, None)
            edge = stroke(x, self.largest, self.widest)
            ring = element("circle", class_="ring", data_p=i, **{**place, "r": RING}, fill="none", **edge)
        heat = "" if self.maps is None else in_circle(self.maps.grids[circle.unit], circle.x, circle.y)
        number = f'<text class="value" text-anchor="middle" x="{circle.x:g}" y="{circle.y + 4:g}" fill="{ink}">{written}</text>'
        name = text(circle.name, class_="name", fill=INK)
        bias = None if unit.bias is None else self.numbers["weight"][self.index[unit.bias]]
        hint = element("title", escaped(self.words.facts(circle.unit, bias)))
        return element(
            "g", hint + disc + heat + ring + number + name + self._answer(circle), class_="neuron", data_unit=circle.unit
        )

    def _answer(self, circle: Circle) -> str:
        """The mark of the largest output, hidden at the other outputs; empty at a single output, and at other units."""
        first, outputs = self.network.firsts[-1], len(self.network.columns[-1].units)
        if outputs == 1 or circle.unit < first:
            return ""
        largest = self.words.answer() == circle.unit
        shape = f"M{circle.x + RING + 4:g} {circle.y:g}l8 -5v10z"
        return element("path", class_="answer", d=shape, fill=INK, visibility="visible" if largest else "hidden")

    def _pixels(self, image: Image) -> str:
        """The inputs as an image, or, without values, as a grid."""
        cells = []
        for i in range(image.rows * image.columns):
            value = None if self.values is None else self.values[i]
            look = {"fill": PLAIN, "stroke": LINE}
            if value is not None and self.shades is not None:
                look = {"fill": self.shades[0].fill(value)}
            cells.append(rectangle(image.cell(i), data_unit=i, **look))
        return element("g", "".join(cells) + rectangle(image.box, fill="none", stroke=EDGE), class_="pixels")

    def _weights(self, image: Image, unit: int) -> str:
        """The weights of a neuron, each in the place of its input: full squares are positive, hollow ones negative."""
        weights = [self._of(self.network.units[unit], k)[1] for k in range(image.rows * image.columns)]
        full, hollow = squares(image, weights, largest(weights))
        place = f"{image.left:g} {image.top:g} {image.pixel:g} {image.rows} {image.columns}"
        parts = (
            rectangle(image.box, fill=PAPER, stroke=LINE),
            element("path", class_="full", d=full, fill=COLOURS["positive"].light),
            element("path", class_="hollow", d=hollow, fill=PAPER, stroke=COLOURS["negative"].light, stroke_width=1.0),
        )
        return element("g", "".join(parts), class_="weights", data_to=unit, data_box=place)

    def _more(self, more: More) -> str:
        frame = rectangle(more.box, rx=8.0, fill=PLAIN, stroke=EDGE, stroke_dasharray="3 3")
        return element("g", frame + text(more.text, fill=INK), class_="more")


def _legend(listed: Iterable[_Entry], room: float) -> tuple[str, float]:
    """The entries in as many rows as they need, and the total height."""
    x, y, written = 0.0, 14.0, []
    for entry in listed:
        width = entry.width + 6 + text_width(entry.words, FONT)
        if x > 0.0 and x + width > room:
            x, y = 0.0, y + ROW
        words = text(TextLine(entry.width + 6, 4, entry.words, "start"), fill=QUIET)
        written.append(element("g", entry.mark + words, transform=f"translate({x:.1f} {y:g})"))
        x += width + 18
    return "".join(written), y + 8


def _line_entry(look: dict[str, str | float], words: str) -> _Entry:
    """An entry with a line, as long as those of other entries."""
    return _Entry(element("path", d=f"M0 0H{SAMPLE_WIDTH:g}", **look), SAMPLE_WIDTH, words)


def _ramp_entry(shades: Shades, words: str) -> _Entry:
    """An entry with five shades, from the lowest number to the highest."""
    width = RAMP_WIDTH / 5
    fills = [shades.fill(shades.low + k / 4 * (shades.high - shades.low)) for k in range(5)]
    cells = (rectangle(Rectangle(k * width, -5, (k + 1) * width, 5), fill=fill) for k, fill in enumerate(fills))
    frame = rectangle(Rectangle(0, -5, RAMP_WIDTH, 5), fill="none", stroke=EDGE)
    return _Entry("".join(cells) + frame, RAMP_WIDTH, words)


def squares(image: Image, numbers: Sequence[float | None], largest: float) -> tuple[str, str]:
    """Two paths: a square for each positive number, and one for each negative; areas are proportional to sizes."""
    paths = ["", ""]
    for k, x in enumerate(numbers):
        if x is not None and math.isfinite(x) and x != 0.0 and largest > 0.0:
            left, top, right, bottom = image.cell(k)
            side = (image.pixel - 0.5) * math.sqrt(min(1.0, abs(x) / largest))
            side = max(0.2, side - (x < 0.0))  # the outline has a width of 1
            start = xy(((left + right - side) / 2, (top + bottom - side) / 2))
            paths[x < 0.0] += f"M{start}h{side:.1f}v{side:.1f}h-{side:.1f}z"
    return paths[0], paths[1]
