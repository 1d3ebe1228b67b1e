"""draw_dot: a graph as a picture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from autograd._check import checked_choice, checked_value
from autograd._tree import is_array, tree_leaves
from autograd.graph import Graph
from autograd.value import Value
from autograd.viz.drawing import Drawing, draw_graph
from autograd.viz.style import RANKDIRS, SHOW, Options


def draw_dot(
    root: Value | Sequence[Value],
    *,
    direction: str | None = None,
    show: Collection[str] = SHOW,
    flow: str = "both",
    max_nodes: int = 100,
    fold: str = "auto",
    expand: bool | str | Collection[str] = False,
    format: str = "svg",
    rankdir: str | None = None,
    narrow: bool = False,
) -> Drawing:
    """The graph of `root` as a `graphviz.Digraph` that displays itself in a notebook; `print` shows it as text.

    A card is a value: a leaf has a filled head, an operation a plain one with its symbol and its constants. Thin arrows show
    what flows forward: the value on the card where they begin. Coloured ribbons show what flows back: along each, the
    gradient times the local derivative; what arrives at a card sums to its gradient. A ribbon is as wide as its number is
    large, solid blue if positive, dashed orange if negative, dotted if zero; ⚠ marks NaN and infinity.
    In a picture of more than 30 arrows, the parameters of a neuron are rows on its card.
    As long as nothing flows back, the local derivative stands at an arrow. flow="forward" and flow="backward" draw one of the
    two.

    - A list or array of roots is drawn as one graph.
    - `direction` is "LR", "RL", "TB" or "BT"; `rankdir` is another name for it, micrograd's and Graphviz's. If it is not
      given, time runs from left to right, or from top to bottom in an SVG that would be wider than a page of 1280 pixels.
      `show` says which of "data", "grad" and "partial" are written.
    - `fold` draws the nodes of a module of `nn` or of a `scope` as one box: "module" always, "auto" if there are
      more than `max_nodes` nodes, "none" never. If there are still too many, those farthest from the root become one box.
    - `expand` is the name of a box to open, or several; True draws dot products as multiplies and adds.
    - `narrow` is for a page as narrow as a phone's: from top to bottom, and more is folded.
    - `format` is what `render` writes: "svg", which needs nothing else, "png", for which Graphviz or the extra `render` is
      needed, or "pdf", for which Graphviz itself is.

    >>> x = Value(3.0, label="x")
    >>> drawing = draw_dot(x * x)
    >>> drawing.source.count(" -> ")
    2
    """
    if rankdir is not None:
        direction = checked_choice("draw_dot: rankdir", rankdir, RANKDIRS)
    turns = direction is None
    if narrow is True and direction in (None, "LR", "RL"):
        direction = "TB"
    given = "LR" if direction is None else direction
    options = Options("draw_dot", given, show, flow, max_nodes, fold, expand, format, narrow, turns=turns)
    return draw_graph(Graph(*_roots(root)), options)


def _roots(root: Any) -> list[Value]:
    if isinstance(root, dict):
        raise TypeError("draw_dot: root must be a Value or a list of Values, got a dict: write draw_dot(list(ys.values()))")
    if type(root) is not Value and is_array(root) and all(type(one) is Value for one in tree_leaves(root)):
        root = tree_leaves(root)
    roots = [checked_value("draw_dot({})", "root", one) for one in (root if isinstance(root, (list, tuple)) else [root])]
    if not roots:
        raise ValueError("draw_dot: root must be a Value or a list of at least one, got an empty list")
    return roots
