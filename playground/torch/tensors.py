"""What an expression makes by itself: numbers, rows or products that are written out."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from playground.torch.names import TorchNames, remembered
from playground.torch.trees import is_single, is_whole, returned
from playground.torch.vocabulary import DIFFERENTIATED, TENSORS


class Filled(NamedTuple):
    """A tensor made from sizes or like another: the function without _like, the sizes, the number that torch.full is given,
    and whether it requires gradients."""

    name: str
    sizes: Sequence[ast.expr]
    number: ast.expr | None
    is_like: bool
    is_asked: bool


class TorchTensors(TorchNames):
    """Reads the tensors that a program writes out."""

    def numbers(self, node: ast.AST) -> list[ast.expr]:
        """The elements of a tensor that is a row or a column of several numbers; empty if the node makes none."""
        match node:
            case ast.Call(func=function, args=[ast.List(elts=[_, _, *_] as parts), *_]) if self.of_torch(function) in TENSORS:
                column = [part.elts[0] for part in parts if isinstance(part, ast.List) and len(part.elts) == 1]
                if len(column) == len(parts):
                    return column
                return [] if any(isinstance(part, (ast.List, ast.Tuple, ast.Starred)) for part in parts) else parts
            case ast.Call() if inner := self.made_leaf(node):
                return self.numbers(inner)
        return []

    def rows(self, node: ast.AST) -> ast.List | None:
        """The rows of a tensor of several rows, if they are written out."""
        match node:
            case ast.Call(func=function, args=[ast.List(elts=[ast.List(), *_]) as rows, *_]) if (
                self.of_torch(function) in TENSORS
            ):
                is_asked = any(map(self.asks, node.keywords))
                return None if self.numbers(node) or (is_asked and is_single(rows)) else rows
            case ast.Call() if inner := self.made_leaf(node):
                return found if (found := self.rows(inner)) and not is_single(found) else None
        return None

    def copied(self, node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
        """The list, named or a comprehension, that a tensor copies; and one of its elements."""
        match node:
            case ast.Call(func=function, args=[copied, *_]) if self.of_torch(function) in TENSORS:
                if isinstance(copied, (ast.ListComp, ast.GeneratorExp)):
                    return copied, copied.elt
                if isinstance(copied, ast.Name):
                    lists = [
                        x for target, x, _ in self.given if self.name(target) == self.name(copied) and isinstance(x, ast.List)
                    ]
                    return (copied, lists[0].elts[0]) if len(lists) == 1 and lists[0].elts else None
        return None

    def made_leaf(self, node: ast.Call) -> ast.Call | None:
        """The call whose tensor the node makes a leaf that learns."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr="requires_grad_"), args=[]):
                return inner
            case ast.Call(func=function, args=[ast.Call() as inner]) if self.of_torch(function) == "Parameter":
                return inner
        return None

    def found(self, node: ast.AST) -> list[ast.AST]:
        """What an attribute of an object holds, or what a function that is called returns, if the program says it."""
        if isinstance(node, ast.Attribute):
            return [*filter(None, [self.held.get(ast.unparse(node))])]
        function = self.called_function(node)
        return returned(function) if function else []

    def factors(self, node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
        """The factors of a product of a row, or of rows, with a list; None for any other node."""
        match node:
            case (
                ast.BinOp(left=x, op=ast.MatMult(), right=y)
                | ast.Call(func=ast.Attribute(value=x, attr="dot" | "matmul" | "mm" | "mv"), args=[y])
            ):
                return x, y
            case ast.Call(func=function, args=[x, y]) if self.of_torch(function) in ("matmul", "mm", "mv"):
                return x, y
        return None

    def turned(self, node: ast.AST) -> ast.expr | None:
        """The rows whose columns it takes as rows."""
        match node:
            case ast.Attribute(value=x, attr="T" | "mT") | ast.Call(func=ast.Attribute(value=x, attr="t"), args=[]):
                return x
            case ast.Call(func=function, args=[x, *dimensions]) if self.path(function) in ("torch.t", "torch.transpose"):
                pass
            case ast.Call(func=ast.Attribute(value=x, attr="transpose"), args=[_, _] as dimensions):
                pass
            case _:
                return None
        return x if {*map(ast.unparse, dimensions)} in ({"0", "1"}, {"-2", "-1"}, set()) else None

    def differentiated(self, node: ast.Call) -> tuple[ast.expr, ast.expr, ast.expr | None] | None:
        """What torch.autograd.grad differentiates, by what, and weighted by what."""
        if self.path(node.func) != "torch.autograd.grad":
            return None
        found = dict(zip(DIFFERENTIATED, node.args, strict=False)) | {each.arg: each.value for each in node.keywords if each.arg}
        y, x, weights = map(found.get, DIFFERENTIATED)
        return (y, x, weights) if y and x else None

    def is_beside(self, node: ast.Call) -> bool:
        """True if it joins tensors along the second dimension, as the columns of rows."""
        along = [*map(ast.unparse, node.args[1:]), *(ast.unparse(each.value) for each in node.keywords)]
        return along == ["1"] or (along == ["-1"] and self.of_torch(node.func) == "stack")

    def is_whole_tensor(self, node: ast.AST) -> bool:
        """True for a tensor made from whole numbers."""
        match node:
            case ast.Call(func=function, args=[numbers, *_]) if self.of_torch(function) in ("tensor", "as_tensor"):
                return is_whole(numbers)
        return False

    @remembered
    def is_builtin(self, node: ast.AST) -> bool:
        """True for a number of Python's own, such as a literal, a size or loss.item()."""
        match self.meant(node):
            case ast.Constant() | ast.Subscript(value=ast.Attribute(attr="shape")):
                return True
            case ast.UnaryOp(operand=x):
                return self.is_builtin(x)
            case ast.BinOp(left=x, right=y):
                return self.is_builtin(x) and self.is_builtin(y)
            case ast.Call(func=ast.Name(id="float" | "int" | "len") | ast.Attribute(value=ast.Name(id="math" | "random"))):
                return True
            case ast.Call(func=ast.Attribute(attr="item" | "numel" | "nelement" | "size")):
                return True
        return False
