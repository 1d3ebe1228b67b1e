"""The arrays and floats of a call, read by machine code from where CPython and NumPy store addresses, types and shapes.

Inspecting a few arguments in Python takes several microseconds, as long as a small program runs.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numba import types

from autograd.compiler.executors import lane_interpreter as interpreter
from autograd.compiler.executors.machine_code import entry
from autograd.compiler.executors.vectors import call, doubles, integers, small_integers

# -- byte offsets of fields in objects ------------------------------------------------------------------------------------

_HEAD = object.__basicsize__
_TYPE = _HEAD - 8
_ITEM_COUNT, _ITEMS = _HEAD, tuple.__basicsize__
_NUMBER = _HEAD
_DATA, _DIMENSIONS, _SHAPE, _DTYPE, _FLAGS = _HEAD, _HEAD + 8, _HEAD + 16, _HEAD + 40, _HEAD + 48
_CONTIGUOUS_AND_ALIGNED = 0x101

# -- words that describe the arguments of a call: types of floats and arrays, arrays' dtype, number of arguments, then each --

FLOAT, ARRAY, DTYPE, COUNT, FIRST = range(5)
POSITION, DIMENSIONS, SHAPE, SIZE = range(4)  # POSITION among the uniform inputs, or -1 for lanes; SIZE per lane
WORDS_EACH = 4
NO_ARRAY = -1  # in place of a float's dimensions


class ArrayArguments:
    """The expected arguments of a call: an array for each shape, a float for each None; `lanes` tells which have lanes."""

    def __init__(self, shapes: Sequence[tuple[int, ...] | None], lanes: Sequence[bool]) -> None:
        self._shapes = [np.array([*(shape or ()), 0], np.int64) for shape in shapes]  # never empty, since a word is always read
        words, position = [id(float), id(np.ndarray), id(np.dtype(np.float64)), len(shapes)], 0
        for shape, kept, has_lanes in zip(shapes, self._shapes, lanes, strict=True):
            size = math.prod((shape or ())[has_lanes:])
            words += [-1 if has_lanes else position, NO_ARRAY if shape is None else len(shape), kept.ctypes.data, size]
            position += 0 if has_lanes else size
        self._words = np.array(words, np.int64)
        self.address = self._words.ctypes.data


@lru_cache(maxsize=1)
def readable() -> bool:
    """True if CPython and NumPy lay out objects as this module expects."""
    array, pair, x = np.zeros((2, 3)), (1.5, 2.5), 1.5
    strided = np.zeros((4, 4))[:, ::2]

    def word(x: Any, at: int, kind: Any = ctypes.c_int64) -> int:
        return int(kind.from_address(id(x) + at).value)

    return (
        [word(array, at) for at in (_TYPE, _DATA, _DTYPE)] == [id(np.ndarray), array.ctypes.data, id(array.dtype)]
        and word(x, _TYPE) == id(float)
        and ctypes.c_double.from_address(id(x) + _NUMBER).value == x
        and [word(pair, at) for at in (_ITEM_COUNT, _ITEMS, _ITEMS + 8)] == [2, *map(id, pair)]
        and word(array, _DIMENSIONS, ctypes.c_int32) == 2
        and ctypes.string_at(word(array, _SHAPE), 16) == np.array([2, 3], np.int64).tobytes()
        and word(array, _FLAGS, ctypes.c_int32) & _CONTIGUOUS_AND_ALIGNED == _CONTIGUOUS_AND_ALIGNED
        and word(strided, _FLAGS, ctypes.c_int32) & _CONTIGUOUS_AND_ALIGNED != _CONTIGUOUS_AND_ALIGNED
    )


def _run_on(function, expected, state, thread, xs, numbers, outputs):  # type: ignore[no-untyped-def]
    """Pass the arguments in the tuple xs to a state, and run it unless `function` is 0; return 0 if they aren't as expected.

    The uniform outputs go to the array `numbers`, the per-lane ones to the array `outputs`.
    """
    words, given = integers(expected), integers(xs + _ITEMS)
    if integers(xs + _ITEM_COUNT)[0] != words[COUNT]:
        return 0
    for i in range(words[COUNT]):
        x, wanted = given[i], integers(expected + 8 * (FIRST + WORDS_EACH * i))
        kind = integers(x + _TYPE)[0]
        if wanted[DIMENSIONS] == NO_ARRAY:
            if kind != words[FLOAT]:
                return 0
            continue
        if kind != words[ARRAY] or integers(x + _DTYPE)[0] != words[DTYPE]:
            return 0
        if small_integers(x + _FLAGS)[0] & _CONTIGUOUS_AND_ALIGNED != _CONTIGUOUS_AND_ALIGNED:
            return 0
        if small_integers(x + _DIMENSIONS)[0] != wanted[DIMENSIONS]:
            return 0
        shape, wanted_shape = integers(integers(x + _SHAPE)[0]), integers(wanted[SHAPE])
        for k in range(wanted[DIMENSIONS]):
            if shape[k] != wanted_shape[k]:
                return 0
    own, arrays = integers(state), 0
    for i in range(words[COUNT]):
        wanted = integers(expected + 8 * (FIRST + WORDS_EACH * i))
        data = given[i] + _NUMBER if wanted[DIMENSIONS] == NO_ARRAY else integers(given[i] + _DATA)[0]
        if wanted[POSITION] < 0 and wanted[SIZE]:
            own[interpreter.ARRAYS + 2 * arrays] = data
            own[interpreter.ARRAYS + 2 * arrays + 1] = wanted[SIZE]
            arrays += 1
        elif wanted[POSITION] >= 0:
            source, inputs = doubles(data), doubles(own[interpreter.MEMORY] + 8 * wanted[POSITION])
            for k in range(wanted[SIZE]):
                inputs[k] = source[k]
    own[interpreter.ARRAY_COUNT], own[interpreter.NEXT_RANGE] = arrays, 0
    own[interpreter.LANE_OUTPUTS] = integers(outputs + _DATA)[0]
    if function:
        before = own[interpreter.SHARED_OUTPUTS]
        own[interpreter.SHARED_OUTPUTS] = integers(numbers + _DATA)[0]
        call(function, state, thread, interpreter.PREPARE | interpreter.RUN | interpreter.FINISH, 0, 0)
        own[interpreter.SHARED_OUTPUTS] = before
    return 1


run_on = entry([types.int64(*[types.int64] * 7)], _run_on)
