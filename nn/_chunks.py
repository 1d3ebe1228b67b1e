"""Samples in a Dask array, which may be larger than memory or on other machines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from random import Random
from typing import Any


def is_chunked(x: Any) -> bool:
    """True for a Dask array; does not import Dask."""
    return type(x).__module__.startswith("dask.array")


class Chunks:
    """A Dask array of samples that acts as a list of rows, fetched when they are asked for."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __len__(self) -> int:
        return int(self.array.shape[0])

    def __getitem__(self, i: int) -> Any:
        return self.array[i].compute().tolist()

    def tolist(self) -> list[Any]:
        return list(self.array.compute().tolist())

    @property
    def table(self) -> Any:
        """The Dask array with two dimensions, even if the samples are single numbers."""
        return self.array[:, None] if self.array.ndim == 1 else self.array

    def shuffled_batches(self, size: int, rng: Random) -> list[list[int]]:
        """The row indices of every batch: the rows of a random chunk, shuffled, then those of another, and so on.

        So a batch lies in one chunk or a few, and its samples can be computed where they are stored.
        """
        chunks = [list(range(*pair)) for pair in pairwise(self._ends)]
        rng.shuffle(chunks)
        for rows in chunks:
            rng.shuffle(rows)
        order = [i for rows in chunks for i in rows]
        return [order[start : start + size] for start in range(0, len(order), size)]

    def rows(self, part: Sequence[int]) -> Any:
        """These rows as a two-dimensional Dask array, whose data stays where its chunks are."""
        from dask.array import concatenate, from_delayed
        from dask.delayed import delayed

        pieces = []
        for chunk, indices in groupby(part, lambda i: bisect_right(self._ends, i) - 1):
            places = [i - self._ends[chunk] for i in indices]
            taken = delayed(_taken)(self._blocks[chunk], delayed(places, traverse=False))
            pieces.append(from_delayed(taken, (len(places), self.table.shape[1]), dtype=self.array.dtype))
        return concatenate(pieces)

    def beside(self, table: Any) -> Any:
        """Another table with as many rows, as a Dask array with the same chunks, sent to the workers once."""
        from dask.array import from_array

        return from_array(table, chunks=(self.array.chunks[0], -1)).persist()

    @cached_property
    def _ends(self) -> list[int]:
        """Where each chunk begins, and where the last one ends."""
        return list(accumulate(self.array.chunks[0], initial=0))

    @cached_property
    def _blocks(self) -> Any:
        return self.table.rechunk({1: -1}).to_delayed().ravel()


def _taken(block: Any, rows: list[int]) -> Any:
    return block[rows]
