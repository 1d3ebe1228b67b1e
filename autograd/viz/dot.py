"""A recorded graph as a drawing: values, gradients, partials, and how the gradient flows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd._check import checked_value
from autograd._format import shown
from autograd._tree import is_array, tree_leaves
from autograd.diagnosis.words import listed
from autograd.names import node_names
from autograd.staleness import stale_leaves
from autograd.sweeps import topological_order
from autograd.value import Value
from autograd.viz import style
from autograd.viz.fold import folding
from autograd.viz.pen import Pen
from autograd.viz.scene import Numbers, build
from autograd.viz.text import NO_GRADIENTS

if TYPE_CHECKING:
    from autograd.viz.drawing import Drawing

SHOWN = ("data", "grad", "partial")
DIRECTIONS = ("LR", "RL", "TB", "BT")


def trace(root: Value) -> tuple[list[Value], list[tuple[Value | float, Value]]]:
    """All nodes `root` was made from, arguments first, and all edges (argument, result), repeats kept.

    >>> x = Value(3.0)
    >>> nodes, edges = trace(x * x)
    >>> len(nodes), len(edges)
    (2, 2)
    """
    checked_value("trace({})", "root", root)
    nodes = topological_order([root])
    return nodes, [(arg, node) for node in nodes for arg in node.args]


def draw_dot(
    root: Value | Sequence[Value],
    *,
    direction: str = "LR",
    show: Collection[str] = SHOWN,
    flow: str = "forward",
    max_nodes: int = 100,
    fold: str = "auto",
    expand: bool | str | Collection[str] = False,
    format: str = "svg",
    rankdir: str | None = None,
) -> Drawing:
    """The graph of `root` as a `graphviz.Digraph` that shows itself in a notebook; `print` shows it as text.

    With flow="forward" a box is a value, a circle an operation, the number on an edge the local partial, and its
    colour and width the gradient that flows back along it.
    With flow="both" a box is an operation (or a leaf); values stand on the grey arrows forward, and the
    contributions to the gradients on coloured arrows back: what arrives at a box adds up to its gradient.
    flow="backward" leaves the grey arrows out. Solid blue is positive, dashed orange negative, thick is
    much, dotted next to nothing; purple is NaN or infinite, framed where it was born.

    - A list or array of roots is drawn as one graph.
    - `direction` is "LR", "RL", "TB" or "BT"; `rankdir` is another name for it, micrograd's and Graphviz's. `show` says
      which of "data", "grad" and "partial" are written.
    - `fold` puts what a module of `nn` or a `scope` made into one box: "module" always, "auto" if there are
      more than `max_nodes` nodes, "none" never. What is still too much is one box, far from the root.
    - `expand` is the name of a box to open, or several; True draws dot products as multiplies and adds.
    - `format` is what `render` writes: "svg", "png" or "pdf" (which takes Graphviz itself).

    Works without Graphviz on the machine, see `autograd.viz.render`.

    >>> x = Value(3.0, label="x")
    >>> drawing = draw_dot(x * x)
    >>> drawing.source.count(" -> ")
    3
    """
    if rankdir is not None:
        _one_of("rankdir", rankdir, DIRECTIONS)
    if isinstance(root, dict):
        raise TypeError("draw_dot: root must be a Value or a list of Values, got a dict: write draw_dot(list(ys.values()))")
    if is_array(root) and all(type(one) is Value for one in tree_leaves(root)):
        root = tree_leaves(root)
    roots = [checked_value("draw_dot({})", "root", one) for one in (root if isinstance(root, (list, tuple)) else [root])]
    if not roots:
        raise ValueError("draw_dot: root must be a Value or a list of at least one, got an empty list")
    order = topological_order(roots)
    return draw_graph(
        order,
        node_names(order),
        Numbers(),
        roots=roots,
        direction=direction if rankdir is None else rankdir,
        show=show,
        flow=flow,
        max_nodes=max_nodes,
        fold=fold,
        expand=expand,
        format=format,
    )


def draw_graph(
    order: Sequence[Value],
    names: Mapping[Value, str],
    numbers: Numbers,
    *,
    roots: Sequence[Value] = (),
    direction: str = "LR",
    show: Collection[str] = SHOWN,
    flow: str = "forward",
    max_nodes: int = 100,
    fold: str = "auto",
    expand: bool | str | Collection[str] = False,
    format: str = "svg",
    captions: Sequence[str] = (),
) -> Drawing:
    """What `draw_dot` gives, with numbers that may be others than those in the nodes, and lines of one's own below it.

    `roots` are the last node of the order if none are named. A caller that has `captions` is not told how to open a box.
    """
    _check(direction, show, flow, max_nodes, fold, expand, format)
    from autograd.viz.drawing import Drawing

    roots = roots or order[-1:]
    opened = (expand,) if isinstance(expand, str) else () if isinstance(expand, bool) else tuple(expand)
    plan = folding(order, names, fold, max_nodes, opened)
    scene = build(order, names, plan, max_nodes if expand is True else 0, numbers)
    hint = f": {plan.hint}" if plan.hint and not captions else ""
    below = [f"{plan.note}{hint}"] if plan.note else []
    if any(box.stands_in for box in scene.boxes.values()):
        below.append("a name without a box stands for the box of that name")
    if scene.not_expanded:
        below.append(f"dots that would make more than {max_nodes} boxes are not expanded")
    changed = stale_leaves(order) if numbers == Numbers() else []
    if changed:
        below.append(
            f"{listed([names[leaf] for leaf in changed])} changed since: the gradients are those of the recorded numbers"
        )
    bar, *others = (numbers.grad(root) for root in roots)
    if bar is None and others == [None] * len(others) and set(show) - {"data"}:
        below.append(NO_GRADIENTS)
    if bar is not None and bar != 1.0 and not others:
        below.append(f"the root's own gradient is {shown(bar)}: of something made from it, of several sweeps, or of a seed")
    drawing = Drawing(
        format=format,
        graph_attr={
            "rankdir": direction,
            "ranksep": "0.35" if flow == "forward" else "0.6",
            "nodesep": "0.2",
            "fontname": FONT,
            "fontsize": "10",
            "fontcolor": style.LINE,
            "label": style.lines([*below, *captions]),
            "labeljust": "l",
            "tooltip": " ",
        },
        node_attr={"fontname": FONT, "fontsize": "11", "margin": "0.15,0.06"},
        edge_attr={"fontname": FONT, "fontsize": "9", "arrowsize": "0.6"},
    )
    drawing.roots, drawing.names, drawing.places = roots, names, scene.places
    Pen(drawing, scene, frozenset(show), flow).draw(plan.open)
    return drawing


FONT = "Arial"  # Graphviz knows the widths of its letters without having the font


def _check(direction: str, show: Any, flow: str, max_nodes: Any, fold: str, expand: Any, format: str) -> None:
    _one_of("direction", direction, DIRECTIONS)
    _one_of("flow", flow, ("forward", "backward", "both"))
    _one_of("fold", fold, ("auto", "module", "none"))
    _one_of("format", format, ("svg", "png", "pdf"))
    if isinstance(show, str) or not isinstance(show, Iterable):
        raise TypeError(f"draw_dot: show must be a tuple of {', '.join(map(repr, SHOWN))}, got {show!r}")
    for item in show:
        _one_of("show", item, SHOWN)
    if isinstance(max_nodes, bool) or not isinstance(max_nodes, int) or max_nodes < 2:
        raise ValueError(f"draw_dot: max_nodes must be an int of at least 2, got {max_nodes!r}")
    if not isinstance(expand, (bool, str, Collection)) or not all(isinstance(name, str) for name in _listed(expand)):
        raise TypeError(f"draw_dot: expand must be True, or the name of a box or several, got {expand!r}")


def _listed(expand: Any) -> Iterable[Any]:
    return () if isinstance(expand, (bool, str)) else expand


def _one_of(name: str, given: Any, allowed: Sequence[str]) -> None:
    if given not in allowed:
        listed = f"{', '.join(map(repr, allowed[:-1]))} or {allowed[-1]!r}"
        raise ValueError(f"draw_dot: {name} must be {listed}, got {given!r}")
