"""The sources of the reference: every public name, parsed docstrings, and the rules and plots of the op table."""

import re
from pathlib import Path

import pytest

import autograd
import nn
from autograd.formulas.mathml import mathml
from autograd.op import TABLE
from tools.sphinx import notebooks, plots
from tools.sphinx.docstrings import parsed
from tools.sphinx.public import public
from tools.sphinx.reference import entry
from tools.sphinx.rules import rule

ROOT = Path(__file__).parent.parent.parent
ENTRIES = re.compile(r"```\{entries\} (\S+)\n((?:.*\n)*?)```")


def described():
    """The full name of every entry of the reference."""
    for path in (ROOT / "docs/reference").glob("*.md"):
        for module, body in ENTRIES.findall(path.read_text(encoding="utf-8")):
            names = re.sub(r"^:.*$", "", body, flags=re.MULTILINE).split()
            yield from (f"{module}.{name}" for name in names)


def test_every_public_name_is_in_the_reference_once():
    listed = list(described())
    assert sorted(listed) == sorted(public())


def test_every_public_class_and_function_has_an_example():
    shown = [name for name, it in public().items() if ">>>" in (it.__doc__ or "")]
    checks = [name for name, it in public().items() if "number_check" in getattr(it, "__qualname__", "")]  # its example counts
    assert [name for name, it in public().items() if callable(it) and name not in (*shown, *checks)] == []


def test_the_exceptions_of_a_docstring_are_listed_and_leave_its_text():
    found = parsed(autograd.nudge)
    assert found.raises == (
        ("TypeError", "if y is not a Value or changes not a dict of Values"),
        ("ValueError", "if it is empty, has a key that is not a leaf of y, or a change that is not finite"),
    )
    assert "TypeError" not in found.text
    assert "```pycon\n>>> " in found.text


def test_a_clause_at_the_end_of_a_sentence_is_an_exception_too():
    assert parsed(autograd.dot).raises == (("ValueError", "if the lengths differ"),)
    assert parsed(autograd.dot).text.startswith("bias + w₁x₁ + w₂x₂ + …, recorded as one node.\n\n```pycon")


def test_lists_of_a_docstring_stay_lists_and_values_of_arguments_are_code():
    text = parsed(autograd.draw_dot).text
    assert "\n- `expand` is the name of a box to open, or several;" in text
    assert '`flow="forward"`' in text
    assert "\n- `varies_fast`: True if a whole wave" in parsed(autograd.op.Op).text


def test_an_entry_has_signature_types_example_and_members():
    text = entry("nn", "Module", nn.Module)
    assert "{py:class} Module()\n:module: nn\n" in text
    assert "{py:method} Module.zero_grad() -> None\n:module: nn\n" in text
    assert "```pycon\n>>> " in text
    assert "{py:property} Value.data\n:module: autograd\n:type: float\n" in entry("autograd", "Value", autograd.Value)
    assert "{py:exception} AnomalyError" in entry("autograd", "AnomalyError", autograd.AnomalyError)


@pytest.mark.parametrize("name", TABLE)
def test_every_op_has_its_rule_as_a_formula(name):
    text = rule(TABLE[name])
    assert text.count(r"\frac{\partial z}{\partial") == (
        len(TABLE[name].parameters) if TABLE[name].arity else 5 if name == "dot" else 3
    )
    latex = re.search(r"\$\$\n(.*)\n\$\$", text)[1]
    assert mathml(latex).startswith("<math")


def test_every_op_of_one_argument_that_is_not_linear_has_a_plot():
    assert [name for name, op in TABLE.items() if op.arity == 1 and not op.linear and plots.plot_of(op) is None] == []


def jumps(op, curve):
    plot = plots.plot_of(op)
    return plots.branches(curve(plot.f), plot.start, plot.end, 8.0).jumps


def test_a_plot_shows_what_the_engine_takes_as_the_derivative_at_a_kink():
    ((where, there, left, right),) = jumps(autograd.relu, plots.derivative)
    assert (where, there, left, right) == (0.0, 0.0, 0.0, 1.0)
    assert jumps(autograd.relu, plots.value) == []


def test_a_plot_shows_each_jump_with_the_value_there():
    assert [(where, there) for where, there, _, _ in jumps(autograd.floor, plots.value)] == [
        (float(n), float(n)) for n in range(-3, 5)
    ]


def test_a_pole_breaks_the_curve():
    assert jumps(autograd.tan, plots.value) == []
    reciprocal = plots.branches(lambda x: 1.0 / x if x else float("inf"), -4.0, 4.0, 8.0)
    assert [(piece[0][0] < 0.0, piece[-1][0] < 0.0) for piece in reciprocal.pieces] == [(True, True), (False, False)]


def test_a_curve_begins_where_the_function_does():
    plot = plots.plot_of(autograd.log)
    (piece,) = plots.branches(plots.value(plot.f), plot.start, plot.end, 8.0).pieces
    assert 0.0 < piece[0][0] < 1e-9


def test_a_plot_has_only_colours_of_the_page():
    for op in TABLE.values():
        plot = plots.plot_of(op)
        assert plot is None or "#" not in plots.svg(plot)


def test_a_plot_of_a_notebook_is_described_by_its_axes():
    assert notebooks.alternative('ax.set(xlabel="step", ylabel="loss")', "Train it") == "Train it: plot of loss over step"
