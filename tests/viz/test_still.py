"""Notebook outputs: the frame of a page with its picture, and the picture alone."""

import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.viz.draw_dot import draw_dot
from autograd.viz.page import TO_PLAY, Player, framed, still_picture
from autograd.viz.player import player
from nn import MLP, MSELoss, draw, record_training
from nn.optim import SGD

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><title>A &amp; B</title><desc>3 &lt; 4</desc><g/></svg>'


class Read(HTMLParser):
    """The tags with their attributes, and the visible text, in document order."""

    def __init__(self, document, without=()):
        super().__init__()
        self.tags, self.text, self.without, self.inside = [], "", without, ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        if tag not in self.without:
            self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.inside != "style":
            self.text += data


def sanitized(document):
    """The document as JupyterLab and GitHub read untrusted HTML."""
    return Read(document, without=("iframe", "style", "script"))


def image(read):
    """The attributes of the only image, and its picture."""
    (attrs,) = [attrs for tag, attrs in read.tags if tag == "img"]
    kind, _, data = attrs["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    return attrs, b64decode(data).decode()


def test_a_page_is_in_a_frame_without_privileges_and_its_picture_comes_after_it():
    read = Read(framed("<p class='a'>\"&amp;</p>", "T & t", 200, SVG))
    assert [tag for tag, _ in read.tags] == ["div", "style", "iframe", "div", "img", "p"]
    frame = dict(read.tags)["iframe"]
    assert (frame["sandbox"], frame["srcdoc"], frame["title"]) == ("allow-scripts", "<p class='a'>\"&amp;</p>", "T & t")


def test_without_trust_a_player_is_a_picture_with_a_line_on_how_to_make_it_play():
    shown = player(Value(2.0, label="x") * 3.0)
    read = sanitized(shown._repr_html_())
    assert ET.fromstring(image(read)[1]).tag.endswith("svg")
    assert read.text.strip() == TO_PLAY


def recorded():
    net, X, y = MLP(2, [3, 1], seed=0), [[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0]
    return record_training(net, X, y, loss=MSELoss(), optimizer=SGD(net.parameters(), lr=0.1), steps=2, progress=False)


@pytest.mark.parametrize("show", [recorded, lambda: draw(MLP(2, [3, 1], seed=0), [1.0, 2.0])], ids=["training", "network"])
def test_training_and_networks_are_pictures_without_trust(show):
    shown = show()
    output = shown._repr_mimebundle_()["text/html"] if hasattr(shown, "_repr_mimebundle_") else shown._repr_html_()
    attrs, svg = image(sanitized(output))
    assert ET.fromstring(svg).tag.endswith("svg")
    assert attrs["alt"]
    assert sanitized(output).text.strip() == TO_PLAY


def test_a_page_without_a_picture_leaves_its_title_and_the_line():
    read = sanitized(Player("What <happens>", {}, [])._repr_html_())
    assert read.text.strip() == f"What <happens>{TO_PLAY}"


def test_a_drawing_is_the_same_picture_with_trust_and_without():
    shown = draw_dot(Value(2.0, label="x") * 3.0)._repr_mimebundle_()
    assert [tag for tag, _ in Read(shown["text/html"]).tags] == ["div", "style", "img"]
    assert ET.fromstring(image(sanitized(shown["text/html"]))[1]).get("viewBox") == ET.fromstring(shown["image/svg+xml"]).get(
        "viewBox"
    )


def test_a_picture_keeps_what_is_seen_and_the_ids_that_it_refers_to():
    label = "<g id='n1' class='node' data-x=\"2\"><text fill='#1d2126'>class='a' id='b'</text></g>"
    assert "<g><text fill='#1d2126'>class='a' id='b'</text></g>" in image(Read(still_picture(f"<svg>{label}</svg>")))[1]
    referring = "<svg><g id='n1' class='node'/><use href='#n1'/></svg>"
    assert "<g id='n1'/><use href='#n1'/>" in image(Read(still_picture(referring)))[1]


def test_a_picture_follows_the_theme_of_its_reader():
    assert "prefers-color-scheme: dark" in image(Read(still_picture("<svg><rect fill='#ffffff'/></svg>")))[1]


def test_a_wide_picture_keeps_its_size_and_scrolls():
    read = Read(still_picture("<svg width='4000' height='20'/>"))
    assert image(read)[0]["style"] == "max-width: none"
    assert dict(read.tags)["div"]["style"] == "overflow-x: auto"


def test_a_picture_is_described_by_its_title_and_description():
    assert image(Read(still_picture(SVG)))[0]["alt"] == "A & B. 3 < 4"
    assert image(Read(still_picture("<svg><g><title>of a node</title></g></svg>")))[0]["alt"] == ""


@given(st.text(), st.text())
def test_no_text_breaks_out(page, title):
    read = Read(framed(page, title, 100, ""))
    assert [tag for tag, _ in read.tags] == ["div", "style", "iframe", "div", "b", "p"]
    newlines = re.compile("\r\n?")  # parsers turn them into \n
    assert newlines.sub("\n", dict(read.tags)["iframe"]["srcdoc"]) == newlines.sub("\n", page)
