"""The drawing of a quiz: the numbers of the graph, question marks for gradients, and the questions below it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from autograd.exercises.facts import Facts
from autograd.value import Value
from autograd.viz import style
from autograd.viz.dot import draw_graph
from autograd.viz.scene import Numbers

if TYPE_CHECKING:
    from autograd.viz.drawing import Drawing

_EXPAND = re.compile(": expand=.* opens a box")  # which only draw_dot can do
_TOOLTIP = re.compile(r'\btooltip="(?:[^"\\]|\\.)*"', re.DOTALL)


def picture(facts: Facts, asked: Mapping[Value, int], found: Collection[Value], lines: Sequence[str]) -> Drawing:
    """The graph without the gradients that are `asked`, under the numbers of the questions; `lines` stand below it.

    Those that were `found` are shown. With none asked it is the whole flow of the gradients.
    """
    bars = facts.sweep.bars
    drawing = (
        _without_gradients(facts, asked, {*found, facts.root})
        if asked
        else draw_graph(facts.order, facts.names, Numbers(grad=bars.get))
    )
    drawing.root = None  # its text would have the gradients that the nodes themselves may hold
    drawing.graph_attr |= {"fontsize": "12", "fontcolor": style.INK}
    captions = [_EXPAND.sub("", drawing.graph_attr["label"][1:-1]), *map(style.in_html, lines)]
    left = '<BR ALIGN="LEFT"/>'
    drawing.graph_attr["label"] = f"<{left.join(filter(None, captions))}{left}>"
    return drawing


def plain(facts: Facts) -> Drawing:
    """The graph as before any sweep, so that no colour and no width of an arrow tells a gradient."""
    return draw_graph(facts.order, facts.names, Numbers(grad=lambda node: None), show=("data",))


def is_drawn(drawing: Drawing, node: Value) -> bool:
    """Has the node a box of its own?"""
    return drawing.places[node].startswith("n")


def _without_gradients(facts: Facts, asked: Mapping[Value, int], found: Collection[Value]) -> Drawing:
    """The plain drawing with the gradients that may be seen."""
    drawing = plain(facts)
    secret = {style.number(facts.gradient(node)) for node in asked}
    rows = {}
    for node in filter(partial(is_drawn, drawing), facts.order):
        seen = style.number(facts.gradient(node))
        if node in asked:
            rows[drawing.places[node]] = _row(f"? ({asked[node]})", style.INK)
        elif node in found or seen not in secret:  # a sum passes on what it gets: the same number nearby tells
            rows[drawing.places[node]] = _row(seen, style.flow_colour([facts.gradient(node)]))
    for i, line in enumerate(drawing.body):
        id = line.split(maxsplit=1)[0]
        line = line.replace("</TABLE>>", f"{rows.get(id, '')}</TABLE>>")
        drawing.body[i] = _TOOLTIP.sub("", line) if " -> " in line else line  # that of an arrow tells its partial
    return drawing


def _row(shown: str, colour: str) -> str:
    return f'<TR><TD ALIGN="LEFT">grad&#160;&#160;</TD><TD ALIGN="RIGHT"><FONT COLOR="{colour}">{shown}</FONT></TD></TR>'
