"""Benchmark contenders compute the same numbers, and the chart is legible."""

import re
import shutil
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest

import autograd
from benchmarks import speed_page
from benchmarks.compiled import options
from benchmarks.compiled.chart import MARKS, NARROW, WIDE, Box, Chart
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


SPREADS = {
    "three alike": lambda names: {name: 1e-3 + 1e-5 * i for i, name in enumerate(names[:3])},
    "in pairs": lambda names: {name: 1e-3 * 2.0 ** (i // 2) for i, name in enumerate(names)},
    "far apart": lambda names: {name: 1e-4 * 10.0**i for i, name in enumerate(names)},
}


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("seconds", SPREADS.values(), ids=SPREADS)
def test_numbers_and_marks_of_the_chart_do_not_hide_one_another(layout, seconds):
    names = list(MARKS)
    svg = ElementTree.fromstring(Chart([Figure("a workload", {"ours": 1e-3} | seconds(names))], layout).svg)
    numbers = [text for text in svg.findall(".//{*}text") if text.get("class", "").startswith("number")]
    assert len(numbers) == len(seconds(names))
    boxes = [Box(float(text.get("x")), float(text.get("y")) - 4.0, 6.0 * len(text.text), 8.0) for text in numbers]
    marks = [re.findall(r"[\d.]+", path.get("transform")) for path in svg.findall("{*}path")[-len(numbers) :]]
    boxes += [Box(float(x), float(y), 7.0, 7.0) for x, y in marks]
    for one, other in combinations(boxes, 2):
        assert not one.hides(other)
    assert all(16.0 < box.x < float(svg.get("width")) - 16.0 for box in boxes)


def pages(folder):
    return {name: (folder / name).read_text(encoding="utf-8") for name in ("speed.md", *CHARTED)}


CHARTED = ("speed.svg", "speed-narrow.svg", "speed-eager.svg", "speed-eager-narrow.svg")


@pytest.fixture
def docs(tmp_path):
    for name in ("speed.md", "speed.json"):
        shutil.copy(speed_page.DOCS / name, tmp_path)
    return tmp_path


def test_the_page_on_speed_and_its_charts_show_the_stored_figures(docs):
    speed_page.draw(docs)
    assert pages(docs) == pages(speed_page.DOCS)


def test_a_run_replaces_its_part_of_the_page_and_no_other(docs):
    before = (docs / "speed.md").read_text(encoding="utf-8").splitlines()
    speed_page.keep("drawing", [("a small one", "1 ms"), ("a large one", "2 ms")], docs)
    after = (docs / "speed.md").read_text(encoding="utf-8").splitlines()
    new = [line for line in after if line not in before]
    assert new[-2:] == ["| a small one | 1 ms |", "| a large one | 2 ms |"]
    assert [line for line in new[:-2] if not line.startswith("The last run: ")] == []


def test_a_run_without_a_contender_that_the_page_shows_changes_nothing(docs, capsys):
    before = (docs / "speed.json").read_text(encoding="utf-8")
    speed_page.keep("eager", [Figure("a step", {"ours": 1.0, "40 lines": 2.0, "XAD": 0.5})], docs)
    told = capsys.readouterr().out
    assert "this run lacks" in told
    assert "micrograd" in told
    assert (docs / "speed.json").read_text(encoding="utf-8") == before


def test_the_page_must_have_a_place_for_a_part():
    with pytest.raises(ValueError, match="no place for 'drawing'"):
        speed_page.filled("# Speed", "drawing", "")
