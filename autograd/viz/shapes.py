"""The shapes of an SVG as text."""

from __future__ import annotations

from autograd._format import escaped
from autograd.viz import style
from autograd.viz.palette import COLOURS
from autograd.viz.text_size import wrapped

Point = tuple[float, float]
RADIUS = 5.0
SIGNS = {COLOURS[name].light: f" {name}" for name in ("positive", "negative", "nothing", "many", "broken")}


def fixed(x: float) -> str:
    """A coordinate or a size, with one decimal.

    >>> fixed(1.0), fixed(0.25)
    ('1', '0.2')
    """
    return f"{x:.1f}".removesuffix(".0")


def pair(point: Point) -> str:
    return f"{fixed(point[0])},{fixed(point[1])}"


def sign_class(colour: str) -> str:
    """The CSS class for a number of this colour, after a space; "" if it has none."""
    return SIGNS.get(colour, "")


def text_at(
    point: Point,
    text: str,
    kind: str,
    colour: str = style.INK,
    size: float = 12.0,
    bold: bool = False,
    anchor: str = "start",
    more: str = "",
) -> str:
    """A line of text with its start, middle or end at a point on the baseline; `more` holds further attributes."""
    weight = ' font-weight="bold"' if bold else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    x, y = point
    fill = f' fill="{colour}"' if colour != style.INK else ""
    look = f'class="{kind}" x="{fixed(x)}" y="{fixed(y)}" font-size="{fixed(size)}"{weight}{place}{fill}{more}'
    return f"<text {look}>{escaped(text)}</text>"


def rectangle(corner: Point, size: Point, kind: str, fill: str, stroke: str, width: float = 1.0, dashes: str = "") -> str:
    """A rectangle with rounded corners."""
    line = f' stroke="{stroke}" stroke-width="{fixed(width)}"' if stroke != "none" else ""
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    (x, y), (w, h) = corner, size
    box = f'x="{fixed(x)}" y="{fixed(y)}" width="{fixed(w)}" height="{fixed(h)}" rx="{fixed(RADIUS)}"'
    return f'<rect class="{kind}" {box} fill="{fill}"{line}{dash}/>'


def head(corner: Point, width: float, height: float, fill: str) -> str:
    """The filled head of a card: rounded above, straight below."""
    (x, y), r = corner, RADIUS
    d = f"M{pair((x, y + height))}v{fixed(r - height)}q0,-{fixed(r)} {fixed(r)},-{fixed(r)}h{fixed(width - 2 * r)}"
    return f'<path class="head" d="{d}q{fixed(r)},0 {fixed(r)},{fixed(r)}v{fixed(height - r)}z" fill="{fill}"/>'


def flat_head(corner: Point, width: float, height: float, fill: str) -> str:
    """The filled head of a one-line card: rounded on the left, straight on the right."""
    (x, y), r = corner, RADIUS
    d = f"M{pair((x + width, y))}h{fixed(r - width)}q-{fixed(r)},0 -{fixed(r)},{fixed(r)}v{fixed(height - 2 * r)}"
    return f'<path class="head" d="{d}q0,{fixed(r)} {fixed(r)},{fixed(r)}h{fixed(width - r)}z" fill="{fill}"/>'


def line(d: str, colour: str, width: float, dashes: str = "") -> str:
    """A line along a path."""
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path class="line" d="{d}" fill="none" stroke="{colour}" stroke-width="{width:.2f}"{dash}/>'


def tip(base: Point, point: Point, half: float, colour: str) -> str:
    """An arrowhead from the middle of its base to its point."""
    (x, y), (px, py) = base, point
    length = abs(px - x) + abs(py - y)  # it is vertical or horizontal
    across = ((py - y) / length * half, (px - x) / length * half)
    corners = (x + across[0], y + across[1]), (x - across[0], y - across[1])
    return f'<path class="tip" d="M{pair(point)}L{pair(corners[0])}L{pair(corners[1])}z" fill="{colour}"/>'


def paragraph(point: Point, text: str, kind: str, colour: str, size: float, room: float, leading: float) -> tuple[str, float]:
    """A wrapped text with its first baseline at a point, and its height."""
    (x, y), lines = point, wrapped(text, room, size)
    spans = (f'<tspan x="{fixed(x)}" y="{fixed(y + k * leading)}">{escaped(line)} </tspan>' for k, line in enumerate(lines))
    return f'<text class="{kind}" font-size="{fixed(size)}" fill="{colour}">{"".join(spans)}</text>', len(lines) * leading
