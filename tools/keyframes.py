"""CSS animations for an SVG: classes for parts that appear, that show for a while, or that travel along a path."""

from __future__ import annotations

from collections.abc import Sequence

FADE, TRAVEL = 0.2, 0.6  # seconds
Span = tuple[float, float]


class Clock:
    """The keyframes of everything that changes in `length` seconds, repeated forever."""

    def __init__(self, length: float) -> None:
        self.length = length
        self.names: dict[str, str] = {}

    def keyed(self, frames: Sequence[tuple[float, str]], timing: str) -> str:
        """The class of elements with these declarations at these times."""
        rule = "".join(f"{100.0 * t / self.length:.2f}%{{{said}}}" for t, said in frames)
        return self.names.setdefault(f"{timing} {rule}", f"t{len(self.names)}")

    def since(self, begin: float, before: float = 0.0) -> str:
        """The class of elements that appear and stay."""
        first, last = f"opacity:{before:g}", "opacity:1"
        return self.keyed([(0.0, first), (begin, first), (begin + FADE, last), (self.length, last)], "linear")

    def during(self, spans: Sequence[Span]) -> str:
        """The class of elements that show only during these spans."""
        frames = [(0.0, "opacity:0")] if spans[0][0] > 0.0 else []
        for begin, end in spans:
            if frames and frames[-1][0] == begin:
                frames.pop()
            frames += [(begin, "opacity:1"), (end, "opacity:0")]
        return self.keyed(frames, "step-end")

    def along(self, begin: float) -> str:
        """The class of elements that travel along their `offset-path`."""
        there, gone = "offset-distance:100%;opacity:1", "offset-distance:100%;opacity:0"
        frames = [(0.0, "offset-distance:0%;opacity:0"), (begin, "offset-distance:0%;opacity:0")]
        frames += [(begin + 0.01, "offset-distance:0%;opacity:1"), (begin + TRAVEL, there), (begin + TRAVEL + 0.01, gone)]
        return self.keyed([*frames, (self.length, gone)], "ease-out")

    def css(self) -> str:
        """The style sheet, for readers who want motion."""
        rules = []
        for key, name in self.names.items():
            timing, _, rule = key.partition(" ")
            rules.append(f"@keyframes {name}{{{rule}}}.{name}{{animation:{name} {self.length:g}s {timing} infinite}}")
        return f"@media(prefers-reduced-motion:no-preference){{{''.join(rules)}}}"
