"""Every snippet in the README runs and prints what its comments say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests.support.same_text import assert_same_text

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
def test_every_python_snippet_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"^( *)```python\n(.*?)^ *```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    assert len(snippets) == 8
    scope: dict[str, object] = {}
    expected: list[str] = []
    printed = io.StringIO()
    for indent, snippet in snippets:
        code = "\n".join(line.removeprefix(indent) for line in snippet.splitlines())
        for beside, below in re.findall(r"^print\(.*?\)(?: +# (.*)|((?:\n# .*)+))$", code, re.MULTILINE):
            expected += [beside] if beside else below.replace("\n# ", "\n").splitlines()[1:]
        with contextlib.redirect_stdout(printed):
            exec(code, scope)
    assert printed.getvalue().splitlines() == expected
    assert (tmp_path / "neuron.svg").exists()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_file_it_names_is_there(page):
    text = (ROOT / page).read_text()
    for path in re.findall(r"\]\(([\w/.-]+)\)", text):
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
    for folder in ("autograd", "nn"):
        real = {path for path in (ROOT / folder).rglob("*.py") if path.name != "__init__.py"}
        assert {ROOT / path for path in shown if path.startswith(f"{folder}/") and path.endswith(".py")} == real


@pytest.mark.parametrize(("digits", "alike"), [("0.12345678901234568", True), ("0.12345678", False)])
def test_digits_of_a_picture_that_another_libm_reaches_are_not_compared(digits, alike):
    with contextlib.nullcontext() if alike else pytest.raises(AssertionError):
        assert_same_text(f"data {digits}", "data 0.12345678901234567")
