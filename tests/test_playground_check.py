"""The Python side of the playground's check and quiz tabs."""

from __future__ import annotations

import json

import pytest

from playground.engine import call
from playground.expression import show
from playground.proofreading import answer, letters, proofread
from playground.proofreading_program import in_python
from playground.quiz import EASY, ask
from playground.typed import Slip


@pytest.mark.parametrize(
    ("f", "at", "claim", "says"),
    [
        ("x*y + x**2", {"x": 3, "y": 2}, "y", "that is the contribution from “x*y” alone; contributions arrive from 2 places"),
        ("exp(x)*exp(x)", {"x": 0.5}, "exp(x)*exp(x)", "that is the contribution from “2nd exp(x)” alone;"),
        ("(3*x - 1)**2", {"x": 2}, "2*(3*x - 1)", "multiply it by the derivative ∂“3*x”/∂x"),
        ("x**3 / 3", {"x": 2}, "x**2 / 3", "the claim is 1/3 times the gradient"),
        ("(t - x)**2 / 2", {"t": 0.5, "x": 2}, "t - x", "look at the sign"),
        ("x * exp(-x)", {"x": 0.7}, "-exp(-x)", "taken as u′·v′, where u′ is that of x and v′ is that of exp(−x)"),
        ("sin(x)/(x + 3)", {"x": 0.7}, "(cos(x)*(x + 3) - sin(x))/(x + 3)", "the denominator x + 3 is not squared"),
        ("sigmoid(2*x + b)", {"x": 0.3, "b": 0.1}, "2*sigmoid(2*x + b)", "sigmoid itself is used instead of its derivative"),
    ],
)
def test_the_slip_in_a_derivative_is_named(f: str, at: dict[str, float], claim: str, says: str) -> None:
    found = proofread(f, at, {"x": claim})
    assert found["slip"] is None
    assert "✗ ∂f/∂x: yours is" in found["html"]
    assert says in found["html"]


def test_the_table_of_audit_names_the_same_slip() -> None:
    html = proofread("x*y + x**2", {"x": 3, "y": 2}, {"x": "y", "y": "x"})["html"]
    assert html.count("that is the contribution from “x*y” alone") == 2
    assert "also possible" not in html


def test_right_derivatives_are_told_apart_from_wrong_ones() -> None:
    found = proofread("w1*x", {"w1": 2, "x": 3}, {"w1": "x", "x": "x"})["html"]
    assert "✓ ∂f/∂w₁ is right: 3 at this point." in found
    assert "✗ ∂f/∂x: yours is 3, it is 2." in found
    assert "Every derivative is right." in proofread("w*x", {"w": 2, "x": 3}, {"w": "x", "x": "w"})["html"]


def test_a_derivative_that_was_not_given_is_not_called_right() -> None:
    point = {"w": 2, "x": 3, "b": 1}
    assert "Right so far; ∂f/∂x, ∂f/∂b were not checked." in proofread("w*x + b", point, {"w": "x"})["html"]
    assert "Right so far; ∂f/∂b was not checked." in proofread("w*x + b", point, {"w": "x", "x": "w", "b": ""})["html"]


def test_a_factor_of_one_that_is_missing_shows_nearby_be_the_others_derived_or_not() -> None:
    point = {"w": 1, "x": 3, "b": 1, "t": 1}
    html = proofread("(tanh(w*x + b) - t)**2", point, {"x": "2*(tanh(w*x + b) - t)*(1 - tanh(w*x + b)**2)"})["html"]
    assert "✗ ∂f/∂x: yours is" in html
    assert "multiply it by the derivative ∂“w*x”/∂x" in html


def test_a_number_is_right_at_the_point_alone_unless_the_derivative_is_that_number_everywhere() -> None:
    html = proofread("w*x", {"w": 1, "x": 1}, {"w": "1", "x": "1"})["html"]
    assert "Every derivative is right at this point." in html
    assert "✓ ∂f/∂w is right: 1 at this point, another number elsewhere." in html
    assert "Every derivative is right." in proofread("sin(x)**2 + cos(x)**2 + 2*x", {"x": 1}, {"x": "2"})["html"]


def test_where_rounding_hides_a_derivative_no_claim_is_ticked() -> None:
    f = "-(t*log(sigmoid(z)) + (1 - t)*log(1 - sigmoid(z)))"
    for claim in ("-20", "0", "34"):
        html = proofread(f, {"z": 34.0, "t": 1.0}, {"t": claim})["html"]
        assert "Not all of it can be judged at this point." in html
        assert "rounding hides which is right: choose another point" in html
        assert "✓" not in html.partition("audit:")[0]


def test_a_claim_that_cannot_be_read_keeps_no_other_from_being_judged() -> None:
    found = proofread("w*x", {"w": 2, "x": 3}, {"w": "q", "x": "w"})
    assert found["field"] == "w"
    assert "✓ ∂f/∂x is right: 2 at this point." in found["html"]


@pytest.mark.parametrize(
    ("f", "at", "claimed", "field", "message", "column"),
    [
        ("w*x +", {"w": 1, "x": 2}, {"w": "x"}, "f", "something is missing at the end", 6),
        ("w*x", {"w": 1, "x": 2}, {"w": "x", "x": "2*q"}, "x", "f has no variable q", 3),
        ("w*x", {"w": 1, "x": 2}, {"w": "  "}, "f", "nothing to check yet: write what you found for a derivative", 1),
        ("log(x)", {"x": -1}, {"x": "1/x"}, "f", "computed in floats, this is NaN at the point: choose another point", 1),
        ("x**2", {"x": 0}, {"x": "1/x"}, "x", "this is inf at the point, and a derivative must be finite", 1),
    ],
)
def test_what_cannot_be_checked_is_told_in_its_field(
    f: str, at: dict[str, float], claimed: dict[str, str], field: str, message: str, column: int
) -> None:
    found = proofread(f, at, claimed)
    assert (found["field"], found["slip"]["message"], found["slip"]["column"]) == (field, message, column)


def test_claims_beside_one_that_cannot_be_read_are_right_only_so_far_and_have_no_tick() -> None:
    html = proofread("w*x", {"w": 1, "x": 2}, {"w": "x", "x": "2*q"})["html"]
    assert "Right so far; ∂f/∂x was not understood." in html
    assert "✓ Right" not in html


def test_a_number_for_a_derivative_that_varies_is_right_at_the_point_alone_beside_a_kink_too() -> None:
    html = proofread("x**2*w + relu(w)", {"x": 3, "w": 2}, {"x": "12", "w": "x**2 + 1"})["html"]
    assert "Every derivative is right at this point on one side of the kink." in html


@pytest.mark.parametrize(("claim", "right"), [("-0.119203", True), ("-0.119", True), ("-0.12", False), ("-0.1193", False)])
def test_a_rounded_number_is_right_to_its_digits_at_the_point(claim: str, right: bool) -> None:
    html = proofread("-log(sigmoid(z))", {"z": 2}, {"z": claim})["html"]
    assert (f"✓ ∂f/∂z is right to {len(claim) - 3} digits at this point." in html) == right


def test_the_variables_of_a_function_are_found_as_one_types() -> None:
    assert letters("tanh(w*x + b)") == ["w", "x", "b"]
    with pytest.raises(Slip, match="write a product with"):
        letters("w x")


def test_a_function_may_have_a_name_and_be_written_as_on_paper() -> None:
    with pytest.raises(Slip, match=r"write f = 3x², or only what is to the right of the =") as slip:
        letters("f(x) = 3x²")
    assert slip.value.place["fix"] == "f = 3*x**2"
    assert letters("L = (tanh(w*x + b) - t)**2") == ["w", "x", "b", "t"]
    assert "✓ ∂f/∂w is right: 3" in proofread("L = w*x", {"w": 2, "x": 3}, {"w": "g = x"})["html"]
    with pytest.raises(Slip) as slip:
        letters("L = (w·x − t)²")
    assert slip.value.place["fix"] == "L = (w*x - t)**2"
    assert slip.value.place["column"] == 7


def test_lines_show_what_they_print_and_each_value_in_order() -> None:
    found = answer("print('<b>')\nx = 3\nx + 1\nprint(x)\nx + 2")
    assert found["slip"] is None
    assert found["html"] == '<pre class="printed">&lt;b&gt;\n</pre><pre>4</pre><pre class="printed">3\n</pre><pre>5</pre>'


def test_an_error_is_told_at_its_line_after_what_was_printed() -> None:
    found = answer("print('before')\n\n1 / 0")
    assert "before" in found["html"]
    assert found["slip"] == {"message": "ZeroDivisionError: division by zero", "line": 3, "column": 1, "end": 6, "fix": ""}


def test_lines_that_show_nothing_are_told_so() -> None:
    assert answer("x = 3")["slip"]["message"].startswith("nothing is shown: end with audit(…)")


def test_a_quiz_keeps_the_numbers_given_or_draws_easy_ones() -> None:
    given = ask("x*w", {"x": 7.0, "w": 5.0}, 0)
    drawn = ask("x*w", {"x": 7.0, "w": 5.0}, 3)
    assert given["numbers"] == {"x": 7.0, "w": 5.0}
    assert ask("x*w", drawn["numbers"], 3)["numbers"] != drawn["numbers"]
    assert set(drawn["numbers"].values()) <= set(EASY)
    assert [question["name"] for question in given["page"]["questions"]] == ["w", "x"]


@pytest.mark.parametrize(
    "text", ["mean(x, 2*x)", "sum(x, y)", "softmax(a, b)", "x*x if x > 0 else 0", "x.relu()*pi", "softmax([a, b])[0]"]
)
def test_a_quiz_reads_what_the_expression_tab_reads(text: str) -> None:
    asked, drawn = ask(text, {}, 0), show(text, {})
    assert sorted(asked["numbers"]) == sorted(drawn["leaves"])
    assert asked["page"]["svg"]
    with pytest.raises(Slip, match="max is maximum"):
        ask("max(x, y)", {}, 0)


def test_a_quiz_draws_numbers_at_which_everything_is_defined() -> None:
    assert ask("log(x) * sqrt(w)", {}, 1)["numbers"].keys() == {"x", "w"}
    assert min(ask("log(x) * sqrt(w)", {}, 1)["numbers"].values()) > 0


def test_a_graph_without_a_question_is_told() -> None:
    with pytest.raises(Slip, match="is a leaf: there is no gradient to ask for"):
        ask("x = Value(3.0)\nx", {}, 0)


HINGE = "relu(1 - y*w*x)"
UNMASKED = {"y": "-w*x", "w": "-y*x", "x": "-y*w"}


def test_at_a_kink_the_slope_to_a_side_is_no_mistake_and_the_engine_s_choice_is_told() -> None:
    html = proofread(HINGE, {"y": 1, "w": 1, "x": 1}, UNMASKED)["html"]
    slope = "yours is −1, the slope to the left of this kink; to the right it is 0. The engine takes 0."
    assert f"✓ ∂f/∂w: {slope} Beside the kink, yours is −1." in html
    assert "Every derivative is right on one side of the kink." in html
    assert "✓ Every" not in html
    html = "".join(proofread(HINGE, {"y": 1, "w": 1, "x": 1}, claim)["html"] for claim in ({"y": "0"}, {"w": "-0.5"}, {"x": "3"}))
    assert "✓ ∂f/∂y: yours is 0, the slope to the right of this kink; to the left it is −1. The engine takes 0." in html
    assert "✓ ∂f/∂w: yours is −0.5, between −1 to the left of this kink and 0 to the right." in html
    assert "✗ ∂f/∂x: yours is 3; at this kink it is −1 to the left and 0 to the right." in html
    assert "✗ Not all of it is right." in html


def test_where_an_op_is_at_a_kink_and_f_is_smooth_the_derivative_is_right_and_the_convention_is_not() -> None:
    f, says = "relu(x) - relu(-x)", "The engine gives 0, by its convention at the kink of relu, but f is smooth here."
    for claim in ("1", "1 + 0*x"):
        html = proofread(f, {"x": 0}, {"x": claim})["html"]
        assert f"✓ ∂f/∂x is right: 1. {says}" in html
    assert f"✗ ∂f/∂x: yours is 0, it is 1. {says}" in proofread(f, {"x": 0}, {"x": "0"})["html"]


@pytest.mark.parametrize(
    ("x", "z", "right"), [("1", "0", True), ("0", "1", True), ("0.3", "0.7", True), ("1", "1", False), ("0", "0", False)]
)
def test_claims_at_a_tie_are_judged_together(x: str, z: str, right: bool) -> None:
    html = proofread("maximum(x, z)", {"x": 1, "z": 1}, {"x": x, "z": z})["html"]
    assert ("Every derivative is right at this kink." in html) == right
    assert (html.count("no single side of this kink gives all your numbers. The engine takes 0.5.") == 2) != right


@pytest.mark.parametrize("w", [0.5, 0.97])
def test_a_derivative_that_is_wrong_across_a_kink_is_right_on_one_side_however_near_that_is(w: float) -> None:
    html = proofread(HINGE, {"y": 1, "w": w, "x": 1}, UNMASKED)["html"]
    assert "Every derivative is right on one side of the kink." in html
    assert "✓ ∂f/∂w is right at this point: −1. Across the kink, at y = " in html
    masked = {name: f"{claim}*(y*w*x < 1)" for name, claim in UNMASKED.items()}
    assert "✓ Every derivative is right." in proofread(HINGE, {"y": 1, "w": w, "x": 1}, masked)["html"]
    assert "✗ ∂f/∂w: yours is 1, it is −1." in proofread(HINGE, {"y": 1, "w": w, "x": 1}, {"w": "y*x"})["html"]


@pytest.mark.parametrize(
    ("f", "x", "claim", "says"),
    [
        ("abs(x)", 2, "x/abs(x)", "✓ Every derivative is right."),
        ("abs(x)", 2, "1", "Across the kink, at x = −2, yours is 1, it is −1."),
        ("abs(x)", 0, "1", "yours is 1, the slope to the right of this kink; to the left it is −1. The engine takes 0."),
        ("abs(x)*x", 0, "2*abs(x)", "✓ Every derivative is right."),
        ("where(x < 1, x**2, 2*x - 1)", 0.5, "2*x", "Across the kink, at x = 1.5, yours is 3, it is 2."),
    ],
)
def test_both_sides_of_a_kink_are_judged(f: str, x: float, claim: str, says: str) -> None:
    assert says in proofread(f, {"x": x}, {"x": claim})["html"]


@pytest.mark.parametrize(
    ("f", "at", "claimed"),
    [
        ("x*pi + e**x", {"x": 2}, {"x": "pi + e**x"}),
        ("clip(x, 0, inf)*π", {"x": 2}, {"x": "π"}),
        ("x.relu() + (w*x).tanh()", {"x": 2, "w": 0.3}, {"x": "1 + w*(1 - (w*x).tanh()**2)", "w": "x*(1 - tanh(w*x)**2)"}),
        ("softmax([a, b])[0]", {"a": 1, "b": 2}, {"a": "softmax([a, b])[0]*softmax([a, b])[1]", "b": ""}),
        ("h = tanh(w*x)\ny = h**2", {"w": 0.5, "x": 3}, {"w": "h = tanh(w*x)\n2*h*(1 - h**2)*x"}),
        ("h = tanh(w*x)\ny = h**2", {"w": 0.5, "x": 3}, {"x": "dx = 2*tanh(w*x)*(1 - tanh(w*x)**2)*w"}),
        ("sum([w**k for k in range(3)])", {"w": 2}, {"w": "1 + 2*w"}),
        ("mean(x, 2*x) + where(x < 1, 0, x)", {"x": 2}, {"x": "2.5"}),
        ("def g(u):\n    return u**2\ng(x)", {"x": 2}, {"x": "d = 2*x"}),
    ],
)  # fmt: skip
def test_the_fields_read_what_the_expression_tab_reads(f: str, at: dict[str, float], claimed: dict[str, str]) -> None:
    assert letters(f) == list(at)
    assert sorted(show(f, {})["free"]) == sorted(at)
    claimed = dict.fromkeys(at, "") | claimed
    found = proofread(f, at, claimed)
    assert found["slip"] is None
    assert found["html"].count("✓ ∂f/∂") == sum(map(bool, claimed.values()))
    scope: dict[str, object] = {}
    exec(in_python(f, at, claimed).replace("audit(f", "report = audit(f"), scope)
    assert scope["report"], in_python(f, at, claimed)


def test_the_slip_in_a_derivative_of_lines_is_named_by_what_they_call_each_step() -> None:
    html = proofread("z = 3*x\n(z - 1)**2", {"x": 2}, {"x": "2*(3*x - 1)"})["html"]
    assert "multiply it by the derivative ∂z/∂x" in html
    html = proofread("(3*x - 1).tanh()", {"x": 0.2}, {"x": "1 - (3*x - 1).tanh()**2"})["html"]
    assert "multiply it by the derivative ∂“3·x”/∂x" in html


@pytest.mark.parametrize(
    ("f", "message", "fix"),
    [
        ("max(x, 0)", "max is maximum(x, y) here", "relu(x)"),
        ("torch.relu(x)", "torch.relu is relu(…) here", "relu(x)"),
        ("x.clamp(0, 1)", "write clip(x, low, high)", "clip(x, 0, 1)"),
        ("[x, 2*x]", "the last line gives 2 Values, but only one is drawn", ""),
        ("x.data*2", "the last line gives the number 2, cut from its graph", ""),
        ("y = x.data*2", "y is the number 2, cut from its graph", ""),
        ("x + undefined(3)", "'undefined' is not an op", ""),
        ("h = x*2\ny = h.foo", "AttributeError: 'Value' object has no attribute 'foo'", ""),
    ],
)
def test_the_fields_refuse_what_the_expression_tab_refuses_in_its_words(f: str, message: str, fix: str) -> None:
    found = proofread(f, {"x": 1}, {"x": "1"})
    assert found["field"] == "f"
    assert found["slip"]["message"].startswith(message)
    assert found["slip"]["fix"] == fix
    with pytest.raises(Slip) as refused:
        show(f, {"x": 1.0})
    assert refused.value.place["message"] == found["slip"]["message"]


@pytest.mark.parametrize(
    ("f", "message"),
    [
        ("2*pi", "it has no variables, so there is nothing to differentiate: pi is the number 3.14159"),
        ("3", "it has no variables, so there is nothing to differentiate"),
        (
            "x = Value(2.0)\ny = x*x",
            "the text sets x: leave out x = Value(…) to make it a variable",
        ),
    ],
)
def test_a_function_of_nothing_is_told_so(f: str, message: str) -> None:
    assert letters(f) == []
    assert proofread(f, {}, {})["slip"]["message"].startswith(message)


def test_numbers_and_claims_of_names_that_the_function_does_not_have_are_left_alone() -> None:
    found = proofread("e*x", {"e": 5.0, "x": 2.0}, {"e": "x", "x": "e"})
    assert (found["slip"], found["html"].count("✓ ∂f/∂")) == (None, 1)


def test_what_lines_in_a_field_print_is_not_printed_for_every_point_that_is_looked_at() -> None:
    found = json.loads(call("proofread", json.dumps(["print(1)\nx*x", {"x": 2.0}, {"x": "2*x"}])))
    assert "printed" not in found


@pytest.mark.parametrize(
    ("f", "at", "message"),
    [
        ("cbrt(x)", {"x": 0}, "the derivative with respect to x is inf at the point: choose another point"),
        ("x**0.5", {"x": 0}, "the derivative with respect to x is inf at the point: choose another point"),
        ("x.detach()*x", {"x": 3}, "f takes numbers out of its graph, by detach(), no_grad(), .data or float()"),
        ("x.data*x", {"x": 3}, "f takes numbers out of its graph, by detach(), no_grad(), .data or float()"),
        ("y = random.random()*x", {"x": 1}, "f is not deterministic"),
    ],
)
def test_a_function_whose_derivative_cannot_be_had_is_told_in_its_field(f: str, at: dict[str, float], message: str) -> None:
    found = proofread(f, at, {"x": "x"})
    assert found["field"] == "f"
    assert found["slip"]["message"].startswith(message)


@pytest.mark.parametrize(("f", "x"), [("floor(x)", 1), ("sign(x)", 0), ("x % 2", 2), ("floor(x)*x", 2), ("round(x)", 0.5)])
def test_where_a_function_jumps_no_claim_is_right(f: str, x: float) -> None:
    for claim in ("0", "1"):
        html = proofread(f, {"x": x}, {"x": claim})["html"]
        assert "? ∂f/∂x: f jumps here, so it has no derivative: choose another point." in html
        assert "✓" not in html.partition("audit:")[0]
    assert "✓ ∂f/∂x is right: 0" in proofread("floor(x)", {"x": 1.5}, {"x": "0"})["html"]


@pytest.mark.parametrize(
    ("claim", "fix"), [("dy/dx = 3x^2", "dy/dx = 3*x**2"), ("f'(x) = 3x²", "f'(x) = 3*x**2"), ("g = 3x", "g = 3*x")]
)
def test_what_a_claim_would_be_in_python_keeps_the_derivative_before_it(claim: str, fix: str) -> None:
    assert proofread("x**3", {"x": 2}, {"x": claim})["slip"]["fix"] == fix


@pytest.mark.parametrize("claim", ["∂f/∂y = x", "df/dy=x", r"\frac{\partial f}{\partial y} = x", "y.grad = x"])
def test_a_claim_about_another_derivative_than_its_field_is_not_judged_as_that(claim: str) -> None:
    found = proofread("x*y", {"x": 2, "y": 3}, {"x": claim})
    assert (found["field"], found["slip"]["message"]) == ("x", "this says ∂f/∂y; the field is for ∂f/∂x")
    assert "Right so far" in proofread("x*y", {"x": 2, "y": 3}, {"y": claim})["html"]


@pytest.mark.parametrize(
    ("claim", "fix"), [("2xy", "2*x*y"), ("xy + yx", "x*y + y*x"), ("∂f/∂x = 2xy", "∂f/∂x = 2*x*y"), ("2xz", "")]
)
def test_a_name_made_of_variables_is_offered_as_their_product(claim: str, fix: str) -> None:
    assert proofread("x**2*y", {"x": 2, "y": 3}, {"x": claim})["slip"]["fix"] == fix


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("def f(x):\n    return x**3", "x**3"),
        ("lambda x: x**3", "x**3"),
        ("f = lambda x: x**3", "x**3"),
        ("def f(x):\n    return np.sin(x)*x", "sin(x)*x"),
    ],
)
def test_a_function_in_a_field_is_offered_as_what_it_gives(text: str, fix: str) -> None:
    for found in (proofread(text, {"x": 2}, {"x": "3*x**2"}), proofread("x**3", {"x": 2}, {"x": text})):
        assert found["slip"]["message"] == "this is a function: write only what it returns, without def or lambda"
        assert found["slip"]["fix"] == fix


@pytest.mark.parametrize("claim", ["2 x", "x is x", "float('nan')", "1 < x < 2"])
def test_a_claim_that_is_no_formula_stands_in_the_lines_of_python_as_it_was_typed(claim: str) -> None:
    assert f'"x": lambda x: {claim},' in in_python("x**2", {"x": 3.0}, {"x": claim})


HEADS = [
    "d/dx x² = 2*x",
    "d/dx (x^2) = 2*x",
    "∂f/∂x(x, y) = 2*x",
    r"\frac{df}{dx} = 2*x",
    r"\frac{d}{dx} x^2 = 2*x",
    r"\dfrac{\partial f}{\partial x}=2*x",
    "f'(1.3) = 2*x",
    "f'(x, y) = 2*x",
    "x.grad = 2*x",
]


@pytest.mark.parametrize(
    "claim", ["df/dx = 2*x", "∂f/∂x = 2*x", "dy/dx=2*x", "f'(x) = 2*x", "f’ = 2*x", "y' = 2*x", "d = 2*x", *HEADS]
)
def test_a_claim_may_say_what_it_is_the_derivative_of(claim: str) -> None:
    assert "✓ Every derivative is right." in proofread("x**2", {"x": 3}, {"x": claim})["html"]
    assert '"x": lambda x: 2*x,' in in_python("x**2", {"x": 3.0}, {"x": claim}).replace(" * ", "*")
    slip = proofread("x**2", {"x": 3}, {"x": claim.replace("2*x", "2x")})["slip"]
    assert slip["column"] == claim.rindex("2") + 1
