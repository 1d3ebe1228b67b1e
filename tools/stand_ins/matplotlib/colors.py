"""Colours by name."""

from .absent import absent

CYCLE = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"]
NAMES = ["blue", "orange", "green", "red", "purple", "brown", "pink", "gray", "olive", "cyan"]
TABLEAU = {f"tab:{name}": colour for name, colour in zip(NAMES, CYCLE, strict=True)} | {"tab:grey": CYCLE[7]}
LETTERS = {
    "b": "#0000ff",
    "g": "#008000",
    "r": "#ff0000",
    "c": "#00bfbf",
    "m": "#bf00bf",
    "y": "#bfbf00",
    "k": "#000000",
    "w": "#ffffff",
}
WORDS = {
    "black": "#000000",
    "white": "#ffffff",
    "red": "#ff0000",
    "green": "#008000",
    "blue": "#0000ff",
    "gray": "#808080",
    "grey": "#808080",
    "orange": "#ffa500",
    "purple": "#800080",
    "none": "none",
}


def css(colour):
    """A colour in CSS notation."""
    if isinstance(colour, (tuple, list)):
        return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])
    colour = str(colour)
    if colour[:1] == "C" and colour[1:].isdigit():
        return CYCLE[int(colour[1:]) % len(CYCLE)]
    try:
        return css([float(colour)] * 3)
    except ValueError:
        return TABLEAU.get(colour) or LETTERS.get(colour) or WORDS.get(colour) or colour


def to_rgb(colour):
    """Red, green and blue from 0 to 1."""
    text = css(colour).lstrip("#")
    if len(text) == 3:
        text = "".join(2 * digit for digit in text)
    try:
        return tuple(int(text[i : i + 2], 16) / 255 for i in (0, 2, 4))
    except ValueError:
        return (0.0, 0.0, 0.0)


def to_rgba(colour, alpha=1.0):
    """Red, green, blue and opacity from 0 to 1."""
    return (*to_rgb(colour), alpha)


__getattr__ = absent
