"""Elements of SVG, with numbers in few digits and text escaped."""

from __future__ import annotations

from typing import Any

from autograd.extend import escaped
from autograd.viz.palette import COLOURS
from nn.network.layout import FONT, Rectangle, TextLine

INK, QUIET, PAPER, EDGE, PLAIN, LINE, LEAF = (
    COLOURS[name].light for name in ("ink", "quiet", "paper", "edge", "operation", "line", "leaf")
)


def document(width: float, height: float, title: str, description: str, inside: str) -> str:
    """A whole picture, with a title and a description for screen readers."""
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    font = f'font-family="Arial, Helvetica, sans-serif" font-size="{FONT:g}" style="font-variant-numeric: tabular-nums"'
    words = f"<title>{escaped(title)}</title><desc>{escaped(description)}</desc>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="network" role="img" {size} {font}>{words}{inside}</svg>'


def element(tag: str, content: str = "", /, **attributes: Any) -> str:
    """One element; `_` in an attribute's name stands for `-`, and is dropped at the end: class_ is class.

    >>> element("path", d="M0 0H9", stroke_width=1.0)
    '<path d="M0 0H9" stroke-width="1"/>'
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{value if isinstance(value, str) else f"{value:.6g}"}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def text(line: TextLine, **look: Any) -> str:
    if line.size != FONT:
        look["font_size"] = line.size
    if line.bold:
        look["font_weight"] = "bold"
    if line.anchor != "start":
        look["text_anchor"] = line.anchor
    return element("text", escaped(line.text), x=round(line.x, 1), y=round(line.y, 1), **look)


def rectangle(box: Rectangle, **look: Any) -> str:
    x, y, right, bottom = (round(side, 1) for side in box)
    return element("rect", x=x, y=y, width=round(right - x, 1), height=round(bottom - y, 1), **look)


def xy(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
