"""The colours of all drawings, pages and plots: one set for light mode, one for dark mode.

Three palettes are never mixed (sign, class, sequence); an accent marks only the current step.
Each also works without colour: by dashes and the sign in a label, by marker shape, by lightness.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple


class Colour(NamedTuple):
    """A colour as #rrggbb, in light and in dark mode."""

    light: str
    dark: str


COLOURS = {
    # surfaces and text
    "paper": Colour("#ffffff", "#15181c"),
    "panel": Colour("#f7f8fa", "#1c2026"),
    "ink": Colour("#1d2126", "#e6e9ed"),
    "quiet": Colour("#5a626b", "#a3acb6"),
    "line": Colour("#d9dde2", "#353b43"),
    # cards
    "leaf": Colour("#e6eef4", "#22303c"),
    "operation": Colour("#f1f2ee", "#24272b"),
    "folded": Colour("#eae8f2", "#2a2735"),
    "edge": Colour("#7b848d", "#8b949d"),  # forward arrows, frames
    # sign
    "positive": Colour("#1f5fa8", "#7db7f5"),
    "negative": Colour("#a94008", "#f59a63"),
    "nothing": Colour("#666666", "#9b9b9b"),
    "many": Colour("#4d5b66", "#b3c0ca"),  # several gradients together, which have a norm but no sign
    "broken": Colour("#b0007a", "#ff7fd0"),  # NaN and infinity; always with ⚠
    # the current step
    "accent": Colour("#7a3ff2", "#b79bff"),
    "highlight": Colour("#efe8fe", "#2c2445"),
}

CLASSES = (
    Colour("#0f8f86", "#5fd6c8"),
    Colour("#882255", "#e77fb4"),
    Colour("#8a7a12", "#ddcc77"),
    Colour("#3b3f46", "#d5d9de"),
    Colour("#117733", "#5fd38a"),
    Colour("#c43d6b", "#ff8fab"),
    Colour("#6b4a2f", "#c9a27c"),
    Colour("#7d2a7d", "#d99be0"),
    Colour("#5b6f7d", "#9fb3c2"),
    Colour("#5f8a00", "#b5c95a"),
)
NAMED = COLOURS | {f"class-{i}": colour for i, colour in enumerate(CLASSES, 1)}
MARKERS = ("o", "^", "s", "D", "P", "X", "v", "*", "p", "<")  # of the classes, as Matplotlib calls them
# Pages whose dark or light theme is chosen on the page: Jupyter's, those of VS Code's and Colab's notebooks, those of Sphinx's
# Furo and PyData, of Bootstrap and of Quarto.
DARK_PAGES = (
    '[data-jp-theme-light="false"]',
    ".vscode-dark",
    ".vscode-high-contrast:not(.vscode-high-contrast-light)",
    'html[theme="dark"]',
    '[data-theme="dark"]',
    '[data-bs-theme="dark"]',
    ".quarto-dark",
)
LIGHT_PAGES = (
    '[data-jp-theme-light="true"]',
    ".vscode-light",
    ".vscode-high-contrast-light",
    'html[theme="light"]',
    '[data-theme="light"]',
    '[data-bs-theme="light"]',
    ".quarto-light",
)
AUTO_PAGES = '[data-theme="auto"]'  # Furo's, dark where the system is
RAMP = ("#1b1a17", "#4a4843", "#807d76", "#bbb8b0", "#f4f1e8")  # dark to light, the same in both modes


_PAINT = re.compile(r"""(fill|stroke)=["'](#[0-9a-f]{6})["']""")


def sequence(t: float) -> str:
    """The colour of a magnitude between 0 (dark) and 1 (light), clamped to these.

    >>> sequence(0.0), sequence(0.5), sequence(2.0)
    ('#1b1a17', '#807d76', '#f4f1e8')
    """
    at = min(max(t, 0.0), 1.0) * (len(RAMP) - 1)
    k = min(int(at), len(RAMP) - 2)
    parts = ((int(RAMP[k][i : i + 2], 16), int(RAMP[k + 1][i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (at - k) * (b - a)):02x}" for a, b in parts)


def variables(mode: str, names: Collection[str] = ()) -> str:
    """CSS declarations of these colours, or of all: `--ink`, `--positive`, …, `--class-1` to `--class-10`.

    >>> variables("dark", ["paper"])
    '--paper: #15181c;'
    """
    return " ".join(f"--{name}: {getattr(colour, mode)};" for name, colour in NAMED.items() if name in names or not names)


def theme_css(names: Collection[str] = ()) -> str:
    """CSS that sets the named variables, or all, in elements of class `autograd`.

    They are light, or dark where the element has data-theme="dark" and in the dark themes of notebooks and other pages.
    """
    pages = f":is({', '.join(DARK_PAGES)}) .autograd:not([data-theme])"
    auto = f"{AUTO_PAGES} .autograd:not([data-theme])"
    light_css, dark_css = variables("light", names), f"{variables('dark', names)} color-scheme: dark;"
    return (
        f".autograd {{ {light_css} color-scheme: light; }}\n"
        f'.autograd[data-theme="dark"], {pages} {{ {dark_css} }}\n'
        f"@media (prefers-color-scheme: dark) {{ {auto} {{ {dark_css} }} }}\n"
    )


def recoloured(scope: str) -> str:
    """CSS that makes the light-mode colours of an SVG inside `scope` follow the variables."""
    return "\n".join(
        f'{scope} [{what}="{colour.light}"] {{ {what}: var(--{name}); }}'
        for name, colour in NAMED.items()
        for what in ("fill", "stroke")
    )


def standalone(svg: str, mode: str = "auto") -> str:
    """A light-mode SVG as a standalone file with a background: "light", "dark", or "auto", as its reader prefers.

    >>> standalone('<svg width="9"><path stroke="#1f5fa8"/></svg>', "dark")
    '<svg width="9"><style>svg { background: #15181c; fill: #e6e9ed; }</style><path stroke="#7db7f5"/></svg>'
    """
    named = {colour.light: colour for colour in NAMED.values()}
    if mode == "auto":
        used = sorted({found[0] for found in _PAINT.finditer(svg) if found[2] in named})
        rules = "".join(f" [{paint}] {{ {paint.partition('=')[0]}: {named[paint[-8:-1]].dark}; }}" for paint in used)
        style = f"{_page(svg, 'light')} @media (prefers-color-scheme: dark) {{ {_page(svg, 'dark')}{rules} }}"
    else:
        style = _page(svg, mode)
        svg = _PAINT.sub(lambda found: f'{found[1]}="{getattr(named[found[2]], mode)}"' if found[2] in named else found[0], svg)
    head = svg.index(">", svg.index("<svg")) + 1
    return f"{svg[:head]}<style>{style}</style>{svg[head:]}"


def _page(svg: str, mode: str) -> str:
    """CSS for the background, for text without a colour of its own, and for what Graphviz fills with white."""
    paper, ink = getattr(COLOURS["paper"], mode), getattr(COLOURS["ink"], mode)
    white = f' [fill="white"] {{ fill: {paper}; }}' if 'fill="white"' in svg else ""
    return f"svg {{ background: {paper}; fill: {ink}; }}{white}"
