"""Directives for pictures of the gallery, in the theme of the page and the width of the window, and for a player."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from autograd.viz.player import player
from tools.pictures import GALLERY, description
from tools.scenes import SCENES, neuron

NARROW = 600  # pixels, up to which the narrow drawing is shown


class Gallery(SphinxDirective):
    """A picture of docs/gallery/ by its name; the content of the directive is its caption."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in SCENES:
            raise self.error(f"the gallery has no picture {name!r}: it has {', '.join(SCENES)}")
        up = "../" * self.env.docname.count("/")
        modes = "".join(_picture(name, mode, up) for mode in ("light", "dark"))
        caption = self.parse_inline(" ".join(self.content))[0] if self.content else []
        begin, end = nodes.raw("", f'<figure class="gallery">{modes}', format="html"), nodes.raw("", "</figure>", format="html")
        if not caption:
            return [begin, end]
        opened, closed = (nodes.raw("", f"<{slash}figcaption>", format="html") for slash in ("", "/"))
        return [begin, opened, nodes.inline("", "", *caption), closed, end]


def _picture(name: str, mode: str, up: str) -> str:
    wide, narrow = (f"{name}{kind}-{mode}.svg" for kind in ("", "-narrow"))
    about = html.escape(description((GALLERY / wide).read_text(encoding="utf-8")) or SCENES[name].title)
    return (
        f'<picture class="only-{mode}"><source media="(max-width: {NARROW}px)" srcset="{up}gallery/{narrow}" {_size(narrow)}>'
        f'<img src="{up}gallery/{wide}" {_size(wide)} alt="{about}" loading="lazy"></picture>'
    )


def _size(file: str) -> str:
    """The size attributes of a picture, so that nothing moves when it loads."""
    return 'width="{}" height="{}"'.format(*_measured(file))


def _measured(file: str) -> tuple[int, int]:
    """Width and height in pixels."""
    found = re.search(r"<svg[^>]* width=['\"]([\d.]+)[^>]* height=['\"]([\d.]+)", (GALLERY / file).read_text(encoding="utf-8"))
    assert found is not None
    return round(float(found[1])), round(float(found[2]))


class Neuron(SphinxDirective):
    """The player of the README's neuron, which starts to play by itself."""

    def run(self) -> list[nodes.Node]:
        page = player(neuron())
        page.script = PLAYS
        return [nodes.raw("", f'<div class="neuron">{page._repr_html_()}</div>', format="html")]


# It waits until readers have seen the start, and doesn't play for those who prefer reduced motion.
PLAYS = """addEventListener("load", () => setTimeout(() => {
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) document.querySelector("button.main").click();
}, 1000));"""


def copy(app: Any, error: Exception | None) -> None:
    """Copy the pictures next to the pages."""
    if error is None:
        folder = Path(app.outdir) / "gallery"
        folder.mkdir(exist_ok=True)
        for path in GALLERY.glob("*.svg"):
            shutil.copy(path, folder)


def setup(app: Any) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("gallery", Gallery)
    app.add_directive("neuron", Neuron)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
