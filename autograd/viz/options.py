"""The arguments that say how a drawing looks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SHOW = ("data", "grad", "partial")
DIRECTIONS = ("LR", "RL", "TB", "BT")


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
        checked_choice(self.caller, "direction", self.direction, DIRECTIONS)
        checked_choice(self.caller, "flow", self.flow, ("forward", "backward", "both"))
        checked_choice(self.caller, "fold", self.fold, ("auto", "module", "none"))
        checked_choice(self.caller, "format", self.format, ("svg", "png", "pdf"))
        if isinstance(self.show, str) or not isinstance(self.show, Iterable):
            raise TypeError(f"{self.caller}: show must be a tuple of {', '.join(map(repr, SHOW))}, got {self.show!r}")
        for item in self.show:
            checked_choice(self.caller, "show", item, SHOW)
        if isinstance(self.max_nodes, bool) or not isinstance(self.max_nodes, int) or self.max_nodes < 2:
            raise ValueError(f"{self.caller}: max_nodes must be an int of at least 2, got {self.max_nodes!r}")
        if not isinstance(self.expand, (bool, str, Collection)) or not all(isinstance(name, str) for name in self.opened):
            raise TypeError(f"{self.caller}: expand must be True, or the name of a box or several, got {self.expand!r}")

    @property
    def opened(self) -> tuple[str, ...]:
        """The names of the boxes to open."""
        if isinstance(self.expand, bool):
            return ()
        return (self.expand,) if isinstance(self.expand, str) else tuple(self.expand)


def checked_choice(caller: str, name: str, given: Any, allowed: Sequence[str]) -> Any:
    """`given`, or a ValueError that says what is allowed."""
    if given not in allowed:
        raise ValueError(f"{caller}: {name} must be {', '.join(map(repr, allowed[:-1]))} or {allowed[-1]!r}, got {given!r}")
    return given
