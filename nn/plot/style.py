"""What the pictures have in common: where they are drawn, and signs that do without colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn._check import checked_list

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")  # Okabe and Ito, 2008
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "^", "s", "D", "P", "X")  # of classes, as on the page of a training record
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---")
SEQUENTIAL = "cividis"  # grows lighter from end to end (Nuñez, Anderton and Renslow, 2018)
DIVERGING = "PuOr"
SMALL = "small"  # the font within a picture


def checked_ax(ax: Axes | None) -> None:
    """Can it be drawn in? ImportError without Matplotlib, TypeError if `ax` is neither Axes nor None."""
    try:
        from matplotlib.axes import Axes
    except ImportError:
        raise ImportError("nn.plot draws with Matplotlib: pip install 'scalar-autograd[plot]'") from None
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax must be Matplotlib's Axes or None, got {type(ax).__name__}")


def axes(ax: Axes | None, width: float = 6.0, height: float = 4.0) -> Axes:
    """`ax`, or the Axes of a new figure of so many inches; called when nothing can go wrong any more."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def checked_names(names: Sequence[str] | None, classes: int) -> list[str]:
    """The names of so many classes, empty for None; else an error that says what is wrong with `target_names`."""
    if names is None:
        return []
    listed = checked_list("target_names", names)
    if len(listed) != classes or not all(isinstance(name, str) for name in listed):
        raise ValueError(f"target_names must be {classes} strings, one for each class, got {names!r}")
    return listed


def light(colours: Any) -> list[tuple[float, ...]]:
    """Colours mixed with white, for what lies behind points, lines and words."""
    from matplotlib.colors import to_rgb

    return [tuple(0.4 + 0.6 * part for part in to_rgb(colour)) for colour in colours]
