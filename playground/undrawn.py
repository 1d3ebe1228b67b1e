"""Explains why lines leave nothing to draw, or not what their last line says, and what to write instead."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import Any

import nn
from autograd import Value
from autograd._format import shown
from autograd._tree import tree_leaves
from autograd.expression import variables
from autograd.value import is_detached
from playground.free import CONSTANTS
from playground.plain import recorded, said
from playground.syntax import names_in, rows

NOTHING = "it has no variables, so there is nothing to differentiate"
EXAMPLES = (2.0, -3.0, 1.0)  # for arguments


def reason(text: str, root: Value | None, last: Any, made: Mapping[str, Any]) -> str:
    """Why the graph of `root` is not what the lines ask for, or "". `made` are their names, `last` is the last line's value."""
    if root is None:
        given = _given(text, made) if last is None else last
        return _several(given) or _chosen(text, last, made) or _cut(text, last, made) or _nothing(text, last, made)
    return _several(last) or _chosen(text, last, made) or (_detached(root) or _cut(text, last, made) if root.op is None else "")


def constant(text: str) -> str:
    """Why an expression whose result is a plain number has no graph."""
    name = next((name for name in variables(text) if name in CONSTANTS), "")
    told = f": {name} is the number {shown(CONSTANTS[name])}, unless a line before says {name} = Value(2.0)" if name else ""
    return NOTHING + told


def last_line(text: str) -> tuple[int, int, int]:
    """The place of the last statement: its line, first column and the column after that line; the whole text if there is none."""
    body = ast.parse(text).body
    if not body:
        return 0, 1, 0
    statement = body[-1]
    row = rows(text)[statement.lineno - 1]
    return statement.lineno, len(row) - len(row.lstrip()) + 1, len(row) + 1


def _given(text: str, made: Mapping[str, Any]) -> Any:
    """The value of the last line if it is an assignment."""
    match ast.parse(text).body:
        case [*_, ast.Assign(targets=[ast.Name(id=name)])]:
            return made.get(name)
    return None


def _several(last: Any) -> str:
    """The reason if the last line gives something that holds or makes Values."""
    count = sum(type(x) is Value for x in tree_leaves(last))
    if isinstance(last, (list, tuple, dict)) and count:
        if count == 1:
            return "the last line gives one Value among others or in a list: end with that alone, as in [x*x][0]"
        return f"the last line gives {count:,} Values, but only one is drawn: end with one of them, or with their sum"
    if isinstance(last, nn.Module):
        return "the last line is a module: call it on numbers, as in model([1.0, 2.0])"
    if isinstance(last, MethodType) and type(last.__self__) is Value:
        return f"the last line is a method: call it, as in x.{last.__name__}()"
    return f"the last line is a function: call it, as in {_call(last, last.__name__)}" if isinstance(last, FunctionType) else ""


def _nothing(text: str, last: Any, made: Mapping[str, Any]) -> str:
    """The reason if the lines make no Value; `made` are their names."""
    tree = ast.parse(text)
    if not tree.body:
        return "there are only comments: type an expression, or lines of Python"
    if any(isinstance(line, ast.ClassDef) and line.name == "Value" for line in tree.body):
        return "leave the class Value out: only the page's own Value records a graph that can be drawn"
    functions = {name: x for name, x in made.items() if isinstance(x, FunctionType)}
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    name = max(functions, key=lambda name: name not in called, default="")
    if hasattr(last, "__enter__"):
        return "this opens a block: write with no_grad(): and indent the lines below it"
    if type(last) in (int, float):
        instead = f", as in {_call(functions[name], name)}" if functions else ""
        return f"the last line gives the number {said(last)}, which has no graph: begin with Values{instead}"
    if functions:
        ending = f"end with {_call(functions[name], name)}"
        if name not in called:
            return f"{name} is never called: {ending}"
        returned = "" if functions[name].__code__.co_argcount else f"return one from {name}, and "
        return f"the lines leave no Value to draw: {returned}{ending}"
    lists = [name for name, x in made.items() if isinstance(x, list) and x and all(type(each) is Value for each in x)]
    if lists:
        return f"the lines leave no single Value to draw: end with one, as in sum({lists[0]})"
    named = {name for line in ast.parse(text).body if isinstance(line, ast.Assign) for name in _targets(line)}
    plain = ((name, x) for name, x in made.items() if _is_number(x) and name in named)
    return NOTHING + next((f": write {name} = Value({x!r})" for name, x in plain if abs(x) <= sys.float_info.max), "")


def _chosen(text: str, last: Any, made: Mapping[str, Any]) -> str:
    """The reason if the result is a plain number that won a choice, as in max of 0 and a Value.

    >>> _chosen("loss = max(0, 1 - m)", None, {"m": Value(2.0), "loss": 0})
    'loss is the number 0, which max chose: write relu(1 - m)'
    """
    lines = [line for line in ast.parse(text).body if not _prints(line)]
    line, name = _result(lines)
    number: Any = made.get(name) if name else last
    if line is None or not _is_number(number):
        return ""
    called = names_in(line)
    functions = [each for each in lines if isinstance(each, ast.FunctionDef) and each.name in called]
    within = [node for part in (line, *functions) for node in ast.walk(part)]
    if any(map(_takes_out, within)):
        return ""
    result = f"{name or 'the last line'} is the number {said(number)}"
    for node in within:
        match node:
            case ast.Call(func=ast.Name(id="max" | "min" as chooser), args=parts) if _may_hold_values(parts, made):
                return f"{result}, which {chooser} chose: write {recorded(text, node)}"
            case ast.IfExp(body=this, orelse=that) if _may_hold_values([this, that], made):
                return f"{result} here, which has no graph: {recorded(text, node)} records the choice"
            case ast.If() if _may_hold_values([each.value for each in ast.walk(node) if isinstance(each, ast.Assign)], made):
                return f"{result} here, which has no graph: where(condition, this, that) records the choice"
    return ""


def _result(lines: list[ast.stmt]) -> tuple[ast.stmt | None, str]:
    """The line that computes the result, and the last name it assigns, or ""."""
    last = lines[-1] if lines else None
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name):
        name = last.value.id
        return next(((line, name) for line in reversed(lines) if name in _targets(line)), (None, ""))
    return last, next(reversed(_targets(last)), "") if last is not None else ""


def _prints(line: ast.stmt) -> bool:
    match line:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
    return False


def _targets(line: ast.stmt) -> list[str]:
    """The names that a line, or a line inside it, assigns."""
    given = [node for node in ast.walk(line) if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))]
    targets = [target for node in given for target in (node.targets if isinstance(node, ast.Assign) else [node.target])]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _may_hold_values(parts: list[ast.expr], made: Mapping[str, Any]) -> bool:
    return any(type(made.get(name)) is Value or name not in made for name in names_in(*parts))


def _takes_out(node: ast.AST) -> bool:
    """True if the node takes a number out of the graph on purpose."""
    match node:
        case ast.Attribute(attr="data" | "grad" | "item") | ast.Call(func=ast.Name(id="float" | "int" | "round" | "len")):
            return True
    return False


def _detached(root: Value) -> str:
    name = root.label or "the result"
    return (
        f"{name}, made by detach() or inside no_grad(), has no graph: end with the Value to differentiate"
        if is_detached(root)
        else ""
    )


def _cut(text: str, last: Any, made: Mapping[str, Any]) -> str:
    """The reason if the last line computes something from Values that isn't a Value.

    >>> _cut("x.data*2", 6.0, {"x": Value(3.0)})
    'the last line gives the number 6, cut from its graph: leave .data, .item() or float() out'
    """
    match ast.parse(text).body:
        case [*_, ast.Assign(targets=[ast.Name(id=name)], value=value)]:
            found, is_it = made.get(name), f"{name} is"
        case [*_, ast.Expr(value=value)] if last is not None:
            name, found, is_it = "", last, "the last line gives"
        case _:
            return ""
    if not any(each == name or type(made.get(each)) is Value for each in names_in(value)):
        return ""
    if found is None:
        return f"{name} is None: what is called there changes something and returns nothing, as append() does"
    return (
        f"{is_it} the number {said(found)}, cut from its graph: leave .data, .item() or float() out" if _is_number(found) else ""
    )


def _is_number(x: Any) -> bool:
    return type(x) in (int, float)


def _call(function: FunctionType, name: str) -> str:
    count = function.__code__.co_argcount
    return f"{name if name.isidentifier() else 'f'}({', '.join(f'Value({EXAMPLES[i % len(EXAMPLES)]})' for i in range(count))})"
