"""Rewrites PyTorch programs in the engine's names: torch.clamp(x, min=0) is clip(x, 0, inf)."""

from __future__ import annotations

import ast
import re

from playground.syntax import UNREADABLE, parsed, place
from playground.torch.reading import TorchReading, first_found
from playground.torch.statements import TorchStatements
from playground.torch.trees import is_dropped

WHOLE = "PyTorch raises here: only tensors of floating point can require gradients; write "
UNLEARNED = "PyTorch raises here: no tensor requires a gradient; write torch.tensor(2.0, requires_grad=True)"
UNASKED = (
    "requires_grad is False here only for frozen leaves; in PyTorch it is False for every result that no gradient reaches, "
    "such as one made by detach() or inside no_grad()"
)


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


def refused(text: str) -> tuple[str, int, int, int] | None:
    """PyTorch's error for the first integer tensor that requires a gradient, or else for backward() where nothing requires one;
    and its line, first column, and the column after the end. None if there is neither.

    >>> refused("x = torch.tensor([1, -2], requires_grad=True)")
    ('PyTorch raises here: only tensors of floating point can require gradients; write [1.0, -2.0]', 1, 5, 46)
    """
    found = first_found(text, TorchReading, (TorchReading.whole_numbers, WHOLE), (TorchReading.unlearned, UNLEARNED))
    if found is None:
        return None
    call, told = found
    if told == WHOLE:
        told += re.sub(r"\d+", r"\g<0>.0", ast.unparse(call.args[0]).replace("True", "1").replace("False", "0"))
    return told, *place(call, text)


def unasked(text: str) -> tuple[str, int, int, int] | None:
    """What differs at the first requires_grad that is read where PyTorch may give another answer; and its place.

    >>> unasked("x = torch.tensor(1.0, requires_grad=True)\\nprint(x.requires_grad, x.detach().requires_grad)")[1:]
    (2, 24, 48)
    """
    found = first_found(text, TorchReading, (TorchReading.unasked, UNASKED))
    return (UNASKED, *place(found[0], text)) if found else None


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
