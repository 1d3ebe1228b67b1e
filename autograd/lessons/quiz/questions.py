"""A quiz on the gradients of a recorded graph."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, overload

from autograd._check import checked_value
from autograd._format import one_line, shown
from autograd.diagnosis.words import listed
from autograd.formulas.telling import IN_TEXT, stale
from autograd.lessons.quiz import hints
from autograd.lessons.quiz.facts import Facts
from autograd.lessons.quiz.key import Key, Row
from autograd.lessons.quiz.marks import Mark, Marks, mark
from autograd.lessons.quiz.picture import is_drawn, picture
from autograd.names import node_names
from autograd.op import number
from autograd.sweeps import topological_order
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.viz.drawing import Drawing

MOST_QUESTIONS = 10  # unless more are wanted
MOST_LINES = 40
MOST_OPERATIONS = 20
Asked = Value | str | int


@dataclass(frozen=True, eq=False)
class Question:
    """What is ∂y/∂node? `name` is that of the node, `text` the derivative."""

    number: int
    node: Value
    name: str
    text: str


@dataclass(frozen=True)
class Score:
    """How many questions were answered rightly, of how many."""

    right: int
    asked: int

    def __str__(self) -> str:
        return f"{self.right} of {self.asked} right"

    __repr__ = __str__


class Quiz:
    """Questions for gradients of a drawn graph. It shows itself in a notebook, and prints as text."""

    def __init__(self, facts: Facts, nodes: Sequence[Value], notes: Sequence[str]) -> None:
        self._facts, self._notes = facts, tuple(notes)
        self._right: set[int] = set()
        self.questions = tuple(Question(i, node, facts.names[node], facts.quotient(node)) for i, node in enumerate(nodes, 1))
        self._asked: dict[Asked, Question] = {facts.spelled[question.node]: question for question in self.questions}
        for question in self.questions:
            self._asked.update(dict.fromkeys((question.name, question.node, question.number), question))

    @overload
    def answer(self, question: Asked, value: float) -> Mark: ...
    @overload
    def answer(self, question: Mapping[Any, float | None]) -> Marks: ...
    def answer(self, question: Any, value: Any = None) -> Mark | Marks:
        """Mark the answer to a question, which is given by its number, by the name of the node, or by the node itself.

        A dict answers several at once, and leaves those for later that are None. Three significant digits have to be
        right. Of a wrong answer it says what the slip may have been, and not what is right; a gradient once found stays
        in the drawing.
        A ValueError names a question that is not asked; a TypeError or a ValueError an answer that is no finite
        number. Then none of the answers counts.
        """
        given = question if isinstance(question, Mapping) else {question: value}
        several = isinstance(question, Mapping)
        answers: list[tuple[Question, float | None]] = []
        for key, answer in given.items():
            asked = self._question(key)
            answers.append((asked, None if several and answer is None else self._number(asked, answer)))
        marks = [mark(self._facts, asked.node, answer) for asked, answer in answers]
        self._right.update(asked.number for (asked, _), marked in zip(answers, marks, strict=True) if marked.right)
        return Marks(marks) if several else marks[0]

    def hint(self, question: Asked, which: int = 1) -> str:
        """A hint that works nothing out. The second one says from how many places gradient arrives at the node.

        The first is the local rule of each operation that uses it, in symbols, with the numbers that are known.
        """
        if which not in (1, 2):
            raise ValueError(f"quiz: which must be 1 or 2, there are two hints; got {which!r}")
        node = self._question(question).node
        return hints.rules(self._facts, node) if which == 1 else hints.places(self._facts, node)

    @property
    def score(self) -> Score:
        """How many questions are answered rightly, of how many."""
        return Score(len(self._right), len(self.questions))

    def key(self) -> Key:
        """The answers, and how each comes about."""
        facts = self._facts
        return Key(tuple(Row(q.number, q.text, facts.gradient(q.node), facts.chain_rule(q.node)) for q in self.questions))

    @property
    def drawing(self) -> Drawing:
        """The graph with its numbers; "?" for each gradient that is yet to be found, and the questions below."""
        asked = {question.node: question.number for question in self.questions}
        found = {node for node, number in asked.items() if number in self._right}
        hidden = {node: number for node, number in asked.items() if node not in found}
        return picture(self._facts, hidden, found, self._lines())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        shown = self.drawing._repr_mimebundle_()
        missing = "" if "image/svg+xml" in shown else shown["text/plain"].partition("\n\n")[0] + "\n\n"
        return {**shown, "text/plain": missing + repr(self)}

    def __repr__(self) -> str:
        steps = self._facts.sweep.forward
        operations = [self._facts.sweep.operation(node) for node in steps[-MOST_OPERATIONS:]]
        if len(steps) > MOST_OPERATIONS:
            operations.insert(0, f"… {len(steps) - MOST_OPERATIONS:,} operations before")
        return "\n".join([*operations, *self._lines()])

    def _lines(self) -> list[str]:
        """The questions and how they stand, below a heading."""
        lines = [f"What are these gradients? {self.score}", *self._notes]
        for question in self.questions[:MOST_LINES]:
            right = question.number in self._right
            answer = f"{shown(self._facts.gradient(question.node))}, right" if right else "?"
            lines.append(f"({question.number}) {question.text} = {answer}")
        more = len(self.questions) - MOST_LINES
        return [*lines, f"… and {more:,} more"] if more > 0 else lines

    def _question(self, asked: Any) -> Question:
        if type(asked) not in (int, str, Value):
            raise TypeError(f"quiz: a question is given by its number, a name or a Value, got {type(asked).__name__}")
        if asked not in self._asked:
            there = listed([f"{question.number} ({one_line(question.name)})" for question in self.questions], MOST_LINES)
            raise ValueError(f"quiz: {asked!r} is not asked here; asked are {there}")
        return self._asked[asked]

    def _number(self, question: Question, answer: Any) -> float:
        about = f"quiz: the answer for {one_line(question.name)}"
        try:
            given = number(answer)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{about}: {error}") from None
        if not math.isfinite(given):
            raise ValueError(f"{about} must be finite, got {answer!r}")
        return given


def quiz(y: Value, *, questions: int | None = None, seed: int = 0) -> Quiz:
    """An exercise: what is ∂y/∂node for some nodes of the graph of y? It hides them in the drawing, and marks answers.

    At most `questions` nodes are asked (10 without it), chosen by the seed from those that the drawing shows, from the
    root towards the leaves; not the root, and not where the gradient is NaN or infinite. It works before `backward()`
    was called, and changes no gradient. `answer` marks, `hint` helps, `score` counts, `key()` is for the teacher.
    A TypeError if y is no Value or the others no ints, a ValueError if there is nothing to ask or `questions` is below 1.

    >>> x, w = Value(3.0, "x"), Value(2.0, "w")
    >>> a = x * w
    >>> y = a + x * x
    >>> a.label, y.label = "a", "y"
    >>> q = quiz(y, questions=2, seed=1)
    >>> q
    a = x·w = 3·2 = 6
    v₃ = x·x = 3·3 = 9
    y = a + v₃ = 6 + 9 = 15
    What are these gradients? 0 of 2 right
    (1) ∂y/∂a = ?
    (2) ∂y/∂w = ?
    >>> q.answer("a", 1)
    a: right, ∂y/∂a = 1
    >>> q.hint(2)
    'a = x·w = 3·2 = 6, so ∂a/∂w = x = 3'
    >>> q.answer({"w": 2})
    w: 2 is not it: that is the value of w, not a gradient
    >>> q.score
    1 of 2 right
    """
    checked_value("quiz({})", "y", y)
    for what, given in (("questions", questions), ("seed", seed)):
        if type(given) is not int and (given is not None or what == "seed"):
            raise TypeError(f"quiz: {what} must be an int, got {type(given).__name__}")
    if questions is not None and questions < 1:
        raise ValueError(f"quiz: questions must be at least 1, got {questions}")
    order = topological_order([y])
    facts = Facts(order, node_names(order))
    if y.op is None:
        raise ValueError(f"quiz: {facts.spelled[y]} is a leaf, made from nothing: there is no gradient to ask for")
    below = order[-2::-1]
    broken = [facts.spelled[node] for node in below if not math.isfinite(facts.gradient(node))]
    finite = [node for node in below if math.isfinite(facts.gradient(node))]
    if not finite:
        raise ValueError(f"quiz: no gradient of {facts.spelled[y]} is finite, so there is none to ask for")
    own_box = is_drawn(facts)
    drawn = [node for node in finite if own_box[node]] or finite
    chosen = set(Random(seed).sample(drawn, min(questions or MOST_QUESTIONS, len(drawn))))
    notes = [stale(IN_TEXT, [facts.spelled[leaf] for leaf in order if leaf in facts.changed])] if facts.changed else []
    if broken:
        notes.append(f"not asked, since it is NaN or infinite: the gradient of {listed(broken)}")
    return Quiz(facts, [node for node in drawn if node in chosen], notes)
