"""`make demo` ends with one page that shows three, and opens it only where somebody can see it."""

import webbrowser

import pytest

import tools.demo
from tests.support.browser import opened
from tools.demo import has_display, main


@pytest.mark.parametrize(
    ("environment", "platform", "seen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
        ({"CI": "true"}, "darwin", False),
    ],
)
def test_there_is_a_display_unless_ci_or_a_linux_says_there_is_none(environment, platform, seen):
    assert has_display(environment, platform) == seen


@pytest.mark.parametrize(("arguments", "display", "opens"), [((), ":0", 1), (("--no-open",), ":0", 0), ((), "", 0)])
def test_the_page_is_opened_for_somebody_with_a_display_who_wants_it(arguments, display, opens, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(tools.demo, "train", tools.demo.step)  # quicker than training
    monkeypatch.setattr(tools.demo, "read", tools.demo.step)
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", shown.append)
    main(arguments)
    page = tmp_path / "demo/index.html"
    assert shown == [page.as_uri()] * opens
    assert str(page) in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(("width", "mode"), [(1280, "light"), (390, "dark")])
def test_one_page_shows_the_player_the_training_and_the_network(width, mode, browser, demo):
    with opened(browser, demo, viewport={"width": width, "height": 800}, color_scheme=mode) as page:
        frames = {name: page.frame_locator(f"iframe[src='{name}.html']") for name in ("player", "training", "network")}
        for name, last in (("player", 11), ("training", 60)):
            slider = frames[name].get_by_role("slider", name="Step", exact=True)
            slider.fill(slider.get_attribute("max"))
            frames[name].locator(".counter", has_text=f"{last} of {last}").wait_for()
        for title in ("Decision boundary", "Loss", "Accuracy"):
            frames["training"].get_by_text(title).first.wait_for()
        frames["network"].locator("[data-unit]").nth(4).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        schemes = {one.evaluate("getComputedStyle(document.querySelector('.autograd')).colorScheme") for one in page.frames[1:]}
        assert schemes == {mode}
