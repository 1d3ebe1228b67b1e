"""Plain numbers that lines take for Values: what to write, so that they have gradients."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Collection

from autograd import Value
from autograd._format import shown
from playground.syntax import around, edited, names_in, parsed, written

CUT = "leave .data, .item() or float() out"


def to_begin_with(error: BaseException, text: str) -> str:
    """What to write when a plain number was asked for what a Value has; empty for any other error.

    >>> try:
    ...     (2.0).backward()
    ... except AttributeError as error:
    ...     to_begin_with(error, "x = 2.0\\ny = x*1\\ny.backward()")
    'the number 2 has no .backward(): write x = Value(2.0)'
    """
    if not isinstance(error, AttributeError) or not isinstance(error.obj, (int, float)):
        return ""
    name = str(error.name)
    if not hasattr(Value, name):
        return ""
    called = "()" if callable(getattr(Value, name)) else ""
    tree = ast.parse(text)
    asked = [node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == name]
    owners = [owner.id for owner in asked if isinstance(owner, ast.Name)]
    given = _chosen(text, tree, owners) or _given(tree, owners)
    return f"the number {said(error.obj)} has no .{name}{called}: {given or f'begin with Values, and {CUT}'}"


def said(x: float) -> str:
    """A plain number in a message; an integer that is too large for a float as the nearest power of ten.

    >>> said(2.0), said(-(10**400))
    ('2', '−10**400')
    """
    try:
        return shown(x)
    except OverflowError:
        return f"{'−' * (x < 0)}10**{math.log10(abs(x)):.0f}"


def with_values(text: str) -> str | None:
    """The lines with a Value of each number that a name is given, or a function of theirs is called with.

    None if there is no such number, or if they begin with other Values or a net.

    >>> with_values("a, b = 2, -3; c = a*b"), with_values("f = lambda x: x*x; f(3)"), with_values("2*x")
    ('a, b = Value(2), Value(-3); c = a*b', 'f = lambda x: x*x; f(Value(3))', None)
    """
    tree = parsed(text)
    if tree is None or not names_in(tree).isdisjoint({"Value", "autograd", "nn"}):
        return None
    found: list[ast.expr] = []
    functions: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name() | ast.Tuple()], value=ast.Tuple(elts=parts)):
                found += parts
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.append(value)
                functions |= {name} if isinstance(value, ast.Lambda) else set()
            case ast.FunctionDef(name=name):
                functions.add(name)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found += [arg for call in calls if isinstance(call.func, ast.Name) and call.func.id in functions for arg in call.args]
    edits = [edit for number in filter(_is_number, found) for edit in around(number, "Value(", ")")]
    return edited(text, edits) if edits else None


def _chosen(text: str, tree: ast.Module, owners: Collection[str]) -> str:
    """The op in place of Python's max or min, if it made one of those that are asked."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="max" | "min" as chooser)) as call) if (
                name in owners
            ):
                return f"{chooser} chose it; write {recorded(text, call)}"
    return ""


def recorded(text: str, chooser: ast.Call | ast.IfExp) -> str:
    """The op that records what max, min or a choice in one line chooses.

    >>> for text in ("max(0, 1 - w*x)", "max(a, b, c)", "1 - m if m < 1 else 0"):
    ...     print(recorded(text, ast.parse(text, mode="eval").body))
    relu(1 - w*x)
    maximum(a, maximum(b, c))
    where(m < 1, 1 - m, 0)
    """
    if isinstance(chooser, ast.IfExp):
        return f"where({', '.join(written(part, text) for part in (chooser.test, chooser.body, chooser.orelse))})"
    op = f"{ast.unparse(chooser.func)}imum"
    if any(isinstance(arg, ast.Starred) for arg in chooser.args) or len(chooser.args) < 2 or chooser.keywords:
        return op
    others = [arg for arg in chooser.args if not (isinstance(arg, ast.Constant) and arg.value == 0)]
    if op == "maximum" and len(chooser.args) == 2 and len(others) == 1:
        return f"relu({written(others[0], text)})"
    *first, last = (written(arg, text) for arg in chooser.args)
    return "".join(f"{op}({arg}, " for arg in first) + last + ")" * len(first)


def _given(tree: ast.Module, owners: Collection[str]) -> str:
    """The line that makes a Value of a number that is asked itself, or else of the first that the lines have."""
    numbers: dict[str, float] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=number) if _is_number(number):
                numbers.setdefault(name, ast.literal_eval(number))
    name = next((name for name in (*owners, *numbers) if name in numbers), "")
    return f"write {name} = Value({float(numbers[name])})" if name else ""


def _is_number(node: ast.expr) -> bool:
    """Whether it is a number that a Value may have."""
    match node:
        case ast.Constant(value=x) | ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=x)):
            return type(x) is float or (type(x) is int and x <= sys.float_info.max)
    return False
