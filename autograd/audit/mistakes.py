"""The mistakes that an audit knows, with the code for those that show in the numbers of the gradient alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from autograd._format import listed, shown
from autograd.audit import calculus, outer_products, penalties, wrong_partials
from autograd.audit.claim import Candidate, Claim, Diagnosis
from autograd.audit.parameters import shape_text
from autograd.audit.recorded_loss import RecordedLoss

MAX_ENTRIES = 3  # named one by one

Mistake = Callable[[Claim], Iterator[Diagnosis]]  # the ways in which it explains a claim


def diagnose(claims: Sequence[Claim]) -> dict[str, tuple[Diagnosis, ...]]:
    """What explains each wrong claim, the likeliest first: mistakes that explain all of them come before others."""
    found = {}
    for claim in claims:
        mistakes = MISTAKES if claim.same_shape else OF_ANOTHER_SHAPE
        found[claim.name] = _explanations(claim, mistakes) or _explanations(claim, LAST_RESORTS if claim.same_shape else ())
    common = set.intersection(*map(set, found.values())) if found else set()
    return {name: tuple(sorted(diagnoses, key=lambda one: one not in common)) for name, diagnoses in found.items()}


def _explanations(claim: Claim, mistakes: Sequence[Mistake]) -> list[Diagnosis]:
    return [diagnosis for mistake in mistakes for diagnosis in mistake(claim)]


# -- kinks -------------------------------------------------------------------------------------------


def convention(claim: Claim) -> Iterator[Diagnosis]:
    """What backward() gives, where f is smooth though its ops have kinks."""
    conventional, right = claim.loss.conventional[claim.name], claim.gradient(claim.loss)
    if conventional != right and claim.is_explained_by(lambda loss: loss.conventional[claim.name]):
        at = f"at the kink of {listed(claim.loss.sides.ops)}"
        yield Diagnosis("convention", f"it is what backward() gives by its convention {at}, but f is smooth there")


# -- factors -----------------------------------------------------------------------------------------


def sign(claim: Claim) -> Iterator[Diagnosis]:
    """−1 times the gradient."""
    if claim.is_explained_by(claim.gradient, -1.0):
        yield Diagnosis("sign", "the sign is wrong")


def known_factor(claim: Claim) -> Iterator[Diagnosis]:
    """2, ½, the size of something, or one over it, times the gradient, or times all of it but the penalty."""
    factor = claim.known_factor(claim.gradient)
    if factor and factor.k not in (-1.0, 0.0):
        yield Diagnosis("constant factor", f"the claim is {factor.text} times the gradient{claim.reasons(factor)}")
    factor = claim.known_factor(claim.data, claim.penalty) if claim.has_penalty else None
    if factor:
        part = "the penalty" if claim.is_of_a_model else claim.of_the_penalty
        text = f"{part} is right, the rest is {factor.text} times what it should be{claim.reasons(factor)}"
        yield Diagnosis("constant factor", text)


def any_factor(claim: Claim) -> Iterator[Diagnosis]:
    """Any other number times the gradient; also 0, which a derivative at the wrong place may give by chance."""
    factor = claim.known_factor(claim.gradient)
    if factor and factor.k == 0.0:
        yield Diagnosis("constant factor", "the claim is 0 times the gradient")
    k = claim.fitted_factor(claim.gradient)
    if k is not None and not factor:
        text = shown(k) if shown(k) != "1" else repr(k)
        yield Diagnosis("constant factor", f"the claim is {text} times the gradient")


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


def wrong_axis(claim: Claim) -> Iterator[Diagnosis]:
    """Sums or means of the gradient's rows, of its columns or of all of it, alone or in every entry."""
    if len(claim.shape) not in (1, 2):
        return
    size, columns = math.prod(claim.shape), claim.shape[-1]
    groups = {  # the number of the sum that each entry goes into
        "": [0] * size,
        " of each column": [k % columns for k in range(size)],
        " of each row": [k // columns for k in range(size)],
    }
    what = "every entry is" if claim.same_shape else "the claim is"
    for which, group in groups.items():
        count = group[-1] + 1
        for how, k in (("sum", 1.0), ("mean", count / size)) if count < size and (count > 1 or not which) else ():
            if claim.is_explained_by(_sums(claim, group), k):
                yield Diagnosis("wrong axis", f"{what} the {how} of the gradient's entries{which}")


def _sums(claim: Claim, group: Sequence[int]) -> Candidate:
    def candidate(loss: RecordedLoss) -> Sequence[float]:
        sums = [0.0] * (group[-1] + 1)
        for i, x in zip(group, claim.gradient(loss), strict=True):
            sums[i] += x
        return [sums[i] for i in group] if claim.same_shape else sums

    return candidate


def right_numbers(claim: Claim) -> Iterator[Diagnosis]:
    """The right numbers in the wrong shape."""
    if claim.is_explained_by(claim.gradient):
        yield Diagnosis("wrong shape", f"{_shapes(claim)}; the numbers are right")


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


# -- the table ---------------------------------------------------------------------------------------

# In the order in which an audit prefers them: those with nothing to fit, the simplest first; then those with a number
# that is fitted to the claim.
MISTAKES: Sequence[Mistake] = (
    convention,
    sign,
    calculus.rules,
    known_factor,
    calculus.constants,
    transpose,
    penalties.penalty_strength,
    outer_products.samples,
    outer_products.missing_part,
    other_parameter,
    wrong_axis,
    wrong_partials.activation,
    wrong_partials.weights,
    wrong_partials.another_loss,
    any_factor,
    penalties.penalty_form,
)
# Where none of them explains the claim.
LAST_RESORTS: Sequence[Mistake] = (calculus.functions, penalties.two_mistakes, single_entries)
OF_ANOTHER_SHAPE: Sequence[Mistake] = (
    transpose,
    right_numbers,
    outer_products.samples,
    outer_products.missing_part,
    other_parameter,
    wrong_axis,
    wrong_shape,
)
