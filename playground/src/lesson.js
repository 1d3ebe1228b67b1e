// Lessons, step by step: each has a text, something to see, and a question before the answer.

import { button } from "./button.js";
import { startAgain } from "./lesson_again.js";
import { lessonPicture } from "./lesson_picture.js";
import { keep, OWN, progress } from "./lesson_progress.js";
import { lessonQuestion } from "./lesson_question.js";
import { lessonNamed, lessons, shelfView } from "./lesson_shelf.js";
import { written } from "./lesson_text.js";

const TABS = { expression: "Expression", network: "Network", check: "Check", quiz: "Quiz" };
const RELEASE = 200; // milliseconds between checks of whether a slider is still held

export function lessonTab(root, page) {
    const { python } = page;
    const view = element("div", { class: "lesson" });
    const dock = element("aside", { class: "lesson-dock", "aria-label": "Lesson" });
    let lesson = null, of = {}, at = 0, done = {}, tasks = [], picture = null, docked = false, listening = null, turn = 0, loading = 0;
    root.append(view);

    const key = () => of.name ?? `${OWN}${lesson.title}`;

    // -- which lesson

    async function shelf(focus = true) {
        [lesson, of] = [null, {}];
        leave();
        const mine = ++turn;
        await attempt(async () => {
            const known = await lessons();
            if (mine !== turn) return;
            view.replaceChildren(shelfView(known, { start: (name, step) => open({ name }, step), read }));
            if (focus) view.querySelector("h2").focus();
        });
    }

    // `what` is { name } for a lesson of the shelf, or { lesson } with the whole lesson.
    async function open(what, step, { file = "the lesson in the link", left = false } = {}) {
        const mine = ++turn;
        view.replaceChildren(element("p", { class: "quiet", role: "status" }, "The lesson is loading …"));
        await attempt(async () => {
            const found = what.name ? await lessonNamed(what.name) : await python.ask("open_lesson", JSON.stringify(what.lesson), file);
            if (mine !== turn) return;
            [lesson, of] = [found, what];
            const kept = progress(key(), lesson.steps.length);
            ({ done, tasks } = kept);
            go(step ?? (kept.step < lesson.steps.length ? kept.step : 0), left);
        });
    }

    async function read(text, file) {
        await attempt(async () => {
            let own;
            try {
                own = JSON.parse(text);
            } catch {
                await python.ask("open_lesson", text, file); // which reports what is wrong
            }
            await open({ lesson: own }, 0, { file });
        });
    }

    async function attempt(act) {
        loading++;
        try {
            await act();
        } catch (error) {
            leave();
            const back = button("All lessons", () => shelf());
            view.replaceChildren(element("p", { class: "slip", role: "alert" }, error.message), back);
        } finally {
            loading--;
            page.changed();
        }
    }

    // -- a step

    // `left`: keep the tab it shows as the reader left it.
    function go(step, left = false) {
        at = Math.min(Math.max(step, 0), lesson.steps.length);
        keep(key(), { step: at, steps: lesson.steps.length, done, tasks });
        leave();
        if (at === lesson.steps.length) end();
        else draw(lesson.steps[at], left);
        view.querySelector("h2").focus({ preventScroll: true });
        root.scrollTo(0, 0);
        view.scrollIntoView({ block: "start" });
        page.changed();
    }

    function leave() {
        picture?.close();
        picture = null;
        undock();
    }

    function draw(step, left) {
        const how = done[at];
        const answer = element("div", { class: "lesson-answer" });
        const next = button("", () => {
            if (!step.predict && !step.check) done[at] = "done"; // it only needed reading
            go(at + 1);
        });
        const state = { how, tried: !step.show?.tab, predicted: !step.predict || how !== undefined, checked: !step.check || tasks.includes(at), parts: [] };
        const task = element("p", { class: "lesson-task", role: "status" });
        const after = element("div", { class: "lesson-after", role: "status" });
        if (step.picture) {
            picture = lessonPicture({ step, python, open: state.predicted, task, reached });
        }
        const parts = [element("h2", { tabindex: -1 }, step.title), ...written(step.text)];
        view.replaceChildren(head(), element("div", { class: "lesson-words" }, ...parts), ...(picture ? [picture.root] : []), answer, foot(next));
        picture?.place(); // now, so the page has its final length before it scrolls to the top
        if (step.predict) answer.append(lessonQuestion({ predict: step.predict, hint: step.hint, before: how === "done" ? "shown" : how, settled }).root);
        answer.append(after);
        if (step.predict === null && step.check && step.hint) answer.append(element("details", {}, element("summary", {}, "Hint"), ...written(step.hint)));
        tell();
        if (step.show?.tab) {
            tab(step, left, () => {
                state.tried = true;
                tell();
            });
        }

        function settled(how) {
            Object.assign(state, { predicted: true, how });
            picture?.reveal();
            tell();
            remember();
            if (step.check) {
                for (const part of [".lesson-change", ".leaves", ".lesson-task"]) picture.root.querySelector(part)?.scrollIntoView({ block: "nearest" });
                return;
            }
            next.focus({ preventScroll: true });
            after.scrollIntoView({ block: "nearest" });
        }

        function reached(parts) {
            if (state.checked || !step.check) return;
            if (parts.every(Boolean)) return checked();
            if (parts.join() !== state.parts.join()) {
                state.parts = parts;
                tell();
            }
        }

        // While a slider is held or a formula typed, nothing else moves.
        function checked() {
            state.checked = true;
            tasks.push(at);
            tell();
            remember();
            const look = () => (picture?.root.querySelector(":active") ? setTimeout(look, RELEASE) : after.scrollIntoView({ block: "nearest" }));
            if (!step.show.edit) look();
        }

        // Next to the task, since the question may be out of sight by then.
        function verdict() {
            const shown = step.predict?.shown;
            if (state.how === "right") return [shown ? `✓ Right: ${shown}. ` : "✓ Right. "];
            return shown ? [`It is ${shown}. `] : [];
        }

        // The parts of a task, each ticked once fulfilled.
        function goals() {
            const { parts } = step.check;
            if (parts.length === 1) return [];
            return parts.map((part, i) => {
                const done = state.checked || state.parts[i] === true;
                return element("span", { class: "lesson-goal", "data-done": done }, `${done ? "✓" : "○"} ${part}`);
            });
        }

        function remember() {
            done[at] = state.how ?? "done";
            keep(key(), { step: at, steps: lesson.steps.length, done, tasks });
            view.querySelector("[aria-current=step]").dataset.how = done[at];
            view.querySelector(".lesson-again").classList.remove("idle");
        }

        function tell() {
            const ready = state.predicted && state.checked;
            if (step.check && state.predicted) {
                task.dataset.done = state.checked;
                task.replaceChildren(...(state.checked ? [] : [...verdict(), element("strong", {}, "Now try: ")]), step.check.task, ...goals());
            }
            if (ready && after.childElementCount === 0) after.append(...written(step.after));
            next.textContent = ready ? (at + 1 < lesson.steps.length ? "Next" : "Finish") : "Skip";
            next.classList.toggle("main", ready && state.tried);
        }
    }

    function head() {
        const dots = lesson.steps.map(({ title }, i) => {
            const dot = button(i + 1, () => go(i));
            dot.setAttribute("aria-label", `Step ${i + 1}: ${title}`);
            if (i === at) dot.setAttribute("aria-current", "step");
            if (done[i]) dot.dataset.how = done[i];
            return element("li", {}, dot);
        });
        const place = at < lesson.steps.length ? `Step ${at + 1} of ${lesson.steps.length}` : "Done";
        const again = startAgain(() => {
            [done, tasks] = [{}, []];
            go(0);
        });
        again.classList.toggle("idle", Object.keys(done).length === 0); // keeps its space, so that nothing moves later
        return element("div", { class: "lesson-head" },
            element("p", {}, element("strong", {}, lesson.title), element("span", { class: "quiet" }, ` ${place}`)),
            element("nav", { "aria-label": "Steps of the lesson" }, element("ol", {}, ...dots)), again);
    }

    function foot(next) {
        const back = button("Back", () => go(at - 1));
        back.disabled = at === 0;
        const all = button("All lessons", () => shelf());
        return element("div", { class: "lesson-foot" }, all, back, ...(next ? [next] : []));
    }

    async function end() {
        const asked = lesson.steps.filter((step) => step.predict).length;
        const right = lesson.steps.filter((step, i) => step.predict && done[i] === "right").length;
        const words = element("div", { class: "lesson-words" }, element("h2", { tabindex: -1 }, "Done"),
            element("p", {}, `You found ${right} of ${asked} answers yourself.`), ...written(lesson.recap));
        const more = element("div", { class: "lesson-on" }, button("Try the quiz", () => page.select("quiz")), button("Play with a network", () => page.select("network")));
        if (of.name) more.append(button("Share this lesson", () => page.copy(new URL(`?lesson=${of.name}`, location.href.replace(/[?#].*/s, "")).href, "Link")));
        words.append(more);
        view.replaceChildren(head(), words, foot());
        const mine = turn;
        const known = await lessons().catch(() => []);
        const following = known[known.findIndex(({ name }) => name === of.name) + 1];
        if (mine !== turn || at < lesson.steps.length) return;
        if (of.name && following) {
            const on = button(`Next lesson: ${following.title}`, () => open({ name: following.name }));
            on.classList.add("main");
            more.prepend(on);
        }
    }

    // -- beside another tab

    // `tried()` is called on any key or click there.
    function tab({ show }, left, tried) {
        dock.append(view);
        const main = root.parentElement;
        listening = new AbortController();
        const heard = ({ target }) => document.getElementById(show.tab).contains(target) && tried();
        main.addEventListener("click", heard, { signal: listening.signal });
        main.prepend(dock);
        main.classList.add("docked");
        docked = true;
        if (show.state && !left) page.show(show.tab, show.state);
        else page.select(show.tab); // as the reader left it
    }

    function undock() {
        if (!docked) return;
        docked = false;
        listening.abort();
        root.append(view);
        dock.remove();
        root.parentElement.classList.remove("docked");
        page.select("lesson");
    }

    return {
        begin() {
            if (docked) {
                const { tab: name } = lesson.steps[at].show;
                undock();
                view.querySelector(".lesson-answer").prepend(button(`Go to the tab ${TABS[name]}`, () => go(at)));
            }
            if (turn > 0) return;
            const asked = new URLSearchParams(location.search).get("lesson"); // from another page's link
            if (asked === null) shelf(false);
            else open({ name: asked });
        },
        state: () => (turn === 0 ? null : lesson === null ? {} : { ...of, step: at }),
        place: () => (loading > 0 ? undefined : lesson === null ? null : { ...of, step: at }),
        docked: () => docked,
        // Show the content for this place in tab `name`, unless it is already there.
        visit(name, step) {
            if (step === null) {
                if (docked) page.select("lesson");
                if (name === "lesson" && (lesson !== null || turn === 0)) return shelf(false);
                return;
            }
            const { step: to, ...what } = step, same = JSON.stringify(what) === JSON.stringify(of);
            if (!same || lesson === null) return open(what, to, { left: true });
            if (to !== at || (name !== "lesson" && !docked)) go(to, true);
        },
        restore(state) {
            const step = Number.isInteger(state?.step) ? state.step : undefined;
            if (typeof state?.name === "string") open({ name: state.name }, step);
            else if (state?.lesson && typeof state.lesson === "object") open({ lesson: state.lesson }, step);
            else shelf(false);
        },
        code() {
            const { code, at: numbers } = lesson?.steps[at]?.show ?? {};
            if (code === undefined) return "";
            return python.ask("program", code, numbers ?? {}).then((made) => made.code, () => code);
        },
        picture: () => picture?.svg() ?? null,
        title: () => lesson?.title ?? "Lessons",
        underWay: () => lesson !== null && at < lesson.steps.length,
    };
}
