// The live page: a slider for each leaf; Python computes the graph again.

function leafSliders(model, leaves) {
  const panel = element("div", { class: "panel leaves", role: "group", "aria-label": "Leaves" });
  const shown = leaves.map(({ name, low, high, step }, i) => {
    const slider = element("input", { type: "range", min: low, max: high, step, "aria-label": name });
    const number = element("span", { class: "counter" });
    slider.addEventListener("input", () => {
      model.set("values", model.get("values").with(i, Number(slider.value)));
      model.save_changes();
    });
    panel.append(element("label", {}, element("span", {}, name), slider, number));
    return () => {
      const x = model.get("values")[i];
      if (Number(slider.value) !== x) slider.value = x;
      number.textContent = showNumber(x);
      slider.setAttribute("aria-valuetext", showNumber(x));
    };
  });
  const follow = () => shown.forEach((show) => show());
  model.on("change:values", follow);
  follow();
  return panel;
}

function render({ model, el }) {
  const page = () => JSON.parse(model.get("page"));
  const root = element("div", { class: "autograd", "data-lm-suppress-shortcuts": true }); // the keys are ours, not JupyterLab's
  el.append(root);
  const update = mount(root, page(), root);
  root.querySelector(".bar").after(leafSliders(model, page().leaves));
  model.on("change:page", () => update(page()));
}

export default { render };
