"""Pictures of a recorded graph."""

from autograd.viz.dot import draw_dot, trace
from autograd.viz.render import RendererMissing

__all__ = ["RendererMissing", "draw_dot", "trace"]
