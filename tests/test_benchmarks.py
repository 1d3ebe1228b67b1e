"""What is compared computes the same, and the chart is legible."""

from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest

import autograd
from benchmarks.compiled import options
from benchmarks.compiled.chart import MARKS, NARROW, WIDE, Chart
from benchmarks.compiled.contenders import NumPy, Ours
from benchmarks.compiled.figures import Figure, agree
from benchmarks.compiled.network_figures import WORKLOADS, eager


@pytest.mark.parametrize("network", [replace(network, batch=3) for _, network in WORKLOADS[1:4]], ids=lambda n: n.loss)
def test_a_compiled_network_and_numpy_by_hand_have_the_gradient_of_the_eager_engine(network):
    for contender in (Ours(network), NumPy(network)):
        agree(contender.name, contender.result(), eager(network))


def test_compiled_options_and_numpy_by_hand_have_the_greeks_of_the_eager_engine():
    columns = options.options(4)
    for found in (options.by_hand(*columns), options.compiled(columns)()):
        for i, one in enumerate(zip(*found, strict=True)):
            value, greeks = autograd.value_and_grad(options.price, argnums=range(5))(*[float(x[i]) for x in columns])
            agree("options", one, (value, *greeks))


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
def test_numbers_in_the_chart_do_not_hide_one_another(layout):
    names = list(MARKS)
    figures = [
        Figure("all alike", {"ours": 1.0, **{name: 1.0 + 0.01 * i for i, name in enumerate(names)}}),
        Figure("far apart", {"ours": 1e-6, **{name: 10.0**i * 1e-6 for i, name in enumerate(names, start=-1)}}),
    ]
    svg = ElementTree.fromstring(Chart(figures, layout).svg)
    numbers = [
        (float(text.get("x")), float(text.get("y"))) for text in svg.findall(".//{*}text") if text.get("class") == "number"
    ]
    assert len(numbers) == 2 * len(names)
    for (x, y), (other_x, other_y) in combinations(numbers, 2):
        assert abs(x - other_x) >= 39.0 or abs(y - other_y) >= 12.0
    assert all(20.0 < x < float(svg.get("width")) - 20.0 for x, _ in numbers)
