"""Finds where a PyTorch program computes with all samples at once, unlike one sample at a time."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence

from playground.syntax import names_in, place
from playground.torch.reading import first_found
from playground.torch.shapes import RESHAPED, TorchShapes
from playground.torch.vocabulary import DIMENSION, IN_PLACE, OF_ROWS, WITHIN

OVER_SAMPLES = {"sum", "mean", "prod", "norm", "var", "std", "max", "min", "argmax", "logsumexp", "softmax", "log_softmax"}
PAIRED = "these are a column and a row, which PyTorch does not combine pair by pair; write .unsqueeze(1) after the row"
TOGETHER = "it computes all samples at once; here they are computed one at a time"
SHARED = "in PyTorch this also changes the tensor it was taken from: change that list itself, as in x[1:] = … or X[0] = …"
KEPT_BACK = (
    "in PyTorch this shares the tensor's numbers, which change in place before they are read: add .clone() to keep the old ones"
)
OUTER = "a column is a list here, so its product with a row is no dot product: write [[a*b for b in W[0]] for a in x]"
SPREADING = "one row of rows is not combined with each of several: make it a list, as in torch.zeros(3) for torch.zeros(1, 3)"
FILLING = "a row or a slice is a list here, which a number does not fill: write a tensor of the same length"
AVERAGING = "the loop goes through single numbers here, so this is not the mean of a tensor: write it for each tensor by its name"
OF_LISTS_OF_LISTS = "a tensor of several rows is a list of lists here: write it as [… for row in X]"


def paired(text: str) -> tuple[str, int, int, int] | None:
    """The first place where a column meets a row: what PyTorch does there, the line, first column, and the column after the end.

    >>> paired("y = torch.tensor([0., 1.])\\nout = nn.Linear(2, 1)\\nx = torch.zeros(2, 1)\\nx - y")[1:]
    (4, 1, 6)
    """
    return _first(text, (_meeting, PAIRED))


def mixed(text: str) -> tuple[str, int, int, int] | None:
    """The first place that keeps the program from being rewritten: where a network called on several samples mixes them, or where
    rows, or parts of a tensor, are used as lists cannot be."""
    return _first(
        text,
        (_mixing, TOGETHER),
        (_using_rows, OF_LISTS_OF_LISTS),
        (_changing_parts, SHARED),
        (_sharing, KEPT_BACK),
        (_filling, FILLING),
        (_averaging, AVERAGING),
        (_outer, OUTER),
        (_spreading, SPREADING),
    )


def _first(text: str, *kinds: tuple[Callable[[TorchShapes], Iterator[ast.AST]], str]) -> tuple[str, int, int, int] | None:
    found = first_found(text, TorchShapes, *kinds)
    return (found[1], *place(found[0], text)) if found else None


def _meeting(reading: TorchShapes) -> Iterator[ast.AST]:
    """Nodes that combine a column and a row, elementwise or in a loss."""
    for node in reading.nodes:
        match node:
            case ast.BinOp(left=x, right=y) | ast.Compare(left=x, comparators=[y]):
                meets = not reading.factors(node) or reading.shape(x) == "column"
            case ast.Call(func=function, args=[x, y]):
                meets = reading.is_loss(function)
            case _:
                continue
        if meets and {reading.shape(x), reading.shape(y)} == {"row", "column"}:
            yield node


def _mixing(reading: TorchShapes) -> Iterator[ast.AST]:
    """Nodes where a network that is called on several samples computes with more than one at once."""
    batches: set[str] = set()
    for node in reading.nodes:
        match node:
            case ast.Call(func=function, args=[x]) if network := reading.networks.get(ast.unparse(function)):
                batches |= {ast.unparse(function)} if reading.is_batch(x, network) else set()
    for name in batches:
        for forward in ast.walk(reading.made.get(name, ast.Pass())):
            if isinstance(forward, ast.FunctionDef) and forward.name == "forward":
                yield from (part for node in ast.walk(forward) if (part := _mixes(reading, node)))


def _mixes(reading: TorchShapes, node: ast.AST) -> ast.AST | None:
    """The part that reduces over samples or picks some: x.mean(), x[0], softmax(x, dim=0), for a in x."""
    match node:
        case ast.Subscript(value=x, ctx=ast.Load()) | ast.Call(func=ast.Name(id="len"), args=[x]):
            return None if _is_of_self(x) else node
        case ast.For(iter=x) | ast.comprehension(iter=x):
            return None if _is_of_self(x) or ast.unparse(x).startswith("range(") else x
        case ast.Call(func=ast.Attribute(value=x, attr=name), args=given, keywords=named) if name in OVER_SAMPLES:
            given = [*given, *(each.value for each in named if each.arg in DIMENSION)]
            are_of_each = WITHIN & {*map(ast.unparse, given)} or _is_of_self(node if reading.path(x) else x)
            return None if are_of_each else node
    return None


def _changing_parts(reading: TorchShapes) -> Iterator[ast.AST]:
    """Nodes that change a slice or a row of a tensor in place, or the tensor in another shape."""
    for node in reading.nodes:
        match node:
            case ast.AugAssign(target=ast.Name() as part) | ast.AugAssign(target=ast.Subscript(value=ast.Name() as part)):
                pass
            case ast.Assign(targets=[ast.Subscript(value=ast.Name() as part)]):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name() as part, attr=method)) if method in IN_PLACE:
                pass
            case _:
                continue
        made = reading.meant(part)
        is_taken = isinstance(made, ast.Subscript) and not (reading.is_several(made.slice) or reading.are_places(made.slice))
        if (is_taken and reading.is_several(made)) or reading.split(made) or reading.flattened(made) or reading.turned(made):
            yield node


def _sharing(reading: TorchShapes) -> Iterator[ast.AST]:
    """What is kept of a tensor that learns, as by old = w.detach(), and read after the tensor has changed in place."""
    loops = [reading.span(node) for node in reading.nodes if isinstance(node, (ast.For, ast.While))]
    names = [node for node in reading.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    for node in reading.nodes:
        match node:
            case ast.Assign(targets=[ast.Name() as kept], value=shared):
                read = [reading.span(name)[0] for name in names if reading.name(name) == reading.name(kept)]
            case ast.Call(func=ast.Attribute(attr="append"), args=[shared]):
                read = []
            case _:
                continue
        at, end = reading.span(node)
        owner, is_gradient = _shared(shared)
        changes = [
            reading.span(x)[0] for x in reading.nodes if owner in reading.learned and _changes(reading, x, owner, is_gradient)
        ]
        around = [loop for loop in loops if loop[0] < at < loop[1]]
        if isinstance(node, ast.Call):
            found = any(at < change or any(low < change < high for low, high in around) for change in changes)
        else:
            found = any(_is_between(at, end, change, place, loops) for change in changes for place in read)
        if found:
            yield shared


def _changes(reading: TorchShapes, node: ast.AST, name: str, is_gradient: bool) -> bool:
    """True if it changes this tensor in place, or its gradient."""
    match node:
        case ast.AugAssign(target=x) | ast.Assign(targets=[ast.Subscript(value=x)]):
            pass
        case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in {*IN_PLACE, "copy_"}:
            pass
        case ast.Call(func=ast.Attribute(attr="backward")):  # it adds to the gradient, unless that is None by then
            return is_gradient and not re.search(rb"zero_grad|grad\s*=\s*None", reading.source)
        case ast.Call(func=ast.Attribute(value=optimizer, attr="step")):
            return not is_gradient and reading.makers.get(ast.unparse(optimizer), "").startswith("torch.optim.")
        case _:
            return False
    changed = ast.unparse(x).removesuffix(".data")
    return changed.removesuffix(".grad") in {name, *reading.over_parameters} and changed.endswith(".grad") == is_gradient


def _filling(reading: TorchShapes) -> Iterator[ast.AST]:
    """Nodes that set all numbers of a part of a tensor to one, unless a mask picks them out of a list."""
    for node in reading.nodes:
        match node:
            case ast.Assign(targets=[ast.Subscript(value=ast.Name() as x, slice=mask)]) if reading.is_list(x) and reading.is_mask(
                mask
            ):
                pass
            case ast.Assign(targets=[ast.Subscript() as part], value=value) if reading.is_several(part):
                is_filled = reading.is_filled(part.value, part.slice, value)
                if not (is_filled or reading.is_several(value) or isinstance(value, (ast.List, ast.ListComp))):
                    yield node


def _averaging(reading: TorchShapes) -> Iterator[ast.AST]:
    """Calls that average a tensor in a loop over parameters, which here gives one number of a tensor at a time."""
    for node in reading.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=x, attr="mean")) if not reading.path(x):
                pass
            case ast.Call(func=function, args=[x, *_]) if reading.of_torch(function) == "mean":
                pass
            case _:
                continue
        names = names_in(reading.meant(x)) & reading.over_parameters
        lists = [reading.meant(value) for target, value, is_part in reading.given if is_part and target.id in names]
        if any(not isinstance(made, ast.List) or any(map(reading.is_several, made.elts)) for made in lists):
            yield node


def _outer(reading: TorchShapes) -> Iterator[ast.AST]:
    """Products of a column and a row of rows."""
    for node in reading.nodes:
        if (factors := reading.factors(node)) and reading.shape(factors[0]) == "column" and reading.is_matrix(factors[1]):
            yield node


def _spreading(reading: TorchShapes) -> Iterator[ast.AST]:
    """Nodes that combine a single row of rows with several rows."""
    for node in reading.nodes:
        rows = [x for x in reading.parts(node) if reading.is_matrix(x)]
        if len(rows) == 2 and reading.is_one_row(rows[0]) != reading.is_one_row(rows[1]):
            yield node


def _using_rows(reading: TorchShapes) -> Iterator[ast.AST]:
    """Nodes that use rows as lists of lists cannot be used."""
    return (node for node in reading.nodes if _is_of_rows(reading, node))


def _is_of_rows(reading: TorchShapes, node: ast.AST) -> bool:
    """True if it reduces or reshapes rows, or combines them with a list that may not be a row."""
    match node:
        case ast.BinOp() | ast.Compare() if not reading.factors(node) and reading.is_matrix(node):
            return any(reading.is_list(x) and not reading.shape(x) for x in reading.parts(node))
        case ast.Call(func=ast.Attribute(value=x, attr=name)) if not (
            reading.by_row(node)
            or reading.by_column(node)
            or reading.best_pair(node)
            or reading.best(node)
            or reading.flattened(node)
        ):
            known = OF_ROWS if not (node.args or node.keywords) else ()
            return name in {*OVER_SAMPLES, *RESHAPED, "unsqueeze"}.difference(known) and reading.is_matrix(x)
    return False


def _shared(node: ast.AST) -> tuple[str, bool]:
    """The name of the tensor whose numbers it shares, or those of its gradient; ("", False) if it shares none."""
    text = ast.unparse(node)
    shared = re.fullmatch(r"(\w+)(\.grad)?(\.detach\(\)|\.data)*", text)
    return (shared[1], bool(shared[2])) if shared and shared[1] != text else ("", False)


def _is_between(start: int, end: int, change: int, read: int, loops: Sequence[tuple[int, int]]) -> bool:
    """True if the change happens after what is assigned from start to end, and before it is read, perhaps in the next round."""
    for first, last in reversed(loops):
        if first < change < last and first < read < last:
            if first < start < last:
                return (change - start) % (last - first) < (read - start) % (last - first)
            return end < change
    return end < change < read


def _is_of_self(node: ast.AST) -> bool:
    """True if it only uses parameters."""
    return names_in(node) <= {"self", "torch", "F", "nn", "enumerate", "reversed", "zip"}
