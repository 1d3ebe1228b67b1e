"""How numbers, names and gradients look in a picture."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from autograd._format import printable, shown

POSITIVE, NEGATIVE, NOTHING = "#1f5fa8", "#c4501b", "#767676"  # told apart by the colour-blind as well
MANY = "#5b4b8a"  # the gradients of several values together, which have a norm and no sign
BROKEN = "#b0007a"  # NaN and infinity
INK, PAPER, LEAF, OPERATION, FOLDED, LINE = "#222222", "#ffffff", "#eef3fa", "#f4f1e8", "#ece9f4", "#555555"
FORWARD = "#8a8a8a"
LONGEST_SUM = 4
VANISHING = 1e-4  # below this a gradient is drawn as a dotted hairline


def flow_style(flows: Sequence[float]) -> dict[str, str]:
    """Colour, width and dash of an arrow along which these gradients flow: solid is positive, dashed negative."""
    size = norm(flows)
    if not math.isfinite(size):
        return {"color": BROKEN, "fontcolor": BROKEN, "penwidth": "4", "style": "bold"}
    colour = flow_colour(flows)
    if size < VANISHING:
        return {"color": colour, "fontcolor": colour, "penwidth": "0.6", "style": "dotted"}
    style = "dashed" if len(flows) == 1 and flows[0] < 0.0 else "solid"
    width = min(4.0, max(0.8, 2.0 + 0.5 * math.log10(size)))
    return {"color": colour, "fontcolor": colour, "penwidth": f"{width:.2f}", "style": style}


def flow_colour(flows: Sequence[float]) -> str:
    """The colour of a gradient: its sign, as far as it has one."""
    if not math.isfinite(norm(flows)):
        return BROKEN
    if not any(flows):
        return NOTHING
    return MANY if len(flows) > 1 else POSITIVE if flows[0] > 0.0 else NEGATIVE


def norm(numbers: Sequence[float]) -> float:
    """The Euclidean length; NaN if one of them is."""
    return math.nan if any(map(math.isnan, numbers)) else math.hypot(*numbers)


def number(x: float) -> str:
    """Four digits: a picture has little room."""
    return shown(x, digits=4)


def numbers(xs: Sequence[float]) -> str:
    """One number, a short vector, or how many there are."""
    if len(xs) == 1:
        return number(xs[0])
    return f"({', '.join(map(number, xs))})" if len(xs) <= 3 else f"{len(xs)} values"


def gradients(xs: Sequence[float]) -> str:
    """One gradient, or the norm of several."""
    return number(xs[0]) if len(xs) == 1 else f"norm {number(norm(xs))}"


def factor(x: float) -> str:
    """A number after a multiplication sign: negative ones in parentheses."""
    return f"({number(x)})" if x < 0.0 else number(x)


def terms(xs: Sequence[float]) -> str:
    """A sum written out; of a long one its beginning."""
    first = xs if len(xs) <= LONGEST_SUM else xs[: LONGEST_SUM - 1]
    text = " + ".join(map(number, first)).replace("+ −", "− ")
    return text if len(xs) <= LONGEST_SUM else f"{text} + … ({len(xs)} terms)"


def in_html(text: str) -> str:
    """`text` for a label that Graphviz reads as HTML, where something must be seen."""
    return html.escape(printable(text).replace("\t", " ")).replace("\n", "<BR/>") if text.strip() else "…"


def lines(texts: Sequence[str]) -> str:
    """Several texts below each other, as a label; empty if there are none."""
    left = '<BR ALIGN="LEFT"/>'  # of the line before it
    return f"<{left.join(map(in_html, texts))}{left if len(texts) > 1 else ''}>" if texts else ""


def in_tooltip(text: str) -> str:
    """`text` for an attribute in which Graphviz reads backslashes."""
    return printable(text).replace("\\", "\\\\")
