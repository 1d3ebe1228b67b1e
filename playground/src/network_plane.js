// The plane of the network tab: outputs on a grid, painted from bytes, with the training and test samples.

const NAMES = { features: ["x₁", "x₂"] };

export class LivePlane extends Plane {
    // `pick(point)` is called after a click. The last `data.tested` points are the test's.
    constructor(data, resolution, pick) {
        super({ ...data, resolution, cells: [] }, NAMES, pick);
        this.title = this.element.querySelector("h2");
        this.own = this.title.textContent;
        this.axes.picture.setAttribute("aria-label", this.own);
        const first = data.points.length - data.tested;
        this.points.slice(first).forEach((point) => point.classList.add("tested"));
        if (data.tested) this.element.querySelector("figcaption").append(element("span", { class: "tested-legend" }, drawn("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, drawn("circle", { class: "sample tested-mark", cx: 7, cy: 7, r: 4 })), " for the test"));
        this.image = new ImageData(resolution, resolution);
        this.words = new Uint32Array(this.image.data.buffer);
        this.context = this.canvas.getContext("2d");
        new MutationObserver(() => this.recolour()).observe(document.querySelector(".playground"), { attributeFilter: ["data-theme"] });
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
        this.unit = null;
    }

    // Replace the legend of the classes with buttons that show them.
    offer(taps) {
        taps.draw((mark) => this.mark(mark, 7, 7));
        this.element.querySelector("figcaption").replaceChildren(taps.root, ...this.element.querySelectorAll("figcaption > .tested-legend"));
    }

    // Where a click was, without snapping to a nearby sample.
    snapped(event) {
        return this.free ? this.axes.at(event) : super.snapped(event);
    }

    recolour() {
        this.colours = null;
        if (this.seen) this.paint(this.seen);
    }

    // Each byte's colour as a 32-bit pixel.
    table() {
        const style = getComputedStyle(this.element);
        const classes = this.data.labels.map((_, mark) => rgb(style.getPropertyValue(`--class-${(mark % 10) + 1}`).trim()));
        const score = this.data.kind === "score" && this.unit === null;
        const table = new Uint32Array(256); // 255 has no colour: NaN
        for (let byte = 0; byte < 255; byte++) {
            const share = toShare(byte);
            const ramped = this.unit === null ? (share + 1) / 2 : byte / 254;
            const [r, g, b, a] = score ? [...classes[Number(share > 0)], 25 + 115 * Math.abs(share)] : [...rampColour(this.data.ramp, ramped), 255];
            table[byte] = (Math.round(a) << 24) | (b << 16) | (g << 8) | r;
        }
        return table;
    }

    paint(cells) {
        this.colours ??= this.table();
        const { colours, words } = this;
        for (let i = 0; i < cells.length; i++) words[i] = colours[cells[i]];
        this.context.putImageData(this.image, 0, 0);
    }

    // Paint the outputs of the network, or of the named unit.
    paintCells(cells, steps, unit, name) {
        if (unit !== this.unit) {
            this.unit = unit;
            this.colours = null;
            this.title.textContent = unit === null ? this.own : `${name} over the plane`;
            this.area.setAttribute("visibility", unit === null ? "visible" : "hidden");
        }
        this.seen = cells;
        this.paint(cells);
        if (this.axes.area && unit === null) this.outline(cells);
        this.axes.picture.setAttribute("aria-label", `${this.title.textContent} ${moment(steps)}`);
    }

    draw() {
        super.draw();
        if (this.seen && this.unit === null) this.outline(this.seen);
    }
}
