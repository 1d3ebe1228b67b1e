"""The site: `make site` writes a page for every notebook, and an index, to site/. They load nothing from anywhere."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import nbformat
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

from autograd.files import write_atomically
from examples.notebooks import NOTEBOOKS

ROOT = Path(__file__).parent.parent
SITE = ROOT / "site"
TITLE = "Backpropagation, one notebook at a time"
STYLE = HtmlFormatter(style="friendly").get_style_defs(".highlight") + (Path(__file__).parent / "site.css").read_text(
    encoding="utf-8"
)
# What stands between dollars is mathematics, but for that in code.
MATH = re.compile(r"(?P<code>```.*?```|`[^`\n]+`)|\$\$(?P<block>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$\n]+?)\$", re.DOTALL)


def in_mathml(text: str) -> str:
    """Markdown with its formulas as MathML, which a browser shows without a script."""

    def converted(found: re.Match[str]) -> str:
        return found["code"] or formula(found["block"] or found["inline"], "block" if found["block"] else "inline")

    return MATH.sub(converted, text)


def formula(latex: str, display: str) -> str:
    """A formula as MathML; lines that are aligned are the rows of an array there."""
    return str(
        convert(
            latex.replace(r"\begin{aligned}", r"\begin{array}{rl}").replace(r"\end{aligned}", r"\end{array}"), display=display
        )
    )


def body(notebook: Any) -> str:
    """The cells and outputs of a notebook as HTML."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = in_mathml(cell.source)
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if "text/latex" in shown:
                shown["text/html"] = formula(shown["text/latex"].strip("$\n").removeprefix(r"\displaystyle"), "block")
            if "image/svg+xml" in shown:  # in the page itself, so that what lies under the pointer is told
                shown["text/html"] = shown["image/svg+xml"][shown["image/svg+xml"].index("<svg") :]
    exporter = HTMLExporter(
        template_name="basic",
        exclude_anchor_links=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    return str(exporter.from_notebook_node(notebook)[0])


def title(notebook: Any) -> str:
    """The first heading."""
    return str(notebook.cells[0].source.splitlines()[0].removeprefix("# "))


def lead(notebook: Any) -> str:
    """The first paragraph below the heading."""
    return str(notebook.cells[0].source.split("\n\n")[1]).replace("\n", " ")


def page(name: str, content: str, links: str = "") -> str:
    """A whole page."""
    bar = f'<nav><a href="index.html">{html.escape(TITLE)}</a>{links}</nav>'
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(name)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body>{bar}<main>{content}</main>{bar}</body></html>\n"
    )


def build(folder: Path) -> list[Path]:
    """Write all pages to a folder, the index last."""
    folder.mkdir(exist_ok=True)
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    names, entries, written = list(notebooks), [], []
    for i, (name, notebook) in enumerate(notebooks.items()):
        entries.append(
            f'<li><a href="{name}.html">{html.escape(title(notebook).partition(" ")[2])}</a><br>{in_mathml(lead(notebook))}</li>'
        )
        before = f'<a href="{names[i - 1]}.html" rel="prev">← {names[i - 1][:2]}</a>' if i else ""
        after = f'<a href="{names[i + 1]}.html" rel="next">{names[i + 1][:2]} →</a>' if i + 1 < len(names) else ""
        written.append(folder / f"{name}.html")
        write_atomically(written[-1], page(title(notebook), body(notebook), before + after))
    written.append(folder / "index.html")
    write_atomically(written[-1], page(TITLE, f"<h1>{html.escape(TITLE)}</h1><ol>{''.join(entries)}</ol>"))
    return written


if __name__ == "__main__":
    pages = build(SITE)
    print(f"{len(pages)} pages: {pages[-1].relative_to(ROOT)}")
