"""Exercises on a recorded graph, marked and with hints."""

from autograd.lessons.quiz.key import Key, Row
from autograd.lessons.quiz.marks import Mark, Marks
from autograd.lessons.quiz.questions import Question, Quiz, Score, quiz

__all__ = ["Key", "Mark", "Marks", "Question", "Quiz", "quiz", "Row", "Score"]
