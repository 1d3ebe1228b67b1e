"""Recognize the minus in `x = x - 0.1 * x.grad`, from the source of the user's line or from its bytecode."""

from __future__ import annotations

import ast
import linecache
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from types import CodeType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dis import Instruction

Place = tuple[int | None, int | None, int | None, int | None]  # first and last line, first and last column in UTF-8 bytes


@lru_cache(maxsize=256)
def rebinding(code: CodeType, instruction: int) -> tuple[str, str] | None:
    """The name being rebound and what to write instead, if the instruction is the `-` or `+` of a hand-written step.

    A hand-written step is `x = x - … x.grad`. (Binding the result to another name may be intentional, to look ahead.)
    Without source (a plain REPL before Python 3.13) or columns (-X no_debug_ranges), steps in comprehensions go unnoticed.
    """
    place = next(islice(code.co_positions(), instruction // 2, None))
    lines = linecache.getlines(code.co_filename)
    if not lines or None in place:
        return _in_instructions(code, instruction) if "grad" in code.co_names else None
    assert place[0] is not None
    if ".grad" not in "".join(lines[place[0] - 1 : place[1]]):
        return None  # the usual case
    tree = _parsed("".join(lines))
    return next((found for statement in ast.walk(tree) for found in _in_statement(statement, place)), None)


@lru_cache(maxsize=4)  # not only for speed: changing the filters makes Python forget which warnings it has shown
def _parsed(source: str) -> ast.Module:
    try:
        with warnings.catch_warnings(action="ignore"):  # Python has already issued the warnings of this source
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _in_statement(statement: ast.AST, place: Place) -> Iterator[tuple[str, str]]:
    match statement:
        case ast.AugAssign(target, ast.Add() | ast.Sub() as sign, value) if _place(statement) == place:
            x = ast.unparse(target)
            if _reads_grad(value, x):
                yield x, _moved(x, sign, value)
        case ast.Assign(targets, value):
            for one in targets:
                yield from _in_assignment(one, value, place)
        case ast.AnnAssign(target, _, ast.expr() as value) | ast.NamedExpr(target, value):
            yield from _in_assignment(target, value, place)
        case ast.For(ast.Tuple([i, x]), ast.Call(ast.Name("enumerate"), [xs], []), body):
            item = f"{ast.unparse(xs)}[{ast.unparse(i)}]"
            for inner in body:
                if isinstance(inner, ast.Assign) and item in map(ast.unparse, inner.targets):
                    found = _step(inner.value, place)
                    if found and found[0] == ast.unparse(x):
                        yield item, found[1]


def _in_assignment(target: ast.expr, value: ast.expr, place: Place) -> Iterator[tuple[str, str]]:
    """`x = x - …`, `w, b = w - …, b - …` or `params = [p - … for p in params]`."""
    match target, value:
        case ((ast.Tuple(targets) | ast.List(targets)), (ast.Tuple(values) | ast.List(values))):
            for one, other in zip(targets, values, strict=False):
                yield from _in_assignment(one, other, place)
            return
    name = ast.unparse(target)
    loops = list(_loops(value))
    if loops:
        value, _ = loops[-1]
    found = _step(value, place)
    if found is None:
        return
    x, write = found
    if x == name or any(ast.unparse(node) == name for _, loop in loops for node in ast.walk(loop.iter)):
        yield name, "".join(f"{ast.unparse(loop).strip()}: " for _, loop in loops) + write


def _loops(value: ast.expr) -> Iterator[tuple[ast.expr, ast.comprehension]]:
    """The loops of a comprehension, outermost first, each with the expression it evaluates."""
    match value:
        case ast.Call(ast.Name("list" | "tuple" | "dict"), [ast.GeneratorExp() as made], []):
            yield from _loops(made)
        case ast.ListComp(made, loops) | ast.GeneratorExp(made, loops) | ast.DictComp(_, made, loops):
            yield from ((made, loop) for loop in loops)
            yield from _loops(made)


_SIGNS = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "**": ast.Pow, "%": ast.Mod}
_IGNORED = ("EXTENDED_ARG", "NOP", "RESUME")


def _in_instructions(code: CodeType, at: int) -> tuple[str, str] | None:
    """Simulate the stack up to the instruction and on to where its result is bound."""
    import dis  # imported here, since few programs need it

    stack: list[ast.expr] = []
    for step in dis.get_instructions(code):
        if step.is_jump_target:
            stack = []
        try:
            stored = _follow(stack, step)
        except IndexError:  # an operand came from an instruction that we do not simulate
            stored, stack = None, []
        if step.offset < at:
            continue
        if not stack and stored is None:
            return None
        found = stored and next(_in_assignment(*stored, (at, at, at, at)), None)
        if found:
            return found
    return None


def _follow(stack: list[ast.expr], step: Instruction) -> tuple[ast.expr, ast.expr] | None:
    """Apply the instruction to the stack; return the target and value it binds, if any. Most instructions just clear it."""
    name, pop = step.opname, stack.pop
    if name in ("LOAD_NAME", "LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_GLOBAL", "LOAD_DEREF"):
        stack.append(ast.Name(step.argval, ast.Load()))
    elif name in ("LOAD_CONST", "LOAD_SMALL_INT"):
        stack.append(ast.Constant(step.argval))
    elif name == "LOAD_ATTR":
        stack.append(ast.Attribute(pop(), step.argval, ast.Load()))
    elif name == "UNARY_NEGATIVE":
        stack.append(ast.UnaryOp(ast.USub(), pop()))
    elif name == "BINARY_SUBSCR" or (name == "BINARY_OP" and step.argrepr == "[]"):
        index, items = pop(), pop()
        stack.append(ast.Subscript(items, index, ast.Load()))
    elif name == "BINARY_OP" and step.argrepr.removesuffix("=") in _SIGNS:
        y, x, at = pop(), pop(), step.offset
        sign = _SIGNS[step.argrepr.removesuffix("=")]()
        stack.append(ast.BinOp(x, sign, y, lineno=at, end_lineno=at, col_offset=at, end_col_offset=at))
    elif name == "COPY":
        stack.append(stack[-step.argval])
    elif name == "SWAP":
        stack[-1], stack[-step.argval] = stack[-step.argval], stack[-1]
    elif name in ("STORE_NAME", "STORE_FAST", "STORE_GLOBAL", "STORE_DEREF"):
        return ast.Name(step.argval, ast.Load()), pop()
    elif name == "STORE_ATTR":
        owner = pop()
        return ast.Attribute(owner, step.argval, ast.Load()), pop()
    elif name == "STORE_SUBSCR":
        index, items = pop(), pop()
        return ast.Subscript(items, index, ast.Load()), pop()
    elif name not in _IGNORED:
        stack.clear()
    return None


def _step(value: ast.expr, place: Place) -> tuple[str, str] | None:
    """x and `x.data -= … x.grad`, if the value is `x - … x.grad` with its first minus at `place`."""
    first = value
    while isinstance(first, ast.BinOp) and _place(first) != place:
        first = first.left
    match first:
        case ast.BinOp(x, ast.Add() | ast.Sub() as sign, other) if _reads_grad(value, ast.unparse(x)):
            pass
        case ast.BinOp(other, ast.Add() as sign, x) if _reads_grad(other, ast.unparse(x)):
            pass
        case _:
            return None
    name = ast.unparse(x)
    if first is value:
        return name, _moved(name, sign, other)
    return name, f"{name}.data = {ast.unparse(value).replace(name, f'{name}.data', 1)}"


def _moved(x: str, sign: ast.operator, by: ast.expr) -> str:
    return f"{x}.data {'-' if isinstance(sign, ast.Sub) else '+'}= {ast.unparse(by)}"


def _reads_grad(value: ast.expr, x: str) -> bool:
    return any(isinstance(node, ast.Attribute) and ast.unparse(node) == f"{x}.grad" for node in ast.walk(value))


def _place(node: ast.expr | ast.stmt) -> Place:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset
