"""The snippets of a page, run in order as a reader would: what they print, and what the page claims they print."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import warnings
from typing import Any, NamedTuple

from autograd.__main__ import main

FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
# A print with its result in a comment after it, or in comments below it.
PRINT = re.compile(r"^ *print\(.*?\)(?: +# (.*)|((?:\n *#.*)+))$", re.MULTILINE)
OUTPUTS = {"text", "c", "javascript"}  # fences that show what the snippet above them prints


class Ran(NamedTuple):
    """A page's printed lines, its claimed ones, its warnings, and the names that its snippets defined."""

    printed: list[str]
    expected: list[str]
    warned: list[str]
    scope: dict[str, Any]


def run(page: str) -> Ran:
    """Run the Python snippets of a page, and the shell commands that call our command line, in one scope."""
    ran = Ran([], [], [], {"__name__": "page"})
    printed = io.StringIO()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        for indent, language, lines in FENCE.findall(page):
            text = "\n".join(line.removeprefix(indent) for line in lines.splitlines())
            if language == "python":
                exec(compile(text, "page", "exec"), ran.scope)
                ran.expected.extend(results(text))
            elif language == "sh":
                for command in re.findall(r"^python -m autograd (.*)$", text, re.MULTILINE):
                    main(shlex.split(command))
            elif language in OUTPUTS:
                ran.expected.extend(text.splitlines())
    ran.printed.extend(printed.getvalue().splitlines())
    ran.warned.extend(str(one.message) for one in caught)
    return ran


def results(snippet: str) -> list[str]:
    """The lines that a snippet prints, according to its comments."""
    found: list[str] = []
    for beside, below in PRINT.findall(snippet):
        found += [beside] if beside else [re.sub(r"^ *# ?", "", line) for line in below.splitlines()[1:]]
    return found
