// What the page and the thread that trains both know.

export const MAP = 20; // points along each side of a neuron's map
export const NO_TRAINING = "no training"; // the answer of a thread that has taken the place of another one
