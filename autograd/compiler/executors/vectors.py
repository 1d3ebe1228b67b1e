# mypy: ignore-errors
"""Numba types for SIMD: a `narrow` vector fills one register, a `wide` one fills GROUP of them. Memory is given by its address.

LLVM splits what is wider than the machine's registers, so the same code runs everywhere.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, codegen, config
from numba.extending import intrinsic, models, register_model

FEATURES = codegen.get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES
# ROWS wide accumulators, with their operands, fit into the registers.
NARROW, GROUP = (8, 4) if "+avx512f" in FEATURES else (4, 2)
WIDE = NARROW * GROUP

_DOUBLE = ir.DoubleType()
_INDEX = ir.IntType(32)


class Vector(types.Type):
    """`count` numbers, operated on at once."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(name=f"Vector({count})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, vector: Vector) -> None:
        super().__init__(manager, vector, ir.VectorType(_DOUBLE, vector.count))


_narrow, _wide = Vector(NARROW), Vector(WIDE)


def _read(builder: Any, address: Any, kind: Any) -> Any:
    return builder.load(builder.inttoptr(address, kind.as_pointer()), align=8)


def _indices(numbers: Any) -> Any:
    numbers = list(numbers)
    return ir.Constant(ir.VectorType(_INDEX, len(numbers)), numbers)


def _joined(builder: Any, parts: list[Any]) -> Any:
    """The vectors one after the other, as one; their number is a power of 2."""
    while len(parts) > 1:
        count = parts[0].type.count
        parts = [builder.shuffle_vector(a, b, _indices(range(2 * count))) for a, b in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]


def _repeated(builder: Any, number: Any, count: int) -> Any:
    kind = ir.VectorType(_DOUBLE, count)
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), number, _INDEX(0))
    return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), _indices([0] * count))


def _loader(vector: Vector) -> Any:
    @intrinsic
    def load(typing: Any, address: Any) -> Any:
        """The vector at an address."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return _read(builder, args[0], ir.VectorType(_DOUBLE, vector.count))

        return vector(types.int64), generate

    return load


def _splatter(vector: Vector) -> Any:
    @intrinsic
    def splat(typing: Any, address: Any) -> Any:
        """The number at an address, repeated."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return _repeated(builder, _read(builder, args[0], _DOUBLE), vector.count)

        return vector(types.int64), generate

    return splat


load_narrow, load_wide = _loader(_narrow), _loader(_wide)
splat_narrow, splat_wide = _splatter(_narrow), _splatter(_wide)


@intrinsic
def load_group(typing: Any, addresses: Any, offset: Any) -> Any:
    """A wide vector made of the narrow ones at `offset` from each of GROUP addresses, which are listed at `addresses`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        table, shift = args
        narrow = ir.VectorType(_DOUBLE, NARROW)
        starts = [_read(builder, builder.add(table, table.type(8 * i)), ir.IntType(64)) for i in range(GROUP)]
        return _joined(builder, [_read(builder, builder.add(start, shift), narrow) for start in starts])

    return _wide(types.int64, types.int64), generate


@intrinsic
def load_repeated(typing: Any, address: Any) -> Any:
    """A wide vector: the narrow one at an address, GROUP times."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        narrow = _read(builder, args[0], ir.VectorType(_DOUBLE, NARROW))
        return _joined(builder, [narrow] * GROUP)

    return _wide(types.int64), generate


@intrinsic
def store(typing: Any, address: Any, vector: Any) -> Any:
    """Write a vector to an address."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[1], builder.inttoptr(args[0], args[1].type.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(types.int64, vector), generate


@intrinsic
def fma(typing: Any, x: Any, y: Any, z: Any) -> Any:
    """x·y + z, rounded once if the machine can."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = args[0].type
        name = "llvm.fmuladd.f64" if kind == _DOUBLE else f"llvm.fmuladd.v{kind.count}f64"
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind] * 3), name)
        return builder.call(function, args)

    kind = x if isinstance(x, Vector) else types.float64
    return kind(kind, kind, kind), generate


@intrinsic
def as_integer(typing: Any, x: Any) -> Any:
    """The bits of a float."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def as_float(typing: Any, bits: Any) -> Any:
    """The float with these bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _DOUBLE)

    return types.float64(types.int64), generate


@intrinsic
def add(typing: Any, x: Any, y: Any) -> Any:
    """x + y"""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fadd(*args)

    return x(x, y), generate


@intrinsic
def zero_wide(typing: Any) -> Any:
    """A wide vector of zeros."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return ir.Constant(ir.VectorType(_DOUBLE, WIDE), [0.0] * WIDE)

    return _wide(), generate


@intrinsic
def first(typing: Any, vector: Any, count: Any) -> Any:
    """Each narrow part of a wide vector with all but its first `count` numbers replaced by 0."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = args[0].type
        positions = ir.Constant(ir.VectorType(ir.IntType(64), WIDE), [i % NARROW for i in range(WIDE)])
        start = builder.insert_element(ir.Constant(positions.type, ir.Undefined), args[1], _INDEX(0))
        limit = builder.shuffle_vector(start, ir.Constant(positions.type, ir.Undefined), _indices([0] * WIDE))
        return builder.select(builder.icmp_signed("<", positions, limit), args[0], ir.Constant(kind, [0.0] * WIDE))

    return vector(vector, types.int64), generate


@intrinsic
def sums(typing: Any, x: Any, y: Any) -> Any:
    """A narrow vector: the sum of each narrow part of two wide ones, in order."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        parts = [
            builder.shuffle_vector(wide, wide, _indices(range(NARROW * i, NARROW * (i + 1))))
            for wide in args
            for i in range(GROUP)
        ]
        while len(parts) > 1:
            even, odd = _indices(range(0, 2 * NARROW, 2)), _indices(range(1, 2 * NARROW, 2))
            parts = [
                builder.fadd(builder.shuffle_vector(a, b, even), builder.shuffle_vector(a, b, odd))
                for a, b in zip(parts[::2], parts[1::2], strict=True)
            ]
        return parts[0]

    return _narrow(x, y), generate


@intrinsic
def integer(typing: Any, address: Any) -> Any:
    """The integer at an address."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _read(builder, args[0], ir.IntType(64))

    return types.int64(types.int64), generate


@intrinsic
def take_number(typing: Any, address: Any) -> Any:
    """The integer at an address, which then counts one more: no two threads get the same."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        return builder.atomic_rmw("add", builder.inttoptr(args[0], word.as_pointer()), word(1), "monotonic")

    return types.int64(types.int64), generate


@intrinsic
def seen(typing: Any, address: Any) -> Any:
    """The integer at an address, as other threads have left it, with all that they wrote before."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(builder.inttoptr(args[0], ir.IntType(64).as_pointer()), "acquire", 8)

    return types.int64(types.int64), generate


@intrinsic
def exchange(typing: Any, address: Any, new: Any) -> Any:
    """Write an integer; returns what was there before. Other threads see what was written before it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("xchg", builder.inttoptr(args[0], ir.IntType(64).as_pointer()), args[1], "seq_cst")

    return types.int64(types.int64, types.int64), generate


@intrinsic
def replace(typing: Any, address: Any, old: Any, new: Any) -> Any:
    """Write an integer if another one is there; true if it was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        return builder.extract_value(builder.cmpxchg(pointer, args[1], args[2], "seq_cst", "seq_cst"), 1)

    return types.boolean(types.int64, types.int64, types.int64), generate


@intrinsic
def doubles(typing: Any, address: Any) -> Any:
    """The address as a pointer to floats."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], _DOUBLE.as_pointer())

    return types.CPointer(types.float64)(types.int64), generate


@intrinsic
def integers(typing: Any, address: Any) -> Any:
    """The address as a pointer to integers of 64 bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(64).as_pointer())

    return types.CPointer(types.int64)(types.int64), generate


@intrinsic
def small_integers(typing: Any, address: Any) -> Any:
    """The address as a pointer to integers of 32 bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(32).as_pointer())

    return types.CPointer(types.int32)(types.int64), generate


@intrinsic
def fetch(typing: Any, address: Any) -> Any:
    """Ask the processor to have what is at an address, if anything, in its cache soon."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
        function = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
        builder.call(function, [builder.inttoptr(args[0], pointer), *map(word, (0, 3, 1))])  # to read, and to keep; data
        return context.get_dummy_value()

    return types.void(types.int64), generate


@intrinsic
def call(typing: Any, function: Any, lanes: Any, out: Any, x: Any, y: Any, z: Any) -> Any:
    """Call the kernel at an address."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        kernel = ir.FunctionType(ir.VoidType(), [word] * 5)
        builder.call(builder.inttoptr(args[0], kernel.as_pointer()), args[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 6), generate


@intrinsic
def prefer_whole_registers(typing: Any) -> Any:
    """Let LLVM use vectors of 512 bits in the function that calls this, which it avoids by default on some processors."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), generate
