// Renders a lesson's text: paragraphs, lists, **strong**, *emphasis* and `code`. Everything else stays as written.

const MAX_WHOLE = 22; // characters of code that are kept on one line
const INLINE = /\*\*(.+?)\*\*|\*(.+?)\*|`([^`]+)`/g;

// The elements of a text with paragraphs; lines beginning with "- " are list items.
export function written(text) {
    return text.split(/\n\s*\n/).filter((block) => block.trim() !== "").map((block) => {
        const lines = block.trim().split("\n");
        if (lines.every((line) => line.startsWith("- "))) return element("ul", {}, ...lines.map((line) => element("li", {}, ...inline(line.slice(2)))));
        return element("p", {}, ...lines.flatMap((line, i) => [...(i ? [element("br")] : []), ...inline(line)]));
    });
}

export function inline(text) {
    const parts = [];
    let from = 0;
    for (const found of text.matchAll(INLINE)) {
        const [all, strong, stress, code] = found;
        if (found.index > from) parts.push(text.slice(from, found.index));
        if (strong !== undefined) parts.push(element("strong", {}, ...inline(strong)));
        else if (stress !== undefined) parts.push(element("em", {}, ...inline(stress)));
        else parts.push(element("code", code.length <= MAX_WHOLE ? { class: "whole" } : {}, code));
        from = found.index + all.length;
    }
    if (from < text.length) parts.push(text.slice(from));
    return parts;
}
