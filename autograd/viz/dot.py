"""A recorded graph as a drawing: values with their gradients, and edges with their partials."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

from autograd.graph import topological_order
from autograd.names import node_names
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.viz.drawing import Drawing

POSITIVE, NEGATIVE, NOTHING = "#1f5fa8", "#c4501b", "#9a9a9a"  # told apart by the colour-blind as well


def trace(root: Value) -> tuple[list[Value], list[tuple[Value | float, Value]]]:
    """All nodes `root` was made from, arguments first, and all edges (argument, result), repeats kept.

    >>> x = Value(3.0)
    >>> nodes, edges = trace(x * x)
    >>> len(nodes), len(edges)
    (2, 2)
    """
    nodes = topological_order([root])
    return nodes, [(arg, node) for node in nodes for arg in node.args]


def draw_dot(root: Value, *, direction: str = "LR", expand: bool = False, format: str = "svg") -> Drawing:
    """The graph of `root` as a `graphviz.Digraph` that shows itself in a notebook.

    A box is a value with its name, number and gradient; a circle is an operation. The label on the edge
    from an argument to its operation is the local partial. Its colour and width are the gradient that
    flows back along it: blue is positive, orange (dashed) negative, thick is much.
    `direction` is "LR", "RL", "TB" or "BT"; `expand` draws every dot product as single multiplies and adds;
    `format` is what `render` writes: "svg", "png" or "pdf".

    Works without Graphviz on the machine, see `autograd.viz.render`.

    >>> x = Value(3.0, label="x")
    >>> drawing = draw_dot(x * x)
    >>> drawing.source.count(" -> ")
    3
    """
    if type(root) is not Value:
        raise TypeError(f"draw_dot: root must be a Value, got {type(root).__name__}")
    if direction not in ("LR", "RL", "TB", "BT"):
        raise ValueError(f"draw_dot: direction must be 'LR', 'RL', 'TB' or 'BT', got {direction!r}")
    from autograd.viz.drawing import Drawing

    order = topological_order([root])
    names = node_names(order)
    drawing = Drawing(
        format=format,
        graph_attr={"rankdir": direction, "ranksep": "0.35", "nodesep": "0.2"},
        node_attr={"fontname": "Helvetica,Arial,sans-serif", "fontsize": "11", "margin": "0.12,0.06"},
        edge_attr={"fontname": "Helvetica,Arial,sans-serif", "fontsize": "9", "arrowsize": "0.6"},
    )
    drawing.root, drawing.names = root, names
    ids = {node: f"n{i}" for i, node in enumerate(order)}
    for node in order:
        _draw_value(drawing, ids[node], names[node], node.data, node.grad, leaf=node.op is None)
        if node.op is not None:
            if expand and node.op.name == "dot":
                _draw_expanded_dot(drawing, node, ids)
            else:
                sources = [arg if type(arg) is float else ids[arg] for arg in node.args]
                edges = list(zip(sources, node.partials, strict=True))
                _draw_operation(drawing, ids[node], node.op.symbol, node.grad, edges)
    return drawing


def _draw_value(drawing: Drawing, id: str, name: str, data: float, grad: float, leaf: bool = False) -> None:
    fill = "#eef3fa" if leaf else "#ffffff"
    rows = f'<TR><TD COLSPAN="2"><B>{_text(name)}</B></TD></TR>' if name else ""
    for what, number, colour in (("data", data, "#222222"), ("grad", grad, _colour(grad))):
        rows += f'<TR><TD ALIGN="LEFT">{what}&#160;&#160;</TD>'
        rows += f'<TD ALIGN="RIGHT"><FONT COLOR="{colour}">{_number(number)}</FONT></TD></TR>'
    table = f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{rows}</TABLE>>'
    tooltip = f"{_plain(name)}: data {data!r}, grad {grad!r}"
    drawing.node(id, table, shape="box", style="rounded,filled", fillcolor=fill, color="#555555", tooltip=_escaped(tooltip))


def _draw_operation(
    drawing: Drawing, result: str, symbol: str, grad: float, edges: list[tuple[str | float, float | None]]
) -> None:
    """The circle of an operation, its edge to the result, and one edge for each argument."""
    circle = f"{result}op"
    drawing.node(
        circle,
        f"<{_text(symbol)}>",
        shape="ellipse",
        margin="0.03",
        width="0.3",
        height="0.3",
        style="filled",
        fillcolor="#f4f1e8",
        color="#555555",
    )
    drawing.edge(circle, result, color="#555555")
    for i, (source, partial) in enumerate(edges):
        if isinstance(source, float):  # a constant stays quiet
            drawing.node(f"{circle}{i}", f"<{_number(source)}>", shape="plaintext", fontcolor=NOTHING)
            drawing.edge(f"{circle}{i}", circle, color=NOTHING)
        elif partial is None:
            drawing.edge(source, circle, color=NOTHING, style="dotted", tooltip="not taken: no gradient flows here")
        else:
            flow = grad * partial
            drawing.edge(
                source,
                circle,
                label=f"<{_number(partial)}>",
                color=_colour(flow),
                fontcolor=_colour(flow),
                penwidth=_width(flow),
                style="dashed" if flow < 0.0 else "solid",
                tooltip=_escaped(f"partial {partial!r}, gradient {flow!r} flows back"),
            )


def _draw_expanded_dot(drawing: Drawing, node: Value, ids: dict[Value, str]) -> None:
    """A dot product as the multiplies and adds it stands for: bias + w₁x₁ + w₂x₂ + …"""

    def end(arg: Any) -> str | float:
        return arg if type(arg) is float else ids[arg]

    def number(arg: Any) -> float:
        return arg if type(arg) is float else arg.data

    n = len(node.args) // 2
    id, bias = ids[node], node.args[-1]
    total, before = number(bias), end(bias)
    for i in range(n):
        weight, x = node.args[i], node.args[n + i]
        product = f"{id}p{i}"
        after = id if i == n - 1 else f"{id}s{i}"
        data = number(weight) * number(x)
        total += data
        _draw_value(drawing, product, "", data, node.grad)
        _draw_operation(drawing, product, "×", node.grad, [(end(weight), node.partials[i]), (end(x), node.partials[n + i])])
        if after != id:
            _draw_value(drawing, after, "", total, node.grad)
        _draw_operation(drawing, after, "+", node.grad, [(before, 1.0), (product, 1.0)])
        before = after


def _colour(flow: float) -> str:
    return POSITIVE if flow > 0.0 else NEGATIVE if flow < 0.0 else NOTHING


def _width(flow: float) -> str:
    """0.5 for nothing to 4 for much, by the logarithm."""
    if flow == 0.0 or math.isnan(flow):
        return "0.5"
    return f"{min(4.0, max(0.7, 2.0 + 0.5 * math.log10(abs(flow)))) if math.isfinite(flow) else 4.0:.2f}"


def _number(x: float) -> str:
    return f"{x:.4g}".replace("-", "−")


def _plain(text: str) -> str:
    """`text` with the characters no SVG can hold replaced."""
    return "".join(c if c in "\n\t" or (c.isprintable() and not "\ud800" <= c <= "\udfff") else "�" for c in text)


def _text(text: str) -> str:
    return html.escape(_plain(text)).replace("\n", "<BR/>")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")
