"""Drawings of a recorded graph, and pages that step through it."""

from autograd.viz.dot import RendererMissing
from autograd.viz.draw_dot import draw_dot
from autograd.viz.player import player
from autograd.viz.widget import widget

__all__ = ["RendererMissing", "draw_dot", "player", "widget"]
