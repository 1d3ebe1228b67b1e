// Constants shared by the page and the training thread.

export const MAP = 20; // points along each side of a neuron's map
export const NO_TRAINING = "no training"; // the answer of a replacement thread
