// The quiz tab: asks for the gradients of a graph. The page marks answers and names slips.

import { button } from "./button.js";
import { editor } from "./editor.js";
import { latest } from "./latest.js";
import { coming, firstQuiz } from "./quiz_first.js";

const EXAMPLES = {
    "A chain": "(3*x - 1)**2",
    "Two paths": "x*y + x**2",
    "One neuron": "tanh(w*x + b)",
    "Used twice": "a = 2*x\ns = a*a\ny = a + s",
    "An error, squared": "(w*x + b - t)**2",
    "A quotient": "x / (x + y)",
    "A neuron with two inputs": "sigmoid(w1*x1 + w2*x2 + b)",
    "Two neurons in a row": "h = tanh(w1*x)\ny = (w2*h - 1)**2",
};
const OWN = "Your own";
const DEBOUNCE = 300; // milliseconds

export function quizTab(root, page) {
    const { python } = page;
    const names = Object.keys(EXAMPLES);
    const stage = element("div", { class: "autograd" });
    const soon = coming(() => stage.hasChildNodes());
    let numbers = {}, drawn = draw(), timer = null, begun = false, writing = false, own = false;

    const graph = choice("Graph", [...names, OWN].map((name) => [name, name]), (name) => take(EXAMPLES[name] ?? code.text()));
    const code = editor({
        text: EXAMPLES[names[0]],
        label: "The formula of the graph, or lines of Python",
        onChange() {
            clearTimeout(timer);
            graph.value = names.find((name) => EXAMPLES[name] === code.text()) ?? OWN;
            own = true;
            if (!writing) timer = setTimeout(build, DEBOUNCE);
            page.changed();
        },
    });
    const build = latest(() => soon.while(python.ask("ask", code.text(), numbers, drawn)), { done, failed: (error) => code.mark(error) });

    function done(answer) {
        code.mark(null);
        [numbers, drawn] = [answer.numbers, 0];
        page.changed();
        fresh.disabled = Object.keys(numbers).length === 0; // the text sets them all
        quizPage(stage, answer.page);
    }

    // Nothing was asked yet: show the quiz that needs no Python.
    async function first() {
        const made = await firstQuiz();
        if (own) return;
        if (made?.text === code.text()) done(made);
        else build();
    }

    const fresh = button("New numbers", () => {
        [drawn, own] = [draw(), true];
        build();
    });
    const other = button("Another graph", () => take(EXAMPLES[names[(names.indexOf(graph.value) + 1) % names.length]]));
    const mine = button("My expression", () => {
        const { text, numbers: given } = page.state("expression");
        take(text, given, 0);
    });
    mine.classList.add("quiz-mine");
    const on = button("Next graph", () => {
        other.click();
        root.scrollTo(0, 0);
        root.scrollIntoView({ block: "start" });
    });
    on.classList.add("main");

    // Ask about another graph, with these numbers or random ones.
    function take(text, given = {}, seed = draw()) {
        [numbers, drawn, own] = [given, seed, true];
        writing = true;
        code.write(text);
        writing = false;
        if (begun) build();
    }

    root.append(
        element("div", { class: "quiz-source" }, code.element, element("div", { class: "controls" }, element("label", {}, "Graph ", graph), fresh, other, mine)),
        soon.root,
        stage,
        element("div", { class: "quiz-on" }, on), // once everything is answered
    );
    return {
        begin() {
            if (begun) return;
            begun = true;
            if (own) build();
            else first();
        },
        state: () => ({ text: code.text(), numbers }),
        restore(state) {
            const given = Object.entries(state?.numbers ?? {}).filter(([, x]) => Number.isFinite(x));
            const text = typeof state?.text === "string" ? state.text : EXAMPLES[names[0]];
            take(text, Object.fromEntries(given), typeof state?.text === "string" ? 0 : draw());
        },
        code: () => asPython(code.text(), numbers),
        picture: () => stage.querySelector(".stage-picture svg"),
    };
}

// A seed for new numbers; 0 keeps the given ones.
const draw = () => 1 + Math.floor(Math.random() * 999_999);

// The quiz in Python: the variables, the lines, the quiz.
function asPython(text, numbers) {
    const leaves = Object.entries(numbers).map(([name, x]) => `${name} = Value(${x})`);
    const lines = text.trim().split("\n");
    const last = lines.at(-1);
    const named = /^\s*\w+\s*=[^=]/.test(last);
    const result = named ? last.match(/\w+/)[0] : "y";
    return ["from autograd import *", "", ...leaves, ...lines.slice(0, -1), named ? last : `y = ${last}`, `quiz(${result})`, ""].join("\n");
}
