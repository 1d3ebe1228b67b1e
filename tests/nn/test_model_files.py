"""Damaged model files: each raises a typed error and leaves the model untouched, or is loaded exactly."""

import inspect
import json
import math
import os
import pickle
import re
import struct
import sys
import tracemalloc
from collections import Counter

import pytest
import safetensors.numpy
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

import nn
from autograd.extend import read_json
from nn import ModelFileError, serialize
from tests.support.soak import count

MUTANTS = settings(max_examples=count(120, 100_000))
KINDS = ["json", "safetensors"]
TIMES = 4  # loading may take this many times the file's size in memory,
BESIDES = 1 << 17  # plus these bytes, for an error with its traceback, names, and caches filled by the first load,
NESTED = 700  # plus these bytes per level of recursion


def network(seed, width=2):
    return nn.MLP(2, [width, 1] if width == 2 else [width, width, 1], seed=seed)


def bits(parameters):
    return [(p.data.hex(), p.grad.hex()) for p in parameters]


def saved(kind, model, folder):
    nn.save(model, folder / f"saved.{kind}")
    nn.load(model, folder / f"saved.{kind}")
    for encoding in ("utf-8-sig", "utf-16-be", "utf-16-le", "utf-32-be", "utf-32-le", "utf-16", "utf-32"):
        json.loads("1".encode(encoding))  # imports what reading may need, before memory is measured
    return (folder / f"saved.{kind}").read_bytes()


# -- an independent reader ---------------------------------------------------------------------------


class Unsound(Exception):
    """The file does not determine the model's numbers."""


class Pairs(list):
    """A JSON object as written in the text, repeated keys included."""


def said(kind, content, model):
    """The numbers for a model's parameters, in order; Unsound if the file doesn't have exactly one for each."""
    try:
        state = {"json": said_by_json, "safetensors": said_by_safetensors}[kind](content)
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError, struct.error) as error:
        raise Unsound from error
    wanted = model.state_dict()
    require(state.keys() == wanted.keys())
    return [x for name, group in wanted.items() for x in numbers(group, state[name])]


def require(condition):
    if not condition:
        raise Unsound


def numbers(group, given):
    if isinstance(group, list):
        require(type(given) is list and len(given) == len(group))
        return [x for inner, item in zip(group, given, strict=True) for x in numbers(inner, item)]
    require(type(given) in (int, float) and abs(given) <= sys.float_info.max)
    return [float(given)]


def said_by_json(content):
    document = only_once(read_json(content, object_pairs_hook=Pairs, parse_constant=refuse))
    require(document["format"] == "scalar-autograd model")
    require(type(document["version"]) in (int, float) and document["version"] == 1)
    require(type(document["state"]) is dict)
    return document["state"]


def refuse(constant):
    raise Unsound


def only_once(tree):
    """The tree with dicts in place of Pairs; Unsound if an object repeats a key."""
    if type(tree) is Pairs:
        require(len({key for key, _ in tree}) == len(tree))
        return {key: only_once(item) for key, item in tree}
    return [only_once(item) for item in tree] if type(tree) is list else tree


LETTERS = {"F64": "d", "F32": "f", "F16": "e", "I64": "q", "I32": "i", "I16": "h", "I8": "b"}
LETTERS |= {"U64": "Q", "U32": "I", "U16": "H", "U8": "B"}


def said_by_safetensors(content):
    (length,) = struct.unpack_from("<Q", content)
    require(length <= len(content) - 8)
    header = only_once(json.loads(content[8 : 8 + length].decode(), object_pairs_hook=Pairs))
    header.pop("__metadata__", None)
    data = content[8 + length :]
    return {name: tensor(data[slice(*entry["data_offsets"])], entry["dtype"], entry["shape"]) for name, entry in header.items()}


def tensor(data, dtype, shape):
    require(all(type(size) is int for size in shape))  # the product of [[1], 10**9] would be a list of 10**9 items
    items = list(struct.unpack(f"<{math.prod(shape)}{LETTERS[dtype]}", data))
    for size in reversed(shape):
        items = [items[i : i + size] for i in range(0, len(items), size)]
    return items[0]


# -- loading -----------------------------------------------------------------------------------------

loaded_before = safetensors.numpy  # imported before any file is loaded, whichever test runs first
ran = []  # code or programs that ran while a file was loaded
tally = Counter()  # outcomes of loading, and the peak memory of any load in bytes


def note(what, args):
    if tracemalloc.is_tracing() and what in ("compile", "exec", "import", "marshal.loads", "os.system", "pickle.find_class"):
        ran.append((what, *args))


sys.addaudithook(note)


def check(kind, content, folder, width=2, size=0):
    """Load the content into a network whose own file has `size` bytes, check `load`'s promises, and return the error."""
    path = folder / f"mutant.{kind}"
    path.write_bytes(content)
    tracemalloc.start()
    model = network(0, width)
    parameters = model.parameters()
    for parameter in parameters:
        parameter.grad = 0.125
    before = bits(parameters)
    del ran[:]
    tracemalloc.reset_peak()
    held = tracemalloc.get_traced_memory()[0]
    error = None
    try:
        nn.load(model, path)
    except ModelFileError as refusal:
        error = str(refusal)
    peak = tracemalloc.get_traced_memory()[1] - held
    tracemalloc.stop()
    assert ran == []
    levels = min(content.count(b"["), sys.getrecursionlimit())
    assert peak <= TIMES * max(size, len(content)) + BESIDES + NESTED * levels, f"{peak} bytes for a file of {len(content)}"
    try:
        expected = said(kind, content, model)
    except Unsound:
        assert error is not None, "loaded what does not fit the model"
    else:
        assert error is None or kind == "safetensors", f"sound, but refused: {error}"  # that format has more requirements
    if error is None:
        assert bits(parameters) == [(x.hex(), (0.125).hex()) for x in expected]
    else:
        assert str(path) in error
        assert bits(parameters) == before
    tally["refused" if error else "loaded"] += 1
    tally["bytes"] = max(tally["bytes"], peak)
    return error


# -- damage ------------------------------------------------------------------------------------------


@st.composite
def damaged(draw, whole, other):
    """Some bytes flipped, set, deleted, inserted, doubled or cut off, or a piece of another file inserted."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        i, n = draw(st.integers(0, len(content))), draw(st.sampled_from((1, 1, 1, 2, 3, 8, 40)))
        match draw(st.integers(0, 6)):
            case 0 if i < len(content):
                content[i] ^= 1 << draw(st.integers(0, 7))
            case 1 if i < len(content):
                content[i] = draw(st.integers(0, 255) | st.sampled_from(b'0123456789.eE+-"[]{},: \\\n'))
            case 2:
                del content[i : i + n]
            case 3:
                content[i:i] = draw(st.binary(min_size=1, max_size=n))
            case 4:
                j = draw(st.integers(0, len(content)))
                content[j:j] = content[i : i + n]
            case 5:
                start = draw(st.integers(0, len(other)))
                content[i : i + n] = other[start : start + n]
            case 6:
                del content[i:]
    return bytes(content)


ODD = r"""
    NaN Infinity -Infinity 1e999 -1e999 1e-999 5e-324 1.7976931348623157e308 1.7976931348623159e308 123456789012345678901234567890
    -0 -0.0 0.1e1 1E+2 01 1. .5 +1 0x10 1_000 1e - '1' "1" "" "\ud800" "\u0000" null true false [] {} [[]] [null] [true,false]
    [1] [1,2] [1.0,2.0,3.0] [[1,2]] {"__class__":"os.system"} {"py/reduce":[{"py/function":"os.getcwd"},[]]} "os.abort()"
    F64 "F64" "F32" "F16" "BF16" "F4" "BOOL" "I64" "U8" "C64" [2] [0] [2,0] [-1] [1.5] [9223372036854775808]
    [0,8] [8,0] [-8,8] [0,16] [8,24] [16,40] [0,9223372036854775807] [0,18446744073709551616]
"""
LONG = ["9" * 400, "9" * 5000, "[" * 100_000, "[" * 100_000 + "]" * 100_000, "[" * 400 + "]" * 400, f'"{"x" * 5000}"']
NUMBERS = st.floats().map(repr) | st.integers().map(str)
VALUES = [st.sampled_from(re.findall(r"\S+", ODD))] * 4 + [NUMBERS] * 2 + [st.sampled_from(LONG)]
ODD_KEYS = ["__class__", "", r"\ud800", "state", "version", "layers", "layers.0.neurons.0.w.0", "layers.0.neurons.0.w "]
ODD_KEYS += [r"layers.\u0030.neurons.0.w", "shape", "dtype", "data_offsets", "__metadata__", "é"]


class Text(str):
    """JSON as written in the file."""


def to_json(tree):
    if isinstance(tree, Pairs):
        return "{" + ",".join(f'"{key}":{to_json(item)}' for key, item in tree) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(map(to_json, tree)) + "]"
    return tree if isinstance(tree, Text) else json.dumps(tree)


def inner(tree):
    """The objects and lists in a tree."""
    if isinstance(tree, list):
        yield tree
        for item in tree:
            yield from inner(item[1] if isinstance(tree, Pairs) else item)


@st.composite
def restructured(draw, whole):
    """JSON with values and keys replaced by odd ones, repeated, removed, added or swapped."""
    tree = json.loads(whole, object_pairs_hook=Pairs)
    for _ in range(draw(st.integers(1, 3))):
        held = draw(st.sampled_from(list(inner(tree))))
        value = Text(draw(draw(st.sampled_from(VALUES))))
        i = draw(st.integers(0, len(held)))
        pair = isinstance(held, Pairs)
        match draw(st.integers(0, 5)):
            case 0 | 1 if i < len(held):
                held[i] = (held[i][0], value) if pair else value
            case 2 if i < len(held) and pair:
                held[i] = (draw(st.sampled_from(ODD_KEYS)), held[i][1])
            case 3 if i < len(held):
                held.insert(draw(st.integers(0, len(held))), held[i])
            case 4 if i < len(held):
                del held[i]
            case 5:
                held.insert(i, (draw(st.sampled_from(ODD_KEYS)), value) if pair else value)
    return to_json(tree).encode(errors="replace")


BITS = {"F64": 64, "F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "F8_E8M0": 8, "F6_E2M3": 6, "F4": 4, "BOOL": 8}
BITS |= {"C64": 64, "I64": 64, "U64": 64, "I32": 32, "U32": 32, "I16": 16, "U16": 16, "I8": 8, "U8": 8}


@st.composite
def retyped(draw, header):
    """The header with another type in one entry, and a shape with as many bytes."""
    tree = json.loads(header)
    entry = tree[draw(st.sampled_from(sorted(tree)))]
    entry["dtype"] = draw(st.sampled_from(sorted(BITS)))
    n = 8 * (entry["data_offsets"][1] - entry["data_offsets"][0]) // BITS[entry["dtype"]]
    entry["shape"] = draw(st.sampled_from(([n], [n], [1, n], [n, 1], [])))
    return json.dumps(tree).encode()


@st.composite
def rebuilt(draw, whole):
    """A safetensors file with another header, length or end."""
    (length,) = struct.unpack_from("<Q", whole)
    header, data = whole[8 : 8 + length], whole[8 + length :]
    match draw(st.integers(0, 5)):
        case 0:
            header = draw(retyped(header))
        case 1:
            n = len(header)
            length = draw(st.sampled_from((0, 1, n - 1, n + 1, 8 + n + len(data), 10**8, 2**31, 2**63, 2**64 - 1)))
            return struct.pack("<Q", length) + header + data
        case 2:
            header = draw(st.sampled_from((b" ", b"\xff", b"\xef\xbb\xbf", b"\0"))) + header
        case 3:
            data = draw(st.sampled_from((data + b"\0", data[:-1], data * 2, data[::-1], b"")))
        case _:
            header = draw(restructured(header))
    header += b" " * draw(st.integers(0, 8))
    return struct.pack("<Q", len(header)) + header + data


# -- properties --------------------------------------------------------------------------------------

RESTRUCTURED = {"json": restructured, "safetensors": rebuilt}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_damaged_bytes_is_refused_or_loaded_exactly(kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    whole, other = (saved(kind, network(seed), folder) for seed in (1, 2))

    @MUTANTS
    @given(damaged(whole, other))
    def hold(content):
        check(kind, content, folder)

    tally.clear()
    hold()
    print(kind, dict(tally))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_odd_values_keys_and_shapes_is_refused_or_loaded_exactly(kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    whole = saved(kind, network(1), folder)

    @MUTANTS
    @given(RESTRUCTURED[kind](whole))
    def hold(content):
        check(kind, content, folder)

    tally.clear()
    hold()
    print(kind, dict(tally))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_large_file_takes_four_times_its_size_whole_or_damaged(kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    whole, other = (saved(kind, network(seed, WIDTH[kind]), folder) for seed in (1, 2))
    assert len(whole) > 200_000

    @settings(max_examples=count(3, 200), phases=[Phase.explicit, Phase.generate])
    @given((damaged(whole, other) | RESTRUCTURED[kind](whole)).map(Large))
    @example(Large(whole))
    @example(Large(whole[:-1]))
    def hold(content):
        check(kind, content, folder, WIDTH[kind], len(whole))

    tally.clear()
    hold()
    print(kind, dict(tally))


class Large(bytes):
    def __repr__(self):
        return f"<{len(self)} bytes>"


WIDTH = {"json": 90, "safetensors": 140}


def test_a_file_of_very_many_values_takes_four_times_its_size(tmp_path):
    whole = saved("json", network(1), tmp_path).decode()
    for value in ("0", "1.5", '""', "[]", "[0]", "{}"):
        many = ",".join([value] * 50_000)
        assert check("json", whole.replace('"state": {', f'"state": {{"many": [{many}],').encode(), tmp_path)


@pytest.mark.parametrize("shape", [[10**6, 0], [1000, 1000, 0], [10**6, 0, 10**6]], ids=str)
@pytest.mark.parametrize("name", ["layers.0.neurons.0.w", "more"])
def test_a_shape_without_numbers_takes_no_memory(name, shape, tmp_path):
    whole = saved("safetensors", network(1), tmp_path)
    (length,) = struct.unpack_from("<Q", whole)
    header, data = json.loads(whole[8 : 8 + length]), whole[8 + length :]
    start, end = header.get(name, {"data_offsets": [len(data)] * 2})["data_offsets"]
    for entry in header.values():
        entry["data_offsets"] = [i - (end - start) * (i > start) for i in entry["data_offsets"]]
    header[name] = {"dtype": "F64", "shape": shape, "data_offsets": [start, start]}
    data = data[:start] + data[end:]
    text = json.dumps(header).encode()
    error = check("safetensors", struct.pack("<Q", len(text)) + text + data, tmp_path)
    assert f"unexpected {name}" in error or f"{name} has the wrong shape" in error


def test_a_file_that_would_run_code_is_refused_and_runs_none(tmp_path):
    class Harmful:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for kind in KINDS:
            assert check(kind, pickle.dumps(Harmful(), protocol), tmp_path)
    assert not (tmp_path / "made").exists()


def test_nothing_that_could_run_code_is_named_where_files_are_read():
    words = set(re.findall(r"\w+", re.sub(r'""".*?"""', "", inspect.getsource(serialize), flags=re.DOTALL)))
    assert words.isdisjoint({"pickle", "marshal", "shelve", "yaml", "eval", "exec", "compile", "importlib", "__import__"})


def test_a_name_that_stands_twice_in_a_header_is_refused(tmp_path):
    whole = saved("safetensors", network(1), tmp_path)
    (length,) = struct.unpack_from("<Q", whole)
    header = json.loads(whole[8 : 8 + length], object_pairs_hook=Pairs)
    header.append(header[0])
    text = to_json(header).encode()
    assert check("safetensors", struct.pack("<Q", len(text)) + text + whole[8 + length :], tmp_path)
