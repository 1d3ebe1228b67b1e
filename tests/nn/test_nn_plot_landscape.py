"""The landscape is the loss on a grid around the parameters, which are restored afterwards."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import plot
from tests.support.plots import X, drawn_examples, new_ax, numbers, run


def test_the_loss_is_taken_on_a_grid_around_the_parameters_and_its_centre_is_here():
    class Own(nn.Module):
        def __init__(self):
            self.w, self.b = [Value(3.0), Value(-4.0)], Value(0.0)

    model, seen = Own(), []

    def loss():
        seen.append([p.data for p in model.parameters()])
        return sum(x * x for x in seen[-1])

    ax = plot.loss_landscape(model, loss, span=0.5, steps=5, progress=False, ax=new_ax())
    assert len(seen) == 25
    assert seen[12] == [3.0, -4.0, 0.0]
    assert {b for *_, b in seen} == {0.0}
    across, up = ([seen[i][k] - seen[12][k] for k in (0, 1)] for i in (14, 22))
    assert math.hypot(*across) == pytest.approx(0.5 * 5.0, rel=1e-12)  # half the norm of the neuron's weights
    assert math.hypot(*up) == pytest.approx(0.5 * 5.0, rel=1e-12)
    for i, place in enumerate(seen):
        a, b = (i % 5 - 2) / 2, (i // 5 - 2) / 2
        assert place[:2] == pytest.approx([p + a * x + b * y for p, x, y in zip(seen[12], across, up, strict=False)], abs=1e-12)
    assert ax.get_legend().get_texts()[0].get_text() == "here: loss 25"


def test_a_loss_may_be_a_number_of_numpy():
    import numpy as np

    for number in (np.float32(2.5), np.int64(3), np.array(2.5)):
        ax = plot.loss_landscape(nn.Neuron(1, seed=0), lambda n=number: n, steps=3, progress=False, ax=new_ax())
        assert ax.get_legend().get_texts()[0].get_text() == f"here: loss {number:g}"


@pytest.mark.slow
@drawn_examples
@given(seed=st.integers(0, 10**6), numbers=st.lists(numbers, min_size=9, max_size=9))
def test_parameters_and_modes_are_afterwards_what_they_were(seed, numbers):
    net = nn.Sequential(nn.Layer(2, 2, "tanh", seed=0), nn.Dropout(0.5, seed=0), nn.Layer(2, 1, "linear", seed=1))
    net[1].eval()
    for p, number in zip(net.parameters(), numbers, strict=True):
        p.data = number
        p.grad = 1.5
    modes = [module.training for module in net.modules()]

    def loss():
        assert not any(module.training for module in net.modules())
        return nn.MSELoss()([net(row)[0] for row in X[:2]], [0.0, 1.0])

    plot.loss_landscape(net, loss, seed=seed, steps=3, progress=False, ax=new_ax())
    assert [p.data for p in net.parameters()] == numbers
    assert {p.grad for p in net.parameters()} == {1.5}
    assert [module.training for module in net.modules()] == modes


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_parameters_are_put_back_if_it_is_broken_off(error):
    net = nn.MLP(2, [2, 1], seed=0)
    before, calls = net.state_dict(), []

    def loss():
        calls.append(net.state_dict())
        if len(calls) == 7:
            raise error
        return float(len(calls))

    with pytest.raises(error):
        plot.loss_landscape(net, loss, progress=False)
    assert calls[-1] != before
    assert net.state_dict() == before
    assert net.training


def test_the_same_seed_gives_the_same_landscape_and_another_another():
    net = nn.MLP(2, [2, 1], seed=0)

    def seen(seed):
        places = []
        plot.loss_landscape(
            net, lambda: places.append(net.state_dict()) or float(len(places)), seed=seed, steps=3, progress=False, ax=new_ax()
        )
        return places

    assert seen(1) == seen(1) != seen(2)


@pytest.mark.parametrize(
    "losses", [[1.0], [math.nan], [math.nan, 1.0], [math.inf, 1.0, 2.0], [1e-9, 1.0, 1e9], [-5.0, 100.0], [1.0, 1.0 + 2e-16]]
)
def test_a_landscape_that_is_flat_or_broken_is_drawn_all_the_same(losses):
    net, calls = nn.MLP(1, [1], seed=0), []

    def loss():
        calls.append(None)
        return losses[len(calls) % len(losses)]

    plot.loss_landscape(net, loss, steps=5, progress=False, ax=new_ax()).figure.canvas.draw()


def test_the_axes_of_a_landscape_end_where_it_does():
    ax = plot.loss_landscape(nn.MLP(1, [1], seed=0), lambda: 1.0, span=2.0, steps=5, progress=False, ax=new_ax())
    ax.figure.canvas.draw()
    assert ax.get_xlim() == ax.get_ylim() == (-2.0, 2.0)


def test_progress_is_shown(capsys, tmp_path):
    plot.loss_landscape(nn.MLP(1, [1], seed=0), lambda: 1.0, steps=3, ax=new_ax())
    assert "9/9" in capsys.readouterr().err
    plot.animate(run(steps=1), tmp_path / "film.gif")
    assert "2/2" in capsys.readouterr().err
