"""Shared by all pictures: Axes, checks, colours, and marks that work without colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn._check import checked_list
from nn.recording import TrainingRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.patheffects import AbstractPathEffect

LINES = ("-", "--", "-.", ":")
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---")  # of the regions of classes
GREY = 3  # the class whose colour, in a line, would look like ink
SMALL = "small"  # the font inside a picture


class Look:
    """The palette of all drawings and pages, for these Axes: its dark colours if their face is dark, else its light ones."""

    def __init__(self, ax: Axes) -> None:
        from matplotlib.colors import to_rgba

        from autograd.viz.palette import CLASSES, COLOURS, MARKERS, RAMP

        red, green, blue = 1.0, 1.0, 1.0
        figure: Any = ax.figure
        for face in (figure.get_facecolor(), ax.get_facecolor()):  # either may be transparent
            *over, alpha = to_rgba(face)
            red, green, blue = (alpha * new + (1.0 - alpha) * old for new, old in zip(over, (red, green, blue), strict=True))
        self.face = (red, green, blue)
        self.mode = "light" if brightness(self.face) > 0.5 else "dark"
        self.colours: dict[str, str] = {name: getattr(colour, self.mode) for name, colour in COLOURS.items()}
        self.classes: list[str] = [getattr(colour, self.mode) for colour in CLASSES]
        self.markers, self.ramp = MARKERS, RAMP

    def __getitem__(self, name: str) -> str:
        return self.colours[name]

    def of_class(self, mark: int) -> str:
        """The colour of the class with this index."""
        return self.classes[mark % len(self.classes)]

    def marker(self, mark: int) -> str:
        """The shape of a sample of that class."""
        return self.markers[mark % len(self.markers)]

    def of_line(self, rank: int) -> str:
        """The colour of a curve: ink for the first, then those of the classes."""
        lines = [self["ink"], *self.classes[:GREY], *self.classes[GREY + 1 :]]
        return lines[rank % len(lines)]

    def faded(self, colour: Any, strength: float) -> tuple[float, ...]:
        """A colour mixed with the face of the Axes, for backgrounds."""
        from matplotlib.colors import to_rgb

        return tuple(strength * part + (1.0 - strength) * face for part, face in zip(to_rgb(colour), self.face, strict=True))

    def signs(self) -> Colormap:
        """From negative through the face of the Axes to positive; NaN is grey."""
        return _gradient([self["negative"], self.face, self["positive"]]).with_extremes(bad=self["nothing"])

    def outline(self) -> AbstractPathEffect:
        """An outline in the face's colour, which makes marks and text readable on any other."""
        from matplotlib.patheffects import withStroke

        return withStroke(linewidth=3.0, foreground=self.face)

    def sequence(self) -> Colormap:
        """The ramp of magnitudes, from dark to light."""
        return _gradient(self.ramp)

    def amounts(self) -> Colormap:
        """The same ramp, starting at the end that resembles the face of the Axes, so that 0 looks empty."""
        return self.sequence() if self.mode == "dark" else self.sequence().reversed()


def _gradient(colours: Sequence[Any]) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("palette", colours, N=257)  # odd, so that the middle one is exact


def brightness(colour: Sequence[float]) -> float:
    """The perceived brightness of a colour, from 0 to 1."""
    red, green, blue, *_ = colour
    return 0.3 * red + 0.59 * green + 0.11 * blue


def readable_on(colours: Any, number: float) -> str:
    """Black or white, whichever is easier to read on the colour that this image or map gives a number."""
    return "black" if brightness(colours.to_rgba(number)) > 0.5 else "white"


def checked_ax(ax: Axes | None) -> None:
    """ImportError without Matplotlib, TypeError if `ax` is neither Axes nor None."""
    try:
        from matplotlib.axes import Axes
    except ImportError:
        raise ImportError("nn.plot draws with Matplotlib: pip install 'scalar-autograd[plot]'") from None
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax must be Matplotlib's Axes or None, got {type(ax).__name__}")


def axes(ax: Axes | None, width: float = 6.0, height: float = 4.0) -> Axes:
    """`ax`, or the Axes of a new figure, sized in inches; to be called once nothing can fail any more."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def checked_record(record: Any, missing: str, at_least: int) -> None:
    """TypeError if it is not a TrainingRecord, ValueError if it has too few frames."""
    if not isinstance(record, TrainingRecord):
        raise TypeError(f"record must be a TrainingRecord, as record_training returns it, got {type(record).__name__}")
    if len(record) < at_least:
        raise ValueError(f"record has {missing}: {record!r}")


def checked_names(names: Sequence[str] | None, classes: int) -> list[str]:
    """The names of the classes as a list, empty for None; else an error about `target_names`."""
    found = [] if names is None else checked_list("target_names", names)
    if names is not None and (len(found) != classes or not all(isinstance(name, str) for name in found)):
        raise ValueError(f"target_names must be {classes} strings, one for each class, got {names!r}")
    return found
