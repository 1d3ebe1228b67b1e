"""Players, drawings and the live player in a real JupyterLab."""

import math

import pytest
from nbformat.v4 import new_code_cell, new_output

from autograd import Value, _format
from autograd.viz.draw_dot import draw_dot
from autograd.viz.player import player
from tests.support.browser import browser
from tests.support.lab import change_theme, command, run_all, running_lab

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


LIVE = """
from autograd import Value
from autograd.viz import widget
w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.25, "b")
y = (w * x + b).tanh()
y.label = "y"
live = widget(y, [w, b])
live
"""


def recorded(w, b):
    w, x, b = Value(w, "w"), Value(2.0, "x"), Value(b, "b")
    y = (w * x + b).tanh()
    y.label = "y"
    y.backward()
    return {"w": w, "x": x, "b": b, "y": y}


def numbers(live):
    """The values and gradients of the named nodes, as the table shows them."""
    rows = live.locator("tr[data-node]").evaluate_all("rows => rows.map(row => [...row.children].map(cell => cell.textContent))")
    return {name: (value, gradient) for name, value, gradient in rows if name in "wxby"}


def expected(w, b):
    return {name: (_format.shown(node.data), _format.shown(node.grad)) for name, node in recorded(w, b).items()}


def at_the_end(live):
    """The live player at its last step, its table open."""
    live.get_by_role("button", name="Numbers of all nodes").click()
    live.get_by_role("slider", name="Step").press("End")
    return live


def titled(live, y):
    return live.locator("h1").filter(has_text=f"y = {_format.shown(y)}, forward and backward")


def await_numbers(live, w, b):
    titled(live, recorded(w, b)["y"].data).wait_for()
    assert numbers(live) == expected(w, b)


def test_the_live_player_follows_its_leaves_and_the_theme_and_keeps_its_keys_to_itself(lab):
    lab.write("live.ipynb", [LIVE, LIVE])
    with lab.opened("live.ipynb") as page:
        run_all(page)
        first, second = (page.locator(".jp-OutputArea-output .autograd.live").nth(i) for i in range(2))
        second.wait_for()
        for live in (second, first):
            await_numbers(at_the_end(live), 0.5, -0.25)
        page.screenshot(path="/tmp/w/live.png")

        first.get_by_role("slider", name="w", exact=True).fill("0.8")
        await_numbers(first, 0.8, -0.25)
        field = first.get_by_role("textbox", name="b, as a number")
        for typed in ("-1e3", "0.125"):
            field.fill(typed)
            field.press("Enter")
            await_numbers(first, 0.8, float(typed))
        assert first.get_by_role("slider", name="b", exact=True).get_attribute("min") == "-3000"
        field.fill("0,5")
        field.press("Enter")
        assert first.get_by_role("alert").nth(1).inner_text() == "“0,5” is not a number: write 0.5"
        assert field.get_attribute("aria-invalid") == "true"
        await_numbers(first, 0.8, 0.125)
        page.screenshot(path="/tmp/w/live2.png")
        field.press("Escape")
        field.fill("nan")
        field.press("Enter")
        titled(first, math.nan).wait_for()
        field.fill("0.125")
        field.press("Enter")
        await_numbers(first, 0.8, 0.125)
        await_numbers(second, 0.5, -0.25)

        cells = page.locator(".jp-Cell").count()
        step = first.get_by_role("slider", name="Step")
        for key in ("d", "d", "b", "x", "Home", "ArrowRight"):  # in Lab: delete, insert or cut a cell, go to another
            step.press(key)
        assert (page.locator(".jp-Cell").count(), step.input_value()) == (cells, "1")
        assert page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex") < cells

        for theme in ("dark", "light"):
            change_theme(page, theme)
            assert first.evaluate("live => getComputedStyle(live.querySelector('.stage')).colorScheme") == theme
            page.screenshot(path=f"/tmp/w/live-{theme}.png")
        command(page, "docmanager:save")
        page.locator(".jp-NotebookPanel").wait_for()
        page.reload()
        await_numbers(at_the_end(first), 0.8, 0.125)
        first.get_by_role("slider", name="w", exact=True).fill("-0.4")
        await_numbers(first, -0.4, 0.125)
