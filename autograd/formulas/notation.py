"""An operation written out with what its arguments are written as, in LaTeX or plain text, parentheses where needed.

Where they are needed is read from the template of the row itself: `{} + {}` is a sum, in `{}^2` stands a base. So
an op of the user's own, too, is written right: as text by its Python source, which is parsed, in LaTeX by the signs
around its arguments.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from autograd import templates
from autograd.formulas.spelling import name_latex, name_text, number_latex, number_text
from autograd.op import Op

# How tightly a text holds together; an argument that is looser than its place asks for gets parentheses.
CHOICE, SUM, PRODUCT, POWER, CALL, ATOM = range(6)

MOST_TERMS = 8  # of a long sum or product, written out


class Written(NamedTuple):
    """A text and how tightly it holds together."""

    text: str
    level: int


class Template(NamedTuple):
    """The text of an operation: literals and the numbers of its arguments in turn, and how tightly the whole holds together.

    For each place, how tight an argument has to be there, and whether an operator comes right before it.
    """

    pieces: Sequence[str]
    places: Sequence[tuple[int, bool]]
    level: int


class Notation(NamedTuple):
    """How names, numbers and operations are written; `template` gives the text of an operation on these arguments."""

    name: Callable[[str], str]
    number: Callable[[float], str]
    template: Callable[[Op, Sequence[Written]], Template]
    parentheses: tuple[str, str] = ("(", ")")

    def named(self, name: str) -> Written:
        """A name."""
        return Written(self.name(name), ATOM)

    def constant(self, x: float) -> Written:
        """A number."""
        text = self.number(x)
        return Written(text, ATOM if re.fullmatch(r"\w[\w.]*", text) else PRODUCT)

    def operation(self, op: Op, args: Sequence[Written]) -> Written:
        """The operation on what is written already."""
        pieces, places, level = self.template(op, args)
        if not any(pieces[::2]):  # a sum or product of one
            return args[int(pieces[1])]
        text = [pieces[0]]
        for i, (need, after_operator) in enumerate(places):
            arg = args[int(pieces[2 * i + 1])]
            bare = arg.level >= need and not (after_operator and arg.text[0] in "+-−")
            text += (arg.text if bare else arg.text.join(self.parentheses), pieces[2 * i + 2])
        return Written("".join(text), level)


def mark(i: int) -> str:
    """The place of argument i in a template."""
    return f"\0{i}\0"


# -- read by the signs around the arguments ----------------------------------------------------------

# Signs whose meaning is known, before an argument and behind it.
_BEFORE = re.compile(
    r"(^|[(\[{|⌊⌈,&]|[-−+·/^<>=≤≥≠]|\\(cdot|bmod|,|\\|ne|le|ge|lfloor|lceil|langle|lvert|lVert)|\\(text|begin)\{[^{}]*\})$"
)
_BEHIND = re.compile(
    r"$|[)\]}|⌋⌉,&]|[-−+·/^_<>=≤≥≠⁰¹²³⁴-⁹⁻]|\\[,\\]|\\(cdot|bmod|ne|le|ge|rfloor|rceil|rangle|rvert|rVert|right|end|text)\b"
)


@lru_cache(maxsize=4096)
def by_signs(template: str) -> Template:
    """A template with marks. Where a sign has no known meaning, all but names and calls get parentheses."""
    pieces = re.split(r"\0(\d+)\0", template)
    literals = pieces[::2]
    places = [_place(before.rstrip(), after.lstrip()) for before, after in pairwise(literals)]
    return Template(pieces, places, _level(literals))


def _place(before: str, after: str) -> tuple[int, bool]:
    """How tight an argument between these two has to be, and whether an operator comes right before it."""
    known = _BEFORE.search(before) and _BEHIND.match(after)
    if not known or re.match(r"\}?[\^_]|[⁰¹²³⁴-⁹⁻]", after):
        need = ATOM
    elif re.search(r"\^$", before):
        need = CALL
    elif re.search(r"(/|\\,|\\bmod)$", before):
        need = POWER
    elif re.search(r"(\\cdot|·|[-−])$", before) or re.match(r"\\cdot|\\bmod|\\,|[·/]", after):
        need = PRODUCT
    elif re.search(r"\+$", before) or re.match(r"[-−+]", after):
        need = SUM
    else:
        need = SUM if re.match(r"[<>=≤≥≠]", after) or re.search(r"[<>=≤≥≠]$", before) else CHOICE
    return need, bool(re.search(r"(\\cdot|\\bmod|\\,|[-−+·/^])$", before))


def _level(literals: Sequence[str]) -> int:
    """How tight the whole is, from the signs that stand outside of all parentheses."""
    depth, outside = 0, []
    for token in re.findall(r"\\left|\\right|\\[a-z]+|.", "\0".join(literals), re.DOTALL):
        depth -= token in (")", "]", "}", "⌋", "⌉", "\\right", "\\rfloor", "\\rceil", "\\rangle", "\\rvert", "\\rVert")
        if depth == 0:
            outside.append(token)
        depth += token in ("(", "[", "{", "⌊", "⌈", "\\left", "\\lfloor", "\\lceil", "\\langle", "\\lvert", "\\lVert")
    text = re.sub(r"\\cdot|\\,", "·", "".join(outside))
    if re.search(r"\\begin|[<>=≤≥≠]|\\(bmod|ne|le|ge)\b", text):
        return CHOICE
    for pattern, level in ((r"[-−+]", SUM), (_ODD, SUM), (r"[·/]", PRODUCT), (r"[\^⁰¹²³⁴-⁹⁻]", POWER), (r"\\frac", CALL)):
        if re.search(pattern, text):
            return level
    return ATOM


# An argument that something of no known meaning stands beside.
_ODD = r"\0 *[^-−+·/^⁰¹²³⁴-⁹⁻)\]}|, \0]|(?<=[^-−+·/^(\[{|, \0]) *\0"


# -- read as Python ----------------------------------------------------------------------------------

# How tight the operands of an operator have to be, left and right, and how tight the result is.
_BINARY = {
    ast.Add: (SUM, SUM, SUM),
    ast.Sub: (SUM, PRODUCT, SUM),
    ast.Mult: (PRODUCT, PRODUCT, PRODUCT),
    ast.Div: (PRODUCT, POWER, PRODUCT),
    ast.Pow: (ATOM, CALL, POWER),
    ast.Mod: (PRODUCT, POWER, SUM),
    ast.FloorDiv: (POWER, POWER, SUM),
}
_RARE = (ATOM, ATOM, CHOICE)


@lru_cache(maxsize=4096)
def by_python(source: str, n: int, variadic: bool) -> Template:
    """The source of an operation on n arguments, with the signs of formulas."""
    slots = templates.slots(n)
    texts = tuple("..." if i is None else slots[i] for i in (listed(n) if variadic else range(n)))
    tree = templates.tree(source, texts, variadic)
    found = sorted((node.lineno, node.col_offset, need, after) for node, need, after in _operands(tree) if node.id in slots)
    text = ast.unparse(tree).replace("...", "…")
    for sign, formula in ((" ** ", "^"), (" * ", "·"), (" / ", "/"), ("-", "−")):
        text = text.replace(sign, formula)
    pieces = re.split(templates.SLOT.format(r"(\d+)"), text)
    return Template(pieces, [(need, after) for _, _, need, after in found], _tightness(tree))


def _operands(node: ast.AST) -> Iterator[tuple[ast.Name, int, bool]]:
    """Every name of a tree, with how tight what stands in its place has to be, and whether an operator comes before it."""
    for field, value in ast.iter_fields(node):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.Name):
                yield part, *_needed(node, field)
            elif isinstance(part, ast.AST):
                yield from _operands(part)


def _needed(node: ast.AST, field: str) -> tuple[int, bool]:
    if isinstance(node, ast.BinOp):
        left, right, _ = _BINARY.get(type(node.op), _RARE)
        return (left, False) if field == "left" else (right, True)
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        return PRODUCT, True
    if field in ("func", "value") and isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        return ATOM, False
    loose = isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Starred)) or field in ("body", "test")
    return SUM if loose and not isinstance(node, ast.Lambda) else CHOICE, False


def _tightness(node: ast.expr) -> int:
    if isinstance(node, ast.BinOp):
        return _BINARY.get(type(node.op), _RARE)[2]
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        return SUM
    return CHOICE if isinstance(node, (ast.IfExp, ast.Lambda, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.NamedExpr)) else ATOM


# -- what the table does not say ---------------------------------------------------------------------


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
}
_COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
_SUPERSCRIPTS = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _text_template(op: Op, args: Sequence[Written]) -> Template:
    if op.name == "pow" and re.fullmatch(r"−?\d{1,3}", args[1].text):
        return by_signs(mark(0) + args[1].text.translate(_SUPERSCRIPTS))
    if op.name == "where":
        return by_python("{1} if {0} else {2}", 3, False)
    source = f"[{{}} {op.symbol} {{}}]" if op.name in _COMPARISONS else _TEXT.get(op.name)
    text = many(op, args, {"sum": " + ", "prod": "·", "dot": "·"}, "…") or (
        source and column(source, len(args), op.arity is None)
    )
    return by_signs(text) if text else by_python(op.source, len(args), op.arity is None)


def _latex_template(op: Op, args: Sequence[Written]) -> Template:
    if op.name == "logsumexp":
        terms = [r"\cdots" if i is None else f"e^{{{mark(i)}}}" for i in listed(len(args))]
        return by_signs(rf"\ln\left({' + '.join(terms)}\right)")
    names = all(arg.level == ATOM and not arg.text[0].isdigit() for arg in args)
    join = {"sum": " + ", "prod": r" \cdot ", "dot": r" \, " if names else r" \cdot "}
    return by_signs(many(op, args, join, r"\cdots") or column(op.latex, len(args), op.arity is None, r"\dots"))


TEXT = Notation(name_text, number_text, _text_template)
LATEX = Notation(name_latex, number_latex, _latex_template, (r"\left(", r"\right)"))
