"""The list of notebooks, each with the promise, prerequisites and time stated in its first cell."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PROMISE = re.compile(r"^(?:You will be able to|After this notebook you can) (\w)")
NEEDS = re.compile(r"\*\*Before you start:\*\*\s*(.*?)\s*\*\*Time:\*\*\s*(?:about )?(.*?)\.?$", re.DOTALL)


class Lessons(SphinxDirective):
    """`{lessons} 1 5`: the notebooks from 1 to 5."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        first, last = map(int, self.arguments)
        folder = Path(self.env.srcdir) / "learn"
        chosen = [path for path in sorted(folder.glob("*.ipynb")) if first <= int(path.name[:2]) <= last]
        for path in chosen:
            self.env.note_dependency(str(path))
        rows = "\n\n".join(_row(path) for path in chosen)
        return self.parse_text_to_nodes(f"::::{{container}} lessons\n{rows}\n::::", allow_section_headings=False)


def _row(path: Path) -> str:
    """A notebook's entry as Markdown: title, time, goal and prerequisites."""
    cell = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    title, promise, *rest = cell.split("\n\n")
    needs = NEEDS.search("\n\n".join(rest).split("\n\n")[0])
    able = PROMISE.sub(lambda found: found[1].upper(), promise.replace("\n", " "))
    link = f"**[{title.removeprefix('# ')}](/learn/{path.name})**"
    if needs is None:
        raise ValueError(f"{path.name}: its third paragraph must say **Before you start:** … **Time:** …")
    known = " ".join(needs[1].split()).rstrip(".")
    return f":::{{container}} lesson\n{link} · {' '.join(needs[2].split())}\n\n{able}\n\n*You need:* {known}.\n:::"


def setup(app: Any) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("lessons", Lessons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
