"""Pictures of nets and of their training, drawn with Matplotlib, which is imported when the first one is drawn.

Every function except `animate` takes `ax`, the Axes to draw in, and returns it; None makes a figure. In a notebook a new
figure appears by itself; elsewhere use `ax.figure.savefig(...)` or `matplotlib.pyplot.show()`. Signs, hatches, line styles
and lightness repeat what the colours say, so the pictures work in grey and for the colour-blind.
ImportError without Matplotlib: `pip install 'scalar-autograd[plot]'`.

>>> from matplotlib.figure import Figure
>>> from nn import plot
>>> ax = plot.loss_curve([1.0, 0.5, 0.25], ax=Figure().subplots())
>>> ax.get_xlabel(), ax.get_ylabel()
('step', 'loss')
"""

from nn.plot.animation import animate
from nn.plot.boundary import decision_boundary
from nn.plot.confusion import confusion_matrix
from nn.plot.curves import loss_curve, update_ratios
from nn.plot.histograms import activation_histograms, gradient_histograms
from nn.plot.landscape import loss_landscape
from nn.plot.weights import weights

# fmt: off
__all__ = [
    "activation_histograms", "animate", "confusion_matrix", "decision_boundary", "gradient_histograms", "loss_curve",
    "loss_landscape", "update_ratios", "weights",
]
# fmt: on
