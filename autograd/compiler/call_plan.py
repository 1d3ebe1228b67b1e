"""CallPlan: how one program is called on NumPy arrays of known shapes, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.arguments import Block, Given
from autograd.compiler.runners import LanesRunner


class CallPlan:
    """A value and its gradient, over all lanes, for NumPy arrays of known shapes.

    One update of a small model takes some ten microseconds; to check and sort its arguments anew would take as many.
    """

    def __init__(self, runner: LanesRunner, given: Sequence[Given], chosen: Sequence[int], single: bool, scale: float) -> None:
        self._runner, self._single, self._scale = runner, single, scale
        self._uniform = [i for i, x in enumerate(given) if x.lanes is None]
        self._columns = [(i, x.numbers.shape) for i, x in enumerate(given) if x.lanes is not None]
        self._lanes = next(x.lanes for x in given if x.lanes is not None)
        self._slopes = []
        start = 1
        for i in chosen:
            stop = start + given[i].numbers.size
            self._slopes.append((start, stop, given[i].nesting.shape))
            start = stop

    @classmethod
    def of(
        cls, runner: object, given: Sequence[Given], axes: Sequence[int | None], chosen: Sequence[int], single: bool, scale: float
    ) -> CallPlan | None:
        """The plan of such a call; None if it cannot have one."""
        plain = all(type(x.nesting) is Block and axis in (0, None) for x, axis in zip(given, axes, strict=True))
        if not plain or not isinstance(runner, LanesRunner) or any(given[i].lanes is not None for i in chosen):
            return None
        return cls(runner, given, chosen, single, scale)

    def __call__(self, xs: Sequence[Any]) -> tuple[float, Any]:
        """The value and the gradient."""
        columns = [xs[i].reshape(shape) for i, shape in self._columns]
        numbers = self._runner.sums([xs[i].reshape(-1) for i in self._uniform], columns, self._lanes)
        if self._scale != 1.0:
            numbers *= self._scale
        slopes = [numbers[start:stop].reshape(shape) for start, stop, shape in self._slopes]
        return float(numbers[0]), slopes[0] if self._single else tuple(slopes)
