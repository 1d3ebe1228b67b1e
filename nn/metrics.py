"""Metrics: how often the outputs of a model are right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any, NoReturn

from autograd import Value, sigmoid
from autograd.extend import number_between, tree_leaves, tree_map
from nn._check import checked_list, data_of, one_column, plain_lists


def accuracy(outputs: Sequence[Any], targets: Sequence[Any], threshold: float = 0.0) -> float:
    """The fraction of samples whose class is predicted correctly.

    An output that is a list of several numbers predicts the index of the largest. An output that is one number is a score
    (or logit): above `threshold` it predicts class 1, else the other class, which may be called 0 or -1. For probabilities,
    and for outputs that MSELoss draws towards 0 and 1, the threshold is 0.5. An output with a NaN predicts no class.
    ValueError if there are no samples, for a target that is not a class, for 0 and -1 together, and for outputs of a sigmoid
    with a threshold that all of them are above.

    >>> accuracy([2.0, -1.0], [1, -1]), accuracy([[0.1, 0.9]], [1])
    (1.0, 1.0)
    """
    _, pairs = _classes(outputs, targets, threshold)
    return sum(predicted == actual for actual, predicted in pairs) / len(pairs)


def confusion_matrix(outputs: Sequence[Any], targets: Sequence[Any], threshold: float = 0.0) -> list[list[int]]:
    """How many samples of each actual class (row) were predicted as each class (column), in scikit-learn's layout.

    Outputs, targets and `threshold` are as in `accuracy`; for scores, the first row and column are class 0 or -1.
    ValueError as there, for an output with a NaN, which has no column, and for integers, which are taken for predicted
    classes: scikit-learn has the arguments the other way round. `plot.confusion_matrix` draws it.

    >>> confusion_matrix([[0.1, 0.9], [0.8, 0.2], [0.7, 0.3]], [1, 0, 1])
    [[1, 0], [1, 1]]
    """
    outputs = checked_list("outputs", outputs)
    if outputs and all(isinstance(output, int) for output in outputs):
        write = "write confusion_matrix([net(row) for row in X], y), with floats if the net itself returns integers"
        raise ValueError(f"outputs: expected the model's output for each sample, got integers, which look like classes: {write}")
    width, pairs = _classes(outputs, targets, threshold)
    size = max(width, 2)
    table = [[0] * size for _ in range(size)]
    for i, (actual, predicted) in enumerate(pairs):
        if predicted is None:
            raise ValueError(f"outputs: expected numbers, got NaN in output {i}, which belongs to no class")
        table[actual][predicted] += 1
    return table


def plain(output: Any) -> Any:
    """An output with plain numbers in place of its Values: a float, or lists and dicts of floats."""
    return tree_map(data_of, plain_lists(output))


def _row(output: Any) -> list[Any]:
    if type(output) is list and {float}.issuperset(map(type, output)):
        return output  # fast path for the usual row
    return list(map(data_of, tree_leaves(output)))


def _classes(outputs: Sequence[Any], targets: Sequence[Any], threshold: float) -> tuple[int, list[tuple[int, int | None]]]:
    """The number of values in an output, and for each sample its actual class and the predicted one, or None."""
    outputs, targets = checked_list("outputs", outputs), squeezed_labels(checked_list("targets", one_column(targets)))
    limit = number_between("threshold", threshold)
    if not targets:
        raise ValueError("targets: expected one for each output, got none")
    if len(outputs) != len(targets):
        raise ValueError(f"targets: expected {len(outputs)}, one for each output, got {len(targets)}")
    rows = [_row(output) for output in outputs]
    for i, row in enumerate(rows):
        for number in row:
            if type(number) is not float and not isinstance(number, Real):
                raise TypeError(f"outputs: expected numbers, got {number!r} in output {i}")
    width = len(rows[0])
    if not width:
        raise ValueError("outputs: expected at least one number in each, got none in output 0")
    for i, row in enumerate(rows):
        if len(row) != width:
            raise ValueError(
                f"outputs: expected the same number of values in each, got {width} in output 0 and {len(row)} in output {i}"
            )
    if width == 1 and limit <= 0.0 and all(type(x) is Value and x.op is sigmoid for x in tree_leaves(outputs)):
        refuse_threshold_of_a_sigmoid(threshold)
    pairs = [(actual_class(target, width), _predicted(row, limit)) for row, target in zip(rows, targets, strict=True)]
    if width == 1 and 0 in targets and -1 in targets:
        raise ValueError("targets: expected two classes for outputs of one number, got both 0 and -1 besides 1")
    return width, pairs


def _predicted(row: list[float], threshold: float) -> int | None:
    if any(map(math.isnan, row)):
        return None
    return row.index(max(row)) if len(row) > 1 else int(row[0] > threshold)


def refuse_threshold_of_a_sigmoid(threshold: float) -> NoReturn:
    """ValueError for a threshold that all probabilities are above."""
    why = "for outputs of a sigmoid, which are all above 0"
    raise ValueError(f"threshold must be above 0 {why}, got {threshold!r}: write threshold=0.5")


def squeezed_labels(targets: list[Any]) -> list[Any]:
    """The targets, with a list of one number replaced by that number, as in losses.

    >>> squeezed_labels([[1], 0])
    [1, 0]
    """
    return [target[0] if isinstance(target, list) and len(target) == 1 else target for target in targets]


def actual_class(target: Any, width: int) -> int:
    """The class that a target names if an output is `width` numbers; ValueError if it names none.

    >>> actual_class(2, 3), actual_class(-1, 1)
    (2, 0)
    """
    if width > 1 and target in range(width):
        return int(target)
    if width == 1 and target in (-1, 0, 1):
        return int(target == 1)
    classes = f"a class from 0 to {width - 1}" if width > 1 else "1, and 0 or -1, for outputs of one number"
    advice = ": for more than two classes, an output is a list with one number per class, not the predicted class"
    more = width == 1 and isinstance(target, int) and target > 1
    raise ValueError(f"targets: expected {classes}, got {target!r}{advice if more else ''}")
