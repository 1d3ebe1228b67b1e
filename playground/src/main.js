import "./safe.js";
import { address, keeping } from "./address.js";
import { checkTab } from "./check.js";
import { embed } from "./embed.js";
import { engine } from "./engine.js";
import { expressionTab } from "./expression.js";
import { greeting } from "./greeting.js";
import { playerKeys } from "./keys.js";
import { lessonTab } from "./lesson.js";
import { networkTab } from "./network.js";
import { keepOffline } from "./offline.js";
import { showPrinted } from "./printed.js";
import { quizTab } from "./quiz.js";
import { copied, share, toasts } from "./share.js";

const TABS = { expression: expressionTab, network: networkTab, check: checkTab, quiz: quizTab, lesson: lessonTab };
const NAME = "scalar-autograd playground";
const state = document.getElementById("state");
const retry = element("button", { type: "button", class: "retry", hidden: "" }, "Try again");
retry.addEventListener("click", () => python.again());
const python = engine({
    onState,
    onSlow: (slow) => (stop.hidden = !slow),
    onPrinted: (name, text) => text === undefined && name !== "show" || showPrinted(text),
});
const stop = element("button", { type: "button", class: "stop", hidden: "" }, "Stop");
stop.addEventListener("click", () => python.stop("stopped"));

// `about` is the fraction of Python loaded, or the error.
function onState(name, about) {
    const loading = about < 1 ? `Python is loading ${Math.round(100 * about)} %` : "starting …";
    state.textContent = { loading, ready: "Python is ready", failed: "Python could not be loaded" }[name];
    state.title = about?.message ?? "";
    retry.hidden = name !== "failed";
    state.dataset.state = name;
    if (name === "ready") offline ??= keepOffline(tell); // not earlier, which would load all files twice
}
let offline;

// What the page offers its tabs: `changed()` reports that a tab's content changed, `show(name, state)` goes to another tab,
// `state(name)` is a tab's state, `copy(text, what)` copies to the clipboard, `first` is what the expression tab shows before Python is loaded. A tab is { begin, state,
// restore, code, picture }: enough to show the same again, and to do the same in Python; optionally `title`, the window's, and
// `outdated`, true if an error keeps an earlier state on show.
const page = {
    python,
    first: JSON.parse(document.getElementById("first").textContent),
    changed() {
        const title = tabs[selected]?.title?.() ?? buttons.find((button) => nameOf(button) === selected).textContent;
        document.title = `${title} · ${NAME}`;
        link.changed();
    },
    show(name, state) {
        tabs[name].restore(state);
        select(name);
    },
    state: (name) => tabs[name].state(),
    select: (name) => select(name),
    copy: (text, what) => copied(text, what, tell),
};
const buttons = [...document.querySelectorAll("[role=tab]")];
const nameOf = (button) => button.getAttribute("aria-controls");
const tabs = {};
let selected = "expression";
for (const [name, tab] of Object.entries(TABS)) tabs[name] = keeping(tab(document.getElementById(name), page));
// after the tabs are made
const tell = toasts(document.querySelector(".playground"));
const greeted = greeting(document.getElementById("greeting"), { state: page.state, open: (lesson) => page.show("lesson", lesson) });
const embedded = embed(document.querySelector(".playground"), tabs);
const query = new URLSearchParams(location.search);
const link = address({ tabs, selected: () => selected, select, place, tell, framed: query.has("embed"), written: embedded.linked, broken: greeted.broken });
share(document.getElementById("share"), { tab: () => tabs[selected], name: () => selected, title: () => document.title, link: link.link, tell });
state.before(stop);
state.after(retry);

document.getElementById("theme").append(iconButton("look", "Switch between light and dark", switchTheme));

// A page that is served alone has no documentation to link to.
if (new URL("..", location).href === new URL(".", location).href) document.querySelector('footer a[href="../index.html"]').remove();

// Readers in a lesson don't lose their place.
for (const leaving of document.querySelectorAll(".bar h1 a, footer a")) {
    leaving.addEventListener("click", () => (leaving.target = tabs.lesson.underWay() ? "_blank" : ""));
}

// The place of a lesson's reader is the lesson, even beside another tab.
function place() {
    const step = selected === "lesson" || tabs.lesson.docked() ? tabs.lesson.place() : null;
    return step === undefined ? undefined : [selected, step];
}

function select(name) {
    tabs[name].wake();
    selected = name;
    for (const button of buttons) {
        const chosen = nameOf(button) === name;
        button.setAttribute("aria-selected", chosen);
        button.tabIndex = chosen ? 0 : -1;
        document.getElementById(nameOf(button)).hidden = !chosen;
        if (chosen) button.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    greeted.show(name);
    tabs[name].begin();
    page.changed();
}

for (const button of buttons) {
    button.addEventListener("click", () => select(nameOf(button)));
    button.addEventListener("keydown", ({ key }) => {
        const to = { ArrowRight: 1, ArrowLeft: -1, Home: 0, End: -1 }[key];
        if (to === undefined) return;
        const next = key.startsWith("Arrow") ? buttons.at((buttons.indexOf(button) + to) % buttons.length) : buttons.at(to);
        select(nameOf(next));
        next.focus();
    });
}

playerKeys();
link.open(query.has("lesson") ? "lesson" : embedded.first);
