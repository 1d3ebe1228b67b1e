"""Imports run one way, and `import autograd` needs the standard library alone."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn

ROOT = Path(__file__).parent.parent

# A module may import, at its top, only modules of the lines above its own.
LAYERS = [
    {"_typing", "_progress"},
    {"errors", "_frames", "_files", "lifetime", "rebinding", "scalar_math", "templates", "_tree", "_format", "_collision"},
    {"op", "teaching"},
    {"ops", "context"},
    {"sweeps", "methods", "micrograd"},
    {"value", "numpy_functions"},
    {"_check", "functions", "calls", "staleness"},
    {"names", "refusals", "replay"},
    {"graph", "transforms"},
    {"expression"},
    {"diagnosis", "extend"},
    {"formulas"},
    {"audit", "lessons.stepping", "lessons.misconceptions"},
    {"viz"},
    {"lessons", "testing"},
    {"__main__"},
]
PUBLIC = {
    "_files",
    "_format",
    "_progress",
    "_tree",
    "extend",
    "calls",
    "context",
    "teaching",
    "viz.page",
}  # the modules of autograd that nn may use besides its names


def imports(path):
    """The modules a file imports at its top level, with what is taken from them."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module, tuple(alias.name for alias in node.names)


def layer_of(module):
    """The line of a module: its own, or that of the package around it."""
    while module and not any(module in layer for layer in LAYERS):
        module = module.rpartition(".")[0]
    return next(i for i, layer in enumerate(LAYERS) if module in layer)


def autograd_files():
    return [path for path in (ROOT / "autograd").rglob("*.py") if path != ROOT / "autograd" / "__init__.py"]


@pytest.mark.parametrize("path", autograd_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_of_autograd_imports_only_what_stands_before_it(path):
    own = path.relative_to(ROOT / "autograd").with_suffix("").as_posix().replace("/", ".")
    for module, names in imports(path):
        package, _, part = module.partition(".")
        if package != "autograd":
            continue
        for used in [part] if part else [name for name in names if (ROOT / f"autograd/{name}.py").exists()]:
            if used.partition(".")[0] != own.partition(".")[0]:
                assert layer_of(used) < layer_of(own), f"{path.name} imports {used}"


@pytest.mark.parametrize("path", sorted((ROOT / "nn").rglob("*.py")), ids=lambda path: path.name)
def test_nn_uses_only_public_names_of_autograd(path):
    for module, names in imports(path):
        if module == "autograd":
            assert set(names) <= set(autograd.__all__)
        elif module.startswith("autograd."):
            assert module.removeprefix("autograd.") in PUBLIC
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
