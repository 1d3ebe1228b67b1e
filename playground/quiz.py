"""The quiz tab: what are the gradients of a graph? With its own numbers, or with others that are easy on paper."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from random import Random
from typing import Any

from autograd._format import listed
from autograd.lessons.quiz import Quiz, quiz
from playground.lesson_pictures import LessonProgram
from playground.typed import Slip

EASY = (-3.0, -2.0, -1.5, -0.5, 0.5, 1.5, 2.0, 3.0)  # not 1, which hides a factor that was forgotten
MAX_TRIES = 50  # draws of numbers
MAX_QUESTIONS = 12
LARGE, SMALL = 200.0, 0.05  # gradients beyond these are no fun on paper


def ask(text: str, numbers: Mapping[str, float], seed: int) -> dict[str, Any]:
    """A quiz as its page shows it, and the numbers of its variables: those given, or from seed 1 on others that are drawn."""
    with warnings.catch_warnings(action="ignore"):  # of NaN: other numbers are drawn, or nothing finite is left to ask for
        try:
            program = _drawn(text, numbers, seed) if seed else LessonProgram(text, numbers)
        except Slip as slip:
            raise slip.offer(text, lambda fix: LessonProgram(fix, numbers)) from None
        asked = _quiz(program)
        page = asked.page.data
    return {
        "page": {**page, "notes": [*page["notes"], *_left_out(program, asked)]},
        "numbers": {name: leaf.data for name, leaf in program.leaves.items()},
    }


def _quiz(program: LessonProgram) -> Quiz:
    try:
        return quiz(program.root, questions=MAX_QUESTIONS)
    except ValueError as error:
        raise Slip(str(error).removeprefix("quiz: ")) from None


def _left_out(program: LessonProgram, asked: Quiz) -> list[str]:
    """Which gradients are not asked, and why; of those that are NaN or infinite the quiz says so itself."""
    within = {program.root, *(question.node for question in asked.questions)}
    bars = program.passes().bars
    left = [program.graph.spell(node) for node in program.graph if node not in within and math.isfinite(bars.get(node, 0.0))]
    return [f"not asked, to keep it short: the gradient of {listed(left)}"] if left else []


def _drawn(text: str, before: Mapping[str, float], seed: int) -> LessonProgram:
    """The graph with easy numbers; if none of the draws leads to gradients of a handy size, with the last that is defined."""
    chance = Random(seed)
    names = list(LessonProgram(text, {}).leaves)
    defined = None
    for _ in range(MAX_TRIES):
        numbers = {name: chance.choice(EASY) for name in names}
        if numbers == before:
            continue
        try:
            program = LessonProgram(text, numbers)
        except Slip:
            continue  # not defined there
        gradients = [program.passes().bars.get(node, 0.0) for node in program.graph]
        if all(map(math.isfinite, gradients)):
            defined = program
            if all(SMALL < abs(x) < LARGE for x in gradients):
                return program
    return defined or LessonProgram(text, {})
