"""Files are written completely or not at all, with the right permissions; and JSON of any depth."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd._files import MAX_DEPTH, read_json, write_atomically
from tests.support.soak import few

modes = st.integers(0, 0o777)


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def written_under(mask, path, content="new"):
    """Write the file under this umask."""
    before = os.umask(mask)
    try:
        write_atomically(path, content)
    finally:
        os.umask(before)


@few
@given(mask=modes)
def test_a_new_file_has_the_permissions_of_the_umask_and_its_owner_can_always_read_and_write_it(tmp_path_factory, mask):
    path = tmp_path_factory.mktemp("new") / "file"
    written_under(mask, path)
    assert mode_of(path) == 0o666 & ~mask | 0o600


@few
@given(mask=modes, mode=modes)
def test_a_replaced_file_keeps_its_permissions_whatever_the_umask(tmp_path_factory, mask, mode):
    path = tmp_path_factory.mktemp("old") / "file"
    path.write_text("old")
    path.chmod(mode)
    written_under(mask, path)
    assert mode_of(path) == mode | 0o600
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_a_model_saved_under_a_umask_that_denies_everything_is_loaded_again(tmp_path):
    net, other = nn.Neuron(2, seed=0), nn.Neuron(2, seed=1)
    before = os.umask(0o777)
    try:
        for _ in range(2):
            nn.save(net, tmp_path / "net.json")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "net.json") == 0o600
    nn.load(other, tmp_path / "net.json")
    assert other.state_dict() == net.state_dict()


def test_an_error_names_the_path_that_was_asked_for_and_leaves_nothing(tmp_path):
    for path in (tmp_path / "nowhere" / "file", tmp_path):
        with pytest.raises(OSError, match="cannot write") as caught:
            write_atomically(path, "text")
        assert caught.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []


def nested(depth):
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 10_000, 1_000_000])
@pytest.mark.parametrize("end", ["", "]", "1"])
def test_json_that_is_nested_too_deep_is_refused_before_python_reads_it(depth, end):
    for text in (nested(depth) + end, "[" * depth + end, '{"a":' * depth + end):
        for content in (text, text.encode()):
            with pytest.raises(RecursionError, match="nested more than 500 levels deep"):
                read_json(content)


def test_brackets_in_a_row_and_in_texts_are_not_deep():
    assert read_json(nested(MAX_DEPTH)) is not None
    with pytest.raises(ValueError, match="Unterminated"):
        read_json('["' + '\\"' * 100_000 + "[" * 1000)
    assert read_json(f"[{', '.join(['[]'] * 2000)}]") == [[]] * 2000
    assert read_json(f'["{"[" * 1000}", "\\"{"{" * 1000}", "\\\\"]') == ["[" * 1000, '"' + "{" * 1000, "\\"]
