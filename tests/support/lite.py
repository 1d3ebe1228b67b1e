"""Notebooks run in JupyterLite, in the system's Chromium: `python -m tests.support.lite [NAME …]` runs those of site/lab."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.static_host import StaticHost
from tests.support.browser import ARGUMENTS, chromium

ROOT = Path(__file__).parents[2]
PATIENCE = 600_000  # milliseconds for a notebook

# Runs all cells; for each code cell: whether it ran, and what it printed, showed or raised.
RUN = """async () => {
  const app = window.jupyterapp;
  const panel = app.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  await app.commands.execute("notebook:run-all-cells");
  const cells = panel.content.widgets.map((cell) => cell.model.sharedModel.toJSON());
  return JSON.stringify(cells.filter((cell) => cell.cell_type === "code"));
}"""


class Run(NamedTuple):
    """The outcome of a notebook: the number of cells that ran, the cells, the seconds it took, and foreign requests."""

    ran: int
    cells: list[dict[str, Any]]
    seconds: float
    foreign: list[str]

    @property
    def errors(self) -> list[str]:
        """Errors that cells raised, or that IPython printed because it could not show a traceback."""
        outputs = [out for cell in self.cells for out in cell["outputs"]]
        raised = [f"{out['ename']}: {out['evalue']}" for out in outputs if out["output_type"] == "error"]
        printed = ["".join(out["text"]) for out in outputs if out.get("name") == "stderr"]
        return raised + [text for text in printed if "Traceback (most recent call last)" in text]


def run_notebook(browser: Any, address: str, name: str) -> Run:
    """Open a notebook and run all of its cells."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    foreign: list[str] = []
    page.on("request", lambda sent: None if sent.url.startswith((address, "data:", "blob:")) else foreign.append(sent.url))
    begin = time.monotonic()
    page.goto(f"{address}/notebooks/index.html?path={name}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=PATIENCE)
    cells = json.loads(page.evaluate(RUN))
    context.close()
    return Run(sum(cell["execution_count"] is not None for cell in cells), cells, time.monotonic() - begin, foreign)


def main() -> None:
    from playwright.sync_api import sync_playwright

    names = sys.argv[1:] or [path.name for path in sorted((ROOT / "site/lab/files").glob("*.ipynb"))]
    with sync_playwright() as playwright, StaticHost(ROOT / "site" / "lab") as host:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for name in names:
            run = run_notebook(browser, host.address, name)
            told = f"{run.ran:>4} of {len(run.cells)} cells, {run.seconds:.0f} s, {len(run.foreign)} foreign requests"
            print(f"{name:<48}{told}", flush=True)
            for error in run.errors:
                print(f"    {error[:200]}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
