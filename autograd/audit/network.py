"""Mistakes in the chain rule: the claim is what a backward sweep gives if some nodes have other partials."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from autograd import ops
from autograd.audit.activations import BY_RESULT, SQUASHING, Activation, Override, derivative
from autograd.audit.plain import penalty
from autograd.audit.point import Point
from autograd.audit.suspect import Diagnosis, Predict, Suspect, plus
from autograd.op import Op
from autograd.value import Value

Layer = tuple[str, int]
Change = Callable[[Point], Override | None]  # other partials; None if there is nothing to change
Choice = Callable[[Activation, int, Point], float]  # a derivative for the i-th activation of its layer


def _swept(name: str, what: str, change: Change) -> Predict:
    def predict(point: Point) -> Sequence[float] | None:
        numbers = point.swept(what, change)
        return None if numbers is None else numbers[name]

    return predict


# -- activations -------------------------------------------------------------------------------------


def activation(suspect: Suspect) -> Iterator[Diagnosis]:
    """The derivative of an activation is missing, taken elsewhere, or another one: in one layer, or in all that have it."""
    layers = suspect.views[0].point.layers
    names = [name for name, _ in layers]
    groups = [[layer] for layer in layers]
    groups += [[layer for layer in layers if layer[0] == name] for name in dict.fromkeys(names) if names.count(name) > 1]
    for group in groups:
        for mistake, text, choice in _mistakes(group, layers):
            if suspect.explained(_swept(suspect.name, text, _derivatives(group, choice))):
                yield Diagnosis(mistake, text)
                break  # where others explain it too, they come to the same


def _derivatives(group: Sequence[Layer], choice: Choice) -> Change:
    def change(point: Point) -> Override | None:
        override: dict[Value, Sequence[float | None]] = {}
        for layer in group:
            for i, unit in enumerate(point.layers.get(layer, ())):
                override.update(unit.with_derivative(choice(unit, i, point)))
        finite = all(p is None or math.isfinite(p) for partials in override.values() for p in partials)
        return override if finite else None

    return change


def _mistakes(group: Sequence[Layer], layers: Mapping[Layer, Sequence[Activation]]) -> Iterator[tuple[str, str, Choice]]:
    """Kind, text and the derivatives, the simplest first."""
    name, number = group[0]
    row = layers[group[0]][0].row
    where = f"in layer {number}" if len(group) == 1 else "in all layers"
    its = f"the derivative of {name} {where}"
    yield "missing derivative", f"{its} is missing, as if it were 1", _one
    taken = f"{its} is taken at its result a, as {name}'(a), and not at its argument z, as {name}'(z)"
    yield "misplaced derivative", taken, lambda unit, i, point: derivative(row, unit.a)
    if name in BY_RESULT:
        text, formula = BY_RESULT[name]
        taken = f"{its} is taken as {text.format('z')} of its argument z, and not as {text.format('a')} of its result a"
        yield "misplaced derivative", taken, lambda unit, i, point: formula(unit.x)
    for other, units in layers.items():
        if len(group) == 1 and other != group[0] and units[0].row in SQUASHING and len(units) == len(layers[group[0]]):
            taken = f"{its} is taken at the argument of layer {other[1]} ({other[0]}), and not at its own"
            yield "misplaced derivative", taken, _at_layer(other)
    if row in SQUASHING:
        yield "missing derivative", f"{name} itself stands in place of its derivative {where}", lambda unit, i, point: unit.a
    for other_row in SQUASHING:
        if other_row is not row:
            yield "other derivative", f"{its} is taken as that of {other_row.name}", _of_row(other_row)
    for function, (text, formula) in BY_RESULT.items():
        if function != name:
            taken = f"{its} is taken as {text.format('a')} of its result a, which is for {function}"
            yield "other derivative", taken, _by_result(formula)


def _one(unit: Activation, i: int, point: Point) -> float:
    return 1.0


def _of_row(row: Op) -> Choice:
    return lambda unit, i, point: derivative(row, unit.x)


def _by_result(formula: Callable[[float], float]) -> Choice:
    return lambda unit, i, point: formula(unit.a)


def _at_layer(layer: Layer) -> Choice:
    def choice(unit: Activation, i: int, point: Point) -> float:
        units = point.layers.get(layer, ())
        return derivative(unit.row, units[i].x) if i < len(units) else math.nan

    return choice


# -- weights -----------------------------------------------------------------------------------------


def way_back(suspect: Suspect) -> Iterator[Diagnosis]:
    """The weights of a later layer are not transposed on the way back, or left out."""
    for name, shape in suspect.views[0].point.shapes.items():
        if name == suspect.name or not shape:
            continue
        text = f"the factor {name} is missing on the way back"
        if suspect.explained(_swept(suspect.name, text, _weights(name, lambda numbers: [1.0] * len(numbers)))):
            yield Diagnosis("weights", text)
        if len(shape) == 2 and shape[0] == shape[1] > 1:
            text = f"{name} is taken on the way back where its transpose is meant"
            if suspect.explained(_swept(suspect.name, text, _weights(name, _transposed))):
                yield Diagnosis("weights", text)


def _transposed(square: Sequence[float]) -> list[float]:
    """The numbers of a square matrix column by column."""
    n = math.isqrt(len(square))
    return [x for j in range(n) for x in square[j::n]]


def _weights(name: str, others: Callable[[Sequence[float]], Sequence[float]]) -> Change:
    return lambda point: point.sent_back(name, others(point.numbers[name]))


# -- losses ------------------------------------------------------------------------------------------


def another_loss(suspect: Suspect) -> Iterator[Diagnosis]:
    """Exact for another loss of the same outputs: the penalty as it is, the rest up to a factor that has a reason."""
    layers = suspect.views[0].point.layers
    last = max((layer for layer in layers if layer[0] in ("sigmoid", "softplus")), key=lambda layer: layer[1], default=None)
    losses = {
        "the absolute error, and f has the squared one": _residuals(squared=True),
        "the squared error, and f has the absolute one": _residuals(squared=False),
    }
    if last and last[0] == "sigmoid" and not any(name in ("log", "log1p") and number > last[1] for name, number in layers):
        losses["cross-entropy, and f has the squared error"] = _derivatives([last], _one)
    elif last:
        losses["the squared error, and f is cross-entropy"] = _derivatives([last], _not_cancelled)
    for text, change in losses.items():
        data = _without_penalty(suspect.name, _swept(suspect.name, text, change))
        factor = suspect.named(data, penalty(suspect.name))
        if factor and factor.k:
            reasons = suspect.reasons(factor) if factor.size > 2 else ""  # a ½ is common in a loss
            times = f", up to the factor {factor.text}{reasons}" if factor.k != 1.0 else ""
            yield Diagnosis("another loss", f"the claim is exact for {text}{times}")


def _not_cancelled(unit: Activation, i: int, point: Point) -> float:
    """In cross-entropy the derivative of the sigmoid cancels: here it comes once more."""
    return derivative(unit.row, unit.x) * derivative(ops.sigmoid, unit.x)


def _without_penalty(name: str, predict: Predict) -> Predict:
    def without(point: Point) -> Sequence[float] | None:
        numbers = predict(point)
        return None if numbers is None else plus(numbers, point.penalty[name], -1.0)

    return without


def _residuals(squared: bool) -> Change:
    """Every r² of the loss as if it were |r|, or every |r| as if it were ½r²."""

    def change(point: Point) -> Override | None:
        override: dict[Value, Sequence[float | None]] = {}
        for node in point.data_nodes:
            r = node.args[0].data if type(node.args[0]) is Value else 0.0
            if not squared and node.op is ops.abs:
                override[node] = [r]
            elif squared and node.op is ops.mul and node.args[0] is node.args[1]:
                override[node] = [0.5 * ops.sign(r)] * 2
            elif squared and node.op is ops.pow and type(node.args[1]) is float and node.args[1] == 2.0:
                override[node] = [ops.sign(r), None]
        return override or None

    return change
