// The network as a formula with its weights filled in, and as a Python function that gives the same numbers.

const SOURCES = { x1: "x1", x2: "x2", "x1^2": "x1 * x1", "x2^2": "x2 * x2", "x1*x2": "x1 * x2", "sin x1": "sin(pi * x1)", "sin x2": "sin(pi * x2)" };

// A unit's name in Python.
function pythonName(view, i) {
    const { layer } = view.neurons[i];
    if (layer === view.layers.length - 1) return "y";
    const place = i - view.neurons.findIndex((neuron) => neuron.layer === layer) + 1;
    return layer === 0 ? `f${place}` : `a${layer}_${place}`;
}

export function formulaText(view, weights) {
    const lines = view.neurons.flatMap((neuron) => {
        if (neuron.w.length === 0) return [];
        const terms = neuron.w.map((p, k) => [weights[p], `·${view.neurons[neuron.first + k].label}`]);
        const sum = [...terms, [weights[neuron.b], ""]].map(([x, name], k) => {
            const size = showNumber(Math.abs(x), 4) + name;
            return k === 0 ? (x < 0 ? "−" : "") + size : (x < 0 ? " − " : " + ") + size;
        }).join("");
        return [`${neuron.label} = ${neuron.activation === "linear" ? sum : `${neuron.activation}(${sum})`}`];
    });
    return lines.join("\n");
}

// Sums start with the bias and add the terms in order, as the engine does, so results match to the last bit.
export function formulaPython(view, weights, features) {
    const used = new Set(view.neurons.map(({ activation }) => activation).filter((name) => name && name !== "linear"));
    const sines = features.some((name) => name.startsWith("sin"));
    if (sines) used.add("sin");
    const lines = [];
    if (sines) lines.push("from math import pi");
    if (used.size) lines.push(`from autograd import ${[...used].sort().join(", ")}`);
    if (lines.length) lines.push("", "");
    lines.push("def network(x1, x2):");
    features.forEach((name, i) => lines.push(`    f${i + 1} = ${SOURCES[name]}`));
    view.neurons.forEach((neuron, i) => {
        if (neuron.w.length === 0) return;
        const terms = neuron.w.map((p, k) => `${pythonNumber(weights[p])} * ${pythonName(view, neuron.first + k)}`);
        const sum = [pythonNumber(weights[neuron.b]), ...terms].join(" + ");
        lines.push(`    ${pythonName(view, i)} = ${neuron.activation === "linear" ? sum : `${neuron.activation}(${sum})`}`);
    });
    return [...lines, "    return y"].join("\n") + "\n";
}

function pythonNumber(x) {
    if (!Number.isFinite(x)) return `float("${x}")`;
    const text = Object.is(x, -0) ? "-0.0" : String(x);
    return /[.e]/.test(text) ? text : `${text}.0`;
}

// A neuron as an expression in its inputs, weights and bias, with their numbers for a sample.
export function neuronExpression(view, i, state, features) {
    const neuron = view.neurons[i];
    const numbers = { b: state.weight[neuron.b] };
    const terms = neuron.w.map((p, k) => {
        const input = neuron.first + k, name = view.neurons[input].layer === 0 ? SOURCES[features[input]].match(/^x[12]$/) ? SOURCES[features[input]] : `f${input + 1}` : `a${k + 1}`;
        numbers[`w${k + 1}`] = state.weight[p];
        numbers[name] = state.value[input];
        return `w${k + 1}*${name}`;
    });
    const sum = ["b", ...terms].join(" + ");
    return { text: neuron.activation === "linear" ? sum : `${neuron.activation}(${sum})`, numbers };
}
