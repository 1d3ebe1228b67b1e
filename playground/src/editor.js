// A small CodeMirror editor with Python highlighting and a mark at the current error.

import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { button } from "./button.js";

const colours = HighlightStyle.define([
    { tag: tags.keyword, fontWeight: "bold" },
    { tag: tags.comment, color: "var(--quiet)" },
    { tag: tags.string, color: "var(--many)" },
    { tag: tags.number, color: "var(--many)" },
]);

const MAX_LINES = 3; // of a correction shown on a button

export function editor({ text, label, onChange }) {
    const view = new EditorView({
        state: EditorState.create({
            doc: text,
            extensions: [
                history(),
                drawSelection(),
                bracketMatching(),
                python(),
                syntaxHighlighting(colours),
                keymap.of([...defaultKeymap, ...historyKeymap]),
                EditorView.lineWrapping,
                EditorView.contentAttributes.of({ "aria-label": label }),
                EditorView.updateListener.of((update) => update.docChanged && onChange()),
            ],
        }),
    });
    const message = element("p", { class: "slip", role: "alert" });
    const fix = button("", () => {
        write(fix.dataset.text);
        view.focus();
    });
    fix.classList.add("fix");
    fix.hidden = true;

    const write = (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });

    // Replace the text, editing only what differs so the cursor stays, as one step of undo.
    function amend(text) {
        const before = view.state.doc.toString(), shorter = Math.min(before.length, text.length);
        let from = 0, end = 0;
        while (from < shorter && before[from] === text[from]) from++;
        while (end < shorter - from && before.at(-1 - end) === text.at(-1 - end)) end++;
        const changes = { from, to: before.length - end, insert: text.slice(from, text.length - end) };
        view.dispatch({ changes, annotations: isolateHistory.of("full") });
    }

    // Show an error at its line and column, with the corrected text if known; or clear it.
    function mark(error) {
        message.textContent = error?.message ?? "";
        fix.dataset.text = error?.fix ?? "";
        fix.textContent = offer(view.state.doc.toString(), fix.dataset.text);
        fix.hidden = fix.dataset.text === "";
        const found = [];
        if (error?.line) {
            const line = view.state.doc.line(Math.min(error.line, view.state.doc.lines));
            const from = Math.min(line.to, line.from + error.column - 1);
            const to = Math.min(line.to, line.from + error.end - 1);
            found.push({ from, to, severity: "error", message: error.message });
        }
        view.dispatch(setDiagnostics(view.state, found));
    }

    return {
        element: element("div", { class: "editor" }, view.dom, message, fix),
        text: () => view.state.doc.toString(),
        write,
        amend,
        mark,
    };
}

// The lines that a correction changes, if few enough to fit on a button.
function offer(text, fix) {
    const before = text.split("\n");
    const lines = fix.split("\n");
    const changed = lines.filter((line, i) => line !== before[i]);
    if (lines.length !== before.length || changed.length > MAX_LINES) return "Rewrite the program for this page";
    return `Write ${changed.map((line) => line.trim()).join("\n")}`;
}
