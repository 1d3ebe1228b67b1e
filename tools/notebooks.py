"""`make notebooks`: run each notebook's text, `NN-name.py`, and write `NN-name.ipynb` with its output.

Running it twice changes nothing: kernels share a hash seed and the pinned renderer, outputs that vary are left out, and cells
tagged "timing" keep their old output.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from tqdm import tqdm
from traitlets.config import Config

from autograd._files import write_atomically

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SECONDS = 600  # the time limit of a cell; on an idle machine, ten are enough
COMPILING = re.compile(r"^compiling \d+ functions? for programs on lanes.*\n", re.MULTILINE)  # on the first run on a machine
OVERWRITTEN = re.compile(r"[^\n]*\r")  # progress bars, which show on slow machines
# Isolated from the caller: no renderer on the PATH, and no CI variable, which makes Hypothesis more verbose.
ENVIRONMENT = {name: os.environ[name] for name in ("HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
ENVIRONMENT |= {"PATH": "", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}


def texts() -> list[Path]:
    """The .py files of all notebooks, in order."""
    return sorted(NOTEBOOKS.glob("[0-9]*.py"))


def executed(text: Path) -> Any:
    """The notebook of a text, run in a fresh kernel. An error in a cell is raised, with its traceback."""
    return stable(run(jupytext.read(text)))


def run(notebook: Any, **environment: str) -> Any:
    """Run a notebook in place, in a fresh kernel with these additional environment variables."""
    with TemporaryDirectory() as folder:  # its own, for sockets: two kernels that start at once may choose the same ports
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(NOTEBOOKS)}},
            record_timing=False,
            coalesce_streams=True,
            config=Config(KernelManager={"transport": "ipc", "ip": f"{folder}/kernel"}),
        )
        client.execute(env=ENVIRONMENT | environment)
    return notebook


def stable(notebook: Any) -> Any:
    """The notebook without anything that varies from run to run or from machine to machine."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for i, cell in enumerate(notebook.cells):
        cell.id = f"cell-{i:02}"
        cell.metadata = {key: kept for key, kept in cell.metadata.items() if key == "tags"}
        for output in cell.get("outputs", []):
            output.pop("transient", None)
            if output.get("name") == "stderr":
                output.text = OVERWRITTEN.sub("", COMPILING.sub("", output.text)).strip(" ")
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("text") != ""]
    return notebook


def is_timed(cell: Any) -> bool:
    """True if the cell is tagged "timing", so that its output varies."""
    return "timing" in cell.metadata.get("tags", [])


def refresh(text: Path) -> bool:
    """Run a text and write its notebook; True if the notebook has changed."""
    path = text.with_suffix(".ipynb")
    notebook = executed(text)
    if path.exists():
        kept = {cell.source: cell for cell in nbformat.read(path, as_version=4).cells}
        for cell in notebook.cells:
            if is_timed(cell) and cell.source in kept:
                cell.outputs = kept[cell.source].outputs
    nbformat.validate(notebook)
    content = nbformat.writes(notebook) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return False
    write_atomically(path, content)
    return True


def main() -> None:
    """Refresh all notebooks, or those with the given numbers: `python -m tools.notebooks 01 08`."""
    import sys

    chosen = [text for text in texts() if not sys.argv[1:] or text.name[:2] in sys.argv[1:]]
    for text in (bar := tqdm(chosen, unit="notebook")):
        bar.set_description(text.stem)
        if refresh(text):
            bar.write(f"{text.with_suffix('.ipynb').name} has changed")


if __name__ == "__main__":
    main()
