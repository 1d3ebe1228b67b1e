"""An operation written out with what its arguments are written as, in LaTeX or plain text, parentheses where needed.

Where they are needed is read from the template of the row itself: `{} + {}` is a sum, in `{}^2` stands a base. So
an op of the user's own, too, is written right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from autograd.explaining.spelling import name_latex, name_text, number_latex, number_text
from autograd.primitive import Op

# How tightly a text holds together; an argument that is looser than its place asks for gets parentheses.
CHOICE, SUM, PRODUCT, POWER, CALL, ATOM = range(6)

MOST_TERMS = 8  # of a long sum or product, written out


class Written(NamedTuple):
    """A text and how tightly it holds together."""

    text: str
    level: int


class Notation(NamedTuple):
    """How names, numbers and operations are written.

    `template` gives the text of an operation on n arguments, which stand in it as `mark(i)`. If `strict`, the
    order in which sums and products are computed is kept: a + (b + c) is not a + b + c.
    """

    name: Callable[[str], str]
    number: Callable[[float], str]
    template: Callable[[Op, Sequence[Written]], str]
    parentheses: tuple[str, str] = ("(", ")")
    strict: bool = False

    def named(self, name: str) -> Written:
        """A name."""
        return Written(self.name(name), ATOM)

    def constant(self, x: float) -> Written:
        """A number."""
        text = self.number(x)
        return Written(text, ATOM if re.fullmatch(r"\w[\w.]*", text) else POWER if self.strict else PRODUCT)

    def operation(self, op: Op, args: Sequence[Written]) -> Written:
        """The operation on what is written already."""
        pieces, places, level = _analysed(self.template(op, args), self.strict)
        if not any(pieces[::2]):  # a sum or product of one
            return args[int(pieces[1])]
        text = [pieces[0]]
        for i, (need, after_operator) in enumerate(places):
            arg = args[int(pieces[2 * i + 1])]
            bare = arg.level >= need and not (after_operator and not self.strict and arg.text[0] in "+-−")
            text += (arg.text if bare else arg.text.join(self.parentheses), pieces[2 * i + 2])
        return Written("".join(text), level)


def mark(i: int) -> str:
    """The place of argument i in a template."""
    return f"\0{i}\0"


@lru_cache(maxsize=4096)
def _analysed(template: str, strict: bool) -> tuple[list[str], list[tuple[int, bool]], int]:
    """The template as literals and argument numbers in turn; for each place what it needs; what the whole is."""
    pieces = re.split(r"\0(\d+)\0", template)
    literals = pieces[::2]
    places = [_place(before.rstrip(), after.lstrip(), strict) for before, after in pairwise(literals)]
    return pieces, places, _level(literals)


def _place(before: str, after: str, strict: bool) -> tuple[int, bool]:
    """How tight an argument between these two has to be, and whether an operator comes right before it."""
    if re.match(r"\}?\^|\*\*|[⁰¹²³⁴-⁹⁻]", after):
        need = ATOM
    elif re.search(r"(\^|\*\*)$", before):
        need = CALL
    elif re.search(r"(/|%|\\,|\\bmod)$", before):
        need = POWER
    elif re.search(r"(\\cdot|[·*])$", before):
        need = POWER if strict else PRODUCT
    elif re.search(r"[-−]$", before) or re.match(r"\\cdot|\\bmod|\\,|[·*/%]", after):
        need = PRODUCT
    elif re.search(r"\+$", before):
        need = PRODUCT if strict else SUM
    else:
        need = SUM if re.match(r"[-−+!<>=≤≥≠]", after) or re.search(r"[<>=≤≥≠]$", before) else CHOICE
    return need, bool(re.search(r"(\\cdot|\\bmod|\\,|[-−+·*/%^])$", before))


def _level(literals: Sequence[str]) -> int:
    """How tight the whole is, from the operators that stand outside of all parentheses."""
    depth, outside = 0, []
    for token in re.findall(r"\\left|\\right|\\[a-z]+|\*\*|.", " ".join(literals)):
        depth -= token in ("\\right", ")", "]", "}")
        if depth == 0:
            outside.append(token)
        depth += token in ("\\left", "(", "[", "{")
    text = "".join(outside).replace("**", "^")
    if re.search(r"\\begin| if |\\bmod|[<>=]", text):
        return CHOICE
    for pattern, level in ((r"[-−+%]", SUM), (r"\\cdot|\\,|[·*/]", PRODUCT), (r"[\^⁰¹²³⁴-⁹⁻]", POWER), (r"\\frac", CALL)):
        if re.search(pattern, text):
            return level
    return ATOM


def listed(n: int, most: int = MOST_TERMS) -> list[int | None]:
    """The numbers below n; of many the first and the last, with None for those left out."""
    return [*range(n)] if n <= most else [*range(most - 2), None, n - 1]


def enough(op: Op, n: int, position: int = 0) -> list[int]:
    """The arguments, of n, with which an operation on many is written as with all: those left out are not shown.

    With the one at `position` among them, its rule is written as with all of them, too.
    """
    half = n // 2 if op.name == "dot" else n
    if op.arity is not None or half <= MOST_TERMS + 4:
        return [*range(n)]
    ends = sorted({*range(MOST_TERMS + 2), min(position, n - 1) % half, half - 2, half - 1})
    return [*ends, *(half + i for i in ends), n - 1] if op.name == "dot" else ends


def column(template: str, n: int, variadic: bool, gap: str = "") -> str:
    """A column of the table with marks in the places of its n arguments; with a gap, not all of many."""
    marks = [gap if i is None else mark(i) for i in (listed(n) if variadic and gap else range(n))]
    return template.format(", ".join(marks)) if variadic else template.format(*marks)


def many(op: Op, args: Sequence[Written], join: Mapping[str, str], gap: str) -> str | None:
    """The template of a sum, product or dot on these arguments; None for another op."""
    n = len(args)
    if op.name in ("sum", "prod"):
        terms = [gap if i is None else mark(i) for i in listed(n)]
        return join[op.name].join(terms) or ("0" if op.name == "sum" else "1")
    if op.name == "dot":
        half = n // 2
        terms = [gap if i is None else mark(i) + join["dot"] + mark(half + i) for i in listed(half)]
        bias = [] if args[-1].text == "0" else [mark(n - 1)]
        return join["sum"].join([*terms, *bias]) or "0"
    return None


_TEXT = {
    "abs": "|{}|",
    "pow": "{}^{}",
    "log": "ln({})",
    "log1p": "ln(1 + {})",
    "log2": "log₂({})",
    "log10": "log₁₀({})",
    "expm1": "exp({}) − 1",
    "exp2": "2^{}",
    "log1mexp": "ln(1 − exp(−{}))",
    "logaddexp": "ln(exp({}) + exp({}))",
    "digamma": "ψ({})",
    "floor": "⌊{}⌋",
    "ceil": "⌈{}⌉",
    "exp_difference": "exp({} − {})",
    "gaussian": "exp(−{}²)",
    "step": "[{} > 0]",
    "where": "{1} if {0} else {2}",
}
_COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
_SUPERSCRIPTS = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _text_template(op: Op, args: Sequence[Written]) -> str:
    if op.name == "pow" and re.fullmatch(r"−?\d{1,3}", args[1].text):
        return mark(0) + args[1].text.translate(_SUPERSCRIPTS)
    source = f"[{{}} {op.symbol} {{}}]" if op.name in _COMPARISONS else _TEXT.get(op.name) or _readable(op.source)
    return many(op, args, {"sum": " + ", "prod": "·", "dot": "·"}, "…") or column(source, len(args), op.arity is None, "…")


def _readable(source: str) -> str:
    return source.replace(" ** ", "^").replace(" * ", "·").replace(" / ", "/").replace("-", "−")


def _latex_template(op: Op, args: Sequence[Written]) -> str:
    if op.name == "logsumexp":
        terms = [r"\cdots" if i is None else f"e^{{{mark(i)}}}" for i in listed(len(args))]
        return rf"\ln\left({' + '.join(terms)}\right)"
    names = all(arg.level == ATOM and not arg.text[0].isdigit() for arg in args)
    join = {"sum": " + ", "prod": r" \cdot ", "dot": r" \, " if names else r" \cdot "}
    return many(op, args, join, r"\cdots") or column(op.latex, len(args), op.arity is None, r"\dots")


TEXT = Notation(name_text, number_text, _text_template)
LATEX = Notation(name_latex, number_latex, _latex_template, (r"\left(", r"\right)"))
