"""Lessons: steps that show something, ask for a prediction, and check a task. The engine computes every answer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd._format import shown
from autograd.lessons.marking import SolvedGraph, allowance, slips
from playground.lesson_checks import LessonError, read
from playground.lesson_pictures import DRAW, LessonProgram, step_picture, value_in
from playground.typed import Slip, names

FOLDER = Path(__file__).parent / "lessons"
SHELF = ("backpropagation-in-ten-minutes", "the-chain-rule", "one-neuron", "backward-step-by-step")
SLOT = re.compile(r"\{\{(.+?)\}\}")
GRADIENT = re.compile(r"\s*(\w+)\.grad\s*")
DIGITS = 4


def prepare(text: str, file: str) -> dict[str, Any]:
    """Prepare a lesson for the page: texts with their numbers filled in, questions with answers, pictures.

    LessonError names the file, the step and the field that is wrong.
    """
    lesson = read(text, file)
    steps = [_step(step, f"{file}, step {i}") for i, step in enumerate(lesson["steps"], 1)]
    texts = {name: lesson.get(name, "") for name in ("title", "about", "recap")}
    return {**texts, "minutes": lesson.get("minutes"), "steps": steps}


def open_lesson(text: str, file: str) -> dict[str, Any]:
    """`prepare` for the page, with errors raised as Slips."""
    try:
        return prepare(text, file)
    except LessonError as error:
        raise Slip(str(error)) from None


def look(show: Mapping[str, Any], code: str | None, numbers: Mapping[str, float], until: Sequence[str]) -> dict[str, Any]:
    """The picture of a step with the typed code at the sliders' numbers, and which parts of its check are `done`."""
    text, at = show["code"] if code is None else code, {**show.get("at", {}), **numbers}
    try:
        program = LessonProgram(text, at)
    except Slip as slip:
        raise slip.offer(text, lambda fix: LessonProgram(fix, at)) from None
    return {**step_picture(show, program), "done": [_reached(program, part) for part in until]}


def _reached(program: LessonProgram, until: str) -> bool:
    try:
        return bool(program.value(until))
    except Exception:
        return False  # the typed code lacks the names or numbers that the check uses


def build(folder: Path) -> None:
    """Write the shelf's lessons for the page, their source files for authors to start from, and the list of lessons."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    shelf = []
    for name in SHELF:
        file = f"{name}.json"
        text = (FOLDER / file).read_text(encoding="utf-8")
        lesson = prepare(text, file)
        (folder / "files" / file).write_text(text, encoding="utf-8")
        (folder / file).write_text(json.dumps(lesson, ensure_ascii=False), encoding="utf-8")
        shelf.append({"name": name, "steps": len(lesson["steps"]), **{key: lesson[key] for key in ("title", "about", "minutes")}})
    (folder / "index.json").write_text(json.dumps(shelf, ensure_ascii=False), encoding="utf-8")


class _Step:
    """One step; its texts and answers are evaluated in its program's scope."""

    def __init__(self, step: Mapping[str, Any], where: str) -> None:
        self.step, self.where = step, where
        show = step.get("show") or {}
        try:
            self.program = LessonProgram(show["code"], show.get("at", {})) if "code" in show else None
        except Slip as slip:
            line = slip.place["line"]
            raise self.error("show.code", f"line {line}: {slip}" if line else str(slip)) from None
        self.scope = names() if self.program is None else self.program.scope

    def error(self, field: str, what: object) -> LessonError:
        return LessonError(f"{self.where}: {field}: {what}")

    def value(self, field: str, text: str) -> Any:
        """The value of a Python expression, computed by the engine."""
        try:
            return value_in(self.scope, text)
        except SyntaxError:
            compared = "; compare with ==" if re.search(r"[^=!<>]=[^=]", text) else ""
            raise self.error(field, f"{text!r} is not a Python expression{compared}") from None
        except NameError as error:
            known = ", ".join(self.program.named) if self.program else "none, since the step has no show.code"
            raise self.error(field, f"{text!r} fails: {error}; the names of this step are {known}") from None
        except Exception as error:
            raise self.error(field, f"{text!r} fails: {type(error).__name__}: {error}") from None

    def number(self, field: str, text: str) -> float:
        found = self.value(field, text)
        if not isinstance(found, (int, float)):
            raise self.error(field, f"{text!r} must be a number, got {type(found).__name__}")
        if not math.isfinite(found):
            raise self.error(field, f"{text!r} must be a finite number, got {shown(found)}")
        return float(found)

    def filled(self, field: str, text: str) -> str:
        """The text with slots like {{x.grad}} replaced by their numbers."""

        def slot(found: re.Match[str]) -> str:
            value = self.value(field, found[1])
            return shown(float(value), DIGITS) if isinstance(value, (int, float)) else str(value)

        made = SLOT.sub(slot, text)
        if "{{" in made:
            raise self.error(field, "write a number in a text as {{x.grad}}: }} is missing here")
        return made


def _step(step: Mapping[str, Any], where: str) -> dict[str, Any]:
    made = _Step(step, where)
    texts = {name: made.filled(name, step.get(name, "")) for name in ("title", "text", "hint", "after")}
    show, predict, check = step.get("show"), step.get("predict"), step.get("check")
    return {
        **texts,
        "show": show,
        **({} if made.program is None else _pictures(made, made.program, step["show"])),
        "predict": None if predict is None else _choices(made, predict) if "choices" in predict else _question(made, predict),
        "check": None if check is None else _check(made, check),
    }


def _pictures(made: _Step, program: LessonProgram, show: Mapping[str, Any]) -> dict[str, Any]:
    """The step's picture, and the one shown before the prediction."""
    known = program.named
    for name in show.get("at", {}):
        if name not in program.leaves:
            raise made.error("show.at", f"show.code does not read {name!r}; it reads {', '.join(program.leaves) or 'nothing'}")
    for name in show.get("sliders", {}):
        if name not in program.leaves:
            raise made.error(
                "show.sliders", f"{name!r} is not a number in show.code; its numbers are {', '.join(program.leaves)}"
            )
    hide = show.get("hide", _given_away(made.step.get("predict") or {}, program, show.get("draw", DRAW)))
    for name in hide:
        ends = [end.strip() for end in name.removesuffix(".grad").split("->")]
        if not all(end in known for end in ends):
            raise made.error(
                "show.hide", f"{name!r} is not in the picture: write a name (y), x.grad or x->y; the names are {', '.join(known)}"
            )
    if hide and made.step.get("predict") is None:
        raise made.error("show.hide", "hidden numbers appear after a prediction, so the step needs predict")
    return {"picture": step_picture(show, program), "before": step_picture(show, program, hide) if hide else None}


def _given_away(predict: Mapping[str, Any], program: LessonProgram, drawn: Collection[str]) -> list[str]:
    """What the picture must hide so that it doesn't give the answer away."""
    gradient, name = GRADIENT.fullmatch(predict.get("answer", "")), predict.get("answer", "").strip()
    if gradient and gradient[1] in program.named:
        return [f"{gradient[1]}.grad"] if "grad" in drawn else []
    return [name] if name in program.named and "data" in drawn else []


def _question(made: _Step, predict: Mapping[str, Any]) -> dict[str, Any]:
    """A question for a number: the answer and the wrong answers that slips lead to, each with its tolerance."""
    answer = made.number("predict.answer", predict["answer"])
    wrong = []
    for text, slip in predict.get("slips", {}).items():
        number = made.number("predict.slips", text)
        if abs(number - answer) <= allowance(answer):
            raise made.error("predict.slips", f"{text!r} is the right answer, {shown(answer)}")
        wrong.append((number, allowance(number), made.filled("predict.slips", slip)))
    gradient = GRADIENT.fullmatch(predict["answer"])
    if not wrong and gradient and made.program is not None and gradient[1] in made.program.named:  # as in a quiz
        node, solved = made.program.named[gradient[1]], SolvedGraph(made.program.graph)
        wrong += [(number, allowance(number), slip) for number, slip in slips(solved, node)]
    return {
        "question": made.filled("predict.question", predict["question"]),
        "answer": (answer, predict.get("tolerance", allowance(answer))),
        "shown": shown(answer, DIGITS),
        "slips": wrong,
    }


def _choices(made: _Step, predict: Mapping[str, Any]) -> dict[str, Any]:
    choices = []
    for j, choice in enumerate(predict["choices"], 1):
        field = f"predict.choices {j}"
        if choice["if"] in ("true", "false"):
            raise made.error(f"{field}: if", "write true and false without quotes")
        holds = choice["if"] if isinstance(choice["if"], bool) else bool(made.value(f"{field}: if", choice["if"]))
        texts = {name: made.filled(f"{field}: {name}", choice.get(name, "")) for name in ("text", "say")}
        choices.append({**texts, "right": holds})
    right = [choice["text"] for choice in choices if choice["right"]]
    if len(right) != 1:
        which = ", ".join(map(repr, right)) or "none"
        raise made.error("predict.choices", f"exactly one must be right, got {which}")
    return {"question": made.filled("predict.question", predict["question"]), "choices": choices}


def _check(made: _Step, check: Mapping[str, Any]) -> dict[str, Any]:
    """A task: the conditions that are true once it is done, and the names of its `parts`."""
    parts = check["until"] if isinstance(check["until"], dict) else {"": check["until"]}
    for part in parts.values():
        if made.value("check.until", part):
            raise made.error("check.until", f"{part!r} is true from the start, so there is nothing to do")
    names = [made.filled("check.until", name) for name in parts]
    return {"task": made.filled("check.task", check["task"]), "until": list(parts.values()), "parts": names}
