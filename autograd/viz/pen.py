"""Writing a scene as DOT: what its boxes and arrows look like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd.value import Value
from autograd.viz import style
from autograd.viz.fold import Group
from autograd.viz.scene import Arrow, Box, Scene


class Pen:
    """Writes a scene as DOT."""

    def __init__(self, drawing: Any, scene: Scene, show: frozenset[str], flow: str) -> None:
        self.drawing, self.scene, self.show, self.flow = drawing, scene, show, flow
        self.circles = flow == "forward"  # an operation has a circle of its own before the box of its result

    def draw(self, frames: Sequence[Group]) -> None:
        """Boxes in their frames first, then the arrows."""
        inside: dict[Group | None, list[Box]] = {}
        for box in self.scene.boxes.values():
            inside.setdefault(box.frame, []).append(box)
        if frames:  # the older way of Graphviz gives up on some: "trouble in init_rank"
            self.drawing.graph_attr["newrank"] = "true"
        self._frame(self.drawing, None, inside, frames)
        for arrow in self.scene.arrows:
            self._arrow(arrow)

    def _frame(self, graph: Any, group: Group | None, inside: dict[Group | None, list[Box]], frames: Sequence[Group]) -> None:
        for box in inside.get(group, ()):
            self._box(graph, box)
            self._constants(graph, box)
        for i, inner in enumerate(frames):
            if (inner.parent if inner.parent in frames else None) is group:
                with graph.subgraph(name=f"cluster{i}") as cluster:
                    about = f"  {style.in_html(_about(inner))}" if _about(inner) else ""
                    label = f"<<B>{style.in_html(inner.name)}</B>{about}>"
                    cluster.attr(label=label, style="rounded,dashed", color=style.FORWARD, labeljust="l", margin="10")
                    self._frame(cluster, inner, inside, frames)

    # -- boxes -----------------------------------------------------------------------------------------

    def _box(self, graph: Any, box: Box) -> None:
        if box.stands_in:
            name = f"<<I>{style.in_html(box.name)}</I>>" if box.name else "…"
            graph.node(box.id, name, shape="plaintext", margin="0.03", height="0.2", tooltip=style.in_tooltip(box.name) or " ")
        elif box.group is not None:
            self._write(graph, box, self._group_rows(box), style.FOLDED, "folded")
        else:
            self._value(graph, box)

    def _constants(self, graph: Any, box: Box) -> None:
        constants = self.scene.constants.get(box.id)
        if constants:
            shown = ", ".join(map(style.number, constants)) if len(constants) <= 3 else f"{len(constants)} constants"
            graph.node(f"c{box.id}", f"<{shown}>", shape="plaintext", fontcolor=style.NOTHING, margin="0.02", height="0.2")
            graph.edge(f"c{box.id}", self._head(box.id), color=style.NOTHING)

    def _value(self, graph: Any, box: Box) -> None:
        """A leaf, or an operation with its result."""
        leaf = not box.symbol
        if self.circles and not leaf:
            circle = {"shape": "ellipse", "margin": "0.03", "width": "0.3", "height": "0.3", "style": "filled"}
            tooltip = style.in_tooltip(box.origin and f"recorded at {box.origin}") or " "
            colours = {"fillcolor": style.OPERATION, "color": style.LINE}
            graph.node(self._head(box.id), f"<{style.in_html(box.symbol)}>", tooltip=tooltip, **circle, **colours)
            graph.edge(self._head(box.id), box.id, color=style.LINE)
        rows = [_title(box.name)] if box.name else []
        if not self.circles and not leaf:
            rows = [_title(box.symbol, box.name)]
        if "data" in self.show:
            rows.append(_row("data", style.number(box.data), style.INK if math.isfinite(box.data) else style.BROKEN))
        if "grad" in self.show and box.grad is not None:
            rows.append(_row("grad", style.number(box.grad), style.flow_colour([box.grad])))
            if not self.circles and box.arrivals:
                rows += _sum(box)
        elif box.told is not None:
            rows.append(_row("grad", *box.told))
        fill = style.LEAF if leaf else style.PAPER if self.circles else style.OPERATION
        self._write(graph, box, rows, fill, "leaf" if leaf else "operation")

    def _write(self, graph: Any, box: Box, rows: list[str], fill: str, kind: str) -> None:
        table = f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{"".join(rows)}</TABLE>>'
        look = {"shape": "box", "style": "rounded,filled", "fillcolor": fill, "color": style.LINE}
        if box.group is not None:
            look["peripheries"] = "2"
        if box.broken:
            look |= {"color": style.BROKEN, "penwidth": "3"}
        tooltip = style.in_tooltip(_tooltip(box))
        graph.node(box.id, table, id=box.id, tooltip=tooltip, **{"class": kind}, **look)

    def _group_rows(self, box: Box) -> list[str]:
        group = box.group
        assert group is not None
        rows = [_title(group.name)]
        if _about(group):
            rows.append(f'<TR><TD COLSPAN="2"><FONT COLOR="{style.LINE}">{style.in_html(_about(group))}</FONT></TD></TR>')
        if any(node.op is not None for node in group.nodes) or group.groups:
            rows.append(_row("in → out", f"{len(box.inputs) or 'constants'} → {len(box.outputs)}", style.INK))
            rows += self._numbers(list(box.outputs))
            parameters = [node for node in group.everything() if node.op is None]
            if parameters:
                rows.append(_row("parameters", f"{len(parameters)}", style.INK))
                rows += self._grads(parameters, "of them ")
        else:
            rows += self._numbers(group.nodes)
        return rows

    def _numbers(self, nodes: Sequence[Value]) -> list[str]:
        """The data and the gradient of what a folded box gives."""
        rows = []
        if nodes and "data" in self.show:
            rows.append(_row("data", style.numbers([self.scene.numbers.data(node) for node in nodes]), style.INK))
        return rows + self._grads(nodes)

    def _grads(self, nodes: Sequence[Value], whose: str = "") -> list[str]:
        grads = [grad for node in nodes if (grad := self.scene.numbers.grad(node)) is not None]
        if not grads or "grad" not in self.show:
            return []
        return [_row(f"grad {whose}", style.gradients(grads), style.flow_colour(grads))]

    # -- arrows ----------------------------------------------------------------------------------------

    def _head(self, target: str) -> str:
        """Where an arrow to an operation ends: at its circle, if it has one."""
        return f"{target}op" if self.circles and self.scene.boxes[target].symbol else target

    def _arrow(self, arrow: Arrow) -> None:
        if self.circles:
            self._arrow_with_partial(arrow)
            return
        if self.flow == "both":
            self.drawing.edge(
                arrow.source,
                arrow.target,
                id=f"f{arrow.id}",
                label=_beside(style.numbers(arrow.data)) if "data" in self.show else "",
                color=style.FORWARD,
                fontcolor=style.LINE,
                tooltip=style.in_tooltip(f"forward: {', '.join(arrow.names[:5])}"),
                **{"class": "forward"},
            )
        if arrow.flows is None:
            self._dead_arrow(arrow, dir="back")
            return
        self.drawing.edge(  # written from argument to result, so that it does not turn the layout round
            arrow.source,
            arrow.target,
            id=f"b{arrow.id}",
            dir="back",
            label=_beside(self._contribution(arrow)),
            tooltip=style.in_tooltip(self._flow_tooltip(arrow)),
            **{"class": "backward"},
            **style.flow_style(arrow.flows),
        )

    def _arrow_with_partial(self, arrow: Arrow) -> None:
        """An edge of the forward drawing: labelled with its partial, and in the colour of the gradient."""
        single = len(arrow.partials) == 1
        if single and arrow.partials[0] is None:
            self._dead_arrow(arrow)
            return
        label = style.number(arrow.partials[0] or 0.0) if single and "partial" in self.show else ""
        source = self.scene.boxes[arrow.source]
        if source.group is not None and len(arrow.data) > 1:
            label = f"{len(arrow.data)} values"
        look = {"color": style.FORWARD} if arrow.flows is None else style.flow_style(arrow.flows)
        tooltip = style.in_tooltip(self._flow_tooltip(arrow))
        self.drawing.edge(arrow.source, self._head(arrow.target), label=_beside(label), tooltip=tooltip, **look)

    def _dead_arrow(self, arrow: Arrow, **look: str) -> None:
        """Where no gradient flows, or none yet."""
        if arrow.bar is None and arrow.partials != [None]:
            if self.flow == "backward":
                self.drawing.edge(arrow.source, arrow.target, color=style.FORWARD, **look)
        elif arrow.partials == [None]:
            tooltip = "no gradient flows here: not taken, or frozen"
            head = self._head(arrow.target)
            self.drawing.edge(arrow.source, head, color=style.NOTHING, style="dotted", tooltip=tooltip, **look)

    def _contribution(self, arrow: Arrow) -> str:
        assert arrow.flows is not None
        text = style.gradients(arrow.flows)
        partial = arrow.partials[0]
        if len(arrow.partials) == 1 and partial is not None and arrow.bar is not None and "partial" in self.show:
            return f"{style.number(arrow.bar)} · {style.factor(partial)} = {text}"
        return text

    def _flow_tooltip(self, arrow: Arrow) -> str:
        what = ", ".join(arrow.names[:5])
        if arrow.flows is None:
            return f"{what}: partial {arrow.partials[0]!r}" if "partial" in self.show else what
        if len(arrow.partials) == 1:
            return f"{what}: gradient {arrow.bar!r} times partial {arrow.partials[0]!r} is {arrow.flows[0]!r}"
        return f"{what}: {len(arrow.flows)} gradients of norm {style.norm(arrow.flows)!r}"


def _beside(text: str) -> str:
    """A label at an arrow, at a distance from it and from the next one."""
    return f"<&#160;{text}&#160;>" if text else ""


def _title(name: str, second: str = "") -> str:
    more = f"&#160;&#160;{style.in_html(second)}" if second else ""
    return f'<TR><TD COLSPAN="2"><B>{style.in_html(name)}</B>{more}</TD></TR>'


def _row(what: str, shown: str, colour: str) -> str:
    return f'<TR><TD ALIGN="LEFT">{what}&#160;&#160;</TD><TD ALIGN="RIGHT"><FONT COLOR="{colour}">{shown}</FONT></TD></TR>'


def _sum(box: Box) -> list[str]:
    """How the gradient of a box is the sum of what arrives, and of what a leaf had before; if that is not plain."""
    earlier = (box.grad or 0.0) - sum(box.arrivals)
    changed = not box.symbol and abs(earlier) > 1e-9 * max(map(abs, box.arrivals))
    if changed and box.grad == 0.0:
        text = "set to 0 since"
    elif changed:
        text = f"= {style.number(earlier)} before + {style.terms(box.arrivals)}".replace("+ −", "− ")
    elif len(box.arrivals) > 1:
        text = f"= {style.terms(box.arrivals)}"
    else:
        return []
    return [f'<TR><TD COLSPAN="2" ALIGN="RIGHT"><FONT COLOR="{style.LINE}">{text}</FONT></TD></TR>']


def _about(group: Group) -> str:
    calls = f"{len(group.calls)} calls" if len(group.calls) > 1 else ""
    return " · ".join(filter(None, (group.about, calls)))


def _tooltip(box: Box) -> str:
    if box.group is not None:
        return f"{box.group.name} {_about(box.group)}: expand={box.group.name!r} opens it"
    grad = "" if box.grad is None else f", grad {box.grad!r}"
    return f"{box.name}: data {box.data!r}{grad}{box.origin and f', recorded at {box.origin}'}"
