"""Drawings in a real browser: texts are no wider than the layout assumed."""

import pytest

from autograd.viz.text_size import text_width
from tests.support.browser import browser, opened
from tools.scenes import SCENES

__all__ = ["browser"]

SLACK = 3.0  # pixels: less than the free space beside any text
TEXTS = """[...document.querySelectorAll("text")].map((text) => [text.textContent.trim(), text.getComputedTextLength(),
    Number(text.getAttribute("font-size")), text.getAttribute("font-weight") === "bold"])"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["neuron", "xor", "mlp", "nan"])
def test_texts_are_no_wider_than_the_layout_took_them_to_be(browser, tmp_path, name):
    page = tmp_path / "page.html"
    svg = SCENES[name].draw(False).pipe("svg", encoding="utf-8")
    page.write_text(f'<!doctype html><meta charset="utf-8">{svg}', encoding="utf-8")
    with opened(browser, page) as tab:
        texts = tab.evaluate(TEXTS)
    assert len(texts) > 20
    assert [text for text, width, size, bold in texts if width > text_width(text, size, bold) + SLACK] == []
