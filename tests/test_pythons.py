"""The Pythons that `make pythons` and `make test` find."""

import ast
import re
import sys

import pytest

from tests.support import pythons


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without Python, and a function that installs fake interpreters."""
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{tmp_path}/nowhere::{tmp_path}/usr")
    monkeypatch.setenv("PYENV_ROOT", f"{tmp_path}/pyenv")

    def put(path, answer, status=0):
        program = tmp_path / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\necho {answer}\nexit {status}\n", encoding="utf-8")
        program.chmod(0o755)
        return program

    return put


def test_the_newest_patch_of_each_minor_version_is_found_on_the_path_and_in_pyenv(machine):
    machine("bin/python3.12", "cpython 3 12 1 final")
    newest = machine("pyenv/versions/3.12.11/bin/python3.12", "cpython 3 12 11 final")
    machine("usr/python3", "cpython 3 12 9 final")
    other = machine("usr/python3.11", "cpython 3 11 0 final")
    assert pythons.newest_of_each_minor() == [((3, 11, 0), other), ((3, 12, 11), newest)]


@pytest.mark.parametrize(
    ("name", "answer", "status"),
    [
        ("python3.10", "cpython 3 10 13 final", 0),
        ("python3.15", "cpython 3 15 0 beta", 0),
        ("python3", "pypy 3 11 9 final", 0),
        ("python3.12", "", 127),  # a pyenv shim without a selected version
        ("python3.13t", "cpython 3 13 0 final", 0),
        ("python3.12", "something else", 0),
        ("python3-config", "cpython 3 13 0 final", 0),
    ],
)
def test_nothing_else_is_taken_for_a_python(machine, name, answer, status):
    machine(f"bin/{name}", answer, status)
    assert pythons.newest_of_each_minor() == []


def test_a_machine_with_one_python_is_told_so_in_one_line(machine, monkeypatch, capsys):
    machine("bin/python3", f"cpython {sys.version_info[0]} {sys.version_info[1]} 99 final")
    monkeypatch.setattr(sys, "argv", ["pythons", "--newest"])
    pythons.main()
    assert capsys.readouterr().out.count("\n") == 1


def imported(path):
    """All packages that a test file imports, directly or through the test helpers it imports."""
    found, seen, stack = set(), set(), [path]
    while stack:
        file = stack.pop()
        if file in seen:
            continue
        seen.add(file)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            files = [pythons.ROOT / f"{name.replace('.', '/')}.py" for name in names if name.startswith("tests.")]
            stack += [file for file in files if file.is_file()]
            found.update(name.partition(".")[0] for name in names)
    return found


def installed_with(extra):
    """The packages that an extra of this project lists, without their dependencies."""
    return {re.match(r"[\w-]+", text)[0].lower().replace("-", "_") for text in pythons.requirements(extra)}


@pytest.mark.slow
def test_the_fast_tests_import_what_their_extra_installs():
    names = set().union(*map(imported, pythons.tests(engine_only=False))) - sys.stdlib_module_names
    of_the_project = {"autograd", "nn", "tests", "benchmarks", "playground", "tools", "settings_of_a_test"}
    with_others = {"PIL", "packaging"}  # dependencies of Matplotlib and pytest
    assert names - of_the_project - with_others <= installed_with("fast")


def test_the_lowest_version_of_every_library_of_the_fast_tests_is_known():
    names = [text.partition("==")[0].lower().replace("-", "_") for text in pythons.lowest_versions("fast")]
    assert {*names} == installed_with("fast") | {"graphviz", "tqdm"}
    assert len(names) == len({*names})
