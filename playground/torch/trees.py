"""What single nodes of a PyTorch program's syntax tree say, without what its names mean."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from playground.syntax import COMPREHENSIONS
from playground.torch.vocabulary import NUMBER_OF, SAME_NUMBER, is_torch

INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, *COMPREHENSIONS)
Name = tuple[ast.AST | None, str]  # preceded by the function or comprehension that owns it


def givings(node: ast.AST) -> Iterator[tuple[ast.Name, ast.expr, bool]]:
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


def _names(targets: Sequence[ast.expr]) -> list[ast.Name]:
    """The names that are assigned a whole value, or its only element."""
    parts = [target.elts[0] if isinstance(target, ast.Tuple) and len(target.elts) == 1 else target for target in targets]
    return [part for part in parts if isinstance(part, ast.Name)]


def made_by_calls(nodes: Sequence[ast.AST]) -> list[tuple[ast.expr, ast.Call]]:
    """The names and attributes that are assigned what a call makes."""
    lines = [(node.targets[0], node.value) for node in nodes if isinstance(node, ast.Assign)]
    tuples = [(x.elts, y.elts) for x, y in lines if isinstance(x, ast.Tuple) and isinstance(y, ast.Tuple)]
    assigned = [*lines, *(pair for targets, values in tuples for pair in zip(targets, values, strict=False))]
    return [(target, value) for target, value in assigned if isinstance(value, ast.Call)]


def torch_imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that a line imports from PyTorch, and their full names."""
    match node:
        case ast.Import(names=names):
            for alias in names:
                if is_torch(alias.name):
                    yield (alias.asname, alias.name) if alias.asname else ("torch", "torch")
        case ast.ImportFrom(module=module, names=names) if is_torch(module):
            yield from ((alias.asname or alias.name, f"{module}.{alias.name}") for alias in names)


def made_to_ask(node: ast.AST) -> Iterator[str]:
    """The name that a later line makes require a gradient."""
    match node:
        case (
            ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="requires_grad")])
            | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="requires_grad_"))
        ):
            yield name


def scopes_of(tree: ast.AST, around: tuple[ast.AST, ...]) -> dict[int, tuple[ast.AST, ...]]:
    """The functions and comprehensions around each node, by its id, innermost first; `around` are those around the tree."""
    found = {id(tree): around}
    for node in ast.walk(tree):
        outside = found[id(node)]
        inside = (node, *outside) if isinstance(node, INNER) else outside
        found |= {id(child): inside for child in ast.iter_child_nodes(node)}
    return found


def bound_name(node: ast.AST) -> str:
    """The name bound by the node, as a parameter or by assignment; "" if none."""
    match node:
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
            return name
    return ""


def arguments_of(function: ast.FunctionDef, calls: Sequence[ast.Call]) -> Iterator[tuple[Name, list[ast.expr]]]:
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


def passed_to_class(made: ast.AST, call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of the call that makes a network, by the names of the parameters in its class."""
    found: dict[str, ast.expr] = {}
    for line in getattr(made, "body", []):
        if isinstance(line, ast.FunctionDef) and line.name == "__init__":
            names = [each.arg for each in line.args.args]
            defaults = line.args.defaults
            found |= dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
            found |= dict(zip(names[1:], call.args, strict=False))
    return found | {each.arg: each.value for each in call.keywords if each.arg}


def returned(function: Any) -> list[ast.AST]:
    """What a function of the program returns."""
    lines = [line for line in ast.walk(function) if isinstance(line, ast.Return)]
    return [function.body] if isinstance(function, ast.Lambda) else [line.value or line for line in lines] or [function]


def sizes_of(layer: ast.Call) -> list[ast.expr]:
    """The input and output sizes of a linear layer."""
    named = {keyword.arg: keyword.value for keyword in layer.keywords if keyword.arg in ("in_features", "out_features")}
    return [*layer.args[:2], *(named[name] for name in sorted(named, key=str))]


def is_single(rows: ast.List) -> bool:
    """True for [[x]], a single number in rows."""
    return len(rows.elts) == 1 and len(getattr(rows.elts[0], "elts", [])) == 1


def is_whole(node: ast.AST) -> bool:
    """True for an integer literal, or a list of nothing else."""
    match node:
        case ast.Constant(value=int()):
            return True
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=x):
            return is_whole(x)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return bool(parts) and all(map(is_whole, parts))
    return False


def is_taken_out(node: ast.AST) -> bool:
    """True if it is a plain number here but a tensor in PyTorch."""
    match node:
        case ast.Call(func=ast.Attribute(value=x, attr=method)) if method in NUMBER_OF | SAME_NUMBER:
            return is_taken_out(x)
        case ast.Subscript(value=x):
            return is_taken_out(x)
        case ast.BinOp(left=x, right=ast.Constant()):
            return is_taken_out(x)
    return isinstance(node, ast.Attribute) and node.attr in ("data", "grad")


def owner_of_method(name: str, node: ast.AST) -> ast.expr | None:
    """The owner if the node calls this method on one."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=method)) if method == name:
            return owner
    return None


def is_dropped(node: ast.AST) -> bool:
    """True for a line that isn't needed here."""
    match node:
        case ast.Import(names=names):
            return all(is_torch(alias.name) for alias in names)
        case ast.ImportFrom(module=module):
            return is_torch(module)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="retain_grad" | "set_default_device" | "set_default_dtype"))):
            return True
    return False
