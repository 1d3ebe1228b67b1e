"""A diagram written as DOT, and DOT drawn by Graphviz: PNG, PDF, and whatever we don't lay out ourselves."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd._format import escaped
from autograd.viz import style
from autograd.viz.cards import Card, Line
from autograd.viz.diagram import Arrow
from autograd.viz.flow import Flow

MAX_SECONDS = 60  # for a layout by Graphviz
ONLY_GRAPHVIZ = ("pdf", "gif", "webp", "eps")  # formats that graphviz-pure does not write


@dataclass
class Cluster:
    """An open group and its contents; the whole drawing is one without a name."""

    name: str = ""
    about: str = ""
    id: str = ""
    cards: list[Card] = field(default_factory=list)
    frames: list[Cluster] = field(default_factory=list)


def write_dot(drawing: Any, whole: Cluster, arrows: Sequence[Arrow], flows: Mapping[str, Flow]) -> None:
    """Write the cards, in their frames, and then the arrows into a `graphviz.Digraph`."""
    if whole.frames:  # Graphviz's older ranking fails on some: "trouble in init_rank"
        drawing.graph_attr["newrank"] = "true"
    _write_frame(drawing, whole)
    for arrow in arrows:
        _write_arrows(drawing, arrow, flows[arrow.id])


def _write_frame(graph: Any, frame: Cluster) -> None:
    for card in frame.cards:
        _write_card(graph, card)
    for inner in frame.frames:
        with graph.subgraph(name=inner.id) as cluster:
            more = f"  {style.label_text(inner.about)}" if inner.about else ""
            label = f"<<B>{style.label_text(inner.name)}</B>{more}>"
            cluster.attr(label=label, style="rounded,dashed", color=style.FORWARD, labeljust="l", margin="10")
            _write_frame(cluster, inner)


def _write_arrows(drawing: Any, arrow: Arrow, flow: Flow) -> None:
    """Write the thin arrow forward and the coloured one back; for the layout's sake, both run from argument to result."""
    ends = arrow.source, arrow.target
    if flow.forward:
        look = {"id": f"f{arrow.id}", "class": "forward", "tooltip": style.tooltip(f"forward: {flow.names}")}
        if flow.back is None and flow.label:
            look["label"] = f"<&#160;{flow.label}&#160;>"
        drawing.edge(*ends, **look)
    if flow.ribbon is not None:
        colour, width, dashes = flow.ribbon
        look = {"id": f"b{arrow.id}", "class": "backward", "dir": "none" if dashes == "dotted" else "back", "style": dashes}
        look |= {"color": colour, "fontcolor": colour, "penwidth": f"{width:.2f}", "tooltip": style.tooltip(flow.tooltip)}
        drawing.edge(*ends, label=f"<&#160;{style.label_text(flow.label)}&#160;>", **look)


def _write_card(graph: Any, card: Card) -> None:
    if card.kind == "reference":
        look = {"shape": "plaintext", "margin": "0.03", "height": "0.2"}
        graph.node(card.id, f"<<I>{style.label_text(card.head)}</I>>", tooltip=style.tooltip(card.tooltip) or " ", **look)
        return
    name = f"&#160;&#160;{style.label_text(card.name)}" if card.name else ""
    fill = f' BGCOLOR="{style.HEADS[card.kind]}"' if card.kind in style.HEADS else ""
    rows = [f'<TR><TD COLSPAN="2"{fill}><B>{style.label_text(card.head)}</B>{name}</TD></TR>', *map(_row, card.lines)]
    table = f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{"".join(rows)}</TABLE>>'
    look = {"class": card.kind}
    if card.kind == "folded" or card.lanes:
        look["peripheries"] = "2"
    if card.broken:
        look |= {"color": style.BROKEN, "penwidth": "3"}
    graph.node(card.id, table, id=card.id, tooltip=style.tooltip(card.tooltip), **look)


def _row(line: Line) -> str:
    text = f'<FONT COLOR="{line.colour}">{style.label_text(line.text)}</FONT>'
    if not line.word:
        return f'<TR><TD COLSPAN="2" ALIGN="RIGHT">{text}</TD></TR>'
    return f'<TR><TD ALIGN="LEFT">{line.word}&#160;&#160;</TD><TD ALIGN="RIGHT">{text}</TD></TR>'


# -- drawn by Graphviz -------------------------------------------------------------------------------


class RendererMissing(RuntimeError):
    """No program was found that draws a graph in this format.

    >>> from autograd import Value, draw_dot
    >>> drawing = draw_dot(Value(2.0).exp())
    >>> try:
    ...     picture = drawing.pipe("png")
    ... except RendererMissing:  # an SVG needs no Graphviz
    ...     picture = drawing.pipe("svg")
    """


def layout(source: str, format: str = "svg") -> bytes:
    """The picture of a DOT source.

    Tries, in this order: `dot` on PATH, `graphviz-pure` (on PATH or next to the Python executable), the package
    pygraphviz. RendererMissing says what to install.
    """
    import subprocess  # imported here: a browser's Python lacks it

    program = _program(format)
    if program is None:
        return _pygraphviz(source, format)
    command = [program, f"-T{format}"]
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, check=False, timeout=MAX_SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{program} gave up after {MAX_SECONDS} s: draw fewer boxes, with a smaller max_nodes") from None
    if done.returncode != 0:
        raise RuntimeError(f"{program} -T{format} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def with_words(svg: bytes, title: str, description: str) -> bytes:
    """Graphviz's SVG with a title and description where browsers and screen readers look for them."""
    head = svg.index(b">", svg.index(b"<svg")) + 1
    begin = svg[:head].replace(b"<svg", b'<svg role="img"')
    return begin + f"<title>{escaped(title)}</title><desc>{escaped(description)}</desc>".encode() + svg[head:]


def _program(format: str) -> str | None:
    import os
    import shutil

    found = shutil.which("dot")
    if found or format in ONLY_GRAPHVIZ:
        return found
    return shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=os.path.dirname(sys.executable))


def _pygraphviz(source: str, format: str) -> bytes:
    try:
        import pygraphviz
    except ImportError:
        if format in ONLY_GRAPHVIZ:
            raise RendererMissing(f"a .{format} file needs Graphviz itself: install it, or draw an SVG") from None
        raise RendererMissing(
            "no graph layout program was found: pip install 'scalar-autograd[render]', or install Graphviz"
        ) from None
    drawn: bytes = pygraphviz.AGraph(source).draw(format=format, prog="dot")
    return drawn
