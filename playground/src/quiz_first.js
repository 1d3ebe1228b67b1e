// What the quiz tab shows while Python loads: a quiz made at build time, or a line that says what is coming.

const PATIENCE = 150; // milliseconds until that line

// The first example's quiz: { text, page, numbers }, or null if it can't be loaded.
export async function firstQuiz() {
    const answer = await fetch("quiz.json").catch(() => null);
    return answer?.ok ? answer.json().catch(() => null) : null;
}

// Show the line while a promise is pending; `shown()` is true if a quiz is already below it.
export function coming(shown) {
    const root = element("p", { class: "quiz-coming quiet", role: "status", hidden: "" });
    return {
        root,
        while(promise) {
            const say = () => {
                root.textContent = `In a moment: ${shown() ? "the next quiz" : "the graph of this formula, with a question for each gradient"}.`;
                root.hidden = false;
            };
            const timer = setTimeout(say, PATIENCE);
            return promise.finally(() => {
                clearTimeout(timer);
                root.hidden = true;
            });
        },
    };
}
