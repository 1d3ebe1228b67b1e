"""The stored notebooks match a fresh run, and reveal nothing about the machine that ran them."""

import contextlib
import re

import jupytext
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.support.machines import another_machine, own_blas, shown_on
from tests.support.outputs import assert_alike, kept
from tools.notebooks import NOTEBOOKS, executed, is_timed, run, texts

NAMES = [text.stem for text in texts()]
MACHINES = re.compile(r"/home/|/root/|/tmp/|/usr/|/work/|site-packages|C:\\\\| at 0x[0-9a-f]{6,}")
MULTIPLY_MATRICES = [text.stem for text in texts() if re.search(r" @ |\bnp\.(dot|linalg)", text.read_text(encoding="utf-8"))]


def test_there_is_a_notebook_for_every_text_and_a_text_for_every_notebook():
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == NAMES
    assert [name[:2] for name in NAMES] == [f"{i:02}" for i in range(1, len(NAMES) + 1)]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_and_its_text_are_the_same(name):
    text = jupytext.read(NOTEBOOKS / f"{name}.py")
    cells = [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in text.cells]
    assert cells == [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in kept(name).cells]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_was_run_from_top_to_bottom_and_shows_no_error(name):
    cells = [cell for cell in kept(name).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    shown = [output for cell in cells for output in cell.outputs]
    assert shown
    assert not any(output.output_type == "error" or output.get("name") == "stderr" for output in shown)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_tells_nothing_of_the_machine_or_the_hour(name):
    assert not MACHINES.findall((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    notebook = kept(name)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert [cell.id for cell in notebook.cells] == [f"cell-{i:02}" for i in range(len(notebook.cells))]
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_that_looks_at_the_clock_says_so(name):
    for cell in kept(name).cells:
        if cell.cell_type == "code" and re.search(r"perf_counter|timeit|time\.time", cell.source):
            assert is_timed(cell), cell.source


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_says_what_to_know_what_one_learns_and_how_long_it_takes_and_asks_for_predictions(name):
    text = (NOTEBOOKS / f"{name}.py").read_text(encoding="utf-8")
    begin = text.partition("\n# ## ")[0]
    assert re.search(r"You will be able to|After this notebook you can", begin)
    assert "**Before you start:**" in begin
    assert re.search(r"\*\*Time:\*\* about \d+(?: minutes|$)", begin, re.MULTILINE)
    assert "**Predict**" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_ends_in_three_exercises_whose_answers_it_checks(name):
    text = (NOTEBOOKS / f"{name}.py").read_text(encoding="utf-8")
    exercises = text.partition("# ## Exercises")[2].partition("# ## What to remember")[0]
    _, *asked = re.split(r"^# \*\*(\d)\.\*\* ", exercises, flags=re.MULTILINE)
    assert asked[::2] == ["1", "2", "3"]
    for one in asked[1::2]:
        code = "".join(cell for cell in one.split("# %%") if not cell.startswith(" [markdown]"))
        assert "None" in code, one
        assert re.search(r"exercise\.answer\(|\bright\b", code), one
        assert "<summary>Answer</summary>" in one


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in MULTIPLY_MATRICES])
def test_running_a_notebook_again_changes_nothing(name):
    assert_alike(executed(NOTEBOOKS / f"{name}.py"), kept(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", MULTIPLY_MATRICES)
def test_running_a_notebook_that_multiplies_matrices_again_on_another_machine_changes_nothing(name):
    shown, blas = shown_on(another_machine(), name)
    assert blas is None or blas != own_blas()
    assert_alike(shown, kept(name))


@pytest.mark.slow
def test_an_error_in_a_cell_is_raised_with_its_traceback_and_no_program_is_on_the_path():
    cell = "import shutil\nassert not any(map(shutil.which, ('dot', 'sh', 'python3')))\n1 / 0"
    with pytest.raises(CellExecutionError, match=r"(?s)Traceback.*ZeroDivisionError"):
        run(new_notebook(cells=[new_code_cell(cell)]))


@pytest.mark.parametrize(
    ("shown", "alike"),
    [("0.7071067811865477", True), ("0.7071067811", True), ("0.707", False), ("0.7", False), ("1", False), ("", False)],
)
def test_outputs_are_alike_if_their_numbers_agree_to_nine_digits(shown, alike):
    def printing(text):
        cell = new_code_cell("print(v)", outputs=[new_output("stream", text=text)] if text else [])
        return new_notebook(cells=[cell])

    with contextlib.nullcontext() if alike else pytest.raises((AssertionError, ValueError)):
        assert_alike(printing(shown), printing("0.7071067811865475"))
