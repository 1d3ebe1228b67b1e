"""Mistakes in the rules of calculus, in functions of plain numbers: the chain, product, quotient and power rule, constants."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from autograd.audit.claim import Candidate, Claim, Diagnosis
from autograd.audit.recognition import agree, derivative, evaluated, is_linear, value_args
from autograd.audit.recorded_loss import RecordedLoss
from autograd.errors import REFUSALS
from autograd.formulas import partial_text
from autograd.formulas.printer import TEXT, Formula
from autograd.op import ATOM, SUM, TABLE, Op
from autograd.value import Value, operands, partials_at

MAX_NODES = 50  # of a function whose operations are tried one by one
MAX_TEXT = 40  # characters of a formula in a sentence

# Constant factors of derivatives, which are easily forgotten.
FACTORS: Sequence[tuple[Callable[[float], float], float, str]] = (
    (math.log2, 1.0 / math.log(2.0), "1/ln 2"),
    (math.log10, 1.0 / math.log(10.0), "1/ln 10"),
    (math.sqrt, 0.5, "½"),
    (math.erf, 2.0 / math.sqrt(math.pi), "2/√π"),
)


class Operation(NamedTuple):
    """One operation of f: the numbers of its arguments, and their derivatives with respect to the parameter (0 for constants)."""

    node: Value
    op: Op
    numbers: list[float]
    slopes: list[float]
    parameter: float

    @property
    def terms(self) -> list[float]:
        """The contribution of each argument to the derivative, by the chain rule."""
        return [(p or 0.0) * slope for p, slope in zip(self.node.partials, self.slopes, strict=True)]

    @property
    def slope(self) -> float:
        """The derivative of the result by the parameter."""
        return sum(self.terms)

    @property
    def varying(self) -> list[int]:
        """The positions of the arguments that depend on the parameter."""
        return [i for i, slope in enumerate(self.slopes) if slope]

    @property
    def is_of_variables(self) -> bool:
        """True if it is applied to the parameter itself, whose derivative is 1."""
        return all(self.node.args[i].op is None for i in self.varying)

    @property
    def is_linear(self) -> bool:
        return is_linear(self.node, {*value_args(self.node)})

    @property
    def has_constant_factor(self) -> bool:
        """True if it is linear in its only argument that depends on the parameter."""
        return len(self.varying) == 1 and self.op.kinks is None and is_linear(self.node, {self.node.args[self.varying[0]]})

    @property
    def is_of_one_function(self) -> bool:
        """True if it is f(u) for a nonlinear f and a u other than the parameter itself."""
        return len(self.varying) == 1 and not self.is_linear and not self.is_of_variables

    def partial_at(self, u: float) -> float:
        """f′(u)."""
        (i,) = self.varying
        return partials_at(self.node, [*self.numbers[:i], u, *self.numbers[i + 1 :]])[i] or 0.0

    def computes(self, function: Callable[[float, float], float]) -> bool:
        """True if the op agrees with this two-argument function at every probe."""
        op = self.op
        return op.arity == 2 and agree(lambda x: op(abs(x), x + 0.2), lambda x: function(abs(x), x + 0.2))


Text = Callable[[Any], str]  # formats an argument or a result
Wrong = Callable[[Operation], float]  # the derivative of a step by the parameter, with a mistake
Found = Iterator[tuple[str, str, Wrong]]  # the kind of a mistake, a sentence, and the derivative


def rules(claim: Claim) -> Iterator[Diagnosis]:
    """One step of the derivation breaks a rule: an inner derivative or a term is missing, a sign or an exponent is wrong."""
    yield from _first(claim, _inner, _term, _minus, _sign, _branch, _of_parts, _at_inner, _quotient, _power, _at_variable)


def constants(claim: Claim) -> Iterator[Diagnosis]:
    """A constant term is kept, or a constant factor is lost; not tried if a broken rule explains the claim."""
    if not any(rules(claim)):
        yield from _first(claim, _constant)


def functions(claim: Claim) -> Iterator[Diagnosis]:
    """The derivative of another function is taken, such as that of the tangent for the arctangent."""
    yield from _first(claim, _other)


def _first(claim: Claim, *mistakes: Callable[[Operation, Text], Found]) -> Iterator[Diagnosis]:
    """The first of these mistakes that explains the claim, at the operation nearest the result; others would be equivalent."""
    loss = claim.loss
    if any(loss.shapes.values()) or len(loss.graph) > MAX_NODES or claim.is_explained_by(claim.gradient, -1.0):
        return
    text = _texts(loss)
    steps = [(i, step) for i in reversed(range(len(loss.graph))) if (step := _step(claim, loss, i))]
    for mistake in mistakes:
        for i, step in steps:
            for kind, sentence, wrong in mistake(step, text):
                if claim.is_explained_by(_with_step(claim, i, wrong)):
                    yield Diagnosis(kind, sentence)
                    return


def _step(claim: Claim, loss: RecordedLoss, i: int) -> Operation | None:
    """The i-th operation, if it depends on the parameter, and f recorded the same operations as at the given point."""
    nodes, given = loss.graph.nodes, claim.loss.graph.nodes
    node, op = nodes[i], given[i].op
    if op is None or len(nodes) != len(given) or node.op is not op or node not in loss.graph.adjoints:
        return None
    tangents = loss.tangents(claim.name)
    slopes = [0.0 if type(arg) is float else tangents.get(arg, 0.0) for arg in node.args]
    return Operation(node, op, operands(node), slopes, loss.numbers[claim.name][0]) if any(slopes) else None


def _with_step(claim: Claim, i: int, wrong: Wrong) -> Candidate:
    """The gradient with a wrong derivative of the i-th operation."""

    def candidate(loss: RecordedLoss) -> Sequence[float] | None:
        if (step := _step(claim, loss, i)) is None:
            return None
        try:
            change = loss.graph.adjoints[step.node] * (wrong(step) - step.slope)
        except REFUSALS:
            return None
        return [x + change for x in claim.gradient(loss)]

    return candidate


def _texts(loss: RecordedLoss) -> Text:
    """A formatter of f's operations in terms of its parameters; the longest parts of a long formula become …."""
    write = TEXT.numbered
    written = {leaf: write.variable(name) for name in loss.shapes for leaf in loss.leaves[name]}

    def formula(arg: Any) -> Formula:
        return write.constant(arg) if type(arg) is float else written[arg]

    for node in loss.graph:
        if node.op is not None:
            args = [formula(arg) for arg in node.args]
            copies = node.op.arity == 1 and agree(node.op, float)  # as made by `grad`, for a graph of its own
            written[node] = args[0] if copies else _shortened(node.op, args)
        elif node not in written:
            written[node] = write.constant(node.data)
    return lambda arg: formula(arg).text


def _shortened(op: Op, args: Sequence[Formula]) -> Formula:
    """An operation; if it is too long, with … for its longest argument, for all of them, or for itself."""
    longest = max(args, key=lambda arg: len(arg.text))
    for hidden in ((), (longest,), args):
        found = TEXT.numbered.operation(op, [Formula("…") if arg in hidden else arg for arg in args])
        if len(found.text) <= MAX_TEXT:
            return found
    return Formula("…")


# -- the chain rule ----------------------------------------------------------------------------------


def _inner(step: Operation, text: Text) -> Found:
    """The derivative of an argument is taken as 1."""
    args = step.node.args
    for arg in dict.fromkeys(args[i] for i in step.varying if not step.is_linear):
        if arg.op is not None:
            places = [i for i, other in enumerate(args) if other is arg]
            which = f"inner derivative, that of {text(arg)}," if places == step.varying else f"derivative of {text(arg)}"
            yield "inner derivative", f"the {which} is missing", partial(_with_slopes_1, places)


def _with_slopes_1(places: Sequence[int], step: Operation) -> float:
    return sum(step.node.partials[i] or 0.0 if i in places else term for i, term in enumerate(step.terms))


def _at_inner(step: Operation, text: Text) -> Found:
    """f′(u′) in place of f′(u)·u′."""
    if step.is_of_one_function:
        taken = "the outer derivative is evaluated at the inner derivative: f′(u′) instead of f′(u)·u′"
        sentence = f"{taken}, where u is {text(step.node.args[step.varying[0]])}"
        yield "inner derivative", sentence, lambda step: step.partial_at(step.slopes[step.varying[0]])


def _at_variable(step: Operation, text: Text) -> Found:
    """f′(x)·u′ or f′(x) in place of f′(u)·u′."""
    if step.is_of_one_function:
        u = text(step.node.args[step.varying[0]])
        taken = f"the outer derivative is evaluated at the variable itself instead of at {u}"
        yield "inner derivative", taken, lambda step: step.partial_at(step.parameter) * step.slopes[step.varying[0]]
        yield "inner derivative", f"{taken}, whose own derivative is missing", lambda step: step.partial_at(step.parameter)


# -- sums, products and quotients ----------------------------------------------------------------------


def _term(step: Operation, text: Text) -> Found:
    """A term of a sum, of the product rule or of the quotient rule is missing."""
    if len({step.terms[i] for i in step.varying}) > 1:  # half of x·x would be a factor
        for i in step.varying:
            yield "missing term", f"{_where(step, i, text)} is missing", partial(_with_term_times, 0.0, i)


def _minus(step: Operation, text: Text) -> Found:
    """The minus in the derivative of a function, as in that of the cosine, is missing."""
    if step.op.arity == 1 and partial_text(step.op, 0, ["x"]).startswith("−"):
        yield "sign", f"the minus sign in the derivative of {text(step.node)} is missing", partial(_with_term_times, -1.0, 0)


def _sign(step: Operation, text: Text) -> Found:
    """The derivative of an operation, or a term of it, has the wrong sign."""
    for i in step.varying:
        of = _where(step, i, text) if len(step.varying) > 1 else f"the derivative of {text(step.node)}"
        yield "sign", f"{of} has the wrong sign", partial(_with_term_times, -1.0, i)


def _where(step: Operation, i: int, text: Text) -> str:
    """The term of a derivative that comes from the i-th argument, in words."""
    role = ("the base ", "the exponent ")[i] if step.computes(math.pow) else ""  # in x^x, both are x
    return f"in the derivative of {text(step.node)}, the term with the derivative of {role}{text(step.node.args[i])}"


def _with_term_times(k: float, i: int, step: Operation) -> float:
    return sum(k * term if j == i else term for j, term in enumerate(step.terms))


def _branch(step: Operation, text: Text) -> Found:
    """The derivative of one argument of a choice, such as a maximum, is taken wherever one is."""
    if 1.0 in step.node.partials and (step.op.select or step.computes(max) or step.computes(min)):
        for i in (i for i in step.varying if i >= len(step.numbers) - 2):  # not the condition of where
            sentence = f"the branch {text(step.node.args[i])} is differentiated even where the other is chosen"
            yield "other branch", sentence, partial(_slope_of, i)


def _slope_of(i: int, step: Operation) -> float:
    return step.slopes[i]


def _of_parts(step: Operation, text: Text) -> Found:
    """u′·v′ in place of u′·v + u·v′, u′/v′ for a quotient, or f(u′)."""
    args, varying = step.node.args, step.varying
    if len(args) > 2 or step.is_linear or step.is_of_variables:
        return
    names = dict(zip(varying, ("u′", "v′"), strict=False))
    form = TEXT.operation(step.op, [TEXT.variable(names[i]) if i in names else x for i, x in enumerate(step.numbers)]).text
    of = " and ".join(f"{name} is that of {text(args[i])}" for i, name in names.items())

    def wrong(step: Operation) -> float:
        numbers = [step.slopes[i] if i in names else x for i, x in enumerate(step.numbers)]
        return evaluated(step.op, numbers, [False] * len(numbers))[0]

    yield "derivative of the parts", f"the derivative of {text(step.node)} is taken as {form}, where {of}", wrong


def _quotient(step: Operation, text: Text) -> Found:
    """u/v without the square of v in the denominator, in both terms or in the second."""
    if step.computes(operator.truediv) and 1 in step.varying:
        sentence = f"in the derivative of {text(step.node)}, the denominator {text(step.node.args[1])} is not squared"
        yield "quotient rule", sentence, lambda step: step.slope * step.numbers[1]
        yield "quotient rule", sentence, lambda step: step.terms[0] + step.terms[1] * step.numbers[1]


# -- powers --------------------------------------------------------------------------------------------


def _power(step: Operation, text: Text) -> Found:
    """The exponent of a power is not lowered, or is left out; or an exponential is taken for a power."""
    its = f"the derivative of {text(step.node)}"
    if step.op.arity == 1 and agree(step.op, math.exp):
        yield from _as_power(step, text, lambda step: step.numbers[0] * math.exp(step.numbers[0] - 1.0))
    elif step.computes(math.pow) and step.varying == [0]:
        yield "power rule", f"the exponent in {its} is not lowered by 1", partial(_with_exponent, lambda n: n)
        yield "power rule", f"the exponent in {its} is raised by 1, not lowered", partial(_with_exponent, lambda n: n + 1.0)
        yield "power rule", f"the exponent in {its} is left out", partial(_with_exponent, lambda n: 1.0)
    elif step.computes(math.pow) and step.varying == [1]:
        missing = f"the factor ln {text(step.node.args[0])} in {its} is missing"
        yield "power rule", missing, lambda step: step.node.data * step.slopes[1]
        yield from _as_power(step, text, lambda step: step.numbers[1] * math.pow(step.numbers[0], step.numbers[1] - 1.0))


def _with_exponent(exponent: Callable[[float], float], step: Operation) -> float:
    x, n = step.numbers
    return n * math.pow(x, exponent(n)) * step.slopes[0]


def _as_power(step: Operation, text: Text, wrong: Wrong) -> Found:
    """An exponential is differentiated like a power, with or without the derivative of its exponent."""
    (i,) = step.varying
    sentence = f"the derivative of {text(step.node)} is computed by the power rule, which is only for constant exponents"
    yield "power rule", sentence, lambda step: wrong(step) * step.slopes[i]
    if not step.is_of_variables:
        also = f"{sentence}; and the inner derivative, that of {text(step.node.args[i])}, is missing"
        yield "power rule", also, wrong


# -- functions -----------------------------------------------------------------------------------------


def _other(step: Operation, text: Text) -> Found:
    """The derivative of another function of the table."""
    if step.op.arity == 1 and not step.is_linear:
        inner = text(step.node.args[0])
        argument = Formula(inner, ATOM if inner.isidentifier() else SUM)
        for other in TABLE.values():
            if other.arity == 1 and other.built_in and other is not step.op and derivative(other, 0.5) not in (0.0, 1.0, -1.0):
                sentence = f"the derivative of {text(step.node)} is taken as that of {TEXT.operation(other, [argument]).text}"
                yield "other derivative", sentence, partial(_with_derivative_of, other)


def _with_derivative_of(other: Op, step: Operation) -> float:
    return derivative(other, step.numbers[0]) * step.slopes[0]


# -- constants -----------------------------------------------------------------------------------------


def _constant(step: Operation, text: Text) -> Found:
    """A term whose derivative is 0 is kept, a factor is lost, or the derivative is by the other factor."""
    its = f"the derivative of {text(step.node)}"
    for function, factor, text_of_factor in FACTORS if step.op.arity == 1 else ():
        if agree(lambda x: step.op(abs(x)), lambda x, function=function: function(abs(x))):  # type: ignore[misc]
            sentence = f"the factor {text_of_factor} in {its} is missing"
            yield "constant", sentence, partial(_with_term_times, 1.0 / factor, 0)
    if step.computes(math.pow) and step.varying == [0]:
        missing = f"the factor {text(step.node.args[1])} in {its} is missing"
        yield "power rule", missing, lambda step: step.slope / step.numbers[1]
    elif step.has_constant_factor:
        (i,) = step.varying
        other = text(step.node.args[1 - i]) if step.computes(operator.mul) else ""
        yield "constant", f"the constant in {its} is kept, although its derivative is 0", _with_constant
        lost = f"factor {other}" if other else "constant factor"
        yield "constant", f"the {lost} in {its} is missing", lambda step: sum(step.slopes)
        alone = f"only the sign of the {lost} in {its} is kept"
        yield "constant", alone, lambda step: sum(map(math.copysign, step.slopes, step.terms))
        if other:
            yield "other variable", f"{text(step.node)} is differentiated with respect to {other}", lambda step: step.numbers[i]


def _with_constant(step: Operation) -> float:
    """The derivative with the constant kept, which is the result at 0."""
    return step.slope + step.node.data - sum((p or 0.0) * x for p, x in zip(step.node.partials, step.numbers, strict=True))
