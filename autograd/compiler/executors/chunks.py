"""Runs a compiled function on Dask arrays: each chunk of lanes where it lives, then sums of sums, pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from autograd._tree import block_map
from autograd.errors import CompileError

Call = Callable[[Any, Sequence[Any]], Any]  # of a Compiled and its arguments


def is_chunked(x: Any) -> bool:
    """True for a Dask array."""
    return type(x).__module__.startswith("dask.array")


def summed(program: Any, xs: Sequence[Any], call: Call) -> Any:
    """The sum over all chunks of what `call(program, arguments)` gives for each: nested lists, numbers and arrays.

    The chunks are computed where they live, and a worker that is lost loses nothing: Dask computes its chunks again.
    """
    from dask.delayed import delayed

    parts = [delayed(_called)(*task) for task in _tasks(program, xs, call)]
    while len(parts) > 1:
        parts = [
            delayed(_added)(*pair) if len(pair) > 1 else pair[0] for pair in (parts[i : i + 2] for i in range(0, len(parts), 2))
        ]
    return parts[0].compute()


def mapped(program: Any, xs: Sequence[Any]) -> Any:
    """What the program returns for every lane, as one Dask array; CompileError unless it returns one number."""
    import dask.array
    from dask.delayed import delayed

    if isinstance(program.traced.result, (list, tuple, dict)):
        raise CompileError(f"{program.name} returns several numbers: on Dask arrays it must return one, or an array")
    shape = tuple(getattr(program.traced.result, "shape", ()))
    lanes = _aligned(program, xs)[0]
    blocks = [
        dask.array.from_delayed(delayed(_called)(*task), (count, *shape), dtype=float)
        for task, count in zip(_tasks(program, xs, _value), lanes, strict=True)
    ]
    return dask.array.concatenate(blocks)


def _value(program: Any, xs: Sequence[Any]) -> Any:
    return program(*xs)


def _tasks(program: Any, xs: Sequence[Any], call: Call) -> list[tuple[Any, ...]]:
    """The arguments of `_called` for each chunk."""
    from dask.delayed import delayed

    packed = delayed(program.packed(), pure=True)  # sent once, not with every chunk
    numbers = program.captured_numbers()
    counts, aligned = _aligned(program, xs)
    blocks = [x.to_delayed().ravel() if is_chunked(x) else [x] * len(counts) for x in aligned]
    return [(packed, numbers, call, *chunk) for chunk in zip(*blocks, strict=True)]


def _aligned(program: Any, xs: Sequence[Any]) -> tuple[tuple[int, ...], list[Any]]:
    """The lanes in each chunk, and the arguments with the same chunks of lanes."""
    import dask.array

    axes = [argument.axis for argument in program.arguments]
    first = next(x.chunks[axis] for x, axis in zip(xs, axes, strict=True) if is_chunked(x) and axis is not None)
    if any(count != count for count in first):
        raise CompileError("the lengths of the chunks are not known: call x.compute_chunk_sizes() first")
    aligned = []
    for x, axis, argument in zip(xs, axes, program.arguments, strict=True):
        if axis is None:
            aligned.append(x.compute() if is_chunked(x) else x)
            continue
        if not hasattr(x, "ndim"):
            raise TypeError(f"{argument.name}: with Dask arrays, every argument with lanes must be an array, got {x!r}")
        x = x if is_chunked(x) else dask.array.from_array(x)
        aligned.append(x.rechunk({i: first if i == axis % x.ndim else -1 for i in range(x.ndim)}))
    return first, aligned


@lru_cache(maxsize=16)
def _unpacked(packed: tuple[Any, ...]) -> Any:
    """The program, once for each process that computes chunks."""
    make, *parts = packed
    return make(*parts)


def _called(packed: tuple[Any, ...], numbers: Sequence[float], call: Call, *xs: Any) -> Any:
    return call(_unpacked(packed).with_captured(numbers), xs)


def _added(one: Any, other: Any) -> Any:
    leaves: list[Any] = []
    block_map(leaves.append, other)
    rest = iter(leaves)
    return block_map(lambda x: x + next(rest), one)
