"""All formatting of numbers, names, lists and tables as text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K")

MAX_NAME = 60
MAX_LISTED = 8
LEFT_TO_RIGHT = "\u200e"  # an invisible mark: after a word in Hebrew or Arabic, numbers would otherwise run from right to left
_KEPT = f"\n\t\xa0\u202f\u200c\u200d\u200f{LEFT_TO_RIGHT}"  # spaces, and marks that join or separate letters


def shown(x: float, digits: int = 6) -> str:
    """`x` with this many significant digits, all integer digits below 1e5, and a real minus sign, but none before 0.

    >>> shown(-0.5), shown(-0.0), shown(1 / 3, digits=4), shown(float("nan"))
    ('−0.5', '0', '0.3333', 'NaN')
    >>> shown(12345.678, digits=4), shown(123456.78, digits=4)
    ('12346', '1.235e+05')
    """
    if x != x:
        return "NaN"
    whole = 10.0**digits - 0.5 <= abs(x) < 1e5 - 0.5
    return format(x + 0.0, ".0f" if whole else f".{digits}g").replace("-", "−")


def all_digits(x: float) -> str:
    """`x` with enough digits to tell it from every other float.

    >>> all_digits(-0.1), all_digits(0.1 + 0.2), all_digits(3.0)
    ('−0.1', '0.30000000000000004', '3')
    """
    return repr(x + 0.0).removesuffix(".0").replace("nan", "NaN").replace("-", "−")


def printable(text: str) -> str:
    """`text` with unprintable characters replaced, except spaces and the marks by which scripts and emoji join their letters.

    >>> printable("a\\x00b")
    'a�b'
    """
    if text.isprintable():  # as nearly all are
        return text
    return "".join(c if c in _KEPT or c.isprintable() else "�" for c in text)


def escaped(text: str) -> str:
    """`text` escaped for HTML or SVG, with unprintable characters replaced.

    >>> escaped('a < "b"')
    'a &lt; &quot;b&quot;'
    """
    return html.escape(printable(text))


def as_index(path: str) -> str:
    """An attribute path as Python writes it.

    >>> as_index("layers.0.neurons.1.w.0")
    'layers[0].neurons[1].w[0]'
    """
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", path)


def one_line(name: str) -> str:
    """A name on one line, of bounded length.

    >>> one_line("two\\nlines")
    'two lines'
    """
    line = printable(" ".join(name.split()))
    return line if len(line) <= MAX_NAME else f"{line[: MAX_NAME - 1]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown name: the closest known name, if one is close; case does not matter.

    >>> did_you_mean("Tanh", ["sin", "tanh"]), did_you_mean("foo", ["sin", "tanh"])
    (': did you mean tanh?', '')
    """
    import difflib  # imported here, since only errors need it

    spelled = {each.lower(): each for each in known}
    alike = 0.75 if len(name) == 4 else 0.76  # one letter of four is a quarter
    near = difflib.get_close_matches(name.lower(), spelled, n=1, cutoff=alike)
    return f": did you mean {spelled[near[0]]}?" if near else ""


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with six digits each, or with all digits if six do not show the difference.

    >>> told_apart(1.0, 2.0), told_apart(0.1, 0.1 + 2.0**-55)
    (('1', '2'), ('0.1', '0.10000000000000003'))
    """
    texts = shown(one), shown(other)
    return texts if texts[0] != texts[1] else (repr(one), repr(other))


def counted(count: int, noun: str) -> str:
    """A count and its noun.

    >>> counted(1, "partial"), counted(1234, "partial")
    ('1 partial', '1,234 partials')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(items: Sequence[str], most: int = MAX_LISTED) -> str:
    """The first few items as a phrase.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d"], most=2)
    ('a, b and c', 'a, b and 2 more')
    """
    named = [*items[:most], f"{len(items) - most:,} more"] if len(items) > most else [*items]
    return " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)


def text_table(rows: Iterable[Sequence[str]], align: str = "l") -> list[str]:
    """Rows as lines with aligned columns; `align` has "l" or "r" per column, the last one also for any further columns.

    >>> text_table([("x", "1"), ("loss", "10")], align="lr")
    ['x      1', 'loss  10']
    """
    rows = list(rows)
    widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
    sides = align.ljust(len(widths), align[-1])
    return ["  ".join(map(_padded, row, widths, sides)).rstrip() for row in rows]


def _padded(cell: str, width: int, side: str) -> str:
    padding = " " * (width - _columns(cell))
    return padding + cell if side == "r" else cell + padding


def _columns(text: str) -> int:
    """The columns of a terminal that a text takes: two for a Chinese, Japanese or Korean letter and an emoji, none for a mark."""
    if text.isascii():
        return len(text)
    import unicodedata  # imported here, since few programs need it

    marks = sum(unicodedata.category(c) in ("Mn", "Me", "Cf") for c in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def unique_names(
    names: Mapping[K, str],
    spell: Callable[[str], str],
    taken: Iterable[str] = (),
    numbered: Callable[[str, int], str] = "{}_{}".format,
) -> dict[K, str]:
    """Every name, spelled by `spell` and made unique: a name already taken gets a number, `h_2`.

    >>> unique_names({1: "h", 2: "h", 3: "h_2"}, one_line) == {1: "h", 2: "h_3", 3: "h_2"}
    True
    """
    found = {key: spell(name) for key, name in names.items()}
    used = set(taken)
    again = []
    for key, name in found.items():
        if name in used:
            again.append(key)
        used.add(name)
    counts: dict[str, int] = {}
    for key in again:
        name = found[key]
        count = counts.get(name, 2)
        while numbered(name, count) in used:
            count += 1
        counts[name] = count + 1
        found[key] = numbered(name, count)
        used.add(found[key])
    return found
