// node --test choices.mjs: a state made by hand is taken field by field.

import assert from "node:assert/strict";
import { test } from "node:test";
import { START, validated } from "../src/network_choices.js";

test("what is no state is the one to begin with", () => {
    for (const given of [null, undefined, 3, "x", [], { data: 7, layers: "no", rates: [[1, 2]], features: ["nothing"] }]) assert.deepEqual(validated(given), START);
});

test("a state comes back as it was", () => {
    const given = {
        ...START, data: "hills", loss: "Huber", optimizer: "RMSprop", options: { alpha: 0.9, eps: 1e-6, momentum: 0.5, centered: true },
        rates: [[0, 0.1], [7, 0.01]], layers: [{ size: 16, activation: "gelu" }], features: ["x2", "sin x1"], penalty: "L1", batch: 0, step: 120, sample: 3, speed: 10, show: "grad", maps: false,
    };
    assert.deepEqual(validated(JSON.parse(JSON.stringify(given))), given);
});

test("each field that is wrong falls back by itself", () => {
    const made = validated({ data: "plane", loss: "logistic", samples: 1e9, noise: "0.1", optimizer: "SGD", options: { momentum: 2, nesterov: true }, layers: [{ size: 99, activation: "eval" }, {}], step: 1e300, speed: NaN });
    assert.equal(made.loss, "squared error"); // a plane has no classes
    assert.equal(made.samples, START.samples);
    assert.equal(made.noise, START.noise);
    assert.deepEqual(made.options, { momentum: 0, nesterov: false });
    assert.deepEqual(made.layers, [{ size: 4, activation: "tanh" }, { size: 4, activation: "tanh" }]);
    assert.equal(made.step, 0);
    assert.equal(made.speed, START.speed);
});
