"""Mistakes in penalties on the parameters: missing, too much, of the wrong strength, or the gradient of another one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from autograd.audit.arguments import number
from autograd.audit.plain import data, gradient, penalty
from autograd.audit.suspect import Diagnosis, Predict, Suspect, combined

Form = Callable[[Sequence[float]], Sequence[float]]

# What a claim may take for the gradient of a penalty, from the numbers of the parameter, but for a factor.
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


def _form(name: str, form: Form) -> Predict:
    return lambda point: form(point.numbers[name])


def penalty_strength(suspect: Suspect) -> Iterator[Diagnosis]:
    """The penalty of f is there, times some factor, which may be 0."""
    name = suspect.name
    if not suspect.has_penalty:
        return
    if suspect.explained(data(name)):
        yield Diagnosis("penalty", f"the gradient of the penalty on {name} is missing")
        return
    factor, k = suspect.named(penalty(name), data(name)), suspect.fitted(penalty(name), data(name))
    times = factor.text if factor else "" if k is None else number(k)
    if times:
        reasons = suspect.reasons(factor) if factor else ""
        yield Diagnosis("penalty", f"the gradient of the penalty on {name} is {times} times what it should be{reasons}")


def penalty_form(suspect: Suspect) -> Iterator[Diagnosis]:
    """The gradient of a penalty that f does not have, in place of that of its own or beside it."""
    name = suspect.name
    if not suspect.has_penalty:
        for text in _fitted(suspect, gradient(name)):
            yield Diagnosis("penalty", f"the claim has the gradient of a penalty on {name}, {text}, and f has none")
        return
    for text in _fitted(suspect, data(name)):
        yield Diagnosis("penalty", f"the gradient of the penalty on {name} is taken as {text}{_right(suspect)}")
    for text in _fitted(suspect, gradient(name)):
        yield Diagnosis("penalty", f"the claim has the gradient of one more penalty on {name}, {text}, than f")


def two_mistakes(suspect: Suspect) -> Iterator[Diagnosis]:
    """The gradient of another penalty, and the rest times a factor that has a reason."""
    name = suspect.name
    for factor in suspect.named_factors[2:] if suspect.has_penalty else ():
        for text in _fitted(suspect, combined(data(name), factor.k)):
            wrong = f"the gradient of the penalty on {name} is taken as {text}{_right(suspect)}"
            also = f"the rest is {factor.text} times what it should be{suspect.reasons(factor)}"
            yield Diagnosis("penalty", f"two mistakes: {wrong}; and {also}")
            return


def _fitted(suspect: Suspect, rest: Predict) -> Iterator[str]:
    """The form that the claim has besides the rest, with its factor."""
    for text, form in FORMS.items() if not suspect.explained(rest) else ():
        k = suspect.fitted(_form(suspect.name, form), rest)
        if k is not None:
            yield f"{number(k)}·{text}"
            return


def _right(suspect: Suspect) -> str:
    """What the gradient of f's own penalty is, if it is one of the forms."""
    view = suspect.views[0]
    own, numbers = view.point.penalty[suspect.name], view.point.numbers[suspect.name]
    for text, form in FORMS.items():
        shape = form(numbers)
        k = math.fsum(map(float.__mul__, own, shape)) / (math.fsum(x * x for x in shape) or 1.0)
        if all(abs(x - k * y) <= suspect.rtol * abs(x) for x, y in zip(own, shape, strict=True)):
            return f"; it is {number(k)}·{text}"
    return ""
