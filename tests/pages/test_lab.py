"""Players, drawings and the live player in a real JupyterLab."""

import pytest
from nbformat.v4 import new_code_cell, new_output

from autograd import Value
from autograd.viz.draw_dot import draw_dot
from autograd.viz.player import player
from tests.support.browser import browser
from tests.support.lab import change_theme, command, running_lab

__all__ = ["browser"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab"), browser) as lab:
        yield lab


def graph():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    L = (a * b + a).tanh()
    L.label = "L"
    return L


def shown(y):
    """A cell that was run elsewhere."""
    bundle = y._repr_mimebundle_() if hasattr(y, "_repr_mimebundle_") else {"text/html": y._repr_html_(), "text/plain": repr(y)}
    return new_code_cell("y", outputs=[new_output("display_data", data=bundle)])


def test_a_notebook_that_is_not_trusted_shows_pictures_and_how_to_make_them_play(lab):
    lab.write("untrusted.ipynb", [shown(player(graph())), shown(draw_dot(graph()))])
    with lab.opened("untrusted.ipynb") as page:
        outputs = page.locator(".jp-OutputArea-output")
        outputs.nth(1).locator("img").wait_for()
        assert outputs.locator("img").evaluate_all("all => all.map(image => image.naturalWidth > 100)") == [True, True]
        assert outputs.locator("iframe").count() == 0
        assert outputs.nth(0).inner_text() == "Trust this notebook, or run the cell again, to make it play."
        assert outputs.nth(1).inner_text() == ""
        page.screenshot(path="/tmp/w/untrusted.png")
        command(page, "notebook:trust")
        page.locator(".jp-Dialog button.jp-mod-accept").click()
        frame = outputs.nth(0).frame_locator("iframe")
        frame.get_by_role("button", name="Next step").click()
        assert outputs.locator("img").evaluate_all("all => all.map(image => image.checkVisibility())") == [False, True]
        page.screenshot(path="/tmp/w/trusted.png")
        change_theme(page, "dark")
        page.wait_for_timeout(500)
        page.screenshot(path="/tmp/w/dark.png")
