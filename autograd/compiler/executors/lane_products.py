# mypy: ignore-errors
"""Matrix products and dots on lanes, with accumulators that stay in the processor's registers.

Each takes a table of 64-bit words: counts, then addresses.
"""

from __future__ import annotations

from typing import Any

from autograd.compiler.executors.machine_code import CompilationUnit, inner
from autograd.compiler.executors.vectors import (
    GROUP,
    NARROW,
    WIDE,
    add,
    first,
    fma,
    integer,
    integers,
    load_group,
    load_narrow,
    load_repeated,
    load_wide,
    splat_narrow,
    splat_wide,
    store,
    sums,
    zero_wide,
)

ROWS = 4  # results per pass over the inputs
TILE = ROWS * GROUP
BYTES = 8


def _matmul() -> Any:
    wide, narrow = _tile(load_wide, splat_wide), _tile(load_narrow, splat_narrow)

    def matmul(lanes, out, table, y, z):
        """Table: number of results and of inputs, bytes between results, weights, biases, then the address of each input.

        Weights and biases are stored in tiles of ROWS results, the last one padded with zeros.
        """
        words = integers(table)
        n, m, stride, weights, biases = words[0], words[1], words[2], words[3], words[4]
        inputs = table + 5 * BYTES
        lane = 0
        while lane + WIDE - NARROW < lanes:
            for i in range(0, n, ROWS):
                wide(n - i, m, stride, weights + i * m * BYTES, biases + i * BYTES, inputs, out + i * stride, lane * BYTES)
            lane += WIDE
        while lane < lanes:
            for i in range(0, n, ROWS):
                narrow(n - i, m, stride, weights + i * m * BYTES, biases + i * BYTES, inputs, out + i * stride, lane * BYTES)
            lane += NARROW

    return matmul


def _tile(load: Any, splat: Any) -> Any:
    @inner
    def tile(n, m, stride, weights, biases, inputs, out, offset):
        a, b, c, d = splat(biases), splat(biases + BYTES), splat(biases + 2 * BYTES), splat(biases + 3 * BYTES)
        for j in range(m):
            x = load(integer(inputs + j * BYTES) + offset)
            w = weights + j * ROWS * BYTES
            a = fma(splat(w), x, a)
            b = fma(splat(w + BYTES), x, b)
            c = fma(splat(w + 2 * BYTES), x, c)
            d = fma(splat(w + 3 * BYTES), x, d)
        store(out + offset, a)
        if n > 1:
            store(out + stride + offset, b)
        if n > 2:
            store(out + 2 * stride + offset, c)
        if n > 3:
            store(out + 3 * stride + offset, d)

    return tile


def _lane_matmul() -> Any:
    def lane_matmul(lanes, out, table, y, z):
        """Add tiles of ROWS × GROUP sums to `out`.

        Table: how many left and right registers there are, padded to whole tiles, then their addresses.
        """
        n, m = integer(table), integer(table + BYTES)
        left = table + 2 * BYTES
        whole, rest = BYTES * (lanes // NARROW * NARROW), lanes % NARROW
        for i in range(0, n, ROWS):
            p, q = integer(left + BYTES * i), integer(left + BYTES * (i + 1))
            r, s = integer(left + BYTES * (i + 2)), integer(left + BYTES * (i + 3))
            for right in range(left + n * BYTES, left + (n + m) * BYTES, GROUP * BYTES):
                a, b, c, d = zero_wide(), zero_wide(), zero_wide(), zero_wide()
                for offset in range(0, whole, BYTES * NARROW):
                    x = load_group(right, offset)
                    a = fma(load_repeated(p + offset), x, a)
                    b = fma(load_repeated(q + offset), x, b)
                    c = fma(load_repeated(r + offset), x, c)
                    d = fma(load_repeated(s + offset), x, d)
                if rest:
                    x = first(load_group(right, whole), rest)
                    a = fma(first(load_repeated(p + whole), rest), x, a)
                    b = fma(first(load_repeated(q + whole), rest), x, b)
                    c = fma(first(load_repeated(r + whole), rest), x, c)
                    d = fma(first(load_repeated(s + whole), rest), x, d)
                store(out, add(load_narrow(out), sums(a, b)))
                store(out + NARROW * BYTES, add(load_narrow(out + NARROW * BYTES), sums(c, d)))
                out += TILE * BYTES

    return lane_matmul


def _dot() -> Any:
    wide, narrow = _weighted_sum(load_wide, splat_wide), _weighted_sum(load_narrow, splat_narrow)

    def dot(lanes, out, table, y, z):
        """Table: the number of pairs of a uniform and a varying factor, that of pairs of two varying factors, and 1 if the
        bias varies, else 0; then the addresses of the bias and of the pairs.
        """
        lane = 0
        while lane + WIDE - NARROW < lanes:
            wide(out, table, lane * BYTES)
            lane += WIDE
        while lane < lanes:
            narrow(out, table, lane * BYTES)
            lane += NARROW

    return dot


def _weighted_sum(load: Any, splat: Any) -> Any:
    @inner
    def weighted_sum(out, table, offset):
        bias = integer(table + 3 * BYTES)
        total = load(bias + offset) if integer(table + 2 * BYTES) else splat(bias)
        pair = table + 4 * BYTES
        for _ in range(integer(table)):
            total = fma(splat(integer(pair)), load(integer(pair + BYTES) + offset), total)
            pair += 2 * BYTES
        for _ in range(integer(table + BYTES)):
            total = fma(load(integer(pair) + offset), load(integer(pair + BYTES) + offset), total)
            pair += 2 * BYTES
        store(out + offset, total)

    return weighted_sum


MATMUL = CompilationUnit("matmul", _matmul)
LANE_MATMUL = CompilationUnit("lane_matmul", _lane_matmul)
DOT = CompilationUnit("dot", _dot)
