"""Syntax trees of typed text, which may not be Python: names in them, places of nodes, and edits of the text there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)  # need no parentheses inside an operation
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # from ast.parse: not Python, or nested too deep

Edit = tuple[tuple[int, int], tuple[int, int], str]  # start and end as (line, column), and the replacement


def parsed(text: str) -> ast.Module | None:
    """The syntax tree of the text; None if it isn't Python."""
    try:
        return ast.parse(text)
    except UNREADABLE:
        return None


def names_in(*nodes: ast.AST) -> set[str]:
    """All names in these nodes."""
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}


def imported_in(tree: ast.AST) -> set[str]:
    """The names that the lines import."""
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return {alias.asname or alias.name for node in found for alias in node.names}


def written(node: ast.expr, text: str) -> str:
    """The node's source in the text, or unparsed if it isn't from there."""
    return ast.get_source_segment(text, node) or ast.unparse(node)


def rows(text: str) -> list[str]:
    """The lines of a text as Python counts them."""
    return re.split(r"\r\n?|\n", text)


def place(node: Any, text: str) -> tuple[int, int, int]:
    """The line of a node, its first column, and the column after its last on that line, in characters from 1.

    >>> text = "α = 1; β = α"
    >>> place(ast.parse(text).body[1], text)
    (1, 8, 13)
    """
    row = rows(text)[node.lineno - 1].encode()
    end = node.end_col_offset if node.end_lineno == node.lineno else len(row)
    return node.lineno, len(row[: node.col_offset].decode()) + 1, len(row[:end].decode()) + 1


def edit(node: Any, text: str) -> Edit:
    """An edit that replaces a node with this text."""
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset), text


def around(node: ast.AST, before: str, after: str) -> list[Edit]:
    """Edits that insert text before and after a node."""
    start, end, _ = edit(node, "")
    return [(start, start, before), (end, end, after)]


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all the edits applied.

    >>> x = ast.parse("2 * x").body[0].value.right
    >>> edited("2 * x", around(x, "sin(", ")"))
    '2 * sin(x)'
    """
    lines = [row.encode() for row in rows(text)]
    for (first, start), (last, end), instead in sorted(edits, reverse=True):
        joined = lines[first - 1][:start] + instead.encode() + lines[last - 1][end:]
        lines[first - 1 : last] = joined.split(b"\n")
    return b"\n".join(lines).decode()
