"""Formulas in plain text and in LaTeX: names, numbers and operations, with brackets where precedence requires them."""

from __future__ import annotations

import ast
import html
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import pairwise, starmap
from string import Formatter
from typing import Any, NamedTuple, TypeVar

from autograd._format import all_digits, one_line, shown
from autograd.formulas.mathml import GREEK
from autograd.names import name_text
from autograd.op import ANY, ATOM, CALL, PRODUCT, SUM, Op, python_tree, slots
from autograd.value import Value

T = TypeVar("T")

MAX_TERMS = 8  # written out of a long sum, product or list


class Formula(NamedTuple):
    """A formula and its precedence, by default that of a name."""

    text: str
    precedence: int = ATOM


def named(args: Iterable[Any], names: Mapping[Value, str]) -> list[Formula | float]:
    """The arguments of a node: numbers, and names of Values."""
    return [arg if type(arg) is float else Formula(names[arg]) for arg in args]


class Printer(NamedTuple):
    """How names, numbers, derivatives and operations are written. Rules call constants by name, as ln 2; `numbered` does not.

    `form` gives the template of an op for its arguments, the precedence of the result, and the one each operand needs.
    A number among the operands is written as a constant.
    """

    name: Callable[[str], str]
    number: Callable[[float], str]
    derivative: Callable[[str, str], str]
    form: Callable[[Op, Sequence[Formula]], tuple[str, Sequence[int]]]
    times: str
    short_times: str  # between two names in a sum of products
    dots: Formula
    brackets: tuple[str, str]
    digits: Callable[[float], str]

    @property
    def numbered(self) -> Printer:
        """The same printer, with all numbers in digits, as in tables and pictures."""
        return self._replace(number=self.digits)

    def variable(self, name: str) -> Formula:
        return Formula(self.name(name))

    def constant(self, x: float) -> Formula:
        text = self.number(x)
        return Formula(text, ATOM if text.replace(".", "").isalnum() else PRODUCT)

    def operation(self, op: Op, operands: Iterable[Formula | float]) -> Formula:
        args = self._formulas(operands)
        if op.terms is not None and op.arity is None:
            return self._sum_of_products(op.terms(len(args)), args)
        template, (precedence, *needed) = self.form(op, args)
        return Formula(self._filled(template, needed if op.arity is not None else needed * len(args), args), precedence)

    def sum(self, terms: Sequence[Formula | float]) -> Formula:
        return self._joined(" + ", SUM, terms) if terms else Formula("0")

    def product(self, factors: Sequence[Formula | float], times: str = "") -> Formula:
        return self._joined(times or self.times, PRODUCT, factors) if factors else Formula("1")

    def bracketed(self, operand: Formula, needed: int = ANY, before: str = "") -> str:
        """The operand, in brackets if its precedence is too low, or if it begins with a sign right after an operator."""
        signed = operand.text[0] in "+-−" and before.rstrip().endswith(_OPERATORS)
        return operand.text.join(self.brackets) if operand.precedence < needed or signed else operand.text

    def _formulas(self, operands: Iterable[Formula | float]) -> list[Formula]:
        return [self.constant(operand) if isinstance(operand, float) else operand for operand in operands]

    def _joined(self, operator: str, precedence: int, operands: Iterable[Formula | float]) -> Formula:
        first, *others = self._formulas(operands)
        if not others:
            return first
        text = [self.bracketed(first, precedence), *(self.bracketed(other, precedence, operator) for other in others)]
        return Formula(operator.join(text), precedence)

    def _sum_of_products(self, terms: Sequence[Sequence[int]], args: Sequence[Formula]) -> Formula:
        """A sum, a product or a dot product; its bias comes last, if it is not 0."""
        single = [args[term[0]] for term in terms if len(term) == 1]
        products = [term for term in terms if len(term) != 1]
        if not products:
            return self.sum(abridged(single, self.dots))
        names = all(arg.precedence == ATOM and not arg.text[0].isdigit() for arg in args)
        times = self.short_times if names and len(terms) > 1 else self.times
        written: list[Formula] = []
        for term in abridged(products):
            factors = abridged([args[i] for i in term], self.dots)
            if written:  # after a plus, a first factor with a sign is bracketed
                factors[0] = Formula(self.bracketed(factors[0], before="+"))
            written.append(self.product(factors, times))
        if len(products) > len(written):
            written.insert(-1, self.dots)
        return self.sum([*written, *(bias for bias in single if bias.text != "0")])

    def _filled(self, template: str, needed: Sequence[int], args: Sequence[Formula]) -> str:
        text, positions = "", iter(range(len(args)))
        for literal, place, *_ in Formatter().parse(template):
            text += literal
            if place is not None:
                i = int(place or next(positions))
                text += self.bracketed(args[i], needed[i], text)
        return text


def telling(write: Printer, op: Op, numbers: Sequence[float], result: float) -> Printer:
    """A printer with all digits if the op jumps, and would give another result for the numbers as printed.

    >>> from autograd import ops
    >>> telling(TEXT, ops.ceil, [1.0000001], 2.0).number(1.0000001), telling(TEXT, ops.ceil, [1.2000001], 2.0).number(1.2000001)
    ('1.0000001', '1.2')
    """
    if not op.jumps or result != result:
        return write
    read = op(*(float(write.number(x).replace("−", "-")) for x in numbers))
    return write if math.isclose(read, result, rel_tol=1e-5) else write._replace(number=all_digits, digits=all_digits)


_OPERATORS = ("+", "-", "−", "·", "/", "%", "^", r"\cdot", r"\bmod", r"\,")


def abridged(items: Sequence[T], *dots: T) -> list[T]:
    """All items; if there are many, the first ones and the last, with dots between.

    >>> abridged(range(100), ...)
    [0, 1, 2, 3, 4, 5, Ellipsis, 99]
    """
    return list(items) if len(items) <= MAX_TERMS else [*items[: MAX_TERMS - 2], *dots, items[-1]]


@lru_cache(maxsize=256)
def enough_arguments(op: Op, count: int, position: int = 0) -> tuple[int, ...]:
    """Positions of arguments, out of `count`, that give the same formula as all of them: `abridged` drops the others.

    The one at `position` is among them, so its partial has the same formula too.
    """
    terms: Sequence[Sequence[int]] = [(i,) for i in range(count)] if op.terms is None else op.terms(count)
    if len(terms) == 1:  # a product: its factors are the terms
        terms = [(i,) for i in terms[0]]
    if op.arity is not None or len(terms) <= MAX_TERMS + 5:
        return tuple(range(count))
    partner = op.partners(count).get(position)
    asked = (position,) if partner is None else (position, partner)
    return tuple(sorted({i for term in (*terms[: MAX_TERMS + 3], asked, *terms[-2:]) for i in term}))


# -- how an op is written ----------------------------------------------------------------------------

_SUPERSCRIPTS = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _text_form(op: Op, args: Sequence[Formula]) -> tuple[str, Sequence[int]]:
    template = op.text or _text_of_source(op.source, op.arity)
    precedence = op.precedence or _safe_precedence(template, op.arity)
    if template.endswith("^{}") and re.fullmatch(r"−?\d{1,3}", args[-1].text):
        return template.removesuffix("^{}") + args[-1].text.translate(_SUPERSCRIPTS), precedence
    return template if op.arity is not None else _spread(template, "{}", ", ", "…", len(args)), precedence


def _latex_form(op: Op, args: Sequence[Formula]) -> tuple[str, Sequence[int]]:
    template, precedence = op.latex, op.latex_precedence or _safe_precedence(op.latex, op.arity)
    if op.arity is None:
        join, dots = (", ", r"\dots") if op.latex_term == "{}" else (" + ", r"\cdots")
        template = _spread(template, op.latex_term, join, dots, len(args))
    return template, precedence


def _spread(template: str, term: str, join: str, dots: str, count: int) -> str:
    """The template of a variadic op with one place per argument instead of one for all."""
    places = join.join(abridged([term.replace("{}", f"{{{i}}}") for i in range(count)], dots))
    pieces = ((re.sub("[{}]", r"\g<0>\g<0>", literal), place) for literal, place, *_ in Formatter().parse(template))
    return "".join(literal + (places if place is not None else "") for literal, place in pieces)


@lru_cache(maxsize=1024)
def _text_of_source(source: str, arity: int | None) -> str:
    """A Python template, rewritten with the signs of formulas."""
    count = 1 if arity is None else arity
    text = re.sub("[{}]", r"\g<0>\g<0>", ast.unparse(python_tree(source, count, arity is None)))
    for sign, formula in ((" ** ", "^"), (" * ", "·"), (" / ", "/"), ("-", "−")):
        text = text.replace(sign, formula)
    for i, slot in enumerate(slots(count)):
        text = text.replace(slot, f"{{{i}}}")
    return text


_OPENING = ("(", "[", "{", "|", "&", ",", r"\lfloor", r"\lceil", r"\langle", r"\lvert", r"\lVert")
_CLOSING = (")", "]", "}", "|", "&", ",", r"\\", r"\right", r"\rfloor", r"\rceil", r"\rangle", r"\rvert", r"\rVert")


@lru_cache(maxsize=1024)
def _safe_precedence(template: str, arity: int | None) -> tuple[int, ...]:
    """The precedence of a template if the op has none: operands between delimiters need no brackets, nor does a call."""
    marks = [chr(0xE000 + i) for i in range(1 if arity is None else arity)]
    text = template.format(*marks)
    needed = [ANY if all(starmap(_set_off, pairwise(text.split(mark)))) else ATOM for mark in marks]
    outside, depth = "", 0
    for c in text.replace(r"\left", "(").replace(r"\right", ")"):
        depth -= c in ")]}"
        outside += c if depth == 0 and c not in "([{)]}" else ""
        depth += c in "([{"
    call = depth == 0 and re.fullmatch(r"\|?|[\\A-Za-z][\\\w|]*", outside, re.ASCII)
    return ((CALL if r"\frac" in outside else ATOM) if call else ANY), *needed


def _set_off(before: str, after: str) -> bool:
    """True if delimiters enclose what comes between these two texts."""
    after = after.lstrip()
    return before.rstrip().endswith(_OPENING) and after.startswith(_CLOSING) and not after.startswith(("}^", "}_"))


def _html_form(op: Op, args: Sequence[Formula]) -> tuple[str, Sequence[int]]:
    template, precedence = _text_form(op, args)
    return html.escape(template), precedence


# -- names and numbers -------------------------------------------------------------------------------

_PLAIN = re.compile("([A-Za-z])([0-9]{0,50})")  # the usual case, handled first
_LETTERS = f"A-Za-z{''.join(GREEK.values())}"
_PART = rf"[{_LETTERS}][{_LETTERS}\d_]*(\[\d+\])*"
_PATH = re.compile(rf"{_PART}(\.{_PART})*", re.ASCII)
_NUMBERED = re.compile(rf"([{_LETTERS}]+)(\d+)", re.ASCII)
_COMMANDS = {letter: rf"\{name}" for name, letter in GREEK.items()}
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_ACCENTS = frozenset(("hat", "bar", "tilde"))
_SPECIAL = {c: rf"\{c}" for c in "{}_%#&$"} | {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ", "<": "{<}", ">": "{>}"}
_CONSTANTS = {  # of partials, in text and in LaTeX
    math.log(2.0): ("ln 2", r"\ln 2"),
    math.log(10.0): ("ln 10", r"\ln 10"),
    0.886226925452758: ("√π/2", r"\frac{\sqrt{\pi}}{2}"),
    2.0 / math.sqrt(math.pi): ("2/√π", r"\frac{2}{\sqrt{\pi}}"),
    -2.0 / math.sqrt(math.pi): ("−2/√π", r"-\frac{2}{\sqrt{\pi}}"),
}


def name_latex(name: str) -> str:
    r"""A name in LaTeX: indices as subscripts, Greek letters, hats; escaped if it is not an identifier.

    >>> print(name_latex("w1"), name_latex("x_hat"), name_latex("alpha"), name_latex("W[0][1]"), name_latex("loss"))
    w_{1} \hat{x} \alpha W_{0,1} \mathrm{loss}
    >>> print(name_latex("layers[0].neurons[1].w[0]"), name_latex("50% off"))
    \mathrm{layers}_{0}.\mathrm{neurons}_{1}.w_{0} \text{50}\%\text{ off}
    """
    if plain := _PLAIN.fullmatch(name):
        return f"{plain[1]}_{{{plain[2]}}}" if plain[2] else plain[1]
    name = one_line(name)
    path = name.translate(_DIGITS)
    if not _PATH.fullmatch(path):
        runs = re.findall(r"[^\\{}_%#&$^~<>]+|.", name)
        return "".join(_SPECIAL.get(run) or rf"\text{{{run}}}" for run in runs) or r"\text{}"
    return ".".join(map(_attribute_latex, path.split(".")))


def _attribute_latex(name: str) -> str:
    """One part of a path: `w1`, `x_hat`, `W[0][1]`."""
    stem, *indices = name.replace("]", "").split("[")
    words = [word for word in stem.split("_") if word]
    accents = [word for word in words[1:] if word in _ACCENTS]
    subscripts = [_word_latex(word) for word in words[1:] if word not in _ACCENTS]
    match = _NUMBERED.fullmatch(words[0])
    head = _word_latex(match[1] if match else words[0])
    subscripts = [match[2], *subscripts] if match else subscripts
    for accent in accents:
        head = rf"\{accent}{{{head}}}"
    below = ",".join([*subscripts, *indices])
    return f"{head}_{{{below}}}" if below else head


def _word_latex(word: str) -> str:
    if word in GREEK:
        return rf"\{word}"
    if not word.isascii():  # Δx
        return " ".join(_COMMANDS.get(c, c) for c in word)
    return word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"


def number_text(x: float, digits: int = 6) -> str:
    """A constant in a text formula: by its name if it has one.

    >>> number_text(-0.5), number_text(math.log(2.0))
    ('−0.5', 'ln 2')
    """
    return _CONSTANTS[x][0] if x in _CONSTANTS else shown(x, digits)


def number_latex(x: float) -> str:
    r"""`number_text` in LaTeX.

    >>> print(number_latex(-0.5), number_latex(1e-7), number_latex(float("inf")), number_latex(math.log(2.0)))
    -0.5 10^{-7} \infty \ln 2
    """
    return _CONSTANTS[x][1] if x in _CONSTANTS else _digits_latex(x)


def _digits_latex(x: float) -> str:
    digits, _, exponent = f"{x + 0.0:.6g}".partition("e")
    if exponent:
        digits = {"1": "", "-1": "-"}.get(digits, rf"{digits} \cdot ") + f"10^{{{int(exponent)}}}"
    return digits.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")


TEXT = Printer(
    name=name_text,
    number=number_text,
    derivative="∂{}/∂{}".format,
    form=_text_form,
    times="·",
    short_times="·",
    dots=Formula("…"),
    brackets=("(", ")"),
    digits=shown,
)
PICTURE = TEXT._replace(number=partial(number_text, digits=4), digits=partial(shown, digits=4))  # pictures have little room
LATEX = Printer(
    name=name_latex,
    number=number_latex,
    derivative=r"\frac{{\partial {}}}{{\partial {}}}".format,
    form=_latex_form,
    times=r" \cdot ",
    short_times=r" \, ",
    dots=Formula(r"\cdots"),
    brackets=(r"\left(", r"\right)"),
    digits=_digits_latex,
)
HTML = TEXT._replace(
    name=lambda name: html.escape(name_text(name)),
    derivative='<span class="derivative"><span>∂{}</span><i>/</i><span>∂{}</span></span>'.format,
    form=_html_form,
)
