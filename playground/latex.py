"""Turns LaTeX and other print-only notation into text that `spelling` reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import normalize

from autograd.expression import MAX_LENGTH

LATEX: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [  # applied until nothing changes, innermost braces first
    (r"\\(?:left|right|displaystyle|mathrm|operatorname)\b\s*|\\[,;!]", ""),
    (r"\\(?:cdot|times)\b\s*", "*"),
    (r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", lambda found: f"({_operand(found[1])}/{_operand(found[2])})"),
    (r"\\sqrt\s*\{([^{}]*)\}", r"sqrt(\1)"),
    (r"(\^|\*\*)\s*\{([^{}]*)\}", lambda found: found[1] + _operand(found[2])),
    (r"_\{(\w+)\}", r"_\1"),
    (r"\\(?![dt]?frac|sqrt)([a-zA-Z]+)", r"\1"),
]


def plain_text(text: str) -> str:
    r"""The text without LaTeX, x ↦ …, d/dx …, degrees, ½, and spaces between thousands.

    >>> plain_text(r"$\frac{1}{\sqrt{x}} + 10 000$"), plain_text("f: x ↦ 2x"), plain_text("d/dx sin x°")
    ('(1/(sqrt(x))) + 10000', '2x', 'sin (x*pi/180)')
    """
    text = re.sub(r"^\s*\$+(.*?)\$+\s*$|^\s*=(?!=)\s*", lambda found: found[1] or "", text)
    text = re.sub(r"^\s*(?:\w+\s*:\s*)?\w+\s*[↦→]\s*|^\s*[d∂]\s*/\s*[d∂]\w+\s+", "", text)
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


def _operand(text: str) -> str:
    return text if re.fullmatch(r"\d+|[^\W\d]", text) else f"({text})"
