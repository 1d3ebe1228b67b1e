"""Toy shapes, shipped tables, splits and batches."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn import (
    batches,
    load_digits,
    load_iris,
    make_blobs,
    make_circles,
    make_moons,
    make_spirals,
    make_xor,
    train_test_split,
)
from nn._data_checks import checked_data

Maker = Callable[..., tuple[list[list[float]], list[int]]]
NOISY = [make_moons, make_circles, make_xor, make_spirals]
MAKERS = [*NOISY, make_blobs]

makers = st.sampled_from(MAKERS)
sizes = st.integers(1, 60)
seeds = st.integers(0, 2**64)
quick = settings(deadline=None, max_examples=50)


def flat(X: list[list[float]]) -> list[float]:
    return [x for row in X for x in row]


def labelled(X: list[Any], y: list[Any]) -> list[Any]:
    """Rows with their labels, sorted, to compare two sets of rows."""
    return sorted(zip(X, y, strict=True))


# -- shapes ------------------------------------------------------------------------------------------


def test_moons_without_noise_are_scikit_learns_points() -> None:
    X, y = make_moons(7, shuffle=False)
    root = math.sqrt(3.0) / 2.0
    outer = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]
    inner = [[0.0, 0.5], [0.5, 0.5 - root], [1.5, 0.5 - root], [2.0, 0.5]]
    assert {len(point) for point in X} == {2}
    assert flat(X) == pytest.approx(flat(outer + inner), abs=1e-12)
    assert y == [0, 0, 0, 1, 1, 1, 1]


def test_the_smallest_moons_are_their_end_points() -> None:
    assert make_moons(1) == ([[0.0, 0.5]], [1])
    X, _ = make_moons(4, shuffle=False)
    assert flat(X) == pytest.approx([1.0, 0.0, -1.0, 0.0, 0.0, 0.5, 2.0, 0.5], abs=1e-12)


def test_circles_without_noise_are_scikit_learns_points() -> None:
    X, y = make_circles(5, shuffle=False, factor=0.3)
    inner = [[0.3, 0.0], [-0.15, 0.2598076211353316], [-0.15, -0.2598076211353316]]
    assert {len(point) for point in X} == {2}
    assert flat(X) == pytest.approx(flat([[1.0, 0.0], [-1.0, 0.0], *inner]), abs=1e-12)
    assert y == [0, 0, 1, 1, 1]


@quick
@given(makers, sizes, seeds)
def test_every_shape_has_the_rows_asked_for_in_plain_numbers(make: Maker, n: int, seed: int) -> None:
    X, y = make(n, random_state=seed)
    assert [len(row) for row in X] == [2] * n
    assert {type(x) for x in flat(X)} == {float}
    assert [type(label) for label in y] == [int] * n


@pytest.mark.parametrize("make", [make_moons, make_circles, make_xor])
@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7, 100])
def test_two_classes_differ_by_one_point_at_most(make: Maker, n: int) -> None:
    counts = Counter(make(n)[1])
    assert sorted(counts) == [0, 1]
    assert abs(counts[0] - counts[1]) == n % 2


@quick
@given(st.integers(1, 6), sizes)
def test_several_classes_differ_by_one_point_at_most_and_the_first_have_more(classes: int, n: int) -> None:
    expected = [len(range(label, n, classes)) for label in range(classes)]  # as if dealt in turn
    for y in make_spirals(n, n_classes=classes)[1], make_blobs(n, centers=classes)[1]:
        assert [y.count(label) for label in range(classes)] == expected


@quick
@given(makers, sizes, seeds)
def test_the_same_seed_gives_the_same_data(make: Maker, n: int, seed: int) -> None:
    keywords: dict[str, Any] = {} if make is make_blobs else {"noise": 0.1}
    assert make(n, random_state=seed, **keywords) == make(n, random_state=random.Random(seed), **keywords)


@pytest.mark.parametrize("make", MAKERS)
def test_without_a_seed_the_data_are_new_each_time(make: Maker) -> None:
    assert make(50) != make(50)


@pytest.mark.parametrize("make", MAKERS)
def test_a_generator_moves_on_with_each_call(make: Maker) -> None:
    rng = random.Random(0)
    assert make(50, random_state=rng) != make(50, random_state=rng)


@pytest.mark.parametrize("make", NOISY)
def test_shuffling_changes_the_order_and_nothing_else(make: Maker) -> None:
    ordered, mixed = make(50, shuffle=False), make(50, random_state=0)
    assert mixed != ordered
    assert labelled(*mixed) == labelled(*ordered)


def test_blobs_come_class_by_class_unless_shuffled() -> None:
    assert make_blobs(5, centers=2, shuffle=False)[1] == [0, 0, 0, 1, 1]
    assert make_blobs(50, centers=2, random_state=0)[1] != [0] * 25 + [1] * 25


@pytest.mark.parametrize("make", NOISY)
def test_noise_is_the_standard_deviation_of_what_is_added(make: Maker) -> None:
    (exact, labels), (noisy, same) = make(2000, shuffle=False), make(2000, shuffle=False, noise=0.3, random_state=0)
    added = [b - a for p, q in zip(exact, noisy, strict=True) for a, b in zip(p, q, strict=True)]
    # 4000 draws: four standard errors either way
    assert sum(added) / 4000 == pytest.approx(0.0, abs=0.02)
    assert math.sqrt(sum(a * a for a in added) / 4000) == pytest.approx(0.3, rel=0.05)
    assert same == labels


def test_xor_is_the_truth_table_of_exclusive_or() -> None:
    X, y = make_xor(100)
    assert {(a > 0, b > 0, label) for (a, b), label in zip(X, y, strict=True)} == {
        (False, False, 0),
        (False, True, 1),
        (True, False, 1),
        (True, True, 0),
    }
    assert {abs(x) for x in flat(X)} == {1.0}


@quick
@given(st.integers(1, 5), st.integers(1, 20), st.floats(0, 4))
def test_spiral_arms_are_one_arm_turned(arms: int, size: int, turns: float) -> None:
    X, _ = make_spirals(arms * size, n_classes=arms, turns=turns, shuffle=False)
    for i, (a, b) in enumerate(X):
        arm, step = divmod(i, size)
        x, y = X[step]
        c, s = math.cos(math.tau * arm / arms), math.sin(math.tau * arm / arms)
        assert [a, b] == pytest.approx([c * x - s * y, s * x + c * y], abs=1e-12)


def test_a_spiral_arm_winds_out_evenly_and_as_often_as_asked() -> None:
    X, _ = make_spirals(300, n_classes=1, turns=3.0, shuffle=False)
    assert [math.hypot(*point) for point in X] == pytest.approx([i / 300 for i in range(1, 301)])
    around = sum(math.atan2(a * y - b * x, a * x + b * y) for (a, b), (x, y) in pairwise(X))
    assert around / math.tau == pytest.approx(3.0 * 299 / 300)


def test_blobs_sit_on_the_centers_given() -> None:
    X, y = make_blobs(60, centers=[[0.0, 5.0, 1.0], [9.0, -9.0, 2.0]], cluster_std=0.0)
    assert {(*row, label) for row, label in zip(X, y, strict=True)} == {(0.0, 5.0, 1.0, 0), (9.0, -9.0, 2.0, 1)}


def test_blobs_have_the_deviation_given_for_each() -> None:
    X, y = make_blobs(4000, centers=[[0.0, 0.0], [5.0, 5.0]], cluster_std=[0.5, 2.0], random_state=0)
    for label, middle, deviation in (0, 0.0, 0.5), (1, 5.0, 2.0):
        squares = [(x - middle) ** 2 for row, other in zip(X, y, strict=True) if other == label for x in row]
        assert math.sqrt(sum(squares) / len(squares)) == pytest.approx(deviation, rel=0.05)


def test_centers_that_are_drawn_fill_their_box() -> None:
    X, _ = make_blobs(200, 3, centers=200, cluster_std=0.0, center_box=(2.0, 4.0), random_state=0)
    assert {len(row) for row in X} == {3}
    numbers = flat(X)
    assert 2.0 <= min(numbers) < 2.1
    assert 3.9 < max(numbers) <= 4.0


def test_numpys_numbers_and_arrays_will_do_as_arguments() -> None:
    centers, deviations = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.0, 0.0])
    X, _ = make_blobs(np.int64(2), centers=centers, cluster_std=deviations, shuffle=False)
    assert X == [[1.0, 2.0], [3.0, 4.0]]
    assert make_moons(9, noise=np.float32(0.5), random_state=np.int64(1)) == make_moons(9, noise=0.5, random_state=1)


def test_the_global_generator_is_left_alone() -> None:
    X, y = make_xor(20)
    before = random.getstate()
    for state in None, 0, random.Random(0):
        for make in NOISY:
            make(20, noise=0.1, random_state=state)
        make_blobs(20, random_state=state)
        train_test_split(X, y, random_state=state)
        train_test_split(X, y, stratify=y, random_state=state)
        list(batches(X, y, 3, random_state=state))
    assert random.getstate() == before


# -- tables ------------------------------------------------------------------------------------------


def test_iris_is_fishers_table() -> None:
    """The sums match R's copy; the two rows are the ones that the UCI repository's file gets wrong."""
    iris = load_iris()
    assert iris.y == [0] * 50 + [1] * 50 + [2] * 50
    assert [sum(column) for column in zip(*iris.X, strict=True)] == pytest.approx([876.5, 458.6, 563.7, 179.9])
    assert iris.X[34] == [4.9, 3.1, 1.5, 0.2]
    assert iris.X[37] == [4.9, 3.6, 1.4, 0.1]
    assert iris.target_names == ("setosa", "versicolor", "virginica")
    assert iris.feature_names == ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")


def test_scikit_learns_names_of_a_table_are_answered_with_ours() -> None:
    iris = load_iris()
    for name, ours in (("data", "X"), ("target", "y")):
        with pytest.raises(AttributeError, match=f"^'Dataset' object has no attribute '{name}': write {ours}$"):
            getattr(iris, name)
    with pytest.raises(AttributeError, match=r"^'Dataset' object has no attribute 'frame'$"):
        iris.frame


def test_digits_are_scikit_learns() -> None:
    """The two weighted sums change if any two pixels of a row, or any two rows, are swapped."""
    digits = load_digits()
    assert [digits.y.count(digit) for digit in range(10)] == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert set(flat(digits.X)) == set(range(17))
    assert sum(place * x for row in digits.X for place, x in enumerate(row, 1)) == 18222371
    assert sum(place * sum(row) for place, row in enumerate(digits.X, 1)) == 503904265
    assert digits.y[-5:] == [9, 0, 8, 9, 8]
    assert digits.target_names == tuple("0123456789")
    assert digits.feature_names == tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))


@pytest.mark.parametrize("load", [load_iris, load_digits])
def test_a_table_is_lists_of_plain_numbers_as_wide_as_its_names(load: Callable[[], Any]) -> None:
    data = load()
    assert {len(row) for row in data.X} == {len(data.feature_names)}
    assert {type(x) for x in flat(data.X)} == {float}
    assert len(data.y) == len(data.X)


@pytest.mark.parametrize(
    ("load", "author", "doi"),
    [(load_iris, "Fisher (1936)", "10.24432/C56C76"), (load_digits, "Kaynak (1998)", "10.24432/C50P49")],
)
def test_a_table_says_where_it_comes_from_and_under_which_licence(load: Callable[[], Any], author: str, doi: str) -> None:
    description = load().description
    for words in author, "UCI Machine Learning Repository", doi, "CC BY 4.0", "Changes":
        assert description.count(words) == 1, words  # not missing, and not the other table's as well


@pytest.mark.parametrize("load", [load_iris, load_digits])
def test_a_loaded_table_is_ones_own(load: Callable[[], Any]) -> None:
    first, second = load(), load()
    first.X[0][0] += 1.0
    first.y.clear()
    assert first.X[0][0] != second.X[0][0]
    assert second.y


def test_a_table_cannot_be_reassigned_and_shows_itself_in_a_line() -> None:
    iris = load_iris()
    with pytest.raises(AttributeError):
        iris.X = []  # type: ignore[misc]
    assert repr(iris) == "<Dataset: 150 rows of 4 features, 3 classes>"


def test_the_compressed_table_carries_no_time_stamp() -> None:
    """Bytes 4 to 7 of a gzip file: a time stamp there would make every export a different file."""
    assert (files("nn") / "datasets" / "digits.csv.gz").read_bytes()[4:8] == bytes(4)


# -- splits and batches ------------------------------------------------------------------------------


@quick
@given(st.data(), st.integers(2, 60), st.booleans(), seeds)
def test_a_split_is_a_partition_that_keeps_rows_and_labels_together(
    data: st.DataObject, n: int, shuffle: bool, seed: int
) -> None:
    X, y = [[float(i), -float(i)] for i in range(n)], list(range(n))
    n_test = data.draw(st.integers(1, n - 1))
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=n_test, shuffle=shuffle, random_state=seed)
    assert len(X_test) == n_test
    assert labelled(X_train + X_test, y_train + y_test) == labelled(X, y)


@pytest.mark.parametrize(
    ("size", "n", "n_test"),
    [(0.25, 8, 2), (0.25, 9, 3), (0.01, 2, 1), (0.5, 3, 2), (1, 2, 1), (7, 8, 7), (np.float32(0.5), 4, 2)],
)
def test_a_fraction_is_rounded_up_and_a_whole_number_is_rows(size: float, n: int, n_test: int) -> None:
    assert len(train_test_split(range(n), range(n), test_size=size)[1]) == n_test


def test_a_quarter_is_set_aside_unless_told() -> None:
    assert [len(part) for part in train_test_split(range(20), range(20))] == [15, 5, 15, 5]


def test_without_shuffling_the_last_rows_are_set_aside() -> None:
    expected = (["a", "b", "c"], ["d", "e"], [0, 1, 2], [3, 4])
    assert train_test_split(list("abcde"), range(5), test_size=2, shuffle=False) == expected


def test_a_split_is_random_and_repeats_with_its_seed() -> None:
    y = [0, 1] * 20
    for stratify in None, y:
        one, same, other = (train_test_split(range(40), y, stratify=stratify, random_state=seed) for seed in (1, 1, 2))
        assert one == same
        assert sorted(one[1]) != sorted(other[1])
        for labels in one[2:]:  # and the classes are mixed, not one after the other
            assert sum(a != b for a, b in pairwise(labels)) > 1


@quick
@given(st.data(), st.lists(st.integers(2, 20), min_size=1, max_size=5), seeds)
def test_a_stratified_split_gives_each_side_its_share_of_every_class(data: st.DataObject, counts: list[int], seed: int) -> None:
    labels = [f"class {k}" for k, count in enumerate(counts) for _ in range(count)]
    n = len(labels)
    n_test = data.draw(st.integers(len(counts), n - len(counts)))
    _, _, y_train, y_test = train_test_split(range(n), labels, test_size=n_test, stratify=labels, random_state=seed)
    assert len(y_test) == n_test
    assert sorted(y_train + y_test) == sorted(labels)
    for k, count in enumerate(counts):
        assert abs(y_test.count(f"class {k}") - count * n_test / n) < 1.0


def test_the_largest_remainders_are_rounded_up() -> None:
    """Classes of 7, 2 and 2 rows, 5 of the 11 to test on: shares of 3.18, 0.91 and 0.91."""
    y = [0] * 7 + [1] * 2 + [2] * 2
    assert Counter(train_test_split(y, y, test_size=5, stratify=y)[3]) == {0: 3, 1: 1, 2: 1}


def test_an_odd_row_out_goes_to_either_class() -> None:
    y = [0] * 3 + [1] * 3
    got = {tuple(sorted(train_test_split(y, y, test_size=3, stratify=y, random_state=seed)[3])) for seed in range(20)}
    assert got == {(0, 0, 1), (0, 1, 1)}


def test_a_split_is_the_same_whatever_holds_the_labels_to_stratify_by() -> None:
    X, y = make_blobs(20, random_state=0)
    expected = train_test_split(X, y, stratify=y, random_state=0)
    for labels in (np.array(y), pd.Series(y, range(5, 25)), pd.DataFrame({"class": y})):
        assert train_test_split(X, labels, stratify=labels, random_state=0) == expected


def test_missing_labels_are_one_label_to_stratify_by() -> None:
    labels = np.array([math.nan, math.nan, 1.0, 1.0])  # as a list, it holds two distinct NaN objects
    _, X_test, *_ = train_test_split([0, 1, 2, 3], [0, 0, 1, 1], stratify=labels, test_size=2, random_state=0)
    assert sorted(row // 2 for row in X_test) == [0, 1]


@quick
@given(sizes, st.integers(1, 70), st.booleans(), seeds)
def test_batches_hold_every_row_once_with_its_label(n: int, size: int, shuffle: bool, seed: int) -> None:
    X, y = [[float(i)] for i in range(n)], list(range(n))
    parts = list(batches(X, y, size, shuffle=shuffle, random_state=seed))
    full, rest = divmod(n, size)
    assert [len(rows) for rows, _ in parts] == [size] * full + [rest] * (rest > 0)
    rows, labels = [row for part, _ in parts for row in part], [label for _, part in parts for label in part]
    assert labelled(rows, labels) == labelled(X, y)


def test_batches_are_in_order_unless_shuffled() -> None:
    assert [y for _, y in batches(range(50), range(50), 50, shuffle=False)] == [list(range(50))]
    assert [y for _, y in batches(range(50), range(50), 50, random_state=0)] != [list(range(50))]


def test_a_seed_repeats_an_epoch_and_a_generator_makes_another() -> None:
    def epoch(state: int | random.Random) -> list[Any]:
        return list(batches(range(50), range(50), 8, random_state=state))

    rng = random.Random(3)
    first, second = epoch(rng), epoch(rng)
    assert epoch(3) == epoch(3) == first
    assert second != first


def test_batches_made_before_the_loop_serve_every_epoch_in_a_new_order() -> None:
    loader = batches(range(50), range(50), 8, random_state=3)
    assert len(loader) == 7
    first, second = list(loader), list(loader)
    assert first == list(batches(range(50), range(50), 8, random_state=3))
    assert len(second) == 7
    assert second != first


@pytest.mark.parametrize("kind", [tuple, np.array, lambda rows: [np.array(row) for row in rows], list])
def test_lists_tuples_and_arrays_give_the_same_lists(kind: Callable[[Any], Any]) -> None:
    X, y = [(float(i), 0.5) for i in range(8)], list(range(8))
    expected = [list(row) for row in X]
    X_train, X_test, y_train, y_test = train_test_split(kind(X), kind(y), test_size=2, shuffle=False)
    ((rows, labels),) = batches(kind(X), kind(y), 8, shuffle=False)
    for got in X_train + X_test, rows:
        assert got == expected
        assert {type(row) for row in got} == {list}
        assert {type(x) for x in flat(got)} == {float}
    for got in y_train + y_test, labels:
        assert got == y
        assert {type(label) for label in got} == {int}


@pytest.mark.parametrize("unit", ["ns", "us", "D"])
@pytest.mark.parametrize("kind", [np.array, pd.Series, lambda dates: pd.DataFrame({"day": dates}), list])
def test_dates_are_not_turned_into_numbers(kind: Callable[[Any], Any], unit: str) -> None:
    dates = kind(np.array(["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"], f"datetime64[{unit}]"))
    X, _, _, _ = train_test_split(dates, [0, 1, 2, 3])
    assert not any(isinstance(item, int) for row in X for item in (row if isinstance(row, list) else [row]))
    with pytest.raises(TypeError, match=r"X: expected numbers, got .* in row 0"):
        checked_data(dates, [0, 1, 2, 3])


# -- bad arguments -----------------------------------------------------------------------------------

X4, Y4 = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("value", [0, -3])
def test_every_shape_turns_down_fewer_than_one_point(make: Maker, value: int) -> None:
    with pytest.raises(ValueError, match=f"^n_samples must be at least 1, got {value}$"):
        make(value)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("value", [2.0, "9", None, True])
def test_every_shape_turns_down_a_number_of_points_that_is_none(make: Maker, value: Any) -> None:
    with pytest.raises(TypeError, match=f"^n_samples must be an integer, got {value!r}$"):
        make(value)


@pytest.mark.parametrize("make", NOISY)
@pytest.mark.parametrize(
    ("value", "expected"), [(-0.1, r"a finite number in \[0, inf\)"), (math.nan, "finite"), (math.inf, "finite")]
)
def test_every_shape_turns_down_noise_that_is_no_deviation(make: Maker, value: float, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^noise must be {expected}, got {value}$"):
        make(4, noise=value)


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (make_moons, {"noise": "loud"}, "noise must be a number, got 'loud'"),
        (make_moons, {"noise": True}, "noise must be a number, got True"),
        (make_moons, {"random_state": "x"}, "random_state must be an int, a random.Random or None, got str"),
        (make_moons, {"random_state": -1}, "random_state must be at least 0, got -1"),
        (make_circles, {"factor": 1}, "factor must be a finite number in [0, 1), got 1"),
        (make_circles, {"factor": -0.1}, "factor must be a finite number in [0, 1), got -0.1"),
        (make_spirals, {"n_classes": 0}, "n_classes must be at least 1, got 0"),
        (make_spirals, {"turns": -1}, "turns must be a finite number in [0, inf), got -1"),
        (make_blobs, {"n_features": 0}, "n_features must be at least 1, got 0"),
        (make_blobs, {"centers": 0}, "centers, if not a list of points, must be at least 1, got 0"),
        (make_blobs, {"centers": "ab"}, "centers, if not a list of points, must be an integer, got 'ab'"),
        (make_blobs, {"centers": []}, "centers must be one or more points of the same length, got []"),
        (make_blobs, {"centers": [[]]}, "centers must be one or more points of the same length, got [[]]"),
        (make_blobs, {"centers": [[1], [1, 2]]}, "centers must be one or more points of the same length, got [[1], [1, 2]]"),
        (make_blobs, {"centers": [1, 2]}, "a row of centers must be a list, a tuple or an array, got int"),
        (make_blobs, {"centers": [[-math.inf]]}, "centers must be finite, got -inf"),
        (make_blobs, {"cluster_std": -1}, "cluster_std must be a finite number in [0, inf), got -1"),
        (make_blobs, {"cluster_std": [1, 1]}, "cluster_std must be one number or one per center (3), got 2"),
        (make_blobs, {"center_box": (1, 2, 3)}, "center_box must be a pair (low, high), got (1, 2, 3)"),
        (make_blobs, {"center_box": 5}, "center_box must be a list, a tuple or an array, got int"),
        (make_blobs, {"center_box": (2, 1)}, "the high end of center_box must be a finite number in [2.0, inf), got 1"),
    ],
)
def test_a_bad_argument_of_a_shape_is_named_with_what_came_and_what_should(
    make: Maker, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        make(**arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize("function", [train_test_split, lambda X, y: batches(X, y, 2)])
@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        ([], [], ValueError, "X must hold at least one row, got none"),
        (X4, [0, 1], ValueError, "y must be as long as X (4), got 2"),
        ("abcd", Y4, TypeError, "X must be a list, a tuple or an array, got str"),
        (X4, 5, TypeError, "y must be a list, a tuple or an array, got int"),
        (X4, np.float64(1.0), TypeError, "y must be a list, a tuple or an array, got float64"),
        ({1, 2}, Y4, TypeError, "X must be a list, a tuple or an array, got set"),
    ],
)
def test_data_that_are_no_rows_with_labels_are_turned_down(
    function: Callable[..., Any], X: Any, y: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        function(X, y)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"test_size": 0}, ValueError, "test_size must be at least 1, got 0"),
        ({"test_size": 4}, ValueError, "test_size must leave rows on both sides, got 4 of 4 rows"),
        ({"test_size": 0.0}, ValueError, "test_size must leave rows on both sides, got 0.0 of 4 rows"),
        ({"test_size": 0.9}, ValueError, "test_size must leave rows on both sides, got 0.9 of 4 rows"),
        ({"test_size": 1.0}, ValueError, "test_size must be a finite number in [0, 1), got 1.0"),
        ({"test_size": -0.1}, ValueError, "test_size must be a finite number in [0, 1), got -0.1"),
        ({"test_size": True}, TypeError, "test_size must be an integer, got True"),
        ({"test_size": "big"}, TypeError, "test_size must be a number, got 'big'"),
        ({"stratify": Y4, "shuffle": False}, ValueError, "stratify needs shuffle=True, got shuffle=False"),
        ({"stratify": [0, 1]}, ValueError, "stratify must be as long as X (4), got 2"),
        ({"stratify": True}, TypeError, "stratify must be a list, a tuple or an array, got bool"),
        ({"stratify": np.eye(4)}, TypeError, "stratify must be a single label for each row, got lists"),
        ({"stratify": [0, 0, 0, 7]}, ValueError, "stratify must hold every label at least twice, got only one of [7]"),
        ({"stratify": Y4}, ValueError, "test_size must leave 2 rows, one per label, on both sides, got 3 and 1"),
        ({"stratify": Y4, "test_size": 3}, ValueError, "test_size must leave 2 rows, one per label, on both sides, got 1 and 3"),
    ],
)
def test_a_bad_argument_of_a_split_is_named_with_what_came_and_what_should(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        train_test_split(X4, Y4, **arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("size", "error", "message"),
    [
        (0, ValueError, "batch_size must be at least 1, got 0"),
        (-2, ValueError, "batch_size must be at least 1, got -2"),
        (1.5, TypeError, "batch_size must be an integer, got 1.5"),
    ],
)
def test_a_bad_batch_size_is_told_at_the_call_and_not_at_the_first_batch(size: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        batches(X4, Y4, size)
    assert str(caught.value) == message
