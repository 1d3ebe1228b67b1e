"""draw_program: a Program as a picture: the cards that inputs and rows share, and the text on them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from autograd._check import checked_flag
from autograd._format import counted, listed
from autograd.compiler.instructions import REDUCTIONS, ROLES
from autograd.compiler.program import Arg, Output, Program, Row
from autograd.viz import style
from autograd.viz.card_sizes import WORD
from autograd.viz.cards import Card, Line, filled
from autograd.viz.diagram import MAX_CROSSED, Arrow, Box
from autograd.viz.dot import Cluster
from autograd.viz.drawing import Drawing
from autograd.viz.flow import Flow
from autograd.viz.routing import Arrangement, Scheme
from autograd.viz.text_size import shortened

MAX_ACROSS = 7  # ranks of cards in a picture that runs from left to right; a deeper one runs from top to bottom
MAX_NAMED = 4  # inputs in the title
MAX_ROWS = 24  # that are drawn one by one; in a longer program, rows with the same op at the same depth share a card
MAX_CARDS = 40  # of rows; in a deeper program, the rows in the middle share a card
MAX_READERS = 8  # of an input that has a card of its own
MAX_LINES = 4  # of names on a card
MAX_LISTED = 3  # numbers of a series with gaps
ROOM, NARROW_ROOM = 190.0, 84.0  # of a line of names
NUMBERS = "a number at an arrow counts the registers it carries"
REFERENCES = "a name without a card refers to the card with that name"


class ProgramDrawing(Drawing):
    """A drawing of a program; `print` shows the program."""

    program: Program

    def text(self) -> str:
        """The program as straight-line code."""
        return str(self.program)

    def words(self) -> tuple[str, str]:
        return _title(self.program), _description(self.program)


def draw_program(program: Program, *, narrow: bool = False) -> ProgramDrawing:
    """The rows of a program as cards, drawn as a pile where each lane has its own number.

    A card also names the constants and shared inputs that its rows read and, after an arrow, the outputs they compute. The
    number at an arrow is how many registers it stands for. `narrow` suits a page as narrow as a phone's.

    >>> from autograd import compile
    >>> drawing = compile(lambda x, y: x * y + x, 2.0, 3.0).draw()
    >>> drawing.source.count("->")
    2
    >>> print(drawing)
    def program(x, y):
        v2 = dot(x, y, x)
        return v2
    """
    picture = ProgramPicture(program, checked_flag("draw: narrow", narrow))
    whole = Cluster(cards=[*picture.cards.values()])
    drawing = ProgramDrawing.of(whole, picture.scheme.arrows, picture.flows, picture.direction, picture.notes)
    drawing.program, drawing.picture = program, picture
    return drawing


class ProgramPicture:
    """Everything to draw of a program."""

    def __init__(self, program: Program, narrow: bool) -> None:
        self.program = program
        self.room = NARROW_ROOM if narrow else ROOM
        single = program.single_assignment()
        self.names, boxes = single.names, ProgramBoxes(single).all()
        self.ranks = _ranks(boxes)
        self.direction = "TB" if narrow or max(self.ranks.values(), default=0) >= MAX_ACROSS else "LR"
        self.cards = {box.id: _card(box, self.room, narrow) for box in boxes}
        self.flows: dict[str, Flow] = {}
        arrows = [arrow for box in boxes for arrow in self._arrows(box, 1 if narrow else MAX_CROSSED)]
        self.scheme = Scheme({id: Box(id, card.head) for id, card in self.cards.items()}, arrows)
        self.notes = [NUMBERS] * any(flow.label for flow in self.flows.values())
        self.notes += [REFERENCES] * any(card.kind == "reference" for card in self.cards.values())

    def _arrows(self, box: ProgramBox, most: int) -> list[Arrow]:
        """The arrows to a box; a long one starts at a card with only the names of what it carries."""
        arrows = []
        carried: dict[ProgramBox, list[int]] = {}
        for source, register in box.reads:
            carried.setdefault(source, []).append(register)
        for source, read in carried.items():
            registers = list(dict.fromkeys(read))
            names = ", ".join(name_ranges([self.names[register] for register in registers]))
            for k in range(len(read) if box.one_by_one else 1):
                id, start = f"{source.id}-{box.id}-{k}", source.id
                if self.ranks[box.id] - self.ranks[source.id] > most:
                    start = f"r{id}"
                    self.cards[start] = Card(start, "reference", shortened(names, self.room, WORD))
                label = str(len(registers)) if len(registers) > 1 and not box.one_by_one else ""
                arrows.append(Arrow(id, 0, start, box.id, None))
                self.flows[id] = Flow(True, None, label, None, "", names)
        return arrows

    @cached_property
    def svg(self) -> str:
        """The picture as SVG, in our own layout."""
        from autograd.viz.svg import Sheet  # imported here: drawings that are not shown do not need it

        labels = {id: flow.label for id, flow in self.flows.items()}
        plan = Arrangement(self.scheme, self.cards, labels, {}, self.direction == "TB")
        words = _title(self.program), _description(self.program), _sentence(self.program)
        return Sheet(*words, self.direction, plan, self.flows, 0.0, self.notes, {}).svg()


def _card(box: ProgramBox, room: float, narrow: bool) -> Card:
    """The card of a box; if narrow, with the name of its results below its head."""
    head, name = box.head()
    if not box.rows:
        head = shortened(head, room, WORD)
    lines = [Line("about", role, shortened(text, room, WORD), style.INK) for role, text in box.lines()]
    if narrow and name:
        lines.insert(0, Line("about", "", name, style.LINE))
        name = ""
    about = [f"{role} {text}".strip() for role, text in box.lines()]
    return Card(
        box.id, "operation" if box.rows else "leaf", head, name, lines, tooltip="; ".join([head, *about]), lanes=box.lanes
    )


def _ranks(boxes: Sequence[ProgramBox]) -> Mapping[str, int]:
    """The rank of each box: the length of the longest path to it; for an input, one before its first reader."""
    ranks = {box.id: 0 for box in boxes}
    for box in boxes:
        ranks[box.id] = max([ranks[source.id] + 1 for source, _ in box.reads], default=0)
    first: dict[str, int] = {}
    for box in boxes:
        for source, _ in box.reads:
            first[source.id] = min(first.get(source.id, ranks[box.id]), ranks[box.id])
    return ranks | {box.id: first[box.id] - 1 for box in boxes if not box.reads and box.id in first}


def _title(program: Program) -> str:
    """A title that names the first few inputs that differ between lanes, or the first few inputs if none does."""
    lanes = True in program.per_lane
    ranges = name_series([given.name for given in program.inputs if given.per_lane or not lanes])
    shared = sum(not given.per_lane for given in program.inputs) if lanes else 0
    named = [shortened(text, NARROW_ROOM, WORD) for text in ranges] + [counted(shared, "shared number")] * bool(shared)
    return f"Program of {listed(named, most=MAX_NAMED) or 'nothing'}"


def _description(program: Program) -> str:
    inputs, outputs = (
        listed(name_series([each.name for each in both])) or "nothing" for both in (program.inputs, _outputs(program))
    )
    return f"A program of {counted(len(program.rows), 'row')} that computes {outputs} from {inputs}."


def _outputs(program: Program) -> list[Output]:
    """The outputs, one named like an input as `result y`."""
    inputs = {given.name for given in program.inputs}
    return [output._replace(name=f"result {output.name}") if output.name in inputs else output for output in program.outputs]


def _sentence(program: Program) -> str:
    """The counts of rows and operations, and of the rows that handle many numbers at once."""
    lanes = " per lane" if any(program.per_lane) else ""
    kinds = Counter("sum" if row.op in REDUCTIONS else "matrix product" if row.shape else "" for row in program.rows)
    special = [counted(kinds["matrix product"], "matrix product")] * bool(kinds["matrix product"])
    special += [f"{counted(kinds['sum'], 'sum')} over lanes"] * bool(kinds["sum"])
    among = f", including {listed(special)}" if special else ""
    return f"{counted(len(program.rows), 'row')}{among}; {counted(program.operations, 'operation')}{lanes}."


# -- what shares a card ------------------------------------------------------------------------------


@dataclass(eq=False)
class ProgramBox:
    """Inputs or rows that share a card.

    named    names of inputs without a card of their own, by their role in the row
    numbers  the constants
    infix    a row written with the names of such arguments, as `x + 1`; or ""
    reads    registers from other cards, each with its box, once per read
    outputs  names of the program's outputs that it computes
    lanes    True if it has a number for every lane
    """

    id: str
    lanes: bool
    names: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    infix: str = ""
    reads: list[tuple[ProgramBox, int]] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    @property
    def one_by_one(self) -> bool:
        """True if each argument has an arrow of its own: x·x has two."""
        return len(self.rows) == 1 and len(self.rows[0].args) == 2

    def head(self) -> tuple[str, str]:
        """The head of the card, which says what the box does, and the name of its results."""
        name = ", ".join(name_ranges(self.names))
        if not self.rows:
            return name, ""
        row = self.rows[0]
        if any(other.op is not row.op for other in self.rows):
            return counted(len(self.rows), "more row"), ""
        if row.shape is not None:
            name = "{}×{}  {}".format(*row.shape, name)
        return self.infix or row.op.symbol, name

    def lines(self) -> list[tuple[str, str]]:
        """The lines of the card as (role, text): arguments without a card of their own, constants, then the outputs."""
        given = [(role, line) for role, names in self.named.items() for line in name_ranges(names)]
        if self.numbers:
            given.append(("", ", ".join(self.numbers[:MAX_LINES]) + ", …" * (len(self.numbers) > MAX_LINES)))
        if self.infix:
            given = []
        return [*given, *(("→", line) for line in name_ranges(self.outputs))]


class ProgramBoxes:
    """The boxes of a program, each after those it reads."""

    def __init__(self, program: Program) -> None:
        self.program, self.varies = program, program.per_lane
        self.together = len(program.rows) > MAX_ROWS
        self.depths = _depths(program)
        self.owner: dict[int, ProgramBox] = {}  # the box of the number that a register holds at present
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
        for output in _outputs(self.program):
            owner = self.owner.get(output.arg) if type(output.arg) is int else None
            if owner is None:
                owner = self.found["output", output] = ProgramBox(f"o{len(self.found)}", False, [self._name(output.arg)])
            owner.outputs.append(output.name)
        return [*inputs, *self.found.values()]

    def _keys(self) -> list[object]:
        """A key per row, equal for rows that share a card: rows of one depth don't depend on each other."""
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
        """The inputs, except those that all lanes share or many boxes read; in a long program, a series shares a box."""
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
        """A row with the names of its arguments that have no card: `x + 1`, `exp(· − 2)`; "" if it can't be written so."""
        names = {i: self._name(arg) for i, arg in enumerate(row.args) if type(arg) is float or arg not in self.owner}
        return filled(row.op.symbol, len(row.args), names) if names and row.op not in ROLES else ""

    def _name(self, arg: Arg) -> str:
        return self.program.names[arg] if type(arg) is int else style.constant(arg)


def roles(row: Row) -> list[str]:
    """The role of each argument of a row: a letter of the row's formula, or ""."""
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


# -- names -------------------------------------------------------------------------------------------


def name_ranges(names: Sequence[str]) -> list[str]:
    """Names in a few lines, one per series of names that differ only in their numbers."""
    lines = name_series(names)
    return lines if len(lines) <= MAX_LINES else [*lines[: MAX_LINES - 1], "…"]


def name_series(names: Sequence[str]) -> list[str]:
    """One text per series of names that differ only in their numbers."""
    series: dict[str, list[str]] = {}
    for name in names:
        series.setdefault(_stem(name), []).append(name)
    return [name_range(group) for group in series.values()]


def name_range(names: Sequence[str]) -> str:
    """The names of a series, which differ only in their numbers, as one text.

    >>> name_range(["x_0", "x_1", "x_2"]), name_range(["w_0_0", "w_0_1", "w_1_0", "w_1_1"]), name_range(["v3", "v7"])
    ('x_0…2', 'w_0…1_0…1', 'v3,7')
    """
    parts = [re.split(r"(\d+)", name) for name in names]
    columns = [list(dict.fromkeys(column)) for column in zip(*parts, strict=True)]
    text = "".join(column[0] if len(column) == 1 else f"{min(column, key=int)}…{max(column, key=int)}" for column in columns)
    varying = [column for column in columns if len(column) > 1]
    if len(varying) == 1 and len(varying[0]) == len(names) <= MAX_LISTED and not _dense(varying[0]):
        return "".join(",".join(column) for column in columns)
    full = math.prod(map(len, varying)) == len(names) and all(map(_dense, varying))
    return text if full else f"{len(names)} of {text}"


def _dense(numbers: Iterable[str]) -> bool:
    ordered = sorted(map(int, numbers))
    return ordered == [*range(ordered[0], ordered[-1] + 1)]


def _stem(name: str) -> str:
    """The name with 0 in place of each number, which all names of a series share."""
    return re.sub(r"\d+", "0", name)
