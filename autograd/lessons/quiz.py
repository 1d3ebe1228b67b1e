"""A quiz on the gradients of a recorded graph."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple, overload

from autograd._check import checked_integer, checked_value, finite_number
from autograd._format import listed, one_line, shown, text_table
from autograd._html import card, table
from autograd.formulas.explanation import TEXT_WORDING
from autograd.graph import Graph
from autograd.lessons.marking import Mark, Marks, SolvedGraph, allowance, hint_places, hint_rules, mark, praise, slips
from autograd.value import Value, is_detached
from autograd.viz import style
from autograd.viz.diagram import Placeholder, Quantities
from autograd.viz.drawing import Drawing, draw_graph
from autograd.viz.page import Player
from autograd.viz.style import Options

MAX_QUESTIONS = 10  # by default
MAX_LINES = 40
MAX_OPERATIONS = 20
TITLE = "What are these gradients?"
ASSETS = ("stage.css", "quiz.css", "stage.js", "quiz.js")
HEIGHT = 640  # of the page in a notebook, in pixels
HEADER = ("", "question", "gradient", "why")  # of the answer key
Asked = Value | str | int


@dataclass(frozen=True, eq=False)
class Question:
    """A question: what is ∂y/∂node? `name` is that of the node, `text` the derivative as written."""

    number: int
    node: Value
    name: str
    text: str


@dataclass(frozen=True)
class Score:
    """The number of questions answered correctly, and the number asked."""

    right: int
    asked: int

    def __repr__(self) -> str:
        return f"{self.right} of {self.asked} right"


class Solution(NamedTuple):
    """One question with its answer: the gradient, and the chain rule for it in symbols and numbers."""

    number: int
    question: str
    gradient: float
    how: str

    def cells(self) -> tuple[str, ...]:
        return str(self.number), self.question, shown(self.gradient), self.how


@dataclass(frozen=True)
class AnswerKey:
    """The answers of a quiz, for teachers: a table with one row per question, printed or in a notebook."""

    solutions: tuple[Solution, ...]

    def __repr__(self) -> str:
        return "\n".join(text_table([HEADER, *(solution.cells() for solution in self.solutions)], align="rlrl"))

    def _repr_html_(self) -> str:
        return card("", table(HEADER, map(Solution.cells, self.solutions), "Answers", kinds="ttst"))


class Quiz:
    """Questions about the gradients of a drawn graph. A notebook shows it as a page with answer boxes; it prints as text.

    >>> from autograd import Value, quiz
    >>> questions = quiz(Value(3.0, label="x") * Value(2.0, label="w"))
    >>> print(questions)
    v₂ = x·w = 3·2 = 6
    What are these gradients? 0 of 2 right
    (1) ∂v₂/∂w = ?
    (2) ∂v₂/∂x = ?
    >>> questions.answer(1, 3.0)
    w: right, ∂v₂/∂w = 3
    """

    def __init__(self, solved: SolvedGraph, nodes: Sequence[Value], notes: Sequence[str]) -> None:
        self._solved, self._notes = solved, tuple(notes)
        self._right: set[int] = set()
        names = solved.graph.names
        self.questions = tuple(Question(i, node, names[node], solved.quotient(node)) for i, node in enumerate(nodes, 1))
        self._asked: dict[Asked, Question] = {solved.spelled[question.node]: question for question in self.questions}
        for question in self.questions:
            self._asked.update(dict.fromkeys((question.name, question.node, question.number), question))

    @overload
    def answer(self, question: Asked, value: float) -> Mark: ...
    @overload
    def answer(self, question: Mapping[Any, float | None]) -> Marks: ...
    def answer(self, question: Any, value: Any = None) -> Mark | Marks:
        """Mark the answer to a question, which is identified by its number, the node's name or the node itself.

        A dict answers several at once; None leaves a question for later. Three significant digits must be right. For a
        wrong answer, the mark names the likely slip, but not the right answer; a gradient once found stays in the drawing.
        An unknown question is a ValueError, an answer that is not a finite number a TypeError or ValueError; none of the
        answers then counts.
        """
        several = isinstance(question, Mapping)
        given = question if several else {question: value}
        answers: list[tuple[Question, float | None]] = []
        for key, answer in given.items():
            asked = self._question(key)
            about = f"quiz: the answer for {one_line(asked.name)}"
            answers.append((asked, None if several and answer is None else finite_number(about, answer)))
        marks = [mark(self._solved, asked.node, answer) for asked, answer in answers]
        self._right.update(asked.number for (asked, _), marked in zip(answers, marks, strict=True) if marked.right)
        return Marks(marks) if several else marks[0]

    def hint(self, question: Asked, which: int = 1) -> str:
        """A hint that works nothing out: the first is the local rule of each operation that uses the node, with known numbers.

        The second says what uses the node, and how its gradient comes from there.
        """
        if which not in (1, 2):
            raise ValueError(f"quiz: which must be 1 or 2, as there are two hints, got {which!r}")
        node = self._question(question).node
        return hint_rules(self._solved, node) if which == 1 else hint_places(self._solved, node)

    @property
    def score(self) -> Score:
        """The number of questions answered correctly so far, and the number asked."""
        return Score(len(self._right), len(self.questions))

    def key(self) -> AnswerKey:
        """The answers, and how to compute them."""
        gradient, chain_rule = self._solved.gradient, self._solved.chain_rule
        return AnswerKey(tuple(Solution(q.number, q.text, gradient(q.node), chain_rule(q.node)) for q in self.questions))

    @property
    def drawing(self) -> Drawing:
        """The graph with its numbers, "?" for each gradient still to be found, and the questions below."""
        return self._drawn(self._lines())

    def _drawn(self, lines: Sequence[str], direction: str = "LR") -> Drawing:
        hidden = {question.node: question.number for question in self.questions if question.number not in self._right}
        graph = self._solved.graph
        if hidden:
            drawing = _without_flow(graph, self._placeholders(hidden), lines, direction)
        else:
            solved = Quantities(grad=self._solved.passes.bars.get)
            drawing = draw_graph(graph, Options(direction=direction), solved, captions=lines)
        drawing.roots = ()  # its text would show the gradients that the nodes hold
        return drawing

    def _placeholders(self, hidden: Mapping[Value, int]) -> dict[Value, Placeholder]:
        """The text drawn in place of each gradient: for a hidden one, the number of its question."""
        graph, gradient = self._solved.graph, self._solved.gradient
        found = {graph.roots[0], *(question.node for question in self.questions if question.node not in hidden)}
        secret = {style.short(gradient(node)) for node in hidden}
        texts = {}
        for node in graph:
            text = style.short(gradient(node))
            if node in hidden:
                texts[node] = Placeholder(f"? ({hidden[node]})", style.INK)
            elif node in found or text not in secret:  # a sum passes its gradient on, so an equal number nearby gives it away
                texts[node] = Placeholder(text, style.gradient_colour([gradient(node)]))
        return texts

    @property
    def page(self) -> Player:
        """The quiz as a page that marks answers itself, without Python: `page.save_html(path)` writes it to a file.

        The page's source contains the gradients.
        """
        still = self.drawing.pipe("svg", encoding="utf-8")
        wide, narrow = (self._drawn((), direction).pipe("svg", encoding="utf-8") for direction in ("LR", "TB"))
        questions = [self._on_page(question) for question in self.questions]
        data = {"title": TITLE, "svg": wide, "narrow": narrow, "notes": self._notes, "questions": questions}
        return Player(TITLE, data, ASSETS, HEIGHT, still, script="const mount = quizPage;")

    def _on_page(self, question: Question) -> dict[str, Any]:
        """A question as data for the page. Every answer, right or wrong, comes with its tolerance."""
        solved, node = self._solved, question.node
        gradient = solved.gradient(node)
        return {
            "number": question.number,
            "name": solved.spelled[node],
            "text": question.text,
            "gradient": (gradient, allowance(gradient)),
            "slips": [(number, allowance(number), slip) for number, slip in slips(solved, node)],
            "hints": (hint_rules(solved, node), hint_places(solved, node)),
            "right": praise(solved, node),
            "solution": solved.chain_rule(node),
            "shown": style.short(gradient),
            "colour": style.gradient_colour([gradient]),
            "found": question.number in self._right,
        }

    def _repr_html_(self) -> str:
        return self.page._repr_html_()

    def __repr__(self) -> str:
        passes = self._solved.passes
        operations = [passes.operation(node) for node in passes.forward[-MAX_OPERATIONS:]]
        if len(passes.forward) > MAX_OPERATIONS:
            operations.insert(0, f"… {len(passes.forward) - MAX_OPERATIONS:,} earlier operations")
        return "\n".join([*operations, *self._lines()])

    def _lines(self) -> list[str]:
        """A heading, and the questions with the answers found so far."""
        lines = [f"{TITLE} {self.score}", *self._notes]
        for question in self.questions[:MAX_LINES]:
            right = question.number in self._right
            answer = f"{shown(self._solved.gradient(question.node))}, right" if right else "?"
            lines.append(f"({question.number}) {question.text} = {answer}")
        more = len(self.questions) - MAX_LINES
        return [*lines, f"… and {more:,} more"] if more > 0 else lines

    def _question(self, asked: Any) -> Question:
        if type(asked) not in (int, str, Value):
            raise TypeError(f"quiz: name a question by its number, a name or a Value, got {type(asked).__name__}")
        if asked not in self._asked:
            there = listed([f"{question.number} ({one_line(question.name)})" for question in self.questions], MAX_LINES)
            raise ValueError(f"quiz: {asked!r} is not a question of this quiz; its questions are {there}")
        return self._asked[asked]


def quiz(y: Value, *, questions: int | None = None, seed: int = 0) -> Quiz:
    """An exercise: what is ∂y/∂node for some nodes of the graph of y? It hides these gradients in the drawing, and marks answers.

    It asks for at most `questions` gradients (10 by default), chosen by the seed from those that the drawing shows, from
    the root towards the leaves; never for that of the root or of a detached leaf, or for one that is NaN or infinite. It
    doesn't need `backward()` and changes no gradient. `answer` marks, `hint` helps, `score` counts, `key()` is for teachers.
    TypeError if y is not a Value or the others are not ints, ValueError if there is nothing to ask or `questions` is below 1.

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
    w: 2 is wrong: that is the value of w, not a gradient
    >>> q.score
    1 of 2 right
    """
    graph = Graph(checked_value("quiz({})", "y", y))
    wanted = MAX_QUESTIONS if questions is None else checked_integer("quiz: questions", questions, at_least=1)
    chance = Random(checked_integer("quiz: seed", seed))
    solved = SolvedGraph(graph)
    if y.op is None:
        raise ValueError(f"quiz: {solved.spelled[y]} is a leaf: there is no gradient to ask for")
    below = [node for node in graph.nodes[-2::-1] if not is_detached(node)]
    broken = [solved.spelled[node] for node in below if not math.isfinite(solved.gradient(node))]
    finite = [node for node in below if math.isfinite(solved.gradient(node))]
    if not finite:
        raise ValueError(f"quiz: no gradient of {solved.spelled[y]} is finite, so there is none to ask for")
    boxes = _without_flow(graph, {}, ()).box_ids
    drawn = [node for node in finite if boxes[node].startswith("n")] or finite  # with a box of their own
    chosen = set(chance.sample(drawn, min(wanted, len(drawn))))
    notes = TEXT_WORDING.stale_note([solved.spelled[leaf] for leaf in graph.stale])
    if broken:
        notes.append(f"not asked, since it is NaN or infinite: the gradient of {listed(broken)}")
    return Quiz(solved, [node for node in drawn if node in chosen], notes)


def _without_flow(
    graph: Graph, placeholders: Mapping[Value, Placeholder], lines: Sequence[str], direction: str = "LR"
) -> Drawing:
    """The graph drawn as before any sweep, so that no colour or arrow width gives a gradient away."""
    hidden = Quantities(grad=lambda node: None, placeholder=placeholders.get)
    return draw_graph(graph, Options(direction=direction, show=("data",)), hidden, captions=lines)
