"""The playground's lessons: their answers are the engine's, their tasks can be solved, and mistakes in a lesson are reported."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from playground.lesson_checks import CHECK, CHOICE, CHOICES, LESSON, NUMBER, PICTURE, STEP, TAB, LessonError
from playground.lesson_pictures import LessonProgram
from playground.lessons import FOLDER, SHELF, build, look, open_lesson, prepare
from playground.typed import Slip

TEXTS = {name: (FOLDER / f"{name}.json").read_text(encoding="utf-8") for name in SHELF}
STEPS = [(name, i, step) for name, text in TEXTS.items() for i, step in enumerate(json.loads(text)["steps"], 1)]
# What passes a step's check: slider numbers or a formula.
SOLUTIONS: dict[tuple[str, int], Any] = {
    ("backpropagation-in-ten-minutes", 1): {"x": 4},
    ("backpropagation-in-ten-minutes", 3): {"b": 2},
    ("backpropagation-in-ten-minutes", 5): {"e": 0},
    ("backpropagation-in-ten-minutes", 7): {"w": 2.6, "b": 0.8},
    ("the-chain-rule", 1): {"x": 2.001},
    ("the-chain-rule", 11): "y = 3*x**2",
    ("one-neuron", 2): {"n": 2.7},
    ("one-neuron", 6): {"x2": 1},
    ("one-neuron", 7): {"w": -2.95},
    ("one-neuron", 8): {"b": 6.9},
    ("backward-step-by-step", 5): {"x": 1},
}
DIGITS = r"\(?[−-]?\d+(?:\.\d+)?\)?"
SUM = re.compile(rf"({DIGITS}(?: [·+−] {DIGITS})+) = ({DIGITS})")
LOOK: dict[str, Any] = {"title": "A step", "text": "Look.", "show": {"code": "u = 5*x\ny = u**2", "at": {"x": 2}}}
ASK = {"question": "How fast?", "answer": "x.grad"}


def one(**step: Any) -> dict[str, Any]:
    """A lesson's step as the page gets it."""
    prepared: dict[str, Any] = prepare(json.dumps({"title": "Mine", "steps": [LOOK | step]}), "mine.json")["steps"][0]
    return prepared


@cache
def lesson(name: str) -> dict[str, Any]:
    """A lesson as the page shows it, prepared on demand: its pictures take a while, so collecting tests draws none."""
    return prepare(TEXTS[name], f"{name}.json")


def steps_with(key: str) -> pytest.MarkDecorator:
    """Parametrize over the steps with this key: lesson name and step number."""
    return pytest.mark.parametrize(("name", "i"), [(name, i) for name, i, step in STEPS if key in step])


def test_all_lessons_of_the_folder_are_on_the_shelf() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(SHELF)


@steps_with("text")
def test_the_sums_in_the_texts_are_right(name: str, i: int) -> None:
    step = lesson(name)["steps"][i - 1]
    for text in (step["text"], step["hint"], step["after"]):
        for terms, result in SUM.findall(text):
            assert eval(terms.replace("·", "*").replace("−", "-")) == pytest.approx(float(result.strip("()").replace("−", "-")))


@steps_with("check")
def test_the_task_of_a_step_can_be_done(name: str, i: int) -> None:
    step, solution = lesson(name)["steps"][i - 1], SOLUTIONS[name, i]
    code, numbers = (solution, {}) if isinstance(solution, str) else (None, solution)
    assert not any(look(step["show"], None, {}, step["check"]["until"])["done"])
    assert all(look(step["show"], code, numbers, step["check"]["until"])["done"])
    for slider, x in numbers.items():
        low, high, by = map(Fraction, map(str, step["show"]["sliders"][slider]))
        assert low <= Fraction(str(x)) <= high
        assert (Fraction(str(x)) - low) % by == 0


@pytest.mark.parametrize("name", TEXTS)
def test_the_picture_before_a_prediction_hides_its_answer(name: str) -> None:
    steps = [step for step in lesson(name)["steps"] if step.get("before")]
    assert steps
    for step in steps:
        for drawing in ("svg", "narrow"):
            assert ">?<" in step["before"][drawing]
            assert ">?<" not in step["picture"][drawing]
        hidden = [what for what in step["show"].get("hide", []) if what.endswith(".grad")]
        assert not hidden or "edge backward" not in step["before"]["svg"]


@steps_with("predict")
def test_a_question_has_a_hint_or_replies(name: str, i: int) -> None:
    step = lesson(name)["steps"][i - 1]
    assert step["hint"] or all(choice["say"] for choice in step["predict"]["choices"])
    assert step["after"]


def test_slips_are_those_of_a_quiz_unless_a_lesson_has_its_own() -> None:
    assert "look at the sign" in [slip for _, _, slip in one(predict=ASK)["predict"]["slips"]]
    own = one(predict=ASK | {"slips": {"x": "that is x"}})["predict"]["slips"]
    assert [slip for _, _, slip in own] == ["that is x"]


def test_an_answer_that_stands_in_the_picture_is_hidden() -> None:
    assert one(predict=ASK | {"answer": "y"})["before"]["result"] is None
    assert one(predict=ASK)["before"] is None  # no gradient is drawn
    drawn = LOOK["show"] | {"draw": ["data", "grad"]}
    assert ">?<" in one(show=drawn, predict=ASK)["before"]["svg"]


def test_numbers_in_texts_are_computed() -> None:
    assert (
        one(text="y is {{y}}, its rate {{x.grad}}, and {{1/3}} a third")["text"] == "y is 100, its rate 100, and 0.3333 a third"
    )


def test_a_number_in_a_text_is_rounded_as_python_rounds_it() -> None:
    step = one(text="{{round(y.data / 7, 1)}}, {{round(y / 7, 2)}}, {{round(2.5)}}, {{round(x.grad / 7)}}")
    assert step["text"] == "14.3, 14.29, 2, 14"


def test_what_was_typed_with_other_names_is_drawn_and_not_done() -> None:
    seen = look(LOOK["show"], "z = sin(t)", {}, ["x.grad > 0"])
    assert seen["done"] == [False]
    assert seen["result"][0] == "z"


def test_each_part_of_a_task_is_done_by_itself() -> None:
    step = lesson("backpropagation-in-ten-minutes")["steps"][6]
    assert step["check"]["parts"] == ["w to 3 − 0.05 · 8 = 2.6", "b to 1 − 0.05 · 4 = 0.8"]
    assert look(step["show"], None, {"w": 2.6}, step["check"]["until"])["done"] == [True, False]


def test_the_products_of_the_way_back_stand_at_the_arrows_on_a_phone_too() -> None:
    picture = lesson("backpropagation-in-ten-minutes")["steps"][5]["picture"]
    assert all("4 · 2 = 8" in picture[drawing] for drawing in ("svg", "narrow"))


def test_a_result_without_a_name_gets_one_that_is_free() -> None:
    assert LessonProgram("x*y", {}).root.label == "f"
    assert LessonProgram("3*x", {}).root.label == "y"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"titel": "B"}, "titel is not known here; the fields are title, text, show, predict, hint, check, after"),
        ({"text": 3}, "text must be a text, got 3"),
        ({"text": "{{q}}"}, "text: 'q' fails: name 'q' is not defined; the names of this step are x, u, y"),
        ({"text": "{{x"}, "text: write a number in a text as {{x.grad}}: }} is missing here"),
        ({"after": "So."}, "after: it appears once something has been done, so the step needs predict or check"),
        ({"show": {"at": {}}}, 'show.code is missing: it must be Python in quotes, such as "y = 3*x + 1"'),
        ({"show": {"tab": "quizz"}}, 'show.tab must be one of expression, network, check, quiz, got "quizz"'),
        ({"show": {"code": "y = 3*"}}, "show.code: line 1: something is missing at the end"),
        ({"show": {"code": "y = 3"}}, "show.code: the last line makes no Value: end with a formula such as y = 3*x + 1"),
        (
            {"show": {"code": "y = [3*x]"}},
            "show.code: the last line makes no Value: end with a formula such as y = 3*x + 1",
        ),
        ({"show": {"code": "y = 3*x", "at": {"w": 1}}}, "show.at: show.code does not read 'w'; it reads x"),
        (
            {"show": {"code": "y = 3*x", "sliders": {"w": [0, 1, 0.1]}}},
            "show.sliders: 'w' is not a number in show.code; its numbers are x",
        ),
        (
            {"show": {"code": "y = 3*x", "sliders": {"x": [1, 0, 0.1]}}},
            'show.sliders must be ranges by name, such as { "x": [0, 4, 0.1] }: from, to, step, got {"x": [1, 0, 0.1]}',
        ),
        (
            {"predict": ASK | {"answer": "q.grad"}},
            "predict.answer: 'q.grad' fails: name 'q' is not defined; the names of this step are x, u, y",
        ),
        ({"predict": ASK | {"answer": "x.grad +"}}, "predict.answer: 'x.grad +' is not a Python expression"),
        ({"predict": ASK | {"answer": "[x]"}}, "predict.answer: '[x]' must be a number, got list"),
        ({"predict": ASK | {"answer": "float('nan')"}}, "predict.answer: \"float('nan')\" must be a finite number, got NaN"),
        ({"predict": ASK | {"slips": {"100": "no"}}}, "predict.slips: '100' is the right answer, 100"),
        (
            {"predict": {"question": "?", "choices": [{"text": "a", "if": False}]}},
            "predict.choices: exactly one must be right, got none",
        ),
        (
            {"predict": {"question": "?", "choices": [{"text": "a", "if": "true"}]}},
            "predict.choices 1: if: write true and false without quotes",
        ),
        (
            {"predict": {"question": "?", "choices": [{"text": "a"}]}},
            'predict.choices 1: if is missing: it must be true, false, or Python in quotes, such as "x.grad > 0"',
        ),
        (
            {"show": LOOK["show"] | {"hide": ["q"]}, "predict": ASK},
            "show.hide: 'q' is not in the picture: write a name (y), x.grad or x->y; the names are x, u, y",
        ),
        (
            {"show": LOOK["show"] | {"hide": ["y"]}},
            "show.hide: hidden numbers appear after a prediction, so the step needs predict",
        ),
        (
            {"check": {"task": "Move x.", "until": "y.data > 200"}},
            "check: nothing can be moved or typed here: give show.sliders, or show.edit",
        ),
        (
            {"show": LOOK["show"] | {"edit": True}, "check": {"task": "?", "until": "y.data > 50"}},
            "check.until: 'y.data > 50' is true from the start, so there is nothing to do",
        ),
    ],
)
def test_an_error_names_file_step_and_field(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(LessonError) as error:
        prepare(json.dumps({"title": "Mine", "steps": [LOOK, LOOK | fields]}), "mine.json")
    assert str(error.value) == f"mine.json, step 2: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "mine.json, line 1: this is not JSON: a name in quotes is missing, at the end"),
        (
            '{"title": "A"\n"text": "B"}',
            'mine.json, line 2: this is not JSON: a comma or a closing bracket is missing, at "text": "B"}',
        ),
        ('{"title": "A",\n\n}', "mine.json, line 1: this is not JSON: there is an extra comma, at , }"),
        ("{“title”: 1}", 'mine.json, line 1: this is not JSON: names and texts need straight quotes, "…", at “title”: 1}'),
        ("\n", "mine.json: the file is empty"),
        ("[]", "mine.json: a lesson is an object, { … }, got []"),
        ('{"title": "A"}', "mine.json: steps is missing: it must be a list of steps, [ { … }, … ]"),
        ("[" * 100_000, "mine.json: this is nested too deep"),
        ('{"title": "A", "steps": []}', "mine.json: steps must be a list of steps, [ { … }, … ], got []"),
    ],
)
def test_what_is_no_lesson_is_told(text: str, message: str) -> None:
    with pytest.raises(LessonError, match=re.escape(message)):
        prepare(text, "mine.json")
    with pytest.raises(Slip, match=re.escape(message)):
        open_lesson(text, "mine.json")


def test_the_page_finds_all_lessons_and_their_list(tmp_path: Path) -> None:
    build(tmp_path)
    shelf = json.loads((tmp_path / "index.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in shelf] == list(SHELF)
    for lesson in shelf:
        assert len(json.loads((tmp_path / f"{lesson['name']}.json").read_text(encoding="utf-8"))["steps"]) == lesson["steps"]


def test_the_lesson_in_the_how_to_is_one() -> None:
    text = (FOLDER.parent.parent / "docs/howto/lessons.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.+?)```", text, re.DOTALL)
    (step,) = prepare(example, "mine.json")["steps"]
    assert (step["text"], step["after"]) == (
        "`y` is 2 times `x`. Right now `x` is 3, so `y` is 6.",
        "`y` moves 2 times as far as `x`.",
    )
    assert look(step["show"], None, {"x": 5}, step["check"]["until"])["done"] == [True]
    for fields in (LESSON, STEP, PICTURE, TAB, NUMBER, CHOICES, CHOICE, CHECK):
        assert all(f"`{name}`" in text or f'"{name}"' in text for name in fields)


def test_a_formula_as_school_writes_it_is_offered_as_python_writes_it() -> None:
    with pytest.raises(Slip) as slip:
        look({"code": "y = x", "edit": True}, "y = x² + 3x", {}, [])
    assert slip.value.place["fix"] == "y = x**2 + 3*x"


def test_a_picture_shows_what_backward_was_called_on_be_it_zero() -> None:
    answer = look({"code": "x = Value(0.0, label='x')\ny = 3*x\nz = y + 1\ny.backward()"}, None, {}, [])
    assert answer["result"] == ["y", 0.0]
