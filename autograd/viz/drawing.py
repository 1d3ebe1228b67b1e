"""A graph as a graphviz.Digraph that displays itself anywhere: as a picture, with or without Graphviz, or as a text tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Self

import graphviz

from autograd._files import write_atomically
from autograd._format import shown
from autograd.graph import Graph
from autograd.value import Value
from autograd.viz import style
from autograd.viz.diagram import NO_GRADIENTS, RECORDED, Arrow, Diagram, Quantities, grad_of
from autograd.viz.dot import Cluster, RendererMissing, layout, with_words, write_dot
from autograd.viz.flow import Flow
from autograd.viz.page import still_picture
from autograd.viz.picture import Picture, picture_of
from autograd.viz.style import Options

MAX_LINES = 200
MAX_INDENT = 48  # characters
FONT = "Arial"  # Graphviz knows its letter widths even where the font is not installed
GRAPH = {"nodesep": "0.2", "fontname": FONT, "fontsize": "10", "fontcolor": style.LINE, "labeljust": "l", "tooltip": " "}
NODES = {"fontname": FONT, "fontsize": "11", "margin": "0.15,0.06", "shape": "box", "style": "rounded,filled"}
NODES |= {"fillcolor": style.PAPER, "color": style.LINE}
EDGES = {"fontname": FONT, "fontsize": "9", "arrowsize": "0.6", "color": style.FORWARD}
_numbering = count(1)


def _state(drawing: graphviz.Digraph) -> tuple[Any, ...]:
    """A fingerprint of a drawing, which differs once anything was added or changed."""
    return len(drawing.body), *(tuple(kind.items()) for kind in (drawing.graph_attr, drawing.node_attr, drawing.edge_attr))


class Drawing(graphviz.Digraph):  # type: ignore[misc]  # graphviz has no type hints
    """A `graphviz.Digraph` that works without Graphviz.

    It displays itself in a notebook and prints as a text tree. `save(path)` writes the DOT source,
    `render(path)` writes a picture, `pipe(format)` returns its bytes. SVGs use our own layout; Graphviz lays out other
    formats, and drawings that were added to or changed.

    >>> from autograd import Value, draw_dot
    >>> y = Value(2.0, label="x") * Value(3.0, label="w")
    >>> y.backward()
    >>> drawing = draw_dot(y)
    >>> print(drawing)
    v₂ = ×  data 6  grad 1
    ├─ x  data 2  grad 3
    └─ w  data 3  grad 2
    >>> drawing.pipe("svg")[:4]
    b'<svg'
    """

    roots: Sequence[Value] = ()
    box_ids: Mapping[Value, str] = {}  # the id of the box that shows a Value
    picture: Any = None  # a Picture, or that of a program
    as_drawn: tuple[Any, ...] = ()  # its state when its own picture was made

    @classmethod
    def of(
        cls,
        whole: Cluster,
        arrows: Sequence[Arrow],
        flows: Mapping[str, Flow],
        direction: str,
        notes: Sequence[str],
        format: str = "svg",
    ) -> Self:
        """A drawing of these cards and arrows, written as DOT."""
        drawing = cls(
            format=format,
            graph_attr={**GRAPH, "rankdir": direction, "ranksep": "0.6", "label": style.label(notes)},
            node_attr=NODES,
            edge_attr=EDGES,
        )
        write_dot(drawing, whole, arrows, flows)
        drawing.as_drawn = _state(drawing)
        return drawing

    def pipe(self, format: str | None = None, *, encoding: str | None = None) -> Any:
        """The picture as bytes, or as text if an encoding is given; by default in the drawing's own `format`."""
        if (format or self.format) == "svg" and self.as_drawn == _state(self):
            drawn = self.picture.svg.encode()
        else:
            drawn = layout(self.source, format or self.format)
            if (format or self.format) == "svg":
                drawn = with_words(drawn, *self.words())
        return drawn.decode(encoding) if encoding else drawn

    @property
    def diagram(self) -> Diagram | None:
        """The diagram of the drawing; None if it isn't of a graph."""
        return self.picture.diagram if isinstance(self.picture, Picture) else None

    def render(self, filename: str | Path, *, format: str | None = None, view: bool = False) -> str:
        """Write the picture to `filename`, adding the suffix of its format if it is missing; returns the path.

        A suffix such as .svg, .png, .pdf or .jpg sets the format, unless `format` does. With `view`, the file is opened in a
        browser.
        """
        path = Path(filename)
        named = path.suffix.removeprefix(".").lower()
        format = format or (named if named in style.PICTURES else self.format)
        if named != format:
            path = path.with_name(f"{path.name}.{format}")
        write_atomically(path, self.pipe(format))
        if view:
            import webbrowser  # imported here, since few programs need it

            webbrowser.open(path.resolve().as_uri())
        return str(path)

    def view(self, filename: str | Path | None = None) -> str:
        """Write the picture to `filename`, or to a temporary folder, and open it in a browser; returns the path."""
        return self.render(Path(mkdtemp()) / "graph" if filename is None else filename, view=True)

    def words(self) -> tuple[str, str]:
        """A title and a description for readers who can't see the picture."""
        from autograd.viz.description import describe_graph, title  # imported here, as `svg` is

        return ("Drawing", "") if self.diagram is None else (title(self.diagram), describe_graph(self.diagram))

    def text(self) -> str:
        """The graph as an indented tree, for a terminal; a large graph is cut off."""
        if not self.roots or self.diagram is None:
            return str(self.source)
        above = [NO_GRADIENTS] if all(grad_of(root) is None for root in self.roots) else []
        return "\n".join(text_tree(self.roots, self.diagram.name_of, above))

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.words()[0]}; render(path) writes the picture, print shows it as text>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, str]:
        try:
            # Ids must differ between the pictures of a page, or a reference to one finds it in another picture.
            svg = self.pipe("svg", encoding="utf-8").replace(' id="', f' id="drawing{next(_numbering)}-')
            return {"text/html": still_picture(svg), "image/svg+xml": svg, "text/plain": self.text()}
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
    """`draw_dot` for other functions: draws numbers or names other than the graph's own, with `captions` below the drawing."""
    picture = picture_of(graph, options, quantities, names=names, captions=captions)
    opened = picture.diagram.folding.open
    frames = {None: Cluster()} | {group: Cluster(group.name, group.about, f"cluster{i}") for i, group in enumerate(opened)}
    for group in opened:
        frames[group.parent if group.parent in opened else None].frames.append(frames[group])
    for box in picture.diagram.boxes.values():
        frames[box.frame].cards.append(picture.cards[box.id])
    arrows = picture.diagram.arrows
    drawing = Drawing.of(frames[None], arrows, picture.flows, options.direction, picture.notes, options.format)
    drawing.picture, drawing.roots, drawing.box_ids = picture, graph.roots, picture.diagram.box_ids
    return drawing


# -- as text -----------------------------------------------------------------------------------------


def text_tree(roots: Sequence[Value], name_of: Callable[[Value], str], above: Sequence[str] = ()) -> list[str]:
    """The lines `above`, then one line per node, arguments below their result; a repeated node is only named.

    It stops after 200 lines and says so.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.backward()
    >>> print("\\n".join(text_tree([y], {x: "x", y: "y"}.get)))
    y = ×  data 9  grad 1
    ├─ x  data 3  grad 6
    └─ x (above)
    """
    lines = list(above)
    seen: set[Value] = set()
    stack: list[tuple[Value | float, str, str]] = [(root, "", "") for root in roots[::-1]]
    while stack:
        if len(lines) == MAX_LINES:
            lines.append("… and more")
            break
        node, branch, indent = stack.pop()
        if type(node) is not Value:
            lines.append(f"{branch}{shown(node)}")
        elif node in seen:
            lines.append(f"{branch}{name_of(node)} (above)")
        else:
            seen.add(node)
            lines.append(branch + _described(node, name_of))
            last = len(node.args) - 1
            for k, arg in reversed(list(enumerate(node.args))):
                bend, rest = ("└─ ", "   ") if k == last else ("├─ ", "│  ")
                stack.append((arg, indent + bend, indent + rest if len(indent) < MAX_INDENT else indent))
    return lines


def _described(node: Value, name_of: Callable[[Value], str]) -> str:
    name = name_of(node) if node.op is None else f"{name_of(node)} = {node.op.symbol}"
    grad = grad_of(node)
    return f"{name}  data {shown(node.data)}" + ("" if grad is None else f"  grad {shown(grad)}")
