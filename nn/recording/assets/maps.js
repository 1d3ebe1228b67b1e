// Each neuron's output over the plane of two inputs, as a picture in its circle.

const MAP_CELLS = 16; // along each side

class NeuronMaps {
  constructor(box, states, plane) {
    Object.assign(this, { box, states, plane });
    this.layer = element("div", { class: "maps", "aria-hidden": "true" });
    this.canvases = new Map();
    this.input = element("input", { type: "checkbox" });
    this.input.addEventListener("change", () => this.show(this.at));
    this.choice = element("label", { class: "check" }, this.input, " maps over the plane (dark: lowest, light: highest)");
    box.querySelector(".network-box").append(this.layer);
    const resized = new ResizeObserver(() => {
      this.canvases.clear();
      if (this.at !== undefined) this.show(this.at);
    });
    resized.observe(box.querySelector(".network-picture"));
  }

  show(at) {
    this.at = at;
    this.layer.hidden = !this.input.checked;
    if (!this.input.checked) return;
    const numbers = this.responses();
    if (this.canvases.size === 0) this.place();
    for (const [i, canvas] of this.canvases) this.paint(canvas, numbers.map((values) => values[i]));
  }

  // The values of all neurons at each point of a grid, from the top, left to right.
  responses() {
    const [weight] = this.states.parameters(this.at);
    const along = (low, high, i) => low + ((high - low) * (i + 0.5)) / MAP_CELLS;
    const { x, y } = this.plane;
    return Array.from({ length: MAP_CELLS ** 2 }, (_, i) => {
      const point = [along(...x, i % MAP_CELLS), along(y[1], y[0], Math.floor(i / MAP_CELLS))];
      return this.states.values(weight, point);
    });
  }

  paint(canvas, numbers) {
    const context = canvas.getContext("2d", { willReadFrequently: true }); // kept in main memory, where we write it
    const image = context.createImageData(MAP_CELLS, MAP_CELLS);
    const [low, high] = extent(numbers);
    numbers.forEach((number, i) => {
      const share = high > low ? (number - low) / (high - low) : 0.5;
      if (Number.isFinite(share)) image.data.set([...rampColour(this.plane.ramp, share), 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }

  // A canvas over each circle.
  place() {
    const around = this.layer.parentElement.getBoundingClientRect();
    const discs = [...this.box.querySelectorAll(".network-picture [data-unit]:has(> .disc)")];
    this.canvases = new Map(discs.map((unit) => {
      const i = Number(unit.dataset.unit);
      const canvas = element("canvas", { width: MAP_CELLS, height: MAP_CELLS, "data-of": i });
      const { left, top, width, height } = unit.querySelector(".disc").getBoundingClientRect();
      const places = { left: left - around.left, top: top - around.top, width, height };
      for (const [name, px] of Object.entries(places)) canvas.style[name] = `${px}px`;
      return [i, canvas];
    }));
    this.layer.replaceChildren(...this.canvases.values());
  }
}
