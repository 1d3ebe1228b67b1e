"""The page of a quiz in a real browser: it marks answers as Python does, works by keyboard, and shows the score."""

import json
import warnings
from random import Random

import pytest

from autograd import Value
from autograd._format import shown
from autograd.expression import evaluate
from autograd.lessons.marking import is_right, mark, slips
from autograd.lessons.quiz import quiz
from autograd.viz.palette import COLOURS
from tests.support.axe import violations
from tests.support.browser import WAYS, WIDE, opened

pytestmark = pytest.mark.slow

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\">"


def shared():
    """A graph that allows every classic slip: several paths, a node used twice by one operation, a square."""
    x, w1, b = Value(2.0, "x"), Value(-3.0, "w1"), Value(0.5, "b")
    h = w1 * x + b
    a = h * x
    L = (a - 1.0) ** 2 + h * h * 0.25 + (x * w1).tanh()
    h.label, a.label, L.label = "h", "a", "L"
    return L


@pytest.fixture
def asked():
    return quiz(shared())


@pytest.fixture
def page(browser, tmp_path, asked):
    with opened(browser, asked.page.save_html(tmp_path / "quiz.html"), viewport=WIDE) as page:
        yield page


def answer(page, number, text):
    """Type an answer, press Enter, and return the page's reply."""
    item = page.locator(f'[data-question="{number}"]')
    item.get_by_role("textbox").fill(text)
    item.get_by_role("textbox").press("Enter")
    return item.get_by_role("status").inner_text()


def marks_of(solved, node):
    """Answers of every kind to one question: right, nearly right, each slip, and others."""
    gradient = solved.gradient(node)
    yield from (gradient, gradient * (1.0 + 1e-7), gradient * 1.02 + 0.01, 0.123, -7.5, 1e-12, 1e20)
    yield from (number for number, _ in slips(solved, node))


# The page's reply to each of several answers, without a round trip per key.
SAID = """answers => answers.map(([number, text]) => {
  const item = document.querySelector(`[data-question="${number}"]`);
  item.querySelector("input").value = text;
  item.querySelector("form").requestSubmit();
  return item.querySelector("[role=status]").textContent;
})"""


def test_every_answer_is_marked_as_python_marks_it_right_ones_each_classic_slip_and_others(page, asked):
    solved = asked._solved
    given = [(question, number) for question in asked.questions for number in marks_of(solved, question.node)]
    expected = [mark(solved, question.node, number) for question, number in given]
    said = page.evaluate(SAID, [[question.number, repr(number)] for question, number in given])
    assert said == [marked.text.replace("`", "") for marked in expected]
    assert len({marked.slip.split("∂")[0] for marked in expected}) > 8  # many kinds of slips occurred


NUMBERS = {
    "−12": -12.0,
    "-12": -12.0,
    " 1/4 ": 0.25,
    "−1 / 3": -1 / 3,
    "2,5": 2.5,
    "1e−3": 1e-3,
    ".5": 0.5,
    "+4": 4.0,
    "— 3": -3.0,
    "－3": -3.0,
    "‒3": -3.0,
    "﹣1/2": -0.5,
    "1,5/2,5": 0.6,
    "0,125": 0.125,
    "1,0000": 1.0,
    "2*3": 6.0,
    "−0.5**2": -0.25,
    "2**-1**2": 0.5,
    "2**3**2": 512.0,
    "(1 + 2)·(−3)": -9.0,
    "1/2/3": 1 / 2 / 3,
    "1 - 2 - 3*4": -13.0,
    "2 × -3 + 1e−3*10": -5.99,
    "--1": 1.0,
    "((((2))))**.5": 2**0.5,
}


def test_numbers_may_be_written_as_people_write_them(page):
    assert page.evaluate("texts => texts.map((text) => readAnswer(text))", list(NUMBERS)) == list(NUMBERS.values())


def test_arithmetic_has_the_value_that_it_has_on_the_command_line(page):
    chance = Random(0)

    def written(depth):
        if depth == 0:
            return str(chance.choice((1, 2, 3, 0.5, 1.25)))
        one, other = written(depth - 1), written(chance.randrange(depth))
        sign = chance.choice((" + ", " - ", "*", "/", "**2*", "*2**-"))
        return chance.choice((f"{one}{sign}{other}", f"-{one}{sign}{other}", f"({one}){sign}({other})"))

    texts = [written(i % 5) for i in range(200)]
    values = {text: float(evaluate(text, {})[0]) for text in texts if finite(text)}
    assert len(values) > 100
    assert page.evaluate("texts => texts.map(readAnswer)", list(values)) == pytest.approx(list(values.values()), rel=1e-9)


def finite(text):
    with warnings.catch_warnings(action="ignore"):
        return 1e-6 < abs(evaluate(text, {})[0]) < 1e6


ALMOST_ARITHMETIC = ["1 2", "2*", "*2", "2(3)", "(2", "2)", "()", "2**", "2^3", "2//3", "x**0", "2*x", "exp(0)", "e", "(-8)**.5"]
LONG = "(" * 10_000 + "1" + ")" * 10_000


def test_nonsense_is_no_wrong_answer_but_told_to_be_no_number(page, asked):
    assert "1000 or 1.000? Write it without the comma" in answer(page, 1, "−1,000")
    for text in ("two", "1/0", "1/1,000", "1,000,000", "0x10", "Infinity", "NaN", "1e999", "<b>", *ALMOST_ARITHMETIC):
        assert "this is not a number" in answer(page, 1, text), text
        assert "this is not a number" not in answer(page, 1, repr(asked._solved.gradient(asked.questions[0].node) + 1.0))
    assert page.evaluate("text => readAnswer(text)", LONG) is None
    assert page.get_by_role("heading", level=1).inner_text() == "What are these gradients?"


def test_an_empty_answer_is_left_for_later_as_in_python(page, asked):
    assert answer(page, 2, " ") == mark(asked._solved, asked.questions[1].node, None).text


def test_a_right_answer_takes_the_place_of_its_question_mark_in_the_drawing_and_the_next_box_has_the_focus(page, asked):
    first = asked.questions[0]
    gradient = asked._solved.gradient(first.node)
    texts = "[...document.querySelectorAll('.stage-picture text')].map(text => text.textContent.trim())"
    before = page.evaluate(texts)
    assert "? (1)" in before
    answer(page, 1, repr(gradient))
    after = page.evaluate(texts)
    assert "? (1)" not in after
    assert after.count(shown(gradient, 4)) == before.count(shown(gradient, 4)) + 1
    assert page.evaluate("document.activeElement.closest('li').dataset.question") == "2"


def test_shown_answers_are_the_chain_rule_do_not_count_as_right_and_at_the_end_the_score_says_so(page, asked):
    score = page.locator(".score")
    total = len(asked.questions)
    assert score.inner_text() == f"0 of {total} right"
    first, *others = asked.key().solutions
    item = page.locator(f'[data-question="{first.number}"]')
    item.get_by_role("button", name="Show the answer").click()
    assert item.get_by_role("status").inner_text() == first.how
    for solution in others:
        answer(page, solution.number, repr(solution.gradient))
    assert score.inner_text() == f"Done: {total - 1} of {total} right, 1 shown"


def test_hints_are_those_of_python(page, asked):
    for question in asked.questions:
        item = page.locator(f'[data-question="{question.number}"]')
        item.get_by_text("Hints").click()
        assert item.locator("details p").all_inner_texts() == [asked.hint(question.number), asked.hint(question.number, 2)]


def test_the_whole_quiz_goes_by_keyboard_and_marks_are_read_out(browser, tmp_path, asked):
    with opened(browser, asked.page.save_html(tmp_path / "quiz.html"), viewport=WIDE) as page:
        page.locator("input").first.focus()
        for solution in asked.key().solutions:
            page.keyboard.type(repr(solution.gradient))
            page.keyboard.press("Enter")
        assert page.locator(".score").inner_text().startswith("Done:")
        assert page.locator("li.right").count() == len(asked.questions)
        assert page.locator("li [role=status]").count() == len(asked.questions)


def test_what_was_answered_in_python_is_right_on_the_page_already(browser, tmp_path, asked):
    solution = asked.key().solutions[1]
    asked.answer(solution.number, solution.gradient)
    with opened(browser, asked.page.save_html(tmp_path / "quiz.html"), viewport=WIDE) as page:
        assert page.locator(".score").inner_text() == f"1 of {len(asked.questions)} right"
        item = page.locator(f'[data-question="{solution.number}"]')
        assert item.get_by_role("status").inner_text() == mark(asked._solved, asked.questions[1].node, solution.gradient).text


@pytest.mark.parametrize(("mode", "size"), WAYS)
def test_axe_finds_nothing_in_any_state_and_nothing_overflows(browser, tmp_path, asked, size, mode):
    with opened(browser, asked.page.save_html(tmp_path / "quiz.html"), viewport=size, color_scheme=mode) as page:
        answer(page, 1, repr(asked.key().solutions[0].gradient))
        answer(page, 2, "12345")
        page.get_by_text("Hints").nth(2).click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_in_dark_mode_no_text_of_the_drawing_keeps_the_ink_of_light_mode(browser, tmp_path, asked):
    path = asked.page.save_html(tmp_path / "quiz.html")
    with opened(browser, path, viewport=WIDE, color_scheme="dark", reduced_motion="reduce") as page:
        answer(page, 1, repr(asked.key().solutions[0].gradient))
        fills = "[...document.querySelectorAll('.stage-picture text')].map(text => getComputedStyle(text).fill)"
        light = {f"rgb({', '.join(str(int(colour.light[i : i + 2], 16)) for i in (1, 3, 5))})" for colour in COLOURS.values()}
        assert set(page.evaluate(fills)).isdisjoint(light)


def test_hostile_names_are_text(browser, tmp_path):
    x = Value(2.0, HOSTILE)
    y = x * x
    y.label = HOSTILE
    q = quiz(y)
    with opened(browser, q.page.save_html(tmp_path / "quiz.html"), viewport=WIDE) as page:
        assert "wrong" in answer(page, 1, "3")
        assert page.title() == "What are these gradients?"
        assert page.locator("img").count() == 0


def test_the_allowance_of_the_page_is_that_of_python_to_the_last_bit(page, asked):
    data = json.loads(page.locator("#data").inner_text())
    for question in data["questions"]:
        for number, allowed, *_ in (question["gradient"], *question["slips"]):
            for beside in (number + allowed, number - allowed, number + 1.0001 * allowed, number - 1.0001 * allowed):
                assert (abs(beside - number) <= allowed) == is_right(beside, number)
