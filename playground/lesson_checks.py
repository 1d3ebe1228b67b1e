"""Checks lesson files. Errors name the file, step and field, what was found, and what to write."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from autograd._files import read_json

TABS = ("expression", "network", "check", "quiz")
DRAWN = ("data", "partial", "grad")
MAX_STEPS = 40
MAX_LENGTH = 200_000  # characters of a file
MAX_EXCERPT = 30  # characters of the file shown in a message
QUOTES = tuple("“”„‘’'")
NOT_JSON = {  # clearer words for the messages of Python's parser, by how they begin
    "Expecting ','": "a comma or a closing bracket is missing",
    "Expecting ':'": "a colon is missing",
    "Expecting property": "a name in quotes is missing",
    "Expecting value": "a value is missing, or a text has no quotes",
    "Unterminated": "a text has no closing quote",
    "Invalid control": "write a line break in a text as \\n",
    "Invalid \\": "write a backslash in a text twice",
    "Extra data": "the lesson has already ended",
}


class LessonError(ValueError):
    """A lesson file is invalid."""


class Field(NamedTuple):
    """A field of a lesson: a description and a check of valid values, and whether it is required."""

    what: str
    fits: Callable[[Any], bool]
    needed: bool = False


def _is_text(x: Any) -> bool:
    return isinstance(x, str) and x.strip() != ""


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool)


def _is_table(x: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(x, dict) and all(map(fits, x.values()))


def _is_list(x: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(x, list) and len(x) > 0 and all(map(fits, x))


def _is_slider(x: Any) -> bool:
    return isinstance(x, list) and len(x) == 3 and all(map(_is_number, x)) and x[0] < x[1] and x[2] > 0


TEXT = Field("a text", _is_text)
PYTHON = Field('Python in quotes, such as "x.grad"', _is_text)
NEEDED_TEXT, NEEDED_PYTHON = TEXT._replace(needed=True), PYTHON._replace(needed=True)
POSITIVE = Field("a number above 0", lambda x: _is_number(x) and x > 0)
OBJECT = Field("an object, { … }", lambda x: isinstance(x, dict))

LESSON = {
    "title": NEEDED_TEXT,
    "about": TEXT,
    "minutes": POSITIVE,
    "recap": TEXT,
    "steps": Field("a list of steps, [ { … }, … ]", lambda x: _is_list(x, lambda step: isinstance(step, dict)), needed=True),
}
STEP = {
    "title": NEEDED_TEXT,
    "text": NEEDED_TEXT,
    "show": OBJECT,
    "predict": OBJECT,
    "hint": TEXT,
    "check": OBJECT,
    "after": TEXT,
}
PICTURE = {
    "code": Field('Python in quotes, such as "y = 3*x + 1"', _is_text, needed=True),
    "at": Field('numbers by name, such as { "x": 2 }', lambda x: _is_table(x, _is_number)),
    "draw": Field(
        'a list with some of "data", "partial" and "grad"', lambda x: isinstance(x, list) and all(i in DRAWN for i in x)
    ),
    "hide": Field('a list such as [ "y", "x.grad", "x->y" ]', lambda x: _is_list(x, _is_text)),
    "sliders": Field('ranges by name, such as { "x": [0, 4, 0.1] }: from, to, step', lambda x: _is_table(x, _is_slider)),
    "edit": Field("true or false", lambda x: isinstance(x, bool)),
    "player": Field("true or false", lambda x: isinstance(x, bool)),
}
TAB = {
    "tab": Field(f"one of {', '.join(TABS)}", lambda x: x in TABS, needed=True),
    "state": OBJECT,
}
NUMBER = {
    "question": NEEDED_TEXT,
    "answer": NEEDED_PYTHON,
    "tolerance": POSITIVE,
    "slips": Field("texts keyed by wrong answers in Python", lambda x: _is_table(x, _is_text)),
}
CHOICES = {
    "question": NEEDED_TEXT,
    "choices": Field("a list of choices, [ { … }, … ]", lambda x: _is_list(x, lambda one: isinstance(one, dict)), needed=True),
}
CHOICE = {
    "text": NEEDED_TEXT,
    "if": Field(
        'true, false, or Python in quotes, such as "x.grad > 0"', lambda x: isinstance(x, bool) or _is_text(x), needed=True
    ),
    "say": TEXT,
}
DONE = Field(
    'a condition in quotes that is true once the task is done, such as "y.data > 9", or several, keyed by what to do',
    lambda x: _is_text(x) or (x != {} and _is_table(x, _is_text)),
    needed=True,
)
CHECK = {"task": NEEDED_TEXT, "until": DONE}


def read(text: str, file: str) -> dict[str, Any]:
    """Parse a lesson file. LessonError if it is invalid."""
    if len(text) > MAX_LENGTH:
        raise LessonError(f"{file}: a lesson has at most {MAX_LENGTH:,} characters, this one has {len(text):,}")
    if not text.strip():
        raise LessonError(f"{file}: the file is empty")
    try:
        lesson = read_json(text, parse_constant=lambda name: _refused(file, name))
    except json.JSONDecodeError as error:
        raise _not_json(text, error, file) from None
    except RecursionError:
        raise LessonError(f"{file}: this is nested too deep") from None
    if not isinstance(lesson, dict):
        raise LessonError(f"{file}: a lesson is an object, {{ … }}, got {_kind(lesson)}")
    check(lesson, LESSON, file, "")
    if len(lesson["steps"]) > MAX_STEPS:
        raise LessonError(f"{file}: steps: a lesson has at most {MAX_STEPS} steps, this one has {len(lesson['steps'])}")
    for i, step in enumerate(lesson["steps"], 1):
        _check_step(step, f"{file}, step {i}")
    return lesson


def _check_step(step: dict[str, Any], where: str) -> None:
    check(step, STEP, where, "")
    show = step.get("show")
    if show is not None:
        check(show, TAB if "tab" in show else PICTURE, where, "show.")
    predict = step.get("predict")
    if predict is not None:
        check(predict, CHOICES if "choices" in predict else NUMBER, where, "predict.")
        for j, choice in enumerate(predict.get("choices", []), 1):
            check(choice, CHOICE, where, f"predict.choices {j}: ")
    if "check" in step:
        check(step["check"], CHECK, where, "check.")
        if show is None or not (show.get("sliders") or show.get("edit")):
            raise LessonError(f"{where}: check: nothing can be moved or typed here: give show.sliders, or show.edit")
    if "after" in step and predict is None and "check" not in step:
        raise LessonError(f"{where}: after: it appears once something has been done, so the step needs predict or check")


def check(given: Mapping[str, Any], fields: Mapping[str, Field], where: str, prefix: str) -> None:
    """Raise LessonError for the first missing, unknown or invalid field."""
    for name, field in fields.items():
        if name not in given:
            if field.needed:
                raise LessonError(f"{where}: {prefix}{name} is missing: it must be {field.what}")
        elif not field.fits(given[name]):
            raise LessonError(f"{where}: {prefix}{name} must be {field.what}, got {_kind(given[name])}")
    for name in given:
        if name not in fields and not name.startswith("$"):
            raise LessonError(f"{where}: {prefix}{name} is not known here; the fields are {', '.join(fields)}")


def _refused(file: str, name: str) -> None:
    """Refuse NaN and infinities, which Python's JSON parser accepts but browsers' don't."""
    raise LessonError(f"{file}: this is not JSON: {name} is not a number there")


def _not_json(text: str, error: json.JSONDecodeError, file: str) -> LessonError:
    """The error for a file that isn't JSON, with the line and an excerpt."""
    start = len(text[: error.pos].rstrip(", \t\r\n"))
    if (comma := re.match(r"\s*,\s*[]}]", text[start:])) or text[error.pos : error.pos + 1] in QUOTES:
        at, what = (start, "there is an extra comma") if comma else (error.pos, 'names and texts need straight quotes, "…"')
    else:
        at, what = error.pos, next((what for begin, what in NOT_JSON.items() if error.msg.startswith(begin)), error.msg)
    line = text.count("\n", 0, at + len(text[at:]) - len(text[at:].lstrip())) + 1
    here = " ".join(text[at : at + MAX_EXCERPT].split())
    return LessonError(f"{file}, line {line}: this is not JSON: {what}, {f'at {here}' if here else 'at the end'}")


def _kind(x: Any) -> str:
    text = json.dumps(x, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"
