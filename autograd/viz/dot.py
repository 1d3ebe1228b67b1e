"""A diagram written as DOT, for Graphviz: what its cards and arrows look like there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.viz import style
from autograd.viz.cards import Card, Line
from autograd.viz.diagram import Arrow
from autograd.viz.flow import Flow

CARDS = {"shape": "box", "style": "rounded,filled", "fillcolor": style.PAPER, "color": style.LINE}
LOOK = {"leaf": style.LEAF, "operation": style.OPERATION, "folded": style.FOLDED}


@dataclass
class Frame:
    """An open group, with what stands in it; the whole drawing is one without a name."""

    name: str = ""
    about: str = ""
    id: str = ""
    cards: list[Card] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)


class DotWriter:
    """Writes cards and arrows into a `graphviz.Digraph`."""

    def __init__(self, whole: Frame, arrows: Sequence[Arrow], flows: Mapping[str, Flow], drawing: Any) -> None:
        self.whole, self.arrows, self.flows, self.drawing = whole, arrows, flows, drawing

    def write(self) -> None:
        """Cards in their frames first, then the arrows."""
        if self.whole.frames:  # Graphviz's older way gives up on some: "trouble in init_rank"
            self.drawing.graph_attr["newrank"] = "true"
        self._frame(self.drawing, self.whole)
        for arrow in self.arrows:
            self._arrows(arrow, self.flows[arrow.id])

    def _frame(self, graph: Any, frame: Frame) -> None:
        for card in frame.cards:
            _write_card(graph, card)
        for inner in frame.frames:
            with graph.subgraph(name=inner.id) as cluster:
                more = f"  {style.label_text(inner.about)}" if inner.about else ""
                label = f"<<B>{style.label_text(inner.name)}</B>{more}>"
                cluster.attr(label=label, style="rounded,dashed", color=style.FORWARD, labeljust="l", margin="10")
                self._frame(cluster, inner)

    def _arrows(self, arrow: Arrow, flow: Flow) -> None:
        """The thin arrow forward and the coloured one back; both run from argument to result, for the sake of the layout."""
        ends = arrow.source, arrow.target
        if flow.forward:
            tooltip = style.tooltip(f"forward: {flow.names}")
            look = {"id": f"f{arrow.id}", "class": "forward", "tooltip": tooltip}
            if flow.back is None and flow.label:
                look["label"] = f"<&#160;{flow.label}&#160;>"
            self.drawing.edge(*ends, **look)
        if flow.back is not None:
            label = f"<&#160;{style.label_text(flow.label)}&#160;>"
            look = {"id": f"b{arrow.id}", "class": "backward", "dir": "back", **flow.look}
            self.drawing.edge(*ends, label=label, tooltip=style.tooltip(flow.tooltip), **look)


def _write_card(graph: Any, card: Card) -> None:
    if card.kind == "reference":
        look = {"shape": "plaintext", "margin": "0.03", "height": "0.2"}
        graph.node(card.id, f"<<I>{style.label_text(card.head)}</I>>", tooltip=style.tooltip(card.tooltip) or " ", **look)
        return
    name = f"&#160;&#160;{style.label_text(card.name)}" if card.name else ""
    fill = "" if card.kind == "operation" else f' BGCOLOR="{LOOK[card.kind]}"'
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
