"""Do data fit a model and a loss? Asked before training, where the layers of the model tell how much they take and give."""

from __future__ import annotations

from typing import Any

from nn.activations import Elementwise, LogSoftmax, Softmax
from nn.arguments import counted
from nn.layers import MLP, Dropout, Layer, Neuron, Sequential
from nn.losses import CrossEntropyLoss, Loss, NLLLoss

SAME_WIDTH = (Elementwise, Softmax, LogSoftmax, Dropout)


def check_widths(model: Any, X: list[Any], y: list[Any], loss: Loss, name: str = "") -> None:
    """ValueError or TypeError if the samples have another width than the model, or a class has no output.

    `name` is of the argument that holds both, if there is one. A model whose layers are not known passes.
    """
    width, sample = _inputs(model), X[0]
    deeper = isinstance(sample, dict) or (isinstance(sample, list) and any(isinstance(item, list) for item in sample))
    if width is not None and not deeper:
        got = str(len(sample)) if isinstance(sample, list) else "single numbers"
        if got != str(width):
            if isinstance(sample, list):
                write = f": write MLP({got}, …)" if type(model) is MLP else ""
            else:
                write = ": write X = [[x] for x in X]" if width == 1 else ": X must be a list of rows"
            raise ValueError(f"{name}X: the model takes {counted(width, 'feature')} per sample, got {got}{write}")
    if isinstance(loss, (CrossEntropyLoss, NLLLoss)):
        _check_classes(_last(model), y, loss, name)


def _check_classes(last: Any, y: list[Any], loss: CrossEntropyLoss | NLLLoss, name: str) -> None:
    if _is(last, Neuron) or (_is(last, MLP) and len(last.layers[-1].neurons) == 1):
        write = (
            "give it as many outputs as there are classes, such as MLP(2, [8, 3]), or for two classes take BCEWithLogitsLoss()"
        )
        raise ValueError(f"loss: {type(loss).__name__} takes one output per class, and the model has a single one: {write}")
    if not _is(last, MLP) and not _is(last, Layer):
        return
    classes = len((last.layers[-1] if _is(last, MLP) else last).neurons)
    for i, target in enumerate(y):
        try:
            loss.shares(target, classes)
        except (TypeError, ValueError) as error:
            raise type(error)(str(error).replace("targets: ", f"{name}y[{i}]: ", 1)) from None


def _is(model: Any, kind: Any) -> bool:
    """Is it one of these, with the `forward` of its class?"""
    return isinstance(model, kind) and type(model).forward is kind.forward


def _inputs(model: Any) -> int | None:
    """How many numbers a sample has, if it is a layer that takes it."""
    if _is(model, MLP):
        return _inputs(model.layers[0])
    if _is(model, Sequential):
        return _inputs(model[0])
    if _is(model, Layer):
        return _inputs(model.neurons[0])
    return len(model.w) if _is(model, Neuron) else None


def _last(model: Any) -> Any:
    """The module that decides how many outputs there are."""
    if not _is(model, Sequential):
        return model
    return _last(next((item for item in reversed(model.items) if not isinstance(item, SAME_WIDTH)), None))
