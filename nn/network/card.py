"""Pictures of a model that is not made of layers: a card, or the scalar graph of its result."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograd import Value, draw_dot
from autograd.extend import as_index, shown
from autograd.viz.text_size import shortened, wrapped
from nn.module import Module
from nn.network.layout import FONT, Rectangle, TextLine
from nn.network.svg import EDGE, INK, LEAF, PAPER, QUIET, document, element, rectangle, text

MAX_ROWS = 12  # parameters on a card
WIDTH = 420.0
SIZES = re.compile(r'(?:width|height)="(\d+)"')  # of a drawing
ROW, MARGIN = 18.0, 16.0


def card(model: Module, note: str) -> str:
    """The parameters of a model with their values, and a note, as SVG."""
    parameters = [(as_index(name), shown(parameter.data, 4)) for name, parameter in model.named_parameters()]
    rows = [(shortened(name, WIDTH - 130, FONT), number) for name, number in parameters[:MAX_ROWS]]
    more = [f"{len(parameters) - MAX_ROWS} more"] if len(parameters) > MAX_ROWS else []
    inside, y = [], 52.0
    for name, number in (*rows, *((line, "") for line in (*more, *wrapped(note, WIDTH - 2 * MARGIN, 11)))):
        inside.append(text(TextLine(MARGIN, y, name, "start"), fill=INK if number else QUIET))
        if number:
            inside.append(text(TextLine(WIDTH - MARGIN, y, number, "end"), fill=INK))
        y += ROW
    frame = rectangle(Rectangle(4, 4, WIDTH - 4, y), rx=8.0, fill=PAPER, stroke=EDGE)
    head = element("path", d=f"M4 12a8 8 0 0 1 8-8H{WIDTH - 12:g}a8 8 0 0 1 8 8V32H4z", fill=LEAF)
    title = type(model).__name__
    name = text(TextLine(MARGIN, 23, shortened(title, WIDTH - 2 * MARGIN, 13, True), "start", 13, True), fill=INK)
    return document(WIDTH, y + 4, title, note, frame + head + name + "".join(inside))


def with_graph(roots: Sequence[Value], note: str) -> str:
    """The scalar graph, and a note above it, as SVG."""
    svg = draw_dot(list(roots)).pipe("svg", encoding="utf-8")
    width, height = map(float, SIZES.findall(svg[: svg.index(">")]))
    width = max(width, 360.0)
    lines = wrapped(note, width - 2 * MARGIN, 12)
    above = [text(TextLine(MARGIN, 18 + ROW * k, line, "start", 12), fill=QUIET) for k, line in enumerate(lines)]
    top = 14 + ROW * len(lines)
    paper = element("rect", width=width, height=height + top, fill=PAPER)
    graph = element("g", svg, transform=f"translate(0 {top:g})")
    return document(width, height + top, "Scalar graph", note, paper + "".join(above) + graph)
