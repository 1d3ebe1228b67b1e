// Tells first-time visitors, with or without a link, what this page is, and leads to a lesson.

import { underWay } from "./lesson_progress.js";
import { isRegression, validated } from "./network_choices.js";

const LESSON = "backpropagation-in-ten-minutes";
const WORDS = {
    expression: () => "Gradients say how much the result changes when an input changes a little.",
    network: (state) => `A small network learns to ${isRegression(validated(state)) ? "predict a number" : "tell ● from ▲"}. Press Play.`,
    check: () => "Is this gradient, derived by hand, right? Press Check.",
    quiz: () => "What are the gradients of this graph? Fill them in.",
};

// `state(name)` is the state of a tab, `open(lesson)` opens a lesson.
export function greeting(root, { state, open }) {
    const page = document.documentElement;
    const [words, lesson, shut] = root.querySelectorAll("span, button");
    lesson.addEventListener("click", () => {
        keep();
        open(page.dataset.visit === "lesson" ? underWay() : { name: LESSON });
    });
    shut.addEventListener("click", () => {
        keep();
        close();
        document.querySelector("[role=tab][aria-selected=true]").focus();
    });

    function keep() {
        if (page.dataset.visit === "lesson") return; // shown until the lesson is finished
        try {
            localStorage.setItem(`greeted ${page.dataset.visit}`, "yes");
        } catch {
            // then it shows again
        }
    }

    const close = () => (page.dataset.visit = "");

    // The visible tab. Readers in a lesson don't need the greeting.
    function show(name) {
        if (name === "lesson") close();
        const begun = page.dataset.visit === "lesson" && underWay();
        if (begun) {
            root.setAttribute("aria-label", "Your lesson");
            words.textContent = "You are in the middle of a lesson.";
            root.classList.add("told");
            lesson.textContent = `Go on with step ${begun.step + 1}`;
        }
        if (page.dataset.visit !== "link") return;
        words.textContent = WORDS[name](state(name));
        root.classList.add("told");
        lesson.textContent = "What is this? (10 minutes)";
    }

    // The address couldn't be shown: treat this as a first visit.
    function broken() {
        if (page.dataset.visit === "link" && !root.classList.contains("told")) page.dataset.visit = "new";
    }

    return { show, broken };
}
