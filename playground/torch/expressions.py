"""Rules for names, attributes, indices and f-strings."""

from __future__ import annotations

import ast
import re
from copy import copy

from playground.torch.functions import TorchFunctions
from playground.torch.trees import is_taken_out
from playground.torch.vocabulary import MODULES

FIELD = re.compile(r"(?<=(?<!\{)\{)[^{}:!=]+")  # in an f-string


class TorchExpressions(TorchFunctions):
    """Writes expressions other than calls."""

    def of_Name(self, node: ast.Name) -> str | None:
        return None if node.id in MODULES else self.here(node)

    def of_Attribute(self, node: ast.Attribute) -> str | None:
        if node.attr == "data" and (is_taken_out(node.value) or self.is_plain(node.value)):
            return self.written(node.value)
        if rows := self.best_pair(node.value):
            return self.places(rows) if node.attr == "indices" else self.each_row("max", rows)
        if node.attr == "dataset" and self.loaded(node.value):
            return f"[{self.free[0]} for {self.free[1]} in {self.written(node.value)} for {self.free[0]} in zip(*{self.free[1]})]"
        if (rows := self.turned(node)) and self.is_matrix(rows):
            return self.transposed(rows)
        if node.attr in ("shape", "ndim") and (sizes := self.sizes(node.value)):
            return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})" if node.attr == "shape" else str(len(sizes))
        return self.here(node)

    def of_Subscript(self, node: ast.Subscript) -> str | None:
        match node:
            case ast.Subscript() if rows := self.best(node):
                return self.places(rows)
            case ast.Subscript(value=x, slice=place) if {*ast.unparse(place)} <= {*"(0, )"} and self.is_one(x):
                return self.written(x)
            case (
                ast.Subscript(value=ast.Subscript(value=x, slice=row), slice=place)
                | ast.Subscript(value=x, slice=ast.Tuple(elts=[row, place]))
            ) if ast.unparse(place) == "0" and self.shape(x) == "column" and not isinstance(row, ast.Slice):
                return f"{self.operand(x)}[{self.written(row)}]"
            case ast.Subscript(value=x, slice=mask) if self.is_mask(mask):
                return self.masked(x, mask, lambda number, answer, over: f"{number} {over} if {answer}")
            case ast.Subscript(
                value=ast.Attribute(value=x, attr="shape") | ast.Call(func=ast.Attribute(value=x, attr="size"), args=[]),
                slice=place,
            ):
                return self.counted(x, place)
            case ast.Subscript(value=x, slice=places, ctx=ast.Load()) if self.is_several(x) and self.are_places(places):
                taken = f"{self.operand(x)}[{self.free[0]}]"
                each = f"[*{taken}]" if self.is_matrix(x) else taken
                return f"[{each} for {self.free[0]} in {self.written(places)}]"
            case ast.Subscript(value=x, slice=ast.Tuple(elts=[first, second]), ctx=ast.Load()) if self.is_matrix(x) and all(
                map(self.are_places, (first, second))
            ):
                one, other, *_ = self.free
                over = f"zip({self.written(first)}, {self.written(second)}, strict=True)"
                return f"[{self.operand(x)}[{one}][{other}] for {one}, {other} in {over}]"
            case ast.Subscript(value=x, slice=ast.Tuple(elts=[row, place])) if self.is_matrix(x):
                if isinstance(row, ast.Slice) and ast.unparse(row) == ":" and not isinstance(place, ast.Slice):
                    return f"[{self.free[0]}[{self.written(place)}] for {self.free[0]} in {self.written(x)}]"
                return (
                    f"{self.written(x)}[{self.written(row)}][{self.written(place)}]" if not isinstance(row, ast.Slice) else None
                )
        return None

    def of_List(self, node: ast.List) -> str | None:
        return f"[{', '.join(map(self.unpacked, node.elts))}]" if node in self.leaves else None

    def of_BinOp(self, node: ast.BinOp) -> str | None:
        return self.product(node)

    def of_JoinedStr(self, node: ast.JoinedStr) -> str:
        start, end = self.span(node)  # before Python 3.12, its parts have no positions
        return FIELD.sub(lambda found: self.field(found[0], node), self.source[start:end].decode())

    def field(self, text: str, around: ast.JoinedStr) -> str:
        inside = copy(self)
        try:
            inside.read(text, self.scopes[id(around)])
        except (SyntaxError, ValueError):
            return text
        inside.letters = inside.row_letters = None
        return inside.text()

    def of_keyword(self, node: ast.keyword) -> str | None:
        if node.arg == "params" and isinstance(node.value, ast.List):
            return f"params=[{', '.join(map(self.unpacked, node.value.elts))}]"
        return f"slope={self.written(node.value)}" if node.arg == "negative_slope" else None
