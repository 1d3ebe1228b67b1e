"""Finds lines that must run again when numbers change, because what they record may depend on numbers: they may branch.

Lines whose graph has a detached leaf must run again too, since only they know its number.
"""

from __future__ import annotations

import ast

from autograd import Value
from autograd.graph import Graph
from autograd.value import is_detached

# Python branches on numbers there,
CHOICES = (ast.If, ast.IfExp, ast.While, ast.Compare, ast.BoolOp, ast.Not, ast.Match, ast.Assert, ast.Try)
CHOOSERS = {"max", "min", "sorted", "round", "int", "float", "bool", "any", "all", "filter"}
CHOOSING_METHODS = {"sort", "index", "remove", "count"}
SHIFTED = {"softmax", "log_softmax", "CrossEntropyLoss"}  # ours: they subtract the largest number, as a constant
# and numbers leave the graph, or are shown, there.
OUT = {"data", "grad", "item"}
SHOWN = {"print", "repr", "str", "format"}
OURS = {"autograd", "nn", "random", "math", "__future__"}  # modules that never branch on a Value


def reads_numbers(text: str) -> bool:
    """True if the lines may record another graph or print something else at other numbers.

    >>> reads_numbers("y = max(0, 1 - t*f)"), reads_numbers("print(y.data)"), reads_numbers("y = relu(1 - t*f)")
    (True, True, False)
    """
    return chooses(text) or any(
        isinstance(node, ast.FormattedValue)
        or (isinstance(node, ast.Attribute) and node.attr in OUT)
        or (isinstance(node, ast.Name) and node.id in SHOWN)
        for node in ast.walk(ast.parse(text))
    )


def chooses(text: str) -> bool:
    """True if the lines may branch on a number.

    >>> chooses("y = max(0, 1 - t*f)"), chooses("xs.sort()"), chooses("p = softmax(zs)"), chooses("print(y.data)")
    (True, True, True, False)
    """
    return any(map(_chooses, ast.walk(ast.parse(text))))


def _chooses(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name):
            return name in CHOOSERS | SHIFTED
        case ast.Attribute(attr=name):
            return name in CHOOSING_METHODS | SHIFTED or name.startswith("__")
        case ast.Import(names=names):
            return any(_is_foreign(each.name) for each in names)
        case ast.ImportFrom(module=module):
            return _is_foreign(module or "")
        case ast.comprehension(ifs=conditions):
            return bool(conditions)
    return isinstance(node, CHOICES)


def _is_foreign(module: str) -> bool:
    """True if functions of the module may branch on the numbers given to them, as heapq's do."""
    return module.partition(".")[0] not in OURS


def alike(one: Graph, other: Graph) -> bool:
    """True if two graphs compute the same from their leaves."""
    return _rows(one) == _rows(other)


def _rows(graph: Graph) -> list[tuple[object, ...]]:
    place = {node: i for i, node in enumerate(graph.nodes)}
    return [
        (node.op, is_detached(node), *(place[arg] if type(arg) is Value else repr(arg) for arg in node.args))
        for node in graph.nodes
    ]
