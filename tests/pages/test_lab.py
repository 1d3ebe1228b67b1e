"""Players, drawings and the live player in a real JupyterLab."""

import math

import pytest
from nbformat.v4 import new_code_cell, new_output

from autograd import Value, _format, paths, steps
from autograd.viz.draw_dot import draw_dot
from autograd.viz.page import TO_PLAY
from autograd.viz.palette import COLOURS
from autograd.viz.player import player
from autograd.viz.widget import widget
from tests.support.lab import change_theme, command, run_all, running_lab, save

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


def wide():
    y = Value(1.0, label="x")
    for _ in range(30):
        y = y.sin()
    return y


def shown(y):
    """A cell with the output of a run elsewhere."""
    bundle = y._repr_mimebundle_() if hasattr(y, "_repr_mimebundle_") else {"text/html": y._repr_html_(), "text/plain": repr(y)}
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return new_code_cell("y", outputs=[new_output("display_data", data=data)])


def visible(outputs):
    """For each output, True if it shows a picture; and its text."""
    found = outputs.evaluate_all(
        """async all => {
             const images = all.flatMap(output => [...output.querySelectorAll("img")]);
             await Promise.all(images.map(image => image.decode()));
             return all.map(output => [
               [...output.querySelectorAll("img")].map(image => image.naturalWidth > 100 && image.checkVisibility()),
               output.innerText
             ]);
           }"""
    )
    return [(all(pictures) and pictures != [], text) for pictures, text in found]


def test_what_is_shown_is_a_picture_until_it_is_trusted_and_then_plays_and_follows_the_theme(lab):
    """All in one notebook, since Lab takes long to open one."""
    y = graph()
    drawings = [player(y), draw_dot(y), draw_dot(wide(), direction="LR"), widget(y)]
    lab.write("untrusted.ipynb", [shown(it) for it in (*drawings, steps(y), paths(y.args[0], of=y))])
    with lab.opened("untrusted.ipynb") as page:
        outputs, cards = page.locator(".jp-OutputArea-output"), page.locator(".autograd.answer")
        for i in range(len(drawings)):
            outputs.nth(i).locator("img").wait_for()
        assert visible(outputs)[: len(drawings)] == [(True, TO_PLAY), (True, ""), (True, ""), (True, TO_PLAY)]
        assert outputs.nth(2).locator("img").bounding_box()["width"] > 2000  # it scrolls
        cards.nth(1).wait_for()
        words = [" ".join(text.split()) for text in cards.all_inner_texts()]
        assert f"{len(steps(y))} steps of L" in words[0]

        command(page, "notebook:trust")
        page.locator(".jp-Dialog button.jp-mod-accept").click()
        frame = outputs.nth(0).frame_locator("iframe")
        frame.get_by_role("button", name="Next step").click()
        outputs.nth(1).locator("img").wait_for()
        assert visible(outputs)[:2] == [(False, ""), (True, "")]
        page.locator(".autograd.answer style").first.wait_for(state="attached")
        assert [" ".join(text.split()) for text in cards.all_inner_texts()] == words
        for theme, paper in zip(("dark", "light"), COLOURS["paper"][::-1], strict=True):
            change_theme(page, theme)
            inside = frame.locator(f"main[data-theme={theme}]")
            inside.wait_for()
            assert inside.evaluate("main => getComputedStyle(main).colorScheme") == theme
            assert outputs.nth(1).locator("img").evaluate("image => getComputedStyle(image).colorScheme") == theme
            rgb = ", ".join(str(int(paper[i : i + 2], 16)) for i in (1, 3, 5))
            page.wait_for_function(
                "rgb => getComputedStyle(document.querySelector('.autograd.answer')).backgroundColor === rgb", arg=f"rgb({rgb})"
            )


LIVE = """
from autograd import Value
from autograd.viz import widget
w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.25, "b")
y = (w * x + b).tanh()
y.label = "y"
live = widget(y, [w, b])
live
"""


# The index of the selected cell, and the number of cells.
PLACE = "(({ activeCellIndex, widgets }) => [activeCellIndex, widgets.length])(window.jupyterapp.shell.currentWidget.content)"


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
    """The live player at its last step, with its table open."""
    live.get_by_role("button", name="Numbers of all nodes").click()
    live.get_by_role("slider", name="Step").press("End")
    return live


def titled(live, y):
    return live.locator("h1").filter(has_text=f"y = {_format.shown(y, 4)}, forward and backward")


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

        first.get_by_role("slider", name="w", exact=True).fill("0.8")
        await_numbers(first, 0.8, -0.25)
        field = first.get_by_role("textbox", name="b, as a number")
        for typed in ("-1e3", "0.125"):
            field.fill(typed)
            field.press("Enter")
            await_numbers(first, 0.8, float(typed))
        assert first.get_by_role("slider", name="b", exact=True).get_attribute("min") == "-3000"
        field.fill("1/2")
        field.press("Enter")
        assert first.get_by_role("alert").nth(1).inner_text() == "“1/2” is not a number: write 0.5, -2, 1e-3, inf or nan"
        assert field.get_attribute("aria-invalid") == "true"
        await_numbers(first, 0.8, 0.125)
        field.press("Escape")
        field.fill("nan")
        field.press("Enter")
        titled(first, math.nan).wait_for()
        field.fill("0.125")
        field.press("Enter")
        await_numbers(first, 0.8, 0.125)
        await_numbers(second, 0.5, -0.25)

        step = first.get_by_role("slider", name="Step")
        step.focus()
        place = page.evaluate(PLACE)
        for key in ("d", "d", "b", "x", "Home", "ArrowRight"):  # Lab's keys to delete, insert or cut a cell, or select another
            step.press(key)
        assert (page.evaluate(PLACE), step.input_value()) == (place, "1")

        step.blur()
        top = first.bounding_box()["y"]
        first.locator(".stage").hover()
        page.mouse.wheel(0, 80)
        page.wait_for_function("([live, top]) => live.getBoundingClientRect().y < top - 40", arg=[first.element_handle(), top])

        for theme in ("dark", "light"):
            change_theme(page, theme)
            assert first.evaluate("live => getComputedStyle(live.querySelector('.stage')).colorScheme") == theme
        save(page)
        page.reload()
        await_numbers(at_the_end(first), 0.8, 0.125)
        first.get_by_role("slider", name="w", exact=True).fill("-0.4")
        await_numbers(first, -0.4, 0.125)
        command(page, "notebook:clear-all-cell-outputs")
        first.wait_for(state="detached")
