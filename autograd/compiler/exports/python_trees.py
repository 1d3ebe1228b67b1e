"""Python's syntax trees: the functions that can be translated, literals in them, and where their variables are declared."""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Iterator, Mapping, Sequence
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

Path = tuple[list[ast.stmt], ...]  # the blocks around a statement, from the outside


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


def range_of(call: ast.Call) -> range:
    """A range between constants."""
    return range(*map(ast.literal_eval, call.args))


# -- where variables are declared: in the innermost block that holds every use -------------------------


class Declarations(NamedTuple):
    """at_assignment: variables that their first assignment declares, by the id of that statement;
    at_start: variables declared at the start of a block, by the id of its first statement."""

    at_assignment: dict[str, int]
    at_start: dict[int, list[str]]


def declarations(function: ast.FunctionDef) -> Declarations:
    """Where each variable of the function is declared."""
    parameters = {arg.arg for arg in (*function.args.args, *([function.args.vararg] if function.args.vararg else []))}
    uses: dict[str, list[tuple[Path, ast.stmt, bool]]] = {}
    for path, statement in _statements((function.body,)):
        bound = _bound_inside(statement)
        for node in _own_nodes(statement):
            if isinstance(node, ast.Name) and node.id not in bound and not _over(node.id, statement, path):
                uses.setdefault(node.id, []).append((path, statement, isinstance(node.ctx, ast.Store)))
    found = Declarations({}, {})
    for name, places in uses.items():
        if name in parameters or not any(stores for *_, stores in places):
            continue
        block = _innermost([path for path, *_ in places])
        first = min((statement for _, statement, _ in places), key=lambda statement: (statement.lineno, statement.col_offset))
        if isinstance(first, (ast.Assign, ast.AnnAssign)) and any(first is statement for statement in block):
            found.at_assignment[name] = id(first)
        else:
            found.at_start.setdefault(id(block[0] if block is not function.body else function.body[1]), []).append(name)
    return found


def _statements(path: Path) -> Iterator[tuple[Path, ast.stmt]]:
    for statement in path[-1]:
        yield path, statement
        for field in ("body", "orelse"):
            if block := getattr(statement, field, None):
                yield from _statements((*path, block))


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement without those of the statements inside it."""
    for field, value in ast.iter_fields(statement):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST) and not isinstance(part, ast.stmt) and field != "annotation":
                yield from ast.walk(part)


def _bound_inside(statement: ast.stmt) -> set[str]:
    """The variables of comprehensions, which live in them alone."""
    comprehensions = [node for node in _own_nodes(statement) if isinstance(node, ast.comprehension)]
    return {node.target.id for node in comprehensions if isinstance(node.target, ast.Name)}


def _over(name: str, statement: ast.stmt, path: Path) -> bool:
    """True if the statement is, or is inside, a loop over that variable, which declares it."""
    around = (outer for block in path for outer in block if isinstance(outer, ast.For) and outer.body in path)
    loops = [loop for loop in (*around, statement) if isinstance(loop, ast.For)]
    return any(isinstance(loop.target, ast.Name) and loop.target.id == name for loop in loops)


def _innermost(paths: Sequence[Path]) -> list[ast.stmt]:
    """The innermost block that all paths share."""
    block = paths[0][0]
    for blocks in zip(*paths, strict=False):
        if any(other is not blocks[0] for other in blocks):
            break
        block = blocks[0]
    return block
