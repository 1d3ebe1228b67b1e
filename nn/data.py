"""Points to learn from: toy shapes, two classic tables, and how to split them and serve them in batches.

Signatures are scikit-learn's. X is a list of rows of floats and y a list of labels, one a row. `noise` is the standard
deviation of a Gaussian that is added to every coordinate. `random_state` is a seed (the same data every time), a
`random.Random` (which moves on with each call) or None (other data every time); the global generator is left alone.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Iterator, Sequence
from importlib.resources import files
from numbers import Integral, Real
from random import Random
from typing import Any, NamedTuple

Table = Any  # a list, a tuple, or an array: anything with .tolist()
Points = tuple[list[list[float]], list[int]]
RandomState = int | Random | None


# -- shapes ------------------------------------------------------------------------------------------


def make_moons(
    n_samples: int = 100, *, shuffle: bool = True, noise: float | None = None, random_state: RandomState = None
) -> Points:
    """Two interleaving half circles of radius 1, labelled 0 and 1: no straight line parts them.

    Returns X (n_samples rows of 2 floats) and y; of an odd n_samples class 1 has one point more.
    ValueError if n_samples < 1 or noise < 0.

    >>> X, y = make_moons(5, shuffle=False)
    >>> [[round(a, 2), round(b, 2)] for a, b in X], y
    ([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [1.0, -0.5], [2.0, 0.5]], [0, 0, 1, 1, 1])
    """
    count = _integer("n_samples", n_samples, at_least=1)
    outer, inner = count // 2, count - count // 2
    X = [[math.cos(a), math.sin(a)] for a in _angles(outer, math.pi, outer - 1)]
    X += [[1.0 - math.cos(a), 0.5 - math.sin(a)] for a in _angles(inner, math.pi, inner - 1)]
    return _shuffled_and_noisy(X, [0] * outer + [1] * inner, shuffle, noise, random_state)


def make_circles(
    n_samples: int = 100,
    *,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: RandomState = None,
    factor: float = 0.8,
) -> Points:
    """A circle of radius 1, labelled 0, around one of radius `factor`, labelled 1.

    Returns X (n_samples rows of 2 floats) and y; of an odd n_samples class 1 has one point more.
    ValueError if n_samples < 1, noise < 0 or factor is outside [0, 1).

    >>> X, y = make_circles(4, shuffle=False, factor=0.5)
    >>> [[round(a, 2), round(b, 2)] for a, b in X], y
    ([[1.0, 0.0], [-1.0, 0.0], [0.5, 0.0], [-0.5, 0.0]], [0, 0, 1, 1])
    """
    count = _integer("n_samples", n_samples, at_least=1)
    radius = _number("factor", factor, low=0, high=1)
    outer, inner = count // 2, count - count // 2
    X = [[math.cos(a), math.sin(a)] for a in _angles(outer, math.tau, outer)]
    X += [[radius * math.cos(a), radius * math.sin(a)] for a in _angles(inner, math.tau, inner)]
    return _shuffled_and_noisy(X, [0] * outer + [1] * inner, shuffle, noise, random_state)


def make_blobs(
    n_samples: int = 100,
    n_features: int = 2,
    *,
    centers: int | Sequence[Sequence[float]] = 3,
    cluster_std: float | Sequence[float] = 1.0,
    center_box: tuple[float, float] = (-10.0, 10.0),
    shuffle: bool = True,
    random_state: RandomState = None,
) -> Points:
    """Round Gaussian clouds, one a class, labelled 0, 1, 2 …

    `centers` is a number of clouds, placed at random with every coordinate in `center_box`, or a list of their centers
    (n_features is then their length). `cluster_std` is the standard deviation of every cloud, or a list with one a cloud.
    Returns X (n_samples rows of n_features floats) and y; clouds differ by one point at most. ValueError if a count is
    below 1, a deviation below 0, the box upside down, or the lists do not match.

    >>> make_blobs(3, centers=[[0.0, 5.0], [9.0, 9.0]], cluster_std=0.0, shuffle=False)
    ([[0.0, 5.0], [0.0, 5.0], [9.0, 9.0]], [0, 0, 1])
    """
    count = _integer("n_samples", n_samples, at_least=1)
    width = _integer("n_features", n_features, at_least=1)
    rng = _generator(random_state)
    middles = _plain(centers)
    if not isinstance(middles, list):
        n_centers = _integer("centers, if not a list of points,", middles, at_least=1)
        box = _listed("center_box", center_box)
        if len(box) != 2:
            raise ValueError(f"center_box must be a pair (low, high), got {center_box!r}")
        low = _number("the low end of center_box", box[0])
        high = _number("the high end of center_box", box[1], low=low)
        middles = [[rng.uniform(low, high) for _ in range(width)] for _ in range(n_centers)]
    middles = [[_number("centers", c) for c in _listed("a row of centers", point)] for point in middles]
    if not middles or not middles[0] or len({len(point) for point in middles}) > 1:
        raise ValueError(f"centers must be one or more points of one length, got {centers!r}")
    deviations = _plain(cluster_std)
    if not isinstance(deviations, list):
        deviations = [deviations] * len(middles)
    if len(deviations) != len(middles):
        raise ValueError(f"cluster_std must be one number or one a center ({len(middles)}), got {len(deviations)}")
    deviations = [_number("cluster_std", deviation, low=0) for deviation in deviations]
    y = [label for label, size in enumerate(_sizes(count, len(middles))) for _ in range(size)]
    X = [[rng.gauss(middle, deviations[label]) for middle in middles[label]] for label in y]
    return _shuffled_and_noisy(X, y, shuffle, None, rng)


def make_xor(
    n_samples: int = 100, *, shuffle: bool = True, noise: float | None = None, random_state: RandomState = None
) -> Points:
    """The four corners (±1, ±1), labelled 1 where the two signs differ: the table that no single neuron can learn.

    Returns X (n_samples rows of 2 floats, the corners in turn) and y; with noise the label stays that of the corner.
    ValueError if n_samples < 1 or noise < 0.

    >>> make_xor(4, shuffle=False)
    ([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    count = _integer("n_samples", n_samples, at_least=1)
    corners = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)]
    X = [list(corners[i % 4]) for i in range(count)]
    return _shuffled_and_noisy(X, [int(a != b) for a, b in X], shuffle, noise, random_state)


def make_spirals(
    n_samples: int = 100,
    *,
    n_classes: int = 2,
    turns: float = 1.0,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: RandomState = None,
) -> Points:
    """Spiral arms that wind out of the origin to radius 1, one a class, labelled 0, 1, 2 …

    `turns` is how often each arm goes round: harder to learn with each. Returns X (n_samples rows of 2 floats) and y; arms
    differ by one point at most. ValueError if n_samples or n_classes < 1, or turns or noise < 0.

    >>> X, y = make_spirals(4, turns=0.5, shuffle=False)
    >>> [[round(a, 2), round(b, 2)] for a, b in X], y
    ([[0.0, 0.5], [-1.0, 0.0], [-0.0, -0.5], [1.0, -0.0]], [0, 0, 1, 1])
    """
    count = _integer("n_samples", n_samples, at_least=1)
    arms = _integer("n_classes", n_classes, at_least=1)
    rounds = _number("turns", turns, low=0)
    X, y = [], []
    for label, size in enumerate(_sizes(count, arms)):
        for i in range(size):
            radius = (i + 1) / size
            angle = math.tau * (rounds * radius + label / arms)
            X.append([radius * math.cos(angle), radius * math.sin(angle)])
            y.append(label)
    return _shuffled_and_noisy(X, y, shuffle, noise, random_state)


def _angles(count: int, end: float, steps: int) -> list[float]:
    """`count` angles from 0, `end / steps` apart; a single point has no steps and lies at 0."""
    return [end * i / max(steps, 1) for i in range(count)]


def _sizes(count: int, parts: int) -> list[int]:
    """`count` shared out evenly, what is left over to the first."""
    return [count // parts + (part < count % parts) for part in range(parts)]


def _shuffled_and_noisy(
    X: list[list[float]], y: list[int], shuffle: bool, noise: float | None, random_state: RandomState
) -> Points:
    spread = 0.0 if noise is None else _number("noise", noise, low=0)
    rng = _generator(random_state)
    order = _order(len(X), shuffle, rng)
    X, y = [X[i] for i in order], [y[i] for i in order]
    if spread > 0.0:
        X = [[x + rng.gauss(0.0, spread) for x in row] for row in X]
    return X, y


# -- tables ------------------------------------------------------------------------------------------


class Dataset(NamedTuple):
    """A table to learn from: rows `X`, labels `y`, what columns and labels are called, and where it comes from.

    >>> X, y, feature_names, target_names, description = load_iris()
    >>> len(X), len(y), target_names[y[0]]
    (150, 150, 'setosa')
    """

    X: list[list[float]]
    y: list[int]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    description: str

    def __repr__(self) -> str:
        return f"<Dataset: {len(self.X)} rows of {len(self.feature_names)} features, {len(self.target_names)} classes>"


def load_iris() -> Dataset:
    """Fisher's irises: 150 flowers of 3 species, 50 each, measured in four places.

    X: 150 rows of 4 floats, in cm; y: 0, 1 or 2, the place of the species in target_names.
    Source and licence are in its description. Every call gives a fresh copy.

    >>> iris = load_iris()
    >>> iris
    <Dataset: 150 rows of 4 features, 3 classes>
    >>> dict(zip(iris.feature_names, iris.X[0]))["petal width (cm)"], iris.target_names[iris.y[0]]
    (0.2, 'setosa')
    """
    return _load("iris.csv")


def load_digits() -> Dataset:
    """Handwritten digits: 1797 images of 8×8 pixels, about 180 of each digit.

    X: 1797 rows of 64 floats, line by line, whole numbers from 0 (paper) to 16 (ink): divide by 16 before training.
    y: the digit. Source and licence are in its description. Every call gives a fresh copy.

    >>> digits = load_digits()
    >>> digits
    <Dataset: 1797 rows of 64 features, 10 classes>
    >>> digits.y[:5], max(digits.X[0])
    ([0, 1, 2, 3, 4], 15.0)
    """
    return _load("digits.csv.gz")


def _load(name: str) -> Dataset:
    folder = files("nn") / "datasets"
    content = (folder / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
    header, *rows = csv.reader(text.splitlines())
    # The description is the file's section of the README: one statement of source and licence, not two that drift.
    section = (folder / "README.md").read_text(encoding="utf-8").partition(f"## {name}\n")[2]
    target_names = sorted({row[-1] for row in rows})
    return Dataset(
        X=[[float(x) for x in row[:-1]] for row in rows],
        y=[target_names.index(row[-1]) for row in rows],
        feature_names=tuple(header[:-1]),
        target_names=tuple(target_names),
        description=section.partition("\n## ")[0].strip(),
    )


# -- splits and batches ------------------------------------------------------------------------------


def train_test_split(
    X: Table,
    y: Table,
    *,
    test_size: float = 0.25,
    shuffle: bool = True,
    stratify: Table | None = None,
    random_state: RandomState = None,
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Set rows aside, so that what was learned can be tried on rows that were not seen.

    Returns X_train, X_test, y_train, y_test. `test_size` is a fraction of the rows, rounded up, if a float, and a number
    of rows if an int. Without `shuffle` the test rows are the last ones. `stratify` (a label for each row, mostly y itself)
    shares every class out in the same proportion. ValueError if X and y are empty or differ in length, if either side
    would be empty, or if the classes are too small, or the sides, to have one of each on both.

    >>> train_test_split([[1], [2], [3], [4]], [1, 2, 3, 4], shuffle=False)
    ([[1], [2], [3]], [[4]], [1, 2, 3], [4])
    >>> X, y = make_xor(8)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, stratify=y)
    >>> sorted(y_train), sorted(y_test)
    ([0, 0, 1, 1], [0, 0, 1, 1])
    """
    rows, labels = _rows_and_labels(X, y)
    if isinstance(test_size, Integral):
        n_test = _integer("test_size", test_size, at_least=1)
    else:
        n_test = math.ceil(_number("test_size", test_size, low=0, high=1) * len(rows))
    if not 0 < n_test < len(rows):
        raise ValueError(f"test_size must leave rows on both sides, got {test_size!r} of {len(rows)}")
    rng = _generator(random_state)
    if stratify is None:
        order = _order(len(rows), shuffle, rng)
        train, test = order[:-n_test], order[-n_test:]
    elif shuffle:
        train, test = _stratified(_listed("stratify", stratify, len(rows)), n_test, rng)
    else:
        raise ValueError("stratify needs shuffle=True, got shuffle=False")
    return [rows[i] for i in train], [rows[i] for i in test], [labels[i] for i in train], [labels[i] for i in test]


def batches(
    X: Table, y: Table, batch_size: int, *, shuffle: bool = True, random_state: RandomState = None
) -> Iterator[tuple[list[Any], list[Any]]]:
    """Go once through the data in mini-batches: yields (X, y) of `batch_size` rows, the last with what is left.

    A seed gives the same order in every epoch; make one `random.Random` before the loop for a new order in each that can
    still be repeated. ValueError, at the call, if X and y are empty or differ in length, or batch_size < 1.

    >>> list(batches([[1], [2], [3]], [1, 2, 3], 2, shuffle=False))
    [([[1], [2]], [1, 2]), ([[3]], [3])]
    """
    rows, labels = _rows_and_labels(X, y)
    size = _integer("batch_size", batch_size, at_least=1)
    order = _order(len(rows), shuffle, _generator(random_state))
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    # An expression and not a `yield`, which would keep every error above until the first batch is asked for.
    return (([rows[i] for i in part], [labels[i] for i in part]) for part in parts)


def _stratified(labels: list[Any], n_test: int, rng: Random) -> tuple[list[int], list[int]]:
    """Places to train and to test on, every label on each side by its share, rounded so that the sum is n_test."""
    if any(isinstance(label, list) for label in labels):
        raise TypeError("stratify must be a single label for each row, got lists")
    places: dict[Any, list[int]] = {}
    for i, label in enumerate(labels):
        places.setdefault(label, []).append(i)
    lonely = [label for label, members in places.items() if len(members) < 2]
    if lonely:
        raise ValueError(f"stratify must hold every label at least twice, got only one of {lonely}")
    n_train = len(labels) - n_test
    if min(n_train, n_test) < len(places):
        raise ValueError(f"test_size must leave {len(places)} rows, one a label, on both sides, got {n_train} and {n_test}")

    groups = list(places.values())
    rng.shuffle(groups)  # so that a tie below goes to any of them
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


# -- arguments ---------------------------------------------------------------------------------------


def _plain(values: Any) -> Any:
    """Lists all the way down, of what came as lists, tuples or arrays; anything else as it is."""
    if hasattr(values, "tolist"):
        return values.tolist()
    if isinstance(values, Sequence) and not isinstance(values, (str, bytes)):
        return [_plain(value) for value in values]
    return values


def _listed(name: str, values: Table, length: int | None = None) -> list[Any]:
    listed = _plain(values)
    if not isinstance(listed, list):
        raise TypeError(f"{name} must be a list, a tuple or an array, got {type(values).__name__}")
    if length is not None and len(listed) != length:
        raise ValueError(f"{name} must be as long as X, {length}, got {len(listed)}")
    return listed


def _rows_and_labels(X: Table, y: Table) -> tuple[list[Any], list[Any]]:
    rows = _listed("X", X)
    if not rows:
        raise ValueError("X must hold at least one row, got none")
    return rows, _listed("y", y, len(rows))


def _integer(name: str, value: Any, at_least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value!r}")
    return int(value)


def _number(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    number = float(value)
    if not (math.isfinite(number) and low <= number < high):
        raise ValueError(f"{name} must be a finite number in [{low}, {high}), got {value!r}")
    return number


def _generator(random_state: RandomState) -> Random:
    if isinstance(random_state, Random):
        return random_state
    if random_state is None:
        return Random()
    seed = _integer("random_state, if not a random.Random or None,", random_state, at_least=0)
    return Random(seed)  # which takes -1 for 1, hence the bound


def _order(count: int, shuffle: bool, rng: Random) -> list[int]:
    order = list(range(count))
    if shuffle:
        rng.shuffle(order)
    return order
