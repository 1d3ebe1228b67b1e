"""Programs for PyTorch in the names of the engine, all at once: torch.clamp(x, min=0) is clip(x, 0, inf)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import autograd
import nn
from autograd import Value
from autograd.foreign_names import FUNCTIONS
from autograd.op import TABLE
from playground.lists import SYMBOLS, free_letters
from playground.plain import recorded

MODULES = {"torch": "torch", "F": "torch.nn.functional", "nn": "torch.nn", "optim": "torch.optim"}  # as they are usually imported
COMPOSED = (
    "clip",
    "elu",
    "enable_grad",
    "gelu",
    "hardtanh",
    "leaky_relu",
    "logsigmoid",
    "no_grad",
    "reciprocal",
    "silu",
    "square",
)
SAME = {name for name, op in TABLE.items() if op.arity and name in autograd.__all__} - {"step"} | {*COMPOSED}
OTHERS = {
    "absolute": "abs",
    "arccos": "acos",
    "arcsin": "asin",
    "arctan": "atan",
    "arctan2": "atan2",
    "divide": "div",
    **dict.fromkeys(("double", "float", "float32", "float64"), "float"),
    "e": "e",
    "inf": "inf",
    "multiply": "mul",
    "nan": "nan",
    "negative": "neg",
    "pi": "pi",
    "remainder": "mod",
    "subtract": "sub",
}
TENSORS = {"tensor", "as_tensor", "scalar_tensor", "Tensor", "FloatTensor", "DoubleTensor", "Parameter", "Variable"}
FILLED = {"zeros": "0.0", "ones": "1.0", "rand": "random.random()", "randn": "random.gauss(0, 1)"}
SHAPES = {"()", "1", "(1,)", "[]", "[1]"}  # of one number
SAME_NUMBER = {
    "view",
    "reshape",
    "squeeze",
    "unsqueeze",
    "flatten",
    "contiguous",
    "cpu",
    "cuda",
    "to",
    "double",
    "float",
    "clone",
}
OF_LISTS = {"sum", "mean", "prod", "norm", "softmax", "log_softmax", "logsumexp"}  # of what is a tensor there, and a list here
# Those that compute with a tensor number by number.
EACH = {name for name in SAME if name in COMPOSED or TABLE[name].arity == 1} - {"enable_grad", "no_grad"}
EACH |= {name for name, ours in OTHERS.items() if ours in EACH} | {"clamp", "detach", "numpy", "pow", "tolist", *SAME_NUMBER}
CLASSES = re.compile("cross_entropy|nll_loss|CrossEntropyLoss|NLLLoss")  # of a text in which tensors of integers may be classes
DERIVATIVES = {"grad", "jacobian", "hessian"}
LEFT_OUT = {"inplace", "dtype", "device", "retain_graph", "allow_unused"}  # of keywords
FIELD = re.compile(r"(?<=(?<!\{)\{)[^{}:!=]+")  # of an f-string
ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript)


def respelled(text: str) -> str | None:
    """The whole text in the engine's names; None if it has none of PyTorch's, or is not Python.

    >>> print(respelled("import torch\\nx = torch.tensor(2.0, requires_grad=True)\\ny = torch.clamp(x, max=1).pow(2)"))
    x = Value(2.0)
    y = pow(clip(x, -inf, 1), 2)
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        made = _Respeller(text).text()
        ast.parse(made.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return made if made != text else None


class _Respeller:
    """Writes every node: by the rule for its kind, or else as it stands, with its parts written anew."""

    def __init__(self, text: str) -> None:
        self.source = text.encode()
        self.starts = [0]
        for line in self.source.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.tree = ast.parse(text)
        self.free = free_letters(text)
        nodes = list(ast.walk(self.tree))
        given = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        imported = [alias for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names]
        self.own = given | {alias.asname or alias.name for alias in imported}
        self.paths = {name: path for name, path in MODULES.items() if name not in given}  # by name: the one in PyTorch
        for node in nodes:
            self.paths |= dict(_imports(node))
        self.modules = {*self.paths, *self.own, "random", "math", "autograd"} - given
        asked = any(self.asks(node) for node in nodes)
        self.asking = {name for node in nodes for name in _asking(node)}
        self.frozen = ", requires_grad=False" if asked else ""  # what PyTorch computes no gradient of
        self.has_classes = bool(asked and CLASSES.search(text))
        self.in_place = False  # inside `with torch.no_grad()`
        self.letters: dict[str, str] | None = None  # inside what is written number by number: one for each list
        self.lists: set[str] = set()
        assigned = [node for node in nodes if isinstance(node, ast.Assign)]
        while found := {name for node in assigned if self.is_list(node.value) for name in _names(node.targets)} - self.lists:
            self.lists |= found

    def text(self) -> str:
        made = self.spliced(self.tree, 0, len(self.source))
        return made if self.source.startswith(b"\n") else made.lstrip("\n")

    def written(self, node: ast.AST) -> str:
        is_each = self.is_each(node)
        if is_each and self.letters is None:
            return self.listed(lambda: self.written(node))
        if not is_each and (letters := self.letters) is not None:
            self.letters = None
            whole = self.written(node)
            self.letters = letters
            return letters.setdefault(whole, self.free[len(letters)]) if self.is_list(node) else whole
        rule: Callable[[Any], str | None] | None = getattr(self, f"of_{type(node).__name__}", None)
        made = rule(node) if rule else None
        return self.spliced(node, *self.span(node)) if made is None else made

    def listed(self, write: Callable[[], str], form: str = "[{1} for {0}]") -> str:
        """What is written of single numbers, done for each number of the lists in it."""
        self.letters = {}
        text = write()
        letters, self.letters = self.letters, None
        lists = ", ".join(letters)
        return form.replace("{0}", f"{', '.join(letters.values())} in {lists if len(letters) == 1 else f'zip({lists})'}").replace(
            "{1}", text
        )

    def spliced(self, node: ast.AST, start: int, end: int) -> str:
        """The source from start to end, with the parts of the node in it written anew."""
        made = []
        for part in sorted(_parts(node), key=self.span):
            first, last = self.span(part)
            if first < start:  # as decorators are
                continue
            dropped = _is_dropped(part)
            made += [self.source[start:first].decode(), "" if dropped else self.written(part)]
            start = self.next_line(last) if dropped else last
        return "".join(made) + self.source[start:end].decode()

    def span(self, node: Any) -> tuple[int, int]:
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def next_line(self, at: int) -> int:
        """Where the statement after one that ends there begins."""
        rest = self.source[at:]
        return at + len(rest) - len(rest.lstrip(b" \t;")) if rest.lstrip(b" \t").startswith(b";") else at + rest.find(b"\n") + 1

    # -- what names mean -----------------------------------------------------------------------------

    def path(self, node: ast.AST) -> str:
        """The full name in PyTorch of a name or an attribute; empty if it is none of its."""
        match node:
            case ast.Name(id=name):
                return self.paths.get(name, "")
            case ast.Attribute(value=owner, attr=name):
                before = self.path(owner)
                return before and f"{before}.{name}"
        return ""

    def of_torch(self, node: ast.AST) -> str:
        """The last part of such a name, unless it is the same here, as that of nn.MSELoss is."""
        path = self.path(node)
        return path.rpartition(".")[2] if path and _here(path) != ast.unparse(node) else ""

    def asks(self, node: ast.AST) -> bool:
        """Whether it asks PyTorch to compute the gradient of a tensor."""
        match node:
            case ast.keyword(arg="requires_grad", value=ast.Constant(value=True)):
                return True
            case ast.Call(func=ast.Attribute(attr="requires_grad_")):
                return True
            case ast.Assign(targets=[ast.Attribute(attr="requires_grad")]):
                return True
            case ast.Call(func=function):
                return self.of_torch(function) == "Parameter"
        return False

    def whole(self, node: ast.AST) -> Iterator[ast.Call]:
        """The tensor of whole numbers of which the node asks PyTorch to compute the gradient."""
        match node:
            case ast.Call(func=ast.Attribute(value=call, attr="requires_grad_")):
                made: ast.AST | None = call
            case ast.Call(func=function, args=[call, *_]) if self.of_torch(function) == "Parameter":
                made = call
            case ast.Assign(targets=[ast.Name(id=name)], value=call) if name in self.asking:
                made = call
            case _:
                made = node if isinstance(node, ast.Call) and any(map(self.asks, node.keywords)) else None
        match made:
            case ast.Call(func=function, args=[numbers], keywords=given) if self.of_torch(function) in ("tensor", "as_tensor"):
                if _is_whole(numbers) and all(each.arg != "dtype" for each in given):
                    yield made

    def number(self, node: ast.AST) -> str:
        """What a tensor of one number is made of; empty if the node makes none."""
        match node:
            case ast.Call(func=function, args=[shape, *_]) if number := self.filling(function):
                like = self.of_torch(function).endswith("_like") and not self.is_list(shape)
                return number if like or ast.unparse(shape) in SHAPES else ""
            case ast.Call(func=function, args=[inner, *_]) if self.of_torch(function) in TENSORS:
                match inner:
                    case ast.List(elts=[one]) if not isinstance(one, (ast.List, ast.Tuple)):
                        return self.written(one)
                    case ast.List() | ast.Tuple() | ast.ListComp():
                        return ""
                    case ast.Call() if self.numbers(inner):
                        return ""
                return self.number(inner) or self.written(inner)
        return ""

    def numbers(self, node: ast.AST) -> list[ast.expr]:
        """What a tensor of several numbers is made of; empty if the node makes none, or one of more dimensions."""
        match node:
            case ast.Call(func=function, args=[ast.List(elts=[_, _, *_] as parts), *_]) if self.of_torch(function) in TENSORS:
                return [] if any(isinstance(part, (ast.List, ast.Tuple, ast.Starred)) for part in parts) else parts
            case ast.Call(func=function, args=[ast.Call() as inner]) if self.of_torch(function) == "Parameter":
                return self.numbers(inner)
        return []

    def filling(self, function: ast.expr) -> str:
        """The number that a function such as zeros or zeros_like fills a tensor with; empty for others."""
        return FILLED.get(self.of_torch(function).removesuffix("_like"), "")

    def filled(self, node: ast.AST, asked: bool = False) -> str:
        """A list of Values for a tensor that is given its length alone; empty if the node makes none."""
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr="requires_grad_"), args=[]):
                return self.filled(inner, asked=True)
            case ast.Call(func=function, args=[inner]) if self.of_torch(function) == "Parameter":
                return self.filled(inner, asked=True)
            case ast.Call(func=function, args=[ast.Tuple(elts=[size]) | size]) if number := self.filling(function):
                text, like = self.written(size), self.of_torch(function).endswith("_like")
                has_length = isinstance(size, (ast.Constant, ast.Name)) and text not in SHAPES
                if self.is_list(size) if like else has_length:
                    frozen = "" if asked or any(map(self.asks, node.keywords)) else self.frozen
                    return f"[Value({number}{frozen}) for _ in {text if like else f'range({text})'}]"
            case (
                ast.Call(func=function, args=[start, end, steps])
                | ast.Call(func=function, args=[start, end], keywords=[ast.keyword(arg="steps", value=steps)])
            ) if self.of_torch(function) == "linspace":
                low, high, count = map(self.written, (start, end, steps))
                return f"[{low} + ({high} - ({low}))*{self.free[0]}/({count} - 1) for {self.free[0]} in range({count})]"
        return ""

    def value(self, name: str, number: str, call: ast.Call) -> str:
        """A number of a tensor as a Value, or as the class that it is."""
        asked = name == "Parameter" or any(map(self.asks, call.keywords))
        if self.has_classes and number.isdigit() and not asked:
            return number
        return f"Value({number}{'.0' if asked and number.isdigit() else ''}{'' if asked else self.frozen})"

    def is_list(self, node: ast.AST) -> bool:
        """Whether it is several numbers: makes them, is their name, or computes with them number by number."""
        match node:
            case ast.Name(id=name):
                return name in self.lists
            case ast.Subscript(value=x, slice=ast.Slice()):
                return self.is_list(x)
            case ast.Call(func=function, args=[x, *_]) if self.of_torch(function) in ("softmax", "log_softmax"):
                return self.is_list(x)
            case ast.Call(func=ast.Attribute(value=x, attr="softmax" | "log_softmax")):
                return self.is_list(x)
        return bool(self.is_each(node) or self.numbers(node) or self.filled(node))

    def is_each(self, node: ast.AST) -> bool:
        """Whether it computes with several numbers one by one."""
        match node:
            case ast.BinOp(left=x, op=op, right=y) if type(op).__name__ in SYMBOLS:
                return self.is_list(x) or self.is_list(y)
            case ast.Compare(left=x, comparators=[y]):
                return self.is_list(x) or self.is_list(y)
            case ast.UnaryOp(op=ast.USub(), operand=x) | ast.Attribute(value=x, attr="grad"):
                return self.is_list(x)
            case ast.Call(func=function, args=[x, *_]) if self.of_torch(function) in EACH:
                return self.is_list(x)
            case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in EACH:
                return self.is_list(x)
        return False

    # -- rules ---------------------------------------------------------------------------------------

    def of_Import(self, line: ast.Import) -> str | None:
        ours = [alias for alias in line.names if not _is_torch(alias.name)]
        return f"import {', '.join(map(ast.unparse, ours))}" if len(ours) < len(line.names) else None

    def of_Name(self, node: ast.Name) -> str | None:
        return None if node.id in MODULES else _here(self.path(node))

    def of_Attribute(self, node: ast.Attribute) -> str | None:
        if node.attr == "data" and _is_taken_out(node.value):
            return self.written(node.value)
        return _here(self.path(node))

    def of_JoinedStr(self, node: ast.JoinedStr) -> str:
        start, end = self.span(node)  # before Python 3.12 its parts do not know where they are
        return FIELD.sub(lambda found: self.field(found[0]), self.source[start:end].decode())

    def field(self, text: str) -> str:
        try:
            inside = _Respeller(text)
        except (SyntaxError, ValueError):
            return text
        inside.paths, inside.own, inside.modules, inside.frozen = self.paths, self.own, self.modules, self.frozen
        inside.lists, inside.has_classes = self.lists, self.has_classes
        return inside.text()

    def of_keyword(self, node: ast.keyword) -> str | None:
        return f"slope={self.written(node.value)}" if node.arg == "negative_slope" else None

    def of_With(self, node: ast.With) -> str | None:
        before = self.in_place
        self.in_place |= any(self.path(getattr(item.context_expr, "func", node)) == "torch.no_grad" for item in node.items)
        made = self.spliced(node, *self.span(node))
        self.in_place = before
        return made

    def of_AugAssign(self, node: ast.AugAssign) -> str | None:
        """A step of a parameter, which PyTorch changes in place."""
        stepped = any(isinstance(part, ast.Attribute) and part.attr == "grad" for part in ast.walk(node.value))
        in_place, (start, end) = self.in_place and stepped, (self.span(node.target)[1], self.span(node)[1])
        if self.is_list(node.target) and (symbol := SYMBOLS.get(type(node.op).__name__)):
            if in_place:
                return self.listed(lambda: f"{self.written(node.target)}.data{self.spliced(node, start, end)}", "for {0}: {1}")
            target = self.written(node.target)  # a list, which Python would lengthen
            return f"{target} = {self.listed(lambda: self.written(node.target) + symbol + self.operand(node.value))}"
        return (
            f"{node.target.id}.data{self.spliced(node, start, end)}" if in_place and isinstance(node.target, ast.Name) else None
        )

    def of_BinOp(self, node: ast.BinOp) -> str | None:
        is_product = isinstance(node.op, ast.MatMult) and self.is_list(node.left) and self.is_list(node.right)
        return self.called("dot", [node.left, node.right]) if is_product else None

    def of_Assign(self, node: ast.Assign) -> str | None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) if name in self.asking:
                before, self.frozen = self.frozen, ""
                made = self.spliced(node, *self.span(node))
                self.frozen = before
                return made
            case ast.Assign(targets=[ast.Attribute(attr="grad") as gradient], value=ast.Constant(value=None)):
                return self.cleared(gradient)
        return None

    def of_Expr(self, line: ast.Expr) -> str | None:
        match line.value:
            case ast.Call(func=ast.Attribute(value=ast.Attribute() as gradient, attr="zero_")) if _is_taken_out(gradient):
                return self.cleared(gradient)
        return None

    def cleared(self, gradient: ast.Attribute) -> str:
        """The line that sets x.grad or x.grad.data to 0."""
        owner = gradient.value if gradient.attr == "grad" else getattr(gradient.value, "value", gradient)
        if self.is_list(owner):
            return self.listed(lambda: f"{self.written(owner)}.grad = 0", "for {0}: {1}")
        return f"{self.written(gradient)} = 0"

    def of_Call(self, call: ast.Call) -> str | None:
        name = self.of_torch(call.func)
        if name:
            return self.of_function(name, call)
        match call.func:
            case ast.Name(id="max" | "min" as chooser) if chooser not in self.own:
                return self.chosen(chooser, call)
            case ast.Name(id="clip" | "clamp" as limit) if limit not in self.own:
                return self.clipped(call.args, call.keywords) if limit == "clamp" or call.keywords else None
            case ast.Name(id=derivative) if derivative in DERIVATIVES - self.own and not call.keywords:
                return self.derivative(derivative, call.args)
            case ast.Attribute(value=owner, attr=method) if ast.unparse(owner) not in self.modules:
                return self.of_method(owner, method, call)
        return None

    def of_function(self, name: str, call: ast.Call) -> str | None:
        if filled := self.filled(call):
            return filled
        if number := self.number(call):
            return self.value(name, number, call)
        if numbers := self.numbers(call):
            return f"[{', '.join(self.value(name, self.written(x), call) for x in numbers)}]"
        match name, call.args:
            case _, [several, *_] if name in OF_LISTS and self.is_list(several):
                return self.called(name, [several])
            case "dot", [x, y]:
                return self.called("dot", [x, y])
            case "is_available", []:
                return "False"
            case "device", [device, *_]:
                return self.written(device)
            case "clamp" | "clip", _:
                return self.clipped(call.args, call.keywords)
            case "max" | "min", [x, y]:
                return self.called(f"{name}imum", [x, y])
            case "manual_seed", [seed]:
                return self.called("random.seed", [seed])
            case "grad", [y, x]:
                xs = self.written(x) if isinstance(x, (ast.List, ast.Tuple)) else f"[{self.written(x)}]"
                return self.called("gradients", [y], call.keywords, xs)
        loss, _, called = FUNCTIONS.get(name, "").partition("()")
        if called and not call.keywords:
            return self.called(f"{loss}()", call.args)
        here = _here(self.path(call.func)) or ""
        if here.startswith("nn.optim.") and call.args and isinstance(call.args[0], ast.List):
            params = [f"{'*' * self.is_list(x)}{self.written(x)}" for x in call.args[0].elts]
            return self.called(here, [], call.keywords, f"[{', '.join(params)}]", *map(self.written, call.args[1:]))
        return self.called(here, call.args, call.keywords) if here else None

    def of_method(self, owner: ast.expr, name: str, call: ast.Call) -> str | None:
        ours = OTHERS.get(name, name)
        match name, call.args:
            case _, _ if name in OF_LISTS and self.is_list(owner):
                return self.called(name, [owner])
            case "clamp" | "clip", _:
                return self.clipped([owner, *call.args], call.keywords)
            case "max" | "min", [other]:
                return self.called(f"{name}imum", [owner, other])
            case "item" | "numpy" | "tolist", [] if _is_taken_out(owner):
                return self.written(owner)
            case "numpy" | "tolist", []:
                return f"{self.operand(owner)}.data"
            case "requires_grad_", [] if found := self.filled(call) or self.number(owner):
                return found if found.startswith("[") else f"Value({found})"
            case "backward", seeds if self.is_list(owner) and (weights := [*seeds, *(each.value for each in call.keywords)]):
                return f"{self.called('dot', [owner, weights[0]])}.backward()"
            case "backward", seeds if seeds or call.keywords:
                return self.called(f"{self.operand(owner)}.backward", [], call.keywords, *map(self.seed, seeds))
            case "sum" | "mean", []:
                return self.operand(owner)
            case "detach", []:
                return f"{self.operand(owner)}.detach()"
        if name in SAME_NUMBER:
            return self.operand(owner)
        if ours in SAME and (self.is_list(owner) or not hasattr(Value, name)):
            return self.called(ours, [owner, *call.args], call.keywords)
        return None

    def seed(self, node: ast.expr) -> str:
        return self.number(node) or self.written(node)

    def operand(self, node: ast.expr) -> str:
        return self.written(node) if isinstance(node, ATOMS) else f"({self.written(node)})"

    def called(self, name: str, args: Sequence[ast.AST], keywords: Sequence[ast.keyword] = (), *more: str) -> str:
        kept = [keyword for keyword in keywords if keyword.arg not in LEFT_OUT]
        return f"{name}({', '.join([*map(self.written, args), *more, *map(self.written, kept)])})"

    def chosen(self, name: str, call: ast.Call) -> str | None:
        """The op in place of Python's max or min of several numbers that are not all written there."""
        parts = call.args
        if call.keywords or len(parts) < 2 or any(isinstance(x, ast.Starred) for x in parts) or all(map(_is_number, parts)):
            return None
        text = self.called(name, parts)
        return recorded(text, ast.parse(text, mode="eval").body)  # type: ignore[arg-type]

    def clipped(self, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> str | None:
        """clip with both its bounds, in order."""
        bounds = {keyword.arg: keyword.value for keyword in keywords} | dict(zip(("min", "max"), args[1:], strict=False))
        found = {name: self.written(x) for name, x in bounds.items() if not (isinstance(x, ast.Constant) and x.value is None)}
        if not args or not {*bounds} <= {"min", "max"}:
            return None
        return self.called("clip", args[:1], (), found.get("min", "-inf"), found.get("max", "inf"))

    def derivative(self, name: str, args: Sequence[ast.expr]) -> str | None:
        """grad(x**3, x): a derivative of a number, where the engine takes that of a function."""
        match args:
            case [ast.Name(), ast.Name()] if name == "grad":
                return self.called("gradients", args, (), "create_graph=True")
            case [ast.Lambda() | ast.Name(), _]:
                return None
            case [y, ast.Name(id=x)]:
                return f"{name}(lambda {x}: {self.written(y)})({x})"
        return None


def refused(text: str) -> tuple[str, int, int, int] | None:
    """What PyTorch says of the first tensor of whole numbers that is to have a gradient; and its line, first column, and the
    one after the last. None if there is no such tensor.

    >>> refused("x = torch.tensor([1, -2], requires_grad=True)")
    ('PyTorch raises here: only tensors of floating point can require gradients; write [1.0, -2.0]', 1, 5, 46)
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        read = _Respeller(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = sorted((call for node in ast.walk(read.tree) for call in read.whole(node)), key=read.span)
    if not found:
        return None
    call, last = found[0], found[0].end_col_offset
    floats = re.sub(r"\d+", r"\g<0>.0", ast.unparse(call.args[0]).replace("True", "1").replace("False", "0"))
    row = text.split("\n")[call.lineno - 1].encode()
    end = row[:last] if call.end_lineno == call.lineno else row
    told = f"PyTorch raises here: only tensors of floating point can require gradients; write {floats}"
    return told, call.lineno, len(row[: call.col_offset].decode()) + 1, len(end.decode()) + 1


def place(text: str, ours: str, line: int, column: int) -> tuple[int, int, int]:
    """Where the statement is of which `respelled` made the one at a place: line, first column, and the one after the last.

    >>> text = "import torch\\nx = torch.tensor(2.0); y = torch.exp(x)"
    >>> place(text, respelled(text), 1, 17)
    (2, 24, 40)
    """
    both = zip(_statements(text), _statements(ours), strict=False)
    before = [(at.lineno, at.col_offset, node) for node, at in both if (at.lineno, at.col_offset) < (line, column)]
    if not before:
        return line, column, column + 1
    node = max(before, key=lambda each: each[:2])[2]
    row = re.split(r"\r\n?|\n", text)[node.lineno - 1].encode()
    last = node.end_col_offset if node.end_lineno == node.lineno else len(row)
    return node.lineno, len(row[: node.col_offset].decode()) + 1, len(row[:last].decode()) + 1


def _statements(text: str) -> list[ast.stmt]:
    try:
        nodes = [*ast.walk(ast.parse(text))]
    except SyntaxError:
        return []
    return [node for node in nodes if isinstance(node, ast.stmt) and not _is_dropped(node)]


def _here(path: str) -> str | None:
    """What a full name of PyTorch is here, if it has a name here.

    >>> _here("torch.nn.functional.relu"), _here("torch.optim.SGD"), _here("torch.compile")
    ('relu', 'nn.optim.SGD', None)
    """
    root, _, rest = path.partition(".")
    inside = rest.removeprefix("nn.")
    if inside != rest or rest.startswith("optim."):
        found: Any = nn
        for part in inside.split("."):
            found = getattr(found, part, None)
        if found is not None:
            return f"nn.{inside}"
    last = path.rpartition(".")[2]
    here = OTHERS.get(last, last)
    return here if root and (here in SAME or last in OTHERS) else None


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes inside that stand at a place of their own."""
    for child in ast.iter_child_nodes(node):
        if hasattr(child, "lineno"):
            yield child
        else:
            yield from _parts(child)


def _names(targets: Sequence[ast.expr]) -> set[str]:
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _is_torch(module: str | None) -> bool:
    return (module or "").partition(".")[0] == "torch"


def _imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that a line imports from PyTorch, and what they are there."""
    match node:
        case ast.Import(names=names):
            for alias in names:
                if _is_torch(alias.name):
                    yield (alias.asname, alias.name) if alias.asname else ("torch", "torch")
        case ast.ImportFrom(module=module, names=names) if _is_torch(module):
            yield from ((alias.asname or alias.name, f"{module}.{alias.name}") for alias in names)


def _is_dropped(node: ast.AST) -> bool:
    """Whether it is a line that is not needed here."""
    match node:
        case ast.Import(names=names):
            return all(_is_torch(alias.name) for alias in names)
        case ast.ImportFrom(module=module):
            return _is_torch(module)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="retain_grad" | "set_default_device" | "set_default_dtype"))):
            return True
    return False


def _asking(node: ast.AST) -> Iterator[str]:
    """The name of which a line says later on that its gradient is computed."""
    match node:
        case (
            ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="requires_grad")])
            | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="requires_grad_"))
        ):
            yield name


def _is_taken_out(node: ast.AST) -> bool:
    """Whether it is a plain number here, and a tensor in PyTorch."""
    node = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(node, ast.Attribute) and node.attr in ("data", "grad")


def _is_whole(node: ast.AST) -> bool:
    """Whether it is a whole number, or nothing but such."""
    match node:
        case ast.Constant(value=int()):
            return True
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=x):
            return _is_whole(x)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return bool(parts) and all(map(_is_whole, parts))
    return False


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant)
