"""Advice for lines that use lists as tensors: what to write, element by element."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any

from autograd import Value
from autograd._format import counted
from autograd.foreign_names import METHODS, OF_SEVERAL
from playground.syntax import ATOMS, parsed, written

SYMBOLS = {"Add": " + ", "Sub": " - ", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": " % ", "Pow": "**"}
COUNTS = {"shape", "size", "numel"}
REFUSED = re.compile(
    "unsupported operand type|bad operand type for unary -: '(list|tuple)'|can't multiply sequence by"
    "|can only concatenate (list|tuple)|expected a real number or a Value, got (list|tuple)"
)
UNEQUAL = re.compile(r"zip\(\) arguments? .+ is (shorter|longer) than")
PAIRED = "lists are combined pair by pair, and these have different lengths"


def each(left: str, op: ast.operator, right: str, are_lists: tuple[bool, bool]) -> str:
    """An elementwise operation as a comprehension; `are_lists` says which of its two arguments are lists.

    >>> each("v", ast.Mult(), "w", (True, True)), each("w", ast.Pow(), "2", (True, False))
    ('[a*b for a, b in zip(v, w)]', '[a**2 for a in w]')
    >>> each("a - 1", ast.Sub(), "w", (False, True))
    '[(a - 1) - b for b in w]'
    """
    symbol, (one, other, *_) = SYMBOLS[type(op).__name__], free_letters(f"{left} {right}")
    if all(are_lists) and left == right:
        return f"[{one}{symbol}{one} for {one} in {left}]"
    if all(are_lists):
        return f"[{one}{symbol}{other} for {one}, {other} in zip({left}, {right})]"
    if are_lists[0]:
        return f"[{one}{symbol}{_operand(right)} for {one} in {left}]"
    return f"[{_operand(left)}{symbol}{one} for {one} in {right}]"


def free_letters(text: str) -> list[str]:
    """Short names that don't occur in the text."""
    taken = {*re.findall(r"\w+", text)}
    return [name for name in (*ascii_lowercase, *(f"x{i}" for i in range(1000))) if name not in taken]


def _operand(text: str) -> str:
    return text if isinstance(ast.parse(text, mode="eval").body, ATOMS) else f"({text})"


def instead(error: BaseException, text: str, names: Mapping[str, Any]) -> str:
    """What to write where a list was used as a number; "" for any other error.

    `text` is the code that raised it, and `names` are the names in scope.

    >>> w = [Value(1.0), Value(2.0)]
    >>> try:
    ...     w**2
    ... except TypeError as error:
    ...     instead(error, "w**2", {"w": w})
    'w is a list: write [a**2 for a in w], and sum([…]) to add them up'
    """
    if isinstance(error, AttributeError) and isinstance(error.obj, (list, tuple)):
        if error.name in ("T", "t", "transpose") and isinstance(next(iter(error.obj), None), (list, tuple)):
            owner = text.removesuffix(f".{error.name}")
            return f"{_are([owner])}: write [*zip(*{owner})] for its columns"
        return _of_method(str(error.name), text.removesuffix(f".{error.name}"))
    if type(error) is TypeError and str(error).startswith("list indices must be"):
        if str(error).endswith("not tuple"):
            return "a list takes one index at a time: write X[i][j], or [row[j] for row in X] for column j"
        return "a list takes one whole number as its index: write [x[i] for i in places], or [a for a in x if a > 0]"
    if type(error) is ValueError and UNEQUAL.match(str(error)):
        return PAIRED
    if type(error) is not TypeError or not REFUSED.search(str(error)):
        return ""
    tree = parsed(text)
    match tree and tree.body:
        case [ast.Expr(value=ast.UnaryOp(op=ast.USub(), operand=x))]:
            return f"{_are([written(x, text)])}: write [-a for a in {written(x, text)}]"
        case [ast.Expr(value=ast.BinOp(left=x, op=op, right=y))]:
            start = ""
        case [ast.AugAssign(target=x, op=op, value=y)]:
            start = f"{written(x, text)} = "
        case _:
            return ""
    are_lists = _which(x, y, error, names)
    left, right = written(x, text), written(y, text)
    if isinstance(op, ast.MatMult):
        return _product(left, right, names) if all(are_lists) else ""
    lengths = [len(names[name]) for name, is_list in zip((left, right), are_lists, strict=True) if is_list and name in names]
    if len({*lengths}) == 2:
        return f"{PAIRED}: {left} has {counted(lengths[0], 'number')}, {right} {lengths[1]}"
    several = [side for side, is_list in zip((left, right), are_lists, strict=True) if is_list]
    if not several or type(op).__name__ not in SYMBOLS:
        return ""
    products = isinstance(op, ast.Mult) and all(are_lists)
    total = f"or dot({left}, {right})" if products else "and sum([…])"
    added = "" if start else f", {total} to add them up"
    return f"{_are(several)}: write {start}{each(left, op, right, are_lists)}{added}"


def _are(several: list[str]) -> str:
    """Say which operands are lists, by name if their names are short."""
    named = list(dict.fromkeys(several))
    if not all(re.fullmatch(r"[\w.]+", name) for name in named):
        return "a list is not a number"
    return f"{' and '.join(named)} {'is a list' if len(named) == 1 else 'are lists'}"


def _which(x: ast.expr, y: ast.expr, error: TypeError, names: Mapping[str, Any]) -> tuple[bool, bool]:
    """Which of two arguments are lists, judged by their names' values, or else by the error."""
    known = [_is_list(node, names) for node in (x, y)]
    types = re.search(r"'(\w+)' and '(\w+)'$", str(error))
    if types:
        return types[1] in ("list", "tuple"), types[2] in ("list", "tuple")
    both = re.search(r"by non-int of type '(?:list|tuple)'", str(error)) is not None
    if both or None not in known:
        return both or bool(known[0]), both or bool(known[1])
    # Exactly one of them is a list.
    return (bool(known[0]), not known[0]) if known[0] is not None else (not known[1], bool(known[1]))


def _is_list(node: ast.expr, names: Mapping[str, Any]) -> bool | None:
    match node:
        case ast.Name(id=name) if name in names:
            return isinstance(names[name], (list, tuple))
        case ast.List() | ast.Tuple() | ast.ListComp():
            return True
        case ast.Constant() | ast.Subscript(slice=ast.Constant()):
            return False
    return None


def _product(x: str, y: str, names: Mapping[str, Any]) -> str:
    nested = [isinstance(next(iter(_value(name, names) or ()), None), (list, tuple)) for name in (x, y)]
    columns = f"for column in zip(*{y})"
    if nested == [True, True]:
        return f"{_are([x, y])}: write [[dot(row, column) {columns}] for row in {x}]"
    if nested == [True, False]:
        return f"{_are([x, y])}: write [dot(row, {y}) for row in {x}]"
    if nested == [False, True]:
        return f"{_are([x, y])}: write [dot({x}, column) {columns}]"
    return f"{_are([x, y])}: write dot({x}, {y})"


def _value(text: str, names: Mapping[str, Any]) -> Any:
    """The list that a name or an attribute such as self.w stands for; None if it is anything else."""
    first, *attributes = text.split(".")
    found = names.get(first)
    for name in attributes:
        found = getattr(found, name, None)
    return found if isinstance(found, (list, tuple)) else None


def _of_method(name: str, owner: str) -> str:
    if not owner:
        return ""
    if name in OF_SEVERAL:
        return f"a list has no .{name}(): write {name}({owner})"
    if name in ("dot", "matmul"):
        return f"a list has no .{name}(): write dot({owner}, …)"
    if name == "backward":
        return f"a list has no .backward(): call it on one Value, such as sum({owner})"
    if name in COUNTS:
        return f"a list has no .{name}: write len({owner})"
    if hasattr(Value, name):
        called = "()" if callable(getattr(Value, name)) else ""
        return f"a list has no .{name}{called}: write [a.{name}{called} for a in {owner}]"
    advice = METHODS.get(name, "")
    if advice.startswith("leave it out"):
        return f"a list has no .{name}: leave it out"
    return f"a list has no .{name}: for each x in {owner}, {advice}" if advice else ""
