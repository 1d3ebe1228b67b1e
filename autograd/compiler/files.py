"""Compiled functions in files: JSON for the structure, arrays for the rows. No pickle, so a file can't run code."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping
from itertools import accumulate, pairwise
from os import PathLike
from pathlib import Path
from typing import Any

from autograd._files import read_json, write_atomically
from autograd._tree import is_array, tree_leaves
from autograd.compiler.any_array import needed_numpy
from autograd.compiler.arguments import Argument
from autograd.compiler.axes import Axes
from autograd.compiler.instructions import detach
from autograd.compiler.program import Arg, Input, Output, Program, Row
from autograd.compiler.traced import Traced
from autograd.compiler.tracing import Guard
from autograd.errors import ProgramFileError
from autograd.op import TABLE, Op
from autograd.value import Value

FORMAT = "scalar-autograd program"
VERSION = 1
ARRAYS = ("codes", "starts", "args", "constants", "captured")


def write(traced: Traced, path: str | PathLike[str]) -> None:
    """Write a traced function to `path`, as safetensors if it ends in `.safetensors`, else as npz. Numbers are stored exactly."""
    if traced.samplers:
        raise ValueError(f"{traced.name} draws random numbers, whose source can't be saved")
    if Path(path).suffix == ".safetensors":
        save = _safetensors().numpy.save
        document, arrays = _taken_apart(traced)
        content = save(arrays, metadata={"program": json.dumps(document)})
    else:
        content = to_bytes(traced)
    write_atomically(Path(path), content)


def to_bytes(traced: Traced) -> bytes:
    """The content of an npz file."""
    numpy = needed_numpy("files of programs")
    document, arrays = _taken_apart(traced)
    file = io.BytesIO()
    numpy.savez(file, program=numpy.frombuffer(json.dumps(document).encode(), numpy.uint8), **arrays)
    return file.getvalue()


def from_bytes(content: bytes) -> Traced:
    """The traced function in the output of `to_bytes`."""
    return _put_together(*_npz(content))


def read(path: str | PathLike[str]) -> Traced:
    """Read a file that `write` wrote. ProgramFileError, saying what is wrong, if it is damaged."""
    file = Path(path)
    try:
        document, arrays = _contents(file)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ProgramFileError(f'not a program file: "format" is not {FORMAT!r}')
        if document.get("version") != VERSION:
            raise ProgramFileError(f"unknown version {document.get('version')!r}, expected {VERSION}")
        return _put_together(document, arrays)
    except ProgramFileError as error:
        raise ProgramFileError(f"{path}: {error}") from error.__cause__
    except RecursionError:
        raise ProgramFileError(f"{path}: nested too deeply to be a program") from None
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError) as error:
        raise ProgramFileError(f"{path}: damaged: {type(error).__name__}: {error}") from error


def _contents(path: Path) -> tuple[Any, Mapping[str, Any]]:
    if path.suffix == ".safetensors":
        safetensors = _safetensors()
        try:
            with safetensors.safe_open(path, framework="numpy") as file:
                return read_json(file.metadata()["program"]), {name: file.get_tensor(name) for name in ARRAYS}
        except safetensors.SafetensorError as error:
            raise ProgramFileError(f"not a safetensors file: {error}") from None
    return _npz(path.read_bytes())


def _npz(content: bytes) -> tuple[Any, Mapping[str, Any]]:
    import tokenize
    import zipfile

    numpy = needed_numpy("files of programs")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()  # `write` neither compresses nor encrypts
            packed = any(member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1 for member in members)
            if packed or sum(member.file_size for member in members) > len(content):
                raise ProgramFileError("it is compressed or encrypted")
        with numpy.load(io.BytesIO(content), allow_pickle=False) as file:
            return read_json(bytes(file["program"])), {name: file[name] for name in ARRAYS}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, tokenize.TokenError) as error:  # NumPy parses headers as Python
        raise ProgramFileError(f"not an npz file: {error}") from None


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError("safetensors files need an extra: pip install 'scalar-autograd[safetensors]'") from None
    return safetensors


# -- taken apart ---------------------------------------------------------------------------------------


def _taken_apart(traced: Traced) -> tuple[dict[str, Any], dict[str, Any]]:
    """The structure and the arrays. In `args`, a register is its number, and a constant is -1 minus its index in `constants`."""
    numpy = needed_numpy("files of programs")
    program = traced.program
    names = list(dict.fromkeys(row.op.name for row in program.rows))
    constants: list[float] = []

    def coded(arg: Arg) -> int:
        if type(arg) is int:
            return arg
        constants.append(arg)
        return -len(constants)

    args = [coded(arg) for row in program.rows for arg in row.args]
    outputs = [[output.name, coded(output.arg)] for output in program.outputs]
    document = {
        "format": FORMAT,
        "version": VERSION,
        "name": traced.name,
        "arguments": [[a.name, _nesting(a.axes, lambda axis: axis), _nesting(a.example)] for a in traced.arguments],
        "inputs": [given.name for given in program.inputs],
        "outputs": outputs,
        "ops": names,
        "guards": [[guard.taken, guard.line] for guard in traced.guards],
        "result": _nesting(traced.result),
        "labels": [[leaf.label, leaf.requires_grad] for leaf in traced.captured],
    }
    return document, {
        "codes": numpy.array([names.index(row.op.name) for row in program.rows], numpy.int32),
        "starts": numpy.array(list(accumulate([len(row.args) for row in program.rows], initial=0)), numpy.int64),
        "args": numpy.array(args, numpy.int64),
        "constants": numpy.array(constants, float),
        "captured": numpy.array([leaf.data for leaf in traced.captured], float),
    }


def _nesting(tree: Any, written: Callable[[Any], Any] = lambda number: 0) -> Any:
    """A tree in a form for JSON, with each number replaced by `written(number)`."""
    if isinstance(tree, dict):
        return {"dict": [[_key(key), _nesting(item, written)] for key, item in tree.items()]}
    if isinstance(tree, (list, tuple)):
        return {"list" if isinstance(tree, list) else "tuple": [_nesting(item, written) for item in tree]}
    return {"array": list(tree.shape)} if is_array(tree) else written(tree)


def _key(key: Any) -> Any:
    if type(key) not in (str, int):
        raise ValueError(f"only dicts whose keys are str or int can be saved, got the key {key!r}")
    return key


# -- put together --------------------------------------------------------------------------------------


def _put_together(document: Mapping[str, Any], arrays: Mapping[str, Any]) -> Traced:
    ops = [_op(name) for name in document["ops"]]
    constants, args = arrays["constants"].tolist(), arrays["args"].tolist()
    inputs = tuple([Input(_text(name)) for name in document["inputs"]])
    registers = len(inputs)

    def arg(code: Any) -> Arg:
        if type(code) is not int or code >= registers or -code > len(constants):
            raise ProgramFileError(f"{code!r} is read before it is computed")
        return code if code >= 0 else float(constants[-code - 1])

    rows = []
    starts = arrays["starts"].tolist()
    if len(starts) != len(arrays["codes"]) + 1 or starts[0] != 0 or starts[-1] != len(args) or sorted(starts) != starts:
        raise ProgramFileError("its rows are inconsistent")
    for code, (start, stop) in zip(arrays["codes"].tolist(), pairwise(starts), strict=True):
        op = ops[code if code >= 0 else len(ops)]
        given = tuple([arg(code) for code in args[start:stop]])
        if op.arity not in (None, len(given)):
            raise ProgramFileError(f"{op.name} takes {op.arity} arguments, got {len(given)}")
        if op.built_in and op.arity is None:
            try:
                op.partials_at(1.0, [1.0] * len(given), [True] * len(given))
            except ValueError:
                raise ProgramFileError(f"{op.name} doesn't take {len(given)} arguments") from None
        rows.append(Row(op, given, registers))
        registers += 1
    outputs = tuple([Output(_text(name), arg(code)) for name, code in document["outputs"]])
    arguments = [Argument(_text(name), _tree(nesting, len(inputs)), _axes(axes)) for name, axes, nesting in document["arguments"]]
    captured = [
        Value(number, _text(label), requires_grad)
        for number, (label, requires_grad) in zip(arrays["captured"].tolist(), document["labels"], strict=True)
    ]
    guards = [Guard(taken is True, _text(line)) for taken, line in document["guards"]]
    if (needed := sum(a.count for a in arguments) + len(captured)) != len(inputs):
        raise ProgramFileError(f"it has {len(inputs)} inputs, but its arguments and captured leaves need {needed}")
    result = _tree(document["result"], len(outputs))
    if (needed := len(tree_leaves(result)) + len(guards)) != len(outputs):
        raise ProgramFileError(f"it has {len(outputs)} outputs, but its result and its guards need {needed}")
    program = Program(inputs, tuple(rows), outputs, registers)
    return Traced(_text(document["name"]), arguments, program, captured, [], guards, result)


def _op(name: Any) -> Op:
    op = TABLE.get(name) or (detach if name == detach.name else None)  # a traced program has no other instructions
    if op is None:
        raise ProgramFileError(f"there is no op {name!r}: define your own ops before loading the program")
    return op


def _text(x: Any) -> str:
    if not isinstance(x, str):
        raise ProgramFileError(f"expected a string, got {x!r}")
    return x


def _axes(written: Any) -> Axes:
    """Axes from the output of `_nesting`, checked only later, against the argument's example."""
    if not isinstance(written, dict):
        return written
    ((kind, items),) = written.items()
    return {key: _axes(item) for key, item in items} if kind == "dict" else list(map(_axes, items))


def _tree(nesting: Any, most: int) -> Any:
    """The tree of a nesting. Arrays with more than `most` numbers are refused: a few bytes in a file could fill the memory."""
    if nesting == 0:
        return 0.0
    ((kind, items),) = nesting.items()
    if kind == "dict":
        return {key: _tree(item, most) for key, item in items}
    if kind == "array":
        import numpy

        shape = [int(n) for n in items]
        if math.prod(shape) > most:
            raise ProgramFileError(f"an array of shape {tuple(shape)} has more numbers than the program")
        return numpy.zeros(shape)
    if kind not in ("list", "tuple"):
        raise ProgramFileError(f"{kind!r} is not a container")
    found = [_tree(item, most) for item in items]
    return found if kind == "list" else tuple(found)
