"""The gallery shows what its scenes draw today, its texts are legible, and drawings of large graphs are small."""

import xml.etree.ElementTree as ET
from collections import Counter

import pytest

import autograd
import nn
from autograd import Value
from tests.support.axe import violations
from tests.support.browser import opened
from tests.support.same_text import nine_digits
from tools import step_size
from tools.pictures import GALLERY, STEP_SIZE, files, pages
from tools.scenes import SCENES

SLOW = {"large"}
NAMES = [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in SCENES]
SVG = "{http://www.w3.org/2000/svg}"
WIDTHS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
FIRST_SCREEN = {"width": 1280, "height": 800}
MIN_TEXT = 11  # pixels


def content(svg):
    """The texts (to nine digits, since libms differ), classes and colours in a picture, without their positions."""
    counted = Counter()
    for element in ET.fromstring(svg).iter():
        about = (element.get("class"), element.get("fill"), element.get("stroke"))
        counted[element.tag.removeprefix(SVG), *about, nine_digits((element.text or "").strip())] += 1
    return counted


@pytest.mark.parametrize("name", NAMES)
def test_the_pictures_of_a_scene_are_current(name, monkeypatch):
    monkeypatch.setenv("PATH", "")  # use the pinned renderer, not the system's
    for file, svg in files(name).items():
        assert content((GALLERY / file).read_text(encoding="utf-8")) == content(svg)


def test_the_picture_of_step_sizes_is_current():
    assert content(STEP_SIZE.read_text(encoding="utf-8")) == content(step_size.svg())


def test_its_pages_are_current_and_all_pictures_are_there():
    for file, page in pages().items():
        assert (GALLERY / file).read_text(encoding="utf-8") == page
    assert {path.name for path in GALLERY.glob("*.svg")} == {file for name in SCENES for file in variants(name)}


def variants(name):
    return [f"{name}{width}-{mode}.svg" for width in ("", "-narrow") for mode in ("light", "dark")]


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_page_fits_and_axe_finds_nothing_in_it(browser, mode, width):
    with opened(browser, GALLERY / "index.html", viewport=WIDTHS[width], color_scheme=mode) as page:
        page.wait_for_load_state("load")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]["width"]
        shown = page.locator("img").evaluate_all("all => all.map((image) => image.currentSrc.split('/').at(-1))")
        ending = f"{'-narrow' if width == 'phone' else ''}-{mode}.svg"
        assert shown == [f"{name}{ending}" for name in SCENES]


SIZE = """() => {
  const { right, bottom } = document.documentElement.getBoundingClientRect();
  const texts = [...document.querySelectorAll("text")].filter((text) => text.textContent.trim());
  const scale = (text) => Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b); // some are turned
  const sizes = texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * scale(text));
  return [right, bottom, Number(Math.min(...sizes).toFixed(3))]; // browsers scale an SVG whose width is no whole number
}"""


@pytest.mark.slow
def test_the_network_of_micrograds_readme_fits_a_screen_with_text_that_can_be_read(browser):
    with opened(browser, GALLERY / "mlp-light.svg", viewport=FIRST_SCREEN) as page:
        right, bottom, smallest = page.evaluate(SIZE)
        assert right <= FIRST_SCREEN["width"]
        assert bottom <= FIRST_SCREEN["height"]
        assert smallest >= MIN_TEXT


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "screen"), [("", FIRST_SCREEN), ("-narrow", WIDTHS["phone"])], ids=["screen", "phone"])
def test_each_picture_can_be_read_on_a_screen_and_each_narrow_one_on_a_phone(browser, kind, screen):
    pictures = [GALLERY / f"{name}{kind}-light.svg" for name in SCENES]
    sizes = {}
    with opened(browser, pictures[0], viewport=screen) as page:  # opening a page takes ten times as long as navigating
        for picture in pictures:
            page.goto(picture.as_uri())
            right, _, smallest = page.evaluate(SIZE)
            sizes[picture.stem] = smallest * min(1.0, screen["width"] / right)
    assert {name: size for name, size in sizes.items() if not size >= MIN_TEXT} == {}


@pytest.mark.slow
def test_a_player_of_500_steps_is_less_than_600_kB():
    x = y = Value(0.9)
    for i in range(250):  # 250 operations forward, and as many back
        y = y * x if i % 2 else y + 0.1
    assert len(autograd.player(y).html.encode()) < 600_000


@pytest.mark.slow
def test_the_live_page_of_a_network_that_reads_digits_is_less_than_300_kB():
    net, digits = nn.MLP(64, [32, 10], seed=0), nn.load_digits()
    drawing = nn.draw(net, digits.X[0], digits.y[0], loss=nn.CrossEntropyLoss())
    assert len(drawing.page.html.encode()) < 300_000
    assert len(drawing.svg.encode()) < 300_000
