"""The outputs of a notebook, compared with those of another run or another machine."""

import re
from base64 import b64decode

import nbformat

from tests.support.same_text import assert_same_text
from tools.notebooks import NOTEBOOKS, is_timed

PICTURE = re.compile(r"data:image/svg\+xml;base64,([^\"]+)")
DIFFERS = re.compile(r"data:image/gif;base64,[^\"]+|[\d.]+e[-−](?:0?[89]|[1-3]\d+) *")


def kept(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def outputs(notebook):
    """The outputs of all cells, except timings and parts that may differ on another machine.

    The latter are the bytes of plots, since versions of Matplotlib and fonts differ, and estimates of rounding errors.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code" and not is_timed(cell):
            for output in cell.outputs:
                shown = {"what": output.output_type, "stream": output.get("text", ""), **output.get("data", {})}
                for kind in sorted(shown.keys() - {"image/png"}):
                    yield f"{kind}: {DIFFERS.sub('…', PICTURE.sub(_decoded, shown[kind]))}"


def _decoded(picture):
    return b64decode(picture[1]).decode()


def assert_alike(shown, expected):
    """Assert that two notebooks show the same text, with numbers equal to nine digits; further digits depend on the libm."""
    for text, other in zip(outputs(shown), outputs(expected), strict=True):
        assert_same_text(text, other)
