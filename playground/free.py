"""Finds free names, which lines of Python read but never assign: they get sliders unless misspelled, constant or not numbers."""

from __future__ import annotations

import ast
import builtins
import math
import re
from collections.abc import Collection, Iterable, Iterator

from autograd import Value
from playground.syntax import parsed

CONSTANTS = {"e": math.e, "pi": math.pi, "π": math.pi, "inf": math.inf, "nan": math.nan}  # until they are given a value
MIN_SPELLED = 5  # letters in a name that may be misspelled: shorter names are close to each other anyway
OF_MANY = {
    *("zip", "len", "range", "enumerate", "list", "tuple", "set", "dict", "sorted", "reversed", "map", "filter", "iter", "sum"),
}


def free_names(code: str, known: Collection[str]) -> list[str]:
    """The names that are never assigned and not `known`, in the order they are written.

    >>> free_names("h = relu(w*x + b)\\nh * v", {"relu"})
    ['w', 'x', 'b', 'v']
    """
    tree = parsed(code)
    if tree is None:
        return []  # running it reports the error
    made = _made(tree)
    places = sorted(_outside(tree), key=lambda name: (name.lineno, name.col_offset))
    taken = {*made, *known, *_no_numbers(tree)}
    found = dict.fromkeys(name.id for name in places if name.id not in taken and not hasattr(builtins, name.id))
    parameters = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return [name for name in found if "·" not in name and not near(name, {*made, *known, *parameters} - {name})]


def near(name: str, others: Iterable[str]) -> str:
    """The name among `others` that this one is a one-key typo of, past the first letter; or "".

    >>> near("weigth", ["w", "weight"]), near("w12", ["w11"]), near("sigma", ["sigmoid"]), near("gamma", ["lgamma"])
    ('weight', '', '', '')
    """
    if len(name) < MIN_SPELLED:
        return ""
    return next((other for other in sorted(others) if _stem(name) != _stem(other) and _one_slip(name, other)), "")


def _stem(name: str) -> str:
    return re.sub(r"[\d_]", "", name)


def _one_slip(one: str, other: str) -> bool:
    """True if the names differ by one extra, missing, wrong or swapped letter."""
    if abs(len(one) - len(other)) > 1 or one == other or one[:1] != other[:1]:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, left = one[start:], other[start:]
    swapped = len(rest) > 1 and rest[1::-1] + rest[2:] == left
    return swapped or rest[1:] == left[1:] or rest[1:] == left or rest == left[1:]


def _outside(tree: ast.AST) -> Iterator[ast.Name]:
    """The names that aren't parameters of a function around them."""
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, parameters = waiting.pop()
        if isinstance(node, ast.Name) and node.id not in parameters:
            yield node
        body: list[ast.AST] = []
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            body = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
            inside = parameters | {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
            waiting += [(part, inside) for part in body]
        known = set(map(id, body))  # defaults and decorators stand outside
        waiting += [(part, parameters) for part in ast.iter_child_nodes(node) if id(part) not in known]


def _made(tree: ast.AST) -> set[str]:
    """The names assigned anywhere; parameters don't count, being local to their function."""
    made: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                made.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                made.add(name)
            case ast.alias(name=name, asname=other):
                made.add(other or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                made.add(name)
    return made


def _no_numbers(tree: ast.AST) -> Iterator[str]:
    """The names that are called, indexed or iterated over, or have an attribute that no Value has."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name)) | ast.Starred(value=ast.Name(id=name)):
                yield name
            case ast.For(iter=ast.Name(id=name)) | ast.comprehension(iter=ast.Name(id=name)):
                yield name
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if not hasattr(Value, attribute):
                yield name
            case ast.ClassDef(bases=bases):
                yield from (each.id for each in bases if isinstance(each, ast.Name))
            case ast.Call(func=ast.Name(id=name), args=args):
                yield name
                if name in OF_MANY:
                    yield from (each.id for each in args if isinstance(each, ast.Name))
