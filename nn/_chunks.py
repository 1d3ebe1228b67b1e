"""Samples in a Dask array, which may be larger than memory or on other machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def is_chunked(x: Any) -> bool:
    """True for a Dask array; Dask is not imported for it."""
    return type(x).__module__.startswith("dask.array")


class Chunks:
    """A Dask array of samples, as the list of rows that it stands for: rows are fetched when they are asked for."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __len__(self) -> int:
        return int(self.array.shape[0])

    def __getitem__(self, i: int) -> Any:
        return self.array[i].compute().tolist()

    def tolist(self) -> list[Any]:
        """All rows."""
        return list(self.array.compute().tolist())

    def rows(self, part: Sequence[int]) -> Any:
        """These rows, as an array of two dimensions."""
        return self.table[list(part)].compute()

    @property
    def table(self) -> Any:
        """The Dask array with two dimensions, also if the samples are single numbers."""
        return self.array[:, None] if self.array.ndim == 1 else self.array
