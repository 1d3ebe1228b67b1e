"""nn.draw: a model as a picture and as a live page."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.extend import checked_choice, number_between, write_atomically
from nn._cards import module_card
from nn.module import Module, checked_module, show_modules_with
from nn.network.numbers import Numbers, numbers_of, sample_of
from nn.network.passes import ModelCall
from nn.network.structure import Network, NotLayered, is_layer, parts, read_network

if TYPE_CHECKING:
    from autograd.viz.page import Player

SHOW = ("weight", "grad", "update")


class NetworkDrawing:
    """A model as a picture: it displays itself in a notebook, live where scripts may run, and prints as text.

    `render(path)` writes the SVG, `pipe()` returns it, `save_html(path)` writes the live page.

    >>> import nn
    >>> drawing = nn.draw(nn.MLP(2, [2, 1], seed=0))
    >>> print(drawing)
    MLP 2 → 2 → 1: weights
    The largest weight is 1.193, of layers[0].neurons[0].w[0].
    inputs     x[0], x[1]
    layers[0]  2 neurons, relu
    layers[1]  1 neuron, linear
    >>> drawing.pipe()[:4]
    b'<svg'
    """

    def __init__(self, svg: str, text: str, page: Player | None = None) -> None:
        self.svg, self.text, self.page = svg, text, page

    def pipe(self, format: str = "svg", *, encoding: str | None = None) -> Any:
        """The picture as bytes, or as text if an encoding is given."""
        checked_choice("format", format, ("svg",))
        return self.svg if encoding else self.svg.encode()

    def render(self, filename: str | Path, *, format: str | None = None) -> str:
        """Write the picture to `filename`, with the suffix .svg added if it is missing; returns the path."""
        path = Path(filename)
        named = path.suffix.removeprefix(".").lower()
        picture = self.pipe(format or (named if named in ("png", "pdf") else "svg"))
        if named != "svg":
            path = path.with_name(f"{path.name}.svg")
        write_atomically(path, picture)
        return str(path)

    def save_html(self, path: str | Path) -> str:
        """Write it as one HTML file that works offline and without Python; returns the path."""
        if self.page is None:
            raise ValueError(f"there is no live page, only a picture: {self.text.partition(chr(10))[0]}; write render(path)")
        return self.page.save_html(path)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.text.partition(chr(10))[0]}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, str]:
        from autograd.viz.page import still_picture

        html = still_picture(self.svg) if self.page is None else self.page._repr_html_()
        return {"text/html": html, "image/svg+xml": self.svg, "text/plain": self.text}


def draw(
    model: Module,
    x: Any = None,
    y: Any = None,
    *,
    loss: Any = None,
    show: str = "weight",
    lr: float = 0.1,
    over: Any = None,
    inputs: Sequence[str] | tuple[int, int] | None = None,
    outputs: Sequence[str] | None = None,
    direction: str = "LR",
) -> NetworkDrawing:
    """A model as a network: a column per layer, a circle per neuron, a line per weight; it displays itself in a notebook.

    A line is blue for a positive weight, dashed orange for a negative one, and as wide as its size; the ring around a neuron is
    its bias. `show="grad"` draws gradients instead, `show="update"` what SGD would add, −lr · gradient. The live page has a
    switch for that, and a neuron opens as its scalar graph.

    - With a row `x` the circles show the output of every neuron (the model runs as after `eval()`). With its target `y` and
      a `loss` function, as for `fit`, all gradients are those of this sample. `loss` may also be a Value computed from the
      model: then values and gradients are those of the model's last call in its graph. Without a loss, gradients are those
      that the parameters have from the last `backward()`. No gradient is changed.
    - With two inputs, `over=X` shows in every circle the neuron's output over the plane of these samples, dark where it is
      least; `over=(X, y)` marks them by their labels on the map of the output.
    - `inputs` names the inputs, or gives their shape as an image, such as (8, 8); 49 inputs or more whose number is a
      square are taken to be one. `outputs` names the last neurons.
    - `direction` is "LR" or "TB", for a narrow page.

    More than 12 neurons in a layer, or 4 layers, are folded. A model that is not made of layers that feed one another is
    shown as the scalar graph of its result, or without x as a card.

    >>> from nn import MLP
    >>> print(draw(MLP(2, [3, 1], "tanh", seed=0), [1.0, 2.0]))
    MLP 2 → 3 → 1: weights
    The largest weight is 1.193, of layers[0].neurons[0].w[0].
    inputs     x[0] = 1, x[1] = 2
    layers[0]  3 neurons, tanh: 0.9949, −0.96, −0.5508
    layers[1]  1 neuron, linear: 1.369
    """
    checked_module(model)
    checked_choice("show", show, SHOW)
    checked_choice("direction", direction, ("LR", "TB"))
    rate = number_between("lr", lr)
    sample = sample_of(model, x, y, loss)
    shape = _shape(inputs)
    if outputs is not None and not _are_names(outputs):
        raise TypeError(f"outputs must be a list of names, got {outputs!r}")
    names: Any = None if shape else inputs
    try:
        network = read_network(model, _steps(model, sample), names or _labels(x), outputs, shape)
    except NotLayered as reason:
        return _fallback(model, sample, str(reason))
    return _drawing(network, numbers_of(network, sample, rate), show, over, direction == "TB")


def _drawing(network: Network, numbers: Numbers, show: str = "weight", over: Any = None, narrow: bool = False) -> NetworkDrawing:
    from nn.network.maps import maps_over
    from nn.network.page import network_player
    from nn.network.picture import NetworkPicture

    maps = None if over is None else maps_over(network, over)
    picture = NetworkPicture(network, numbers, show, narrow, maps)
    svg = picture.complete()
    return NetworkDrawing(svg, picture.words.as_text(), network_player(network, numbers, show, maps, svg))


def _steps(model: Module, sample: ModelCall | None) -> list[tuple[str, Any]]:
    """The steps in the order of the model's attributes, unless its layers ran in another order."""
    listed = list(parts(model))
    ran = listed if sample is None else list(sample.steps(model))
    same = [step for _, step in listed if is_layer(step)] == [step for _, step in ran if is_layer(step)]
    return listed if same else ran


def _labels(x: Any) -> list[str] | None:
    """The labels of the inputs, if all are Values that have one."""
    labels = [item.label for item in x if type(item) is Value] if isinstance(x, (list, tuple)) else []
    return labels if labels and all(labels) and len(labels) == len(x) else None


def _shape(inputs: Any) -> tuple[int, int] | None:
    """The rows and columns if `inputs` is the shape of an image; None if it is names."""
    if inputs is None or _are_names(inputs):
        return None
    if isinstance(inputs, tuple) and len(inputs) == 2 and all(isinstance(n, Integral) and int(n) > 0 for n in inputs):
        return int(inputs[0]), int(inputs[1])
    raise TypeError(f"inputs must be a list of names, or the shape of an image such as (8, 8), got {inputs!r}")


def _are_names(given: Any) -> bool:
    return isinstance(given, (list, tuple)) and all(isinstance(name, str) for name in given)


# -- models that are not made of layers ----------------------------------------------------------------


def _fallback(model: Module, sample: ModelCall | None, reason: str) -> NetworkDrawing:
    """The scalar graph of the result, or a card with the parameters."""
    from nn.network.card import card, with_graph

    if sample is None:
        note = f"{reason}. Give inputs, nn.draw(model, x), to see the graph of its result."
        return NetworkDrawing(card(model, note), f"{note}\n{model!r}")
    note = f"{reason}: this is the graph of its {'loss' if sample.loss is not None else 'result'}."
    return NetworkDrawing(with_graph(sample.graph.roots, note), f"{note}\n{model!r}")


def _display(model: Module) -> dict[str, str]:
    """The notebook display of a module: its network, if it is made of layers, above the table of its parts."""
    bundle = {"text/plain": repr(model), "text/html": module_card(model)}
    try:
        network = read_network(model)
    except Exception:  # NotLayered; or any, as attributes of a user's module may do anything
        return bundle
    shown = _drawing(network, numbers_of(network))._repr_mimebundle_()
    return shown | bundle | {"text/html": shown["text/html"] + bundle["text/html"]}


show_modules_with(_display)
