"""What `nn` is built from, and what authors of other extensions may import: this module's names stay as they are."""

from __future__ import annotations

from collections.abc import Callable

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
    zero_to_one,
)
from autograd._files import write_atomically
from autograd._format import as_index, counted, did_you_mean, html_table, listed, one_line, shown, text_table, told_apart
from autograd._progress import threadless_bar
from autograd._tree import same_shape, tree_leaves, tree_map
from autograd._typing import Any
from autograd.context import Scope, current_trace
from autograd.graph import Graph, edges_of
from autograd.module_calls import call, made_in_call, scopes_of
from autograd.op import TABLE
from autograd.teaching import teach_step_without_backward


def draw(sampler: Callable[[], float]) -> Any:
    """A random number from `sampler()`. In a compiled program it is an input, drawn anew in every run, for every lane.

    >>> from random import Random
    >>> draw(Random(0).random)
    0.8444218515250481
    """
    trace = current_trace()
    return sampler() if trace is None else trace.draw(sampler)


__all__ = [
    "TABLE",
    "Graph",
    "Scope",
    "any_number",
    "as_index",
    "below_one",
    "call",
    "checked_choice",
    "checked_flag",
    "checked_integer",
    "checked_keys",
    "checked_value",
    "counted",
    "current_trace",
    "did_you_mean",
    "draw",
    "edges_of",
    "finite_above_zero",
    "finite_from_zero",
    "from_zero",
    "html_table",
    "listed",
    "made_in_call",
    "number_between",
    "number_check",
    "one_line",
    "ops",
    "same_shape",
    "scopes_of",
    "shown",
    "teach_step_without_backward",
    "text_table",
    "threadless_bar",
    "told_apart",
    "tree_leaves",
    "tree_map",
    "write_atomically",
    "zero_to_one",
]
