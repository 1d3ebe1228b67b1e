"""Runs a compiled function on Dask arrays: each chunk of lanes where it lives, then a pairwise sum over the chunks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from typing import Any, NamedTuple

from autograd._format import counted
from autograd._tree import block_map, prefix_entries, prefix_map
from autograd.compiler.any_array import is_any_array
from autograd.compiler.arguments import Argument, lanes_of
from autograd.errors import BranchError, CompileError

Call = Callable[[Any, Sequence[Any]], Any]  # of a Compiled and its arguments


def is_chunked(x: Any) -> bool:
    """True for a Dask array."""
    return type(x).__module__.startswith("dask.array")


def any_chunked(xs: Sequence[Any]) -> bool:
    """True if there is a Dask array among arguments, or inside one."""
    return "dask.array" in sys.modules and any(map(is_chunked, blocks_of(list(xs))))


class _Split(NamedTuple):
    """The arguments of a call, chunk by chunk.

    lanes   the number of lanes; None for a call without lanes
    counts  the number of lanes in each chunk
    blocks  the arguments of each chunk, with Delayed objects in place of arrays
    """

    lanes: int | None
    counts: tuple[int, ...]
    blocks: list[list[Any]]


def summed(program: Any, xs: Sequence[Any], call: Call, by: Sequence[int] = ()) -> tuple[int | None, Any]:
    """The number of lanes, and the sum over all chunks of `call(program, arguments)`.

    The call may return nested lists and tuples of numbers and arrays: derivatives `by` these arguments. If a worker is lost,
    Dask computes its chunks again and adds them in the same order.
    """
    split = _split(program.name, program.arguments, xs)
    if split.lanes is None:
        return None, call(program, computed(xs))
    for argument in [program.arguments[i] for i in by]:
        if True in argument.varies:
            raise CompileError(
                f"argnums: {argument.name} has lanes, but on Dask arrays a reduction can be differentiated only by arguments "
                "without lanes: leave out reduction for the gradient of every lane"
            )
    parts = _results(program, split, call)
    return split.lanes, pairwise_total(parts, _added).compute()


def pairwise_total(parts: list[Any], add: Callable[[Any, Any], Any]) -> Any:
    """The sum of Delayed objects, in an order that depends only on how many there are."""
    from dask.delayed import delayed

    while len(parts) > 1:
        pairs = [parts[i : i + 2] for i in range(0, len(parts), 2)]
        parts = [delayed(add)(*pair) if len(pair) > 1 else pair[0] for pair in pairs]
    return parts[0]


def mapped(program: Any, xs: Sequence[Any], call: Call, rounds: int = 1) -> Any:
    """The lazy result of `call(program, arguments)` for each lane: Dask arrays, nested like the call's result.

    `xs` holds the program's arguments `rounds` times over.
    """
    split = _split(program.name, list(program.arguments) * rounds, xs)
    if split.lanes is None:
        return call(program, computed(xs))
    parts = _results(program, split, call)
    shapes = call(program, _without_lanes(program.arguments * rounds, xs))
    places = iter(range(len(blocks_of(shapes))))
    return block_map(lambda shape: _whole(parts, split.counts, next(places), shape.shape[1:]), shapes)


def _whole(parts: Sequence[Any], counts: Sequence[int], place: int, shape: tuple[int, ...]) -> Any:
    """The results of all chunks as one array."""
    import dask.array
    from dask.delayed import delayed

    pieces = [
        dask.array.from_delayed(delayed(_block_at)(part, place), (count, *shape), dtype=float)
        for part, count in zip(parts, counts, strict=True)
    ]
    return dask.array.concatenate(pieces)


def _results(program: Any, split: _Split, call: Call) -> list[Any]:
    """The result of the call for each chunk, as Delayed objects."""
    import numpy
    from dask.delayed import delayed

    program.check_closure()
    if program.traced.samplers:
        raise CompileError(f"{program.name} draws random numbers, in an order that chunks can't keep: pass them as an argument")
    # Both are sent once, instead of with every chunk.
    packed = delayed(program.packed, pure=True, traverse=False)
    numbers = delayed(numpy.array(program.captured_numbers(), float), pure=True, traverse=False)
    starts = accumulate(split.counts, initial=0)
    run = delayed(partial(_called, call), pure=False)
    return [run(packed, numbers, start, xs) for start, xs in zip(starts, split.blocks, strict=False)]


# -- arguments -------------------------------------------------------------------------------------------


def _split(name: str, arguments: Sequence[Argument], xs: Sequence[Any]) -> _Split:
    """Check the arguments and split them into chunks."""
    from dask.delayed import delayed

    if len(xs) != len(arguments):
        raise TypeError(f"{name} was compiled for {counted(len(arguments), 'argument')}, got {len(xs)}")
    for argument, x in zip(arguments, xs, strict=True):
        if any(size != size for leaf in blocks_of(x) if is_chunked(leaf) for size in leaf.shape):
            its = argument.name
            raise ValueError(f"{its}: its chunk sizes are unknown: call {its}.compute_chunk_sizes() first")
    given = [argument.bind(block_map(_stand_in, x)) for argument, x in zip(arguments, xs, strict=True)]
    lanes = lanes_of(given)
    if lanes is None:
        return _Split(None, (), [])
    entries = [prefix_entries(argument.axes, x) for argument, x in zip(arguments, xs, strict=True)]
    along = (leaf.chunks[axis] for several in entries for axis, leaf in several if axis is not None and is_chunked(leaf))
    counts = next(along, (lanes,))
    columns: list[Any] = []
    for argument, x, several in zip(arguments, xs, entries, strict=True):
        if argument.axes is None:
            columns.append([delayed(x, pure=True, traverse=not is_chunked(x) and any_chunked([x]))] * len(counts))
        else:
            pieces = [_pieces(leaf, axis, counts) for axis, leaf in several]
            columns.append([nested(x, chunk) for chunk in zip(*pieces, strict=True)])
    return _Split(lanes, counts, [list(chunk) for chunk in zip(*columns, strict=True)])


def _stand_in(x: Any) -> Any:
    """A placeholder of the same shape for a Dask array, which takes no memory."""
    if not is_chunked(x):
        return x
    import numpy

    return numpy.broadcast_to(numpy.zeros((), float if x.dtype.kind in "biufO" else x.dtype), x.shape)


def _pieces(x: Any, axis: int | None, counts: tuple[int, ...]) -> list[Any]:
    """The chunks of an array, split into these lengths along `axis`; the whole array for each chunk if that is None."""
    import dask.array
    from dask.delayed import delayed

    if axis is None:
        return [delayed(x, pure=True) if is_any_array(x) else x] * len(counts)
    chunks = {i: counts if i == axis % x.ndim else -1 for i in range(x.ndim)}
    whole = x.rechunk(chunks) if is_chunked(x) else dask.array.from_array(x, chunks=chunks)
    return list(whole.to_delayed().ravel())


def nested(shape: Any, items: Sequence[Any]) -> Any:
    """A nesting with its arrays and numbers replaced by these items, in order."""
    rest = iter(items)
    return block_map(lambda _: next(rest), shape)


def blocks_of(tree: Any) -> list[Any]:
    """The arrays and numbers in a nesting."""
    found: list[Any] = []
    block_map(found.append, tree)
    return found


def computed(xs: Sequence[Any]) -> list[Any]:
    """The arguments with NumPy arrays in place of Dask arrays."""
    import dask

    return list(dask.compute(*xs))


def _without_lanes(arguments: Sequence[Argument], xs: Sequence[Any]) -> list[Any]:
    """The same arguments with zero lanes."""
    import numpy

    def empty(axis: int | None, x: Any) -> Any:
        if not is_any_array(x):
            return x
        along = None if axis is None else axis % x.ndim
        return numpy.zeros([0 if i == along else size for i, size in enumerate(x.shape)])

    return [prefix_map(empty, argument.axes, x) for argument, x in zip(arguments, xs, strict=True)]


# -- where the chunks live -------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _unpacked(packed: tuple[Any, ...]) -> Any:
    """The program, unpacked once per process that computes chunks."""
    make, *parts = packed
    return make(*parts)


def _called(call: Call, packed: tuple[Any, ...], numbers: Any, start: int, xs: Sequence[Any]) -> Any:
    program = _unpacked(packed)
    try:
        return call(program.with_captured(numbers.tolist()), xs)
    except BranchError as error:
        raise BranchError(f"{error}\n(counted within a chunk, which starts at lane {start})") from None


def _added(one: Any, other: Any) -> Any:
    return nested(one, [x + y for x, y in zip(blocks_of(one), blocks_of(other), strict=True)])


def _block_at(tree: Any, place: int) -> Any:
    return blocks_of(tree)[place]
