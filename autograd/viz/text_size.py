"""Widths of texts without a browser, from the letter widths of Arial, which Helvetica and Liberation Sans share."""

from __future__ import annotations

import re
from functools import lru_cache

FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
_WIDTHS = {  # in thousandths of the font size
    222: "ijl",
    191: "'",
    260: "|",
    278: " !,./:;I[\\]ft",
    333: "()-`r{}·²³",
    355: '"',
    389: "*",
    400: "₀₁₂₃₄₅₆₇₈₉",
    469: "^",
    500: "Jckszvxy",
    556: "#$0123456789?L_abdeghnopqu",
    584: "+<=>~−×÷±≠≤≥",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@…→⚠",
}
_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_OTHER = 700
_WIDE = 1015  # of letters from U+2E80 on: Chinese, Japanese, Korean, emoji
_BOLD = 1.08


@lru_cache(maxsize=4096)  # names and words recur
def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a line of text, in the unit of `size`; a letter that Arial lacks is estimated.

    >>> text_width("0.5", 10.0)
    13.9
    """
    total = sum(_OF.get(letter) or (_OTHER if letter < "\u2e80" else _WIDE) for letter in text)
    return round(total * size * (_BOLD if bold else 1.0) / 1000, 2)


def sides(text: str, size: float) -> tuple[float, float]:
    """The widths of a number before and after its decimal point; any other text counts as before.

    >>> sides("0.5", 10.0)
    (5.56, 8.34)
    """
    number = re.match(r"(?:\D+ )?−?\d+(?=\.|$|e)", text)
    split = number.end() if number else len(text)
    return text_width(text[:split], size), text_width(text[split:], size)


def shortened(text: str, room: float, size: float, bold: bool = False) -> str:
    """`text`, or as much of its beginning and end as fits.

    >>> shortened("a very long name", 60.0, 11.0)
    'a ve…name'
    """
    kept, found = len(text), text
    while kept > 2 and text_width(found, size, bold) > room:
        kept -= 1
        found = text[: kept - kept // 2] + "…" + text[-(kept // 2) :]
    return found


def wrapped(text: str, room: float, size: float) -> list[str]:
    """`text` in lines that fit; a word wider than the room gets a line of its own.

    >>> wrapped("a few short words", 50.0, 11.0)
    ['a few', 'short', 'words']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
