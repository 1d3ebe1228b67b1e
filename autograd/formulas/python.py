"""How names, numbers and operations are written in Python: as syntax trees, which Python itself puts into text."""

from __future__ import annotations

import ast
import builtins
import keyword
import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, cast

from autograd import ops, templates
from autograd._format import one_line
from autograd.formulas.helpers import HELPERS
from autograd.op import Op

TERMS_A_LINE = 10  # of a sum or product, which Python's parser nests

_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
RESERVED = (
    frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "inf", "nan", *HELPERS])
    | ops.BUILT_IN
    | frozenset(word for text in HELPERS.values() for word in _WORD.findall(text) if hasattr(math, word))
)
SOURCES = {
    "cbrt": "cube_root({})",
    "floor": "floored({})",
    "ceil": "ceiled({})",
    "round": "rounded({})",
    "lgamma": "log_gamma({})",
    "logaddexp": "logsumexp({}, {})",
    "norm": "hypot({})",
    "where": "{1} if {0} else {2}",
    "equal": "float({} == {})",
    "not_equal": "float({} != {})",
    "less": "float({} < {})",
    "less_equal": "float({} <= {})",
    "greater": "float({} > {})",
    "greater_equal": "float({} >= {})",
}
_FUNCTIONS = frozenset(("abs", "float", "max", "min"))
_ALLOWED = (
    *(ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.Compare, ast.Call, ast.Name, ast.Constant),
    *(ast.Lambda, ast.arguments, ast.arg, ast.List, ast.Tuple, ast.Starred),
    *(ast.operator, ast.boolop, ast.unaryop, ast.cmpop, ast.expr_context),
)


def identifier(name: str, reserved: Collection[str] = RESERVED) -> str:
    """A name that Python takes and that hides nothing, as near as may be to the one given.

    >>> identifier("layers[0].w[1]"), identifier("lambda"), identifier("2nd try"), identifier("??")
    ('layers_0_w_1', 'lambda_', 'v2nd_try', 'v')
    """
    letters = [c if f"v{c}".isidentifier() else "_" for c in unicodedata.normalize("NFKC", one_line(name))]
    word = re.sub("__+", "_", "".join(letters)).strip("_")
    word = word if word.isidentifier() else f"v{word}"
    return f"{word}_" if word in reserved else word


def words_of(op: Op) -> set[str]:
    """The functions that the source of an op of the user's own calls; ValueError if Python does not know them.

    Those of the built-in ops are reserved anyway. So are the variables of a `lambda`, which would hide an argument.
    """
    if op.name in ops.BUILT_IN:
        return set()
    slots = templates.slots(op.arity or 2)
    nodes = list(ast.walk(templates.tree(op.source, slots, op.arity is None)))
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    words = {node.id for node in nodes if isinstance(node, ast.Name)}.difference(slots)
    if not words <= {*vars(math), *_FUNCTIONS, *bound} or not all(isinstance(node, _ALLOWED) for node in nodes):
        raise ValueError(
            f"to_python: {op.source!r} is not Python that the program can run: "
            f"tell custom_op the source of {op.name}, an expression of operators and functions of math"
        )
    return words | bound


def variable(name: str) -> ast.expr:
    """A name."""
    return ast.Name(name, ast.Load())


def constant(x: float) -> ast.expr:
    """A number: what is below zero is minus a number, as Python reads it; infinity and NaN are those of `math`."""
    if math.isnan(x):
        return variable("nan")
    if math.copysign(1.0, x) < 0.0:
        return ast.UnaryOp(ast.USub(), constant(-x))
    return variable("inf") if math.isinf(x) else ast.Constant(x)


def operation(op: Op, args: Sequence[ast.expr]) -> ast.expr:
    """The operation on arguments that are expressions."""
    if op is ops.sum or op is ops.prod:
        sign: ast.operator = ast.Add() if op is ops.sum else ast.Mult()
        return reduce(lambda one, other: ast.BinOp(one, sign, other), args)
    if op is ops.dot:
        return operation(ops.sum, _terms(args))
    slots = templates.slots(len(args))
    template = templates.tree(SOURCES.get(op.name, op.source), slots, op.arity is None)
    return cast(ast.expr, _filled(template, dict(zip(slots, args, strict=True))))


def _terms(args: Sequence[ast.expr]) -> list[ast.expr]:
    """What a dot product adds up: the bias, and the products."""
    half = len(args) // 2
    return [args[-1], *(operation(ops.mul, pair) for pair in zip(args[:half], args[half:-1], strict=True))]


def _filled(node: Any, args: Mapping[str, ast.expr]) -> Any:
    """A copy of a part of a tree, with the arguments in their places."""
    if isinstance(node, list):
        return [_filled(part, args) for part in node]
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, ast.Name) and node.id in args:
        return args[node.id]
    return type(node)(**{field: _filled(part, args) for field, part in ast.iter_fields(node)})


def assigned(name: str, op: Op, args: Sequence[ast.expr], from_zero: bool) -> list[str]:
    """`name = …` for an operation; a long sum or product on several lines, `name = name + …`.

    A sum starts from +0.0, which shows if everything in it is -0.0: `from_zero` writes that down.
    """
    if op is not ops.sum and op is not ops.prod and op is not ops.dot:
        return [f"{name} = {ast.unparse(operation(op, args))}"]
    terms = _terms(args) if op is ops.dot else list(args)
    if op is ops.sum and (from_zero or not args):
        terms = [constant(0.0), *terms]
    join, terms = (ops.prod, terms or [constant(1.0)]) if op is ops.prod else (ops.sum, terms)
    pieces = [terms[i : i + TERMS_A_LINE] for i in range(0, len(terms), TERMS_A_LINE)]
    written = [pieces[0], *([variable(name), *piece] for piece in pieces[1:])]
    return [f"{name} = {ast.unparse(operation(join, piece))}" for piece in written]


def preamble(code: str, functions: Collection[str]) -> Iterator[str]:
    """The import and the helper functions that the code needs."""
    words = set(_WORD.findall(code))
    needed: dict[str, str] = {}
    while more := {name: text for name, text in HELPERS.items() if name in words and name not in needed}:
        needed |= more
        words.update(word for text in more.values() for word in _WORD.findall(re.sub("#.*", "", text)))
    texts = [text.rstrip() for name, text in HELPERS.items() if name in needed]
    imported = sorted(word for word in words - set(HELPERS) if word in functions and hasattr(math, word))
    if imported:
        yield f"from math import {', '.join(imported)}"
    yield from texts
