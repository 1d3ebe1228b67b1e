"""Reads a PyTorch program: which names are PyTorch's, and which hold several numbers, rows of them, or networks."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from itertools import accumulate, product
from typing import Any, NamedTuple, TypeVar

import autograd
import nn
from autograd.op import TABLE
from playground.lists import SYMBOLS, free_letters
from playground.syntax import COMPREHENSIONS, UNREADABLE, imported_in, names_in, rows

MODULES = {"torch": "torch", "F": "torch.nn.functional", "nn": "torch.nn", "optim": "torch.optim"}  # the usual imports
COMPOSED = {
    *("clip", "elu", "enable_grad", "gelu", "hardtanh", "leaky_relu", "logsigmoid", "no_grad", "reciprocal", "silu", "square"),
}
SAME = {name for name, op in TABLE.items() if op.arity and name in autograd.__all__} - {"step"} | COMPOSED
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
    "inference_mode": "no_grad",
    "multiply": "mul",
    "nan": "nan",
    "negative": "neg",
    "pi": "pi",
    "remainder": "mod",
    "subtract": "sub",
}
TENSORS = {"tensor", "as_tensor", "scalar_tensor", "Tensor", "FloatTensor", "DoubleTensor", "Parameter", "Variable"}
FILLED = {"zeros": "0.0", "ones": "1.0", "rand": "random.random()", "randn": "random.gauss(0, 1)", "full": ""}
SHAPES = {"()", "1", "(1,)", "[]", "[1]"}  # of a single number
OF_LISTS = {"sum", "mean", "prod", "norm", "softmax", "log_softmax", "logsumexp"}  # take a tensor there and a list here
ORDERS = ("p", "ord")  # names of norm's order
DIMENSION = ("dim", "axis")
DIFFERENTIATED = ("outputs", "inputs", "grad_outputs")  # parameters of torch.autograd.grad
IN_PLACE = {"add_": "+", "sub_": "-", "mul_": "*", "div_": "/", "fill_": "", "zero_": ""}
JOINED = ("cat", "concat", "stack")
OF_COLUMNS = {"sum", "mean", "prod", "norm", "logsumexp", "var", "std"}
OF_ROWS = {"sum", "mean", "prod", "norm", "max", "min"}  # take all numbers of all rows
EUCLIDEAN = {"2", "2.0", "'fro'", "None"}  # orders of a length
KEPT = {"keepdim=True", "keepdims=True"}
SHARES = ("softmax", "log_softmax")  # those that return a list
WITHIN = {"1", "-1"}  # dimensions within a sample
SAME_NUMBER = {
    *("view", "reshape", "squeeze", "unsqueeze", "flatten", "ravel"),
    *("contiguous", "cpu", "cuda", "to", "type", "double", "float"),
}
# Functions that compute elementwise.
EACH = {name for name in SAME if name in COMPOSED or TABLE[name].arity == 1} - {"enable_grad", "no_grad"}
EACH |= {name for name, ours in OTHERS.items() if ours in EACH}
EACH |= {"clamp", "clone", "detach", "int", "long", "numpy", "pow", "tolist"}
COUNTED = re.compile(r"len\(|\w+\.(shape\[|size\()")  # begins a text that counts numbers
KEEP_PLAIN = {*EACH, *OF_LISTS, "max", "min", "var", "std"}  # of plain numbers, they make plain numbers
OF_TWO = {name for name in SAME - {"equal"} - COMPOSED if TABLE[name].arity != 1}
OF_TWO |= {name for name, ours in OTHERS.items() if ours in OF_TWO}
CLASSES = re.compile("cross_entropy|nll_loss|CrossEntropyLoss|NLLLoss")  # in a text where integer tensors may be classes
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, *COMPREHENSIONS)
NO_FORMULAS = (ast.Subscript, ast.List, ast.Tuple, ast.IfExp, ast.MatMult, *INNER)
Name = tuple[ast.AST | None, str]  # preceded by the function or comprehension that owns it
Answer = TypeVar("Answer")
Question = Callable[[Any, ast.AST], Answer]


class Filled(NamedTuple):
    """A tensor made from sizes or like another: the function without _like, the sizes, the number that torch.full is given,
    and whether it requires gradients."""

    name: str
    sizes: Sequence[ast.expr]
    number: ast.expr | None
    is_like: bool
    is_asked: bool


class TorchNetwork(NamedTuple):
    """Whether a network takes and returns one number per sample, and whether in lists, as linear layers do."""

    one_in: bool
    one_out: bool
    of_lists: bool


def remembered(question: Question[Answer]) -> Question[Answer]:
    """Cache a question's answer for each node: nodes are asked many times, as parts of others."""

    @wraps(question)
    def asked(reading: TorchReading, node: ast.AST) -> Any:
        key = question, id(node)
        if key not in reading.answers:
            reading.answers[key] = None  # until it is known: functions and names may be recursive
            reading.answers[key] = question(reading, node)
        return reading.answers[key]

    return asked


class TorchReading:
    """A PyTorch program, read as a whole."""

    def __init__(self, text: str) -> None:
        self.scopes: dict[int, tuple[ast.AST, ...]] = {}
        self.own_names: set[Name] = set()
        self.held: dict[str, ast.expr] = {}  # what objects of the program's classes hold, by attribute: self.w, model.w
        self.read(text)
        nodes = self.nodes
        given = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        self.own = given | imported_in(self.tree)
        self.paths = {name: path for name, path in MODULES.items() if name not in given}  # PyTorch's full name for each name
        for node in nodes:
            self.paths |= dict(_imports(node))
        self.modules = {*self.paths, *self.own, "random", "math", "builtins", "autograd"} - given
        defined = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        self.taken = given | defined | {node.arg for node in nodes if isinstance(node, ast.arg)}
        self.learns_any = asked = any(self.asks(node) for node in nodes)
        self.asking = {name for node in nodes for name in _asking(node)}
        self.frozen = ", requires_grad=False" if asked else ""  # for tensors without a gradient in PyTorch
        self.given = [each for node in nodes for each in _givings(node)]
        values = Counter(self.name(target) for target, _, _ in self.given)
        self.only = {self.name(x): value for x, value, is_part in self.given if values[self.name(x)] == 1 and not is_part}
        self.lists, self.matrices, self.plain = set[Name](), set[Name](), set[Name]()
        self.summed = set[Name]()  # names to which the program adds, or in which it writes, what is not plain
        self.makers: dict[str, str] = {}  # PyTorch's name of what is called for each name or attribute
        self.are_known = False  # which names are lists, so that others are numbers
        self.networks: dict[str, TorchNetwork] = {}
        self.find_functions(values)
        self.find_objects()
        self.passed = dict(self.parameters())
        self.only |= {name: x[0] for name, x in self.passed.items() if len(x) == 1 and not values[name]}  # names of one value
        self.asking |= {
            name for x, value, is_part in self.given if is_part and x.id in self.asking for name in self.listing(value)
        }
        asked_names = {target.id for target, value, _ in self.given if any(map(self.asks, ast.walk(value)))} | self.asking
        lists = [*(x for _, x, _ in self.given), *(x for arguments in self.passed.values() for x in arguments)]
        self.leaves = [x for x in lists if self.is_of_leaves(x, asked_names)]
        self.over_parameters = {
            target.id
            for target, x, is_part in self.given
            if ast.unparse(x).endswith(".parameters()") or (is_part and self.meant(x) in self.leaves)
        }
        self.learned = asked_names | self.over_parameters  # names of leaves that PyTorch changes in place
        self.given += [each for node in nodes for each in self.batches(node)]
        self.networks = self.find_networks()
        self.answers.clear()
        self.has_classes = bool((asked or self.networks) and CLASSES.search(text)) or self.has_places()
        self.lists |= {own for node in nodes if isinstance(node, ast.ClassDef) for own in self.samples(node)}
        passed = {name: ast.unparse(value) for (_, name), value in self.only.items()}
        self.networks = {name: self.networks[x] for name, x in passed.items() if x in self.networks} | self.networks
        self.find_kinds()

    def listing(self, node: ast.expr) -> set[str]:
        """The names in a list, written out here or assigned to this name."""
        parts = getattr(self.meant(node), "elts", [])
        return {x.id for x in parts if isinstance(x, ast.Name)}

    def is_of_leaves(self, node: ast.AST, leaves: Collection[str]) -> bool:
        """True for a list of tensors that learn, if the program only loops over it or gives it to an optimizer."""
        if not isinstance(node, ast.List) or not node.elts:
            return False
        names = {x.id for x, value, is_part in self.given if value is node and not is_part}
        names |= {own[1] for own, values in self.passed.items() for x in values if x is node or getattr(x, "id", "") in names}
        through = [taken for x in self.nodes for taken in self.taken_whole(x)]
        through += [x for values in self.passed.values() for x in values]
        loads = [x for x in self.nodes if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load) and x.id in names]
        return all(isinstance(x, ast.Name) and x.id in leaves for x in node.elts) and all(x in through for x in loads)

    def taken_whole(self, node: ast.AST) -> Iterator[ast.expr]:
        """The iterable of a loop, or the parameters given to an optimizer."""
        match node:
            case ast.For(iter=x) | ast.comprehension(iter=x):
                yield x
            case ast.Call(func=function, args=[x, *_]) if self.path(function).startswith(("torch.optim.", "torch.nn.utils.")):
                yield x

    def read(self, text: str, around: tuple[ast.AST, ...] = ()) -> None:
        """Parse the text of a program, or of a part inside these functions and comprehensions."""
        lines = rows(text)
        text = "\n".join(lines)
        self.source = text.encode()
        self.starts = list(accumulate((len(line.encode()) + 1 for line in lines), initial=0))
        self.tree = ast.parse(text)
        self.nodes = list(ast.walk(self.tree))
        self.free = free_letters(text)
        self.answers: dict[Any, Any] = {}  # see `remembered`
        self.scopes |= _scopes(self.tree, around)
        inmost = [(scope, node) for node in self.nodes for scope in self.scopes[id(node)][:1]]
        self.own_names |= {(scope, _given(node)) for scope, node in inmost}
        outer = [(scope, node) for scope, node in inmost if isinstance(node, (ast.Global, ast.Nonlocal))]
        self.own_names -= {(scope, name) for scope, node in outer for name in node.names}

    def parameters(self) -> list[tuple[Name, list[ast.expr]]]:
        """The parameters of functions that are only called, each with all its arguments."""
        calls: dict[int, list[ast.Call]] = {id(function): [] for function in self.functions.values()}
        uses = Counter[int]()
        owners = {id(node.value) for node in self.nodes if isinstance(node, ast.Attribute)}
        for node in self.nodes:
            match node:
                case ast.Call(func=ast.Name() | ast.Attribute(value=ast.Name())) if called := self.called_function(node):
                    calls[id(called)].append(node)
                    uses[id(called)] += isinstance(node.func, ast.Attribute)
                case ast.Name(id=name, ctx=ast.Load()) if name in self.functions and id(node) not in owners:
                    uses[id(self.functions[name])] += 1
        return [
            parameter
            for function in {id(function): function for function in self.functions.values()}.values()
            for parameter in _arguments(function, calls[id(function)])
            if uses[id(function)] == len(parameter[1])
        ]

    def called_function(self, node: ast.AST) -> Any:
        """The function of the program that a call runs, or None."""
        return self.functions.get(ast.unparse(node.func)) if isinstance(node, ast.Call) else None

    def find_functions(self, values: Mapping[Name, int]) -> None:
        """Find the functions of the program, and the formulas of those of one number."""
        lambdas = [(x.id, value) for x, value, _ in self.given if isinstance(value, ast.Lambda)]
        self.functions: dict[str, Any] = {line.name: line for line in self.tree.body if isinstance(line, ast.FunctionDef)}
        self.functions |= {name: value for name, value in lambdas if values[(None, name)] == 1}
        formulas = [(name, self.formula(function)) for name, function in [*self.functions.items(), *lambdas]]
        self.of_numbers = {name: formula for name, formula in formulas if formula}

    def find_objects(self) -> None:
        """Find what objects of the program's classes hold, and what calling those runs that hold tensors and no linear layers."""
        classes = {node.name: node for node in self.nodes if isinstance(node, ast.ClassDef)}
        held: dict[str, dict[str, ast.expr]] = {name: {} for name in classes}
        given = Counter[str]()
        for name, node in [(name, node) for name, made in classes.items() for node in ast.walk(made)]:
            match node:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=value):
                    held[name][attribute] = value
                    given[attribute] += 1
        for target, call in self.made_by_calls():
            if made := classes.get(name := ast.unparse(call.func)):
                known = {at: x for at, x in held[name].items() if given[at] == 1}
                self.held |= {f"{owner}.{at}": x for owner in ("self", ast.unparse(target)) for at, x in known.items()}
                has_layers = any(self.path(part) == "torch.nn.Linear" for part in ast.walk(made))
                if not has_layers and any(self.numbers(x) or self.rows(x) or self.filled(x) for x in known.values()):
                    methods = {line.name: line for line in made.body if isinstance(line, ast.FunctionDef)}
                    self.functions |= {ast.unparse(target): methods[at] for at in ("forward", "__call__") if at in methods}

    def made_by_calls(self) -> list[tuple[ast.expr, ast.Call]]:
        """The names and attributes that are assigned what a call makes."""
        lines = [(node.targets[0], node.value) for node in self.nodes if isinstance(node, ast.Assign)]
        tuples = [(x.elts, y.elts) for x, y in lines if isinstance(x, ast.Tuple) and isinstance(y, ast.Tuple)]
        assigned = [*lines, *(pair for targets, values in tuples for pair in zip(targets, values, strict=False))]
        return [(target, value) for target, value in assigned if isinstance(value, ast.Call)]

    def find_kinds(self) -> None:
        """Classify each name as a list, as rows, or as plain, by the values that lines or all calls give it."""
        kinds = (
            (self.is_matrix, self.matrices, None),
            (self.is_list, self.lists, self.is_matrix),
            (self.is_plain, self.plain, self.is_plain),
        )
        for self.are_known, (kind, names, of_parts) in product((False, True), kinds):
            self.spread(kind, names, of_parts)
        sums: list[tuple[ast.Name, ast.expr]] = [
            (x, value) for x, value, _ in self.given if isinstance(value, ast.BinOp) and x.id in names_in(value)
        ]
        sums += [(x.target, x.value) for x in self.nodes if isinstance(x, ast.AugAssign) and isinstance(x.target, ast.Name)]
        for node in self.nodes:
            match node:
                case ast.Assign(targets=[ast.Subscript(value=ast.Name() as x)], value=value):
                    sums.append((x, value))
        sums = [(x, value) for x, value in sums if self.name(x) in self.plain]
        while added := {self.name(x) for x, value in sums if not (self.is_builtin(value) or self.is_plain(value))} - self.summed:
            self.summed |= added
            self.plain.clear()
            self.spread(*kinds[-1])

    def spread(self, kind: Callable[[ast.AST], bool], names: set[Name], of_parts: Callable[[ast.AST], bool] | None) -> None:
        """Add the names of this kind, until no name makes another one."""
        self.answers.clear()
        while True:
            found = {self.name(x) for x, value, is_part in self.given if not is_part and kind(value)}
            found |= {self.name(x) for x, value, is_part in self.given if is_part and of_parts and of_parts(value)}
            found |= {name for name, values in self.passed.items() if values and all(map(kind, values))}
            if found <= names:
                break
            names |= found
            self.answers.clear()

    def span(self, node: Any) -> tuple[int, int]:
        first = (getattr(node, "decorator_list", None) or [node])[0]
        return self.starts[first.lineno - 1] + first.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    # -- what names mean -----------------------------------------------------------------------------

    def name(self, node: ast.Name) -> Name:
        """A name, with its function if it is local to one."""
        return next((own for scope in self.scopes[id(node)] if (own := (scope, node.id)) in self.own_names), (None, node.id))

    def path(self, node: ast.AST) -> str:
        """The full PyTorch name of a name or an attribute; "" if it isn't PyTorch's."""
        match node:
            case ast.Name(id=name):
                return self.paths.get(name, "")
            case ast.Attribute(value=owner, attr=name):
                before = self.path(owner)
                return before and f"{before}.{name}"
        return ""

    def of_torch(self, node: ast.AST) -> str:
        """The last part of a PyTorch name; "" if it is the same here, as for nn.MSELoss."""
        path = self.path(node)
        return path.rpartition(".")[2] if path and here(path) != ast.unparse(node) else ""

    def ours(self, name: str) -> str:
        """The engine's name for one of its functions, even if the program calls something else by that name."""
        return f"autograd.{name}" if name in self.taken and name in autograd.__all__ else name

    def here(self, node: ast.AST) -> str | None:
        """The engine's name for a PyTorch name or attribute, or None."""
        found = here(self.path(node))
        return found and self.ours(found)

    def asks(self, node: ast.AST) -> bool:
        """True if the node makes a tensor require a gradient."""
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

    def unasked(self) -> Iterator[ast.AST]:
        """Where requires_grad is read of something else than a leaf, or a result from which all gradients flow."""
        are_cut = re.search(rb"detach|no_grad|inference_mode|set_grad_enabled", self.source)
        for node in self.nodes:
            match node:
                case ast.Attribute(value=x, attr="requires_grad", ctx=ast.Load()):
                    value = self.meant(x)
                    is_made = isinstance(value, ast.Call) and self.of_torch(value.func) in {*TENSORS, *FILLED} and self.frozen
                    flows = names_in(value) & self.learned and not are_cut
                    if ast.unparse(x) not in self.learned and not is_made and not flows:
                        yield node

    def unlearned(self) -> Iterator[ast.AST]:
        """Calls of backward() where nothing requires a gradient."""
        if not self.learns_any and not self.networks and {self.of_torch(node) for node in self.nodes} & {*TENSORS, *FILLED}:
            yield from (x for x in self.nodes if isinstance(x, ast.Call) and getattr(x.func, "attr", "") == "backward")

    def whole_numbers(self) -> Iterator[ast.Call]:
        """The integer tensors that the program makes require a gradient."""
        return (call for node in self.nodes for call in self.whole(node))

    def whole(self, node: ast.AST) -> Iterator[ast.Call]:
        """The integer tensor that the node makes require a gradient."""
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

    # -- several numbers -----------------------------------------------------------------------------

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

    def rows(self, node: ast.AST) -> ast.List | None:
        """The rows of a tensor of several rows, if they are written out."""
        match node:
            case ast.Call(func=function, args=[ast.List(elts=[ast.List(), *_]) as rows, *_]) if (
                self.of_torch(function) in TENSORS
            ):
                is_asked = any(map(self.asks, node.keywords))
                return None if self.numbers(node) or (is_asked and _is_one(rows)) else rows
            case ast.Call() if inner := self.made_leaf(node):
                return found if (found := self.rows(inner)) and not _is_one(found) else None
        return None

    def made_leaf(self, node: ast.Call) -> ast.Call | None:
        """The call whose tensor the node makes a leaf that learns."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr="requires_grad_"), args=[]):
                return inner
            case ast.Call(func=function, args=[ast.Call() as inner]) if self.of_torch(function) == "Parameter":
                return inner
        return None

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

    def formula(self, function: Any) -> ast.expr | None:
        """The formula of a one-argument function that PyTorch would apply elementwise; None if it isn't a formula."""
        match function.body:
            case (ast.expr() as formula) | [ast.Return(value=ast.expr() as formula)] if len(function.args.args) == 1:
                parts = list(ast.walk(formula))
                called = [node.func for node in parts if isinstance(node, ast.Call)]
                if not any(isinstance(node, NO_FORMULAS) for node in parts) and all(self.of_torch(x) in EACH for x in called):
                    return formula
        return None

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

    def found(self, node: ast.AST) -> list[ast.AST]:
        """What an attribute of an object holds, or what a function that is called returns, if the program says it."""
        if isinstance(node, ast.Attribute):
            return [*filter(None, [self.held.get(ast.unparse(node))])]
        function = self.called_function(node)
        return self.returned(function) if function else []

    def returned(self, function: Any) -> list[ast.AST]:
        """What a function of the program returns."""
        lines = [line for line in ast.walk(function) if isinstance(line, ast.Return)]
        return [function.body] if isinstance(function, ast.Lambda) else [line.value or line for line in lines] or [function]

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

    def is_several(self, node: ast.AST) -> bool:
        """True for several numbers, in rows or not."""
        return self.is_list(node) or self.is_matrix(node)

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

    # -- rows and networks ---------------------------------------------------------------------------

    def find_networks(self) -> dict[str, TorchNetwork]:
        """The networks of linear layers by name, made in one line or by a class of the program."""
        classes = {
            node.name: node
            for node in self.nodes
            if isinstance(node, ast.ClassDef) and "torch.nn.Module" in map(self.path, node.bases)
        }
        found = {}
        for target, call in self.made_by_calls():
            made: ast.AST = classes.get(ast.unparse(call.func), call)
            self.makers[ast.unparse(target)] = self.path(call.func)
            is_known = made is not call or self.path(call.func) in ("torch.nn.Linear", "torch.nn.Sequential")
            if not is_known or ast.unparse(target) in self.functions:
                continue
            inner = sorted([x for x in ast.walk(made) if isinstance(x, ast.Call)], key=self.span)
            layers = [layer for layer in inner if self.path(layer.func) == "torch.nn.Linear"]
            sizes = [self.size(x, _passed(made, call)) for layer in layers for x in sizes_of(layer)]
            learns_several = any(self.asks(each) and (self.numbers(each) or self.filled(each)) for each in inner)
            one_in, one_out = (sizes[0] == "1", sizes[-1] == "1") if sizes else (not learns_several, True)
            if sizes or isinstance(made, ast.ClassDef):
                found[ast.unparse(target)] = TorchNetwork(one_in, one_out, bool(sizes))
        return found

    def is_layer(self, node: ast.AST) -> bool:
        """True for an element of a ModuleList."""
        match node:
            case ast.Subscript(value=layers):
                return self.is_layer_list(layers)
            case ast.Name():
                through = [value for x, value, is_part in self.given if is_part and self.name(x) == self.name(node)]
                return any(map(self.is_layer_list, through))
        return False

    def is_layer_list(self, node: ast.AST) -> bool:
        """True for a ModuleList, or a part of one."""
        layers = node.value if isinstance(node, ast.Subscript) else node
        return self.makers.get(ast.unparse(layers)) == "torch.nn.ModuleList"

    def is_mask(self, node: ast.AST) -> bool:
        """True for several answers, such as x > 0."""
        return self.is_several(node) and isinstance(self.meant(node), ast.Compare)

    def has_places(self) -> bool:
        """True if whole numbers in a tensor are used as an index."""
        indices = [node.slice for node in self.nodes if isinstance(node, ast.Subscript)]
        used = {x.id for x in indices for x in getattr(x, "elts", [x]) if isinstance(x, ast.Name)}
        return any(self.is_whole_tensor(value) for target, value, _ in self.given if target.id in used)

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

    def is_whole_tensor(self, node: ast.AST) -> bool:
        """True for a tensor made from whole numbers."""
        match node:
            case ast.Call(func=function, args=[numbers, *_]) if self.of_torch(function) in ("tensor", "as_tensor"):
                return _is_whole(numbers)
        return False

    def size(self, node: ast.expr, passed: Mapping[str, ast.expr]) -> str:
        """The size of a layer as text: the number if it is named, or `passed` to the class of the network."""
        return ast.unparse(self.meant(passed.get(getattr(node, "id", ""), node)))

    def meant(self, node: ast.AST) -> ast.AST:
        """The value of a name that has only one; any other node itself."""
        for _ in self.only:  # names may be given each other
            node = self.only.get(self.name(node), node) if isinstance(node, ast.Name) else node
        return self.held.get(ast.unparse(node), node) if isinstance(node, ast.Attribute) else node

    def loaded(self, node: ast.AST | None) -> list[ast.expr]:
        """The tensors of a TensorDataset, or of the DataLoader around one; [] for anything else."""
        match node and self.meant(node):
            case ast.Call(func=function, args=args, keywords=named):
                match self.path(function).removeprefix("torch.utils.data."):
                    case "TensorDataset":
                        return args
                    case "DataLoader":
                        return self.loaded({each.arg: each.value for each in named}.get("dataset", args[0] if args else None))
        return []

    def batches(self, node: ast.AST) -> Iterator[tuple[ast.Name, ast.expr, bool]]:
        """The names that a loop over a DataLoader gives its batches, with the tensors these are parts of."""
        match node:
            case ast.For(target=ast.Tuple(elts=[_, target]), iter=ast.Call(func=ast.Name(id="enumerate"), args=[loader, *_])):
                pass
            case ast.For(target=target, iter=loader):
                pass
            case _:
                return
        if isinstance(target, ast.Tuple):
            pairs = zip(target.elts, self.loaded(loader), strict=False)
            yield from ((name, tensor, False) for name, tensor in pairs if isinstance(name, ast.Name))

    def samples(self, made: ast.ClassDef) -> Iterator[Name]:
        """The parameters of `forward` in a network of linear layers: each is a sample, a list."""
        has_layers = any(isinstance(node, ast.Attribute) and self.path(node) == "torch.nn.Linear" for node in ast.walk(made))
        for line in made.body:
            if isinstance(line, ast.FunctionDef) and line.name == "forward" and len(line.args.args) == 2 and has_layers:
                yield line, line.args.args[1].arg

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

    def is_batch(self, node: ast.AST, network: TorchNetwork) -> bool:
        """True if it is several samples for the network."""
        return self.is_matrix(node) or (network.one_in and self.is_list(node))


Reader = TypeVar("Reader", bound=TorchReading)


def first_found(
    text: str, read: Callable[[str], Reader], *kinds: tuple[Callable[[Reader], Iterable[Any]], str]
) -> tuple[Any, str] | None:
    """The first node in a program of the first kind that it has, and what is said of that kind. None if it has none, or the text
    isn't Python. A kind is a function that finds its nodes."""
    try:
        reading = read(text)
        for find, told in kinds:
            if node := min(find(reading), key=reading.span, default=None):
                return node, told
    except UNREADABLE:
        pass
    return None


def sizes_of(layer: ast.Call) -> list[ast.expr]:
    """The input and output sizes of a linear layer."""
    named = {keyword.arg: keyword.value for keyword in layer.keywords if keyword.arg in ("in_features", "out_features")}
    return [*layer.args[:2], *(named[name] for name in sorted(named, key=str))]


def here(path: str) -> str | None:
    """The engine's name for a full PyTorch name, or None.

    >>> here("torch.nn.functional.relu"), here("torch.optim.SGD"), here("torch.compile")
    ('relu', 'nn.optim.SGD', None)
    """
    root, _, rest = path.partition(".")
    inside = rest.removeprefix("nn.").replace("optim.lr_scheduler", "lr_scheduler")
    if inside != rest or rest.startswith("optim."):
        found: Any = nn
        for part in inside.split("."):
            found = getattr(found, part, None)
        if found is not None:
            return f"nn.{inside}"
    last = path.rpartition(".")[2]
    ours = OTHERS.get(last, last)
    return ours if root and (ours in SAME or last in OTHERS) else None


def is_torch(module: str | None) -> bool:
    """True for PyTorch or one of its modules."""
    return (module or "").partition(".")[0] == "torch"


def _names(targets: Sequence[ast.expr]) -> list[ast.Name]:
    """The names that are assigned a whole value, or its only element."""
    parts = [target.elts[0] if isinstance(target, ast.Tuple) and len(target.elts) == 1 else target for target in targets]
    return [part for part in parts if isinstance(part, ast.Name)]


def _givings(node: ast.AST) -> Iterator[tuple[ast.Name, ast.expr, bool]]:
    """The names bound by the node; their values; and whether a name takes each element in turn."""
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(values):
            pairs, is_part = list(zip(targets, values, strict=True)), False
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value):
            pairs, is_part = [(target, ast.Subscript(value, ast.Constant(i))) for i, target in enumerate(targets)], False
        case ast.Assign(targets=targets, value=value):
            pairs, is_part = [(target, value) for target in _names(targets)], False
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            pairs, is_part = [(target, value)], False
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            match target, value:
                case ast.Tuple(elts=targets), ast.Call(func=ast.Name(id="zip"), args=values):
                    pairs, is_part = list(zip(targets, values, strict=False)), True
                case ast.Tuple(elts=[_, each]), ast.Call(func=ast.Name(id="enumerate"), args=[several, *_]):
                    pairs, is_part = [(each, several)], True
                case _:
                    pairs, is_part = [(target, value)], True
        case _:
            return
    yield from ((target, value, is_part) for target, value in pairs if isinstance(target, ast.Name))


def _passed(made: ast.AST, call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of the call that makes a network, by the names of the parameters in its class."""
    found: dict[str, ast.expr] = {}
    for line in getattr(made, "body", []):
        if isinstance(line, ast.FunctionDef) and line.name == "__init__":
            names = [each.arg for each in line.args.args]
            defaults = line.args.defaults
            found |= dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
            found |= dict(zip(names[1:], call.args, strict=False))
    return found | {each.arg: each.value for each in call.keywords if each.arg}


def _arguments(function: ast.FunctionDef, calls: Sequence[ast.Call]) -> Iterator[tuple[Name, list[ast.expr]]]:
    """The parameters of a function, each with the arguments that calls pass for it explicitly."""
    for place, parameter in enumerate([each for each in function.args.args if each.arg != "self"]):
        yield (
            (function, parameter.arg),
            [
                value
                for call in calls
                if not any(isinstance(x, ast.Starred) for x in call.args)
                for value in [*call.args[place : place + 1], *(each.value for each in call.keywords if each.arg == parameter.arg)]
            ],
        )


def _scopes(tree: ast.AST, around: tuple[ast.AST, ...]) -> dict[int, tuple[ast.AST, ...]]:
    """The functions and comprehensions around each node, by its id, innermost first; `around` are those around the tree."""
    found = {id(tree): around}
    for node in ast.walk(tree):
        outside = found[id(node)]
        inside = (node, *outside) if isinstance(node, INNER) else outside
        found |= {id(child): inside for child in ast.iter_child_nodes(node)}
    return found


def _given(node: ast.AST) -> str:
    """The name bound by the node, as a parameter or by assignment; "" if none."""
    match node:
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
            return name
    return ""


def _imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that a line imports from PyTorch, and their full names."""
    match node:
        case ast.Import(names=names):
            for alias in names:
                if is_torch(alias.name):
                    yield (alias.asname, alias.name) if alias.asname else ("torch", "torch")
        case ast.ImportFrom(module=module, names=names) if is_torch(module):
            yield from ((alias.asname or alias.name, f"{module}.{alias.name}") for alias in names)


def _asking(node: ast.AST) -> Iterator[str]:
    """The name that a later line makes require a gradient."""
    match node:
        case (
            ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="requires_grad")])
            | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="requires_grad_"))
        ):
            yield name


def _is_one(rows: ast.List) -> bool:
    """True for [[x]], a single number in rows."""
    return len(rows.elts) == 1 and len(getattr(rows.elts[0], "elts", [])) == 1


def _is_whole(node: ast.AST) -> bool:
    """True for an integer literal, or a list of nothing else."""
    match node:
        case ast.Constant(value=int()):
            return True
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=x):
            return _is_whole(x)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return bool(parts) and all(map(_is_whole, parts))
    return False
