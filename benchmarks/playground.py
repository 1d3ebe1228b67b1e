"""How fast the playground starts, answers and trains, in headless Chromium from this machine: `python -m benchmarks.playground`.

The playground is built first, unless `--built FOLDER` gives a finished build. Words select rows (`start`, `line`, `type`,
`drag`, `batch`, `train`, `stop`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import speed_page
from benchmarks.static_host import StaticHost
from tests.support.browser import ARGUMENTS, WITH_WINDOWS, chromium
from tools.playground import build

OFTEN = 10  # from this many rounds on, a percentile is shown
STARTS = 5  # rounds per kind of start
LINES = {50: 5.0, 10: 10.0}  # Mbit/s: seconds within which the engine should be live
PATIENCE = 90_000  # milliseconds
SECONDS = 4.0  # per training run
SAMPLES = 250
NETS = {(4, 2): 55.0, (16, 16): 50.0, (8, 8, 8): 40.0}  # hidden layers: target frames per second
STEPS, SMOOTH = 1000.0, 30.0  # target steps and frames per second at full speed

# Runs before any script of the page. `starts` is a promise of when the first picture and the live engine were on screen, in
# milliseconds since navigation. `painted(type)` times the next input to the paint that changes the headline, `revived()` the
# end of a loop to the paint of the next text. Both leave a promise of the milliseconds in `took`.
PROBE = """(() => {
  const after = (done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(null);
  });
  const starts = {};
  let live;
  const limited = (name, act) => new Promise((done, failed) => {
    setTimeout(() => failed(new Error(`${name}: nothing came`)), 90000);
    act(done);
  });
  window.starts = limited("start", (done) => { live = () => after((now) => done({ ...starts, live: now })); });
  const headline = () => document.querySelector("#expression h1")?.textContent;
  const look = () => {
    const picture = document.querySelector("#expression .stage svg");
    if (picture && !("sight" in starts)) { starts.sight = null; after((now) => { starts.sight = now; }); }
    if (picture && document.querySelector("#state[data-state=ready]")) return live();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  window.revived = () => {
    window.took = limited("stop", (done) => {
      const before = headline();
      let ended = null;
      const watch = new MutationObserver(() => {
        if (ended === null && document.body.innerText.includes("stopped")) ended = performance.now();
        if (ended === null || headline() === before) return;
        watch.disconnect();
        after((now) => done(now - ended));
      });
      watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  };
  window.painted = (type) => {
    window.took = limited(type, (done) => {
      const before = headline();
      let began = null;
      window.addEventListener(type, (event) => { began ??= event.timeStamp; }, { capture: true, once: true });
      const watch = new MutationObserver(() => {
        if (began === null || headline() === before) return;
        watch.disconnect();
        after((now) => done(now - began));
      });
      watch.observe(document.getElementById("expression"), { subtree: true, childList: true, characterData: true });
    });
  };
})()"""

FRAMES = """async (seconds) => {
  const told = document.querySelector("#network .numbers");
  const steps = () => Number(/^step (\\d+)/.exec(told.textContent)[1]);
  const first = steps(), begin = performance.now();
  let last = first, drawn = 0, now = begin;
  while (now - begin < 1000 * seconds) {
    now = await new Promise(requestAnimationFrame);
    if (steps() !== last) drawn++;
    last = steps();
  }
  return [(1000 * drawn) / (now - begin), (1000 * (last - first)) / (now - begin)];
}"""

BATCH = """net = nn.MLP(2, [4, 4, 1], "tanh", seed=0)
rows = [[0.1 * i, 0.05 * i - 1] for i in range(20)]
loss = autograd.sum([(net(row) - 1.0) ** 2 for row in rows]) * """


@dataclass(frozen=True)
class Row:
    """A row of measurements, their unit, and the goal: an upper bound, or a lower bound if `more` is better."""

    what: str
    found: list[float]
    unit: str
    goal: float
    goal95: float | None = None
    more: bool = False

    def __str__(self) -> str:
        if not self.found:
            return f"{self.what:<58}{'—':>12}"
        middle, high = median(self.found), sorted(self.found)[int(0.95 * (len(self.found) - 1) + 0.5)]
        digits = 2 if self.unit in ("s", "MB") else 0
        met = (middle >= self.goal) if self.more else (middle <= self.goal and (self.goal95 is None or high <= self.goal95))
        cells = f"{middle:>12.{digits}f}{high:>10.{digits}f}" if len(self.found) > 1 else f"{middle:>12.{digits}f}{'':10}"
        goal = f"{'≥' if self.more else '≤'} {self.goal:g}" + (f", p95 ≤ {self.goal95:g}" if self.goal95 else "")
        return f"{self.what:<58}{cells} {self.unit:<9}{goal:<18}{'met' if met else 'NOT MET'}"

    @property
    def cells(self) -> tuple[str, str, str]:
        """The title, the median, and the 95th percentile if there are enough rounds."""
        digits = 2 if self.unit in ("s", "MB") else 0
        often = len(self.found) >= OFTEN and not self.more
        high = f"{sorted(self.found)[int(0.95 * (len(self.found) - 1) + 0.5)]:.{digits}f} {self.unit}" if often else "—"
        return self.what, f"{median(self.found):.{digits}f} {self.unit}", high


Launch = Callable[[Path], Any]


def started(page: Any, address: str) -> dict[str, float]:
    """Load the page; the seconds until the first picture is visible and until the engine is live."""
    answer = page.goto(f"{address}/index.html", timeout=PATIENCE)
    assert answer.ok, answer.status
    return {name: 0.001 * at for name, at in page.evaluate("window.starts").items()}


def start_rows(launch: Launch, folder: Path) -> Iterator[Row]:
    """Start with an empty cache, again at once, again once the service worker has cached the page, and without the server."""
    found: dict[str, list[float]] = {name: [] for name in ("sight", "cold", "again at once", "warm", "offline")}
    sizes = []
    for _ in range(STARTS):
        with StaticHost(folder) as host, TemporaryDirectory() as profile:
            context = launch(Path(profile))
            first = started(context.pages[0], host.address)
            found["sight"].append(first["sight"])
            found["cold"].append(first["live"])
            sizes.append(1e-6 * host.sent)
            found["again at once"].append(_again(context, host.address))
            context.pages[0].evaluate("navigator.serviceWorker.ready.then(() => null)")  # ready to work offline
            found["warm"].append(_again(context, host.address))
            host.stop()
            with suppress(ConnectionError):
                found["offline"].append(_again(context, host.address))
            context.close()
    yield Row("first sight, before Python", found["sight"], "s", 1.0)
    for name, goal in (("cold", 3.0), ("again at once", 1.5), ("warm", 1.5), ("offline", 1.5)):
        yield Row(f"engine live, {name}", found[name], "s", goal)
    yield Row("transferred until then, gzipped", sizes, "MB", 8.5)


def _again(context: Any, address: str) -> float:
    """Seconds until the engine is live in a new page; ConnectionError if the page doesn't load."""
    from playwright.sync_api import Error

    page = context.new_page()
    try:
        return started(page, address)["live"]
    except Error as error:
        raise ConnectionError(error.message) from None
    finally:
        page.close()


def line_rows(launch: Launch, folder: Path) -> Iterator[Row]:
    """Start over a slow line."""
    for megabits, goal in LINES.items():
        found = []
        for _ in range(3):
            with StaticHost(folder, megabits) as host, TemporaryDirectory() as profile:
                context = launch(Path(profile))
                found.append(started(context.pages[0], host.address)["live"])
                context.close()
        yield Row(f"engine live, {megabits} Mbit/s", found, "s", goal)


def write(page: Any, text: str, settle: float = 1500.0) -> None:
    """Replace the editor's text, then wait `settle` milliseconds."""
    page.click("#expression .cm-content")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)
    page.wait_for_timeout(settle)


def painted(page: Any, kind: str, act: Callable[[], None]) -> float:
    """Milliseconds from an input to the paint of its result."""
    page.evaluate("(kind) => window.painted(kind)", kind)
    act()
    took: float = page.evaluate("window.took")
    page.wait_for_timeout(150)
    return took


def typed(page: Any, text: str, count: int) -> list[float]:
    """Milliseconds from keystroke to paint; each keystroke changes the factor at the end of the text."""
    write(page, text + "2")
    keys = ("3", "Backspace") * (count // 2)
    return [painted(page, "keydown", partial(page.keyboard.press, key)) for key in keys][4:]


def type_rows(page: Any) -> Iterator[Row]:
    """Type into the editor."""
    found = typed(page, "tanh(w1*x1 + w2*x2 + b) * ", 44)
    yield Row("keystroke to painted graph, gradient, sentence", found, "ms", 110.0, 150.0)


def batch_rows(page: Any) -> Iterator[Row]:
    """The same for a graph of thousands of nodes."""
    yield Row("edit of the loss of MLP 2-4-4-1 over 20 samples to paint", typed(page, BATCH, 16), "ms", 300.0)


def drag_rows(page: Any) -> Iterator[Row]:
    """Drag a slider with the mouse."""
    write(page, "tanh(0.1 * (w1*x1 + w2*x2 + b))")  # far from saturation, so that every move shows
    slider = page.locator("#expression .leaves input[type=range]").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    places = [box["x"] + box["width"] * (0.3 + 0.01 * i) for i in range(41)]
    page.mouse.move(box["x"] + box["width"] * 0.2, y)
    page.mouse.down()
    page.wait_for_timeout(500)
    found = [painted(page, "input", partial(page.mouse.move, x, y)) for x in places]
    page.mouse.up()
    yield Row("slider to paint", found, "ms", 33.0, 60.0)


def train_rows(page: Any) -> Iterator[Row]:
    """Train with everything drawn in each frame: one step per frame, then as many as fit."""
    page.click("#tab-network")
    page.wait_for_selector("#network .plane", timeout=PATIENCE)
    samples = page.locator("#network").get_by_label("Samples").and_(page.locator("input[type=number]"))
    samples.fill(str(SAMPLES))
    samples.press("Enter")
    speed = page.locator("#network").get_by_label("Speed")
    for sizes, goal in NETS.items():
        resize(page, sizes)
        name = "-".join(map(str, (2, *sizes, 1)))
        yield Row(f"training {name}, {SAMPLES} points, 60×60 boundary", [played(page)[0]], "frames/s", goal, more=True)
        speed.select_option("full")
        frames, steps = played(page)
        yield Row(f"training {name} at full speed, everything drawn", [steps], "steps/s", STEPS, more=True)
        yield Row(f"training {name} at full speed, everything drawn", [frames], "frames/s", SMOOTH, more=True)
        speed.select_option("1")


def resize(page: Any, sizes: tuple[int, ...]) -> None:
    """Click until the hidden layers have the given sizes."""
    layers = page.locator("#network .layer .size")
    while layers.count() < len(sizes):
        page.get_by_label("Add a layer").click()
    while layers.count() > len(sizes):
        page.get_by_label(f"Remove layer {layers.count()}").click()
    for i, size in enumerate(sizes):
        while (now := int(layers.nth(i).inner_text())) != size:
            page.get_by_label(f"{'More' if now < size else 'Fewer'} neurons in layer {i + 1}").click()
    page.wait_for_timeout(3000)


def played(page: Any) -> list[float]:
    """Frames and steps per second while the network trains."""
    play = page.locator("#network .play")
    play.click()
    page.wait_for_timeout(1000)
    rates: list[float] = page.evaluate(FRAMES, SECONDS)
    play.click()
    return rates


def stop_rows(page: Any) -> Iterator[Row]:
    """Stop an endless loop."""
    found = []
    page.click("#tab-expression")
    for text in ("sin(t)", "cos(t) + 2", "tan(t)"):
        write(page, "a = Value(1.0)\nwhile True: a = a + 1", settle=0)
        page.evaluate("window.revived()")
        page.get_by_text("stopped").first.wait_for(timeout=PATIENCE)
        write(page, text, settle=0)
        found.append(0.001 * page.evaluate("window.took"))
        page.wait_for_timeout(2000)
    yield Row("run-away loop stopped, page live again", found, "s", 1.5)


STARTING: dict[str, Callable[[Launch, Path], Iterator[Row]]] = {"start": start_rows, "line": line_rows}
LIVE: dict[str, Callable[[Any], Iterator[Row]]] = {
    "type": type_rows,
    "drag": drag_rows,
    "batch": batch_rows,
    "train": train_rows,
    "stop": stop_rows,
}


@contextmanager
def built(words: list[str]) -> Iterator[Path]:
    """The folder of the built playground."""
    if "--built" in words:
        at = words.index("--built")
        _, folder = words[at : at + 2]
        del words[at : at + 2]
        yield Path(folder)
        return
    with TemporaryDirectory() as folder:
        build(Path(folder))
        yield Path(folder)


def main() -> None:
    from playwright.sync_api import sync_playwright

    words = sys.argv[1:]
    with built(words) as folder, sync_playwright() as playwright:

        def launch(profile: Path) -> Any:
            options: dict[str, Any] = {
                "executable_path": chromium(WITH_WINDOWS),
                "args": ARGUMENTS,
                "viewport": {"width": 1280, "height": 800},
            }
            context = playwright.chromium.launch_persistent_context(profile, **options)
            context.add_init_script(PROBE)
            return context

        print(f"system load before the run: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        print(f"{'playground in Chromium':<58}{'median':>12}{'p95':>10} {'':9}goal")
        rows = []
        for row in measured(launch, folder, words):
            print(row, flush=True)
            rows.append(row)
    if not words:
        speed_page.keep("playground", [row.cells for row in rows if row.found])


def measured(launch: Launch, folder: Path, words: list[str]) -> Iterator[Row]:
    """The rows selected by the words; all without words."""
    for name, starting in STARTING.items():
        if not words or name in words:
            yield from starting(launch, folder)
    with StaticHost(folder) as host, TemporaryDirectory() as profile:
        context = launch(Path(profile))
        live_page = context.pages[0]
        started(live_page, host.address)
        for name, live in LIVE.items():
            if not words or name in words:
                yield from live(live_page)
        context.close()


if __name__ == "__main__":
    main()
