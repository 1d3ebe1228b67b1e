"""Lanes: runs a Tape in machine code, on many lanes at once and on several threads. It needs Numba."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from autograd.compiler.executors.interrupts import later

try:
    with later():  # an import of Numba that was broken off can't be made again
        import numba  # noqa: F401  # the modules below use it
except ImportError as error:
    raise ImportError('machine code needs Numba: pip install "scalar-autograd[compile]"') from error

import numpy as np

from autograd.compiler.executors import lane_interpreter as interpreter
from autograd.compiler.executors.array_arguments import ArrayArguments, run_on
from autograd.compiler.executors.helpers import HELPERS
from autograd.compiler.executors.lane_code import LaneCode
from autograd.compiler.executors.lane_interpreter import FINISH, PREPARE, RUN
from autograd.compiler.executors.lane_memory import State
from autograd.compiler.executors.lane_ops import unavailable
from autograd.compiler.executors.machine_code import addresses, run
from autograd.compiler.tape import Tape
from autograd.errors import CompileError


class Lanes:
    """A tape, ready to run."""

    def __init__(self, tape: Tape, threads: int | None = None) -> None:
        for name in unavailable(tape.ops):
            raise CompileError(f"{name} was made by custom_op, so it cannot run in machine code: use another executor")
        tape = self._tape = tape.arrays()
        self._threads = cores() if threads is None else threads
        self._code = LaneCode(tape)
        (self._interpreter,) = addresses([interpreter.INTERPRETER])
        self._free: list[State] = []

    def __call__(self, uniform: Any, per_lane: Sequence[Any], lanes: int, scale: float = 1.0) -> tuple[Any, Any]:
        """The uniform outputs, and the per-lane ones in shape (outputs, lanes), all multiplied by `scale`.

        `uniform` holds all uniform inputs; the arrays in `per_lane`, of shape (lanes, inputs) or (lanes,), hold the others.
        """
        state = self._state()
        outputs = state.given(uniform, per_lane, lanes, scale)
        if not self._on_many(state):
            run(self._interpreter, state.address, state.threads[0].address, PREPARE | RUN | FINISH)
        else:
            self._on_threads(state)
        found = state.shared_outputs.copy(), outputs
        state.arrays = []
        self._free.append(state)  # not after an interrupt, when other threads may still use it
        return found

    def on_arrays(self, expected: ArrayArguments, xs: tuple[Any, ...], lanes: int, scale: float) -> tuple[Any, Any] | None:
        """The same for the arrays and floats of a call; None if they aren't as expected."""
        state = self._state()
        if lanes != state.lanes or scale != state.scaled:
            state.set(lanes, scale)
        many = self._on_many(state)
        numbers = state.shared_outputs if many else np.empty(state.shared_count)
        outputs = np.empty((state.lane_count, lanes)) if state.lane_count else state.no_outputs
        own, thread = state.address, state.threads[0].address
        function = 0 if many else self._interpreter
        fit = run_on(function, expected.address, own, thread, id(xs), id(numbers), id(outputs))
        if fit and many:
            state.arrays = [xs, outputs]  # kept alive until no thread uses them
            self._on_threads(state)
            numbers, state.arrays = numbers.copy(), []
        self._free.append(state)  # not after an interrupt
        return (numbers, outputs) if fit else None

    def _state(self) -> State:
        try:
            return self._free.pop()
        except IndexError:
            return State(self._tape, self._code)

    def _on_many(self, state: State) -> bool:
        return state.ranges > 1 and self._threads > 1

    def _on_threads(self, state: State) -> None:
        own = state.threads[0].address
        run(self._interpreter, state.address, own, PREPARE)
        helpers = HELPERS.take(min(self._threads, state.ranges) - 1, self._threads)
        try:
            for helper, thread in zip(helpers, state.threads_for(1 + len(helpers))[1:], strict=True):
                helper.begin(self._interpreter, state, thread)
            run(self._interpreter, state.address, own, RUN)
            for helper in helpers:
                helper.end()
        finally:
            HELPERS.give_back(helpers)
        run(self._interpreter, state.address, own, FINISH)


def cores() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
