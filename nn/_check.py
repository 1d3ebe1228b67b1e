"""Reading arguments: what is right comes back in plain Python, what is not is an error that names it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Real
from random import Random
from types import MethodType
from typing import Any

from autograd import Value
from autograd._format import did_you_mean

RandomState = int | Random | None

# -- numbers -----------------------------------------------------------------------------------------


def checked_integer(name: str, value: Any, at_least: float = -math.inf) -> int:
    """`value` as an int, if it is one and not too small; True and False are none.

    >>> checked_integer("patience", 10, at_least=0)
    10
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value!r}")
    return int(value)


def number_between(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """`value` as a float, if it is a finite number from `low` on and below `high`.

    >>> number_between("noise", 0.5, low=0)
    0.5
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    number = float(value)
    if not (math.isfinite(number) and low <= number < high):
        raise ValueError(f"{name} must be a finite number in [{low}, {high}), got {value!r}")
    return number


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


def finite_above_zero(name: str, value: float) -> float:
    """`value` as a float, if it is greater than 0 and finite; else an error that names it.

    >>> finite_above_zero("lr", 1)
    1.0
    """
    return checked_number(name, value, "a finite number > 0", lambda x: 0.0 < x < math.inf)


def zero_to_one(name: str, value: float) -> float:
    """`value` as a float, if it is from 0 to 1, both included; else an error that names it.

    >>> zero_to_one("label_smoothing", 0.1)
    0.1
    """
    return checked_number(name, value, "a number from 0 to 1", lambda x: 0.0 <= x <= 1.0)


def below_one(name: str, value: float) -> float:
    """`value` as a float, if it is at least 0 and below 1; else an error that names it.

    >>> below_one("alpha", 0.99)
    0.99
    """
    return checked_number(name, value, "a number >= 0 and < 1", lambda x: 0.0 <= x < 1.0)


def checked_flag(name: str, value: bool) -> bool:
    """`value`, if it is True or False; else an error that names it.

    >>> checked_flag("nesterov", True)
    True
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value


def checked_choice(name: str, value: Any, choices: Iterable[str], besides: str = "") -> str:
    """`value`, if it is one of the choices; else an error that lists them, and names the one that was probably meant.

    >>> checked_choice("reduction", "mean", ["mean", "sum"])
    'mean'
    >>> checked_choice("reduction", "Mean", ["mean", "sum"])
    Traceback (most recent call last):
    ValueError: reduction must be one of mean, sum, got 'Mean': did you mean mean?
    """
    choices = list(choices)
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(choices)}{besides}, got {value!r}")
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}{besides}, got {value!r}{did_you_mean(value, choices)}")
    return value


def counted(number: int, noun: str) -> str:
    """So many of something, in words.

    >>> counted(1, "number"), counted(2, "number")
    ('1 number', '2 numbers')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# -- collections -------------------------------------------------------------------------------------


def plain_lists(values: Any) -> Any:
    """Lists all the way down, of what came as lists, tuples, arrays, DataFrames or Series; anything else as it is."""
    if hasattr(values, "tolist"):
        return values.tolist()
    if hasattr(values, "to_numpy"):  # a DataFrame
        return values.to_numpy().tolist()
    if isinstance(values, Sequence) and not isinstance(values, (str, bytes)):
        return [plain_lists(value) for value in values]
    return values


def checked_list(name: str, values: Any, length: int | None = None) -> list[Any]:
    """`values` as a list (of lists), if it is a list, a tuple, an array, a DataFrame or a Series, and of that length.

    >>> checked_list("y", (1, 2))
    [1, 2]
    """
    listed = plain_lists(values)
    if not isinstance(listed, list):
        raise TypeError(f"{name} must be a list, a tuple or an array, got {type(values).__name__}")
    if length is not None and len(listed) != length:
        raise ValueError(f"{name} must be as long as X, {length}, got {len(listed)}")
    return listed


def sizes(tree: Any) -> list[int]:
    """The length of a list or an array, then that of its first item, and so on."""
    if hasattr(tree, "shape"):
        return list(tree.shape)
    if not isinstance(tree, (list, tuple)):
        return []
    return [len(tree), *(sizes(tree[0]) if tree else [])]


def shape_text(tree: Any) -> str:
    """The lengths of nested lists in words.

    >>> shape_text([[1, 2], [3, 4], [5, 6]]), shape_text(7)
    ('3 × 2', 'one number')
    """
    return " × ".join(map(str, sizes(tree))) or "one number"


def one_column(y: Any) -> Any:
    """Targets in a DataFrame of one column as that column; anything else as it is."""
    return y.to_numpy().ravel() if len(getattr(y, "columns", ())) == 1 else y


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


def checked_parameters(name: str, parameters: Iterable[Value]) -> list[Value]:
    """`parameters` as a list, if they are distinct leaves and at least one; else an error that says which is not.

    >>> checked_parameters("params", (Value(x) for x in [1.0, 2.0]))
    [Value(data=1.0, grad=0.0), Value(data=2.0, grad=0.0)]
    """
    if isinstance(parameters, (set, frozenset)):
        raise TypeError(f"{name} must be in an order that stays the same, got a {type(parameters).__name__}: pass a list")
    try:
        values = list(parameters)
    except TypeError:
        raise TypeError(f"{name} must be an iterable of Values, got {_instead(parameters)}") from None
    if not values:
        raise ValueError(f"{name} must hold at least one Value, got none (a generator gives its items only once)")
    first: dict[Value, int] = {}
    for i, value in enumerate(values):
        if not isinstance(value, Value):
            if isinstance(parameters, Mapping):
                raise TypeError(
                    f"{name} must hold Values only, got a dict whose keys are {type(value).__name__}: pass its values()"
                )
            named = isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], Value)
            instead = ": pass parameters(), which gives them without their names" if named else ""
            raise TypeError(f"{name} must hold Values only, got {value!r} at {i}{instead}")
        if value.op is not None:
            raise ValueError(f"{name} must hold leaves only, got {value!r} at {i}, which {value.op.name} made")
        if value in first:
            raise ValueError(f"{name} must hold each Value once, got {value!r} at {first[value]} and at {i}")
        first[value] = i
    return values


def _instead(parameters: Any) -> str:
    """What came in place of parameters, and what to write."""
    if isinstance(parameters, MethodType):
        return f"the method {parameters.__name__} itself: call it, {parameters.__name__}()"
    if type(parameters) is Value:
        return "Value: write [v]"
    return type(parameters).__name__ + (": pass its parameters()" if hasattr(parameters, "parameters") else "")


# -- sources of randomness ---------------------------------------------------------------------------


def generator(seed: int | Random | None) -> Random:
    """A generator of its own for a seed, and for None another one every time; one that is handed in is shared.

    >>> generator(0).random() == generator(0).random()
    True
    """
    if isinstance(seed, Random):
        return seed
    if seed is None:
        return Random()
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise TypeError(f"seed must be an int, a random.Random or None, got {type(seed).__name__}")
    return Random(int(seed))


def random_generator(random_state: RandomState) -> Random:
    """The generator of a `random_state`, as scikit-learn has it: a seed, a generator, or None for a fresh one.

    >>> random_generator(0).random() == random_generator(0).random()
    True
    """
    if isinstance(random_state, Random):
        return random_state
    if random_state is None:
        return Random()
    seed = checked_integer("random_state, if not a random.Random or None,", random_state, at_least=0)
    return Random(seed)  # which takes -1 for 1, hence the bound
