"""Gradient clipping, and the checks of arguments that the optimizers and schedulers share."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from autograd import Value

# -- clipping ----------------------------------------------------------------------------------------


def clip_grad_norm_(
    parameters: Value | Iterable[Value], max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> float:
    """Shrink all gradients by one factor, so that together they are no longer than `max_norm`.

    The length is the p-norm (Σ|grad|ᵖ)^(1/p) over all parameters with p = `norm_type`, at least 1; math.inf
    means the largest |grad|. Every grad is multiplied by min(1, max_norm / (norm + 1e-6)), as in PyTorch (from
    Pascanu et al., 2013, "On the difficulty of training recurrent neural networks"). Returns the norm
    from before, in units of the gradient.

    If that norm is NaN or infinite, the factor is NaN or 0; with `error_if_nonfinite` it is a RuntimeError
    instead. ValueError or TypeError names an argument that cannot be. After an error all gradients are as before.

    >>> w, b = Value(0.0), Value(0.0)
    >>> w.grad, b.grad = 3.0, -4.0
    >>> clip_grad_norm_([w, b], max_norm=1.0)
    5.0
    >>> round(w.grad, 6), round(b.grad, 6)
    (0.6, -0.8)
    """
    values = checked_parameters("parameters", [parameters] if isinstance(parameters, Value) else parameters)
    max_norm = checked_number("max_norm", max_norm, "a number >= 0", lambda x: x >= 0.0)
    norm_type = checked_number("norm_type", norm_type, "a number >= 1, or math.inf", lambda x: x >= 1.0)
    norm = _norm([p.grad for p in values], norm_type)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(f"the norm of the gradients is {norm!r}, so they cannot be clipped")
    factor = min(max_norm / (norm + 1e-6), 1.0)  # in this order, which lets NaN through
    for p in values:
        p.grad *= factor
    return norm


def clip_grad_value_(parameters: Value | Iterable[Value], clip_value: float) -> None:
    """Hold every gradient between -clip_value and clip_value; each on its own, so their direction may change.

    NaN stays NaN. `clip_value` is in units of the gradient, at least 0. ValueError or TypeError names an
    argument that cannot be. The rule is PyTorch's `torch.nn.utils.clip_grad_value_`.

    >>> w, b = Value(0.0), Value(0.0)
    >>> w.grad, b.grad = 3.0, -0.5
    >>> clip_grad_value_([w, b], 1.0)
    >>> w.grad, b.grad
    (1.0, -0.5)
    """
    values = checked_parameters("parameters", [parameters] if isinstance(parameters, Value) else parameters)
    clip_value = checked_number("clip_value", clip_value, "a number >= 0", lambda x: x >= 0.0)
    for p in values:
        p.grad = max(min(p.grad, clip_value), -clip_value)  # in this order, which lets NaN through


def _norm(numbers: list[float], p: float) -> float:
    """The p-norm, of multiples of the largest number: their powers cannot overflow."""
    if any(map(math.isnan, numbers)):
        return math.nan
    largest = max(map(abs, numbers))
    if p == math.inf or largest in (0.0, math.inf):
        return largest
    return float(largest * math.fsum((abs(x) / largest) ** p for x in numbers) ** (1.0 / p))


# -- checks ------------------------------------------------------------------------------------------


def checked_parameters(name: str, parameters: Iterable[Value]) -> list[Value]:
    """`parameters` as a list, if they are distinct leaves and at least one; else an error that says which is not.

    >>> checked_parameters("params", (Value(x) for x in [1.0, 2.0]))
    [Value(data=1.0, grad=0.0), Value(data=2.0, grad=0.0)]
    """
    try:
        values = list(parameters)
    except TypeError:
        raise TypeError(f"{name} must be an iterable of Values, got {parameters!r}") from None
    if not values:
        raise ValueError(f"{name} must hold at least one Value, got none (a generator gives its items only once)")
    first: dict[Value, int] = {}
    for i, value in enumerate(values):
        if not isinstance(value, Value):
            raise TypeError(f"{name} must hold Values only, got {value!r} at {i}")
        if value.op is not None:
            raise ValueError(f"{name} must hold leaves only, got {value!r} at {i}, which {value.op.name} made")
        if value in first:
            raise ValueError(f"{name} must hold each Value once, got {value!r} at {first[value]} and at {i}")
        first[value] = i
    return values


def checked_number(name: str, value: float, expected: str, accepts: Callable[[float], bool]) -> float:
    """`value` as a float, if it is a number that `accepts`; else an error that names it.

    >>> checked_number("lr", 1, "a number > 0", lambda x: x > 0)
    1.0
    >>> checked_number("lr", -1, "a number > 0", lambda x: x > 0)
    Traceback (most recent call last):
    ValueError: lr must be a number > 0, got -1
    """
    try:
        number = Value(value).data  # what counts as a number here is what counts as one for a Value
    except TypeError:
        raise TypeError(f"{name} must be {expected}, got {value!r}") from None
    if not accepts(number):
        raise ValueError(f"{name} must be {expected}, got {value!r}")
    return number


def finite_from_zero(name: str, value: float) -> float:
    """`value` as a float, if it is neither negative nor infinite nor NaN; else an error that names it.

    >>> finite_from_zero("momentum", 0)
    0.0
    """
    return checked_number(name, value, "a finite number >= 0", lambda x: 0.0 <= x < math.inf)


def below_one(name: str, value: float) -> float:
    """`value` as a float, if it is at least 0 and below 1; else an error that names it.

    >>> below_one("alpha", 0.99)
    0.99
    """
    return checked_number(name, value, "a number >= 0 and < 1", lambda x: 0.0 <= x < 1.0)


def checked_count(name: str, value: int, at_least: int) -> int:
    """`value` as an int, if it is one and not too small; else an error that names it.

    >>> checked_count("patience", 10, at_least=0)
    10
    """
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an int >= {at_least}, got {value!r}") from None
    if count < at_least:
        raise ValueError(f"{name} must be an int >= {at_least}, got {value!r}")
    return count


def checked_flag(name: str, value: bool) -> bool:
    """`value`, if it is True or False; else an error that names it.

    >>> checked_flag("nesterov", True)
    True
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value


def checked_keys(name: str, state: Any, keys: Iterable[str]) -> None:
    """Has the mapping `state` these keys and no others? An error says which are too many or too few.

    >>> checked_keys("state", {"lr": 0.1}, ["lr", "steps"])
    Traceback (most recent call last):
    ValueError: state must have the keys lr, steps; missing: steps; unexpected: none
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"{name} must be a dict, got {type(state).__name__}")
    keys = list(keys)
    missing = [key for key in keys if key not in state]
    unexpected = [str(key) for key in state if key not in keys]
    if missing or unexpected:
        listed = [", ".join(group) or "none" for group in (keys, missing, unexpected)]
        raise ValueError(f"{name} must have the keys {listed[0]}; missing: {listed[1]}; unexpected: {listed[2]}")
