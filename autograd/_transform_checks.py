"""Checks of the arguments and results of transforms; each error says what to write instead."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from autograd._check import takes_first_alone
from autograd._tree import is_array, leaf_paths, tree_leaves
from autograd.op import number
from autograd.value import Value

_CONTAINERS = "a list, tuple, dict or NumPy array of them"


def check_output(verb: str, name: str, y: Any) -> None:
    """TypeError if the output of a function contains anything but Values and real numbers."""
    found = _first_non_number(y)
    if found:
        path, leaf = found
        where = f"{kind(y)} that holds {kind(leaf)} at {path}" if path else kind(leaf)
        raise TypeError(f"{verb}: {name} returned {where}: {_advice(leaf, 'return')}")


def argument(verb: str, name: str, position: int, arg: Any) -> TypeError:
    """The error for an argument that cannot be differentiated."""
    path, leaf = _first_non_number(arg, bools=True) or ("", arg)
    what = f"argument {position} of {name}{f' at {path}' if path else ''}"
    return TypeError(f"{verb}: {what}: expected a real number, or {_CONTAINERS}, got {kind(leaf)}: {_advice(leaf, 'pass')}")


def not_values(verb: str, y: Any, xs: Any) -> NoReturn:
    """Raise the TypeError for a `y` or `xs` that are not Values."""
    if type(y) is not Value:
        raise TypeError(
            f"{verb}: y must be a Value, got {kind(y)}: y is one number computed from Values, and xs are those Values"
        )
    path, x = next((path, x) for path, x in leaf_paths(xs) if type(x) is not Value)
    advice = "pass the Value that y was computed from" if is_number(x) else _advice(x, "pass")
    raise TypeError(f"{verb}: xs{path} must be a Value, or {_CONTAINERS}, got {kind(x)}: {advice}")


def check_function(verb: str, f: Any) -> None:
    """TypeError if f is not callable."""
    if not callable(f):
        of_value = ", or gradients(y, xs) for a Value y" if type(f) is Value and verb == "grad" else ""
        raise TypeError(f"{verb}: f must be a function, got {kind(f)}: write {verb}(f, …), not {verb}(f(x), …){of_value}")


def refuse_items_for_primals(verb: str, f: Any, primals: Sequence[Any]) -> None:
    """TypeError if the primals are the items of the list that f takes as its only argument."""
    if all(isinstance(x, (int, float, Value)) for x in primals) and takes_first_alone(f, primals):
        what = f"primals has {len(primals)} items, one for each argument, but f takes one argument"
        raise TypeError(f"{verb}: {what}: for a list x, write {verb}(f, (x,), (v,))") from None


def argnums(verb: str, given: Any) -> int | tuple[int, ...]:
    """`argnums` as ints; TypeError if it is anything else."""
    if type(given) is int or (type(given) is tuple and all(type(i) is int for i in given)):
        return given
    try:
        return tuple(map(_index, given)) if isinstance(given, Sequence) else _index(given)
    except TypeError:
        leaves = tree_leaves(given)
        point = bool(leaves) and all(type(x) is Value or (is_number(x) and not isinstance(x, bool)) for x in leaves)
        advice = f": if it is the point, write {verb}(f)({given!r})" if point else ""
        raise TypeError(f"{verb}: argnums must be an int or a tuple of ints, got {given!r}{advice}") from None


def kind(x: Any) -> str:
    """The type of an object, with an article."""
    if x is None:
        return "None"
    if is_array(x):
        return f"an array of shape {x.shape}"
    name = type(x).__name__
    vowels = "AEFHILMNORSX" if name.isupper() else "aeioAEIO"  # an MLP, but a Module: initials are spelled out
    return f"{'an' if name[0] in vowels else 'a'} {name}"


def _advice(x: Any, do: str) -> str:
    """Advice on replacing `x`, which the user's program passed or returned (`do` is "pass" or "return")."""
    if x is None:
        return "is a `return` missing?" if do == "return" else "pass a number; a function without `return` gives None"
    if type(x).__name__ in ("bool", "bool_"):
        return "a comparison has no derivative; return a number"
    if isinstance(x, complex):
        return f"only real numbers are supported: {do} .real and .imag"
    if isinstance(x, (str, bytes)) or type(x).__name__ == "Decimal":
        return f"{do} float(...) instead"
    if isinstance(x, (list, tuple, dict)):  # flattening takes these apart anywhere but inside an array
        return f"an array holds single numbers: {do} nested lists instead"
    if callable(x) and hasattr(x, "__name__"):
        return f"is a call missing? {do} {x.__name__}(...) instead"
    if hasattr(x, "to_numpy"):
        return f"{do} its array instead, .to_numpy()"
    if hasattr(x, "filled"):
        return f"{do} an array without masked numbers, .filled(...)"
    if hasattr(x, "__array__"):
        return f"{do} np.asarray(...) instead"
    if hasattr(x, "keys"):
        return f"{do} dict(...) instead"
    if isinstance(x, Iterable) and not hasattr(x, "__dataclass_fields__"):
        return f"{do} list(...) instead"
    return f"{do} Values or real numbers, in lists, tuples, dicts or NumPy arrays"


def _first_non_number(tree: Any, bools: bool = False) -> tuple[str, Any] | None:
    """The first leaf that is neither a Value nor a real number (nor a bool, unless they count), and its path."""
    for path, leaf in leaf_paths(tree):
        if type(leaf) is not Value and not (is_number(leaf) and (bools or type(leaf).__name__ not in ("bool", "bool_"))):
            return path, leaf
    return None


def _index(x: Any) -> int:
    if isinstance(x, bool):
        raise TypeError
    return operator.index(x)


def is_number(x: Any) -> bool:
    """True for a real number, even if it is too large for a float."""
    try:
        number(x)
    except TypeError:
        return False
    except ValueError:
        return True
    return True
