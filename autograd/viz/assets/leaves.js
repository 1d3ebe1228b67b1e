// A slider and a field for each leaf.

const FIELD_ROOM = 10; // characters of a number in a field
const SPECIAL = new Map([["nan", NaN], ["inf", Infinity], ["infinity", Infinity], ["∞", Infinity]]);

// The number in a text, as Python reads it or with a decimal comma; undefined if there is none.
function readNumber(text) {
  if (whichNumber(text)) return undefined;
  const [, sign, size] = text.trim().replace("−", "-").replace(",", ".").toLowerCase().match(/^([+-]?)(.*)$/s);
  const special = SPECIAL.get(size);
  if (special === undefined && !/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(size)) return undefined;
  return (sign === "-" ? -1 : 1) * (special ?? Number(size));
}

function refusal(text) {
  if (whichNumber(text)) return whichNumber(text);
  return `${text.trim() === "" ? "A number is missing" : `“${text.trim()}” is not a number`}: write 0.5, -2, 1e-3, inf or nan`;
}

// A number in at most `room` characters, with `digits` digits or fewer: cutting its text would make it wrong.
function numberWithin(x, room, digits) {
  const text = showNumber(x, digits);
  return text.length <= room || digits === 1 ? text : numberWithin(x, room, digits - 1);
}

// One leaf; `moved(x)` is called with its new number. `show` writes the number and the range of the slider.
function leafControl(name, moved) {
  const id = uniqueId("problem");
  const slider = pulled({ "aria-label": name }, moved, () => x);
  const range = ranged(slider);
  const field = element("input", { inputmode: "decimal", autocomplete: "off", spellcheck: "false", "aria-label": `${name}, as a number` });
  const problem = element("span", { class: "problem", id, role: "alert" });
  const label = element("span", { class: "name" }, ...breakable(name));
  const root = element("div", { class: "leaf", role: "group", "aria-label": name }, label, element("span", { class: "handles" }, range.root, field), problem);
  let x = 0;

  function refuse(message) {
    problem.textContent = message;
    setAttributes(field, { "aria-invalid": message ? true : null, "aria-describedby": message ? id : null });
  }

  function write(whole = false) {
    field.value = whole && Number.isFinite(x) ? String(x) : numberWithin(x, FIELD_ROOM, 6);
  }

  function enter() {
    const read = readNumber(field.value);
    refuse(read === undefined ? refusal(field.value) : "");
    if (read !== undefined) moved(read);
  }

  field.addEventListener("focus", () => {
    if (!field.hasAttribute("aria-invalid")) write(true); // all digits, for editing
    field.select();
  });
  field.addEventListener("change", enter);
  field.addEventListener("blur", () => field.hasAttribute("aria-invalid") || write());
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") enter();
    if (event.key !== "Escape") return;
    refuse("");
    write(true);
  });

  return {
    root,
    show(number, { low, high, step }) {
      const same = Object.is(x, number);
      x = number;
      Object.assign(slider, { min: low, max: high, step });
      range.write();
      if (Number.isFinite(x)) slider.value = x;
      slider.setAttribute("aria-valuetext", showNumber(x));
      if (same && field.value !== "") return; // it may be being edited
      refuse("");
      write(field.matches(":focus"));
    },
  };
}
