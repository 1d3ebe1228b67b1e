"""How Sphinx builds the site: `make site`."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
sys.modules.setdefault("rfc3987_syntax", None)  # jsonschema's grammar of IRIs: MyST-NB asks for none, and it takes a second

import autograd  # noqa: E402
from autograd.viz.palette import COLOURS  # noqa: E402

project = "scalar-autograd"
author = "the scalar-autograd authors"
release = version = autograd.__version__
language = "en"

OWN = ("heads", "lessons", "mathml", "notebooks", "palette", "pictures", "reference", "repairs", "types")
extensions = ["myst_nb", "sphinx_copybutton", *(f"tools.sphinx.{name}" for name in OWN)]
exclude_patterns = ["_static", "_templates"]
suppress_warnings = ["mystnb.unknown_mime_type"]  # a widget's output has other forms
html_math_renderer = "mathml"
python_maximum_signature_line_length = 88
python_display_short_literal_types = True

# The notebooks are shown with the outputs stored in them.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show, nb_code_prompt_hide = "Show the code", "Hide the code"
nb_mime_priority_overrides = [("html", "text/html", 0), ("html", "image/png", 10)]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline", "attrs_block", "fieldlist"]
myst_heading_anchors = 3
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = "scalar-autograd"
html_favicon = "_static/icon.svg"
html_baseurl = os.environ.get("SITE_URL", "")  # cards in chats and feeds need absolute addresses
html_static_path = ["_static"]
templates_path = ["_templates"]
html_sidebars = {
    "**": [f"sidebar/{part}.html" for part in ("brand", "search", "scroll-start", "playground", "navigation", "scroll-end")]
}
html_css_files = ["site.css"]
html_search_scorer = str(ROOT / "docs" / "_static" / "scorer.js")
html_js_files = [("theme.js", {"priority": 100}), ("site.js", {"defer": "defer"})]
html_copy_source = html_show_sourcelink = html_show_sphinx = html_show_copyright = False
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"


def _furo(mode: str) -> dict[str, str]:
    """The theme in our colours."""
    of = {name: getattr(colour, mode) for name, colour in COLOURS.items()}
    return {
        "color-brand-primary": of["positive"],
        "color-brand-content": of["positive"],
        "color-brand-visited": of["positive"],
        "color-foreground-primary": of["ink"],
        "color-foreground-secondary": of["quiet"],
        "color-foreground-muted": of["quiet"],
        "color-foreground-border": of["edge"],
        "color-background-primary": of["paper"],
        "color-background-secondary": of["panel"],
        "color-background-border": of["line"],
        "color-code-background": of["panel"],
        "color-inline-code-background": of["panel"],
        "color-api-background": of["panel"],
        "color-api-name": of["ink"],
        "color-api-pre-name": of["quiet"],
        "color-highlight-on-target": of["highlight"],
    }


html_theme_options = {
    "light_css_variables": _furo("light"),
    "dark_css_variables": _furo("dark"),
    "navigation_with_keys": False,
    "top_of_page_buttons": [],
}
