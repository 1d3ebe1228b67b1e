"""Outputs that show a picture even in a notebook that is not trusted.

There, and on GitHub, scripts, style sheets and frames are dropped from HTML, and text/html is shown rather than
image/svg+xml; pictures in data URIs remain.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode

from autograd.viz.palette import DARK_PAGES, LIGHT_PAGES, standalone

MIN_SCALE = 0.9  # of a picture that is wider than its notebook: then it scrolls
TO_PLAY = "Trust this notebook, or run the cell again, to make it play."
# Media queries in a picture or a frame ask for the color-scheme of their element: that of the notebook around it.
_THEMES = "".join(
    f"{', '.join(f'{page} .autograd-output > *' for page in pages)} {{ color-scheme: {mode}; }}\n"
    for mode, pages in (("light", LIGHT_PAGES), ("dark", DARK_PAGES))
)
_SCROLLS = "overflow-x: auto"


def picture(svg: str) -> str:
    """An SVG as HTML that stays a picture without trust."""
    return f'<div class="autograd-output" style="{_SCROLLS}">\n<style>{_THEMES}</style>\n{_image(svg)}\n</div>'


def framed(page: str, title: str, height: int, still: str) -> str:
    """A page in a frame without privileges; where frames are dropped, the SVG `still`, or the title, and how to make it play."""
    shown = _image(still) if still else f"<b>{html.escape(title)}</b>"
    quote, escaped = min(('"', "&quot;"), ("'", "&#39;"), key=lambda pair: page.count(pair[0]))
    source = page.replace("&", "&amp;").replace(quote, escaped)  # no more than an attribute needs
    return (
        f'<div class="autograd-output" style="{_SCROLLS}">\n'
        f"<style>{_THEMES}iframe + .autograd-still {{ display: none; }}</style>\n"
        f'<iframe srcdoc={quote}{source}{quote} title="{html.escape(title)}" sandbox="allow-scripts" '
        f'style="width: 100%; height: {height}px; border: 0; border-radius: 8px"></iframe>'
        f'<div class="autograd-still">{shown}<p>{TO_PLAY}</p></div>\n</div>'
    )


def _image(svg: str) -> str:
    source = b64encode(standalone(_without_handles(svg)).encode()).decode()
    width = re.search(r"<svg[^>]* width=[\"']([\d.]+)", svg)
    least = f"min-width: {MIN_SCALE * float(width[1]):.0f}px; " if width else ""
    style = f"{least}max-width: 100%; height: auto"
    return f'<img src="data:image/svg+xml;base64,{source}" alt="{_described(svg)}" style="{style}">'


def _without_handles(svg: str) -> str:
    """The SVG without what only scripts and style sheets around it would use."""
    handles = "class|data-[a-z-]+" if re.search(r"url\(#|href=[\"']#", svg) else "id|class|data-[a-z-]+"
    return re.sub("<[^>]*>", lambda tag: re.sub(rf" (?:{handles})=(?:\"[^\"]*\"|'[^']*')", "", tag[0]), svg)


def _described(svg: str) -> str:
    """The title and the description of a picture, for those who cannot see it."""
    head = svg[: svg.find("<g")]
    texts = [html.unescape(text).strip() for text in re.findall(r"<(?:title|desc)[^>]*>(.*?)</", head, re.DOTALL)]
    return html.escape(". ".join(texts))
