"""Toy data: points on a plane in shapes that are hard, or easy, to tell apart.

The signatures are scikit-learn's. Each returns X, a list of rows of floats, and y, a list of labels. `noise` is the
standard deviation of a Gaussian added to every coordinate. `random_state` is a seed (the same data every time), a
`random.Random` (which moves on with each call) or None (different data every time).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from autograd.extend import checked_integer, number_between
from nn._check import RandomState, checked_list, generator, plain_lists
from nn.foreign_names import advising

Points = tuple[list[list[float]], list[int]]


@advising
def make_moons(
    n_samples: int = 100, *, shuffle: bool = True, noise: float | None = None, random_state: RandomState = None
) -> Points:
    """Two interleaving half circles of radius 1, labelled 0 and 1: no straight line separates them.

    Returns X (n_samples rows of 2 floats) and y; if n_samples is odd, class 1 has one more point.
    ValueError if n_samples < 1 or noise < 0.

    >>> X, y = make_moons(5, shuffle=False)
    >>> [[round(a, 2), round(b, 2)] for a, b in X], y
    ([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [1.0, -0.5], [2.0, 0.5]], [0, 0, 1, 1, 1])
    """
    count = checked_integer("n_samples", n_samples, at_least=1)
    outer, inner = count // 2, count - count // 2
    X = [[math.cos(a), math.sin(a)] for a in _angles(outer, math.pi, outer - 1)]
    X += [[1.0 - math.cos(a), 0.5 - math.sin(a)] for a in _angles(inner, math.pi, inner - 1)]
    return _shuffled_and_noisy(X, [0] * outer + [1] * inner, shuffle, noise, random_state)


@advising
def make_circles(
    n_samples: int = 100,
    *,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: RandomState = None,
    factor: float = 0.8,
) -> Points:
    """A circle of radius 1, labelled 0, around one of radius `factor`, labelled 1.

    Returns X (n_samples rows of 2 floats) and y; if n_samples is odd, class 1 has one more point.
    ValueError if n_samples < 1, noise < 0 or factor is outside [0, 1).

    >>> X, y = make_circles(4, shuffle=False, factor=0.5)
    >>> [[round(a, 2), round(b, 2)] for a, b in X], y
    ([[1.0, 0.0], [-1.0, 0.0], [0.5, 0.0], [-0.5, 0.0]], [0, 0, 1, 1])
    """
    count = checked_integer("n_samples", n_samples, at_least=1)
    radius = number_between("factor", factor, low=0, high=1)
    outer, inner = count // 2, count - count // 2
    X = [[math.cos(a), math.sin(a)] for a in _angles(outer, math.tau, outer)]
    X += [[radius * math.cos(a), radius * math.sin(a)] for a in _angles(inner, math.tau, inner)]
    return _shuffled_and_noisy(X, [0] * outer + [1] * inner, shuffle, noise, random_state)


@advising
def make_blobs(
    n_samples: int = 100,
    n_features: int = 2,
    *,
    centers: int | Sequence[Sequence[float]] | None = None,
    cluster_std: float | Sequence[float] = 1.0,
    center_box: tuple[float, float] = (-10.0, 10.0),
    shuffle: bool = True,
    random_state: RandomState = None,
) -> Points:
    """Round Gaussian clouds, one per class, labelled 0, 1, 2 …

    `centers` is the number of clouds (None: 3), centered at random with every coordinate in `center_box`, or a list of
    their centers (n_features is then their length). `cluster_std` is the standard deviation of all clouds, or a list with
    one per cloud. Returns X (n_samples rows of n_features floats) and y; cloud sizes differ by one at most. ValueError if
    a count is below 1, a deviation below 0, the box upside down, or the lists do not match.

    >>> make_blobs(3, centers=[[0.0, 5.0], [9.0, 9.0]], cluster_std=0.0, shuffle=False)
    ([[0.0, 5.0], [0.0, 5.0], [9.0, 9.0]], [0, 0, 1])
    """
    count = checked_integer("n_samples", n_samples, at_least=1)
    width = checked_integer("n_features", n_features, at_least=1)
    rng = generator(random_state, "random_state")
    middles = 3 if centers is None else plain_lists(centers)
    if not isinstance(middles, list):
        n_centers = checked_integer("centers, if not a list of points,", middles, at_least=1)
        box = checked_list("center_box", center_box)
        if len(box) != 2:
            raise ValueError(f"center_box must be a pair (low, high), got {center_box!r}")
        low = number_between("the low end of center_box", box[0])
        high = number_between("the high end of center_box", box[1], low=low)
        middles = [[rng.uniform(low, high) for _ in range(width)] for _ in range(n_centers)]
    middles = [[number_between("centers", c) for c in checked_list("a row of centers", point)] for point in middles]
    if not middles or not middles[0] or len({len(point) for point in middles}) > 1:
        raise ValueError(f"centers must be one or more points of the same length, got {centers!r}")
    deviations = plain_lists(cluster_std)
    if not isinstance(deviations, list):
        deviations = [deviations] * len(middles)
    if len(deviations) != len(middles):
        raise ValueError(f"cluster_std must be one number or one per center ({len(middles)}), got {len(deviations)}")
    deviations = [number_between("cluster_std", deviation, low=0) for deviation in deviations]
    y = [label for label, size in enumerate(_sizes(count, len(middles))) for _ in range(size)]
    X = [[rng.gauss(middle, deviations[label]) for middle in middles[label]] for label in y]
    return _shuffled_and_noisy(X, y, shuffle, None, rng)


@advising
def make_xor(
    n_samples: int = 100, *, shuffle: bool = True, noise: float | None = None, random_state: RandomState = None
) -> Points:
    """The four corners (±1, ±1), labelled 1 where the two signs differ: the table that no single neuron can learn.

    Returns X (n_samples rows of 2 floats, the corners in turn) and y; with noise each label stays that of its corner.
    ValueError if n_samples < 1 or noise < 0.

    >>> make_xor(4, shuffle=False)
    ([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    count = checked_integer("n_samples", n_samples, at_least=1)
    corners = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)]
    X = [[*corners[i % 4]] for i in range(count)]
    return _shuffled_and_noisy(X, [int(a != b) for a, b in X], shuffle, noise, random_state)


@advising
def make_spirals(
    n_samples: int = 100,
    *,
    n_classes: int = 2,
    turns: float = 1.0,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: RandomState = None,
) -> Points:
    """Spiral arms that wind from the origin to radius 1, one per class, labelled 0, 1, 2 …

    `turns` is how many times each arm goes round; more turns are harder to learn. Returns X (n_samples rows of 2 floats) and y;
    arm sizes differ by one at most. ValueError if n_samples or n_classes < 1, or turns or noise < 0.

    >>> X, y = make_spirals(4, turns=0.5, shuffle=False)
    >>> [[round(a, 2), round(b, 2)] for a, b in X], y
    ([[0.0, 0.5], [-1.0, 0.0], [-0.0, -0.5], [1.0, -0.0]], [0, 0, 1, 1])
    """
    count = checked_integer("n_samples", n_samples, at_least=1)
    arms = checked_integer("n_classes", n_classes, at_least=1)
    rounds = number_between("turns", turns, low=0)
    places = [(label, (i + 1) / size) for label, size in enumerate(_sizes(count, arms)) for i in range(size)]
    polar = [(radius, math.tau * (rounds * radius + label / arms)) for label, radius in places]
    X, y = [[r * math.cos(a), r * math.sin(a)] for r, a in polar], [label for label, _ in places]
    return _shuffled_and_noisy(X, y, shuffle, noise, random_state)


def _angles(count: int, end: float, steps: int) -> list[float]:
    """`count` angles from 0, `end / steps` apart; a single point has no steps and lies at 0."""
    return [end * i / max(steps, 1) for i in range(count)]


def _sizes(count: int, parts: int) -> list[int]:
    """`count` divided evenly, with the remainder going to the first parts."""
    return [count // parts + (part < count % parts) for part in range(parts)]


def _shuffled_and_noisy(
    X: list[list[float]], y: list[int], shuffle: bool, noise: float | None, random_state: RandomState
) -> Points:
    spread = 0.0 if noise is None else number_between("noise", noise, low=0)
    rng = generator(random_state, "random_state")
    order = shuffled_order(len(X), shuffle, rng)
    X, y = [X[i] for i in order], [y[i] for i in order]
    if spread > 0.0:
        X = [[x + rng.gauss(0.0, spread) for x in row] for row in X]
    return X, y


def shuffled_order(count: int, shuffle: bool, rng: Random) -> list[int]:
    """The indices 0 to count - 1, shuffled or not."""
    order = list(range(count))
    if shuffle:
        rng.shuffle(order)
    return order
