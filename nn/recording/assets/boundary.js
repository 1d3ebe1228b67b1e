// The picture of a decision boundary.

const MIDDLE = 127; // the byte of the boundary, between 0 and 254
const NOT_A_NUMBER = 255;
const NEAR = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => [down, right, 4 / 2 ** (Math.abs(down) + Math.abs(right))]));
const moment = (step) => (step === 0 ? "at the start" : `after step ${step}`); // a step in words

// A model's outputs on a grid over the plane, its boundary, and the samples. `pick(point)` is called after a click.
class Plane {
  constructor(plane, labels, pick) {
    this.data = plane;
    this.id = uniqueId("plane");
    const cells = plane.resolution;
    // The outermost grid points lie on the border, so half of each outer pixel is outside.
    const beyond = `inset: ${-50 / (cells - 1)}%; width: ${(100 * cells) / (cells - 1)}%; height: ${(100 * cells) / (cells - 1)}%`;
    this.canvas = element("canvas", { width: cells, height: cells, style: beyond, "aria-hidden": "true" });
    this.screen = element("div", { class: "screen" }, this.canvas);
    this.line = drawn("path", { class: "boundary" });
    this.halo = drawn("path", { class: "boundary halo" });
    this.chosen = drawn("circle", { class: "chosen", r: 9, visibility: "hidden" });
    this.regions = plane.labels.map((_, mark) => drawn("path", { fill: `url(#${this.id}-${mark})` }));
    const patterns = plane.labels.map((_, mark) => hatch(mark, `${this.id}-${mark}`)).filter(Boolean);
    this.area = drawn("g", {}, ...(plane.kind === "number" ? [] : this.regions), this.halo, this.line);
    this.points = plane.points.map(([x, y, mark]) => this.point(x, y, mark));
    const names = labels.features ?? ["x[0]", "x[1]"];
    const [x, y] = ["x", "y"].map((axis, i) => ({ label: names[i], low: plane[axis][0], high: plane[axis][1] }));
    const ratio = Math.min(1.1, Math.max(0.5, (y.high - y.low) / (x.high - x.low)));
    this.axes = new Axes({ x, y, ratio, draw: () => this.draw(), picture: { class: "plane" } });
    this.axes.marks.append(drawn("defs", {}, ...patterns), this.area, ...this.points, this.chosen);
    this.axes.element.prepend(this.screen);
    this.axes.picture.addEventListener("click", (event) => pick(this.snapped(event)));
    this.element = element("figure", { class: "boundaries" }, element("h2", {}, plane.kind === "number" ? "Output of the model" : "Decision boundary"), this.axes.element, this.legend());
  }

  point(x, y, mark) {
    const label = this.data.kind === "number" ? "" : `: class ${showNumber(this.data.labels[mark])}`;
    const made = this.mark(mark, 0, 0);
    made.append(drawn("title", {}, `(${showNumber(x)}, ${showNumber(y)})${label}`));
    return made;
  }

  // A sample's mark: its class's, or the shade of its number with a rim to stand out from the background.
  mark(mark, x, y) {
    const { kind, markers } = this.data;
    if (kind !== "number") return drawn("g", { transform: `translate(${x} ${y})` }, symbol(markers[mark % markers.length], classColour(mark)));
    const shade = symbol(markers[0], `rgb(${rampColour(this.data.ramp, mark / 254)})`);
    return drawn("g", { transform: `translate(${x} ${y})` }, shade, drawn("circle", { class: "rim", r: 4.2 }));
  }

  legend() {
    const { kind, labels, hidden } = this.data;
    const entries = labels.map((label, mark) => {
      const sign = this.mark(kind === "number" ? 254 * mark : mark, 7, 7);
      const text = kind === "number" ? ` ${showNumber(label, 4)}` : ` class ${showNumber(label, 4)}`;
      return element("span", {}, drawn("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, sign), text);
    });
    const rest = hidden ? [element("span", {}, `and ${hidden} more ${hidden === 1 ? "sample" : "samples"}`)] : [];
    return element("figcaption", { class: "quiet" }, ...entries, ...rest);
  }

  // The sample that a click aimed at, or else the point itself.
  snapped(event) {
    const aimed = this.axes.at(event);
    const apart = ([x, y]) => Math.hypot(this.axes.X(x) - this.axes.X(aimed[0]), this.axes.Y(y) - this.axes.Y(aimed[1]));
    const near = this.data.points.reduce((best, point) => (apart(point) < apart(best) ? point : best));
    return apart(near) < 12 ? near.slice(0, 2) : aimed;
  }

  choose(point) {
    this.picked = point;
    const seen = point?.length === 2 && this.axes.area;
    this.chosen.setAttribute("visibility", seen ? "visible" : "hidden");
    if (seen) setAttributes(this.chosen, { cx: this.axes.X(point[0]), cy: this.axes.Y(point[1]) });
  }

  draw() {
    const { left, top, width, height } = this.axes.area;
    Object.assign(this.screen.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    this.area.setAttribute("transform", `translate(${left} ${top})`);
    this.points.forEach((point, i) => {
      const [x, y] = this.data.points[i];
      point.setAttribute("transform", `translate(${this.axes.X(x).toFixed(1)} ${this.axes.Y(y).toFixed(1)})`);
    });
    this.choose(this.picked);
    if (this.at !== undefined) this.show(this.at, this.step);
  }

  show(at, step) {
    [this.at, this.step] = [at, step];
    const cells = Uint8Array.from(atob(this.data.cells[at]), (c) => c.charCodeAt(0));
    this.paint(cells);
    if (this.axes.area) this.outline(cells);
    const upper = cells.filter((cell) => cell !== NOT_A_NUMBER && cell > MIDDLE).length / cells.length;
    const share = this.data.kind === "score" ? `: ${Math.round(100 * upper)} % of the plane is class ${showNumber(this.data.labels[1])}` : "";
    this.axes.picture.setAttribute("aria-label", `Outputs of the model around the samples ${moment(step)}${share}`);
  }

  paint(cells) {
    const { kind, resolution } = this.data;
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(resolution, resolution);
    const style = getComputedStyle(this.canvas);
    const classes = this.data.labels.map((_, mark) => rgb(style.getPropertyValue(`--class-${(mark % 10) + 1}`).trim()));
    cells.forEach((cell, i) => {
      if (cell === NOT_A_NUMBER) return; // nothing is drawn there
      const share = toShare(cell);
      const colours = {
        class: () => [...classes[cell % classes.length], 90],
        score: () => [...classes[Number(share > 0)], 25 + 115 * Math.abs(share)],
        number: () => [...rampColour(this.data.ramp, (share + 1) / 2), 255],
      };
      image.data.set(colours[kind](), 4 * i);
    });
    context.putImageData(image, 0, 0);
  }

  outline(cells) {
    const { width, height } = this.axes.area;
    const found = this.fields(cells).map((field) => contours(field, this.data.resolution, width, height));
    const path = found.map(({ line }) => line).join("");
    for (const line of [this.line, this.halo]) line.setAttribute("d", path);
    const regions = this.data.kind === "score" ? ["", found[0].region] : found.map(({ region }) => region);
    regions.forEach((region, mark) => HATCHES[mark % HATCHES.length] && this.regions[mark].setAttribute("d", region));
  }

  // Fields that are 0 on a boundary: the score, or each class's lead over the others.
  fields(cells) {
    if (this.data.kind === "number") return [];
    if (this.data.kind === "score") return [Array.from(cells, toShare)];
    return leads(cells, this.data.resolution, this.data.labels.length);
  }
}

// Each class's lead over the others around a point: smoothed, since a slanted boundary would be a staircase.
function leads(cells, n, count) {
  const clamp = (i) => Math.min(Math.max(i, 0), n - 1);
  const shares = Array.from({ length: count }, () => new Float64Array(n * n));
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      for (const [down, right, weight] of NEAR) {
        const cell = cells[clamp(row + down) * n + clamp(column + right)];
        if (cell < count) shares[cell][row * n + column] += weight;
      }
    }
  }
  const known = (i) => (cells[i] === NOT_A_NUMBER ? NaN : 0);
  return shares.map((own, mark) => Array.from(own, (share, i) => share + known(i) - Math.max(0, ...shares.map((other, k) => (k === mark ? 0 : other[i])))));
}

// The output encoded in a byte, from -1 to 1; a byte holds its square root.
function toShare(cell) {
  const root = (cell - MIDDLE) / MIDDLE;
  return cell === NOT_A_NUMBER ? NaN : root * Math.abs(root);
}
