// Wraps a function for calls at any rate: one runs at a time, and of the calls made meanwhile only the last runs next.

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
