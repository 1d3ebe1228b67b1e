"""The stand-ins for Matplotlib and NumPy in the browser, where neither is available."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

STAND_INS = Path(__file__).parent.parent / "tools" / "stand_ins"


def sketch(code: str) -> ElementTree.Element:
    """The code's `figure` as SVG."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\nimport matplotlib.pyplot as plt\n" + code + "\nprint(figure._repr_html_())"
    )
    done = subprocess.run([sys.executable, "-c", program, str(STAND_INS)], capture_output=True, text=True, check=True)
    return ElementTree.fromstring(done.stdout)


def texts(figure: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in figure.iter() if text.tag.endswith(("text", "figcaption"))]


def test_curves_and_points_are_drawn_with_their_labels():
    figure = sketch("""
figure, ax = plt.subplots()
ax.plot([0, 1, 2], [0, 1, 4], "--", label="square")
ax.plot([1], [1], "ko")
ax.set(xlabel="x < y", title="growth")
ax.legend()
""")
    assert {"square", "x < y", "growth"} <= set(texts(figure))
    assert sum(circle.tag.endswith("circle") for circle in figure.iter()) == 1
    assert any(path.get("stroke-dasharray") for path in figure.iter())


def test_what_is_left_out_is_told():
    figure = sketch("figure, ax = plt.subplots()\nax.imshow([[1]]).set_clim(0, 1)\nax.plot([1, 2])")
    assert texts(figure)[-1] == "A sketch: Matplotlib isn't available on this page. Not drawn: imshow."


def test_a_line_of_equal_height_is_where_the_heights_reach_it():
    program = "from matplotlib.axes import crossings\nfor path in crossings([0, 1], [0, 1], [[-1, 1], [-1, 1]], 0): print(path)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=STAND_INS)
    assert done.stdout.splitlines() == ["[(0.5, 0.0), (0.5, 0.5)]", "[(0.5, 0.5), (0.5, 1.0)]"]


@pytest.mark.parametrize("statement", ["import numpy", "from numpy import array", "import numpy.linalg"])
def test_whoever_imports_numpy_is_told_that_it_is_not_there(statement):
    done = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True, cwd=STAND_INS)
    assert "NumPy isn't available on this page" in done.stderr


def test_a_module_that_is_not_there_has_parts_but_no_file_which_tracebacks_would_look_into():
    program = "import matplotlib.ticker as ticker\nprint(ticker.LogLocator() is not None, hasattr(ticker, '__file__'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=STAND_INS)
    assert done.stdout.split() == ["True", "False"]
