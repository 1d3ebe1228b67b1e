"""C and JavaScript run from tests: a C file as a shared library, a module under the node that playwright brings."""

import ctypes
import json
import math
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
from hypothesis import Phase, given, settings

from autograd.compiler.exports.c import c_file
from autograd.compiler.exports.javascript import javascript_source
from autograd.compiler.exports.javascript_ops import javascript_ops, tape_json
from autograd.compiler.tape import Tape
from autograd.op import TABLE
from autograd.ops import BUILT_IN

INTERPRETER = (files("autograd.compiler.exports") / "interpreter.mjs").read_text(encoding="utf-8")
NEED_ERF = frozenset({"erf", "erfc", "erfinv", "normal_cdf"})  # missing from Math: modules compute them to 4 ulps

FLAGS = ["-std=c99", "-O2", "-ffp-contract=off", "-fno-builtin", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
FLAGS += [f"-Wno-unused-{what}" for what in ("function", "variable", "parameter", "but-set-variable")]  # as in random programs

# JSON has no NaN, infinity or -0: numbers travel as the bits of their bytes.
PRELUDE = """
import { readFileSync, readSync, writeSync } from "node:fs";
const number = (bits) => new Float64Array(new BigUint64Array([BigInt(bits)]).buffer)[0];
const bits = (x) => (typeof x === "number" ? String(new BigUint64Array(new Float64Array([x]).buffer)[0]) : Array.from(x, bits));
const numbers = (x) => (typeof x === "string" ? number(x) : x.map(numbers));
const given = JSON.parse(readFileSync(new URL("./given.json", import.meta.url)));
const send = (x) => {
    for (let text = Buffer.from(`${JSON.stringify(x)}\\n`); text.length; text = text.subarray(writeSync(1, text)));
};
// Python's elementary functions.
const python = new Proxy({}, {
    get: (_, name) => (...args) => {
        send({ name, args: args.map(bits) });
        const reply = Buffer.alloc(32);
        return number(reply.toString("utf8", 0, readSync(0, reply)).trim());
    },
});
"""


# -- C -------------------------------------------------------------------------------------------------


def in_c(drawn, folder):
    """The outputs of programs (with their inputs and lanes), run as functions of one C file."""
    library = compiled(c_file({f"f{i}": program for i, (program, *_) in enumerate(drawn)}), folder)
    return [
        call(getattr(library, f"f{i}"), program, inputs, lanes if has_lanes(program) else None)
        for i, (program, inputs, lanes) in enumerate(drawn)
    ]


def has_lanes(program):
    return any(program.per_lane) or any(row.op.name.startswith("lane_") for row in program.rows)


def compiled(source, folder, flags=()):
    """Compile the C source and load it as a library."""
    path = Path(folder) / "program.c"
    path.write_text(str(source), encoding="utf-8")
    library = path.with_suffix(".so")
    subprocess.run(["cc", *FLAGS, *flags, path, "-o", library, "-lm"], check=True)
    return ctypes.CDLL(str(library))


def call(function, program, inputs, lanes):
    """The outputs of a program's C function; `lanes` is None if it has none."""
    columns = [np.ascontiguousarray(x, float) if given.per_lane else x for x, given in zip(inputs, program.inputs, strict=True)]
    outputs = [np.empty(max(lanes or 0, 1)) for _ in program.outputs]
    pointers = [ctypes.c_void_p(x.ctypes.data) if isinstance(x, np.ndarray) else ctypes.c_double(x) for x in (*columns, *outputs)]
    function(*([] if lanes is None else [ctypes.c_size_t(lanes)]), *pointers)
    return [
        output[:lanes].tolist() if type(arg) is int and program.per_lane[arg] else float(output[0])
        for output, (_, arg) in zip(outputs, program.outputs, strict=True)
    ]


# -- JavaScript ----------------------------------------------------------------------------------------

TAPES = """
import { load } from "./interpreter.mjs";
import { ops } from "./ops.mjs";
const table = ops(FUNCTIONS);
send(given.map(([tape, inputs, lanes, width]) => bits(load(JSON.parse(tape), table, width)(numbers(inputs), lanes))));
"""
MODULES = """
for (const name of FUNCTIONS === Math ? [] : Object.getOwnPropertyNames(Math)) {
    const exact = ["abs", "ceil", "floor", "max", "sqrt", "trunc", "log2"];
    if (typeof Math[name] === "function" && !exact.includes(name)) Math[name] = FUNCTIONS[name];
}
const found = [];
for (const [i, inputs] of given.entries()) {
    const { value } = await import(`./f${i}.mjs`);
    const outputs = value(...numbers(inputs));
    found.push(bits(typeof outputs === "number" || ArrayBuffer.isView(outputs) ? [outputs] : Object.values(outputs)));
}
send(found);
"""


def on_tapes(drawn, folder, functions="python"):
    """The outputs of programs as Tapes, with the elementary functions of Python or Math, in blocks of one to four lanes."""
    given = [[tape_json(Tape.of(program)), as_bits(inputs), lanes, 1 + i % 4] for i, (program, inputs, lanes) in enumerate(drawn)]
    ops = javascript_ops(sorted(BUILT_IN), ("erf", "erfc") if functions == "python" else ())
    script = TAPES.replace("FUNCTIONS", functions)
    return from_bits(run_module(folder, script, given, ops=ops, interpreter=INTERPRETER))


def in_javascript(drawn, folder, functions="python"):
    """The outputs of programs as one module each, with the elementary functions of Python or Math."""
    given = [as_bits([*x, *([float(n)] if has_lanes(p) and not any(p.per_lane[: len(x)]) else [])]) for p, x, n in drawn]
    modules = {f"f{i}": javascript_source(program) for i, (program, *_) in enumerate(drawn)}
    return from_bits(run_module(folder, MODULES.replace("FUNCTIONS", functions), given, **modules))


def run_module(folder, script, given, **files):
    """The answer of the script, an ES module that gets `given` as a constant and files as modules: `ops="…"` as ./ops.mjs."""
    from playwright._impl._driver import compute_driver_executable

    folder = Path(folder)
    for name, text in files.items():
        (folder / f"{name}.mjs").write_text(str(text), encoding="utf-8")
    (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
    (folder / "main.mjs").write_text(PRELUDE + script, encoding="utf-8")
    command = [compute_driver_executable()[0], folder / "main.mjs"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            message = json.loads(line)
            if not isinstance(message, dict):
                return message
            process.stdin.write(f"{as_bits(elementary(message['name'], *map(from_bits, message['args'])))}\n")
            process.stdin.flush()
    raise AssertionError(f"the script sent nothing and ended with {process.returncode}")


def elementary(name, *args):
    """A function of `math`, with IEEE-754 results where Python raises."""
    try:
        return getattr(math, name)(*args)
    except (ValueError, OverflowError):
        return TABLE[name](*args)


def as_bits(x):
    """A number or nested lists of numbers, encoded for a script."""
    return [as_bits(item) for item in x] if isinstance(x, (list, tuple)) else str(np.float64(x).view(np.uint64))


def from_bits(x):
    """A number or nested lists of numbers, decoded from a script."""
    return [from_bits(item) for item in x] if isinstance(x, list) else float(np.uint64(x).view(np.float64))


# -- comparison ----------------------------------------------------------------------------------------


def same(one, other):
    """True if equal to the last bit; NaN equals NaN."""
    return (one != one and other != other) or (one == other and math.copysign(1.0, one) == math.copysign(1.0, other))


def ulps(one, other):
    """The distance of two numbers in ulps; infinite if one is special and the other is not."""
    if same(one, other):
        return 0.0
    return abs(one - other) / math.ulp(other) if math.isfinite(one) and math.isfinite(other) and (one or other) else math.inf


def collected(strategy, count):
    """A list of examples of a strategy; starting a compiler or node for each would take too long."""
    found = []

    @settings(max_examples=count, phases=[Phase.generate], database=None)
    @given(strategy)
    def collect(example):
        found.append(example)

    collect()
    return found
