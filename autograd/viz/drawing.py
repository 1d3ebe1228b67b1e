"""The drawing object: a graphviz.Digraph that shows itself wherever it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import graphviz

from autograd._files import write_atomically
from autograd.value import Value
from autograd.viz.render import RendererMissing, layout
from autograd.viz.text import text_trees

_shown = count(1)


class Drawing(graphviz.Digraph):  # type: ignore[misc]  # graphviz has no type hints
    """A `graphviz.Digraph` that needs no Graphviz on the machine.

    It displays itself in a notebook, and prints as a tree of text. `save(path)` keeps the DOT source,
    `render(path)` writes a picture, `pipe(format)` returns its bytes.
    """

    roots: Sequence[Value] = ()
    names: Mapping[Value, str] = {}  # replaced as a whole
    places: Mapping[Value, str] = {}  # the id of the box that shows a Value

    def pipe(self, format: str | None = None, *, encoding: str | None = None) -> Any:
        """The picture as bytes, or as text if an encoding is given; in the drawing's `format` if none is."""
        picture = layout(self.source, format or self.format)
        return picture.decode(encoding) if encoding else picture

    def render(self, filename: str | Path, *, format: str | None = None) -> str:
        """Write the picture to `filename`, to which the ending of its format is added if it is not there."""
        path = Path(filename)
        ending = f".{format or self.format}"
        if path.suffix != ending:
            path = path.with_name(f"{path.name}{ending}")
        write_atomically(path, self.pipe(format))
        return str(path)

    def text(self) -> str:
        """The graph as an indented tree, for a terminal; of a large graph its beginning."""
        return text_trees(self.roots, self.names) if self.roots else self.source

    def __str__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, str]:
        try:
            # A page with several pictures: ids have to differ, or what refers to one finds it in another picture.
            svg = self.pipe("svg", encoding="utf-8").replace(' id="', f' id="drawing{next(_shown)}-')
            return {"image/svg+xml": svg, "text/plain": self.text()}
        except (RendererMissing, RuntimeError, OSError) as error:
            return {"text/plain": f"{error}\n\n{self.text()}\n\n{self.source}"}
