"""`make site`: the documentation, built by Sphinx into site/, with the playground in site/play/."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
SITE = ROOT / "site"
TEXTS = (".md", ".ipynb")
PAGES = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
# Links in the sources lead to where a file is in the repository; on the site it is elsewhere, or not at all.
UP = r"\]\((?:\.\./)*"
MOVED = [
    (re.compile(UP + r"notebooks/([\w-]+)\.ipynb"), r"](/learn/\1.ipynb"),
    (re.compile(UP + r"docs/([\w/-]+)\.md"), r"](/\1.md"),
    (re.compile(UP + r"gallery/README\.md"), r"](/gallery.md"),
    *((re.compile(UP + re.escape(name)), f"](/{page}") for name, page in PAGES.items()),
    (re.compile(r"\[([^]]+)\]\((?:\.\./)*(?:autograd|benchmarks|nn|tests|tools)/[^)]*\)"), r"\1"),
]
PLAYGROUND = re.compile(r"\[([^]]+)\]\((?:\.\./)*playground/(index\.html[^)]*)\)")
PICTURE = re.compile(r"<picture>.*?src=\"([\w-]+)-light\.svg.*?</picture>", re.DOTALL)


def gather(folder: Path) -> None:
    """Put the sources of the site into one folder: docs/, the notebooks as learn/, and the changelog."""
    sources = {path.relative_to(ROOT / "docs"): path for path in sorted((ROOT / "docs").rglob("*.*")) if _is_source(path)}
    sources |= {Path("learn") / path.name: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    sources[Path("gallery.md")] = sources.pop(Path("gallery/README.md"))
    sources |= {Path(page): ROOT / name for name, page in PAGES.items()}
    for place, path in sources.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(
            _moved(path.read_text(encoding="utf-8"), "../" * (len(place.parts) - 1)).encode()
            if path.suffix in TEXTS
            else path.read_bytes()
        )


def _is_source(path: Path) -> bool:
    hidden = any(part.startswith("_") for part in path.relative_to(ROOT / "docs").parts)
    return path.is_file() and not hidden and path.suffix in (".md", ".svg", ".png")


def _moved(text: str, up: str) -> str:
    for link, moved in MOVED:
        text = link.sub(moved, text)
    text = PLAYGROUND.sub(rf'<a href="{up}play/\2">\1</a>', text)
    return PICTURE.sub(r"```{gallery} \1\n```", text)


def build(out: Path, lab: bool = False) -> None:
    """Write the pages to `out`, all of them anew; RuntimeError if Sphinx warns of anything.

    With `lab`, notebooks link to JupyterLite in `out/lab/`.
    """
    from sphinx.cmd.build import build_main

    with TemporaryDirectory() as work:
        sources = Path(work) / "sources"
        gather(sources)
        options = [
            "-q",
            "-W",
            "--keep-going",
            "-j",
            "auto",
            "-c",
            str(ROOT / "docs"),
            "-d",
            f"{work}/doctrees",
            "-D",
            f"lab={int(lab)}",
        ]
        if build_main([*options, str(sources), str(out)]):
            raise RuntimeError("Sphinx found mistakes in the pages: they are listed above")


def main() -> None:
    """Build it all."""
    from tools import playground

    lab = (SITE / "lab").exists()
    build(SITE, lab)
    playground.build(SITE / "play")
    print(f"the site: {SITE.relative_to(ROOT) / 'index.html'}")


if __name__ == "__main__":
    main()
