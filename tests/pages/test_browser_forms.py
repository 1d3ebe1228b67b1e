"""Cards and tables on notebook pages in a real browser: light, dark, narrow, and without their style sheet."""

import html
import re
from html.parser import HTMLParser

import pytest

from autograd import Value, nudge, steps
from autograd.viz.palette import COLOURS, DARK_PAGES
from tests.support.axe import violations
from tests.support.browser import shared_window
from tests.test_html_forms import forms

pytestmark = pytest.mark.slow

# JupyterLab's style: its tables are right-aligned, small, and striped.
LAB = """
.jp-RenderedHTMLCommon { font: 14px/1.6 Helvetica, Arial, sans-serif; }
.jp-RenderedHTMLCommon table { border-collapse: collapse; font-size: 12px; table-layout: fixed; margin: 0 auto 1em; }
.jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th, .jp-RenderedHTMLCommon tr { padding: 0.5em; text-align: right; }
.jp-RenderedHTMLCommon tbody tr:nth-child(odd) { background: #f5f5f5; }
"""
PLACES = {  # the attributes of html and body
    "Lab, light": ("", 'data-jp-theme-light="true"'),
    "Lab, dark": ("", 'data-jp-theme-light="false" style="background: #111; color: #ddd"'),
    "VS Code, dark": ("", 'class="vscode-dark" style="background: #1e1e1e; color: #ddd"'),
    "Colab, dark": ('theme="dark"', 'style="background: #383838; color: #ddd"'),
    "Sphinx, dark": ('data-theme="dark"', 'style="background: #111; color: #ddd"'),
    "Bootstrap, dark": ('data-bs-theme="dark"', 'style="background: #212529; color: #ddd"'),
    "Quarto, dark": ("", 'class="quarto-dark" style="background: #111; color: #ddd"'),
    "Furo, auto": ("", 'data-theme="auto"'),
}


class Sanitizer(HTMLParser):
    """Keeps what JupyterLab keeps of untrusted HTML (those of its allowedTags and allowedAttributes that occur here)."""

    DROPPED = ("style", "script", "iframe", "svg", "polyline")
    KEPT = ("class", "style", "align", "scope", "open")

    def __init__(self, text):
        super().__init__()
        self.text, self.inside = "", 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in self.DROPPED:
            self.inside += tag in ("style", "script")
            return
        kept = "".join(f' {name}="{html.escape(value)}"' for name, value in attrs if name in self.KEPT)
        self.text += f"<{tag}{kept}>"

    def handle_endtag(self, tag):
        if tag in self.DROPPED:
            self.inside -= tag in ("style", "script")
        else:
            self.text += f"</{tag}>"

    def handle_data(self, data):
        if not self.inside:
            self.text += html.escape(data)


def page_of(outputs, place="Lab, light"):
    root, body = PLACES[place]
    cells = "".join(
        f'<section class="jp-RenderedHTMLCommon" aria-label="{name}">{form}</section>' for name, form in outputs.items()
    )
    return (
        f'<!DOCTYPE html><html lang="en" {root}><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>n</title><style>{LAB}</style><body {body}><main><h1>Notebook</h1>{cells}</main></body></html>"
    )


@pytest.fixture(scope="module")
def outputs():
    return {kind: answer._repr_html_() for kind, answer in forms().items()}


def shown(browser, content, width=1280):
    page = shared_window(browser, {"viewport": {"width": width, "height": 800}}).new_page()
    page.set_content(content)
    return page


@pytest.mark.parametrize(
    ("place", "width"),
    [
        ("Lab, light", 1280),
        ("Lab, dark", 390),
        ("VS Code, dark", 1280),
        ("Colab, dark", 390),
        pytest.param("Lab, light", 390, marks=pytest.mark.matrix),
        pytest.param("Lab, dark", 1280, marks=pytest.mark.matrix),
        pytest.param("VS Code, dark", 390, marks=pytest.mark.matrix),
        pytest.param("Colab, dark", 1280, marks=pytest.mark.matrix),
    ],
)
def test_axe_finds_nothing_anywhere_and_no_card_is_wider_than_the_page(browser, outputs, place, width):
    page = shown(browser, page_of(outputs, place), width)
    page.evaluate("document.querySelectorAll('details').forEach(one => (one.open = true))")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("place", PLACES)
def test_cards_are_dark_where_the_notebook_is(browser, outputs, place):
    page = shown(browser, page_of(outputs, place))
    found = page.evaluate("[...document.querySelectorAll('.answer')].map(one => getComputedStyle(one).backgroundColor)")
    paper = COLOURS["paper"].dark if "dark" in place else COLOURS["paper"].light
    assert set(found) == {f"rgb({', '.join(str(int(paper[i : i + 2], 16)) for i in (1, 3, 5))})"}
    page.close()


# As slides, and pages with striped tables and a dark theme for code, have it.
HOST = """
section { text-align: center; text-transform: uppercase; letter-spacing: .1em; }
th { background: #04aa6d; color: white; text-transform: uppercase; }
table { display: block; width: 100%; background: #222; }
caption { font-size: 80%; }
tr:nth-child(even) { background: #333; }
ul { display: inline-block; }
section code { background: #111; color: #e83e8c; }
"""
LOOKS = ["color", "backgroundColor", "display", "fontSize", "textAlign", "textTransform", "letterSpacing"]
LOOK = f"all => all.map(one => {LOOKS}.map(name => getComputedStyle(one)[name]))"


def test_a_page_around_a_card_changes_neither_its_colours_nor_its_letters(browser, outputs):
    looks = []
    for style in ("", HOST):
        page = shown(browser, page_of(outputs).replace("</style>", f"</style><style>{style}</style>", 1))
        looks.append(page.locator(".answer, .answer *:not(style)").evaluate_all(LOOK))
        page.close()
    assert looks[0] == looks[1]


def test_cards_are_dark_with_the_system_where_the_page_is(browser, outputs):
    page = shown(browser, page_of(outputs, "Furo, auto"))
    page.emulate_media(color_scheme="dark")
    assert page.locator(".answer").evaluate_all("all => all.every(one => getComputedStyle(one).colorScheme === 'dark')")
    page.emulate_media(color_scheme="light")
    assert page.locator(".answer").evaluate_all("all => all.every(one => getComputedStyle(one).colorScheme === 'light')")
    page.close()


POINTS = """() => [...document.querySelectorAll("tbody")].map(body => {
  const columns = {};
  for (const row of body.rows) [...row.cells].forEach((cell, k) => {
    const found = /^[+−]?\\d+/.exec(cell.textContent);
    if (cell.getAttribute("align") !== "right" || !found) return;
    const range = document.createRange();
    range.setStart(cell.firstChild, found[0].length - 1);
    range.setEnd(cell.firstChild, found[0].length);
    (columns[k] ??= []).push(range.getBoundingClientRect().right);
  });
  return Object.values(columns);
})"""


def test_decimal_points_are_below_one_another(browser):
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(0.125, "b")
    answer = nudge(w * x * 12.5 + b, {x: 0.1, w: -12.5, b: 1.0})
    page = shown(browser, page_of({"nudge": answer._repr_html_()}))
    ((*columns,),) = page.evaluate(POINTS)
    assert len(columns) == 4
    for column in columns:
        assert max(column) - min(column) <= 1.0  # pixel
    page.close()


WORDS = "all => all.map((one) => [one.ariaLabel, one.textContent.replaceAll('\\n', ' ')])"


def test_without_style_and_scripts_all_words_are_there_and_texts_stay_flush_left(browser, outputs):
    trusted = shown(browser, page_of({kind: re.sub("<style>.*?</style>", "", form) for kind, form in outputs.items()}))
    stripped = shown(browser, page_of({kind: Sanitizer(form).text for kind, form in outputs.items()}))
    words = dict(stripped.locator("section").evaluate_all(WORDS))
    assert words.keys() == outputs.keys()
    assert words == dict(trusted.locator("section").evaluate_all(WORDS))
    sides = "[...document.querySelectorAll('td[style], th[style]')].map(one => getComputedStyle(one).textAlign)"
    assert set(stripped.evaluate(sides)) == {"left"}
    trusted.close()
    stripped.close()


def test_folded_rows_open_by_keyboard(browser):
    x = Value(0.5, "x")
    y = x
    for _ in range(20):
        y = y * 1.5
    page = shown(browser, page_of({"steps": steps(y)._repr_html_()}))
    assert page.locator("tbody tr:visible").count() == 12
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("tbody tr:visible").count() == len(steps(y))
    page.close()


def test_every_place_that_counts_as_dark_is_listed():
    assert len(DARK_PAGES) >= sum("dark" in place for place in PLACES)
