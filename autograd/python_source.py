"""Ops as Python source: expressions as syntax trees, names, and the helper functions that a program needs."""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, reduce
from typing import Any, cast

from autograd import ops, scalar_math
from autograd._format import one_line
from autograd.op import Op, python_tree, slots

MAX_TERMS_PER_LINE = 10  # of a sum or product: Python's parser nests them


def _bare_source(function: Callable[..., Any]) -> str:
    """The source of a function without type annotations, and with its docstring as a comment."""
    header, _, body = inspect.getsource(function).partition("\n")
    header = re.sub(r": \w+(?=[,)])| -> .+(?=:$)", "", header)
    body = re.sub(r'    """(.*?)\.?"""', r"    # \1", body, count=1, flags=re.DOTALL)
    return f"{header}\n{body}"


@cache  # not at import: only exporting programs needs it
def helpers() -> dict[str, str]:
    """The source of each function that a program may need beyond operators and `math`."""
    functions = {name: found for name, found in vars(scalar_math).items() if inspect.isfunction(found)}
    return {name: _bare_source(found) for name, found in functions.items() if found.__module__ == scalar_math.__name__}


@cache
def reserved_words() -> frozenset[str]:
    """The names that variables of a program must not take."""
    words = {word for text in helpers().values() for word in _WORD.findall(text) if hasattr(math, word)}
    return ops.BUILT_IN.union(words, helpers(), keyword.kwlist, keyword.softkwlist, dir(builtins), ("inf", "nan"))


_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_FUNCTIONS = frozenset(("abs", "float", "max", "min"))
_ALLOWED = (
    *(ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.Compare, ast.Call, ast.Name, ast.Constant),
    *(ast.Lambda, ast.arguments, ast.arg, ast.List, ast.Tuple, ast.Starred),
    *(ast.operator, ast.boolop, ast.unaryop, ast.cmpop, ast.expr_context),
)


class Source(str):
    """Python source whose repr is the source itself.

    >>> Source("y = x * x")
    y = x * x
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


# -- syntax trees, which `ast.unparse` turns into text -----------------------------------------------


def variable(name: str) -> ast.expr:
    """A name."""
    return ast.Name(name, ast.Load())


def constant(x: float) -> ast.expr:
    """A number: if negative, minus a number, as Python parses it; infinity and NaN are those of `math`."""
    if math.isnan(x):
        return variable("nan")
    if math.copysign(1.0, x) < 0.0:
        return ast.UnaryOp(ast.USub(), constant(-x))
    return variable("inf") if math.isinf(x) else ast.Constant(x)


def operation(op: Op, args: Sequence[ast.expr]) -> ast.expr:
    """The operation on arguments that are expressions."""
    if op.terms is not None and op.arity is None:
        return _chained(ast.Add(), [_chained(ast.Mult(), [args[i] for i in term]) for term in op.terms(len(args))])
    template = python_tree(op.plain, len(args), op.arity is None)
    return cast(ast.expr, filled(template, dict(zip(slots(len(args)), args, strict=True))))


def _chained(operator: ast.operator, operands: Sequence[ast.expr]) -> ast.expr:
    return reduce(lambda one, other: ast.BinOp(one, operator, other), operands)


def filled(node: Any, args: Mapping[str, ast.expr]) -> Any:
    """A copy of part of a syntax tree, with arguments in place of their names."""
    if isinstance(node, list):
        return [filled(part, args) for part in node]
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, ast.Name) and node.id in args:
        return args[node.id]
    return type(node)(**{field: filled(part, args) for field, part in ast.iter_fields(node)})


def expressions(op: Op, args: Sequence[ast.expr], result: ast.expr, from_zero: bool) -> list[ast.expr]:
    """The expressions to assign to an operation's result, one after another: several for a long sum or product.

    A sum starts from +0.0, which matters only if all its terms are -0.0, so it is left out unless `from_zero`. A dot
    product with a bias of -0.0, which changes no sum, is written without it.
    """
    if op.terms is None or op.arity is not None:
        return [operation(op, args)]
    terms = [[args[i] for i in term] for term in op.terms(len(args))]
    operator: ast.operator = ast.Add()
    if from_zero and is_sum(op):
        parts = [constant(0.0), *args]
    elif len(terms) == 1:
        operator, parts = ast.Mult(), terms[0] or [constant(1.0)]
    else:
        parts = [_chained(ast.Mult(), term) for term in terms]
        if ast.unparse(parts[0]) == "-0.0":
            del parts[0]
    pieces = [parts[i : i + MAX_TERMS_PER_LINE] for i in range(0, len(parts), MAX_TERMS_PER_LINE)]
    return [_chained(operator, line) for line in (pieces[0], *([result, *piece] for piece in pieces[1:]))]


def is_sum(op: Op) -> bool:
    """True if a variadic op adds its arguments. (One argument does not show whether it adds or multiplies.)"""
    return op.terms is not None and all(len(term) == 1 for term in op.terms(2))


# -- names and functions -----------------------------------------------------------------------------


def identifier(name: str, reserved: Collection[str]) -> str:
    """A valid identifier that shadows nothing, as close as possible to the given name.

    >>> [identifier(name, reserved_words()) for name in ("layers[0].w[1]", "lambda", "2nd try", "??")]
    ['layers_0_w_1', 'lambda_', 'v2nd_try', 'v']
    """
    letters = [c if f"v{c}".isidentifier() else "_" for c in unicodedata.normalize("NFKC", one_line(name))]
    word = re.sub("__+", "_", "".join(letters)).strip("_")
    word = word if word.isidentifier() else f"v{word}"
    return f"{word}_" if word in reserved else word


def called_words(op: Op, who: str) -> set[str]:
    """The functions that the source of a custom op calls; ValueError if a program cannot run it.

    (Those of built-in ops are reserved anyway.) The variables of a `lambda` count too: they would shadow an argument.
    """
    if op.built_in:
        return set()
    count = op.arity or 2
    nodes = list(ast.walk(python_tree(op.plain, count, op.arity is None)))
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    words = {node.id for node in nodes if isinstance(node, ast.Name)}.difference(slots(count))
    if not words <= {*vars(math), *_FUNCTIONS, *bound} or not all(isinstance(node, _ALLOWED) for node in nodes):
        raise ValueError(
            f"{who}: {op.plain!r} is not Python that the program can run: "
            f"pass source=… to custom_op for {op.name}, an expression of operators and functions of math"
        )
    return words | bound


def preamble(code: str, functions: Collection[str]) -> Iterator[str]:
    """The import and the helper functions that the code needs."""
    words = set(_WORD.findall(code))
    needed: dict[str, str] = {}
    while more := {name: text for name, text in helpers().items() if name in words and name not in needed}:
        needed |= more
        used = (word for text in more.values() for word in _WORD.findall(re.sub("#.*", "", text)))
        words.update(word for word in used if hasattr(scalar_math, word))  # not math's e, where e is a variable
    imported = sorted(word for word in words - set(helpers()) if word in functions and hasattr(math, word))
    if imported:
        yield f"from math import {', '.join(imported)}"
    yield from (text.rstrip() for name, text in helpers().items() if name in needed)
