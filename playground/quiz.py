"""The quiz tab: asks for the gradients of a graph, at its own numbers or at ones that are easy on paper."""

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

EASY = (-3.0, -2.0, -1.5, -0.5, 0.5, 1.5, 2.0, 3.0)  # without 1, which hides a forgotten factor
MAX_TRIES = 50  # draws of numbers
MAX_QUESTIONS = 12
LARGE, SMALL = 200.0, 0.05  # gradients outside this range are no fun on paper


def ask(text: str, numbers: Mapping[str, float], seed: int) -> dict[str, Any]:
    """The quiz page, and the numbers of its variables: the given ones for seed 0, random ones otherwise."""
    with warnings.catch_warnings(action="ignore"):  # about NaN: new numbers are drawn, or nothing finite is left to ask
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
    """A note on finite gradients that are not asked; the quiz itself mentions NaN and infinite ones."""
    within = {program.root, *(question.node for question in asked.questions)}
    bars = program.passes().bars
    left = [program.graph.spell(node) for node in program.graph if node not in within and math.isfinite(bars.get(node, 0.0))]
    return [f"not asked, to keep it short: the gradient of {listed(left)}"] if left else []


def _drawn(text: str, before: Mapping[str, float], seed: int) -> LessonProgram:
    """The graph at easy random numbers; if no draw gives gradients of a handy size, at the last draw that is defined."""
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
            continue  # undefined there
        gradients = [program.passes().bars.get(node, 0.0) for node in program.graph]
        if all(map(math.isfinite, gradients)):
            defined = program
            if all(SMALL < abs(x) < LARGE for x in gradients):
                return program
    return defined or LessonProgram(text, {})
