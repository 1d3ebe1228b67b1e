"""The check tab: proofreads a hand-derived gradient, given in fields or as lines of Python, with audit and gradcheck."""

from __future__ import annotations

import html
import math
import re
import warnings
from collections.abc import Collection, Mapping
from random import Random
from typing import Any

from autograd import Value
from autograd._format import listed, shown, told_apart
from autograd._html import card, folded, lines
from autograd.audit import audit
from autograd.audit.claim import Diagnosis
from autograd.audit.report import UNEXPLAINED, AuditReport, Verdict
from autograd.diagnosis.kinks import at_kinks
from autograd.formulas.printer import TEXT, Formula
from autograd.graph import Graph
from autograd.lessons.marking import SolvedGraph, is_right, slips
from autograd.names import name_text
from autograd.testing import GradientError, gradcheck
from playground import typed
from playground.kinks import Slopes, crossings, jumps, slopes
from playground.proofreading_fields import (
    Numbers,
    as_function,
    check_differentiable,
    claim_of,
    function_of,
    number_at,
    outcome_at,
    result_of,
    slope_at,
)
from playground.proofreading_program import by_which, claimed_in, with_its_head
from playground.reading import Outcome, Reading
from playground.typed import Slip, check_syntax, names, run_lines

RIGHT = "✓"
CUT = "f takes numbers out of its graph, by detach(), no_grad(), .data or float(), so what the engine gives is not its derivative"
MIN_DIGITS = 3  # of a rounded number that may count as right
ONE_SIDE = "right on one side of the kink"
CLOSE = (1.0, 1.0 + 1e-5, 1.0 - 2e-5)  # multiples of the point
NEARBY = (1.0, 1.07, 0.91, 1.13)  # multiples of the point at which a slip must explain the claim to be named


def answer(text: str) -> dict[str, Any]:
    """Run the lines: their output, and the value of each expression as a notebook shows it.

    `slip` is the error, if there was one.
    """
    parts: list[str] = []
    seen = 0

    def flush() -> None:
        nonlocal seen
        said = str(typed.printed)[seen:]
        seen += len(said)
        if said:
            parts.append(f'<pre class="printed">{html.escape(said)}</pre>')

    def show(value: Any) -> None:
        flush()
        if value is not None:
            parts.append(_as_html(value))

    slip = None
    try:
        run_lines(text, names(), show)
    except Slip as found:
        slip = found.place
    flush()
    typed.printed = None  # already part of the answer
    if not parts and slip is None:
        last = text.rstrip().rpartition("\n")[2]
        end_with = "nothing is shown: end with audit(…), gradcheck(…), print(…) or another call"
        slip = Slip(end_with, text.rstrip().count("\n") + 1, 1, len(last) + 1).place
    return {"html": "".join(parts), "slip": slip}


def _as_html(value: Any) -> str:
    form = getattr(value, "_repr_html_", None)
    return str(form()) if form is not None else f"<pre>{html.escape(repr(value))}</pre>"


# -- fields ------------------------------------------------------------------------------------------


def letters(text: str) -> list[str]:
    """The variables of a function that is being typed, possibly after `name =`."""
    try:
        reading = Reading(text)
        if reading.formula is None:
            check_syntax(text)
        return reading.variables
    except Slip as slip:
        raise slip.offer(text, letters) from None


def proofread(text: str, at: Numbers, claimed: Mapping[str, str]) -> dict[str, Any]:
    """The verdict on hand-derived derivatives of a function at this point.

    `field` names the first field that can't be judged, "f" or a variable; `slip` says what is wrong with it.
    """
    field, slip, html = "f", None, ""
    try:
        with warnings.catch_warnings(action="ignore"):  # NaN and the like are reported as slips
            f = function_of(text, at)
            at = {name: float(at[name]) for name in f.variables}
            given = {name: claimed_in(claim) for name, claim in claimed.items() if claim.strip() and name in at}
            if not given:
                raise Slip("nothing to check yet: write what you found for a derivative")
            check_differentiable(f, at, given)
            sound: dict[str, Reading] = {}
            for name, claim in given.items():
                try:
                    if (other := by_which(claimed[name])) != name and other in at:
                        raise Slip(f"this says {_derivative(other)}; the field is for {_derivative(name)}")
                    sound[name] = claim_of(claim, at)
                except Slip as found:
                    found.place["fix"] = with_its_head(found.place["fix"], claimed[name])
                    field, slip = (name, found) if slip is None else (field, slip)
            html = _verdict(f, at, sound, given.keys() - sound) if sound else ""
    except Slip as found:
        field, slip = "f", found
    except GradientError:
        field, slip = "f", Slip(CUT)
    except (ValueError, ArithmeticError) as error:  # at a nearby point, or from lines that change on every run
        field, slip = "f", Slip(str(error).partition(": ")[2] or str(error))
    typed.printed = None  # the lines ran at many points
    return {"html": html, "field": field if slip else "", "slip": slip and slip.place}


def _verdict(f: Reading, at: Numbers, claimed: Mapping[str, Reading], unread: Collection[str]) -> str:
    """The verdict line by line, naming the slip behind each wrong one, followed by the full reports of audit and gradcheck."""
    report = _audit(f, at, claimed)
    numbers = {name for name, claim in claimed.items() if not claim.variables and _varies(f, at, name, report[name])}
    beside = Beside(f, at, claimed)
    found = []
    for name, claim in claimed.items():
        verdict = report[name]
        line = _rounded(name, verdict, claim) or beside.line(name, verdict, name in numbers)
        if line is None:
            slip = "" if verdict.agrees or verdict.undecided else _named_slip(f, at, name, claim)
            if slip:  # found in the graph; audit only guesses from numbers
                verdict.diagnosis, verdict.also_possible = Diagnosis("slip", slip), ()
            line = _line(name, verdict, slip or verdict.likely(), name in numbers)
        found.append(line)
    checked = gradcheck(as_function(f, at, claimed), tuple(at[name] for name in claimed))
    right = all(line.startswith(RIGHT) for line in found)
    where = beside.where or "right"
    if numbers and where in ("right", ONE_SIDE):
        where = where.replace("right", "right at this point")
    title = _title(at, claimed, unread, where)
    return "".join(
        (
            card(title if right else _doubt(found), lines(found), holds=None if right and (beside.where or unread) else right),
            folded("audit: the claims at this point and near it", report._repr_html_()),
            folded("gradcheck: the engine itself against finite differences", checked._repr_html_()),
        )
    )


def _audit(f: Reading, at: Numbers, claimed: Mapping[str, Reading]) -> AuditReport:
    # The numbers without a claim change nearby too: a missing factor of 1 shows only there.
    by_hand = {name: as_function(claimed[name], at, at) if name in claimed else None for name in at}
    return audit(as_function(f, at, at), by_hand, at=at)


def _title(at: Numbers, claimed: Collection[str], unread: Collection[str], right: str) -> str:
    """The title if every claim is right."""
    missing = [_derivative(name) for name in at if name not in claimed]
    if not missing:
        return f"Every derivative is {right}."
    was = "was" if len(missing) == 1 else "were"
    return f"{right.capitalize()} so far; {', '.join(missing)} {was} not {'understood' if unread else 'checked'}."


def _doubt(found: Collection[str]) -> str:
    """The title if not every line is right."""
    wrong = any(line.startswith("✗") for line in found)
    return "Not all of it is right." if wrong else "Not all of it can be judged at this point."


class Beside:
    """Judges claims on both sides of a function's kink, whether it is at the kink or away from it.

    `where` says where the claims are right, if not everywhere; `beyond` holds points across, each with the name to change.
    """

    def __init__(self, f: Reading, at: Numbers, claimed: Mapping[str, Reading]) -> None:
        self.f, self.at, self.claimed = f, at, claimed
        self.where = ""
        self.at_kink = bool(at_kinks(self._record(at)))
        found = [] if self.at_kink else crossings(self._record, at)
        self.beyond = [(f"{name_text(name)} = {shown(point[name])}", point) for name, point in found]

    def _record(self, at: Numbers) -> Graph:
        root = result_of(self.f, {name: Value(x) for name, x in at.items()})
        assert type(root) is Value  # audit refuses anything else
        return Graph(root)

    def line(self, name: str, verdict: Verdict, here_alone: bool) -> str | None:
        """The line for a claim at a kink, or one that is right here but not on the other side. None for any other."""

        def along(x: float) -> float:
            return number_at(self.f, {**self.at, name: x})

        if jumps(along, self.at[name]):
            return f"? {_derivative(name)}: f jumps here, so it has no derivative: choose another point."
        if self.at_kink:
            both = slopes(along, self.at[name])
            return self._at_kink(name, verdict, both) if both.bends else self._smooth(name, verdict)
        holds = verdict.agrees or (verdict.only_nearby and self._holds_close_by(name))
        return self._across(name) if holds and not here_alone else None

    def _at_kink(self, name: str, verdict: Verdict, both: Slopes) -> str:
        derivative, taken = _derivative(name), shown(slope_at(self.f, self.at, name))
        yours = number_at(self.claimed[name], self.at)
        left, right = map(shown, both)
        engine = f"The engine takes {taken}."
        if verdict.apart:
            return f"✗ {derivative}: yours is {shown(yours)}; no single side of this kink gives all your numbers. {engine}"
        if not both.hold(yours):
            sides = f"at this kink it is {left} to the left and {right} to the right"
            return f"✗ {derivative}: yours is {shown(yours)}; {sides}. {engine}"
        self.where = self.where or "right at this kink"
        wrong = [entry for entry in verdict.entries if not entry.agrees and verdict.only_nearby]
        if wrong:
            self.where = ONE_SIDE
            engine += f" Beside the kink, yours is {shown(wrong[0].claimed)} where it is {shown(wrong[0].gradient)}."
        where = f"between {left} to the left of this kink and {right} to the right"
        if both.is_left(yours):
            where = f"the slope to the left of this kink; to the right it is {right}"
        elif both.is_right(yours):
            where = f"the slope to the right of this kink; to the left it is {left}"
        return f"{RIGHT} {derivative}: yours is {shown(yours)}, {where}. {engine}"

    def _smooth(self, name: str, verdict: Verdict) -> str | None:
        """The line where ops are at a kink but f is smooth; None if the engine gives its derivative anyway."""
        entry, taken = verdict.entries[0], slope_at(self.f, self.at, name)
        if taken == entry.gradient or verdict.only_nearby:
            return None
        because = (
            f"The engine gives {shown(taken)}, by its convention at the kink of {listed(verdict.kinks)}, but f is smooth here."
        )
        if verdict.agrees:
            return f"{RIGHT} {_derivative(name)} is right: {shown(entry.gradient)}. {because}"
        return f"✗ {_derivative(name)}: yours is {shown(entry.claimed)}, it is {shown(entry.gradient)}. {because}"

    def _across(self, name: str) -> str | None:
        for place, point in self.beyond:
            try:
                verdict = _audit(self.f, point, {name: self.claimed[name]})[name]
            except (ValueError, ArithmeticError, Slip):  # not differentiable there
                continue
            wrong = [entry for entry in verdict.entries if not entry.agrees and not entry.hidden]
            if wrong:
                self.where = ONE_SIDE
                here = shown(number_at(self.claimed[name], self.at))
                there = f"at {place}, yours is {shown(wrong[0].claimed)}, it is {shown(wrong[0].gradient)}"
                return f"{RIGHT} {_derivative(name)} is right at this point: {here}. Across the kink, {there}."
        return None

    def _holds_close_by(self, name: str) -> bool:
        """True if a claim that is wrong at a nearby point is right closer to this one."""
        for factor in CLOSE:
            point = {each: x + (factor - 1.0) * (x or 1.0) for each, x in self.at.items()}
            right = slope_at(self.f, point, name)
            if not math.isclose(number_at(self.claimed[name], point), right, rel_tol=1e-9, abs_tol=1e-12):
                return False
        return True


def _rounded(name: str, verdict: Verdict, claim: Reading) -> str:
    """The line for a claim that is the derivative rounded to three or more digits; "" for any other claim."""
    number = re.fullmatch(r"\s*([+-]?)0*(\d*)\.?(\d*)\s*", claim.text)
    if verdict.agrees or verdict.undecided or number is None:
        return ""
    digits = len(f"{number[2]}{number[3]}".lstrip("0"))
    found = verdict.entries[0].gradient
    if digits < MIN_DIGITS or not math.isclose(float(f"{found:.{digits - 1}e}"), float(claim.text), rel_tol=1e-15):
        return ""
    return f"{RIGHT} {_derivative(name)} is right to {digits} digits at this point."


def _line(name: str, verdict: Verdict, likely: str, here_alone: bool) -> str:
    derivative = _derivative(name)
    if verdict.agrees:
        where = "near this point" if verdict.hidden_here else "at this point"
        where += ", another number elsewhere" if here_alone else ""
        return f"{RIGHT} {derivative} is right: {shown(verdict.entries[0].gradient)} {where}."
    if verdict.undecided:
        claimed, found = told_apart(verdict.entries[0].claimed, verdict.entries[0].gradient)
        values = f"yours is {claimed}, the engine computes {found}"
        return f"? {derivative}: {values}, and rounding hides which is right: choose another point."
    entry = next(entry for entry in verdict.entries if not entry.agrees)
    where = " at a point nearby" if verdict.only_nearby else ""
    why = "No single known mistake explains that" if likely == UNEXPLAINED else f"Likely: {likely}"
    return f"✗ {derivative}: yours is {shown(entry.claimed)}{where}, it is {shown(entry.gradient)}. {why}."


def _derivative(name: str) -> str:
    return f"∂f/∂{name_text(name)}"


def _varies(f: Reading, at: Numbers, name: str, verdict: Verdict) -> bool:
    """True if the derivative changes at nearby points."""
    here, nearby = verdict.entries[0].gradient, _points(at)[1:]
    slopes = (slope_at(f, numbers, name) for numbers in nearby)
    return any(math.isfinite(slope) and not math.isclose(slope, here, rel_tol=1e-9) for slope in slopes)


def _named_slip(f: Reading, at: Numbers, name: str, claim: Reading) -> str:
    """The slip that explains a claim at the point and near it, in a quiz's words; "" if none does."""
    found = []
    for numbers in _points(at):
        number = number_at(claim, numbers)
        found.append([slip for wrong, slip in _slips(f, numbers, name) if math.isfinite(number) and is_right(number, wrong)])
    here, *nearby = found
    return next((slip for slip in here if all(slip in each for each in nearby)), "")


def _points(at: Numbers) -> list[Numbers]:
    chance = Random(0)
    return [at, *({name: (x or 0.1) * chance.choice(NEARBY[1:]) for name, x in at.items()} for _ in NEARBY[1:])]


def _slips(f: Reading, at: Numbers, name: str) -> list[tuple[float, str]]:
    """Wrong gradients that slips would give at a point, each with the slip in words; steps are named as written."""
    values: dict[str, Any] = {name: Value(x, label=name) for name, x in at.items()}
    made = outcome_at(f, values)
    root = made.root
    if type(root) is not Value:
        return []
    for node, written in (made.texts or _written(made)).items():
        if node.op is not None:
            node.label = "f" if node is root else written
    graph = Graph(root)
    return list(slips(SolvedGraph(graph), values[name])) if values[name] in graph else []


def _written(made: Outcome) -> dict[Value, str]:
    """Names of the lines' nodes: as written there, or else the formula that computes them."""
    named = {x: name for name, x in made.scope.items() if type(x) is Value}
    formulas: dict[Value, Formula] = {}
    for node in Graph(made.root):
        if node in named:
            formulas[node] = TEXT.variable(named[node])
        elif node.op is None:
            formulas[node] = TEXT.constant(node.data)
        else:
            args = [formulas[arg] if type(arg) is Value else arg for arg in node.args]
            formulas[node] = TEXT.operation(node.op, args)
    return {node: formula.text for node, formula in formulas.items()}
