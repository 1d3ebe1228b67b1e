"""Compiled: a traced function that runs on numbers or on many lanes at once, and computes derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from itertools import compress, islice
from typing import Any

from autograd import _transform_checks, context, sweeps
from autograd._check import checked_choice
from autograd._format import counted
from autograd._tree import block_map, is_array
from autograd.compiler import derived, files
from autograd.compiler.any_array import floats, for_lanes, is_foreign, needed_numpy
from autograd.compiler.arguments import Given, lanes_of, scale_of, stacked
from autograd.compiler.call_plan import Assemble, Call, Plan, call_key, feed_of, gradient_assembler, number_assembler
from autograd.compiler.executors.chunks import any_chunked, computed, mapped, summed
from autograd.compiler.guards import check_guards, differing_lanes
from autograd.compiler.instructions import REDUCTIONS as LANE_REDUCTIONS
from autograd.compiler.programs import Programs
from autograd.compiler.runners import Found, OutputPlaces, PythonRunner, Runner, fast_runner, runs_in_python
from autograd.compiler.traced import Traced, collector_paused
from autograd.errors import CompileError
from autograd.op import number
from autograd.transforms import check_tangents
from autograd.value import Value

REDUCTIONS = ("mean", "sum")
MAX_PLANS = 256  # call plans kept, such as one per batch length


class Compiled(Programs):
    """A compiled function: see `autograd.compile`.

    >>> import autograd
    >>> square = autograd.compile(lambda x: x * x, 0.0)
    >>> square(3.0), square.value_and_grad(3.0)
    (9.0, (9.0, 6.0))
    """

    def __init__(self, traced: Traced, guard: str, executor: str) -> None:
        super().__init__(traced)
        self.guard, self.executor = guard, executor
        self._numbers: Sequence[float] | None = None  # if set, used in place of the captured leaves' numbers
        self._runners: dict[Any, Runner] = {}
        self._plans: dict[Any, Plan] = {}  # by call key
        self._last: dict[Any, Plan] = {}  # the plan used last for each kind of request

    # -- running -------------------------------------------------------------------------------------

    def __call__(self, *xs: Any) -> Any:
        """The result of `f`: numbers, or arrays with a leading axis of lanes."""
        if (result := self._by_plan("value", xs)) is not None:
            return result
        if any_chunked(xs):
            return mapped(self, xs, partial(_called, "__call__"))
        given, lanes = self._bind(xs)

        def assemble(program: Compiled, found: Found, given: Sequence[Given]) -> Any:
            return _in_shape(program.traced.result, [for_lanes(found[i], lanes) for i in range(program._count)], lanes)

        quick = None if isinstance(self.traced.result, (list, tuple, dict)) or is_array(self.traced.result) else number_assembler
        return self._run_and_plan("value", xs, ("value",), given, lanes, assemble, quick=quick)

    def value_and_grad(self, *xs: Any, argnums: int | Sequence[int] = 0, reduction: str | None = None) -> tuple[Any, Any]:
        """The value and the gradient with respect to the arguments in `argnums`, as in `autograd.value_and_grad`.

        With lanes, one of each per lane; with `reduction="sum"` or "mean", the value over all lanes and its gradient.

        >>> import autograd
        >>> import numpy as np
        >>> program = autograd.compile(lambda x, a: a * x * x, 0.0, 0.0, in_axes=(0, None))
        >>> program.value_and_grad(3.0, 2.0, argnums=(0, 1))
        (18.0, (12.0, 9.0))
        >>> program.value_and_grad(np.array([1.0, 3.0]), 2.0, argnums=1, reduction="mean")
        (10.0, 5.0)
        """
        argnums = _transform_checks.argnums("value_and_grad", argnums)
        if reduction is not None:
            checked_choice("reduction", reduction, REDUCTIONS)
        if (result := self._by_plan((argnums, reduction), xs)) is not None:
            return result  # type: ignore[no-any-return]
        self._check_one_number("value_and_grad")
        single, chosen = self._chosen("value_and_grad", argnums)
        if any_chunked(xs):
            if reduction is None:
                return mapped(self, xs, partial(_called, "value_and_grad", argnums=argnums))  # type: ignore[no-any-return]
            call = partial(_called, "value_and_grad", argnums=chosen, reduction="sum")
            lanes, (value, slopes) = summed(self, xs, call, chosen)
            return scaled(value, slopes, scale_of(reduction, lanes), single)
        given, lanes = self._bind(xs)
        reduced = reduction is not None and lanes is not None
        scale = scale_of(reduction, lanes)

        def assemble(program: Compiled, found: Found, given: Sequence[Given]) -> Any:
            value = for_lanes(found[0], None if reduced else lanes)
            value = float(value) if reduced and not is_foreign(value) else value
            return value, program._shaped(found, 1, given, chosen, single, lanes, reduced)

        quick = partial(gradient_assembler, chosen=chosen, single=single, reduced=reduced)
        what = "gradient", chosen, reduced
        return self._run_and_plan((argnums, reduction), xs, what, given, lanes, assemble, scale, quick)  # type: ignore[no-any-return]

    def backward(self, *xs: Any, reduction: str = "mean") -> float:
        """Add to `grad` of the leaves that `f` captures, as `backward()` does, and return the value.

        With lanes, differentiate the mean or the sum over all lanes.

        >>> import autograd
        >>> import numpy as np
        >>> w = autograd.Value(2.0)
        >>> loss = autograd.compile(lambda x: (w * x) ** 2, 0.0)
        >>> loss.backward(np.array([1.0, 3.0])), w.grad
        (20.0, 20.0)
        """
        checked_choice("reduction", reduction, REDUCTIONS)
        self._check_one_number("backward")
        found = self._by_plan("backward", xs)
        if found is None:
            found = summed(self, xs, partial(_called, "summed_backward")) if any_chunked(xs) else self._summed_backward(xs)
        lanes, (value, slopes, flows) = found
        scale = scale_of(reduction, lanes)
        self.add_gradients(slopes, flows, scale)
        return float(value * scale)

    def add_gradients(self, slopes: Sequence[float], flows: Sequence[float], scale: float) -> None:
        """Add these gradients, times a scale, to `grad` of the captured leaves that they reach."""
        sweeps.accumulate([*compress(self.captured, flows)], [slope * scale for slope in compress(slopes, flows)])

    def summed_backward(self, *xs: Any) -> tuple[float, list[float], list[float]]:
        """The value and its derivatives with respect to the captured leaves, summed over lanes; 0.0 for unreached leaves."""
        return (self._by_plan("backward", xs) or self._summed_backward(xs))[1]  # type: ignore[no-any-return]

    def _summed_backward(self, xs: tuple[Any, ...]) -> Any:
        """The number of lanes and the result of `summed_backward`, for a call without a plan."""
        given, lanes = self._bind(xs)
        runner = self._runner(("backward",), given, lanes)
        reached, gates = self._reached[lanes is not None, isinstance(runner, PythonRunner)]

        def assemble(program: Compiled, found: Found, given: Sequence[Given]) -> Any:
            slopes, flows = [0.0] * len(program.captured), [0.0] * len(program.captured)
            for i, slope in zip(reached, floats(found.span(1, 1 + len(reached))), strict=True):
                slopes[i] = slope
                flows[i] = 1.0
            for gate, behind in enumerate(gates, start=1 + len(reached)):
                for place in behind:
                    flows[reached[place]] = float(found[gate])
            return lanes, (float(found[0]), slopes, flows)

        return self._run_and_plan("backward", xs, ("backward",), given, lanes, assemble)

    def jacobian(self, *xs: Any, argnums: int | Sequence[int] = 0) -> Any:
        """The derivatives of every number that f returns, in the output's shape followed by the argument's.

        >>> import autograd
        >>> autograd.compile(lambda p: [p[0] * p[1], p[0] + p[1]], [0.0, 0.0]).jacobian([2.0, 3.0])
        [[3.0, 2.0], [1.0, 1.0]]
        """
        return self._matrix("jacobian", xs, argnums)

    def hessian(self, *xs: Any, argnums: int | Sequence[int] = 0) -> Any:
        """The second derivatives of f, which must return one number.

        >>> import autograd
        >>> autograd.compile(lambda p: p[0] ** 2 * p[1], [0.0, 0.0]).hessian([2.0, 3.0])
        [[6.0, 4.0], [4.0, 0.0]]
        """
        self._check_one_number("hessian")
        return self._matrix("hessian", xs, argnums)

    def _matrix(self, verb: str, xs: tuple[Any, ...], argnums: int | Sequence[int]) -> Any:
        """The Jacobian, with a row per number that f returns, or the Hessian, with a row per number in the arguments."""
        if any_chunked(xs):
            return mapped(self, xs, partial(_called, verb, argnums=argnums))
        single, chosen = self._chosen(verb, argnums)
        what = verb, single, chosen
        if (result := self._by_plan(what, xs)) is not None:
            return result
        given, lanes = self._bind(xs)

        def assemble(program: Compiled, found: Found, given: Sequence[Given]) -> Any:
            counts = [program.arguments[i].count for i in chosen]
            width, listed = sum(counts), any(given[i].is_listed for i in chosen)
            height = program._count if verb == "jacobian" else width
            rows = [program._shaped(found, i * width, given, chosen, single, lanes) for i in range(height)]
            if verb == "jacobian":
                return _in_shape(program.traced.result, rows, lanes, listed)
            rest = iter(rows)
            blocks = [given[i].result([*islice(rest, n)], lanes, listed) for i, n in zip(chosen, counts, strict=True)]
            return blocks[0] if single else tuple(blocks)

        return self._run_and_plan(what, xs, (verb, chosen), given, lanes, assemble)

    def hvp(self, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
        """The Hessian times a vector: one result per primal, or the result alone for a single primal.

        >>> import autograd
        >>> program = autograd.compile(lambda p: p[0] ** 2 * p[1], [0.0, 0.0])
        >>> program.hvp(([2.0, 3.0],), ([1.0, 0.0],))
        [6.0, 4.0]
        """
        self._check_one_number("hvp")
        check_tangents("hvp", primals, tangents, "program.hvp((x,), (v,))")
        if any_chunked([*primals, *tangents]):
            return mapped(self, [*primals, *tangents], _hvp, rounds=2)
        given, lanes = self._bind(primals)
        chosen = tuple(range(len(primals)))
        more, _ = self._bind(tangents)
        found, _, _ = self._run(("hvp", chosen), given, lanes, more=more)
        return self._shaped(found, 0, given, chosen, len(primals) == 1, lanes)

    def differing(self, *xs: Any) -> list[int]:
        """The lanes that would take a branch differently than recorded; without lanes, [0] if the call would.

        >>> import autograd
        >>> import numpy as np
        >>> program = autograd.compile(lambda x: x if x > 0 else 0.1 * x, 1.0)
        >>> program.differing(np.array([3.0, -1.0, -2.0]))
        [1, 2]
        """
        given, lanes = self._bind(computed(xs) if any_chunked(xs) else xs)
        found, _, _ = self._run(("guards",), given, lanes)
        differing = [differing_lanes(guard, for_lanes(found[j], lanes)) for j, guard in enumerate(self.traced.guards)]
        return sorted(set().union(*differing))

    # -- in other processes ----------------------------------------------------------------------------

    def captured_numbers(self) -> list[float]:
        """The current numbers of the captured leaves."""
        return [leaf._number for leaf in self.captured] if self._numbers is None else list(self._numbers)

    def with_captured(self, numbers: Sequence[float]) -> Compiled:
        """The same program with these numbers in place of the captured leaves'."""
        other = object.__new__(type(self))
        vars(other).update(vars(self))  # shares the runners, which a copy would rebuild
        other._numbers = [number(x) for x in numbers]
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        if self.traced.samplers:
            raise TypeError(f"{self.name} draws random numbers, whose source can't be copied: compile it again")
        make, *parts = self.packed
        return make, (*parts, self.captured, self._numbers)  # when a model is copied too, the leaves are the copy's

    @cached_property
    def packed(self) -> tuple[Any, ...]:
        """A function and arguments that rebuild this program in another process; they don't depend on the leaves' numbers."""
        return _unpacked, files.to_bytes(self.traced), self.guard, self.executor

    # -- what is run ---------------------------------------------------------------------------------

    def _by_plan(self, what: Any, xs: tuple[Any, ...]) -> Any:
        """The result by the plan of an earlier call like this one; None if there is no such plan."""
        if not self._plans or (self.captured and self._takes_part()):
            return None
        captured = self.captured_numbers() if self.captured else ()
        if (plan := self._last.get(what)) is not None:
            self.check_closure()
            if (found := plan.feed.run(xs, captured)) is not None:
                return plan.assemble(self, *found)
        if (plan := self._plans.get(call_key(what, xs))) is None:
            return None
        self._last[what] = plan
        self.check_closure()
        found = plan.feed.run_converted(xs, captured)
        return None if found is None else plan.assemble(self, *found)

    def _run_and_plan(
        self,
        what: Any,
        xs: tuple[Any, ...],
        program: tuple[Any, ...],
        given: Sequence[Given],
        lanes: int | None,
        assemble: Callable[[Compiled, Found, Sequence[Given]], Any],
        scale: float = 1.0,
        quick: Callable[[Call], Assemble | None] | None = None,
    ) -> Any:
        """The result of a call without a plan, which `assemble` builds from the outputs; keep a plan if the call is simple.

        `quick` may return a faster assembler. Neither may hold the program, which its own plans would then keep alive.
        """
        found, runner, recorded = self._run(program, given, lanes, scale)
        key = call_key(what, xs)
        if key is not None and lanes != 0 and not self.traced.samplers and not recorded:
            call = Call(key[1:], xs, given, lanes, runner, len(self.captured), scale)
            feed = feed_of(call, self.traced.guards, self.guard == "raise")
            if feed is not None:
                nestings = [x._replace(uniform=[], columns=[]) for x in given]  # a plan keeps no arrays
                general = partial(_assembled, assemble, nestings, runner.layout)
                self._plans[key] = Plan(feed, (quick and quick(call)) or general)
                for oldest in [*self._plans][:-MAX_PLANS]:
                    self._plans.pop(oldest, None)  # another thread may have popped it
        return assemble(self, found, given)

    def _bind(self, xs: Sequence[Any]) -> tuple[list[Given], int | None]:
        """The checked arguments, and the number of lanes."""
        if len(xs) != len(self.arguments):
            raise TypeError(f"{self.name} was compiled for {counted(len(self.arguments), 'argument')}, got {len(xs)}")
        given = [argument.bind(x) for argument, x in zip(self.arguments, xs, strict=True)]
        return given, lanes_of(given)

    def _run(
        self,
        key: tuple[Any, ...],
        given: Sequence[Given],
        lanes: int | None,
        scale: float = 1.0,
        more: Sequence[Given] = (),
    ) -> tuple[Found, Runner, bool]:
        """The outputs, the runner, and whether captured Values took part as Values."""
        self.check_closure()
        recorded = self._is_recorded(key, [*given, *more], lanes)
        runner = self._runner(key, [*given, *more], lanes, recorded)
        uniform = [part for x in given for part in x.uniform]
        columns = [part for x in given for part in x.columns]
        if self.captured:
            uniform.append(self.captured if recorded else self.captured_numbers())
        if self.traced.samplers:
            drawn = [[sampler() for sampler in self.traced.samplers] for _ in range(1 if lanes is None else lanes)]
            if lanes is None:
                uniform += drawn
            else:
                columns.append(drawn or needed_numpy("lanes").empty((0, len(self.traced.samplers))))
        uniform += [part for x in more for part in x.uniform]
        columns += [part for x in more for part in x.columns]
        found = runner.run(uniform, columns, lanes)
        first = len(runner.program.outputs) - len(self.traced.guards)
        if lanes == 0 and any(row.op in LANE_REDUCTIONS for row in runner.program.rows):
            found = found.of_no_lanes(first)
        if key != ("guards",) and self.traced.guards and self.guard == "raise" and lanes != 0:  # without lanes, none branches
            check_guards(self.traced.guards, [found[first + i] for i in range(len(self.traced.guards))], lanes)
        return found if scale == 1.0 else found.scaled(scale), runner, recorded

    def _is_recorded(self, key: tuple[Any, ...], given: Sequence[Given], lanes: int | None) -> bool:
        """True if the captured Values take part as Values, not as numbers, so that a gradient reaches them.

        They do if an argument is a Value, and inside a function that is being traced or differentiated by one of them. They
        never do in `backward`, which adds to their gradients itself.
        """
        if not self.captured or self._numbers is not None or key == ("backward",):
            return False
        inside = self._takes_part()
        if inside and lanes is not None:
            raise CompileError(
                f"{self.name} reads a Value from outside, and its caller is being traced or differentiated: no gradient reaches "
                "that Value through lanes, so make it an argument, or call the program on numbers"
            )
        return inside or any(type(x) is Value for one in given if not one.plain for part in one.uniform for x in part)

    def _takes_part(self) -> bool:
        """True if the caller is being traced, or differentiated with respect to one of the captured leaves."""
        if context.tracing and context.current_trace(*self.captured) is not None:
            return True
        inputs = context.differentiated_inputs()
        return bool(inputs and not inputs.isdisjoint(self.captured))

    def _runner(self, key: tuple[Any, ...], given: Sequence[Given], lanes: int | None, recorded: bool = False) -> Runner:
        foreign = any(is_foreign(part) for x in given for part in (*x.uniform, *x.columns))
        kind = "foreign" if foreign else "other" if recorded or not all(x.plain for x in given) else "plain"
        place = key, lanes is not None, kind
        runner = self._runners.get(place)
        if runner is None:
            runner = self._runners[place] = self._made(*place)
        return runner

    def _made(self, key: tuple[Any, ...], lanes: bool, kind: str) -> Runner:
        with collector_paused():
            if runs_in_python(self.traced.program, self.executor, lanes, kind):
                program = self.traced.program
                exact = derived.with_exact_partials(program) if kind == "other" else program
                return PythonRunner(self._derived(key, lanes, exact, as_traced=True))
            return fast_runner(self._derived(key, lanes, self._prepared, as_traced=False), self.executor, kind)

    def _shaped(
        self,
        found: Found,
        start: int,
        given: Sequence[Given],
        chosen: Sequence[int],
        single: bool,
        lanes: int | None,
        reduced: bool = False,
    ) -> Any:
        """The outputs from `start` on, derivatives with respect to the chosen arguments in their shapes; per lane, if any.

        If `reduced` over the lanes, a derivative is per lane only where the argument's number is.
        """
        shaped = []
        for i in chosen:
            per_lane = [lanes is not None and (varies or not reduced) for varies in self.arguments[i].varies]
            stop = start + len(per_lane)
            if len({*per_lane}) > 1:
                items = [for_lanes(found[j], lanes if varies else None) for j, varies in enumerate(per_lane, start)]
            else:
                items = found.span(start, stop, lanes if True in per_lane else None)
            shaped.append(given[i].result(items, lanes, reduced=reduced))
            start = stop
        return shaped[0] if single else tuple(shaped)


def _in_shape(result: Any, found: Sequence[Any], lanes: int | None, listed: bool = False) -> Any:
    """One item per number that the function returns, nested like the function's result."""
    numbers = iter(found)

    def block(leaf: Any) -> Any:
        if not is_array(leaf):
            return next(numbers)
        return stacked([next(numbers) for _ in range(leaf.size)], leaf.shape, lanes, listed)

    return block_map(block, result)


def _assembled(
    assemble: Callable[..., Any], given: Sequence[Given], layout: OutputPlaces, program: Compiled, uniform: Any, per_lane: Any
) -> Any:
    return assemble(program, Found(layout, uniform, per_lane), given)


def scaled(value: Any, slopes: Sequence[Any], scale: float, single: bool) -> tuple[Any, Any]:
    """A value and its gradient with respect to one or several arguments, multiplied by `scale`."""
    found = [block_map(lambda x: x * scale, slope) for slope in slopes]
    return value * scale, found[0] if single else tuple(found)


# -- in other processes: only functions with names can be pickled ----------------------------------------


def _called(method: str, program: Compiled, xs: Sequence[Any], **options: Any) -> Any:
    return getattr(program, method)(*xs, **options)


def _hvp(program: Compiled, xs: Sequence[Any]) -> Any:
    n = len(xs) // 2
    return program.hvp(xs[:n], xs[n:])


def _unpacked(
    content: bytes, guard: str, executor: str, captured: Sequence[Value] | None = None, numbers: Sequence[float] | None = None
) -> Compiled:
    traced = files.from_bytes(content)
    if captured is not None:
        traced.captured[:] = captured
    program = Compiled(traced, guard, executor)
    program._numbers = numbers
    return program
