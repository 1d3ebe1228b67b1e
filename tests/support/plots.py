"""Shared by the tests of plots: empty axes, small data, a net and a training run."""

import matplotlib
import numpy
from hypothesis import settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import nn
from nn.optim import SGD, Adam
from nn.recording import record_training

matplotlib.use("Agg")

X, LABELS = nn.make_moons(12, noise=0.1, random_state=0)
numbers = st.floats(-1e3, 1e3)
drawn_examples = settings(max_examples=8)  # each draws a picture


def new_ax():
    return FigureCanvasAgg(Figure(figsize=(5, 4), dpi=100)).figure.subplots()


def net_and_loss(activation="tanh"):
    net = nn.MLP(2, [4, 3, 1], activation, seed=0)
    return net, nn.BCEWithLogitsLoss()([net(row) for row in X], LABELS)


def run(*, steps=4, adam=False, net=None, **options):
    net = net or nn.MLP(2, [3, 1], "tanh", seed=0)
    optimizer = Adam(net.parameters(), lr=0.01) if adam else SGD(net.parameters(), lr=0.1)
    settings = {"loss": nn.BCEWithLogitsLoss(), "optimizer": optimizer, "steps": steps, "progress": False, **options}
    return record_training(net, X, LABELS, **settings)


GREY = numpy.array([0.299, 0.587, 0.114])  # weights of red, green and blue in lightness
