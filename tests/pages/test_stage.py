"""The stage of the player in a real browser: it fits, pans, zooms and follows, with mouse, keys and touch."""

from contextlib import contextmanager

import pytest

import nn
from autograd import Value, log, softmax
from autograd.lessons.steps import steps
from autograd.viz.player import player
from tests.support.browser import PHONE, WIDE, opened

pytestmark = pytest.mark.slow

STILL = {"reduced_motion": "reduce"}
HALF = 0.5  # pixels: the largest rounding error
READABLE = 11  # pixels: the grammar's smallest text


def neuron():
    a, b, w1 = Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.5, label="w1")
    L = (a * b * w1 + a).tanh()
    L.label = "L"
    return L


def net(*sizes):
    x = [Value(1.0, label="x1"), Value(-2.0, label="x2")]
    return (nn.MLP(2, [*sizes], "tanh", seed=0)(x) - 1.0) ** 2


def cross_entropy():
    return -log(softmax([Value(2.0, label="z1"), Value(1.0, label="z2"), Value(-1.0, label="z3")])[1])


def saved(y, folder, **options):
    return player(y, **options).save_html(folder / "page.html")


@pytest.fixture
def page(browser, tmp_path):
    """An unfolded 2-4-4-1 net, too large to be legible as a whole."""
    with opened(browser, saved(net(4, 4, 1), tmp_path, fold="none"), viewport=WIDE, **STILL) as page:
        yield page


def view(page):
    """The scale and the position of the picture on the stage."""
    matrix = "e => { const m = new DOMMatrix(getComputedStyle(e).transform); return [m.a, m.e, m.f]; }"
    k, *at = page.locator(".stage-picture").evaluate(matrix)
    return k, at


def scale(page):
    return view(page)[0]


def place(page):
    return view(page)[1]


def rects(page, selector):
    """Left, top, right and bottom of each visible element."""
    seen = "all.filter(e => e.checkVisibility({visibilityProperty: true})).map(e => e.getBoundingClientRect())"
    found = page.locator(selector).evaluate_all(f"all => {seen}.map(r => [r.left, r.top, r.right, r.bottom])")
    return [tuple(r) for r in found]


def inside(inner, outer):
    return all(a >= b - HALF for a, b in zip(inner[:2], outer[:2], strict=True)) and all(
        a <= b + HALF for a, b in zip(inner[2:], outer[2:], strict=True)
    )


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# -- visibility

DRAWINGS = [
    pytest.param(neuron, WIDE, id="neuron-wide"),
    pytest.param(lambda: net(4, 4, 1), PHONE, id="net-phone"),
    pytest.param(lambda: net(16, 16, 1), WIDE, id="large-wide"),
    pytest.param(neuron, PHONE, id="neuron-phone", marks=pytest.mark.matrix),
    pytest.param(lambda: net(4, 4, 1), WIDE, id="net-wide", marks=pytest.mark.matrix),
    pytest.param(lambda: net(16, 16, 1), PHONE, id="large-phone", marks=pytest.mark.matrix),
]


@pytest.mark.parametrize(("graph", "viewport"), DRAWINGS)
def test_the_page_neither_scrolls_nor_is_cut_off(browser, tmp_path, graph, viewport):
    with opened(browser, saved(graph(), tmp_path), viewport=viewport) as page:
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(
            viewport.values()
        )


@pytest.mark.parametrize(
    "graph", [neuron, lambda: net(4, 4, 1), lambda: net(16, 16, 1), cross_entropy], ids=["neuron", "net", "large", "softmax"]
)
def test_at_first_all_of_the_drawing_is_seen(browser, tmp_path, graph):
    with opened(browser, saved(graph(), tmp_path), viewport=WIDE, **STILL) as page:
        (stage,) = rects(page, ".stage")
        cards = rects(page, ".node")
        assert cards
        assert [card for card in cards if not inside(card, stage)] == []


NARROW = {"phone": PHONE, "small": {"width": 360, "height": 640}, "tablet": {"width": 768, "height": 1024}}
GRAPHS = {"neuron": neuron, "net": lambda: net(4, 4, 1), "large": lambda: net(16, 16, 1), "softmax": cross_entropy}
FEW = {
    "neuron-small",
    "net-phone",
    "large-phone",
    "softmax-tablet",
}  # each drawing and each width once; the rest is in the matrix


@pytest.mark.parametrize(
    ("graph", "viewport"),
    [
        pytest.param(GRAPHS[drawn], NARROW[width], id=name, marks=[] if name in FEW else pytest.mark.matrix)
        for drawn in GRAPHS
        for width in NARROW
        for name in [f"{drawn}-{width}"]
    ],
)
def test_on_a_narrow_page_at_first_the_first_step_can_be_read_and_a_map_shows_where_it_is(browser, tmp_path, graph, viewport):
    with opened(browser, saved(graph(), tmp_path), viewport=viewport, **STILL) as page:
        assert letters(page) > READABLE - 0.01
        (stage,) = rects(page, ".stage")
        (now,) = rects(page, ".node.now .card")
        assert inside(now, stage)
        cards = rects(page, ".node .card")
        assert [card for card in cards if card[0] < stage[0] or card[2] > stage[2]] == []  # none is cut off at the side
        assert page.locator(".stage-map").is_visible() or all(card[1] < stage[3] for card in cards)


def test_on_a_phone_all_of_the_drawing_is_one_tap_away(browser, tmp_path):
    with opened(browser, saved(cross_entropy(), tmp_path), viewport=PHONE, has_touch=True, **STILL) as page:
        page.get_by_role("button", name="Fit (0)").tap()
        page.locator(".stage.fitted").wait_for()
        (stage,) = rects(page, ".stage")
        assert [card for card in rects(page, ".node") if not inside(card, stage)] == []


def test_in_a_notebook_on_a_phone_the_drawing_has_most_of_the_height(browser, tmp_path):
    with notebook(browser, tmp_path, PHONE) as (_, inner):
        (stage,) = rects(inner, ".stage")
        assert stage[3] - stage[1] > 380
        assert letters(inner) > READABLE - 0.01


def test_the_drawing_gets_all_the_height_but_two_lines_of_words_and_a_line_of_controls(page):
    (stage,) = rects(page, ".stage")
    assert (stage[0], stage[1], stage[2]) == (0, 0, 1280)
    assert 800 - stage[3] < 105


SEEN_WHOLE = """line => {
  const words = new Range();
  words.selectNodeContents(line);
  const [inner, outer] = [words.getBoundingClientRect(), line.getBoundingClientRect()];
  return inner.right <= outer.right + 1 && inner.bottom <= outer.bottom + 1;
}"""


def test_a_long_sentence_is_told_to_its_end(browser, tmp_path):
    y = net(2, 1)
    with opened(browser, saved(y, tmp_path, fold="none"), viewport=WIDE, **STILL) as page:
        for _ in range(len(steps(y)) - 1):
            page.keyboard.press("ArrowRight")
            assert page.locator("p.sentence").evaluate(SEEN_WHOLE), page.locator("p.sentence").inner_text()


def test_on_a_narrow_page_the_drawing_runs_from_top_to_bottom(browser, tmp_path):
    with opened(browser, saved(neuron(), tmp_path), alone=True, viewport=WIDE, **STILL) as page:
        across, down = place_of(page, "#n0", "#n6")
        assert across > abs(down)
        page.get_by_role("slider", name="Step", exact=True).fill("3")
        page.set_viewport_size(PHONE)
        page.locator(".player.slim").wait_for()
        across, down = place_of(page, "#n0", "#n6")
        assert down > abs(across)
        assert page.locator(".node.now").count() == 1  # the step is still shown


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["phone", "wide"])
def test_while_one_steps_no_text_has_less_than_eleven_pixels(browser, tmp_path, viewport):
    for i, y in enumerate((neuron(), net(4, 4, 1), net(16, 16, 1))):
        with opened(browser, player(y).save_html(tmp_path / f"{i}.html"), viewport=viewport, **STILL) as page:
            page.keyboard.press("ArrowRight")
            assert letters(page) > READABLE - 0.01


def letters(page):
    """The size of the drawing's smallest text, in screen pixels."""
    scale = "Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b)"  # some are rotated
    size = f"text => parseFloat(getComputedStyle(text).fontSize) * {scale}"
    return page.locator(".stage-picture text").evaluate_all(f"all => Math.min(...all.map({size}))")


@pytest.mark.parametrize("graph", [neuron, lambda: net(4, 4, 1)], ids=["neuron", "net"])
def test_on_a_phone_time_runs_down(browser, tmp_path, graph):
    y = graph()
    with opened(browser, saved(y, tmp_path), viewport=PHONE, **STILL) as page:
        across, down = place_of(page, ".node.leaf", ".node:not(.leaf)")
        assert down > abs(across)


def test_a_drawing_that_can_be_read_as_a_whole_once_it_is_turned_turns(browser, tmp_path):
    with opened(browser, saved(neuron(), tmp_path), viewport={"width": 600, "height": 1000}, **STILL) as page:
        across, down = place_of(page, "#n0", "#n6")
        assert down > abs(across)
        assert letters(page) > READABLE - 0.01


def place_of(page, first, last):
    one, other = (rects(page, selector)[0] for selector in (first, last))
    return other[0] - one[0], other[1] - one[1]


@pytest.mark.parametrize("width", [390, 819, pytest.param(1600, marks=pytest.mark.matrix)])
def test_at_any_width_the_page_fits_and_the_node_whose_turn_it_is_can_be_seen(browser, tmp_path, width):
    y = net(4, 4, 1)
    with opened(browser, saved(y, tmp_path), viewport={"width": width, "height": 800}, **STILL) as page:
        for _ in range(len(steps(y)) - 1):
            page.keyboard.press("ArrowRight")
            (stage,), (now,) = rects(page, ".stage"), rects(page, ".node.now .card")
            assert inside(now, stage)
            assert not [part for part in rects(page, ".stage-buttons, .stage-map") if overlap(now, part)]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("graph", "viewport"), DRAWINGS)
def test_the_sentence_stands_at_the_node_covers_no_card_and_stays_on_the_stage(browser, tmp_path, graph, viewport):
    y = graph()
    with opened(browser, saved(y, tmp_path), viewport=viewport, **STILL) as page:
        told = 0
        for _ in range(min(40, len(steps(y)))):
            for callout in rects(page, ".callout-words"):
                told += 1
                assert inside(callout, rects(page, ".stage")[0])
                assert [card for card in rects(page, ".node .card") if overlap(callout, card)] == []
                name = page.locator("p.sentence strong").first.inner_text().partition(" ")[0]
                assert name[:20] in page.locator(".callout").inner_text()
                for box in page.locator(".node.folded.now .name").all_text_contents():
                    assert box in page.locator(".callout").inner_text()
            page.keyboard.press("ArrowRight")
        assert told > 0.9 * min(40, len(steps(y)))


def test_the_sentence_at_a_node_leaves_the_words_below_the_graph_readable(browser, tmp_path):
    x = Value(1.5, label="x")
    y = x * x
    y.label = "y"
    with opened(browser, saved(y, tmp_path), viewport={"width": 870, "height": 600}, **STILL) as page:
        page.keyboard.press("End")
        (callout,) = rects(page, ".callout-words")
        assert [words for words in rects(page, "svg > .sentence") if overlap(callout, words)] == []


def test_values_travel_along_the_arrows_forward_and_contributions_back(browser, tmp_path):
    with opened(browser, saved(neuron(), tmp_path), alone=True, viewport=WIDE) as page:
        page.clock.install(time=0)
        page.clock.pause_at(1000)
        for step, ids, numbers in ((1, "f", ["0.5", "−6"]), (6, "b", ["0.42", "0.42"])):
            page.get_by_role("slider", name="Step", exact=True).fill(str(step - 1))
            page.keyboard.press("ArrowRight")
            assert way(page) not in ([], [None])  # at the arrow's start before the animation's first frame
            page.clock.run_for(100)
            there = page.locator(".traveller")
            assert sorted(there.evaluate_all("all => all.map(g => g.textContent)")) == sorted(numbers)
            assert {id[0] for id in there.evaluate_all("all => all.map(g => g.parentNode.id)")} == {ids}
            (one,), (halfway,) = way(page), way(page)
            assert one == halfway
            page.clock.run_for(60)
            assert way(page) != [one]
            page.clock.run_for(100)
            assert there.count() == 0


def way(page):
    return page.locator(".traveller").evaluate_all("all => all.slice(0, 1).map(g => g.getAttribute('transform'))")


def test_nothing_travels_where_motion_is_not_wanted(browser, tmp_path):
    with opened(browser, saved(neuron(), tmp_path), viewport=WIDE, **STILL) as page:
        page.keyboard.press("ArrowRight")
        assert page.locator(".traveller").count() == 0
        assert page.evaluate("document.getAnimations().length") == 0


# -- panning and zooming


POINT = """([x, y]) => {
  const matrix = document.querySelector(".stage-picture svg").getScreenCTM();
  const point = new DOMPoint(x, y).matrixTransform(matrix.inverse());
  return [point.x, point.y];
}"""


def test_the_wheel_zooms_where_the_pointer_is(page):
    before, there = scale(page), page.evaluate(POINT, [400, 300])
    page.mouse.move(400, 300)
    page.mouse.wheel(0, -300)
    page.locator(".stage:not(.fitted)").wait_for()
    assert scale(page) > before
    assert page.evaluate(POINT, [400, 300]) == pytest.approx(there, abs=1.0)


@contextmanager
def notebook(browser, folder, viewport=WIDE):
    """A long page with the player in a frame, and the frame."""
    frame = f'<!DOCTYPE html><meta charset="utf-8"><body style="height: 3000px">{player(neuron())._repr_html_()}'
    (folder / "outside.html").write_text(frame, encoding="utf-8")
    with opened(browser, folder / "outside.html", viewport=viewport, **STILL) as page:
        yield page, page.frame_locator("iframe")


def test_the_wheel_with_ctrl_zooms_there_in_a_frame_too(browser, tmp_path):
    with notebook(browser, tmp_path) as (page, inner):
        before = scale(inner)
        page.mouse.move(300, 150)
        page.keyboard.down("Control")
        page.mouse.wheel(0, -120)
        page.keyboard.up("Control")
        inner.locator(".stage:not(.fitted)").wait_for()
        assert scale(inner) > before
        assert page.evaluate("[scrollY, visualViewport.scale]") == [0, 1]


def test_a_double_click_comes_closer_to_what_it_hits(page):
    before, there = scale(page), page.evaluate(POINT, [400, 300])
    page.mouse.dblclick(400, 300)
    assert scale(page) == pytest.approx(2 * before, rel=1e-4)
    assert page.evaluate(POINT, [400, 300]) == pytest.approx(there, abs=1.0)


def test_a_drag_pans_and_a_click_does_not(page):
    before = place(page)
    page.mouse.move(400, 300)
    page.mouse.down()
    page.mouse.move(402, 301)
    assert place(page) == before
    page.mouse.move(460, 320, steps=4)
    page.mouse.up()
    assert [b - a for a, b in zip(before, place(page), strict=True)] == pytest.approx([60, 20], abs=3)


def test_the_keys_zoom_pan_and_fit(page):
    page.locator(".stage").focus()
    whole = scale(page)
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert scale(page) > 1.5 * whole
    before = place(page)
    for key, (dx, dy) in {
        "ArrowDown": (0, -80),
        "Shift+ArrowLeft": (80, 0),
        "Shift+ArrowRight": (-80, 0),
        "ArrowUp": (0, 80),
    }.items():
        page.keyboard.press(key)
        assert [b - a for a, b in zip(before, place(page), strict=True)] == pytest.approx([dx, dy], abs=HALF)
        before = place(page)
    page.keyboard.press("-")
    assert scale(page) < 1.5 * whole
    page.keyboard.press("0")
    assert scale(page) == pytest.approx(whole, rel=1e-4)
    assert page.locator(".counter").inner_text().startswith("step 1 of")


def test_the_buttons_zoom_and_fit(page):
    whole = scale(page)
    page.get_by_role("button", name="Zoom in (+)").click()
    assert scale(page) == pytest.approx(1.4 * whole, rel=1e-4)
    page.get_by_role("button", name="Zoom out (−)").click()
    assert scale(page) == pytest.approx(whole, rel=1e-4)
    page.get_by_role("button", name="Zoom in (+)").click()
    page.get_by_role("button", name="Fit (0)").click()
    assert scale(page) == pytest.approx(whole, rel=1e-4)


def test_what_is_too_small_to_be_read_comes_closer_unless_the_reader_has_chosen(page):
    whole = scale(page)
    page.keyboard.press("ArrowRight")
    assert scale(page) > 1.5 * whole
    page.get_by_role("button", name="Fit (0)").click()
    page.keyboard.press("ArrowRight")
    assert scale(page) == pytest.approx(whole, rel=1e-4)


def test_a_map_shows_the_part_that_is_seen_and_goes_to_another(page):
    assert not page.locator(".stage-map").is_visible()  # everything is visible
    for _ in range(5):
        page.get_by_role("button", name="Zoom in (+)").click()
    shown = page.locator(".stage-map")
    assert shown.is_visible()
    assert page.locator(".stage-map .part").count() == page.locator(".node").count()
    box = page.locator(".stage-map svg").bounding_box()
    for share in (0.25, 0.75):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + share * box["height"])
        frame = page.locator(".stage-map .frame").bounding_box()
        assert frame["x"] + frame["width"] / 2 == pytest.approx(box["x"] + share * box["width"], abs=2)
        assert frame["y"] + frame["height"] / 2 == pytest.approx(box["y"] + share * box["height"], abs=2)


def test_a_drag_in_the_map_takes_the_part_that_is_seen_along(page):
    for _ in range(6):
        page.get_by_role("button", name="Zoom in (+)").click()
    box = page.locator(".stage-map svg").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    page.mouse.down()
    for share in (0.4, 0.5, 0.6):
        page.mouse.move(box["x"] + share * box["width"], middle)
        frame = page.locator(".stage-map .frame").bounding_box()
        assert frame["x"] + frame["width"] / 2 == pytest.approx(box["x"] + share * box["width"], abs=2)
    page.mouse.up()
    before = place(page)
    page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    assert place(page) == before


def test_one_finger_pans_and_two_zoom(browser, tmp_path):
    path = saved(net(4, 4, 1), tmp_path)
    with opened(browser, path, viewport=PHONE, has_touch=True, is_mobile=True, **STILL) as page:
        client = page.context.new_cdp_session(page)

        def touch(kind, *points):
            touches = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

        before, start = scale(page), place(page)
        touch("touchStart", (150, 300))
        for i in range(1, 6):
            touch("touchMove", (150 + 10 * i, 300 + 4 * i))
        touch("touchEnd")
        assert [b - a for a, b in zip(start, place(page), strict=True)] == pytest.approx([50, 20], abs=15)
        touch("touchStart", (180, 300), (220, 300))
        for i in range(1, 6):
            touch("touchMove", (180 - 12 * i, 300), (220 + 12 * i, 300))
        touch("touchEnd")
        assert scale(page) / before == pytest.approx(160 / 40, rel=0.2)
        page.get_by_role("button", name="Next step").tap()
        page.locator(".counter", has_text="step 2 of").wait_for()


def test_in_a_frame_the_wheel_is_the_pages_until_the_stage_has_the_focus(browser, tmp_path):
    with notebook(browser, tmp_path) as (page, inner):
        before = scale(inner)
        page.mouse.move(300, 150)
        page.mouse.wheel(0, 120)
        page.wait_for_function("() => scrollY === 120")
        assert scale(inner) == before
        page.evaluate("scrollTo(0, 0)")
        inner.locator(".stage").focus()
        page.mouse.wheel(0, -120)
        inner.locator(".stage:not(.fitted)").wait_for()
        assert scale(inner) > before
        assert page.evaluate("scrollY") == 0
