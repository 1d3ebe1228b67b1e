"""Model files: exact, atomic, and no file can harm the model."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import ModelFileError

finite = st.floats(allow_nan=False, allow_infinity=False)
KINDS = ["json", "safetensors"]


def net(seed):
    return nn.MLP(2, [2, 1], seed=seed)


@pytest.mark.parametrize("kind", KINDS)
@given(numbers=st.lists(finite, min_size=9, max_size=9))
def test_numbers_come_back_exactly(tmp_path_factory, kind, numbers):
    path = tmp_path_factory.mktemp("model") / f"net.{kind}"
    one, other = net(0), net(1)
    for parameter, number in zip(one.parameters(), numbers, strict=True):
        parameter.data = number
    nn.save(one, path)
    nn.load(other, path)
    assert [p.data.hex() for p in other.parameters()] == [x.hex() for x in numbers]


def document(**changes):
    state = {**nn.Neuron(2, seed=1).state_dict(), **changes.pop("state", {})}
    return {"format": "scalar-autograd model", "version": 1, "state": state, **changes}


BROKEN = {
    "empty": (b"", "not JSON"),
    "truncated": (json.dumps(document()).encode()[:-5], "not JSON: .* line 1"),
    "not UTF-8": (b'{"format": "\xff"}', "not UTF-8 at byte"),
    "a list": (b"[1, 2]", "not a model file"),
    "another format": (json.dumps(document(format="x")).encode(), '"format" is not'),
    "another version": (json.dumps(document(version=2)).encode(), "unknown version 2, expected 1"),
    "version true": (json.dumps(document(version=True)).encode(), "unknown version True, expected 1"),
    "state a list": (json.dumps({**document(), "state": [1]}).encode(), '"state" must be an object, got list'),
    "missing key": (json.dumps({**document(), "state": {"w": [1.0, 2.0]}}).encode(), "missing b"),
    "unexpected key": (json.dumps(document(state={"c": 1.0})).encode(), "unexpected c"),
    "duplicate key": (
        b'{"format": "scalar-autograd model", "version": 1, "state": {"w": [1, 2], "b": 1, "b": 2}}',
        "the key 'b' occurs twice",
    ),
    "wrong shape": (json.dumps(document(state={"w": [1.0]})).encode(), "w has a different shape"),
    "nested wrong": (json.dumps(document(state={"w": [[1.0], [2.0]]})).encode(), "w has a different shape"),
    "wrong type": (json.dumps(document(state={"b": "1"})).encode(), "b must hold numbers, got str"),
    "null": (json.dumps(document(state={"b": None})).encode(), "b must hold numbers, got NoneType"),
    "object": (json.dumps(document(state={"w": {"0": 1, "1": 2}})).encode(), "w has a different shape"),
    "NaN": (json.dumps(document(state={"b": float("nan")})).encode(), "NaN is not a number"),
    "Infinity": (json.dumps(document(state={"b": float("inf")})).encode(), "Infinity is not a number"),
    "1e999": (json.dumps(document()).replace('"b": 0.0', '"b": 1e999').encode(), "b holds a number that is not finite"),
    "huge integer": (json.dumps(document(state={"b": 10**400})).encode(), "too large for a float"),
    "more digits than Python reads": (json.dumps(document()).replace('"b": 0.0', f'"b": {"9" * 5000}').encode(), "digits"),
    "deep": (b"[" * 100000, "nested too deep"),
    "deep state": (
        json.dumps(document()).replace('"b": 0.0', '"b": ' + "[" * 800 + "]" * 800).encode(),
        "nested too deep|different shape",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_json_file_is_refused_with_its_reason_and_the_model_is_untouched(tmp_path, name):
    content, message = BROKEN[name]
    path = tmp_path / "model.json"
    path.write_bytes(content)
    neuron = nn.Neuron(2, seed=0)
    before = neuron.state_dict()
    with pytest.raises(ModelFileError, match=f"model.json: .*({message})"):
        nn.load(neuron, path)
    assert neuron.state_dict() == before


@given(data=st.data())
def test_a_mutated_safetensors_file_is_refused_or_loaded_whole(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("model") / "net.safetensors"
    nn.save(net(1), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    model = net(0)
    before = model.state_dict()
    try:
        nn.load(model, path)
    except ModelFileError:
        assert model.state_dict() == before


def test_a_safetensors_header_that_claims_to_be_huge_is_refused(tmp_path):
    path = tmp_path / "net.safetensors"
    path.write_bytes((2**62).to_bytes(8, "little") + b"{}")
    with pytest.raises(ModelFileError, match="not a safetensors file"):
        nn.load(net(0), path)


def test_without_strict_a_file_may_lack_parameters(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps({**document(), "state": {"b": 5.0}}))
    neuron = nn.Neuron(2, seed=0)
    nn.load(neuron, path, strict=False)
    assert neuron.b.data == 5.0


@pytest.mark.parametrize("kind", KINDS)
def test_an_interrupted_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, kind):
    path = tmp_path / f"net.{kind}"
    nn.save(net(0), path)
    before = path.read_bytes()

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        nn.save(net(1), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_parameter_that_is_not_finite_is_not_saved(tmp_path):
    neuron = nn.Neuron(2, seed=0)
    neuron.w[1].data = float("nan")
    with pytest.raises(ValueError, match=r"parameter w\.1 is nan"):
        nn.save(neuron, tmp_path / "model.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("function", [nn.save, nn.load])
def test_what_is_no_model_is_refused_before_any_file_is_touched(function, tmp_path):
    with pytest.raises(TypeError, match="model must be a Module, got str"):
        function("model.json", nn.Neuron(2, seed=0))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"pip install 'scalar-autograd\[safetensors\]'"):
        nn.save(net(0), tmp_path / "net.safetensors")


def test_a_file_that_is_not_there_is_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        nn.load(net(0), tmp_path / "none.json")


@pytest.mark.parametrize("kind", [str, Path])
@pytest.mark.parametrize("function", [nn.save, nn.load])
def test_the_path_before_the_model_says_what_to_write(function, kind):
    with pytest.raises(TypeError, match=rf"^model must be a Module, got .*: write {function.__name__}\(model, path\)$"):
        function(kind("net.json"), nn.Neuron(1, seed=0))


class Ragged(nn.Module):
    def __init__(self):
        self.held = [Value(3.0), [Value(4.0), Value(5.0)]]

    def forward(self, x):
        return self.held[0] * x


def test_lists_of_unequal_length_go_to_json_alone(tmp_path):
    model = Ragged()
    nn.save(model, tmp_path / "held.json")
    nn.load(model, tmp_path / "held.json")
    with pytest.raises(ValueError, match=r"held is a ragged list, .* save to a \.json file"):
        nn.save(model, tmp_path / "held.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["held.json"]


def test_a_name_that_safetensors_reserves_is_refused_and_not_written(tmp_path):
    model = nn.Neuron(1, seed=0)
    vars(model)["__metadata__"] = Value(1.0)
    with pytest.raises(ValueError, match=r"__metadata__ cannot be the name of a parameter in a safetensors file"):
        nn.save(model, tmp_path / "model.safetensors")
    assert not list(tmp_path.iterdir())


def test_the_file_of_another_network_is_refused_in_a_sentence_however_large_it_is(tmp_path):
    nn.save(nn.MLP(2, [4, 1]), tmp_path / "small.json")
    with pytest.raises(ModelFileError, match=r"state: missing layers\.0\.neurons\.4\.w, .* and 240 more$") as caught:
        nn.load(nn.MLP(2, [64, 64, 1]), tmp_path / "small.json")
    assert len(str(caught.value)) < len(str(tmp_path)) + 300
    optimizer = nn.optim.SGD([Value(1.0)], lr=0.1)
    with pytest.raises(ValueError, match=r"unexpected: layers\.0\.neurons\.0\.w, .* and 122 more$"):
        optimizer.load_state_dict(nn.MLP(2, [64, 1]).state_dict())
