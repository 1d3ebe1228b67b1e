"""Exceptions and warnings."""

from __future__ import annotations

REFUSALS = (ValueError, ArithmeticError, LookupError, AssertionError)  # what functions raise outside their domains


class AnomalyError(ArithmeticError):
    """Inside `anomaly()`: a value or a gradient became NaN or infinite.

    >>> from autograd import Value, anomaly
    >>> try:
    ...     with anomaly():
    ...         Value(0.0).log()
    ... except AnomalyError as error:
    ...     print(str(error).partition(" at ")[0])  # then file and line
    log(0.0) is -inf
    """


class StaleGraphError(RuntimeError):
    """A gradient cannot be recorded as more graph, since the number in a leaf has changed.

    >>> from autograd import Value, gradients
    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> x.data = 4.0
    >>> try:
    ...     gradients(y, x, create_graph=True)
    ... except StaleGraphError as error:
    ...     print(error)
    the number of x was changed after mul was recorded with it: evaluate the function again to differentiate it further
    """


class CompileError(ValueError):
    """A function or rule cannot be compiled, or a program cannot be run or exported this way.

    >>> import random
    >>> import autograd
    >>> try:
    ...     autograd.compile(lambda x: x * random.random(), 1.0)
    ... except CompileError as error:
    ...     print(*str(error).split(": "), sep="\\n")
    <lambda> does something different on every call, so it cannot be compiled
    does it draw random numbers, or change what it reads? Pass them as arguments, or draw with autograd.extend.draw
    """


class ProgramFileError(ValueError):
    """A file does not hold a compiled program, or is damaged.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autograd import load_program
    >>> with TemporaryDirectory() as folder:
    ...     Path(folder, "cube.npz").write_text("no program")
    ...     try:
    ...         load_program(folder + "/cube.npz")
    ...     except ProgramFileError as error:
    ...         print(str(error).split(": ")[1])
    10
    not an npz file
    """


class BranchError(RuntimeError):
    """A compiled program was run on numbers that would take a different branch from the recorded one.

    >>> import autograd
    >>> try:
    ...     autograd.compile(lambda x: x if x > 0 else -x, 1.0)(-1.0)
    ... except BranchError as error:
    ...     print(str(error).splitlines()[-1].partition(":")[0])  # below file, line and comparison
    this comparison was true when the function was traced, but isn't
    """


class TracingWarning(RuntimeWarning):
    """While a function was traced, a Value was turned into a number, which is now a constant of the program.

    >>> import warnings
    >>> import autograd
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", TracingWarning)
    ...     program = autograd.compile(lambda x: x.item() * x, 3.0)  # x.item() stays 3
    >>> program(5.0)
    15.0
    """


class TeachingWarning(UserWarning):
    """A classic slip in a training loop: the program runs, but learns nothing or the wrong thing.

    Issued once per line of the program. On by default in notebooks and in the REPL, off in scripts:
    `warnings.simplefilter("default", autograd.TeachingWarning)` turns it on,
    `warnings.simplefilter("ignore", autograd.TeachingWarning)` off.

    >>> import warnings
    >>> import nn
    >>> from autograd import Value
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always", TeachingWarning)
    ...     nn.optim.SGD([Value(1.0)], lr=0.1).step()
    >>> str(caught[0].message).partition(":")[0]
    'step() changes nothing'
    """
