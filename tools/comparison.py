"""`python -m tools.comparison FOLDER`: a page with the gallery beside drawings by micrograd, torchviz and a Playground.

With --blind, each picture becomes a PNG under a random name; key.json in the folder says which is which.
Needs torch, torchviz, micrograd, Pillow, and for --blind Playwright and Chromium.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from autograd.viz.dot import layout
from autograd.viz.palette import standalone
from tools.peer_drawings import MICROGRAD, TORCHVIZ
from tools.pictures import PAGE, PAGE_STYLE
from tools.playground_like import PLAYGROUND
from tools.scenes import SCENES

PEERS: dict[str, dict[str, Callable[[], Any]]] = {
    "micrograd's draw_dot": MICROGRAD,
    "torchviz's make_dot": TORCHVIZ,
    "a view like the TensorFlow Playground's": PLAYGROUND,
}
SCREEN = {"width": 1280, "height": 800}
LEAD = "Each picture of the gallery, and below it other tools' drawings of the same computation."
STYLE = f"""{PAGE_STYLE}
section div {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }}
figure {{ margin: 0; }}
figure img {{ background: #fff; }}"""


class Pair(NamedTuple):
    """A scene, with our drawing of it and one peer's, as SVG."""

    scene: str
    peer: str
    ours: str
    theirs: str


def pairs() -> Iterator[Pair]:
    """All scenes that a peer draws too."""
    warnings.simplefilter("ignore")  # torchviz warns about distutils
    for name, scene in SCENES.items():
        drawers = [(peer, drawings[name]) for peer, drawings in PEERS.items() if name in drawings]
        if drawers:
            ours = standalone(scene.draw(False).pipe("svg", encoding="utf-8"), "light")
            yield from (Pair(name, peer, ours, svg(draw())) for peer, draw in drawers)


def svg(drawing: Any) -> str:
    """A peer's drawing as SVG."""
    return drawing if isinstance(drawing, str) else layout(drawing.source).decode()


# -- the page ------------------------------------------------------------------------------------------


def page(folder: Path) -> None:
    """Write a page with our picture of each scene, and below it those of the peers."""
    sections = []
    for name, drawn in groupby(pairs(), key=lambda pair: pair.scene):
        group, title = list(drawn), html.escape(SCENES[name].title)
        (folder / f"{name}.svg").write_text(group[0].ours, encoding="utf-8")
        figures = []
        for i, pair in enumerate(group):
            (folder / f"{name}-{i}.svg").write_text(pair.theirs, encoding="utf-8")
            peer = html.escape(pair.peer)
            image = f'<img src="{name}-{i}.svg" alt="{title}: {peer}">'
            figures.append(f"<figure><figcaption>{peer}</figcaption>{image}</figure>")
        ours = f'<img src="{name}.svg" alt="{title}">'
        sections.append(f"<section><h2>{title}</h2>{ours}<div>{''.join(figures)}</div></section>")
    text = PAGE.format(title="The gallery and other tools", style=STYLE, lead=LEAD, sections="\n".join(sections))
    (folder / "index.html").write_text(text, encoding="utf-8")


# -- blind ---------------------------------------------------------------------------------------------


def blind(folder: Path, names: list[str]) -> None:
    """Write each pair as PNGs A and B under a random name, shrunk if larger than a screen."""
    from playwright.sync_api import sync_playwright

    from tests.support.browser import ARGUMENTS, chromium

    key = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for pair in pairs():
            if names and pair.scene not in names:
                continue
            name = f"{random.randrange(16**6):06x}"
            sides = ["ours", "theirs"]
            random.shuffle(sides)
            key[name] = {"scene": pair.scene, "peer": pair.peer, "A": sides[0], "B": sides[1]}
            for letter, side in zip("AB", sides, strict=True):
                _picture(browser, getattr(pair, side), folder / f"{name}-{letter}.png")
        browser.close()
    (folder / "key.json").write_text(json.dumps(key, indent=1))


def _picture(browser: Any, drawing: str, path: Path) -> None:
    image = b64encode(drawing.encode()).decode()
    tab = browser.new_page(viewport=SCREEN)
    tab.set_content(
        '<body style="margin:0;height:100vh;display:grid;place-items:center;background:#fff">'
        f'<img src="data:image/svg+xml;base64,{image}" style="max-width:100vw;max-height:100vh"></body>'
    )
    tab.screenshot(path=path)
    tab.close()


def main() -> None:
    """Write the page, or the pictures for a blind judgement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--blind", action="store_true")
    parser.add_argument("scenes", nargs="*", help="the scenes to judge (default: all)")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.blind:
        blind(given.folder, given.scenes)
    else:
        page(given.folder)


if __name__ == "__main__":
    main()
