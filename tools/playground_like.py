"""A network in the style of the TensorFlow Playground: a square per neuron with its output over the plane of the inputs."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

import nn
from autograd import Value, no_grad
from tools import scenes

BLUE, ORANGE, MIDDLE = (8, 119, 189), (245, 147, 34), (232, 234, 235)
STEP, TOP = 170, 90
RESOLUTION = 24  # of a heat map
REACH = 6.0  # the plane spans ±6, as in the Playground
Point = tuple[float, float]


def colour(t: float) -> tuple[int, int, int]:
    """Orange at -1, grey at 0, blue at 1."""
    end = BLUE if t > 0 else ORANGE
    t = min(1.0, abs(t))
    return tuple(round(a + t * (b - a)) for a, b in zip(MIDDLE, end, strict=True))  # type: ignore[return-value]


def rgb(parts: Sequence[int]) -> str:
    return f"rgb({','.join(map(str, parts))})"


def activations(model: Any, x: Sequence[float]) -> list[list[float]]:
    """The inputs, then the outputs of each layer."""
    columns = [list(x)]
    with no_grad():
        for layer in model.layers:
            columns.append([value.data for value in layer([Value(number) for number in columns[-1]])])
    return columns


def heat_maps(model: Any, reach: float) -> list[list[str]]:
    """The output of each input and neuron over the plane, as data URIs of images."""
    places = [reach * (2 * i / (RESOLUTION - 1) - 1) for i in range(RESOLUTION)]
    grid = [activations(model, (x, -y)) for y in places for x in places]
    return [[_image([at[k][i] for at in grid]) for i in range(len(grid[0][k]))] for k in range(len(grid[0]))]


def _image(numbers: list[float]) -> str:
    picture = Image.new("RGB", (RESOLUTION, RESOLUTION))
    picture.putdata([colour(x) for x in numbers])
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + b64encode(file.getvalue()).decode()


def draw(model: Any, point: Sequence[float], reach: float = REACH, points: Sequence[tuple[Point, int]] = ()) -> str:
    """The network as SVG. With two inputs each square is a heat map; with more, it has the colour of the neuron's output."""
    columns = activations(model, point)
    maps = heat_maps(model, reach) if len(point) == 2 else None
    tallest = max(map(len, columns))
    side = 34.0 if tallest <= 16 else 10.0
    gap = 12.0 if tallest <= 16 else 2.0
    height = TOP + max(tallest * (side + gap) + 30, 330)

    def place(k: int, i: int) -> Point:
        return 30.0 + k * STEP, TOP + i * (side + gap)

    parts = []
    for k, layer in enumerate(model.layers):
        for j, neuron in enumerate(layer.neurons):
            for i, weight in enumerate(neuron.w):
                (x1, y1), (x2, y2) = place(k, i), place(k + 1, j)
                x1, y1, y2 = x1 + side, y1 + side / 2, y2 + side / 2
                middle = (x1 + x2) / 2
                width = min(10.0, 1.0 + 1.8 * abs(weight.data))
                ink = rgb(BLUE if weight.data > 0 else ORANGE)
                parts.append(
                    f'<path d="M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}" fill="none" stroke="{ink}" '
                    f'stroke-width="{width:.2f}" stroke-dasharray="9 1"/>'
                )
    for k, column in enumerate(columns):
        title = "FEATURES" if k == 0 else "OUTPUT" if k == len(columns) - 1 else f"HIDDEN LAYER {k}"
        parts.append(f'<text x="{place(k, 0)[0]}" y="40" font-size="12" fill="#777">{title}</text>')
        if k > 0:
            parts.append(f'<text x="{place(k, 0)[0]}" y="60" font-size="12">{len(column)} neurons</text>')
        for i, value in enumerate(column):
            x, y = place(k, i)
            parts.append(_square(x, y, side, maps[k][i] if maps else "", value))
            if k == 0 and side > 20:
                parts.append(f'<text x="{x - 26}" y="{y + side / 2 + 4}" font-size="12">X{"₁₂₃"[i]}</text>')
    width = 30 + len(columns) * STEP
    if maps:
        parts.append(_output(width, maps[-1][0], reach, points))
        width += 360
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="Roboto, Helvetica, Arial, sans-serif" fill="#333"><rect width="100%" height="100%" fill="#fff"/>'
        f"{''.join(parts)}</svg>"
    )


def _square(x: float, y: float, side: float, image: str, value: float) -> str:
    frame = f'<rect x="{x}" y="{y}" width="{side}" height="{side}" rx="2" stroke="#333" stroke-opacity="0.5"'
    if image:
        return f'<image href="{image}" x="{x}" y="{y}" width="{side}" height="{side}"/>{frame} fill="none"/>'
    return f'{frame} fill="{rgb(colour(value))}"/>'


def _output(x: float, image: str, reach: float, points: Sequence[tuple[Point, int]]) -> str:
    side, y = 300, TOP
    dots = "".join(
        f'<circle cx="{x + side * (0.5 + px / 2 / reach):.1f}" cy="{y + side * (0.5 - py / 2 / reach):.1f}" r="4" stroke="#fff" '
        f'fill="{rgb(BLUE if label else ORANGE)}"/>'
        for (px, py), label in points
    )
    ticks = "".join(
        f'<text x="{x + side * (k + 6) / 12}" y="{y + side + 16}" font-size="10" text-anchor="middle">{k * reach / 6:.2g}</text>'
        f'<text x="{x - 6}" y="{y + side * (6 - k) / 12 + 3}" font-size="10" text-anchor="end">{k * reach / 6:.2g}</text>'
        for k in range(-6, 7, 2)
    )
    legend = "Colors show data, neuron and weight values."
    return (
        f'<image href="{image}" x="{x}" y="{y}" width="{side}" height="{side}" preserveAspectRatio="none"/>{dots}{ticks}'
        f'<text x="{x}" y="{y + side + 34}" font-size="10">{legend}</text>'
    )


def neuron() -> str:
    net = nn.MLP(2, [1], "tanh", "tanh")
    for value, number in zip(net.parameters(), (-3.0, 1.0, 6.8813735870195432), strict=True):
        value.data = number
    return draw(net, (2.0, 0.0), points=[((2.0, 0.0), 1)])


def xor() -> str:
    X, y = nn.make_xor(4, shuffle=False)
    return draw(scenes.xor_net(), (1.0, 0.0), 1.5, [((a, b), c) for (a, b), c in zip(X, y, strict=True)])


def moons() -> str:
    X, y = nn.make_moons(100, noise=0.1, random_state=0)
    return draw(scenes.moons_net(), X[0], 2.5, [((a, b), c) for (a, b), c in zip(X, y, strict=True)])


PLAYGROUND: dict[str, Callable[[], str]] = {
    "neuron": neuron,
    "xor-network": xor,
    "mlp-network": lambda: draw(scenes.mlp(), scenes.MLP_POINT),
    "moons-network": moons,
    "digits": lambda: draw(scenes.digits_net(), scenes.digit()[0]),
}
