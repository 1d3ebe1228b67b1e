"""What the pictures have in common: Axes, checks, colours, and signs that work without colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn._check import checked_list
from nn.recording import TrainingRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")  # Okabe and Ito, 2008
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "^", "s", "D", "P", "X")  # of classes, as on the page of a training record
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---")
SEQUENTIAL = "cividis"  # grows lighter from end to end (Nuñez, Anderton and Renslow, 2018)
DIVERGING = "PuOr"
SMALL = "small"  # the font inside a picture


def checked_ax(ax: Axes | None) -> None:
    """ImportError without Matplotlib, TypeError if `ax` is neither Axes nor None."""
    try:
        from matplotlib.axes import Axes
    except ImportError:
        raise ImportError("nn.plot draws with Matplotlib: pip install 'scalar-autograd[plot]'") from None
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax must be Matplotlib's Axes or None, got {type(ax).__name__}")


def axes(ax: Axes | None, width: float = 6.0, height: float = 4.0) -> Axes:
    """`ax`, or the Axes of a new figure of so many inches; called once nothing can go wrong any more."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def checked_record(record: Any, missing: str, at_least: int) -> None:
    """TypeError if it is not a TrainingRecord, ValueError if it has too few frames."""
    if not isinstance(record, TrainingRecord):
        raise TypeError(f"record must be a TrainingRecord, as record_training gives it, got {type(record).__name__}")
    if len(record) < at_least:
        raise ValueError(f"record has {missing}: {record!r}")


def checked_names(names: Sequence[str] | None, classes: int) -> list[str]:
    """The names of the classes as a list, empty for None; else an error about `target_names`."""
    found = [] if names is None else checked_list("target_names", names)
    if names is not None and (len(found) != classes or not all(isinstance(name, str) for name in found)):
        raise ValueError(f"target_names must be {classes} strings, one for each class, got {names!r}")
    return found


def light(colours: Any) -> list[tuple[float, ...]]:
    """Colours mixed with white, for backgrounds."""
    from matplotlib.colors import to_rgb

    return [tuple(0.4 + 0.6 * part for part in to_rgb(colour)) for colour in colours]
