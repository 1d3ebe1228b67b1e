"""Syntax trees of what was typed, which need not be Python: their names, and where in the text their nodes stand."""

from __future__ import annotations

import ast
import re
from typing import Any

ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)  # that need no brackets inside an operation
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # of text that is not Python, or too much of it


def parsed(text: str) -> ast.Module | None:
    """The tree of lines of Python; None if they are not."""
    try:
        return ast.parse(text)
    except UNREADABLE:
        return None


def names_in(*nodes: ast.AST) -> set[str]:
    """All names in these nodes."""
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}


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
