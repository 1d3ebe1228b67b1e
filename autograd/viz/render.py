"""From a DOT description to a picture, on machines without Graphviz too."""

from __future__ import annotations

import sys

LONGEST = 60  # seconds


class RendererMissing(RuntimeError):
    """No program that lays out graphs was found."""


def layout(source: str, format: str = "svg") -> bytes:
    """The picture of a DOT description.

    Asks, in this order: `dot` on PATH, `graphviz-pure` (on PATH or beside the Python that runs),
    the package pygraphviz. RendererMissing says what to install.
    """
    import subprocess  # here: a Python in a browser has none

    program = _program()
    if program is None:
        return _pygraphviz(source, format)
    command = [program, f"-T{format}"]
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{program} gave up after {LONGEST} s: draw fewer boxes, with a smaller max_nodes") from None
    if done.returncode != 0:
        raise RuntimeError(f"{program} -T{format} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _program() -> str | None:
    import os
    import shutil

    beside = os.path.dirname(sys.executable)
    return shutil.which("dot") or shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=beside)


def _pygraphviz(source: str, format: str) -> bytes:
    try:
        import pygraphviz
    except ImportError:
        raise RendererMissing(
            "no program that lays out graphs was found: pip install 'scalar-autograd[render]', or install Graphviz"
        ) from None
    drawn: bytes = pygraphviz.AGraph(source).draw(format=format, prog="dot")
    return drawn
