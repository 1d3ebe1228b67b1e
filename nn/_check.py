"""Argument checks for nn: lists and tables, parameters, seeds. Each error begins with the argument's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from random import Random
from types import MethodType
from typing import Any

from autograd import Value

RandomState = int | Random | None

# -- lists and tables --------------------------------------------------------------------------------


def plain_lists(values: Any) -> Any:
    """Lists, tuples, arrays, DataFrames or Series as nested lists, those in dicts too; anything else unchanged."""
    if type(values) is list:
        return [value if type(value) is float else plain_lists(value) for value in values]
    if isinstance(values, dict):
        return {key: plain_lists(value) for key, value in values.items()}
    if hasattr(type(values), "tolist"):
        kind = getattr(getattr(values, "dtype", None), "kind", "")
        if kind in {"m", "M"}:  # tolist turns dates in nanoseconds into ints
            return [plain_lists(value) for value in values] if values.ndim else values
        return plain_lists(values.tolist()) if kind == "O" else values.tolist()  # objects may be arrays
    if hasattr(type(values), "to_numpy"):  # a DataFrame
        return plain_lists(values.to_numpy())
    if isinstance(values, Sequence) and not isinstance(values, (str, bytes)):
        return [plain_lists(value) for value in values]
    return values


def checked_list(name: str, values: Any, length: int | None = None) -> list[Any]:
    """`values` as a list (of lists); TypeError unless it is a list, array or table, ValueError if its length differs."""
    found = plain_lists(values)
    if not isinstance(found, list):
        raise TypeError(f"{name} must be a list, a tuple or an array, got {type(values).__name__}")
    if length is not None and len(found) != length:
        raise ValueError(f"{name} must be as long as X ({length}), got {len(found)}")
    return found


def sizes(tree: Any) -> list[int]:
    """The length of a list or an array, then that of its first item, and so on."""
    if hasattr(tree, "shape"):
        return list(tree.shape)
    if not isinstance(tree, (list, tuple)):
        return []
    return [len(tree), *(sizes(tree[0]) if tree else [])]


def shape_text(tree: Any) -> str:
    """The shape of nested lists in words.

    >>> shape_text([[1, 2], [3, 4], [5, 6]]), shape_text([1, 2]), shape_text(7)
    ('3 × 2', 'a list of 2', 'one number')
    """
    if isinstance(tree, dict):
        return f"a dict of {', '.join(map(str, tree)) or 'nothing'}"
    lengths = sizes(tree)
    return f"a list of {lengths[0]}" if len(lengths) == 1 else " × ".join(map(str, lengths)) or "one number"


def data_of(x: Any) -> Any:
    """The number of a Value; anything else unchanged."""
    return x.data if type(x) is Value else x


def one_column(y: Any) -> Any:
    """The column of a one-column DataFrame of targets; anything else unchanged."""
    return y.to_numpy().ravel() if len(getattr(y, "columns", ())) == 1 else y


# -- parameters --------------------------------------------------------------------------------------


def checked_parameters(name: str, parameters: Iterable[Value]) -> list[Value]:
    """`parameters` as a list; TypeError or ValueError unless they are distinct leaves, at least one."""
    if isinstance(parameters, (set, frozenset)):
        raise TypeError(f"{name} must have a fixed order, got a {type(parameters).__name__}: pass a list")
    try:
        values = list(parameters)
    except TypeError:
        raise TypeError(f"{name} must be an iterable of Values, got {_instead(parameters)}") from None
    if not values:
        why = (
            "a module's parameters are the Values in it" if isinstance(parameters, list) else "a generator can be used only once"
        )
        raise ValueError(f"{name} must hold at least one Value, got none ({why})")
    first: dict[Value, int] = {}
    for i, value in enumerate(values):
        if not isinstance(value, Value):
            if isinstance(parameters, Mapping):
                got = f"a dict whose keys are {type(value).__name__}: pass its values()"
            elif hasattr(value, "parameters"):
                got = f"{type(value).__name__} at {i}: pass the parameters of each module, [*a.parameters(), *b.parameters()]"
            else:
                named = isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], Value)
                got = f"{value!r} at {i}{': pass parameters(), which leaves out the names' if named else ''}"
            raise TypeError(f"{name} must hold Values only, got {got}")
        if value.op is not None:
            raise ValueError(f"{name} must hold leaves only, got {value!r} at {i}, which {value.op.name} made")
        if value in first:
            write = "write list(dict.fromkeys(params))"
            raise ValueError(f"{name} must hold each Value once, got {value!r} at {first[value]} and at {i}: {write}")
        first[value] = i
    return values


def _instead(parameters: Any) -> str:
    """What was passed in place of parameters, and what to write."""
    if isinstance(parameters, MethodType):
        return f"the method {parameters.__name__} itself: call it, {parameters.__name__}()"
    if type(parameters) is Value:
        return "Value: write [v]"
    return type(parameters).__name__ + (": pass its parameters()" if hasattr(parameters, "parameters") else "")


# -- sources of randomness ---------------------------------------------------------------------------


def generator(seed: RandomState, name: str = "seed") -> Random:
    """A new generator for a seed, different each time for None; a generator that is passed in is shared."""
    if isinstance(seed, Random):
        return seed
    if seed is None:
        return Random()
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise TypeError(f"{name} must be an int, a random.Random or None, got {type(seed).__name__}")
    if name == "random_state" and seed < 0:
        raise ValueError(f"{name} must be at least 0, got {seed!r}")  # as in scikit-learn; Random treats -1 as 1
    return Random(int(seed))
