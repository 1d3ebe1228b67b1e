"""Plain data: nested lists and dicts of numbers and strings, whose contents are compared all at once."""

from __future__ import annotations

import marshal
from itertools import chain
from typing import Any

SCALARS = frozenset({int, float, bool, complex, str, bytes, type(None)})
CONTAINERS = frozenset({list, dict})
MAX_ITEMS = 1_000_000
MAX_DEPTH = 100  # marshal can do at least ten times that
VERSION = 2  # of marshal: the output of later ones depends on reference counts


def is_plain(x: Any) -> bool:
    """True for a list or dict that holds only numbers, strings, and lists and dicts of the same kind, none of them twice.

    >>> is_plain([[1.0, 2.0], {"a": None}]), is_plain([(1.0, 2.0)])
    (True, False)
    """
    if type(x) not in CONTAINERS:
        return False
    level, items, seen = [x], 0, set[int]()
    for _ in range(MAX_DEPTH):
        kinds = {*map(type, level)}
        if not kinds <= SCALARS | CONTAINERS or items > MAX_ITEMS:
            return False
        inside = [held for held in level if type(held) in CONTAINERS] if kinds & CONTAINERS else []
        if not inside:
            return True
        known = len(seen)
        seen.update(map(id, inside))
        if len(seen) < known + len(inside):  # in bytes, a shared object would appear many times
            return False
        level = [*chain.from_iterable(inside), *chain.from_iterable([held.values() for held in inside if type(held) is dict])]
        items += len(level)
    return False


def as_bytes(x: Any) -> bytes:
    """Plain data as bytes, equal only for equal data: 1.0 differs from 1, 0.0 differs from -0.0, and NaN equals NaN.

    Empty for data that isn't plain.

    >>> as_bytes([0.0]) == as_bytes([-0.0]), as_bytes([1.0]) == as_bytes([1]), as_bytes([object()])
    (False, False, b'')
    """
    try:
        return marshal.dumps(x, VERSION)
    except ValueError:
        return b""


from_bytes = marshal.loads  # of bytes that as_bytes made in this process, never of a file


def difference(path: str, now: Any, before: Any) -> str:
    """The path of the first difference in plain data.

    >>> difference("rows", [[1.0, 2.0], [3.0]], [[1.0, 5.0], [3.0]])
    'rows[0][1]'
    """
    if type(now) is not type(before) or type(now) not in CONTAINERS or len(now) != len(before):
        return path
    if type(now) is list:
        keys, items, others = list(range(len(now))), now, before
    elif as_bytes(list(now)) == as_bytes(list(before)):
        keys, items, others = list(now), now.values(), before.values()
    else:
        return path
    key, one, other = next(x for x in zip(keys, items, others, strict=True) if as_bytes(x[1]) != as_bytes(x[2]))
    return difference(f"{path}[{key!r}]", one, other)
