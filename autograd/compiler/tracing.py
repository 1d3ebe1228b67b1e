"""Tracing: call a function once, on Values, and turn the recorded graph into a Program."""

from __future__ import annotations

import linecache
import math
import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from threading import get_ident
from typing import Any, NamedTuple

from autograd import context, ops
from autograd._frames import place, user_frame
from autograd.compiler.builder import Builder
from autograd.compiler.instructions import detach
from autograd.compiler.program import Arg, Input, Output, Program
from autograd.errors import CompileError, TracingWarning
from autograd.names import node_names
from autograd.sweeps import topological_order
from autograd.value import Value, stands_for_bool, truth_of

MAX_NAMED = 20_000  # nodes in the largest graph whose nodes' names are looked up


class Guard(NamedTuple):
    """A comparison that decided a Python branch while tracing: its outcome and its source line."""

    taken: bool
    line: str


class Compared(NamedTuple):
    """The place of a comparison: the user's instruction that made it, and how often that instruction had run before."""

    instruction: tuple[str, int, int]  # file, first line of the function, position in its code
    earlier: int


class Trace:
    """One call of a function on Values: its outputs, and what they depend on besides its arguments.

    result    what the function returned
    guards    the comparisons that decided a branch
    compared  all comparisons, by their places
    untested  the comparisons whose truth was never tested: code that expects a bool there (`is True`, match) goes wrong
    draws     the Values that stand for random draws, each with its sampler
    started   the count from `context.start`; leaves from outside have a lower one
    """

    def __init__(self, inputs: Sequence[Value], names: Sequence[str], call: Callable[[], Any]) -> None:
        self.inputs, self.names = list(inputs), list(names)
        self.traced = frozenset(inputs)
        self.guards: list[Guard] = []
        self._conditions: list[Value] = []  # of the guards
        self.compared: dict[Compared, Value] = {}
        self.untested: set[Value] = set()
        self._counts = Counter[tuple[str, int, int]]()
        self.draws: dict[Value, Callable[[], float]] = {}
        self._sources: dict[Value, Value] = {}  # for each leaf made by detach() or inside no_grad(), the original
        self.started = context.start()
        self._thread = get_ident()
        with context.enable_grad(), context.quiet(), context.tracing_with(self):
            self.result = call()

    # -- called by Values while tracing --------------------------------------------------------------

    def compares(self, node: Value) -> Any:
        """Record a comparison, and return what the function sees in its place."""
        frame, _ = user_frame()
        instruction = frame.f_code.co_filename, frame.f_code.co_firstlineno, frame.f_lasti
        self.compared[Compared(instruction, self._counts[instruction])] = node
        self._counts[instruction] += 1
        self.untested.add(node)
        return node

    def decided(self, condition: Value) -> None:
        """Record a guard: Python branches on this Value."""
        frame, _ = user_frame()
        file, line = frame.f_code.co_filename, frame.f_lineno
        code = linecache.getline(file, line).strip()
        self._conditions.append(condition)
        self.untested.discard(condition)
        self.guards.append(Guard(condition._number != 0.0, f"{place((file, line))}: {code}".rstrip(": ")))

    def detached(self, leaf: Value, source: Value) -> Value:
        """Record that `leaf` is a detached copy of `source`: the same number, but no gradient flows through it."""
        self._sources[leaf] = source
        return leaf

    def computes(self, leaf: Value) -> bool:
        """True if each run recomputes this leaf's number; other new leaves are constants."""
        return leaf in self._sources or leaf in self.draws

    def was_read(self, how: str) -> None:
        """Warn that a Value was turned into a number."""
        _, depth = user_frame()
        warnings.warn(
            f"{how} was read while the function was traced: the program will keep its current number as a constant. "
            "Compute with the Value itself",
            TracingWarning,
            stacklevel=depth + 1,
        )

    def refuse_elsewhere(self, xs: Sequence[Any]) -> None:
        """CompileError in another thread, whose branches the trace doesn't see, if any of xs depends on the arguments."""
        if get_ident() == self._thread:
            return
        order = topological_order([x for x in xs if type(x) is Value], until=self.inputs)
        if not self.traced.isdisjoint(order):
            raise CompileError(
                "the traced function read a number in another thread, which the trace can't see: run that code with "
                "contextvars.copy_context().run, as asyncio.to_thread does"
            )

    def draw(self, sampler: Callable[[], float]) -> Value:
        """A placeholder Value for a random number that every run draws again."""
        drawn = Value(0.5)
        self.draws[drawn] = sampler
        return drawn

    # -- the program ---------------------------------------------------------------------------------

    def program(self, outputs: Sequence[tuple[str, Any]], named: bool = True) -> tuple[Program, list[Value]]:
        """A Program that computes these outputs and the guards' conditions, and the list of captured leaves.

        Its inputs are the arguments, the captured leaves and the draws, in that order. The leaves' display names are looked
        up only if `named`.
        """
        wanted = [*outputs, *((f"guard_{i}", condition) for i, condition in enumerate(self._conditions))]
        roots = [x for _, x in wanted if type(x) is Value]
        outer = context.differentiated_inputs()  # inputs of an enclosing transform: captured, whatever they were computed from
        order = topological_order(roots, until=(*self.inputs, *self.draws, *outer), sources=self._sources)
        known = {*self.inputs, *self.draws, *self._sources}
        captured = [x for x in order if x not in known and (x in outer or (x.op is None and x._a < self.started))]
        known_names = node_names(order) if named and len(order) <= MAX_NAMED else {}
        names = [*self.names, *(_captured_name(known_names.get(x, x.label), i) for i, x in enumerate(captured))]
        names += [f"draw_{i}" for i in range(len(self.draws))]
        builder = Builder([Input(name) for name in names])
        registers: dict[Value, Arg] = {x: i for i, x in enumerate([*self.inputs, *captured, *self.draws])}
        for node in order:
            if node in registers:
                continue
            if node.op is not None:
                args = tuple([arg if type(arg) is float else registers[arg] for arg in node.args])
                registers[node] = builder.add(node.op, args)
                if stands_for_bool(node):
                    registers[node] = builder.add(detach, (registers[node],))
            elif node in self._sources:
                source = registers[self._sources[node]]
                registers[node] = builder.add(detach, (source,)) if type(source) is int else source
            else:
                registers[node] = node._number
        found = [Output(name, registers[x] if type(x) is Value else x) for name, x in wanted]
        return builder.program(found), captured


class Rerun(Trace):
    """Another call of a traced function; `outcome(place, truth)` decides how each comparison turns out.

    With `as_bools`, the traced function sees bools in their place, as when it isn't traced. `truths` are the outcomes.
    TimeoutError after `most` comparisons: other outcomes may make a loop endless.
    """

    def __init__(
        self, outcome: Callable[[Compared, bool], bool], as_bools: bool, call: Callable[[], Any], most: float = math.inf
    ) -> None:
        self._outcome, self._as_bools, self._most = outcome, as_bools, most
        self.truths: dict[Compared, bool] = {}
        super().__init__([], [], call)

    def compares(self, node: Value) -> Any:
        super().compares(node)
        if len(self.compared) > self._most:
            raise TimeoutError
        place, truth = next(reversed(self.compared)), node._number != 0.0
        self.truths[place] = self._outcome(place, truth)
        if self.truths[place] is not truth:
            node = truth_of(ops.equal, node, 0.0)
        return self.truths[place] if self._as_bools else node

    def was_read(self, how: str) -> None:
        """No second warning."""


def _captured_name(name: str, i: int) -> str:
    """The display name of a captured leaf as an identifier, or one like `w0` if it has none."""
    return f"w{i}" if re.fullmatch(r"(v\d+)?", name) else identifier(name)


def identifier(name: str) -> str:
    """A name as an identifier: `layers[0].w[1]` is `layers_0_w_1`."""
    return re.sub(r"\W+", "_", name).strip("_")
