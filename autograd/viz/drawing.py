"""A graph as a graphviz.Digraph that displays itself anywhere, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import graphviz

from autograd._files import write_atomically
from autograd.graph import Graph
from autograd.value import Value
from autograd.viz import style
from autograd.viz.diagram import NO_GRADIENTS, RECORDED, Diagram, Quantities, grad_of
from autograd.viz.dot import DotWriter
from autograd.viz.folding import fold_graph
from autograd.viz.options import Options
from autograd.viz.render import RendererMissing, layout
from autograd.viz.text_tree import text_tree

FONT = "Arial"  # Graphviz knows its letter widths even where the font is not installed
GRAPH = {"nodesep": "0.2", "fontname": FONT, "fontsize": "10", "fontcolor": style.LINE, "labeljust": "l", "tooltip": " "}
NODES = {"fontname": FONT, "fontsize": "11", "margin": "0.15,0.06"}
EDGES = {"fontname": FONT, "fontsize": "9", "arrowsize": "0.6"}
_numbering = count(1)


class Drawing(graphviz.Digraph):  # type: ignore[misc]  # graphviz has no type hints
    """A `graphviz.Digraph` that works without Graphviz.

    It displays itself in a notebook, and prints as a tree of text. `save(path)` keeps the DOT source,
    `render(path)` writes a picture, `pipe(format)` returns its bytes.
    """

    roots: Sequence[Value] = ()
    names: Mapping[Value, str] = {}  # replaced as a whole
    box_ids: Mapping[Value, str] = {}  # the id of the box that shows a Value

    def pipe(self, format: str | None = None, *, encoding: str | None = None) -> Any:
        """The picture as bytes, or as text if an encoding is given; by default in the drawing's own `format`."""
        picture = layout(self.source, format or self.format)
        return picture.decode(encoding) if encoding else picture

    def render(self, filename: str | Path, *, format: str | None = None) -> str:
        """Write the picture to `filename`, with the suffix of its format added if it is missing; returns the path."""
        path = Path(filename)
        suffix = f".{format or self.format}"
        if path.suffix != suffix:
            path = path.with_name(f"{path.name}{suffix}")
        write_atomically(path, self.pipe(format))
        return str(path)

    def text(self) -> str:
        """The graph as an indented tree, for a terminal; a large graph is cut off."""
        above = [NO_GRADIENTS] if all(grad_of(root) is None for root in self.roots) else []
        return "\n".join(text_tree(self.roots, self.names, above)) if self.roots else self.source

    def __str__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, str]:
        try:
            # Ids must differ between the pictures of a page, or a reference to one finds it in another picture.
            svg = self.pipe("svg", encoding="utf-8").replace(' id="', f' id="drawing{next(_numbering)}-')
            return {"image/svg+xml": svg, "text/plain": self.text()}
        except (RendererMissing, RuntimeError, OSError) as error:
            return {"text/plain": f"{error}\n\n{self.text()}\n\n{self.source}"}


def draw_graph(
    graph: Graph,
    options: Options,
    quantities: Quantities = RECORDED,
    *,
    names: Mapping[Value, str] | None = None,
    captions: Sequence[str] = (),
) -> Drawing:
    """`draw_dot` for other functions: with other numbers or names than the graph's own, and with `captions` below the drawing."""
    names = graph.names if names is None else names
    diagram = Diagram(graph, names, fold_graph(graph, names, options), options, quantities)
    ranksep = "0.35" if options.flow == "forward" else "0.6"
    notes = [*diagram.notes(hint=not captions), *captions]
    drawing = Drawing(
        format=options.format,
        graph_attr={**GRAPH, "rankdir": options.direction, "ranksep": ranksep, "label": style.label(notes)},
        node_attr=NODES,
        edge_attr=EDGES,
    )
    drawing.roots, drawing.names, drawing.box_ids = graph.roots, names, diagram.box_ids
    DotWriter(diagram, drawing, options).write()
    return drawing
