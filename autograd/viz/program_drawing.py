"""draw_program: a Program as a picture, its rows as boxes."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from autograd._format import counted, listed
from autograd.compiler.program import Arg, Program, Row
from autograd.viz import style
from autograd.viz.drawing import EDGES, GRAPH, NODES, Drawing

MAX_ROWS = 24  # that are drawn one by one; in a longer program, those that do the same at the same depth share a box
MAX_BOXES = 40  # of rows; in a deeper program, those in the middle share a box
MAX_READERS = 8  # of an input that has a box
MAX_ACROSS = 7  # ranks of boxes in a picture that goes from left to right; a deeper one goes from top to bottom
MAX_LENGTH = 12  # letters of a name in a range that is written out
MAX_NAME = 28  # letters of a name
MAX_LINES = 4  # of names in a box
LEGEND = ("tinted: a number for every lane", "plain: one number for all lanes")


class ProgramDrawing(Drawing):
    """A drawing of a program; `print` shows the program."""

    program: Program

    def text(self) -> str:
        """The program as straight-line code."""
        return str(self.program)

    def words(self) -> tuple[str, str]:
        """A title and a description, for those who do not see the picture."""
        inputs, outputs = (
            listed([each.name for each in both]) or "nothing" for both in (self.program.inputs, self.program.outputs)
        )
        return (
            f"Program of {inputs}",
            f"A program of {counted(len(self.program.rows), 'row')} that computes {outputs} from {inputs}.",
        )


def draw_program(program: Program) -> ProgramDrawing:
    """The rows of a program as boxes, tinted where every lane has numbers of its own.

    Constants, and the inputs that all lanes share, are named in the boxes of the rows that read them; so are the outputs,
    after an arrow. The number on an arrow is how many registers it stands for.

    >>> from autograd import compile
    >>> drawing = compile(lambda x, y: x * y + x, 2.0, 3.0).draw()
    >>> drawing.source.count("->")
    2
    >>> print(drawing)
    def program(x, y):
        v2 = dot(x, y, x)
        return v2
    """
    boxes = _Boxes(program.single_assignment())
    direction = "LR" if max(boxes.depths, default=0) < MAX_ACROSS else "TB"
    legend = LEGEND if any(program.per_lane) else ()
    attributes = {**GRAPH, "bgcolor": style.PAPER, "rankdir": direction, "ranksep": "0.35", "label": style.label(legend)}
    drawing = ProgramDrawing(graph_attr=attributes, node_attr={**NODES, "fontcolor": style.INK}, edge_attr=EDGES)
    drawing.program = program
    for box in boxes.all():
        _draw(drawing, box)
    return drawing


@dataclass(eq=False)
class _Box:
    """Inputs or rows that are drawn as one.

    named    the arguments of each row: the names of those that have no box of their own, "" for others
    reads    the registers that come from other boxes, each with its box, as often as they are read
    outputs  the names of the program's outputs that it computes
    """

    name: str
    fill: str
    rows: list[Row] = field(default_factory=list)
    named: list[list[str]] = field(default_factory=list)
    head: str = ""
    lines: list[str] = field(default_factory=list)
    reads: list[tuple[_Box, Arg]] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)


def _draw(drawing: Drawing, box: _Box) -> None:
    below = "".join(f"<BR/>{style.label_text(line)}" for line in box.lines)
    if box.outputs:
        below += "".join(f"<BR/><B>→ {style.label_text(line)}</B>" for line in _ranges(box.outputs))
    look = {"shape": "box", "width": "0.5", "style": "rounded,filled", "fillcolor": box.fill, "color": style.LINE}
    drawing.node(box.name, f"<<B>{style.label_text(box.head)}</B>{below}>", tooltip=" ", **look)
    one = len(box.rows) == 1 and len(box.rows[0].args) == 2  # x·x has two arrows
    for source, count in Counter(source.name for source, _ in (box.reads if one else dict.fromkeys(box.reads))).items():
        for _ in range(count if one else 1):
            label = f"<&#160;{count}&#160;>" if count > 1 and not one else ""
            drawing.edge(source, box.name, label=label, color=style.LINE, fontcolor=style.LINE)


class _Boxes:
    """The boxes of a program, in an order in which those that are read stand before those that read them."""

    def __init__(self, program: Program) -> None:
        self.program, self.varies = program, program.per_lane
        self.together = len(program.rows) > MAX_ROWS
        self.depths = _depths(program)
        self.owner: dict[int, _Box] = {}  # of the number that a register holds at present
        self.found: dict[object, _Box] = {}

    def all(self) -> list[_Box]:
        """The inputs that have boxes, then the rows, then outputs that no row computes."""
        keys = self._keys()
        inputs = self._inputs(keys)
        for row, key in zip(self.program.rows, keys, strict=True):
            self._add(row, key)
        for box in self.found.values():
            self._write(box)
        for output in self.program.outputs:
            owner = self.owner.get(output.arg) if type(output.arg) is int else None
            if owner is None:
                owner = self.found["output", output] = _Box(f"o{len(self.found)}", style.LEAF, head=self._name(output.arg))
            owner.outputs.append(output.name)
        return [*inputs, *self.found.values()]

    def _keys(self) -> list[object]:
        """What rows that share a box have in common: rows of one depth do not depend on one another."""
        rows = list(zip(self.program.rows, self.depths, strict=True))
        keys: list[object] = list(range(len(rows)))
        if self.together:
            keys = [i if row.shape else (row.op, depth, self.varies[row.result]) for i, (row, depth) in enumerate(rows)]
        ranked = sorted(dict(zip(keys, self.depths, strict=True)).values())
        if len(ranked) <= MAX_BOXES:
            return keys
        first, last = ranked[MAX_BOXES // 2], ranked[-MAX_BOXES // 2]
        return ["middle" if first <= depth < last else key for key, depth in zip(keys, self.depths, strict=True)]

    def _inputs(self, keys: Sequence[object]) -> list[_Box]:
        """The inputs, but for those that all lanes share, or many boxes read; in a long program, series of them share a box."""
        lanes = True in self.varies
        readers: dict[int, set[object]] = {}
        for row, key in zip(self.program.rows, keys, strict=True):
            for arg in row.args:
                if type(arg) is int and arg < len(self.program.inputs):
                    readers.setdefault(arg, set()).add(key)
        drawn = [
            (i, x.name)
            for i, x in enumerate(self.program.inputs)
            if x.per_lane or not (lanes or len(readers.get(i, ())) > MAX_READERS)
        ]
        boxes = []
        for _, group in groupby(drawn, lambda x: _stem(x[1]) if self.together else x):
            registers, names = zip(*group, strict=True)
            box = _Box(f"i{registers[0]}", style.FOLDED if lanes else style.LEAF, head=_range(names))
            self.owner |= dict.fromkeys(registers, box)
            boxes.append(box)
        return boxes

    def _add(self, row: Row, key: object) -> None:
        box = self.found.get(key)
        if box is None:
            fill = style.FOLDED if self.varies[row.result] else style.OPERATION
            box = self.found[key] = _Box(f"b{len(self.found)}", fill)
        owners = [self.owner.get(arg) if type(arg) is int else None for arg in row.args]
        box.rows.append(row)
        box.named.append(["" if owner else self._name(arg) for arg, owner in zip(row.args, owners, strict=True)])
        box.reads += [(owner, arg) for arg, owner in zip(row.args, owners, strict=True) if owner and owner is not box]
        self.owner |= dict.fromkeys(row.results, box)

    def _write(self, box: _Box) -> None:
        """What stands in a box of rows."""
        row, count = box.rows[0], len(box.rows)
        if any(other.op is not row.op for other in box.rows):
            box.head = counted(count, "more row")
            return
        pairs = [pair for one, names in zip(box.rows, box.named, strict=True) for pair in zip(one.args, names, strict=True)]
        named = {arg: name for arg, name in pairs if name and type(arg) is int}
        numbers = [*dict.fromkeys(name for arg, name in pairs if name and type(arg) is float)]
        stems = {_stem(name): place for place, name in enumerate([*named.values()][::-1])}
        box.lines = _ranges([named[arg] for arg in sorted(named, key=lambda arg: (-stems[_stem(named[arg])], arg))])
        box.lines += [", ".join(numbers[:MAX_LINES])] if numbers else []
        box.head = row.op.symbol if row.shape is None else "{} {}×{}".format(row.op.name, *row.shape)
        if count == 1 and len(row.args) == 2 and box.lines and not row.op.symbol.isidentifier():  # x + 1
            left, right = map(_shortened, box.named[0])
            box.head, box.lines = f"{left} {box.head} {right}".strip(), []
        results = [self.program.names[register] for one in box.rows for register in one.results]
        box.lines.append(_range(results) if count == 1 else f"{count} rows")

    def _name(self, arg: Arg) -> str:
        if type(arg) is int:
            return self.program.names[arg]
        return style.short(arg) if arg or math.copysign(1.0, arg) > 0.0 else "−0"


def _depths(program: Program) -> list[int]:
    """For each row, the length of the longest path to it."""
    depths: list[int] = []
    of_register = [0] * program.registers
    for row in program.rows:
        depths.append(1 + max([of_register[arg] for arg in row.args if type(arg) is int], default=0))
        for result in row.results:
            of_register[result] = depths[-1]
    return depths


def _ranges(names: Sequence[str]) -> list[str]:
    """Names as a few lines: those that differ in their numbers as the first and the last."""
    series: dict[str, list[str]] = {}
    for name in names:
        series.setdefault(_stem(name), []).append(name)
    lines = [_range(group) for group in series.values()]
    return lines if len(lines) <= MAX_LINES else [*lines[: MAX_LINES - 1], "…"]


def _stem(name: str) -> str:
    """A name without its numbers."""
    return re.sub(r"\d+", "", name)


def _range(names: Sequence[str]) -> str:
    first, last = names[0], names[-1]
    if len(names) == 1:
        return _shortened(first)
    if len(last) > MAX_LENGTH:  # only where it differs
        same = next(i for i, (x, y) in enumerate(zip(f"{first} ", f"{last} ", strict=False)) if x != y)
        last = last[last[:same].rfind("_") + 1 :]
    return f"{_shortened(first)} … {_shortened(last)}"


def _shortened(name: str) -> str:
    """A long name without its middle."""
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME // 2]}…{name[-MAX_NAME // 2 :]}"
