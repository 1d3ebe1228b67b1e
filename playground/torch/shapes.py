"""The shapes of tensors in a PyTorch program: which are rows and which are columns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograd.foreign_names import FUNCTIONS
from playground.syntax import names_in
from playground.torch.names import remembered
from playground.torch.reading import TorchReading
from playground.torch.vocabulary import EACH, JOINED, KEPT, SAME_NUMBER, WITHIN

RESHAPED = ("squeeze", "flatten", "Flatten", "view", "reshape")


class TorchShapes(TorchReading):
    """Reads which lists of a program are rows and which are columns."""

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

    def is_filled(self, several: ast.expr, places: ast.expr, value: ast.expr) -> bool:
        """True if a number is written to several places of a list, which does not learn."""
        is_known = self.is_list(several) and not names_in(several) & self.learned
        return is_known and self.are_places(places) and self.is_builtin(value)

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


def _only(shapes: Iterator[str]) -> str:
    found = {*shapes}
    return found.pop() if len(found) == 1 else ""
