// A function that may be called at any rate: one call runs at a time, and of those that came meanwhile only the last.

export function latest(act, { done, failed }) {
    let running = false, again = false;
    return async function call() {
        if (running) {
            again = true;
            return;
        }
        running = true;
        do {
            again = false;
            try {
                const answer = await act();
                if (!again) done(answer);
            } catch (error) {
                if (!again) failed(error);
            }
        } while (again);
        running = false;
    };
}
