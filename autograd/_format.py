"""How numbers and names are written in pictures, pages and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST_NAME = 60


def shown(x: float, digits: int = 6) -> str:
    """So many significant digits, with a real minus, and none before 0.

    >>> shown(-0.5), shown(-0.0), shown(1 / 3, digits=4), shown(float("nan"))
    ('−0.5', '0', '0.3333', 'NaN')
    """
    return "NaN" if x != x else f"{x + 0.0:.{digits}g}".replace("-", "−")


def printable(text: str) -> str:
    """`text` with every character that has no picture of its own replaced, but for line breaks and tabs.

    >>> printable("a\\x00b")
    'a�b'
    """
    return "".join(c if c in "\n\t" or c.isprintable() else "�" for c in text)


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
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown name: the known one next to it, if one is near; capitals do not count.

    >>> did_you_mean("Tanh", ["sin", "tanh"]), did_you_mean("foo", ["sin", "tanh"])
    (': did you mean tanh?', '')
    """
    import difflib  # here, since only errors need it

    spelled = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), spelled, n=1, cutoff=0.76)
    return f": did you mean {spelled[near[0]]}?" if near else ""
