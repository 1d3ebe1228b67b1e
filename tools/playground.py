"""`make site`: the playground, a folder of static files that runs the engine in a browser."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from autograd.viz.page import bundle, styles

HERE = Path(__file__).parent.parent
SOURCES = HERE / "playground"
PACKAGES = ("autograd", "nn", "graphviz")  # what the page's Python imports


def build(out: Path) -> None:
    """Write the playground to `out`. Needs Node and, the first time, the network."""
    if not (SOURCES / "node_modules").exists():
        _run("npm", "ci", "--no-audit", "--no-fund")
    with TemporaryDirectory() as stage:
        for name in PACKAGES:
            spec = find_spec(name)
            assert spec is not None
            assert spec.origin is not None
            shutil.copytree(Path(spec.origin).parent, Path(stage) / name, ignore=shutil.ignore_patterns("__pycache__"))
        (Path(stage) / "playground").mkdir()
        shutil.copy(SOURCES / "engine.py", Path(stage) / "playground")
        _run("node", "build.mjs", stage, str(out.resolve()))
    (out / "shared.js").write_text(bundle("scrubber.js", "player.js"), encoding="utf-8")
    (out / "style.css").write_text(styles("player.css") + (SOURCES / "style.css").read_text(encoding="utf-8"), encoding="utf-8")


def _run(*command: str) -> None:
    program = shutil.which(command[0])
    if program is None:
        sys.exit(f"the playground is built with Node: {command[0]} is not on PATH")
    subprocess.run([program, *command[1:]], cwd=SOURCES, check=True)


if __name__ == "__main__":
    build(Path("site/play"))
