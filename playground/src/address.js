// What the page shows, in its address: `#a` and the base64url of the deflated JSON of [tab, state]. The letter is the version.

const VERSION = "a";
export const MAX_LINK = 30_000; // characters: mail and chat cut longer addresses, some servers too
const MAX_TEXT = 500_000; // bytes that a link may unfold to
const PAUSE = 400; // milliseconds: browsers take some hundred changes of the address a minute

export class BrokenLink extends Error {}

async function through(bytes, transform, limit) {
    const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
    const parts = [];
    let size = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
        size += part.value.length;
        if (size > limit) {
            reader.cancel().catch(() => {});
            throw new BrokenLink("This link holds too much.");
        }
        parts.push(part.value);
    }
    return new Blob(parts).arrayBuffer();
}

export async function encoded(shown) {
    const bytes = new Uint8Array(await through(JSON.stringify(shown), new CompressionStream("deflate-raw"), Infinity));
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    return VERSION + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// What a link holds, or a BrokenLink that says what is wrong with it.
export async function decoded(text) {
    if (text.length > MAX_LINK) throw new BrokenLink(`This link is too long: ${text.length.toLocaleString("en")} characters, at most ${MAX_LINK.toLocaleString("en")}.`);
    if (!text.startsWith(VERSION)) throw new BrokenLink("This link is none of this playground, or of a newer one.");
    let shown;
    try {
        const bytes = Uint8Array.from(atob(text.slice(1).replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
        shown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await through(bytes, new DecompressionStream("deflate-raw"), MAX_TEXT)));
    } catch (error) {
        throw error instanceof BrokenLink ? error : new BrokenLink("This link is broken: was its end cut off?");
    }
    if (!Array.isArray(shown) || typeof shown[0] !== "string") throw new BrokenLink("This link is broken.");
    return shown;
}

// Keeps the address up to date. `tabs` are those of the page, `selected()` is the name of the one that is seen, `select` shows one,
// `tell` says something to the user, `written` hears the new hash, `broken` that the address could not be shown.
export function address({ tabs, selected, select, tell, written: onWritten = () => {}, broken = () => {} }) {
    let timer = null, written = "", beginning = null;

    const shown = () => [selected(), tabs[selected()].state()];

    // The address of what is shown, or null if it is too long for one.
    async function link() {
        const text = await encoded(shown());
        return text.length > MAX_LINK ? null : new URL(`#${text}`, location.href.replace(/[?#].*/s, "")).href;
    }

    async function write() {
        timer = null;
        const now = JSON.stringify(shown());
        const hash = now === beginning ? "" : new URL((await link()) ?? "#", location.href).hash;
        if (hash === written) return;
        written = hash;
        history.replaceState(null, "", location.pathname + location.search + hash);
        onWritten(hash);
    }

    function changed() {
        if (beginning !== null) timer ??= setTimeout(write, PAUSE);
    }

    // Show what the address holds; false if it holds nothing that can be shown.
    async function read() {
        const text = location.hash.slice(1);
        if (text === "") return false;
        try {
            const [name, state] = await decoded(text);
            if (!Object.hasOwn(tabs, name)) throw new BrokenLink("This link is for a tab that this playground has not.");
            tabs[name].restore(state);
            select(name);
            return true;
        } catch (error) {
            broken();
            tell(error instanceof BrokenLink ? error.message : "This link is broken.");
            return false;
        }
    }

    // When the page opens: what the address holds, or else `first`.
    async function open(first) {
        beginning = JSON.stringify([first, tabs[first].state()]);
        if (!(await read())) select(first);
        addEventListener("hashchange", () => location.hash !== written && read());
        written = location.hash;
        onWritten(written);
    }

    return { changed, link, open };
}
