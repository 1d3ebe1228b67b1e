"""Finds where a PyTorch program computes with all samples at once, unlike one sample at a time."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence

from autograd.foreign_names import FUNCTIONS
from playground.syntax import names_in, place
from playground.torch.names import remembered
from playground.torch.reading import TorchReading, first_found
from playground.torch.vocabulary import DIMENSION, EACH, IN_PLACE, JOINED, KEPT, OF_ROWS, SAME_NUMBER, WITHIN

OVER_SAMPLES = {"sum", "mean", "prod", "norm", "var", "std", "max", "min", "argmax", "logsumexp", "softmax", "log_softmax"}
RESHAPED = ("squeeze", "flatten", "Flatten", "view", "reshape")
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
    return _first(text, (TorchSamples.meeting, PAIRED))


def mixed(text: str) -> tuple[str, int, int, int] | None:
    """The first place that keeps the program from being rewritten: where a network called on several samples mixes them, or where
    rows, or parts of a tensor, are used as lists cannot be."""
    return _first(
        text,
        (TorchSamples.mixing, TOGETHER),
        (TorchSamples.using_rows, OF_LISTS_OF_LISTS),
        (TorchSamples.changing_parts, SHARED),
        (TorchSamples.sharing, KEPT_BACK),
        (TorchSamples.filling, FILLING),
        (TorchSamples.averaging, AVERAGING),
        (TorchSamples.outer, OUTER),
        (TorchSamples.spreading, SPREADING),
    )


def _first(text: str, *kinds: tuple[Callable[[TorchSamples], Iterator[ast.AST]], str]) -> tuple[str, int, int, int] | None:
    found = first_found(text, TorchSamples, *kinds)
    return (found[1], *place(found[0], text)) if found else None


class TorchSamples(TorchReading):
    """Reads which tensors of a program are rows and which are columns."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        classes = {node.name: node for node in self.nodes if isinstance(node, ast.ClassDef)}
        self.made: dict[str, ast.AST] = {}  # the code that makes each network, by its name
        for name, value in [
            *((target.id, value) for target, value, _ in self.given),
            *((name, value) for (_, name), value in self.only.items()),
        ]:
            made = self.meant(value)
            self.made[name] = classes.get(getattr(getattr(made, "func", None), "id", ""), made)

    def meeting(self) -> Iterator[ast.AST]:
        """Nodes that combine a column and a row, elementwise or in a loss."""
        for node in self.nodes:
            match node:
                case ast.BinOp(left=x, right=y) | ast.Compare(left=x, comparators=[y]):
                    meets = not self.factors(node) or self.shape(x) == "column"
                case ast.Call(func=function, args=[x, y]):
                    meets = self.is_loss(function)
                case _:
                    continue
            if meets and {self.shape(x), self.shape(y)} == {"row", "column"}:
                yield node

    def is_loss(self, function: ast.expr) -> bool:
        """True for a PyTorch loss: a function, a module, or the name of one."""
        match function:
            case ast.Call(func=module):
                return self.is_loss(module)
            case ast.Name(id=name) if isinstance(made := self.made.get(name), ast.Call):
                return self.is_loss(made.func)
        path = self.path(function)
        return path.startswith("torch.nn.") and "Loss" in FUNCTIONS.get(path.rpartition(".")[2], path)

    @remembered
    def shape(self, node: ast.AST) -> str:
        """Return "row" or "column" for a tensor of several numbers; "" if unknown, or for anything else."""
        match node:
            case _ if self.is_matrix(node) and not self.best_pair(node):
                return ""
            case ast.Name():
                values = [(value, is_part) for x, value, is_part in self.given if self.name(x) == self.name(node)]
                values += [(value, False) for value in self.passed.get(self.name(node), [])]
                return _only("" if is_part else self.shape(value) for value, is_part in values)
            case ast.BinOp() | ast.Call() if factors := self.factors(node):
                return "row" if self.is_matrix(factors[1]) else self.shape(factors[1])
            case ast.Subscript(value=pair) | ast.Attribute(value=pair, attr="values" | "indices") if self.best_pair(pair):
                return self.shape(pair)
            case ast.Subscript(value=x) if self.is_matrix(x) and self.is_list(node):
                return "row"
            case ast.Call(func=function) if self.by_column(node) or self.of_torch(function) in ("arange", "linspace"):
                return "row"
            case ast.Call(keywords=given) if self.by_row(node) or self.best(node) or self.best_pair(node):
                return "column" if KEPT & {*map(ast.unparse, given)} else "row"
            case ast.BinOp(left=x, right=y) | ast.Compare(left=x, comparators=[y]) if self.is_list(node):
                return _only(self.shape(part) for part in (x, y) if self.is_list(part))
            case ast.UnaryOp(operand=x) | ast.Attribute(value=x, attr="data" | "grad"):
                return self.shape(x)
            case ast.Call(args=[ast.List(elts=[ast.List(), *_]), *_]) if self.numbers(node):
                return "column"
            case ast.Call(func=ast.Attribute(value=x, attr="squeeze" | "flatten" | "ravel")) if self.is_several(x):
                return "row"
            case ast.Call(func=ast.Attribute(attr="unsqueeze"), args=given, keywords=named):
                places = {ast.unparse(each) for each in [*given, *(each.value for each in named)]}
                return "column" if places <= WITHIN else "row"
            case ast.Call(func=ast.Attribute(attr="view" | "reshape"), args=given):
                last, count = ast.unparse(given[-1]) if given else "", len(given)
                return {("1", 2): "column", ("-1", 1): "row"}.get((last, count), "")
            case ast.Call(func=ast.Name(id=name), args=[x]) if network := self.networks.get(name):
                if any(word in ast.unparse(self.made[name]) for word in RESHAPED) or (self.is_matrix(x) and not network.of_lists):
                    return ""
                return ("column" if network.one_out else "") if network.of_lists else self.shape(x)
            case ast.Attribute() | ast.Call() if found := self.found(node):
                return _only(map(self.shape, found))
            case ast.Call(func=function, args=[x, *_]) if self.of_torch(function) in EACH:
                return self.shape(x)
            case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in {*EACH, *SAME_NUMBER} and not self.path(x):
                return self.shape(x)
            case ast.Call(func=function, args=[parts, *_]) if self.of_torch(function) in JOINED and self.is_list(node):
                return _only(self.shape(part) if self.is_list(part) else "row" for part in getattr(parts, "elts", [parts]))
        if filled := self.filled(node):
            like, *others = filled.sizes
            kind = "column" if [*map(ast.unparse, others)] == ["1"] else "" if others else "row"
            return self.shape(like) if filled.is_like else kind
        return "row" if self.numbers(node) or self.flattened(node) else ""

    def mixing(self) -> Iterator[ast.AST]:
        """Nodes where a network that is called on several samples computes with more than one at once."""
        batches: set[str] = set()
        for node in self.nodes:
            match node:
                case ast.Call(func=function, args=[x]) if network := self.networks.get(ast.unparse(function)):
                    batches |= {ast.unparse(function)} if self.is_batch(x, network) else set()
        for name in batches:
            for forward in ast.walk(self.made.get(name, ast.Pass())):
                if isinstance(forward, ast.FunctionDef) and forward.name == "forward":
                    yield from (part for node in ast.walk(forward) if (part := self.mixes(node)))

    def changing_parts(self) -> Iterator[ast.AST]:
        """Nodes that change a slice or a row of a tensor in place, or the tensor in another shape."""
        for node in self.nodes:
            match node:
                case ast.AugAssign(target=ast.Name() as part) | ast.AugAssign(target=ast.Subscript(value=ast.Name() as part)):
                    pass
                case ast.Assign(targets=[ast.Subscript(value=ast.Name() as part)]):
                    pass
                case ast.Call(func=ast.Attribute(value=ast.Name() as part, attr=method)) if method in IN_PLACE:
                    pass
                case _:
                    continue
            made = self.meant(part)
            is_taken = isinstance(made, ast.Subscript) and not (self.is_several(made.slice) or self.are_places(made.slice))
            if (is_taken and self.is_several(made)) or self.split(made) or self.flattened(made) or self.turned(made):
                yield node

    def sharing(self) -> Iterator[ast.AST]:
        """What is kept of a tensor that learns, as by old = w.detach(), and read after the tensor has changed in place."""
        loops = [self.span(node) for node in self.nodes if isinstance(node, (ast.For, ast.While))]
        names = [node for node in self.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
        for node in self.nodes:
            match node:
                case ast.Assign(targets=[ast.Name() as kept], value=shared):
                    read = [self.span(name)[0] for name in names if self.name(name) == self.name(kept)]
                case ast.Call(func=ast.Attribute(attr="append"), args=[shared]):
                    read = []
                case _:
                    continue
            at, end = self.span(node)
            owner, is_gradient = _shared(shared)
            changes = [self.span(x)[0] for x in self.nodes if owner in self.learned and self.changes(x, owner, is_gradient)]
            around = [loop for loop in loops if loop[0] < at < loop[1]]
            if isinstance(node, ast.Call):
                found = any(at < change or any(low < change < high for low, high in around) for change in changes)
            else:
                found = any(_is_between(at, end, change, place, loops) for change in changes for place in read)
            if found:
                yield shared

    def changes(self, node: ast.AST, name: str, is_gradient: bool) -> bool:
        """True if it changes this tensor in place, or its gradient."""
        match node:
            case ast.AugAssign(target=x) | ast.Assign(targets=[ast.Subscript(value=x)]):
                pass
            case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in {*IN_PLACE, "copy_"}:
                pass
            case ast.Call(func=ast.Attribute(attr="backward")):  # it adds to the gradient, unless that is None by then
                return is_gradient and not re.search(rb"zero_grad|grad\s*=\s*None", self.source)
            case ast.Call(func=ast.Attribute(value=optimizer, attr="step")):
                return not is_gradient and self.makers.get(ast.unparse(optimizer), "").startswith("torch.optim.")
            case _:
                return False
        changed = ast.unparse(x).removesuffix(".data")
        return changed.removesuffix(".grad") in {name, *self.over_parameters} and changed.endswith(".grad") == is_gradient

    def filling(self) -> Iterator[ast.AST]:
        """Nodes that set all numbers of a part of a tensor to one, unless a mask picks them out of a list."""
        for node in self.nodes:
            match node:
                case ast.Assign(targets=[ast.Subscript(value=ast.Name() as x, slice=mask)]) if self.is_list(x) and self.is_mask(
                    mask
                ):
                    pass
                case ast.Assign(targets=[ast.Subscript() as part], value=value) if self.is_several(part):
                    is_filled = self.is_filled(part.value, part.slice, value)
                    if not (is_filled or self.is_several(value) or isinstance(value, (ast.List, ast.ListComp))):
                        yield node

    def is_filled(self, several: ast.expr, places: ast.expr, value: ast.expr) -> bool:
        """True if a number is written to several places of a list, which does not learn."""
        is_known = self.is_list(several) and not names_in(several) & self.learned
        return is_known and self.are_places(places) and self.is_builtin(value)

    def averaging(self) -> Iterator[ast.AST]:
        """Calls that average a tensor in a loop over parameters, which here gives one number of a tensor at a time."""
        for node in self.nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=x, attr="mean")) if not self.path(x):
                    pass
                case ast.Call(func=function, args=[x, *_]) if self.of_torch(function) == "mean":
                    pass
                case _:
                    continue
            names = names_in(self.meant(x)) & self.over_parameters
            lists = [self.meant(value) for target, value, is_part in self.given if is_part and target.id in names]
            if any(not isinstance(made, ast.List) or any(map(self.is_several, made.elts)) for made in lists):
                yield node

    def outer(self) -> Iterator[ast.AST]:
        """Products of a column and a row of rows."""
        for node in self.nodes:
            if (factors := self.factors(node)) and self.shape(factors[0]) == "column" and self.is_matrix(factors[1]):
                yield node

    def spreading(self) -> Iterator[ast.AST]:
        """Nodes that combine a single row of rows with several rows."""
        for node in self.nodes:
            rows = [x for x in self.parts(node) if self.is_matrix(x)]
            if len(rows) == 2 and self.is_one_row(rows[0]) != self.is_one_row(rows[1]):
                yield node

    @remembered
    def is_one_row(self, node: ast.AST) -> bool:
        """True for rows of which there is one."""
        made = self.meant(node)
        if factors := self.factors(made):
            return self.is_one_row(factors[0])
        if parts := self.parts(made):
            return all(map(self.is_one_row, filter(self.is_matrix, parts)))
        rows, filled = self.rows(made), self.filled(made)
        if filled and filled.is_like:
            return self.is_one_row(filled.sizes[0])
        return len(rows.elts) == 1 if rows else filled is not None and ast.unparse(filled.sizes[0]) == "1"

    @remembered
    def holds_one(self, node: ast.AST) -> bool:
        """True for a list of one number, such as a row times a column, or a network's output for one sample."""
        made = self.meant(node)
        match made:
            case ast.Call(func=function, args=[x]) if network := self.networks.get(ast.unparse(function)):
                return network.one_out and self.is_one_row(x)
        if factors := self.factors(made):
            return self.is_one_row(factors[0]) and self.is_list(factors[1])
        several = self.found(made) or [part for part in self.parts(made) if self.is_several(part)]
        return bool(several) and all(map(self.holds_one, several))

    def using_rows(self) -> Iterator[ast.AST]:
        """Nodes that use rows as lists of lists cannot be used."""
        return filter(self.is_of_rows, self.nodes)

    def is_of_rows(self, node: ast.AST) -> bool:
        """True if it reduces or reshapes rows, or combines them with a list that may not be a row."""
        match node:
            case ast.BinOp() | ast.Compare() if not self.factors(node) and self.is_matrix(node):
                return any(self.is_list(x) and not self.shape(x) for x in self.parts(node))
            case ast.Call(func=ast.Attribute(value=x, attr=name)) if not (
                self.by_row(node) or self.by_column(node) or self.best_pair(node) or self.best(node) or self.flattened(node)
            ):
                known = OF_ROWS if not (node.args or node.keywords) else ()
                return name in {*OVER_SAMPLES, *RESHAPED, "unsqueeze"}.difference(known) and self.is_matrix(x)
        return False

    def mixes(self, node: ast.AST) -> ast.AST | None:
        """The part that reduces over samples or picks some: x.mean(), x[0], softmax(x, dim=0), for a in x."""
        match node:
            case ast.Subscript(value=x, ctx=ast.Load()) | ast.Call(func=ast.Name(id="len"), args=[x]):
                return None if _is_of_self(x) else node
            case ast.For(iter=x) | ast.comprehension(iter=x):
                return None if _is_of_self(x) or ast.unparse(x).startswith("range(") else x
            case ast.Call(func=ast.Attribute(value=x, attr=name), args=given, keywords=named) if name in OVER_SAMPLES:
                given = [*given, *(each.value for each in named if each.arg in DIMENSION)]
                are_of_each = WITHIN & {*map(ast.unparse, given)} or _is_of_self(node if self.path(x) else x)
                return None if are_of_each else node
        return None


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


def _only(shapes: Iterator[str]) -> str:
    found = {*shapes}
    return found.pop() if len(found) == 1 else ""
