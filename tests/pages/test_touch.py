"""Pages on a touch screen: taps and slides do what clicks and drags do."""

import pytest

import nn
from autograd import Value, _format
from autograd.lessons.quiz import quiz
from nn.recording import record_training
from tests.pages.test_widget import expected, live, program
from tests.support.browser import PHONE, opened

pytestmark = pytest.mark.slow

FINGER = {"viewport": PHONE, "has_touch": True, "reduced_motion": "reduce"}


def run(**options):
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    X, y = nn.make_xor(4, shuffle=False)
    settings = {"loss": nn.BCEWithLogitsLoss(), "optimizer": nn.optim.SGD(net.parameters(), lr=0.5), "progress": False}
    return record_training(net, X, y, steps=12, boundary=8, **{**settings, **options})


def slide(page, slider, share):
    """Put a finger on the handle of a slider and drag it to this share of the track."""
    slider.scroll_into_view_if_needed()
    box, (low, high, now) = slider.bounding_box(), slider.evaluate("s => [s.min, s.max, s.value].map(Number)")
    y, handle = box["y"] + box["height"] / 2, 16.0  # the handle's centre stays half its width from the ends
    ends = [box["x"] + handle / 2 + at * (box["width"] - handle) for at in ((now - low) / (high - low), share)]
    client = page.context.new_cdp_session(page)
    client.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for kind, at in (("touchStart", 0.0), *(("touchMove", k / 8) for k in range(1, 9))):
        point = {"x": ends[0] + at * (ends[1] - ends[0]), "y": y}
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    client.detach()  # the page is used again


def test_the_slider_of_steps_follows_a_finger_and_a_button_steps_on(browser, tmp_path):
    with opened(browser, run().save_html(tmp_path / "page.html"), **FINGER) as page:
        slider = page.get_by_role("slider", name="Step", exact=True)
        for share, step in ((0.5, 6), (1.0, 12), (0.25, 3)):
            slide(page, slider, share)
            page.locator(".counter", has_text=f"{step} of 12").wait_for()
            assert slider.input_value() == str(step)
        page.get_by_role("button", name="Next step").tap()
        page.locator(".counter", has_text="4 of 12").wait_for()


def test_a_slider_of_the_widget_follows_a_finger_and_the_numbers_follow_the_slider(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        leaf = shown.slider("w")
        slide(shown.page, leaf, 0.75)
        low, high, w = leaf.evaluate("s => [s.min, s.max, s.value].map(Number)")
        assert (w - low) / (high - low) == pytest.approx(0.75, abs=0.03)
        y, _ = program(w)
        shown.titled(y.data)
        assert shown.numbers() == expected(y)


def test_a_quiz_is_answered_by_taps(browser, tmp_path):
    x, w = Value(2.0, "x"), Value(-3.0, "w")
    y = (w * x + 1.0) ** 2
    y.label = "y"
    asked = quiz(y)
    first, second, *_ = asked.key().solutions
    with opened(browser, asked.page.save_html(tmp_path / "quiz.html"), **FINGER) as page:
        item = page.locator(f'[data-question="{first.number}"]')
        item.get_by_role("textbox").tap()
        item.locator("input:focus").wait_for()
        page.keyboard.type(_format.shown(asked._solved.gradient(asked.questions[0].node)).replace("−", "-"))
        item.get_by_role("button", name="Check").tap()
        page.locator(".score", has_text="1 of").wait_for()
        other = page.locator(f'[data-question="{second.number}"]')
        other.get_by_role("button", name="Show the answer").tap()
        status = other.get_by_role("status")
        status.filter(has_text=second.how).wait_for()
        assert status.inner_text() == second.how


def test_a_tap_chooses_what_the_lines_of_a_network_show_and_maps_in_its_circles(browser, tmp_path):
    with opened(browser, run().save_html(tmp_path / "page.html"), **FINGER) as page:
        for what in ("gradient", "update", "weight"):
            page.locator(".network-switch label", has_text=what).tap()
            page.locator(".network-sentence", has_text=f"The largest {what}").wait_for()
            assert page.get_by_role("radio", name=what).is_checked()
        maps = page.get_by_role("checkbox", name="maps")
        for seen in (True, False):
            maps.tap()
            page.locator(".maps").wait_for(state="visible" if seen else "hidden")
            assert maps.is_checked() == seen
