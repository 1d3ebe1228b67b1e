"""The site in a real browser: every page is whole, asks the network for nothing, and fits a phone."""

import json
import re
from functools import cache, partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.browser import opened
from tools.lite import needs_numpy
from tools.site import ROOT, moved, names
from tools.sphinx.heads import fill

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
NAMES = names()
SOME = ["index", "learn/03-backward-step-by-step", "reference/arithmetic", "gallery"]
MORE = [pytest.param(name, marks=pytest.mark.matrix) for name in ("learn", "reference/nn-optim", "semantics")]
BUILT_BESIDE = ("play", "lab")  # folders that other tools write


class Page(HTMLParser):
    """The links of a page, its link targets, images and metadata."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.images, self.metas = [], set(), [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.add(found["id"])
        if tag == "img":
            self.images.append(found)
        if tag == "meta":
            self.metas[found.get("name") or found.get("property")] = found.get("content")
        self.links += [found[name] for name in ("href", "src", "srcset") if tag != "use" and found.get(name)]


@cache
def page_at(path):
    return Page(path.read_text(encoding="utf-8"))


# -- without a browser --------------------------------------------------------------------------------------


def test_links_to_files_of_the_repository_lead_to_their_pages():
    assert moved("[a](../../notebooks/02-one-neuron.ipynb#x)", "../") == "[a](/learn/02-one-neuron.ipynb#x)"
    assert moved("[a](../docs/semantics.md)", "") == "[a](/semantics.md)"
    assert moved("[a](../../CONTRIBUTING.md#adding-an-op)", "../") == "[a](/contributing.md#adding-an-op)"
    assert moved("[`f`](../benchmarks/minimal.py)", "") == "`f`"
    assert moved("[a](../../playground/index.html#network)", "../") == '<a href="../play/index.html#network">a</a>'


@pytest.mark.slow
def test_every_link_inside_the_site_leads_somewhere(site):
    missing = []
    for path in site.rglob("*.html"):
        for link in page_at(path).links:
            parts = urlsplit(link)
            if parts.scheme or link.startswith("//"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.relative_to(site.resolve()).parts[:1] and target.relative_to(site.resolve()).parts[0] in BUILT_BESIDE:
                continue
            anchored = not parts.fragment or target.suffix != ".html" or unquote(parts.fragment) in page_at(target).ids
            if not target.exists() or not anchored:
                missing.append(f"{path.relative_to(site)}: {link}")
    assert missing == []


@pytest.mark.slow
def test_every_page_is_built_and_described(site):
    assert {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")} == set(NAMES)
    for name in NAMES[:-2]:
        metas = page_at(site / f"{name}.html").metas
        assert 20 < len(metas["description"]) <= 210, name
        assert metas["og:title"], name
        assert (site / f"{name}.html").parent.joinpath(metas["og:image"]).exists(), name


@pytest.mark.slow
def test_every_image_has_a_size_and_words(site):
    for path in site.rglob("*.html"):
        for image in page_at(path).images:
            assert image.get("alt"), (path, image["src"][:80])
            assert "width" in image or image["src"].startswith("data:"), (path, image["src"][:80])


@pytest.mark.slow
def test_a_page_has_every_picture_of_its_notebook(site):
    for name in NOTEBOOKS:
        cells = json.loads((ROOT / f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        data = [output["data"] for cell in cells for output in cell.get("outputs", []) if "data" in output]
        text = (site / f"learn/{name}.html").read_text(encoding="utf-8")
        assert text.count('<div class="drawing"') == sum("image/svg+xml" in shown for shown in data)
        assert len(re.findall(r'<img[^>]* src="../_images/', text)) == sum("image/png" in shown for shown in data)


@pytest.mark.slow
def test_a_notebook_links_to_where_it_runs(site):
    link = "../lab/notebooks/index.html?path=02-one-neuron.ipynb"
    assert link in page_at(site / "learn/02-one-neuron.html").links


@pytest.mark.slow
def test_a_notebook_that_needs_numpy_says_so_beside_the_link_that_runs_it(site):
    for name in NOTEBOOKS:
        content = json.loads((ROOT / f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))
        run = re.search(r'<p class="run">.*?</p>', (site / f"learn/{name}.html").read_text(encoding="utf-8"))[0]
        assert ("Some cells need NumPy" in run) == needs_numpy(content), name


def test_the_page_for_addresses_that_are_none_finds_its_style_from_anywhere():
    def tags(name, address):
        context = {"pathto": lambda place, _: place, "title": "", "body": ""}
        fill(SimpleNamespace(config=SimpleNamespace(html_baseurl=address)), name, "page.html", context, None)
        return context["metatags"]

    assert '<base href="https://docs.example/">' in tags("404", "https://docs.example/")
    assert "<base" not in tags("404", "") + tags("index", "https://docs.example/")


@pytest.mark.slow
def test_other_projects_can_link_to_every_public_name(site):
    from sphinx.util.inventory import InventoryFile

    from tools.sphinx.public import public

    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    known = {name for kind, names in inventory.data.items() if kind.startswith("py:") for name in names}
    assert set(public()) <= known


# -- in the browser -----------------------------------------------------------------------------------------


def assert_fits_a_phone(browser, site, name):
    with opened(browser, site / f"{name}.html", viewport=PHONE) as page:
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SOME)
def test_a_page_fits_a_phone(browser, site, name):
    assert_fits_a_phone(browser, site, name)


@pytest.mark.matrix
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in SOME])
def test_every_other_page_fits_a_phone(browser, site, name):
    assert_fits_a_phone(browser, site, name)


MOVES = """new Promise((resolve) => {
  let moved = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (moved += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(moved), 300);
})"""


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SOME, *MORE])
def test_nothing_on_a_page_moves_while_it_loads(browser, site, name):
    with opened(browser, site / f"{name}.html", viewport=DESKTOP, reduced_motion="reduce") as page:
        page.wait_for_load_state("load")
        assert page.evaluate(MOVES) < 0.01


LINES = """() => [...document.querySelectorAll("article p")].map((p) => {
  const range = document.createRange();
  range.selectNodeContents(p);
  const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.bottom / 12)));
  return [p.textContent.length / lines.size, parseFloat(getComputedStyle(p).fontSize), lines.size];
}).filter(([, , lines]) => lines > 3)"""


@pytest.mark.slow
def test_text_is_large_and_its_lines_short(browser, site):
    with opened(browser, site / "explanation/how-it-works.html", viewport=DESKTOP) as page:
        measured = page.evaluate(LINES)
        assert measured
        assert all(size >= 16 for _, size, _ in measured)
        assert 50 < sum(length for length, _, _ in measured) / len(measured) < 76


@pytest.mark.slow
def test_the_neuron_on_the_first_page_plays_by_itself(browser, site):
    with opened(browser, site / "index.html", viewport=DESKTOP) as page:
        frame = page.frame_locator(".neuron iframe")
        first = frame.locator(".counter").inner_text()
        frame.locator(f".counter:not(:text-is('{first}'))").wait_for()


@pytest.mark.slow
def test_the_neuron_waits_for_readers_who_do_not_want_motion(browser, site):
    with opened(browser, site / "index.html", viewport=DESKTOP, reduced_motion="reduce") as page:
        page.frame_locator(".neuron iframe").get_by_role("button", name="Play").wait_for()


@pytest.mark.slow
def test_a_player_on_a_page_steps(browser, site):
    title = "forward and backward"
    name = next(name for name in NOTEBOOKS if f'{title}"' in (site / f"learn/{name}.html").read_text(encoding="utf-8"))
    with opened(browser, site / f"learn/{name}.html") as page:
        frame = page.frame_locator(f'iframe[title$="{title}"]').first
        first = frame.locator(".counter").inner_text()
        frame.get_by_role("button", name="Next step").click()
        frame.locator(f".counter:not(:text-is('{first}'))").wait_for()


COLOURS = """() => {
  const at = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
  return [at("body", "backgroundColor"), at(".drawing .node path, .drawing .node rect, .drawing text", "fill"),
    at(".autograd.answer", "backgroundColor"), at(".autograd-output iframe", "colorScheme")];
}"""


@pytest.mark.slow
def test_everything_on_a_page_follows_the_theme_that_the_reader_chooses(browser, site):
    with opened(
        browser, site / "learn/02-one-neuron.html", viewport=DESKTOP, color_scheme="light", reduced_motion="reduce"
    ) as page:
        light = page.evaluate(COLOURS)
        page.evaluate("document.body.dataset.theme = 'dark'")
        page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
        dark = page.evaluate(COLOURS)
        assert light[3] == "light"
        assert dark[3] == "dark"
        assert [one == other for one, other in zip(light, dark, strict=True)] == [False] * 4


@pytest.mark.slow
def test_the_switch_of_the_theme_is_remembered_from_page_to_page(browser, site):
    with opened(browser, site / "semantics.html", alone=True, viewport=DESKTOP, color_scheme="light") as page:
        page.locator(".theme-toggle-content .theme-toggle").click()
        chosen = page.evaluate("document.documentElement.dataset.theme")
        page.goto((site / "index.html").as_uri())
        assert page.evaluate("document.documentElement.dataset.theme") == chosen


@pytest.fixture
def address(site):
    """The site's address on a local web server: opened from a folder, its search shows no excerpts of pages."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow
def test_search_finds_a_public_name_and_asks_no_other_server(browser, address):
    asked = []
    page = browser.new_page(viewport=DESKTOP)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/semantics.html")
    page.get_by_placeholder("Search").fill("jacobian")
    page.get_by_placeholder("Search").press("Enter")
    page.locator("#search-results a[href*='reference/transforms.html#autograd.jacobian']").first.wait_for()
    assert all(url.startswith((address, "data:")) for url in asked)
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("draw", "howto/draw-a-neuron.html"),
        ("check gradient", "howto/check-a-gradient.html"),
        ("softmax gradient", "reference/lists.html"),
    ],
)
def test_search_shows_first_what_is_about_the_words(browser, address, words, page):
    opened_page = browser.new_page(viewport=DESKTOP)
    opened_page.goto(f"{address}/search.html?q={words}")
    opened_page.get_by_text("Search finished").wait_for()
    assert page in opened_page.locator("ul.search li a").first.get_attribute("href")
    opened_page.close()


@pytest.mark.slow
def test_one_can_read_on_from_notebook_to_notebook(browser, site):
    with opened(browser, site / "learn.html", viewport=DESKTOP) as page:
        page.locator("article .lesson a").first.click()
        page.wait_for_url(f"**/{NOTEBOOKS[0]}.html")
        for name in NOTEBOOKS[1:3]:
            following = page.locator("a.next-page")
            assert len(following.locator(".title").inner_text()) > 5
            following.click()
            page.wait_for_url(f"**/{name}.html")


def test_the_card_that_chats_show_has_their_size():
    import imagesize

    assert imagesize.get(Path(ROOT / "docs/_static/card.png")) == (1200, 630)
