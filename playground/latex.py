"""Turns LaTeX and other print-only notation into text that `spelling` reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import lookup, normalize

from autograd.expression import MAX_LENGTH, functions

_D = r"(?:d|∂|\\partial\b)\s*"
OPERATOR = rf"(?:{_D}/\s*{_D}\w++|\\[dt]?frac\s*\{{\s*{_D}\}}\s*\{{\s*{_D}\w+\s*\}})"  # d/dx
SIGNS = {"div": "/", "bmod": "%", "infty": "inf"}
SIGNS |= {"le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "ne": "!=", "neq": "!="}
NAMES = {*functions()} - {"sum", "prod"} | {"ln", "lg", "max", "min", "arcsin", "arccos", "arctan", "sec", "csc", "cot"}
INVISIBLE = {**dict.fromkeys((*range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF)), 0x2062: "*"}  # pasted from web pages
BRACKETS = str.maketrans({"⌊": "floor(", "⌈": "ceil(", "⌋": ")", "⌉": ")"})
LATEX: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [  # applied until nothing changes, innermost braces first
    (r"\\(?:left|right|displaystyle)\b\s*|\\!", ""),
    (r"\\(?:[,;: ]|q?quad\b)", " "),
    (r"\\(?:math[a-z]+|boldsymbol|operatorname|text)\b\s*(?:\{(\w+)\})?", lambda found: _apart(found, found[1] or "")),
    (r"\\(hat|bar|tilde)\b\s*(?:\{(\w)\}|(\w))", lambda found: _apart(found, f"{found[2] or found[3]}_{found[1]}")),
    (r"\\(?:cdot|times)\b\s*", "*"),
    (rf"\\({'|'.join(SIGNS)})\b", lambda found: SIGNS[found[1]]),
    (r"\\[lr]?[vV]ert\b|\\\|", "|"),
    (r"\\l(floor|ceil)\b\s*", lambda found: _apart(found, f"{found[1]}(")),
    (r"\\\{", "("),
    (r"\s*\\r(?:floor|ceil)\b|\\\}", ")"),
    (r"\\(?![dt]?frac|sqrt)([a-zA-Z]+)", lambda found: _apart(found, _letter(found[1]))),
    (r"\\[dt]?frac\s*(?:\{([^{}]*)\}\s*\{([^{}]*)\}|(\w)\s*(\w))", lambda found: _quotient(*filter(None, found.groups()))),
    (r"\\sqrt\s*(?:\[(\w+)\]\s*)?(?:\{([^{}]*)\}|(\w))", lambda found: _apart(found, _root(found[1], found[2] or found[3]))),
    (r"(\^|\*\*)\s*\{([^{}]*)\}", lambda found: found[1] + _operand(found[2])),
    (r"_\{(\w+)\}(?=(\w?))", lambda found: f"_{found[1]}" + " " * bool(found[2])),
]


def plain_text(text: str) -> str:
    r"""The text without LaTeX, x ↦ …, d/dx …, degrees, ½, and spaces between thousands.

    >>> plain_text(r"$\frac{1}{\sqrt{x}} + 10 000$"), plain_text("f: x ↦ 2x"), plain_text("d/dx sin x°")
    ('(1/(sqrt(x))) + 10000', '2x', 'sin (x*pi/180)')
    """
    text = text.translate(INVISIBLE).translate(BRACKETS)
    text = re.sub(r"^\s*(?:\$+|\\[(\[])\s*(.*?)\s*(?:\$+|\\[)\]])\s*$|^\s*=(?!=)\s*", lambda found: found[1] or "", text)
    text = re.sub(rf"^\s*(?:\w+\s*:\s*)?\w+\s*[↦→]\s*|^\s*{OPERATOR}\s*(?=[\w(\[\\√])", "", text)
    text = re.sub(r"(?<=[\w)])\s+mod\s+(?=[\w(])", " % ", text)
    text = re.sub(r"\^\s*(?:\\circ\b|\{\s*\\circ\s*\})", "°", text)
    text = re.sub(r"(?<![\w.])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\w.])", lambda found: re.sub(r"\D", "", found[0]), text)
    text = re.sub(r"(\d*)([¼-¾⅐-⅞])", _fraction, text)
    text = re.sub(r"\(([\w.]+)\s*°\s*\)", r"(\1*pi/180)", text)
    text = re.sub(r"(\d+(?:\.\d+)?|[^\W\d]\w*|\([^()]*\))\s*°", r"(\1*pi/180)", text)
    before = text if '"' in text or "'" in text else None  # \n in a string
    while before != text and len(text) <= MAX_LENGTH:
        before = text
        for written, meant in LATEX:
            text = re.sub(written, meant, text)
    return text


def _fraction(found: re.Match[str]) -> str:
    """½ and 2½ as sums in parentheses."""
    part = normalize("NFKC", found[2]).replace("⁄", "/")
    return f"({found[1]}+{part})" if found[1] else f"({part})"


def _apart(found: re.Match[str], text: str) -> str:
    """The text, with a space if a word ends before it."""
    return f" {text}" if found.string[: found.start()][-1:].isalnum() else text


def _quotient(above: str, below: str) -> str:
    return f"({_operand(above)}/{_operand(below)})"


def _root(index: str | None, text: str) -> str:
    if index in (None, "2", "3"):
        return f"{'cbrt' if index == '3' else 'sqrt'}({text})"
    return f"(({text})**(1/{index}))"


def _letter(name: str) -> str:
    r"""The Greek letter or the function that \name writes; any other command unchanged, so it is not taken for a variable."""
    case, spelled = "SMALL" if name.islower() else "CAPITAL", name.removeprefix("var").lower()
    try:
        return lookup(f"GREEK {case} LETTER {'LAMDA' if spelled == 'lambda' else spelled}")
    except KeyError:
        return name if name in NAMES else f"\\{name}"


def _operand(text: str) -> str:
    return text if re.fullmatch(r"\d+|[^\W\d]", text) else f"({text})"
