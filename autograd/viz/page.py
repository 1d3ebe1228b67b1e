"""Step-through pages, each one self-contained HTML document; and pictures that are seen even in a notebook without trust.

There, and on GitHub, scripts, style sheets and frames are dropped from HTML, and text/html is shown rather than
image/svg+xml; pictures in data URIs remain.
"""

from __future__ import annotations

import html
import json
import math
import re
from base64 import b64encode
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from autograd._files import write_atomically
from autograd.viz.palette import DARK_PAGES, LIGHT_PAGES, recoloured, standalone, theme_css

TO_PLAY = "Trust this notebook, or run the cell again, to make it play."
# Media queries in a picture or a frame ask for the color-scheme of their element: that of the notebook around it.
_THEMES = "".join(
    f"{', '.join(f'{page} .autograd-output > *' for page in pages)} {{ color-scheme: {mode}; }}\n"
    for mode, pages in (("light", LIGHT_PAGES), ("dark", DARK_PAGES))
)
_FRAMES = """iframe + .autograd-still { display: none; }
@media (max-width: 519px) { .autograd-output > iframe { min-height: 600px; } }
"""  # on a phone, where time runs down
_SCROLLS = "overflow-x: auto"
# Nothing is loaded from outside, and nothing is sent there.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main class="autograd"></main>
<script type="application/json" id="data">{data}</script>
<script>
{script}
mount(document.querySelector("main"), JSON.parse(document.getElementById("data").textContent));
</script>
</body>
</html>
"""


class Player:
    """A self-contained page that steps through a computation; it displays itself in a notebook.

    It needs no network and no Python: it also works in an exported notebook, and opened from disk. In a notebook
    that is not trusted, there is the picture `still`, an SVG. `script` is JavaScript written for this page alone.

    >>> from autograd import Value, player
    >>> player(Value(2.0, label="x").exp()).html[:15]
    '<!DOCTYPE html>'
    """

    def __init__(
        self, title: str, data: Any, assets: Sequence[str | Path], height: int = 640, still: str = "", script: str = ""
    ) -> None:
        self.title, self.data, self.assets, self.height = title, data, tuple(assets), height
        self.still, self.script = still, script

    @property
    def html(self) -> str:
        """The page."""
        return _PAGE.format(
            policy=POLICY,
            title=html.escape(_encodable(self.title)),
            style=styles(*(path for path in self.assets if str(path).endswith(".css"))),
            data=as_json(self.data),
            script="\n".join((bundle("scrubber.js", *(path for path in self.assets if str(path).endswith(".js"))), self.script)),
        )

    def save_html(self, path: str | Path) -> str:
        """Write the page to `path`; returns the path. OSError if it cannot be written there."""
        write_atomically(path, self.html)
        return str(path)

    def _repr_html_(self) -> str:
        return framed(self.html, _encodable(self.title), self.height, _encodable(self.still))

    def __repr__(self) -> str:
        return f"<Player: {self.title}; save_html(path) writes the page>"


def styles(*paths: str | Path) -> str:
    """The style sheets of a page: the colours, what all pages share, and these files."""
    return "\n".join((theme_css(), bundle("page.css", *paths), recoloured(".autograd svg")))


def bundle(*paths: str | Path) -> str:
    """The texts of these files, one after the other. A relative path is one in `assets`."""
    folder = files("autograd.viz") / "assets"
    return "\n".join((folder / str(path)).read_text(encoding="utf-8") for path in paths)


def as_json(data: Any) -> str:
    """`data` as JSON for a <script>: no text in it can close the tag, and NaN and infinity are strings.

    >>> as_json({"</script>": [0.5, math.inf]})
    '{"\\\\u003c/script\\\\u003e":[0.5,"inf"]}'
    """
    text = json.dumps(plain(data), separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return re.sub("[<>&\u2028\u2029\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def plain(data: Any) -> Any:
    """`data` as JSON can say it: NaN and infinity are strings."""
    if isinstance(data, float):
        return data if math.isfinite(data) else str(data)
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    return [plain(item) for item in data] if isinstance(data, (list, tuple)) else data


def _encodable(text: str) -> str:
    """`text` without what UTF-8 cannot encode."""
    return text.encode(errors="replace").decode()


# -- outputs of notebooks ----------------------------------------------------------------------------


def still_picture(svg: str) -> str:
    """An SVG as HTML that stays a picture without trust."""
    return f'<div class="autograd-output" style="{_SCROLLS}">\n<style>{_THEMES}</style>\n{_image(svg)}\n</div>'


def framed(page: str, title: str, height: int, still: str) -> str:
    """A page in a frame without privileges; where frames are dropped, the SVG `still`, or the title, and how to make it play."""
    shown = _image(still) if still else f"<b>{html.escape(title)}</b>"
    quote, escaped = min(('"', "&quot;"), ("'", "&#39;"), key=lambda pair: page.count(pair[0]))
    source = page.replace("&", "&amp;").replace(quote, escaped)  # no more than an attribute needs
    return _in_any_encoding(
        f'<div class="autograd-output" style="{_SCROLLS}">\n'
        f"<style>{_THEMES}{_FRAMES}</style>\n"
        f'<iframe srcdoc={quote}{source}{quote} title="{html.escape(title)}" sandbox="allow-scripts" '
        f'style="width: 100%; height: {height}px; border: 0; border-radius: 8px"></iframe>'
        f'<div class="autograd-still">{shown}<p>{TO_PLAY}</p></div>\n</div>'
    )


def _in_any_encoding(markup: str) -> str:
    """The same in ASCII, for a page that declares no encoding: there, a script with other letters may not even parse."""

    def reference(found: re.Match[str]) -> str:
        spelled = f"&#{ord(found[0])};"
        return spelled if html.unescape(spelled) == found[0] else found[0]  # some controls would be read as letters

    return re.sub("[^\x00-\x7f]", reference, markup)


def _image(svg: str) -> str:
    source = b64encode(standalone(_without_handles(svg)).encode()).decode()
    # A picture that is wider than its notebook scrolls: smaller, its text could not be read.
    return f'<img src="data:image/svg+xml;base64,{source}" alt="{_described(svg)}" style="max-width: none">'


def _without_handles(svg: str) -> str:
    """The SVG without what only scripts and style sheets around it would use."""
    handles = "class|data-[a-z-]+" if re.search(r"url\(#|href=[\"']#", svg) else "id|class|data-[a-z-]+"
    return re.sub("<[^>]*>", lambda tag: re.sub(rf" (?:{handles})=(?:\"[^\"]*\"|'[^']*')", "", tag[0]), svg)


def _described(svg: str) -> str:
    """The title and the description of a picture, for those who cannot see it."""
    head = svg[: svg.find("<g")]
    texts = [html.unescape(text).strip() for text in re.findall(r"<(?:title|desc)[^>]*>(.*?)</", head, re.DOTALL)]
    return html.escape(". ".join(texts))
