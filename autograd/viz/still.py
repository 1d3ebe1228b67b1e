"""Outputs that show a picture even in a notebook that is not trusted.

There, and on GitHub, scripts, style sheets and frames are dropped from HTML, and text/html is shown rather than
image/svg+xml; pictures in data URIs remain.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode

from autograd.viz.palette import DARK_PAGES, LIGHT_PAGES

TO_PLAY = "Trust this notebook, or run the cell again, to make it play."
# Media queries in a picture or a frame ask for the color-scheme of their element: that of the notebook around it.
_THEMES = "".join(
    f"{', '.join(f'{page} .autograd-output > *' for page in pages)} {{ color-scheme: {mode}; }}\n"
    for mode, pages in (("light", LIGHT_PAGES), ("dark", DARK_PAGES))
)


def picture(svg: str) -> str:
    """An SVG as HTML that stays a picture without trust."""
    return f'<div class="autograd-output">\n<style>{_THEMES}</style>\n{_image(svg)}\n</div>'


def framed(page: str, title: str, height: int, still: str) -> str:
    """A page in a frame without privileges; where frames are dropped, the SVG `still`, or the title, and how to make it play."""
    shown = _image(still) if still else f"<b>{html.escape(title)}</b>"
    source = page.replace("&", "&amp;").replace('"', "&quot;")  # enough in an attribute, and half as long
    return (
        f'<div class="autograd-output">\n<style>{_THEMES}iframe + .autograd-still {{ display: none; }}</style>\n'
        f'<iframe srcdoc="{source}" title="{html.escape(title)}" sandbox="allow-scripts" '
        f'style="width: 100%; height: {height}px; border: 0; border-radius: 8px"></iframe>'
        f'<div class="autograd-still">{shown}<p>{TO_PLAY}</p></div>\n</div>'
    )


def _image(svg: str) -> str:
    source = b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{source}" alt="{_described(svg)}" style="max-width: 100%; height: auto">'


def _described(svg: str) -> str:
    """The title and the description of a picture, for those who cannot see it."""
    head = svg[: svg.find("<g")]
    texts = [html.unescape(text).strip() for text in re.findall(r"<(?:title|desc)[^>]*>(.*?)</", head, re.DOTALL)]
    return html.escape(". ".join(texts))
