"""`make site`: the documentation, built by Sphinx into site/, with the playground in site/play/."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SITE = ROOT / "site"
WORK = ROOT / "build"  # where sources are gathered, and what Sphinx keeps from build to build
# Links in the sources lead to where a file is in the repository; on the site it is elsewhere.
MOVED = [
    (re.compile(r"\]\((?:\.\./)+notebooks/([\w-]+)\.ipynb"), r"](/learn/\1.ipynb"),
    (re.compile(r"\]\((?:\.\./)+docs/([\w/-]+)\.md"), r"](/\1.md"),
    (re.compile(r"\]\((?:\.\./)+CHANGELOG\.md"), r"](/changelog.md"),
    (re.compile(r"\]\((?:\.\./)*gallery/README\.md"), r"](/gallery.md"),
    (re.compile(r"\]\(docs/([\w/-]+)\.md"), r"](/\1.md"),
]

PICTURE = re.compile(r"<picture>.*?src=\"([\w-]+)-light\.svg.*?</picture>", re.DOTALL)


def gathered(folder: Path) -> Path:
    """The sources of the site in one folder: docs/, the notebooks as learn/, and the changelog."""
    sources = {path.relative_to(ROOT / "docs"): path for path in sorted((ROOT / "docs").rglob("*")) if _is_source(path)}
    sources |= {Path("learn") / path.name: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    sources[Path("gallery.md")] = sources.pop(Path("gallery/README.md"))
    sources[Path("changelog.md")] = ROOT / "CHANGELOG.md"
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder) not in sources:
            path.unlink()
    for place, path in sources.items():
        _gather(path, folder / place)
    return folder


def _is_source(path: Path) -> bool:
    hidden = any(part.startswith("_") for part in path.relative_to(ROOT / "docs").parts)
    return path.is_file() and not hidden and path.suffix in (".md", ".svg", ".png")


def _gather(source: Path, target: Path) -> None:
    """Copy a file unless it is there already: what has not changed is not built again."""
    content = source.read_bytes()
    if source.suffix in (".md", ".ipynb"):
        text = content.decode()
        for link, moved in MOVED:
            text = link.sub(moved, text)
        content = PICTURE.sub(r"```{gallery} \1\n```", text).encode()
    if not target.exists() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def build(out: Path, work: Path = WORK) -> None:
    """Write the pages to `out`; RuntimeError if Sphinx warns of anything."""
    from sphinx.cmd.build import build_main

    sources = gathered(work / "site-sources")
    options = ["-q", "-W", "--keep-going", "-j", "auto", "-c", str(ROOT / "docs"), "-d", str(work / "doctrees")]
    if build_main([*options, str(sources), str(out)]):
        raise RuntimeError("Sphinx found mistakes in the pages: they are listed above")


def main() -> None:
    """Build it all."""
    from tools import playground

    build(SITE)
    playground.build(SITE / "play")
    print(f"the site: {SITE.relative_to(ROOT) / 'index.html'}")


if __name__ == "__main__":
    sys.exit(main())
