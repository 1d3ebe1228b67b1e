"""The drawing of a quiz: the numbers of the graph, question marks for gradients, and the questions below it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from autograd.graph import Graph
from autograd.lessons.quiz.facts import Facts
from autograd.value import Value
from autograd.viz import style
from autograd.viz.diagram import Placeholder, Quantities
from autograd.viz.drawing import Drawing, draw_graph
from autograd.viz.options import Options


def picture(facts: Facts, asked: Mapping[Value, int], found: Collection[Value], lines: Sequence[str]) -> Drawing:
    """The graph without the gradients that are `asked`, under the numbers of the questions; `lines` stand below it.

    Those that were `found` are shown. With none asked it is the whole flow of the gradients.
    """
    if asked:
        drawing = _without_flow(facts, _texts(facts, asked, {*found, facts.root}), lines)
    else:
        drawing = draw_graph(
            Graph(facts.root), Options(), Quantities(grad=facts.sweep.bars.get), names=facts.names, captions=lines
        )
    drawing.roots = ()  # its text would have the gradients that the nodes themselves may hold
    drawing.graph_attr |= {"fontsize": "12", "fontcolor": style.INK}
    return drawing


def is_drawn(facts: Facts) -> dict[Value, bool]:
    """Which nodes have a box of their own."""
    ids = _without_flow(facts, {}, ()).box_ids
    return {node: ids[node].startswith("n") for node in facts.order}


def _without_flow(facts: Facts, placeholders: Mapping[Value, Placeholder], lines: Sequence[str]) -> Drawing:
    """The graph as before any sweep, so that no colour and no width of an arrow tells a gradient."""
    hidden = Quantities(grad=lambda node: None, placeholder=placeholders.get)
    return draw_graph(Graph(facts.root), Options(show=("data",)), hidden, names=facts.names, captions=lines)


def _texts(facts: Facts, asked: Mapping[Value, int], found: Collection[Value]) -> dict[Value, Placeholder]:
    """What stands in the place of each gradient, if anything does."""
    secret = {style.short(facts.gradient(node)) for node in asked}
    texts = {}
    for node in facts.order:
        seen = style.short(facts.gradient(node))
        if node in asked:
            texts[node] = Placeholder(f"? ({asked[node]})", style.INK)
        elif node in found or seen not in secret:  # a sum passes on what it gets: the same number nearby tells
            texts[node] = Placeholder(seen, style.gradient_colour([facts.gradient(node)]))
    return texts
