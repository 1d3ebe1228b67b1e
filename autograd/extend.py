"""The stable names that `nn` is built from and that other extensions may import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from autograd import ops
from autograd._check import (
    any_number,
    below_one,
    checked_choice,
    checked_flag,
    checked_integer,
    checked_keys,
    checked_value,
    finite_above_zero,
    finite_from_zero,
    from_zero,
    number_between,
    number_check,
    takes_first_alone,
    zero_to_one,
)
from autograd._files import read_json, write_atomically
from autograd._format import as_index, counted, did_you_mean, escaped, listed, one_line, shown, text_table, told_apart
from autograd._html import card as html_card
from autograd._html import note as html_note
from autograd._html import table as html_table
from autograd._progress import threadless_bar
from autograd._tree import same_shape, tree_leaves, tree_leaves_like, tree_map
from autograd._typing import TYPE_CHECKING, Any
from autograd.context import Scope, current_trace
from autograd.foreign_names import MissingSubmodules, advice_for, refuse_name
from autograd.graph import Graph, edges_of
from autograd.module_calls import call, made_in_call, scopes_of
from autograd.op import TABLE
from autograd.teaching import teach_step_without_backward
from autograd.value import Value

_drawn: ContextVar[Iterable[float]] = ContextVar("_drawn", default=())


def draw(sampler: Callable[[], float]) -> Any:
    """A random number from `sampler()`. In a compiled program it is an input, drawn anew in every run for every lane.

    >>> from random import Random
    >>> draw(Random(0).random)
    0.8444218515250481
    """
    trace = current_trace()
    if trace is not None:
        return trace.draw(sampler)
    for number in _drawn.get():
        return number
    return sampler()


@contextmanager
def drawn_again(numbers: Iterable[float]) -> Iterator[None]:
    """Make `draw` return these numbers, drawn by a compiled program, before it draws new ones.

    >>> with drawn_again([0.25]):
    ...     draw(lambda: 0.5), draw(lambda: 0.5)
    (0.25, 0.5)
    """
    token = _drawn.set(iter(numbers))
    try:
        yield
    finally:
        _drawn.reset(token)


def peek(x: Value) -> float:
    """The number of a Value, as `x.data` but without a warning while a function is traced: compute nothing from it.

    >>> peek(Value(3.0))
    3.0
    """
    return x._number


# fmt: off
__all__ = [
    "any_number", "below_one", "finite_above_zero", "finite_from_zero", "from_zero", "number_between", "number_check",
    "zero_to_one",
    "checked_choice", "checked_flag", "checked_integer", "checked_keys", "checked_value", "takes_first_alone",
    "MissingSubmodules", "advice_for", "refuse_name",
    "as_index", "counted", "did_you_mean", "escaped", "listed", "one_line", "shown", "text_table", "told_apart",
    "html_card", "html_note", "html_table",
    "same_shape", "tree_leaves", "tree_leaves_like", "tree_map", "read_json", "write_atomically", "threadless_bar",
    "teach_step_without_backward",
    "TABLE", "ops", "Graph", "edges_of", "peek", "Scope", "scopes_of", "call", "made_in_call", "current_trace", "draw",
    "drawn_again",
]
# fmt: on

if not TYPE_CHECKING:  # hidden from type checkers, which would otherwise accept any name

    def __getattr__(name: str) -> Any:
        if name == "__path__":  # Python asks for it at every import
            raise AttributeError(name)
        refuse_name(__name__, name, advice_for(name, __all__))
