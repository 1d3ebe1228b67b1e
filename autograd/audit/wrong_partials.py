"""Mistakes in the chain rule: the claim is what a backward sweep gives with other partials at some nodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial

from autograd import ops
from autograd.audit.claim import Candidate, Claim, Diagnosis
from autograd.audit.recognition import Activation, Function, Layer, Override, agree, derivative, is_function, value_args
from autograd.audit.recorded_loss import RecordedLoss
from autograd.compiler.recorded import Recorded
from autograd.context import quiet
from autograd.expression import evaluate, variables
from autograd.formulas import partial_text
from autograd.graph import Graph
from autograd.op import TABLE, Op
from autograd.value import Value

ACTIVATIONS = [op for op in TABLE.values() if op.activation]

Change = Callable[[RecordedLoss], Override | None]  # other partials; None if there is nothing to change
Derivative = Callable[[Activation, int, RecordedLoss], float]  # of the i-th activation of its layer


def _swept(claim: Claim, what: str, change: Change, penalized: bool = True) -> Candidate:
    """The gradient computed with other partials, with or without the contribution of the penalties."""

    def candidate(loss: RecordedLoss) -> Sequence[float] | None:
        changed = loss.changed_gradient(what, change)
        if changed is None:
            return None
        penalty = claim.penalty(loss) if not penalized else [0.0] * len(changed[claim.name])
        return [x - p for x, p in zip(changed[claim.name], penalty, strict=True)]

    return candidate


# -- activations -------------------------------------------------------------------------------------


def activation(claim: Claim) -> Iterator[Diagnosis]:
    """The derivative of an activation is missing, taken at the wrong place, or wrong: in one layer, or in all that have it."""
    layers = claim.loss.layers
    names = [name for name, _ in layers]
    groups = [[layer] for layer in layers]
    groups += [[layer for layer in layers if layer[0] == name] for name in dict.fromkeys(names) if names.count(name) > 1]
    for group in groups:
        for mistake, text, instead in _wrong_derivatives(group, layers):
            if claim.is_explained_by(_swept(claim, text, partial(_with_derivatives, group, instead))):
                yield Diagnosis(mistake, text)
                break  # others that explain it too would be equivalent


def _with_derivatives(group: Sequence[Layer], instead: Derivative, loss: RecordedLoss) -> Override | None:
    override: dict[Value, Sequence[float | None]] = {}
    for layer in group:
        for i, unit in enumerate(loss.layers.get(layer, ())):
            override.update(unit.with_derivative(instead(unit, i, loss)))
    finite = all(p is None or math.isfinite(p) for partials in override.values() for p in partials)
    return override if finite else None


def _wrong_derivatives(
    group: Sequence[Layer], layers: Mapping[Layer, Sequence[Activation]]
) -> Iterator[tuple[str, str, Derivative]]:
    """Kinds of mistakes, their texts and derivatives, the simplest first."""
    name, number = group[0]
    op, width = layers[group[0]][0].op, len(layers[group[0]])
    where = "" if len(layers) == 1 else f" in layer {number}" if len(group) == 1 else " in all layers"
    its = f"the derivative of {name}{where}"
    yield "missing derivative", f"{its} is missing, as if it were 1", lambda unit, i, loss: 1.0
    taken = f"{its} is evaluated at the result a, as {name}'(a), instead of at the argument z, as {name}'(z)"
    yield "misplaced derivative", taken, partial(_at_result, partial(derivative, op))
    if formula := _by_result(op):
        of_z, of_a = (partial_text(op, 0, ["x"], result) for result in "za")
        taken = f"{its} is computed as {of_z} from the argument z, instead of {of_a} from the result a"
        yield "misplaced derivative", taken, partial(_at_argument, formula)
    if unsquared := _without_square(op):
        right = partial_text(op, 0, ["x"], "a")
        text = f"a square is missing: {its} is taken as {right.replace('²', '')} instead of {right}"
        yield "other derivative", text, unsquared
    for layer, units in layers.items():
        if len(group) == 1 and layer != group[0] and units[0].op.activation and len(units) == width:
            taken = f"{its} is evaluated at the argument of layer {layer[1]} ({layer[0]}) instead of its own"
            yield "misplaced derivative", taken, partial(_at_layer, layer)
    if op.activation:
        yield "missing derivative", f"{name} itself is used instead of its derivative{where}", lambda unit, i, loss: unit.a
    # Before other functions, many of whose derivatives are nearly 0 somewhere.
    yield "missing derivative", f"{its} is taken as 0, as if the result were constant", lambda unit, i, loss: 0.0
    others = [other for other in ACTIVATIONS if other is not op]
    for other in others:
        yield "other derivative", f"{its} is taken as that of {other.name}", partial(_at_argument, partial(derivative, other))
    for other in others:
        if formula := _by_result(other):
            taken = f"{its} is computed as {partial_text(other, 0, ['x'], 'a')} from the result a, as for {other.name}"
            yield "other derivative", taken, partial(_at_result, formula)


def _at_argument(formula: Function, unit: Activation, i: int, loss: RecordedLoss) -> float:
    return formula(unit.x)


def _at_result(formula: Function, unit: Activation, i: int, loss: RecordedLoss) -> float:
    return formula(unit.a)


def _at_layer(layer: Layer, unit: Activation, i: int, loss: RecordedLoss) -> float:
    units = loss.layers.get(layer, ())
    return derivative(unit.op, units[i].x) if i < len(units) else math.nan


def _by_result(op: Op) -> Function | None:
    """The derivative as textbooks write it in the result alone, as a·(1 − a) for sigmoid; None if they don't."""
    if not op.activation or [variables(text) for text in op.textbook] != [["z"]]:
        return None
    return partial(_formula(op.textbook[0]), math.nan)


def _without_square(op: Op) -> Derivative | None:
    """The textbook derivative without its square, as 1 − a for tanh; None if it has no square."""
    textbook = "".join(op.textbook)  # one at most, since units have one argument
    if "**2" not in textbook:
        return None
    formula = _formula(textbook.replace("**2", ""))
    return lambda unit, i, loss: formula(unit.x, unit.a)


@lru_cache(maxsize=64)
def _formula(text: str) -> Callable[[float, float], float]:
    """A textbook's formula as a function of the argument x and the result z."""
    x, z = Value(0.25), Value(0.5)
    with quiet():
        y, _ = evaluate(text, {"x": x, "z": z})
    recorded = Recorded(Graph(y))  # type: ignore[arg-type]
    return lambda argument, result: recorded.at({x: argument, z: result}).values[y]  # type: ignore[index]


# -- weights -----------------------------------------------------------------------------------------


def weights(claim: Claim) -> Iterator[Diagnosis]:
    """The weights of a later layer are not transposed on the way back, or are left out."""
    for name, shape in claim.loss.shapes.items():
        ways: dict[str, Callable[[list[float]], list[float]]] = {
            f"the factor {name} is missing in the backward pass": lambda numbers: [1.0] * len(numbers)
        }
        if len(shape) == 2 and shape[0] == shape[1] > 1:
            ways[f"the backward pass uses {name} instead of its transpose"] = _transposed
        for text, others in ways.items() if name != claim.name and shape else ():
            if claim.is_explained_by(_swept(claim, text, partial(_with_weights, name, others))):
                yield Diagnosis("weights", text)


def _with_weights(name: str, others: Callable[[list[float]], list[float]], loss: RecordedLoss) -> Override:
    return loss.with_numbers(name, others(loss.numbers[name]))


def _transposed(square: list[float]) -> list[float]:
    """The numbers of a square matrix column by column."""
    n = math.isqrt(len(square))
    return [x for j in range(n) for x in square[j::n]]


# -- losses ------------------------------------------------------------------------------------------


def another_loss(claim: Claim) -> Iterator[Diagnosis]:
    """The claim is exact for another loss of the same outputs: the penalty unchanged, the rest up to a known factor."""
    losses: dict[str, Change] = {
        "the absolute error, but f has the squared one": partial(_with_errors, _squared, ops.sign),
        "the squared error, but f has the absolute one": partial(_with_errors, abs, float),
        **_with_other_outputs(claim.loss),
    }
    for text, change in losses.items():
        factor = claim.known_factor(_swept(claim, text, change, penalized=False), claim.penalty)
        if factor and factor.k:
            reasons = claim.reasons(factor) if factor.size > 2 else ""  # a ½ is common in a loss
            times = f", up to the factor {factor.text}{reasons}" if factor.k != 1.0 else ""
            yield Diagnosis("another loss", f"the claim is exact for {text}{times}")


def _with_errors(error: Function, slope: Function, loss: RecordedLoss) -> Override | None:
    """The loss with another slope for every error r: sign(r) for r², as if it were |r|, and r for |r|, as if it were ½r²."""
    override: dict[Value, Sequence[float | None]] = {}
    for node in _errors(loss, error):
        r, *again = value_args(node)
        share = slope(r.data) / (1 + len(again))
        override[node] = [share if type(arg) is Value else None for arg in node.args]
    return override or None


def _errors(loss: RecordedLoss, error: Function) -> list[Value]:
    """The nodes that apply `error` to a residual: those the loss is linear in, so not x² in exp(−x²)."""
    return [node for node in loss.data_nodes if node in loss.summands and is_function(node, error)]


def _squared(r: float) -> float:
    return r * r


def _with_other_outputs(loss: RecordedLoss) -> dict[str, Change]:
    """The loss with cross-entropy of its last sigmoids in place of the squared error, or the other way round."""
    found = {layer: units[0].op for layer, units in loss.layers.items()}
    sigmoids = [layer for layer, op in found.items() if agree(op, ops.sigmoid)]
    softpluses = [layer for layer, op in found.items() if agree(partial(derivative, op), ops.sigmoid)]
    if not sigmoids and not softpluses:
        return {}
    last = max(sigmoids + softpluses, key=lambda layer: layer[1])
    logarithms = [layer for layer, op in found.items() if -math.inf in (op(0.0), op(-1.0))]  # log and log1p among them
    if last in sigmoids and not any(number > last[1] for _, number in logarithms):
        if not _errors(loss, _squared):
            return {}
        return {"cross-entropy, but f has the squared error": partial(_with_derivatives, [last], lambda unit, i, loss: 1.0)}
    return {"the squared error, but f is cross-entropy": partial(_not_cancelled, last)}


def _not_cancelled(last: Layer, loss: RecordedLoss) -> Override | None:
    """In cross-entropy the derivative of the sigmoid cancels, but the claim still has it: for all that flows back to a logit."""
    override: dict[Value, Sequence[float | None]] = {}
    for unit in loss.layers.get(last, ()):
        slope = derivative(ops.sigmoid, unit.x)
        (z,) = {*value_args(unit.nodes[-1])}
        while z.op and z.partials == (-1.0,):  # softplus(−z) and softplus(z) may be of one logit
            (z,) = value_args(z)
        if z.op:
            override[z] = [p and p * slope for p in z.partials]
        else:
            override.update(unit.with_derivative(derivative(unit.op, unit.x) * slope))
    return override
