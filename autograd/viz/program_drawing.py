"""draw_program: a Program as a picture, its rows as cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

from autograd._check import checked_flag
from autograd._format import counted, listed
from autograd.compiler.instructions import REDUCTIONS
from autograd.compiler.program import Program
from autograd.viz import style
from autograd.viz.card_sizes import WORD
from autograd.viz.cards import Card, Line
from autograd.viz.diagram import MAX_CROSSED, Arrow, Box
from autograd.viz.dot import Frame
from autograd.viz.drawing import Drawing
from autograd.viz.flow import Flow
from autograd.viz.program_boxes import ProgramBox, ProgramBoxes, name_ranges, name_series
from autograd.viz.routing import Plan, Scheme
from autograd.viz.text_size import shortened

MAX_ACROSS = 7  # ranks of cards in a picture that goes from left to right; a deeper one goes from top to bottom
MAX_NAMED = 4  # inputs in the title
ROOM, NARROW_ROOM = 190.0, 84.0  # of a line of names
NUMBERS = "a number at an arrow: how many registers it carries"
REFERENCES = "a name without a card stands for the card of that name"


class ProgramDrawing(Drawing):
    """A drawing of a program; `print` shows the program."""

    program: Program
    picture_of: ProgramPicture

    def text(self) -> str:
        """The program as straight-line code."""
        return str(self.program)

    def words(self) -> tuple[str, str]:
        return _title(self.program), _description(self.program)

    def own_svg(self) -> str:
        return self.picture_of.svg


def draw_program(program: Program, *, narrow: bool = False) -> ProgramDrawing:
    """The rows of a program as cards, a pile of them where every lane has numbers of its own.

    Constants, and the inputs that all lanes share, are named on the cards of the rows that read them, and so are the outputs,
    after an arrow. The number at an arrow is how many registers it stands for. `narrow` is for a page as narrow as a phone's.

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
    whole = Frame(cards=[*picture.cards.values()])
    drawing = ProgramDrawing.of(whole, picture.scheme.arrows, picture.flows, picture.direction, picture.notes)
    drawing.program, drawing.picture_of = program, picture
    return drawing


class ProgramPicture:
    """All that is drawn of a program."""

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
        """The arrows to a box; a long one begins at the name of what it carries."""
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
                self.flows[id] = Flow(True, None, label, {}, "", names)
        return arrows

    @cached_property
    def svg(self) -> str:
        """As an SVG of our own."""
        from autograd.viz.svg import Sheet  # imported here: drawings that are not shown do not need it

        labels = {id: flow.label for id, flow in self.flows.items()}
        plan = Plan(self.scheme, self.cards, labels, {}, self.direction == "TB")
        words = _title(self.program), _description(self.program), _sentence(self.program)
        return Sheet(*words, self.direction, plan, self.flows, 0.0, self.notes, {}).svg()


def _card(box: ProgramBox, room: float, narrow: bool) -> Card:
    """A narrow one has the name of its results below its head."""
    head, name = box.head()
    if not box.rows:
        head, name = shortened(head, room, WORD), ""
    lines = [Line("about", role, shortened(text, room, WORD), style.INK) for role, text in box.lines()]
    if narrow and name:
        lines.insert(0, Line("about", "", name, style.LINE))
        name = ""
    about = [f"{role} {text}".strip() for role, text in box.lines()]
    return Card(
        box.id, "operation" if box.rows else "leaf", head, name, lines, tooltip="; ".join([head, *about]), lanes=box.lanes
    )


def _ranks(boxes: Sequence[ProgramBox]) -> Mapping[str, int]:
    """For each box of rows the longest path to it; an input stands before the first that reads it."""
    ranks = {box.id: 0 for box in boxes}
    for box in boxes:
        ranks[box.id] = max([ranks[source.id] + 1 for source, _ in box.reads], default=0)
    first: dict[str, int] = {}
    for box in boxes:
        for source, _ in box.reads:
            first[source.id] = min(first.get(source.id, ranks[box.id]), ranks[box.id])
    return ranks | {box.id: first[box.id] - 1 for box in boxes if not box.reads and box.id in first}


def _title(program: Program) -> str:
    """What varies, or else the first of the inputs."""
    lanes = True in program.per_lane
    ranges = name_series([given.name for given in program.inputs if given.per_lane or not lanes])
    shared = sum(not given.per_lane for given in program.inputs) if lanes else 0
    named = [shortened(text, NARROW_ROOM, WORD) for text in ranges] + [counted(shared, "shared number")] * bool(shared)
    return f"Program of {listed(named, most=MAX_NAMED) or 'nothing'}"


def _description(program: Program) -> str:
    inputs, outputs = (
        listed(name_series([each.name for each in both])) or "nothing" for both in (program.inputs, program.outputs)
    )
    return f"A program of {counted(len(program.rows), 'row')} that computes {outputs} from {inputs}."


def _sentence(program: Program) -> str:
    """How much there is to do, and what of it is done for many numbers at once."""
    lanes = " for every lane" if any(program.per_lane) else ""
    kinds = Counter("sum" if row.op in REDUCTIONS else "matrix product" if row.shape else "" for row in program.rows)
    special = [counted(kinds["matrix product"], "matrix product")] * bool(kinds["matrix product"])
    special += [f"{counted(kinds['sum'], 'sum')} over lanes"] * bool(kinds["sum"])
    among = f", among them {listed(special)}" if special else ""
    return f"{counted(len(program.rows), 'row')}{among}; {counted(program.operations, 'operation')}{lanes}."
