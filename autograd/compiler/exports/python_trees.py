"""Python's syntax trees: the functions that can be translated, and literals in them."""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Mapping
from functools import cache

from autograd import scalar_math
from autograd.compiler.exports import library
from autograd.compiler.exports.texts import LIST, NUMBER, PAIR, TRUTH

_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_KINDS = {"float": NUMBER, "bool": TRUTH, "tuple[float, float]": PAIR, "list[float]": LIST, "Sequence[float]": LIST}


@cache
def function_trees() -> Mapping[str, ast.FunctionDef]:
    """The functions that can be translated, by name."""
    trees = [ast.parse(inspect.getsource(module)) for module in (library, scalar_math)]
    return {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


def kind_of(annotation: ast.expr | None) -> str:
    """What a parameter or a result is."""
    return _KINDS[ast.unparse(annotation)] if annotation is not None else NUMBER


def constant_of(node: ast.expr) -> float | None:
    """The number that an expression of numbers alone is."""
    match node:
        case ast.Constant(value=float() | int() as value) if type(value) is not bool:
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = constant_of(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _ARITHMETIC:
            x, y = constant_of(left), constant_of(right)
            if x is None or y is None:
                return None
            try:
                return float(_ARITHMETIC[type(sign)](x, y))
            except (ArithmeticError, ValueError, TypeError):
                return None
    return None


def numbers_of(node: ast.expr) -> list[float] | None:
    """The numbers of a literal tuple, tuples in it unpacked; None if it is something else."""
    if not isinstance(node, ast.Tuple):
        return None
    found: list[float] = []
    for part in node.elts:
        inner = numbers_of(part.value) if isinstance(part, ast.Starred) else [constant_of(part)]
        if inner is None or None in inner:
            return None
        found += [x for x in inner if x is not None]
    return found


def range_of(call: ast.Call) -> tuple[int, int, int]:
    """Start, stop and step of a range between constants."""
    bounds: list[int] = [ast.literal_eval(arg) for arg in call.args]
    start, stop, step = (0, *bounds, 1)[:3] if len(bounds) == 1 else (*bounds, 1)[:3]
    return start, stop, step
