"""The mistakes that an audit knows; those in rules of calculus and in the chain rule are coded in other modules."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter

from autograd._format import listed, shown
from autograd.audit import calculus, wrong_partials
from autograd.audit.claim import UNDERFLOW, Candidate, Claim, Diagnosis
from autograd.audit.parameters import Shape, shape_text
from autograd.audit.recorded_loss import ParameterUse, RecordedLoss

MAX_ENTRIES = 3  # named one by one
MAX_SINGLE = 1e-5  # the relative error of a formula computed in single precision
HALF_UP = 1.0 + 1e-15  # times this, 0.125 is formatted as 0.13, as by hand, not as 0.12

Mistake = Callable[[Claim], Iterator[Diagnosis]]  # yields the ways in which it explains a claim


def diagnose(claims: Sequence[Claim]) -> dict[str, tuple[Diagnosis, ...]]:
    """Explanations of each wrong claim, the likeliest first: mistakes that explain all claims come before others."""
    found = {}
    for claim in claims:
        mistakes = MISTAKES if claim.same_shape else OF_ANOTHER_SHAPE
        found[claim.name] = _explanations(claim, mistakes) or _explanations(claim, LAST_RESORTS if claim.same_shape else ())
    common = set.intersection(*map(set, found.values())) if found else set()
    return {name: tuple(sorted(diagnoses, key=lambda one: one not in common)) for name, diagnoses in found.items()}


def _explanations(claim: Claim, mistakes: Sequence[Mistake]) -> list[Diagnosis]:
    return list(dict.fromkeys(diagnosis for mistake in mistakes for diagnosis in mistake(claim)))


# -- kinks -------------------------------------------------------------------------------------------


def convention(claim: Claim) -> Iterator[Diagnosis]:
    """The convention of backward() at the kinks of ops, though f is smooth there."""
    conventional, right = claim.loss.conventional[claim.name], claim.gradient(claim.loss)
    if conventional != right and claim.is_explained_by(lambda loss: loss.conventional[claim.name]):
        at = f"at the kink of {listed(claim.loss.sides.ops)}"
        yield Diagnosis("convention", f"the claim is what backward() gives by convention {at}, but f is smooth there")


# -- factors -----------------------------------------------------------------------------------------


def sign(claim: Claim) -> Iterator[Diagnosis]:
    """−1 times the gradient."""
    if claim.is_explained_by(claim.gradient, -1.0):
        yield Diagnosis("sign", "the sign is wrong")


def given_size(claim: Claim) -> Iterator[Diagnosis]:
    """The gradient times a size that the user gave: likelier than a constant of f that happens to be as large."""
    factor = claim.known_factor(claim.gradient)
    if factor and factor.size in claim.given_sizes.values():
        yield from known_factor(claim)


def known_factor(claim: Claim) -> Iterator[Diagnosis]:
    """The gradient, or all of it but the penalty, times 2, ½, a size or the inverse of a size."""
    factor = claim.known_factor(claim.gradient)
    if factor and factor.k not in (-1.0, 0.0):
        yield Diagnosis("constant factor", f"the claim is {factor.text} times the gradient{claim.reasons(factor)}")
    factor = claim.known_factor(claim.data, claim.penalty) if claim.has_penalty else None
    if factor:
        part = "the penalty" if claim.is_of_a_model else claim.of_the_penalty
        text = f"{part} is right, but the rest is {factor.text} times what it should be{claim.reasons(factor)}"
        yield Diagnosis("constant factor", text)


def any_factor(claim: Claim) -> Iterator[Diagnosis]:
    """Any other number times the gradient; also 0, which a derivative at the wrong place may give by chance."""
    factor = claim.known_factor(claim.gradient)
    if factor and factor.k == 0.0:
        yield Diagnosis("constant factor", "the claim is 0, but the gradient is not")
    k = claim.fitted_factor(claim.gradient)
    if k is not None and not factor:
        text = shown(k) if shown(k) != "1" else repr(k)
        yield Diagnosis("constant factor", f"the claim is {text} times the gradient")


def rounding(claim: Claim) -> Iterator[Diagnosis]:
    """The gradient, rounded to two significant digits or more, as figures in print are, or to single precision."""
    pairs = [(entry.claimed, entry.gradient) for entries in claim.entries for entry in entries if not entry.agrees]
    off = max(abs(c - g) / (abs(g) or UNDERFLOW) for c, g in pairs)
    rounded = all(c and c in [float(f"{x:.{digits}g}") for x in (g, g * HALF_UP) for digits in range(2, 16)] for c, g in pairs)
    if rounded and len(claim.losses) == 1 and any(c != float(f"{c:.1g}") for c, _ in pairs):  # 1 or 100 would fit by chance
        how = "rounded"
    elif off <= MAX_SINGLE and all((math.frexp(c)[0] * 2**24).is_integer() for c, _ in pairs):
        how, off = "in single precision", max(off, 1e-6)
    else:
        return
    unit = 10.0 ** math.floor(math.log10(off))
    rtol = math.ceil(off / unit) * unit
    yield Diagnosis("rounding", f"the claim is the gradient, {how}: pass rtol={rtol:g} to accept it")


# -- order and shape ---------------------------------------------------------------------------------


def transpose(claim: Claim) -> Iterator[Diagnosis]:
    """Rows and columns are swapped."""
    if len(claim.shape) == 2 and claim.claimed_shape == claim.shape[::-1]:
        rows, columns = claim.shape
        across = [i * columns + j for j in range(columns) for i in range(rows)]
        if claim.is_explained_by(lambda loss: [loss.gradient[claim.name][k] for k in across]):
            yield Diagnosis("transpose", "the claim is the transpose of the gradient")


def other_parameter(claim: Claim) -> Iterator[Diagnosis]:
    """The gradient of another parameter. A claim of 0 is not matched with an unused parameter."""
    if not any(any(loss.claimed[claim.name].numbers) for loss in claim.losses):
        return
    for name, shape in claim.loss.shapes.items():
        if name != claim.name and shape == claim.claimed_shape and claim.is_explained_by(_gradient(name)):
            yield Diagnosis("other parameter", f"the claim is the gradient of {name}")


def _gradient(name: str) -> Candidate:
    return lambda loss: loss.gradient[name]


def function_itself(claim: Claim) -> Iterator[Diagnosis]:
    """The value of f."""
    if claim.is_explained_by(lambda loss: [loss.graph.roots[0].data] if not claim.shape else None):
        yield Diagnosis("function itself", "the claim is f itself, not its derivative")


def wrong_axis(claim: Claim) -> Iterator[Diagnosis]:
    """Sums or means of the gradient's rows, of its columns or of all of it, alone or in every entry."""
    if len(claim.shape) not in (1, 2):
        return
    size, columns = math.prod(claim.shape), claim.shape[-1]
    groups = {  # the index of the sum that each entry goes into
        "": [0] * size,
        " in each column": [k % columns for k in range(size)],
        " in each row": [k // columns for k in range(size)],
    }
    what = "every entry is" if claim.same_shape else "the claim is"
    for which, group in groups.items():
        count = group[-1] + 1
        for how, k in (("sum", 1.0), ("mean", count / size)) if count < size and (count > 1 or not which) else ():
            if claim.is_explained_by(_entry_sums(claim, group), k):
                yield Diagnosis("wrong axis", f"{what} the {how} of the gradient's entries{which}")


def _entry_sums(claim: Claim, group: Sequence[int]) -> Candidate:
    def candidate(loss: RecordedLoss) -> Sequence[float]:
        sums = [0.0] * (group[-1] + 1)
        for i, x in zip(group, claim.gradient(loss), strict=True):
            sums[i] += x
        return [sums[i] for i in group] if claim.same_shape else sums

    return candidate


def right_numbers(claim: Claim) -> Iterator[Diagnosis]:
    """The right numbers in the wrong shape."""
    if claim.is_explained_by(claim.gradient):
        yield Diagnosis("wrong shape", f"{_shapes(claim)}, but the numbers are right")


def wrong_shape(claim: Claim) -> Iterator[Diagnosis]:
    """Wrong numbers in the wrong shape."""
    if not claim.is_explained_by(claim.gradient):
        yield Diagnosis("wrong shape", _shapes(claim))


def _shapes(claim: Claim) -> str:
    return f"the claim is {shape_text(claim.claimed_shape)}, the parameter {shape_text(claim.shape)}"


def single_entries(claim: Claim) -> Iterator[Diagnosis]:
    """A few wrong entries."""
    wrong = [entry.place for entry, *more in zip(*claim.entries, strict=True) if not all(e.agrees for e in (entry, *more))]
    size = len(claim.entries[0])
    if len(wrong) <= max(1, size // 4) and size > 1:
        verb = "is" if len(wrong) == 1 else "are"
        yield Diagnosis("single entries", f"only {listed(wrong, MAX_ENTRIES)} of {size} entries {verb} wrong")


# -- the sum over the samples of the errors δ of a layer times its inputs ----------------------------

Part = Callable[[ParameterUse], float]
Position = tuple[int, int]  # of a contribution: the index in a parameter, and the sample

DELTA, INPUT, PRODUCT = attrgetter("delta"), attrgetter("x"), attrgetter("product")


def _contributions(name: str, groups: Sequence[Sequence[Position]], part: Part) -> Candidate:
    return lambda loss: [sum(part(loss.contributions[name][k][s]) for k, s in group) for group in groups]


def samples(claim: Claim) -> Iterator[Diagnosis]:
    """The sum over the samples is missing, or some sample is."""
    name, count = claim.name, _samples_of(claim, claim.name)
    size = math.prod(claim.shape)
    if count < 2:
        return
    whole = f"the {count} {claim.uses}"
    for k, scale in ((1.0, ""), (float(count), f", times {count}")):
        for s in range(count):
            which = "the last" if s == count - 1 else "the first" if s == 0 else f"number {s + 1}"
            one = _contributions(name, [[(i, s)] for i in range(size)], PRODUCT)
            if claim.is_explained_by(one, k, claim.penalty):
                why = ", as if `=` were used instead of `+=`" if s == count - 1 else ""
                yield Diagnosis("samples", f"only {which} of {whole} counts{scale}{why}")
            if k == 1.0 and count > 2 and claim.is_explained_by(one, -1.0, claim.gradient):
                yield Diagnosis("samples", f"{which} of {whole} is left out")
        apart = [[(i, s)] for i in range(size) for s in range(count)]
        across = [[(i, s)] for s in range(count) for i in range(size)]
        for shape, groups in (((*claim.shape, count), apart), ((count, *claim.shape), across)):
            if shape == claim.claimed_shape and claim.is_explained_by(_contributions(name, groups, PRODUCT), k):
                yield Diagnosis("samples", f"the sum over {whole} is missing{scale}")


def _samples_of(claim: Claim, name: str) -> int:
    """The number of samples that use a parameter; 0 if it differs between points."""
    counts = {len(loss.contributions[name][0]) for loss in claim.losses}
    return counts.pop() if len(counts) == 1 else 0


def missing_part(claim: Claim) -> Iterator[Diagnosis]:
    """The errors δ of a layer without the inputs that they should be multiplied by, or the inputs without δ."""
    count = _samples_of(claim, claim.name)
    if not count or not claim.is_of_a_model or all(one.x == 1.0 for row in claim.loss.contributions[claim.name] for one in row):
        return
    scales = {1.0: "", float(count): f", times {count}", 1.0 / count: f", divided by {count}"} if count > 1 else {1.0: ""}
    for text, shape, candidate in _parts(claim, count):
        for k, scale in scales.items() if shape == claim.claimed_shape else ():
            penalized = claim.same_shape and claim.has_penalty and claim.is_explained_by(candidate, k, claim.penalty)
            if penalized or claim.is_explained_by(candidate, k):
                yield Diagnosis("outer product", f"{text}{scale}")
                break


def _parts(claim: Claim, count: int) -> Iterator[tuple[str, Shape, Candidate]]:
    """What may be claimed in place of the product: a text, a shape and the numbers."""
    loss, shape = claim.loss, claim.shape
    for name in sorted(loss.shapes, key=lambda name: name != claim.name):
        if _samples_of(claim, name) != count:
            continue
        layer = "" if name == claim.name else f", and δ belongs to another layer, that of {name}"
        text = f"the product with the inputs is missing: the claim is δ, one number per unit{layer}"
        units = _distinct(loss, name, DELTA)
        n = len(units)
        yield text, (n, count), _contributions(name, [[(k, s)] for k in units for s in range(count)], DELTA)
        yield text, (count, n), _contributions(name, [[(k, s)] for s in range(count) for k in units], DELTA)
        for summed in ((n,), (n, 1), (1, n)):
            yield text, summed, _contributions(name, [[(k, s) for s in range(count)] for k in units], DELTA)
        inputs = _distinct(loss, claim.name, INPUT)
        if name == claim.name and len(shape) == 2 and len(inputs) == n and count == 1:
            text = "δ and the inputs are multiplied entry by entry, but every δ should be multiplied by every input"
            yield text, (n,), _entry_by_entry(name, list(zip(units, inputs, strict=True)))
    everything = [[(k, s) for s in range(count)] for k in range(math.prod(shape))]
    yield "the inputs, which should multiply each entry's δ, are missing", shape, _contributions(claim.name, everything, DELTA)
    yield "δ, which should multiply the inputs, is missing", shape, _contributions(claim.name, everything, INPUT)


def _entry_by_entry(name: str, pairs: Sequence[tuple[int, int]]) -> Candidate:
    return lambda loss: [loss.contributions[name][i][0].delta * loss.contributions[name][j][0].x for i, j in pairs]


def _distinct(loss: RecordedLoss, name: str, part: Part) -> list[int]:
    """One entry per unit, if `part` is the same in its whole row, or column, or everywhere; else all entries."""
    shape, parts = loss.shapes[name], [tuple(map(part, row)) for row in loss.contributions[name]]
    columns = shape[1] if len(shape) == 2 else len(parts)
    by_row = [k // columns * columns for k in range(len(parts))]
    by_column = [k % columns for k in range(len(parts))]
    same = (firsts for firsts in (by_row, by_column) if all(parts[k] == parts[first] for k, first in enumerate(firsts)))
    return sorted(set(next(same, range(len(parts)))))


# -- penalties on the parameters ---------------------------------------------------------------------

Form = Callable[[Sequence[float]], Sequence[float]]

# What may be claimed as the gradient of a penalty, up to a factor, from the numbers of the parameter.
FORMS: Mapping[str, Form] = {
    "w": lambda w: w,
    "sign(w)": lambda w: [math.copysign(1.0, x) if x else 0.0 for x in w],
    "w²": lambda w: [x * x for x in w],
    "|w|": lambda w: [abs(x) for x in w],
    "w³": lambda w: [x * x * x for x in w],
    "Σw²": lambda w: [math.fsum(x * x for x in w)] * len(w),
    "Σ|w|": lambda w: [math.fsum(map(abs, w))] * len(w),
    "w/‖w‖": lambda w: [x / (math.hypot(*w) or 1.0) for x in w],
    "‖w‖": lambda w: [math.hypot(*w)] * len(w),
    "1": lambda w: [1.0] * len(w),
}


def penalty_strength(claim: Claim) -> Iterator[Diagnosis]:
    """The penalty of f times some factor, which may be 0."""
    if not claim.has_penalty:
        return
    its = claim.of_the_penalty
    if claim.is_explained_by(claim.data):
        yield Diagnosis("penalty", f"{its} is missing")
    elif factor := claim.known_factor(claim.penalty, claim.data):
        yield Diagnosis("penalty", f"{its} is {factor.text} times what it should be{claim.reasons(factor)}")
    elif k := claim.fitted_factor(claim.penalty, claim.data):
        yield Diagnosis("penalty", f"{its} is {shown(k)} times what it should be")


def penalty_form(claim: Claim) -> Iterator[Diagnosis]:
    """The gradient of a penalty that f does not have, instead of its own or in addition to it."""
    name = claim.name
    if not claim.is_of_a_model:
        return
    if not claim.has_penalty:
        w = claim.loss.numbers[name]
        # A form that is the same for all entries would fit any added constant.
        forms = {text: form for text, form in FORMS.items() if len(w) == 1 or len(set(form(w))) > 1}
        for text in (text for text in _fitted(claim, claim.gradient, forms) if not text.startswith("−")):
            yield Diagnosis("penalty", f"the claim adds the gradient of a penalty on {name}, {text}, but f has none")
        return
    for text in _fitted(claim, claim.data):
        yield Diagnosis("penalty", f"the gradient of the penalty on {name} is taken as {text}{_right_form(claim)}")
    for text in () if any(penalty_strength(claim)) else _fitted(claim, claim.gradient):
        yield Diagnosis("penalty", f"the claim adds the gradient of another penalty on {name}, {text}, which f does not have")


def two_mistakes(claim: Claim) -> Iterator[Diagnosis]:
    """The gradient of another penalty, and the rest times a known factor."""
    for factor in claim.known_factors[2:] if claim.has_penalty and claim.is_of_a_model else ():
        for text in _fitted(claim, lambda loss, k=factor.k: [k * x for x in claim.data(loss)]):  # type: ignore[misc]
            wrong = f"the gradient of the penalty on {claim.name} is taken as {text}{_right_form(claim)}"
            also = f"the rest is {factor.text} times what it should be{claim.reasons(factor)}"
            yield Diagnosis("penalty", f"two mistakes: {wrong}; and {also}")
            return


def _fitted(claim: Claim, beside: Candidate, forms: Mapping[str, Form] = FORMS) -> Iterator[str]:
    """The form that, added to `beside`, explains the claim, with its factor."""
    for text, form in forms.items() if not claim.is_explained_by(beside) else ():
        k = claim.fitted_factor(lambda loss, form=form: form(loss.numbers[claim.name]), beside)  # type: ignore[misc]
        if k is not None:
            yield _penalty_text(claim, k, text)
            return


def _right_form(claim: Claim) -> str:
    """The form of the gradient of f's own penalty, if it is a known one and the numbers identify it."""
    numbers = [loss.numbers[claim.name] for loss in claim.losses]
    if len({f"{abs(w):.6g}" for ws in numbers for w in ws if w}) < 2:
        return ""  # every form fits a single number
    own = [p for loss in claim.losses for p in claim.penalty(loss)]
    for text, form in FORMS.items():
        xs = [x for ws in numbers for x in form(ws)]
        k = math.fsum(map(float.__mul__, own, xs)) / (math.fsum(x * x for x in xs) or 1.0)
        if all(abs(p - k * x) <= claim.rtol * abs(p) for p, x in zip(own, xs, strict=True)):
            return f" instead of {_penalty_text(claim, k, text)}"
    return ""


def _penalty_text(claim: Claim, k: float, form: str) -> str:
    """The gradient of a penalty, written with the name of its parameter."""
    return f"{shown(k)}·{form.replace('w', claim.name)}"


# -- the table ---------------------------------------------------------------------------------------

# In order of preference: those with nothing to fit, the simplest first;
# then those that fit a number to the claim.
MISTAKES: Sequence[Mistake] = (
    convention,
    sign,
    calculus.rules,
    given_size,
    calculus.constants,
    known_factor,
    transpose,
    penalty_strength,
    samples,
    missing_part,
    other_parameter,
    function_itself,
    wrong_axis,
    wrong_partials.activation,
    wrong_partials.weights,
    wrong_partials.another_loss,
    any_factor,
    penalty_form,
)
# If none of them explains the claim.
LAST_RESORTS: Sequence[Mistake] = (rounding, calculus.functions, two_mistakes, single_entries)
OF_ANOTHER_SHAPE: Sequence[Mistake] = (
    transpose,
    right_numbers,
    samples,
    missing_part,
    other_parameter,
    wrong_axis,
    wrong_shape,
)
