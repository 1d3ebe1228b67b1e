"""Every snippet in the README runs and prints what its comments say, and its animation plays."""

import contextlib
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.browser import opened
from tests.support.same_text import assert_same_text
from tests.support.snippets import run
from tools import animation

ROOT = Path(__file__).parent.parent.parent


SNIPPETS = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda code: code.splitlines()[-1][:40])
def test_every_python_snippet_runs_alone_and_prints_what_it_says(snippet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = run(f"```python\n{snippet}```")
    assert ran.printed == ran.expected != []
    assert ran.warned == []
    for file in re.findall(r"# (\w+\.svg)", snippet):
        assert (tmp_path / file).exists()


def test_ten_lines_come_first_and_five_snippets_follow():
    assert len(SNIPPETS) == 6
    assert len(SNIPPETS[0].strip().splitlines()) <= 11  # one of them is blank
    assert max(len(snippet.splitlines()) for snippet in SNIPPETS) <= 15


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_file_it_names_is_there(page):
    text = (ROOT / page).read_text()
    for path in re.findall(r"""(?:\]\(|src="|srcset=")([\w/.-]+)[)"]""", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"`((?:autograd|nn|tests|tools|benchmarks|notebooks|docs)/[\w/.-]+)`", text):
        assert "NN" in path or (ROOT / path).exists(), path


def tree():
    """The paths that the tree in CONTRIBUTING.md shows: folders end in a slash, and files are indented below theirs."""
    block = re.search(r"^```text\n(.*?)^```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL | re.MULTILINE)
    assert block
    folders: list[str] = []
    for line in block[1].splitlines():
        indent, names = re.match(r"( *)(\S+(?: \S+)*)", line).groups()
        del folders[len(indent) // 2 :]
        names = names.split()
        yield from ("".join(folders) + name for name in names)
        if names[0].endswith("/"):
            folders.append(names[0])


def test_the_tree_in_contributing_is_the_real_one():
    shown = list(tree())
    assert len(shown) == len(set(shown))
    for path in shown:
        assert (ROOT / path).exists(), path
    whole = ("playground/tests", "playground/node_modules", "tools/stand_ins")  # folders that it shows without their files
    for folder in ("autograd", "nn", "playground", "tools"):
        real = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.py") if path.name != "__init__.py"}
        listed = {path for path in shown if path.startswith(f"{folder}/") and path.endswith(".py")}
        assert listed == {path for path in real if not path.startswith(whole)}


def test_contributing_lists_every_command_of_the_makefile_and_help_prints_it():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    listed = re.findall(r"^\| `make ([a-z-]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    parts = {"types", "lint", "doctests", "bytecode", "other-python"}  # of `make check` and `make test`
    assert sorted(listed) == sorted(targets - parts)
    printed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[1] for line in printed.splitlines()] == listed


def test_the_animation_is_current_and_small(monkeypatch):
    monkeypatch.setenv("PATH", "")
    for name, svg in animation.files().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == svg
        assert len(svg.encode()) < 200_000


def looks(browser, path, count, **options):
    """The different ones among `count` screenshots of a page."""
    with opened(browser, path, **options) as page:
        page.wait_for_load_state("load")
        found = set()
        for _ in range(count):
            found.add(page.screenshot())
            page.wait_for_timeout(300)
    return found


@pytest.mark.slow
def test_the_animation_plays_in_an_image_and_stands_still_for_those_who_want_no_motion(browser, tmp_path):
    path = ROOT / "docs/player-light.svg"
    (tmp_path / "page.html").write_text(f'<img src="{path.as_uri()}">', encoding="utf-8")
    assert len(looks(browser, tmp_path / "page.html", 6)) > 2
    assert len(looks(browser, path, 3, reduced_motion="reduce")) == 1


@pytest.mark.parametrize(("digits", "alike"), [("0.12345678901234568", True), ("0.12345678", False)])
def test_digits_of_a_picture_that_another_libm_reaches_are_not_compared(digits, alike):
    with contextlib.nullcontext() if alike else pytest.raises(AssertionError):
        assert_same_text(f"data {digits}", "data 0.12345678901234567")
