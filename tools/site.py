"""`make site`: write a page per notebook, and an index, to site/. The pages are self-contained."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from pygments.formatters import HtmlFormatter

from autograd._files import write_atomically
from autograd.viz.palette import recoloured, theme_css
from tools.notebooks import NOTEBOOKS
from tools.scenes import SCENES

ROOT = Path(__file__).parent.parent
SITE = ROOT / "site"
TITLE = "Backpropagation, one notebook at a time"
LEAD = """How a network gets its gradients: every calculation is drawn as a graph, and you can watch the gradient flow back
through it, explain it, and check it. Each page is a notebook with its results."""
PARTS = {  # by the number of their first notebook
    1: "From the chain rule to your first network, with school calculus",
    6: "Proofreading published tutorials",
    10: "Networks, checks, and inventions of your own",
    15: "How recorded graphs become fast programs",
}
# How a notebook begins; left out of the index, where it would appear fifteen times.
PROMISE = re.compile(r"^(?:You will be able to|After this notebook you can) (\w)")
# The name of a function, around which the converter leaves no space, and an opening bracket after it.
FUNCTION = re.compile(
    r"<mi>(arctan|cos|cosh|exp|ln|log|max|min|sin|sinh|tan|tanh)</mi>(?P<bracket><mo stretchy=\"false\">&#x00028;)?"
)
FOLDER = Path(__file__).parent
STYLE = "\n".join(
    [
        HtmlFormatter(style="default").get_style_defs(".highlight"),
        HtmlFormatter(style="github-dark").get_style_defs('[data-theme="dark"] .highlight'),
        theme_css(),
        recoloured(":is(.output_subarea, .lead) > svg"),
        (FOLDER / "site.css").read_text(encoding="utf-8"),
    ]
)
SCRIPT = (FOLDER / "site.js").read_text(encoding="utf-8")
# Text between dollar signs is mathematics, except inside code.
MATH = re.compile(r"(?P<code>```.*?```|`[^`\n]+`)|\$\$(?P<block>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$\n]+?)\$", re.DOTALL)


def in_mathml(text: str) -> str:
    """Markdown with its formulas as MathML, which browsers display without a script."""

    def converted(found: re.Match[str]) -> str:
        return found["code"] or formula(found["block"] or found["inline"], "block" if found["block"] else "inline")

    return MATH.sub(converted, text)


def formula(latex: str, display: str) -> str:
    """A formula as MathML; aligned lines become the rows of an array."""
    rows = latex.replace(r"\begin{aligned}", r"\begin{array}{rl}").replace(r"\end{aligned}", r"\end{array}")

    def spaced(found: re.Match[str]) -> str:
        bracket = found["bracket"] or ""
        return f'<mo lspace="0.17em" rspace="{"0" if bracket else "0.17em"}">{found[1]}</mo>{bracket}'

    return FUNCTION.sub(spaced, convert(rows, display=display)).replace("<mi>&#x02032;</mi>", "<mo>&#x02032;</mo>")


def body(notebook: Any) -> str:
    """The cells and outputs of a notebook as HTML."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = in_mathml(cell.source)
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if "text/latex" in shown:
                shown["text/html"] = formula(shown["text/latex"].strip("$\n").removeprefix(r"\displaystyle"), "block")
            if "image/svg+xml" in shown:  # inline, so that tooltips work
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
    """The first paragraph below the heading, as HTML, without its standard opening."""
    text = PROMISE.sub(lambda found: found[1].upper(), notebook.cells[0].source.split("\n\n")[1])
    return str(markdown2html(in_mathml(text)))


def page(name: str, content: str, before: str = "", after: str = "") -> str:
    """A whole page, with these links before and after its content."""
    return (
        f'<!doctype html>\n<html lang="en" class="autograd"><head><meta charset="utf-8"><title>{html.escape(name)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><header>{before}</header><main>{content}</main>{after}<script>{SCRIPT}</script></body></html>\n"
    )


def links(names: list[str], i: int, place: str) -> str:
    """Links from a notebook to the index and to its neighbours, at the top or the bottom of its page."""
    before = f'<a href="{names[i - 1]}.html" rel="prev">← {names[i - 1][:2]}</a>' if i else ""
    after = f'<a href="{names[i + 1]}.html" rel="next">{names[i + 1][:2]} →</a>' if i + 1 < len(names) else ""
    return f'<nav aria-label="Notebooks, {place} of the page"><a href="index.html">{html.escape(TITLE)}</a>{before}{after}</nav>'


def index(notebooks: Mapping[str, Any]) -> str:
    """The introduction, and the notebooks, part by part."""
    blocks = [f"<h1>{html.escape(TITLE)}</h1><p>{LEAD}</p>{_neuron('wide')}{_neuron('narrow')}"]
    for number, (name, notebook) in enumerate(notebooks.items(), 1):
        if number in PARTS:
            blocks.append(f"<h2>{html.escape(PARTS[number])}</h2>")
        blocks.append(f'<h3><a href="{name}.html">{html.escape(title(notebook))}</a></h3>{lead(notebook)}')
    return "".join(blocks)


def _neuron(width: str) -> str:
    """The first picture, of which a style sheet shows the one that fits."""
    svg = SCENES["neuron"].draw(width == "narrow").pipe("svg", encoding="utf-8")
    return f'<div class="lead {width}">{svg[svg.index("<svg") :]}</div>'.replace(' id="', f' id="{width}-')


def build(folder: Path) -> list[Path]:
    """Write all pages to a folder, the index first."""
    folder.mkdir(exist_ok=True)
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    names = list(notebooks)
    pages = {"index.html": page(TITLE, index(notebooks))}
    for i, (name, notebook) in enumerate(notebooks.items()):
        pages[f"{name}.html"] = page(title(notebook), body(notebook), links(names, i, "top"), links(names, i, "bottom"))
    for name, content in pages.items():
        write_atomically(folder / name, content)
    return [folder / name for name in pages]


if __name__ == "__main__":
    pages = build(SITE)
    print(f"{len(pages)} pages: {pages[0].relative_to(ROOT)}")
