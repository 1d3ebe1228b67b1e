// The leaves of a graph: each has a slider, a field, and its gradient as a button that explains it.

const ROOM = 10; // characters in a gradient
const MAX_BESIDE = 10; // characters of a name beside its slider; longer ones go above
const NUMBER = /[₀-₉]/g;

// All digits of a number, as Python source.
export const exact = (x) => (Object.is(x, -0) ? "-0.0" : Number.isFinite(x) ? String(x) : showNumber(x).replace("−", "-").toLowerCase());

// `moved(i, x)` and `asked(i)` receive a leaf's index.
export function leafList({ moved, asked }) {
    const rows = element("div", { class: "rows" });
    const heading = element("div", { class: "heading quiet", "aria-hidden": "true" });
    const root = element("div", { class: "leaves", role: "group", "aria-label": "Inputs and their gradients" }, heading, rows);
    let names = "", controls = [], gradients = [];

    function make(sliders) {
        controls = sliders.map(({ name }, i) => leafControl(name, (x) => moved(i, x)));
        sliders.forEach(({ name }, i) => controls[i].root.classList.toggle("long", name.length > MAX_BESIDE));
        gradients = sliders.map((_, i) => {
            const button = element("button", { type: "button", class: "gradient" });
            button.addEventListener("click", () => asked(i));
            controls[i].root.querySelector(".handles").append(button);
            return button;
        });
        rows.replaceChildren(...controls.map((control) => control.root));
    }

    function show({ sliders, numbers, fixed, gradients: slopes, page: { root: of } }) {
        const now = sliders.map(({ name }) => name).join("\n");
        if (now !== names) make(sliders);
        names = now;
        root.hidden = sliders.length === 0;
        heading.replaceChildren(element("span", {}, "data"), element("span", {}, "grad"));
        controls.forEach((control, i) => {
            const slope = toNumber(slopes[i]);
            control.show(toNumber(numbers[i]), sliders[i]);
            for (const input of control.root.querySelectorAll("input")) input.disabled = fixed[i];
            const broken = !Number.isFinite(slope);
            gradients[i].textContent = `${broken ? "⚠ " : ""}${numberWithin(slope, ROOM, 4)}`;
            gradients[i].className = `gradient ${broken ? "broken" : sign(slope)}`;
            gradients[i].title = exact(slope);
            gradients[i].dataset.leaf = sliders[i].name.replace(NUMBER, (digit) => digit.charCodeAt(0) - 0x2080);
            gradients[i].dataset.exact = exact(slope);
            gradients[i].setAttribute("aria-label", `∂${of}/∂${sliders[i].name} = ${showNumber(slope)}: explain`);
        });
    }

    // A gradient is shown once all of it has arrived: `reached(i)`.
    function reach(reached) {
        gradients.forEach((button, i) => (button.style.visibility = reached(i) ? "" : "hidden"));
    }

    return { root, show, reach };
}
