"""What is drawn of a program: which inputs and rows share a card, and what is written on it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from autograd._format import counted
from autograd.compiler.instructions import ROLES
from autograd.compiler.program import Arg, Program, Row
from autograd.viz import style
from autograd.viz.cards import filled

MAX_ROWS = 24  # that are drawn one by one; in a longer program, those that do the same at the same depth share a card
MAX_CARDS = 40  # of rows; in a deeper program, those in the middle share a card
MAX_READERS = 8  # of an input that has a card
MAX_LINES = 4  # of names on a card
MAX_LISTED = 3  # numbers of names that are not all from the first to the last
Names = dict[str, list[str]]  # by their role


@dataclass(eq=False)
class ProgramBox:
    """Inputs or rows that share a card.

    named    the inputs that have no card of their own: their names, by their role in the row
    numbers  the constants
    infix    of a row with such arguments: how it is written with them
    reads    the registers that come from other cards, each with its box, as often as they are read
    outputs  the names of the program's outputs that it computes
    lanes    does it have a number for every lane?
    """

    id: str
    lanes: bool
    names: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    named: Names = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    infix: str = ""
    reads: list[tuple[ProgramBox, int]] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    @property
    def one_by_one(self) -> bool:
        """Does each argument have an arrow of its own? As x·x has two."""
        return len(self.rows) == 1 and len(self.rows[0].args) == 2

    def head(self) -> tuple[str, str]:
        """What it does, and the name of its results."""
        if not self.rows:
            return name_range(self.names), ""
        row, name = self.rows[0], name_range(self.names)
        if any(other.op is not row.op for other in self.rows):
            return counted(len(self.rows), "more row"), ""
        if row.shape is not None:
            name = "{}×{}  {}".format(*row.shape, name)
        return self.infix or row.op.symbol, name

    def lines(self) -> list[tuple[str, str]]:
        """The names of arguments without a card, each line with their role, and the constants; then the outputs."""
        given = [(role, line) for role, names in self.named.items() for line in name_ranges(names)]
        if self.numbers:
            given.append(("", ", ".join(self.numbers[:MAX_LINES]) + ", …" * (len(self.numbers) > MAX_LINES)))
        if self.infix:
            given = []
        return [*given, *(("→", line) for line in name_ranges(self.outputs))]


class ProgramBoxes:
    """The boxes of a program, in an order in which those that are read stand before those that read them."""

    def __init__(self, program: Program) -> None:
        self.program, self.varies = program, program.per_lane
        self.together = len(program.rows) > MAX_ROWS
        self.depths = _depths(program)
        self.owner: dict[int, ProgramBox] = {}  # of the number that a register holds at present
        self.found: dict[object, ProgramBox] = {}

    def all(self) -> list[ProgramBox]:
        """The inputs that have cards, then the rows, then outputs that no row computes."""
        keys = self._keys()
        inputs = self._inputs(keys)
        for row, key in zip(self.program.rows, keys, strict=True):
            self._add(row, key)
        for box in self.found.values():
            if len(box.rows) == 1:
                box.infix = self._infix(box.rows[0])
        for output in self.program.outputs:
            owner = self.owner.get(output.arg) if type(output.arg) is int else None
            if owner is None:
                owner = self.found["output", output] = ProgramBox(f"o{len(self.found)}", False, [self._name(output.arg)])
            owner.outputs.append(output.name)
        return [*inputs, *self.found.values()]

    def _keys(self) -> list[object]:
        """What rows that share a card have in common: rows of one depth do not depend on one another."""
        rows = list(zip(self.program.rows, self.depths, strict=True))
        keys: list[object] = list(range(len(rows)))
        if self.together:
            keys = [i if row.shape else (row.op, depth, self.varies[row.result]) for i, (row, depth) in enumerate(rows)]
        ranked = sorted(dict(zip(keys, self.depths, strict=True)).values())
        if len(ranked) <= MAX_CARDS:
            return keys
        first, last = ranked[MAX_CARDS // 2], ranked[-MAX_CARDS // 2]
        return ["middle" if first <= depth < last else key for key, depth in zip(keys, self.depths, strict=True)]

    def _inputs(self, keys: Sequence[object]) -> list[ProgramBox]:
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
            box = ProgramBox(f"i{registers[0]}", lanes, [*names])
            self.owner |= dict.fromkeys(registers, box)
            boxes.append(box)
        return boxes

    def _add(self, row: Row, key: object) -> None:
        box = self.found.get(key)
        if box is None:
            box = self.found[key] = ProgramBox(f"b{len(self.found)}", self.varies[row.result])
        box.rows.append(row)
        box.names += [self.program.names[register] for register in row.results]
        for role, arg in zip(roles(row), row.args, strict=True):
            owner = self.owner.get(arg) if type(arg) is int else None
            if owner is None:
                names = box.numbers if type(arg) is float else box.named.setdefault(role, [])
                names += [name for name in [self._name(arg)] if name not in names]
            elif owner is not box:
                box.reads.append((owner, arg))  # type: ignore[arg-type]  # it is an int
        self.owner |= dict.fromkeys(row.results, box)

    def _infix(self, row: Row) -> str:
        """A row with the names of its arguments that have no card: `x + 1`, `exp(· − 2)`; "" for one that does not look so."""
        names = {i: self._name(arg) for i, arg in enumerate(row.args) if type(arg) is float or arg not in self.owner}
        if not names or row.op in ROLES:
            return ""
        written = filled(row.op.symbol, len(row.args), names)
        if not written and len(row.args) == 2 and not row.op.symbol.isidentifier():
            written = f"{names.get(0, '')} {row.op.symbol} {names.get(1, '')}".strip()
        return written

    def _name(self, arg: Arg) -> str:
        if type(arg) is int:
            return self.program.names[arg]
        return style.short(arg) if arg or math.copysign(1.0, arg) > 0.0 else "−0"


def roles(row: Row) -> list[str]:
    """What each argument is to a row: a letter of its formula, "" if it has none."""
    if row.op in ROLES:
        return [role for role, count in ROLES[row.op](*(row.shape or (1, 1))) for _ in range(count)]
    found = [""] * len(row.args)
    terms = row.op.terms(len(row.args)) if row.op.terms is not None else ()
    if any(len(term) == 2 for term in terms) and len(terms) > 1:
        for term in terms:
            for role, position in zip("wx" if len(term) == 2 else "b", term, strict=True):
                found[position] = role
    return found


def _depths(program: Program) -> list[int]:
    """For each row, the length of the longest path to it."""
    depths: list[int] = []
    of_register = [0] * program.registers
    for row in program.rows:
        depths.append(1 + max([of_register[arg] for arg in row.args if type(arg) is int], default=0))
        for result in row.results:
            of_register[result] = depths[-1]
    return depths


def name_ranges(names: Sequence[str]) -> list[str]:
    """Names as a few lines, those that differ in their numbers on one."""
    lines = name_series(names)
    return lines if len(lines) <= MAX_LINES else [*lines[: MAX_LINES - 1], "…"]


def name_series(names: Sequence[str]) -> list[str]:
    """Names, those that differ in their numbers as one."""
    series: dict[str, list[str]] = {}
    for name in names:
        series.setdefault(_stem(name), []).append(name)
    return [name_range(group) for group in series.values()]


def name_range(names: Sequence[str]) -> str:
    """Names that differ in their numbers.

    >>> name_range(["x_0", "x_1", "x_2"]), name_range(["w_0_0", "w_0_1", "w_1_0", "w_1_1"]), name_range(["v3", "v7"])
    ('x_0…2', 'w_0…1_0…1', 'v3,7')
    """
    parts = [re.split(r"(\d+)", name) for name in names]
    columns = [list(dict.fromkeys(column)) for column in zip(*parts, strict=False)]
    text = "".join(column[0] if len(column) == 1 else _span(column) for column in columns)
    varying = [column for column in columns if len(column) > 1]
    if len(varying) == 1 and len(varying[0]) == len(names) <= MAX_LISTED and not _dense(varying[0]):
        return "".join(",".join(column) for column in columns)
    full = math.prod(map(len, varying)) == len(names) and all(map(_dense, varying))
    return text if full else f"{len(names)} of {text}"


def _dense(numbers: Iterable[str]) -> bool:
    ordered = sorted(map(int, numbers))
    return ordered == [*range(ordered[0], ordered[-1] + 1)]


def _span(numbers: Iterable[str]) -> str:
    ordered = sorted(numbers, key=int)
    return f"{ordered[0]}…{ordered[-1]}"


def _stem(name: str) -> str:
    """A name without its numbers."""
    return re.sub(r"\d+", "", name)
