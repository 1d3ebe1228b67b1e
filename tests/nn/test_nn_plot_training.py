"""The loss curve, the update ratios and the animation show the steps of a training run."""

import math

import numpy
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib import pyplot
from PIL import Image

import nn
from autograd import Value
from autograd.extend import as_index
from nn import plot
from nn.training import History
from tests.support.plots import LABELS, X, new_ax, run

# -- the loss ----------------------------------------------------------------------------------------


@example(losses=[1.0, 10.0])
@given(losses=st.lists(st.floats(1e-6, 1e6) | st.just(0.0) | st.just(math.nan), min_size=1, max_size=8))
def test_the_curve_has_the_losses_and_is_logarithmic_by_the_rule(losses):
    ax = plot.loss_curve(losses, ax=new_ax())
    (line,) = ax.lines
    assert list(line.get_xdata()) == list(range(len(losses)))
    assert numpy.array_equal(line.get_ydata(), losses, equal_nan=True)
    finite = [loss for loss in losses if loss == loss]
    assert ax.get_yscale() == ("log" if finite and min(finite) > 0 and max(finite) > 10 * min(finite) else "linear")


def test_a_history_has_a_point_an_epoch_for_training_and_validation():
    ax = plot.loss_curve(History(loss=[3.0, 2.0], val_loss=[4.0, math.inf]), ax=new_ax())
    assert [list(line.get_xdata()) for line in ax.lines] == [[1, 2], [1, 2]]
    assert numpy.array_equal(ax.lines[1].get_ydata(), [4.0, math.nan], equal_nan=True)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["loss", "loss, validation data"]
    assert ax.get_xlabel() == "epoch"


def test_losses_may_be_the_values_that_a_loop_has_kept():
    (line,) = plot.loss_curve([Value(3.0), Value(2.0), numpy.float32(1.0)], ax=new_ax()).lines
    assert list(line.get_ydata()) == [3.0, 2.0, 1.0]


def test_epochs_and_steps_are_counted_in_whole_numbers():
    record = run(steps=3)
    axes = [plot.loss_curve(History(loss=[3.0, 2.0])), plot.loss_curve(record), plot.update_ratios(record)]
    for ax in axes:
        ax.figure.draw_without_rendering()
        assert all(tick == round(tick) for tick in ax.get_xticks())
        pyplot.close(ax.figure)


def test_a_single_loss_before_the_first_nan_is_a_point():
    (line,) = plot.loss_curve([3.0, math.nan, math.nan], ax=new_ax()).lines
    assert line.get_marker() == "o"


def test_a_record_has_a_point_a_step():
    record = run(steps=6, every=4)
    (line,) = plot.loss_curve(record, ax=new_ax()).lines
    assert list(line.get_xdata()) == [0, 4, 6]
    assert list(line.get_ydata()) == [frame.loss for frame in record]


def test_curves_in_the_same_axes_differ_in_their_lines_and_share_the_scale():
    ax = new_ax()
    ax.axhline(-1.0)
    plot.loss_curve([3.0, 2.0], label="SGD", ax=ax)
    assert ax.get_yscale() == "linear"
    plot.loss_curve([3.0, 0.1], label="Adam", ax=ax)
    assert ax.get_yscale() == "log"
    ours = ax.lines[1:]
    assert len({line.get_linestyle() for line in ours}) == len({line.get_color() for line in ours}) == 2
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"SGD", "Adam"}


# -- updates -----------------------------------------------------------------------------------------


def ratios(ax):
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    return {label: list(line.get_ydata()) for label, line in zip(labels[:-1], ax.lines[:-1], strict=True)}


def test_the_ratio_is_that_of_what_the_optimizer_did():
    for options in ({}, {"adam": True}):
        record = run(**options)
        ax = plot.update_ratios(record, ax=new_ax())
        for layer, found in ratios(ax).items():
            names = [name for name in record[0].parameters if as_index(name).startswith(layer)]
            for at, ratio in enumerate(found):
                now, then = record[at].parameters, record[at + 1].parameters
                moved = math.dist([now[name] for name in names], [then[name] for name in names])
                assert ratio == pytest.approx(moved / math.hypot(*(now[name] for name in names)), rel=1e-9)
    assert list(ax.lines[-1].get_ydata()) == [1e-3, 1e-3]
    assert ax.get_yscale() == "log"


def test_of_plain_sgd_norms_and_rare_frames_are_enough():
    single, norms = (run(net=nn.MLP(2, [16, 1], "tanh", seed=0), steps=5, **more) for more in ({"keep": ["*"]}, {"every": 2}))
    one, other = ratios(plot.update_ratios(single, ax=new_ax())), ratios(plot.update_ratios(norms, ax=new_ax()))
    assert list(one) == list(other) == ["layers[0]", "layers[1]"]
    for layer, found in other.items():
        assert found == pytest.approx(one[layer][::2], rel=1e-12)


def test_of_another_optimizer_what_is_missing_is_named():
    wide = nn.MLP(2, [16, 1], seed=0)
    for record in (run(adam=True, net=wide), run(adam=True, every=2)):
        with pytest.raises(ValueError, match=r'keep=\["\*"\] and every=1'):
            plot.update_ratios(record, ax=new_ax())
    broken = run(steps=1)
    broken.frames.pop()
    with pytest.raises(ValueError, match="record has no update"):
        plot.update_ratios(broken)


def test_a_layer_that_does_not_move_is_told():
    net = nn.MLP(2, [2, 1], "relu", seed=0)
    for neuron in net.layers[0].neurons:
        neuron.b.data = -100.0
    net.layers[1].neurons[0].b.data = 1.0
    ax = plot.update_ratios(run(net=net), ax=new_ax())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["layers[0] (does not move)", "layers[1]", "10⁻³"]
    ax.figure.canvas.draw()


def test_names_are_taken_word_for_word():
    class Own(nn.Module):
        def __init__(self):
            self._body = {"$\\oops$": nn.Layer(2, 1, seed=0)}

        def forward(self, x):
            return self._body["$\\oops$"](x)[0]

    model = Own()
    ax = plot.update_ratios(run(net=model), ax=new_ax())
    loss = nn.MSELoss()([model(row) for row in X], LABELS)
    assert list(ratios(ax)) == [r"_body.\$\oops\$"]
    for drawn in (ax, plot.weights(model, ax=new_ax()), plot.gradient_histograms(model, loss, ax=new_ax())):
        drawn.figure.canvas.draw()


# -- the animation -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("steps", "most", "frames"), [(4, 100, 5), (9, 4, 4)])
def test_a_film_has_its_frames_and_the_wished_for_speed(tmp_path, steps, most, frames):
    path = tmp_path / "xor.gif"
    assert plot.animate(run(steps=steps, boundary=6), path, fps=5, max_frames=most, progress=False) == str(path)
    with Image.open(path) as film:
        assert (film.format, film.n_frames, film.size) == ("GIF", frames, (800, 360))
        assert film.info["duration"] == 200
        film.seek(frames - 1)
        assert film.info["duration"] == 2200
    assert list(tmp_path.iterdir()) == [path]


def test_a_film_without_a_boundary_shows_the_loss(tmp_path):
    with Image.open(plot.animate(run(steps=1), tmp_path / "loss.gif", progress=False)) as film:
        assert (film.n_frames, film.size) == (2, (450, 360))


def test_a_film_that_is_broken_off_leaves_the_old_file_and_nothing_else(tmp_path):
    class Impatient(list):
        asked = 0

        def __getitem__(self, index):
            Impatient.asked += 1
            if Impatient.asked > 3:
                raise KeyboardInterrupt
            return super().__getitem__(index)

    record = run(boundary=4)
    record.frames = Impatient(record.frames)
    path = tmp_path / "film.gif"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        plot.animate(record, path, progress=False)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_record_without_frames_has_no_film():
    record = run()
    record.frames = []
    with pytest.raises(ValueError, match="record has no frames"):
        plot.animate(record, "film.gif")


def test_without_a_path_there_is_a_film_for_any_of_matplotlibs_writers():
    open_before = pyplot.get_fignums()
    film = plot.animate(run(steps=1, boundary=4))
    assert "anim" in film.to_jshtml()
    assert pyplot.get_fignums() == open_before
