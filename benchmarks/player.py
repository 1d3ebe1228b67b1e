"""How smoothly a large graph plays, pans and zooms in the player, in headless Chromium: `python -m benchmarks.player`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import autograd
import nn
from autograd import Value
from tests.support.browser import ARGUMENTS, WITH_WINDOWS, chromium

SECONDS = 4.0  # per measurement
FRAMES = """async (seconds) => {
  const times = [];
  const begin = performance.now();
  for (let now = begin; now - begin < 1000 * seconds; ) times.push((now = await new Promise(requestAnimationFrame)));
  return times.slice(1).map((time, i) => time - times[i]);
}"""


def chain() -> Value:
    """A chain of 10,001 steps."""
    y = Value(1.0, label="x")
    for _ in range(2500):
        y = y * 1.0001 + 0.5
    return y


def batch() -> Value:
    """About 10,000 steps: the loss of a net on 72 samples."""
    net = nn.MLP(2, [16, 16, 1], "tanh", seed=0)
    losses = [(net([Value(0.1 * i), Value(0.05 * i - 1.0)]) - 1.0) ** 2 for i in range(72)]
    return autograd.sum(losses)


def play(speed: str) -> Callable[[Any], None]:
    def begin(page: Any) -> None:
        page.get_by_label("Speed").select_option(speed)
        page.get_by_role("button", name="Play").click()

    return begin


def move(page: Any, script: str) -> None:
    """Dispatch a wheel or drag event on the stage in every frame."""
    page.evaluate(
        """(script) => {
          const stage = document.querySelector(".stage");
          const at = { bubbles: true, clientX: 600, clientY: 300 };
          const send = (kind, options) => stage.dispatchEvent(new kind(options.type, { ...at, ...options }));
          const act = new Function("send", "t", script);
          let t = 0;
          requestAnimationFrame(function next() { act(send, t++); requestAnimationFrame(next); });
        }""",
        script,
    )


WHEEL = "send(WheelEvent, { type: 'wheel', deltaY: 40 * Math.sin(t / 30), cancelable: true })"
DRAG = """if (t === 0) document.querySelector("[aria-label^='Zoom in']").click();
const to = { clientX: 600 + 300 * Math.sin(t / 30), clientY: 300 + 100 * Math.cos(t / 40) };
if (t === 20) send(PointerEvent, { type: "pointerdown", pointerId: 1, ...to });
send(PointerEvent, { type: "pointermove", pointerId: 1, ...to });"""


def play_with_table(page: Any) -> None:
    page.get_by_role("button", name="Numbers of all nodes").click()
    play("1×")(page)


ACTS: dict[str, Callable[[Any], None]] = {
    "play": play("1×"),
    "play 4×": play("4×"),
    "play 16×": play("16×"),
    "play, table open": play_with_table,
    "wheel": lambda page: move(page, WHEEL),
    "drag": lambda page: move(page, DRAG),
}


def measured(browser: Any, path: str, act: Callable[[Any], None]) -> tuple[list[float], float]:
    """Frame durations and the page's mean busy time per frame, in milliseconds."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(Path(path).as_uri())
    page.locator(".node.now").wait_for(state="attached")
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")

    def busy() -> float:
        return next(
            float(one["value"]) for one in client.send("Performance.getMetrics")["metrics"] if one["name"] == "TaskDuration"
        )

    act(page)
    before = busy()
    durations: list[float] = page.evaluate(FRAMES, SECONDS)
    work = 1000 * (busy() - before) / len(durations)
    page.close()
    return durations, work


def smoothness() -> Iterator[tuple[str, str]]:
    """Measurements, as (what, result) pairs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium(WITH_WINDOWS), args=ARGUMENTS)
        for graph in (chain, batch):
            shown = autograd.player(graph())
            path = shown.save_html(Path(folder) / f"{graph.__name__}.html")
            for what, act in ACTS.items():
                durations, work = measured(browser, path, act)
                times = sorted(durations)
                rate, most = 1000 * len(times) / sum(times), times[int(0.99 * len(times))]
                found = f"{rate:.1f} frames per second, 99 % of them within {most:.0f} ms; {work:.1f} ms of work per frame"
                yield f"player of a {graph.__name__} of {len(shown.data['steps']):,} steps: {what}", found
        browser.close()


if __name__ == "__main__":
    for row in smoothness():
        print(": ".join(row), flush=True)
