"""Rewrites PyTorch programs in the engine's names: torch.clamp(x, min=0) is clip(x, 0, inf)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from functools import partial
from typing import Any

from autograd import Value
from autograd.foreign_names import FUNCTIONS
from playground.lists import SYMBOLS
from playground.plain import recorded
from playground.syntax import ATOMS, UNREADABLE, names_in, parsed, place
from playground.torch.names import TorchNetwork
from playground.torch.reading import TorchReading, first_found
from playground.torch.samples import TorchSamples
from playground.torch.trees import is_dropped, is_taken_out, owner_of_method, sizes_of
from playground.torch.vocabulary import (
    DIFFERENTIATED,
    EUCLIDEAN,
    FILLED,
    IN_PLACE,
    KEPT,
    MODULES,
    OF_LISTS,
    OF_ROWS,
    ORDERS,
    OTHERS,
    SAME,
    SAME_NUMBER,
    SHAPES,
    TENSORS,
    WITHIN,
    here,
    is_torch,
)

DERIVATIVES = {"grad", "jacobian", "hessian"}
LEFT_OUT = {"inplace", "set_to_none", "dtype", "device", "retain_graph", "allow_unused"}  # keywords
INFINITE = {"inf", "torch.inf", "math.inf", "float('inf')"}
OF_ALL = {"unbiased=False", "correction=0"}  # what var is told when it divides by the count
WHOLE = "PyTorch raises here: only tensors of floating point can require gradients; write "
UNLEARNED = "PyTorch raises here: no tensor requires a gradient; write torch.tensor(2.0, requires_grad=True)"
UNASKED = (
    "requires_grad is False here only for frozen leaves; in PyTorch it is False for every result that no gradient reaches, "
    "such as one made by detach() or inside no_grad()"
)
ANSWERS = {"double": "float", "float": "float", "int": "int", "long": "int"}
FIELD = re.compile(r"(?<=(?<!\{)\{)[^{}:!=]+")  # in an f-string


def respelled(text: str) -> str | None:
    """The whole text in the engine's names; None if it has no PyTorch names or isn't Python.

    >>> print(respelled("import torch\\nx = torch.tensor(2.0, requires_grad=True)\\ny = torch.clamp(x, max=1).pow(2)"))
    x = Value(2.0)
    y = pow(clip(x, -inf, 1), 2)
    """
    try:
        respeller = _Respeller(text)
        made = respeller.text()
        ast.parse(made.strip())
    except UNREADABLE:
        return None
    return made if made.encode() != respeller.source else None


class _Respeller(TorchSamples):
    """Writes every node: by the rule for its kind, or else unchanged except for its parts."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.closures = {node.name for node in self.nodes if isinstance(node, ast.FunctionDef)}
        losses = [x for x in self.nodes if isinstance(x, ast.Call) and len(x.args) == 2 and self.is_loss(x.func)]
        self.alone_in_batch = {id(x.args[1]) for x in losses if self.is_matrix(x.args[0]) and not self.is_several(x.args[1])}
        self.in_place = False  # inside `with torch.no_grad()`
        self.learns = False  # inside the value of a name that a later line makes require a gradient
        self.letters: dict[str, str] | None = None  # one for each list, inside an elementwise expression
        self.row_letters: dict[str, str] | None = None  # and one for each list of rows

    def text(self) -> str:
        made = self.spliced(self.tree, 0, len(self.source))
        return made if self.source.startswith(b"\n") else made.lstrip("\n")

    def written(self, node: ast.AST) -> str:
        if id(node) in self.alone_in_batch:
            return f"[{self.rewritten(node)}]"
        return self.rewritten(node)

    def rewritten(self, node: ast.AST) -> str:
        is_each, is_each_of_rows = self.is_each(node), self.is_each_of_rows(node)
        if self.letters is None:
            if is_each or is_each_of_rows:
                return self.listed(lambda: self.answer(node) or self.written(node), node)
        elif not (is_each if self.row_letters is None else is_each_of_rows):
            return self.lettered(node)
        rule: Callable[[Any], str | None] | None = getattr(self, f"of_{type(node).__name__}", None)
        made = rule(node) if rule else None
        return self.spliced(node, *self.span(node)) if made is None else made

    def lettered(self, node: ast.AST) -> str:
        """The letter of a list in an elementwise expression, or the whole text of a number."""
        letters, rows, self.letters, self.row_letters = self.letters or {}, self.row_letters, None, None
        whole = self.written(node)
        self.letters, self.row_letters = letters, rows
        free = iter(self.free[len(letters) + len(rows or ()) :])
        is_column = rows is not None and self.shape(node) == "column"
        if rows is not None and (is_column or self.is_matrix(node)):
            whole = rows.setdefault(whole, next(free))
        return whole if is_column or not self.is_several(node) else letters.setdefault(whole, next(free))

    def answer(self, node: ast.AST) -> str | None:
        """float(x > y) for (x > y).double(): a comparison converted to a number."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Compare() as asked, attr=kind)) if kind in ANSWERS:
                return f"{ANSWERS[kind]}({self.written(asked)})"
        return None

    def listed(self, write: Callable[[], str], several: ast.AST, as_loop: bool = False) -> str:
        """An elementwise text, which makes or changes several numbers, as a comprehension over the lists in it, or as a loop."""
        self.letters, self.row_letters = {}, {} if self.is_matrix(several) else None
        text = write()
        letters, rows, self.letters, self.row_letters = self.letters, self.row_letters, None, None
        if not as_loop:
            each = f"[{text} {_over(letters)}]"
            return f"[{each} {_over(rows)}]" if rows else each
        if rows and {*letters} != {*rows.values()}:
            raise ValueError("a list is combined with each row, in a loop through all numbers")
        numbers = [(whole, row, letters[row]) for whole, row in (rows or {}).items()]
        flat = {f"[{number} for {row} in {whole} for {number} in {row}]": number for whole, row, number in numbers}
        return f"{_over(flat or letters)}: {text}"

    def spliced(self, node: ast.AST, start: int, end: int) -> str:
        """The source from start to end, with the node's parts rewritten."""
        made: list[tuple[str, ast.AST, str]] = []
        for part in sorted(_parts(node), key=self.span):
            first, last = self.span(part)
            if first < start:  # the target of a step
                continue
            dropped = is_dropped(part)
            made.append((self.source[start:first].decode(), part, "" if dropped else self.written(part)))
            start = self.next_line(last) if dropped else last
        if any(type(part) in (ast.Assign, ast.AugAssign, ast.Expr) and text.startswith("for ") for _, part, text in made):
            made = self.on_own_lines(made)
        return "".join(before + text for before, _, text in made) + self.source[start:end].decode()

    def on_own_lines(self, made: Sequence[tuple[str, ast.AST, str]]) -> list[tuple[str, ast.AST, str]]:
        """The parts, each statement on a line of its own: a loop would take in the others on its line, or cannot follow them."""
        apart: list[tuple[str, ast.AST, str]] = []
        indent = ""
        for before, part, text in made:
            if isinstance(part, ast.stmt):
                row = self.source[self.starts[part.lineno - 1] :].decode()
                around, between = row[: len(row) - len(row.lstrip())], before.rpartition("\n")[2].rstrip()
                if between.endswith(":"):
                    indent = f"{around}    "
                elif "\n" in before or not apart:
                    indent = around
                if between.endswith((":", ";")):
                    before = f"{before.rstrip().removesuffix(';')}\n{indent}"
            apart.append((before, part, text))
        return apart

    def next_line(self, at: int) -> int:
        """The start of the statement after the one that ends here."""
        rest = self.source[at:]
        return at + len(rest) - len(rest.lstrip(b" \t;")) if rest.lstrip(b" \t").startswith(b";") else at + rest.find(b"\n") + 1

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

    # -- rules ---------------------------------------------------------------------------------------

    def of_Import(self, line: ast.Import) -> str | None:
        ours = [alias for alias in line.names if not is_torch(alias.name)]
        return f"import {', '.join(map(ast.unparse, ours))}" if len(ours) < len(line.names) else None

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

    def masked(self, several: ast.expr, mask: ast.expr, form: Callable[[str, str, str], str]) -> str:
        """The numbers, or rows, chosen by a mask, or changed where it is true."""
        self.letters, self.row_letters = {}, {} if self.is_matrix(mask) else None
        number, answer = self.written(several), self.written(mask)
        letters, rows, self.letters, self.row_letters = self.letters, self.row_letters, None, None
        return f"[{form(number, answer, ' '.join(map(_over, filter(None, (rows, letters)))))}]"

    def batched(self, call: ast.Call, tensors: Sequence[ast.expr]) -> str:
        """The batches of a DataLoader, or the samples of a TensorDataset."""
        if self.path(call.func).endswith(".TensorDataset"):
            return f"[*{self.called('zip', tensors)}]"
        given = dict(zip(("dataset", "batch_size", "shuffle"), call.args, strict=False))
        options = {name: self.written(x) for name, x in [*given.items(), *((each.arg, each.value) for each in call.keywords)]}
        more = options.get("batch_size", "1"), f"shuffle={options.get('shuffle', 'False')}"
        return self.called("nn.batches", tensors, (), *more)

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

    def of_With(self, node: ast.With) -> str | None:
        before = self.in_place
        self.in_place |= any(here(self.path(getattr(item.context_expr, "func", node))) == "no_grad" for item in node.items)
        made = self.spliced(node, *self.span(node))
        self.in_place = before
        return made

    def of_AugAssign(self, node: ast.AugAssign) -> str | None:
        """A step that PyTorch applies to a parameter in place."""
        stepped = any(isinstance(part, ast.Attribute) and part.attr == "grad" for part in ast.walk(node.value))
        is_leaf, (start, end) = ast.unparse(node.target) in self.learned, (self.span(node.target)[1], self.span(node)[1])
        symbol, are_several = SYMBOLS.get(type(node.op).__name__), self.is_several(node.target)

        def changed() -> str:
            return f"{self.written(node.target)}{symbol}{self.operand(node.value)}"

        def step() -> str:
            target = self.written(node.target)
            return f"{target}.data{self.spliced(node, start, end)}" if stepped else f"{target}.data = ({changed()}).data"

        if symbol and are_several and isinstance(node.target, ast.Attribute) and node.target.attr == "data":
            return self.listed(lambda: f"{self.written(node.target)}{self.spliced(node, start, end)}", node.target, as_loop=True)
        if symbol and self.in_place and (stepped or is_leaf) and isinstance(node.target, ast.Name):
            return self.listed(step, node.target, as_loop=True) if are_several else step()
        target = self.written(node.target)  # a list, which Python would extend
        others = "[:]" if self.has_others(node.target) else ""
        return f"{target}{others} = {self.listed(changed, node.target)}" if symbol and are_several else None

    def has_others(self, node: ast.AST) -> bool:
        """True if the list may have another name, because it was assigned to one or passed to a function."""
        pairs = [(x.id, getattr(value, "id", "")) for x, value, _ in self.given]
        name = ast.unparse(node)
        return any(other and name in (x, other) for x, other in pairs) or name not in dict(pairs)

    def of_List(self, node: ast.List) -> str | None:
        return f"[{', '.join(map(self.unpacked, node.elts))}]" if node in self.leaves else None

    def unpacked(self, x: ast.expr) -> str:
        """A number, or several as elements of a list around them."""
        if self.is_matrix(x):
            return f"*{self.flat(x)}"
        return f"{'*' * self.is_list(x)}{self.written(x)}"

    def of_BinOp(self, node: ast.BinOp) -> str | None:
        return self.product(node)

    def product(self, node: ast.AST) -> str | None:
        """The dot product of a list, or of each row, with a list, or with each column."""
        match self.factors(node):
            case (x, y) if self.is_each(node):
                return f"{self.operand(x)}*{self.operand(y)}"
            case (x, y) if self.is_list(x) and self.is_list(y):
                return self.called("dot", [x, y])
            case (x, y) if self.is_several(x) and self.is_several(y):
                row, column = self.free[0] if self.is_matrix(x) else self.written(x), self.written(y)
                product = f"{self.ours('dot')}({row}, {self.free[1] if self.is_matrix(y) else column})"
                if self.is_matrix(y):
                    product = f"[{product} for {self.free[1]} in zip(*{column})]"
                return f"[{product} for {row} in {self.written(x)}]" if self.is_matrix(x) else product
        return None

    def transposed(self, rows: ast.expr) -> str:
        """The columns of rows, as rows."""
        return f"[[*{self.free[0]}] for {self.free[0]} in zip(*{self.written(rows)})]"

    def flat(self, rows: ast.expr) -> str:
        """The numbers of all rows, as one list."""
        row, number, *_ = self.free
        return f"[{number} for {row} in {self.written(rows)} for {number} in {row}]"

    def of_Assign(self, node: ast.Assign) -> str | None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) if name in self.asking:
                self.learns = True
                made = self.spliced(node, *self.span(node))
                self.learns = False
                return made
            case ast.Assign(targets=[ast.Subscript(value=ast.Name() as x, slice=mask)], value=value) if self.is_mask(
                mask
            ) and self.is_list(mask):
                each = self.element(x, value)
                changed = self.masked(x, mask, lambda number, answer, over: f"{each} if {answer} else {number} {over}")
                return None if self.is_several(value) else f"{self.written(x)}[:] = {changed}"
            case ast.Assign(targets=[ast.Subscript(value=x, slice=place)], value=value) if self.is_filled(x, place, value):
                each = self.free[0]
                return f"for {each} in {self.written(place)}: {self.written(x)}[{each}] = {self.element(x, value)}"
            case ast.Assign(targets=[ast.Subscript(value=x, slice=place) as one], value=value) if self.is_several(
                x
            ) and not self.is_several(one):
                places = place.elts if isinstance(place, ast.Tuple) else [place]
                owner = x.value if isinstance(x, ast.Attribute) and x.attr == "data" else x
                if owner is x and not names_in(x) & self.learned:
                    return f"{self.written(one)} = {self.element(x, value)}"
                changed = f"{self.written(owner)}{''.join(f'[{self.written(each)}]' for each in places)}"
                is_number = self.is_builtin(value) or self.is_plain(value)
                return f"{changed}.data = {self.written(value)}{'' if is_number else '.data'}"
            case ast.Assign(targets=[target], value=ast.Call() as call) if step := self.step_with(call):
                return f"{self.written(target)} = {step}"
            case ast.Assign(targets=[ast.Attribute(value=x, attr="requires_grad")], value=asked) if self.is_several(x):
                return self.asked(x, asked)
            case ast.Assign(targets=[ast.Attribute(attr="data") as data], value=value) if self.is_several(data):
                return self.listed(lambda: f"{self.written(data)} = {self.written(value)}", data, as_loop=True)
            case ast.Assign(targets=[ast.Attribute(attr="grad") as gradient], value=ast.Constant(value=None)):
                return self.cleared(gradient)
            case ast.Assign(targets=targets, value=value) if owners := _cleared_together(targets, value):
                return f"for {self.free[0]} in [{', '.join(map(self.unpacked, owners))}]: {self.free[0]}.grad = 0"
        return None

    def element(self, several: ast.expr, value: ast.expr) -> str:
        """What is written to one place of several numbers, which are Values if they are not plain."""
        text, made = self.written(value), self.meant(several)
        is_number, is_float = self.is_builtin(value) or self.is_plain(value), isinstance(getattr(value, "value", None), float)
        if is_number and not self.is_plain(several):
            return f"Value({text}{self.frozen})"
        is_counted = isinstance(value, (ast.Constant, ast.Name)) and is_number and not is_float
        return f"float({text})" if is_counted and not self.is_whole_tensor(made) and "dtype" not in ast.unparse(made) else text

    def of_Expr(self, line: ast.Expr) -> str | None:
        match line.value:
            case ast.Call() as call if step := self.step_with(call):
                return step
            case ast.Call(func=ast.Attribute(value=ast.Attribute() as gradient, attr="zero_")) if ".grad" in ast.unparse(
                gradient
            ):
                return self.cleared(gradient)
            case ast.Call(func=ast.Attribute(value=ast.Name() as x, attr="requires_grad_"), args=given):
                return self.asked(x, *given)
            case ast.Call(func=ast.Attribute(value=x, attr=method), args=given) if method in IN_PLACE and len(given) < 2:
                is_data = isinstance(x, ast.Attribute) and x.attr == "data"
                if is_data or (self.in_place and isinstance(x, ast.Name)):
                    return self.stepped(x, "" if is_data else ".data", line.value)
        return None

    def step_with(self, call: ast.Call) -> str:
        """A call of the closure, and the step after it; "" for any other call."""
        match call:
            case ast.Call(func=ast.Attribute(attr="step"), args=[ast.Name(id=closure)]) if closure in self.closures:
                return f"{closure}(); {self.written(call.func)}()"
        return ""

    def stepped(self, x: ast.expr, data: str, call: ast.Call) -> str:
        """The line that changes a number, or each of a list, as x.sub_(change, alpha=…) or x.zero_() does."""

        def step() -> str:
            factors = [f"{self.operand(each.value)}*" for each in call.keywords if each.arg == "alpha"]
            by = [self.operand(change) if factors else self.written(change) for change in call.args] or ["0.0"]
            symbol = IN_PLACE[call.func.attr]  # type: ignore[attr-defined]
            return f"{self.written(x)}{data} {symbol}= {''.join([*factors, *by])}"

        return self.listed(step, x, as_loop=True) if self.is_several(x) else step()

    def asked(self, owner: ast.expr, *given: ast.expr) -> str:
        """The line that sets requires_grad for a number or a list."""
        answer = self.written(given[0]) if given else "True"
        if self.is_several(owner):
            return self.listed(lambda: f"{self.written(owner)}.requires_grad = {answer}", owner, as_loop=True)
        return f"{self.operand(owner)}.requires_grad = {answer}"

    def cleared(self, gradient: ast.Attribute) -> str:
        """The line that sets x.grad or x.grad.data to 0."""
        owner = gradient.value if gradient.attr == "grad" else getattr(gradient.value, "value", gradient)
        if self.is_several(owner):
            return self.listed(lambda: f"{self.written(owner)}.grad = 0", owner, as_loop=True)
        return f"{self.written(gradient)} = 0"

    def of_Call(self, call: ast.Call) -> str | None:
        network = self.networks.get(ast.unparse(call.func))
        if network and len(call.args) == 1 and not ast.unparse(call.func).startswith("self."):
            return self.of_samples(network, self.written(call.func), call.args[0])
        if rows := self.best(call):
            return self.places(rows)
        if rows := self.best_pair(call):
            return f"({self.each_row('max', rows)}, {self.places(rows)})"
        if row := self.by_row(call):
            return self.each_row(*row)
        if rows := self.activated(call):
            return f"[{self.written(call.func)}({self.free[0]}) for {self.free[0]} in {self.written(rows)}]"
        if column := self.by_column(call):
            return self.each_column(*column)
        if tensors := self.loaded(call):
            return self.batched(call, tensors)
        if rows := self.flattened(call):
            return self.flat(rows)
        if (rows := self.turned(call)) and self.is_matrix(rows):
            return self.transposed(rows)
        if (
            self.path(call.func) in ("torch.nn.Softmax", "torch.nn.LogSoftmax")
            and {ast.unparse(x) for x in _values(call)} <= WITHIN
        ):
            return f"{here(self.path(call.func))}()"
        if product := self.product(call):
            return product
        if name := self.of_torch(call.func):
            return self.of_function(name, call)
        match call.func:
            case ast.Name(id="max" | "min" as chooser) if chooser not in self.own:
                return self.chosen(chooser, call)
            case ast.Name(id="float" | "int" as kind) if (
                kind not in self.own and len(call.args) == 1 and self.is_made(call.args[0])
            ):
                number = f"{self.operand(call.args[0])}.item()"
                return number if kind == "float" else f"int({number})"
            case ast.Name(id="round") if len(call.args) == 2 and "round" not in self.own:
                return self.called("builtins.round", call.args)
            case ast.Name(id="clip" | "clamp" as limit) if limit not in self.own:
                return self.clipped(call.args, call.keywords) if limit == "clamp" or call.keywords else None
            case ast.Name(id=derivative) if derivative in DERIVATIVES - self.own and not call.keywords:
                return self.derivative(derivative, call.args)
            case ast.Attribute(value=owner, attr=method) if ast.unparse(owner) not in self.modules:
                return self.of_method(owner, method, call)
        return None

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

    def each_row(self, name: str, rows: ast.expr) -> str:
        """A function of lists, called on each row."""
        return f"[{self.ours(name)}({self.free[0]}) for {self.free[0]} in {self.written(rows)}]"

    def each_column(self, name: str, rows: ast.expr) -> str:
        """A function of lists, called on each column."""
        column, correction = self.free[0], ", correction=1" * (name in ("var", "std"))
        called = f"{self.ours('var' if name == 'std' else name)}({column}{correction})"
        each = f"{self.ours('sqrt')}({called})" if name == "std" else called
        return f"[{each} for {column} in zip(*{self.written(rows)})]"

    def places(self, rows: ast.expr) -> str:
        """The place of the maximum of each row."""
        one = self.free[0]
        return f"[{one}.index(max({one})) for {one} in {self.written(rows)}]"

    def close(self, x: ast.expr, y: ast.expr, within: Mapping[str | None, str]) -> str:
        """The comparison made by torch.allclose."""
        distance, share = within.get("atol", "1e-08"), within.get("rtol", "1e-05")

        def compared() -> str:
            return f"abs({self.operand(x)} - {self.operand(y)}) <= {distance} + {share}*abs({self.written(y)})"

        if rows := next(filter(self.is_matrix, (x, y)), None):
            return f"all(map(all, {self.listed(compared, rows)}))"
        several = x if self.is_several(x) else y
        return f"all({self.listed(compared, several)})" if self.is_list(several) else f"({compared()})"

    def gradients(self, call: ast.Call, y: ast.expr, x: ast.expr, weights: ast.expr | None) -> str:
        """The call that differentiates y, or a list weighted."""
        xs = self.written(x) if isinstance(x, (ast.List, ast.Tuple)) else f"[{self.written(x)}]"
        named = [each for each in call.keywords if each.arg not in DIFFERENTIATED]
        if weights is None:
            return self.called("gradients", [y], named, xs)
        weighted = self.called("dot", [y, weights]) if self.is_list(y) else f"{self.operand(y)}*{self.seed(weights)}"
        return self.called("gradients", [], named, weighted, xs)

    def joined(self, name: str, parts: ast.expr, call: ast.Call) -> str | None:
        """Tensors joined as one list, as rows, or as the columns of rows."""
        if not isinstance(parts, (ast.List, ast.Tuple)):
            return self.written(parts) if name == "stack" and not self.is_beside(call) else None
        texts = [*map(self.written, parts.elts)]
        if self.is_beside(call):
            return (
                f"[[*{self.free[0]}] for {self.free[0]} in zip({', '.join(texts)}, strict=True)]"
                if self.is_matrix(call)
                else None
            )
        if any(ast.unparse(each) not in ("0", "dim=0") for each in [*call.args[1:], *call.keywords]):
            return None
        if name != "stack":
            are_several = [*map(self.is_several, parts.elts)]
            texts = [f"{'*' * several}{text}" for several, text in zip(are_several, texts, strict=True)]
        return f"[{', '.join(texts)}]"

    def of_samples(self, network: TorchNetwork, function: str, samples: ast.expr) -> str:
        """A network called on each sample in turn, since the engine's networks take one at a time."""
        text, one = self.written(samples), self.free[0]
        is_batch = self.is_batch(samples, network)
        sample = one if is_batch else text
        if network.of_lists and network.one_in and not self.is_matrix(samples):
            sample = f"[{sample}]"
        output = f"{function}({sample}){'[0]' if network.of_lists and network.one_out else ''}"
        return f"[{output} for {one} in {text}]" if is_batch else output

    def alone(self, node: ast.expr) -> str | None:
        """A one-output network called on the only sample of a tensor."""
        match node:
            case ast.Call(func=function, args=[ast.Call(args=[ast.List(elts=[ast.List() as sample])]) as given]):
                network = self.networks.get(ast.unparse(function))
                if network and network.one_out and self.rows(given):
                    sizes = TorchNetwork(False, network.one_out, network.of_lists)
                    return self.of_samples(sizes, self.written(function), sample)
        return None

    def of_function(self, name: str, call: ast.Call) -> str | None:
        if made := self.several(call):
            return made
        if number := self.number(call):
            return self.value(number, call)
        match name, call.args:
            case "Linear", _ if len(sizes := sizes_of(call)) == len(call.args) + len(_told(call.keywords)) == 2:
                return self.called("nn.Layer", sizes, (), '"linear"')
            case _, [several, *given] if made := self.of_list(name, several, given, call.keywords):
                return made
            case "dot", [x, y]:
                return self.called("dot", [x, y])
            case "ModuleList" | "ParameterList", [] if not call.keywords:
                return "[]"
            case "ModuleList" | "ParameterList", [ast.List() | ast.ListComp() as parts]:
                return self.written(parts)
            case "ModuleList" | "ParameterList", [parts]:
                return f"[*{self.operand(parts)}]"
            case "set_grad_enabled", [ast.Constant(value=enabled)]:
                return f"{'enable' if enabled else 'no'}_grad()"
            case "equal", [x, y]:
                return f"({self.operand(x)} == {self.operand(y)})"
            case "allclose", [x, y]:
                return self.close(x, y, {each.arg: self.written(each.value) for each in call.keywords})
            case "is_available", []:
                return "False"
            case "device", [device, *_]:
                return self.written(device)
            case "clamp" | "clip", _:
                return self.clipped(call.args, call.keywords)
            case "max" | "min", [x, y]:
                return self.called(f"{name}imum", [x, y])
            case "cat" | "concat" | "stack", [parts, *_]:
                return self.joined(name, parts, call)
            case "jacobian" | "hessian", [function, x] if "functional" in self.path(call.func):
                return f"{self.called(name, [function])}({self.written(x)})"
            case "manual_seed", [seed]:
                return self.called("random.seed", [seed])
            case "grad", _ if differentiated := self.differentiated(call):
                return self.gradients(call, *differentiated)
        loss, _, called = FUNCTIONS.get(name, "").partition("()")
        if called:
            return self.called(self.called(loss, [], call.keywords), call.args)
        ours = here(self.path(call.func)) or ""
        if ours.startswith(("nn.optim.", "nn.utils.")) and call.args and isinstance(call.args[0], ast.List):
            params = map(self.unpacked, call.args[0].elts)
            return self.called(ours, [], call.keywords, f"[{', '.join(params)}]", *map(self.written, call.args[1:]))
        return self.called(ours, call.args, call.keywords) if ours else None

    def of_method(self, owner: ast.expr, name: str, call: ast.Call) -> str | None:
        ours = OTHERS.get(name, name)
        match name, call.args:
            case "item", [] if alone := self.alone(owner):
                return f"{alone}.item()"
            case "item", [] if self.holds_one(owner):
                is_number = is_taken_out(owner) or self.is_plain(owner)
                return f"{self.operand(owner)}[0]{'' if is_number else '.item()'}"
            case _, given if made := self.of_list(name, owner, given, call.keywords):
                return made
            case "int" | "long", []:
                return self.answer(call) or self.called("int", [owner])
            case "clamp" | "clip", _:
                return self.clipped([owner, *call.args], call.keywords)
            case "max" | "min", [other]:
                return self.called(f"{name}imum", [owner, other])
            case "view" | "reshape", _ if rows := self.split(call):
                return self.rows_of(*rows)
            case "item" | "numpy" | "tolist" | "detach", [] if is_taken_out(owner) or self.is_plain(owner):
                return self.operand(owner)
            case "numpy" | "tolist", []:
                return f"{self.operand(owner)}.data"
            case "requires_grad_", _ if made := self.leaf(owner, call):
                return made
            case "backward", seeds if seeds or call.keywords:
                return self.backward(owner, call)
            case "numel" | "nelement", []:
                return self.count(owner)
            case "size", []:
                return f"({', '.join(sizes)},)" if (sizes := self.sizes(owner)) else None
            case "dim", [] if sizes := self.sizes(owner):
                return str(len(sizes))
            case "size", [place]:
                return self.counted(owner, place)
            case "sum" | "mean", []:
                return self.operand(owner)
            case "zero_grad", []:
                return self.called(f"{self.operand(owner)}.zero_grad", [], call.keywords)
            case "detach", []:
                return f"{self.operand(owner_of_method('clone', owner) or owner)}.detach()"
            case "clone", []:
                is_own = owner_of_method("detach", owner) or is_taken_out(owner) or self.is_plain(owner)
                return self.written(owner) if is_own else self.called("pos", [owner])
        if name in SAME_NUMBER:
            return (None if self.is_each(call) else self.answer(call)) or self.operand(owner)
        if ours in SAME and (self.is_several(owner) or self.is_plain(owner) or not hasattr(Value, name)):
            return self.called(ours, [owner, *call.args], call.keywords)
        return None

    def backward(self, result: ast.expr, call: ast.Call) -> str:
        """A call of backward that is given the gradient of its result."""
        seeds = [*call.args, *_gradients(call)]
        if seeds and self.is_list(result):
            return f"{self.called('dot', [result, seeds[0]])}.backward()"
        if seeds and self.is_several(result):
            return f"{self.called('dot', [], (), *map(self.flat, (result, seeds[0])))}.backward()"
        others = [each for each in call.keywords if each.arg != "gradient"]
        return self.called(f"{self.operand(result)}.backward", [], others, *map(self.seed, seeds))

    def of_list(self, name: str, several: ast.expr, given: Sequence[ast.expr], named: Sequence[ast.keyword]) -> str | None:
        """A function of one list: its dimension is dropped; norm keeps its order, var its correction."""
        told = {*map(ast.unparse, [*given, *named])}
        if self.is_matrix(several) and name in OF_ROWS and not told:
            return f"{self.ours(name)}({self.flat(several)})"
        if not self.is_list(several):
            return None
        match name:
            case "max" | "min" if not told:
                return self.called(name, [several])
            case "argmax" | "argmin":
                return f"{self.operand(several)}.index({self.called(name.removeprefix('arg'), [several])})"
            case "var" | "std":
                variance = self.called("var", [several], (), *([] if told & OF_ALL else ["correction=1"]))
                return f"{self.ours('sqrt')}({variance})" if name == "std" else variance
            case "norm" if orders := [*given[:1], *(each.value for each in named if each.arg in ORDERS)]:
                return self.length(several, orders[0])
        return self.called(name, [several]) if name in OF_LISTS else None

    def length(self, several: ast.expr, order: ast.expr) -> str:
        """The norm of this order."""
        text, sizes = ast.unparse(order), partial(self.called, "abs", [several])
        if text in EUCLIDEAN:
            return self.called("norm", [several])
        if text.removeprefix("-") in INFINITE:
            return f"{self.ours('min' if text.startswith('-') else 'max')}({self.listed(sizes, several)})"
        if text == "1":
            return f"{self.ours('sum')}({self.listed(sizes, several)})"
        powers = self.listed(lambda: f"{sizes()}**{self.operand(order)}", several)
        return f"{self.ours('pow')}({self.ours('sum')}({powers}), 1/{self.operand(order)})"

    def rows_of(self, several: ast.expr, count: ast.expr, width: ast.expr) -> str:
        """A list as rows of a width, or as so many rows where the width is -1."""
        text, one, per_row = self.operand(several), self.free[0], self.operand(width)
        if ast.unparse(width) == "-1":
            if ast.unparse(count) == "1":
                return f"[{text}]"
            per_row = f"(len({text})//{self.operand(count)})"
        return f"[{text}[{one}:{one} + {per_row}] for {one} in range(0, len({text}), {per_row})]"

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

    def seed(self, node: ast.expr) -> str:
        return self.number(node) or self.written(node)

    def operand(self, node: ast.expr) -> str:
        return self.written(node) if isinstance(node, ATOMS) else f"({self.written(node)})"

    def called(self, name: str, args: Sequence[ast.AST], keywords: Sequence[ast.keyword] = (), *more: str) -> str:
        kept = [keyword for keyword in keywords if keyword.arg not in LEFT_OUT]
        return f"{self.ours(name)}({', '.join([*map(self.written, args), *more, *map(self.written, kept)])})"

    def chosen(self, name: str, call: ast.Call) -> str | None:
        """The op that replaces Python's max or min of numbers that aren't all literals."""
        parts = call.args
        if call.keywords or len(parts) < 2 or any(isinstance(x, ast.Starred) for x in parts) or all(map(_is_number, parts)):
            return None
        text = self.called(name, parts)
        return recorded(text, ast.parse(text, mode="eval").body)  # type: ignore[arg-type]

    def clipped(self, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> str | None:
        """clip with both bounds, in order."""
        bounds = {keyword.arg: keyword.value for keyword in keywords} | dict(zip(("min", "max"), args[1:], strict=False))
        found = {name: self.written(x) for name, x in bounds.items() if not (isinstance(x, ast.Constant) and x.value is None)}
        if not args or not {*bounds} <= {"min", "max"}:
            return None
        return self.called("clip", args[:1], (), found.get("min", "-inf"), found.get("max", "inf"))

    def derivative(self, name: str, args: Sequence[ast.expr]) -> str | None:
        """grad(x**3, x), rewritten because the engine differentiates functions."""
        match args:
            case [ast.Name(), ast.Name()] if name == "grad":
                return self.called("gradients", args, (), "create_graph=True")
            case [ast.Lambda() | ast.Name(), _]:
                return None
            case [y, ast.Name(id=x)]:
                return f"{name}(lambda {x}: {self.written(y)})({x})"
        return None


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


def _over(letters: Mapping[str, str]) -> str:
    """The clause of a comprehension or loop that goes through several lists together."""
    lists = ", ".join(letters)
    return f"for {', '.join(letters.values())} in {lists if len(letters) == 1 else f'zip({lists}, strict=True)'}"


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes inside that have positions."""
    for child in ast.iter_child_nodes(node):
        if hasattr(child, "lineno"):
            yield child
        else:
            yield from _parts(child)


def _told(keywords: Sequence[ast.keyword]) -> list[ast.keyword]:
    """The keywords of a linear layer, except those that say what is so anyway."""
    return [each for each in keywords if ast.unparse(each) != "bias=True" and each.arg not in LEFT_OUT]


def _values(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(each.value for each in call.keywords)]


def _gradients(call: ast.Call) -> list[ast.expr]:
    return [each.value for each in call.keywords if each.arg == "gradient"]


def _cleared_together(targets: Sequence[ast.expr], value: ast.expr) -> list[ast.expr]:
    """The owners of several gradients that a line sets to None: w.grad = b.grad = None, or w.grad, b.grad = None, None."""
    parts = [part for target in targets for part in getattr(target, "elts", [target])]
    owners = [part.value for part in parts if isinstance(part, ast.Attribute) and part.attr == "grad"]
    are_none = {*map(ast.unparse, getattr(value, "elts", [value]))} == {"None"}
    return owners if are_none and len(owners) == len(parts) else []


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant)
