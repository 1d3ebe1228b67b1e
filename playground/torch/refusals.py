"""Finds where PyTorch raises, or answers otherwise, about which tensors require gradients."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from playground.syntax import names_in, place
from playground.torch.reading import TorchReading, first_found
from playground.torch.trees import is_whole
from playground.torch.vocabulary import FILLED, TENSORS

WHOLE = "PyTorch raises here: only tensors of floating point can require gradients; write "
UNLEARNED = "PyTorch raises here: no tensor requires a gradient; write torch.tensor(2.0, requires_grad=True)"
UNASKED = (
    "requires_grad is False here only for frozen leaves; in PyTorch it is False for every result that no gradient reaches, "
    "such as one made by detach() or inside no_grad()"
)


def refused(text: str) -> tuple[str, int, int, int] | None:
    """PyTorch's error for the first integer tensor that requires a gradient, or else for backward() where nothing requires one;
    and its line, first column, and the column after the end. None if there is neither.

    >>> refused("x = torch.tensor([1, -2], requires_grad=True)")
    ('PyTorch raises here: only tensors of floating point can require gradients; write [1.0, -2.0]', 1, 5, 46)
    """
    found = first_found(text, TorchReading, (_whole_numbers, WHOLE), (_unlearned, UNLEARNED))
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
    found = first_found(text, TorchReading, (_unasked_readings, UNASKED))
    return (UNASKED, *place(found[0], text)) if found else None


def _unasked_readings(reading: TorchReading) -> Iterator[ast.AST]:
    """Where requires_grad is read of something else than a leaf, or a result from which all gradients flow."""
    are_cut = re.search(rb"detach|no_grad|inference_mode|set_grad_enabled", reading.source)
    for node in reading.nodes:
        match node:
            case ast.Attribute(value=x, attr="requires_grad", ctx=ast.Load()):
                value = reading.meant(x)
                is_made = isinstance(value, ast.Call) and reading.of_torch(value.func) in {*TENSORS, *FILLED} and reading.frozen
                flows = names_in(value) & reading.learned and not are_cut
                if ast.unparse(x) not in reading.learned and not is_made and not flows:
                    yield node


def _unlearned(reading: TorchReading) -> Iterator[ast.AST]:
    """Calls of backward() where nothing requires a gradient."""
    names = {reading.of_torch(node) for node in reading.nodes}
    if not reading.learns_any and not reading.networks and names & {*TENSORS, *FILLED}:
        yield from (x for x in reading.nodes if isinstance(x, ast.Call) and getattr(x.func, "attr", "") == "backward")


def _whole_numbers(reading: TorchReading) -> Iterator[ast.Call]:
    """The integer tensors that the program makes require a gradient."""
    return (call for node in reading.nodes for call in _whole(reading, node))


def _whole(reading: TorchReading, node: ast.AST) -> Iterator[ast.Call]:
    """The integer tensor that the node makes require a gradient."""
    match node:
        case ast.Call(func=ast.Attribute(value=call, attr="requires_grad_")):
            made: ast.AST | None = call
        case ast.Call(func=function, args=[call, *_]) if reading.of_torch(function) == "Parameter":
            made = call
        case ast.Assign(targets=[ast.Name(id=name)], value=call) if name in reading.asking:
            made = call
        case _:
            made = node if isinstance(node, ast.Call) and any(map(reading.asks, node.keywords)) else None
    match made:
        case ast.Call(func=function, args=[numbers], keywords=given) if reading.of_torch(function) in ("tensor", "as_tensor"):
            if is_whole(numbers) and all(each.arg != "dtype" for each in given):
                yield made
