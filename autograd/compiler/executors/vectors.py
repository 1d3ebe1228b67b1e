# mypy: ignore-errors
"""SIMD vectors for Numba: a narrow one fills one register, a wide one fills GROUP of them. Memory is passed as an address.

LLVM splits vectors that are wider than the machine's registers, so the same code runs everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce, wraps
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, codegen, config
from numba.extending import intrinsic, models, register_model

FEATURES = codegen.get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES
# So large that ROWS wide accumulators and their operands fit into the registers.
NARROW, GROUP = (8, 4) if "+avx512f" in FEATURES else (4, 2)
WIDE = NARROW * GROUP

_DOUBLE = ir.DoubleType()
_WORD = ir.IntType(64)
_INDEX = ir.IntType(32)


class Vector(types.Type):
    """`count` floats in one SIMD vector."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(name=f"Vector({count})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, vector: Vector) -> None:
        super().__init__(manager, vector, ir.VectorType(_DOUBLE, vector.count))


_narrow, _wide = Vector(NARROW), Vector(WIDE)


def _code(signature: Any) -> Any:
    """A decorator that makes an intrinsic from a function that emits LLVM code; `signature` may depend on argument types."""

    def decorated(write: Any) -> Any:
        @wraps(write)
        def typed(context: Any, *kinds: Any) -> Any:
            def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
                found = write(builder, *args)
                return context.get_dummy_value() if found is None else found

            return signature(*kinds) if callable(signature) else signature, generate

        return intrinsic(typed)

    return decorated


def _at(builder: Any, address: Any, kind: Any) -> Any:
    return builder.inttoptr(address, kind.as_pointer())


def _read(builder: Any, address: Any, kind: Any) -> Any:
    return builder.load(_at(builder, address, kind), align=8)


def _indices(numbers: Any) -> Any:
    numbers = list(numbers)
    return ir.Constant(ir.VectorType(_INDEX, len(numbers)), numbers)


def _joined(builder: Any, parts: list[Any]) -> Any:
    """The concatenation of vectors, whose number is a power of 2."""
    while len(parts) > 1:
        count = parts[0].type.count
        parts = [builder.shuffle_vector(a, b, _indices(range(2 * count))) for a, b in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]


def _repeated(builder: Any, number: Any, count: int) -> Any:
    nothing = ir.Constant(ir.VectorType(number.type, count), ir.Undefined)
    one = builder.insert_element(nothing, number, _INDEX(0))
    return builder.shuffle_vector(one, nothing, _indices([0] * count))


def _fma(builder: Any, x: Any, y: Any, z: Any) -> Any:
    kind = x.type
    name = "llvm.fmuladd.f64" if kind == _DOUBLE else f"llvm.fmuladd.v{kind.count}f64"
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind] * 3), name)
    return builder.call(function, [x, y, z])


# -- vectors -------------------------------------------------------------------------------------------


def _loader(vector: Vector) -> Any:
    @_code(vector(types.int64))
    def load(builder, address):
        """The vector at an address."""
        return _read(builder, address, ir.VectorType(_DOUBLE, vector.count))

    return load


def _splatter(vector: Vector) -> Any:
    @_code(vector(types.int64))
    def splat(builder, address):
        """The number at an address, repeated."""
        return _repeated(builder, _read(builder, address, _DOUBLE), vector.count)

    return splat


load_narrow, load_wide = _loader(_narrow), _loader(_wide)
splat_narrow, splat_wide = _splatter(_narrow), _splatter(_wide)


@_code(_wide(types.int64, types.int64))
def load_group(builder, addresses, offset):
    """A wide vector of the narrow ones at `offset` from each of the GROUP addresses stored at `addresses`."""
    narrow = ir.VectorType(_DOUBLE, NARROW)
    starts = [_read(builder, builder.add(addresses, _WORD(8 * i)), _WORD) for i in range(GROUP)]
    return _joined(builder, [_read(builder, builder.add(start, offset), narrow) for start in starts])


@_code(_wide(types.int64))
def load_repeated(builder, address):
    """The narrow vector at an address, repeated GROUP times as a wide one."""
    return _joined(builder, [_read(builder, address, ir.VectorType(_DOUBLE, NARROW))] * GROUP)


@_code(lambda address, vector: types.void(types.int64, vector))
def store(builder, address, vector):
    """Write a vector to an address."""
    builder.store(vector, _at(builder, address, vector.type), align=8)


@_code(lambda x, y, z: x(x, x, x))
def fma(builder, x, y, z):
    """x·y + z, rounded once if the machine has such an instruction."""
    return _fma(builder, x, y, z)


def polynomial(coefficients: Sequence[float]) -> Any:
    """A polynomial on floats, highest power first; unrolled, as LLVM vectorises no loop over lanes with a loop inside."""
    first, *others = map(_DOUBLE, coefficients)

    @_code(types.float64(types.float64))
    def value(builder, x):
        return reduce(lambda result, coefficient: _fma(builder, result, x, coefficient), others, first)

    return value


@_code(lambda x, y: x(x, y))
def add(builder, x, y):
    """x + y"""
    return builder.fadd(x, y)


@_code(_wide())
def zero_wide(builder):
    """A wide vector of zeros."""
    return ir.Constant(ir.VectorType(_DOUBLE, WIDE), [0.0] * WIDE)


@_code(_wide(_wide, types.int64))
def first(builder, vector, count):
    """A wide vector with zeros after the first `count` numbers of each narrow part."""
    positions = ir.Constant(ir.VectorType(_WORD, WIDE), [i % NARROW for i in range(WIDE)])
    within = builder.icmp_signed("<", positions, _repeated(builder, count, WIDE))
    return builder.select(within, vector, ir.Constant(vector.type, [0.0] * WIDE))


@_code(_narrow(_wide, _wide))
def sums(builder, x, y):
    """The sum of each narrow part of two wide vectors, in order, as a narrow one."""
    even, odd = _indices(range(0, 2 * NARROW, 2)), _indices(range(1, 2 * NARROW, 2))
    starts = range(0, WIDE, NARROW)
    parts = [builder.shuffle_vector(wide, wide, _indices(range(i, i + NARROW))) for wide in (x, y) for i in starts]
    while len(parts) > 1:
        parts = [
            builder.fadd(builder.shuffle_vector(a, b, even), builder.shuffle_vector(a, b, odd))
            for a, b in zip(parts[::2], parts[1::2], strict=True)
        ]
    return parts[0]


@_code(types.void())
def prefer_whole_registers(builder):
    """Let LLVM use 512-bit vectors in the calling function, which it avoids by default on some processors."""
    set.add(builder.function.attributes, '"prefer-vector-width"="512"')


# -- numbers and addresses -----------------------------------------------------------------------------


@_code(types.int64(types.float64))
def as_integer(builder, x):
    """The bits of a float."""
    return builder.bitcast(x, _WORD)


@_code(types.float64(types.int64))
def as_float(builder, bits):
    """The float with these bits."""
    return builder.bitcast(bits, _DOUBLE)


@_code(types.int64(types.int64))
def integer(builder, address):
    """The integer at an address."""
    return _read(builder, address, _WORD)


@_code(types.CPointer(types.float64)(types.int64))
def doubles(builder, address):
    """The address as a pointer to floats."""
    return _at(builder, address, _DOUBLE)


@_code(types.CPointer(types.int64)(types.int64))
def integers(builder, address):
    """The address as a pointer to 64-bit integers."""
    return _at(builder, address, _WORD)


@_code(types.CPointer(types.int32)(types.int64))
def small_integers(builder, address):
    """The address as a pointer to 32-bit integers."""
    return _at(builder, address, ir.IntType(32))


@_code(types.void(types.int64))
def fetch(builder, address):
    """Prefetch an address into the cache; it needn't be valid."""
    pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
    function = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
    builder.call(function, [builder.inttoptr(address, pointer), *map(word, (0, 3, 1))])  # for reading, high locality, data


@_code(types.void(*[types.int64] * 6))
def call(builder, function, lanes, out, x, y, z):
    """Call the kernel at an address."""
    kernel = ir.FunctionType(ir.VoidType(), [_WORD] * 5)
    builder.call(_at(builder, function, kernel), [lanes, out, x, y, z])


# -- integers shared between threads -------------------------------------------------------------------


@_code(types.int64(types.int64))
def take_number(builder, address):
    """Read and increment the integer at an address atomically: no two threads get the same number."""
    return builder.atomic_rmw("add", _at(builder, address, _WORD), _WORD(1), "monotonic")


@_code(types.int64(types.int64))
def seen(builder, address):
    """The integer at an address as other threads last wrote it; what they wrote before that is visible too."""
    return builder.load_atomic(_at(builder, address, _WORD), "acquire", 8)


@_code(types.int64(types.int64, types.int64))
def exchange(builder, address, new):
    """Write an integer and return the old one; what was written before is visible to threads that see the new one."""
    return builder.atomic_rmw("xchg", _at(builder, address, _WORD), new, "seq_cst")


@_code(types.boolean(types.int64, types.int64, types.int64))
def replace(builder, address, old, new):
    """Write `new` if the integer at an address is `old`; true if it was."""
    return builder.extract_value(builder.cmpxchg(_at(builder, address, _WORD), old, new, "seq_cst", "seq_cst"), 1)
