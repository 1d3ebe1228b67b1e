"""Formulas as MathML for browsers."""

import xml.dom.minidom

import pytest

from autograd import Value, context, to_latex
from autograd.formulas.mathml import mathml
from autograd.op import TABLE


def inner(latex):
    """The formula without its <math> tags; fails unless it is well-formed XML."""
    written = mathml(latex, "inline")
    xml.dom.minidom.parseString(written)
    return written.removeprefix('<math display="inline">').removesuffix("</math>")


def test_every_op_of_the_table_has_a_formula_that_browsers_draw():
    for name, op in TABLE.items():
        args = [Value(1.5, label=f"x{i}") for i in range(3 if op.arity is None else op.arity)]
        if name == "polygamma":
            args[0] = 1.0
        with context.quiet():  # 1.5 is outside some domains
            assert inner(str(to_latex(op(*args)))), name


@pytest.mark.parametrize(
    ("latex", "told"),
    [
        (r"\unheardof{x}", "command"),
        (r"\q", "command"),
        (r"\frac{1}", "unexpected end"),
        ("}", "unexpected }"),
        (r"\left(x", "unexpected end"),
        (r"\left x\right)", "x is not a bracket"),
        ("x^2^3", "two"),
        ("^2", "letter"),
        ("a & b", "unexpected &"),
        ("50%", "letter"),
        (r"\begin{array}x\end{array}", "array"),
        (r"\begin{aligned}x\end{cases}", "ends as another environment"),
    ],
)
def test_latex_that_none_of_our_formulas_has_is_an_error_that_names_it(latex, told):
    with pytest.raises(ValueError, match=f"no MathML for the LaTeX .*: .*{told}"):
        mathml(latex)


def test_the_name_of_a_function_keeps_a_distance_but_for_its_bracket():
    thin = '<mspace width="0.17em"></mspace>'
    assert inner(r"x \sin x") == f"<mi>x</mi>{thin}<mi>sin</mi>{thin}<mi>x</mi>"
    assert inner(r"2 \tanh(n)").startswith(f"<mn>2</mn>{thin}<mi>tanh</mi><mo")
    assert thin not in inner(r"a + \ln\left(x\right)")
    assert f"</msup>{thin}<mi>x</mi>" in inner(r"\sin^2 x")
    assert inner(r"\tanh") == "<mi>tanh</mi>"


def test_a_name_of_an_operator_stays_in_one_piece():
    assert inner(r"\operatorname{normal\_cdf}\left(x\right)").startswith("<mi>normal_cdf</mi><mrow>")
    assert inner(r"\operatorname{atan2}") == "<mi>atan2</mi>"


def test_a_sign_has_no_space_after_it_where_it_is_not_between_two_operands():
    sign = '<mo form="prefix">−</mo>'
    assert inner("a - b") == "<mi>a</mi><mo>−</mo><mi>b</mi>"
    assert inner("-x = -1") == f"{sign}<mi>x</mi><mo>=</mo>{sign}<mn>1</mn>"
    assert sign in inner("(-1)")
    assert sign not in inner(r"a \; - \; b")


def test_primes_belong_to_their_letter_with_a_power_and_an_index_beside_both():
    prime = '<mrow><mi>f</mi><mo lspace="0" rspace="0">{}</mo></mrow>'.format
    assert inner("f''") == prime("″")
    assert inner("f'_1^2") == f"<msubsup>{prime('′')}<mn>1</mn><mn>2</mn></msubsup>"


def test_the_bounds_of_a_sum_stand_below_and_above_it():
    assert inner(r"\sum_i^n x") == "<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover><mi>x</mi>"


def test_brackets_grow_with_what_they_enclose_only_after_left():
    assert inner("(x").startswith('<mo stretchy="false" form="prefix">(</mo>')
    assert inner(r"\left(x\right)") == '<mrow><mo stretchy="true">(</mo><mi>x</mi><mo stretchy="true">)</mo></mrow>'
