// Points that are painted into the plane: the data are one's own from then on.

// The text of one's own data with one more point [x, y, class].
export function withPoint({ data, own }, { plane }, [x, y, mark]) {
    const row = (point, label) => `${point.map((number) => Number(number.toFixed(3))).join(", ")}, ${label}`;
    if (data !== "own") return [...plane.points.map(([a, b, label]) => row([a, b], label)), row([x, y], mark)].join("\n");
    const labels = [...new Set(own.trim().split("\n").map((line) => line.split(",")[2]?.trim()).filter(Boolean))].sort();
    return `${own.trim()}\n${row([x, y], labels[mark] ?? mark)}`;
}
