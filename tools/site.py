"""`make site`: the documentation, built by Sphinx into site/, with the playground in site/play/ and JupyterLite in site/lab/."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
SITE = ROOT / "site"
TEXTS = (".md", ".ipynb")
PAGES = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
# Links in the sources point to files in the repository; on the site they are elsewhere or missing.
UP = r"\]\((?:\.\./)*"
MOVED = [
    (re.compile(UP + r"notebooks/([\w-]+)\.ipynb"), r"](/learn/\1.ipynb"),
    (re.compile(UP + r"docs/([\w/-]+)\.md"), r"](/\1.md"),
    (re.compile(UP + r"(?:docs/gallery(?=\))|gallery/README\.md)"), r"](/gallery.md"),
    *((re.compile(UP + re.escape(name)), f"](/{page}") for name, page in PAGES.items()),
    (re.compile(r"\[([^]]+)\]\((?:\.\./)*(?:autograd|benchmarks|nn|tests|tools)/[^)]*\)"), r"\1"),
]
PLAYGROUND = re.compile(r"\[([^]]+)\]\((?:\.\./)*playground/(index\.html[^)]*)\)")
PICTURE = re.compile(r"<picture>.*?src=\"([\w-]+)-light\.svg.*?</picture>", re.DOTALL)


def sources() -> dict[Path, Path]:
    """The sources of the site by their path there: docs/, the notebooks in learn/, the changelog."""
    found = {path.relative_to(ROOT / "docs"): path for path in sorted((ROOT / "docs").rglob("*.*")) if _is_source(path)}
    found |= {Path("learn") / path.name: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    found[Path("gallery.md")] = found.pop(Path("gallery/README.md"))
    return found | {Path(page): ROOT / name for name, page in PAGES.items()}


def names() -> list[str]:
    """The pages of the site, without `.html`."""
    return [*(place.with_suffix("").as_posix() for place in sources() if place.suffix in TEXTS), "search", "genindex"]


def _gather(folder: Path) -> None:
    for place, path in sources().items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in TEXTS:
            target.write_text(moved(path.read_text(encoding="utf-8"), "../" * (len(place.parts) - 1)), encoding="utf-8")
        else:
            shutil.copy(path, target)


def _is_source(path: Path) -> bool:
    hidden = any(part.startswith("_") for part in path.relative_to(ROOT / "docs").parts)
    return path.is_file() and not hidden and path.suffix in (".md", ".svg", ".png")


def moved(text: str, up: str) -> str:
    """The text of a page with its links rewritten for the site; `up` leads from the page to the site's root."""
    for link, place in MOVED:
        text = link.sub(place, text)
    text = PLAYGROUND.sub(rf'<a href="{up}play/\2">\1</a>', text)
    return PICTURE.sub(r"```{gallery} \1\n```", text)


def build(out: Path, numpy: bool = False) -> None:
    """Write pages to the new folder `out`; `numpy` is True if notebooks have it in the browser. RuntimeError if Sphinx warns."""
    from sphinx.cmd.build import build_main

    with TemporaryDirectory() as work:
        _gather(Path(work) / "sources")
        options = ["-q", "-W", "--keep-going", "-j", "auto", "-D", f"numpy_in_browser={int(numpy)}"]
        places = ["-c", str(ROOT / "docs"), "-d", f"{work}/doctrees", f"{work}/sources", f"{work}/pages"]
        if build_main([*options, *places]):
            raise RuntimeError("Sphinx found mistakes in the pages: they are listed above")
        shutil.copytree(f"{work}/pages", out)  # MyST-NB leaves a folder beside them


def main() -> None:
    """Build the site, the playground and JupyterLite."""
    from tools import lite, playground

    shutil.rmtree(SITE, ignore_errors=True)
    build(SITE, lite.has_numpy())
    playground.build(SITE / "play")
    lite.build(SITE / "lab")
    print(f"the site: {SITE.relative_to(ROOT) / 'index.html'}")


if __name__ == "__main__":
    main()
