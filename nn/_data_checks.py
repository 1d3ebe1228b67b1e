"""Checks that data, model, loss and optimizer fit together, made before training changes anything."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from autograd import Value, sigmoid
from autograd.extend import checked_integer, counted
from nn._check import checked_list, one_column, plain_lists
from nn._chunks import Chunks, is_chunked
from nn.activations import Elementwise, LogSoftmax, Sigmoid, Softmax
from nn.layers import MLP, Dropout, Layer, Neuron, Sequential
from nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
    weights_of,
)
from nn.metrics import accuracy, actual_class, squeezed_labels
from nn.module import checked_module, refuse_hidden_methods
from nn.optim import Optimizer


def checked_run(
    model: Any, X: Any, y: Any, loss: Any, optimizer: Any, batch_size: Any, metric: Any
) -> tuple[list[Any], list[Any]]:
    """The samples and targets of a training run as lists; an error if its parts do not fit together."""
    X, y = checked_data(X, y)
    refuse_hidden_methods(checked_module(model))
    if not isinstance(loss, Loss):
        own = callable(loss) and not isinstance(loss, type)
        advice = ": to write your own, subclass nn.losses.Loss and define element(self, prediction, target)" if own else ""
        raise TypeError(f"loss must be a Loss, such as nn.MSELoss(), got {loss!r}{advice}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an Optimizer, such as nn.optim.Adam(model.parameters()), got {optimizer!r}")
    parameters = model.parameters()
    if parameters and set(parameters).isdisjoint(optimizer.params):
        raise ValueError(
            "optimizer must hold parameters of the model, got one for a different model: make it from model.parameters()"
        )
    if metric is not None and not callable(metric):
        raise TypeError(f"metric must be a function of outputs and targets, such as nn.accuracy, got {metric!r}")
    if metric is accuracy and (why := _why_half(model, y, loss)):
        write = "write metric=functools.partial(nn.accuracy, threshold=0.5)"
        raise ValueError(f"metric: accuracy counts an output above 0 as class 1, {why}: {write}")
    check_widths(model, X, y, loss)
    check_labels(model, y, metric)
    if batch_size is not None:
        checked_integer("batch_size", batch_size, at_least=1)
        _refuse_sample_weights(loss, y[0])
    return X, y


def _refuse_sample_weights(loss: Loss, target: Any) -> None:
    """ValueError if a loss has weights per sample: shuffled samples would get those of others."""
    for name in ("weight", "pos_weight") if isinstance(loss, (BCELoss, BCEWithLogitsLoss)) else ():
        weights = getattr(loss, name, None)
        try:
            if weights is not None:
                weights_of(name, weights, [target])
        except ValueError:
            why = "since samples are shuffled: leave out batch_size, or give one number for all or one per output"
            raise ValueError(f"loss: its {name} must not have one number per sample with a batch_size, {why}") from None


# -- data --------------------------------------------------------------------------------------------


def checked_data(X: Any, y: Any, name: str = "") -> tuple[list[Any], list[Any]]:
    """Samples and targets as lists; an error unless there are as many of each, at least one, of one width and finite.

    Sequences, whose items are lists, may differ in length. `name` is the prefix of names in errors, such as "validation_data: ".
    """
    if is_chunked(y):
        y = y.compute()  # only one number per sample, or a few
    if is_chunked(X):
        return _checked_chunks(X, y, name)
    rows, targets = checked_list(f"{name}X", X), checked_list(f"{name}y", one_column(y))
    _check_lengths(rows, targets, name)
    who = name or "X, y: "
    kinds = [isinstance(row, list) for row in rows]
    if len(set(kinds)) > 1:
        places = " and ".join(f"row {i}" for i in sorted((kinds.index(True), kinds.index(False))))
        raise ValueError(f"{who}samples must be all rows or all single numbers, got both, in {places} (counted from 0)")
    for i, row in enumerate(rows if kinds[0] else ()):
        if len(row) != len(rows[0]) and not (_is_sequence(row) and _is_sequence(rows[0])):
            got = f"{len(rows[0])} in row 0 and {len(row)} in row {i} (counted from 0)"
            write = "if they are sequences, which may differ in length, write each item as a list: [[x] for x in row]"
            raise ValueError(f"{who}all samples must have the same number of features, got {got}; {write}")
    check_finite(f"{name}X", rows, getattr(X, "columns", None))
    _check_targets(targets, name, getattr(y, "columns", None))
    return rows, targets


def _check_lengths(rows: Any, targets: Any, name: str) -> None:
    who = name or "X, y: "
    if len(rows) != len(targets):
        counts = f"{counted(len(rows), 'sample')} and {counted(len(targets), 'target')}"
        raise ValueError(f"{who}expected one target for each sample, got {counts}")
    if not len(rows):
        raise ValueError(f"{who}there is no data")


def _check_targets(targets: list[Any], name: str, columns: Sequence[Any] | None) -> None:
    for i, target in enumerate(targets):
        if isinstance(target, str):
            raise TypeError(
                f"{name}y: expected numbers, got the string {target!r} in row {i} (counted from 0): "
                "number the classes, such as y = [names.index(label) for label in y]"
            )
    check_finite(f"{name}y", targets, columns)


def _checked_chunks(X: Any, y: Any, name: str) -> tuple[Any, list[Any]]:
    """Samples in a Dask array, each chunk checked once, and targets as a list."""
    if X.ndim not in (1, 2) or X.dtype.kind not in "biuf":
        raise ValueError(f"{name}X: expected a Dask array of numbers with one row per sample, got {X.dtype} of shape {X.shape}")
    if any(length != length for length in X.chunks[0]):
        raise ValueError(f"{name}X: its chunk sizes are unknown: call X.compute_chunk_sizes() first")
    rows, targets = Chunks(X), checked_list(f"{name}y", one_column(y))
    _check_lengths(rows, targets, name)
    from dask.array import isfinite, ma

    bad = ~isfinite(ma.filled(rows.table.astype(float), math.nan)).all(axis=1)  # masked entries count as missing
    if bad.any().compute():
        i = int(bad.argmax().compute())
        check_finite(f"{name}X", [[0.0]] * i + [plain_lists(rows[i])])
    _check_targets(targets, name, getattr(y, "columns", None))
    return rows, targets


def checked_validation_data(data: Any, sample: Any, columns: Any = None) -> tuple[list[Any], list[Any]]:
    """Validation data; an error unless its samples have the width of `sample` and its columns the names of `columns`."""
    if not isinstance(data, (list, tuple)) or len(data) != 2:
        raise ValueError(f"validation_data must be a pair (X, y), got {type(data).__name__}")
    names, own = ([] if found is None else list(found) for found in (columns, getattr(data[0], "columns", None)))
    if names != own and all(isinstance(name, str) for name in (*names, *own)) and names and own:
        raise ValueError(f"validation_data: expected the columns {', '.join(names)}, as in X, got {', '.join(own)}")
    X, y = checked_data(data[0], data[1], "validation_data: ")
    expected, got = map(_kind, (sample, X[0]))
    if expected != got:
        raise ValueError(f"validation_data: expected {expected}, as in X, got {got}")
    return X, y


def _is_sequence(row: Any) -> bool:
    """True for a list of lists."""
    return isinstance(row, list) and bool(row) and all(isinstance(item, list) for item in row)


def _kind(sample: Any) -> str:
    """What a sample is, in words: all samples are of one kind."""
    if _is_sequence(sample):
        return "sequences"
    return f"samples of {counted(len(sample), 'number')}" if isinstance(sample, list) else "single numbers"


def check_finite(name: str, rows: Sequence[Any], columns: Sequence[Any] | None = None) -> None:
    """Raise an error that says where, if an item of these rows or targets is not a finite number.

    >>> check_finite("X", [[1.0, 2.0], [3.0, math.nan]])
    Traceback (most recent call last):
    ValueError: X: expected finite numbers, got nan in row 1, column 1 (counted from 0)
    """
    for i, row in enumerate(rows):
        if type(row) is list and {float}.issuperset(map(type, row)) and all(map(math.isfinite, row)):
            continue  # fast path for the usual row
        for place, item in _places(row):
            where = f"row {i}"
            if place:
                column = columns[place[0]] if columns is not None and isinstance(place[0], int) else place[0]
                where += f", column {column!r}{''.join(f'[{key!r}]' for key in place[1:])}"
            try:
                number = item.data if type(item) is Value else Value(item).data
            except TypeError:
                got = f"the string {item!r}" if isinstance(item, str) else repr(item)
                raise TypeError(f"{name}: expected numbers, got {got} in {where} (counted from 0)") from None
            except ValueError as error:
                raise ValueError(f"{name}: {error} in {where} (counted from 0)") from None
            if not math.isfinite(number):
                raise ValueError(f"{name}: expected finite numbers, got {number!r} in {where} (counted from 0)")


def _places(item: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The innermost items of nested lists and dicts, each after the indices and keys that lead to it."""
    if isinstance(item, (list, dict)):
        for key, inner in item.items() if isinstance(item, dict) else enumerate(item):
            for place, found in _places(inner):
                yield (key, *place), found
    else:
        yield (), item


# -- widths ------------------------------------------------------------------------------------------


def check_widths(model: Any, X: list[Any], y: list[Any], loss: Loss, name: str = "") -> None:
    """ValueError or TypeError if the samples are wider or narrower than the model's input, or a class has no output.

    `name` is the prefix of names in errors, as in `checked_data`. A model of unknown layers passes.
    """
    width, sample = _input_width(model), X[0]
    nested = isinstance(sample, dict) or (isinstance(sample, list) and any(isinstance(item, list) for item in sample))
    got = str(len(sample)) if isinstance(sample, list) else "single numbers"
    if width is not None and not nested and got != str(width):
        if isinstance(sample, list):
            write = f": write MLP({got}, …)" if type(model) is MLP and sample else ""
        else:
            write = ": write X = [[x] for x in X]" if width == 1 else ": X must be a list of rows"
        raise ValueError(f"{name}X: the model takes {counted(width, 'feature')} per sample, got {got}{write}")
    if not isinstance(loss, (CrossEntropyLoss, NLLLoss)):
        return
    classes = _classes(model)
    if classes is None:
        return
    if classes == 0:
        write = "give it one output per class, such as MLP(2, [8, 3]), or for two classes use BCEWithLogitsLoss()"
        raise ValueError(f"loss: {type(loss).__name__} takes one output per class, but the model has only one: {write}")
    for i, target in enumerate(y):
        try:
            loss.shares(target, classes)
        except (TypeError, ValueError) as error:
            raise type(error)(str(error).replace("targets: ", f"{name}y[{i}]: ", 1)) from None


def check_labels(model: Any, y: list[Any], metric: Any, name: str = "") -> None:
    """ValueError if a target isn't a class, which `accuracy` would notice after an epoch; a model of unknown layers passes."""
    classes = _classes(model)
    if metric is not accuracy or classes is None:
        return
    for i, target in enumerate(squeezed_labels(y)):
        try:
            actual_class(target, max(classes, 1))
        except ValueError as error:
            raise ValueError(str(error).replace("targets: ", f"metric: accuracy: {name}y[{i}]: ", 1)) from None


def _is(model: Any, kind: Any) -> bool:
    return isinstance(model, kind) and type(model).forward is kind.forward


def _input_width(model: Any) -> int | None:
    """The number of inputs that the model takes; None if unknown."""
    if _is(model, MLP) or _is(model, Sequential):
        modules = model.layers if isinstance(model, MLP) else model.items
        return _input_width(modules[0]) if modules else None
    if _is(model, Layer):
        return _input_width(model.neurons[0]) if model.neurons else None
    return len(model.w) if _is(model, Neuron) else None


def _why_half(model: Any, y: list[Any], loss: Loss) -> str:
    """Why 0.5 rather than 0 separates the outputs for two classes; "" if it does not."""
    if isinstance(loss, BCELoss) or gives_a_probability(model):
        return "and every probability is above 0"
    if type(loss) in (MSELoss, L1Loss, HuberLoss, SmoothL1Loss) and _classes(model) in (0, 1) and 0 in squeezed_labels(y):
        return f"but with {type(loss).__name__} the midpoint of targets 0 and 1 is 0.5"
    return ""


def gives_a_probability(model: Any) -> bool:
    """True if its output is a single number, made by a sigmoid."""
    if _is(model, Sequential):
        last = model[-1]
        return _classes(model) in (0, 1) if _is(last, Sigmoid) else gives_a_probability(last)
    if _is(model, MLP):
        return gives_a_probability(model.layers[-1])
    if _is(model, Layer):
        return len(model.neurons) == 1 and gives_a_probability(model.neurons[0])
    return _is(model, Neuron) and (model.activation is sigmoid or isinstance(model.activation, Sigmoid))


def _classes(model: Any) -> int | None:
    """The number of classes, one per output: 0 if the output is a single Value, None if unknown."""
    if _is(model, Sequential) or _is(model, MLP):
        keeps_width = (Elementwise, Softmax, LogSoftmax, Dropout)
        modules = model.items if isinstance(model, Sequential) else model.layers
        classes = _classes(next((module for module in reversed(modules) if not isinstance(module, keeps_width)), None))
        return 0 if classes == 1 and isinstance(model, MLP) else classes
    if _is(model, Neuron):
        return 0
    return len(model.neurons) if _is(model, Layer) else None
