"""A DOT source as a picture, by Graphviz: PNG and PDF, and what has no layout of ours."""

from __future__ import annotations

import sys

from autograd._format import escaped

MAX_SECONDS = 60  # for the layout


class RendererMissing(RuntimeError):
    """No graph layout program was found."""


def layout(source: str, format: str = "svg") -> bytes:
    """The picture of a DOT source.

    Tries, in this order: `dot` on PATH, `graphviz-pure` (on PATH or next to the Python executable), the package
    pygraphviz. RendererMissing says what to install.
    """
    import subprocess  # imported here: a browser's Python lacks it

    program = _program()
    if program is None:
        return _pygraphviz(source, format)
    command = [program, f"-T{format}"]
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, check=False, timeout=MAX_SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{program} gave up after {MAX_SECONDS} s: draw fewer boxes, with a smaller max_nodes") from None
    if done.returncode != 0:
        raise RuntimeError(f"{program} -T{format} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def with_words(svg: bytes, title: str, description: str) -> bytes:
    """An SVG of Graphviz with its title and description where a browser and a screen reader look for them."""
    head = svg.index(b">", svg.index(b"<svg")) + 1
    begin = svg[:head].replace(b"<svg", b'<svg role="img"')
    return begin + f"<title>{escaped(title)}</title><desc>{escaped(description)}</desc>".encode() + svg[head:]


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
            "no graph layout program was found: pip install 'scalar-autograd[render]', or install Graphviz"
        ) from None
    drawn: bytes = pygraphviz.AGraph(source).draw(format=format, prog="dot")
    return drawn
