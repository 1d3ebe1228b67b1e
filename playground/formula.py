"""Tells expressions, possibly preceded by `name =`, from lines of Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable
from itertools import cycle
from typing import NamedTuple

import autograd
from autograd import Value
from autograd.expression import MAX_LENGTH, ExpressionError, functions, variables
from autograd.foreign_names import METHODS
from playground.free import CONSTANTS
from playground.program import MODULES, OF_THE_FIRST
from playground.spelling import GLUED, OTHERS
from playground.syntax import COMPREHENSIONS, parsed
from playground.torch import advice
from playground.typed import HINTS, Slip

STARTS = (2.0, 1.0, -0.5, 3.0, 0.5, 1.5)  # initial values of variables: most relus of small nets are active there
PYTHON = (ast.List, ast.Lambda, ast.NamedExpr, ast.JoinedStr, ast.Await, *COMPREHENSIONS)
ELSEWHERE = {*advice.ROOTS, *MODULES, *HINTS}  # names with attributes that aren't Values


class TypedFormula(NamedTuple):
    """An expression, its result's name, and the number of characters before it."""

    text: str
    name: str = ""
    before: int = 0

    def slip(self, error: ExpressionError) -> Slip:
        """The error as a Slip in the whole text; names from other libraries get their counterparts here."""
        name = advice.chain(self.text[error.column - 1 :])
        told = ""
        keyword = re.search(r"(\w+)\s*=\s*$", self.text[: error.column - 1]) if "no keyword arguments" in str(error) else None
        if keyword and keyword[1] in advice.KEYWORDS:
            told = f"{error}: {advice.KEYWORDS[keyword[1]]}"
        if "not an op" in str(error) or "only ops" in str(error):
            last = name.rpartition(".")[2]
            told = HINTS.get(last, "") or advice.function(name) or METHODS.get(last, "")
        return Slip.within(" " * self.before + self.text, error, told, self.before)


def starts(names: Iterable[str]) -> dict[str, float]:
    """Initial values of the variables among these names, in order; constants have none.

    >>> starts(["pi", "x"])
    {'x': 2.0}
    """
    return dict(zip((name for name in names if name not in CONSTANTS), cycle(STARTS)))


def formula_of(text: str) -> TypedFormula | None:
    """The text as an expression; None if it is lines of Python."""
    if len(text) > MAX_LENGTH:
        return None
    named = re.match(r"\s*([^\W\d]\w*)\s*=(?!=)\s*", text)
    if named and "\n" not in text.strip():
        formula = TypedFormula(text[named.end() :].partition("#")[0], named[1], named.end())
        return formula if _has_free_names(text, formula) else None
    return TypedFormula(text) if _is_expression(text) else None


def _has_free_names(text: str, formula: TypedFormula) -> bool:
    """True if `name = expression` has undefined names, which are then its variables."""
    if "Value" in text or ";" in text:
        return False
    try:
        tree = ast.parse(text).body
        found = set(variables(formula.text))
    except SyntaxError:
        return True  # unfinished, or `w x`: expressions explain these errors better
    except ExpressionError:
        return False
    return len(tree) == 1 and not _is_python(tree[0]) and bool(found) and found.isdisjoint({formula.name, *MODULES})


def _is_expression(text: str) -> bool:
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        lines = parsed(text)
        return lines is None and "\n" not in text.strip() and "=" not in text
    return "Value" not in text and not _is_python(tree)


def _is_python(tree: ast.AST) -> bool:
    return any(isinstance(node, PYTHON) or _is_of_lines(node) for node in ast.walk(tree))


def _is_of_lines(node: ast.AST) -> bool:
    """True if it reads an attribute of Value or `math`, or calls print or a function of the engine that isn't an op."""
    match node:
        case ast.Attribute(value=ast.Name(id="math"), attr=name):
            return name not in functions()
        case ast.Attribute(attr=name):
            return hasattr(Value, name) and advice.chain(ast.unparse(node)).partition(".")[0] not in ELSEWHERE
        case ast.Call(func=ast.Name(id=name)):
            return name == "print" or (name in autograd.__all__ and name not in functions())
    return False


def variables_of(text: str) -> list[str]:
    """The variables of an expression; ExpressionError if one has an op's name, so that its parentheses are missing."""
    found = variables(text)
    for name in filter(functions().__contains__, found):
        at = re.search(rf"\b{name}\b(?!\s*\()", text)
        start, end = at.span() if at else (0, 0)
        raise ExpressionError(f"{name} is a function: write {name}(x)", start + 1, end + 1)
    return found


def glued(names: Collection[str]) -> str:
    """A note on names that join a function and its argument, or factors, as slides do.

    >>> glued(["x", "sinx"]), glued(["x", "y", "xy"])
    ('sinx is read as one name: write the function as sin(x)', 'xy is read as one name: write the product as x*y')
    """
    for name in names:
        function, times, x, *factors = found.groups() if (found := GLUED.fullmatch(name)) else ("", "", "", *name)
        told = f"{name} is read as one name: write the"
        if function:
            return f"{told} function as {OTHERS.get(function, function)}({times}{'*' * bool(times)}{x})"
        if found or (len(factors) > 1 and {*factors} <= {*names}):
            return f"{told} product as {'*'.join(factors)}"
    return ""


def only_first(text: str) -> str:
    """A note on ops in an expression that return the first of several numbers."""
    for node in ast.walk(ast.parse(text.strip(), mode="eval")):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[_, _, *_] as args) if name in OF_THE_FIRST:
                listed = ", ".join(map(ast.unparse, args))
                return f"{name} gives {len(args)} numbers; this is the first. The second is {name}([{listed}])[1]"
    return ""
