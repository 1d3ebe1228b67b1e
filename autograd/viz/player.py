"""The forward and the backward pass of a graph as a page that steps through them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from autograd._check import checked_value
from autograd._format import shown
from autograd.formulas import name_text
from autograd.graph import Graph
from autograd.lessons.steps import MAX_SENTENCES, Passes
from autograd.value import Value
from autograd.viz.diagram import Quantities
from autograd.viz.drawing import draw_graph
from autograd.viz.page import Player
from autograd.viz.style import Options

MAX_STEPS = 1600
MAX_CHANGES = 20_000  # of gradients, in all steps together
MAX_AT_ONCE = 1000  # of gradients in one step
MAX_HEIGHT = 1000  # of the frame in a notebook, in pixels
CONTROLS_HEIGHT = 530  # what is above and below the drawing

_IN_CSS = r' (?:font-family="[^"]*"|xml:space="[^"]*"|text-anchor="start"|font-size="(?:11|9).00")'


def player(
    y: Value, *, direction: str = "LR", max_nodes: int = 100, fold: str = "auto", expand: str | Collection[str] = ()
) -> Player:
    """A page that steps through the forward and the backward pass of y; it displays itself in a notebook.

    The drawing is that of `draw_dot(y, flow="both")`, laid out once; the arguments are the same. Buttons, a slider
    and keys (left, right, Home, End, space) go from step to step; below are the chain rule in numbers and the
    gradients so far. The page is self-contained: `save_html(path)` writes it to a file that opens anywhere.

    Works before `backward()` was called, and changes no gradient. For a very large graph the page has the
    steps around the root, and says so.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> player(y)
    <Player: y = 9, forward and backward; save_html(path) writes the page>
    """
    passes = Passes(Graph(checked_value("player({})", "y", y)))
    page = page_data(passes, Options("player", direction, flow="both", max_nodes=max_nodes, fold=fold, expand=expand))
    found = re.search(r"<svg[^>]* height='([\d.]+)pt'", page["svg"])
    drawn = float(found[1]) * 4 / 3 if found else MAX_HEIGHT  # in pixels
    height = round(min(CONTROLS_HEIGHT + drawn, MAX_HEIGHT))
    return Player(page["title"], page, ["player.css", "player.js"], height, still=page["svg"])


def page_data(passes: Passes, options: Options) -> dict[str, Any]:
    """All that the script needs: the drawing, the nodes by their index in the graph, the steps, and what each arrow carries.

    A forward step has the node that is computed. A backward step also has `changes`, as [node, its gradient from now on].
    An arrow has [argument, result, the step that goes back along it, or -1] for each edge that it stands for.
    """
    drawing = draw_graph(passes.graph, options, Quantities(passes.data, passes.bars.get, passes.partials))
    index = {node: i for i, node in enumerate(passes.graph)}
    root = name_text(passes.names[passes.root])
    forward = passes.forward[-MAX_STEPS // 2 :]
    steps = [{"node": index[node], "texts": [[passes.operation(node), ""]]} for node in forward]
    seed = passes.step(len(passes.forward)).sentence
    steps.append({"node": index[passes.root], "texts": [[seed, ""]], "changes": [[index[passes.root], 1.0]]})
    back: dict[Value, int] = {}  # the nodes that pass a gradient on, and the step in which they do
    left = MAX_CHANGES
    for turn, (node, _, before) in enumerate(passes.backward[: MAX_STEPS // 2]):
        left -= min(len(before), MAX_AT_ONCE)
        if left < 0 < turn:
            break
        back[node] = len(steps)
        steps.append(_step_back(passes, turn, index))
    start = len(passes.forward) - len(forward)
    note = f"Steps {start + 1:,} to {start + len(steps):,} of {len(passes):,}, around {root}."
    args = (arg for node in (*back, *forward) for arg in node.args[:MAX_AT_ONCE] if type(arg) is Value)
    nodes = sorted({*back, *forward, *islice(args, MAX_CHANGES)}, key=index.__getitem__)
    return {
        "title": f"{root} = {shown(passes.data(passes.root))}, forward and backward",
        "root": root,
        "svg": compact(drawing.pipe("svg", encoding="utf-8")),
        "nodes": {index[node]: _node(passes, node, drawing.box_ids[node]) for node in nodes},
        "steps": steps,
        "arrows": _arrows(passes, {*forward, *back}, back, drawing.box_ids),
        "note": note if len(steps) < len(passes) else "",
    }


def _node(passes: Passes, node: Value, box: str) -> dict[str, Any]:
    return {"name": name_text(passes.names[node]), "box": box, "value": passes.data(node), "leaf": node.op is None}


def _step_back(passes: Passes, turn: int, index: Mapping[Value, int]) -> dict[str, Any]:
    node, bar, before = passes.backward[turn]
    texts = []
    for passed in islice(passes.contributions(turn), MAX_SENTENCES):
        arg = name_text(passed.name)
        why = f"local derivative {passed.rule}; the gradient of {arg} goes from {shown(passed.before)} to {shown(passed.after)}"
        texts.append([passed.sentence, "" if passed.partial is None else why])
    changes = [[index[arg], after] for arg, after in islice(passes.changes(turn), MAX_AT_ONCE)]
    beyond = max(0, sum(partial is not None for partial in passes.partials(node)) - MAX_AT_ONCE)
    more = len(before) - len(texts)
    return {"node": index[node], "upstream": bar, "texts": texts, "changes": changes, "more": more, "beyond": beyond}


def _arrows(
    passes: Passes, involved: Collection[Value], back: Mapping[Value, int], box_ids: Mapping[Value, str]
) -> dict[str, list[list[int]]]:
    """As in the drawing: one arrow for each argument, or one for all between two boxes of which one is folded."""
    arrows: dict[str, list[list[int]]] = {}
    merged: dict[tuple[str, str], str] = {}
    index = {node: i for i, node in enumerate(passes.graph)}
    for node in passes.graph:
        for position, arg, partial in passes.uses(node):
            boxes = box_ids[arg], box_ids[node]
            if boxes[0] == boxes[1]:
                continue
            name = f"{index[node]}-{position}"
            if any(box.startswith("g") for box in boxes):
                name = merged.setdefault(boxes, name)
            if node in involved and (position < MAX_AT_ONCE or name not in arrows):
                step = -1 if partial is None else back.get(node, -1)
                arrows.setdefault(name, []).append([index[arg], index[node], step])
    return arrows


def compact(svg: str) -> str:
    """The picture in half as much text: without what the style sheet says, and without tooltips that reveal later steps."""
    svg = re.sub(r"<!--.*?-->|<title>.*?</title>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(rf"{_IN_CSS}|(?<=>)\s+(?=<)", "", svg)
    svg = re.sub(r'<g id="a_[^"]*"><a xlink:title="([^"]*)">(.*?)</a></g>', lambda link: _origin(link[1]) + link[2], svg)
    svg = re.sub(r' (?:d|points|x|y)="[^"]*"', lambda numbers: re.sub(r"(\.\d)\d+", r"\1", numbers[0]), svg)
    return svg.replace("&#45;", "-").replace('"', "'")  # which JSON need not escape; in a text it is &quot;


def _origin(tooltip: str) -> str:
    place = tooltip.rpartition(", recorded at ")[2]
    return f"<title>recorded at {place}</title>" if place != tooltip else ""
