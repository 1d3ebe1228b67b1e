// Links hold what the page shows: `a` and the base64url of the deflated JSON of [tab, state]. The letter is the version.

export const VERSION = "a";
export const MAX_LINK = 30_000; // characters: mail, chat and some servers cut off longer addresses
const MAX_TEXT = 500_000; // bytes after inflating

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

// The content of a link; BrokenLink says what is wrong with it.
export async function decoded(text) {
    if (text.length > MAX_LINK) throw new BrokenLink(`This link is too long: ${text.length.toLocaleString("en")} characters, at most ${MAX_LINK.toLocaleString("en")}.`);
    if (!text.startsWith(VERSION)) throw new BrokenLink("This link was made by something else, or by a newer playground.");
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
