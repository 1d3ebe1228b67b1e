"""A diagram written as DOT: what its boxes and arrows look like."""

from __future__ import annotations

import math
from typing import Any

from autograd.viz import style
from autograd.viz.diagram import Arrow, Box, Diagram
from autograd.viz.folding import Group
from autograd.viz.style import Options

MAX_NAMES = 5  # in a tooltip


class DotWriter:
    """Writes a diagram into a `graphviz.Digraph`."""

    def __init__(self, diagram: Diagram, drawing: Any, options: Options) -> None:
        self.diagram, self.drawing, self.show, self.flow = diagram, drawing, options.show, options.flow
        self.circles = options.flow == "forward"  # an operation is a circle before the box of its result

    def write(self) -> None:
        """Boxes in their frames first, then the arrows."""
        boxes: dict[Group | None, list[Box]] = {}
        for box in self.diagram.boxes.values():
            boxes.setdefault(box.frame, []).append(box)
        if self.diagram.folding.open:  # Graphviz's older way gives up on some: "trouble in init_rank"
            self.drawing.graph_attr["newrank"] = "true"
        self._frame(self.drawing, None, boxes)
        for arrow in self.diagram.arrows:
            if self.circles:
                self._arrow_with_partial(arrow)
            else:
                self._arrows_of_flow(arrow)

    def _frame(self, graph: Any, group: Group | None, boxes: dict[Group | None, list[Box]]) -> None:
        for box in boxes.get(group, ()):
            self._box(graph, box)
            self._constants(graph, box)
        frames = self.diagram.folding.open
        for i, inner in enumerate(frames):
            if (inner.parent if inner.parent in frames else None) is group:
                with graph.subgraph(name=f"cluster{i}") as cluster:
                    about = f"  {style.escaped(_about(inner))}" if _about(inner) else ""
                    label = f"<<B>{style.escaped(inner.name)}</B>{about}>"
                    cluster.attr(label=label, style="rounded,dashed", color=style.FORWARD, labeljust="l", margin="10")
                    self._frame(cluster, inner, boxes)

    # -- boxes -----------------------------------------------------------------------------------------

    def _box(self, graph: Any, box: Box) -> None:
        if box.reference:
            name = f"<<I>{style.escaped(box.name)}</I>>" if box.name else "…"
            graph.node(box.id, name, shape="plaintext", margin="0.03", height="0.2", tooltip=style.tooltip(box.name) or " ")
            return
        if self.circles and box.symbol:
            circle = {"shape": "ellipse", "margin": "0.03", "width": "0.3", "height": "0.3", "style": "filled"}
            tooltip = style.tooltip(box.origin and f"recorded at {box.origin}") or " "
            colours = {"fillcolor": style.OPERATION, "color": style.LINE}
            graph.node(self._head(box), f"<{style.escaped(box.symbol)}>", tooltip=tooltip, **circle, **colours)
            graph.edge(self._head(box), box.id, color=style.LINE)
        rows = self._group_rows(box, box.group) if box.group is not None else self._value_rows(box)
        table = f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{"".join(rows)}</TABLE>>'
        kind, fill = "operation", style.PAPER if self.circles else style.OPERATION
        if box.group is not None:
            kind, fill = "folded", style.FOLDED
        elif not box.symbol:
            kind, fill = "leaf", style.LEAF
        look = {"shape": "box", "style": "rounded,filled", "fillcolor": fill, "color": style.LINE}
        if box.group is not None:
            look["peripheries"] = "2"
        if box.framed:
            look |= {"color": style.BROKEN, "penwidth": "3"}
        graph.node(box.id, table, id=box.id, tooltip=style.tooltip(_tooltip(box)), **{"class": kind}, **look)

    def _constants(self, graph: Any, box: Box) -> None:
        if box.constants:
            n = len(box.constants)
            text = ", ".join(map(style.short, box.constants)) if n <= style.MAX_VECTOR else f"{n} constants"
            graph.node(f"c{box.id}", f"<{text}>", shape="plaintext", fontcolor=style.NOTHING, margin="0.02", height="0.2")
            graph.edge(f"c{box.id}", self._head(box), color=style.NOTHING)

    def _value_rows(self, box: Box) -> list[str]:
        """A leaf, or the result of an operation."""
        rows = []
        if box.symbol and not self.circles:
            rows.append(_title(box.symbol, box.name))
        elif box.name:
            rows.append(_title(box.name))
        rows += self._numbers(box, style.INK if math.isfinite(box.data[0]) else style.BROKEN)
        if box.grads and box.contributions and "grad" in self.show and not self.circles:
            rows += _sum(box)
        if box.placeholder is not None and not ("grad" in self.show and box.grads):
            rows.append(_row("grad", *box.placeholder))
        return rows

    def _group_rows(self, box: Box, group: Group) -> list[str]:
        rows = [_title(group.name)]
        if _about(group):
            rows.append(_wide(style.escaped(_about(group))))
        if box.parameters is None:
            return rows + self._numbers(box)
        rows.append(_row("in → out", f"{len(box.inputs) or 'constants'} → {len(box.outputs)}", style.INK))
        rows += self._numbers(box)
        if box.parameters:
            rows.append(_row("parameters", f"{box.parameters}", style.INK))
            rows += self._grads("grad of parameters", box.parameter_grads)
        return rows

    def _numbers(self, box: Box, colour: str = style.INK) -> list[str]:
        data = [_row("data", style.vector(box.data), colour)] if box.data and "data" in self.show else []
        return data + self._grads("grad", box.grads)

    def _grads(self, what: str, grads: list[float]) -> list[str]:
        return [_row(what, style.gradients(grads), style.gradient_colour(grads))] if grads and "grad" in self.show else []

    # -- arrows ----------------------------------------------------------------------------------------

    def _head(self, box: Box) -> str:
        """Where an arrow to a box ends: at the circle of its operation, if there is one."""
        return f"{box.id}op" if self.circles and box.symbol else box.id

    def _arrows_of_flow(self, arrow: Arrow) -> None:
        """The grey arrow with the numbers that go forward, and the coloured one with the contributions back."""
        if self.flow == "both":
            label = _beside(style.vector(arrow.data)) if "data" in self.show else ""
            tooltip = style.tooltip(f"forward: {', '.join(arrow.names[:MAX_NAMES])}")
            look = {"class": "forward", "color": style.FORWARD, "fontcolor": style.LINE}
            self.drawing.edge(arrow.source, arrow.target, id=f"f{arrow.id}", label=label, tooltip=tooltip, **look)
        contributions = arrow.contributions
        if contributions is not None:  # also drawn from argument to result, so that it does not reverse the layout
            label, tooltip = _beside(self._product(arrow, contributions)), style.tooltip(self._arrow_tooltip(arrow))
            look = {"class": "backward", "dir": "back", **style.gradient_style(contributions)}
            self.drawing.edge(arrow.source, arrow.target, id=f"b{arrow.id}", label=label, tooltip=tooltip, **look)
        elif arrow.partials == [None]:
            self._dead_arrow(arrow, dir="back")
        elif arrow.bar is None and self.flow == "backward":
            self.drawing.edge(arrow.source, arrow.target, color=style.FORWARD, dir="back")

    def _arrow_with_partial(self, arrow: Arrow) -> None:
        """The one arrow of the forward drawing: labelled with its partial, in the colour of the gradient."""
        if arrow.partials == [None]:
            self._dead_arrow(arrow)
            return
        label = style.short(arrow.partials[0] or 0.0) if len(arrow.partials) == 1 and "partial" in self.show else ""
        if self.diagram.boxes[arrow.source].group is not None and len(arrow.data) > 1:
            label = f"{len(arrow.data)} values"
        contributions = arrow.contributions
        look = {"color": style.FORWARD} if contributions is None else style.gradient_style(contributions)
        head, tooltip = self._head(self.diagram.boxes[arrow.target]), style.tooltip(self._arrow_tooltip(arrow))
        self.drawing.edge(arrow.source, head, label=_beside(label), tooltip=tooltip, **look)

    def _dead_arrow(self, arrow: Arrow, **look: str) -> None:
        tooltip = "no gradient flows here: branch not taken, or frozen leaf"
        head = self._head(self.diagram.boxes[arrow.target])
        self.drawing.edge(arrow.source, head, color=style.NOTHING, style="dotted", tooltip=tooltip, **look)

    def _product(self, arrow: Arrow, contributions: list[float]) -> str:
        """The contribution as adjoint times partial, if there is only one."""
        text = style.gradients(contributions)
        if len(arrow.partials) == 1 and arrow.partials[0] is not None and arrow.bar is not None and "partial" in self.show:
            return f"{style.short(arrow.bar)} · {style.factor(arrow.partials[0])} = {text}"
        return text

    def _arrow_tooltip(self, arrow: Arrow) -> str:
        what, contributions = ", ".join(arrow.names[:MAX_NAMES]), arrow.contributions
        if contributions is None:
            return f"{what}: partial {arrow.partials[0]!r}" if "partial" in self.show else what
        if len(arrow.partials) == 1:
            return f"{what}: gradient {arrow.bar!r} times partial {arrow.partials[0]!r} is {contributions[0]!r}"
        return f"{what}: {len(contributions)} gradients of norm {style.norm(contributions)!r}"


def _beside(text: str) -> str:
    """The label of an arrow, at a distance from it and from the next one."""
    return f"<&#160;{text}&#160;>" if text else ""


def _title(name: str, second: str = "") -> str:
    more = f"&#160;&#160;{style.escaped(second)}" if second else ""
    return f'<TR><TD COLSPAN="2"><B>{style.escaped(name)}</B>{more}</TD></TR>'


def _row(what: str, text: str, colour: str) -> str:
    return f'<TR><TD ALIGN="LEFT">{what}&#160;&#160;</TD><TD ALIGN="RIGHT"><FONT COLOR="{colour}">{text}</FONT></TD></TR>'


def _wide(text: str, align: str = "") -> str:
    return f'<TR><TD COLSPAN="2"{align}><FONT COLOR="{style.LINE}">{text}</FONT></TD></TR>'


def _sum(box: Box) -> list[str]:
    """How the gradient of a box is the sum of the contributions, and of what a leaf had before; nothing if that is obvious."""
    (grad,) = box.grads
    earlier = grad - sum(box.contributions)
    text = f"= {style.terms(box.contributions)}" if len(box.contributions) > 1 else ""
    if not box.symbol and abs(earlier) > 1e-9 * max(map(abs, box.contributions)):
        text = f"= {style.short(earlier)} before + {style.terms(box.contributions)}".replace("+ −", "− ")
        if grad == 0.0:
            text = "set to 0 since"
    return [_wide(text, ' ALIGN="RIGHT"')] if text else []


def _about(group: Group) -> str:
    calls = f"{len(group.calls)} calls" if len(group.calls) > 1 else ""
    return " · ".join(filter(None, (group.about, calls)))


def _tooltip(box: Box) -> str:
    if box.group is not None:
        return f"{box.group.name} {_about(box.group)}: expand={box.group.name!r} opens it"
    grad = f", grad {box.grads[0]!r}" if box.grads else ""
    return f"{box.name}: data {box.data[0]!r}{grad}{box.origin and f', recorded at {box.origin}'}"
