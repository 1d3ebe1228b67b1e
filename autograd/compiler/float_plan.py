"""FloatPlan: how a program that is Python code is called on floats and lists of floats, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from autograd.compiler.guards import check_guards
from autograd.compiler.runners import PythonRunner
from autograd.compiler.tracing import Guard

_LOOK = attrgetter("__class__", "dtype", "shape")


class Listed(NamedTuple):
    """What a list or tuple is, and how long."""

    container: type[Any]
    length: int

    def takes(self, x: Any) -> bool:
        """True for one of so many floats."""
        return type(x) is self.container and len(x) == self.length and {*map(type, x)} == {float}


def call_key(by: Any, reduction: str | None, xs: Sequence[Any]) -> tuple[Any, ...] | None:
    """What calls that one plan serves have in common; None if an argument is neither a float nor a list, tuple or array."""
    try:
        return by, reduction, *map(_kind, xs)
    except AttributeError:
        return None


def _kind(x: Any) -> Any:
    kind = type(x)
    return float if kind is float else Listed(kind, len(x)) if kind is list or kind is tuple else _LOOK(x)


class FloatPlan:
    """A value and its gradient, for floats, and lists and tuples of floats."""

    def __init__(
        self, key: tuple[Any, ...], code: Callable[..., list[float]], chosen: Sequence[int], single: bool, guards: Sequence[Guard]
    ) -> None:
        (self.by, self.reduction, *self._kinds), self._code, self._single = key, code, single
        self._floats = {*self._kinds} == {float}
        self._chosen = [self._kinds[i] for i in chosen]
        self._end = 1 + sum([1 if kind is float else kind.length for kind in self._chosen])  # guards follow the derivatives
        self._guards = guards

    @classmethod
    def of(
        cls,
        key: tuple[Any, ...] | None,
        runner: object,
        xs: Sequence[Any],
        chosen: Sequence[int],
        single: bool,
        guards: Sequence[Guard],
    ) -> FloatPlan | None:
        """The plan of such a call; None if it is another, or there is no code yet."""
        if key is None or not isinstance(runner, PythonRunner) or runner.code is None:
            return None
        for kind, x in zip(key[2:], xs, strict=True):
            if kind is not float and not (type(kind) is Listed and kind.takes(x)):
                return None
        return cls(key, runner.code, chosen, single, guards)

    def __call__(self, xs: tuple[Any, ...]) -> tuple[Any, Any] | None:
        """The value and the gradient; None if these are not floats where there were floats, and as many in each list."""
        if len(xs) != len(self._kinds):
            return None
        if self._floats:
            if {*map(type, xs)} != {float}:
                return None
            value, *slopes = self._computed(xs)
            return value, slopes[0] if self._single else tuple(slopes)
        numbers: list[float] = []
        for x, kind in zip(xs, self._kinds, strict=True):
            if kind is float and type(x) is float:
                numbers.append(x)
            elif kind is not float and kind.takes(x):
                numbers += x
            else:
                return None
        found = iter(self._computed(numbers))
        value = next(found)
        slopes = [
            next(found) if kind is float else kind.container([next(found) for _ in range(kind.length)]) for kind in self._chosen
        ]
        return value, slopes[0] if self._single else tuple(slopes)

    converted = __call__

    def _computed(self, numbers: Sequence[float]) -> list[float]:
        found = self._code(*numbers)
        if self._guards:
            check_guards(self._guards, found[self._end :], None)
        return found[: self._end]
