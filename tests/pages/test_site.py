"""The site in a real browser: every page is whole, asks the network for nothing, and fits a phone."""

import nbformat
import pytest

from tests.support.browser import browser, opened
from tools.notebooks import NOTEBOOKS
from tools.site import build, in_mathml

__all__ = ["browser"]
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build(tmp_path_factory.mktemp("site"))[0].parent


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_every_picture_of_its_notebook(browser, site, name):
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    data = [output.data for cell in cells for output in cell.get("outputs", []) if "data" in output]
    with opened(browser, site / f"{name}.html", viewport={"width": 1280, "height": 900}) as page:
        page.wait_for_load_state("load")
        assert page.locator("main h1").count() == 1
        assert page.locator("main .output_subarea > svg").count() >= sum("image/svg+xml" in shown for shown in data)
        widths = page.locator("main img").evaluate_all("images => images.map(image => image.naturalWidth)")
        assert len(widths) >= sum("image/png" in shown and "image/svg+xml" not in shown for shown in data)
        assert all(width > 0 for width in widths)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NAMES, "index"])
def test_a_page_fits_a_phone(browser, site, name):
    with opened(browser, site / f"{name}.html", viewport=PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.slow
def test_a_player_on_a_page_steps(browser, site):
    title = "forward and backward"
    name = next(name for name in NAMES if f'{title}"></iframe>' in (site / f"{name}.html").read_text(encoding="utf-8"))
    with opened(browser, site / f"{name}.html") as page:
        frame = page.frame_locator(f'iframe[title$="{title}"]').first
        assert frame.locator(".counter").inner_text().startswith("0 of")
        frame.get_by_role("slider", name="Step").press("ArrowRight")
        assert frame.locator(".counter").inner_text().startswith("1 of")


@pytest.mark.slow
def test_the_index_leads_to_every_page_and_each_page_to_its_neighbours(browser, site):
    with opened(browser, site / "index.html") as page:
        links = page.locator("main h3 a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert links == [f"{name}.html" for name in NAMES]
        page.locator("main h3 a").first.click()
        for name in NAMES[1:]:
            page.locator("a[rel=next]").first.click()
            assert page.url.endswith(f"{name}.html")


def test_formulas_become_mathml_and_dollars_in_code_stay():
    text = in_mathml("so $x^2$ and `$HOME` and\n```\n$y$\n```\n$$z$$ and \\$5")
    assert text.count("<math") == 2
    assert 'display="block"' in text
    assert "`$HOME`" in text
    assert "\n$y$\n" in text
    assert "\\$5" in text


def test_the_name_of_a_function_keeps_a_distance_but_for_its_bracket():
    assert '<mo lspace="0.17em" rspace="0.17em">sin</mo><mi>x</mi>' in in_mathml(r"$x \sin x$")
    assert '<mo lspace="0.17em" rspace="0">tanh</mo><mo stretchy="false">' in in_mathml(r"$2 \tanh(n)$")
