"""Losses: how far predictions are from targets, with PyTorch's names and reductions.

Every loss takes the predictions of a batch (or of one sample) and its targets, and reduces the
losses of the elements by `reduction`: "mean", "sum", or "none" for the list of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import autograd
from autograd import Value
from autograd.tree import same_shape, tree_leaves
from nn.arguments import plain_lists
from nn.module import Module

REDUCTIONS = ("mean", "sum", "none")


class Loss(Module):
    """The base of losses: a subclass gives the losses of the elements, this reduces them."""

    def __init__(self, reduction: str = "mean") -> None:
        if reduction not in REDUCTIONS:
            raise ValueError(f"reduction must be one of {', '.join(REDUCTIONS)}, got {reduction!r}")
        self.reduction = reduction

    def forward(self, predictions: Any, targets: Any) -> Any:  # type: ignore[override]  # two inputs, as in PyTorch
        """The loss; ValueError if there is nothing, or if the numbers of predictions and targets differ."""
        losses = self.elements(predictions, targets)
        if not losses:
            raise ValueError("predictions: a loss of an empty batch is not defined")
        if self.reduction == "none":
            return losses
        return autograd.mean(losses) if self.reduction == "mean" else autograd.sum(losses)

    def elements(self, predictions: Any, targets: Any) -> list[Any]:
        """The loss of every element: here of every pair of a number and its target."""
        ps, ts = _squeezed(predictions), _squeezed(targets)
        if not same_shape(ps, ts):
            shapes = _shape(plain_lists(predictions)), _shape(plain_lists(targets))
            raise ValueError(f"targets must have the shape of predictions, {shapes[0]}, got {shapes[1]}")
        return [self.element(p, t) for p, t in zip(tree_leaves(ps), tree_leaves(ts), strict=True)]

    def element(self, prediction: Any, target: Any) -> Any:
        """The loss of one number."""
        raise NotImplementedError

    def _described(self) -> str:
        return f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """(prediction - target)².

    >>> MSELoss()([1.0, 2.0], [0.0, 4.0])
    2.5
    """

    def element(self, prediction: Any, target: Any) -> Any:
        return autograd.square(prediction - target)


class L1Loss(Loss):
    """|prediction - target|.

    >>> L1Loss()([1.0, 2.0], [0.0, 4.0])
    1.5
    """

    def element(self, prediction: Any, target: Any) -> Any:
        return autograd.abs(prediction - target)


class HuberLoss(Loss):
    """½d² for a distance |d| up to `delta`, delta·(|d| - ½delta) beyond (Huber, 1964).

    >>> HuberLoss()([0.5, 3.0], [0.0, 0.0])
    1.3125
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        if not delta > 0.0:
            raise ValueError(f"delta must be positive, got {delta!r}")
        self.delta = delta

    def element(self, prediction: Any, target: Any) -> Any:
        distance = prediction - target
        far = autograd.abs(distance)
        linear = self.delta * (far - 0.5 * self.delta)
        return autograd.where(autograd.less_equal(far, self.delta), 0.5 * autograd.square(distance), linear)


class BCELoss(Loss):
    """Binary cross-entropy of probabilities: -y·log(p) - (1-y)·log(1-p). Of logits, take BCEWithLogitsLoss.

    A probability of exactly 0 or 1 that is wrong costs infinity, and warns.

    >>> round(BCELoss()([0.9, 0.2], [1, 0]), 4)
    0.1643
    """

    def element(self, prediction: Any, target: Any) -> Any:
        if not 0.0 <= prediction <= 1.0:
            raise ValueError(f"predictions: BCELoss takes probabilities from 0 to 1, got {_plain(prediction)!r}")
        _check_probability(target)
        return _mixed(target, lambda: -autograd.log(prediction), lambda: -autograd.log1p(-prediction))


class BCEWithLogitsLoss(Loss):
    """Binary cross-entropy of logits, that is of sigmoid(z), without overflow and exact in both tails.

    >>> round(BCEWithLogitsLoss()([2.0, -1.0], [1, 0]), 4)
    0.2201
    """

    def element(self, prediction: Any, target: Any) -> Any:
        _check_probability(target)
        return _mixed(target, lambda: autograd.softplus(-prediction), lambda: autograd.softplus(prediction))


class HingeLoss(Loss):
    """max(0, 1 - y·score), with targets -1 and 1.

    >>> HingeLoss()([0.5, 2.0], [1, -1])
    1.75
    """

    def element(self, prediction: Any, target: Any) -> Any:
        if target != 1.0 and target != -1.0:
            raise ValueError(f"targets: HingeLoss takes -1 and 1, got {_plain(target)!r}")
        return autograd.relu(1.0 - target * prediction)


class _ClassLoss(Loss):
    """A loss of one row of numbers, one for each class, against the index of the right class."""

    def elements(self, predictions: Any, targets: Any) -> list[Any]:
        rows, labels = _listed(predictions), _listed(targets)
        if not isinstance(labels, (list, tuple)):
            rows, labels = [rows], [labels]
        if len(rows) != len(labels):
            raise ValueError(f"targets: expected {len(rows)}, one for each row of predictions, got {len(labels)}")
        return [self.row(row, _label(label, len(row))) for row, label in zip(map(_row, rows), labels, strict=True)]

    def row(self, row: Sequence[Any], label: int) -> Any:
        raise NotImplementedError


class NLLLoss(_ClassLoss):
    """-log p of the right class, from rows of log-probabilities (the output of LogSoftmax).

    >>> NLLLoss()([[-0.5, -1.0]], [1])
    1.0
    """

    def row(self, row: Sequence[Any], label: int) -> Any:
        return -row[label]


class CrossEntropyLoss(_ClassLoss):
    """-log softmax of the right class, from rows of logits.

    >>> round(CrossEntropyLoss()([[2.0, 0.0]], [0]), 4)
    0.1269
    """

    def row(self, row: Sequence[Any], label: int) -> Any:
        return autograd.logsumexp(row) - row[label]


def _squeezed(x: Any) -> Any:
    """Lists of lists, a list of one number being that number: a net with one output may give either."""
    x = _listed(x)
    if not isinstance(x, (list, tuple)):
        return x
    items = [_squeezed(item) for item in x]
    return items[0] if len(items) == 1 and not isinstance(items[0], list) else items


def _shape(x: Any) -> str:
    """What its lists hold, in words: "3 × 2" for three rows of two."""
    if not isinstance(x, list):
        return "one number"
    return f"{len(x)} × {len(x[0])}" if x and isinstance(x[0], list) else str(len(x))


def _listed(x: Any) -> Any:
    return x.tolist() if hasattr(x, "tolist") else x


def _row(x: Any) -> Any:
    row = _listed(x)
    if not isinstance(row, (list, tuple)) or not row:
        raise ValueError(f"predictions: expected a row of numbers, one for each class, got {type(row).__name__}")
    return row


def _plain(x: Any) -> Any:
    return x.data if type(x) is Value else x


def _mixed(target: Any, one: Any, zero: Any) -> Any:
    """target·one + (1-target)·zero; a part with a constant weight of 0 is left out, so 0·inf cannot arise."""
    if type(target) is not Value and target in (0, 1):
        return one() if target else zero()
    return target * one() + (1.0 - target) * zero()


def _check_probability(target: Any) -> None:
    if not 0.0 <= target <= 1.0:
        raise ValueError(f"targets: expected a number from 0 to 1, got {_plain(target)!r}")


def _label(label: Any, classes: int) -> int:
    index = int(label) if isinstance(label, Integral) and not isinstance(label, bool) else -1
    if not 0 <= index < classes:
        raise ValueError(f"targets: expected the index of a class, 0 to {classes - 1}, got {label!r}")
    return index
