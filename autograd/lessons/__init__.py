"""Learning from a recorded graph: step by step, what people often believe, and questions."""

from autograd.lessons import misconceptions

__all__ = ["misconceptions"]
