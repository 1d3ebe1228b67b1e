"""The check tab: a gradient derived by hand, in fields or as lines of Python; what audit, gradcheck and others say of it."""

from __future__ import annotations

import html
import math
import re
import warnings
from collections.abc import Callable, Collection, Mapping
from inspect import Parameter, Signature
from random import Random
from typing import Any

from autograd import Value, grad
from autograd._format import shown, told_apart
from autograd._html import card, folded, lines
from autograd.audit import audit
from autograd.audit.claim import Diagnosis
from autograd.audit.report import AuditReport, Verdict
from autograd.expression import ExpressionError, evaluate, variables
from autograd.graph import Graph
from autograd.lessons.marking import SolvedGraph, is_right, slips
from autograd.names import name_text
from autograd.testing import gradcheck
from playground import typed
from playground.typed import Slip, names, run_lines

NEARBY = (1.0, 1.07, 0.91, 1.13)  # times the point: a slip is named if it explains the claim at all of these
Numbers = Mapping[str, float]


def answer(text: str) -> dict[str, Any]:
    """Run the lines; what they print, and the value of each that is an expression, as a notebook shows it.

    `slip` is what went wrong on the way, if something did.
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
    typed.printed = None  # it is part of the answer
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
    """The variables of a function that is being typed, perhaps with a name and =."""
    try:
        return variables(_bare(text))
    except ExpressionError as error:
        raise _slip(text, error) from None


def _bare(text: str) -> str:
    """What stands after a name and =."""
    named = re.match(r"\s*[^\W\d]\w*\s*=(?!=)\s*", text)
    return text[named.end() :] if named else text


def _slip(text: str, error: ExpressionError) -> Slip:
    return Slip.within(text, error, before=len(text) - len(_bare(text))).offer(text, letters)


def proofread(text: str, at: Numbers, claimed: Mapping[str, str]) -> dict[str, Any]:
    """The verdict on what was derived by hand for a function of these variables, at this point.

    `field` names the first field that cannot be judged: "f" or a variable; `slip` says what is wrong with it.
    """
    at = {name: float(x) for name, x in at.items()}
    given = {name: claim for name, claim in claimed.items() if claim.strip()}
    with warnings.catch_warnings(action="ignore"):  # NaN and the like are told as slips
        unfit = _unfit("f", text, at)
        if unfit is None and not given:
            unfit = Slip("nothing to check yet: write what you found for a derivative")
        if unfit is not None:
            return {"html": "", "field": "f", "slip": unfit.place}
        wrong = {name: slip for name, claim in given.items() if (slip := _unfit(name, claim, at)) is not None}
        sound = {name: _bare(claim) for name, claim in given.items() if name not in wrong}
        html = _verdict(_bare(text), at, sound) if sound else ""
    field, slip = next(iter(wrong.items()), ("", None))
    return {"html": html, "field": field, "slip": slip and slip.place}


def _read(expression: str, at: Numbers) -> None:
    unknown = [name for name in variables(expression) if name not in at]
    if unknown:
        at_name = re.search(rf"\b{unknown[0]}\b", expression)
        first, last = at_name.span() if at_name else (0, 0)
        raise ExpressionError(f"f has no variable {unknown[0]}", first + 1, last + 1)
    evaluate(expression, {name: Value(x) for name, x in at.items()})


def _unfit(field: str, expression: str, at: Numbers) -> Slip | None:
    """What keeps the function, or a claim, from being judged."""
    try:
        _read(_bare(expression), at)
    except ExpressionError as error:
        return _slip(expression, error)
    number = _number(_function(_bare(expression), at)())
    if math.isfinite(number):
        return None
    what = "so there is no derivative: choose another point" if field == "f" else "which no derivative is"
    return Slip(f"this is {shown(number)} at the point, {what}")


def _verdict(text: str, at: Numbers, claimed: Mapping[str, str]) -> str:
    """Line by line, with the slip that explains a wrong one; below it what audit and gradcheck say in full."""
    # Nearby, the numbers without a claim are others, too: a factor of 1 that is missing shows only there.
    report = audit(_function(text, at, at), {name: _claim(claimed.get(name), at) for name in at}, at=at)
    numbers = {name for name, claim in claimed.items() if not variables(claim) and _varies(text, at, name)}
    found = []
    for name, claim in claimed.items():
        verdict = report[name]
        slip = "" if verdict.agrees or verdict.undecided else _named_slip(text, at, name, claim)
        if slip:  # it knows the graph; audit guesses from the numbers
            verdict.diagnosis, verdict.also_possible = Diagnosis("slip", slip), ()
        found.append(_line(name, verdict, slip or verdict.likely(), name in numbers))
    checked = gradcheck(_function(text, at, claimed), tuple(at[name] for name in claimed))
    return "".join(
        (
            card(
                _title(at, claimed, "right at this point" if numbers else "right") if report else _doubt(report),
                lines(found),
                holds=bool(report),
            ),
            folded("audit: the claims at this point and near it", report._repr_html_()),
            folded("gradcheck: the engine itself against finite differences", checked._repr_html_()),
        )
    )


def _title(at: Numbers, claimed: Collection[str], right: str) -> str:
    """Of claims that are all right."""
    missing = [f"∂f/∂{name_text(name)}" for name in at if name not in claimed]
    if not missing:
        return f"Every derivative is {right}."
    return f"{right.capitalize()} so far; {', '.join(missing)} {'was' if len(missing) == 1 else 'were'} not checked."


def _doubt(report: AuditReport) -> str:
    """Of claims that are not all right."""
    wrong = any(not verdict.agrees and not verdict.undecided for verdict in report)
    return "Not all of it is right." if wrong else "Not all of it can be judged at this point."


def _line(name: str, verdict: Verdict, likely: str, here_alone: bool) -> str:
    derivative = f"∂f/∂{name_text(name)}"
    if verdict.agrees:
        where = "near this point" if verdict.hidden_here else "at this point"
        where += ", another number elsewhere" if here_alone else ""
        return f"✓ {derivative} is right: {shown(verdict.entries[0].gradient)} {where}."
    if verdict.undecided:
        claimed, found = told_apart(verdict.entries[0].claimed, verdict.entries[0].gradient)
        values = f"yours is {claimed}, the engine computes {found}"
        return f"? {derivative}: {values}, and rounding hides which is right: choose another point."
    entry = next(entry for entry in verdict.entries if not entry.agrees)
    where = " at a point nearby" if verdict.only_nearby else ""
    return f"✗ {derivative}: yours is {shown(entry.claimed)}{where}, it is {shown(entry.gradient)}. Likely: {likely}."


def _function(text: str, at: Numbers, names: Collection[str] = ()) -> Callable[..., Any]:
    """What a text writes as a function of these names, which stand in its signature; the other numbers are those of the point."""

    signature = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names])

    def f(*args: Any, **named: Any) -> Any:
        given = signature.bind(*args, **named).arguments
        records = any(type(x) is Value for x in given.values())  # the others then, too: rounding behind them counts
        values: dict[str, Any] = {**({name: Value(x) for name, x in at.items()} if records else at), **given}
        return evaluate(text, values)[0]

    f.__signature__ = signature  # type: ignore[attr-defined]  # audit reads the names of the inputs there
    return f


def _claim(text: str | None, at: Numbers) -> Callable[..., Any] | None:
    return None if text is None else _function(text, at, at)


def _number(x: Any) -> float:
    return x.data if type(x) is Value else float(x)


def _varies(text: str, at: Numbers, name: str) -> bool:
    """Whether the derivative is another number at points nearby."""
    here, *nearby = (grad(_function(text, numbers, [name]))(numbers[name]) for numbers in _points(at))
    return any(math.isfinite(slope) and not math.isclose(slope, here, rel_tol=1e-9) for slope in nearby)


def _named_slip(text: str, at: Numbers, name: str, claim: str) -> str:
    """The slip that leads to a claim, as a quiz names it, if it does so at the point and near it; empty if none does."""
    shared: dict[str, None] | None = None
    for numbers in _points(at):
        number = _number(_function(claim, numbers)())
        here = [slip for wrong, slip in _slips(text, numbers, name) if math.isfinite(number) and is_right(number, wrong)]
        shared = dict.fromkeys(here) if shared is None else {slip: None for slip in shared if slip in here}
    return next(iter(shared or ()), "")


def _points(at: Numbers) -> list[Numbers]:
    chance = Random(0)
    return [at, *({name: (x or 0.1) * chance.choice(NEARBY[1:]) for name, x in at.items()} for _ in NEARBY[1:])]


def _slips(text: str, at: Numbers, name: str) -> list[tuple[float, str]]:
    """Wrong gradients that slips lead to at a point, with the slips in words; steps are called as they are written."""
    values: dict[str, Any] = {name: Value(x, label=name) for name, x in at.items()}
    root, texts = evaluate(text, values)
    if type(root) is not Value:
        return []
    for node, written in texts.items():
        if not node.label:
            node.label = "f" if node is root else written
    graph = Graph(root)
    return list(slips(SolvedGraph(graph), values[name])) if values[name] in graph else []
