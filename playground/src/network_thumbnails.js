// Small pictures of the data sets.

const around = (count, point) => Array.from({ length: count }, (_, i) => point(i / count, i));
const circle = (count, radius, mark) => around(count, (t) => [50 + radius * Math.cos(2 * Math.PI * t), 50 + radius * Math.sin(2 * Math.PI * t), mark]);
const cloud = (x, y, mark, size = 15) => around(9, (t, i) => [x + size * Math.cos(2.4 * i) * Math.sqrt(t), y + size * Math.sin(2.4 * i) * Math.sqrt(t), mark]);
const grid = (number) => around(36, (_, i) => [12 + 15 * (i % 6), 12 + 15 * Math.floor(i / 6)]).map(([x, y]) => [x, y, number((x - 50) / 40, (50 - y) / 40)]);
const hill = (x, y) => Math.exp(-3 * (x * x + y * y));

const POINTS = {
    moons: () => [...around(12, (t) => [38 - 30 * Math.cos(Math.PI * t), 55 - 32 * Math.sin(Math.PI * t), 0]), ...around(12, (t) => [62 + 30 * Math.cos(Math.PI * t), 45 + 32 * Math.sin(Math.PI * t), 1])],
    circles: () => [...circle(16, 40, 0), ...circle(9, 18, 1)],
    xor: () => [...cloud(25, 25, 1), ...cloud(75, 75, 1), ...cloud(75, 25, 0), ...cloud(25, 75, 0)],
    spirals: () => [0, 1].flatMap((mark) => around(15, (t) => [50 + 42 * t * Math.cos(2 * Math.PI * t + Math.PI * mark), 50 - 42 * t * Math.sin(2 * Math.PI * t + Math.PI * mark), mark])),
    blobs: () => [...cloud(30, 70, 0, 20), ...cloud(70, 30, 1, 20)],
    plane: () => grid((x, y) => (x + y + 2) / 4),
    hills: () => grid((x, y) => 0.5 + 0.5 * (hill(x - 0.45, y - 0.45) - hill(x + 0.45, y + 0.45))),
    own: () => [],
};
const RAMP = ["#1b1a17", "#4a4843", "#807d76", "#bbb8b0", "#f4f1e8"];

export function thumbnail(name) {
    const numbers = name === "plane" || name === "hills";
    const marks = POINTS[name]().map(([x, y, mark]) => drawn("circle", {
        cx: x.toFixed(1), cy: y.toFixed(1), r: numbers ? 7 : 6,
        style: `fill: ${numbers ? RAMP[Math.round(4 * Math.min(1, Math.max(0, mark)))] : classColour(mark)}`,
    }));
    const pen = drawn("path", { class: "pen", d: "M25 75l6-20 34-34 14 14-34 34z" });
    return drawn("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" }, ...(name === "own" ? [pen] : marks));
}
