"""record_training: it trains as fit does, keeps every step, and finds where two runs first differ."""

import base64
import json
import math
import pickle
import re
from array import array
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from autograd._format import as_index
from nn.optim import SGD, Adam
from nn.recording import record_training
from nn.recording.records import Difference, TrainingRecord

XOR, LABELS = nn.make_xor(4, shuffle=False)


def xor_run(net=None, *, lr=0.5, steps=6, **options):
    net = net or nn.MLP(2, [3, 1], "tanh", seed=0)
    settings = {"loss": nn.BCEWithLogitsLoss(), "optimizer": SGD(net.parameters(), lr=lr), "progress": False, **options}
    return record_training(net, XOR, LABELS, steps=steps, **settings)


# -- training ----------------------------------------------------------------------------------------


@given(seed=st.integers(0, 10**6), batch_size=st.sampled_from([None, 1, 3, 4, 7]), epochs=st.integers(1, 3), adam=st.booleans())
def test_a_record_trains_as_fit_does_bit_for_bit(seed, batch_size, epochs, adam):
    X, y = nn.make_moons(10, noise=0.2, random_state=seed)
    targets = [2 * label - 1 for label in y]

    def settings():
        net = nn.Sequential(nn.Layer(2, 3, "tanh", seed=seed), nn.Dropout(0.2, seed=seed), nn.Layer(3, 1, "linear", seed=seed))
        optimizer = (Adam if adam else SGD)(net.parameters(), lr=0.1)
        return net, {"loss": nn.HingeLoss(), "optimizer": optimizer, "batch_size": batch_size, "seed": seed, "progress": False}

    net, options = settings()
    history = nn.fit(net, X, targets, epochs=epochs, **options)
    recorded, options = settings()
    record = record_training(recorded, X, targets, steps=options["optimizer"].steps + steps_of(10, batch_size, epochs), **options)
    assert recorded.state_dict() == net.state_dict()
    assert list(record[-1].parameters.values()) == [p.data for p in net.parameters()]
    sizes = [min(batch_size or 10, 10 - start) for start in range(0, 10, batch_size or 10)]
    losses = iter([frame.loss for frame in record])
    for epoch_loss in history.loss:
        total = 0.0  # left to right, as `fit` does: since Python 3.12 the built-in sum rounds differently
        for size in sizes:
            total += size * next(losses)
        assert total / 10 == epoch_loss


def steps_of(samples, batch_size, epochs):
    return epochs * math.ceil(samples / (batch_size or samples))


def test_the_same_seed_gives_the_same_record_bit_for_bit():
    runs = [xor_run(batch_size=2, seed=3, boundary=5, metric=nn.accuracy) for _ in range(2)]
    assert runs[0].frames == runs[1].frames
    assert xor_run(batch_size=2, seed=4, boundary=5, metric=nn.accuracy).frames != runs[0].frames


def test_what_is_kept_does_not_change_the_training():
    def dropping():
        return nn.Sequential(nn.Layer(2, 6, "tanh", seed=0), nn.Dropout(0.5, seed=1), nn.Layer(6, 1, "linear", seed=2))

    plain = xor_run(dropping())
    rich = xor_run(dropping(), boundary=6, metric=nn.accuracy)
    assert [frame.parameters for frame in rich] == [frame.parameters for frame in plain]
    assert [frame.loss for frame in rich] == [frame.loss for frame in plain]


def test_modules_that_were_set_apart_stay_so():
    net = nn.Sequential(nn.Layer(2, 2, "tanh", seed=0), nn.Dropout(0.5, seed=0), nn.Layer(2, 1, "linear", seed=1))
    net[1].eval()
    xor_run(net, boundary=3)
    assert [module.training for module in net.items] == [True, False, True]


# -- frames ------------------------------------------------------------------------------------------


def test_there_is_a_frame_before_any_update_and_one_after_each():
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    before = [p.data for p in net.parameters()]
    record = xor_run(net, steps=6)
    assert [frame.step for frame in record] == [0, 1, 2, 3, 4, 5, 6]
    assert list(record[0].parameters.values()) == before
    assert list(record[-1].parameters.values()) == [p.data for p in net.parameters()]
    assert len(record) == 7
    assert record[2:4] == record.frames[2:4]
    assert record[3:3] == []


def test_the_gradients_of_a_frame_lead_to_the_values_of_the_next():
    record = xor_run(lr=0.5, batch_size=3)
    for frame, following in pairwise(record):
        for name, value in frame.parameters.items():
            assert following.parameters[name] == value - 0.5 * frame.gradients[name]


def test_loss_and_gradients_are_those_at_the_values_of_their_frame():
    record = xor_run(steps=4)
    net = nn.MLP(2, [3, 1], "tanh", seed=9)

    def loss_at(parameters):
        for p, number in zip(net.parameters(), parameters, strict=True):
            p.data = number
        return nn.BCEWithLogitsLoss()([net(row) for row in XOR], LABELS).data

    for frame in record:
        numbers = list(frame.parameters.values())
        assert loss_at(numbers) == frame.loss
        for i, gradient in enumerate(frame.gradients.values()):
            there, back = ([*numbers[:i], numbers[i] + h, *numbers[i + 1 :]] for h in (1e-5, -1e-5))
            assert (loss_at(there) - loss_at(back)) / 2e-5 == pytest.approx(gradient, abs=1e-8)


def test_the_gradients_of_what_the_optimizer_does_not_move_are_of_one_batch_too():
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    net.layers[0].neurons[0].b.grad = 7.0  # from an earlier batch
    record = xor_run(net, optimizer=SGD(net.layers[1].parameters(), lr=0.5))
    for frame in record:
        for parameter, number in zip(net.parameters(), frame.parameters.values(), strict=True):
            parameter.data = number
        net.zero_grad()
        nn.BCEWithLogitsLoss()([net(row) for row in XOR], LABELS).backward()
        assert list(frame.gradients.values()) == [p.grad for p in net.parameters()]


@pytest.mark.parametrize(("frozen", "rate"), [(False, None), (True, 0.5)])
def test_an_update_is_rate_times_gradient_only_if_the_optimizer_moves_all_that_gets_a_gradient(frozen, rate):
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    net.layers[0].requires_grad_(not frozen)
    assert xor_run(net, optimizer=SGD(net.layers[1].parameters(), lr=0.5)).rate == rate


def test_a_frame_knows_its_epoch_and_its_metric():
    record = xor_run(batch_size=2, steps=5, metric=lambda outputs, targets: len(outputs))
    assert [frame.epoch for frame in record] == [1, 1, 2, 2, 3, 3]
    assert [frame.metric for frame in record] == [2.0] * 6
    assert xor_run()[0].metric is None


@pytest.mark.parametrize("found", [None, "0.5", [0.5]])
def test_a_metric_that_returns_no_number_is_refused(found):
    with pytest.raises(TypeError, match="the result of metric must be a number, got "):
        xor_run(metric=lambda outputs, targets: found)


def test_every_tenth_step_is_kept_and_the_last():
    assert [frame.step for frame in xor_run(steps=25, every=10)] == [0, 10, 20, 25]
    assert [frame.step for frame in xor_run(steps=20, every=10)] == [0, 10, 20]
    assert xor_run(steps=25, every=10)[-1] == xor_run(steps=25)[-1]


def test_parameters_are_kept_by_name_by_pattern_and_by_value():
    net = nn.MLP(2, [3, 1], seed=0)
    record = xor_run(net, keep=["layers.0.neurons.1.*", net.layers[1].neurons[0].b])
    names = ["layers.0.neurons.1.w.0", "layers.0.neurons.1.w.1", "layers.0.neurons.1.b", "layers.1.neurons.0.b"]
    assert list(record[0].parameters) == list(record[0].gradients) == names
    assert list(xor_run(keep=[])[0].parameters) == []


def test_of_a_large_model_one_norm_a_layer_is_kept():
    net = nn.MLP(2, [16, 1], seed=0)
    record = xor_run(net, steps=1)
    assert list(record[0].parameters) == ["‖layers.0‖", "‖layers.1‖"]
    weights = [p.data for p in net.layers[1].parameters()]
    assert record[-1].parameters["‖layers.1‖"] == pytest.approx(math.sqrt(sum(w * w for w in weights)), rel=1e-15, abs=0.0)


def test_the_norm_of_a_layer_of_one_parameter_is_not_negative():
    class Scaled(nn.Module):
        def __init__(self):
            self.net, self.scale = nn.MLP(2, [16, 1], seed=0), Value(-2.0)

        def forward(self, x):
            return self.scale * self.net(x)

    frame = xor_run(Scaled(), steps=1)[0]
    assert frame.parameters["‖scale‖"] == 2.0
    assert min(frame.gradients.values()) >= 0.0


def test_ctrl_c_returns_what_there_is():
    class Impatient(nn.MLP):
        calls = 0

        def forward(self, x):
            Impatient.calls += 1
            if Impatient.calls == 11:
                raise KeyboardInterrupt
            return super().forward(x)

    net = Impatient(2, [3, 1], seed=0)
    record = xor_run(net)
    assert record.interrupted
    assert [frame.step for frame in record] == [0, 1]
    assert "interrupted; kept up to step 1" in repr(record)
    assert net.training


def test_a_loss_that_is_no_number_ends_the_record_and_is_told():
    net = nn.MLP(1, [1], seed=0)
    options = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters(), lr=1e80), "progress": False}
    with pytest.warns(RuntimeWarning) as caught:  # the first comes from the op
        record = record_training(net, [[1.0]], [0.0], steps=9, **options)
    assert str(caught[-1].message) == f"record_training: {record.diverged}; the steps before it are returned"
    assert caught[-1].filename == __file__
    assert 1 < len(record) < 10
    assert record.diverged.startswith("the loss is ")
    assert f"{record.diverged}; kept up to step {record[-1].step}" in repr(record)


def test_a_record_says_in_a_line_what_ran_and_how_it_went():
    record = xor_run(batch_size=2, seed=5)
    first, last = (f"{frame.loss:.6g}" for frame in (record[0], record[-1]))
    assert str(record) == (
        f"MLP with 13 parameters, BCEWithLogitsLoss, SGD(lr=0.5), 2 samples in each step, seed 5: "
        f"7 frames, loss {first} → {last}, complete after step 6"
    )


@pytest.mark.parametrize(
    ("batch_size", "words"),
    [(None, "all 4 samples"), (1, "1 sample"), (3, "3 samples"), (4, "4 samples"), (99, "4 samples")],
)
def test_a_record_says_how_many_samples_a_step_has(batch_size, words):
    assert f", {words} in each step, " in repr(xor_run(batch_size=batch_size, steps=1))


def test_one_frame_is_not_called_frames():
    long = xor_run()
    short = replace(long, frames=long.frames[:1])
    assert ": 1 frame, loss " in repr(short)
    assert repr(long.beside(short)) == "no difference in the 1 step that both runs kept"


def test_a_progress_bar_counts_the_steps(capsys):
    xor_run(steps=6, progress=True)
    assert "6/6" in capsys.readouterr().err


# -- the boundary ------------------------------------------------------------------------------------


class Formula(nn.Module):
    """A model whose outputs on the plane are known."""

    def __init__(self, function):
        self.function, self.one = function, Value(1.0)

    def forward(self, x):
        return self.function(self.one * x[0], self.one * x[1])


def cells_of(function, X, y, loss, resolution=3):
    model = Formula(function)
    record = record_training(
        model, X, y, loss=loss, optimizer=SGD(model.parameters(), lr=1e-3), steps=1, boundary=resolution, progress=False
    )
    return record.plane, list(record[0].boundary)


def test_the_boundary_goes_over_the_plane_from_border_to_border_row_by_row_from_the_top():
    X, y = [[-1.0, -10.0], [1.0, 10.0]], [-1, 1]
    plane, cells = cells_of(lambda x, y: 100 * x + y, X, y, nn.HingeLoss())
    assert (plane.x, plane.y) == ((-1.3, 1.3), (-13.0, 13.0))
    assert cells == [0, 254, 254, 0, 127, 254, 0, 0, 254]  # the middle is 0, just on the boundary
    assert [mark for _, _, mark in plane.points] == [0, 1]


def test_the_boundary_lies_between_the_classes_or_at_a_logit_of_0():
    X = [[0.0, 0.0], [1.0, 1.0]]
    for targets, loss, middle in (
        ([0, 1], nn.MSELoss(), 0.5),
        ([-1, 1], nn.MSELoss(), 0.0),
        ([0, 1], nn.BCEWithLogitsLoss(), 0.0),
        ([2.0, 5.0], nn.MSELoss(), 3.5),
    ):
        for distance, byte in ((-1e9, 0), (0.0, 127), (1e9, 254)):
            _, cells = cells_of(lambda x, y, at=middle + distance: at + 0 * x, X, targets, loss)
            assert set(cells) == {byte}


def test_of_several_outputs_the_boundary_says_the_class():
    X, y = [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0, 1, 2]
    plane, cells = cells_of(lambda x, y: [-x, x, 0.5 + 0 * x], X, y, nn.CrossEntropyLoss(), resolution=5)
    assert plane.kind == "class"
    assert cells[:5] == [0, 0, 2, 1, 1]
    one_hot = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert cells_of(lambda x, y: [-x, x, 0.5 + 0 * x], X, one_hot, nn.MSELoss(), resolution=5)[1] == cells


def test_of_targets_that_are_no_classes_the_boundary_is_their_range():
    X, y = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]], [0.0, 5.0, 10.0]
    plane, cells = cells_of(lambda x, y: 5 * x, X, y, nn.MSELoss())
    assert (plane.kind, plane.labels) == ("number", (0.0, 10.0))
    assert [mark for _, _, mark in plane.points] == [0, 127, 254]
    assert cells[:3] == [0, 127, 254]


def test_where_the_model_says_nan_the_boundary_has_a_byte_of_its_own():
    def nan_on_the_right(x, y):
        return x * (math.nan if x.data > 1.0 else 1.0)

    _, cells = cells_of(nan_on_the_right, [[-1.0, -1.0], [1.0, 1.0]], [-1, 1], nn.HingeLoss())
    assert cells[2::3] == [255, 255, 255]
    assert 255 not in cells[0::3]


def test_true_and_false_are_1_and_0_on_the_plane_as_in_training():
    def record(holder):
        net = nn.MLP(2, [3, 1], "tanh", seed=0)
        options = {"loss": nn.BCEWithLogitsLoss(), "optimizer": SGD(net.parameters(), lr=0.5), "progress": False}
        X, y = [[holder(x > 0.0) for x in row] for row in XOR], [holder(label) for label in LABELS]
        return record_training(net, X, y, steps=2, boundary=4, **options)

    assert record(bool) == record(float)


def test_samples_of_values_are_taken_as_fit_takes_them():
    X, y = nn.make_xor(6, random_state=0)
    runs = []
    for rows in (X, [[Value(number) for number in row] for row in X]):
        net = nn.MLP(2, [2, 1], seed=0)
        settings = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters(), lr=0.1), "steps": 3, "progress": False}
        runs.append(record_training(net, rows, y, **settings))
    assert runs[0].frames == runs[1].frames
    assert runs[0].network.samples == runs[1].network.samples


def test_numpy_data_is_taken():
    import numpy

    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    options = {"loss": nn.BCEWithLogitsLoss(), "optimizer": SGD(net.parameters(), lr=0.5), "boundary": 3, "progress": False}
    record = record_training(net, [numpy.array(row) for row in XOR], numpy.array(LABELS), steps=6, **options)
    assert record.frames == xor_run(boundary=3).frames
    assert embedded(record)["runs"][0]["plane"]["points"][0] == [-1.0, -1.0, 0]


# -- two runs ----------------------------------------------------------------------------------------


def test_another_learning_rate_differs_first_after_the_first_update():
    one, other = xor_run(lr=0.5), xor_run(lr=20.0)
    found = one.beside(other).difference
    name = "layers.0.neurons.0.w.0"
    assert found == Difference(1, name, (one[1].parameters[name], other[1].parameters[name]), found.more)
    assert found.more == sum(a != b for (_, a), (_, b) in zip(one[1].numbers(), other[1].numbers(), strict=True)) - 1
    shown = [f"{number:.6g}".replace("-", "−") for number in found.numbers]
    assert (
        str(one.beside(other))
        == f"first difference at step 1: layers[0].neurons[0].w[0] {shown[0]} against {shown[1]}, and {found.more} more"
    )


def test_other_batches_differ_before_the_first_update_in_the_loss():
    found = xor_run(batch_size=3, seed=0).beside(xor_run(batch_size=3, seed=2)).difference
    assert (found.step, found.name) == (0, "loss")


@given(st.integers(0, 6), st.integers(0, 12), st.booleans())
def test_a_difference_in_the_last_bit_is_found_where_it_is_and_told_with_all_digits(step, which, in_gradient):
    record = xor_run()
    name = list(record[0].parameters)[which]
    held = record[step].gradients if in_gradient else record[step].parameters
    changed = {**held, name: math.nextafter(held[name], math.inf)}
    frames = list(record)
    frames[step] = replace(frames[step], **{"gradients" if in_gradient else "parameters": changed})
    found = record.beside(replace(record, frames=frames)).difference
    assert found == Difference(step, f"gradient of {name}" if in_gradient else name, (held[name], changed[name]), 0)
    one, other = str(found).partition(" against ")[::2]
    numbers = [float(text.replace("−", "-")) for text in (one.split()[-1], other)]
    assert numbers == [pytest.approx(held[name], rel=1e-5), pytest.approx(changed[name], rel=1e-5)]
    assert numbers[0] != numbers[1]


def test_the_same_runs_have_no_difference_whatever_their_lengths_and_what_they_keep():
    long, short = xor_run(steps=12), xor_run(steps=6, keep=["layers.0.*"], every=4)
    assert long.beside(long).difference is None
    assert str(long.beside(short)) == "no difference in the 3 steps that both runs kept"  # 0, 4, 6
    assert short.beside(long).difference is None


def test_nan_does_not_differ_from_nan():
    record = xor_run()
    frames = [replace(frame, loss=math.nan, parameters={"w": math.nan}) for frame in record]
    assert replace(record, frames=frames).beside(replace(record, frames=[replace(f) for f in frames])).difference is None
    assert replace(record, frames=frames).beside(record).difference.name == "loss"


# -- errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"steps": 1.5}, "steps must be an integer, got 1.5"),
        ({"every": 0}, "every must be at least 1"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"boundary": 1}, "boundary must be at least 2, got 1"),
        ({"boundary": True}, "boundary must be an integer, got True"),
        ({"boundary": 3, "loss": nn.CrossEntropyLoss}, "loss must be a Loss"),
        ({"optimizer": "sgd"}, "optimizer must be an Optimizer"),
        ({"metric": "accuracy"}, "metric must be a function"),
        ({"seed": "x"}, "seed must be an int, a random.Random or None, got str"),
        ({"keep": "layers.*"}, "keep must be a list of names, patterns or Values, got 'layers"),
        ({"keep": [3]}, r"keep must be a list of names, patterns or Values, got \[3\]"),
        (
            {"keep": ["layer.*"]},
            r"keep: no parameter of the model matches 'layer\.\*'; the names are layers.0.neurons.0.w.0, .* and 9 more",
        ),
        ({"keep": [Value(3.0)]}, "keep: no parameter of the model matches Value"),
        (
            {"boundary": 3000},
            r"every=1, boundary=3000, 13 values to keep: 8 frames of \d+ bytes exceed 20 MB; at most 1 would",
        ),
        ({"steps": 10**9}, "every=1, boundary=0, 13 values to keep: 1000000002 frames"),
    ],
)
def test_bad_arguments_are_refused_by_name_and_the_model_is_unchanged(options, message):
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    before = net.state_dict()
    with pytest.raises((ValueError, TypeError), match=message):
        xor_run(net, **options)
    assert net.state_dict() == before


@pytest.mark.parametrize(
    ("X", "y", "outputs", "message"),
    [
        ([[1.0, 2.0, 3.0]], [0], 1, "boundary: the samples must be points, rows of 2 numbers"),
        ([[1.0, math.nan]], [0], 1, "X: expected finite numbers, got nan in row 0, column 1"),
        ([[1.0, 2.0]], [0.5], 2, "boundary: 2 outputs need targets that are classes from 0 to 1, at most 127 of them"),
        ([[1.0, 2.0]], [[0, 1]], 1, "boundary: 1 output cannot be drawn against targets of 2 numbers"),
    ],
)
def test_what_has_no_picture_is_refused_before_the_training(X, y, outputs, message):
    net = nn.MLP(len(X[0]), [outputs], seed=0)
    with pytest.raises(ValueError, match=message):
        record_training(
            net, X, y, loss=nn.MSELoss(), optimizer=SGD(net.parameters(), lr=0.1), steps=1, boundary=4, progress=False
        )


def test_only_a_record_stands_beside_a_record():
    with pytest.raises(TypeError, match="other must be a TrainingRecord, got list"):
        xor_run().beside([])


# -- the page ----------------------------------------------------------------------------------------


class Parsed(HTMLParser):
    """The frame, the JSON and the links in some HTML."""

    def __init__(self, page):
        super().__init__()
        self.frame, self.inside, self.data, self.links = "", False, "", []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.frame = self.frame or dict(attributes).get("srcdoc", "")
        self.links += [value for name, value in attributes if name in ("src", "href") and not value.startswith("data:")]
        self.inside = ("type", "application/json") in attributes

    def handle_data(self, data):
        self.data += data if self.inside else ""

    def handle_endtag(self, tag):
        self.inside = False


def embedded(shown):
    """The data in the page of a record or a comparison; also checks that the page loads nothing else."""
    output = Parsed(shown._repr_html_())
    page = Parsed(output.frame)
    assert output.links == page.links == []
    return json.loads(page.data)


def test_the_page_holds_every_number_of_the_record():
    record = xor_run(boundary=5, metric=nn.accuracy)
    (run,) = embedded(record)["runs"]
    assert run["steps"] == [frame.step for frame in record]
    assert run["loss"] == [frame.loss for frame in record]
    assert run["metric"] == [frame.metric for frame in record]
    assert run["names"] == [as_index(name) for name in record[0].parameters]
    for i, name in enumerate(record[0].parameters):
        assert run["values"][i] == [frame.parameters[name] for frame in record]
        assert run["gradients"][i] == [frame.gradients[name] for frame in record]
    assert [base64.b64decode(cells) for cells in run["plane"]["cells"]] == [frame.boundary for frame in record]


def test_nan_infinity_and_names_with_markup_survive_on_the_page():
    record = xor_run(steps=1)
    name = "</script><b>&\"'\n\ud800"
    odd = replace(record[0], loss=math.inf, parameters={name: math.nan}, gradients={name: -math.inf})
    (run,) = embedded(replace(record, frames=[odd]))["runs"]
    assert (run["loss"], run["names"], run["values"], run["gradients"]) == (["inf"], [name], [["nan"]], [["-inf"]])


def test_the_page_of_two_runs_marks_the_first_difference():
    one, other = xor_run(steps=8), xor_run(lr=0.25, steps=6, every=2)
    data = embedded(one.beside(other))
    assert data["steps"] == list(range(9))
    assert data["difference"]["step"] == 2  # the first one that both have kept
    assert data["difference"]["sentence"] == str(one.beside(other).difference)
    assert embedded(one.beside(one))["difference"] is None


def test_a_page_shows_at_most_500_samples_and_says_how_many_more():
    X, y = nn.make_moons(501, random_state=0)
    net = nn.MLP(2, [1], seed=0)
    options = {"loss": nn.BCEWithLogitsLoss(), "optimizer": SGD(net.parameters(), lr=0.1), "boundary": 2, "progress": False}
    plane = embedded(record_training(net, X, y, steps=1, batch_size=1, **options))["runs"][0]["plane"]
    assert (len(plane["points"]), plane["hidden"]) == (500, 1)


def unpacked(state):
    """The parameters and gradients of a state on a page."""
    numbers = array("f", base64.b64decode(state)).tolist()
    return numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]


def test_the_page_of_a_larger_network_has_its_parameters_and_gradients_at_each_step():
    net, seen = nn.MLP(2, [16, 1], "tanh", seed=0), []

    def remember(outputs, targets):
        seen.append([p.data for p in net.parameters()] + [p.grad for p in net.parameters()])
        return 0.0

    (run,) = embedded(xor_run(net, metric=remember, every=2, steps=5))["runs"]
    assert [step for step, _ in run["network"]["states"]] == run["steps"] == [0, 2, 4, 5]
    for (_, state), numbers in zip(run["network"]["states"], seen, strict=True):
        parameters, gradients = unpacked(state)
        assert [*parameters, *gradients] == pytest.approx(numbers, rel=1e-6)
    assert run["network"]["samples"] == [[float(x) for x in row] for row in XOR]
    assert run["network"]["targets"] == LABELS


def test_of_a_network_whose_frames_have_every_parameter_the_page_has_no_states():
    (run,) = embedded(xor_run())["runs"]
    assert run["network"]["states"] is None
    assert len(run["values"]) == 13


def test_states_that_would_take_too_much_room_are_kept_every_so_many_frames(monkeypatch):
    monkeypatch.setattr("nn.recording.network_states.MAX_BYTES", 2000)  # enough for three states of 520 bytes
    (run,) = embedded(xor_run(nn.MLP(2, [16, 1], seed=0), steps=10))["runs"]
    assert [step for step, _ in run["network"]["states"]] == [0, 4, 8, 10]


@pytest.mark.parametrize("widths", [[3, 1], [20, 1]], ids=["in frames", "in states"])
def test_a_page_shows_the_record_whatever_has_become_of_the_model(widths):
    net = nn.MLP(2, widths, "tanh", seed=0)
    record = xor_run(net, steps=2)
    network, picture = embedded(record)["runs"][0]["network"], record._picture()
    for parameter, number in zip(net.parameters(), range(100), strict=False):
        parameter.data, parameter.grad = float(number), -1.0
    assert embedded(record)["runs"][0]["network"] == network
    assert record._picture() == picture


def test_a_record_of_other_parameters_than_its_network_has_a_page_without_it():
    record = xor_run()
    frames = [replace(frame, parameters={"w": 1.0}, gradients={"w": 2.0}) for frame in record]
    (run,) = embedded(replace(record, frames=frames))["runs"]
    assert run["network"] is None


def test_a_notebook_that_is_not_trusted_shows_the_trained_network():
    shown = xor_run()._repr_html_()
    picture = base64.b64decode(re.search('data:image/svg[+]xml;base64,([^"]*)', shown)[1]).decode()
    assert "layers[0].neurons[2]" in picture
    assert "MLP 2 → 3 → 1" in picture


def test_a_record_can_be_pickled():
    record = pickle.loads(pickle.dumps(xor_run(steps=2)))
    assert record.frames == xor_run(steps=2).frames
    assert embedded(record)["runs"][0]["network"] is not None


def test_the_page_of_100_steps_with_a_boundary_is_below_a_megabyte(tmp_path):
    path, bounded = tmp_path / "xor.html", xor_run(steps=1, boundary=40)
    frames = [replace(frame, boundary=bounded.frames[-1].boundary) for frame in xor_run(steps=100)]
    assert replace(bounded, frames=frames).save_html(path) == str(path)
    assert 100_000 < path.stat().st_size < 500_000


def test_an_unwritable_path_is_an_error_and_a_record_without_frames_has_no_page(tmp_path):
    with pytest.raises(OSError, match="missing"):
        xor_run(steps=1).save_html(tmp_path / "missing" / "page.html")
    empty = TrainingRecord("a net", None, None, interrupted=True)
    assert repr(empty) == "a net: no frames, interrupted"
    assert empty._repr_html_() is None
    with pytest.raises(ValueError, match="nothing to show: a net: no frames, interrupted"):
        empty.save_html(tmp_path / "page.html")
