"""Losses: how far predictions are from targets, with PyTorch's names and reductions.

Every loss takes the predictions of a batch (or of one sample) and its targets, and reduces the
losses of the elements by `reduction`: "mean", "sum", or "none" for the list of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import autograd
from autograd import Value
from autograd._tree import same_shape, tree_leaves
from nn._check import checked_choice, checked_flag, checked_list, finite_from_zero, plain_lists, zero_to_one
from nn.module import Module


class _CalledOnBatches(Module):
    # Not in Loss, where it would hide the arguments of __init__ from help().
    def __new__(cls, *args: Any, **settings: Any) -> Self:
        first = args[0] if args and cls.__init__.__module__ == __name__ else ""  # a constructor of the user's takes what it takes
        if isinstance(first, (Value, Module)) or (len(args) > 1 and hasattr(first, "__len__") and not isinstance(first, str)):
            name = cls.__name__
            raise TypeError(
                f"{name} is made first and then called on predictions and targets: write {name}()(predictions, targets)"
            )
        return super().__new__(cls)


class Loss(_CalledOnBatches):
    """The base of losses: a subclass gives the losses of the elements, this reduces them."""

    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum", "none")

    def __init__(self, reduction: str = "mean") -> None:
        besides = "" if isinstance(reduction, str) else " (everything else is given by name, such as weight=)"
        self.reduction = checked_choice("reduction", reduction, self.reductions, besides)

    def forward(self, predictions: Any, targets: Any) -> Any:  # type: ignore[override]  # two inputs, as in PyTorch
        """The loss; ValueError if there is nothing, or if the numbers of predictions and targets differ."""
        losses = self.elements(predictions, targets)
        return self.reduced(losses, float(len(losses)))

    def reduced(self, losses: list[Any], divisor: float) -> Any:
        """The losses, their sum, or their mean: the sum over `divisor`."""
        if not losses:
            raise ValueError("predictions: a loss of an empty batch is not defined")
        losses = [_nan_throughout(loss) for loss in losses]
        if self.reduction == "none":
            return losses
        total = autograd.sum(losses)
        if not any(math.isnan(_plain(loss)) for loss in losses):
            total = _nan_throughout(total)  # inf - inf
        return total if self.reduction == "sum" else total / divisor

    def elements(self, predictions: Any, targets: Any) -> list[Any]:
        """The loss of every element: here of every pair of a number and its target."""
        return [self.element(p, t) for p, t in self.pairs(predictions, targets)]

    def pairs(self, predictions: Any, targets: Any) -> list[tuple[Any, Any]]:
        """Every number with its target; ValueError if they are not of one shape, TypeError if there is something else in them."""
        ps, ts = _squeezed("predictions", predictions), _squeezed("targets", targets)
        if not same_shape(ps, ts):
            shapes = _shape(plain_lists(predictions)), _shape(plain_lists(targets))
            raise ValueError(f"targets must have the shape of predictions, {shapes[0]}, got {shapes[1]}")
        return list(zip(tree_leaves(ps), tree_leaves(ts), strict=True))

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


class SmoothL1Loss(Loss):
    """½d² / beta for a distance |d| below `beta` (at least 0), |d| - ½beta beyond: HuberLoss over its delta.

    >>> SmoothL1Loss()([0.5, 3.0], [0.0, 0.0])
    1.3125
    """

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        self.beta = finite_from_zero("beta", beta)

    def element(self, prediction: Any, target: Any) -> Any:
        distance = prediction - target
        far = autograd.abs(distance)
        if self.beta == 0.0:
            return far
        near = autograd.square(distance) * (0.5 / self.beta)
        return autograd.where(autograd.less(far, self.beta), near, far - 0.5 * self.beta)


class KLDivLoss(Loss):
    """The Kullback-Leibler divergence target·(log(target) - prediction), from log-probabilities.

    As in PyTorch, any predictions are taken: give it the output of LogSoftmax. The targets are probabilities, or with
    `log_target` their logarithms. "mean" is over all numbers, as in PyTorch; the divergence of a distribution is the
    sum of its row, and "batchmean" its mean over the rows.

    >>> round(KLDivLoss("batchmean")([[math.log(0.5), math.log(0.5)]], [[0.9, 0.1]]), 4)
    0.3681
    """

    reductions = ("mean", "sum", "none", "batchmean")

    def __init__(self, reduction: str = "mean", *, log_target: bool = False) -> None:
        super().__init__(reduction)
        self.log_target = checked_flag("log_target", log_target)

    def forward(self, predictions: Any, targets: Any) -> Any:  # type: ignore[override]
        if self.reduction != "batchmean":
            return super().forward(predictions, targets)
        rows = _listed(predictions)
        return self.reduced(self.elements(rows, targets), float(len(rows)) if isinstance(rows, (list, tuple)) else 1.0)

    def element(self, prediction: Any, target: Any) -> Any:
        if not self.log_target:
            _check_probability(target)
        if type(target) is not Value and target == (-math.inf if self.log_target else 0.0):
            return 0.0  # the limit, whatever the prediction
        if self.log_target:
            return autograd.exp(target) * (target - prediction)
        return target * (autograd.log(target) - prediction)


class _BinaryLoss(Loss):
    """A loss of numbers against probabilities, with a weight for each of them."""

    def __init__(self, reduction: str = "mean", *, weight: Any = None) -> None:
        super().__init__(reduction)
        self.weight = _weights("weight", weight)

    def elements(self, predictions: Any, targets: Any) -> list[Any]:
        return self.weighted(super().elements(predictions, targets), predictions)

    def weighted(self, losses: list[Any], predictions: Any) -> list[Any]:
        """The losses of the predictions, each times its weight."""
        if self.weight is None:
            return losses
        return [weight * loss for weight, loss in zip(_spread("weight", self.weight, predictions), losses, strict=True)]


class BCELoss(_BinaryLoss):
    """Binary cross-entropy of probabilities: -y·log(p) - (1-y)·log(1-p). Of logits, take BCEWithLogitsLoss.

    A probability of exactly 0 or 1 that is wrong costs infinity, and warns. `weight` multiplies the losses: a number, one
    for each column of the predictions, or one for each of them; as in PyTorch, "mean" still divides by their number.

    >>> round(BCELoss()([0.9, 0.2], [1, 0]), 4)
    0.1643
    """

    def element(self, prediction: Any, target: Any) -> Any:
        if not 0.0 <= prediction <= 1.0:
            raise ValueError(f"predictions: BCELoss takes probabilities from 0 to 1, got {_plain(prediction)!r}")
        _check_probability(target)
        return _mixed(target, lambda: -autograd.log(prediction), lambda: -autograd.log1p(-prediction))


class BCEWithLogitsLoss(_BinaryLoss):
    """Binary cross-entropy of logits, that is of sigmoid(z), without overflow and exact in both tails.

    `weight` multiplies the losses as in BCELoss, and `pos_weight` that part of them which the positive targets
    have: above 1 it counts a positive that is missed for more than a false alarm.

    >>> round(BCEWithLogitsLoss()([2.0, -1.0], [1, 0]), 4)
    0.2201
    >>> round(BCEWithLogitsLoss(pos_weight=3.0)([2.0, -1.0], [1, 0]), 4)
    0.347
    """

    def __init__(self, reduction: str = "mean", *, weight: Any = None, pos_weight: Any = None) -> None:
        super().__init__(reduction, weight=weight)
        self.pos_weight = _weights("pos_weight", pos_weight)

    def elements(self, predictions: Any, targets: Any) -> list[Any]:
        if self.pos_weight is None:
            return super().elements(predictions, targets)
        pairs = self.pairs(predictions, targets)
        factors = _spread("pos_weight", self.pos_weight, predictions)
        losses = [self.element(p, t, factor) for (p, t), factor in zip(pairs, factors, strict=True)]
        return self.weighted(losses, predictions)

    def element(self, prediction: Any, target: Any, factor: float = 1.0) -> Any:
        _check_probability(target)

        def positive() -> Any:
            missed = autograd.softplus(-prediction)
            return missed if factor == 1.0 else factor * missed

        return _mixed(target, positive, lambda: autograd.softplus(prediction))


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

    def __init__(self, reduction: str = "mean", *, weight: Any = None, ignore_index: int = -100) -> None:
        super().__init__(reduction)
        self.weight = None if weight is None else _weights("weight", checked_list("weight", weight))
        if isinstance(ignore_index, bool) or not isinstance(ignore_index, Integral):
            raise TypeError(f"ignore_index must be an integer, got {ignore_index!r}")
        self.ignore_index: int = int(ignore_index)

    def forward(self, predictions: Any, targets: Any) -> Any:  # type: ignore[override]
        """The loss; "mean" is weighted: the sum over the weights of the targets that are not ignored."""
        losses, weights = [], []
        for row, target in self.pairs(predictions, targets):
            shares, weight = self.shares(target, len(row))
            losses.append(self._mixture(row, shares))
            weights.append(weight)
        divisor = math.fsum(weights)
        if weights and divisor == 0.0 and self.reduction == "mean":
            raise ValueError("targets: all of them are ignored or have the weight 0, so there is no mean: take reduction='sum'")
        return self.reduced(losses, divisor)

    def pairs(self, predictions: Any, targets: Any) -> list[tuple[Any, Any]]:
        """Every row with its target; ValueError if there are more of one."""
        rows, labels = _listed(predictions), _listed(targets)
        if not isinstance(labels, (list, tuple)):
            _numeric("targets", labels)
            if isinstance(rows, (list, tuple)) and rows and isinstance(_listed(rows[0]), (list, tuple)):
                write = f": write [{labels!r}]" if len(rows) == 1 else ""
                raise ValueError(
                    f"targets: expected a list of {len(rows)}, one for each row of predictions, got {labels!r}{write}"
                )
            rows, labels = [rows], [labels]
        if not isinstance(rows, (list, tuple)):
            raise TypeError(f"predictions: expected a list of rows, one for each target, got {_instead(rows)}")
        if len(rows) != len(labels):
            raise ValueError(f"targets: expected {len(rows)}, one for each row of predictions, got {len(labels)}")
        return [(self._checked_row(row), label) for row, label in zip(rows, labels, strict=True)]

    def _checked_row(self, row: Any) -> Any:
        if type(row) is Value:
            write = "give the model as many outputs as there are classes, or for two classes take BCEWithLogitsLoss()"
            raise ValueError(f"predictions: {type(self).__name__} takes a row of numbers, one per class, got a Value: {write}")
        return _row(row)

    def shares(self, target: Any, classes: int) -> tuple[dict[int, Any], float]:
        """What the target gives to each class, weights included, and the weight of the sample in a mean."""
        if self.is_ignored(target):
            return {}, 0.0
        label = _label(target, classes)
        weight = self._class_weights(classes)[label]
        return {label: weight}, weight

    def is_ignored(self, target: Any) -> bool:
        return isinstance(target, Integral) and not isinstance(target, bool) and target == self.ignore_index

    def row(self, row: Sequence[Any], label: int) -> Any:
        """The loss of one row, if this is the right class."""
        raise NotImplementedError

    def _mixture(self, row: Sequence[Any], shares: dict[int, Any]) -> Any:
        parts = [self.row(row, c) if type(q) is float and q == 1.0 else q * self.row(row, c) for c, q in shares.items()]
        return parts[0] if len(parts) == 1 else autograd.sum(parts)

    def _class_weights(self, classes: int) -> list[float]:
        if self.weight is None:
            return [1.0] * classes
        if len(self.weight) != classes:
            raise ValueError(f"weight must hold one number for each of the {classes} classes, got {len(self.weight)}")
        return list(self.weight)


class NLLLoss(_ClassLoss):
    """-log p of the right class, from rows of log-probabilities (the output of LogSoftmax).

    As in PyTorch, any numbers are taken: probabilities or logits in their place give no error, only a loss that means nothing.

    `weight` has a factor for each class, and "mean" is then the weighted mean. A sample whose target is `ignore_index`
    counts for nothing.

    >>> NLLLoss()([[-0.5, -1.0]], [1])
    1.0
    """

    def row(self, row: Sequence[Any], label: int) -> Any:
        return -row[label]


class CrossEntropyLoss(_ClassLoss):
    """-log softmax of the right class, from rows of logits.

    In place of its index a target may be a row of probabilities, one for each class. `label_smoothing` ε (from 0 to 1)
    takes ε of each target away and gives it to all classes alike (Szegedy et al., 2016, arXiv:1512.00567).
    `weight` has a factor for each class; "mean" divides by the weights of the targets, but with rows of probabilities, as
    in PyTorch, by the number of samples. A sample whose target is `ignore_index` counts for nothing.

    >>> round(CrossEntropyLoss()([[2.0, 0.0]], [0]), 4)
    0.1269
    >>> round(CrossEntropyLoss()([[2.0, 0.0]], [[0.75, 0.25]]), 4)
    0.6269
    """

    def __init__(
        self, reduction: str = "mean", *, weight: Any = None, ignore_index: int = -100, label_smoothing: float = 0.0
    ) -> None:
        super().__init__(reduction, weight=weight, ignore_index=ignore_index)
        self.label_smoothing = zero_to_one("label_smoothing", label_smoothing)

    def shares(self, target: Any, classes: int) -> tuple[dict[int, Any], float]:
        given = _listed(target)
        if isinstance(given, (list, tuple)):
            if self.ignore_index >= 0:
                raise ValueError(f"ignore_index={self.ignore_index} is for targets that are indices, got a row of probabilities")
            probabilities, sample_weight = _distribution(given, classes), 1.0
        else:
            shares, sample_weight = super().shares(target, classes)
            if not shares or self.label_smoothing == 0.0:
                return shares, sample_weight
            probabilities = [float(c in shares) for c in range(classes)]
        if self.label_smoothing:
            kept, spread = 1.0 - self.label_smoothing, self.label_smoothing / classes
            probabilities = [p * kept + spread for p in probabilities]
        weighted = [p * weight for p, weight in zip(probabilities, self._class_weights(classes), strict=True)]
        # A class with a constant share of 0 is left out, so 0·inf cannot arise.
        return {c: q for c, q in enumerate(weighted) if type(q) is Value or q}, sample_weight

    def row(self, row: Sequence[Any], label: int) -> Any:
        return -autograd.ops.log_softmax(row[label], *row[:label], *row[label + 1 :])


def _squeezed(name: str, x: Any) -> Any:
    """Lists of lists, a list of one number being that number: a net with one output may give either."""
    x = _listed(x)
    if not isinstance(x, (list, tuple)):
        return x if isinstance(x, dict) else _numeric(name, x)
    items = [_squeezed(name, item) for item in x]
    return items[0] if len(items) == 1 and not isinstance(items[0], list) else items


def _shape(x: Any) -> str:
    """What its lists hold, in words: "3 × 2" for three rows of two."""
    if not isinstance(x, list):
        return "one number"
    return f"{len(x)} × {len(x[0])}" if x and isinstance(x[0], list) else str(len(x))


def _listed(x: Any) -> Any:
    return x.tolist() if hasattr(x, "tolist") else x


def _numeric(name: str, x: Any) -> Any:
    """x, if it is a Value or a number."""
    if type(x) not in (Value, float, int):
        try:
            Value(x)
        except TypeError:
            raise TypeError(f"{name}: expected numbers, or lists or arrays of them, got {_instead(x)}") from None
    return x


def _instead(x: Any) -> str:
    """What came in place of numbers, and what to write."""
    kind = type(x).__name__
    if callable(x):
        return f"{kind}: call it, and pass what it gives"
    return f"{kind}: pass a list" if isinstance(x, Iterable) and not isinstance(x, (str, list, tuple)) else kind


def _row(x: Any) -> Any:
    row = _listed(x)
    for item in row if isinstance(row, (list, tuple)) else [row]:
        _numeric("predictions", item)
    if not isinstance(row, (list, tuple)) or not row:
        raise ValueError(f"predictions: expected a row of numbers, one for each class, got {type(row).__name__}")
    return row


def _plain(x: Any) -> Any:
    return x.data if type(x) is Value else x


def _weights(name: str, weights: Any) -> Any:
    """A number or nested lists of numbers, finite and at least 0; None if there are none."""
    if isinstance(listed := plain_lists(weights), list):
        return [_weights(f"{name}[{i}]", weight) for i, weight in enumerate(listed)]
    return None if weights is None else finite_from_zero(name, listed)


def _spread(name: str, weights: Any, predictions: Any) -> list[float]:
    """One weight for each of the predictions, from a number, one for each column, or one for each of them."""
    tree = _squeezed("predictions", predictions)
    count = len(list(tree_leaves(tree)))
    flat = _squeezed(name, weights)
    if not isinstance(flat, list):
        return [flat] * count
    if same_shape(flat, tree):
        return list(tree_leaves(flat))
    if isinstance(tree, list) and all(isinstance(row, list) and same_shape(flat, row) for row in tree):
        return list(flat) * len(tree)
    shapes = _shape(plain_lists(predictions)), _shape(weights)
    raise ValueError(
        f"{name} must be one number, one for each column of predictions, or have their shape, {shapes[0]}, got {shapes[1]}"
    )


def _distribution(row: Sequence[Any], classes: int) -> Sequence[Any]:
    """A row of probabilities that sum to 1, as near as single precision can come."""
    if len(row) != classes:
        raise ValueError(f"targets: expected the index of a class or {classes} probabilities, one for each, got {len(row)}")
    for probability in row:
        _check_probability(_numeric("targets", probability))
    total = math.fsum(map(_plain, row))
    if not abs(total - 1.0) < 1e-3:
        raise ValueError(f"targets: the probabilities of a row must sum to 1, got {total:g}")
    return row


def _mixed(target: Any, one: Any, zero: Any) -> Any:
    """target·one + (1-target)·zero; a part with a constant weight of 0 is left out, so 0·inf cannot arise."""
    if type(target) is not Value and target in (0, 1):
        return one() if target else zero()
    return target * one() + (1.0 - target) * zero()


def _check_probability(target: Any) -> None:
    if not 0.0 <= target <= 1.0:
        raise ValueError(f"targets: expected a number from 0 to 1, got {_plain(target)!r}")


def _nan_throughout(loss: Any) -> Any:
    """The loss; if it is NaN, so are its gradients at every order, even where a weight of 0 or a constant slope would hide it."""
    return autograd.abs(loss) if type(loss) is Value and math.isnan(loss.data) else loss


def _label(label: Any, classes: int) -> int:
    if not isinstance(label, (list, tuple)):
        _numeric("targets", label)
    index = int(label) if isinstance(label, Integral) and not isinstance(label, bool) else -1
    if not 0 <= index < classes:
        expected = f"0 to {classes - 1}" if classes > 1 else "0, as there is only one"
        instead = ": write int(y) for each" if isinstance(label, float) and label.is_integer() else ""
        raise ValueError(f"targets: expected the index of a class, {expected}, got {label!r}{instead}")
    return index
