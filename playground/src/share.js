// The share menu: a link, a notebook, a program, a picture, embed code.

import { MAX_LINK } from "./link.js";
import { notebook } from "./notebook.js";
import { png, standalone } from "./picture.js";
import { withInstall } from "./program.js";

const TOAST = 6000; // milliseconds
const LINKED = { expression: " It shows the gradients; one from the Quiz tab asks for them.", quiz: " It asks for the gradients." };

function save(blob, name) {
    const address = URL.createObjectURL(blob);
    element("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const file = (text, type) => new Blob([text], { type });

// Short messages, read out by screen readers.
export function toasts(root) {
    const box = element("div", { class: "toast", role: "status" });
    let timer;
    root.append(box);
    return (...message) => {
        clearTimeout(timer);
        box.replaceChildren(...message);
        const stays = box.querySelector("input, textarea") !== null;
        if (stays) box.append(closing(box));
        else timer = setTimeout(() => box.replaceChildren(), TOAST);
    };
}

function closing(box) {
    const close = element("button", { type: "button", "aria-label": "Close" }, "×");
    close.addEventListener("click", () => box.replaceChildren());
    return close;
}

// Copy a text and tell the user, with more about it.
export async function copied(text, what, tell, more = "") {
    try {
        await navigator.clipboard.writeText(text);
        tell(`${what} copied.${more}`);
    } catch { // no permission, or an insecure context
        const field = element("textarea", { readonly: "", rows: 3, "aria-label": what });
        field.value = text;
        tell(`${what}: copy it from here.${more}`, field);
        field.select();
    }
}

// `tab()` is the visible tab, `name()` its name, `title()` what it shows, `link()` its address, or null if too long.
export function share(root, { tab, name, title, link, tell }) {
    const copy = (text, what, more) => copied(text, what, tell, more);

    async function withLink(act) {
        const address = await link();
        if (address === null) tell(`This is too long for a link (more than ${MAX_LINK.toLocaleString("en")} characters): save it as a notebook.`);
        else await act(address);
    }

    const program = async () => {
        const text = await tab().code();
        if (!text) throw new Error("there is no program of this");
        return text;
    };

    function drawing() {
        const svg = tab().picture();
        if (!svg) throw new Error("there is no picture here");
        return svg;
    }

    const embedded = (address) => {
        const place = new URL(address);
        place.searchParams.set("embed", "");
        return `<iframe src="${place.href.replace("embed=", "embed")}" title="${title().replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" width="100%" height="600" style="border: 0" allow="clipboard-write"></iframe>`;
    };

    // The device's own share sheet: mail, chat, … Cancelling it is not an error.
    const send = (address) => navigator.share({ title: title(), url: address }).catch((error) => {
        if (error.name !== "AbortError") throw error;
    });

    const ENTRIES = {
        ...(navigator.share ? { "Send …": () => withLink(send) } : {}),
        "Copy link": () => withLink((address) => copy(address, "Link", LINKED[name()])),
        "Copy as Python": async () => copy(withInstall(await program()), "Program"),
        "Copy as PyTorch": async () => {
            if (!tab().forPyTorch) throw new Error("the Expression and the Network tab write programs for PyTorch");
            const text = await tab().forPyTorch();
            const [, limits] = text.match(/^# (.*)/) ?? []; // what the program lacks
            await copy(text, "Program for PyTorch", limits && ` ${limits}`);
        },
        "Open in a notebook": async () => {
            const made = { title: title(), link: await link(), code: await program(), drawing: (await tab().drawing?.()) ?? "" };
            save(file(notebook(made), "application/x-ipynb+json"), `${name()}.ipynb`);
            tell("The notebook is saved: open it in Jupyter, VS Code or Colab.");
        },
        "Download picture (SVG)": () => save(file(standalone(drawing()), "image/svg+xml"), `${name()}.svg`),
        "Download picture (PNG)": async () => save(await png(drawing()), `${name()}.png`),
        "Copy embed code": () => withLink((address) => copy(embedded(address), "Embed code")),
    };

    menu(root, "Share", Object.entries(ENTRIES).map(([label, act]) => [label, async () => {
        try {
            if (tab().outdated?.()) throw new Error("correct what is wrong first: the picture is of what was there before");
            await act();
        } catch (error) {
            tell(`${label}: ${error.message}.`);
        }
    }]));
}

// A menu button, following the ARIA Authoring Practices.
function menu(root, label, entries) {
    const items = entries.map(([text, act]) => {
        const item = element("button", { type: "button", role: "menuitem", tabindex: -1 }, text);
        item.addEventListener("click", () => {
            show(false);
            act();
        });
        return item;
    });
    const button = element("button", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false" }, label);
    const list = element("div", { role: "menu", "aria-label": label, hidden: "" }, ...items);
    root.classList.add("share");
    root.append(button, list);

    function show(open, chosen = 0) {
        list.hidden = !open;
        button.setAttribute("aria-expanded", open);
        (open ? items.at(chosen) : button).focus();
    }

    button.addEventListener("click", () => show(list.hidden));
    root.addEventListener("focusout", ({ relatedTarget }) => {
        if (!list.hidden && !root.contains(relatedTarget)) {
            list.hidden = true;
            button.setAttribute("aria-expanded", false);
        }
    });
    root.addEventListener("keydown", (event) => {
        const at = items.indexOf(document.activeElement), open = !list.hidden;
        const letter = event.key.length === 1 ? event.key.toLowerCase() : null;
        const starting = (item) => item.textContent.toLowerCase().startsWith(letter);
        if (event.key === "Escape" && open) show(false);
        else if (event.key === "ArrowDown") show(true, open ? (at + 1) % items.length : 0);
        else if (event.key === "ArrowUp") show(true, open ? at - 1 : -1);
        else if (open && event.key === "Home") show(true, 0);
        else if (open && event.key === "End") show(true, -1);
        else if (open && letter?.trim()) (items.slice(at + 1).find(starting) ?? items.find(starting))?.focus();
        else return;
        event.preventDefault();
    });
}
