"""A real JupyterLab with a token, on a free port, with settings separate from the user's; its notebooks open in Chromium."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).parents[2]
SECONDS = 60  # timeout for the server's start and for anything in Lab, on a busy machine
# No network, no autosave, and the theme that a test chooses.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    "@jupyterlab/apputils-extension:themes": {"theme-scrollbars": False, "adaptive-theme": False},
}
# For JupyterLite. JupyterLab would load it too, and report missing parts.
FOREIGN = "@jupyterlite"
# Lab's own occasional errors: it removes a node twice, which our scripts never do; and it misses the model of a live player
# that was saved elsewhere, whose kernel is gone.
LABS_OWN = ("Failed to execute 'removeChild'", "widget model not found")


class Lab:
    """A running server: its address, token and folder, and the browser."""

    def __init__(self, address: str, token: str, folder: Path, browser: Any) -> None:
        self.address, self.token, self.folder, self.browser = address, token, folder, browser

    def write(self, name: str, cells: Sequence[Any]) -> None:
        """Write a notebook with these cells; a str is a code cell that has not run."""
        made = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
        nbformat.write(new_notebook(cells=made, metadata=metadata), self.folder / name)

    @contextmanager
    def opened(self, name: str, **options: Any) -> Iterator[Any]:
        """Open the notebook in a fresh window; fails if an error appears in the console."""
        # An emulated colour scheme would apply to frames too, whatever their elements say.
        context = self.browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="no-override", **options)
        page = context.new_page()
        page.set_default_timeout(1000 * SECONDS)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(error.stack or str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        try:
            page.goto(f"{self.address}lab/workspaces/w{secrets.token_hex(4)}/tree/{name}?token={self.token}")
            page.locator(".jp-Notebook .jp-Cell").first.wait_for()
            yield page
            wrong = [text for text in wrong if not any(map(text.__contains__, LABS_OWN))]
            assert wrong == [], wrong  # pytest does not rewrite asserts here
        finally:
            context.close()


def command(page: Any, name: str, **arguments: Any) -> None:
    """Run one of Lab's commands without waiting for it to finish."""
    page.evaluate("([name, given]) => { window.jupyterapp.commands.execute(name, given); }", [name, arguments])


def run_all(page: Any) -> None:
    """Run all cells; their outputs come later."""
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'")
    command(page, "notebook:run-all-cells")


def save(page: Any) -> None:
    command(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def change_theme(page: Any, theme: str) -> None:
    """Change the theme to light or dark."""
    command(page, "apputils:change-theme", theme=f"JupyterLab {theme.capitalize()}")
    page.locator(f"body[data-jp-theme-light={str(theme == 'light').lower()}]").wait_for(state="attached")


@contextmanager
def running_lab(folder: Path, browser: Any) -> Iterator[Lab]:
    """A JupyterLab server whose files are all in `folder`."""
    home, notebooks = folder / "home", folder / "notebooks"
    notebooks.mkdir()
    for plugin, settings in SETTINGS.items():
        package, _, name = plugin.partition(":")
        path = home / "settings" / package / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    extensions = home / "labextensions"
    extensions.mkdir()
    for path in (Path(sys.prefix) / "share/jupyter/labextensions").iterdir():
        if path.name != FOREIGN:
            (extensions / path.name).symlink_to(path)
    token = secrets.token_hex(16)
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTEST", "JPY"))}
    environment |= {name: str(home / place) for name, place in places.items()} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={notebooks}"]
    command += ["--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"]
    command += [f"--LabApp.labextensions_path={extensions}"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            yield Lab(_address(server, home / "runtime", folder / "log"), token, notebooks, browser)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:  # Jupyter may wait a minute for a kernel that has gone
                server.kill()
                server.wait()


def _address(server: Any, runtime: Path, log: Path) -> str:
    """The server's address, which it writes to a file."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            written = path.read_text()
            if written.endswith("}"):  # not while the server is writing it
                return str(json.loads(written)["url"])
        time.sleep(0.05)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")
