// Axes with ticks and labels, drawn at their size on the screen so text is never scaled.

// The smallest and largest finite numbers, or 0 and 1 if there are none.
function extent(numbers) {
  const finite = numbers.map(toNumber).filter(Number.isFinite);
  return finite.length ? [Math.min, Math.max].map((choose) => finite.reduce((x, y) => choose(x, y))) : [0, 1];
}

// About `count` round numbers from `low` to `high`, at least two; integers if `whole`.
function ticks(low, high, count, whole = false) {
  const rough = Math.max((high - low) / count, whole ? 1 : Number.MIN_VALUE);
  const unit = 10 ** Math.floor(Math.log10(rough));
  const at = (step) => {
    const first = Math.ceil(low / step - 1e-9);
    return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
  };
  const steps = [10, 5, 2, 1].map((n) => n * unit);
  const coarse = steps.findLastIndex((step) => step >= rough * 0.999);
  return steps.slice(coarse).map(at).find((found) => found.length > 1) ?? []; // the range is too narrow for floats
}

// Tick labels, with four digits or as many as it takes to tell them apart.
function tickTexts(found) {
  const step = Math.min(...found.slice(1).map((tick, i) => tick - found[i]));
  const exact = (tick) => [4, 5, 6, 7, 8, 9, 10, 11, 12].find((digits) => Math.abs(tick.toPrecision(digits) - tick) < step / 100);
  return found.map((tick) => showNumber(tick, exact(tick) ?? 15));
}

// About `count` round numbers from `low` to `high`, at least two: powers of 10, and 2 and 5 times those if space allows.
function logarithmicTicks(low, high, count) {
  const inside = (tick) => low <= tick * (1 + 1e-9) && tick <= high * (1 + 1e-9);
  const powers = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) powers.push(10 ** power);
  const fine = powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(inside);
  const coarse = powers.filter(inside);
  if (fine.length <= 1.5 * count || coarse.length < 2) return fine;
  const every = coarse.length <= 1.5 * count ? 1 : Math.ceil(coarse.length / count);
  return coarse.filter((_, i) => i % every === 0);
}

const TAP = 8; // pixels that a finger may move during a tap

// `x` and `y` are { label, low, high } with `whole` or `logarithmic`; a plane has a `ratio` of height to width.
// `draw(axes)` is called whenever the size changes; X(x) and Y(y) then give positions in `marks`.
class Axes {
  constructor({ x, y, ratio = null, draw, picture = {} }) {
    Object.assign(this, { x, y, ratio, draw });
    this.scale = y.logarithmic ? Math.log10 : (number) => number;
    this.rules = drawn("g", { class: "rules", "aria-hidden": "true" });
    this.marks = drawn("g");
    this.picture = drawn("svg", { role: "img", ...picture }, this.rules, this.marks);
    this.element = element("div", { class: "axes" }, this.picture);
    new ResizeObserver(() => this.layout()).observe(this.element);
  }

  layout() {
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    if (!width || !height) return;
    const labels = tickTexts(this.ticksOf(this.y, height / 36)).map((text) => text.length);
    this.margin = 30 + 7 * Math.max(...labels, 1);
    let [left, right, top, bottom] = [this.margin, width - 14, 8, height - 40];
    if (this.ratio !== null) {
      const across = Math.min(right - left, (bottom - top) / this.ratio);
      const spare = (right - left - across) / 2;
      [left, right] = [left + spare, right - spare];
      bottom -= (bottom - top - across * this.ratio) / 2;
      top = bottom - across * this.ratio;
    }
    this.area = { left, right, top, bottom, width: right - left, height: bottom - top };
    this.rule();
    this.draw(this);
  }

  ticksOf({ low, high, whole, logarithmic }, count) {
    return (logarithmic ? logarithmicTicks : ticks)(low, high, Math.max(count, 2), whole);
  }

  rule() {
    const { left, right, top, bottom, width, height } = this.area;
    const middle = (top + bottom) / 2;
    const [ys, xs] = [this.ticksOf(this.y, height / 36), this.ticksOf(this.x, width / 64)];
    const up = tickTexts(ys).flatMap((text, i) => [
      drawn("path", { class: "rule", d: `M${left - 4} ${this.Y(ys[i])}H${right}` }),
      drawn("text", { class: "end", x: left - 8, y: this.Y(ys[i]) + 4 }, text),
    ]);
    const across = tickTexts(xs).flatMap((text, i) => [
      drawn("path", { class: "rule", d: `M${this.X(xs[i])} ${bottom}v4` }),
      drawn("text", { class: "middle", x: this.X(xs[i]), y: bottom + 17 }, text),
    ]);
    const names = [
      drawn("text", { class: "middle name", x: (left + right) / 2, y: bottom + 34 }, this.x.label),
      drawn("text", { class: "middle name", transform: `translate(${left - this.margin + 12} ${middle}) rotate(-90)` }, this.y.label),
    ];
    const frame = drawn("path", { class: "frame", d: `M${left} ${top}V${bottom}H${right}` });
    this.rules.replaceChildren(...up, ...across, frame, ...names);
  }

  X(x) {
    return this.area.left + ((x - this.x.low) / (this.x.high - this.x.low)) * this.area.width;
  }

  Y(y) {
    const [low, high] = [this.scale(this.y.low), this.scale(this.y.high)];
    return this.area.bottom - ((this.scale(y) - low) / (high - low)) * this.area.height;
  }

  // Call `act(event)` on a tap and throughout a drag. A finger moving up or down scrolls (touch-action), so wait to find out.
  onDrag(act) {
    const { picture } = this;
    picture.addEventListener("pointerdown", (down) => {
      const far = ({ clientX, clientY }) => [clientX - down.clientX, clientY - down.clientY].map(Math.abs);
      const over = new AbortController();
      const on = (name, heard) => picture.addEventListener(name, (event) => event.pointerId === down.pointerId && heard(event), { signal: over.signal });
      let dragged = down.pointerType === "mouse";
      if (dragged) act(down);
      picture.setPointerCapture(down.pointerId);
      on("pointermove", (event) => {
        const [across, along] = far(event);
        dragged ||= across > TAP && across > along;
        if (dragged) act(event);
      });
      on("pointerup", (event) => !dragged && Math.max(...far(event)) <= TAP && act(event));
      on("lostpointercapture", () => over.abort());
    });
  }

  // The data coordinates of a place on the screen.
  at(event) {
    const box = this.picture.getBoundingClientRect();
    const { left, bottom, width, height } = this.area;
    const across = (event.clientX - box.left - left) / width;
    const up = (bottom - (event.clientY - box.top)) / height;
    return [this.x.low + across * (this.x.high - this.x.low), this.y.low + up * (this.y.high - this.y.low)];
  }
}
