"""Losses: how far predictions are from targets, with PyTorch's names and reductions.

Every loss takes the predictions of a batch (or of one sample) and its targets, and reduces the losses of the elements
by `reduction`: "mean", "sum", or "none" for the list of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import autograd
from autograd import Value
from autograd.extend import (
    checked_choice,
    checked_flag,
    checked_integer,
    current_trace,
    finite_from_zero,
    number_check,
    ops,
    same_shape,
    tree_leaves,
    tree_leaves_like,
    zero_to_one,
)
from nn._check import checked_list, data_of, plain_lists, shape_text, sizes
from nn.module import Module


class _CalledOnBatches(Module):
    # Not in Loss, where it would hide the arguments of __init__ from help().
    def __new__(cls, *args: Any, **settings: Any) -> Self:
        first = args[0] if args and cls.__init__.__module__ == __name__ else ""  # a user's own constructor may take anything
        if isinstance(first, (Value, Module)) or (len(args) > 1 and hasattr(first, "__len__") and not isinstance(first, str)):
            write = f"write {cls.__name__}()(predictions, targets)"
            raise TypeError(f"make an instance of {cls.__name__} first, then call it on predictions and targets: {write}")
        return super().__new__(cls)


class Loss(_CalledOnBatches):
    """The base of losses: a subclass states the loss of an element, and this class reduces those losses.

    >>> class CubicLoss(Loss):
    ...     def element(self, prediction, target):
    ...         return abs(prediction - target) ** 3
    >>> CubicLoss()([1.0, 2.0], [3.0, 2.0])
    4.0
    """

    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum", "none")
    reduction: str = "mean"  # of a subclass that does not call this constructor, as in PyTorch

    def __init__(self, reduction: str = "mean") -> None:
        besides = "" if isinstance(reduction, str) else " (pass everything else by keyword, such as weight=)"
        self.reduction = checked_choice("reduction", reduction, self.reductions, besides)

    def forward(self, predictions: Any, targets: Any) -> Any:  # type: ignore[override]  # two inputs, as in PyTorch
        """The loss; ValueError for an empty batch, or if predictions and targets do not match."""
        losses, divisor = self.elements(predictions, targets)
        if not losses:
            raise ValueError("predictions: the loss of an empty batch is undefined")
        if any(loss is None for loss in losses):
            raise TypeError(f"{type(self).__name__}.element returned None: is a `return` missing?")
        losses = [_nan_throughout(loss) for loss in losses]
        if self.reduction == "none":
            return losses
        total = autograd.sum(losses)
        if len(losses) > 1:
            total = _nan_of_infinities(total, losses)
        if self.reduction == "sum":
            return total
        if divisor == 0.0:
            raise ValueError("targets: every target is ignored or has weight 0, so there is no mean: use reduction='sum'")
        return total if divisor == 1.0 else total / divisor  # the same number: nothing to record

    def sample_loss(self, output: Any, target: Any) -> Any:
        """The loss of one sample, summed over its numbers; `fit` records it once and computes it for all samples.

        The target consists of Values without gradients, so nothing branches on it or checks it: `elements` does the checks.
        Where the sum contains 0·inf, as for the logarithm of a wrong certainty, the loss is NaN.
        """
        losses = [self.branch_free(*pair) for pair in self.pairs([output], [target])]
        return _total(self._weighted(losses, [output]))

    def elements(self, predictions: Any, targets: Any) -> tuple[list[Any], float]:
        """The losses of all elements, and the divisor of their mean."""
        losses = [self.element(*pair) for pair in self.pairs(predictions, targets)]
        return self._weighted(losses, predictions), float(len(losses))

    def _weighted(self, losses: list[Any], predictions: Any) -> list[Any]:
        return losses

    def pairs(self, predictions: Any, targets: Any) -> list[tuple[Any, ...]]:
        """Each number paired with its target (in dicts, by key); ValueError if shapes differ, TypeError for a non-number."""
        ps, ts = _squeezed("predictions", predictions), _squeezed("targets", targets)
        if not same_shape(ps, ts):
            expected, got = shape_text(plain_lists(predictions)), shape_text(plain_lists(targets))
            if expected == got:
                expected, got = map(shape_text, _first_difference(ps, ts))
            raise ValueError(f"targets must have the shape of predictions, {expected}, got {got}")
        return list(zip(tree_leaves(ps), tree_leaves_like(ps, ts), strict=True))

    def element(self, prediction: Any, target: Any) -> Any:
        """The loss of one number."""
        raise NotImplementedError(f"{type(self).__name__} must define element(self, prediction, target)")

    def branch_free(self, prediction: Any, target: Any) -> Any:
        """`element` without checks and branches, for a target that is a Value."""
        return self.element(prediction, target)

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
        self.delta = number_check("a number > 0", lambda x: x > 0.0)("delta", delta)

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

    Give it the output of LogSoftmax; as in PyTorch it takes any numbers. The targets are probabilities, or with
    `log_target` their logarithms: -inf then costs nothing, where PyTorch gives NaN. "mean" is over all numbers, as in
    PyTorch; the divergence of a distribution is the sum over its row, and "batchmean" is the mean of those sums.

    >>> round(KLDivLoss("batchmean")([[math.log(0.5), math.log(0.5)]], [[0.9, 0.1]]), 4)
    0.3681
    """

    reductions = ("mean", "sum", "none", "batchmean")

    def __init__(self, reduction: str = "mean", *, log_target: bool = False) -> None:
        super().__init__(reduction)
        self.log_target = checked_flag("log_target", log_target)

    def elements(self, predictions: Any, targets: Any) -> tuple[list[Any], float]:
        losses, divisor = super().elements(predictions, targets)
        rows = _as_list(predictions)
        return losses, divisor if self.reduction != "batchmean" else float(len(rows)) if isinstance(rows, list) else 1.0

    def element(self, prediction: Any, target: Any) -> Any:
        if not self.log_target:
            _check_probability(target)
        if type(target) is Value:
            return self.branch_free(prediction, target)
        if target == (-math.inf if self.log_target else 0.0):
            return autograd.where(1.0, 0.0, prediction)  # the limit, whatever the prediction; a Value if that is one
        return self._divergence(prediction, target)

    def branch_free(self, prediction: Any, target: Any) -> Any:
        nothing = autograd.equal(target, -math.inf if self.log_target else 0.0)
        return autograd.where(nothing, 0.0, self._divergence(prediction, autograd.where(nothing, 1.0, target)))

    def _divergence(self, prediction: Any, target: Any) -> Any:
        if self.log_target:
            return autograd.exp(target) * (target - prediction)
        return target * (autograd.log(target) - prediction)


class _BinaryLoss(Loss):
    """A loss of numbers against target probabilities, optionally weighted."""

    def __init__(self, reduction: str = "mean", *, weight: Any = None) -> None:
        super().__init__(reduction)
        self.weight = None if weight is None else _weights("weight", weight)

    def _weighted(self, losses: list[Any], predictions: Any) -> list[Any]:
        if self.weight is None:
            return losses
        return [weight * loss for weight, loss in zip(weights_of("weight", self.weight, predictions), losses, strict=True)]


class BCELoss(_BinaryLoss):
    """Binary cross-entropy of probabilities: -y·log(p) - (1-y)·log(1-p). For logits, use BCEWithLogitsLoss.

    A wrong probability of exactly 0 or 1 costs infinity, and warns; PyTorch stops at 100. `weight` multiplies the losses:
    one number, one per column of the predictions, or one per prediction; as in PyTorch, "mean" still divides by the
    number of losses.

    >>> round(BCELoss()([0.9, 0.2], [1, 0]), 4)
    0.1643
    """

    def element(self, prediction: Any, target: Any) -> Any:
        if not 0.0 <= prediction <= 1.0:
            raise ValueError(f"predictions: BCELoss takes probabilities from 0 to 1, got {data_of(prediction)!r}")
        _check_probability(target)
        return self.branch_free(prediction, target)

    def branch_free(self, prediction: Any, target: Any) -> Any:
        return _mixed(target, lambda: -autograd.log(prediction), lambda: -autograd.log1p(-prediction))


class BCEWithLogitsLoss(_BinaryLoss):
    """Binary cross-entropy of logits z, that is BCELoss of sigmoid(z), without overflow and exact in both tails.

    `weight` multiplies the losses as in BCELoss, and `pos_weight` only their term -y·log(p): above 1 a missed positive
    costs more than a false alarm.

    >>> round(BCEWithLogitsLoss()([2.0, -1.0], [1, 0]), 4)
    0.2201
    >>> round(BCEWithLogitsLoss(pos_weight=3.0)([2.0, -1.0], [1, 0]), 4)
    0.347
    """

    def __init__(self, reduction: str = "mean", *, weight: Any = None, pos_weight: Any = None) -> None:
        super().__init__(reduction, weight=weight)
        self.pos_weight = None if pos_weight is None else _weights("pos_weight", pos_weight)

    def pairs(self, predictions: Any, targets: Any) -> list[tuple[Any, ...]]:
        pairs = super().pairs(predictions, targets)
        if self.pos_weight is None:
            return pairs
        factors = weights_of("pos_weight", self.pos_weight, predictions)
        return [(*pair, factor) for pair, factor in zip(pairs, factors, strict=True)]

    def element(self, prediction: Any, target: Any, factor: float = 1.0) -> Any:
        _check_probability(target)
        return self.branch_free(prediction, target, factor)

    def branch_free(self, prediction: Any, target: Any, factor: float = 1.0) -> Any:
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
        if abs(target) != 1.0:  # one comparison, which a program records for targets of either kind
            raise ValueError(f"targets: HingeLoss takes -1 and 1, got {data_of(target)!r}")
        return self.branch_free(prediction, target)

    def branch_free(self, prediction: Any, target: Any) -> Any:
        return autograd.relu(1.0 - target * prediction)


class _ClassLoss(Loss):
    """A loss of rows of numbers, one per class, against the indices of the right classes."""

    def __init__(self, reduction: str = "mean", *, weight: Any = None, ignore_index: int = -100) -> None:
        super().__init__(reduction)
        given = [] if weight is None else checked_list("weight", weight)
        self.weight = None if weight is None else [finite_from_zero(f"weight[{i}]", w) for i, w in enumerate(given)]
        self.ignore_index = checked_integer("ignore_index", ignore_index)

    def elements(self, predictions: Any, targets: Any) -> tuple[list[Any], float]:
        """The losses; "mean" divides by the total weight of the targets that are not ignored."""
        losses, weights = [], []
        for row, target in self.pairs(predictions, targets):
            shares, weight = self.shares(target, len(row))
            losses.append(self._shared(row, shares))
            weights.append(weight)
        return losses, math.fsum(weights)

    def _counted(self, loss: Any, target: Any, classes: int) -> Any:
        """The loss of a sample times the weight of its class, or 0 if the sample is ignored."""
        if self.weight is not None:
            loss = _item(self._class_weights(classes), target) * loss
        return autograd.not_equal(target, float(self.ignore_index)) * loss

    def _shared(self, row: list[Any], shares: dict[int, Any]) -> Any:
        """The loss of a row whose target gives these shares to the classes; no shares mean that the row is ignored."""
        if not shares:
            return _no_loss(row)
        return _total([self.row(row, c) if type(q) is float and q == 1.0 else q * self.row(row, c) for c, q in shares.items()])

    def pairs(self, predictions: Any, targets: Any) -> list[tuple[Any, ...]]:
        """Each row paired with its target; ValueError if there are more of one than the other."""
        rows, labels = _as_list(predictions), _as_list(targets)
        if not isinstance(labels, list):
            checked_numeric("targets", labels)
            if isinstance(rows, list) and rows and isinstance(_as_list(rows[0]), list):
                write = f": write [{labels!r}]" if len(rows) == 1 else ""
                expected = f"a list of {len(rows)}, one for each row of predictions"
                raise ValueError(f"targets: expected {expected}, got {labels!r}{write}")
            rows, labels = [rows], [labels]
        if not isinstance(rows, list):
            raise TypeError(f"predictions: expected a list of rows, one for each target, got {_advice(rows)}")
        if len(rows) != len(labels):
            raise ValueError(f"targets: expected {len(rows)}, one for each row of predictions, got {len(labels)}")
        return [(self._checked_row(row), label) for row, label in zip(rows, labels, strict=True)]

    def _checked_row(self, row: Any) -> list[Any]:
        if type(row) is Value:
            write = "give the model one output per class, or for two classes use BCEWithLogitsLoss()"
            raise ValueError(f"predictions: {type(self).__name__} takes a row of numbers, one per class, got a Value: {write}")
        row = _as_list(row)
        for item in row if isinstance(row, list) else [row]:
            checked_numeric("predictions", item)
        if not isinstance(row, list) or not row:
            raise ValueError(f"predictions: expected a row of numbers, one for each class, got {type(row).__name__}")
        return row

    def shares(self, target: Any, classes: int) -> tuple[dict[int, Any], float]:
        """The target's share for each class, times the class weight, and the weight of the sample in a mean."""
        if isinstance(target, Integral) and not isinstance(target, bool) and target == self.ignore_index:
            return {}, 0.0
        label = _label(target, classes)
        weight = self._class_weights(classes)[label]
        return {label: weight}, weight

    def row(self, row: Sequence[Any], label: int) -> Any:
        """The loss of one row if `label` is the right class."""
        return self.of_class(row[label], (*row[:label], *row[label + 1 :]))

    def of_class(self, right: Any, others: Sequence[Any]) -> Any:
        """The loss of one row, given the number of the right class and those of the others."""
        raise NotImplementedError

    def _class_weights(self, classes: int) -> list[float]:
        weights = [1.0] * classes if self.weight is None else self.weight
        if len(weights) != classes:
            raise ValueError(f"weight must hold one number for each of the {classes} classes, got {len(weights)}")
        return weights


class NLLLoss(_ClassLoss):
    """-log p of the right class, from rows of log-probabilities (the output of LogSoftmax).

    As in PyTorch, it takes any numbers: probabilities or logits raise no error, but the loss is then meaningless.
    `weight` has a factor for each class, and "mean" is then the weighted mean. A sample whose target is `ignore_index`
    does not count.

    >>> NLLLoss()([[-0.5, -1.0]], [1])
    1.0
    """

    def of_class(self, right: Any, others: Sequence[Any]) -> Any:
        return -right

    def sample_loss(self, output: Any, target: Any) -> Any:
        row = self._checked_row(output)
        loss = self._counted(self.of_class(_item(row, target), ()), target, len(row))
        return autograd.where(autograd.not_equal(target, float(self.ignore_index)), loss, _no_loss(row))


class CrossEntropyLoss(_ClassLoss):
    """-log softmax of the right class, from rows of logits.

    A target is the index of a class or a row of probabilities, one per class. `label_smoothing` ε (from 0 to 1) takes ε
    from each target and spreads it evenly over all classes (Szegedy et al., 2016, arXiv:1512.00567).
    `weight` has a factor for each class; "mean" divides by the weights of the targets, but with rows of probabilities, as
    in PyTorch, by the number of samples. A sample whose target is `ignore_index` does not count.

    In a function for `autograd.compile` whose target is an argument, and so a Value, use `sample_loss`: a Value cannot
    index a list of classes.

    >>> round(CrossEntropyLoss()([[2.0, 0.0]], [0]), 4)
    0.1269
    >>> round(CrossEntropyLoss()([[2.0, 0.0]], [[0.75, 0.25]]), 4)
    0.6269
    >>> program = autograd.compile(lambda logits, y: CrossEntropyLoss().sample_loss(logits, y), [2.0, 0.0], 0.0)
    >>> round(program([2.0, 0.0], 0), 4), round(program([2.0, 0.0], 1), 4)
    (0.1269, 2.1269)
    """

    def __init__(
        self, reduction: str = "mean", *, weight: Any = None, ignore_index: int = -100, label_smoothing: float = 0.0
    ) -> None:
        super().__init__(reduction, weight=weight, ignore_index=ignore_index)
        self.label_smoothing = zero_to_one("label_smoothing", label_smoothing)

    def shares(self, target: Any, classes: int) -> tuple[dict[int, Any], float]:
        given = _as_list(target)
        if isinstance(given, list):
            if self.ignore_index >= 0:
                raise ValueError(f"ignore_index={self.ignore_index} needs class indices as targets, got a row of probabilities")
            probabilities, sample_weight = _distribution(given, classes), 1.0
        else:
            shares, sample_weight = super().shares(target, classes)
            if not shares or self.label_smoothing == 0.0:
                return shares, sample_weight
            probabilities = [float(c in shares) for c in range(classes)]
        return self._weighted_shares(probabilities), sample_weight

    def _weighted_shares(self, probabilities: list[Any]) -> dict[int, Any]:
        """The shares of the classes, smoothed and weighted."""
        classes = len(probabilities)
        if self.label_smoothing:
            kept, spread = 1.0 - self.label_smoothing, self.label_smoothing / classes
            probabilities = [p * kept + spread for p in probabilities]
        weighted = [p * weight for p, weight in zip(probabilities, self._class_weights(classes), strict=True)]
        # A class with a constant share of 0 is left out, so 0·inf cannot arise.
        return {c: q for c, q in enumerate(weighted) if type(q) is Value or q}

    def sample_loss(self, output: Any, target: Any) -> Any:
        row, given = self._checked_row(output), _as_list(target)
        if isinstance(given, list):
            return self._shared(row, self._weighted_shares(given))
        if self.label_smoothing:
            one_hot = [autograd.equal(target, float(c)) for c in range(len(row))]
            return autograd.not_equal(target, float(self.ignore_index)) * self._shared(row, self._weighted_shares(one_hot))
        # Products with masks, not `where`, so that a gradient reaches every class, whichever is right.
        above = [autograd.greater(target, float(c)) for c in range(len(row) - 1)]
        is_class = [before - after for before, after in zip([1.0, *above], [*above, 0.0], strict=True)]
        others = [autograd.dot([mask, 1.0 - mask], [low, high]) for mask, low, high in zip(above, row[:-1], row[1:], strict=True)]
        return self._counted(self.of_class(autograd.dot(is_class, row), others), target, len(row))

    def of_class(self, right: Any, others: Sequence[Any]) -> Any:
        return -ops.log_softmax(right, *others)


def _item(items: Sequence[Any], index: Any, first: int = 0) -> Any:
    """The item at an index that is a Value; the first or the last if the index is out of range."""
    if len(items) == 1:
        return items[0]
    half = len(items) // 2
    above = autograd.greater(index, first + half - 1.0)
    return autograd.where(above, _item(items[half:], index, first + half), _item(items[:half], index, first))


def _no_loss(row: Sequence[Any]) -> Any:
    """0 with gradients of 0, as in PyTorch, so that a step can follow; for infinite numbers too, where 0·x is NaN."""
    return autograd.sum([autograd.greater(x, math.inf) for x in row])


def _total(losses: list[Any]) -> Any:
    return losses[0] if len(losses) == 1 else autograd.sum(losses)


def _as_list(x: Any) -> Any:
    """An array or a tuple as a list; anything else unchanged."""
    return x.tolist() if hasattr(type(x), "tolist") else list(x) if isinstance(x, tuple) else x


def _squeezed(name: str, x: Any) -> Any:
    """Nested lists and dicts in which a list of one number becomes that number: a net with one output may give either."""
    x = _as_list(x)
    if isinstance(x, dict):
        return {key: _squeezed(name, item) for key, item in x.items()}
    if not isinstance(x, list):
        return checked_numeric(name, x)
    items = [_squeezed(name, item) for item in x]
    return items[0] if len(items) == 1 and not isinstance(items[0], list) else items


def _first_difference(p: Any, t: Any) -> tuple[Any, Any]:
    """The innermost parts, at the same place, in which two trees of different shapes differ."""
    while True:
        if isinstance(p, list) and isinstance(t, list) and len(p) == len(t):
            pairs = zip(p, t, strict=True)
        elif isinstance(p, dict) and isinstance(t, dict) and p.keys() == t.keys():
            pairs = zip(p.values(), (t[key] for key in p), strict=True)
        else:
            return p, t
        p, t = next((one, other) for one, other in pairs if not same_shape(one, other))


def checked_numeric(name: str, x: Any) -> Any:
    """`x`; TypeError unless it is a Value or a number."""
    if type(x) not in (Value, float, int):
        try:
            Value(x)
        except TypeError:
            raise TypeError(f"{name}: expected numbers, or lists or arrays of them, got {_advice(x)}") from None
    return x


def _advice(x: Any) -> str:
    """What was passed in place of numbers, and what to write."""
    kind = type(x).__name__
    if callable(x):
        return f"{kind}: call it, and pass the result"
    return f"{kind}: pass a list" if isinstance(x, Iterable) and not isinstance(x, (str, list)) else kind


def _weights(name: str, weights: Any) -> Any:
    """A number or nested lists of numbers, finite and at least 0."""
    weights = plain_lists(weights)
    if isinstance(weights, list):
        return [_weights(f"{name}[{i}]", weight) for i, weight in enumerate(weights)]
    return finite_from_zero(name, weights)


def weights_of(name: str, weights: Any, predictions: Any) -> list[float]:
    """One weight for each of the predictions, from one number, one per column, or one per prediction.

    >>> weights_of("weight", [2.0, 3.0], [[0.5, 0.5], [0.1, 0.9]])
    [2.0, 3.0, 2.0, 3.0]
    """
    tree, flat = _squeezed("predictions", predictions), _squeezed(name, weights)
    if not isinstance(flat, list):
        return [flat] * len(tree_leaves(tree))
    if same_shape(flat, tree):
        return list(tree_leaves(flat))
    as_a_row = len(sizes(weights)) < len(sizes(predictions))  # a column of weights isn't, though squeezed to a list
    if as_a_row and isinstance(tree, list) and all(isinstance(row, list) and same_shape(flat, row) for row in tree):
        return list(tree_leaves(flat)) * len(tree)
    shapes = f"{shape_text(plain_lists(predictions))}, got {shape_text(weights)}"
    raise ValueError(f"{name} must be one number, one for each column of predictions, or have their shape, {shapes}")


def _distribution(row: list[Any], classes: int) -> list[Any]:
    """`row`; an error unless it holds one probability per class and they sum to 1, within 1e-3."""
    if len(row) != classes:
        instead = ": write y[0] for each" if len(row) == 1 else ""
        got = f"got a list of {len(row)}{instead}"
        raise ValueError(f"targets: expected the index of a class or {classes} probabilities, one for each, {got}")
    for probability in row:
        _check_probability(checked_numeric("targets", probability))
    total = autograd.sum(row)
    if not abs(total - 1.0) < 1e-3:
        raise ValueError(f"targets: the probabilities of a row must sum to 1, got {total:g}")
    return row


def _mixed(target: Any, one: Callable[[], Any], zero: Callable[[], Any]) -> Any:
    """target·one + (1-target)·zero; a term with a constant weight of 0 is left out, so 0·inf cannot arise."""
    if type(target) is not Value and target in (0, 1):
        return one() if target else zero()
    return target * one() + (1.0 - target) * zero()


def _check_probability(target: Any) -> None:
    if not 0.0 <= target <= 1.0:
        raise ValueError(f"targets: expected a number from 0 to 1, got {data_of(target)!r}")


def _nan_throughout(loss: Any) -> Any:
    """The loss; if it is NaN, so are its gradients of every order, even where a weight of 0 or a constant slope would hide it.

    While a function is traced, both cases are recorded: a Python branch on the number would become a constant of the program.
    """
    if type(loss) is not Value:
        return loss
    if current_trace() is not None:
        return autograd.where(_is_known(loss), loss, autograd.abs(loss))
    return autograd.abs(loss) if math.isnan(loss.data) else loss


def _nan_of_infinities(total: Any, losses: list[Any]) -> Any:
    """The total of several losses; if it is NaN though none of them is, the gradients of all of them are NaN."""
    if current_trace() is not None:
        return autograd.where(_is_known(autograd.sum(map(autograd.abs, losses))), _nan_throughout(total), total)
    return total if any(math.isnan(data_of(loss)) for loss in losses) else _nan_throughout(total)


def _is_known(x: Any) -> Any:
    """1 unless x is NaN, else 0; detached, so that no slope of 0 is multiplied by an infinite one."""
    number = x.detach() if type(x) is Value else x
    return autograd.equal(number, number)


def _label(label: Any, classes: int) -> int:
    if not isinstance(label, (list, tuple)):
        checked_numeric("targets", label)
    index = int(label) if isinstance(label, Integral) and not isinstance(label, bool) else -1
    if not 0 <= index < classes:
        expected = f"0 to {classes - 1}" if classes > 1 else "0, since there is only one"
        if type(label) is Value:
            instead = ": for a target that is a Value, as in a compiled loss, write loss.sample_loss(output, target)"
        else:
            instead = ": write int(y) for each" if label in range(classes) else ""
        raise ValueError(f"targets: expected the index of a class, {expected}, got {label!r}{instead}")
    return index
