"""House rules: functions fit on a screen, names mean one thing, and pages hold no conflict markers."""

import ast
import builtins
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_LINES = 50  # docstring excluded
OURS = ("autograd/**/*.py", "nn/**/*.py", "playground/*.py", "playground/torch/*.py")


def functions(files):
    """Every function in the files, with its place."""
    for path in sorted(ROOT.glob(files)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{path.relative_to(ROOT)}: {node.name}", node


@pytest.mark.parametrize("files", [*OURS, "tools/**/*.py", "benchmarks/**/*.py"])
def test_no_function_is_longer_than_a_screen_but_for_marked_fast_paths(files):
    longer = []
    for place, node in functions(files):
        docstring = node.body[0] if ast.get_docstring(node) is not None else None
        lines = node.end_lineno - node.lineno + 1 - (docstring.end_lineno - docstring.lineno + 1 if docstring else 0)
        if lines > MAX_LINES and "Marked fast path" not in (ast.get_docstring(node) or ""):
            longer.append((place, lines))
    assert longer == []


@pytest.mark.parametrize("files", OURS)
def test_no_comprehension_binds_a_name_that_its_function_calls(files):
    """Python 3.12.1 takes such a name for a variable of the whole function, which has no value where it is called."""
    comprehensions = (ast.ListComp, ast.SetComp, ast.DictComp)
    found = []
    for place, node in functions(files):
        inside = list(ast.walk(node))
        targets = [part.target for comp in inside if isinstance(comp, comprehensions) for part in comp.generators]
        bound = {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        called = {call.func.id for call in inside if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)}
        found += [(place, name) for name in bound & called & {*dir(builtins)}]
    assert found == []


def test_no_two_classes_have_the_same_name():
    places = defaultdict(list)
    for path in sorted(path for files in OURS for path in ROOT.glob(files)):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_page_has_both_sides_of_a_merge():
    pages = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
    found = [page.name for page in pages if re.search(r"^(<{7}|>{7}) ", page.read_text(encoding="utf-8"), re.MULTILINE)]
    assert len(pages) > 20
    assert found == []
