"""What a compiled function gives when it is called with Dask arrays: numbers summed over all chunks, or Dask arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from autograd._tree import block_map
from autograd.compiler.arguments import scale_of
from autograd.compiler.executors.chunks import mapped, summed


def value(program: Any, xs: Sequence[Any]) -> Any:
    """`program(*xs)`."""
    return mapped(program, xs, _value)


def value_and_grad(program: Any, xs: Sequence[Any], chosen: tuple[int, ...], single: bool, reduction: str | None) -> Any:
    """`program.value_and_grad(*xs)` by the chosen arguments, or by a single one."""
    if reduction is None:
        return mapped(program, xs, partial(_value_and_grad, chosen[0] if single else chosen, None))
    lanes, (total, slopes) = summed(program, xs, partial(_value_and_grad, chosen, "sum"), chosen)
    scale = scale_of(reduction, lanes)
    scaled = [block_map(lambda x: x * scale, slope) for slope in slopes]
    return total * scale, scaled[0] if single else tuple(scaled)


def summed_backward(program: Any, xs: Sequence[Any]) -> tuple[int | None, float, list[float], list[float]]:
    """How many lanes there are, and what `Compiled.summed_backward` gives for all of them."""
    lanes, (total, slopes, flows) = summed(program, xs, _summed_backward)
    return lanes, total, slopes.tolist(), flows.tolist()


def jacobian(program: Any, xs: Sequence[Any], argnums: Any) -> Any:
    """`program.jacobian(*xs, argnums=argnums)`."""
    return mapped(program, xs, partial(_jacobian, argnums))


def hessian(program: Any, xs: Sequence[Any], argnums: Any) -> Any:
    """`program.hessian(*xs, argnums=argnums)`."""
    return mapped(program, xs, partial(_hessian, argnums))


def hvp(program: Any, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """`program.hvp(primals, tangents)`."""
    return mapped(program, [*primals, *tangents], _hvp, rounds=2)


# -- what is done to a chunk: functions with names, which can be sent to another process ------------------


def _value(program: Any, xs: Sequence[Any]) -> Any:
    return program(*xs)


def _value_and_grad(argnums: Any, reduction: str | None, program: Any, xs: Sequence[Any]) -> Any:
    return program.value_and_grad(*xs, argnums=argnums, reduction=reduction)


def _summed_backward(program: Any, xs: Sequence[Any]) -> Any:
    import numpy

    total, slopes, flows = program.summed_backward(xs)
    return total, numpy.array(slopes, float), numpy.array(flows, float)


def _jacobian(argnums: Any, program: Any, xs: Sequence[Any]) -> Any:
    return program.jacobian(*xs, argnums=argnums)


def _hessian(argnums: Any, program: Any, xs: Sequence[Any]) -> Any:
    return program.hessian(*xs, argnums=argnums)


def _hvp(program: Any, xs: Sequence[Any]) -> Any:
    n = len(xs) // 2
    return program.hvp(xs[:n], xs[n:])
