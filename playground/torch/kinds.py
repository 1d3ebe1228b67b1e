"""What an expression of a PyTorch program holds: several numbers, rows of them, or numbers without a graph."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from playground.lists import SYMBOLS
from playground.torch.names import TorchNetwork, remembered
from playground.torch.tensors import Filled, TorchTensors
from playground.torch.trees import Name
from playground.torch.vocabulary import (
    COUNTED,
    DIMENSION,
    EACH,
    EUCLIDEAN,
    FILLED,
    JOINED,
    KEEP_PLAIN,
    KEPT,
    OF_COLUMNS,
    OF_LISTS,
    OF_TWO,
    ORDERS,
    SAME_NUMBER,
    SHAPES,
    SHARES,
    TENSORS,
    WITHIN,
)


class TorchKinds(TorchTensors):
    """Answers whether expressions are lists, rows or plain, given which names are."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lists, self.matrices, self.plain = set[Name](), set[Name](), set[Name]()
        self.summed = set[Name]()  # names to which the program adds, or in which it writes, what is not plain
        self.are_known = False  # which names are lists, so that others are numbers
        self.has_classes = False  # or places, in tensors of whole numbers

    @remembered
    def is_list(self, node: ast.AST) -> bool:
        """True for several numbers: an expression that makes them, their name, or elementwise operations on them."""
        match node:
            case ast.Name():
                return self.name(node) in self.lists
            case ast.Subscript(value=x, slice=place):
                return self.takes_list(x, place)
            case ast.Call() if self.split(node) or self.best_pair(node):
                return False
            case ast.Call() if row := self.by_row(node):
                return row[0] not in SHARES
            case ast.Call() if self.by_column(node) or self.flattened(node):
                return True
            case ast.Attribute(value=pair, attr="values" | "indices"):
                return self.best_pair(pair) is not None
            case ast.Call(func=function) if self.of_torch(function) in JOINED:
                return self.are_known and not self.is_matrix(node)
            case ast.Call(func=function, args=[x, *_]) if self.of_torch(function) in SHARES:
                return self.is_list(x)
            case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in {*SHARES, *SAME_NUMBER}:
                return self.is_list(x)
            case ast.Call(func=ast.Attribute(value=x, attr="numpy" | "tolist")) if self.is_plain(x):
                return self.is_list(x)
            case ast.Call(func=function, args=[x]) if network := self.networks.get(ast.unparse(function)):
                if ast.unparse(function).startswith("self."):
                    return True
                return network.one_out if self.is_batch(x, network) else self.is_list(x) and not network.one_out
            case ast.Call(func=function, args=[_]) if self.is_layer(function):
                return True
            case ast.Call(func=function, args=[x]) if self.makers.get(ast.unparse(function), "").startswith("torch.nn."):
                return self.is_list(x)
            case ast.BinOp() | ast.Call() if factors := self.factors(node):
                return self.is_each(node) or {*map(self.is_matrix, factors)} == {*map(self.is_list, factors)} == {True, False}
            case ast.Attribute() | ast.Call() if (found := self.found(node)) and not self.is_each(node):
                return all(map(self.is_list, found))
            case ast.Call(func=function) if self.of_torch(function) in ("arange", "linspace", "randint") or self.best(node):
                return True
        if copied := self.copied(node):
            return not isinstance(copied[1], (ast.List, ast.ListComp)) or len(getattr(copied[1], "elts", [])) == 1
        filled = self.filled(node)
        sizes = filled.sizes if filled and not (filled.is_like and self.is_matrix(filled.sizes[0])) else ()
        is_column = len(sizes) == 2 and ast.unparse(sizes[1]) == "1"
        return bool(self.is_each(node) or self.numbers(node) or len(sizes) == 1 or is_column)

    def takes_list(self, several: ast.expr, place: ast.expr) -> bool:
        """True if an index takes a list out of several numbers."""
        match place:
            case ast.Slice():
                return self.is_list(several)
            case ast.Tuple(elts=[first, ast.Slice()]):
                return self.is_matrix(several) and not isinstance(first, ast.Slice)
            case ast.Tuple(elts=[first, second]):
                are_places = self.are_places(first) and self.are_places(second)
                return self.is_matrix(several) and (ast.unparse(first) == ":" or are_places)
            case ast.List():
                return self.is_list(several)
        if self.is_several(place):
            return self.is_list(several) or self.is_matrix(place)
        return self.is_matrix(several) and not isinstance(place, ast.Tuple)

    @remembered
    def is_matrix(self, node: ast.AST) -> bool:
        """True for rows of numbers, one per sample: an expression that makes them, their name, or a network's output."""
        match node:
            case ast.Name():
                return self.name(node) in self.matrices
            case ast.Subscript(value=x, slice=place) if isinstance(place, (ast.Slice, ast.List)) or self.is_list(place):
                return self.is_matrix(x)
            case ast.Call() if self.split(node) or self.best_pair(node):
                return True
            case ast.Call() if row := self.by_row(node):
                return row[0] in SHARES
            case ast.BinOp() | ast.Call() if factors := self.factors(node):
                return all(map(self.is_matrix, factors))
            case ast.Call() if self.activated(node):
                return True
            case ast.Attribute() | ast.Call() if rows := self.turned(node):
                return self.is_matrix(rows)
            case ast.Call(func=function, args=[ast.List(elts=parts) | ast.Tuple(elts=parts), *_]) if (
                name := self.of_torch(function)
            ) in JOINED:
                is_part = self.is_list if name == "stack" or self.is_beside(node) else self.is_matrix
                return bool(parts) and all(map(is_part, parts))
            case ast.Call(func=function, args=[ast.ListComp(elt=row)]) if self.of_torch(function) == "stack":
                return self.is_list(row)
            case ast.Call() if differentiated := self.differentiated(node):
                x = differentiated[1]
                return all(map(self.is_list, x.elts if isinstance(x, (ast.List, ast.Tuple)) else [x]))
            case ast.Attribute(value=x, attr="data"):
                return self.is_matrix(x)
            case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in SAME_NUMBER:
                return self.is_matrix(x) and not self.flattened(node)
            case _ if self.is_each_of_rows(node):
                return True
            case ast.Attribute() | ast.Call() if found := self.found(node):
                return all(map(self.is_matrix, found))
            case ast.Call(func=function, args=[x]) if network := self.networks.get(ast.unparse(function)):
                return self.is_batch(x, network) and not network.one_out and not ast.unparse(function).startswith("self.")
        if self.copied(node):
            return not self.is_list(node)
        if (filled := self.filled(node)) and filled.is_like:
            return self.is_matrix(filled.sizes[0])
        return self.rows(node) is not None or (filled is not None and len(filled.sizes) == 2 and not self.is_list(node))

    def is_several(self, node: ast.AST) -> bool:
        """True for several numbers, in rows or not."""
        return self.is_list(node) or self.is_matrix(node)

    def is_batch(self, node: ast.AST, network: TorchNetwork) -> bool:
        """True if it is several samples for the network."""
        return self.is_matrix(node) or (network.one_in and self.is_list(node))

    @remembered
    def is_each(self, node: ast.AST) -> bool:
        """True if it computes elementwise with several numbers that are not in rows."""
        parts = self.parts(node)
        return any(map(self.is_list, parts)) and not any(map(self.is_matrix, parts))

    @remembered
    def is_each_of_rows(self, node: ast.AST) -> bool:
        """True if it computes elementwise with rows of numbers."""
        return any(map(self.is_matrix, self.parts(node)))

    def parts(self, node: ast.AST) -> Sequence[ast.expr]:
        """The arguments of an elementwise operation; empty for anything else."""
        match node:
            case ast.BinOp(left=x, op=op, right=y) if type(op).__name__ in SYMBOLS:
                return x, y
            case ast.Compare(left=x, comparators=[y]):
                return x, y
            case ast.BinOp() | ast.Call() if factors := self.factors(node):  # a column and a number
                is_column = self.are_known and self.is_list(factors[0]) and not self.is_several(factors[1])
                return factors if is_column else ()
            case ast.UnaryOp(op=ast.USub(), operand=x) | ast.Attribute(value=x, attr="grad"):
                return (x,)
            case ast.Attribute(value=x, attr="data"):
                return () if self.is_matrix(x) and self.is_plain(x) else (x,)
            case ast.Call(func=function, args=[x, *_]) if self.of_torch(function) in EACH:
                return (x,)
            case ast.Call(
                func=ast.Attribute(value=ast.Call(func=ast.Attribute(attr="detach" | "clone")) as x, attr="requires_grad_")
            ):
                return (x,)
            case ast.Call(func=function, args=[_, _, *_] as parts) if self.of_torch(function) in OF_TWO:
                return parts
            case ast.Call(func=function, args=[x, y]) if self.of_torch(function) in ("max", "min"):
                return () if isinstance(y, ast.Constant) else (x, y)
            case ast.Call(func=ast.Name(id=name), args=[x]) if formula := self.of_numbers.get(name):
                return () if self.is_several(formula) else (x,)
            case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in SAME_NUMBER:
                is_kept = not (self.split(node) or self.flattened(node))
                return (x,) if (self.is_each(x) or self.is_each_of_rows(x)) and is_kept else ()
            case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in EACH:
                return () if method in ("numpy", "tolist") and self.is_plain(x) else (x,)
        return ()

    @remembered
    def is_plain(self, node: ast.AST) -> bool:
        """True for a number, or several, without a graph, such as a count."""
        match node:
            case ast.Subscript() | ast.Attribute() if self.best(node):
                return True
            case ast.Call() if row := self.by_row(node) or self.by_column(node):
                return self.is_plain(row[1])
            case ast.Call() if rows := self.best_pair(node) or self.activated(node):
                return self.is_plain(rows)
            case ast.Attribute(value=pair, attr="values") if self.best_pair(pair):
                return self.is_plain(pair)
            case ast.Name(id=name):
                return self.name(node) in self.plain - self.summed and name not in self.asking
            case ast.Attribute() | ast.Call() if found := self.found(node):
                return all(map(self.is_plain, found))
            case ast.Compare() | ast.Call(func=ast.Attribute(attr="int" | "long" | "argmax" | "argmin")):
                return True
            case ast.Attribute(attr="grad"):
                return True
            case ast.Call(
                func=ast.Name(id="range" | "len") | ast.Attribute(attr="numpy" | "tolist" | "item" | "numel" | "nelement")
            ):
                return True
            case ast.Call(func=function, keywords=given) if self.of_torch(function) in ("arange", "linspace", "randint"):
                return not any(map(self.asks, given))
            case ast.Call(func=ast.Attribute(value=x, attr=method), args=given) if method in KEEP_PLAIN and not self.path(x):
                return self.is_plain(x) and all(map(self.is_builtin, given))
            case ast.Call(func=function, args=[x, *given]) if self.of_torch(function) in KEEP_PLAIN:
                return self.is_plain(x) and all(map(self.is_builtin, given))
            case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in SAME_NUMBER:
                return self.is_plain(x)
            case ast.Subscript(value=x) | ast.UnaryOp(operand=x):
                return self.is_plain(x)
            case ast.Call(func=function, keywords=given) if self.path(function) == "torch.autograd.grad":
                return all(each.arg != "create_graph" for each in given)
            case ast.Call() if self.has_classes and self.is_whole_tensor(node):
                return True
            case ast.Call(func=function) if (
                self.rows(node)
                or (self.is_matrix(node) and isinstance((self.copied(node) or [None])[0], ast.Name))
                or (self.networks and self.of_torch(function).removesuffix("_like") in {*TENSORS, *FILLED})
            ):
                return not any(map(self.asks, ast.walk(node)))
            case ast.BinOp(left=x, right=y):
                return all(
                    isinstance(part, ast.Constant) or self.path(part) == "torch.pi" or self.is_plain(part) for part in (x, y)
                )
        return self.best(node) is not None

    def filled(self, node: ast.AST, is_asked: bool = False) -> Filled | None:
        """The tensor that the node makes from sizes, if it does and holds more than one number."""
        match node:
            case ast.Call() if inner := self.made_leaf(node):
                return self.filled(inner, is_asked=True)
            case ast.Call(func=function, args=[_, *_] as sizes, keywords=given):
                name, is_like = self.of_torch(function).removesuffix("_like"), self.of_torch(function).endswith("_like")
                sizes, number = (sizes[:1], sizes[1]) if name == "full" and len(sizes) == 2 else (sizes, None)
                if isinstance(sizes[0], (ast.Tuple, ast.List)) and sizes[0].elts:
                    sizes = sizes[0].elts
                are_sizes = all(isinstance(size, (ast.Constant, ast.Name)) or COUNTED.match(ast.unparse(size)) for size in sizes)
                are_several = bool({*map(ast.unparse, sizes)} - SHAPES)
                is_several = self.is_several(sizes[0]) if is_like else are_sizes and are_several
                if name in FILLED and is_several and (number is not None) == (name == "full"):
                    return Filled(name, sizes, number, is_like, is_asked or any(map(self.asks, given)))
        return None

    def split(self, node: ast.AST) -> tuple[ast.expr, ast.expr, ast.expr] | None:
        """The numbers that view or reshape arranges as rows, how many rows, and how wide they are."""
        match node:
            case ast.Call(
                func=ast.Attribute(value=x, attr="view" | "reshape"), args=[count, width] | [ast.Tuple(elts=[count, width])]
            ) if ast.unparse(width) != "1" and self.is_list(x):
                return x, count, width
        return None

    def flattened(self, node: ast.AST) -> ast.expr | None:
        """The rows whose numbers it makes one list of."""
        match node:
            case ast.Call(func=ast.Attribute(value=x, attr="flatten" | "ravel"), args=[], keywords=[]):
                pass
            case ast.Call(func=ast.Attribute(value=x, attr="view" | "reshape"), args=[width]) if ast.unparse(width) == "-1":
                pass
            case ast.Call(func=function, args=[x], keywords=[]) if self.of_torch(function) in ("flatten", "ravel"):
                pass
            case _:
                return None
        return x if self.is_matrix(x) else None

    def activated(self, node: ast.Call) -> ast.expr | None:
        """The rows that a module without parameters, such as nn.Tanh(), is called on."""
        match node:
            case ast.Call(func=ast.Call(func=module), args=[x]) if self.is_matrix(x):
                path = self.path(module)
            case ast.Call(func=module, args=[x]) if self.is_matrix(x):
                path = self.makers.get(ast.unparse(module), "")
            case _:
                return None
        return x if path.startswith("torch.nn.") and path not in ("torch.nn.Linear", "torch.nn.Sequential") else None

    def by_row(
        self, node: ast.AST, names: Collection[str] = OF_LISTS, along: Collection[str] = WITHIN
    ) -> tuple[str, ast.expr] | None:
        """The function, one of these, that a call applies along these dimensions of rows, and the rows: X.sum(dim=1)."""
        match node:
            case ast.Call(func=function, args=[x, *given], keywords=named) if name := self.of_torch(function):
                pass
            case ast.Call(func=ast.Attribute(value=x, attr=name), args=given, keywords=named):
                pass
            case _:
                return None
        orders = [*given[:1], *(each.value for each in named if each.arg in ORDERS)] if name == "norm" else []
        first = given[1:] if name == "norm" else given
        dimensions = [*first, *(each.value for each in named if each.arg in DIMENSION)]
        others = {ast.unparse(each) for each in named if each.arg not in DIMENSION and not (orders and each.arg in ORDERS)}
        is_along = {*map(ast.unparse, dimensions)} <= {*along} and len(dimensions) == 1
        is_known = others <= KEPT | {"keepdim=False"} and {*map(ast.unparse, orders)} <= EUCLIDEAN
        return (name, x) if name in names and is_along and is_known and self.is_matrix(x) else None

    def by_column(self, node: ast.AST) -> tuple[str, ast.expr] | None:
        """The function of several numbers that a call applies to each column, and the rows: X.sum(dim=0)."""
        return self.by_row(node, OF_COLUMNS, {"0"})

    def best_pair(self, node: ast.AST) -> ast.expr | None:
        """The rows whose maxima it takes, with their places: torch.max(out, 1)."""
        found = self.by_row(node, ("max",))
        return found and found[1]

    def best(self, node: ast.AST) -> ast.expr | None:
        """The rows whose argmax it takes."""
        match node:
            case ast.Subscript(value=pair, slice=ast.Constant(value=1)) | ast.Attribute(value=pair, attr="indices"):
                return self.best_pair(pair)
        found = self.by_row(node, ("argmax",))
        return found and found[1]

    def are_places(self, node: ast.AST) -> bool:
        """True for several whole numbers, used as an index."""
        match node := self.meant(node):
            case ast.List(elts=parts):
                return not any(isinstance(getattr(part, "value", None), bool) for part in parts)
            case ast.Subscript(value=x, slice=ast.Slice()):
                return self.are_places(x)
            case ast.Call(func=ast.Name(id="range")):
                return True
            case ast.Call(func=function) if self.of_torch(function) in ("arange", "randint"):
                return True
        return self.best(node) is not None or (self.is_list(node) and self.is_whole_tensor(node))

    def is_mask(self, node: ast.AST) -> bool:
        """True for several answers, such as x > 0."""
        return self.is_several(node) and isinstance(self.meant(node), ast.Compare)
