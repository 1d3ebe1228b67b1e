"""Python syntax trees: the functions that can be translated, their literals, and where their variables are declared."""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

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
    """The kind of a parameter or result."""
    return _KINDS[ast.unparse(annotation)] if annotation is not None else NUMBER


def constant_of(node: ast.expr) -> float | None:
    """The value of an expression made of numbers only, else None."""
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
    """The numbers in a literal tuple, with starred tuples unpacked; None for anything else."""
    if not isinstance(node, ast.Tuple):
        return None
    found: list[float] = []
    for part in node.elts:
        inner = numbers_of(part.value) if isinstance(part, ast.Starred) else [constant_of(part)]
        if inner is None or None in inner:
            return None
        found += [x for x in inner if x is not None]
    return found


def range_of(call: ast.Call) -> range:
    """The range of a call with constant arguments."""
    return range(*map(ast.literal_eval, call.args))


# -- where variables are declared: in the innermost block that contains all uses -----------------------


class Declarations(NamedTuple):
    """at_assignment: variables that their first assignment declares, by the id of that statement;
    at_start: variables declared at the start of a block, by the id of its first statement."""

    at_assignment: dict[str, int]
    at_start: dict[int, list[str]]


def declarations(function: ast.FunctionDef) -> Declarations:
    """Where each variable of the function is declared."""
    parameters = {arg.arg for arg in (*function.args.args, function.args.vararg) if arg is not None}
    stores = [node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    stores.sort(key=lambda node: (node.lineno, node.col_offset))
    found = Declarations({}, {})
    for name in dict.fromkeys(node.id for node in stores if node.id not in parameters):
        block = function.body[1:]
        using = [statement for statement in block if name in _variables(statement)]
        while len(using) == 1 and (inner := _only_block(using[0], name)):
            block, using = inner, [statement for statement in inner if name in _variables(statement)]
        if using and isinstance(using[0], (ast.Assign, ast.AnnAssign)):
            found.at_assignment[name] = id(using[0])
        elif using:
            found.at_start.setdefault(id(block[0]), []).append(name)
    return found


@cache
def _variables(node: ast.AST) -> set[str]:
    """The variables in a statement or expression, except those of loops and comprehensions, which are local to them."""
    inside = list(ast.walk(node))
    targets = [part.target for part in inside if isinstance(part, (ast.For, ast.comprehension))]
    return {part.id for part in inside if isinstance(part, ast.Name)} - {ast.unparse(target) for target in targets}


def _only_block(statement: ast.stmt, name: str) -> list[ast.stmt]:
    """The one block inside a statement that contains all uses of a variable; empty if there is none."""
    match statement:
        case ast.If(test=head, body=body, orelse=orelse) | ast.While(test=head, body=body, orelse=orelse):
            blocks = [block for block in (body, orelse) if any(name in _variables(inner) for inner in block)]
        case ast.For(iter=head, body=body):
            blocks = [body]
        case _:
            return []
    return blocks[0] if len(blocks) == 1 and name not in _variables(head) else []
