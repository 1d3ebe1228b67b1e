"""The page of a network, and the data for its script, assets/network.js."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograd.extend import as_index
from autograd.viz.page import Player
from autograd.viz.palette import RAMP
from nn.network.heat import mark
from nn.network.layout import PLANE_ROOM, WIDE, lay_out
from nn.network.maps import Maps
from nn.network.numbers import Numbers, numbers_of, strongest
from nn.network.picture import NetworkPicture
from nn.network.structure import Network, Unit
from nn.network.words import has_plane

MAX_PARAMETERS = 5000  # of a larger model, a page holds only those of the drawn neurons
ROOM = 750.0  # the width of a picture in a notebook
AROUND = 270  # the height of the parts above and below it
FOLDER = Path(__file__).parent / "assets"
ASSETS = [FOLDER / "network.css", FOLDER / "neuron.js", FOLDER / "network.js"]  # for pages that contain a network view

MARK = '<svg xmlns="http://www.w3.org/2000/svg" width="14" height="14">{}</svg>'


class NetworkPage:
    """The view of one network as data for `networkView`: `data(numbers)` once, `update(numbers)` for every further state."""

    def __init__(
        self,
        network: Network,
        maps: Maps | None = None,
        width: float = WIDE,
        numbers: Numbers | None = None,
    ) -> None:
        self.network, self.maps, self.width = network, maps, width
        self.ranks = strongest(network, numbers or numbers_of(network))  # fixed, though the numbers may change
        drawn = {circle.unit for circle in lay_out(network, ranks=self.ranks).circles}
        whole = len(network.parameters) <= MAX_PARAMETERS
        self.open = [whole or i in drawn for i in range(len(network.units))]  # neurons whose graph can be opened
        kept = {p for unit, known in zip(network.units, self.open, strict=True) if known for p in (*unit.weights, unit.bias)}
        self.kept = [i for i, parameter in enumerate(network.parameters) if parameter in kept]
        self.index = {parameter: i for i, parameter in enumerate(p for p in network.parameters if p in kept)}

    def data(self, numbers: Numbers, show: str = "weight") -> dict[str, Any]:
        """All that the script needs, with the numbers it starts from."""
        wide, narrow = (
            NetworkPicture(self.network, numbers, show, turned, self.maps, self.width, self.ranks, self.index)
            for turned in (False, True)
        )
        units = [(k, unit) for k, column in enumerate(self.network.columns) for unit in column.units]
        return {
            "title": self.network.title,
            "show": show,
            "svg": {"wide": wide.bare(), "narrow": narrow.bare()},
            "widest": wide.widest,
            "image": self.network.shape is not None,
            "ramp": RAMP,
            "maps": None if self.maps is None else self._labels(self.maps),
            "lead": wide.words.lead(),
            "chosen": {"wide": wide.words.chosen(), "narrow": narrow.words.chosen()},
            "layers": [{"name": column.title, "size": len(column.units)} for column in self.network.columns],
            "neurons": [self._neuron(i, *place) for i, place in enumerate(units)],
            "numbers": self.update(numbers),
        }

    def update(self, numbers: Numbers) -> dict[str, Any]:
        """Numbers of the network in the form that the page takes."""
        weight, grad = numbers["weight"], numbers["grad"]
        return {
            **numbers,
            "weight": [weight[i] for i in self.kept],
            "grad": None if grad is None else [grad[i] for i in self.kept],
        }

    def _labels(self, maps: Maps) -> list[list[str]]:
        """The labels for the legend, each in words and as its mark."""
        labels = maps.labels if len(maps.labels) > 1 and has_plane(self.network) else ()
        return [[f"sample of {label}", MARK.format(mark(7.0, 7.0, i))] for i, label in enumerate(labels)]

    def _neuron(self, i: int, layer: int, unit: Unit) -> dict[str, Any]:
        known = self.open[i]
        w = [self.index[weight] for weight in unit.weights] if known else []
        path = as_index(self.network.parameters[unit.bias]).rpartition("b")[0] if unit.bias is not None else ""
        return {
            "name": unit.name,
            "label": unit.label,
            "layer": layer,
            "first": self.network.firsts[layer - 1] if layer else 0,
            "path": path,  # the prefix of its parameters' names w[0], …, b, if the page is given no others
            "w": [w[0], len(w)] if w and w == list(range(w[0], w[0] + len(w))) else {"all": w},
            "b": self.index[unit.bias] if known and unit.bias is not None else None,
            "activation": unit.activation,
            "then": ", then ".join(self.network.columns[layer].then),
        }


def network_player(network: Network, numbers: Numbers, show: str, maps: Maps | None, still: str) -> Player:
    """The page by itself, with the picture to show where scripts cannot run."""
    plane = maps is not None and has_plane(network)
    width = ROOM - (PLANE_ROOM if plane else 0.0)
    layout = lay_out(network, plane=plane, width=width)
    if layout.width > ROOM:
        layout = lay_out(network, narrow=True, plane=plane)
    data = NetworkPage(network, maps, width, numbers).data(numbers, show)
    return Player(network.title, data, [*ASSETS, FOLDER / "page.js"], round(layout.height) + AROUND, still)
