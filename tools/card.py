"""`python -m tools.card`: docs/_static/card.png, the preview that chats and feeds show for a link to the site."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from autograd.viz.palette import variables
from tests.support.browser import ARGUMENTS, chromium
from tools.pictures import GALLERY

CARD = Path(__file__).parent.parent / "docs/_static/card.png"
SIZE: ViewportSize = {"width": 1200, "height": 630}
PAGE = """<!DOCTYPE html><style>
body {{ {colours} margin: 0; padding: 56px 64px; background: var(--paper); color: var(--ink); }}
h1, p {{ margin: 0; font: bold 68px "Liberation Sans", sans-serif; }}
p {{ margin: 12px 0 36px; font-weight: normal; font-size: 34px; color: var(--quiet); }}
div {{ height: 376px; overflow: hidden; }}
svg {{ display: block; width: 1072px; height: auto; }}
</style><h1>scalar-autograd</h1><p>See every gradient: a glass-box autodiff engine for Python</p><div>{neuron}</div>"""


def main() -> None:
    """Draw the card."""
    neuron = (GALLERY / "neuron-light.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport=SIZE)
        page.set_content(PAGE.format(colours=variables("light"), neuron=neuron[neuron.index("<svg") :]))
        page.screenshot(path=CARD)
        browser.close()


if __name__ == "__main__":
    main()
