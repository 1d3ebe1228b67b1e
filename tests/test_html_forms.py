"""Results display themselves in notebooks: valid HTML, bounded, escaped, with nothing recomputed."""

import html
import re
import sys
import warnings
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, explain, kinks, misconception, nudge, paths, profile, steps, why
from autograd._format import shown
from autograd._html import FIGURE, MAX_OPEN, MAX_ROWS, POINT, card, decimals, lines, note, table
from autograd.audit import Proofreading, audit
from autograd.lessons.quiz import quiz
from autograd.testing import gradcheck
from nn.optim import SGD

TAGS = {"div", "style", "p", "b", "br", "code", "span", "i", "ul", "li", "details", "summary", "svg", "polyline"}
TAGS |= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
HOSTILE = "<script>alert('x')</script>\n\"&`<b>` \ud800"


class Card:
    """A module's card, without the network view above it, which is a separate page."""

    def __init__(self, module):
        self.module = module

    def _repr_html_(self):
        return nn._cards.module_card(self.module)


def forms(name="x"):
    """A result of every kind, for a graph with a leaf of this name."""
    x, w = Value(2.0, name), Value(-3.0, "w1")
    y = (w * x + 0.5).relu() + x * w + abs(x)
    net = nn.MLP(2, [2, 1], seed=0)
    rows, targets = [[0.0, 1.0], [1.0, 0.5]], [0.0, 1.0]
    optimizer = SGD(net.parameters(), lr=0.1)
    history = nn.fit(net, rows, targets, loss=nn.MSELoss(), optimizer=optimizer, epochs=30, progress=False)
    notes = Proofreading(name)
    notes.claim(name, lambda w: w * w, lambda w: w, at=0.5, right=name)
    asked = quiz(y)
    return {
        "explain": explain(x, of=y),
        "explain, none": explain(Value(1.0, name), of=y),
        "paths": paths(x, of=y),
        "nudge": nudge(y, {x: 0.1, w: -0.5}),
        "steps": steps(y),
        "misconception": misconception(y, "assign"),
        "misconception, none": misconception(x * 2.0, "assign"),
        "why": why(x, of=(x * w).relu()),
        "kinks": kinks(y),
        "kinks, none": kinks(x * w),
        "profile": profile(y),
        "gradcheck": gradcheck(lambda a: a.tanh(), (0.5,)),
        "gradcheck, false": gradcheck(lambda a: a.relu() - (-a).relu(), (0.0,)),
        "audit": audit(lambda **p: autograd.sum(p[name]) ** 2, {name: [7.0] * 20}, at={name: [1.0] * 20}),
        "proofreading": notes,
        "health": nn.health(net, nn.MSELoss()([net(row) for row in rows], targets)),
        "module": Card(nn.Sequential(nn.Layer(2, 2, seed=0), net)),
        "optimizer": optimizer,
        "history": history,
        "key": asked.key(),
        "mark": asked.answer(1, 17.0),
        "marks": asked.answer({1: 17.0, 2: None}),
        "stats": autograd.compile(lambda a: a * a + 0.0, 2.0).stats(),
    }


ALL = sorted(forms())


def parsed(form):
    """The form as an XML tree, and the texts in it; fails unless it is well-formed."""
    tree = ET.fromstring(form.replace("&nbsp;", " "))
    assert tree.tag == "div"
    return tree, [
        " ".join("".join(e.itertext()).split()) for e in tree.iter() if e.tag in ("p", "td", "th", "li", "caption", "summary")
    ]


@pytest.mark.parametrize("kind", ALL)
def test_every_answer_is_sound_html_beside_its_text(kind):
    answer = forms()[kind]
    text = repr(answer)
    tree, _ = parsed(answer._repr_html_())
    assert repr(answer) == text
    assert "autograd" in tree.get("class")
    for heading in tree.iter("th"):
        assert heading.get("scope") in ("row", "col")
        assert "".join(heading.itertext())


@pytest.mark.parametrize("kind", ALL)
def test_hostile_names_stay_text(kind):
    tree, texts = parsed(forms(HOSTILE)[kind]._repr_html_())
    assert {element.tag for element in tree.iter()} <= TAGS
    assert all(
        name in ("class", "style", "scope", "align", "tabindex", "role") or element.tag in ("svg", "polyline", "div")
        for element in tree.iter()
        for name in element.attrib
    )
    ET.tostring(tree, encoding="utf-8")
    assert not any("\ud800" in text for text in texts)


def test_nothing_is_computed_again_when_it_is_shown(monkeypatch):
    answers = forms()
    for module, name in (
        ("sweeps", "topological_order"),
        ("sweeps", "adjoints"),
        ("sweeps", "recorded_adjoints"),
        ("graph", "Graph"),
    ):
        monkeypatch.setattr(sys.modules[f"autograd.{module}"], name, None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind, answer in answers.items():
            answer._repr_html_(), kind


def test_a_minus_in_a_name_stays_what_it_is():
    report = gradcheck(lambda p: p["e-rate"].relu() - (-p["e-rate"]).relu(), ({"e-rate": 0.0},))
    _, texts = parsed(report._repr_html_())
    assert any("with respect to p['e-rate'] at 0.0" in text for text in texts)
    assert any(re.search(r"errors above \d\.\de−\d\d are detected", text) for text in texts)


def test_the_form_says_what_the_text_says():
    y_forms = forms()
    for kind in ("explain", "paths", "nudge", "misconception", "why", "profile", "key"):
        _, texts = parsed(y_forms[kind]._repr_html_())
        flat = re.sub(f"[\\s{FIGURE}{POINT}]", "", "".join(texts))
        numbers = set(re.findall(r"[+−]?\d+\.\d+(?:e[+−]\d+)?", str(y_forms[kind])))
        assert {number for number in numbers if number not in flat} == set(), kind


# -- tables -------------------------------------------------------------------------------------------


@given(st.lists(st.floats(allow_nan=True), min_size=1, max_size=8))
def test_padded_numbers_end_at_the_same_column_and_keep_their_digits(numbers):
    texts = [shown(x) for x in numbers]
    padded = decimals(texts)
    assert [text.rstrip(FIGURE + POINT).removeprefix("⚠ ") for text in padded] == texts
    tails = {len(text) - re.match(r"(⚠ )?[+−]?(\d+|NaN|inf)", text).end() for text in padded}
    assert len(tails) == 1


def test_the_sign_is_coloured_and_has_its_minus_and_zero_and_nan_have_neither():
    page = table(["", "g"], [[str(i), text] for i, text in enumerate(["-2", "+3", "0", "NaN", "−0.5", ""])], kinds="ts")
    found = re.findall(r'<td align="right"(?: class="(\w+)")?>([^<]*)</td>', page)
    assert [(kind, text.rstrip(FIGURE + POINT)) for kind, text in found] == [
        ("negative", "−2"), ("positive", "+3"), ("", "0"), ("broken", "⚠ NaN"), ("negative", "−0.5"), ("", "")
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, MAX_OPEN, MAX_OPEN + 2, MAX_OPEN + 3, 100, MAX_ROWS, MAX_ROWS + 5, 3000])
def test_long_tables_fold_and_say_how_many_rows_and_very_long_ones_leave_some_out(count):
    page = table(["n"], [[str(i)] for i in range(count)])
    tree = ET.fromstring(f"<div>{page}</div>")
    rows = len(tree.findall(".//tbody/tr"))
    folded = len(tree.findall(".//details//tbody/tr"))
    assert rows == min(count, MAX_ROWS)
    assert folded == (0 if count <= MAX_OPEN + 2 else rows - MAX_OPEN)
    assert (f"{folded} more rows" in page) == (folded > 0)
    assert (f"… and {count - MAX_ROWS:,} more" in page) == (count > MAX_ROWS)


def test_empty_columns_are_left_out():
    assert "remark" not in table(["a", "b", "remark"], [["1", "2", ""], ["3", "4", ""]])


def test_words_in_backticks_are_code_and_a_verdict_has_a_mark_besides_its_colour():
    assert "<code>+=</code>" in lines(["why `+=`?"])
    assert "✓ yes" in card("yes", holds=True)
    assert "✗ no" in card("no", holds=False)
    assert html.escape("a<b") in note("a<b")


def test_a_module_that_cannot_be_read_still_shows_itself():
    class Odd(nn.Module):
        def __repr__(self):
            raise RuntimeError("no")

        @property
        def parameters(self):
            raise RuntimeError("no")

    assert "its parameters could not be read" in nn._cards.module_card(Odd())


def test_an_optimizer_prints_its_settings_or_the_number_of_its_groups():
    a, b = Value(1.0), Value(2.0)
    assert repr(SGD([a], lr=0.1)) == "SGD(lr=0.1, momentum=0, weight_decay=0, nesterov=False)"
    assert repr(SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1)) == "SGD(2 groups)"
