"""`make play`: the playground, a folder of static files that runs the engine in a browser."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from autograd._files import write_atomically
from autograd.compiler.exports.javascript_ops import javascript_ops
from autograd.op import TABLE
from autograd.viz.page import as_json, bundle, styles
from autograd.viz.player import SCRIPTS, STYLES
from nn.network.page import ASSETS
from playground import expression, lessons, quiz
from tools.node import run_node

HERE = Path(__file__).parent.parent
SOURCES = HERE / "playground"
FIRST = "tanh(w1*x1 + w2*x2 + b)", {"w1": -3, "x1": 2, "w2": 1, "x2": 0, "b": 6.8813735870195432}  # the neuron of the README
FIRST_QUIZ, SEED = "(3*x - 1)**2", 3  # the first example of quiz.js; the seed of its numbers
PACKAGES = ("autograd", "nn", "graphviz")  # what the page's Python imports


def build(out: Path) -> None:
    """Write the playground to `out`. The first time, this needs the network."""
    install()
    with TemporaryDirectory() as stage:
        for name in PACKAGES:
            spec = find_spec(name)
            assert spec is not None
            assert spec.origin is not None
            shutil.copytree(Path(spec.origin).parent, Path(stage) / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in ("playground", "playground/torch"):
            shutil.copytree(HERE / path, Path(stage) / path, ignore=lambda _, names: [x for x in names if not x.endswith(".py")])
        write_atomically(SOURCES / "src/ops.mjs", javascript_ops(TABLE, ("erf", "erfc")))
        shutil.copy(str(files("autograd.compiler.exports") / "interpreter.mjs"), SOURCES / "src")
        run_node("node", "build.mjs", stage, out.resolve(), cwd=SOURCES, check=True)
    lessons.build(out / "lessons")
    page = out / "index.html"
    write_atomically(page, page.read_text(encoding="utf-8").replace("FIRST", first_sight()))
    write_atomically(out / "quiz.json", as_json({"text": FIRST_QUIZ, **quiz.ask(FIRST_QUIZ, {}, SEED)}))
    write_atomically(out / "shared.js", bundle("scrubber.js", *SCRIPTS, "leaves.js", "quiz.js", *_ending(".js")))
    write_atomically(
        out / "style.css",
        styles(*STYLES, "leaves.css", "quiz.css", *_ending(".css"), *sorted((SOURCES / "styles").glob("*.css"))),
    )
    write_atomically(out / "sw.js", offline_worker(out))


def offline_worker(folder: Path) -> str:
    """The service worker of a build, with its list of files and hashes in front."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "sw.js")
    hashes = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    version = hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:16]
    code = (SOURCES / "src/sw.js").read_text(encoding="utf-8")
    return f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(hashes, indent=1)};\n{code}"


def install() -> None:
    """Fetch the npm packages, unless npm's list of installed ones has everything in package-lock.json."""
    listed, found = (_packages(SOURCES / path) for path in ("package-lock.json", "node_modules/.package-lock.json"))
    if any(found.get(name) != version for name, version in listed.items()):
        run_node("npm", "ci", "--no-audit", "--no-fund", cwd=SOURCES, check=True)


def _packages(lock: Path) -> dict[str, str]:
    """The versions in such a list, without optional packages; empty if there is no list."""
    if not lock.exists():
        return {}
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {name: about["version"] for name, about in packages.items() if name and not about.get("optional")}


def first_sight() -> str:
    """The page's contents until Python has loaded: the first example of examples.js, for wide and narrow pages."""
    answer = expression.show(*FIRST)
    answer["told"] = expression.tell(0, expression.DELTA)
    answer["page"]["narrow"] = expression.show(*FIRST, True)["page"]["svg"]
    return as_json(answer)


def _ending(suffix: str) -> list[Path]:
    """The assets that the network tab shares with the network view and the page of a training record."""
    recording = Path(str(files("nn.recording"))) / "assets"
    own = [recording / name for name in ("symbols.js", "contours.js", "axes.js", "boundary.js", "chart.js", "training.css")]
    return [path for path in [*ASSETS, *own] if path.suffix == suffix]


def serve(folder: Path) -> None:
    """Serve a folder locally, until Ctrl-C."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    print(f"the playground: http://127.0.0.1:{server.server_port}/ (Ctrl-C to stop)")
    with suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    build(HERE / "site/play")
    if "--serve" in sys.argv[1:]:
        serve(HERE / "site/play")
