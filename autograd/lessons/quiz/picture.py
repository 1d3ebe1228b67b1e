"""The drawing of a quiz: the numbers of the graph, question marks for gradients, and the questions below it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from autograd.lessons.quiz.facts import Facts
from autograd.value import Value
from autograd.viz import style
from autograd.viz.dot import draw_graph
from autograd.viz.scene import Numbers, Told

if TYPE_CHECKING:
    from autograd.viz.drawing import Drawing


def picture(facts: Facts, asked: Mapping[Value, int], found: Collection[Value], lines: Sequence[str]) -> Drawing:
    """The graph without the gradients that are `asked`, under the numbers of the questions; `lines` stand below it.

    Those that were `found` are shown. With none asked it is the whole flow of the gradients.
    """
    if asked:
        drawing = _without_flow(facts, _texts(facts, asked, {*found, facts.root}), lines)
    else:
        drawing = draw_graph(facts.order, facts.names, Numbers(grad=facts.sweep.bars.get), captions=lines)
    drawing.roots = ()  # its text would have the gradients that the nodes themselves may hold
    drawing.graph_attr |= {"fontsize": "12", "fontcolor": style.INK}
    return drawing


def is_drawn(facts: Facts) -> dict[Value, bool]:
    """Which nodes have a box of their own."""
    places = _without_flow(facts, {}, ()).places
    return {node: places[node].startswith("n") for node in facts.order}


def _without_flow(facts: Facts, told: Mapping[Value, Told], lines: Sequence[str]) -> Drawing:
    """The graph as before any sweep, so that no colour and no width of an arrow tells a gradient."""
    numbers = Numbers(grad=lambda node: None, told=told.get)
    return draw_graph(facts.order, facts.names, numbers, show=("data",), captions=lines)


def _texts(facts: Facts, asked: Mapping[Value, int], found: Collection[Value]) -> dict[Value, Told]:
    """What stands in the place of each gradient, if anything does."""
    secret = {style.number(facts.gradient(node)) for node in asked}
    texts = {}
    for node in facts.order:
        seen = style.number(facts.gradient(node))
        if node in asked:
            texts[node] = f"? ({asked[node]})", style.INK
        elif node in found or seen not in secret:  # a sum passes on what it gets: the same number nearby tells
            texts[node] = seen, style.flow_colour([facts.gradient(node)])
    return texts
