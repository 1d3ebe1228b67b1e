"""Positions of the elements in a drawing's SVG, and their collisions."""

import math
import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from typing import NamedTuple

from autograd.viz.text_size import text_width

SVG = "{http://www.w3.org/2000/svg}"
ASCENT, DESCENT = 0.75, 0.22  # of letters, as fractions of the font size
CURVE_PIECES = 24
SHARES = [k / CURVE_PIECES for k in range(1, CURVE_PIECES + 1)]
WEIGHTS = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in SHARES]
BESIDE = 3.0  # minimum distance of a label from the two lines of its own arrow
GRID = 8.0
APART = 12.0  # minimum distance of a label from lines of other arrows, cards, frames and other texts
ROUNDING = 0.11  # coordinates are written with one digit


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other, margin=0.0):
        return (
            self.left < other.right + margin
            and other.left < self.right + margin
            and self.top < other.bottom + margin
            and other.top < self.bottom + margin
        )

    def holds(self, other, margin=0.0):
        return (
            self.left - margin <= other.left
            and other.right <= self.right + margin
            and self.top - margin <= other.top
            and other.bottom <= self.bottom + margin
        )


class Text(NamedTuple):
    box: Box
    words: str
    kind: str
    owner: str  # the id of its group


class Line(NamedTuple):
    pieces: list  # boxes around its straight pieces, widened by half the stroke
    around: Box  # of all pieces
    points: list
    half: float
    owner: str
    ends: tuple

    def meets(self, box, margin=0.0):
        return box.meets(self.around, margin) and any(box.meets(piece, margin) for piece in self.pieces)

    def near(self, box, distance):
        """True if it is nearer to the box than `distance`, from edge to edge."""
        if not box.meets(self.around, distance):
            return False
        pieces = [ends for ends, piece in zip(pairwise(self.points), self.pieces, strict=True) if box.meets(piece, distance)]
        return any(_distance(*ends, box) < distance + self.half for ends in pieces)


class Geometry:
    """The texts, lines, cards and frames of a drawing."""

    def __init__(self, svg):
        root = ET.fromstring(svg)
        self.size = Box(0.0, 0.0, float(root.get("width")), float(root.get("height")))
        self.texts, self.lines, self.cards, self.frames = [], [], {}, []
        rows = set()  # ids of nodes drawn on another node's card
        for group in root.iter(f"{SVG}g"):
            kind, owner = (group.get("class") or "").split(" ")[0], group.get("id") or ""
            moved = [float(number) for number in re.findall(r"[-\d.]+", group.get("transform") or "0 0")]
            self.texts += [_moved(found, moved) for text in group.findall(f"{SVG}text") for found in _texts(text, owner)]
            if kind == "node" and group.find(f"{SVG}rect") is not None and group.find(f"{SVG}rect").get("class") != "card":
                rows.add(owner)
            if kind == "edge":
                ends = group.get("data-source"), group.get("data-target")
                self.lines += [_line(path, owner, ends) for path in group.findall(f"{SVG}path") if path.get("class") == "line"]
            for rectangle in group.findall(f"{SVG}rect"):
                if rectangle.get("class") == "card":
                    self.cards[owner] = _rectangle(rectangle)
                elif rectangle.get("class") == "frame-border":
                    self.frames.append(_rectangle(rectangle))
        self.texts += [found for text in root.findall(f"{SVG}text") for found in _texts(text, "")]
        self.texts = [self._of_host(text) if text.owner in rows else text for text in self.texts]

    def _of_host(self, text):
        """The text, reassigned to the card that it is on."""
        return text._replace(owner=next(id for id, card in self.cards.items() if card.holds(text.box)))

    def off_grid(self):
        """The cards and frames with a side off the grid."""
        boxes = {**self.cards, **dict(enumerate(self.frames))}
        return {key: box for key, box in boxes.items() if any(side % GRID for side in box)}

    def uneven(self):
        """Pairs of cards, one below the other, that differ in width."""
        for (id, card), (other, below) in combinations(self.cards.items(), 2):
            common = min(card.right, below.right) - max(card.left, below.left)
            least, most = sorted([card.right - card.left, below.right - below.left])
            if common > least / 2 and least < most:
                yield id, other

    def collisions(self):
        """Descriptions of all collisions."""
        return [*self._of_texts(), *self._of_lines(), *self._of_cards()]

    def _of_texts(self):
        for text, other in _pairs(self.texts, lambda text: text.box):
            yield f"{text.words!r} on {other.words!r}"
        for text in self.texts:
            if not self.size.holds(text.box):
                yield f"{text.words!r} outside the picture"
            for line in self.lines:
                if line.meets(text.box):
                    yield f"{text.words!r} on the line {line.owner}"
            for id, card in self.cards.items():
                if id == text.owner and not card.holds(text.box):
                    yield f"{text.words!r} sticks out of its card {id}"
                elif id != text.owner and text.box.meets(card):
                    yield f"{text.words!r} on the card {id}"
            if text.kind == "label":
                yield from self._near(text)

    def _near(self, label):
        """Everything nearer to a label's box than the layout rules allow.

        A label belongs to an arrow, and so to both of its lines: it may be close to these.
        """
        where = f"is near the label {label.words!r} of {label.owner}"
        for line in self.lines:
            own = line.owner[1:] == label.owner[1:]
            if line.near(label.box, BESIDE if own else APART - ROUNDING):
                yield f"the line {line.owner} {where}"
        for id, card in self.cards.items():
            if card.meets(label.box, APART - ROUNDING):
                yield f"the card {id} {where}"
        for frame in self.frames:
            if frame.meets(label.box, APART - ROUNDING) and not frame.holds(label.box, ROUNDING - APART):
                yield f"a frame {where}"
        for text in self.texts:
            if text is not label and text.owner not in self.cards and text.box.meets(label.box, APART - ROUNDING):
                yield f"the text {text.words!r} {where}"

    def _of_lines(self):
        for line in self.lines:
            for id, card in self.cards.items():
                if id not in line.ends and line.meets(card):
                    yield f"the line {line.owner} on the card {id}"

    def _of_cards(self):
        for (id, _), (other, _) in _pairs([*self.cards.items()], lambda pair: pair[1]):
            yield f"the card {id} on the card {other}"
        for frame, other in _pairs(self.frames, lambda frame: frame):
            if not frame.holds(other) and not other.holds(frame):
                yield "two frames"


def collisions(drawing):
    """Descriptions of the collisions in a drawing's picture."""
    return Geometry(drawing.pipe("svg")).collisions()


def _pairs(items, box):
    """Pairs of items whose boxes meet."""
    items = sorted(items, key=lambda item: box(item).left)
    for i, item in enumerate(items):
        for other in items[i + 1 :]:
            if box(other).left >= box(item).right:
                break
            if box(item).meets(box(other)):
                yield item, other


def _rectangle(element):
    x, y, width, height = (float(element.get(name)) for name in ("x", "y", "width", "height"))
    return Box(x, y, x + width, y + height)


def _moved(text, moved):
    """A text in a group that is translated, and perhaps rotated by 90°."""
    (x, y), (left, top, right, bottom) = moved[:2], text.box
    turned = (top, -right, bottom, -left) if moved[2:] == [-90.0] else text.box
    return text._replace(box=Box(turned[0] + x, turned[1] + y, turned[2] + x, turned[3] + y))


def _texts(element, owner):
    size = float(element.get("font-size"))
    bold = element.get("font-weight") == "bold"
    for part in [*element] or [element]:
        words = (part.text or "").strip()
        x, y, width = float(part.get("x")), float(part.get("y")), text_width(words, size, bold)
        x -= {"end": width, "middle": width / 2}.get(element.get("text-anchor"), 0.0)
        if words:
            yield Text(Box(x, y - ASCENT * size, x + width, y + DESCENT * size), words, element.get("class"), owner)


def _line(path, owner, ends):
    half = float(path.get("stroke-width")) / 2
    points = _points(path.get("d"))
    return Line([_around(piece, half) for piece in pairwise(points)], _around(points, half), points, half, owner, ends)


def _distance(start, end, box):
    """The distance from a straight line, which crosses no side of the box, to the box."""
    corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    beside = [math.hypot(max(box.left - x, 0.0, x - box.right), max(box.top - y, 0.0, y - box.bottom)) for x, y in (start, end)]
    return min([*beside, *(_to_piece(corner, start, end) for corner in corners)])


def _to_piece(point, start, end):
    (x, y), along, length = start, (end[0] - start[0], end[1] - start[1]), math.dist(start, end)
    share = ((point[0] - x) * along[0] + (point[1] - y) * along[1]) / length**2 if length else 0.0
    share = min(max(share, 0.0), 1.0)
    return math.dist(point, (x + share * along[0], y + share * along[1]))


def _around(points, half):
    xs, ys = zip(*points, strict=True)
    return Box(min(xs) - half, min(ys) - half, max(xs) + half, max(ys) + half)


def _points(d):
    """The points of a path of straight lines and cubic curves."""
    points = []
    for command, numbers in re.findall(r"([MLC])([^MLC]*)", d):
        given = [tuple(map(float, pair.split(","))) for pair in numbers.split()]
        if command != "C":
            points += given
            continue
        (x, y), (x1, y1), (x2, y2), (x3, y3) = points[-1], *given
        points += [(a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3) for a, b, c, d in WEIGHTS]
    return points
