"""Pages of training runs in a real browser: scrubbed, compared, read."""
# ruff: noqa: F811  (a fixture that is imported)

import math
from dataclasses import replace

import pytest

import nn
from autograd._format import shown
from nn.optim import SGD, Adam
from nn.recording import record_training
from tests.support.browser import browser, opened  # noqa: F401

pytestmark = pytest.mark.slow


def run(lr=0.5, steps=12, loss=None, **options):
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    X, y = nn.make_xor(4, shuffle=False)
    settings = {"loss": nn.BCEWithLogitsLoss(), "optimizer": SGD(net.parameters(), lr=lr), "boundary": 8, "progress": False}
    return record_training(net, X, y, steps=steps, **{**settings, **options})


def saved(record, folder):
    path = folder / "page.html"
    record.save_html(path)
    return path


def sentence(page):
    return page.locator("[role=status]").inner_text()


def table(page):
    return [row.split("\t") for row in page.locator("tbody").inner_text().split("\n")]


def steps_to(page, step):
    page.evaluate(
        "(at) => { const s = document.querySelector('input[type=range]'); s.value = at; s.dispatchEvent(new Event('input')) }",
        step,
    )


def test_scrubbed_to_the_end_the_page_shows_the_numbers_of_the_record(browser, tmp_path):
    record = run(metric=nn.accuracy)
    with opened(browser, saved(record, tmp_path)) as page:
        for step in (0, 5, 12):
            steps_to(page, step)
            frame = record[step]
            assert f"after step {step}: loss {shown(frame.loss)}, metric {shown(frame.metric)}" in sentence(page)
            rows = [(row[0], row[1], row[2]) for row in table(page)]
            assert rows == [(name, shown(value), shown(frame.gradients[name])) for name, value in frame.parameters.items()]
        assert page.locator(".counter").inner_text() == "12 of 12"
        assert page.locator("input[type=range]").get_attribute("aria-valuetext").startswith("step 12 of 12: after step 12: loss")


def test_the_sentence_is_the_update_that_comes_next_in_numbers(browser, tmp_path):
    record = run(lr=0.5)
    up = min(record[3].gradients, key=record[3].gradients.__getitem__)  # the value with the most negative gradient
    down = max(record[3].gradients, key=record[3].gradients.__getitem__)
    with opened(browser, saved(record, tmp_path)) as page:
        for name, arrow in ((up, "▲"), (down, "▼")):
            page.get_by_role("button", name=name).click()
            steps_to(page, 3)
            before, gradient, after = record[3].parameters[name], record[3].gradients[name], record[4].parameters[name]
            factor = f"({shown(gradient)})" if arrow == "▲" else shown(gradient)
            assert f"{name} ← {shown(before)} − 0.5·{factor} = {shown(after)}" in sentence(page)
            assert page.locator("tr.now").inner_text().split("\t")[3] == f"{arrow} {shown(abs(after - before))}"
        page.get_by_role("button", name="Last step").click()
        assert f"{down} = {shown(record[-1].parameters[down])} at the end" in sentence(page)


def test_an_update_that_is_more_than_rate_times_gradient_is_told_as_before_and_after(browser, tmp_path):
    net = nn.MLP(2, [1], seed=0)
    X, y = nn.make_xor(4, shuffle=False)
    options = {"loss": nn.BCEWithLogitsLoss(), "steps": 3, "progress": False}
    momentum = record_training(net, X, y, optimizer=SGD(net.parameters(), lr=0.1, momentum=0.9), **options)
    for record, ending in ((momentum, ""), (run(every=5), " in 5 steps")):
        with opened(browser, saved(record, tmp_path)) as page:
            before, after = (frame.parameters["layers.0.neurons.0.w.0"] for frame in record[:2])
            assert sentence(page).splitlines()[0] == f"layers.0.neurons.0.w.0: {shown(before)} → {shown(after)}{ending}"


def test_the_keys_and_the_buttons_step(browser, tmp_path):
    with opened(browser, saved(run(), tmp_path)) as page:
        counter = page.locator(".counter")
        for key, step in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 12), ("Home", 0)):
            page.keyboard.press(key)
            assert counter.inner_text() == f"{step} of 12"
        for label, step in (("Next step", 1), ("Last step", 12), ("Previous step", 11), ("First step", 0)):
            page.get_by_role("button", name=label).click()
            assert counter.inner_text() == f"{step} of 12"
        chart = page.locator("svg.chart")
        box = chart.bounding_box()
        chart.click(position={"x": box["width"] * 388 / 400, "y": box["height"] / 2})
        assert counter.inner_text() == "12 of 12"


def test_two_runs_go_together_and_the_first_difference_is_a_click_away(browser, tmp_path):
    one, other = run(lr=0.5, steps=12), run(lr=5.0, steps=8)
    compared = one.beside(other)
    with opened(browser, saved(compared, tmp_path)) as page:
        assert str(compared.difference) in page.locator(".summary").inner_text()
        assert page.locator(".unequal").count() == 0
        page.get_by_role("button", name="first difference").click()
        assert page.locator(".counter").inner_text() == "1 of 12"
        numbers = zip(one[1].numbers(), other[1].numbers(), strict=True)
        assert page.locator(".unequal").count() == sum(a != b for (name, a), (_, b) in numbers if name != "loss")
        row = table(page)[0]
        name = row[0]
        numbers = [one[1].parameters[name], one[1].gradients[name], other[1].parameters[name], other[1].gradients[name]]
        assert [cell.replace("≠", "").strip() for cell in row[1:]] == [shown(number) for number in numbers]
        page.get_by_role("button", name="Last step").click()
        assert f"after step 12: loss {shown(one[-1].loss)}" in sentence(page)
        assert f"after step 8, where the run ended: loss {shown(other[-1].loss)}" in sentence(page)


def test_the_same_run_beside_itself_has_nothing_marked(browser, tmp_path):
    record = run()
    with opened(browser, saved(record.beside(record), tmp_path)) as page:
        assert "no difference in the 13 steps" in page.locator(".summary").inner_text()
        page.get_by_role("button", name="Last step").click()
        assert page.locator(".mark, .unequal").count() == 0


def test_runs_that_keep_other_things_at_other_steps_stand_side_by_side(browser, tmp_path):
    one, other = run(keep=["layers.0.neurons.0.b"], every=5), run(keep=["*.b"], boundary=None, lr=2.0)
    with opened(browser, saved(one.beside(other), tmp_path)) as page:
        steps_to(page, 7)
        assert "after step 5, the last one kept" in sentence(page)
        assert [row[1] for row in table(page)] == [shown(one[1].parameters["layers.0.neurons.0.b"]), "—", "—", "—"]
        assert page.locator("svg.plane").count() == 1


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_picture_shows_which_side_of_the_boundary_is_which(browser, tmp_path, look):
    """The pixels of the canvas against the bytes of the record; the line against the places where they cross."""
    record = run(steps=60, boundary=8)
    with opened(browser, saved(record, tmp_path), color_scheme=look) as page:
        page.get_by_role("button", name="Last step").click()
        pixels = page.evaluate("[...document.querySelector('canvas').getContext('2d').getImageData(0, 0, 8, 8).data]")
        for i, byte in enumerate(record[-1].boundary):
            red, _, blue, _ = pixels[4 * i : 4 * i + 4]
            assert (blue > red) == (byte > 127)
        line = page.locator(".boundary").get_attribute("d")
        cut = sum((a > 127) != (b > 127) for a, b in neighbours(record[-1].boundary, 8))
        ends = line.replace("L", "M").split("M")[1:]
        assert len(set(ends)) == cut
        assert page.locator(".sample").count() == 4 + 2  # and the legend


def neighbours(cells, n):
    for i, cell in enumerate(cells):
        if i % n < n - 1:
            yield cell, cells[i + 1]
        if i + n < len(cells):
            yield cell, cells[i + n]


def test_classes_and_targets_that_are_no_classes_have_their_pictures(browser, tmp_path):
    X, y = nn.make_blobs(30, centers=3, random_state=0)
    for outputs, targets, loss, boundaries in (
        (3, y, nn.CrossEntropyLoss(), True),
        (1, [0.5 * t for t in y], nn.MSELoss(), False),
    ):
        net = nn.MLP(2, [outputs], seed=0)
        options = {"loss": loss, "optimizer": Adam(net.parameters()), "boundary": 8, "progress": False}
        record = record_training(net, X, targets, steps=3, **options)
        with opened(browser, saved(record, tmp_path)) as page:
            assert bool(page.locator(".boundary").get_attribute("d")) == boundaries
            assert page.locator(".sample").count() == 30 + (3 if boundaries else 2)


def test_numbers_that_are_none_and_odd_names_are_shown_as_they_are(browser, tmp_path):
    record = run(steps=2)
    name = "</script><b>&\"'"
    frames = [
        replace(f, parameters={name: x}, gradients={name: x}) for f, x in zip(record, (math.nan, math.inf, 0.0), strict=True)
    ]
    frames[1] = replace(frames[1], loss=math.nan, boundary=bytes([255] * 64))
    with opened(browser, saved(replace(record, frames=frames), tmp_path)) as page:
        assert table(page)[0][:3] == [name, "NaN", "NaN"]
        page.keyboard.press("ArrowRight")
        assert table(page)[0][:3] == [name, "inf", "inf"]
        assert "loss NaN" in sentence(page)


def test_a_long_run_beside_a_sparse_one_loads_and_scrubs(browser, tmp_path):
    short = run(steps=2, boundary=None)
    frames = [replace(short[0], step=step, epoch=step + 1, loss=1 / (1 + step)) for step in range(20_001)]
    compared = replace(short, frames=frames).beside(replace(short, frames=frames[::100]))
    with opened(browser, saved(compared, tmp_path)) as page:
        steps_to(page, 12_345)
        assert f"after step 12345: loss {shown(1 / 12346)}" in sentence(page)
        assert "after step 12300, the last one kept" in sentence(page)


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [340, 1200])
def test_nothing_overflows_the_page(browser, tmp_path, look, width):
    path = saved(run(steps=3).beside(run(lr=5.0, steps=3)), tmp_path)
    with opened(browser, path, viewport={"width": width, "height": 800}, color_scheme=look) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("main").get_attribute("data-theme") == look


def test_in_a_notebook_it_steps_inside_its_frame(browser, tmp_path):
    record = run(steps=3)
    path = tmp_path / "cell.html"
    path.write_text(f"<!DOCTYPE html><title>cell</title>{record._repr_html_()}")
    with opened(browser, path) as page:
        inside = page.frame_locator("iframe")
        inside.get_by_role("button", name="Last step").click()
        assert f"after step 3: loss {shown(record[-1].loss)}" in inside.locator("[role=status]").inner_text()
