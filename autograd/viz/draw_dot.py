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

    Each card is a value: a leaf has a filled head, an operation a plain one with its symbol and constants. Thin arrows carry
    values forward, from the card where they start. Coloured ribbons carry gradients back: each is the gradient times the
    local derivative, and those that arrive at a card sum to its gradient. A wider ribbon is a larger gradient; it is solid
    blue if positive, dashed orange if negative, dotted if zero; ⚠ marks NaN and infinity.
    In a picture with more than 30 arrows, a neuron's parameters are rows on its card.
    Before any gradient flows, arrows are labelled with local derivatives. flow="forward" or flow="backward" draws only one
    direction.

    - A list or array of roots is drawn as one graph.
    - `direction` is "LR", "RL", "TB" or "BT"; `rankdir`, as micrograd and Graphviz call it, is an alias. By default, time
      runs from left to right, or from top to bottom in an SVG that would otherwise be wider than a 1280-pixel page.
      `show` selects which of "data", "grad" and "partial" are written.
    - `fold` draws the nodes of an `nn` module or a `scope` as one box: "module" always, "none" never, "auto" if there are
      more than `max_nodes` nodes or too many side by side. If still too many remain, those farthest from the root become one.
    - `expand` is the name of a box to open, or several; True draws dot products as multiplies and adds.
    - `narrow` suits a page as narrow as a phone's: time runs from top to bottom, and more is folded.
    - `format` is what `render` writes: "svg" needs nothing else, "png" needs Graphviz or the extra `render`, "pdf" needs
      Graphviz itself.

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
        raise ValueError("draw_dot: root must be a Value or a list of at least one Value, got an empty list")
    return roots
