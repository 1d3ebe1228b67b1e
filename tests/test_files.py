"""Written files: whole or not at all, and with the permissions they should have."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd._files import write_atomically
from tests.support.soak import few

modes = st.integers(0, 0o777)


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def written_under(mask, path, content="new"):
    """Write the file as in a process with this umask."""
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
