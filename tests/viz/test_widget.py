"""The live player without a browser: numbers that JSON lacks, the ends of sliders, and what remains without a kernel."""

import json
import math
import re

import pytest

from autograd import Value
from autograd.viz.widget import widget
from tests.viz.test_still import Read, image, sanitized


def live():
    x, w = Value(3.0, label="x"), Value(-2.0, label="w")
    return widget(w * x, [x, w])


def sliders(live):
    return json.loads(live.page)["leaves"]


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, 0.1, -0.0, 5e-324])
def test_any_number_comes_from_the_browser_and_goes_back(x):
    moved = live()
    moved.set_state({"values": [3.0, x if math.isfinite(x) and x else str(x)]})
    assert repr(moved.values) == repr([3.0, x])
    state = json.loads(json.dumps(moved.get_state("values"), allow_nan=False))["values"]
    assert repr([float(value) for value in state]) == repr([3.0, x])
    assert repr([float(value) for value in json.loads(moved.page)["values"]]) == repr([3.0, x])


@pytest.mark.parametrize("x", [9.5, -5.0, 1e4, -1e-3, 1e200])
def test_a_number_beyond_the_ends_of_a_slider_widens_it_and_no_other(x):
    moved = live()
    before = sliders(moved)
    moved.values = [x, -2.0]
    after = sliders(moved)
    assert after[0]["low"] <= min(x, before[0]["low"])
    assert after[0]["high"] >= max(x, before[0]["high"])
    assert after[0]["step"] <= (after[0]["high"] - after[0]["low"]) / 10.0
    assert (after[0] == before[0]) == (before[0]["low"] <= x <= before[0]["high"])
    assert after[1] == before[1]
    moved.values = [3.0, -2.0]
    assert sliders(moved) == after


def test_as_text_it_says_what_it_shows():
    moved = live()
    moved.values = [4.0, -2.0]
    data, _ = moved._repr_mimebundle_()
    assert data["text/plain"] == repr(moved) == "<LivePlayer: v₂ = −8, forward and backward; values=[4.0, -2.0]>"


def test_a_number_that_is_not_finite_leaves_the_slider_as_it_is():
    moved = live()
    before = sliders(moved)
    moved.values = [math.nan, math.inf]
    assert sliders(moved) == before


def test_a_notebook_without_its_kernel_has_the_player_as_it_was_and_without_trust_its_picture():
    moved = live()
    moved.values = [4.0, -2.0]
    data, _ = moved._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == moved.model_id
    (frame,) = [attrs["srcdoc"] for tag, attrs in Read(data["text/html"]).tags if tag == "iframe"]
    assert "v₂ = −8, forward and backward" in frame
    assert ">−8<" in image(sanitized(data["text/html"]))[1]


def test_every_rule_of_its_style_sheet_is_for_its_own_elements():
    css = re.sub(r"@keyframes [^{]*\{([^{}]*\{[^{}]*\})*\s*\}", "", live()._css)
    rules = [rule.rpartition("}")[2] for rule in css.split("{")[:-1]]
    selectors = [rule.strip() for rule in rules if rule.strip() and not rule.strip().startswith(("@", "/*"))]
    assert len(selectors) > 100
    assert [selector for selector in selectors if ".autograd" not in selector] == []
