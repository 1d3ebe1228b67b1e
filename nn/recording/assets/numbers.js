// The table: a row per name; per run its value and gradient and, for a single run, the next change.

class Numbers {
  constructor(runs, names, changed) {
    this.runs = runs;
    this.chosen = null;
    const [low, high] = extent(runs.flatMap((run) => run.data.gradients.flat()));
    this.largest = Math.max(-low, high);
    const heads = runs.flatMap((run) => ["value", "gradient", ...(run.title ? [] : ["next change"])].map((head) => `${run.title} ${head}`.trim()));
    const head = element("tr", {}, ...["parameter", ...heads].map((text) => element("th", { scope: "col" }, text)));
    this.rows = names.map((name) => {
      const button = element("button", { type: "button", class: "choose" }, name);
      const row = element("tr", {}, element("th", { scope: "row" }, button));
      const cells = heads.map(() => element("td"));
      row.append(...cells);
      button.addEventListener("click", () => {
        this.chosen = this.chosen === name ? null : name;
        changed();
      });
      return { name, row, button, cells };
    });
    const table = element("table", { class: "numbers" }, element("thead", {}, head), element("tbody", {}, ...this.rows.map(({ row }) => row)));
    const scrolled = element("div", { class: "sideways", tabindex: 0, role: "region", "aria-label": "Values and gradients" }, table);
    const title = element("h2", {}, "Parameters ", element("span", { class: "hint" }, "choose one to follow it"));
    this.element = element("section", { class: "panel", "aria-label": "Parameters", ...(names.length ? {} : { hidden: "" }) }, title, scrolled);
  }

  show() {
    for (const { name, row, button, cells } of this.rows) {
      row.classList.toggle("now", name === this.chosen);
      button.setAttribute("aria-pressed", name === this.chosen);
      const shown = this.runs.flatMap((run, i) => {
        const [value, gradient] = ["values", "gradients"].map((what) => run.number(what, name));
        const change = run.title ? [] : [[this.change(run.number("values", name, run.at + 1) - value)]];
        return [[this.number(value, i && this.differs("values", name))], [this.meter(gradient), this.number(gradient, i && this.differs("gradients", name))], ...change];
      });
      cells.forEach((cell, i) => cell.replaceChildren(...shown[i]));
    }
  }

  number(x, differs) {
    const mark = differs ? [element("span", { class: "unequal" }, "≠")] : [];
    return element("span", { class: "number" }, ...mark, x === undefined ? "—" : showNumber(x));
  }

  differs(what, name) {
    const [one, other] = this.runs.map((run) => run.number(what, name));
    return one !== undefined && other !== undefined && !Object.is(one + 0, other + 0);
  }

  change(x) {
    return Number.isNaN(x) ? "—" : `${x > 0 ? "▲" : x < 0 ? "▼" : "="} ${showNumber(Math.abs(x))}`;
  }

  // A bar from the middle to the side of the sign, scaled by the square root so small gradients show too.
  meter(gradient) {
    const share = this.largest > 0 ? Math.sqrt(Math.min(1, Math.abs(gradient) / this.largest)) : 0;
    const side = gradient < 0 ? "negative" : "positive";
    return element("span", { class: `meter ${side}`, style: `--share: ${Number.isFinite(share) ? share : 0}`, "aria-hidden": "true" });
  }
}
