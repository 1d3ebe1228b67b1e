"""Programs in files: saved and loaded exactly; a damaged file is a typed error."""

import copy
import io
import json
import pickle
import zipfile
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import ProgramFileError, Value
from autograd.compiler.instructions import INSTRUCTIONS
from autograd.extend import draw

KINDS = ["npz", "safetensors"]


def cost(x, options):
    w = WEIGHT
    y = w * x[0] + autograd.tanh(x[1]) * options["slope"] - 0.1
    return [y, (y * y, x[1])] if y > -100.0 else y


WEIGHT = Value(0.3, "w")


def compiled():
    return autograd.compile(cost, [1.0, 2.0], {"slope": 3.0}, in_axes=(0, None))


@pytest.mark.parametrize("kind", KINDS)
@given(x=st.tuples(*[st.floats(-50.0, 50.0)] * 2))
def test_a_loaded_program_computes_the_same(kind, x, tmp_path_factory):
    path = tmp_path_factory.mktemp("programs") / f"cost.{kind}"
    program = compiled()
    program.save(path)
    loaded = autograd.load_program(path)
    assert loaded(list(x), {"slope": 0.5}) == program(list(x), {"slope": 0.5})
    assert loaded.jacobian(list(x), {"slope": 0.5}) == program.jacobian(list(x), {"slope": 0.5})
    assert str(loaded) == str(program)


def test_captured_leaves_come_back_with_their_numbers_and_labels(tmp_path):
    compiled().save(tmp_path / "cost.npz")
    (leaf,) = autograd.load_program(tmp_path / "cost.npz").captured
    assert (leaf.data, leaf.label) == (0.3, "w")


def test_a_loaded_program_keeps_its_guards(tmp_path):
    autograd.compile(lambda x: x if x > 0 else -x, 1.0).save(tmp_path / "branch.npz")
    with pytest.raises(autograd.BranchError, match="lane 1"):
        autograd.load_program(tmp_path / "branch.npz")(np.array([1.0, -1.0]))


def test_what_is_not_a_path_is_not_called_a_damaged_file():
    with pytest.raises(TypeError, match="NoneType"):
        autograd.load_program(None)


def test_a_program_that_draws_cannot_be_saved(tmp_path):
    program = autograd.compile(lambda x: x * draw(Random(0).random), 1.0)
    with pytest.raises(ValueError, match="draws random numbers"):
        program.save(tmp_path / "random.npz")
    assert not list(tmp_path.iterdir())


class Compiling(nn.Module):
    """A model that keeps a program compiled from one of its parts."""

    def __init__(self):
        self.net = nn.MLP(2, [2, 1], "tanh", seed=0)
        self.program = autograd.compile(self.net, [0.0, 0.0])

    def forward(self, x):
        return self.program(x)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["deepcopy", "pickle"])
def test_a_program_that_is_copied_with_its_model_reads_the_parameters_of_the_copy(copied):
    model = Compiling()
    before = model([1.0, 2.0])
    other = copied(model)
    for parameter in other.parameters():
        parameter.data += 0.25
    assert other([1.0, 2.0]) == other.net([1.0, 2.0]).data != before
    assert model([1.0, 2.0]) == before
    other.program.backward([1.0, 2.0])
    found = [parameter.grad for parameter in other.parameters()]
    other.net.zero_grad()
    other.net([1.0, 2.0]).backward()
    assert found == [parameter.grad for parameter in other.parameters()]
    assert not any(parameter.has_grad for parameter in model.parameters())


def test_a_program_that_is_copied_alone_has_leaves_of_its_own_and_the_same_numbers():
    w = Value(2.0, "w")
    program = autograd.compile(lambda x: w * x, 1.0)
    deep, shallow = copy.deepcopy(program), copy.copy(program)
    assert copy.deepcopy(program.with_captured([7.0]))(1.0) == 7.0
    w.data = 3.0
    assert (program(1.0), shallow(1.0), deep(1.0)) == (3.0, 3.0, 2.0)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_program_that_draws_is_not_copied(copied):
    program = autograd.compile(lambda x: x * draw(Random(0).random), 1.0)
    with pytest.raises(TypeError, match=r"<lambda> draws random numbers, whose source can't be copied"):
        copied(program)


def test_an_op_of_ones_own_must_be_defined_before_loading(tmp_path):
    cube = autograd.custom_op(lambda x: x**3, partials=lambda z, x: 3 * x * x, name="cube_in_a_file")
    autograd.compile(lambda x: cube(x), 1.0).save(tmp_path / "cube.npz")
    assert autograd.load_program(tmp_path / "cube.npz")(2.0) == 8.0
    del autograd.op.TABLE["cube_in_a_file"]
    with pytest.raises(ProgramFileError, match="no op 'cube_in_a_file'"):
        autograd.load_program(tmp_path / "cube.npz")


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_damaged_bytes_are_a_typed_error_or_change_nothing_of_the_structure(kind, data, tmp_path_factory):
    path = tmp_path_factory.mktemp("programs") / f"cost.{kind}"
    compiled().save(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        loaded = autograd.load_program(path)
    except ProgramFileError:
        pass
    else:
        loaded.traced.program.per_lane  # all its registers exist


def altered(tmp_path, **changes):
    """A program file with parts of its structure, or whole arrays, replaced."""
    path = tmp_path / "altered.npz"
    compiled().save(path)
    with np.load(path) as file:
        arrays = dict(file)
    document = json.loads(bytes(arrays["program"]))
    for name, change in changes.items():
        if name in document:
            document[name] = change
        else:
            arrays[name] = np.asarray(change)
    arrays["program"] = np.frombuffer(json.dumps(document).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "else"}, "not a program file"),
        ({"version": 2}, "unknown version 2, expected 1"),
        ({"ops": ["mul", "nothing"]}, "no op 'nothing'"),
        ({"ops": [["mul"]]}, "damaged|no op"),
        ({"args": [99]}, "its rows are inconsistent"),
        ({"constants": []}, "read before it is computed"),
        ({"starts": [0, 5]}, "its rows are inconsistent"),
        ({"inputs": ["a"]}, "its arguments and captured leaves need 2|read before"),
        ({"arguments": [["x", 0, {"array": [10**12]}]]}, "more numbers than the program"),
        ({"result": {"array": [10**12]}}, "more numbers than the program"),
        ({"outputs": []}, "result"),
        ({"arguments": "x"}, "damaged"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, changes, message):
    with pytest.raises(ProgramFileError, match=message):
        autograd.load_program(altered(tmp_path, **changes))


@pytest.mark.parametrize("name", [name for name in INSTRUCTIONS if name != "detach"])
def test_instructions_of_derived_programs_are_in_no_file(tmp_path, name):
    ops = autograd.compile(cost, [1.0, 2.0], {"slope": 3.0}).traced.program.rows
    names = list(dict.fromkeys(row.op.name for row in ops))
    for i in range(len(names)):
        with pytest.raises(ProgramFileError, match=f"there is no op '{name}'"):
            autograd.load_program(altered(tmp_path, ops=[*names[:i], name, *names[i + 1 :]]))


@pytest.mark.parametrize(("op", "count"), [("dot", 2), ("dot", 0), ("softmax", 0), ("log_softmax", 0)])
def test_an_op_that_cannot_be_called_with_so_many_arguments_is_damage(tmp_path, op, count):
    autograd.compile(lambda x: autograd.ops.sum(*x), [1.0, 2.0]).save(tmp_path / "sum.npz")
    with np.load(tmp_path / "sum.npz") as file:
        arrays = dict(file)
    renamed = bytes(arrays["program"]).replace(b'"ops": ["sum"]', f'"ops": ["{op}"]'.encode())
    changed = {"program": np.frombuffer(renamed, np.uint8), "args": arrays["args"][:count], "starts": np.array([0, count])}
    np.savez(tmp_path / "other.npz", **arrays | changed)
    with pytest.raises(ProgramFileError, match=r"(dot|softmax|log_softmax) doesn't take \d arguments"):
        autograd.load_program(tmp_path / "other.npz")


@pytest.mark.parametrize("op", [op for op in autograd.op.TABLE.values() if op.built_in and op.arity is None], ids=repr)
def test_an_op_of_any_number_of_arguments_is_loaded_with_each_that_it_takes(tmp_path, op):
    for count in (1, 3, 5):
        program = autograd.compile(lambda x: op(*x), [0.5, 1.5, 2.5, -1.0, 3.0][:count])
        program.save(tmp_path / "op.npz")
        point = [1.0, 2.0, 0.25, 4.0, -0.5][:count]
        assert autograd.load_program(tmp_path / "op.npz").jacobian(point) == program.jacobian(point)


@pytest.mark.parametrize(
    ("offset", "value"),
    [(6, 106), (8, 1), (8, 32), (8, 64), (10, 8), (10, 12), (10, 14), (10, 99)],
    ids=["version", "encrypted", "patched", "strongly encrypted", "deflate", "bzip2", "lzma", "unknown"],
)
def test_an_archive_that_python_cannot_unpack_is_damage(tmp_path, offset, value):
    path = tmp_path / "cost.npz"
    compiled().save(path)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + offset] = value
    path.write_bytes(content)
    with pytest.raises(ProgramFileError, match=r"compressed or encrypted|not an npz file"):
        autograd.load_program(path)


def test_an_array_whose_header_is_damaged_is_damage(tmp_path):
    path = tmp_path / "cost.npz"
    compiled().save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content.replace(b"}", b" "))
    with pytest.raises(ProgramFileError, match="not an npz file"):
        autograd.load_program(path)


def test_other_files_are_refused(tmp_path):
    for name in ("text.npz", "text.safetensors"):
        (tmp_path / name).write_text("no program")
        with pytest.raises(ProgramFileError, match="not a"):
            autograd.load_program(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        autograd.load_program(tmp_path / "missing.npz")
