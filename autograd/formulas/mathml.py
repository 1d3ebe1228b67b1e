"""LaTeX as MathML, which browsers draw by themselves: as much of LaTeX as our printer writes."""

from __future__ import annotations

import re
from collections.abc import Callable

from autograd._format import escaped

_TOKEN = re.compile(r"\\text\{[^{}]*\}|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|[^\s]", re.DOTALL)
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ",
    "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_NAMES = {**_GREEK, "infty": "∞", "partial": "∂"}
_FUNCTIONS = {"sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log", "exp", "max", "min"}
_OPERATORS = {
    "cdot": "·", "cdots": "⋯", "dots": "…", "vdots": "⋮", "ne": "≠", "le": "≤", "ge": "≥", "bmod": "mod", "Rightarrow": "⇒",
    "wedge": "∧", "sim": "∼", "backslash": "\\", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨",
    "rangle": "⟩", "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖", "-": "−",
}  # fmt: skip
_SPACES = {"quad": 1.0, "qquad": 2.0, ",": 0.17, ";": 0.28, ":": 0.22, " ": 0.25}
_ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~"}


def mathml(latex: str) -> str:
    """LaTeX as a <math> element; empty if there is something in it that our own formulas do not have.

    >>> mathml(r"\\frac{x_{1}}{2}").removeprefix('<math display="block">')
    '<mfrac><mrow><msub><mi>x</mi><mrow><mn>1</mn></mrow></msub></mrow><mrow><mn>2</mn></mrow></mfrac></math>'
    >>> mathml(r"\\unheardof{x}")
    ''
    """
    try:
        return f'<math display="block">{_Reader(latex).all()}</math>'
    except (KeyError, IndexError, ValueError):
        return ""


class _Reader:
    """Reads tokens from the left; what it cannot read is a KeyError, IndexError or ValueError."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(latex)
        self.at = 0
        self.commands: dict[str, Callable[[], str]] = {
            "frac": lambda: f"<mfrac>{self.atom()}{self.atom()}</mfrac>",
            "sqrt": self.root,
            "left": self.fenced,
            "operatorname": lambda: f"<mi>{self.word()}</mi>",
            "mathrm": lambda: f'<mi mathvariant="normal">{self.word()}</mi>',
            "mathrel": self.atom,
            "begin": self.table,
        }

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def all(self) -> str:
        """All of it."""
        row = self.row()
        if self.at < len(self.tokens):
            raise ValueError(self.peek())
        return row

    def row(self, *ends: str) -> str:
        """Up to one of these tokens, which is left."""
        parts = []
        while self.at < len(self.tokens) and self.peek() not in ("}", "&", r"\\", r"\right", r"\end", *ends):
            parts.append(self.scripted())
        return "".join(parts)

    def scripted(self) -> str:
        """Something with what stands below and above it."""
        base = self.atom()
        below = self.script("_")
        above = self.script("^")
        tag = "msubsup" if below and above else "msub" if below else "msup"
        return f"<{tag}>{base}{below}{above}</{tag}>" if below or above else base

    def script(self, sign: str) -> str:
        if self.peek() != sign:
            return ""
        self.next()
        return self.atom()

    def atom(self) -> str:
        """What is in braces, or a command with its arguments, or one token."""
        token = self.next()
        if token == "{":
            return f"<mrow>{self.closed('}')}</mrow>"
        if token.startswith(r"\text{"):
            return f"<mtext>{escaped(token[6:-1]).replace(' ', '&#160;')}</mtext>"
        if token[0] == "\\":
            return self.command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{token}</mi>"
        return _operator(token)

    def command(self, name: str) -> str:
        if name in self.commands:
            return self.commands[name]()
        if name in _NAMES or name in _FUNCTIONS:
            return f"<mi>{_NAMES.get(name, name)}</mi>"
        if name in _SPACES:
            return f'<mspace width="{_SPACES[name]}em"></mspace>'
        if name in _ACCENTS:
            return f'<mover accent="true">{self.atom()}<mo>{_ACCENTS[name]}</mo></mover>'
        return _operator(name if len(name) == 1 else _OPERATORS[name])

    def closed(self, end: str) -> str:
        row = self.row(end)
        if self.next() != end:
            raise ValueError(end)
        return row

    def word(self) -> str:
        """The letters in braces."""
        if self.next() != "{":
            raise ValueError("{")
        end = self.tokens.index("}", self.at)
        letters = "".join(token.removeprefix("\\") for token in self.tokens[self.at : end])
        self.at = end + 1
        return escaped(letters)

    def root(self) -> str:
        if self.peek() != "[":
            return f"<msqrt>{self.atom()}</msqrt>"
        self.next()
        degree = self.closed("]")
        return f"<mroot>{self.atom()}<mrow>{degree}</mrow></mroot>"

    def fenced(self) -> str:
        before = self.delimiter()
        row = self.row()
        if self.next() != r"\right":
            raise ValueError(r"\right")
        return f"<mrow>{before}{row}{self.delimiter()}</mrow>"

    def delimiter(self) -> str:
        token = self.next()
        return "" if token == "." else _operator(_OPERATORS[token[1:]] if len(token) > 2 else token[-1])

    def table(self) -> str:
        """Rows of cells, as in aligned formulas and in a choice of cases."""
        kind = self.word()
        cells, rows = [self.row()], []
        while (token := self.next()) != r"\end":
            if token != "&":
                rows.append(cells)
                cells = []
            cells.append(self.row())
        rows.append(cells)
        if self.word() != kind:
            raise ValueError(kind)
        written = "".join("<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in row) + "</mtr>" for row in rows)
        table = f'<mtable class="{kind}" displaystyle="true">{written}</mtable>'
        return f"<mrow><mo>{{</mo>{table}</mrow>" if kind == "cases" else table


def _operator(sign: str) -> str:
    return f"<mo>{escaped(_OPERATORS.get(sign, sign))}</mo>"
