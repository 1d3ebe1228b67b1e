// The check tab: a function and a gradient derived by hand; what the engine says of them.

import { editor } from "./editor.js";
import { latest } from "./latest.js";

const START = `# A loss, and its gradients as they were derived by hand. Is each right? If not, what went wrong?
def loss(w, b):
    return (tanh(w * 1.5 + b) - 0.5) ** 2

def by_hand(w, b):
    z = math.tanh(w * 1.5 + b)
    return 2 * (z - 0.5) * 1.5, 2 * (z - 0.5) * (1 - z * z)

audit(loss, by_hand, at=(0.8, -0.4))
`;

export function checkTab(root, { python, changed }) {
    const answer = element("div", { class: "answer", "aria-live": "polite" });
    const code = editor({ text: START, label: "A function and its gradient, as Python", onChange: changed });
    const run = element("button", { type: "button" }, "Check");
    const check = latest(() => python.ask("answer", code.text()), {
        done(html) {
            code.mark(null);
            // Written by the engine, which escapes what a user wrote; scripts in it would not run (Content-Security-Policy).
            answer.innerHTML = html;
        },
        failed: (error) => code.mark(error),
    });
    run.addEventListener("click", check);
    root.append(element("div", { class: "left" }, code.element, element("div", { class: "controls" }, run)), answer);
    return {
        begin: () => answer.childElementCount === 0 && check(),
        state: () => ({ text: code.text() }),
        restore: (state) => code.write(typeof state?.text === "string" ? state.text : START),
        code: code.text,
        picture: () => null,
    };
}
