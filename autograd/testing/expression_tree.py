"""Expressions as data: trees of ops that can be called, printed as Python, and tested for where they are defined."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Sequence
from inspect import Parameter, Signature
from itertools import chain, product
from typing import Any

from autograd import context
from autograd.graph import Graph
from autograd.op import TABLE
from autograd.python_source import filled
from autograd.testing.gradcheck.smooth_pieces import is_entire
from autograd.value import Value, operands

# A variable is a str, a constant a float, an op a tuple of its name and its arguments.
Tree = Any

ANCHORS = (0.5, 1.5, -0.5, 2.5, 0.1, -2.0, 10.0)
_ONE_FOR_EACH = ("softmax", "log_softmax")  # functions from a list to one of the same length


class Expression:
    """A function written with the ops of the table, for example `lambda x, y: tanh(x * y) + 0.5`.

    Equal subexpressions are computed once, so its graph may share nodes.

    >>> f = Expression(("add", ("tanh", ("mul", "x", "y")), 0.5))
    >>> f
    lambda x, y: tanh(x * y) + 0.5
    >>> f(0.0, 1.0)
    0.5
    """

    def __init__(self, tree: Tree) -> None:
        found = dict.fromkeys(_variables(tree))
        self.names = tuple("xyz"[: len(found)]) if len(found) <= 3 else tuple(found)
        self.tree = _shared(tree, dict(zip(found, self.names, strict=True)), {})
        self.source = ast.unparse(_syntax(self.tree))
        self.__name__ = self.source if len(self.source) <= 40 else f"{self.source[:39]}…"
        self.__signature__ = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in self.names])

    def __call__(self, *args: Any) -> Any:
        results: dict[str | int, Any] = dict(zip(self.names, args, strict=True))
        return _evaluated(self.tree, results)

    def __repr__(self) -> str:
        return f"lambda {', '.join(self.names)}: {self.source}"


def defined_at(f: Callable[..., Any], point: Sequence[float]) -> bool:
    """True if the point is inside the domain of every op that f records there, and all results and partials are finite."""
    try:
        with context.enable_grad(), context.quiet():
            y = f(*map(Value, point))
    except (ValueError, ArithmeticError):
        return False
    if type(y) is not Value:
        return isinstance(y, (int, float)) and math.isfinite(y)
    return all(map(_is_inside, Graph(y)))


def constants_inside(tree: Tree) -> bool:
    """True if every op on constants alone is inside its domain. 0.0 / 0.0 is NaN in the table, but raises in Python.

    >>> constants_inside(("add", "x", ("div", 1.0, 0.5))), constants_inside(("add", "x", ("div", 0.0, 0.0)))
    (True, False)
    """
    if not isinstance(tree, tuple):
        return True
    if has_variable(tree):
        return all(map(constants_inside, tree[1:]))
    return defined_at(lambda: _recorded(tree), ())


def has_variable(tree: Tree) -> bool:
    """True if the tree is or contains a variable."""
    return next(_variables(tree), None) is not None


def nearest_inside(f: Callable[..., Any], point: Sequence[float]) -> tuple[float, ...] | None:
    """A point where f is defined: this one, one derived from it, or one of a few fixed ones; None if all of them fail."""
    changes = (abs, lambda x: x / 4.0, lambda x: abs(x) + 1.0, lambda x: abs(x) / 4.0 + 0.25, lambda x: -abs(x))
    made = (tuple(map(change, point)) for change in changes)
    fixed = product(ANCHORS, repeat=len(point)) if len(point) <= 3 else ()
    return next((tried for tried in chain([tuple(point)], made, fixed) if defined_at(f, tried)), None)


def _is_inside(node: Value) -> bool:
    if node.op is None:
        return True
    if not all(partial is None or math.isfinite(partial) for partial in (node.data, *node.partials)):
        return False
    if is_entire(node):
        return True
    pairs = zip(operands(node), node.op.domain, strict=False)  # a variadic op is defined everywhere
    return all(any(low < x < high for low, high in intervals) for x, intervals in pairs)


def _variables(tree: Tree) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, tuple):
        for arg in tree[1:]:
            yield from _variables(arg)


def _shared(tree: Tree, names: dict[str, str], parts: dict[str, Tree]) -> Tree:
    """The tree with variables renamed and equal subtrees as one object; compared by repr, since 0.0 == -0.0."""
    if isinstance(tree, tuple):
        part = (tree[0], *[_shared(arg, names, parts) for arg in tree[1:]])
        return parts.setdefault(repr(part), part)
    return names[tree] if isinstance(tree, str) else tree


def _evaluated(tree: Tree, results: dict[str | int, Any]) -> Any:
    """The result of a tree with shared subtrees; `results` caches them by variable name or subtree identity."""
    if isinstance(tree, float):
        return tree
    key = tree if isinstance(tree, str) else id(tree)
    if key not in results:
        results[key] = TABLE[tree[0]](*[_evaluated(arg, results) for arg in tree[1:]])
    return results[key]


def _recorded(tree: Tree) -> Value:
    """The result of a tree without variables, its constants recorded as leaves."""
    return Value(tree) if isinstance(tree, float) else TABLE[tree[0]](*map(_recorded, tree[1:]))


def _syntax(tree: Tree) -> ast.expr:
    """The tree as a Python syntax tree with `autograd`'s names; `ast` knows where brackets are needed."""
    if not isinstance(tree, tuple):
        return ast.parse(str(tree), mode="eval").body
    name, *args = tree
    places = {f"_{i}": _syntax(arg) for i, arg in enumerate(args)}
    slots = list(places)
    if name == "dot":
        n = len(args) // 2
        text = f"dot([{', '.join(slots[:n])}], [{', '.join(slots[n:-1])}], {slots[-1]})"
    elif TABLE[name].arity is None:
        text = f"{name}([{', '.join(slots)}]){'[0]' if name in _ONE_FOR_EACH else ''}"
    else:
        text = TABLE[name].source.format(*slots)
    return filled(ast.parse(text, mode="eval").body, places)  # type: ignore[no-any-return]
