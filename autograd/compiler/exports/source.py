"""source: a Program as source code in one of three languages."""

from __future__ import annotations

from autograd._check import checked_choice
from autograd.compiler.exports.c import c_source
from autograd.compiler.exports.javascript import javascript_source
from autograd.compiler.exports.python import python_source
from autograd.compiler.program import Program
from autograd.python_source import Source

_WRITERS = {"python": python_source, "c": c_source, "javascript": javascript_source}
_NAMES = {"python": "program", "c": "program", "javascript": "value"}


def source(program: Program, language: str = "python", name: str | None = None) -> Source:
    """The program as a function in "python", "c" or "javascript".

    The function is called `name`: `program` unless given, in JavaScript `value`. See `python_source`, `c_source` and
    `javascript_source`.

    >>> from autograd import compile
    >>> print(source(compile(lambda x: x * x, 2.0, in_axes=None).program_of(), name="square"))
    def square(x):
        v1 = x * x
        return v1
    """
    write = _WRITERS[checked_choice("language", language, tuple(_WRITERS))]
    return write(program, _NAMES[language] if name is None else name)
