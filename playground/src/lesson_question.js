// A step's question: a number, or one of several choices. Wrong numbers get the slip that leads to them.

import { button } from "./button.js";
import { inline, written } from "./lesson_text.js";

// `settled(how)` is called once, with "right", or "shown" if the reader gave up. `before` is how it was settled earlier.
export function lessonQuestion({ predict, hint, before, settled }) {
    const mark = element("p", { class: "lesson-mark", role: "status" });
    const asked = predict.choices ? choices(predict.choices, predict.question) : number(predict);
    const give = button("Show me", () => settle("shown"));
    const help = button("Hint", () => {
        tip.hidden = !tip.hidden;
        help.setAttribute("aria-expanded", !tip.hidden);
        tip.scrollIntoView({ block: "nearest" });
    });
    const tip = element("div", { class: "lesson-hint", role: "status", hidden: "" }, ...written(hint));
    help.setAttribute("aria-expanded", false);
    const more = element("div", { class: "lesson-more" }, ...(hint ? [help] : []), give);
    const root = element("div", { class: "lesson-question" }, asked.root, mark, more, tip);
    if (before) settle(before, true);

    function settle(how, earlier = false) {
        root.dataset.how = how;
        asked.solve();
        more.remove();
        tip.remove();
        mark.dataset.right = how === "right";
        mark.replaceChildren(...asked.said(how));
        if (!earlier) settled(how);
    }

    function number({ question, answer: [right, allowed], shown, slips }) {
        let typed = null; // the right answer as typed
        const id = `answer-${Math.random().toString(36).slice(2)}`;
        const field = element("input", { id, inputmode: "decimal", autocomplete: "off", spellcheck: "false" });
        const sign = signKey(field);
        const check = element("button", { class: "main" }, "Check");
        const row = element("div", { class: "lesson-row" }, field, sign, check);
        const form = element("form", {}, element("label", { for: id }, ...inline(question)), row);
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            if (root.dataset.how) return;
            const given = readAnswer(field.value);
            if (given === null) return say(unread(field.value));
            const near = ([x, off]) => Math.abs(given - toNumber(x)) <= off;
            if (near([right, allowed])) {
                typed = given;
                return settle("right");
            }
            const slip = slips.find(near)?.[2];
            const why = slip ? `: ${slip}${/[.?!]$/.test(slip) ? "" : "."}` : hint ? ". Try again, or take a hint." : ". Try again.";
            say(`${showNumber(given)} is not it${why}`);
            field.select();
        });
        return {
            root: form,
            solve() {
                field.readOnly = true;
                if (typed === null) field.value = shown;
                sign.remove();
                check.remove();
            },
            said(how) {
                const close = typed !== null && showNumber(typed, 4) !== shown ? [`${showNumber(typed)} is close to `] : [];
                return [how === "right" ? "Right: " : "It is ", ...close, element("strong", {}, shown)];
            },
        };
    }

    function choices(all, question) {
        const made = all.map((choice) => {
            const one = element("button", { type: "button" }, ...inline(choice.text));
            one.addEventListener("click", () => {
                if (root.dataset.how) return;
                if (choice.right) return settle("right");
                one.dataset.right = false;
                say(choice.say || "Not this one.");
            });
            return one;
        });
        const right = all.findIndex((choice) => choice.right);
        return {
            root: element("div", { role: "group", "aria-label": question }, element("p", { class: "lesson-asked" }, ...inline(question)), element("div", { class: "lesson-choices" }, ...made)),
            solve() {
                made.forEach((one, i) => {
                    if (i === right) one.dataset.right = true;
                    one.setAttribute("aria-disabled", true);
                });
            },
            said: (how) => [how === "right" ? "Right. " : `It is “${all[right].text}”. `, ...inline(all[right].say)],
        };
    }

    function say(text) {
        mark.dataset.right = false;
        mark.replaceChildren(...inline(text));
        mark.scrollIntoView({ block: "nearest" });
    }

    return { root };
}

function unread(text) {
    if (text.trim() === "") return "Type a number first: a guess will do.";
    const which = whichNumber(text);
    return which ? `${which}.` : "I can’t read this as a number: write one such as 2, −0.25 or 1/3.";
}
