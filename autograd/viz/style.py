"""How a drawing looks: its options, the style of its arrows, and numbers and names as text."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograd._check import checked_choice, checked_flag, checked_integer
from autograd._format import escaped, printable, shown
from autograd.viz.palette import COLOURS

POSITIVE, NEGATIVE, NOTHING, MANY, BROKEN = (
    COLOURS[name].light for name in ("positive", "negative", "nothing", "many", "broken")
)
INK, PAPER, LEAF, FOLDED, LINE, FORWARD = (COLOURS[name].light for name in ("ink", "paper", "leaf", "folded", "quiet", "edge"))
HEADS = {"leaf": LEAF, "folded": FOLDED}  # of cards; that of an operation is not filled
MAX_TERMS = 3
MAX_VECTOR = 3
MAX_WIDTH = 7.0  # of the line of the largest gradient in a picture
MAX_ALONG = 1264.0  # of a picture that fits a screen with its margins
MIN_WIDTH, BROKEN_WIDTH = 1.0, 4.0

SHOW = ("data", "grad", "partial")
RANKDIRS = ("LR", "RL", "TB", "BT")
CHOICES = {
    "direction": RANKDIRS,
    "flow": ("forward", "backward", "both"),
    "fold": ("auto", "module", "none"),
    "format": ("svg", "png", "pdf"),
}
PICTURES = (*CHOICES["format"], "jpg", "jpeg", "gif", "webp", "eps")  # suffixes that set the format of a file


@dataclass(frozen=True)
class Options:
    """Checked arguments of `draw_dot`; errors name the function `caller`."""

    caller: str = "draw_dot"
    direction: str = "LR"
    show: Collection[str] = SHOW
    flow: str = "both"
    max_nodes: int = 100
    fold: str = "auto"
    expand: bool | str | Collection[str] = False
    format: str = "svg"
    narrow: bool = False
    along: float = MAX_ALONG  # longer pictures drop the products at their arrows, if that makes them short enough
    turns: bool = False  # one that is still too long runs from top to bottom, if that makes it narrower
    flat: bool = False  # from top to bottom: one-line cards, in ranks that have room for them
    steady: bool = False  # numbers will change, so leave room for others

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            checked_choice(f"{self.caller}: {name}", getattr(self, name), choices)
        if isinstance(self.show, str) or not isinstance(self.show, Iterable):
            raise TypeError(f"{self.caller}: show must be a tuple of {', '.join(map(repr, SHOW))}, got {self.show!r}")
        for item in self.show:
            checked_choice(f"{self.caller}: show", item, SHOW)
        checked_flag(f"{self.caller}: narrow", self.narrow)
        checked_integer(f"{self.caller}: max_nodes", self.max_nodes, at_least=2)
        if not isinstance(self.expand, (bool, str, Collection)) or not all(isinstance(name, str) for name in self.opened):
            raise TypeError(f"{self.caller}: expand must be True, the name of a box, or a list of names, got {self.expand!r}")

    @property
    def opened(self) -> tuple[str, ...]:
        if isinstance(self.expand, bool):
            return ()
        return (self.expand,) if isinstance(self.expand, str) else tuple(self.expand)


class Ribbon(NamedTuple):
    """The line along which gradients flow back: solid if positive or several, dashed if negative, dotted and headless if zero."""

    colour: str
    width: float
    dashes: str


def ribbon(gradients: Sequence[float], largest: float) -> Ribbon:
    """The line for these gradients; its width is proportional to their norm, from at least 1 to 7 for the picture's `largest`.

    >>> ribbon([-1.0], 4.0), ribbon([0.0], 4.0).width, ribbon([4.0], 4.0).width
    (Ribbon(colour='#a94008', width=1.75, dashes='dashed'), 1.0, 7.0)
    """
    dashes = "dashed" if len(gradients) == 1 and gradients[0] < 0.0 else "solid" if any(gradients) else "dotted"
    size = norm(gradients)
    width = max(size / (largest or 1.0) * MAX_WIDTH, MIN_WIDTH) if math.isfinite(size) else BROKEN_WIDTH
    return Ribbon(gradient_colour(gradients), round(width, 2), dashes)


def gradient_colour(gradients: Sequence[float]) -> str:
    """The colour of one gradient, by its sign, or of several."""
    if not math.isfinite(norm(gradients)):
        return BROKEN
    if not any(gradients):
        return NOTHING
    return MANY if len(gradients) > 1 else POSITIVE if gradients[0] > 0.0 else NEGATIVE


def norm(xs: Sequence[float]) -> float:
    """The Euclidean norm; NaN if any x is NaN."""
    return math.nan if any(map(math.isnan, xs)) else math.hypot(*xs)


def short(x: float) -> str:
    """x in four digits: a picture has little room."""
    return shown(x, digits=4)


def constant(x: float) -> str:
    """A constant of a formula, in which −0 is not 0."""
    return short(x) if x or math.copysign(1.0, x) > 0.0 else "−0"


def vector(xs: Sequence[float], times: int = 1) -> str:
    """One number, a short vector, or a count, per call if the values come from several (`times`).

    >>> vector([1.0, 2.0]), vector([0.0] * 320, times=0), vector([0.0] * 320, times=20)
    ('(1, 2)', '320 values', '20 × 16 values')
    """
    if len(xs) == 1:
        return short(xs[0])
    if len(xs) <= MAX_VECTOR:
        return f"({', '.join(map(short, xs))})"
    several = 1 < times < len(xs) and len(xs) % times == 0
    return f"{times} × {len(xs) // times} values" if several else f"{len(xs)} values"


def gradients(xs: Sequence[float]) -> str:
    """One gradient, or the norm of several."""
    return short(xs[0]) if len(xs) == 1 else f"norm {short(norm(xs))}"


def parameter_gradients(xs: Sequence[float]) -> str:
    """The same for use beside a count of parameters: a bare norm could be taken for that of the parameters."""
    return f"grad {short(xs[0])}" if len(xs) == 1 else f"|grad| {short(norm(xs))}"


def factor(x: float) -> str:
    """A number after a multiplication sign: in parentheses if negative."""
    return f"({short(x)})" if x < 0.0 else short(x)


def terms(xs: Sequence[float]) -> str:
    """A sum written out, or the number of its terms if there are many."""
    return " + ".join(map(short, xs)).replace("+ −", "− ") if len(xs) <= MAX_TERMS else f"the sum of {len(xs)}"


def label_text(text: str) -> str:
    """`text` for a label that Graphviz reads as HTML, which must not be empty."""
    return escaped(text).replace("\t", " ").replace("\n", "<BR/>") if text.strip() else "…"


def label(lines: Sequence[str]) -> str:
    """A label of these lines; empty if there are none."""
    left = '<BR ALIGN="LEFT"/>'  # aligns the line before it
    return f"<{left.join(map(label_text, lines))}{left if len(lines) > 1 else ''}>" if lines else ""


def tooltip(text: str) -> str:
    """`text` for an attribute in which Graphviz interprets backslashes."""
    return printable(text).replace("\\", "\\\\")
