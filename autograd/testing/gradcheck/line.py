"""The function under test along one of its inputs, as finite differences see it."""

from __future__ import annotations

import math

from autograd.testing.finite.estimate import Sample, first_step
from autograd.testing.gradcheck.subject import Reading, Subject

UNDEFINED = (math.nan, math.nan)


class Line:
    """Readings with one input moved, each made once for all outputs."""

    def __init__(self, subject: Subject, here: Reading, i: int) -> None:
        self.subject, self.here, self.i = subject, here, i
        self.x = subject.point[i]
        self._readings: dict[float, Reading | None] = {}

    def reading(self, x: float) -> Reading | None:
        """What f gives with the input at x; None if it refuses."""
        if x not in self._readings:
            point = self.subject.point
            self._readings[x] = self.subject.read([*point[: self.i], x, *point[self.i + 1 :]])
        return self._readings[x]

    def sample(self, k: int, noise: float) -> Sample:
        """Output k where the same operations are done, on the same sides of their kinks, and no wave is jumped over."""

        def sample(x: float) -> tuple[float, float]:
            there = self.reading(x)
            if there is None or not self.here.reaches(there):
                return UNDEFINED
            return there.values[k], max(there.noises[k], noise)

        return sample

    def edge(self, k: int, noise: float) -> Sample:
        """Output k wherever f gives one."""

        def sample(x: float) -> tuple[float, float]:
            there = self.reading(x)
            return UNDEFINED if there is None else (there.values[k], max(there.noises[k], noise))

        return sample

    def at_edge(self) -> bool:
        """Is the point at a kink or at the end of a domain? A Python `if` may make one, and other operations beyond."""
        tiny = 2.0**-30 * first_step(self.x)
        near = [self.reading(self.x - tiny), self.reading(self.x + tiny)]
        return 0.0 in self.here.margins or any(there is None or there.ops != self.here.ops for there in near)
