"""Answers as HTML for notebooks: one family of cards and tables.

They follow the light or dark mode of the page around them, and stay readable where a sanitizer strips the style: in an
untrusted notebook or on GitHub.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from autograd._format import counted, escaped

MAX_OPEN = 12  # rows shown at first; the others are folded
MAX_ROWS = 200  # rows in all
MIN_WIDE = 5  # columns that may make a table scroll on a phone
FIGURE, POINT = "\u2007", "\u2008"  # spaces as wide as a digit and as a decimal point
COLOURS = ("paper", "panel", "ink", "quiet", "line", "positive", "negative", "broken")
MARKS = {True: "✓", False: "✗", None: ""}

_NUMBER = re.compile(r"([+−]?[\d,]+)(\.\d+)?(e[+−]\d+)?")


def card(title: str, *parts: str, holds: bool | None = None) -> str:
    """A card: a title, and parts below it that are HTML; `holds` marks a verdict.

    >>> card("All agree", note("1 < 2"), holds=True).partition("</style>")[2]
    '<p><b>✓ All agree</b></p><p class="quiet">1 &lt; 2</p></div>'
    """
    mark = MARKS[holds] and f"{MARKS[holds]} "
    wrong = ' class="wrong"' if holds is False else ""
    heading = f"<p{wrong}><b>{mark}{_with_code(title)}</b></p>" if title else ""
    return f'<div class="autograd answer"><style>{_style()}</style>{heading}{"".join(parts)}</div>'


@lru_cache(maxsize=1)
def _style() -> str:
    from autograd.viz.page import bundle  # imported here: text output needs no colours
    from autograd.viz.palette import theme_css

    return re.sub(r"/\*.*?\*/|\s*\n\s*", "", theme_css(COLOURS) + bundle("forms.css"))


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str = "",
    *,
    kinds: str = "t",
    seen: Collection[int] = range(MAX_OPEN),
    more: int = 0,
) -> str:
    """A table whose first column names its rows, without empty columns and without rows beyond the 200th.

    Rows not in `seen` are folded. `kinds` has a letter for each column, the last one also for any further columns: "t"
    for text, "n" for numbers, aligned at their decimal points, and "s" for numbers whose sign matters. `more` is the
    number of rows already left out.

    >>> table(["", "rate"], [["w", "−0.5"], ["b", "2"]], kinds="ts").partition("<tbody>")[2].partition("</tbody>")[0]
    '<tr><th scope="row" style="text-align: left">w</th><td align="right" class="negative">−0.5</td></tr>\
<tr><th scope="row" style="text-align: left">b</th><td align="right" class="positive">2\\u2008\\u2007</td></tr>'
    """
    rows = list(rows)
    filled = [i for i in range(len(header)) if not rows or any(row[i] for row in rows)]
    kinds = "".join(kinds.ljust(len(header), kinds[-1])[i] for i in filled)
    header, rows = [header[i] for i in filled], [[row[i] for i in filled] for row in rows]
    more += max(0, len(rows) - MAX_ROWS)
    columns = [_column(cells, kind) for cells, kind in zip(zip(*rows[:MAX_ROWS], strict=True), kinds, strict=False)]
    written = [_row(cells) for cells in zip(*columns, strict=True)]
    seen = range(len(written)) if len(written) <= MAX_OPEN + 2 else seen  # two rows are not worth a click
    hidden = [row for i, row in enumerate(written) if i not in seen]
    head = f"<thead><tr>{''.join(_head(cell, kind) for cell, kind in zip(header, kinds, strict=True))}</tr></thead>"
    scrolls = "" if len(header) < MIN_WIDE else f' tabindex="0" role="group" aria-label="{escaped(caption or "table")}"'

    def part(rows: Sequence[str], named: str = "") -> str:
        return f'<div class="wide"{scrolls}><table>{named}{head}<tbody>{"".join(rows)}</tbody></table></div>'

    named = f"<caption>{escaped(caption)}</caption>" if caption else ""
    parts = [part([row for i, row in enumerate(written) if i in seen], named)]
    if hidden:
        parts.append(folded(counted(len(hidden), "more row"), part(hidden)))
    if more:
        parts.append(note(f"… and {more:,} more"))
    return "".join(parts)


def folded(summary: str, inside: str) -> str:
    """HTML that opens on a click."""
    return f"<details><summary>{escaped(summary)}</summary>{inside}</details>"


def note(text: str) -> str:
    """A quiet line.

    >>> note("0 < 1")
    '<p class="quiet">0 &lt; 1</p>'
    """
    return f'<p class="quiet">{_with_code(text)}</p>'


def lines(texts: Iterable[str]) -> str:
    """Sentences, one below another."""
    return "".join(f"<p>{_with_code(text)}</p>" for text in texts)


def _with_code(text: str) -> str:
    return _code(text).replace("\n", "<br/>")


def _code(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escaped(text))


def _head(cell: str, kind: str) -> str:
    return f'<th scope="col"{_side(kind)}>{escaped(cell)}</th>' if cell else "<td></td>"


def _row(cells: Sequence[tuple[str, str]]) -> str:
    (side, name), *others = cells
    return f'<tr><th scope="row"{side}>{name}</th>{"".join(f"<td{side}>{cell}</td>" for side, cell in others)}</tr>'


def _column(cells: Sequence[str], kind: str) -> list[tuple[str, str]]:
    """The attributes and content of each cell of a column."""
    if kind == "t":
        return [(_side(kind), _code(cell)) for cell in cells]
    cells = [escaped(cell.replace("-", "−")) for cell in cells]
    return [(_side(kind) + _colour(cell, kind), padded) for cell, padded in zip(cells, decimals(cells), strict=True)]


def _side(kind: str) -> str:
    """The alignment: for text a style, which an untrusted notebook keeps; for numbers an attribute, which GitHub keeps too."""
    return ' style="text-align: left"' if kind == "t" else ' align="right"'


def _colour(cell: str, kind: str) -> str:
    if cell.lstrip("+−") in ("NaN", "inf"):
        return ' class="broken"'
    if kind != "s" or not _NUMBER.fullmatch(cell) or not re.search("[1-9]", cell.partition("e")[0]):
        return ""
    return ' class="negative"' if cell.startswith("−") else ' class="positive"'


def decimals(cells: Sequence[str]) -> list[str]:
    """Numbers padded with spaces so that their decimal points line up when flush right; NaN and infinity are marked.

    >>> decimals(["1.25", "−30", "NaN"])
    ['1.25', '−30\\u2008\\u2007\\u2007', '⚠ NaN\\u2008\\u2007\\u2007']
    """
    found = [_NUMBER.fullmatch(cell) for cell in cells]
    tails = [number.group()[number.end(1) :] if number else "" for number in found]
    longest = max(tails, key=len, default="")
    padded = []
    for cell, number, tail in zip(cells, found, tails, strict=True):
        broken = cell.lstrip("+−") in ("NaN", "inf")
        spaces = FIGURE * (len(longest) - len(tail))
        if spaces and not tail and longest.startswith("."):
            spaces = POINT + spaces[1:]
        padded.append(("⚠ " * broken + cell + spaces) if number or broken else cell)
    return padded
