"""Exercises on a recorded graph, marked and with hints."""

from autograd.exercises.key import Key, Row
from autograd.exercises.marks import Mark, Marks
from autograd.exercises.questions import Question, Quiz, Score, quiz

__all__ = ["Key", "Mark", "Marks", "Question", "Quiz", "quiz", "Row", "Score"]
