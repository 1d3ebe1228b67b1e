"""Training, recorded step by step: parameters, gradients, the loss and the decision boundary."""

from nn.recording.recorder import record_training
from nn.recording.records import Difference, Frame, TrainingComparison, TrainingRecord

__all__ = ["Difference", "Frame", "TrainingComparison", "TrainingRecord", "record_training"]
