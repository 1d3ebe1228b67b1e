"""What replaces tensors: numbers, Values, and lists of them."""

from __future__ import annotations

import ast

from playground.syntax import names_in
from playground.torch.trees import is_taken_out, owner_of_method
from playground.torch.vocabulary import FILLED, KEPT, OF_ROWS, SHAPES, TENSORS
from playground.torch.writing import TorchWriting


class TorchValues(TorchWriting):
    """Writes the tensors that a program makes, and how many numbers they hold."""

    def number(self, node: ast.AST) -> str:
        """The number that a one-element tensor is made from; "" if the node makes none."""
        match node:
            case ast.Call(func=function, args=[shape, filling]) if self.of_torch(function) in ("full", "full_like"):
                is_one = self.of_torch(function) == "full_like" and not self.is_several(shape)
                return self.written(filling) if is_one or ast.unparse(shape) in SHAPES else ""
            case ast.Call(func=function, args=[shape, *_] as shapes) if number := FILLED.get(
                self.of_torch(function).removesuffix("_like")
            ):
                like = self.of_torch(function).endswith("_like") and not self.is_several(shape)
                shapes = shape.elts if isinstance(shape, ast.Tuple) and shape.elts else shapes
                return number if like or {*map(ast.unparse, shapes)} <= SHAPES else ""
            case ast.Call(func=function, args=[inner, *_]) if self.of_torch(function) in TENSORS:
                match inner:
                    case ast.List(elts=[ast.List(elts=[one])]) | ast.List(elts=[one]) if not isinstance(
                        one, (ast.List, ast.Tuple)
                    ):
                        return self.written(one)
                    case ast.List() | ast.Tuple() | ast.ListComp():
                        return ""
                    case ast.Call() if self.numbers(inner):
                        return ""
                return self.number(inner) or self.written(inner)
        return ""

    def several(self, call: ast.Call) -> str | None:
        """A list for a tensor of several numbers; a list of lists for one of several rows."""
        if numbers := self.numbers(call):
            return f"[{', '.join(self.value(self.written(x), call) for x in numbers)}]"
        if self.is_matrix(call) and (rows := self.rows(call)):
            if not (self.learns or any(map(self.asks, ast.walk(call)))):
                return self.written(rows)
            texts = [", ".join(self.value(self.written(x), call) for x in getattr(row, "elts", [])) for row in rows.elts]
            return f"[{', '.join(f'[{row}]' for row in texts)}]"
        if (copied := self.copied(call)) and self.is_several(call):
            return self.copy(call, *copied)
        if (filled := self.filled(call)) and self.is_several(call):
            first, *others = filled.sizes
            each = self.written(filled.number) if filled.number else FILLED[filled.name]
            is_asked = filled.is_asked or self.learns
            if not self.networks or is_asked:
                each = f"Value({each}{'' if is_asked else self.frozen})"
            one = self.free[0]
            if self.is_matrix(call):
                each = f"[{each} for _ in {one if filled.is_like else f'range({self.written(others[0])})'}]"
            over = f"{one if self.is_matrix(first) else '_'} in {self.written(first)}"
            return f"[{each} for {over if filled.is_like else f'_ in range({self.written(first)})'}]"
        name = self.of_torch(call.func)
        return self.spaced(name, call) if name in ("arange", "linspace", "randint") else None

    def copy(self, call: ast.Call, copied: ast.expr, element: ast.expr) -> str:
        """The elements of a list as Values, or unchanged as far as they are data."""
        one, text = self.free[0], self.written(copied)
        if self.is_matrix(call):
            number = self.free[1]
            made = self.value(number, call) if any(map(self.asks, ast.walk(call))) else number
            return text if made == number else f"[[{made} for {number} in {one}] for {one} in {text}]"
        each = self.value(f"{one}{'[0]' * isinstance(element, ast.List)}", call)
        is_class = self.has_classes and isinstance(element, ast.Constant) and isinstance(element.value, int)
        return text if each == one or is_class else f"[{each} for {one} in {text}]"

    def spaced(self, name: str, call: ast.Call) -> str | None:
        """Evenly spaced numbers, or random integers."""
        steps = {keyword.arg: keyword.value for keyword in call.keywords}.get("steps")
        given, one = list(map(self.written, [*call.args, *([steps] if steps else [])])), self.free[0]
        asked = self.learns or any(map(self.asks, call.keywords))
        start, end = ("Value(", ")") if asked else ("", "")
        match name, given, call.args:
            case "linspace", [low, high, count], _:
                return f"[{start}{low} + ({high} - ({low}))*{one}/({count} - 1){end} for {one} in range({count})]"
            case "arange", [count], _:
                return f"[{start}{one}{end} for {one} in range({count.removesuffix('.0').removesuffix('.')})]"
            case "randint", [*limits, _], [*_, ast.Tuple(elts=[size])]:
                return f"[random.randrange({', '.join(limits)}) for {one} in range({self.written(size)})]"
        return None

    def value(self, number: str, call: ast.Call) -> str:
        """An element of a tensor as a Value, or unchanged if it is a class."""
        asked = self.learns or any(map(self.asks, ast.walk(call)))
        if not asked and (self.networks or (self.has_classes and number.isdigit())):
            return number
        return f"Value({number}{'.0' if asked and number.isdigit() else ''}{'' if asked else self.frozen})"

    def element(self, several: ast.expr, value: ast.expr) -> str:
        """What is written to one place of several numbers, which are Values if they are not plain."""
        text, made = self.written(value), self.meant(several)
        is_number, is_float = self.is_builtin(value) or self.is_plain(value), isinstance(getattr(value, "value", None), float)
        if is_number and not self.is_plain(several):
            return f"Value({text}{self.frozen})"
        is_counted = isinstance(value, (ast.Constant, ast.Name)) and is_number and not is_float
        return f"float({text})" if is_counted and not self.is_whole_tensor(made) and "dtype" not in ast.unparse(made) else text

    def seed(self, node: ast.expr) -> str:
        return self.number(node) or self.written(node)

    def leaf(self, made: ast.expr, call: ast.Call) -> str | None:
        """The Value of a number, of several, or of a copy, that is made to require a gradient."""
        if self.number(made):
            return f"Value({self.number(made)})"
        if made_several := self.several(call):
            return made_several
        copied = made
        while inner := owner_of_method("detach", copied) or owner_of_method("clone", copied):
            copied = inner
        plain = self.written(copied) if self.is_plain(copied) else f"{self.operand(copied)}.data"
        return None if copied is made else f"Value({plain})"

    def is_one(self, node: ast.AST) -> bool:
        """True for a tensor of one number, which is not indexed here."""
        match node:
            case ast.Name() if value := self.only.get(self.name(node)):
                return not self.is_several(value) and (bool(self.number(value)) or self.is_one(value))
            case ast.Attribute(value=x, attr="grad" | "data") | ast.Call(func=ast.Attribute(value=x, attr="detach" | "clone")):
                return self.is_one(x)
            case ast.Subscript(value=ast.Call(func=ast.Attribute(value=x, attr="parameters"))):
                network = self.networks.get(ast.unparse(x))
                return network is not None and network.one_in and network.one_out
            case ast.Subscript(value=x, slice=ast.Constant(value=0)):
                return self.is_one(x)
        return False

    def is_made(self, node: ast.expr) -> bool:
        """True for the name of a tensor of one number, or of what is computed from one that learns; and for a sum of several."""
        node = owner_of_method("detach", node) or node
        match node:
            case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in OF_ROWS and self.is_several(x):
                return not (self.is_several(node) or self.is_plain(node))
        value = self.meant(node)
        if not isinstance(node, ast.Name) or self.is_plain(node) or is_taken_out(value) or self.is_several(node):
            return False
        if isinstance(value, ast.Call) and (number := self.number(value)):
            return self.value(number, value) != number
        return not self.is_builtin(value) and bool(names_in(value) & self.learned - self.over_parameters)

    def sizes(self, several: ast.expr) -> list[str]:
        """How many numbers a tensor has along each dimension; empty if that isn't known."""
        count = f"len({self.written(several)})" if self.is_several(several) else ""
        if self.is_matrix(several):
            return [count, f"len({self.operand(several)}[0])"]
        if (made := self.meant(several)) and self.by_column(made) and {*map(ast.unparse, getattr(made, "keywords", []))} & KEPT:
            return ["1", count]
        return {"row": [count], "column": [count, "1"]}.get(self.shape(several), []) if count else []

    def count(self, several: ast.expr) -> str | None:
        """How many numbers a tensor holds; a parameter of a network is one here."""
        if self.is_matrix(several):
            return f"({'*'.join(self.sizes(several))})"
        if self.is_list(several):
            return f"len({self.written(several)})"
        return "1" if ast.unparse(several) in self.over_parameters else None

    def counted(self, several: ast.expr, place: ast.expr) -> str | None:
        """One of the sizes."""
        sizes = dict(zip(("0", "1"), self.sizes(several), strict=False))
        return sizes.get(ast.unparse(place))
