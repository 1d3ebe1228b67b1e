"""Mistakes in penalties on the parameters: missing, too much, of the wrong strength, or the gradient of another one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from autograd._format import shown
from autograd.audit.claim import Candidate, Claim, Diagnosis

Form = Callable[[Sequence[float]], Sequence[float]]

# What may be taken for the gradient of a penalty, up to a factor, from the numbers of the parameter.
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
    """The gradient of a penalty that f does not have, in place of that of its own or beside it."""
    name = claim.name
    if not claim.is_of_a_model:
        return
    if not claim.has_penalty:
        for text in _fitted(claim, claim.gradient):
            yield Diagnosis("penalty", f"the claim adds the gradient of a penalty on {name}, {text}, and f has none")
        return
    for text in _fitted(claim, claim.data):
        yield Diagnosis("penalty", f"the gradient of the penalty on {name} is taken as {text}{_right_form(claim)}")
    for text in _fitted(claim, claim.gradient):
        yield Diagnosis("penalty", f"the claim adds the gradient of a further penalty on {name}, {text}, that f does not have")


def two_mistakes(claim: Claim) -> Iterator[Diagnosis]:
    """The gradient of another penalty, and the rest times a factor that has a reason."""
    for factor in claim.known_factors[2:] if claim.has_penalty and claim.is_of_a_model else ():
        for text in _fitted(claim, lambda loss, k=factor.k: [k * x for x in claim.data(loss)]):  # type: ignore[misc]
            wrong = f"the gradient of the penalty on {claim.name} is taken as {text}{_right_form(claim)}"
            also = f"the rest is {factor.text} times what it should be{claim.reasons(factor)}"
            yield Diagnosis("penalty", f"two mistakes: {wrong}; and {also}")
            return


def _fitted(claim: Claim, beside: Candidate) -> Iterator[str]:
    """The form that the claim has besides the rest, with its factor."""
    for text, form in FORMS.items() if not claim.is_explained_by(beside) else ():
        k = claim.fitted_factor(lambda loss, form=form: form(loss.numbers[claim.name]), beside)  # type: ignore[misc]
        if k is not None:
            yield f"{shown(k)}·{text}"
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
            return f"; it is {shown(k)}·{text}"
    return ""
