"""Mistakes in the chain rule: the claim is what a backward sweep gives if some nodes have other partials."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from autograd import ops
from autograd.audit.claim import Candidate, Claim, Diagnosis
from autograd.audit.recognition import (
    ACTIVATIONS,
    Activation,
    Override,
    agree,
    by_result,
    derivative,
    is_absolute,
    is_logarithm,
    is_square,
    value_args,
)
from autograd.audit.recorded_loss import RecordedLoss
from autograd.formulas import partial_text
from autograd.op import Op
from autograd.value import Value

Layer = tuple[str, int]
Change = Callable[[RecordedLoss], Override | None]  # other partials; None if there is nothing to change
Derivative = Callable[[Activation, int, RecordedLoss], float]  # of the i-th activation of its layer


def _swept(name: str, what: str, change: Change) -> Candidate:
    def numbers(loss: RecordedLoss) -> Sequence[float] | None:
        changed = loss.changed_gradient(what, change)
        return None if changed is None else changed[name]

    return Candidate(numbers)


# -- activations -------------------------------------------------------------------------------------


def activation(claim: Claim) -> Iterator[Diagnosis]:
    """The derivative of an activation is missing, taken elsewhere, or another one: in one layer, or in all that have it."""
    layers = claim.loss.layers
    names = [name for name, _ in layers]
    groups = [[layer] for layer in layers]
    groups += [[layer for layer in layers if layer[0] == name] for name in dict.fromkeys(names) if names.count(name) > 1]
    for group in groups:
        for mistake, text, instead in _wrong_derivatives(group, layers):
            if claim.is_explained_by(_swept(claim.name, text, _with_derivatives(group, instead))):
                yield Diagnosis(mistake, text)
                break  # where others explain it too, they come to the same


def _with_derivatives(group: Sequence[Layer], instead: Derivative) -> Change:
    def change(loss: RecordedLoss) -> Override | None:
        override: dict[Value, Sequence[float | None]] = {}
        for layer in group:
            for i, unit in enumerate(loss.layers.get(layer, ())):
                override.update(unit.with_derivative(instead(unit, i, loss)))
        finite = all(p is None or math.isfinite(p) for partials in override.values() for p in partials)
        return override if finite else None

    return change


def _wrong_derivatives(
    group: Sequence[Layer], layers: Mapping[Layer, Sequence[Activation]]
) -> Iterator[tuple[str, str, Derivative]]:
    """Kind, text and the derivatives, the simplest first."""
    name, number = group[0]
    op, width = layers[group[0]][0].op, len(layers[group[0]])
    where = f"in layer {number}" if len(group) == 1 else "in all layers"
    its = f"the derivative of {name} {where}"
    yield "missing derivative", f"{its} is missing, as if it were 1", _one
    taken = f"{its} is taken at its result a, as {name}'(a), and not at its argument z, as {name}'(z)"
    yield "misplaced derivative", taken, lambda unit, i, loss: derivative(op, unit.a)
    if formula := by_result(op):
        of_z, of_a = (partial_text(op, 0, ["x"], result) for result in "za")
        taken = f"{its} is taken as {of_z} of its argument z, and not as {of_a} of its result a"
        yield "misplaced derivative", taken, lambda unit, i, loss: formula(unit.x)
    for layer, units in layers.items():
        if len(group) == 1 and layer != group[0] and units[0].op.activation and len(units) == width:
            taken = f"{its} is taken at the argument of layer {layer[1]} ({layer[0]}), and not at its own"
            yield "misplaced derivative", taken, _at_layer(layer)
    if op.activation:
        yield "missing derivative", f"{name} itself stands in place of its derivative {where}", lambda unit, i, loss: unit.a
    others = [other for other in ACTIVATIONS if other is not op]
    for other in others:
        yield "other derivative", f"{its} is taken as that of {other.name}", _of_op(other)
    for other in others:
        if formula := by_result(other):
            taken = f"{its} is taken as {partial_text(other, 0, ['x'], 'a')} of its result a, which is for {other.name}"
            yield "other derivative", taken, _of_result(formula)


def _one(unit: Activation, i: int, loss: RecordedLoss) -> float:
    return 1.0


def _of_op(op: Op) -> Derivative:
    return lambda unit, i, loss: derivative(op, unit.x)


def _of_result(formula: Callable[[float], float]) -> Derivative:
    return lambda unit, i, loss: formula(unit.a)


def _at_layer(layer: Layer) -> Derivative:
    def instead(unit: Activation, i: int, loss: RecordedLoss) -> float:
        units = loss.layers.get(layer, ())
        return derivative(unit.op, units[i].x) if i < len(units) else math.nan

    return instead


# -- weights -----------------------------------------------------------------------------------------


def weights(claim: Claim) -> Iterator[Diagnosis]:
    """The weights of a later layer are not transposed on the way back, or left out."""
    for name, shape in claim.loss.shapes.items():
        if name == claim.name or not shape:
            continue
        text = f"the factor {name} is missing on the way back"
        if claim.is_explained_by(_swept(claim.name, text, _with_weights(name, lambda numbers: [1.0] * len(numbers)))):
            yield Diagnosis("weights", text)
        if len(shape) == 2 and shape[0] == shape[1] > 1:
            text = f"{name} is taken on the way back where its transpose is meant"
            if claim.is_explained_by(_swept(claim.name, text, _with_weights(name, _transposed))):
                yield Diagnosis("weights", text)


def _transposed(square: Sequence[float]) -> list[float]:
    """The numbers of a square matrix column by column."""
    n = math.isqrt(len(square))
    return [x for j in range(n) for x in square[j::n]]


def _with_weights(name: str, others: Callable[[Sequence[float]], list[float]]) -> Change:
    return lambda loss: loss.with_numbers(name, others(loss.numbers[name]))


# -- losses ------------------------------------------------------------------------------------------


def another_loss(claim: Claim) -> Iterator[Diagnosis]:
    """Exact for another loss of the same outputs: the penalty as it is, the rest up to a factor that has a reason."""
    losses = {
        "the absolute error, and f has the squared one": _with_absolute_errors,
        "the squared error, and f has the absolute one": _with_squared_errors,
    }
    layers = claim.loss.layers
    outputs = [layer for layer, (unit, *_) in layers.items() if _is_sigmoid(unit.op) or _is_softplus(unit.op)]
    if outputs:
        last = max(outputs, key=lambda layer: layer[1])
        logs = any(number > last[1] and is_logarithm(unit.op) for (_, number), (unit, *_) in layers.items())
        if _is_sigmoid(layers[last][0].op) and not logs:
            losses["cross-entropy, and f has the squared error"] = _with_derivatives([last], _one)
        else:
            losses["the squared error, and f is cross-entropy"] = _with_derivatives([last], _not_cancelled)
    for text, change in losses.items():
        factor = claim.known_factor(_swept(claim.name, text, change) - claim.penalty, claim.penalty)
        if factor and factor.k:
            reasons = claim.reasons(factor) if factor.size > 2 else ""  # a ½ is common in a loss
            times = f", up to the factor {factor.text}{reasons}" if factor.k != 1.0 else ""
            yield Diagnosis("another loss", f"the claim is exact for {text}{times}")


def _is_sigmoid(op: Op) -> bool:
    return agree(op, ops.sigmoid)


def _is_softplus(op: Op) -> bool:
    """The cross-entropy of a sigmoid in one function."""
    return agree(partial(derivative, op), ops.sigmoid)


def _not_cancelled(unit: Activation, i: int, loss: RecordedLoss) -> float:
    """In cross-entropy the derivative of the sigmoid cancels: here it comes once more."""
    return derivative(unit.op, unit.x) * derivative(ops.sigmoid, unit.x)


def _with_absolute_errors(loss: RecordedLoss) -> Override | None:
    """Every r² of the loss as if it were |r|."""
    return _with_errors(loss, is_square, ops.sign)


def _with_squared_errors(loss: RecordedLoss) -> Override | None:
    """Every |r| of the loss as if it were ½r²."""
    return _with_errors(loss, is_absolute, float)


def _with_errors(loss: RecordedLoss, is_error: Callable[[Value], bool], slope: Callable[[float], float]) -> Override | None:
    override: dict[Value, Sequence[float | None]] = {}
    for node in filter(is_error, loss.data_nodes):
        r, *again = value_args(node)
        share = slope(r.data) / (1 + len(again))
        override[node] = [share if type(arg) is Value else None for arg in node.args]
    return override or None
