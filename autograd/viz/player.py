"""The forward and the backward pass of a graph as a page that steps through them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from autograd._check import checked_value
from autograd.graph import Graph, uses_in
from autograd.lessons.steps import MAX_SENTENCES, Passes
from autograd.value import Value, is_detached
from autograd.viz.diagram import Diagram, Quantities
from autograd.viz.folding import group_tree
from autograd.viz.page import Player
from autograd.viz.picture import Picture, picture_of
from autograd.viz.style import Options, short

MAX_STEPS = 12_000
MAX_CHANGES = 40_000  # of gradients, in all steps together
MAX_AT_ONCE = 1000  # of gradients in one step
MAX_TWO = 100_000  # characters of a drawing; a longer one gets no second version for narrow pages
MIN_HEIGHT, MAX_HEIGHT = 420, 720  # of the frame in a notebook, in pixels
CONTROLS_HEIGHT = 128  # of what surrounds the drawing, which then has its own size

STYLES = ("stage.css", "player.css")
SCRIPTS = (
    "stage.js", "passes.js", "telling.js", "drawing.js", "callout.js", "numbers.js", "search.js", "address.js", "player.js"
)  # fmt: skip


def player(
    y: Value, *, direction: str = "LR", max_nodes: int = 100, fold: str = "auto", expand: str | Collection[str] = ()
) -> Player:
    """A page that steps through the forward and the backward pass of y; it displays itself in a notebook.

    The drawing is that of `draw_dot(y, flow="both")`, on a phone with `narrow=True`, and takes the same arguments. It pans
    and zooms by wheel, pinch, drag and keys (+ - 0, Shift and an arrow). Buttons, a slider and keys (left, right, Home,
    End, space) move one operation, layer or module at a time; a search field finds nodes by name. Each step's sentence is
    the chain rule in numbers; a panel lists the gradients so far. The page is self-contained: `save_html(path)` writes it
    to a file that opens anywhere, and `#step=8` in its address opens step 8, counted as in `steps(y)`.

    It works before `backward()` is called, and changes no gradient. For a very large graph the page has only the
    steps around the root, and says so.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> player(y)
    <Player: y = 9, forward and backward; save_html(path) writes the page>
    """
    passes = Passes(Graph(checked_value("player({})", "y", y)))
    return player_of(passes, Options("player", direction, flow="both", max_nodes=max_nodes, fold=fold, expand=expand))


def player_of(passes: Passes, options: Options, max_steps: int = MAX_STEPS) -> Player:
    """The player of these passes, or of the steps around the root if there are more."""
    quantities = quantities_of(passes)
    picture = picture_of(passes.graph, options, quantities, hints=False)  # its reader may have no Python
    two = options.direction in ("LR", "RL") and len(picture.svg) < MAX_TWO
    down = replace(options, direction="TB", narrow=True)
    page = page_data(passes, picture, max_steps, picture_of(passes.graph, down, quantities, hints=False) if two else None)
    drawn = float(page["svg"].partition(" height='")[2].partition("'")[0])  # in pixels
    height = round(min(max(CONTROLS_HEIGHT + drawn, MIN_HEIGHT), MAX_HEIGHT))
    return Player(page["title"], page, [*STYLES, *SCRIPTS], height, still=page["svg"])


def quantities_of(passes: Passes) -> Quantities:
    """The numbers of the passes, for a drawing."""
    return Quantities(passes.data, passes.bars.get, passes.partials)


def page_data(passes: Passes, picture: Picture, max_steps: int, narrow: Picture | None = None) -> dict[str, Any]:
    """Everything the script needs: the drawing, the nodes by their index in the graph, the steps, and what each arrow carries.

    A forward step has the node it computes. A backward step also has `changes`, as [node, its gradient from then on];
    its `texts` are [sentence, local derivative], the latter empty where no gradient flows. `start` is the number of the
    page's first step, `last` that of the graph's last. An arrow has [argument, result, the step that goes back along it, or
    -1] for each edge it stands for. `groups` are the modules and scopes, as [name, index of the enclosing one or None]; an
    operation has the index of its group, a leaf the first operation that uses it, and `detached` if it is.
    `narrow` has what differs on a narrow page: a drawing that folds more, with its arrows and the box of each node.
    """
    passes = passes.beside_a_picture()
    box_ids = picture.diagram.box_ids
    index = {node: i for i, node in enumerate(passes.graph)}
    root = passes.spelled[passes.root]
    forward = passes.forward[-max_steps // 2 :]
    steps, back = _steps(passes, forward, max_steps // 2, index)
    start, last = len(passes.forward) - len(forward) + 1, len(passes)  # readers count from 1
    note = f"Steps {start:,} to {start + len(steps) - 1:,} of {last:,}, around {root}."
    groups, known = _groups(passes.graph)
    for node in reversed(passes.forward):
        known |= {arg: {"use": index[node]} for arg in node.args if type(arg) is Value and arg.op is None}
    args = (arg for node in (*back, *forward) for arg in node.args[:MAX_AT_ONCE] if type(arg) is Value)
    involved = {*forward, *back}
    nodes = sorted(involved.union(islice(args, MAX_CHANGES)), key=index.__getitem__)
    page = {
        "title": f"{root} = {short(passes.data(passes.root))}, forward and backward",
        "root": root,
        "svg": compact(picture.svg),
        "direction": picture.direction,
        "nodes": {index[node]: _node(passes, node, box_ids[node], **known.get(node, {})) for node in nodes},
        "groups": groups,
        "steps": steps,
        "start": start,
        "last": last,
        "arrows": _arrows(passes, index, involved, back, picture.diagram),
        "note": note if len(steps) < len(passes) else "",
    }
    if narrow is not None:
        boxes = narrow.diagram.box_ids
        arrows = _arrows(passes, index, involved, back, narrow.diagram)
        page["narrow"] = {"svg": compact(narrow.svg), "arrows": arrows, "boxes": {index[node]: boxes[node] for node in nodes}}
    return page


def _steps(
    passes: Passes, forward: Sequence[Value], turns: int, index: Mapping[Value, int]
) -> tuple[list[dict[str, Any]], dict[Value, int]]:
    """The steps, at most `turns` of them backward, and for each node that passes a gradient on, the index of that step."""
    steps: list[dict[str, Any]] = [{"node": index[node], "texts": [[passes.operation(node), ""]]} for node in forward]
    seed = passes.step(len(passes.forward)).sentence
    steps.append({"node": index[passes.root], "texts": [[seed, ""]], "changes": [[index[passes.root], 1.0]]})
    back: dict[Value, int] = {}
    left = MAX_CHANGES
    for turn, (node, _, before) in enumerate(passes.backward[:turns]):
        left -= min(len(before), MAX_AT_ONCE)
        if left < 0 < turn:
            break
        back[node] = len(steps)
        steps.append(_step_back(passes, turn, index))
    return steps, back


def _node(passes: Passes, node: Value, box: str, **known: int) -> dict[str, Any]:
    about = {"name": passes.spelled[node], "box": box, "value": passes.data(node), "leaf": node.op is None}
    return {**about, **({"detached": True} if is_detached(node) else {}), **known}


def _groups(graph: Graph) -> tuple[list[list[Any]], dict[Value, dict[str, int]]]:
    """The modules and scopes as [name, index of the enclosing one or None], and the index of each operation's group."""
    groups = list(group_tree(graph).inner())
    number = {group: i for i, group in enumerate(groups)}
    named = [[group.name, None if group.parent is None else number.get(group.parent)] for group in groups]
    return named, {node: {"group": i} for group, i in number.items() for node in group.nodes if node.op is not None}


def _step_back(passes: Passes, turn: int, index: Mapping[Value, int]) -> dict[str, Any]:
    node, bar, _ = passes.backward[turn]
    passed_on = list(passes.contributions(turn))
    told = passed_on[:MAX_SENTENCES]
    texts = [[passed.sentence, "" if passed.partial is None else passed.rule] for passed in told]
    reached = [[index[passed.arg], passed.after] for passed in passed_on if passed.partial is not None]
    changes = reached[:MAX_AT_ONCE]
    more, beyond = len(passed_on) - len(told), len(reached) - len(changes)
    step = {"node": index[node], "upstream": bar, "texts": texts, "changes": changes}
    return {**step, "more": more, "beyond": beyond} if more or beyond else step


def _arrows(
    passes: Passes, index: Mapping[Value, int], involved: Collection[Value], back: Mapping[Value, int], diagram: Diagram
) -> dict[str, list[list[int]]]:
    """The edges of each arrow of the drawing: one per argument, or all those between two boxes if either is folded."""
    arrows: dict[str, list[list[int]]] = {}
    box_ids, merged = diagram.box_ids, diagram.merged
    for node in passes.graph:
        for position, arg, partial in uses_in(node, passes.partials):
            boxes = box_ids[arg], box_ids[node]
            if boxes[0] == boxes[1]:
                continue
            name = merged[boxes].id if boxes in merged else f"{index[node]}-{position}"
            if node in involved and (position < MAX_AT_ONCE or name not in arrows):
                step = -1 if partial is None else back.get(node, -1)
                arrows.setdefault(name, []).append([index[arg], index[node], step])
    return arrows


def compact(svg: str) -> str:
    """The picture in fewer characters, and without tooltips that reveal later steps."""
    head, _, drawn = svg[svg.index("<svg") :].partition("</desc>")
    drawn = re.sub(r"<title>(.*?)</title>", lambda tooltip: _origin(tooltip[1]), drawn, flags=re.DOTALL)
    drawn = re.sub(r' data-(?:source|target)="[^"]*"|(?<=>)\s+(?=<)', "", drawn)
    head = re.sub(r'font-family="[^"]*"', 'font-family="Arial, Helvetica, sans-serif"', head)
    return f"{head}</desc>{drawn}".replace('"', "'")  # JSON need not escape '; a quote in a text is &quot;


def _origin(tooltip: str) -> str:
    place = tooltip.rpartition(", recorded at ")[2]
    return f"<title>recorded at {place}</title>" if place != tooltip else ""
