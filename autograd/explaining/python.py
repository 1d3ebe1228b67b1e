"""How names, numbers and operations are written in Python."""

from __future__ import annotations

import ast
import builtins
import keyword
import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from autograd import ops
from autograd.explaining.helpers import HELPERS
from autograd.explaining.notation import Notation, Written, column, mark
from autograd.primitive import Op
from autograd.wording import one_line

TERMS_A_LINE = 10  # of a sum or product, which Python's parser nests

_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
RESERVED = (
    frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "inf", "nan", *HELPERS])
    | ops.BUILT_IN
    | frozenset(word for text in HELPERS.values() for word in _WORD.findall(text) if hasattr(math, word))
)
_SOURCES = {
    "cbrt": "cube_root({})",
    "floor": "floored({})",
    "ceil": "ceiled({})",
    "round": "rounded({})",
    "lgamma": "log_gamma({})",
    "logaddexp": "logsumexp({}, {})",
    "where": "{1} if {0} else {2}",
    "equal": "float({} == {})",
    "not_equal": "float({} != {})",
    "less": "float({} < {})",
    "less_equal": "float({} <= {})",
    "greater": "float({} > {})",
    "greater_equal": "float({} >= {})",
}
_ALLOWED = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Compare, ast.Call, ast.Name, ast.Constant),
    *(ast.operator, ast.unaryop, ast.cmpop, ast.expr_context),
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

    Those of the built-in ops are reserved anyway.
    """
    if op.name in ops.BUILT_IN:
        return set()
    slots = [f"slot_{i}" for i in range(op.arity or 2)]
    source = op.source.format(*slots) if op.arity is not None else op.source.format(", ".join(slots))
    try:
        nodes = list(ast.walk(ast.parse(source, mode="eval")))
    except SyntaxError:
        nodes = []
    words = {node.id for node in nodes if isinstance(node, ast.Name)}.difference(slots)
    known = {*vars(math), "abs", "float", "max", "min"}
    if not nodes or not words <= known or not all(isinstance(node, _ALLOWED) for node in nodes):
        raise ValueError(
            f"to_python: {op.source!r} is no Python that the program could run: "
            f"tell custom_op the source of {op.name}, an expression of operators and functions of math"
        )
    return words


def _template(op: Op, args: Sequence[Written]) -> str:
    n = len(args)
    if op is ops.sum or op is ops.prod:
        return (" + " if op is ops.sum else " * ").join(map(mark, range(n)))
    if op is ops.dot:
        return " + ".join([mark(n - 1), *(f"{mark(i)} * {mark(n // 2 + i)}" for i in range(n // 2))])
    source = _SOURCES.get(op.name, op.source)
    return column(source, n, op.arity is None)


PYTHON = Notation(str, repr, _template, strict=True)


def assigned(name: str, op: Op, args: Sequence[Written], from_zero: bool) -> list[str]:
    """`name = …` for an operation; a long sum or product on several lines, `name = name + …`.

    A sum starts from +0.0, which shows if everything in it is -0.0: `from_zero` writes that down.
    """
    if op is ops.sum or op is ops.prod or op is ops.dot:
        half = len(args) // 2
        terms = list(args)
        if op is ops.dot:
            products = [PYTHON.operation(ops.mul, pair) for pair in zip(args[:half], args[half:-1], strict=True)]
            terms = [args[-1], *products]
        if op is ops.sum and (from_zero or not args):
            terms = [PYTHON.constant(0.0), *terms]
        join, terms = (ops.prod, terms or [PYTHON.constant(1.0)]) if op is ops.prod else (ops.sum, terms)
        pieces = [terms[i : i + TERMS_A_LINE] for i in range(0, len(terms), TERMS_A_LINE)]
        written = [pieces[0], *([PYTHON.named(name), *piece] for piece in pieces[1:])]
        return [f"{name} = {PYTHON.operation(join, piece).text}" for piece in written]
    return [f"{name} = {PYTHON.operation(op, args).text}"]


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
