"""A batch of samples in a Dask array: each chunk is computed where it lives, and the sums are added up pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from autograd.compiler import files
from autograd.compiler.batch_program import BatchProgram
from autograd.compiler.executors.chunks import is_chunked
from autograd.compiler.runners import Runner, fast_runner
from autograd.compiler.traced import Traced
from autograd.errors import CompileError
from autograd.value import Value

Made = tuple[bytes, int, tuple[int, ...], str]  # what a worker makes the program of


def are_chunked(columns: Sequence[Any]) -> bool:
    """True if any of them is a Dask array."""
    return any(map(is_chunked, columns))


def packed(traced: Traced, wanted: Sequence[int], executor: str) -> Made:
    """What a worker makes the same program of. It is sent random draws: for it they are leaves."""
    draws = [Value(0.0) for _ in traced.samplers]
    whole = traced._replace(captured=[*traced.captured, *draws], samplers=[])
    return files.to_bytes(whole), len(draws), tuple(wanted), executor


def run(made: Made, wanted: range, numbers: Any, columns: Sequence[Any]) -> tuple[Any, Any]:
    """The sums over all samples, and the outputs of every sample that are `wanted`, of shape (outputs, samples).

    `columns` have a row per sample, in one Dask array or more, and NumPy arrays.
    """
    import numpy
    from dask.delayed import delayed

    lengths = next(x.chunks[0] for x in columns if is_chunked(x))
    if any(length != length for length in lengths):
        raise CompileError("the lengths of the chunks are not known: call X.compute_chunk_sizes() first")
    # These are sent once, not with every chunk.
    program, leaves = delayed(made, pure=True, traverse=False), delayed(numpy.asarray(numbers), pure=True, traverse=False)
    parts = [delayed(_on_chunk)(program, wanted, leaves, *blocks) for blocks in zip(*_blocks(columns, lengths), strict=True)]
    while len(parts) > 1:
        pairs = [parts[i : i + 2] for i in range(0, len(parts), 2)]
        parts = [delayed(_joined)(*pair) if len(pair) > 1 else pair[0] for pair in pairs]
    found: tuple[Any, Any] = parts[0].compute()
    return found


def _blocks(columns: Sequence[Any], lengths: Sequence[int]) -> list[list[Any]]:
    """For each of the columns its part in every chunk that is not empty."""
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    used = [i for i, length in enumerate(lengths) if length]
    found = []
    for x in columns:
        if is_chunked(x):
            blocks = x.rechunk({0: tuple(lengths), 1: -1}).to_delayed().ravel()
            found.append([blocks[i] for i in used])
        else:
            found.append([x[starts[i] : starts[i] + lengths[i]] for i in used])
    return found


@lru_cache(maxsize=8)
def _runner(content: bytes, draws: int, wanted: tuple[int, ...], executor: str) -> Runner:
    """Made once in each process."""
    whole = files.from_bytes(content)
    traced = whole._replace(captured=whole.captured[: len(whole.captured) - draws])
    return fast_runner(BatchProgram.of(traced, wanted).program, executor, "plain")


def _on_chunk(made: Made, wanted: range, numbers: Any, *columns: Any) -> tuple[Any, Any]:
    import numpy

    runner, samples = _runner(*made), len(columns[0])
    found = runner.run([numbers], [numpy.asarray(x, float) for x in columns], samples)
    outputs = found.span(wanted.start, wanted.stop, samples)
    return numpy.array(found.span(0, wanted.start)), numpy.array(outputs, float).reshape(-1, samples)


def _joined(one: tuple[Any, Any], other: tuple[Any, Any]) -> tuple[Any, Any]:
    import numpy

    return one[0] + other[0], numpy.concatenate([one[1], other[1]], axis=1)
