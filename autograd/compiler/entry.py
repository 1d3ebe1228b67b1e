"""autograd.compile and load_program."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import Any

from autograd import _transform_checks
from autograd._check import checked_choice
from autograd.compiler import files
from autograd.compiler.axes import axes_per_argument
from autograd.compiler.branching import Branching
from autograd.compiler.compiled import Compiled
from autograd.compiler.traced import Traced, called_on_numbers, check_lookups, check_numbers
from autograd.errors import CompileError

EXECUTORS = ("auto", "python", "numpy", "numba")


def compile(f: Callable[..., Any], *examples: Any, in_axes: Any = 0, guard: str = "raise", executor: str = "auto") -> Compiled:
    """A program that computes what `f` computes, traced once and then run at the speed of NumPy.

    `f` is called with Values in place of the numbers in `examples`: numbers, nested lists, tuples and dicts of numbers, or
    arrays. It is called several times, on the numbers too, to find out whether it does the same each time.
    The program takes arguments of the same nesting, or arrays with an additional axis of lanes, and then runs for
    all lanes at once. Values that `f` takes from outside are inputs too, read at each call; gradients reach them if the
    program is called on Values, or by a function that is itself traced or differentiated.

    `in_axes` gives the axis of the lanes, as in `jax.vmap`: an int, or None for arguments that all lanes share; or a
    sequence with one entry per argument, which may itself be a container, nested like the argument, of ints and None.
    ValueError or TypeError if it doesn't fit.

    Python branches on comparisons of Values are recorded. If a run would branch differently, `guard="raise"` raises a
    BranchError that names the line, "recompile" traces the other branch too, and "ignore" keeps the recorded one. `where`,
    `maximum` and `relu` need no guard. CompileError if f does something different on every call or changes what it reads, or
    if a number or a list that it reads from outside has changed since it was traced.

    `executor` is "python" (number by number, with the same bits as eager code except for the last digits of softmax and
    log_softmax; also on Fractions, mpmath's numbers and intervals), "numpy", "numba" (machine code on several threads), or
    "auto", the fastest for the arguments. For JAX arrays, PyTorch tensors and Dask arrays, the results are of the same
    kind. All executors except "python" need the extra `compile`.

    >>> program = compile(lambda x, y: x * y + x, 2.0, 3.0)
    >>> program(4.0, 5.0), program.value_and_grad(4.0, 5.0, argnums=(0, 1))
    (24.0, (24.0, (6.0, 4.0)))
    >>> import numpy as np
    >>> program(np.array([1.0, 2.0]), np.array([3.0, 4.0])).tolist()
    [4.0, 10.0]
    >>> scaled = compile(lambda p, x: p["scale"] * x + p["offset"], {"scale": 1.0, "offset": 0.0}, 1.0,
    ...                  in_axes=({"scale": None, "offset": 0}, 0))
    >>> scaled({"scale": 2.0, "offset": np.array([0.5, 0.25])}, np.array([3.0, 4.0])).tolist()
    [6.5, 8.25]
    """
    _transform_checks.check_function("compile", f)
    checked_choice("guard", guard, ("raise", "recompile", "ignore"))
    checked_choice("executor", executor, EXECUTORS)
    axes = axes_per_argument(in_axes, len(examples))
    check_lookups(f, examples)
    expected = called_on_numbers(f, examples)
    traced = Traced.of(f, examples, axes)
    check_numbers(expected, traced)
    if guard == "recompile" and traced.guards:
        if traced.samplers:
            raise CompileError("guard='recompile': a function that draws random numbers cannot be traced again for a branch")
        return Branching(traced, executor, lambda xs: Traced.of(f, xs, axes))
    return Compiled(traced, guard, executor)


def load_program(path: str | PathLike[str], *, guard: str = "raise", executor: str = "auto") -> Compiled:
    """Load a program that `Compiled.save` wrote. ProgramFileError if the file is damaged; no code in it is executed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     compile(lambda x: x**3, 2.0).save(folder + "/cube.npz")
    ...     load_program(folder + "/cube.npz").value_and_grad(2.0)
    (8.0, 12.0)
    """
    checked_choice("guard", guard, ("raise", "ignore"))
    checked_choice("executor", executor, EXECUTORS)
    return Compiled(files.read(path), guard, executor)
