"""The arguments that say how a drawing looks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from autograd._check import checked_choice, checked_integer

SHOW = ("data", "grad", "partial")
DIRECTIONS = ("LR", "RL", "TB", "BT")
CHOICES = {
    "direction": DIRECTIONS,
    "flow": ("forward", "backward", "both"),
    "fold": ("auto", "module", "none"),
    "format": ("svg", "png", "pdf"),
}


@dataclass(frozen=True)
class Options:
    """Arguments of `draw_dot`, checked; errors are those of the function `caller`."""

    caller: str = "draw_dot"
    direction: str = "LR"
    show: Collection[str] = SHOW
    flow: str = "forward"
    max_nodes: int = 100
    fold: str = "auto"
    expand: bool | str | Collection[str] = False
    format: str = "svg"

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            checked_choice(f"{self.caller}: {name}", getattr(self, name), choices)
        if isinstance(self.show, str) or not isinstance(self.show, Iterable):
            raise TypeError(f"{self.caller}: show must be a tuple of {', '.join(map(repr, SHOW))}, got {self.show!r}")
        for item in self.show:
            checked_choice(f"{self.caller}: show", item, SHOW)
        checked_integer(f"{self.caller}: max_nodes", self.max_nodes, at_least=2)
        if not isinstance(self.expand, (bool, str, Collection)) or not all(isinstance(name, str) for name in self.opened):
            raise TypeError(f"{self.caller}: expand must be True, or the name of a box or several, got {self.expand!r}")

    @property
    def opened(self) -> tuple[str, ...]:
        """The names of the boxes to open."""
        if isinstance(self.expand, bool):
            return ()
        return (self.expand,) if isinstance(self.expand, str) else tuple(self.expand)
