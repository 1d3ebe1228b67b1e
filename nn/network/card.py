"""What is shown of a model that is not made of layers: a card, or the scalar graph of its result."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograd import Value, draw_dot
from autograd.extend import as_index, shown
from autograd.viz.palette import COLOURS
from nn.module import Module
from nn.network.layout import Text, shortened, text_width
from nn.network.svg import document, text_element, wrapped

MAX_ROWS = 12  # parameters on a card
WIDTH = 420.0
INK, QUIET, PAPER, EDGE, LEAF = (COLOURS[name].light for name in ("ink", "quiet", "paper", "edge", "leaf"))


def card(model: Module, note: str) -> str:
    """The parameters of a model with their values, and a note, as SVG."""
    title = type(model).__name__
    rows = [(as_index(name), shown(parameter.data, 4)) for name, parameter in model.named_parameters()]
    hidden = max(0, len(rows) - MAX_ROWS)
    lines = wrapped(note, WIDTH - 32, 11)
    height = 48 + 18 * (min(len(rows), MAX_ROWS) + (hidden > 0)) + 16 * len(lines)
    inside = [
        f'<rect x="4" y="4" width="{WIDTH - 8:g}" height="{height + 8:g}" rx="8" fill="{PAPER}" stroke="{EDGE}"/>',
        f'<path d="M4 12a8 8 0 0 1 8-8H{WIDTH - 12:g}a8 8 0 0 1 8 8V32H4z" fill="{LEAF}"/>',
        text_element(Text(16, 23, shortened(title, WIDTH - 32, 13), "start", 13), f'font-weight="bold" fill="{INK}"'),
    ]
    y = 52.0
    for name, number in rows[:MAX_ROWS]:
        inside.append(text_element(Text(16, y, shortened(name, WIDTH - 130), "start"), f'fill="{INK}"'))
        inside.append(text_element(Text(WIDTH - 16 - text_width(number), y, number, "start"), f'fill="{INK}"'))
        y += 18
    if hidden:
        inside.append(text_element(Text(16, y, f"{hidden} more", "start"), f'fill="{QUIET}"'))
        y += 18
    for line in lines:
        inside.append(text_element(Text(16, y, line, "start"), f'fill="{QUIET}"'))
        y += 16
    return document(WIDTH, height + 16, title, note, "".join(inside))


def with_graph(roots: Sequence[Value], note: str) -> str:
    """The scalar graph, and a note above it, as SVG."""
    svg = draw_dot(list(roots)).pipe("svg", encoding="utf-8")
    svg = svg[svg.index("<svg") :]
    width, height = (float(found) * 4 / 3 if "pt" in svg[:300] else float(found) for found in _size(svg))
    width = max(width, 360.0)
    lines = wrapped(note, width - 24, 12)
    above = [text_element(Text(12, 18 + 17 * k, line, "start", 12), f'fill="{QUIET}"') for k, line in enumerate(lines)]
    top = 14 + 17 * len(lines)
    paper = f'<rect width="{width:g}" height="{height + top:g}" fill="{PAPER}"/>'
    return document(width, height + top, "Scalar graph", note, f'{paper}{"".join(above)}<g transform="translate(0 {top})">{svg}</g>')


def _size(svg: str) -> list[str]:
    """The width and the height that an SVG has."""
    found = re.search(r'<svg[^>]*?width="([\d.]+)[a-z]*"[^>]*?height="([\d.]+)', svg, re.DOTALL)
    assert found is not None
    return [found[1], found[2]]
