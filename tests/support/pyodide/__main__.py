"""`make pyodide-test`: the fast tests inside Pyodide, the Python of the playground, in Node.

    python -m tests.support.pyodide [PATH …]    the fast tests, or those in files and folders
    python -m tests.support.pyodide --write     the same, and write into cannot.txt what cannot run there

What cannot run there is listed by cause in cannot.txt. It is run all the same: a test that is listed and passes is an error,
as is one that fails and is not.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from tests.support.pyodide.plugin import CAUSES
from tools.node import run_node

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
LIST = HERE / "cannot.txt"
OUT = ROOT / ".venv" / "pyodide"
PACKAGES = ["pytest>=8.3", "hypothesis>=6.100", "mpmath>=1.3", "graphviz", "tqdm", "anywidget>=0.9", "micrograd==0.1.0"]
PURE = [
    "--only-binary=:all:",
    "--platform=any",
    "--implementation=py",
    "--abi=none",
    "--python-version=3.14",
]
OPTIONS = ["-q", "--no-header", "--tb=no", "-r", "N", "-p", "no:cacheprovider", "-m", "not slow"]
OPTIONS += ["--continue-on-collection-errors", "--hypothesis-profile=pyodide"]  # what fails is looked into elsewhere
OPTIONS += ["-W", "ignore:It looks like `register_random`"]  # of Hypothesis about itself: it counts references
OPTIONS += ["-W", "ignore:coroutine"]  # of a test that could not run it

HEADING = """\
# Fast tests that cannot run in Pyodide, by cause; written by `python -m tests.support.pyodide --write`.
# A file stands for all of its tests, a test for all of its parameters.
#
""" + "".join(f"# {cause}: {argument}\n" for cause, argument in CAUSES.items())

Outcomes = dict[str, tuple[str, str]]  # by test, or by file if it could not be read: passed, failed, skipped …; and why


def packages() -> Path:
    """A folder with the packages of the tests, none of which is compiled."""
    folder, ready = OUT / "packages", OUT / "ready"
    wanted = "\n".join(PACKAGES)
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--no-warn-conflicts", "--target", folder, *PURE, *PACKAGES],
            check=True,
        )
        ready.write_text(wanted, encoding="utf-8")
    return folder


def files(paths: list[str]) -> list[str]:
    """The files of tests in these files and folders."""
    found: list[Path] = []
    for path in map(Path, paths or ["tests"]):
        found += sorted((ROOT / path).rglob("test_*.py")) if (ROOT / path).is_dir() else [ROOT / path]
    return [str(path.relative_to(ROOT)) for path in found]


def run(paths: list[str]) -> Outcomes:
    """Run the files in one interpreter; if a test ends it, go on in another one without that test."""
    outcomes: Outcomes = {}
    deadly: list[str] = []
    while True:
        log = OUT / "outcomes"
        log.unlink(missing_ok=True)
        options = [*OPTIONS, *(f"--deselect={name}" for name in deadly)]
        done = run_node("node", HERE / "node.mjs", ROOT, packages(), OUT, *options, *paths, cwd=ROOT)
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
        outcomes |= {name: tuple(rest) for kind, name, *rest in lines if kind != "begin"}
        if done.returncode in range(6):  # pytest ended it
            return outcomes
        begun = next((name for kind, name, *_ in reversed(lines) if kind == "begin"), None)
        if begun is None:
            sys.exit("the interpreter ended before the first test")
        outcomes[begun] = ("cannot", "ends the interpreter")
        deadly.append(begun)
        paths = paths[paths.index(begun.partition("::")[0]) :]


def cannot(outcomes: Outcomes) -> dict[str, str]:
    """What cannot run, as tests without their parameters and as files of which nothing runs, for one cause; and why."""
    found = {name.partition("[")[0]: why for name, (what, why) in outcomes.items() if what == "cannot"}
    causes = defaultdict(set)
    for name, (what, why) in outcomes.items():
        causes[name.partition("::")[0]].add(why if what == "cannot" else "")
    files = {name: name.partition("::")[0] for name in found}
    return {name if len(causes[files[name]]) > 1 else files[name]: why for name, why in found.items()}


def listed() -> dict[str, str]:
    """What cannot.txt says."""
    found, why = {}, ""
    for line in LIST.read_text(encoding="utf-8").splitlines() if LIST.exists() else []:
        if line.startswith("  "):
            found[line.strip()] = why
        elif not line.startswith("#"):
            why = line.removesuffix(":")
    return found


def write(found: Mapping[str, str]) -> None:
    """Write cannot.txt."""
    groups = defaultdict(list)
    for name, why in found.items():
        groups[why].append(name)
    text = "".join(f"\n{why}:\n" + "".join(f"  {name}\n" for name in sorted(names)) for why, names in sorted(groups.items()))
    LIST.write_text(HEADING + text, encoding="utf-8")


def main() -> None:
    words = sys.argv[1:]
    paths = files([word for word in words if word != "--write"])
    outcomes = run(paths)
    found = cannot(outcomes)
    if "--write" in words:
        write({name: why for name, why in listed().items() if name.partition("::")[0] not in paths} | found)
    expected = {name: why for name, why in listed().items() if paths == files([]) or name.partition("::")[0] in paths}
    wrong = [f"{name}: {what}: {why}" for name, (what, why) in outcomes.items() if what in ("failed", "error")]
    wrong += [f"{name} cannot run: {why}" for name, why in found.items() if expected.get(name) != why]
    wrong += [f"{name} is listed as one that cannot run, and does" for name in expected.keys() - found.keys()]
    print(*wrong, sep="\n")
    print(", ".join(f"{count} {what}" for what, count in Counter(what for what, _ in outcomes.values()).items()))
    print("what cannot run, by cause:", dict(Counter(why for what, why in outcomes.values() if what == "cannot")))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
