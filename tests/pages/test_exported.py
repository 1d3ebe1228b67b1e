"""Notebooks exported to HTML by nbconvert: players work without a kernel, and no picture appears twice."""

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograd import Value
from autograd.viz.draw_dot import draw_dot
from autograd.viz.page import TO_PLAY
from autograd.viz.player import player
from autograd.viz.widget import widget
from tests.support.browser import opened

pytestmark = pytest.mark.slow


def graph():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    L = (a * b + a).tanh()
    L.label = "L"
    return L


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_an_exported_notebook_players_play_and_the_live_player_is_one_of_them(browser, tmp_path, theme):
    live = widget(graph())
    live.values = [2.0, 0.25]
    page, drawing = player(graph()), draw_dot(graph())
    bundles = [
        {"text/html": page._repr_html_(), "text/plain": repr(page)},
        drawing._repr_mimebundle_(),
        live._repr_mimebundle_()[0],
    ]
    cells = [new_code_cell("y", outputs=[new_output("display_data", data=bundle)]) for bundle in bundles]
    notebook = nbformat.from_dict(new_notebook(cells=cells))
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    light = str(theme == "light").lower()
    html = f'<!DOCTYPE html><meta charset="utf-8"><title>notebook</title><body data-jp-theme-light="{light}">{body}'
    (tmp_path / "notebook.html").write_text(html, encoding="utf-8")
    with opened(browser, tmp_path / "notebook.html", color_scheme="no-override") as page:
        assert page.locator("iframe").count() == 2
        for i, value in enumerate(["L = −0.9993", "L = 0.9866"]):
            frame = page.frame_locator("iframe").nth(i)
            assert frame.locator("h1").inner_text().replace("\n", "").startswith(value)
            frame.get_by_role("button", name="Next step").click()
            frame.locator(".counter", has_text="step 2 of").wait_for()
            assert frame.locator("main").get_attribute("data-theme") == theme
        assert TO_PLAY not in page.locator("body").inner_text()
        assert page.locator("img").evaluate_all("all => all.map(image => image.checkVisibility())") == [False, True, False]
