"""The network tab: in Chromium, and its training in Node for every combination of settings."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from autograd import Value
from playground.tests.actions import linked, resize, told
from tests.support.axe import violations
from tests.test_playground_training import ACTIVATIONS, OPTIONS, setting
from tools.node import run_node

STATUS, NUMBERS = "#network .told", "#network .numbers"
HERE = Path(__file__).parent
CLASSES = ("moons", "circles", "xor", "spirals", "blobs")


@pytest.fixture
def network(page: Any) -> Any:
    """The page on the network tab, ready to play."""
    page.click("#tab-network")
    ready(page)
    return page


def ready(page: Any) -> None:
    """Wait until the training is prepared."""
    expect(page.locator("#network .play")).to_be_enabled()


def enter(page: Any, label: str, text: str) -> None:
    field = page.locator(f"#network .settings label:has-text('{label}') input[type=number]").first
    field.fill(text)
    field.press("Enter")


def choose(page: Any, label: str, value: str) -> None:
    page.select_option(f"#network .settings label:has-text('{label}') select", value)


def data(page: Any, name: str) -> None:
    page.click(f"#network .pictures label:has-text('{name}')")


def steps(page: Any, count: int) -> None:
    for _ in range(count):
        before = page.inner_text(NUMBERS)
        page.click('#network button:text-is("Step")')
        expect(page.locator(NUMBERS)).not_to_have_text(before)


def play_to(page: Any, last: int) -> None:
    """Play at full speed up to a step."""
    page.locator("#network summary:has-text('Penalty')").click()
    enter(page, "Stop at step", str(last))
    page.select_option("#network [aria-label=Speed]", "full")
    ready(page)
    page.click("#network .play")
    told(page, f"step {last}", NUMBERS)


def weights(page: Any) -> list[float]:
    """All numbers of the Python formula, in the order of the network's parameters."""
    page.click("#network .tabs button:text-is('Formula')")
    page.click("#network .detail summary")
    text = page.inner_text("#network .detail details pre")
    found = []
    for line in re.findall(r"= (?:\w+\()?(\S+ \+ .* \* .*)$", text, re.MULTILINE):
        bias, *terms = line.rstrip(")").split(" + ")
        found += [*(float(term.split(" * ")[0]) for term in terms), float(bias)]
    return found


@pytest.mark.parametrize("optimizer", list(OPTIONS))
def test_training_in_the_page_is_that_of_the_exported_program_in_python(network: Any, optimizer: str) -> None:
    choose(network, "Optimizer", optimizer)
    ready(network)
    steps(network, 3)
    network.click("#network button:has-text('Same numbers')")
    told(network, "After 3 steps all 37 parameters are those of the exported program", STATUS)


def test_training_in_node_has_the_numbers_of_python_whatever_is_chosen(address: str) -> None:
    packages = find_spec("graphviz")
    assert address
    assert packages
    assert packages.origin
    chosen, i = [], 0
    for name, loss in itertools.product(
        [*CLASSES, "plane", "hills", "own"], ["logistic", "hinge", "squared error", "absolute error", "Huber"]
    ):
        if name in ("plane", "hills") and loss in ("logistic", "hinge"):
            continue
        for optimizer, options in [(kind, options) for kind in OPTIONS for options in OPTIONS[kind]]:
            i += 1
            layers = [{"size": 1 + (i + k) % 4, "activation": ACTIVATIONS[(i + 3 * k) % 8]} for k in range(i % 3)]
            features = [["x1", "x2"], ["x1", "sin x2", "x1*x2"], ["x1", "x2^2", "sin x1"]][i % 3]
            chosen.append(setting(
                data=name, loss=loss, optimizer=optimizer, options=options, layers=layers, features=features, seed=i % 5,
                penalty=("none", "L1", "L2")[i % 3], batch=(0, 5, 7)[i // 3 % 3], test=20 * (i % 2),
                rates=[[0, 0.05], [4, 0.01]] if i % 4 == 0 else [[0, 0.03]],
            ))  # fmt: skip
    lines = "\n".join(map(json.dumps, chosen))
    folder = Path(packages.origin).parent.parent
    numbers = run_node("node", HERE / "same_numbers.mjs", folder, input=lines, capture_output=True, check=True).stdout
    answers = numbers.removesuffix("\n").split("\n")
    differing = [(answer, line) for answer, line in zip(answers, chosen, strict=True) if answer != "0"]
    assert differing == []


def test_a_state_made_by_hand_is_taken_field_by_field(address: str) -> None:
    assert address
    run_node("node", "--test", HERE / "choices.mjs", check=True, capture_output=True)


@pytest.mark.parametrize("name", CLASSES)
def test_classes_are_told_apart_with_the_settings_one_begins_with(network: Any, name: str) -> None:
    data(network, name)
    play_to(network, 2000)
    found = re.search(r"loss \S+ \((\d+) %\)", network.inner_text(NUMBERS))
    assert found
    assert int(found[1]) >= {"spirals": 85}.get(name, 96)


@pytest.mark.parametrize("name", ["plane", "hills"])
def test_numbers_are_learned_up_to_their_noise(network: Any, name: str) -> None:
    data(network, name)
    play_to(network, 2000)
    found = re.search(r"loss (\S+) · test (\S+)", network.inner_text(NUMBERS))
    assert found
    assert all(float(x) < 0.03 for x in found.groups())  # the variance of the noise is 0.01


def test_the_exported_program_gives_the_page_s_weights_in_another_python(network: Any) -> None:
    data(network, "own")  # with SGD and relu, every number is a sum or product
    choose(network, "Loss", "squared error")
    choose(network, "Optimizer", "SGD")
    for i in range(2):
        network.locator("#network .layer select").nth(i).select_option("relu")
    ready(network)
    steps(network, 4)
    shown = weights(network)
    network.click("#network .tabs button:text-is('Python')")
    told(network, "range(1, 5)", "#network .detail pre")
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(network.inner_text("#network .detail pre"), {})
    assert json.loads(output.getvalue().splitlines()[-1]) == shown


def test_an_earlier_step_comes_again_as_it_was(network: Any) -> None:
    steps(network, 2)
    second = network.inner_text(NUMBERS)
    steps(network, 3)
    network.focus("#network .curves .chart[role=slider]")
    for step in (4, 3, 2):
        network.keyboard.press("ArrowLeft")
        told(network, f"step {step} ", NUMBERS)
    assert network.inner_text(NUMBERS) == second


def test_at_full_speed_the_numbers_are_those_of_single_steps_and_of_python(network: Any) -> None:
    steps(network, 4)
    fourth = network.inner_text(NUMBERS)
    play_to(network, 30)
    network.click("#network button:has-text('Same numbers')")
    told(network, "After 30 steps all 37 parameters are those of the exported program", STATUS)
    network.focus("#network .curves .chart[role=slider]")
    network.keyboard.press("Home")
    told(network, "start ", NUMBERS)
    for step in range(1, 5):
        network.keyboard.press("ArrowRight")
        told(network, f"step {step} ", NUMBERS)
    assert network.inner_text(NUMBERS) == fourth


def test_a_comparison_with_python_that_takes_long_can_be_stopped(network: Any) -> None:
    play_to(network, 3000)
    network.click("#network button:has-text('Same numbers')")
    told(network, "of 3000", STATUS)
    network.click("#network button:has-text('Stop comparing')")
    ready(network)
    expect(network.locator("#network .told")).to_be_empty()
    expect(network.locator("#network button:has-text('Same numbers')")).to_be_visible()


def test_a_link_leads_to_the_same_step(network: Any) -> None:
    choose(network, "Optimizer", "RMSprop")
    ready(network)
    steps(network, 3)
    shown = network.inner_text(NUMBERS)
    linked(network, "network", lambda state: state["step"] == 3)
    network.goto("about:blank")
    network.go_back()
    told(network, "step 3", NUMBERS)
    assert network.inner_text(NUMBERS) == shown


def test_the_curve_at_a_linked_step_is_that_of_the_training(network: Any) -> None:
    play_to(network, 300)
    linked(network, "network", lambda state: state["step"] == 300)
    network.goto("about:blank")
    network.go_back()
    told(network, "step 300", NUMBERS)
    assert network.get_attribute("#network [role=slider] .curve:not(.other)", "d").count("L") > 20


def test_while_it_plays_a_step_is_not_told_of(network: Any) -> None:
    network.select_option("#network [aria-label=Speed]", "0.1")
    network.click("#network .play")
    told(network, "Pause to look at a step", "#network .detail")
    network.click("#network .tabs button:text-is('Rule')")
    told(network, "Pause to look at a step", "#network .detail")
    network.click("#network .tabs button:text-is('Formula')")
    told(network, "tanh", "#network .detail pre")
    network.click("#network .play")
    network.click("#network .tabs button:text-is('This step')")
    told(network, "took 20 samples", "#network .detail")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180)])
def test_on_a_narrow_screen_the_data_are_chosen_in_sight_of_the_plane(network: Any, width: int, height: int) -> None:
    network.set_viewport_size({"width": width, "height": height})
    data(network, "spirals")
    ready(network)
    for seen in (".play", ".pictures", ".plane"):
        expect(network.locator(f"#network {seen}")).to_be_in_viewport(ratio=1)
    assert network.locator("#network .top").bounding_box()["height"] < 100
    within = "[...document.querySelectorAll('#network .network-work > .middle, #network .network-box')]"
    assert network.evaluate(f"{within}.map((each) => each.scrollWidth - each.clientWidth)") == [0, 0]
    network.set_viewport_size({"width": 1280, "height": 800})
    expect(network.locator("#network .settings .pictures")).to_be_visible()


def test_the_backward_pass_of_a_step_is_replayed_with_its_numbers(network: Any) -> None:
    steps(network, 1)
    told(network, "Step 1 took 20 samples", "#network .detail")
    network.click("#network .detail button:has-text('chosen sample')")
    told(network, "loss = ", "#network dialog h1")
    loss = re.search(r"loss ([\d.]+)\.$", network.inner_text("#network .detail p.quiet"))
    assert loss
    assert network.inner_text("#network dialog h1").startswith(f"loss = {loss[1][:5]}")
    assert violations(network) == []
    network.keyboard.press("Escape")
    expect(network.locator("#network dialog")).to_be_hidden()


def test_weights_count_from_1_as_neurons_do(network: Any) -> None:
    steps(network, 1)
    network.click("#network .network-picture [data-unit='2']")
    told(network, "w₂", "#network .network-panel")
    network.click("#network .details-panel button:has-text('Rule')")
    told(network, "a₁₁.w₂", "#network .detail select")
    assert "w[" not in network.inner_html("#network")


def test_a_neuron_opens_as_an_expression_with_its_numbers(network: Any) -> None:
    network.click("#network .network-picture [data-unit='2']")
    told(network, "a₁₁ over the plane", "#network .boundaries h2")
    network.click("#network button:has-text('Open in the expression tab')")
    told(network, "y = ", "#expression h1")
    text = network.inner_text("#expression .cm-content")
    assert text.strip() == "tanh(b + w1*x1 + w2*x2)"


def test_the_rule_of_a_weight_is_shown_with_numbers(network: Any) -> None:
    choose(network, "Optimizer", "SGD")
    ready(network)
    steps(network, 1)
    network.click("#network .tabs button:text-is('Rule')")
    told(network, "w − rate·g", "#network .rule-lines")
    row = network.inner_text("#network .rule-lines").replace("−", "-").replace("(", "").replace(")", "")
    found = re.search(r"= (\S+) - 0\.03·(\S+) = (\S+)", row)
    assert found
    before, gradient, after = (Value(float(x)).data for x in found.groups())
    assert after == pytest.approx(before - 0.03 * gradient, abs=1e-5)


def test_a_link_tells_its_numbers_by_key_and_tap_and_shows_its_rule(network: Any) -> None:
    steps(network, 1)
    rule = network.locator("#network .detail [aria-label=Weight]")
    for p, way in ((4, "key"), (9, "tap")):
        link = network.locator(f"#network .network-picture .link[data-p='{p}']")
        if way == "key":
            link.focus()
            network.keyboard.press("Enter")
        else:
            client = network.context.new_cdp_session(network)
            client.send("Emulation.setTouchEmulationEnabled", {"enabled": True})  # buttons grow and the picture moves
            at = "link.getPointAtLength(0.2 * link.getTotalLength()).matrixTransform(link.getScreenCTM())"
            place = link.evaluate(f"link => {{ const {{ x, y }} = {at}; return {{ x, y }}; }}")
            client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
            client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(rule).to_have_value(str(p))
        told = network.locator("#network .network-tip").inner_text().split("\n")
        assert [line.split()[0] for line in told[1:4]] == ["weight", "gradient", "update"]
        assert link.get_attribute("aria-label") == ", ".join(told)
        assert violations(network) == []


def test_a_rate_that_is_too_high_is_answered_with_advice(network: Any) -> None:
    choose(network, "Loss", "squared error")
    choose(network, "Optimizer", "SGD")
    enter(network, "Learning rate", "50")
    for i in range(2):
        network.locator("#network .layer select").nth(i).select_option("linear")
    ready(network)
    network.click("#network .play")
    told(network, "the learning rate 50 is too high", STATUS)
    network.click("#network .told button:has-text('last good step')")
    told(network, "start", NUMBERS)


# Chooses a loss and, once the page shows its training, other data. Gives the number of points shown when Play is enabled.
CHANGES_ITS_MIND = """() => new Promise((done) => {
    const part = (selector) => document.querySelector(`#network ${selector}`);
    const loss = [...document.querySelectorAll("#network .settings select")].find((select) => select.value === "logistic");
    const play = part(".play");
    new MutationObserver((_, seen) => {
        seen.disconnect();
        part(".pictures input[value=own]").click();
        new MutationObserver(() => play.disabled || done(document.querySelectorAll("#network .plane .sample").length))
            .observe(play, { attributes: true });
    }).observe(part(".plots"), { childList: true });
    loss.value = "squared error";
    loss.dispatchEvent(new Event("change"));
})"""


def test_play_waits_for_the_training_that_was_chosen_last(network: Any) -> None:
    shown = network.evaluate(CHANGES_ITS_MIND)
    assert shown == len(network.input_value("#network .settings textarea").splitlines())


def test_points_are_pasted_and_painted(network: Any) -> None:
    data(network, "own")
    ready(network)
    network.click("#network .taps button:has-text('class 1')")
    picture = network.locator("#network .plane").bounding_box()
    network.mouse.click(picture["x"] + 0.5 * picture["width"], picture["y"] + 0.4 * picture["height"])
    expect(network.locator("#network .settings textarea")).to_have_value(re.compile(r"1, 0, b\n0\.\d+, 0\.\d+, b$"))
    ready(network)
    network.click("#network .taps button:has-text('erase')")
    erased = network.locator("#network .plane .sample").first.bounding_box()
    network.mouse.click(erased["x"] + erased["width"] / 2, erased["y"] + erased["height"] / 2)
    expect(network.locator("#network .settings textarea")).to_have_value(re.compile(r"^(.*\n){3}.*$"))
    network.fill("#network .settings textarea", "0, 0, a\n1, one, b")
    network.locator("#network .settings textarea").blur()
    told(network, "your data, line 2: expected", STATUS)


def test_the_tab_fits_a_desktop_and_a_phone_and_passes_axe(network: Any) -> None:
    def overflow() -> list[int]:
        return network.evaluate(
            "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
        )

    network.emulate_media(reduced_motion="reduce")
    steps(network, 1)
    assert max(overflow()) <= 0
    for theme in ("light", "dark"):
        network.evaluate("(theme) => { document.querySelector('.playground').dataset.theme = theme; }", theme)
        assert violations(network) == []
    resize(network, 390, 844)
    assert overflow()[0] <= 0
    assert violations(network) == []


def test_a_number_beyond_its_limits_marks_its_field_and_says_them(network: Any) -> None:
    rate = network.locator("#network .settings .field:has-text('Learning rate')")
    enter(network, "Learning rate", "200")
    expect(rate.locator(".problem")).to_have_text("From 1e−06 to 100")
    expect(rate.locator("input")).to_have_attribute("aria-invalid", "true")
    assert violations(network) == []
    enter(network, "Seed", "1.5")
    expect(network.locator("#network .settings .field:has-text('Seed') .problem")).to_have_text("Whole numbers from 0 to 9999")
    enter(network, "Learning rate", "0.5")
    expect(rate.locator(".problem")).to_be_empty()
    expect(rate.locator("input")).not_to_have_attribute("aria-invalid", "true")


def test_the_curve_of_the_run_before_stays_behind_until_another_task_is_chosen(network: Any) -> None:
    before, legend = network.locator("#network .chart[role=slider] .former"), network.locator("#network .curves .before")
    expect(legend).to_be_hidden()
    steps(network, 3)
    choose(network, "Optimizer", "SGD")
    ready(network)
    expect(legend).to_be_visible()
    assert before.get_attribute("d").count("L") == 3
    choose(network, "Optimizer", "RMSprop")  # SGD took no steps, so the first curve stays
    ready(network)
    assert before.get_attribute("d").count("L") == 3
    data(network, "xor")
    ready(network)
    expect(legend).to_be_hidden()
    assert before.get_attribute("d") == ""


def test_the_graph_of_a_neuron_fits_its_panel_and_its_numbers_their_cards(network: Any) -> None:
    for width in (1440, 1280, 390):
        network.set_viewport_size({"width": width, "height": 900})
        steps(network, 1)
        network.click("#network .network-picture [data-unit='2']")
        body = network.locator("#network .neuron-body")
        assert body.evaluate("part => part.scrollWidth <= part.clientWidth")
        sizes = "all => [...new Set(all.map((text) => getComputedStyle(text).fontSize))]"
        assert body.locator(".card text").evaluate_all(sizes) == ["12px"]
        network.keyboard.press("Escape")


def test_the_player_of_a_step_has_no_words_on_its_track_and_no_hint_for_programs(network: Any) -> None:
    steps(network, 1)
    network.locator("#network button:has-text('Replay: chosen sample')").click()
    expect(network.locator("#network .network-player .stage svg").first).to_be_visible()
    assert network.locator("#network .network-player .mark").evaluate("mark => getComputedStyle(mark).fontSize") == "0px"
    notes = network.locator("#network .network-player .stage-picture .notes")
    assert "59 nodes, folded" in notes.text_content()
    assert "expand=" not in notes.text_content()


def test_the_output_of_a_classifier_is_called_a_logit_and_its_probability_is_given(network: Any) -> None:
    sample = network.locator("#network .detail").get_by_text("Chosen sample:")
    expect(sample).to_contain_text("a logit: probability of class 1 is 0.")
    choose(network, "Loss", "squared error")
    expect(sample).not_to_contain_text("logit")
