# mypy: ignore-errors
"""The loops that run a lowered tape: uniform rows one by one, all others as calls of kernels, block by block."""

from __future__ import annotations

from typing import Any

from autograd.compiler.executors.lane_ops import BINARY, SWITCHED, TERNARY, UNARY, jitted
from autograd.compiler.executors.machine_code import CompilationUnit, inner
from autograd.compiler.executors.vectors import as_float, call, doubles, fetch, integers, small_integers, take_number

# -- codes of uniform rows: positions in SWITCHED, then ops that are called ------------------------------------------------

FIRST_BINARY = len(UNARY)
FIRST_TERNARY = FIRST_BINARY + len(BINARY)
SUM, DOT, MATMUL, FIRST_CALL = range(len(SWITCHED) - 3, len(SWITCHED) + 1)

# -- words of a state, shared by the threads of one call: addresses and counts -------------------------------------------

MEMORY, CODES, RESULTS, STARTS, ARGS, SHAPES, BEFORE, AFTER, ROWS = range(9)  # uniform registers and rows
KERNELS, SCRATCH = 9, 10  # each called op's kernel address, and 1 if it takes a table; space for a table
WEIGHTS, WEIGHT_REGISTERS, WEIGHT_COUNT = 11, 12, 13  # of matrix products, in the order in which they are read
SUMS, SUM_COUNT = 14, 15  # per range of lanes
TOTALS, TOTAL_POSITIONS, TOTAL_COUNT = 16, 17, 18  # registers of the sums over all ranges, and positions of their summands
LANES, RANGE, RANGES, NEXT_RANGE = 19, 20, 21, 22  # lanes, lanes per range, ranges, the next range to run
SHARED_OUTPUTS, SHARED_OUTPUT_REGISTERS, SHARED_OUTPUT_COUNT = 23, 24, 25
LANE_OUTPUTS, LANE_OUTPUT_COUNT = 26, 28  # the address is followed by the number of columns
SCALE = 29  # a float that multiplies the outputs
ARRAY_COUNT, ARRAYS = 30, 31  # address and number of columns of each array of inputs, up to the end

# -- words of a thread: its own block of lanes ---------------------------------------------------------------------------

WIDTH, CODE, CODE_COUNT, OWN_SUMS, INPUTS, OUTPUTS = range(6)  # the last two list addresses of the per-lane ones

PREPARE, RUN, FINISH = 1, 2, 4  # phases
CODE_WORDS = 5  # kernel, result, arguments
MIN_LONG = 32  # products in a long dot
LINE = 16  # register numbers per cache line
LONG = 10_000  # rows: more don't stay in the cache from one call to the next
AHEAD = 256  # how many rows, or products of a long dot, to prefetch ahead
STRIP = 16  # lanes whose inputs fit into the first-level cache


def _unary(names: tuple[str, ...], first: int) -> Any:
    """A function that applies the op with a given code. LLVM turns the nested tests into one jump."""
    if not names:
        return inner(lambda code, x: x)
    f, rest = jitted(names[0]), _unary(names[1:], first + 1)

    def apply(code, x):
        if code == first:
            return f(x)
        return rest(code, x)

    return inner(apply)


def _binary(names: tuple[str, ...], first: int) -> Any:
    if not names:
        return inner(lambda code, x, y: x)
    f, rest = jitted(names[0]), _binary(names[1:], first + 1)

    def apply(code, x, y):
        if code == first:
            return f(x, y)
        return rest(code, x, y)

    return inner(apply)


@inner
def _dot(memory, weights, inputs, count, total):
    for i in range(count):
        total += memory[weights[i]] * memory[inputs[i]]
    return total


@inner
def _fetch_products(numbers, registers, i):
    """Prefetch for later products: the cache lines with their register numbers, and their factors, often side by side."""
    fetch(registers + 4 * (i + 2 * AHEAD))
    number = numbers + 8 * small_integers(registers)[i + AHEAD]
    fetch(number)
    fetch(number + 8 * (LINE // 2))


@inner
def _long_dot(numbers, args, count, total):
    """Keep four running sums, since each addition waits for the one before it."""
    memory, weights, inputs = doubles(numbers), small_integers(args), small_integers(args + 4 * count)
    b, c, d = 0.0, 0.0, 0.0
    for i in range(3, count, 4):
        if i % LINE == 3 and i + AHEAD < count:
            _fetch_products(numbers, args, i)
            _fetch_products(numbers, args + 4 * count, i)
        total += memory[weights[i - 3]] * memory[inputs[i - 3]]
        b += memory[weights[i - 2]] * memory[inputs[i - 2]]
        c += memory[weights[i - 1]] * memory[inputs[i - 1]]
        d += memory[weights[i]] * memory[inputs[i]]
    for i in range(count // 4 * 4, count):
        total += memory[weights[i]] * memory[inputs[i]]
    return (total + b) + (c + d)


@inner
def _one_column(memory, args, n, result):
    x = memory[args[n]]  # read once: the compiler must assume that each write may change it
    for i in range(n):
        memory[result + i] = memory[args[n + 1 + i]] + memory[args[i]] * x


@inner
def _two_columns(memory, args, n, result):
    x, y = memory[args[2 * n]], memory[args[2 * n + 1]]
    for i in range(n):
        memory[result + i] = memory[args[2 * n + 2 + i]] + memory[args[2 * i]] * x + memory[args[2 * i + 1]] * y


@inner
def _matmul(memory, args, shape, result):
    n, m = shape[0], shape[1]
    if m == 1:
        _one_column(memory, args, n, result)
    elif m == 2:
        _two_columns(memory, args, n, result)
    else:
        for i in range(n):
            total = memory[args[n * m + m + i]]
            for j in range(m):
                total += memory[args[i * m + j]] * memory[args[n * m + j]]
            memory[result + i] = total


@inner
def _call(words, op, args, count, result):
    memory, kernels, scratch = words[MEMORY], integers(words[KERNELS]), integers(words[SCRATCH])
    if kernels[2 * op + 1]:
        scratch[0] = count
        for i in range(count):
            scratch[1 + i] = memory + 8 * args[i]
        call(kernels[2 * op], 1, memory + 8 * result, words[SCRATCH], 0, 0)
    else:
        x, y, z = args[0], args[1 if count > 1 else 0], args[2 if count > 2 else 0]
        call(kernels[2 * op], 1, memory + 8 * result, memory + 8 * x, memory + 8 * y, memory + 8 * z)


@inner
def _fetch_rows(words, row, start):
    """Prefetch the cache lines of later rows: codes, results, starts of arguments, and up to three arguments each."""
    for place in (words[CODES], words[RESULTS], words[STARTS]):
        fetch(place + 4 * (row + AHEAD))
    for line in range(3):
        fetch(words[ARGS] + 4 * (start + 3 * AHEAD + line * LINE))


def _uniform_rows() -> Any:
    unary, binary, where = _unary(UNARY, 0), _binary(BINARY, FIRST_BINARY), jitted(TERNARY[0])

    @inner
    def some_rows(words, first, last):
        memory, codes, results = doubles(words[MEMORY]), small_integers(words[CODES]), small_integers(words[RESULTS])
        starts, all_args = small_integers(words[STARTS]), words[ARGS]
        for row in range(first, last):
            code, result = codes[row], results[row]
            args, count = small_integers(all_args + 4 * starts[row]), starts[row + 1] - starts[row]
            if code < FIRST_BINARY:
                memory[result] = unary(code, memory[args[0]])
            elif code < FIRST_TERNARY:
                memory[result] = binary(code, memory[args[0]], memory[args[1]])
            elif code < SUM:
                memory[result] = where(memory[args[0]], memory[args[1]], memory[args[2]])
            elif code == SUM:
                total = 0.0
                for i in range(count):
                    total += memory[args[i]]
                memory[result] = total
            elif code == DOT and count == 3:
                memory[result] = memory[args[0]] * memory[args[1]] + memory[args[2]]
            elif code == DOT:
                half = count // 2
                bias = memory[args[count - 1]]
                if half < MIN_LONG:
                    memory[result] = _dot(memory, args, small_integers(all_args + 4 * (starts[row] + half)), half, bias)
                else:
                    memory[result] = _long_dot(words[MEMORY], all_args + 4 * starts[row], half, bias)
            elif code == MATMUL:
                _matmul(memory, args, small_integers(words[SHAPES] + 8 * row), result)
            else:
                _call(words, code - FIRST_CALL, args, count, result)

    @inner
    def uniform_rows(words, first, last):
        starts = small_integers(words[STARTS])
        while first + LONG < last:
            _fetch_rows(words, first, starts[first])
            some_rows(words, first, first + LINE)
            first += LINE
        some_rows(words, first, last)

    return uniform_rows


@inner
def _copy_in(words, own, lane, lanes):
    """Copy the inputs of a block of lanes, each column into its register."""
    inputs = own[INPUTS]
    for a in range(words[ARRAY_COUNT]):
        columns = words[ARRAYS + 2 * a + 1]
        for start in range(0, lanes, STRIP):
            numbers = words[ARRAYS + 2 * a] + 8 * columns * (lane + start)
            for column in range(columns):
                x, to = doubles(numbers + 8 * column), doubles(integers(inputs + 8 * column)[0] + 8 * start)
                for i in range(min(STRIP, lanes - start)):
                    to[i] = x[columns * i]
        inputs += 8 * columns


@inner
def _copy_out(words, own, lane, lanes):
    outputs, scale = integers(own[OUTPUTS]), as_float(words[SCALE])
    for k in range(words[LANE_OUTPUT_COUNT]):
        x, to = doubles(outputs[k]), doubles(words[LANE_OUTPUTS] + 8 * (words[LANES] * k + lane))
        for i in range(lanes):
            to[i] = scale * x[i]


@inner
def _run_range(words, own, first, last, sums):
    code, own_sums = integers(own[CODE]), doubles(own[OWN_SUMS])
    for i in range(words[SUM_COUNT]):
        own_sums[i] = 0.0
    for lane in range(first, last, own[WIDTH]):
        lanes = min(own[WIDTH], last - lane)
        _copy_in(words, own, lane, lanes)
        for i in range(0, CODE_WORDS * own[CODE_COUNT], CODE_WORDS):
            call(code[i], lanes, code[i + 1], code[i + 2], code[i + 3], code[i + 4])
        _copy_out(words, own, lane, lanes)
    for i in range(words[SUM_COUNT]):
        sums[i] = own_sums[i]


@inner
def _add_ranges(words):
    memory, sums, count = doubles(words[MEMORY]), doubles(words[SUMS]), words[SUM_COUNT]
    totals, positions = small_integers(words[TOTALS]), small_integers(words[TOTAL_POSITIONS])
    ranges = words[RANGES]
    for k in range(1, ranges):
        others = doubles(words[SUMS] + 8 * count * k)
        for i in range(count):
            sums[i] += others[i]
    for i in range(words[TOTAL_COUNT]):
        memory[totals[i]] = sums[positions[i]] if ranges else 0.0


@inner
def _gather(numbers, registers, count, scale, to):
    for i in range(count):
        to[i] = scale * numbers[registers[i]]


def _interpreter() -> Any:
    uniform_rows = _uniform_rows()

    def interpret(state, thread, phases, y, z):
        """Run these phases: the rows before the lanes, the ranges of lanes not yet taken, the rows after the lanes."""
        words, own = integers(state), integers(thread)
        memory = doubles(words[MEMORY])
        if phases & PREPARE:
            uniform_rows(words, 0, words[BEFORE])
            _gather(memory, small_integers(words[WEIGHT_REGISTERS]), words[WEIGHT_COUNT], 1.0, doubles(words[WEIGHTS]))
        if phases & RUN:
            k = take_number(state + 8 * NEXT_RANGE)
            while k < words[RANGES]:
                lane = words[RANGE] * k
                sums = doubles(words[SUMS] + 8 * words[SUM_COUNT] * k)
                _run_range(words, own, lane, min(lane + words[RANGE], words[LANES]), sums)
                k = take_number(state + 8 * NEXT_RANGE)
        if phases & FINISH:
            _add_ranges(words)
            uniform_rows(words, words[AFTER], words[ROWS])
            registers = small_integers(words[SHARED_OUTPUT_REGISTERS])
            _gather(memory, registers, words[SHARED_OUTPUT_COUNT], as_float(words[SCALE]), doubles(words[SHARED_OUTPUTS]))

    return interpret


INTERPRETER = CompilationUnit("interpreter", _interpreter)
