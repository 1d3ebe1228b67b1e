"""The palettes are legible in light and dark mode, and can be told apart."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from autograd.viz.palette import CLASSES, COLOURS, MARKERS, RAMP, sequence, standalone

MODES = ("light", "dark")
SURFACES = ("paper", "panel", "leaf", "operation", "folded", "highlight")
TEXT = ("ink", "quiet", "positive", "negative", "nothing", "many", "broken", "accent")


def channels(colour: str) -> list[float]:
    """Red, green and blue in linear light."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), channels(colour), strict=True))


def contrast(one: str, other: str) -> float:
    """The contrast ratio defined by WCAG, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("surface", SURFACES)
def test_text_has_the_contrast_that_aa_asks_for(surface: str, mode: str) -> None:
    for name in TEXT:
        assert contrast(getattr(COLOURS[name], mode), getattr(COLOURS[surface], mode)) >= 4.5, name


@pytest.mark.parametrize("mode", MODES)
def test_marks_stand_out_from_the_paper(mode: str) -> None:
    for colour in (COLOURS["edge"], *CLASSES):
        assert contrast(getattr(colour, mode), getattr(COLOURS["paper"], mode)) >= 3.0


def test_no_colour_stands_for_two_things() -> None:
    for mode in MODES:
        used = [getattr(colour, mode) for colour in (*COLOURS.values(), *CLASSES)]
        assert len(set(used)) == len(used)


STEP = re.compile(r"\.(?:now|receives|seed|callout[-\w]*|cursor|dot|track)\b")
ROOT = Path(__file__).parents[2]
FOLDERS = ("autograd/viz", "nn", "playground/styles", "docs/_static")
SHEETS = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.css"))]


@pytest.mark.parametrize("path", SHEETS, ids=[path.stem for path in SHEETS])
def test_the_accent_marks_the_current_step_and_nothing_else(path: Path) -> None:
    rules = re.findall(r"([^{}]*)\{[^{}]*var\(--accent\)", path.read_text(encoding="utf-8"))
    assert [rule for rule in rules if not STEP.search(rule)] == []


def test_every_class_has_its_own_marker() -> None:
    assert len(set(MARKERS)) == len(CLASSES)


@pytest.mark.parametrize("mode", MODES)
def test_no_class_looks_like_plus_or_minus(mode: str) -> None:
    """Distances are in linear light, where the closest pair within the sign palette is 0.3 apart."""
    for colour, name in ((colour, name) for colour in CLASSES for name in ("positive", "negative", "accent")):
        assert math.dist(channels(getattr(colour, mode)), channels(getattr(COLOURS[name], mode))) >= 0.12, (colour, name)


def test_the_ramp_grows_lighter_from_end_to_end() -> None:
    shades = [luminance(sequence(t / 100)) for t in range(101)]
    assert all(a < b for a, b in pairwise(shades))
    assert sequence(0.0) == RAMP[0]
    assert sequence(1.0) == RAMP[-1]


@pytest.mark.parametrize("mode", MODES)
def test_the_first_two_classes_differ_in_lightness_too(mode: str) -> None:
    """Two classes are the common case: their colours differ in greyscale too."""
    (one, other), *_ = combinations(CLASSES, 2)
    assert contrast(getattr(one, mode), getattr(other, mode)) >= 1.4


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_picture_of_its_own_has_the_colours_of_its_mode_on_paper(mode):
    drawn = "".join(f'<path fill="{colour.light}" stroke="{colour.light}"/>' for colour in COLOURS.values())
    root = ET.fromstring(standalone(f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>', mode))
    style, *paths = root
    wanted = [getattr(colour, mode) for colour in COLOURS.values()]
    assert [path.get("fill") for path in paths] == [path.get("stroke") for path in paths] == wanted
    assert getattr(COLOURS["paper"], mode) in style.text


def test_a_picture_of_its_own_may_follow_its_reader():
    colour = COLOURS["positive"]
    style = ET.fromstring(standalone(f'<svg width="9"><path fill="{colour.light}"/></svg>'))[0].text
    assert "prefers-color-scheme: dark" in style
    assert f'[fill="{colour.light}"] {{ fill: {colour.dark}; }}' in style


def test_a_picture_by_graphviz_has_paper_for_white_and_ink_for_text_without_a_colour():
    style = ET.fromstring(standalone('<svg><polygon fill="white"/><text>x</text></svg>'))[0].text
    light, dark = style.split("@media")
    for mode, text in (("light", light), ("dark", dark)):
        paper, ink = (getattr(COLOURS[name], mode) for name in ("paper", "ink"))
        assert f'svg {{ background: {paper}; fill: {ink}; }} [fill="white"] {{ fill: {paper}; }}' in text
