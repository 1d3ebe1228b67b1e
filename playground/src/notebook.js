// A program as a Jupyter notebook (nbformat 4.5).

import { PACKAGE } from "./program.js";

const lines = (text) => text.split(/(?<=\n)/);

function cell(id, type, text) {
    const code = type === "code" ? { execution_count: null, outputs: [] } : {};
    return { id, cell_type: type, metadata: {}, ...code, source: lines(text) };
}

// `drawing` is Python code that draws the result of `code`, or "".
export function notebook({ title, link, code, drawing }) {
    const back = link ? `\n\n[Open in the playground](${link})` : "";
    const texts = [
        ["about", "markdown", `# ${title}${back}`],
        ["install", "code", `%pip install --quiet ${PACKAGE}`],
        ["program", "code", code.trimEnd()],
        ["drawing", "code", drawing],
    ];
    return JSON.stringify({
        cells: texts.filter(([, , text]) => text).map((given) => cell(...given)),
        metadata: {
            kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
            language_info: { name: "python" },
        },
        nbformat: 4,
        nbformat_minor: 5,
    }, null, 1) + "\n";
}
