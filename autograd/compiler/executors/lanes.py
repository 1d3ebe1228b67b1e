"""Lanes: runs a Tape in machine code, on many lanes side by side and on several threads. It needs Numba."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ctypes import CFUNCTYPE, c_int64
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.compiler.executors import lane_interpreter as interpreter
from autograd.compiler.executors.lane_code import LaneCode
from autograd.compiler.executors.lane_interpreter import FINISH, PREPARE, RUN
from autograd.compiler.executors.lane_ops import ONE, SWITCHED, ZERO, kernel, list_kernel, op_of, unavailable
from autograd.compiler.executors.machine_code import addresses
from autograd.compiler.executors.vectors import NARROW, WIDE
from autograd.compiler.tape import Tape
from autograd.errors import CompileError

MAX_WIDTH = 256
BLOCK_BYTES = 768 * 1024  # of a block of lanes: most of a second-level cache
RANGE_COST = 100_000.0  # nanoseconds of work that are worth a range of its own
MAX_RANGES = 64

PHASES = PREPARE | RUN | FINISH
_signature = CFUNCTYPE(None, *[c_int64] * 5)  # a call of it releases Python's lock


class Lanes:
    """A tape, ready to run.

    >>> from autograd import ops
    >>> from autograd.compiler.program import Input, Output, Program, Row
    >>> from autograd.compiler.tape import Tape
    >>> rows = (Row(ops.mul, (1, 0), 2), Row(ops.add, (2, 0.5), 3))
    >>> lanes = Lanes(Tape.of(Program((Input("x", True), Input("w")), rows, (Output("y", 3),), 4)))
    >>> lanes(np.array([10.0]), [np.array([1.0, 2.0, 3.0])], 3)
    (array([], dtype=float64), array([[10.5, 20.5, 30.5]]))
    """

    def __init__(self, tape: Tape, threads: int | None = None) -> None:
        for name in unavailable(tape.ops):
            raise CompileError(f"{name} was made by custom_op, so it cannot run in machine code: use another executor")
        self._tape = tape
        self._threads = cores() if threads is None else threads
        self._code = LaneCode(tape)
        (address,) = addresses([interpreter.INTERPRETER])
        self._interpret = _signature(address)
        self._free: list[_State] = []

    def __call__(self, uniform: Any, per_lane: Sequence[Any], lanes: int) -> tuple[Any, Any]:
        """The uniform outputs, and those per lane, of shape (outputs, lanes).

        `uniform` holds all uniform inputs; the arrays of `per_lane`, of shape (lanes, inputs) or (lanes,), those that vary.
        """
        try:
            state = self._free.pop()
        except IndexError:
            state = _State(self._tape, self._code)
        try:
            outputs = state.given(uniform, per_lane, lanes)
            if state.ranges <= 1 or self._threads == 1:
                self._interpret(state.address, state.thread(0).address, PHASES, 0, state.ranges)
            else:
                self._on_threads(state)
            return state.shared_outputs.copy(), outputs
        finally:
            self._free.append(state)

    def _on_threads(self, state: _State) -> None:
        count = min(self._threads, state.ranges)
        bounds = [state.ranges * i // count for i in range(count + 1)]
        own = [state.thread(i).address for i in range(count)]
        self._interpret(state.address, own[0], PREPARE, 0, 0)
        others = [pool().submit(self._interpret, state.address, own[i], RUN, bounds[i], bounds[i + 1]) for i in range(1, count)]
        self._interpret(state.address, own[0], RUN, 0, bounds[1])
        for other in others:
            other.result()
        self._interpret(state.address, own[0], FINISH, 0, 0)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=1)
def pool() -> ThreadPoolExecutor:
    """Threads, for all programs of this process."""
    return ThreadPoolExecutor(cores(), thread_name_prefix="lanes")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.cache_clear)  # a fork has no threads


def aligned(count: int, kind: Any = np.float64) -> Any:
    """Zeros that start at a cache line."""
    memory = np.zeros(8 * count + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + 8 * count].view(kind)


class _State:
    """The memory of one call: uniform registers, and the sums of each range of lanes."""

    def __init__(self, tape: Tape, code: LaneCode) -> None:
        self.tape, self.code = tape, code
        self.memory = aligned(code.uniform)
        self.memory[tape.constant_registers] = tape.constants
        self.memory[[tape.uniform - 1 - ONE, tape.uniform - 1 - ZERO]] = 1.0, 0.0
        varies = tape.inputs >= tape.uniform
        self.inputs, self.lane_inputs = tape.inputs[~varies], tape.inputs[varies] - tape.uniform
        varies = tape.outputs >= tape.uniform
        self.lane_outputs = tape.outputs[varies] - tape.uniform
        self.shared_outputs = np.zeros(np.count_nonzero(~varies))
        self.weights = aligned(len(code.weights))
        self.sums = aligned(code.sums)
        self.ranges = 1
        self._threads: list[_Thread] = []
        self._kept = [*_uniform_rows(tape), np.ascontiguousarray(tape.outputs[~varies], np.int32)]
        self._set_words()
        self.address = self.words.ctypes.data

    def _set_words(self) -> None:
        tape, code = self.tape, self.code
        codes, results, starts, args, shapes, kernels, scratch, outputs = self._kept
        words = self.words = np.zeros(interpreter.STATE_SIZE, np.int64)
        words[interpreter.MEMORY] = self.memory.ctypes.data
        words[interpreter.CODES : interpreter.BEFORE] = [x.ctypes.data for x in (codes, results, starts, args, shapes)]
        words[interpreter.BEFORE : interpreter.KERNELS] = tape.before, tape.after, len(codes)
        words[interpreter.KERNELS], words[interpreter.SCRATCH] = kernels.ctypes.data, scratch.ctypes.data
        words[interpreter.WEIGHTS : interpreter.SUMS] = self.weights.ctypes.data, code.weights.ctypes.data, len(code.weights)
        words[interpreter.SUMS], words[interpreter.SUM_COUNT] = self.sums.ctypes.data, code.sums
        words[interpreter.TOTALS : interpreter.LANES] = (
            code.totals.ctypes.data,
            code.total_positions.ctypes.data,
            len(code.totals),
        )
        words[interpreter.SHARED_OUTPUTS : interpreter.LANE_OUTPUTS] = (
            self.shared_outputs.ctypes.data,
            outputs.ctypes.data,
            len(outputs),
        )
        words[interpreter.LANE_OUTPUT_COUNT] = len(self.lane_outputs)

    def given(self, uniform: Any, per_lane: Sequence[Any], lanes: int) -> Any:
        """Take the inputs of a call; returns an array for the outputs that vary."""
        self.memory[self.inputs] = uniform
        self.arrays = [np.ascontiguousarray(x, np.float64) for x in per_lane]
        outputs = np.empty((len(self.lane_outputs), lanes))
        self._set_ranges(lanes)
        words = self.words
        table = self.table = np.array([[x.ctypes.data, 1 if x.ndim == 1 else x.shape[1]] for x in self.arrays], np.int64)
        words[interpreter.ARRAYS], words[interpreter.ARRAY_COUNT] = table.ctypes.data, len(table)
        words[interpreter.LANE_OUTPUTS] = outputs.ctypes.data
        return outputs

    def _set_ranges(self, lanes: int) -> None:
        # They depend on the lanes alone, so that sums are the same on any number of threads.
        wanted = int(min(self.code.cost * lanes / RANGE_COST, MAX_RANGES))
        size = max(-(-lanes // max(wanted, 1)), 1)
        size += -size % WIDE
        self.ranges = -(-lanes // size)
        if len(self.sums) < self.ranges * self.code.sums:
            self.sums = aligned(self.ranges * self.code.sums)
            self.words[interpreter.SUMS] = self.sums.ctypes.data
        self.words[interpreter.LANES : interpreter.ARRAYS] = lanes, size, self.ranges

    def thread(self, i: int) -> _Thread:
        """The block of lanes of the i-th thread."""
        if i == len(self._threads):
            self._threads.append(_Thread(self))
        return self._threads[i]


class _Thread:
    """A block of lanes, and the code with its addresses."""

    def __init__(self, state: _State) -> None:
        code = state.code
        width = max(min(BLOCK_BYTES // (8 * max(code.varying, 1)), MAX_WIDTH) // WIDE, 1) * WIDE
        stride = width + NARROW  # not a power of 2, whose multiples share few lines of a cache
        self.memory = aligned(code.varying * stride)
        self.sums = aligned(code.sums)
        self.tables = np.zeros(len(code.tables.spaces), np.int64)
        bases = [0, *(x.ctypes.data for x in (state.memory, self.memory, self.tables, self.sums, state.weights)), 0]
        scales = np.array([1, 8, 8 * stride, 8, 8, 8, 8 * stride])
        self.tables[:] = code.tables.at(np.array(bases), scales)
        self.rows = code.rows.at(np.array(bases), scales)
        self.inputs, self.outputs = (
            self.memory.ctypes.data + 8 * stride * registers.astype(np.int64)
            for registers in (state.lane_inputs, state.lane_outputs)
        )
        kept = (self.rows, self.sums, self.inputs, self.outputs)
        rows, sums, inputs, outputs = (x.ctypes.data for x in kept)
        self.words = np.array([width, rows, len(self.rows), sums, inputs, outputs], np.int64)
        self.address = self.words.ctypes.data


def _uniform_rows(tape: Tape) -> list[Any]:
    """What the interpreter reads of uniform rows: codes, results, starts, args, shapes; kernels, and room for their tables."""
    chosen = np.zeros(len(tape.codes), bool)
    chosen[: tape.before] = chosen[tape.after :] = True
    used = set(np.unique(tape.codes[chosen]).tolist())
    codes = np.zeros(len(tape.ops), np.int32)
    sources = {}
    for i, name in enumerate(tape.ops):
        codes[i] = SWITCHED.index(name) if name in SWITCHED else interpreter.FIRST_CALL + i
        if name not in SWITCHED and i in used:
            arity = op_of(name).arity
            sources[i] = list_kernel(name) if arity is None else kernel(name, (True,) * arity)
    kernels = np.zeros((len(tape.ops), 2), np.int64)
    for (i, _), address in zip(sources.items(), addresses(sources.values()), strict=True):
        kernels[i] = address, op_of(tape.ops[i]).arity is None
    arrays = (codes[tape.codes], tape.results, tape.starts, tape.args, tape.shapes)
    most = int(np.diff(tape.starts).max(initial=0))
    return [*(np.ascontiguousarray(x, np.int32) for x in arrays), kernels, np.zeros(1 + 2 * most, np.int64)]
