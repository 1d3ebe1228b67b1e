// What the quiz tab shows while Python loads: a quiz that was made when the page was built, or a line that says what is coming.

const PATIENCE = 150; // milliseconds until it is said

// The quiz of the first example: { text, page, numbers }, or null if it cannot be had.
export async function firstQuiz() {
    const answer = await fetch("quiz.json").catch(() => null);
    return answer?.ok ? answer.json().catch(() => null) : null;
}

// The line, which is there while a promise is waited for; `shown()` is whether there is a quiz below it already.
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
