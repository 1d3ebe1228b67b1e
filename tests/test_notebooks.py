"""The notebooks: what is kept is what running them gives, and it says nothing of the machine that ran them."""

import re

import jupytext
import nbformat
import pytest

from examples.notebooks import NOTEBOOKS, executed, is_timed, texts

NAMES = [text.stem for text in texts()]
DIFFERS = re.compile(r"data:image/gif;base64,[^\"]+|[\d.]+e-(?:0[89]|[1-3]\d+) *")
MACHINES = re.compile(r"/home/|/root/|/tmp/|/usr/|/work/|site-packages|C:\\\\| at 0x[0-9a-f]{6,}")


def kept(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def outputs(notebook):
    """What each cell shows, but for those that time something, and for what another machine may show otherwise.

    That is the bytes of plots, since versions of Matplotlib and fonts differ, and estimates of rounding errors.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code" and not is_timed(cell):
            for output in cell.outputs:
                shown = {**output.get("data", {}), "stream": output.get("text", "")}
                yield output.output_type, {kind: DIFFERS.sub("…", data) for kind, data in shown.items() if kind != "image/png"}


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


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_running_a_notebook_again_changes_nothing(name):
    assert list(outputs(executed(NOTEBOOKS / f"{name}.py"))) == list(outputs(kept(name)))
