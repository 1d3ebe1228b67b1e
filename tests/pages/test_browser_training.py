"""Pages of training runs in a real browser: scrubbed, compared, read."""

import math
import random
import re
from dataclasses import replace
from itertools import pairwise

import pandas
import pytest

import autograd
import nn
from autograd import Value
from autograd._format import as_index, shown
from autograd.viz.palette import CLASSES, COLOURS, sequence
from nn.optim import SGD, Adam
from nn.recording import record_training
from tests.support.browser import opened

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
    return page.locator(".words").inner_text()


def updates(page):
    return page.locator(".words li").all_inner_texts()


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
            when = f"after step {step}" if step else "at the start"
            assert f"{when}: loss {shown(frame.loss)}, accuracy {shown(frame.metric)}" in sentence(page)
            rows = [(row[0], row[1], row[2]) for row in table(page)]
            expected = [(as_index(name), shown(value), shown(frame.gradients[name])) for name, value in frame.parameters.items()]
            assert rows == expected
        assert page.locator(".counter").inner_text() == "step 12 of 12"
        assert page.locator("input[type=range]").get_attribute("aria-valuetext").startswith("step 12 of 12: after step 12: loss")


def test_a_parameter_that_was_chosen_has_its_next_update_in_numbers(browser, tmp_path):
    record = run(lr=0.5)
    up = min(record[3].gradients, key=record[3].gradients.__getitem__)  # the value with the most negative gradient
    down = max(record[3].gradients, key=record[3].gradients.__getitem__)
    with opened(browser, saved(record, tmp_path)) as page:
        for name, arrow in ((up, "▲"), (down, "▼")):
            page.get_by_role("button", name=as_index(name), exact=True).click()
            steps_to(page, 3)
            before, gradient, after = record[3].parameters[name], record[3].gradients[name], record[4].parameters[name]
            factor = f"({shown(gradient)})" if arrow == "▲" else shown(gradient)
            assert page.locator(".formula").inner_text() == f"{as_index(name)} ← {shown(before)} − 0.5·{factor} = {shown(after)}"
            assert page.locator("tr.now").inner_text().split("\t")[3] == f"{arrow} {shown(abs(after - before))}"
        page.get_by_role("button", name="Last step").click()
        assert f"{as_index(down)} = {shown(record[-1].parameters[down])} at the end" in sentence(page)
        page.get_by_role("button", name=as_index(down), exact=True).click()
        assert page.locator(".formula").inner_text() == ""


def largest(before, after):
    """The names of the three parameters that change most; ties keep their order."""
    sizes = {name: abs(after.parameters[name] - before.parameters[name]) for name in before.parameters}
    return sorted(sizes, key=sizes.__getitem__, reverse=True)[:3]


def test_the_three_largest_updates_of_a_step_are_told_with_their_reason(browser, tmp_path):
    record = run(lr=0.5)
    with opened(browser, saved(record, tmp_path)) as page:
        for step in (0, 7):
            steps_to(page, step)
            expected = []
            for name in largest(record[step], record[step + 1]):
                before, after = (shown(frame.parameters[name], 4) for frame in record[step : step + 2])
                gradient = shown(record[step].gradients[name], 4)
                expected.append(f"{as_index(name)}: {before} → {after}, because of its gradient {gradient} times the rate 0.5")
            assert updates(page) == expected
            assert f"Step {step + 1}: the three largest updates" in sentence(page)
        page.get_by_role("button", name="Last step").click()
        assert updates(page) == []
        assert "No update follows: this is the last step of the record" in sentence(page)


def test_an_update_that_is_more_than_rate_times_gradient_is_told_as_before_and_after(browser, tmp_path):
    net = nn.MLP(2, [1], seed=0)
    X, y = nn.make_xor(4, shuffle=False)
    options = {"loss": nn.BCEWithLogitsLoss(), "steps": 3, "progress": False}
    momentum = record_training(net, X, y, optimizer=SGD(net.parameters(), lr=0.1, momentum=0.9), **options)
    for record, ending in ((momentum, ""), (run(every=5), " in 5 steps")):
        with opened(browser, saved(record, tmp_path)) as page:
            name = "layers.0.neurons.0.w.0"
            page.get_by_role("button", name=as_index(name)).click()
            before, after = (frame.parameters[name] for frame in record[:2])
            formula = page.locator(".formula").inner_text()
            assert formula == f"{as_index(name)}: {shown(before)} → {shown(after)}{ending}"
            name = largest(*record[:2])[0]
            before, after = (frame.parameters[name] for frame in record[:2])
            change = ("+" if after > before else "") + shown(after - before, 4)
            reason = "" if ending else f" by SGD, from its gradient {shown(record[0].gradients[name], 4)}"
            assert updates(page)[0] == f"{as_index(name)}: {shown(before, 4)} → {shown(after, 4)}, {change}{reason}"
            assert ("Steps 1 to 5" if ending else "Step 1") in sentence(page)


# -- the network -------------------------------------------------------------------------------------


def neuron_values(page, run=0):
    """The values of neurons in the network view, by name."""
    labels = page.locator(".net").nth(run).evaluate("e => [...e.querySelectorAll('[data-unit]')].map((u) => u.ariaLabel)")
    pairs = (re.fullmatch(r"(.*?), value (.*?)(, .*)?", label).groups()[:2] for label in labels)
    return {name: float(value.replace("−", "-")) for name, value in pairs}


def expected_values(record, step, x, activation=math.tanh):
    """The same values computed by hand, for an MLP with one hidden layer and one output."""
    p = record[step].parameters
    hidden = len({name.split(".")[3] for name in p if name.startswith("layers.0")})

    def total(layer, i, xs):
        name = f"layers.{layer}.neurons.{i}"
        return math.fsum([p[f"{name}.b"], *(p[f"{name}.w.{j}"] * x for j, x in enumerate(xs))])

    row = [activation(total(0, i, x)) for i in range(hidden)]
    values = {f"layers[0].neurons[{i}]": value for i, value in enumerate(row)}
    return {"x[0]": x[0], "x[1]": x[1], **values, "layers[1].neurons[0]": total(1, 0, row)}


def test_the_network_follows_the_steps_with_its_weights_and_the_values_of_a_sample(browser, tmp_path):
    record = run()
    with opened(browser, saved(record, tmp_path)) as page:
        for step in (0, 5, 12):
            steps_to(page, step)
            assert neuron_values(page) == pytest.approx(expected_values(record, step, [-1.0, -1.0]), rel=1e-5, abs=1e-9)
            most = max(record[step].parameters, key=lambda name: abs(record[step].parameters[name]))
            weight = shown(record[step].parameters[most], 4)
            assert f"The largest weight is {weight}, of {as_index(most)}." in page.locator(".net").inner_text()
            if step < 12:
                page.get_by_role("radio", name="update").check()
                most = largest(record[step], record[step + 1])[0]
                change = shown(record[step + 1].parameters[most] - record[step].parameters[most], 4)
                assert f"The largest update is {change}, of {as_index(most)}." in page.locator(".net").inner_text()
                page.get_by_role("radio", name="weight").check()


def test_another_sample_or_a_point_of_the_plane_goes_through_the_network(browser, tmp_path):
    record = run()
    X, _ = nn.make_xor(4, shuffle=False)
    with opened(browser, saved(record, tmp_path)) as page:
        page.get_by_role("combobox", name="Sample").select_option(index=3)
        assert neuron_values(page) == pytest.approx(expected_values(record, 0, X[2]), rel=1e-5, abs=1e-9)
        plane = page.locator("svg.plane")
        dots = plane.locator(".sample")
        box, dot = plane.bounding_box(), dots.nth(1).bounding_box()
        middle = {"x": dot["x"] + dot["width"] / 2 - box["x"], "y": dot["y"] + dot["height"] / 2 - box["y"]}
        plane.click(position=middle, force=True)  # chooses the sample
        assert neuron_values(page) == pytest.approx(expected_values(record, 0, X[1]), rel=1e-5, abs=1e-9)
        plane.click(position={"x": middle["x"] - 60, "y": middle["y"] + 25}, force=True)  # chooses the point between samples
        there = neuron_values(page)
        point = [there["x[0]"], there["x[1]"]]
        assert point not in X
        assert there == pytest.approx(expected_values(record, 0, point), rel=1e-4, abs=1e-4)
        ring = page.locator(".chosen").bounding_box()
        assert ring["x"] + ring["width"] / 2 - box["x"] == pytest.approx(middle["x"] - 60, abs=1.0)


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "leaky_relu", "elu", "gelu", "mish", "logsigmoid"])
def test_the_page_computes_activations_as_the_engine_does(browser, tmp_path, activation):
    net = nn.MLP(2, [3, 1], activation, seed=0)
    X, y = nn.make_xor(4, shuffle=False)
    options = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters(), lr=0.1), "steps": 1, "progress": False}
    record = record_training(net, X, y, **options)
    expected = expected_values(record, 0, X[0], lambda x: getattr(autograd, activation)(x))
    with opened(browser, saved(record, tmp_path)) as page:
        assert neuron_values(page) == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_what_follows_a_layer_is_part_of_the_values_and_what_is_unknown_is_said(browser, tmp_path):
    X, y = nn.make_xor(4, shuffle=False)
    for after, loss, known in (
        (nn.Sigmoid(), nn.BCELoss(), True),
        (lambda row: [row[0] if row[0] > 9.0 else -row[0]], nn.MSELoss(), False),
    ):
        net = nn.Sequential(nn.Layer(2, 3, "tanh", seed=0), nn.Dropout(0.2, seed=1), nn.Layer(3, 1, "linear", seed=2), after)
        record = record_training(net, X, y, loss=loss, optimizer=SGD(net.parameters(), lr=0.1), steps=1, progress=False)
        with opened(browser, saved(record, tmp_path)) as page:
            if known:
                net.eval()
                for parameter, value in zip(net.parameters(), record[0].parameters.values(), strict=True):
                    parameter.data = value
                assert neuron_values(page)["items[2].neurons[0]"] == pytest.approx(net(X[0])[0].data, rel=1e-5)
            assert ("Values are not shown" in page.locator(".net").inner_text()) is not known


@pytest.mark.parametrize("look", ["light", "dark"])
def test_maps_show_what_each_neuron_gives_over_the_plane(browser, tmp_path, look):
    record, cells = run(), 16
    (left, right), (bottom, top) = record.plane.x, record.plane.y
    with opened(browser, saved(record, tmp_path), color_scheme=look) as page:
        assert page.locator(".maps canvas").count() == 0
        page.get_by_role("checkbox", name="maps").check()
        for step in (0, 12):
            steps_to(page, step)
            shades = page.evaluate(
                "() => Object.fromEntries([...document.querySelectorAll('.maps canvas')].map((c) => [c.dataset.of, "
                "[...c.getContext('2d').getImageData(0, 0, 16, 16).data].filter((_, i) => i % 4 === 0)]))"
            )
            assert len(shades) == 6
            places = [
                [left + (right - left) * (i % cells + 0.5) / cells, top + (bottom - top) * (i // cells + 0.5) / cells]
                for i in range(cells**2)
            ]
            numbers = [list(expected_values(record, step, place).values()) for place in places]
            for k, shade in shades.items():
                own = [row[int(k)] for row in numbers]
                low, high = min(own), max(own)
                ramp = [int(sequence((number - low) / (high - low))[1:3], 16) for number in own]
                assert shade == pytest.approx(ramp, abs=1)
        outlines = "(all) => { const { x, y, width, height } = all[0].getBoundingClientRect(); return [x, y, width, height]; }"
        canvas, disc = (page.locator(place).evaluate_all(outlines) for place in (".maps canvas", ".net .disc"))
        assert canvas == pytest.approx(disc, abs=0.1)
        page.get_by_role("checkbox", name="maps").uncheck()
        assert not page.locator(".maps").is_visible()


def test_a_larger_network_has_its_weights_updates_and_values_too(browser, tmp_path):
    net = nn.MLP(2, [18, 1], "tanh", seed=0)
    X, y = nn.make_moons(10, random_state=0)
    seen = []

    def remember(outputs, targets):
        seen.append([p.data for p in net.parameters()])
        return 0.0

    options = {"loss": nn.BCEWithLogitsLoss(), "optimizer": Adam(net.parameters(), lr=0.05), "progress": False}
    record = record_training(net, X, y, steps=8, metric=remember, **options)
    names = [as_index(name) for name, _ in net.named_parameters()]
    with opened(browser, saved(record, tmp_path)) as page:
        steps_to(page, 5)
        changes = [abs(b - a) for a, b in zip(seen[5], seen[6], strict=True)]
        most = sorted(range(len(names)), key=lambda i: -changes[i])[:3]
        assert [text.partition(":")[0] for text in updates(page)] == [names[i] for i in most]
        first = f"{names[most[0]]}: {shown(seen[5][most[0]], 4)} → {shown(seen[6][most[0]], 4)}, "
        assert updates(page)[0].startswith(first)
        assert f"{max(map(abs, seen[5])):.3f}" in page.locator(".network-sentence").inner_text().replace("−", "")


def test_a_model_that_is_not_made_of_layers_has_the_other_pictures(browser, tmp_path):
    class Own(nn.Module):
        def __init__(self):
            self.w = [Value(0.5), Value(-0.5)]

        def forward(self, x):
            return self.w[0] * x[0] + self.w[1] * x[1]

    net = Own()
    X, y = nn.make_moons(10, random_state=0)
    options = {"loss": nn.BCEWithLogitsLoss(), "optimizer": SGD(net.parameters(), lr=0.5), "boundary": 6, "progress": False}
    path = saved(record_training(net, X, y, steps=3, **options), tmp_path)
    with opened(browser, path, viewport={"width": 1280, "height": 800}) as page:
        assert page.locator(".net, figcaption select").count() == 0
        assert page.locator("svg.plane, svg.chart").count() == 2
        assert len(updates(page)) == 2
        first, last = [figure.bounding_box() for figure in page.locator(".side figure").all()]
        assert (first["x"] < 50, last["x"] + last["width"] > 1230, first["y"] == last["y"]) == (True, True, True)


# -- axes --------------------------------------------------------------------------------------------


def test_axes_have_ticks_and_the_names_of_what_they_show(browser, tmp_path):
    X, y = nn.make_moons(20, random_state=0)
    net = nn.MLP(2, [2, 1], seed=0)
    options = {"loss": nn.BCEWithLogitsLoss(), "optimizer": SGD(net.parameters(), lr=0.5), "boundary": 5, "progress": False}
    frame = pandas.DataFrame(X, columns=["width (cm)", "<b>height"])
    record = record_training(net, frame, y, steps=40, metric=nn.accuracy, **options)
    with opened(browser, saved(record, tmp_path), viewport={"width": 1280, "height": 800}) as page:
        for picture, names in (("plane", ["width (cm)", "<b>height"]), ("chart", ["step", "loss", "accuracy"])):
            found = page.locator(f"svg.{picture} .name").all_text_contents()
            assert set(found) == set(names)
        for axes in page.locator(".axes").all():
            for side in (".end", ".middle:not(.name)"):
                assert len({float(text.replace("−", "-")) for text in axes.locator(side).all_text_contents()}) >= 2
            assert axes.evaluate(
                "e => [...e.querySelectorAll('text')].every((t) => parseFloat(getComputedStyle(t).fontSize) >= 11)"
            )
        assert page.locator("svg.chart").first.locator(".middle:not(.name)").all_text_contents() == ["0", "10", "20", "30", "40"]


@pytest.mark.parametrize(("lr", "steps"), [(0.1, 12), (1e-3, 12), (1e-6, 3), (0.5, 1)])
def test_a_short_run_has_two_ticks_at_each_side_of_each_picture_and_no_two_alike(browser, tmp_path, lr, steps):
    record = run(lr=lr, steps=steps, metric=nn.accuracy)
    with opened(browser, saved(record, tmp_path), viewport={"width": 1280, "height": 800}) as page:
        for axes in page.locator(".axes").all():
            for side in (".end", ".middle:not(.name)"):
                texts = axes.locator(side).all_text_contents()
                assert len(set(texts)) == len(texts) >= 2
            tops = axes.locator(".end").evaluate_all("all => all.map(text => text.getBoundingClientRect().top)")
            assert all(lower - upper >= 12 for lower, upper in pairwise(tops))


# The ranges whose axes have too few or too many ticks, ticks outside the axis, or equal or wrong labels.
FAULTY = """ranges => ranges.filter(([low, high, count]) => {
  const wrong = (found, most) => {
    const texts = tickTexts(found), step = Math.min(...found.slice(1).map((tick, i) => tick - found[i]));
    const read = texts.map((text) => Number(text.replaceAll("−", "-")));
    const outside = (tick) => tick < low - 1e-6 * (high - low) || tick > high + 1e-6 * (high - low);
    return found.length < 2 || found.length > most || new Set(texts).size < found.length
      || found.some((tick, i) => outside(tick) || Math.abs(read[i] - tick) > step / 50);
  };
  const scales = [wrong(ticks(low, high, count), count + 3)];
  if (low > 0 && high > 10 * low) scales.push(wrong(logarithmicTicks(low, high, count), 1.5 * count + 3));
  return scales.some(Boolean);
})"""


def test_an_axis_of_any_range_has_at_least_two_ticks_whose_texts_tell_them_apart(browser, tmp_path):
    chosen = random.Random(0)
    ranges = []
    for _ in range(4000):
        low = chosen.choice([0.0, 1.0, -1.0]) * 10 ** chosen.uniform(-6, 6)
        size = 10 ** chosen.uniform(-4, 4) * max(abs(low), 1e-6)
        ranges.append([low, low + size, chosen.uniform(2.0, 10.0)])
    with opened(browser, saved(run(steps=1), tmp_path)) as page:
        assert page.evaluate(FAULTY, ranges) == []


def test_a_tick_stands_where_its_number_is(browser, tmp_path):
    record = run(steps=60)
    with opened(browser, saved(record, tmp_path), viewport={"width": 1280, "height": 800}) as page:
        steps_to(page, 40)
        chart = page.locator("svg.chart").first
        tick = chart.locator("text", has_text=re.compile("^40$")).bounding_box()
        dot = chart.locator(".dot").bounding_box()
        assert tick["x"] + tick["width"] / 2 == pytest.approx(dot["x"] + dot["width"] / 2, abs=1.0)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_accent_marks_the_current_step_and_nothing_else_in_the_pictures(browser, tmp_path, look):
    with opened(browser, saved(run(metric=nn.accuracy), tmp_path), color_scheme=look) as page:
        accent = getattr(COLOURS["accent"], look)
        rgb = f"rgb({', '.join(str(int(accent[i : i + 2], 16)) for i in (1, 3, 5))})"
        marked = page.evaluate(
            "(rgb) => [...document.querySelectorAll('figure *')].filter((e) => ['fill', 'stroke'].some((part) => "
            "getComputedStyle(e)[part] === rgb)).map((e) => e.getAttribute('class'))",
            rgb,
        )
        assert sorted(marked) == ["cursor", "cursor", "dot", "dot"]


def test_what_matters_first_fits_a_window_of_1280_by_800(browser, tmp_path):
    with opened(browser, saved(run(metric=nn.accuracy), tmp_path), viewport={"width": 1280, "height": 800}) as page:
        for picture in (".net", ".boundaries", "svg.chart >> nth=1", ".words", ".controls"):
            box = page.locator(picture).bounding_box()
            assert box["height"] > 20
            assert box["y"] + box["height"] <= 800
        stage = page.locator(".net .stagebox")
        assert stage.evaluate("e => e.scrollHeight <= e.clientHeight + 1")


def test_the_keys_and_the_buttons_step(browser, tmp_path):
    with opened(browser, saved(run(), tmp_path)) as page:
        counter = page.locator(".counter")
        for key, step in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 12), ("Home", 0)):
            page.keyboard.press(key)
            assert counter.inner_text() == (f"step {step} of 12" if step else "start")
        for label, step in (("Next step", 1), ("Last step", 12), ("Previous step", 11), ("First step", 0)):
            page.get_by_role("button", name=label).click()
            assert counter.inner_text() == (f"step {step} of 12" if step else "start")
        chart = page.locator("svg.chart")
        box, dot = chart.bounding_box(), chart.locator(".dot").bounding_box()  # the dot is at step 0
        start, end = dot["x"] + dot["width"] / 2 - box["x"], box["width"] - 14
        chart.click(position={"x": start + 0.5 * (end - start), "y": box["height"] / 2})
        assert counter.inner_text() == "step 6 of 12"
        page.mouse.move(box["x"] + start, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + start + 0.25 * (end - start), box["y"] + 30)
        assert counter.inner_text() == "step 3 of 12"
        page.mouse.up()
        page.mouse.move(box["x"] + end, box["y"] + 30)
        assert counter.inner_text() == "step 3 of 12"


def test_on_a_phone_a_tap_goes_to_a_step_and_sends_a_point_through_the_network(browser, tmp_path):
    record = run()
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    with opened(browser, saved(record, tmp_path), **phone) as page:
        chart, plane = page.locator("svg.chart"), page.locator("svg.plane")
        chart.tap(position={"x": chart.bounding_box()["width"] - 14, "y": 40})
        page.locator(".counter", has_text="12 of 12").wait_for()
        box, dot = plane.bounding_box(), plane.locator(".sample").nth(2).bounding_box()
        plane.tap(
            position={"x": dot["x"] + dot["width"] / 2 - box["x"], "y": dot["y"] + dot["height"] / 2 - box["y"]}, force=True
        )
        X, _ = nn.make_xor(4, shuffle=False)
        expected = expected_values(record, 12, X[2])
        page.locator(f"[data-unit='0'][aria-label*='value {shown(X[2][0])}']").wait_for()
        found = neuron_values(page)
        assert found == pytest.approx({name: expected[name] for name in found}, rel=1e-5, abs=1e-9)
        assert page.locator(".controls").evaluate("e => e.getBoundingClientRect().top") >= 0.0  # they stay visible


def test_two_runs_go_together_and_the_first_difference_is_a_click_away(browser, tmp_path):
    one, other = run(lr=0.5, steps=12), run(lr=5.0, steps=8)
    compared = one.beside(other)
    with opened(browser, saved(compared, tmp_path)) as page:
        assert str(compared.difference) in page.locator(".summary").inner_text()
        assert page.locator(".unequal").count() == 0
        page.get_by_role("button", name="first difference").click()
        assert page.locator(".counter").inner_text() == "step 1 of 12"
        numbers = zip(one[1].numbers(), other[1].numbers(), strict=True)
        assert page.locator(".unequal").count() == sum(a != b for (name, a), (_, b) in numbers if name != "loss")
        row = table(page)[0]
        name = "layers.0.neurons.0.w.0"
        assert row[0] == as_index(name)
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
    """Compare the canvas's pixels with the record's bytes, and the line with the places where these cross the boundary."""
    record = run(steps=60, boundary=8)
    with opened(browser, saved(record, tmp_path), color_scheme=look) as page:
        page.get_by_role("button", name="Last step").click()
        pixels = page.evaluate("[...document.querySelector('canvas').getContext('2d').getImageData(0, 0, 8, 8).data]")
        for i, byte in enumerate(record[-1].boundary):
            distances = [math.dist(pixels[4 * i : 4 * i + 3], parts(colour, look)) for colour in CLASSES[:2]]
            assert distances[byte > 127] == min(distances)
        line = page.locator(".boundary:not(.halo)").get_attribute("d")
        cut = sum((a > 127) != (b > 127) for a, b in neighbours(record[-1].boundary, 8))
        ends = line.replace("L", "M").split("M")[1:]
        assert len(set(ends)) == cut
        assert page.locator(".sample").count() == 4 + 2  # 2 of them in the legend


def parts(colour, look):
    """The red, green and blue of a colour."""
    return [int(getattr(colour, look)[i : i + 2], 16) for i in (1, 3, 5)]


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
            assert bool(page.locator(".boundary:not(.halo)").get_attribute("d")) == boundaries
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
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8"><title>cell</title>{record._repr_html_()}', encoding="utf-8")
    with opened(browser, path) as page:
        inside = page.frame_locator("iframe")
        inside.get_by_role("button", name="Last step").click()
        inside.locator(".words", has_text=f"after step 3: loss {shown(record[-1].loss)}").wait_for()
