"""python -m autograd: the table, the picture, and errors that name the column."""

import contextlib
import errno
import os
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, __version__
from autograd.__main__ import main
from autograd._format import text_table
from autograd.expression import ExpressionError, evaluate

NEURON = ["tanh(w1*x1 + w2*x2 + b)", "w1=-3", "x1=2", "w2=1", "x2=0", "b=6.8813735870195432"]


def test_karpathys_neuron_is_tabled_and_drawn(tmp_path, capsys):
    picture = tmp_path / "neuron.svg"
    assert main([*NEURON, "-o", str(picture)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["w1", "-3", "1"] in rows
    assert ["x1", "2", "-1.5"] in rows
    assert ["x2", "0", "0.5"] in rows
    assert ["w2", "1", "0"] in rows
    assert any(row[:1] == ["tanh(w1*x1"] and "0.707107" in row for row in rows)
    assert ET.parse(picture).getroot().tag.endswith("svg")


def test_steps_inside_a_function_have_names_too(tmp_path, capsys):
    assert main(["mean(a, b)*v3", "a=1", "b=2", "v3=4", "-o", str(tmp_path / "mean.svg")]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["u2", "3", "∂a", "=", "1,", "∂b", "=", "1", "2"] in rows
    assert ["mean(a,", "b)", "1.5", "∂u2", "=", "0.5", "4"] in rows


def test_it_runs_as_a_module(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "autograd", "x*x", "x=3"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "picture: graph.svg" in done.stdout
    assert (tmp_path / "graph.svg").exists()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_output_without_letters_such_as_a_partials_has_question_marks(tmp_path, encoding):
    command = [sys.executable, "-m", "autograd", "x*y", "x=3", "y=2"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, check=True
    )
    assert "?x = 2, ?y = 3" in done.stdout.decode(encoding)
    assert (tmp_path / "graph.svg").exists()


def test_a_reader_of_the_output_may_stop_early(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        command = [sys.executable, "-m", "autograd", "x*x", "x=3"]
        done = subprocess.run(command, cwd=tmp_path, stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_warning_is_one_line_without_a_place_in_our_sources(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "autograd", "sqrt(x)", "x=-1"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr == "python -m autograd: warning: sqrt(-1.0) is nan\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["foo(x)", "x=1"], "column 1, at 'foo(x)': 'foo' is not an op"),
        (["1 + x.real", "x=1"], "column 5, at 'x.real': attributes are not allowed"),
        (["x + y", "x=1"], "column 5, at 'y': no value for 'y': give y=…"),
        (["x + (1).real()", "x=1"], "'real' is not an op"),
        (["x + [1][0]", "x=1"], "column 5, at '[1][0]': indexing is not allowed"),
        (["(lambda: x)()", "x=1"], "only ops can be called"),
        (["__import__('os')", "x=1"], "'__import__' is not an op"),
        (["x + )", "x=1"], "column 5, at ')': "),  # Python's own message
        (["tanh(x, x)", "x=1"], "column 1, at 'tanh(x, x)': tanh() takes 1 argument, got 2"),
        (["tanh(x=1)", "x=1"], "tanh takes no keyword arguments"),
        (["x + 'a'", "x=1"], "column 5, at \"'a'\": 'a' is not a real number"),
        (["x + 1j", "x=1"], "1j is not a real number"),
        (["x + True", "x=1"], "True is not a real number"),
        (["1 < x < 3", "x=1"], "only one comparison at a time"),
        (["X**2", "x=2"], "no value for 'X': give X=…; did you mean x?"),
        (["1 + sinx", "x=2"], "no value for 'sinx': give sinx=…; call an op with parentheses: sin(x)"),
        (["xy", "x=1", "y=2"], "no value for 'xy': give xy=…; write a product with *: x*y"),
        (["sum(*x)", "x=1"], "write the arguments out one by one"),
        (["mean()", "x=1"], "mean of an empty list"),
        (["x" + "+x" * 500, "x=1"], "nested more than 250 levels deep"),
        (["x^2", "x=1"], "the operators are + - * / % and **: write a power with **"),
        (["where((x > 0) & (x < 1), x, 0)", "x=1"], "and, or: multiply comparisons, as in (x > 0)*(x < 1)"),
        (["where((x > 0) | (x < 1), x, 0)", "x=1"], "and, or: multiply comparisons, as in (x > 0)*(x < 1)"),
        (["sum([x, y])", "x=1", "y=2"], "column 5, at '[x, y])': write the arguments out one by one"),
        (["sin()", "x=1"], "sin() takes 1 argument, got 0"),
        (["α*y", "α=1"], "column 3, at 'y'"),
        (["x", "x=1", "-o", "x.gif"], "the file must end in .svg, .png or .pdf, got 'x.gif'"),
        (["(" * 300 + "x" + ")" * 300, "x=1"], "column"),
        (["3"], "no variables, so there is nothing to differentiate"),
        (["x", "x=1", "y=2"], "y=… is given, but the expression has no variable 'y'"),
        (["x", "x=a"], "'a' is not a number"),
        (["x", "x"], "'x' is not of the form name=value"),
        (["-o*y", "x=1", "o=2"], "column 4, at 'y': no value for 'y'"),
        (["foo(" + "x*" * 100 + "x)", "x=1"], f"at 'foo({'x*' * 27}x…': 'foo' is not an op"),
        (["x", "x=1", "x=2"], "x is given twice"),
        (["lambda*x", "lambda=3", "x=1"], "'lambda=3': lambda is a Python keyword and cannot be a variable name"),
        (["None*x", "None=3", "x=1"], "'None=3': None is a Python keyword and cannot be a variable name"),
        (
            ["loss + lambda*x", "loss=3", "x=1"],
            "column 8, at 'lambda*x': lambda is a Python keyword and cannot be a variable name",
        ),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, message, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("arguments", ["--outputt=y.svg x*y x=1 y=2", "x*y x=1 y=2 --outputt=y.svg", "--verbose x*y x=1 y=2"])
def test_an_option_that_does_not_exist_is_refused_wherever_it_stands(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments.split())
    assert "error: unrecognized arguments: --" in capsys.readouterr().err


def test_an_option_that_does_not_exist_is_no_expression(capsys):
    with pytest.raises(SystemExit):
        main(["--verbose"])
    assert capsys.readouterr().err.endswith("error: the following arguments are required: expression\n")


def test_only_the_expression_is_required(capsys):
    with pytest.raises(SystemExit):
        main([])
    assert capsys.readouterr().err.endswith("error: the following arguments are required: expression\n")


def test_an_expression_may_begin_with_minus_o(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["-omega*t", "omega=3", "t=2"]) == 0
    assert "-omega*t     -6" in capsys.readouterr().out


def test_the_table_cuts_an_argument_that_is_long(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["exp(" + "x*(" * 12 + "x" + ")" * 12 + ")", "x=0.5"]) == 0
    assert "∂(x*(x*(x*(x*(x*(x*(x*(x*(x*(x*…) = " in capsys.readouterr().out


def test_columns_are_aligned_though_letters_are_wide_or_marks_have_no_width():
    names = ["損失", "loss", "क\u093cस", "שלום\u200e"]
    assert text_table([(name, "1") for name in names]) == ["損失  1", "loss  1", "क\u093cस    1", "שלום\u200e  1"]


def test_a_folder_is_not_a_picture(tmp_path, capsys):
    assert main(["x", "x=1", "-o", str(tmp_path)]) == 1
    assert f"error: cannot write: {os.strerror(errno.EISDIR)}: {tmp_path}" in capsys.readouterr().err


def test_help_names_every_operator(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    printed = capsys.readouterr().out
    assert "+ - * / % **, one comparison, x if … else y, and the functions" in printed


def test_an_unwritable_picture_is_a_clear_error(tmp_path, capsys):
    assert main(["x", "x=1", "-o", str(tmp_path / "none" / "x.svg")]) == 1
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", ["-o {} -x*y x=3 y=2", "-x*y -o {} x=3 y=2", "-o{} -x*y x=3 y=2", "-x*y x=3 --output={} y=2", "-- -x*y x=3 y=2"]
)
def test_an_option_may_stand_anywhere_beside_an_expression_that_begins_with_a_minus(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments.format("graph.svg").split()) == 0
    assert "-x*y     -6" in capsys.readouterr().out
    assert (tmp_path / "graph.svg").exists()


def test_an_expression_may_begin_with_a_minus_and_hold_any_letters(tmp_path, capsys):
    assert main(["-µ*α", "µ=3", "α=2", "-o", str(tmp_path / "x.png")]) == 0
    assert "-6" in capsys.readouterr().out
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_no_program_draws_leaves_the_table(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert main(["x*x", "x=3", "-o", str(tmp_path / "x.pdf")]) == 1
    printed = capsys.readouterr()
    assert "x*x" in printed.out
    assert printed.err == "python -m autograd: no picture: a .pdf file needs Graphviz itself: install it, or draw an SVG\n"


def test_help_teaches(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    printed = capsys.readouterr().out
    assert stop.value.code == 0
    assert "local partial" in printed
    assert "tanh" in printed


def test_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert (stop.value.code, capsys.readouterr().out) == (0, f"scalar-autograd {__version__}\n")


@given(st.text(max_size=30) | st.text("xµ1+*(), \n\r\\#", max_size=20))
def test_any_text_is_an_expression_or_an_expression_error(text):
    with contextlib.suppress(ExpressionError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evaluate(text, {"x": Value(1.0)})


def test_an_expression_may_have_several_lines_and_columns_count_from_its_beginning():
    x = Value(2.0)
    _, texts = evaluate("(µ *\n µ\r\n + µ)", {"μ": x})
    assert list(texts.values()) == ["µ", "µ * µ", "µ * µ + µ"]
    for text, column in (("(µ +\n y)", 7), ("(µ +\r\n µ*y.z)", 10), ("µ\n)", 3)):
        with pytest.raises(ExpressionError) as caught:
            evaluate(text, {"μ": x})
        assert caught.value.column == column


def test_functions_of_a_list_take_their_arguments_one_by_one():
    result, _ = evaluate("norm(x, 4) + sum(x, x, 1)", {"x": Value(3.0)})
    assert result.data == 12.0
