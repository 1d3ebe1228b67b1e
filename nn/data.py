"""Data for training: how to split it and serve it in batches.

X is a list of rows and y a list of labels, one per row; arrays, DataFrames and Series are taken too. `random_state` is a
seed (the same order in every run), a `random.Random` (which moves on with each use) or None (a new order every time).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from numbers import Integral
from random import Random
from typing import Any

from autograd.extend import checked_integer, number_between
from nn._check import RandomState, checked_list, generator, one_column
from nn.datasets.toys import shuffled_order
from nn.foreign_names import advising


@advising
def train_test_split(
    X: Any,
    y: Any,
    *,
    test_size: float = 0.25,
    shuffle: bool = True,
    stratify: Any | None = None,
    random_state: RandomState = None,
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Split the rows into those to train on and those to test on.

    Returns X_train, X_test, y_train, y_test. `test_size` is a fraction of the rows if a float, ceil(test_size · rows) of
    them as in scikit-learn, and a number of rows if an int. Without `shuffle` the test rows are the last ones. `stratify` (a
    label for each row, usually y) splits every class in the same proportion, and needs `shuffle`. ValueError if X and y are
    empty or differ in length, if either side would be empty, or if there are too few rows of a class, or on a side, to have
    one of each class on both.

    >>> train_test_split([[1], [2], [3], [4]], [1, 2, 3, 4], shuffle=False)
    ([[1], [2], [3]], [[4]], [1, 2, 3], [4])
    >>> from nn import make_xor
    >>> X, y = make_xor(8)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, stratify=y)
    >>> sorted(y_train), sorted(y_test)
    ([0, 0, 1, 1], [0, 0, 1, 1])
    """
    rows, labels = _rows_and_labels(X, y)
    if isinstance(test_size, Integral):
        n_test = checked_integer("test_size", test_size, at_least=1)
    else:
        n_test = math.ceil(number_between("test_size", test_size, low=0, high=1) * len(rows))
    if not 0 < n_test < len(rows):
        raise ValueError(f"test_size must leave rows on both sides, got {test_size!r} of {len(rows)} rows")
    rng = generator(random_state, "random_state")
    if stratify is None:
        order = shuffled_order(len(rows), shuffle, rng)
        train, test = order[:-n_test], order[-n_test:]
    elif shuffle:
        train, test = _stratified(checked_list("stratify", one_column(stratify), len(rows)), n_test, rng)
    else:
        raise ValueError("stratify needs shuffle=True, got shuffle=False")
    return [rows[i] for i in train], [rows[i] for i in test], [labels[i] for i in train], [labels[i] for i in test]


class Batches:
    """The mini-batches made by `batches`; each loop over them goes once through the data."""

    def __init__(self, rows: list[Any], labels: list[Any], size: int, shuffle: bool, rng: Random) -> None:
        self._rows, self._labels = rows, labels
        self._size, self._shuffle, self._rng = size, shuffle, rng

    def __len__(self) -> int:
        return math.ceil(len(self._rows) / self._size)

    def __iter__(self) -> Iterator[tuple[list[Any], list[Any]]]:
        for part in batch_indices(len(self._rows), self._size, self._shuffle, self._rng):
            yield [self._rows[i] for i in part], [self._labels[i] for i in part]


@advising
def batches(X: Any, y: Any, batch_size: int, *, shuffle: bool = True, random_state: RandomState = None) -> Batches:
    """Mini-batches (X, y) of `batch_size` rows, the last with what remains; each loop over them goes once through the data.

    With `shuffle`, each loop has an order of its own: create the batches before the loop over the epochs. Created inside it
    with a seed, they come in the same order in every epoch. ValueError if X and y are empty or differ in length, or
    batch_size < 1.

    >>> list(batches([[1], [2], [3]], [1, 2, 3], 2, shuffle=False))
    [([[1], [2]], [1, 2]), ([[3]], [3])]
    """
    rows, labels = _rows_and_labels(X, y)
    size = checked_integer("batch_size", batch_size, at_least=1)
    return Batches(rows, labels, size, shuffle, generator(random_state, "random_state"))


def batch_indices(count: int, size: int, shuffle: bool, rng: Random) -> list[list[int]]:
    order = shuffled_order(count, shuffle, rng)
    return [order[start : start + size] for start in range(0, count, size)]


def _stratified(labels: list[Any], n_test: int, rng: Random) -> tuple[list[int], list[int]]:
    """Indices for training and for testing, each label in proportion on both sides, rounded so that n_test are for testing."""
    if any(isinstance(label, list) for label in labels):
        raise TypeError("stratify must be a single label for each row, got lists")
    places: dict[Any, list[int]] = {}
    for i, label in enumerate(labels):
        missing = isinstance(label, float) and math.isnan(label)  # NaNs are one label, though no two are equal
        places.setdefault(math.nan if missing else label, []).append(i)
    lonely = [label for label, members in places.items() if len(members) < 2]
    if lonely:
        raise ValueError(f"stratify must hold every label at least twice, got only one of {lonely}")
    n_train = len(labels) - n_test
    if min(n_train, n_test) < len(places):
        raise ValueError(f"test_size must leave {len(places)} rows, one per label, on both sides, got {n_train} and {n_test}")

    groups = list(places.values())
    rng.shuffle(groups)  # so that ties below are broken at random
    shares = [divmod(len(members) * n_test, len(labels)) for members in groups]
    taken = [whole for whole, _ in shares]
    by_rest = sorted(range(len(groups)), key=lambda g: shares[g][1], reverse=True)
    for g in by_rest[: n_test - sum(taken)]:
        taken[g] += 1

    train, test = [], []
    for members, k in zip(groups, taken, strict=True):
        rng.shuffle(members)
        test += members[:k]
        train += members[k:]
    rng.shuffle(train)
    rng.shuffle(test)
    return train, test


def _rows_and_labels(X: Any, y: Any) -> tuple[list[Any], list[Any]]:
    rows = checked_list("X", X)
    if not rows:
        raise ValueError("X must hold at least one row, got none")
    return rows, checked_list("y", one_column(y), len(rows))
