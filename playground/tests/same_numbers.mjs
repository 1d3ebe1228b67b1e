// Trains in Node as the page does, on Pyodide's math library, and runs the exported program in Pyodide: node same_numbers.mjs PACKAGES, the folder that graphviz is in.
// It reads settings as JSON lines and writes, for each, the number of parameters that differ, or the error.

import { createInterface } from "node:readline";
import { join } from "node:path";
import { loadPyodide } from "pyodide";
import { MATH } from "../src/math.js";
import { trainingCalls } from "../src/training.js";

const STEPS = 7;
const python = await loadPyodide();
python.mountNodeFS("/engine", join(import.meta.dirname, "../.."));
python.mountNodeFS("/packages", process.argv[2]);
python.runPython("import sys; sys.path[:0] = ['/engine']; sys.path.append('/packages')");
const engine = python.pyimport("playground.engine");
const math = Object.fromEntries([...MATH].map((name) => [name, python._module[`_${name}`] ?? Math[name]]));

function ask(name, ...args) {
    const { answer, slip } = JSON.parse(engine.call(name, JSON.stringify(args)));
    if (slip) throw new Error(slip.message);
    return answer;
}

for await (const line of createInterface({ input: process.stdin })) {
    const setting = JSON.parse(line);
    try {
        const calls = trainingCalls(() => math, ask);
        const page = ask("prepare", setting, 640);
        calls.train(page, setting);
        const { points } = page.plane;
        calls.step(STEPS, { sample: [...points[0].slice(0, 2), page.train.y[0]], resolution: 4, unit: null, maps: true });
        const mine = calls.bits(), theirs = ask("check", setting, STEPS);
        console.log(mine.bits.filter((bits, i) => bits !== theirs.bits[i]).length + theirs.bits.length - mine.bits.length);
    } catch (error) {
        console.log(String(error.message ?? error).split("\n").at(-2) ?? String(error));
    }
}
process.exit();
