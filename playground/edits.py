"""Parts of a text replaced where its syntax tree says that they stand; all else stays as it was typed."""

from __future__ import annotations

import ast
from collections.abc import Iterable

Edit = tuple[tuple[int, int], tuple[int, int], str]  # from line and column, to line and column, what stands there instead


def edit(node: ast.expr | ast.Expr, text: str) -> Edit:
    """Another text in the place of a node."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset), text


def around(node: ast.expr | ast.Expr, before: str, after: str) -> list[Edit]:
    """A text before and one after a node."""
    start, end, _ = edit(node, "")
    return [(start, start, before), (end, end, after)]


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text, with all of them made.

    >>> x = ast.parse("2 * x").body[0].value.right
    >>> edited("2 * x", around(x, "sin(", ")"))
    '2 * sin(x)'
    """
    rows = text.encode().split(b"\n")
    for (first, start), (last, end), instead in sorted(edits, reverse=True):
        joined = rows[first - 1][:start] + instead.encode() + rows[last - 1][end:]
        rows[first - 1 : last] = joined.split(b"\n")
    return b"\n".join(rows).decode()
