// What clicking the plane does: choose a sample, add one of a class, or erase one. The buttons double as the plane's legend.

const ACTS = { choose: "choose", "class 0": "class 0", "class 1": "class 1", erase: "erase" };
export const CHOOSE = "choose", ADD = "class 0", ERASE = "erase";

// `chosen(act)` receives one of ACTS; `mark(i)` in `draw` makes the marker of class i.
export function tapChoice(chosen) {
    const buttons = Object.keys(ACTS).map((act) => {
        const made = element("button", { type: "button" });
        made.addEventListener("click", () => choose(act));
        return made;
    });
    const root = element("div", { class: "taps", role: "group" }, element("span", { class: "quiet" }), ...buttons);

    function choose(act) {
        Object.keys(ACTS).forEach((each, i) => buttons[i].setAttribute("aria-pressed", each === act));
        chosen(act);
    }

    function draw(mark) {
        const word = matchMedia("(hover: none)").matches ? "Tap" : "Click";
        root.setAttribute("aria-label", `A ${word.toLowerCase()} on the plane`);
        root.firstElementChild.textContent = `${word}:`;
        Object.entries(ACTS).forEach(([act, text], i) => {
            const sign = act.startsWith("class") ? [drawn("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, mark(Number(act.at(-1)))), element("span", { class: "unseen" }, "adds ")] : [];
            buttons[i].replaceChildren(...sign, text);
        });
    }

    return { root, choose, draw };
}
