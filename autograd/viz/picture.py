"""A picture of a graph: the diagram with all that is drawn of it, before it is written as SVG or as DOT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograd.graph import Graph
from autograd.value import Value
from autograd.viz.cards import Card, card_of
from autograd.viz.diagram import RECORDED, Diagram, Quantities
from autograd.viz.flow import Flow, flows_of
from autograd.viz.folding import fold_graph
from autograd.viz.style import Options


@dataclass(frozen=True)
class Picture:
    """A diagram with all that is drawn of it."""

    diagram: Diagram
    cards: Mapping[str, Card]
    flows: Mapping[str, Flow]
    largest: float
    direction: str
    notes: Sequence[str]

    def svg(self) -> str:
        """As an SVG of our own."""
        from autograd.viz.svg import svg_of  # imported here: drawings that are not shown do not need it

        return svg_of(self.diagram, self.cards, self.flows, self.largest, self.direction, self.notes)


def picture_of(
    graph: Graph,
    options: Options,
    quantities: Quantities = RECORDED,
    *,
    names: Mapping[Value, str] | None = None,
    captions: Sequence[str] = (),
) -> Picture:
    """The picture of a graph with these numbers, names and captions."""
    folding = fold_graph(graph, graph.names if names is None else names, options)
    name_of = graph.spell if names is None else names.__getitem__
    diagram = Diagram(graph, name_of, folding, options, quantities)
    notes = [*diagram.notes(hint=not captions), *captions]
    cards = {box.id: card_of(box, options.show) for box in diagram.boxes.values()}
    flows, largest = flows_of(diagram.arrows, options)
    return Picture(diagram, cards, flows, largest, options.direction, notes)
