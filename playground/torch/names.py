"""The names of a PyTorch program: which are PyTorch's, whose each is, and what it stands for."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

import autograd
from playground.lists import free_letters
from playground.syntax import imported_in, rows
from playground.torch.trees import INNER, Name, arguments_of, bound_name, givings, made_to_ask, scopes_of, torch_imports
from playground.torch.vocabulary import EACH, MODULES, here

Answer = TypeVar("Answer")
Question = Callable[[Any, ast.AST], Answer]
NO_FORMULAS = (ast.Subscript, ast.List, ast.Tuple, ast.IfExp, ast.MatMult, *INNER)


class TorchNetwork(NamedTuple):
    """Whether a network takes and returns one number per sample, and whether in lists, as linear layers do."""

    one_in: bool
    one_out: bool
    of_lists: bool


def remembered(question: Question[Answer]) -> Question[Answer]:
    """Cache a question's answer for each node: nodes are asked many times, as parts of others."""

    @wraps(question)
    def asked(reading: TorchNames, node: ast.AST) -> Any:
        key = question, id(node)
        if key not in reading.answers:
            reading.answers[key] = None  # until it is known: functions and names may be recursive
            reading.answers[key] = question(reading, node)
        return reading.answers[key]

    return asked


class TorchNames:
    """A PyTorch program by its names."""

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
            self.paths |= dict(torch_imports(node))
        self.modules = {*self.paths, *self.own, "random", "math", "builtins", "autograd"} - given
        defined = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        self.taken = given | defined | {node.arg for node in nodes if isinstance(node, ast.arg)}
        self.learns_any = asked = any(self.asks(node) for node in nodes)
        self.asking = {name for node in nodes for name in made_to_ask(node)}
        self.frozen = ", requires_grad=False" if asked else ""  # for tensors without a gradient in PyTorch
        self.given = [each for node in nodes for each in givings(node)]
        values = Counter(self.name(target) for target, _, _ in self.given)
        self.only = {self.name(x): value for x, value, is_part in self.given if values[self.name(x)] == 1 and not is_part}
        self.makers: dict[str, str] = {}  # PyTorch's name of what is called for each name or attribute
        self.networks: dict[str, TorchNetwork] = {}
        self.find_functions(values)

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
        self.scopes |= scopes_of(self.tree, around)
        inmost = [(scope, node) for node in self.nodes for scope in self.scopes[id(node)][:1]]
        self.own_names |= {(scope, bound_name(node)) for scope, node in inmost}
        outer = [(scope, node) for scope, node in inmost if isinstance(node, (ast.Global, ast.Nonlocal))]
        self.own_names -= {(scope, name) for scope, node in outer for name in node.names}

    def span(self, node: Any) -> tuple[int, int]:
        first = (getattr(node, "decorator_list", None) or [node])[0]
        return self.starts[first.lineno - 1] + first.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

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

    def meant(self, node: ast.AST) -> ast.AST:
        """The value of a name that has only one; any other node itself."""
        for _ in self.only:  # names may be given each other
            node = self.only.get(self.name(node), node) if isinstance(node, ast.Name) else node
        return self.held.get(ast.unparse(node), node) if isinstance(node, ast.Attribute) else node

    def listing(self, node: ast.expr) -> set[str]:
        """The names in a list, written out here or assigned to this name."""
        parts = getattr(self.meant(node), "elts", [])
        return {x.id for x in parts if isinstance(x, ast.Name)}

    def find_functions(self, values: Mapping[Name, int]) -> None:
        """Find the functions of the program, and the formulas of those of one number."""
        lambdas = [(x.id, value) for x, value, _ in self.given if isinstance(value, ast.Lambda)]
        self.functions: dict[str, Any] = {line.name: line for line in self.tree.body if isinstance(line, ast.FunctionDef)}
        self.functions |= {name: value for name, value in lambdas if values[(None, name)] == 1}
        formulas = [(name, self.formula(function)) for name, function in [*self.functions.items(), *lambdas]]
        self.of_numbers = {name: formula for name, formula in formulas if formula}

    def formula(self, function: Any) -> ast.expr | None:
        """The formula of a one-argument function that PyTorch would apply elementwise; None if it isn't a formula."""
        match function.body:
            case (ast.expr() as formula) | [ast.Return(value=ast.expr() as formula)] if len(function.args.args) == 1:
                parts = list(ast.walk(formula))
                called = [node.func for node in parts if isinstance(node, ast.Call)]
                if not any(isinstance(node, NO_FORMULAS) for node in parts) and all(self.of_torch(x) in EACH for x in called):
                    return formula
        return None

    def called_function(self, node: ast.AST) -> Any:
        """The function of the program that a call runs, or None."""
        return self.functions.get(ast.unparse(node.func)) if isinstance(node, ast.Call) else None

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
            for parameter in arguments_of(function, calls[id(function)])
            if uses[id(function)] == len(parameter[1])
        ]

    def samples(self, made: ast.ClassDef) -> Iterator[Name]:
        """The parameters of `forward` in a network of linear layers: each is a sample, a list."""
        has_layers = any(isinstance(node, ast.Attribute) and self.path(node) == "torch.nn.Linear" for node in ast.walk(made))
        for line in made.body:
            if isinstance(line, ast.FunctionDef) and line.name == "forward" and len(line.args.args) == 2 and has_layers:
                yield line, line.args.args[1].arg

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
