"""Syntax trees of what was typed, if it is Python: the names in them, the places of their nodes, and edits of the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)  # that need no brackets inside an operation
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # of ast.parse: text is not Python, or nested too deep

Edit = tuple[tuple[int, int], tuple[int, int], str]  # from line and column, to line and column, what stands there instead


def parsed(text: str) -> ast.Module | None:
    """The syntax tree of a text; None if it is not Python."""
    try:
        return ast.parse(text)
    except UNREADABLE:
        return None


def names_in(*nodes: ast.AST) -> set[str]:
    """All names in these nodes."""
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}


def imported_in(tree: ast.AST) -> set[str]:
    """The names that lines import."""
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return {alias.asname or alias.name for node in found for alias in node.names}


def written(node: ast.expr, text: str) -> str:
    """A node as it stands in the text, or, if it stands elsewhere, as Python writes it."""
    return ast.get_source_segment(text, node) or ast.unparse(node)


def rows(text: str) -> list[str]:
    """The lines of a text as Python counts them."""
    return re.split(r"\r\n?|\n", text)


def place(node: Any, text: str) -> tuple[int, int, int]:
    """The line of a node, its first column, and the one after its last there; all from 1, in letters.

    >>> text = "α = 1; β = α"
    >>> place(ast.parse(text).body[1], text)
    (1, 8, 13)
    """
    row = rows(text)[node.lineno - 1].encode()
    end = node.end_col_offset if node.end_lineno == node.lineno else len(row)
    return node.lineno, len(row[: node.col_offset].decode()) + 1, len(row[:end].decode()) + 1


def edit(node: Any, text: str) -> Edit:
    """Another text in the place of a node."""
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset), text


def around(node: ast.AST, before: str, after: str) -> list[Edit]:
    """A text before and one after a node."""
    start, end, _ = edit(node, "")
    return [(start, start, before), (end, end, after)]


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all of these edits made.

    >>> x = ast.parse("2 * x").body[0].value.right
    >>> edited("2 * x", around(x, "sin(", ")"))
    '2 * sin(x)'
    """
    lines = [row.encode() for row in rows(text)]
    for (first, start), (last, end), instead in sorted(edits, reverse=True):
        joined = lines[first - 1][:start] + instead.encode() + lines[last - 1][end:]
        lines[first - 1 : last] = joined.split(b"\n")
    return b"\n".join(lines).decode()
