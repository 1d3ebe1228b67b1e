"""Imports run in one direction, and `import autograd` needs only the standard library."""

import ast
import importlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import autograd
import nn
from autograd import extend

ROOT = Path(__file__).parent.parent

# Imports from higher layers, for annotations only: (importer, imported).
FOR_TYPES = {
    ("autograd.compiler.programs", "autograd.viz.drawing"),
    ("autograd.context", "autograd.compiler.tracing"),
    ("autograd.context", "autograd.value"),
    ("autograd.methods", "autograd.value"),
    ("autograd.micrograd", "autograd.op"),
    ("autograd.micrograd", "autograd.value"),
    ("autograd.op", "autograd.value"),
    ("autograd.sweeps", "autograd.value"),
    ("nn.recording.network_states", "nn.recording.records"),
}
# Modules of autograd that nn may use besides autograd's own names.
PUBLIC = {"compiler.batch_loss", "extend", "viz.page", "viz.palette", "viz.text_size"}


STATEMENTS = (ast.stmt, ast.ExceptHandler, ast.match_case)  # expressions contain no imports


def imports(tree, types=True):
    """The modules a syntax tree imports, also inside functions, with the names taken; without `types`, only at run time."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module, tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not types:
            stack += node.orelse
        else:
            stack += [child for child in ast.iter_child_nodes(node) if isinstance(child, STATEMENTS)]


@cache
def modules(package):
    """The syntax trees of a package's modules, by module name."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(name, tree, known, types=True):
    """The known modules that a module imports; `from package import module` counts for the module only."""
    found = set()
    for module, names in imports(tree, types):
        inside = {f"{module}.{taken}" for taken in names} & known
        found |= inside
        if module in known and (not inside or len(inside) < len(names)):
            found.add(module)
    return found - {name}


def circles(edges):
    """The modules left after repeatedly removing those that import none of the others: the cycles and their importers."""
    left = dict(edges)
    while free := {name for name, used in left.items() if not used & left.keys()}:
        left = {name: used for name, used in left.items() if name not in free}
    return left


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_imports_run_in_no_circle_those_inside_functions_included(package):
    trees = modules(package)
    edges = {name: imported(name, tree, trees.keys(), types=False) for name, tree in trees.items()}
    edges[package] |= set(getattr(importlib.import_module(package), "_LOADED_LATER", {}).values())
    assert circles(edges) == {}


def test_only_these_modules_import_names_from_above_for_type_checkers():
    found = set()
    for package in ("autograd", "nn"):
        trees = modules(package)
        known = trees.keys()
        for name, tree in trees.items():
            if name != package:  # the package re-exports everything
                found |= {(name, used) for used in imported(name, tree, known) - imported(name, tree, known, types=False)}
    assert found == FOR_TYPES


@pytest.mark.parametrize("path", sorted((ROOT / "nn").rglob("*.py")), ids=lambda path: path.name)
def test_nn_uses_only_public_names_of_autograd(path):
    for module, names in imports(ast.parse(path.read_text(encoding="utf-8"))):
        if module == "autograd":
            assert set(names) <= set(autograd.__all__)
        elif module.startswith("autograd."):
            assert module.removeprefix("autograd.") in PUBLIC
            assert module != "autograd.extend" or set(names) <= set(extend.__all__)
    private = [
        n.attr for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute) and n.attr in vars(autograd.Value)
    ]
    assert not [name for name in private if name.startswith("_") and not name.startswith("__")]


def test_importing_autograd_loads_the_standard_library_alone():
    code = "import sys; before = set(sys.modules); import autograd; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded - set(sys.stdlib_module_names) == {"autograd"}


def test_every_public_name_exists_and_is_listed_once():
    for package in (autograd, nn):
        assert len(package.__all__) == len(set(package.__all__))
        assert all(hasattr(package, name) for name in package.__all__)


def test_every_op_of_the_table_is_a_name_of_autograd():
    assert set(autograd.ops.BUILT_IN) <= set(autograd.__all__)


def test_a_folder_shared_with_the_other_autograd_is_refused(tmp_path):
    from autograd._collision import refuse_mixed_folder

    refuse_mixed_folder([str(tmp_path)])
    (tmp_path / "differential_operators.py").write_text("")
    importlib.invalidate_caches()
    with pytest.raises(ImportError, match="pip uninstall --yes autograd scalar-autograd"):
        refuse_mixed_folder([str(tmp_path)])


def test_nn_on_a_foreign_autograd_is_refused(tmp_path):
    (tmp_path / "autograd.py").write_text("")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import nn"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install --force-reinstall scalar-autograd" in done.stderr


def test_importing_autograd_loads_neither_typing_nor_re():
    code = "import sys; import autograd; print('typing' in sys.modules, 're' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert loaded.stdout.split() == ["False", "False"]
