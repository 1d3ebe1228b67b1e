"""Traced: everything known about a traced function. Compiled functions are built from it, and files store it."""

from __future__ import annotations

import inspect
import math
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, NamedTuple

from autograd import _transform_checks
from autograd._frames import user_frame
from autograd._tree import block_map, is_array, leaf_paths, tree_build, tree_leaves, tree_map
from autograd.compiler.arguments import Argument
from autograd.compiler.axes import Axes
from autograd.compiler.closures import Closure
from autograd.compiler.executors.python import run
from autograd.compiler.program import Program
from autograd.compiler.tracing import Compared, Guard, Rerun, Trace, identifier
from autograd.errors import CompileError, TracingWarning
from autograd.op import number
from autograd.transforms import name_of
from autograd.value import Value, stands_for_bool

MAX_REVERSED = 30  # instructions whose comparisons are tried with the other outcome


class Traced(NamedTuple):
    """A traced function.

    program    computes the numbers that the function returns, then the guards' comparisons; its inputs are the numbers of
               the arguments, the captured leaves, and the random draws
    result     the nesting of the function's result, with zeros for its numbers
    closure    what the function reads from outside besides the leaves; None for a program from a file
    """

    name: str
    arguments: list[Argument]
    program: Program
    captured: list[Value]
    samplers: list[Callable[[], float]]
    guards: list[Guard]
    result: Any
    closure: Closure | None = None

    @classmethod
    def of(cls, f: Callable[..., Any], examples: Sequence[Any], axes: Sequence[Axes]) -> Traced:
        """Trace f on Values in place of the examples, twice: CompileError if the two traces differ."""
        name = name_of(f)
        names = _parameter_names(f, name, len(examples))
        arguments = [Argument(*given) for given in zip(names, examples, axes, strict=True)]
        with collector_paused():
            trace, program, captured = _trace(f, name, arguments)
        closure = Closure(f, trace.started)
        with collector_paused():
            once, again = _fingerprint(trace, program, captured), _fingerprint(*_trace(f, name, arguments, named=False))
        if once != again and repr(once) != repr(again):  # NaN is not equal to itself
            raise CompileError(
                f"{name} does something different on every call, so it cannot be compiled: does it draw random numbers, or "
                "change what it reads? Pass them as arguments, or draw with autograd.extend.draw"
            )
        with collector_paused():
            _check_comparisons(f, name, arguments, trace)
            moved, drawn = closure.moved(), closure.draws(lambda: _trace(f, name, arguments, named=False))
        if moved is not None:
            raise CompileError(
                f"{name} changes {moved}, which it reads, on every call, so it can't be compiled: programs have no side effects"
            )
        if drawn is not None:
            raise CompileError(
                f"{name} draws random numbers from {drawn}, so it can't be compiled: pass them as arguments, or draw with "
                "autograd.extend.draw"
            )
        if closure.assigns:  # its names are bound to new objects now
            closure = Closure(f, trace.started)
        samplers = list(trace.draws.values())
        return cls(name, arguments, program, captured, samplers, trace.guards, _nesting(trace.result), closure)


def _trace(
    f: Callable[..., Any], name: str, arguments: Sequence[Argument], named: bool = True
) -> tuple[Trace, Program, list[Value]]:
    shapes = _inputs(name, arguments)
    inputs = [x for shape in shapes for x in tree_leaves(shape)]
    paths = [identifier(path) for a, shape in zip(arguments, shapes, strict=True) for path, _ in leaf_paths(shape, a.name)]
    rest = iter(inputs)
    copies = [tree_build(shape, rest) for shape in shapes]  # f may modify them
    try:
        trace = Trace(inputs, paths, lambda: f(*copies))
    except KeyError as error:
        if any(type(key) is Value and stands_for_bool(key) for key in tree_leaves(error.args)):
            raise _not_a_bool(name) from error
        raise
    try:
        _transform_checks.check_output("compile", name, trace.result)
    except TypeError:
        _check_comparisons(f, name, arguments, trace)  # perhaps no case of a match statement matched
        raise
    ys = tree_leaves(trace.result)
    outputs = [(f"y{i}" if len(ys) > 1 else "y", y if type(y) is Value else number(y)) for i, y in enumerate(ys)]
    return trace, *trace.program(outputs, named)


def _fingerprint(trace: Trace, program: Program, captured: Sequence[Value]) -> tuple[Any, ...]:
    """Everything that a call does: the computation, the Values that it captures, and the layout of its result."""
    nesting = block_map(lambda leaf: leaf.shape if is_array(leaf) else 0, trace.result)
    return program.rows, [arg for _, arg in program.outputs], list(map(id, captured)), nesting


def _check_comparisons(f: Callable[..., Any], name: str, arguments: Sequence[Argument], trace: Trace) -> None:
    """CompileError if f returns something else where comparisons are bools, as when it isn't traced.

    It is called with the recorded outcomes, and with reversed ones where no branch was decided: all of them at once, and, for
    each instruction, only its first.
    """
    most = 1000 + 2 * len(trace.compared)
    decided = {place: node._number != 0.0 for place, node in trace.compared.items() if node not in trace.untested}
    free = [place for place in trace.compared if place not in decided]
    firsts = {place.instruction: place for place in reversed(free)}.values()
    outcomes: list[Callable[[Compared, bool], bool]] = [partial(_reversed_at, first) for first in [*firsts][:MAX_REVERSED]]
    if free:
        outcomes.append(lambda place, truth: decided.get(place, not truth))
    if trace.compared:
        outcomes.append(lambda place, truth: truth)  # last: what f keeps in attributes is left as a call leaves it
    for outcome in outcomes:
        try:
            called = Rerun(outcome, True, lambda: f(*_inputs(name, arguments)), most)
        except Exception:
            continue  # other outcomes may make it fail
        try:
            traced = Rerun(partial(_as_in, called), False, lambda: f(*_inputs(name, arguments)), most)
        except Exception as error:
            raise _not_a_bool(name) from error
        ys, expected = _numbers(traced), _numbers(called)
        if len(ys) != len(expected) or not all(map(_alike, ys, expected)):
            raise _not_a_bool(name)


def _reversed_at(first: Compared, place: Compared, truth: bool) -> bool:
    return not truth if place == first else truth


def _as_in(called: Rerun, place: Compared, truth: bool) -> bool:
    return called.truths.get(place, truth)


def _not_a_bool(name: str) -> CompileError:
    return CompileError(
        f"{name} returns something else when traced than when called: while it is traced, comparisons are Values, which a match "
        "statement, `is True`, isinstance, a set or a dict doesn't treat as bools. Write bool(x > y)"
    )


def _alike(x: Any, y: Any) -> bool:
    return bool(x == y or (x != x and y != y))


def _nesting(result: Any) -> Any:
    """The nesting of a function's result, with zeros for the Values, whose graphs it would keep alive."""

    def empty(leaf: Any) -> Any:
        if not is_array(leaf):
            return 0.0
        import numpy

        return numpy.zeros(leaf.shape)

    return block_map(empty, result)


class _Number(float):
    """A number that remembers where it was hashed."""

    hashed: list[tuple[str, int]]

    def __new__(cls, x: Any, hashed: list[tuple[str, int]]) -> _Number:
        self = super().__new__(cls, x)
        self.hashed = hashed
        return self

    def __hash__(self) -> int:
        frame, depth = user_frame()
        if depth == 1:  # not by our packages
            self.hashed.append((frame.f_code.co_filename, frame.f_lineno))
        return super().__hash__()


def called_on_numbers(f: Callable[..., Any], examples: Sequence[Any], kind: Callable[[Any], Any] = float) -> list[float] | None:
    """The numbers in the result of a call on numbers, with no Values except those that f captures; None if it fails."""
    try:
        with collector_paused(), _numpy_quiet():
            inputs = [tree_map(lambda x: kind(x._number if type(x) is Value else x), example) for example in examples]
            return list(map(number, _numbers(Rerun(lambda place, truth: truth, True, lambda: f(*inputs)))))
    except Exception:
        return None  # it is written for Values


def check_lookups(f: Callable[..., Any], examples: Sequence[Any]) -> None:
    """TracingWarning if f looks up numbers of its arguments in a set or a dict."""
    hashed: list[tuple[str, int]] = []
    called_on_numbers(f, examples, lambda x: _Number(x, hashed))
    for file, line in dict.fromkeys(hashed):
        warnings.warn_explicit(
            "numbers are looked up in a set, a dict or a function's cache here, but when the function is traced they are Values, "
            "which are found there by identity: write `x in [0.0, 1.0]` or `x == 1.0`, and drop the cache",
            TracingWarning,
            file,
            line,
        )


def check_numbers(expected: list[float] | None, traced: Traced) -> None:
    """TracingWarning if the function has returned something else for numbers than it does for Values."""
    if expected is None:
        return
    given = [x._number if type(x) is Value else number(x) for a in traced.arguments for x in tree_leaves(a.example)]
    inputs = [*given, *(leaf._number for leaf in traced.captured), *(0.5 for _ in traced.samplers)]
    found = run(traced.program, inputs)[: len(traced.program.outputs) - len(traced.guards)]
    if len(found) == len(expected) and all(map(_close, found, expected)):
        return
    _, depth = user_frame()
    warnings.warn(
        f"{traced.name} returns something else when called with numbers than with Values, and it was traced with Values: check "
        "where it uses isinstance, type or try on its arguments",
        TracingWarning,
        stacklevel=depth + 1,
    )


def _numbers(trace: Trace) -> list[Any]:
    """The numbers in the result of a call."""
    return [y._number if type(y) is Value else y for y in tree_leaves(trace.result)]


def _close(x: float, y: float) -> bool:
    """True for numbers that differ by rounding, and for those of which one is not finite."""
    return not math.isfinite(x - y) or math.isclose(x, y, rel_tol=1e-6, abs_tol=1e-9)


def _inputs(name: str, arguments: Sequence[Argument]) -> list[Any]:
    return [_as_inputs(name, i, argument.example) for i, argument in enumerate(arguments)]


def _as_inputs(name: str, position: int, example: Any) -> Any:
    try:
        return tree_map(lambda x: Value(x._number if type(x) is Value else x), example)
    except TypeError:
        raise _transform_checks.argument("compile", name, position, example) from None


def _parameter_names(f: Callable[..., Any], name: str, count: int) -> list[str]:
    """Names for `count` arguments: the signature's (for a module, `forward`'s), then ones like `x1`.

    TypeError if f requires more than `count` arguments.
    """
    try:
        parameters = list(inspect.signature(getattr(f, "forward", f)).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in plain]
    if missing := [p.name for p in plain[count:] if p.default is p.empty]:
        written = ", ".join([name if name == getattr(f, "__name__", None) and name.isidentifier() else "f", *names])
        raise TypeError(
            f"compile: {name} is traced on examples of its arguments, but got none for {', '.join(missing)}: write "
            f"compile({written}), with numbers, lists or arrays like those of later calls"
        )
    return [*names[:count], *(f"x{i}" for i in range(len(names), count))]


def _numpy_quiet() -> AbstractContextManager[Any]:
    """No warnings of NumPy's about a call that the user never made."""
    numpy = sys.modules.get("numpy")
    return numpy.errstate(all="ignore") if numpy else nullcontext()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Run without the garbage collector, which would scan the growing graph over and over and find nothing."""
    import gc

    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
