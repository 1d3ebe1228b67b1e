// The picture of a decision boundary.

const MIDDLE = 127; // the byte of the boundary, between 0 and 254
const NOT_A_NUMBER = 255;
const HUES = [212, 22, 150, 285, 50, 335]; // of classes, where there are more than two
const SHAPES = ["circle", "triangle", "square", "diamond", "plus", "cross"];

// The outputs of the model on a grid over the plane, the boundary, and the samples.
class Plane {
  constructor(plane) {
    this.data = plane;
    const ratio = Math.min(1.1, Math.max(0.5, (plane.y[1] - plane.y[0]) / (plane.x[1] - plane.x[0])));
    this.size = [100, 100 * ratio];
    const cells = plane.resolution;
    // The grid goes from border to border: half of each outer pixel lies outside.
    const beyond = `inset: ${-50 / (cells - 1)}%; width: ${(100 * cells) / (cells - 1)}%; height: ${(100 * cells) / (cells - 1)}%`;
    this.canvas = element("canvas", { width: cells, height: cells, style: beyond, "aria-hidden": "true" });
    this.line = drawn("path", { class: "boundary" });
    const points = plane.points.map(([x, y, mark]) => this.point(x, y, mark));
    const view = { viewBox: `0 0 ${this.size.join(" ")}`, role: "img", class: "plane" };
    this.picture = drawn("svg", view, this.line, ...points);
    const screen = element("div", { class: "screen", style: `aspect-ratio: 1 / ${ratio}` }, this.canvas, this.picture);
    this.element = element("figure", {}, element("h2", {}, "Decision boundary"), screen, this.legend());
  }

  point(x, y, mark) {
    const [low, high] = [this.data.x, this.data.y];
    const across = ((x - low[0]) / (low[1] - low[0])) * this.size[0];
    const up = (1 - (y - high[0]) / (high[1] - high[0])) * this.size[1];
    const made = symbol(this.data.kind === "number" ? 0 : mark, across, up, this.fill(mark));
    const label = this.data.kind === "number" ? "" : `: class ${showNumber(this.data.labels[mark])}`;
    made.append(drawn("title", {}, `(${showNumber(x)}, ${showNumber(y)})${label}`));
    return made;
  }

  fill(mark) {
    if (this.data.kind === "class") return `hsl(${hue(mark)} 65% 45%)`;
    const positive = this.data.kind === "score" ? mark === 1 : mark > MIDDLE;
    return `var(--${positive ? "positive" : "negative"})`;
  }

  legend() {
    const { kind, labels, hidden } = this.data;
    const entries = labels.map((label, mark) => {
      const sign = symbol(kind === "number" ? 0 : mark, 3, 3, this.fill(kind === "number" ? 254 * mark : mark));
      return element("span", {}, drawn("svg", { viewBox: "0 0 6 6", "aria-hidden": "true" }, sign), ` ${showNumber(label)}`);
    });
    const rest = hidden ? [element("span", {}, `and ${hidden} more samples`)] : [];
    return element("figcaption", { class: "quiet" }, ...entries, ...rest);
  }

  show(at, step) {
    const cells = Uint8Array.from(atob(this.data.cells[at]), (c) => c.charCodeAt(0));
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(this.data.resolution, this.data.resolution);
    const style = getComputedStyle(this.canvas);
    const [negative, positive] = ["--negative", "--positive"].map((name) => rgb(style.getPropertyValue(name).trim()));
    cells.forEach((cell, i) => {
      if (cell === NOT_A_NUMBER) return; // nothing is drawn there
      const share = toShare(cell);
      const colour = this.data.kind === "class" ? [...hsl(hue(cell)), 90] : [...(share > 0 ? positive : negative), 20 + 120 * Math.abs(share)];
      image.data.set(colour, 4 * i);
    });
    context.putImageData(image, 0, 0);
    this.line.setAttribute("d", this.boundaries(cells).map((side) => contour(side, this.data.resolution, ...this.size)).join(""));
    const upper = cells.filter((cell) => cell !== NOT_A_NUMBER && cell > MIDDLE).length / cells.length;
    const share = this.data.kind === "score" ? `: ${Math.round(100 * upper)} % of the plane is class ${showNumber(this.data.labels[1])}` : "";
    this.picture.setAttribute("aria-label", `Outputs of the model around the samples after step ${step}${share}`);
  }

  // The fields that are 0 on a boundary: the score, or each class against the others.
  boundaries(cells) {
    if (this.data.kind === "number") return [];
    if (this.data.kind === "score") return [Array.from(cells, toShare)];
    return this.data.labels.map((_, mark) => Array.from(cells, (cell) => (cell === NOT_A_NUMBER ? NaN : cell === mark ? 1 : -1)));
  }
}

// The output of a byte, from -1 to 1; a byte holds its root.
function toShare(cell) {
  const root = (cell - MIDDLE) / MIDDLE;
  return cell === NOT_A_NUMBER ? NaN : root * Math.abs(root);
}

const hue = (mark) => HUES[mark % HUES.length];
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

// Red, green and blue of a hue, at 65 % saturation and 50 % lightness.
function hsl(hue) {
  const part = (n) => 0.5 - 0.325 * Math.max(-1, Math.min(((n + hue / 30) % 12) - 3, 9 - ((n + hue / 30) % 12), 1));
  return [0, 8, 4].map((n) => Math.round(255 * part(n)));
}

// The mark of a sample: classes differ in shape as well as in colour.
function symbol(mark, x, y, fill) {
  const paths = {
    circle: "M-1.7 0a1.7 1.7 0 1 0 3.4 0a1.7 1.7 0 1 0 -3.4 0z",
    triangle: "M0 -2.1L2 1.5H-2z",
    square: "M-1.5 -1.5H1.5V1.5H-1.5z",
    diamond: "M0 -2.2L2 0L0 2.2L-2 0z",
    plus: "M-.7 -2H.7V-.7H2V.7H.7V2H-.7V.7H-2V-.7H-.7z",
    cross: "M-2 -1.1L-1.1 -2L0 -.9L1.1 -2L2 -1.1L.9 0L2 1.1L1.1 2L0 .9L-1.1 2L-2 1.1L-.9 0z",
  };
  const shape = SHAPES[mark % SHAPES.length];
  return drawn("path", { class: "sample", d: paths[shape], transform: `translate(${x} ${y})`, style: `fill: ${fill}` });
}

// Where a field crosses 0, by straight lines (marching squares).
function contour(field, n, width, height) {
  const parts = [];
  for (let row = 0; row + 1 < n; row++) {
    for (let column = 0; column + 1 < n; column++) {
      const corners = [[row, column], [row, column + 1], [row + 1, column + 1], [row + 1, column]];
      const values = corners.map(([r, c]) => field[r * n + c]);
      if (values.includes(NaN)) continue;
      const cuts = [];
      corners.forEach(([r, c], i) => {
        const [one, other] = [values[i], values[(i + 1) % 4]];
        if (one > 0 === other > 0) return;
        const share = -one / (other - one);
        const [toRow, toColumn] = corners[(i + 1) % 4];
        const x = ((c + share * (toColumn - c)) / (n - 1)) * width;
        const y = ((r + share * (toRow - r)) / (n - 1)) * height;
        cuts.push(`${x.toFixed(2)} ${y.toFixed(2)}`);
      });
      for (let i = 0; i < cuts.length; i += 2) parts.push(`M${cuts[i]}L${cuts[i + 1]}`);
    }
  }
  return parts.join("");
}
