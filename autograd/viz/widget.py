"""A live player: sliders move the leaves of a graph, and all numbers follow."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

from autograd._check import checked_value
from autograd.compiler.recorded import Recorded
from autograd.graph import Graph
from autograd.lessons.steps import Passes
from autograd.op import number
from autograd.value import Value, is_detached
from autograd.viz.page import Player, as_json, bundle, plain, styles
from autograd.viz.player import SCRIPTS, STYLES, player_of
from autograd.viz.style import Options

MAX_SLIDERS = 12
MAX_LIVE_STEPS = 1600  # steps whose numbers are written anew whenever a leaf moves
MAX_CENTER, MIN_CENTER = 1e300, 1e-300  # outside these, a slider spans -1 to 1


def widget(
    y: Value,
    leaves: Sequence[Value] | None = None,
    *,
    direction: str = "LR",
    max_nodes: int = 100,
    fold: str = "auto",
    expand: str | Collection[str] = (),
) -> Any:
    """The player of y in a notebook, with a slider and a field for each leaf: moving one recomputes the graph.

    The numbers are those that recording the program anew with these leaves would give, unless Python branches on them (`if
    x > 0`, `max`): such choices stay, while `maximum`, `relu` and `where(greater(x, 0), …)` choose anew. The graph itself
    doesn't change. `leaves` are those that get a slider, by default the first 12 of the graph that aren't detached; typing
    a number beyond the ends of a slider widens it. The widget's `values` are their numbers; Python can set them, too.
    The other arguments are those of `player`. An exported notebook shows the player without sliders.

    ImportError without anywidget. ValueError if one of `leaves` is not a leaf of the graph.

    >>> from autograd import Value, widget
    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> shown = widget((w * x).tanh())  # the last line of a cell shows it
    >>> shown.values
    [-3.0, 2.0]
    """
    graph = Graph(checked_value("widget({})", "y", y))
    moved = _moved(graph, leaves)
    options = Options("widget", direction, flow="both", max_nodes=max_nodes, fold=fold, expand=expand)
    recorded = Recorded(graph)
    # Look up their names now: later the caller's variables are out of reach.
    sliders = [slider_at(graph.spell(leaf), leaf.data) for leaf in moved]

    def player_at(values: Sequence[float]) -> Player:
        at = recorded.at(dict(zip(moved, values, strict=True)))
        return player_of(Passes(graph, at.values.__getitem__, at.flowing), options, MAX_LIVE_STEPS)

    return _live_player(sliders, player_at)(values=[leaf.data for leaf in moved])


def _live_player(sliders: list[dict[str, Any]], player_at: Callable[[Sequence[float]], Player]) -> Any:
    """A widget class with these sliders, which shows the player at their values."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise ImportError("the live player needs anywidget: pip install 'scalar-autograd[notebook]'") from None

    class LivePlayer(anywidget.AnyWidget):
        _esm = bundle("scrubber.js", *SCRIPTS, "leaves.js", "widget.js")
        _css = styles(*STYLES, "leaves.css")
        values = traitlets.List(traitlets.Float()).tag(
            sync=True, to_json=lambda values, _: plain(values), from_json=lambda values, _: list(map(float, values))
        )
        page = traitlets.Unicode().tag(sync=True)

        @traitlets.validate("values")
        def _count(self, proposal: Any) -> Any:
            given = proposal["value"]
            if len(given) != len(sliders):
                raise ValueError(f"widget: values must have {len(sliders)} numbers, one per slider, got {len(given)}")
            return [number(value) for value in given]

        @traitlets.observe("values")
        def _compute(self, change: Any) -> None:
            values = change["new"]
            sliders[:] = map(widened, sliders, values)
            self._player = player_at(values)
            self.page = as_json({**self._player.data, "height": self._player.height, "leaves": sliders, "values": values})

        def _repr_mimebundle_(self, **kwargs: Any) -> Any:
            """The live player and, for a notebook read without its kernel, the player as it is now."""
            bundle: Any = super()._repr_mimebundle_(**kwargs)
            data, metadata = bundle
            return {**data, "text/html": self._player._repr_html_(), "text/plain": repr(self)}, metadata

        def __repr__(self) -> str:
            return f"<LivePlayer: {self._player.title}; values={self.values}>"

    return LivePlayer


def _moved(graph: Graph, leaves: Any) -> list[Value]:
    """The leaves that get a slider."""
    if leaves is None:
        return [node for node in graph if node.op is None and not is_detached(node)][:MAX_SLIDERS]
    if not isinstance(leaves, Sequence):
        raise TypeError(f"widget: leaves must be a list of Values, got {type(leaves).__name__}")
    for i, leaf in enumerate(leaves):
        if type(leaf) is not Value or leaf.op is not None or leaf not in graph:
            raise ValueError(f"widget: leaves[{i}] must be a leaf of the graph of y, got {leaf!r}")
    return list(leaves)


def slider_at(name: str, x: float) -> dict[str, Any]:
    """A slider around x, wide enough to change its sign; its step is a power of ten."""
    middle = x if MIN_CENTER < abs(x) < MAX_CENTER else 0.0
    span = 2.0 * abs(middle) or 1.0
    digits = -math.floor(math.log10(span / 50.0))
    return {"name": name, "low": round(middle - span, digits), "high": round(middle + span, digits), "step": 10.0**-digits}


def widened(slider: dict[str, Any], x: float) -> dict[str, Any]:
    """The slider itself or, if x is beyond its ends, a wider one that reaches beyond x."""
    if not math.isfinite(x) or slider["low"] <= x <= slider["high"]:
        return slider
    wider = slider_at(slider["name"], x)
    return {**wider, "low": min(slider["low"], wider["low"]), "high": max(slider["high"], wider["high"])}
