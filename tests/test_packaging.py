"""The wheel and the sdist: complete, valid, and usable in an otherwise empty environment."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.distributions import distributions

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CACHES = {".pyc", ".nbi", ".nbc"}
pytestmark = pytest.mark.slow


def run(*command, **options):
    """The stdout of a program; a failure shows its stderr, too."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the sdist and the wheel built from it."""
    return distributions(tmp_path_factory)


@pytest.fixture(scope="module")
def wheel(built):
    (found,) = built.glob("*.whl")
    return found


def link(distributions, folder):
    """Link these installed distributions and their dependencies into a folder."""
    left, seen = list(distributions), set()
    while left:
        requirement = Requirement(left.pop())
        if str(requirement) in seen or not (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(str(requirement))
        distribution = importlib.metadata.distribution(requirement.name)
        for name in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            target = folder / name
            if not target.exists():
                target.symlink_to(Path(str(distribution.locate_file(name))).resolve())
        for text in distribution.requires or ():
            needed = Requirement(text)
            extras = requirement.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                left.append(f"{needed.name}[{','.join(needed.extras)}]" if needed.extras else needed.name)
    return folder


@pytest.fixture(scope="module")
def empty(wheel, tmp_path_factory):
    """The Python of an environment with only the wheel and its dependencies, made offline."""
    folder = tmp_path_factory.mktemp("empty")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", wheel)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    link(PROJECT["dependencies"], site)
    return python


def in_empty(python, code, extra=None):
    """The stdout of the code, run outside this repository; `extra` is a folder of further distributions."""
    environment = {name: x for name, x in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    environment |= {"PYTHONPATH": str(extra)} if extra else {}
    return run(python, "-c", code, cwd=python.parent, env=environment)


# -- the files --------------------------------------------------------------------------------------------


def test_twine_finds_no_fault(built):
    run(sys.executable, "-m", "twine", "check", "--strict", *built.iterdir())


def test_the_wheel_has_every_file_of_both_packages_and_no_other(wheel):
    found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = [path for package in ("autograd", "nn") for path in (ROOT / package).rglob("*") if path.is_file()]
    assert found == {path.relative_to(ROOT).as_posix() for path in files if path.suffix not in CACHES}
    assert {"autograd/py.typed", "nn/py.typed"} <= found


def test_the_sdist_has_what_its_tests_need(built):
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        found = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "Makefile", "tests/conftest.py", "tools/site.py"} <= found
    assert "playground/package.json" in found
    assert any(name.startswith("notebooks/") for name in found)
    assert not any(re.search(r"__pycache__|\.venv|\.ipynb_checkpoints|node_modules", name) for name in found)


# -- in an empty environment --------------------------------------------------------------------------------


def test_an_example_runs_in_an_empty_environment(empty):
    shown = in_empty(
        empty,
        "import autograd, nn, sys\n"
        "from autograd import Value, draw_dot\n"
        "x = Value(2.0, label='x'); y = (x * x + 1.0).tanh(); y.backward()\n"
        "net = nn.MLP(2, [3, 1], seed=0)\n"
        "optimizer = nn.optim.SGD(net.parameters(), lr=0.1)\n"
        "nn.fit(net, [[0.0, 1.0], [1.0, 0.0]], [1.0, -1.0], loss=nn.MSELoss(), optimizer=optimizer, epochs=2, progress=False)\n"
        "print(y.data, 'digraph' in draw_dot(y).source, 'numpy' in sys.modules)\n"
        "print(autograd.__file__, nn.__file__)\n",
    )
    values, places = shown.splitlines()
    assert values == "0.9999092042625951 True False"
    assert all(place.startswith(str(empty.parent.parent)) for place in places.split())


def test_the_command_line_runs_in_an_empty_environment(empty):
    assert "tanh" in run(empty, "-m", "autograd", "tanh(w*x)", "w=0.5", "x=2", cwd=empty.parent)


USER = """
import autograd.testing
from autograd import Value, compile
import nn
reveal_type(compile(lambda x: x, 1.0))
reveal_type(Value(1.0).tanh())
reveal_type(nn.MLP(2, [1]).parameters())
Value("one")
nn.Linear(2, 1)
autograd.testing.gradchek
"""
CHECKERS = {  # the command, and messages expected about the program above
    "mypy": (
        ["mypy", "--strict", "--no-incremental", "--python-executable"],
        [
            'Revealed type is "autograd.compiler.compiled.Compiled"',
            'Revealed type is "autograd.value.Value"',
            'Revealed type is "list[autograd.value.Value]"',
            "incompatible type",
            'has no attribute "Linear"',
            'has no attribute "gradchek"',
        ],
    ),
    "pyright": (
        ["basedpyright", "--pythonpath"],
        ['is "Compiled"', 'is "Value"', 'is "list[Value]"', "cannot be assigned", '"Linear" is not a known attribute'],
    ),
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_type_checker_outside_reads_the_types(empty, checker, tmp_path):
    command, expected = CHECKERS[checker]
    program = tmp_path / "program.py"
    program.write_text(USER, encoding="utf-8")
    found = subprocess.run([sys.executable, "-m", *command, empty, program], capture_output=True, text=True, cwd=tmp_path)
    assert all(text in found.stdout for text in expected), found.stdout + found.stderr
    assert len(re.findall(r"\berror:", found.stdout)) == 3, found.stdout


# -- extras, one by one -------------------------------------------------------------------------------------

# Code that works with an extra, and without it raises an ImportError that names the extra or gives another answer.
USES = {
    "render": "from autograd import Value, draw_dot; print(draw_dot(Value(2.0).exp()).pipe('svg')[:5])",
    "testing": "from autograd.testing import expressions; print(type(expressions()).__name__)",
    "safetensors": "import nn, os; nn.save(nn.MLP(1, [1]), 'm.safetensors'); os.remove('m.safetensors'); print('saved')",
    "notebook": "from autograd import Value, widget; print(type(widget(Value(2.0).exp())).__name__)",
    "compile": "import numba, scipy, numpy, autograd; print(autograd.compile(lambda x: x * x, 1.0)(numpy.ones(3)))",
    "plot": "from nn import MLP, plot; print(type(plot.decision_boundary(MLP(2, [1]), [[0, 1], [1, 0]], [1, -1])).__name__)",
    "distributed": "import dask.array, distributed, autograd; f = autograd.compile(lambda x: x * x, 1.0); "
    "print(float(f(dask.array.ones(4, chunks=2)).sum().compute()))",
}


def test_the_extras_of_users_are_all_tried():
    assert set(USES) == set(PROJECT["optional-dependencies"]) - {"bench", "lab", "fast", "site", "play", "dev"}


@pytest.mark.parametrize("extra", USES)
def test_an_extra_alone_is_enough_for_what_it_is_for(empty, extra, tmp_path):
    requirements = [text for text in PROJECT["optional-dependencies"][extra] if not text.startswith("scalar-autograd")]
    for text in PROJECT["optional-dependencies"][extra]:
        if text.startswith("scalar-autograd"):
            requirements += [x for name in Requirement(text).extras for x in PROJECT["optional-dependencies"][name]]
    assert in_empty(empty, USES[extra], link(requirements, tmp_path)).strip()


@pytest.mark.parametrize("extra", sorted(set(USES) - {"render", "compile", "distributed"}))
def test_without_an_extra_the_error_names_it(empty, extra):
    with pytest.raises(AssertionError, match=rf"ImportError: [^\n]*pip install ['\"]scalar-autograd\[{extra}\]['\"]"):
        in_empty(empty, USES[extra])


WITH_NUMPY = {
    "compile": ["autograd.compile(lambda x: x, 1.0, executor='numpy')(1.0)"],
    "safetensors": ["autograd.compile(lambda x: x, 1.0).save('p.safetensors')", "autograd.load_program('p.safetensors')"],
}
WITH_NUMPY["compile"] += [call.replace("safetensors", "npz") for call in WITH_NUMPY["safetensors"]]


@pytest.mark.parametrize(("extra", "call"), [(extra, call) for extra, calls in WITH_NUMPY.items() for call in calls])
def test_what_a_program_needs_numpy_for_names_the_extra(empty, extra, call):
    with pytest.raises(AssertionError, match=rf"ImportError: [^\n]*pip install ['\"]scalar-autograd\[{extra}\]['\"]"):
        in_empty(empty, f"import autograd; open('p.npz', 'w'); open('p.safetensors', 'w'); {call}")


def test_without_numpy_a_large_program_runs_number_by_number(empty):
    code = "import autograd, functools; f = lambda x: functools.reduce(lambda y, i: y * x + 1.0, range(3000), x); "
    assert in_empty(empty, code + "print(autograd.compile(f, 0.5).value_and_grad(0.5))") == "(2.0, 4.0)\n"


def test_without_a_renderer_a_drawing_is_text_that_names_the_extra(empty):
    shown = in_empty(empty, "from autograd import Value, draw_dot; print(draw_dot(Value(2.0, label='x').exp()))")
    assert "exp" in shown
