"""Write the last run's figures, docs/speed.json, into docs/speed.md as tables and charts: `python -m benchmarks.speed_page`."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd._files import write_atomically
from benchmarks.compiled.chart import LAYOUTS, MARKS, Chart, times
from benchmarks.compiled.figures import OURS, Figure, shown

DOCS = Path(__file__).parent.parent / "docs"
CHARTS = {"eager": "speed-eager", "compiled": "speed"}
HEADS = {"playground": ("what", "median", "95th percentile")}
MEASURED = ("what", "measured")  # the header of the other tables


def keep(part: str, rows: Sequence[Figure | Sequence[str]], docs: Path = DOCS) -> None:
    """Store one part's results and redraw the page, unless the run lacks a contender that the page shows."""
    stored = _stored(docs)
    lacking = _contenders(stored.get(part, {"rows": ()})["rows"]) - _contenders(rows)
    if lacking:
        print(f"docs/speed.md keeps its figures: this run lacks {', '.join(sorted(lacking))}")
        return
    machine = f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors"
    stored[part] = {"machine": machine, "rows": [_short(row) for row in rows]}
    write_atomically(docs / "speed.json", (json.dumps(stored, ensure_ascii=False, indent=1) + "\n").encode())
    draw(docs)


def draw(docs: Path = DOCS) -> None:
    """Write the page's tables and charts."""
    page, stored = (docs / "speed.md").read_text(encoding="utf-8"), _stored(docs)
    for part, found in stored.items():
        if part in CHARTS:
            figures = [Figure(title, seconds) for title, seconds in found["rows"]]
            for form, layout in LAYOUTS.items():
                write_atomically(docs / f"{CHARTS[part]}{form}.svg", Chart(figures, layout).svg.encode())
            lines = _race(figures)
        else:
            lines = table(HEADS.get(part, MEASURED), found["rows"])
        page = filled(page, part, "\n".join(lines))
    machines = dict.fromkeys(found["machine"] for found in stored.values())
    page = filled(page, "machine", f"The last run: {'; '.join(machines)}.")
    write_atomically(docs / "speed.md", page.encode())


def filled(page: str, part: str, text: str) -> str:
    """The page with this text between the two comments that name the part; ValueError if they are missing.

    >>> filled("<!-- a -->\\nold\\n<!-- end of a -->", "a", "new")
    '<!-- a -->\\nnew\\n<!-- end of a -->'
    """
    begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->"
    before, found, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"the page has no place for {part!r}: write {begin}{end}")
    return f"{before}{begin}{text}\n{end}{after}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table in Markdown.

    >>> table(("what", "measured"), [("a call", "3 µs")])
    ['| what | measured |', '|---|---|', '| a call | 3 µs |']
    """
    return [f"| {' | '.join(cells)} |" if cells else f"|{'---|' * len(head)}" for cells in (head, (), *rows)]


def _race(figures: Sequence[Figure]) -> list[str]:
    """A table of our time and the others' as multiples of it."""
    names = [name for name in MARKS if any(name in figure.seconds for figure in figures)]
    rows = []
    for figure in figures:
        slower = figure.slower
        cells = (times(slower[name]) if name in slower else "—" for name in names)
        rows.append([figure.title, shown(figure.seconds[OURS]).replace(" ", "\N{NO-BREAK SPACE}"), *cells])
    return table(["workload", OURS, *names], rows)


def _stored(docs: Path) -> dict[str, Any]:
    return dict(json.loads((docs / "speed.json").read_text(encoding="utf-8")))


def _contenders(rows: Iterable[Sequence[Any]]) -> set[str]:
    return {name for row in rows if isinstance(row[1], Mapping) for name in row[1]}


def _short(row: Figure | Sequence[str]) -> list[Any]:
    if not isinstance(row, Figure):
        return list(row)
    return [row.title, {name: float(f"{seconds:.4g}") for name, seconds in row.seconds.items()}]


if __name__ == "__main__":
    draw()
