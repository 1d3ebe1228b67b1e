"""Programs: everything derived from a traced function, to run and to inspect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, pairwise
from keyword import iskeyword
from os import PathLike
from typing import TYPE_CHECKING, Any

from autograd import _transform_checks
from autograd._check import checked_choice
from autograd._format import counted
from autograd._tree import is_array
from autograd.compiler import derived, files
from autograd.compiler.instructions import detach
from autograd.compiler.optimize import Stats, optimize, prepare, stats
from autograd.compiler.program import Program
from autograd.compiler.traced import Traced
from autograd.python_source import Source
from autograd.transforms import positions

if TYPE_CHECKING:
    from autograd.viz.drawing import Drawing

WHAT = ("value", "value_and_grad", "backward", "jacobian", "hessian", "hvp")


class Programs:
    """A traced function and the programs derived from it."""

    def __init__(self, traced: Traced) -> None:
        self.traced = traced
        if traced.closure is not None:
            self.__wrapped__ = traced.closure.function  # like functools.wraps, so that closures look through to the function
        self.name, self.arguments, self.captured = traced.name, traced.arguments, traced.captured
        self._count = len(traced.program.outputs) - len(traced.guards)  # of numbers that it returns
        ends = list(accumulate([argument.count for argument in self.arguments], initial=0))
        self._registers = [range(*pair) for pair in pairwise(ends)]  # of each argument
        self._captured_at = range(ends[-1], ends[-1] + len(self.captured))
        # Which captured leaves `backward` reaches, by (has lanes, as traced).
        self._reached: dict[tuple[bool, bool], derived.Reached] = {}

    def program_of(self, what: str = "value", *, argnums: int | Sequence[int] = 0, reduction: str | None = None) -> Program:
        """The program behind "value", "value_and_grad", "backward", "jacobian", "hessian" or "hvp".

        It runs on lanes if `in_axes` gives any argument an axis of lanes. The one for "backward" differentiates the sum over
        all lanes, as does "value_and_grad" with `reduction="sum"`.

        >>> from autograd import compile
        >>> print(compile(lambda x, y: x * y + x, 2.0, 3.0).program_of())
        def program(x, y):
            v2 = dot(x, y, x)
            return v2
        """
        return optimize(self._unoptimized(what, argnums, reduction, as_traced=False))

    def _unoptimized(self, what: str, argnums: int | Sequence[int], reduction: str | None, as_traced: bool) -> Program:
        checked_choice("what", what, WHAT)
        if what not in ("value", "jacobian"):
            self._check_one_number(what)
        if reduction is not None and what not in ("value_and_grad", "backward"):
            raise ValueError(f"reduction works only with value_and_grad and backward, got {reduction!r} for {what}: leave it out")
        if reduction not in (None, "sum"):
            advice = "for a mean, divide the sum by the number of lanes"
            raise ValueError(f"reduction must be 'sum' or None, got {reduction!r}: {advice}")
        _, chosen = self._chosen(what, argnums) if self.arguments else (True, ())
        lanes = any(True in argument.varies for argument in self.arguments)
        gradient = "gradient", chosen, lanes and reduction is not None
        keys: dict[str, Any] = {"value": ("value",), "backward": ("backward",), "value_and_grad": gradient}
        program = self.traced.program if as_traced else self._prepared
        found = self._derived(keys.get(what, (what, chosen)), lanes, program, as_traced)
        return derived.without_detach(found) if as_traced else found  # a pass drops it, too

    def __repr__(self) -> str:
        """The signature and size; `print` shows the code.

        >>> from autograd import compile
        >>> compile(lambda x, y: x * y + x, 2.0, 3.0)
        <compiled <lambda>(x, y): 2 operations>
        """
        arguments = ", ".join([argument.name for argument in self.arguments])
        facts = [
            (sum([row.op is not detach for row in self.traced.program.rows]), "operation"),
            (len(self.captured), "captured Value"),
            (len(self.traced.guards), "guard"),
            (len(self.traced.samplers), "random draw"),
        ]
        sizes = [counted(n, what) for n, what in facts if n or what == "operation"]
        return f"<compiled {self.name}({arguments}): {', '.join(sizes)}>"

    def __str__(self) -> str:
        return str(self.program_of())

    def check_closure(self) -> None:
        """CompileError if anything that the function reads from outside, other than the leaves, has changed."""
        if self.traced.closure is not None:
            self.traced.closure.check()

    def source(
        self, language: str = "python", what: str = "value", *, argnums: int | Sequence[int] = 0, reduction: str | None = None
    ) -> Source:
        """The program of `program_of`, before the passes, as source code in "python", "c" or "javascript".

        A function that branches has one more output per guard: 1 where the comparison holds, else 0.

        >>> from autograd import compile
        >>> print(compile(lambda x, y: x * y + x, 2.0, 3.0, in_axes=None).source())
        def program(x, y):
            v2 = x * y
            v3 = v2 + x
            return v3
        """
        self.check_closure()
        from autograd.compiler.exports.c import c_source
        from autograd.compiler.exports.javascript import javascript_source
        from autograd.compiler.exports.python import python_source

        writers: dict[str, Callable[[Program, str], Source]] = {
            "python": python_source,
            "c": c_source,
            "javascript": javascript_source,
        }
        program = self._unoptimized(what, argnums, reduction, as_traced=True)
        name = self.name if self.name.isidentifier() and not iskeyword(self.name) else "program"
        return writers[checked_choice("language", language, writers)](program, name)

    def stats(self, what: str = "value", *, argnums: int | Sequence[int] = 0, reduction: str | None = None) -> Stats:
        """A table of the program's cost for one lane, before the passes and after each; for the arguments see `program_of`.

        >>> from autograd import compile
        >>> print(compile(lambda x, y: x * y + x, 2.0, 3.0).stats())
        after                  rows  operations  multiply adds  registers  bytes for one lane
        traced                    2           2              0          4                  32
        constants                 2           2              0          4                  32
        common_subexpressions     2           2              0          4                  32
        identities                2           2              0          4                  32
        common_subexpressions     2           2              0          4                  32
        dead_code                 2           2              0          4                  32
        dots                      1           2              1          4                  32
        reductions                1           2              1          4                  32
        matrix_products           1           2              1          4                  32
        outer_products            1           2              1          4                  32
        assign_registers          1           2              1          3                  24
        """
        return stats(self._unoptimized(what, argnums, reduction, as_traced=True))

    def draw(
        self,
        what: str = "value",
        *,
        argnums: int | Sequence[int] = 0,
        reduction: str | None = None,
        narrow: bool = False,
    ) -> Drawing:
        """A drawing of the program of `program_of`; `narrow` is for pages as narrow as a phone.

        >>> from autograd import compile
        >>> compile(lambda x, y: x * y + x, 2.0, 3.0).draw().pipe("svg")[:4]
        b'<svg'
        """
        from autograd.viz.program_drawing import draw_program

        return draw_program(self.program_of(what, argnums=argnums, reduction=reduction), narrow=narrow)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the program to a file for `load_program`, in npz format, or safetensors if the path ends in `.safetensors`.

        The numbers of captured leaves are saved too. ValueError if the function draws random numbers, or was compiled with
        guard="recompile".

        >>> import tempfile
        >>> from autograd import compile, load_program
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     compile(lambda x: x**3, 2.0).save(folder + "/cube.npz")
        ...     load_program(folder + "/cube.npz")(3.0)
        27.0
        """
        self.check_closure()
        files.write(self.traced, path)

    @cached_property
    def _prepared(self) -> Program:
        """The traced program, with fewer rows to differentiate."""
        return prepare(self.traced.program)

    def _derived(self, key: tuple[Any, ...], lanes: bool, program: Program, as_traced: bool) -> Program:
        """The derived program before the passes, from the traced program or the prepared one."""
        varies = [own for argument in self.arguments for own in argument.varies]
        per_lane = [i for i, own in enumerate(varies) if own]
        per_lane += range(self._captured_at.stop, len(program.inputs))
        program = derived.with_lanes(program, per_lane if lanes else ())
        values, guards = program.outputs[: self._count], program.outputs[self._count :]
        match key:
            case ("value",):
                return program
            case ("guards",):
                return replace(program, outputs=guards)
            case ("gradient", chosen, reduce):
                return derived.value_and_gradient(program, self._leaves(chosen), guards, reduce)
            case ("backward",):
                found, self._reached[lanes, as_traced] = derived.gradient_of_leaves(program, self._captured_at, guards)
                return found
            case ("jacobian", chosen):
                return derived.jacobian(program, [y.arg for y in values], self._leaves(chosen), guards)
            case ("hessian", chosen):
                return derived.hessian(program, self._leaves(chosen), guards)
            case _:
                return derived.hessian_product(program, self._leaves(key[1]), guards)

    def _leaves(self, chosen: Sequence[int]) -> list[int]:
        return [register for i in chosen for register in self._registers[i]]

    def _chosen(self, verb: str, argnums: Any) -> tuple[bool, tuple[int, ...]]:
        by = _transform_checks.argnums(verb, argnums)
        return isinstance(by, int), tuple(positions(verb, self.name, by, len(self.arguments)))

    def _check_one_number(self, verb: str) -> None:
        y = self.traced.result
        if isinstance(y, (list, tuple, dict)) or (is_array(y) and y.ndim):
            advice = "return the number in it, .item()" if getattr(y, "size", 0) == 1 else "use jacobian"
            raise TypeError(f"{verb}: {self.name} must return one number, but returned {_transform_checks.kind(y)}: {advice}")
