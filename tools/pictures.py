"""`make pictures`: draw the gallery and the animation of the README, light and dark, wide and narrow, and write them to docs/."""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path

from autograd._files import write_atomically
from autograd.viz.palette import variables
from tools import animation, step_size
from tools.scenes import SCENES

DOCS = Path(__file__).parent.parent / "docs"
GALLERY = DOCS / "gallery"
STEP_SIZE = DOCS / "explanation" / "step-size.svg"
LEAD = "Each picture is made by a line of Python from a recorded computation: what you see is what the engine computed."

PAGE_STYLE = f""":root {{ {variables("light")} color-scheme: light dark; }}
@media (prefers-color-scheme: dark) {{ :root {{ {variables("dark")} }} }}
body {{ margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.5 system-ui, "Liberation Sans", sans-serif; }}
main {{ max-width: 80rem; margin: 0 auto; padding: 0.5rem 1rem 3rem; }}
h1 {{ font-size: 1.8rem; line-height: 1.2; }}
h2 {{ margin: 0; font-size: 1.2rem; }}
section {{ margin-top: 2.5rem; }}
section p {{ margin: 0.2rem 0 0.8rem; color: var(--quiet); }}
img {{ display: block; max-width: 100%; height: auto; }}
@media (max-width: 600px) {{ main > section > :is(img, picture) {{ display: block; margin: 0 -1rem; }} }}"""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{lead}</p>
{sections}
</main>
</body>
</html>
"""
PICTURE = """<picture>
  <source media="(max-width: 600px) and (prefers-color-scheme: dark)" srcset="{name}-narrow-dark.svg">
  <source media="(max-width: 600px)" srcset="{name}-narrow-light.svg">
  <source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">
  <img src="{name}-light.svg" alt="{alt}">
</picture>"""
SECTION = f"""<section aria-labelledby="{{name}}">
<h2 id="{{name}}">{{title}}</h2>
<p>{{sees}}</p>
{PICTURE}
</section>"""
MARKDOWN = f"""## {{title}}

{{sees}}

{PICTURE}
"""


def files(name: str) -> dict[str, str]:
    """The files of a picture, with their contents."""
    return animation.variants(name, lambda narrow: SCENES[name].draw(narrow).pipe("svg", encoding="utf-8"))


def description(svg: str) -> str:
    """A picture's own description for readers who can't see it."""
    found = re.search(r"<desc[^>]*>(.*?)</desc>", svg, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def pages() -> dict[str, str]:
    """The pages that show all pictures: one for browsers, one for GitHub."""
    sections, markdown = [], [f"# Gallery\n\n{LEAD}\n"]
    for name, scene in SCENES.items():
        about = description((GALLERY / f"{name}-light.svg").read_text(encoding="utf-8"))
        words = {"title": scene.title, "sees": scene.sees, "alt": about or scene.title}
        escaped = {key: html.escape(text) for key, text in words.items()}
        sections.append(SECTION.format(name=name, **escaped))
        markdown.append(MARKDOWN.format(name=name, **words | {"alt": escaped["alt"]}))
    index = PAGE.format(title="Gallery", style=PAGE_STYLE, lead=LEAD, sections="\n".join(sections))
    return {"index.html": index, "README.md": "\n".join(markdown)}


def main() -> None:
    """Draw all pictures, or those with the given names: `python -m tools.pictures neuron player`."""
    GALLERY.mkdir(exist_ok=True)
    names = sys.argv[1:] or [*SCENES, "player"]
    for name in names:
        folder, made = (GALLERY.parent, animation.files()) if name == "player" else (GALLERY, files(name))
        for file, svg in made.items():
            write_atomically(folder / file, svg)
    for file, page in pages().items():
        write_atomically(GALLERY / file, page)
    write_atomically(STEP_SIZE, step_size.svg())


if __name__ == "__main__":
    main()
