"""LaTeX as MathML, which browsers render natively: the subset of LaTeX that our printer and our pages use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from autograd._format import escaped

_TOKEN = re.compile(r"\\text\{[^{}]*\}|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|[^\s]", re.DOTALL)
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_NAMES = {**GREEK, "infty": "∞", "partial": "∂", "nabla": "∇", "top": "⊤", "dots": "…", "ldots": "…", "cdots": "⋯", "vdots": "⋮"}
_FUNCTIONS = {"sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log", "exp", "max", "min"}
_SUM = "∑"
_OPERATORS = {
    "sum": _SUM, "cdot": "·", "times": "×", "odot": "⊙", "bmod": "mod", "ne": "≠", "le": "≤", "ge": "≥", "approx": "≈",
    "sim": "∼", "Rightarrow": "⇒", "leftarrow": "←", "wedge": "∧", "backslash": "\\",
    **{sign: sign for sign in "_%#&$"},
}  # fmt: skip
_OPENING = {"(": "(", "[": "[", "{": "{", "lfloor": "⌊", "lceil": "⌈", "langle": "⟨", "lvert": "|", "lVert": "‖"}
_CLOSING = {")": ")", "]": "]", "}": "}", "|": "|", "rfloor": "⌋", "rceil": "⌉", "rangle": "⟩", "rvert": "|", "rVert": "‖"}
_BRACKETS = {**_OPENING, **_CLOSING}
_TABLES = {"aligned": ("", ""), "cases": ("{", ""), "pmatrix": ("(", ")")}
_SPACES = {"quad": 1.0, "qquad": 2.0, ",": 0.17, ";": 0.28, ":": 0.22, " ": 0.25}
_ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~"}
_PRIMES = ("", "′", "″", "‴")
_UPRIGHT = {"nabla", "top", *(name for name in GREEK if name[0].isupper())}
_TIGHT = "/.!"
_SPECIAL = "^_'}&~#$%"  # TeX syntax that is misplaced here or unsupported


def mathml(latex: str, display: str = "block") -> str:
    """LaTeX as a <math> element. ValueError if it uses anything that none of our formulas does.

    >>> mathml(r"\\frac{x_{1}}{2}", "inline").removeprefix('<math display="inline">')
    '<mfrac><mrow><msub><mi>x</mi><mrow><mn>1</mn></mrow></msub></mrow><mrow><mn>2</mn></mrow></mfrac></math>'
    """
    try:
        return f'<math display="{display}">{_TokenReader(latex).all()}</math>'
    except ValueError as error:
        raise ValueError(
            f"no MathML for the LaTeX {latex!r}: {error}; autograd/formulas/mathml.py lists what it supports"
        ) from None


class _Piece(NamedTuple):
    """A part of a row and its role for spacing: operand, bracketed, function, operator, open (a bracket) or space."""

    written: str
    kind: str = "operand"


class _TokenReader:
    """Reads tokens from the left; ValueError if it cannot read one."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(latex)
        self.at = 0
        self.commands: dict[str, Callable[[], _Piece]] = {
            "frac": lambda: _Piece(f"<mfrac>{self.operand()}{self.operand()}</mfrac>"),
            "sqrt": self.root,
            "left": self.fenced,
            "operatorname": lambda: _Piece(f"<mi>{self.word()}</mi>", "function"),
            "mathrm": lambda: _Piece(f'<mi mathvariant="normal">{self.word()}</mi>'),
            "mathrel": lambda: _Piece(self.operand(), "operator"),
            "begin": self.table,
        }

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        if self.at == len(self.tokens):
            raise ValueError("unexpected end")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, token: str) -> None:
        if (found := self.next()) != token:
            raise ValueError(f"expected {token}, got {found}")

    def all(self) -> str:
        row = self.row()
        if self.peek():
            raise ValueError(f"unexpected {self.peek()}")
        return row

    def row(self, *ends: str) -> str:
        """A row up to one of these tokens, which is not consumed."""
        return "".join(self.spaced(ends))

    def spaced(self, ends: tuple[str, ...]) -> Iterator[str]:
        """The parts of a row, with a thin space between a function's name and an operand beside it, but not its bracket."""
        before = "open"
        while self.peek() not in ("", "}", "&", r"\\", r"\right", r"\end", *ends):
            sign = before in ("open", "operator") and self.peek() in ("+", "-")
            piece = _Piece(_operator(self.next(), ' form="prefix"'), "operator") if sign else self.scripted()
            after_operand = piece.kind == "function" and before in ("operand", "bracketed", "function")
            if after_operand or (before == "function" and piece.kind == "operand"):
                yield _space(_SPACES[","])
            yield piece.written
            before = before if piece.kind == "space" else piece.kind

    def scripted(self) -> _Piece:
        """An atom with its subscript and superscript."""
        base, kind = self.atom()
        scripts = {"_": "", "^": ""}
        primes = 0
        while (sign := self.peek()) in ("_", "^", "'"):
            self.next()
            if sign == "'":
                primes += 1
            elif scripts[sign]:
                raise ValueError(f"two {sign} in a row")
            else:
                scripts[sign] = self.operand()
        below, above = scripts["_"], scripts["^"]
        if primes:  # a separate sign, not a power: it is high already, and few fonts have it as a superscript
            base = f'<mrow>{base}<mo lspace="0" rspace="0">{_PRIMES[min(primes, 3)]}</mo></mrow>'
        if not below and not above:
            return _Piece(base, kind)
        tag = "sub" * bool(below) + "sup" * bool(above)
        if base == _operator(_SUM):  # its limits go below and above where there is room
            tag = tag.replace("sub", "under").replace("sup", "over")
        return _Piece(f"<m{tag}>{base}{below}{above}</m{tag}>", kind)

    def operand(self) -> str:
        return self.atom().written

    def atom(self) -> _Piece:
        """A group in braces, a command with its arguments, or one token."""
        token = self.next()
        if token == "{":
            return _Piece(f"<mrow>{self.closed('}')}</mrow>")
        if token.startswith(r"\text{"):
            return _Piece(f"<mtext>{escaped(token[6:-1]).replace(' ', '&#160;')}</mtext>")
        if token[0] == "\\":
            return self.command(token[1:])
        if token[0].isdigit():
            return _Piece(f"<mn>{token}</mn>")
        if token.isalpha():
            return _Piece(f"<mi>{token}</mi>")
        if token in _SPECIAL:
            raise ValueError(f"expected a letter, a number or a sign, got {token}")
        if token in _BRACKETS:
            return _bracket(token)
        return _Piece(_operator(token), "operator")

    def command(self, name: str) -> _Piece:
        if name in self.commands:
            return self.commands[name]()
        if name in _NAMES:
            upright = ' mathvariant="normal"' if name in _UPRIGHT else ""
            return _Piece(f"<mi{upright}>{_NAMES[name]}</mi>")
        if name in _FUNCTIONS:
            return _Piece(f"<mi>{name}</mi>", "function")
        if name in _SPACES:
            return _Piece(_space(_SPACES[name]), "space")
        if name in _ACCENTS:
            return _Piece(f'<mover accent="true">{self.operand()}<mo>{_ACCENTS[name]}</mo></mover>')
        if name in _OPERATORS:
            return _Piece(_operator(_OPERATORS[name]), "operator")
        if name in _BRACKETS:
            return _bracket(name)
        raise ValueError(f"unknown command \\{name}")

    def closed(self, end: str) -> str:
        row = self.row(end)
        self.expect(end)
        return row

    def word(self) -> str:
        """The letters in braces."""
        self.expect("{")
        letters = ""
        while (token := self.next()) != "}":
            letters += token.removeprefix("\\")
        return escaped(letters)

    def root(self) -> _Piece:
        if self.peek() != "[":
            return _Piece(f"<msqrt>{self.operand()}</msqrt>")
        self.next()
        degree = self.closed("]")
        return _Piece(f"<mroot>{self.operand()}<mrow>{degree}</mrow></mroot>")

    def fenced(self) -> _Piece:
        before = self.delimiter()
        row = self.row()
        self.expect(r"\right")
        return _Piece(f"<mrow>{before}{row}{self.delimiter()}</mrow>", "bracketed")

    def delimiter(self) -> str:
        """A bracket as tall as its contents, or none."""
        token = self.next()
        if token == ".":
            return ""
        if token.removeprefix("\\") not in _BRACKETS:
            raise ValueError(f"{token} is not a bracket")
        return _tall(_BRACKETS[token.removeprefix("\\")])

    def table(self) -> _Piece:
        """Rows of cells: aligned formulas, a choice of cases, a matrix."""
        kind = self.word()
        if kind not in _TABLES:
            raise ValueError(f"unknown environment {kind}")
        cells, rows = [self.row()], []
        while (token := self.next()) != r"\end":
            if token == r"\\":
                rows.append(cells)
                cells = []
            elif token != "&":
                raise ValueError(f"unexpected {token} in {kind}")
            cells.append(self.row())
        rows.append(cells)
        if self.word() != kind:
            raise ValueError(f"{kind} ends as another environment")
        written = "".join("<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in row) + "</mtr>" for row in rows)
        before, after = (_tall(sign) if sign else "" for sign in _TABLES[kind])
        display = ' displaystyle="true"' if kind == "aligned" else ""
        return _Piece(f'<mrow>{before}<mtable class="{kind}"{display}>{written}</mtable>{after}</mrow>', "bracketed")


def _operator(sign: str, more: str = "") -> str:
    more += ' lspace="0" rspace="0"' if sign in _TIGHT else ""
    return f"<mo{more}>{escaped(sign.replace('-', '−'))}</mo>"


def _tall(bracket: str) -> str:
    return f'<mo stretchy="true">{bracket}</mo>'


def _bracket(name: str) -> _Piece:
    """A bracket as tall as a letter."""
    kind, form = ("open", "prefix") if name in _OPENING else ("bracketed", "postfix")
    return _Piece(f'<mo stretchy="false" form="{form}">{_BRACKETS[name]}</mo>', kind)


def _space(ems: float) -> str:
    return f'<mspace width="{ems}em"></mspace>'
