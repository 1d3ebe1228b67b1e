"""Pieces of source text: expressions with their precedence, and tables of words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

NUMBER, TRUTH, LIST, PAIR = "number", "truth", "list", "pair"
CONDITIONAL, OR, AND, EQUAL, ORDER, SUM, PRODUCT, UNARY, ATOM = range(9)  # precedence, from loosest to tightest
INDENT = "    "
MAX_LINE = 100


class Text(NamedTuple):
    """An expression: its text, its precedence, and the kind of its value."""

    text: str
    precedence: int = ATOM
    kind: str = NUMBER

    def within(self, precedence: int) -> str:
        """The text as an operand, in parentheses if it binds less tightly than `precedence`."""
        return self.text if self.precedence >= precedence else f"({self.text})"


def pairs(text: str) -> dict[str, str]:
    """A table from text such as `name = other, name = other`."""
    return dict(re.findall(r"(\w+) = ([\w.]+)", text))


def words(text: str) -> frozenset[str]:
    """The words in a text."""
    return frozenset(re.findall(r"\w+", text))


def by_name(*texts: str) -> dict[str, str]:
    """The texts of functions, by the functions' names: the word before the first parenthesis."""
    return {text.partition("(")[0].split()[-1]: text for text in texts}


def lines_of(texts: Iterable[str], last: str = ",") -> list[str]:
    """Texts joined by commas, on lines of about MAX_LINE characters, with `last` at the end."""
    lines = [""]
    for text in texts:
        if lines[-1] and len(lines[-1]) + len(text) > MAX_LINE:
            lines.append("")
        lines[-1] += f"{text}, "
    lines[-1] = lines[-1].removesuffix(", ") + last
    return [line.rstrip() for line in lines]


FACTORIALS = "\n".join(f"        {line}" for line in lines_of(repr(float(math.factorial(n))) for n in range(171)))  # all finite


def bracketed(start: str, items: Iterable[str], end: str, indent: int = 0) -> list[str]:
    """A list between `start` and `end`, at this indentation, on one line if it fits.

    >>> bracketed("f(", ["x", "y"], ")")
    ['f(x, y)']
    >>> bracketed("f(", ["x" * 60, "y" * 60], ")") == ["f(", f"    {'x' * 60},", f"    {'y' * 60}", ")"]
    True
    """
    items, outer = list(items), indent * INDENT
    line = f"{outer}{start}{', '.join(items)}{end}"
    if len(line) <= MAX_LINE:
        return [line]
    return [outer + start.rstrip(), *(outer + INDENT + line for line in lines_of(items, last="")), outer + end.lstrip()]
