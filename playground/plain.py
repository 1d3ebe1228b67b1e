"""Plain numbers that lines take for Values: what to write, so that they have gradients."""

from __future__ import annotations

import ast

from autograd import Value
from autograd._format import shown

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
    given = _chosen(tree, name) or _given(tree, name)
    return f"the number {shown(error.obj)} has no .{name}{called}: {given or f'begin with Values, and {CUT}'}"


def _chosen(tree: ast.Module, asked: str) -> str:
    """The op in place of Python's max or min, if it made what is asked."""
    owners = {
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == asked and isinstance(node.value, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="max" | "min" as chooser))) if (
                name in owners
            ):
                return f"{chooser} chose it; write {chooser}imum"
    return ""


def _given(tree: ast.Module, asked: str) -> str:
    """The line that makes a Value of the number that is asked itself, or else of the first that the lines have."""
    numbers: dict[str, float] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=number) if _is_number(number):
                numbers.setdefault(name, ast.literal_eval(number))
    itself = [
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == asked
        and isinstance(node.value, ast.Name)
        and node.value.id in numbers
    ]
    name = next(iter([*itself, *numbers]), "")
    return f"write {name} = Value({float(numbers[name])})" if name else ""


def _is_number(node: ast.expr) -> bool:
    try:
        return type(ast.literal_eval(node)) in (int, float)
    except ValueError:
        return False
