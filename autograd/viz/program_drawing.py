"""draw_program: a Program as a picture, its rows as boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from autograd._format import counted
from autograd.compiler.program import Program, Row
from autograd.viz import style
from autograd.viz.drawing import EDGES, GRAPH, NODES, Drawing

MAX_ROWS = 40  # that are drawn one by one; in a longer program neighbours of one kind share a box
UNIFORM, PER_LANE = style.OPERATION, style.FOLDED


class _Box(NamedTuple):
    """Registers that are drawn as one, and those that they are computed from."""

    title: str
    text: str
    registers: Sequence[int]
    args: Sequence[int]
    per_lane: bool


def draw_program(program: Program) -> Drawing:
    """The rows of a program as boxes, tinted where every lane has numbers of its own.

    >>> from autograd import compile
    >>> drawing = compile(lambda x, y: x * y + x, 2.0, 3.0).draw()
    >>> drawing.source.count("->")
    3
    """
    legend = ["tinted: a number for every lane", "plain: one number for all lanes"] if any(program.per_lane) else []
    drawing = Drawing(
        graph_attr={**GRAPH, "rankdir": "LR", "ranksep": "0.35", "label": style.label(legend)}, node_attr=NODES, edge_attr=EDGES
    )
    owner: dict[int, str] = {}
    for i, box in enumerate([*_inputs(program), *_operations(program)]):
        name = f"b{i}"
        fill = PER_LANE if box.per_lane else UNIFORM if box.args else style.LEAF
        text = f"<BR/>{style.escaped(box.text)}" if box.text else ""
        label = f"<<B>{style.escaped(box.title)}</B>{text}>"
        drawing.node(name, label, shape="box", style="rounded,filled", fillcolor=fill, color=style.LINE, tooltip=box.title)
        for source, count in _counted(owner[arg] for arg in box.args):
            drawing.edge(source, name, label=str(count) if count > 1 else "", color=style.LINE, fontcolor=style.LINE)
        owner.update(dict.fromkeys(box.registers, name))
    for output in program.outputs[:MAX_ROWS]:
        drawing.node(f"out_{output.name}", output.name, shape="plaintext")
        if type(output.arg) is int:
            drawing.edge(owner[output.arg], f"out_{output.name}", color=style.LINE)
    return drawing


def _inputs(program: Program) -> list[_Box]:
    """The inputs; in a long program those whose names differ in their numbers only share a box."""
    together = len(program.inputs) + len(program.rows) > MAX_ROWS
    boxes = []
    numbered = list(enumerate(program.inputs))
    for _, group in groupby(numbered, lambda x: (x[1].name.rstrip("0123456789_"), x[1].per_lane) if together else x):
        items = list(group)
        first, last = items[0][1].name, items[-1][1].name
        text = "" if len(items) == 1 else f"{first} … {last}"
        title = first if len(items) == 1 else counted(len(items), "input")
        boxes.append(_Box(title, text, [i for i, _ in items], (), items[0][1].per_lane))
    return boxes


def _operations(program: Program) -> list[_Box]:
    varies, together = program.per_lane, len(program.rows) > MAX_ROWS

    def kind(row: Row) -> object:
        return (row.op, varies[row.result]) if together and row.shape is None else row

    boxes = []
    for _, group in groupby(program.rows, kind):
        rows = list(group)
        args = [arg for row in rows for arg in row.args if type(arg) is int]
        results = [result for row in rows for result in row.results]
        own = set(results)
        title = rows[0].op.symbol if len(rows) == 1 else f"{len(rows)} × {rows[0].op.symbol}"
        if rows[0].shape is not None:
            title = "{} {}×{}".format(rows[0].op.name, *rows[0].shape)
        names = program.names[results[0]] if len(results) == 1 else f"{program.names[results[0]]} … {program.names[results[-1]]}"
        constants = [repr(arg) for row in rows for arg in row.args if type(arg) is float] if len(rows) == 1 else []
        text = ", ".join([names, *constants[:3]])
        boxes.append(_Box(title, text, results, [arg for arg in args if arg not in own], varies[rows[0].result]))
    return boxes


def _counted(sources: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for source in sources:
        counts[source] = counts.get(source, 0) + 1
    return list(counts.items())
