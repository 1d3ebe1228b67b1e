"""Rewrites PyTorch programs in the engine's names: torch.clamp(x, min=0) is clip(x, 0, inf)."""

from __future__ import annotations

import ast

from playground.syntax import UNREADABLE, parsed, place
from playground.torch.statements import TorchStatements
from playground.torch.trees import is_dropped


def respelled(text: str) -> str | None:
    """The whole text in the engine's names; None if it has no PyTorch names or isn't Python.

    >>> print(respelled("import torch\\nx = torch.tensor(2.0, requires_grad=True)\\ny = torch.clamp(x, max=1).pow(2)"))
    x = Value(2.0)
    y = pow(clip(x, -inf, 1), 2)
    """
    try:
        respeller = TorchStatements(text)
        made = respeller.text()
        ast.parse(made.strip())
    except UNREADABLE:
        return None
    return made if made.encode() != respeller.source else None


def place_before(text: str, ours: str, line: int, column: int) -> tuple[int, int, int]:
    """The original of the rewritten statement at a place: its line, first column, and the column after the end.

    >>> text = "import torch\\nx = torch.tensor(2.0); y = torch.exp(x)"
    >>> place_before(text, respelled(text), 1, 17)
    (2, 24, 40)
    """
    both = zip(_statements(text), _statements(ours), strict=False)
    before = [(at.lineno, at.col_offset, node) for node, at in both if (at.lineno, at.col_offset) < (line, column)]
    if not before:
        return line, column, column + 1
    return place(max(before, key=lambda each: each[:2])[2], text)


def _statements(text: str) -> list[ast.stmt]:
    tree = parsed(text)
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not is_dropped(node)] if tree else []
