// Points painted into the plane or erased there; from then on, the data are the user's own.

const NEAR = 0.002; // rows are rounded to thousandths

const row = (point, label) => `${point.map((number) => Number(number.toFixed(3))).join(", ")}, ${label}`;

const rows = ({ data, own }, { plane }) => (data === "own" ? own.trim().split("\n") : plane.points.map(([a, b, label]) => row([a, b], label)));

// The text of the user's own data with another point [x, y, class].
export function withPoint(setting, page, [x, y, mark]) {
    const before = rows(setting, page);
    const labels = [...new Set(before.map((line) => line.split(",")[2]?.trim()).filter(Boolean))].sort();
    return [...before, row([x, y], labels[mark] ?? mark)].join("\n");
}

// The text without the point at [x, y]; null if there is none.
export function withoutPoint(setting, page, [x, y]) {
    const before = rows(setting, page);
    const at = before.findIndex((line) => {
        const [a, b] = line.split(",").map(Number);
        return Math.hypot(a - x, b - y) < NEAR;
    });
    return at < 0 ? null : before.toSpliced(at, 1).join("\n");
}
