// The shelf of lessons, and lessons from a teacher's own file.

import { button } from "./button.js";
import { startAgain } from "./lesson_again.js";
import { forget, progress } from "./lesson_progress.js";

let shelf; // a promise, once requested

// The page's lessons: [{ name, title, about, minutes, steps }].
export function lessons() {
    shelf ??= fetched("index").catch((error) => {
        shelf = undefined; // retried next time
        throw error;
    });
    return shelf;
}

// A lesson of the shelf, prepared at build time.
export async function lessonNamed(name) {
    const known = await lessons();
    if (!known.some((one) => one.name === name)) throw new Error(`There is no lesson “${name}” here; there are ${known.map((one) => one.name).join(", ")}.`);
    return fetched(name);
}

async function fetched(name) {
    const answer = await fetch(`lessons/${name}.json`);
    if (!answer.ok) throw new Error(`The lesson could not be loaded (${answer.status}).`);
    return answer.json();
}

// The cards of all lessons; `start(name)` opens one, `read(text, file)` opens one from a file.
export function shelfView(known, { start, read }) {
    const cards = known.map(({ name, title, about, minutes, steps }) => {
        const { step, done } = progress(name, steps);
        const finished = step >= steps;
        const open = button(finished ? "Look through it" : step > 0 ? `Go on with step ${step + 1}` : "Start", () => start(name, finished ? 0 : step));
        open.setAttribute("aria-label", `${open.textContent}: ${title}`);
        open.classList.add("main");
        const facts = [steps === 1 ? "1 step" : `${steps} steps`, ...(minutes ? [`about ${minutes} minutes`] : []), ...(finished ? [`done, ${count(done, "right")} right`] : [])];
        const again = startAgain(() => {
            forget(name);
            start(name, 0);
        }, title);
        again.hidden = Object.keys(done).length === 0;
        const buttons = element("div", { class: "lesson-card" }, open, again);
        return element("li", {}, element("h3", {}, title), element("p", {}, about), element("p", { class: "quiet" }, facts.join(" · ")), buttons);
    });
    const file = element("input", { type: "file", accept: ".json,application/json", id: "lesson-file" });
    file.addEventListener("change", async () => {
        const [chosen] = file.files;
        if (chosen) read(await chosen.text(), chosen.name);
        file.value = "";
    });
    const own = element("p", {}, element("label", { for: file.id }, "Open your file: "), file);
    const files = known.flatMap(({ name, title }, i) => [i ? ", " : "", element("a", { href: `lessons/files/${name}.json`, download: "" }, title)]);
    const write = element("p", {}, "A lesson is a text file. Take one of these and make yours of it: ", ...files, ".");
    const hand = element("p", {}, "Once it is open, Share → Copy link gives the link for your class: the whole lesson is in it.");
    return element("div", { class: "lesson-shelf" }, element("h2", { tabindex: -1 }, "Lessons"), element("ol", {}, ...cards),
        element("details", { class: "lesson-own" }, element("summary", {}, "For teachers: your own lesson"), write, own, hand));
}

const count = (done, how) => Object.values(done).filter((one) => one === how).length;
