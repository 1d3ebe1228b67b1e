"""The expression tab: draws typed text as a graph, explains it, and moves its leaves."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from autograd import Value, explain, nudge, to_latex, why
from autograd._format import listed
from autograd._format import shown as number_text
from autograd._html import card, lines
from autograd.compiler.recorded import Point, Recorded
from autograd.expression import ExpressionError
from autograd.formulas.mathml import mathml
from autograd.formulas.nudges import Nudge
from autograd.graph import Graph
from autograd.lessons.steps import Passes
from autograd.staleness import same_number, stale_leaves
from autograd.value import is_detached, operands, takes_gradient
from autograd.viz.picture import Picture, picture_of
from autograd.viz.player import page_data, quantities_of
from autograd.viz.style import MAX_ALONG
from autograd.viz.widget import MAX_LIVE_STEPS, MAX_SLIDERS, slider_at, widened
from playground import kinks, typed, undrawn
from playground.formula import glued, only_first
from playground.free import CONSTANTS
from playground.full_screen import Screen, filling, options_of
from playground.plain import said
from playground.program import of_expression, of_lines, with_numbers, with_values
from playground.reading import Numbers, Reading
from playground.rerun import alike, chooses, reads_numbers
from playground.torch.gradients import DIFFERING, calls, differing, freed, none_in_torch, same_gradient
from playground.torch.program import in_torch
from playground.typed import Slip, Undrawn

DELTA = 0.1  # the initial change of a leaf under "what if"
MAX_NODES = 20_000  # in a graph that the page draws
MAX_TOLD = 4000  # in one that it explains and nudges
LAST = "It contains only the last graph, not the loop or the steps before it."
DETACHED = "Detached values are constants in it."


class Shown:
    """The graph on the page. Its leaves can be moved; the graph itself stays as recorded.

    `free` holds the free names of lines of Python; None for an expression. `note` is shown beside the result unless the lines
    need a note of their own. Lines that read numbers, or take some out of the graph, run again when a leaf is moved. Leaves
    whose numbers the lines changed, `overwritten`, cannot be moved.
    """

    def __init__(
        self,
        graph: Graph,
        scope: Mapping[str, Any],
        numbers: Numbers,
        free: Iterable[str] | None = None,
        note: str = "",
        overwritten: Collection[Value] = (),
    ) -> None:
        self.graph = graph
        self.text = self.unplaced = ""  # lines that run again for other numbers; a note on leaves not set there
        self.places: Mapping[str, int] = {}  # places of numbers in the lines, by name
        self.lines = free is not None
        self.called: set[str] = set()  # functions called in the text
        self.beside = ""  # what the lines do beyond the graph
        graph.name_from(scope)
        self.plain = {name: x for name, x in scope.items() if type(x) in (int, float)}
        self.note = _changed(graph) or _summed(graph) or note
        leaves = [node for node in self.graph if node.op is None and not is_detached(node)]
        self.leaves = _as_written(leaves, scope)[:MAX_SLIDERS]
        self.names = [self.graph.names[leaf] for leaf in self.leaves]
        self.fixed = {self.graph.names[leaf] for leaf in self.leaves if leaf in overwritten}
        self.others = {node: node.data for node in self.graph if node.op is None and node not in {*self.leaves}}
        self.recorded = Recorded(self.graph)
        self.sliders = [slider_at(self.graph.spell(leaf), leaf.data) for leaf in self.leaves]
        self.numbers = [leaf.data for leaf in self.leaves]
        self.free = self.names if free is None else [name for name in free if name not in CONSTANTS]
        self.picture: Picture | None = None
        self.move(numbers)

    def run_again(self, numbers: Numbers) -> Shown:
        """Run the lines at other numbers; the result is self if they record the same graph."""
        fresh = self._fresh(numbers)
        if not alike(fresh.graph, self.graph):
            before = {slider["name"]: slider for slider in self.sliders}
            fresh.sliders = [before.get(slider["name"], slider) for slider in fresh.sliders]
            return fresh
        self.note, self.numbers, self.fixed = fresh.note, fresh.numbers, fresh.fixed
        self.others = dict(zip(self.others, fresh.others.values(), strict=True))
        return self

    def value_at(self, leaf: Value, x: float) -> float:
        """The lines' result if this leaf had another number. Slip if running them can't tell."""
        numbers = {**dict(zip(self.leaves, self.numbers, strict=True)), leaf: x}
        fresh = self._fresh({self.graph.names[node]: at for node, at in numbers.items()})
        before, after = (graph.spell(graph.roots[0]) for graph in (self.graph, fresh.graph))
        if fresh.unplaced or after != before:
            raise Slip(fresh.unplaced or f"the lines give {after}, not {before}")
        return fresh.value

    def _fresh(self, numbers: Numbers) -> Shown:
        """Run the lines at other numbers. Slip if the result is a plain number there, so that another Value would be shown."""
        fresh = _shown(self.text, numbers, self.places)
        name = self.graph.names[self.graph.roots[0]]
        if name in fresh.plain:
            raise Slip(f"{name} is the number {said(fresh.plain[name])} here, which has no graph")
        return fresh

    def move(self, numbers: Numbers) -> None:
        """Set the numbers of some leaves."""
        given = {name: x for name, x in numbers.items() if name not in self.fixed}
        self.numbers = [float(given.get(name, x)) for name, x in zip(self.names, self.numbers, strict=True)]

    def at_odds(self, leaf: Value, left: Mapping[str, float]) -> bool:
        """True if the leaf was moved away from its number in the lines; `left` holds numbers that have no place in them."""
        name = self.graph.names[leaf]
        return name not in self.fixed and not same_number(left.get(name, leaf.data), leaf.data)

    @property
    def point(self) -> Point:
        """The graph's numbers at the sliders' positions."""
        return self.recorded.at(self._at)

    @property
    def _at(self) -> dict[Value, float]:
        return {**self.others, **dict(zip(self.leaves, self.numbers, strict=True))}

    @property
    def value(self) -> float:
        """The result's value there."""
        return self.point.values[self.graph.roots[0]]

    def page(self, upright: bool, along: float, screen: Screen = None) -> dict[str, Any]:
        """The player's page, the notes beside it, and the sliders. `along` is the length that the page has room for."""
        self.sliders = list(map(widened, self.sliders, self.numbers))
        at = self.point
        passes = Passes(self.graph, at.values.__getitem__, at.flowing)
        gradients = [passes.bars.get(leaf, 0.0) for leaf in self.leaves]
        value = at.values[passes.root]
        quantities = quantities_of(passes)
        options = filling(self.graph, screen, quantities) if screen else options_of(upright, min(along, MAX_ALONG))
        kept = self.picture if self.picture is not None and self.picture.diagram.options == options else None
        self.picture = kept.at(quantities) if kept is not None else picture_of(self.graph, options, quantities, hints=False)
        sound = all(map(math.isfinite, (value, *gradients)))
        return {
            "page": page_data(passes, self.picture, MAX_LIVE_STEPS),
            "sliders": self.sliders,
            "leaves": self.names,
            "fixed": [name in self.fixed for name in self.names],
            "numbers": self.numbers,
            "value": value,
            "gradients": gradients,
            "lines": self.lines,
            "free": self.free,
            "note": " ".join(filter(None, (self.note or self.at_kink(at), self.in_torch()))),
            "trouble": "" if sound else _trouble(why(self.copy()[passes.root]).text),
        }

    def at_kink(self, at: Point) -> str:
        """A note if an op is at its kink at the sliders' positions."""
        for node in self.graph:
            if node.op is not None and node.op.kinks is not None and node.op.kinks(*operands(node, at.values)) == 0.0:
                copies, name_of = self._here()
                return kinks.said(Graph(copies[self.graph.roots[0]]), name_of, self.called)
        return ""

    def in_torch(self) -> str:
        """A note if PyTorch's gradients differ at the sliders' positions."""
        if DIFFERING.isdisjoint(self.called) or len(self.graph) > MAX_TOLD:
            return ""
        copies, name_of = self._here()
        return differing(Graph(copies[self.graph.roots[0]]), [copies[leaf] for leaf in self.leaves], name_of, self.called)

    def _here(self) -> tuple[dict[Value, Value], Callable[[Value], str]]:
        """The nodes re-recorded at the sliders' positions, and their names."""
        copies = self.copy()
        names = {copies[node]: self.graph.spell(node) for node in self.graph}
        return copies, names.__getitem__

    def copy(self) -> dict[Value, Value]:
        """The nodes re-recorded at the sliders' positions."""
        at = self._at
        made: dict[Value, Value] = {}
        for node in self.graph:
            if node.op is None:
                made[node] = Value(at.get(node, node.data), requires_grad=node.requires_grad)
                made[node] = made[node].detach() if is_detached(node) else made[node]
            else:
                made[node] = node.op(*[made[arg] if type(arg) is Value else arg for arg in node.args])
        for i, (node, name) in enumerate(self.graph.names.items()):
            made[node].label = "" if name == f"v{i}" else name
        return made


def _as_written(leaves: Iterable[Value], scope: Mapping[str, Any]) -> list[Value]:
    """The leaves in the order the lines define them: the graph's own order may change with its numbers."""
    held = [node for x in scope.values() for node in (x if isinstance(x, (list, tuple)) else [x]) if type(node) is Value]
    places = {node: place for place, node in reversed([*enumerate(held)])}
    return sorted(leaves, key=lambda leaf: places.get(leaf, len(held)))


def _changed(graph: Graph) -> str:
    """A note if the lines go on to change leaves, as `p.data -= …` does: printed numbers then differ from the page's."""
    leaves = stale_leaves(graph.nodes)
    if not leaves:
        return ""
    names, root = listed([graph.spell(leaf) for leaf in leaves], most=3), graph.spell(graph.roots[0])
    when = "The printed values are from before the change, the numbers here from after it."
    return f"{names} changed after {root} was computed. {when}"


def _summed(graph: Graph) -> str:
    """A note if gradients after the lines differ from the page's: `backward()` was called more than once, or with a seed."""
    root = graph.roots[0]
    name = graph.spell(root)
    for leaf in graph.nodes:
        once = graph.adjoints.get(leaf, 0.0)
        if leaf.op is not None or not takes_gradient(leaf) or not leaf.grad or same_gradient(leaf.grad, once):
            continue
        after = f"{graph.spell(leaf)}.grad is {number_text(leaf.grad)} after these lines, where"
        if same_gradient(leaf.grad, root.grad * once):
            seed = number_text(root.grad)
            return f"{after} {name}.backward({seed}) multiplies all gradients by {seed}; here is what {name}.backward() gives."
        return f"{after} calls of backward() add up; here is what one call on {name} gives."
    return ""


def _fixed(names: list[str]) -> str:
    """A note on leaves that the lines reassign: moving them would move something else."""
    if not names:
        return ""
    return f"{listed(names)} cannot be moved: the lines set {'its number' if len(names) == 1 else 'their numbers'}."


def _unplaced(names: list[str]) -> str:
    """A note on moved leaves whose numbers aren't in the text: branches on those numbers were not taken anew."""
    where = "the graph stays as it was recorded, whatever the lines would choose or detach at these numbers"
    return f"{listed(names)} moved, but not in the text: {where}." if names else ""


def _trouble(found: str) -> str:
    """What made the result NaN or infinite, and the source of the infinity, which the picture frames."""
    verdict, *details = found.split("\n")
    return " ".join([verdict, *(f"{line}." for line in details if " comes from here: " in line)])


shown: Shown | None = None


def show(text: str, numbers: Numbers, upright: bool = False, along: float = MAX_ALONG, screen: Screen = None) -> dict[str, Any]:
    """Show the graph of an expression, of `name = expression`, or of lines of Python that end in a Value.

    `numbers` are the sliders' by name; variables without one start at a small number.
    """
    global shown
    try:
        shown = _shown(text, numbers)
    except Slip as slip:
        raise slip.offer(text, lambda fix: _shown(fix, numbers)) from None
    return shown.page(upright, along, screen)


def _shown(text: str, numbers: Numbers, places: Mapping[str, int] | None = None) -> Shown:
    reading = Reading(text)
    formula = reading.formula
    at = reading.at(numbers, places)
    root, scope, last, swept, *_, overwritten = at.outcome
    if formula:
        reason = "" if type(root) is Value else undrawn.constant(formula.text)
    else:
        reason = undrawn.reason(text, root, last, scope)
    if reason:
        raise Undrawn(reason, *(undrawn.last_line(text) if formula is None else ()))
    graph = Graph(root)
    if len(graph) > MAX_NODES:
        advice = "fewer samples or steps show the same"
        raise Slip(f"this graph has {len(graph):,} nodes; the page draws at most {MAX_NODES:,}: {advice}")
    free, note = (None, glued(reading.variables) or only_first(formula.text)) if formula else (reading.free, "")
    made = Shown(graph, scope, numbers, free, note, overwritten)
    detached = any(map(is_detached, graph))
    printed = typed.printed is not None and typed.printed.text != ""
    if formula is None and (detached or printed or made.fixed or reads_numbers(text)):
        made.text, made.places = text, at.places
        moved = [leaf for leaf in made.leaves if made.at_odds(leaf, at.left)]
        made.unplaced = _unplaced([graph.spell(leaf) for leaf in moved]) if detached or chooses(text) else ""
        made.note = made.unplaced or made.note
    made.called = calls(formula.text if formula else text)
    made.beside = " ".join([LAST] * (len(swept) > 1) + [DETACHED] * detached)
    fixed = _fixed([graph.spell(leaf) for leaf in made.leaves if graph.names[leaf] in made.fixed])
    made.note = " ".join(filter(None, (made.note, fixed, freed(swept), "" if formula else none_in_torch(text, scope))))
    return made


def move(numbers: Numbers, upright: bool = False, along: float = MAX_ALONG, screen: Screen = None) -> dict[str, Any]:
    """Set leaves by name; lines that record another graph at these numbers show that."""
    global shown
    if shown is None:  # Python was restarted
        raise Slip("Python has restarted: change the text to run it again")
    if shown.text:
        shown = shown.run_again(numbers)
    else:
        shown.move(numbers)
    return shown.page(upright, along, screen)


def tell(about: int, delta: float) -> dict[str, str]:
    """The formula; and for the node at index `about`, the chain rule and, if it is a leaf, the effect of changing it."""
    if shown is None or len(shown.graph.nodes) > MAX_TOLD:
        return {"latex": "", "mathml": "", "explain": "", "nudge": ""}
    copy = shown.copy()
    node = shown.graph.nodes[about]
    root = copy[shown.graph.roots[0]]
    latex = str(to_latex(root))
    changed = node.op is None and math.isfinite(delta)
    return {
        "latex": latex,
        "mathml": _drawn(latex),
        "explain": explain(copy[node], of=root)._repr_html_(),
        "nudge": _what_if(shown, node, nudge(root, {copy[node]: delta})) if changed else "",
    }


def _what_if(shown: Shown, leaf: Value, told: Nudge) -> str:
    """The predicted change beside the actual one, for which lines that branch on numbers run again."""
    if shown.text and shown.graph.names[leaf] not in shown.fixed:
        (row,) = told.rows
        at = shown.point.values[leaf] + (row.delta or 0.0)
        try:
            actual = shown.value_at(leaf, at) - shown.value
        except Slip as slip:
            return card("", lines([f"At {row.name} = {number_text(at)}: {slip}"]))
        finally:
            typed.printed = None  # the page keeps the output at its own numbers
        told = replace(told, rows=(row._replace(actual=actual),), actual=actual)
    return told._repr_html_()


def _drawn(latex: str) -> str:
    """The formula as MathML; "" if a custom op writes LaTeX that we can't convert."""
    try:
        return mathml(latex)
    except ValueError:
        return ""


def placed(text: str, numbers: Numbers) -> str:
    """The typed text with these numbers in the places of its leaves."""
    reading = Reading(text)
    if reading.formula:
        return text
    at = reading.at(numbers)
    typed.printed = None  # the page keeps its own output
    return with_numbers(text, {at.places[name]: float(x) for name, x in numbers.items() if name in at.places})


def program(text: str, numbers: Numbers) -> dict[str, str]:
    """A standalone program for the text at these numbers, and the lines that draw its graph."""
    reading = Reading(text)
    (root, scope, *_, overwritten), _, left = reading.at(numbers)
    if formula := reading.formula:
        try:
            code, name = of_expression(formula.text, {name: x.data for name, x in scope.items()}, formula.name)
        except ExpressionError as error:
            raise formula.slip(error) from None
    else:
        moved = {}
        if type(root) is Value:
            typed = Shown(Graph(root), scope, {}, free=[], overwritten=overwritten)
            names = typed.graph.names
            moved = {names[leaf]: left[names[leaf]] for leaf in typed.leaves if typed.at_odds(leaf, left)}
        lines = with_values(placed(text, numbers), reading.begun(numbers))
        code, name = of_lines(lines, scope, root if type(root) is Value else None, moved)
    return {"code": code, "drawing": f"from autograd import draw_dot\n\ndraw_dot({name})" if name else ""}


def program_for_torch(text: str, numbers: Numbers) -> str:
    """The graph at these numbers as a PyTorch program, starting with a comment if the lines do more than the graph."""
    made = _shown(text, numbers)
    typed.printed = None  # the page keeps its own output
    graph = Graph(made.copy()[made.graph.roots[0]])
    graph.name_from({})
    return f"# {made.beside}\n" * bool(made.beside) + in_torch(graph, made.called)
