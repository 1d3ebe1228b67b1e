"""Learning from a recorded graph: step by step, and from the mistakes people make. The quiz draws, and is imported by itself."""

from autograd.lessons.misconceptions import Misconception, misconception
from autograd.lessons.steps import Contribution, Step, Steps, steps

__all__ = ["Contribution", "Misconception", "misconception", "Step", "Steps", "steps"]
