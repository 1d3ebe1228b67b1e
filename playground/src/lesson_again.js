// "Start again": forgets a lesson's answers, after asking for confirmation.

import { button } from "./button.js";

// `forget()` does it; `title` is the lesson's, where there are several.
export function startAgain(forget, title) {
    const root = element("span", { class: "lesson-again" });
    const ask = button("Start again", () => {
        root.replaceChildren("Forget all answers?", button("Yes", forget), button("No", rest));
        root.querySelector("button").focus();
    });
    if (title) ask.setAttribute("aria-label", `Start again: ${title}`);

    function rest() {
        root.replaceChildren(ask);
        ask.focus();
    }

    root.append(ask);
    return root;
}
