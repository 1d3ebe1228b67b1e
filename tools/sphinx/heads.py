"""Metadata of pages for search engines and chats, and the link that runs a notebook."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes

from tools.lite import needs_numpy

MAX_LENGTH = 200  # characters of a description
CARD = "_static/card.png"
ALIKE = {  # on all pages
    "og:type": "website",
    "og:site_name": "scalar-autograd",
    "og:image:width": "1200",
    "og:image:height": "630",
    "og:image:alt": "A neuron as a graph: values flow forward, gradients flow back",
    "twitter:card": "summary_large_image",
}
RUN = '<p class="run"><a href="{href}">Run this page</a> <span>in your browser, nothing to install{but}.</span></p>'
# For readers who come to a recipe from a search engine.
RECIPE = """<p class="run"><span>With scalar-autograd, a glass-box autodiff engine for Python:</span>
<code>pip install scalar-autograd</code><span>, or </span><a href="../play/index.html">try it in your browser</a>.</p>"""
NO_RECIPES = ("howto/index", "howto/install")
WITHOUT_NUMPY = ". Some cells need NumPy, which isn't available there: they say so, and run on your computer"


def description(doctree: nodes.document | None) -> str:
    """The first paragraph of a page, cut between words if too long."""
    if doctree is None:
        return ""
    first = next((p.astext() for p in doctree.findall(nodes.paragraph) if len(p.astext()) > 20), "")
    text = " ".join(first.split())
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH].rpartition(' ')[0]} …"


def fill(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Describe the page in its head; introduce the package on recipes, and link notebooks to where they run."""
    base = app.config.html_baseurl
    told = {
        "description": description(doctree),
        "og:title": html.unescape(re.sub("<[^>]+>", "", context.get("title", ""))),
        "og:description": description(doctree),
        "og:image": f"{base.rstrip('/')}/{CARD}" if base else context["pathto"](CARD, 1),
    }
    tags = "".join(_tag(name, text) for name, text in (told | ALIKE).items() if text)
    if pagename == "404" and base:  # hosts show it at any address
        tags += f'<base href="{html.escape(base)}">\n'
    context["metatags"] = context.get("metatags", "") + tags
    if pagename.startswith("howto/") and pagename not in NO_RECIPES:
        context["body"] = context["body"].replace("</h1>", f"</h1>\n{RECIPE}", 1)
    if pagename.startswith("learn/"):
        href = f"../lab/notebooks/index.html?path={pagename.removeprefix('learn/')}.ipynb"
        notebook = json.loads(Path(app.env.doc2path(pagename)).read_text(encoding="utf-8"))
        but = WITHOUT_NUMPY if needs_numpy(notebook) and not app.config.numpy_in_browser else ""
        context["body"] = context["body"].replace("</h1>", f"</h1>\n{RUN.format(href=href, but=but)}", 1)


def _tag(name: str, text: str) -> str:
    key = "property" if name.startswith("og:") else "name"
    return f'<meta {key}="{name}" content="{html.escape(text)}">\n'


def setup(app: Any) -> dict[str, Any]:
    """Fill in the head of every page."""
    app.add_config_value("numpy_in_browser", False, "html", types=(bool,))
    app.connect("html-page-context", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
