"""The forward and the backward pass of a graph as a page that steps."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import chain, islice
from typing import Any

from autograd._check import checked_value
from autograd._format import shown
from autograd.formulas.spelling import name_text
from autograd.lessons.stepping import MOST_SENTENCES, Sweep
from autograd.names import node_names
from autograd.sweeps import topological_order
from autograd.value import Value
from autograd.viz.dot import draw_graph
from autograd.viz.page import Player
from autograd.viz.scene import Numbers

MOST_STEPS = 1600
MOST_CHANGES = 20_000  # of gradients, in all steps together
MOST_AT_ONCE = 1000  # of gradients in one step
TALLEST = 1000  # a frame in a notebook, in pixels
BESIDE = 530  # what there is above and below the drawing

_SAID_IN_CSS = r' (?:font-family="[^"]*"|xml:space="[^"]*"|text-anchor="start"|font-size="(?:11|9).00")'


def player(
    y: Value, *, direction: str = "LR", max_nodes: int = 100, fold: str = "auto", expand: str | Collection[str] = ()
) -> Player:
    """A page that steps through the forward and the backward pass of y; in a notebook it shows itself.

    The drawing is that of `draw_dot(y, flow="both")`, laid out once; the arguments are as there. Buttons, a slider
    and keys (left, right, Home, End, space) go from step to step; below stand the chain rule in numbers and the
    gradients so far. The page holds all it needs: `save_html(path)` writes it to a file that opens anywhere.

    Works before `backward()` was called, and changes no gradient. Of a graph of very many nodes the page has the
    steps around the root, and says so.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> player(y)
    <Player: y = 9, forward and backward; save_html(path) writes the page>
    """
    checked_value("player({})", "y", y)
    order = topological_order([y])
    page = contents("player", Sweep(order, node_names(order)), direction=direction, max_nodes=max_nodes, fold=fold, expand=expand)
    found = re.search(r"<svg[^>]* height='([\d.]+)pt'", page["svg"])
    drawn = float(found[1]) * 4 / 3 if found else TALLEST  # in pixels
    return Player(page["title"], page, ["player.css", "player.js"], height=round(min(BESIDE + drawn, TALLEST)))


def contents(caller: str, sweep: Sweep, **drawn: Any) -> dict[str, Any]:
    """All that the script needs: the drawing, `drawn` as these arguments of `draw_dot` say, and the steps.

    An error in these arguments is one of the function that was called.
    """
    numbers = Numbers(sweep.data, sweep.bars.get, sweep.partials)
    try:
        drawing = draw_graph(sweep.order, sweep.names, numbers, flow="both", **drawn)
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("draw_dot:", f"{caller}:", 1)) from None
    root = name_text(sweep.names[sweep.root])
    title = f"{root} = {shown(sweep.data(sweep.root))}, forward and backward"
    return {"title": title, "root": root, "svg": compact(drawing.pipe("svg", encoding="utf-8")), **scenes(sweep, drawing.places)}


def scenes(sweep: Sweep, places: Mapping[Value, str]) -> dict[str, Any]:
    """What the script shows: the nodes by their index in the graph, the steps, and what goes along each arrow.

    A step forward has the node that is computed. A step back has `changes` too, as [node, its gradient from now on].
    An arrow has [argument, result, the step that goes back along it, or -1] for each edge that it stands for.
    """
    number = {node: i for i, node in enumerate(sweep.order)}
    forward = sweep.forward[-MOST_STEPS // 2 :]
    steps = [{"node": number[node], "texts": [[sweep.operation(node), ""]]} for node in forward]
    seed = sweep.step(len(sweep.forward))
    steps.append({"node": number[seed.node], "texts": [[seed.sentence, ""]], "changes": [[number[seed.node], seed.upstream]]})
    passed: dict[Value, int] = {}
    left = MOST_CHANGES
    for turn, (node, _, before) in enumerate(sweep.backward[: MOST_STEPS // 2]):
        left -= min(len(before), MOST_AT_ONCE)
        if left < 0 < turn:
            break
        passed[node] = len(steps)
        steps.append(_step_back(sweep, turn, number))
    involved = {*forward, *passed}
    args = (arg for node in (*passed, *forward) for arg in node.args[:MOST_AT_ONCE] if type(arg) is Value)
    listed = sorted({number[node] for node in chain(involved, islice(args, MOST_CHANGES))})
    start = len(sweep.forward) - len(forward)
    root = name_text(sweep.names[sweep.root])
    note = f"These are the steps {start + 1:,} to {start + len(steps):,} of {len(sweep):,}, around {root}."
    return {
        "nodes": {i: _node(sweep, sweep.order[i], places) for i in listed},
        "steps": steps,
        "arrows": _arrows(sweep, involved, passed, places),
        "note": note if len(steps) < len(sweep) else "",
    }


def _node(sweep: Sweep, node: Value, places: Mapping[Value, str]) -> dict[str, Any]:
    return {"name": name_text(sweep.names[node]), "box": places[node], "value": sweep.data(node), "leaf": node.op is None}


def _step_back(sweep: Sweep, turn: int, number: Mapping[Value, int]) -> dict[str, Any]:
    node, bar, _ = sweep.backward[turn]
    texts = []
    for passed in islice(sweep.contributions(turn), MOST_SENTENCES):
        arg = name_text(sweep.names[passed.arg])
        why = f"local derivative {passed.rule}; the gradient of {arg} was {shown(passed.before)}, is {shown(passed.after)}"
        texts.append([passed.sentence, "" if passed.partial is None else why])
    changes = [[number[arg], after] for arg, after in islice(sweep.changes(turn), MOST_AT_ONCE)]
    more = sum(type(arg) is Value for arg in node.args) - len(texts)
    beyond = max(0, sum(partial is not None for partial in sweep.partials(node)) - MOST_AT_ONCE)
    return {"node": number[node], "upstream": bar, "texts": texts, "changes": changes, "more": more, "beyond": beyond}


def _arrows(
    sweep: Sweep, involved: Collection[Value], passed: Mapping[Value, int], places: Mapping[Value, str]
) -> dict[str, list[list[int]]]:
    """As the drawing has it: one arrow for each argument, and between two boxes of which one is folded one for all."""
    arrows: dict[str, list[list[int]]] = {}
    merged: dict[tuple[str, str], str] = {}
    number = {node: i for i, node in enumerate(sweep.order)}
    for node in sweep.order:
        for k, (arg, partial) in enumerate(zip(node.args, sweep.partials(node), strict=True)):
            if type(arg) is not Value or places[arg] == places[node]:
                continue
            name = f"{number[node]}-{k}"
            if places[arg].startswith("g") or places[node].startswith("g"):
                name = merged.setdefault((places[arg], places[node]), name)
            if node in involved and (k < MOST_AT_ONCE or name not in arrows):
                step = -1 if partial is None else passed.get(node, -1)
                arrows.setdefault(name, []).append([number[arg], number[node], step])
    return arrows


def compact(svg: str) -> str:
    """The picture, with half of its text gone: what a style sheet says, and tooltips, which tell what is yet to come."""
    svg = re.sub(r"<!--.*?-->|<title>.*?</title>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(rf"{_SAID_IN_CSS}|(?<=>)\s+(?=<)", "", svg)
    svg = re.sub(r'<g id="a_[^"]*"><a xlink:title="([^"]*)">(.*?)</a></g>', lambda link: _origin(link[1]) + link[2], svg)
    svg = re.sub(r' (?:d|points|x|y)="[^"]*"', lambda numbers: re.sub(r"(\.\d)\d+", r"\1", numbers[0]), svg)
    return svg.replace("&#45;", "-").replace('"', "'")  # which JSON need not escape; in a text it is &quot;


def _origin(tooltip: str) -> str:
    place = tooltip.rpartition(", recorded at ")[2]
    return f"<title>recorded at {place}</title>" if place != tooltip else ""
