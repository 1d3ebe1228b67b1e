"""Functions that Numba compiles to machine code, called by address and cached on disk."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import numba
from numba import types
from numba.core import caching, ccallback
from numba.core.compiler import Compiler
from numba.core.compiler_lock import global_compiler_lock

from autograd import ops, scalar_math
from autograd._format import counted
from autograd.compiler.executors.vectors import call, integers

_caching: Any = caching  # untyped parts of Numba
_ccallback: Any = ccallback
_types: Any = types
_POINTER = _types.CPointer(types.float64)
POINTERS = (types.int64, _POINTER, _POINTER, _POINTER, _POINTER)  # lanes, result, arguments
WORDS = (types.int64,) * 5  # the same, as addresses


class CompilationUnit(NamedTuple):
    """A function to compile: `make` builds it, `name` is unique."""

    name: str
    make: Callable[[], Callable[..., Any]]
    arguments: tuple[Any, ...] = WORDS
    fastmath: frozenset[str] = frozenset()


# For functions that only compiled code calls: wrappers for Python and C would take longer to compile than the functions do.
inner: Any = partial(numba.njit, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)

_addresses: dict[str, int] = {}
_kept: list[Any] = []  # so that their code isn't freed


def addresses(sources: Iterable[CompilationUnit]) -> list[int]:
    """The addresses of compiled functions. Those not on disk yet are compiled, with a message on stderr."""
    sources = list(sources)
    with global_compiler_lock:  # two threads must not load functions at once
        wanted = {source.name: source for source in sources if source.name not in _addresses}
        missing = [function for function in map(_function, wanted.values()) if not _loaded(function)]
        if missing:
            start, told = time.perf_counter(), sys.stderr or StringIO()  # a program without a console has none
            kept = isinstance(missing[0]._cache, _Cache)
            how_often = "once for this machine" if kept else "in every process: set NUMBA_CACHE_DIR to a writable folder"
            told.write(f"compiling {counted(len(missing), 'function')} for programs on lanes, {how_often} ... ")
            told.flush()
            for function in missing:
                _compile(function)
            told.write(f"{time.perf_counter() - start:.1f} s\n")
    return [_addresses[source.name] for source in sources]


def _function(source: CompilationUnit) -> Any:
    function = source.make()
    function.__name__ = function.__qualname__ = source.name
    options = {"error_model": "numpy", "fastmath": set(source.fastmath)}
    compiled = _ccallback.CFunc(function, (source.arguments, types.void), locals={}, options=options)
    compiled._compiler = _Compiler(function, compiled._targetdescr, options, {}, Compiler)
    with suppress(RuntimeError):  # no writable folder: every process compiles anew
        compiled._cache = _Cache(function)
    return compiled


def _loaded(function: Any) -> bool:
    if function._cache.load_overload(function._sig, function._targetdescr.target_context) is None:
        return False
    _compile(function)
    return True


def _compile(function: Any) -> None:
    function.compile()
    _kept.append(function)
    _addresses[function.__name__] = function.address


class _Compiler(_ccallback._CFuncCompiler):  # type: ignore[misc]
    def _customize_flags(self, flags: Any) -> Any:
        flags.noalias = True  # registers don't overlap, so loops over lanes are vectorised without an overlap check
        return super()._customize_flags(flags)


class _Implementation(_caching.FunctionCache._impl_class):  # type: ignore[misc]
    def get_filename_base(self, fullname: str, abiflags: str) -> str:
        return f"{fullname}.py{sys.version_info[0]}{sys.version_info[1]}{abiflags}"


class _Cache(_caching.FunctionCache):  # type: ignore[misc]
    """Numba's cache, in Numba's folders, but keyed by a function's name, for closures too, and a stamp of all sources."""

    _impl_class = _Implementation

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _caching.IndexDataCacheFile(self._cache_path, self._impl.filename_base, _stamp())

    def _index_key(self, signature: Any, codegen: Any) -> Any:
        return signature, codegen.magic_tuple()


@lru_cache(maxsize=1)
def _stamp() -> str:
    """A hash of all sources that compiled functions are built from."""
    files = [*sorted(Path(__file__).parent.glob("*.py")), Path(ops.__file__), Path(scalar_math.__file__)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def entry(signatures: Sequence[Any], function: Callable[..., Any]) -> Any:
    """A function that Python calls with the GIL released; its cache is stale once any of the sources changes."""
    compiled: Any = numba.njit(nogil=True)(function)
    with suppress(RuntimeError):  # no writable folder
        compiled._cache = _Cache(function)
    for signature in signatures:
        compiled.compile(signature)
    compiled.disable_compile()
    return compiled


def _run(function, state, thread, phases):  # type: ignore[no-untyped-def]
    call(function, state, thread, phases, 0, 0)


def _take(place, lanes, numbers):  # type: ignore[no-untyped-def]
    """Store an array's address and number of columns; return the latter, or 0 if the array doesn't have that many lanes."""
    words = integers(place)
    words[0] = numbers.ctypes.data
    words[1] = 1 if numbers.ndim == 1 else numbers.shape[1]
    return words[1] if numbers.shape[0] == lanes else 0


# A call through ctypes takes a microsecond, and so does NumPy's `ctypes.data`.
run = entry([types.void(*[types.int64] * 4)], _run)
take = entry([types.int64(types.int64, types.int64, _types.Array(types.float64, n, "C", readonly=True)) for n in (1, 2)], _take)
