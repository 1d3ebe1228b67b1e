"""Reads the fields of the check tab, a function and claims about its derivatives, or says why they can't be judged."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping
from inspect import Parameter, Signature
from typing import Any

from autograd import Value, grad
from autograd._format import shown
from autograd.expression import ExpressionError
from autograd.graph import Graph
from playground import undrawn
from playground.free import CONSTANTS
from playground.reading import Outcome, Reading
from playground.syntax import parsed
from playground.typed import Slip

Numbers = Mapping[str, float]


def function_of(text: str, at: Numbers) -> Reading:
    """Read the function; a Slip says why it can't be judged at this point."""

    def checked(text: str) -> Reading:
        f = Reading(text)
        if not f.variables:
            raise Slip(_of_nothing(f))
        made = f.record(f.begun(at))
        _known(f, at, "{} has no number yet")
        if reason := undrawn.reason(f.text, made.root, made.last, made.scope) if f.formula is None else "":
            raise Slip(reason)
        if not math.isfinite(number := _as_number(made.root)):
            raise Slip(f"computed in floats, this is {shown(number)} at the point: choose another point")
        return f

    return _offering(text, checked)


def check_differentiable(f: Reading, at: Numbers, names: Collection[str]) -> None:
    """Raise a Slip if the derivative with respect to one of these names isn't finite."""
    leaves = {name: Value(x, label=name) for name, x in at.items()}
    root = result_of(f, leaves)
    assert type(root) is Value  # f would have been refused otherwise
    graph = Graph(root)
    for name in names:
        slope = graph.adjoints.get(leaves[name], 0.0)
        if not math.isfinite(slope):
            raise Slip(f"the derivative with respect to {name} is {shown(slope)} at the point: choose another point")


def claim_of(text: str, at: Numbers) -> Reading:
    """Read a claim; a Slip says why it can't be judged at this point."""

    def checked(text: str) -> Reading:
        claim = Reading(text)
        claim.record(claim.begun(at))
        _known(claim, at, "f has no variable {}")
        if not math.isfinite(number := number_at(claim, at)):
            raise Slip(f"this is {shown(number)} at the point, and a derivative must be finite")
        return claim

    try:
        return _offering(text, checked)
    except Slip as slip:
        apart = re.sub(r"(?<![^\W\d])[^\W\d_]{2,}+(?!\w|\s*=)", lambda found: _factors(found[0], at), text)
        raise slip if slip.place["fix"] or apart == text else slip.offer(apart, checked) from None


def _factors(name: str, at: Numbers) -> str:
    """The letters of a name with spaces between if all are variables, as in 2xy; else the name."""
    return " ".join(name) if name not in at and {*name} <= {*at} else name


def _offering(text: str, read: Callable[[str], Reading]) -> Reading:
    try:
        return read(text)
    except Slip as slip:
        gives = _given_by(text)
        if not gives:
            raise slip.offer(text, read) from None
    told = Slip("this is a function: write only what it returns, without def or lambda").offer(gives, read)
    told.place["fix"] = told.place["fix"] or _if_it_reads(gives, read)
    raise told


def _given_by(text: str) -> str:
    """The body of a one-expression function; "" if the text isn't just the definition of one.

    >>> _given_by("def f(x):\\n    return x**2"), _given_by("f = lambda x: 2*x"), _given_by("x**2")
    ('x**2', '2*x', '')
    """
    text = text.strip()
    match parsed(text):
        case ast.Module(
            body=[
                ast.FunctionDef(body=[ast.Return(value=ast.expr() as given)])
                | ast.Expr(value=ast.Lambda(body=given))
                | ast.Assign(value=ast.Lambda(body=given))
            ]
        ):
            return ast.get_source_segment(text, given) or ""
    return ""


def _if_it_reads(text: str, read: Callable[[str], Reading]) -> str:
    try:
        read(text)
    except Slip:
        return ""
    return text


def _of_nothing(f: Reading) -> str:
    """The message for a function without variables."""
    if f.formula is not None:
        return undrawn.constant(f.formula.text)
    made = f.record(f.begun({}))
    if type(made.root) is not Value:
        return undrawn.reason(f.text, made.root, made.last, made.scope)
    graph = Graph(made.root)
    graph.name_from(made.scope)
    name = next((graph.names[node] for node in graph if node.op is None), "x")
    return f"the text sets {name}: leave out {name} = Value(…) to make it a variable"


def _known(read: Reading, at: Numbers, told: str) -> None:
    """Raise a Slip, at its place, for a variable without a number."""
    for name in read.variables:
        if name not in at:
            before = read.formula.before if read.formula else 0
            found = re.search(rf"\b{name}\b", read.text[before:])
            first, last = found.span() if found else (0, 0)
            raise Slip.within(read.text, ExpressionError(told.format(name), first + 1, last + 1), before=before)


def outcome_at(read: Reading, values: Mapping[str, Any]) -> Outcome:
    """Run a field with these values of its variables."""
    return read.record({name: CONSTANTS[name] if name in CONSTANTS else values[name] for name in read.free})


def result_of(read: Reading, values: Mapping[str, Any]) -> Value | float:
    """The field's result: a Value if some variable is one, else a number. Lines may use attributes of Value on any variable."""
    if read.formula is not None:
        root: Value | float = outcome_at(read, values).root
        return root
    records = any(type(x) is Value for x in values.values())
    made = outcome_at(read, values if records else {name: Value(x, label=name) for name, x in values.items()})
    numbers = (x for x in (made.last, *reversed(made.scope.values())) if type(x) in (bool, int, float))
    found = made.root if type(made.root) is Value else next(numbers, None)
    if found is None:
        raise Slip(undrawn.reason(read.text, made.root, made.last, made.scope) or undrawn.NOTHING)
    return found if records or type(found) is not Value else found.data


def as_function(read: Reading, at: Numbers, names: Collection[str] = ()) -> Callable[..., Any]:
    """The field as a function of these names, which form its signature; other variables have the point's numbers."""

    signature = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names])

    def f(*args: Any, **named: Any) -> Any:
        given = signature.bind(*args, **named).arguments
        records = any(type(x) is Value for x in given.values())  # then record the others too, for rounding errors after them
        values: dict[str, Any] = {**({name: Value(x) for name, x in at.items()} if records else at), **given}
        return result_of(read, values)

    f.__signature__ = signature  # type: ignore[attr-defined]  # where audit finds the names of the inputs
    return f


def number_at(read: Reading, at: Numbers) -> float:
    """The field's value at a point."""
    return _as_number(result_of(read, at))


def slope_at(read: Reading, at: Numbers, name: str) -> float:
    """The engine's derivative of the field by one name at a point."""
    slope: float = grad(as_function(read, at, [name]))(at[name])
    return slope


def _as_number(x: Any) -> float:
    return x.data if type(x) is Value else float(x)
