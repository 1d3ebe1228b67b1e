"""Branching: a compiled function that branches on its numbers, as one program per way through the branches met so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from os import PathLike
from typing import Any

from autograd._check import checked_choice
from autograd._tree import prefix_entries, prefix_map, same_shape, tree_build
from autograd.compiler.any_array import each, namespace_of
from autograd.compiler.arguments import Given, scale_of
from autograd.compiler.axes import Axes
from autograd.compiler.compiled import REDUCTIONS, Compiled, scaled
from autograd.compiler.executors.chunks import any_chunked, nested
from autograd.compiler.traced import Traced
from autograd.errors import BranchError, CompileError
from autograd.transforms import check_tangents

MAX_WAYS = 256  # ways through one function, each a program of its own


class Branching(Compiled):
    """The result of `compile(..., guard="recompile")`: runs the lanes in groups, by the branches that they take."""

    def __init__(self, traced: Traced, executor: str, trace: Callable[[Sequence[Any]], Traced]) -> None:
        super().__init__(traced, "raise", executor)
        self._trace = trace
        self._ways = [Compiled(traced, "ignore", executor)]
        self._axes = [argument.axes for argument in self.arguments]

    def __call__(self, *xs: Any) -> Any:
        return self._merged(lambda way, part: way(*part), xs)

    def value_and_grad(self, *xs: Any, argnums: int | Sequence[int] = 0, reduction: str | None = None) -> tuple[Any, Any]:
        if reduction is not None:
            checked_choice("reduction", reduction, REDUCTIONS)
        _, lanes = self._bind(xs)
        if reduction is None or lanes is None:
            value, slope = self._merged(lambda way, part: way.value_and_grad(*part, argnums=argnums), xs)
            return value, slope
        single, chosen = self._chosen("value_and_grad", argnums)
        groups = self._groups(xs)
        parts = [way.value_and_grad(*of_lanes(xs, self._axes, at), argnums=chosen, reduction="sum") for way, at in groups]
        at = [lanes for _, lanes in groups]
        slopes = [
            merged(pieces, at, self._axes[i])
            for i, pieces in zip(chosen, zip(*[slopes for _, slopes in parts], strict=True), strict=True)
        ]
        return scaled(sum([value for value, _ in parts]), slopes, scale_of(reduction, lanes), single)

    def backward(self, *xs: Any, reduction: str = "mean") -> float:
        checked_choice("reduction", reduction, REDUCTIONS)
        _, lanes = self._bind(xs)
        scale = scale_of(reduction, lanes)
        groups = self._groups(xs)
        for way, _ in groups:
            way._check_one_number("backward")
        found = [(way, way.summed_backward(*of_lanes(xs, self._axes, at))) for way, at in groups]
        for way, (_, slopes, flows) in found:
            way.add_gradients(slopes, flows, scale)
        return sum([value for _, (value, _, _) in found]) * scale

    def save(self, path: str | PathLike[str]) -> None:
        """ValueError: a file holds only one way through a function."""
        raise ValueError(self._holds_one("a file holds", "save it"))

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(self._holds_one("a copy would hold", "copy or pickle it"))

    def _holds_one(self, what: str, purpose: str) -> str:
        several = f"{self.name} has one program per way through its branches, but {what} only one"
        return f"{several}: compile it with guard='raise' to {purpose}"

    def jacobian(self, *xs: Any, argnums: int | Sequence[int] = 0) -> Any:
        return self._merged(lambda way, part: way.jacobian(*part, argnums=argnums), xs)

    def hessian(self, *xs: Any, argnums: int | Sequence[int] = 0) -> Any:
        return self._merged(lambda way, part: way.hessian(*part, argnums=argnums), xs)

    def hvp(self, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
        check_tangents("hvp", primals, tangents, "program.hvp((x,), (v,))")
        n = len(primals)
        return self._merged(lambda way, part: way.hvp(part[:n], part[n:]), primals, tangents)

    def _bind(self, xs: Sequence[Any]) -> tuple[list[Given], int | None]:
        if any_chunked(xs):
            raise CompileError("guard='recompile' doesn't support Dask arrays: write the branch with autograd.where")
        return super()._bind(xs)

    def _merged(self, call: Callable[[Compiled, list[Any]], Any], xs: Sequence[Any], more: Sequence[Any] = ()) -> Any:
        """The results of a call on each group of lanes, merged."""
        groups = self._groups(xs)
        axes = self._axes * (2 if more else 1)
        parts = [call(way, of_lanes([*xs, *more], axes, at)) for way, at in groups]
        if groups[0][1] is None:
            return parts[0]
        if not all(same_shape(way.traced.result, groups[0][0].traced.result) for way, _ in groups):
            raise CompileError(
                f"{self.name} returns differently nested results in different lanes, which can't be merged: return the "
                "same nesting in every branch"
            )
        return merged(parts, [at for _, at in groups])

    def _groups(self, xs: Sequence[Any]) -> list[tuple[Compiled, Any]]:
        """The ways that are taken, each with the lanes that take it, or with None without lanes."""
        _, lanes = self._bind(xs)
        if lanes is None:
            way = next((way for way in self._ways if not way.differing(*xs)), None)
            if way is None:
                way = self._new_way(xs)
                way.differing(*xs)  # so that a function being traced records the guards of this way, as on later calls
            return [(way, None)]
        import numpy

        left = numpy.arange(lanes)
        found: list[tuple[Compiled, Any]] = [] if lanes else [(self._ways[0], left)]
        i = 0
        while len(left):
            way = self._ways[i] if i < len(self._ways) else self._new_way(of_lanes(xs, self._axes, int(left[0])))
            differs = numpy.zeros(len(left), bool)
            differs[way.differing(*of_lanes(xs, self._axes, left))] = True
            if not differs.all():
                found.append((way, left[~differs]))
            left = left[differs]
            i += 1
        return found

    def _new_way(self, xs: Sequence[Any]) -> Compiled:
        if len(self._ways) == MAX_WAYS:
            raise BranchError(f"{self.name} took {MAX_WAYS} different ways through its branches: write these with autograd.where")
        pairs = zip(self.arguments, self._bind(xs)[0], strict=True)
        examples = [tree_build(argument.example, chain.from_iterable(map(each, x.uniform))) for argument, x in pairs]
        self._ways.append(Compiled(self._trace(examples), "ignore", self.executor))
        return self._ways[-1]


def merged(parts: Sequence[Any], lanes: Sequence[Any], axes: Axes = 0) -> Any:
    """The results of groups of lanes, merged along these axes into one for all lanes; summed where the axis is None."""
    import numpy

    order = numpy.argsort(numpy.concatenate(lanes))

    def whole(axis: int | None, pieces: Sequence[Any]) -> Any:
        return sum(pieces) if axis is None else _taken(namespace_of(pieces).concat(pieces, axis=axis), order, axis)

    along = [axis for axis, _ in prefix_entries(axes, parts[0])]
    # Dict entries are matched by key: other branches may list them in a different order.
    pieces = [[piece for piece, _ in prefix_entries(part, parts[0])] for part in parts]
    return nested(parts[0], list(map(whole, along, zip(*pieces, strict=True))))


def of_lanes(xs: Sequence[Any], axes: Sequence[Axes], lanes: Any) -> list[Any]:
    """The arguments for these lanes, or for one; the whole arguments if `lanes` is None."""

    def chosen(axis: int | None, leaf: Any) -> Any:
        return leaf if axis is None or not getattr(leaf, "ndim", 0) else _taken(leaf, lanes, axis)

    return list(xs) if lanes is None else [prefix_map(chosen, entry, x) for entry, x in zip(axes, xs, strict=True)]


def _taken(x: Any, lanes: Any, axis: int) -> Any:
    """These lanes of any library's array; a single lane as a NumPy array."""
    if isinstance(lanes, int):
        import numpy

        return numpy.asarray(x).take(lanes, axis=axis)
    xp = namespace_of([x])
    return xp.take(x, xp.asarray(lanes, device=getattr(x, "device", None)), axis=axis)  # a traced JAX array has no device yet
