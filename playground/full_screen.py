"""Which picture of a graph can be read from afar, on a full screen."""

from __future__ import annotations

from autograd.graph import Graph
from autograd.viz.diagram import Quantities
from autograd.viz.picture import picture_of
from autograd.viz.style import Options

SCALES = 1.1, 0.9, 0.75, 0.6  # times its usual size, that are tried
FROM_AFAR = SCALES[0]  # is large enough
DIRECTIONS = {True: "TB", False: "LR"}  # upright or not
Screen = tuple[float, float] | None  # the width and height of one


def options_of(upright: bool, along: float) -> Options:
    """Of the player's picture: its direction, and the length for which there is room."""
    return Options("player", DIRECTIONS[upright], along=along, steady=True)


def filling(graph: Graph, screen: tuple[float, float], quantities: Quantities) -> Options:
    """Of the picture that is large enough on this screen, or else the largest: with more or fewer products, or upright."""

    def scale(options: Options) -> float:
        plan = picture_of(graph, options, quantities).plan
        size = (plan.across, plan.along) if plan.upright else (plan.along, plan.across)
        return min(FROM_AFAR, *(room / length for room, length in zip(screen, size, strict=True)))

    return max((*(options_of(False, screen[0] / times) for times in SCALES), options_of(True, screen[1])), key=scale)
