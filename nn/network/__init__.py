"""The network view: a model as columns of neurons, linked by its weights."""

from nn.network.draw import NetworkDrawing, draw

__all__ = ["NetworkDrawing", "draw"]
