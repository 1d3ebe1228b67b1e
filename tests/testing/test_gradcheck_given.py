"""gradcheck_given: turns a function into a property test, here and in a project with the wheel installed."""

import math
import os
import re
import subprocess
import sys

import pytest
from hypothesis import Phase, example, settings
from hypothesis import strategies as st

import autograd
from autograd import custom_op
from autograd.testing import GradientError, gradcheck_given
from tests.support.distributions import distributions


@gradcheck_given(x=st.floats(-10.0, 10.0))
def softsign(x):
    return x / (1.0 + abs(x))


@gradcheck_given(x=st.floats(0.1, 5.0), y=st.floats(-2.0, 2.0))
def test_a_function_called_test_is_collected_too(x, y):
    return autograd.log(x) * autograd.sin(y)


@settings(max_examples=7)
@gradcheck_given(st.floats(-1.0, 1.0), st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=3))
def strategies_may_be_given_in_order(x, ys):
    return x * autograd.sum(ys)


def test_the_test_has_the_name_of_the_function_and_runs():
    assert softsign.__name__ == "softsign"
    assert softsign.__test__ is True
    softsign()


def counted(calls):
    def f(x):
        calls.append(x if isinstance(x, float) else x.data)
        return x * x

    return f


@pytest.mark.parametrize("above", [True, False])
def test_settings_and_examples_may_stand_above_and_below(above):
    calls = []
    decorate = gradcheck_given(x=st.floats(0.0, 1.0))
    few, odd = settings(max_examples=1, database=None), example(x=77.0)
    test = few(odd(decorate(counted(calls)))) if above else decorate(few(odd(counted(calls))))
    test()
    assert calls[0] == 77.0
    assert len([x for x in calls if x == 77.0]) >= 2
    few_calls = len(calls)
    calls.clear()
    settings(max_examples=30, database=None)(decorate(counted(calls)))()
    assert len(calls) > 3 * few_calls


def test_a_planted_bug_is_refused_with_a_simple_example():
    wrong = custom_op(math.atan, partials=lambda z, x: 1.01 / (1.0 + x * x), name="wrong_atan")

    @settings(database=None, phases=[Phase.generate, Phase.shrink])
    @gradcheck_given(x=st.floats(-10.0, 10.0), y=st.floats(-10.0, 10.0))
    def wave(x, y):
        return wrong(x) + autograd.sin(y)

    with pytest.raises(GradientError, match=r"wave with respect to x at 0\.0 is wrong") as caught:
        wave()
    assert "wave(x=0.0, y=0.0)" in "".join("".join(caught.value.__notes__).split()).replace(",)", ")").replace(",y", ", y")


def test_arguments_by_keyword_alone_are_refused():
    with pytest.raises(TypeError, match="gradcheck_given: arguments must be positional, got 'y' of f"):

        @gradcheck_given(x=st.floats())
        def f(x, *, y):
            return x * y


PROJECT = """
import math
import autograd
from autograd import custom_op
from autograd.testing import expressions, gradcheck, gradcheck_given, points
from hypothesis import Phase, given, settings, strategies as st

settings.register_profile("any machine", deadline=None, max_examples=30, phases=[Phase.generate, Phase.shrink])
settings.load_profile("any machine")
wrong_log = custom_op(math.log, partials=lambda z, x: 1.0 / (1.0 + x), name="wrong_log", domain=[[(0.0, math.inf)]])


@gradcheck_given(x=st.floats(-10, 10))
def softsign(x):
    return x / (1.0 + abs(x))


@settings(max_examples=20)
@gradcheck_given(x=st.floats(0.5, 10), y=st.floats(-3, 3))
def entropy(x, y):
    return wrong_log(x) * (y + 5.0)


@given(st.data())
def test_random_expressions(data):
    f = data.draw(expressions(depth=2))
    assert gradcheck(f, data.draw(points(f)), conventions="accept")
"""


@pytest.mark.slow
def test_in_a_project_that_has_installed_the_wheel_the_right_pass_and_the_wrong_shrink(tmp_path, tmp_path_factory):
    quiet = {"check": True, "capture_output": True, "text": True}
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    (wheel,) = distributions(tmp_path_factory).glob("*.whl")
    installed = tmp_path / "site"
    subprocess.run([*pip, "install", "--no-deps", "--no-compile", "--target", str(installed), str(wheel)], **quiet)
    project = tmp_path / "project"
    project.mkdir()
    (project / "test_mine.py").write_text(PROJECT)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = [sys.executable, "-c", "import autograd; print(autograd.__file__)"]
    assert subprocess.run(where, cwd=project, env=environment, **quiet).stdout.startswith(str(installed))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--rootdir", str(project)],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "test_mine.py::softsign PASSED" in done.stdout, done.stdout + done.stderr
    assert "test_mine.py::test_random_expressions PASSED" in done.stdout
    assert "test_mine.py::entropy FAILED" in done.stdout
    assert re.search(r"the partial of wrong_log\(.*\) with respect to .* is wrong", done.stdout)
    shrunk = done.stdout[done.stdout.index("test case: entropy(") :]
    assert re.findall(r"\b[xy]=[\d.]+", shrunk)[:2] == ["x=1.0", "y=0.0"]
