"""C and JavaScript run from tests: a C file as a shared library, a module under the node that playwright brings."""

import ctypes
import json
import math
import subprocess
from pathlib import Path

import numpy as np

FLAGS = ["-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-shared", "-fPIC"]


def compiled(source, folder, flags=()):
    """The C source as a library, loaded."""
    path = Path(folder) / "program.c"
    path.write_text(str(source), encoding="utf-8")
    library = path.with_suffix(".so")
    subprocess.run(["cc", *FLAGS, *flags, path, "-o", library, "-lm"], check=True)
    return ctypes.CDLL(str(library))


def call(function, program, inputs):
    """The outputs of a C function for a program with lanes."""
    lanes = len(next(x for x, given in zip(inputs, program.inputs, strict=True) if given.per_lane))
    columns = [np.ascontiguousarray(x, float) if given.per_lane else x for x, given in zip(inputs, program.inputs, strict=True)]
    outputs = [np.empty(lanes) for _ in program.outputs]
    pointers = [ctypes.c_void_p(x.ctypes.data) if isinstance(x, np.ndarray) else ctypes.c_double(x) for x in (*columns, *outputs)]
    function(ctypes.c_size_t(lanes), *pointers)
    return [
        output if type(arg) is int and program.per_lane[arg] else output[0]
        for output, (_, arg) in zip(outputs, program.outputs, strict=True)
    ]


def node():
    """The node of playwright, which is the same on every machine."""
    from playwright._impl._driver import compute_driver_executable

    return compute_driver_executable()[0]


def run_module(folder, script, **files):
    """What the script, an ES module, writes as JSON; files are modules that it may import, `ops="…"` as ./ops.mjs."""
    folder = Path(folder)
    for name, text in files.items():
        (folder / f"{name}.mjs").write_text(str(text), encoding="utf-8")
    (folder / "main.mjs").write_text(script, encoding="utf-8")
    done = subprocess.run([node(), folder / "main.mjs"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# JSON has no NaN, infinity or -0: numbers travel as the bits of their bytes.

FROM_BITS = """
const number = (bits) => new Float64Array(new BigUint64Array([BigInt(bits)]).buffer)[0];
const bits = (x) => String(new BigUint64Array(new Float64Array([x]).buffer)[0]);
"""


def as_bits(x):
    return str(np.float64(x).view(np.uint64))


def from_bits(text):
    return float(np.uint64(text).view(np.float64))


def same(one, other):
    """Equal to the last bit; NaN is NaN."""
    return (one != one and other != other) or (one == other and math.copysign(1.0, one) == math.copysign(1.0, other))


def ulps(one, other):
    """How many floats apart two numbers are: 0 if they are the same, infinite if one is special where the other is not."""
    if same(one, other):
        return 0.0
    if not (math.isfinite(one) and math.isfinite(other)) or (one == 0.0 == other):
        return math.inf
    return abs(one - other) / max(math.ulp(other), 5e-324)
