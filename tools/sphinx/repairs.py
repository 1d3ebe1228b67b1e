"""Repairs of Sphinx's HTML: it lacks sizes of images, and markup that screen readers need."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import imagesize
from docutils import nodes

IMAGE = re.compile(r'<img(?![^>]* width=)[^>]* src="[./]*_images/(?P<name>[^"]+)"')
SIGNATURE = re.compile(r'<dt class="sig .*?</dt>', re.DOTALL)
# Sphinx makes parameters, one per line, a definition list without terms, a caption a heading without a level, and the
# corner of a table a header without text.
PARAMETERS = {"<dl>": '<span class="parameters">', "</dl>": "</span>", "<dd>": '<span class="parameter">', "</dd>": "</span>"}
MENDED = {'role="heading"': 'role="heading" aria-level="2"', '<th class="head"><p></p></th>': "<td></td>"}


def repair(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Repair the body of a page."""
    if doctree is not None:
        body = IMAGE.sub(lambda found: _sized(found, app.builder), context["body"])
        body = SIGNATURE.sub(lambda found: _replaced(found[0], PARAMETERS), body)
        context["body"] = _replaced(body, MENDED)


def _sized(found: re.Match[str], builder: Any) -> str:
    """An image with its size, so that the text below stays in place when the image loads."""
    path = next(Path(builder.srcdir) / path for path, name in builder.images.items() if name == found["name"])
    width, height = imagesize.get(path)
    return f'{found[0]} width="{width}" height="{height}"' if width > 0 else found[0]


def _replaced(text: str, words: dict[str, str]) -> str:
    for word, other in words.items():
        text = text.replace(word, other)
    return text


def setup(app: Any) -> dict[str, Any]:
    """Repair every page."""
    app.connect("html-page-context", repair)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
