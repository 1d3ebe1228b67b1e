"""Chooses the picture of a graph that is easiest to read from afar, in full screen."""

from __future__ import annotations

from autograd.graph import Graph
from autograd.viz.diagram import Quantities
from autograd.viz.picture import picture_of
from autograd.viz.style import Options

SCALES = 1.1, 0.9, 0.75, 0.6  # to try, relative to the usual size
FROM_AFAR = SCALES[0]  # large enough
DIRECTIONS = {True: "TB", False: "LR"}  # by whether the picture is upright
Screen = tuple[float, float] | None  # width and height


def options_of(upright: bool, along: float) -> Options:
    """Options of the player's picture: its direction and the length there is room for."""
    return Options("player", DIRECTIONS[upright], along=along, steady=True)


def filling(graph: Graph, screen: tuple[float, float], quantities: Quantities) -> Options:
    """Options of the picture that appears largest on this screen: with more or fewer products, or upright."""

    def scale(options: Options) -> float:
        plan = picture_of(graph, options, quantities).plan
        size = (plan.across, plan.along) if plan.upright else (plan.along, plan.across)
        return min(FROM_AFAR, *(room / length for room, length in zip(screen, size, strict=True)))

    return max((*(options_of(False, screen[0] / times) for times in SCALES), options_of(True, screen[1])), key=scale)
