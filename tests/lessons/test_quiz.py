"""Quizzes: gradients asked for are hidden, right answers marked right, and slips named without giving the answer away."""

import html
import math
import re
import sys
import xml.etree.ElementTree as ET
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, custom_op, gradients
from autograd._format import shown
from autograd.lessons.marking import is_right
from autograd.lessons.quiz import Quiz, Score, quiz
from autograd.sweeps import topological_order
from tests.support.programs import run, tame_programs

SVG = "{http://www.w3.org/2000/svg}text"


@st.composite
def graphs(draw):
    program, numbers = draw(tame_programs())
    y = run(program, [Value(x) for x in numbers])[-1]
    if draw(st.booleans()):
        y.backward()  # the nodes then hold the answers
    return y


seeds = st.integers(0, 10**6)


def everything_of(y):
    """The full state of a graph, as text that shows every bit."""
    return [
        (repr(n.data), repr(n._grad) if hasattr(n, "_grad") else "", n.label, n.op, list(map(id, n.args)), n.partials, n._depth)
        for n in topological_order([y])
    ]


def right_answers(q):
    return {solution.number: solution.gradient for solution in q.key().solutions}


# -- right answers -----------------------------------------------------------------------------------


@given(graphs(), seeds)
def test_the_answers_of_the_key_are_the_gradients_exactly_and_all_of_them_are_marked_right(y, seed):
    q = quiz(y, seed=seed)
    nodes = [question.node for question in q.questions]
    assert [solution.gradient for solution in q.key().solutions] == gradients(y, nodes)
    assert all(mark.right for mark in q.answer(right_answers(q)))
    assert q.score == Score(len(nodes), len(nodes))


@given(graphs(), seeds)
def test_the_graph_is_untouched_bit_for_bit(y, seed):
    before = everything_of(y)
    q = quiz(y, seed=seed)
    for number, gradient in right_answers(q).items():
        q.hint(number)
        q.hint(number, 2)
        q.answer(number, 1.5 * gradient + 1.0)
        q.answer(number, gradient)
    q.drawing.source
    repr(q)
    assert everything_of(y) == before


@given(graphs(), seeds, st.integers(1, 6))
def test_questions_go_from_the_root_to_the_leaves_and_are_as_many_as_wanted(y, seed, wanted):
    order = topological_order([y])
    asked = [question.node for question in quiz(y, seed=seed, questions=wanted).questions]
    places = [next(i for i, node in enumerate(order) if node is one) for one in asked]
    assert len(asked) == min(wanted, len(order) - 1)
    assert places == sorted(set(places), reverse=True)
    assert all(node is not y for node in asked)


@given(st.floats(-1.79e308, 1.79e308), st.integers(3, 9))  # don't round to infinity
def test_a_gradient_rounded_to_three_digits_or_more_is_right(gradient, digits):
    assert is_right(float(f"{gradient:.{digits}g}"), gradient)


@given(st.floats(1e-6, 1e6), st.sampled_from([-1, 1]))
def test_a_gradient_that_is_a_whole_unit_off_in_the_third_digit_is_wrong(gradient, sign):
    unit = 10.0 ** (math.floor(math.log10(gradient)) - 2)
    assert not is_right(gradient + sign * unit, gradient)


def test_numbers_of_any_kind_are_answers_and_a_gradient_that_is_nothing_but_rounding_is_0():
    x = Value(math.pi / 2)
    y = x.sin() / 3.0
    q = quiz(y)
    assert q.answer(1, Fraction(1, 3)).right
    assert q.answer(x, 0).right
    assert repr(q.answer(x, 0)) == "x: right, ∂y/∂x = 2.04108e−17"


# -- hidden gradients --------------------------------------------------------------------------------


def telling(y, q):
    """Texts that would give an answer away: hidden gradients as shown in pictures or tooltips, unless visible anyway."""
    order = topological_order([y])
    visible = [1.0, *(node.data for node in order), *(arg for node in order for arg in node.args if type(arg) is float)]
    there = {text for x in visible for text in (shown(x, 4), shown(x), repr(x))}
    for gradient in right_answers(q).values():
        for text in (shown(gradient, 4), shown(gradient), repr(gradient)):
            if len(text.strip("−-0.")) > 3 and text not in there:
                yield text


@given(graphs(), seeds, st.integers(1, 6))
def test_hidden_gradients_stand_neither_in_the_drawing_nor_in_its_colours_nor_in_the_text(y, seed, wanted):
    q = quiz(y, seed=seed, questions=wanted)
    drawing = q.drawing
    secrets = set(telling(y, q))
    for text in (drawing.source, str(drawing), repr(q)):
        assert secrets.isdisjoint(re.findall(r"(?<![\w.])[−-]?\d[\w.+−-]*", text.replace("&#45;", "-")))
    arrows = [line for line in drawing.body if " -> " in line]
    assert not [line for line in arrows if "penwidth" in line or "partial" in line]


def test_what_is_left_for_later_is_not_marked():
    q = quiz(square_of_a_sum())
    marks = q.answer({"u": None, "x": -1.0})
    assert str(marks[0]) == "u: not answered yet"
    assert (marks[0].answer, marks[0].right, marks[0].slip) == (None, False, "")
    assert str(marks[1]).startswith("x: −1 is wrong")
    assert q.score.right == 0
    with pytest.raises(TypeError, match="the answer for u"):
        q.answer("u", None)


def test_a_hint_speaks_of_the_edge_where_the_gradient_has_more_than_one():
    x = Value(3.0, "x")
    a = x + 1.0
    b = a * x
    y = a + b
    a.label, b.label, y.label = "a", "b", "y"
    hint = quiz(y).hint("a").splitlines()
    assert hint == [
        "y = a + b = 4 + 12 = 16, so along the arrow from a to y the derivative is 1",
        "b = a·x = 4·3 = 12, so ∂b/∂a = x = 3",
    ]


def test_the_picture_shows_a_question_mark_until_the_gradient_is_found():
    x, w = Value(3.0, "x"), Value(0.7654, "w")
    y = (w * x * x).tanh()
    y.label = "y"
    y.backward()
    q = quiz(y)
    found = {question.name: gradients(y, question.node) for question in q.questions}

    def texts():
        picture = q.drawing.pipe("svg", encoding="utf-8")
        assert repr(x.grad) not in picture
        return ["".join(text.itertext()).strip() for text in ET.fromstring(picture).iter(SVG)]

    before = texts()
    assert [text for text in before if text.startswith("? (")] != []
    assert "(3) ∂y/∂x = ?" in before
    assert not {shown(gradient, 4) for gradient in found.values()} & set(before)
    q.answer("x", found["x"])
    after = texts()
    assert after.count(shown(found["x"], 4)) == 1
    assert f"(3) ∂y/∂x = {shown(found['x'])}, right" in after
    assert shown(found["w"], 4) not in after
    q.answer(right_answers(q))
    assert "penwidth" in q.drawing.source  # once all is answered, the whole flow is drawn


def test_a_gradient_next_door_that_reads_the_same_is_not_shown_either():
    a, b = Value(1.234, "a"), Value(2.0, "b")
    y = (a + b) * 3.21
    for seed in range(5):
        q = quiz(y, questions=1, seed=seed)
        assert q.drawing.source.count("3.21") == 1  # the constant
    q = quiz(y)
    q.answer("a", 3.21)
    assert q.drawing.source.count('<TD ALIGN="RIGHT"><FONT COLOR="#1f5fa8">3.21') == 1  # the gradient once found


@given(graphs(), st.floats(-10, 10))
def test_the_mark_of_a_wrong_answer_does_not_tell_the_right_one(y, answer):
    q = quiz(y)
    for number, gradient in right_answers(q).items():
        mark = q.answer(number, answer)
        if not mark.right and gradient != round(gradient):
            assert shown(gradient) not in re.findall(r"(?<![\w.])−?\d[\w.+−]*", mark.text)


# -- the seed ----------------------------------------------------------------------------------------


def names_of(q):
    return [question.name for question in q.questions]


@given(graphs(), seeds)
def test_the_same_seed_gives_the_same_quiz(y, seed):
    assert repr(quiz(y, questions=3, seed=seed)) == repr(quiz(y, questions=3, seed=seed))


def test_two_seeds_ask_for_different_nodes():
    y = nn.MLP(2, [3, 1], seed=0)([Value(1.0), Value(2.0)])
    assert len({tuple(names_of(quiz(y, questions=3, seed=seed))) for seed in range(10)}) > 7


# -- slips -------------------------------------------------------------------------------------------


def square_of_a_sum():
    """(5x + 3)² with a name for each step."""
    x = Value(3.0, "x")
    u = 5 * x
    v = u + 3
    y = v**2
    u.label, v.label, y.label = "u", "v", "y"
    return y


def two_paths():
    x, w = Value(3.0, "x"), Value(2.0, "w")
    a = 7.0 * x
    b, c = a * w, a * -5.0
    y = b * 11.0 + c * 13.0
    a.label, b.label, c.label, y.label = "a", "b", "c", "y"
    return y


@pytest.mark.parametrize(
    ("graph", "node", "answer", "slip"),
    [
        (square_of_a_sum, "x", -180, "look at the sign"),
        (square_of_a_sum, "x", 5, "that is the local derivative ∂u/∂x alone; multiply it by the gradient arriving at u, ∂y/∂u"),
        (square_of_a_sum, "x", 36, "that is ∂y/∂u, the gradient arriving at u; multiply it by the derivative ∂u/∂x"),
        (square_of_a_sum, "x", 90, "a factor of 2 is missing"),
        (square_of_a_sum, "x", 360, "there is an extra factor of 2"),
        (square_of_a_sum, "x", 324, "that is the value of y, not a gradient"),
        (square_of_a_sum, "x", 3, "that is the value of x, not a gradient"),
        (square_of_a_sum, "x", 12345, ""),
        (two_paths, "a", 22, "that is the contribution from b alone; contributions arrive from 2 places and add up (`+=`)"),
        (two_paths, "x", 7 * -65, "that is the path x → a → c → v₆ → y alone; there are others, and they all add up"),
        (two_paths, "x", 7 * 22, "as if only the last of several contributions were kept (`=` in place of `+=`)"),
    ],
)
def test_a_planted_slip_is_named(graph, node, answer, slip):
    mark = quiz(graph()).answer(node, answer)
    assert (mark.right, mark.slip) == (False, slip)
    assert mark.text == f"{node}: {shown(answer)} is wrong{slip and ': '}{slip}"


def test_a_factor_missing_further_up_is_named_but_not_the_derivative_asked_for():
    x = Value(0.5, "x")
    inner = 3.0 * x
    outer = inner.sin()
    y = outer.exp()
    inner.label, outer.label, y.label = "inner", "outer", "y"
    assert quiz(y).answer("x", y.data * 3.0).slip == "the factor ∂outer/∂inner is missing"
    assert quiz(y).answer("inner", math.cos(1.5)).slip.startswith("that is the local derivative ∂outer/∂inner alone")
    assert quiz(y).answer("x", math.cos(1.5) * 3.0).slip == "the factor ∂y/∂outer is missing"
    assert quiz(y).answer("outer", 1.0).slip == ""


def test_a_use_counted_once_and_a_sweep_in_a_wrong_order_are_named():
    x = Value(3.0, "x")
    a = 5.0 * x
    b = a * a * a
    y = b * 1.0
    a.label, b.label, y.label = "a", "b", "y"
    assert "of several contributions" in quiz(y).answer("x", misled(y, x, "assign")).slip
    z = 2.0 * x
    y = (z * z + z) * 5.0
    assert "uses a node more than once" in quiz(y).answer("x", misled(y, x, "once_per_edge")).slip
    z = 2.0 * x
    late = z * z * 7.0
    y = z * 3.0 + late + 100.0 * x
    assert "before all of it had arrived" in quiz(y).answer("x", misled(y, x, "depth_first")).slip


def misled(y, x, bug):
    return autograd.misconception(y, bug).wrong[x]


@given(graphs(), seeds)
def test_the_gradient_with_the_wrong_sign_is_told_to_have_it(y, seed):
    q = quiz(y, seed=seed)
    for number, gradient in right_answers(q).items():
        if abs(gradient) > 1e-6:
            assert q.answer(number, -gradient).slip == "look at the sign"


# -- hints and key -----------------------------------------------------------------------------------


def test_a_hint_is_the_local_rule_with_what_is_known_and_the_second_tells_from_where_gradient_arrives():
    x, w = Value(0.5, "x"), Value(2.0, "w")
    a = x * w
    b = x.tanh()
    y = a * b
    a.label, b.label, y.label = "a", "b", "y"
    q = quiz(y)
    assert q.hint("x").splitlines() == [
        "b = tanh(x) = tanh(0.5) = 0.462117, so ∂b/∂x = 1 − b² = 1 − 0.462117²",
        "a = x·w = 0.5·2 = 1, so ∂a/∂x = w = 2",
    ]
    assert q.hint("x", 2) == (
        "x is used 2 times, for b and a: "
        "each of these arrows carries back the gradient at its end times the local derivative; add them up"
    )
    assert q.hint("a") == "y = a·b = 1·0.462117 = 0.462117, so ∂y/∂a = b"
    assert q.hint("b", 2) == "b is used once, for y itself, so its gradient is the local derivative alone"
    c = y * 2.0
    c.label = "c"
    assert quiz(c).hint("b", 2) == "b is used once, for y: its gradient is ∂c/∂y, the gradient of y, times ∂y/∂b"


def test_a_hint_does_not_say_the_answer_where_the_rule_is_a_number_or_cannot_be_written():
    x = Value(2.0, "x")
    y = x * 3.5
    y.label = "y"
    assert quiz(y).hint("x") == "y = x·3.5 = 2·3.5 = 7. How many times as fast as x does y change if nothing else changes?"
    triple = custom_op(lambda x: 3.0 * x, partials=lambda z, x: 3.0 * math.exp(0.0 * x), name="triple")
    y = triple(x)
    y.label = "y"
    assert quiz(y).hint("x").endswith("How many times as fast as x does y change if nothing else changes?")


def test_a_use_that_comes_twice_and_a_node_that_is_used_often_are_told():
    x = Value(2.0, "x")
    y = x * x
    y.label = "y"
    assert quiz(y).hint("x") == "y = x·x = 2·2 = 4, so ∂y/∂x = x + x"
    assert "x is used 2 times, for y and y again" in quiz(y).hint("x", 2)
    a, b = x * 3.0, x * 3.0
    y = a * b
    assert "x is used 2 times, for b and a:" in quiz(y).hint("x", 2)  # though both are 6
    z = a * 1.0
    assert quiz(z).hint("x", 2).startswith("x is used once, for a: ")  # though z is 6 too
    a = x * x
    y = a * 3.0
    assert quiz(y).hint("x") == "a = x·x = 2·2 = 4, so ∂a/∂x = x + x = 2 + 2"
    assert "the local derivative ∂a/∂x alone" in quiz(y).answer("x", 4).slip
    z = autograd.sum([x * float(k) for k in range(20)])
    assert quiz(z, questions=100).hint("x").endswith("… and 14 more")
    assert "x is used 20 times" in quiz(z, questions=100).hint("x", 2)


def test_the_key_says_how_each_gradient_comes_about():
    q = quiz(square_of_a_sum())
    assert str(q.key()).splitlines() == [
        "   question  gradient  why",
        "1  ∂y/∂v           36  ∂y/∂v = 2·v = 36, since y = v²",
        "2  ∂y/∂u           36  ∂y/∂u = ∂y/∂v·∂v/∂u = 36·1 = 36",
        "3  ∂y/∂x          180  ∂y/∂x = ∂y/∂u·∂u/∂x = 36·5 = 180",
    ]


def test_no_gradient_flows_to_a_condition_or_to_a_branch_not_taken():
    c, a, b = Value(1.0, "c"), Value(2.0, "a"), Value(3.0, "b")
    y = autograd.where(c, a * 1.5, b * 2.5)
    q = quiz(y)
    assert all(q.answer(name, 0.0).right for name in ("c", "b"))
    assert q.hint("b") == "b is used only in a condition or a branch not taken, so no gradient reaches it"
    assert q.hint("c", 2) == "nothing passes a gradient back to c, so its gradient is 0"
    assert "in a condition or a branch not taken: the gradient is 0" in str(q.key())
    assert not q.answer("b", 2.5).right


# -- answers -----------------------------------------------------------------------------------------


def test_a_question_goes_by_its_number_the_name_of_its_node_as_drawn_or_written_and_the_node():
    w = Value(2.0, "w1")
    y = w * 5.0
    q = quiz(y)
    assert all(q.answer(asked, 5.0).right for asked in (1, "w1", "w₁", w))


def test_several_answers_are_marked_one_a_line_and_what_was_right_stays_right():
    q = quiz(square_of_a_sum())
    assert (
        str(q.answer({"v": 36, "x": 180.2, "u": -36}))
        == "v: right, ∂y/∂v = 36\nx: right, ∂y/∂x = 180\nu: −36 is wrong: look at the sign"
    )
    assert str(q.score) == "2 of 3 right"
    assert not q.answer("x", 1.0).right
    assert (q.score.right, q.score.asked) == (2, 3)


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        ({"v": 36, "x": "6"}, TypeError, "the answer for x: expected a real number, got str"),
        ({"v": 36, "x": math.nan}, ValueError, "the answer for x must be finite, got nan"),
        ({"v": 36, "x": math.inf}, ValueError, "the answer for x must be finite, got inf"),
        ({"v": 36, "z": 1.0}, ValueError, r"'z' is not a question of this quiz; its questions are 1 \(v\), 2 \(u\) and 3 \(x\)"),
        ({"v": 36, 4: 1.0}, ValueError, "4 is not a question of this quiz"),
        ({"v": 36, True: 1.0}, TypeError, "by its number, a name or a Value, got bool"),
    ],
)
def test_an_answer_that_is_none_is_refused_by_name_and_leaves_the_quiz_as_it_was(answers, error, words):
    q = quiz(square_of_a_sum())
    with pytest.raises(error, match=words):
        q.answer(answers)
    assert q.score == Score(0, 3)


def test_bad_arguments_are_refused_by_name():
    y = square_of_a_sum()
    for wrong, error, words in [
        (lambda: quiz(3.0), TypeError, "y must be a Value, got float"),
        (lambda: quiz(y, questions=0), ValueError, "questions must be at least 1, got 0"),
        (lambda: quiz(y, questions=True), TypeError, "questions must be an integer, got True"),
        (lambda: quiz(y, seed=None), TypeError, "seed must be an integer, got None"),
        (lambda: quiz(Value(1.0, "lonely")), ValueError, "lonely is a leaf: there is no gradient"),
        (lambda: quiz(y).hint(1, 3), ValueError, "which must be 1 or 2, as there are two hints, got 3"),
    ]:
        with pytest.raises(error, match=words):
            wrong()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_gradient_that_is_not_finite_is_not_asked_and_that_is_said():
    x, w = Value(0.0, "x"), Value(2.0, "w")
    y = x.sqrt() + w
    q = quiz(y)
    assert "x" not in names_of(q)
    assert "not asked, since it is NaN or infinite: the gradient of x" in repr(q)
    with pytest.raises(ValueError, match="no gradient of v₁ is finite"):
        quiz(x.sqrt())


def test_a_leaf_that_was_changed_since_is_told_and_the_gradients_are_those_of_the_recorded_numbers():
    x, w = Value(3.0, "x"), Value(2.0, "w")
    y = (x * w).tanh()
    recorded = gradients(y, w)
    x.data = 10.0
    q = quiz(y)
    assert "x was changed after this was recorded" in repr(q)
    assert q.answer("w", recorded).right
    assert "10" not in q.hint("w")


# -- display -----------------------------------------------------------------------------------------


@given(st.text(max_size=20))
def test_any_label_gives_a_sound_picture_a_sound_key_and_can_be_answered(label):
    label += '<script>&"{}|\\n\n\' -> tooltip="\ud800'
    x = Value(2.0, label=label)
    y = x * 3.0
    y.label = label
    q = quiz(y)
    ET.fromstring(q.drawing.pipe("svg", encoding="utf-8"))
    table = q.key()._repr_html_()
    assert "<script>" not in table
    assert "&lt;script&gt;" in table
    table.encode()
    assert q.answer(q.questions[0].name, 3.0).right


def test_the_key_as_a_table_holds_what_it_prints():
    key = quiz(square_of_a_sum()).key()
    cells = [
        html.unescape(cell).rstrip("\u2007\u2008")
        for cell in re.findall("<(?:td|th scope=.row.)[^>]+>(.*?)</", key._repr_html_())
    ]
    assert cells == [cell for solution in key.solutions for cell in solution.cells()]


def test_it_prints_its_operations_and_its_questions_and_a_notebook_gets_the_page_even_without_a_renderer(monkeypatch):
    monkeypatch.setattr("autograd.viz.dot._program", lambda format: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    q = quiz(square_of_a_sum())
    assert "<iframe" in q._repr_html_()
    assert "data:image/svg+xml" in q._repr_html_()  # for notebooks that aren't trusted
    assert repr(q).splitlines() == [
        "u = 5·x = 5·3 = 15",
        "v = u + 3 = 15 + 3 = 18",
        "y = v² = 18² = 324",
        "What are these gradients? 0 of 3 right",
        "(1) ∂y/∂v = ?",
        "(2) ∂y/∂u = ?",
        "(3) ∂y/∂x = ?",
    ]


def test_equal_names_are_told_apart():
    one, other = Value(2.0, "h"), Value(3.0, "h")
    y = one * other
    q = quiz(y)
    assert len(set(names_of(q))) == 2
    assert all(q.answer(question.name, gradients(y, question.node)).right for question in q.questions)


@pytest.mark.slow
def test_a_deep_graph_is_folded_and_asks_only_for_what_is_drawn():
    h = Value(1.0, "x")
    for _ in range(5_000):
        h = 1.0001 * h + 0.5
    q = quiz(h, seed=1)
    assert isinstance(q, Quiz)
    assert len(q.questions) == 8
    assert q.drawing.source.count("? (") == 8
    assert "opens a box" not in q.drawing.source
    assert len(repr(q)) < 5_000
    assert not q.answer(1, 0.123).right
    assert q.answer(right_answers(q))[0].right


def test_many_questions_are_listed_to_a_bound():
    xs = [Value(float(i), f"x{i}") for i in range(60)]
    q = quiz(autograd.sum([x * x for x in xs]), questions=50)
    assert len(q.questions) == 50
    assert repr(q).endswith("… and 10 more")


def test_a_frozen_leaf_is_told_to_be_one():
    x, frozen = Value(2.0, "x"), Value(3.0, "f", requires_grad=False)
    q = quiz(x * frozen)
    assert q.answer("f", 0.0).right
    assert q.hint("f") == "f is frozen (requires_grad=False), so no gradient reaches it"
    assert q.hint("f", 2) == "nothing passes a gradient back to f, so its gradient is 0"
    assert "to f, which is frozen (requires_grad=False): the gradient is 0" in str(q.key())
    assert "branch" not in str(q.key())


def test_the_gradient_of_a_detached_leaf_is_not_asked():
    x = Value(3.0, "x")
    asked = quiz(x.detach() * x)
    assert [question.node for question in asked.questions] == [x]
    assert "detached" in asked.drawing.source


def test_partials_whose_sum_is_beyond_the_largest_float_are_no_trouble():
    u = Value(1e-10, "u")
    y = autograd.dot([1.2e308, 1.2e308], [u, u]) * 1e-300
    questions = quiz(y)
    assert questions.answer("u", 2.4e8).right
    assert not questions.answer("u", 5.0).right
    assert questions.page
