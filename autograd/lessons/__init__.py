"""Lessons on a recorded graph: its passes step by step, and common mistakes. The quiz draws, so it is imported separately."""

from autograd.lessons.misconceptions import Misconception, misconception
from autograd.lessons.steps import Contribution, Step, Steps, steps

__all__ = ["Contribution", "Misconception", "misconception", "Step", "Steps", "steps"]
