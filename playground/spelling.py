"""Respells formulas, as written at school and on slides, as Python: x² + 3x is x**2 + 3*x."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Collection, Iterator
from itertools import pairwise
from keyword import iskeyword
from typing import NamedTuple

from autograd.expression import MAX_LENGTH, functions
from playground.latex import OPERATOR, plain_text
from playground.syntax import UNREADABLE, parsed

POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SIGNS: dict[int, int | str] = {
    **str.maketrans("×·⋅∙÷∕−–—₀₁₂₃₄₅₆₇₈₉", "****//---0123456789"),
    ord("≤"): "<=",
    ord("≥"): ">=",
    ord("≠"): "!=",
    ord("∞"): "inf",
}
OTHERS = {"ln": "log", "lg": "log10", "log_2": "log2", "log_10": "log10", "sgn": "sign"}
OTHERS |= {f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan")}
OTHERS |= {f"ar{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")}
OTHERS |= {"sen": "sin", "tg": "tan", "arctg": "atan"}
CALLED = {*functions(), *OTHERS}
RECIPROCALS = {"sec": "cos", "csc": "sin", "cosec": "sin", "cot": "tan", "ctg": "tan"}  # not ops: sec(x) is 1/cos(x)
ROOTS = {"√": "sqrt", "∛": "cbrt"}
SIGMOID = "σ"  # before parentheses; a number elsewhere
GLUED = re.compile(  # sinx and sin2x, but neither cost nor log2x; πx
    r"(sinh?|cosh?|tanh?|ln|log|exp|sqrt)((?:(?<!log)\d+)?)([xyzθφ])|(π)([^\W\d_]\w*)"
)
MICROGRAD = {"engine": "autograd", "nn": "nn"}  # its modules and their counterparts here
MODULES = {"np", "numpy", "math"}  # np.exp(x) is exp(x), unless the text imports them
PLAIN = frozenset("fghFGH")  # f(x) is a call, where x(x + 1) is a product
_TOKEN = re.compile(
    r"""(?P<space>(?:[ \t\f]|\\\r?\n)*)(?:
    (?P<newline>\r\n?|\n)|(?P<comment>\#[^\r\n]*)|(?P<string>\w{0,2}(?:\"\"\".*?\"\"\"|'''.*?'''|"[^"\r\n]*"|'[^'\r\n]*'))
    |(?P<number>0[xXoObB][\da-fA-F_]+|(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<power>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)|(?P<name>[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉][^\W⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]*[₀₁₂₃₄₅₆₇₈₉]*)
    |(?P<op>\*\*=?|//=?|[-+*/%<>=!:]=|->|.)|$)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str
    space: str = ""  # the whitespace before it


def corrected(text: str) -> str | None:
    """The text as Python, with common slips corrected; None if there are none or other errors remain.

    >>> corrected("x² sin 2x + e^-x"), corrected("x**2")
    ('x**2*sin(2*x) + exp(-x)', None)
    """
    if len(text) > MAX_LENGTH:
        return None
    ours = re.sub(r"(?m)^from micrograd\.(engine|nn) import", lambda found: f"from {MICROGRAD[found[1]]} import", text)
    if not _is_python(text):
        ours = plain_text(textwrap.dedent(ours))
    headless = re.sub(r"(?m)^(\s*(\w+))['’′]*\s*\([\w\s,]*\)(?=\s*=(?!=))", _without_arguments, ours)
    try:
        mended = difference(_Speller(_with_points(list(_tokens(headless))), _bound(text)).text())
        ast.parse(mended.strip())
    except UNREADABLE:
        return None
    return mended if mended != text else None


def difference(text: str) -> str:
    """An equation as the difference of its sides; other text unchanged.

    >>> difference("x*x + y = 3"), difference("0 = x - 1"), difference("y = x")
    ('x*x + y - 3', 'x - 1', 'y = x')
    """
    sides = [side.strip() for side in re.split(r"(?<![<>=!:+*/%-])=(?!=)", text)]
    try:
        left, right = (ast.parse(side, mode="eval").body for side in sides)
    except UNREADABLE:  # or not two sides
        return text
    if not isinstance(left, (ast.BinOp, ast.UnaryOp, ast.Constant, ast.Call)):
        return text
    if isinstance(left, ast.Constant):
        sides, right = sides[::-1], left
    if sides[1] == "0":
        return sides[0]
    whole = isinstance(right, (ast.Constant, ast.Name, ast.Call))
    return f"{sides[0]} - {sides[1]}" if whole else f"{sides[0]} - ({sides[1]})"


def _without_arguments(found: re.Match[str]) -> str:
    """f instead of f(x) before an =, unless f is an op."""
    return found[0] if found[2] in CALLED else found[1]


def _is_python(text: str) -> bool:
    """False also for x^{2}, which is valid Python, with a set, and for d/dx(x)."""
    return parsed(text) is not None and "{" not in text and not re.match(rf"\s*{OPERATOR}\s*\(", text)


def _bound(text: str) -> set[str]:
    """The parameters of functions, and the names that several results are assigned to; empty if the text isn't Python."""
    tree = parsed(text)
    nodes = [*ast.walk(tree)] if tree else []
    targets = [x for node in nodes if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store) for x in node.elts]
    return {node.arg for node in nodes if isinstance(node, ast.arg)} | {x.id for x in targets if isinstance(x, ast.Name)}


def _tokens(text: str) -> Iterator[Token]:
    depth = 0
    space = ""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "end"
        written = found[kind] if kind not in ("end", "space") else ""
        space += found["space"]
        depth += (written in ("(", "[", "{")) - (written in (")", "]", "}"))
        if kind == "newline" and depth > 0:  # just a space
            space += written
            continue
        if kind == "op" or kind == "name":
            written = written.translate(SIGNS)
        yield Token("end" if kind == "space" else kind, written, space)
        space = ""


def _with_points(tokens: list[Token]) -> list[Token]:
    """Turn decimal commas into points in brackets where every comma is one, outside calls and lists."""
    groups: dict[int, list[int]] = {}  # indices of commas, by the index of the opening bracket, or -1
    opened = [-1]
    for i, token in enumerate(tokens):
        if token.text in ("(", "[", "{"):
            before = tokens[i - 1] if i else Token("end", "")
            listed = token.text != "(" or (before.kind == "name" and before.text in CALLED) or before.text in (")", "]")
            opened.append(-2 - i if listed or before.kind == "name" else i)
        elif token.text in (")", "]", "}") and len(opened) > 1:
            opened.pop()
        elif token.kind == "newline":
            opened = [i]
        elif token.text == ",":
            groups.setdefault(opened[-1], []).append(i)
    plain = [places for opener, places in groups.items() if opener >= -1]
    commas = {i for places in plain if all(_is_decimal(tokens, j) for j in places) for i in places}
    made: list[Token] = []
    for i, token in enumerate(tokens):
        if i in commas:
            continue
        if i - 1 in commas:
            made[-1] = made[-1]._replace(text=f"{made[-1].text}.{token.text}")
        else:
            made.append(token)
    return made


def _is_decimal(tokens: list[Token], i: int) -> bool:
    """True if the comma at i separates the digits of one number."""
    if not 0 < i < len(tokens) - 1:
        return False
    before, comma, after = tokens[i - 1 : i + 2]
    chained = "," in {token.text for token in (*tokens[max(0, i - 2) : i], *tokens[i + 1 : i + 3])}
    thousands = before.text.strip("0") and re.fullmatch(r"\d{3}", after.text)  # or not: 1,000 may be either
    digits = before.text.isdigit() and not thousands and re.fullmatch(r"\d+([eE][+-]?\d+)?", after.text) is not None
    return digits and not (comma.space or after.space or chained)


class _Speller:
    """Reads the tokens from left to right; each method writes what it read as Python writes it."""

    def __init__(self, tokens: list[Token], bound: Collection[str]) -> None:
        self.tokens = tokens
        self.i = 0
        self.paired = sum(token.text == "|" for token in tokens) % 2 == 0  # so bars may enclose operands
        self.opens = self.paired  # True if a bar after an operand opens; inside |…| it closes
        pairs = list(pairwise(tokens))
        self.made = {token.text for token, after in pairs if token.kind == "name" and after.text == "="}
        self.made |= {token.text for before, token in pairs if before.text in ("def", "class", "import", "as", "for")} | {*bound}
        self.tokens = list(self._apart())

    def _apart(self) -> Iterator[Token]:
        """The tokens without module names before ops, and with sinx as sin(x) and πx as π x."""
        skipped = 0
        for i, token in enumerate(self.tokens):
            after = self.tokens[i + 1 : i + 4]
            glued = GLUED.fullmatch(token.text) if token.kind == "name" and token.text not in self.made else None
            of_op = [each.text for each in after[::2]] == [".", "("] and after[1].text in CALLED
            if token.text in MODULES - self.made and of_op:
                skipped = 2  # the module and the dot
                self.tokens[i + 2] = after[1]._replace(space=token.space)
            if glued and glued[4]:
                yield from (token._replace(text=glued[4]), Token("name", glued[5]))
            elif glued:
                yield token._replace(text=glued[1])
                inside = [Token("number", glued[2])] * bool(glued[2]) + [Token("name", glued[3])]
                yield from (Token("op", "("), *inside, Token("op", ")"))
            elif skipped == 0:
                yield token
            skipped = max(0, skipped - 1)

    @property
    def next(self) -> Token:
        return self.tokens[self.i]

    def passed(self) -> Token:
        self.i += 1
        return self.tokens[self.i - 1]

    def take(self) -> str:
        token = self.passed()
        return token.space + token.text

    def text(self) -> str:
        parts = []
        while self.next.kind != "end":
            parts.append(self.item())
        return "".join(parts) + self.next.space

    def item(self) -> str:
        return self.product() if self.begins(first=True) else self.take()

    def begins(self, first: bool) -> bool:
        """True if an operand begins here. After another operand (first=False), a bar doesn't begin one."""
        token = self.next
        if token.kind == "name":
            return not iskeyword(token.text)
        return token.kind == "number" or token.text in ("(", *ROOTS) or (token.text == "|" and first)

    def product(self, of_an_op: bool = False) -> str:
        """Adjacent factors joined by *; an argument without parentheses ends before the next op."""
        made = self.power()
        while self.begins(first=self.opens) and not (of_an_op and self.is_op(self.next)) and not self.between_numbers():
            made += "*" + self.power().lstrip()
        return made

    def between_numbers(self) -> bool:
        """True in 1.000.000 and 3 1/2, which are no products."""
        return self.tokens[self.i - 1].kind == self.next.kind == "number"

    def power(self) -> str:
        base = self.primary()
        if not self.raised():
            return base
        space = self.next.space if self.next.text == "**" else ""
        exponent = self.exponent()
        of_e = re.fullmatch(r"(\s*)([^\W\d_]?)e", base)  # e^x, or xe^x
        if of_e and self.made.isdisjoint({"e", base.strip()}):
            return f"{of_e[1]}{of_e[2]}{'*' * bool(of_e[2])}exp({_bare(exponent)})"
        return f"{base}{space}**{exponent}"

    def raised(self) -> bool:
        return self.next.kind == "power" or self.next.text in ("^", "**")

    def exponent(self) -> str:
        if self.next.kind == "power":
            return self.take().strip().translate(POWERS)
        mark = self.passed()
        sign = self.take() if self.next.text in ("-", "+") else ""
        exponent = sign + self.power()
        return exponent if mark.text == "**" else exponent.strip()

    def primary(self) -> str:
        token = self.next
        if not self.begins(first=True):
            raise SyntaxError("an operand is missing")
        if token.text in ROOTS:
            self.i += 1
            return f"{token.space}{ROOTS[token.text]}({_bare(self.primary())})"
        if token.text == "|":
            return self.absolute()
        if token.text == "(":
            return self.trailers(self.brackets(), called=False)
        made = self.take()
        if token.kind == "number":
            return made
        if self.is_op(token):
            return self.of_op(token)
        if self.is_capitalised(token):
            return self.of_op(token._replace(text=token.text.lower()))
        if token.text == SIGMOID and self.next.text == "(" and token.text not in self.made:
            return self.trailers(f"{token.space}sigmoid", called=True)
        factor = re.fullmatch(r"[^\W\d_]\d*", token.text) and not {token.text} & (self.made | PLAIN)
        if factor and self.next.text == "(":
            return made  # followed by a product
        return self.trailers(made, called=True)

    def is_op(self, token: Token) -> bool:
        return token.kind == "name" and token.text in (CALLED | RECIPROCALS.keys()) and token.text not in self.made

    def is_capitalised(self, token: Token) -> bool:
        """True for a capitalised op that is called, as in Tanh(x), but not in nn.Tanh()(x) or Tanh()(x)."""
        after = [each.text for each in self.tokens[self.i : self.i + 2]]
        return token.text.lower() in CALLED and token.text not in self.made and after[:1] == ["("] and after[1:] != [")"]

    def of_op(self, token: Token) -> str:
        """An op and its argument: sin x, sin² x, sin -x, sin(x); 1/cos(x) for sec x."""
        if token.text in RECIPROCALS:
            inside = self.of_op(token._replace(text=RECIPROCALS[token.text], space=""))
            return f"{token.space}(1/{inside})" if "(" in inside else token.space + token.text
        name = token.space + OTHERS.get(token.text, token.text)
        exponent = f"**{self.exponent()}" if self.raised() else ""
        if _bare(exponent[2:]) == "-1" and f"a{name.strip()}" in CALLED:  # sin⁻¹ is the inverse function
            name, exponent = f"{token.space}a{name.strip()}", ""
        if self.next.text == "(":
            return self.trailers(name + (self.brackets().strip() if exponent else self.brackets()), called=False) + exponent
        sign = self.take() if self.next.text == "-" else ""
        if not self.begins(first=True):
            return name + exponent + sign
        inside = self.of_op(self.passed()) if self.is_op(self.next) else self.product(of_an_op=True)
        return f"{name}({(sign + inside).strip()}){exponent}"

    def brackets(self) -> str:
        """A bracketed part, including the brackets."""
        parts = [self.take()]
        opens, self.opens = self.opens, self.paired
        while self.next.kind != "end" and self.next.text not in (")", "]", "}"):
            parts.append(self.item())
        self.opens = opens
        return "".join(parts) + (self.take() if self.next.kind != "end" else "")

    def trailers(self, made: str, called: bool) -> str:
        """The trailers of an operand: indices, attributes, calls."""
        while self.next.text in ("[", ".") or (called and self.next.text == "("):
            if self.next.text == ".":
                made += self.take() + (self.take() if self.next.kind == "name" else "")
                called = True
            else:
                made += self.brackets()
        return made

    def absolute(self) -> str:
        space = self.passed().space
        opens, self.opens = self.opens, False
        parts: list[str] = []
        operand = False  # a bar after one closes, and opens elsewhere: ||x| - 1|
        while self.next.kind not in ("end", "newline") and self.next.text != ")" and not (operand and self.next.text == "|"):
            operand = self.begins(first=True)
            parts.append(self.item())
        self.opens = opens
        if self.next.text != "|":
            return f"{space}|{''.join(parts)}"
        self.i += 1
        return f"{space}abs({''.join(parts).strip()})"


def _bare(text: str) -> str:
    """The text without parentheses around the whole of it."""
    text = text.strip()
    if not (text.startswith("(") and text.endswith(")")):
        return text
    inside = text[1:-1].strip()
    try:
        ast.parse(inside, mode="eval")
    except SyntaxError:
        return text
    return inside
