"""The network view: a model as columns of neurons, linked by its weights."""

#from nn.network.draw import NetworkDrawing, draw
#from nn.network.numbers import Numbers, numbers_of
#from nn.network.structure import Network, NotLayered, read_network

__all__ = ["Network", "NetworkDrawing", "NotLayered", "Numbers", "draw", "numbers_of", "read_network"]
