"""The memory of a run on lanes: registers shared by the threads of a call, and one block of lanes per thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.executors import lane_interpreter as interpreter
from autograd.compiler.executors.lane_code import LaneCode
from autograd.compiler.executors.lane_kernels import kernel, list_kernel
from autograd.compiler.executors.lane_ops import ONE, SWITCHED, ZERO, op_of
from autograd.compiler.executors.machine_code import addresses, take
from autograd.compiler.executors.vectors import NARROW, WIDE
from autograd.compiler.tape import Tape

MAX_WIDTH = 256
BLOCK_BYTES = 1024 * 1024  # per block of lanes: half of a second-level cache
RANGE_COST = 100_000.0  # nanoseconds of work per range of lanes, at least
MAX_RANGES = 64


def aligned(count: int, kind: Any = np.float64) -> Any:
    """Zeros, aligned to a cache line."""
    memory = np.zeros(8 * count + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + 8 * count].view(kind)


class State:
    """The memory of one call: uniform registers, and sums per range of lanes."""

    def __init__(self, tape: Tape, code: LaneCode) -> None:
        self.tape, self.code = tape, code
        self.memory = aligned(code.uniform)
        self.memory[tape.constant_registers] = tape.constants
        self.memory[[tape.uniform - 1 - ONE, tape.uniform - 1 - ZERO]] = 1.0, 0.0
        varies = tape.inputs >= tape.uniform
        self.inputs = self.memory[: np.count_nonzero(~varies)]
        self.lane_inputs = tape.inputs[varies] - tape.uniform
        varies = tape.outputs >= tape.uniform
        self.lane_outputs = tape.outputs[varies] - tape.uniform
        self.lane_count, self.shared_count = len(self.lane_outputs), len(varies) - len(self.lane_outputs)
        self.shared_outputs = np.zeros(self.shared_count)
        self.weights = aligned(len(code.weights))
        self.sums = aligned(code.sums)
        self.lanes, self.ranges = -1, 1
        self.scaled = 0.0
        self.arrays: list[Any] = []  # of a call
        self.width = max(min(BLOCK_BYTES // (8 * max(code.varying, 1)), MAX_WIDTH) // WIDE, 1) * WIDE
        self._kept = [*_uniform_rows(tape), np.ascontiguousarray(tape.outputs[~varies], np.int32)]
        self._set_words()
        self.address = self.words.ctypes.data
        self.places = self.address + 8 * interpreter.ARRAYS
        self.output_place = self.address + 8 * interpreter.LANE_OUTPUTS
        self.threads = [Thread(self)]

    def _set_words(self) -> None:
        tape, code = self.tape, self.code
        codes, results, starts, args, shapes, kernels, scratch, outputs = self._kept
        words = self.words = np.zeros(interpreter.ARRAYS + 2 * len(self.lane_inputs) + 2, np.int64)
        words[interpreter.MEMORY] = self.memory.ctypes.data
        words[interpreter.CODES : interpreter.BEFORE] = [x.ctypes.data for x in (codes, results, starts, args, shapes)]
        words[interpreter.BEFORE : interpreter.KERNELS] = tape.before, tape.after, len(codes)
        words[interpreter.KERNELS], words[interpreter.SCRATCH] = kernels.ctypes.data, scratch.ctypes.data
        words[interpreter.WEIGHTS : interpreter.SUMS] = self.weights.ctypes.data, code.weights.ctypes.data, len(code.weights)
        words[interpreter.SUMS], words[interpreter.SUM_COUNT] = self.sums.ctypes.data, code.sums
        totals, positions = code.totals.ctypes.data, code.total_positions.ctypes.data
        words[interpreter.TOTALS : interpreter.LANES] = totals, positions, len(code.totals)
        shared = self.shared_outputs.ctypes.data, outputs.ctypes.data, len(outputs)
        words[interpreter.SHARED_OUTPUTS : interpreter.LANE_OUTPUTS] = shared
        self.scale = words[interpreter.SCALE : interpreter.SCALE + 1].view(np.float64)
        words[interpreter.LANE_OUTPUT_COUNT] = self.lane_count

    def given(self, uniform: Any, per_lane: Sequence[Any], lanes: int, scale: float) -> Any:
        """Store the inputs of a call, and return an array for the per-lane outputs."""
        self.inputs[:] = uniform
        self.set(lanes, scale)
        self.arrays = [np.ascontiguousarray(x, np.float64) for x in per_lane]  # kept alive until no thread uses them
        left, place = len(self.lane_inputs), self.places
        for x in self.arrays:
            columns = take(place, lanes, x)
            left -= columns
            place += 16
            if left < 0 or not columns:
                break
        if left or place != self.places + 16 * len(self.arrays):
            shapes = ", ".join(str(x.shape) for x in self.arrays)
            expected = f"arrays of {lanes} lanes with {len(self.lane_inputs)} columns in all"
            raise ValueError(f"per_lane: expected {expected}, got {f'shapes {shapes}' if shapes else 'none'}")
        self.words[interpreter.ARRAY_COUNT] = len(self.arrays)
        self.words[interpreter.NEXT_RANGE] = 0
        if not self.lane_count:
            return self.no_outputs
        outputs = np.empty((self.lane_count, lanes))
        take(self.output_place, lanes, outputs)
        self.arrays.append(outputs)
        return outputs

    def set(self, lanes: int, scale: float) -> None:
        """Store the number of lanes, and the scale of the outputs."""
        if scale != self.scaled:
            self.scale[0] = self.scaled = scale
        if lanes != self.lanes:
            self._set_lanes(lanes)

    def _set_lanes(self, lanes: int) -> None:
        # Ranges depend only on the number of lanes, so sums are the same for any number of threads.
        wanted = max(int(min(self.code.cost * lanes / RANGE_COST, MAX_RANGES)), 1)
        size = max(-(-lanes // (wanted * self.width)), 1) * self.width
        self.ranges = -(-lanes // size)
        if len(self.sums) < self.ranges * self.code.sums:
            self.sums = aligned(self.ranges * self.code.sums)
            self.words[interpreter.SUMS] = self.sums.ctypes.data
        self.lanes, self.no_outputs = lanes, np.empty((0, lanes))
        self.words[interpreter.LANES : interpreter.NEXT_RANGE] = lanes, size, self.ranges

    def threads_for(self, count: int) -> list[Thread]:
        """As many blocks of lanes, one per thread."""
        self.threads += [Thread(self) for _ in range(count - len(self.threads))]
        return self.threads[:count]


class Thread:
    """A block of lanes, and the code resolved to its addresses."""

    def __init__(self, state: State) -> None:
        code = state.code
        width = state.width
        stride = width + NARROW  # not a power of 2, whose multiples compete for a few cache lines
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
    """Arrays of the uniform rows for the interpreter: codes, results, starts, args, shapes, kernels, and space for a table."""
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
    for i, kernel_address in zip(sources, addresses(sources.values()), strict=True):
        kernels[i] = kernel_address, op_of(tape.ops[i]).arity is None
    arrays = (codes[tape.codes], tape.results, tape.starts, tape.args, tape.shapes)
    most = int(np.diff(tape.starts).max(initial=0))
    return [*(np.ascontiguousarray(x, np.int32) for x in arrays), kernels, np.zeros(1 + most, np.int64)]
