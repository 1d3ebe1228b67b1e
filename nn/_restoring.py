"""Put back what a call of a model changes besides its result."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from autograd import Value
from nn._interrupts import never_half
from nn._parameter_search import INERT, is_searched
from nn.module import Module


@contextmanager
def unchanged(*held: Any) -> Iterator[None]:
    """Put these lists, dicts, arrays and random generators, and what they lead to, and `random` back to what they are now."""
    steps: list[Callable[[], object]] = [partial(random.setstate, random.getstate()), *_undoing(*held)]

    def undo() -> None:
        for step in steps:
            step()

    try:
        yield
    finally:
        never_half(undo)


def _undoing(*waiting: Any) -> Iterator[Callable[[], object]]:
    """For each container and generator that these lead to, outside modules, a function that undoes its changes."""
    numpy, stack, seen = sys.modules.get("numpy"), list(waiting), set[int]()
    while stack:
        held = stack.pop()
        if type(held) in INERT or id(held) in seen or isinstance(held, (Value, Module)):
            continue
        seen.add(id(held))
        if isinstance(held, random.Random):
            yield partial(held.setstate, held.getstate())
        elif numpy is not None and isinstance(held, numpy.random.Generator):
            yield partial(setattr, held.bit_generator, "state", held.bit_generator.state)
        elif numpy is not None and isinstance(held, numpy.ndarray) and held.flags.writeable:
            yield partial(held.__setitem__, ..., held.copy())
        elif isinstance(held, (list, tuple)):
            if isinstance(held, list):
                yield partial(held.__setitem__, slice(None), held.copy())
            stack += held
        elif isinstance(held, (dict, set)):
            yield partial(_refill, held, held.copy())
            stack += held.values() if isinstance(held, dict) else ()
        elif is_searched(held) and not isinstance(held, type):
            stack.append(getattr(held, "__dict__", None))


def _refill(held: Any, kept: Any) -> None:
    held.clear()
    held.update(kept)
