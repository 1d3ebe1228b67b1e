"""One set of axes: what was drawn on it, and its SVG."""

import math
import re
from html import escape

from .absent import Absent
from .colors import CYCLE, css

DASHES = {"-": "", "solid": "", "--": "7 4", "dashed": "7 4", ":": "2 3", "dotted": "2 3", "-.": "8 3 2 3", "dashdot": "8 3 2 3"}
FORMAT = re.compile(r"(--|-\.|-|:)|([osv^<>Dd*+xP.,])|([bgrcmykw])|(C\d)")
LEFT, TOP, RIGHT, BOTTOM = 56, 30, 14, 46


class Line2D:
    """A curve, points, or both."""

    def __init__(self, xs, ys, color=None, linestyle="-", marker="", linewidth=1.5, markersize=6, label="", gid=None, **_):
        self.xs, self.ys = [float(x) for x in xs], [float(y) for y in ys]
        self.color, self.linestyle, self.marker = color, linestyle, marker
        self.linewidth, self.markersize, self.label, self.gid = linewidth, markersize, label or "", gid

    def get_gid(self):
        return self.gid

    def get_ydata(self):
        return self.ys

    def get_xdata(self):
        return self.xs

    def get_color(self):
        return self.color


class Axes:
    """Curves and points. Names of other methods that are called are collected, to be listed below the sketch."""

    def __init__(self, figure):
        self.figure, self.lines, self.missing, self.settings = figure, [], [], {}
        self.spans, self.rules, self.slopes, self.colours, self.legends = [], [], [], 0, False
        self.xscale = self.yscale = "linear"

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name.startswith(("set_", "get_", "tick_", "x", "y", "transA", "spines", "margins", "grid")):
            return Absent()
        if name not in self.missing:
            self.missing.append(name)
        return Absent()

    def plot(self, *args, **options):
        """Add curves: y, or x and y, each optionally with a format such as "o--"."""
        options = {
            {"ls": "linestyle", "lw": "linewidth", "c": "color", "ms": "markersize"}.get(k, k): v for k, v in options.items()
        }
        made, rest = [], list(args)
        while rest:
            numbers = [rest.pop(0)]
            if rest and not isinstance(rest[0], str):
                numbers.append(rest.pop(0))
            form = rest.pop(0) if rest and isinstance(rest[0], str) else ""
            xs, ys = numbers if len(numbers) == 2 else (range(len(list(numbers[0]))), numbers[0])
            xs, ys = ([x] if isinstance(x, (int, float)) else list(x) for x in (xs, ys))
            made.append(self._line(xs, ys, form, options))
        return made

    def _line(self, xs, ys, form, options):
        read = {}
        for dash, marker, letter, cycled in FORMAT.findall(form):
            read |= {k: v for k, v in {"linestyle": dash, "marker": marker, "color": letter or cycled}.items() if v}
        if "marker" in read:
            read.setdefault("linestyle", "")
        chosen = read | options
        if chosen.get("color") is None:
            chosen["color"] = CYCLE[self.colours % len(CYCLE)]
            self.colours += 1
        self.lines.append(Line2D(xs, ys, **chosen))
        return self.lines[-1]

    def scatter(self, xs, ys, s=36, c=None, marker="o", color=None, label="", **_):
        """Add points of one colour."""
        one = color or (c if isinstance(c, str) else None)
        return self._line(list(xs), list(ys), "", {"linestyle": "", "marker": marker, "color": one, "label": label})

    def contour(self, xs, ys, heights, levels=(), colors="black", linestyles="-", linewidths=1.5, **_):
        """Add the lines on which the heights, one row per y, reach a level; exact if they are linear in each cell."""
        for level in levels:
            for path in crossings(list(xs), list(ys), [list(row) for row in heights], level):
                self.lines.append(Line2D(*zip(*path, strict=True), color=colors, linestyle=linestyles, linewidth=linewidths))

    def loglog(self, *args, **options):
        self.xscale = self.yscale = "log"
        return self.plot(*args, **options)

    def semilogy(self, *args, **options):
        self.yscale = "log"
        return self.plot(*args, **options)

    def set_yscale(self, scale, **_):
        self.yscale = scale

    def set_xscale(self, scale, **_):
        self.xscale = scale

    def get_yscale(self):
        return self.yscale

    def axhline(self, y=0, color="black", linestyle="-", linewidth=1.5, label="", **_):
        self.rules.append(("y", y, color, linestyle, linewidth, label))

    def axvline(self, x=0, color="black", linestyle="-", linewidth=1.5, label="", **_):
        self.rules.append(("x", x, color, linestyle, linewidth, label))

    def axvspan(self, start, end, color="0.9", label="", **_):
        self.spans.append((start, end, color, label))

    def axline(self, point, other=None, slope=None, color="black", linestyle="-", linewidth=1.5, label="", **_):
        (x, y), steep = point, slope
        if steep is None:
            steep = (other[1] - y) / (other[0] - x)
        self.slopes.append((x, y, steep, color, linestyle, linewidth, label))

    def set(self, **settings):
        for name, value in settings.items():
            if name in ("xscale", "yscale"):
                setattr(self, name, value)
            self.settings[name] = value

    def set_title(self, text, **_):
        self.settings["title"] = text

    def set_xlabel(self, text, **_):
        self.settings["xlabel"] = text

    def set_ylabel(self, text, **_):
        self.settings["ylabel"] = text

    def set_xlim(self, *limits):
        self.settings["xlim"] = limits[0] if len(limits) == 1 else limits

    def set_ylim(self, *limits):
        self.settings["ylim"] = limits[0] if len(limits) == 1 else limits

    def legend(self, *args, **options):
        self.legends = True

    def get_facecolor(self):
        return "white"

    @property
    def drawn(self):
        """True if there is anything to see."""
        return bool(self.lines or self.rules or self.spans or self.slopes or self.missing)

    def svg(self, width, height):
        """The contents of a cell of this size, with the origin at its upper left corner."""
        return _Drawn(self, width, height).svg()


def crossings(xs, ys, heights, level):
    """Segments of a level line: in each of the two triangles of a cell, between the edges on which the heights cross it."""
    for j in range(len(ys) - 1):
        for i in range(len(xs) - 1):
            a, b, c, d = ((xs[i + u], ys[j + v], heights[j + v][i + u] - level) for u, v in ((0, 0), (1, 0), (1, 1), (0, 1)))
            for corners in ((a, b, c), (a, c, d)):
                ends = [
                    (x + (x2 - x) * h / (h - h2), y + (y2 - y) * h / (h - h2))
                    for (x, y, h), (x2, y2, h2) in zip(corners, corners[1:] + corners[:1], strict=True)
                    if (h < 0) != (h2 < 0)
                ]
                if len(ends) == 2:
                    yield ends


class _Drawn:
    def __init__(self, ax, width, height):
        self.ax, self.width, self.height = ax, width, height
        self.right, self.bottom = width - RIGHT, height - BOTTOM
        self.x = self._scale("x", ax.xscale, [x for line in ax.lines for x in line.xs], LEFT, self.right)
        self.y = self._scale("y", ax.yscale, [y for line in ax.lines for y in line.ys], self.bottom, TOP)

    def _scale(self, name, kind, numbers, start, end):
        numbers = [number for number in numbers if math.isfinite(number) and (kind != "log" or number > 0)]
        numbers += [at for axis, at, *_ in self.ax.rules if axis == name and (kind != "log" or at > 0)]
        if name == "x":
            numbers += [at for low, high, *_ in self.ax.spans for at in (low, high)]
        low, high = min(numbers, default=0.0), max(numbers, default=1.0)
        if kind == "log":
            low, high = math.log10(low), math.log10(high)
        room = 0.05 * (high - low) or 0.5
        low, high = low - room, high + room
        given = self.ax.settings.get(f"{name}lim")
        if given is not None:
            low, high = (fallback if at is None else at for at, fallback in zip(given, (low, high), strict=True))
        return _Scale(kind == "log", low, high, start, end)

    def svg(self):
        inside = f'<rect x="{LEFT}" y="{TOP}" width="{self.right - LEFT}" height="{self.bottom - TOP}"'
        clip = f"clip{id(self)}"
        marks = [*map(self._span, self.ax.spans), *map(self._rule, self.ax.rules), *map(self._slope, self.ax.slopes)]
        marks += map(self._line, self.ax.lines)
        frame = f'{inside} fill="none" stroke="#333"/>'
        clipped = [f'<clipPath id="{clip}">{inside}/></clipPath><g clip-path="url(#{clip})">', *marks, "</g>"]
        return "".join([*self._ticks(), *clipped, frame, *self._words(), *self._legend()])

    def _ticks(self):
        for at in self.x.ticks():
            x = self.x(at)
            yield f'<path d="M{x:.1f} {TOP}V{self.bottom}" stroke="#ddd"/>'
            yield _text(x, self.bottom + 16, self.x.shown(at), "middle")
        for at in self.y.ticks():
            y = self.y(at)
            yield f'<path d="M{LEFT} {y:.1f}H{self.right}" stroke="#ddd"/>'
            yield _text(LEFT - 6, y + 4, self.y.shown(at), "end")

    def _words(self):
        middle, words = (LEFT + self.right) / 2, self.ax.settings
        yield _text(middle, TOP - 10, words.get("title", ""), "middle", 14)
        yield _text(middle, self.height - 8, words.get("xlabel", ""), "middle", 13)
        turn = f' transform="rotate(-90 14 {(TOP + self.bottom) / 2:.1f})"'
        yield _text(14, (TOP + self.bottom) / 2, words.get("ylabel", ""), "middle", 13, turn)

    def _legend(self):
        if not self.ax.legends:
            return
        shown = [
            (f'<rect x="0" y="-9" width="24" height="10" fill="{css(color)}"/>', label)
            for *_, color, label in self.ax.spans
            if label
        ]
        lines = [(line.color, line.linestyle, line.linewidth, line.marker, line.label) for line in self.ax.lines]
        lines += [(color, style, width, "", label) for *_, color, style, width, label in [*self.ax.rules, *self.ax.slopes]]
        for color, style, width, marker, label in lines:
            if label and not str(label).startswith("_"):
                stroke = f'<path d="M0 -4H24" {_stroke(color, style, width)}/>' if style and style != "None" else ""
                shown.append((stroke + _marker(marker, 12, -4, 6, color), label))
        wide, high = 44 + max((7 * len(str(label)) for _, label in shown), default=0), 18 * len(shown) + 6
        x, y = self._free_corner(wide, high)
        yield f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="white" fill-opacity="0.85" stroke="#ccc"/>'
        for i, (mark, label) in enumerate(shown):
            yield f'<g transform="translate({x + 8} {y + 18 + 18 * i})">{mark}{_text(32, 0, label, "start")}</g>'

    def _free_corner(self, wide, high):
        """The corner for the legend that hides the fewest points."""
        points = [
            (self.x(x), self.y(y)) for line in self.ax.lines for x, y in zip(line.xs, line.ys, strict=True) if self._has(x, y)
        ]

        def hidden(corner):
            x, y = corner
            return sum(x <= px <= x + wide and y <= py <= y + high for px, py in points)

        corners = [(x, y) for y in (TOP + 6, self.bottom - high - 6) for x in (self.right - wide - 6, LEFT + 6)]
        return min(corners, key=hidden)

    def _has(self, x, y):
        return self.x.has(x) and self.y.has(y)

    def _span(self, span):
        start, end, color, _ = span
        left, right = sorted((self.x(start), self.x(end)))
        return f'<rect x="{left:.1f}" y="{TOP}" width="{right - left:.1f}" height="{self.bottom - TOP}" fill="{css(color)}"/>'

    def _rule(self, rule):
        axis, at, color, style, width, _ = rule
        path = f"M{LEFT} {self.y(at):.1f}H{self.right}" if axis == "y" else f"M{self.x(at):.1f} {TOP}V{self.bottom}"
        return f'<path d="{path}" {_stroke(color, style, width)}/>'

    def _slope(self, slope):
        x, y, steep, color, style, width, _ = slope
        ends = [(self.x(at), self.y(y + steep * (at - x))) for at in (self.x.low, self.x.high)]
        return f'<path d="M{_points(ends)}" {_stroke(color, style, width)}/>'

    def _line(self, line):
        runs, run = [], []
        for x, y in zip(line.xs, line.ys, strict=True):
            if self._has(x, y):
                run.append((self.x(x), self.y(y)))
            elif run:
                runs, run = [*runs, run], []
        runs.append(run)
        drawn = ""
        if line.linestyle and line.linestyle != "None":
            drawn = "".join(
                f'<path d="M{_points(run)}" {_stroke(line.color, line.linestyle, line.linewidth)}/>' for run in runs if run
            )
        return drawn + "".join(_marker(line.marker, x, y, line.markersize, line.color) for run in runs for x, y in run)


class _Scale:
    def __init__(self, log, low, high, start, end):
        self.log, self.start, self.end = log, start, end
        self.low, self.high = float(low), float(high)

    def has(self, number):
        return math.isfinite(number) and (not self.log or number > 0)

    def __call__(self, number):
        at = math.log10(number) if self.log else number
        return self.start + (at - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)

    def ticks(self):
        """About five round numbers."""
        span = self.high - self.low
        if self.log:
            every = max(1, math.ceil(span / 6))
            return [10.0**i for i in range(math.ceil(self.low), math.floor(self.high) + 1) if i % every == 0]
        rough = span / 5 or 1.0
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
        return [i * step for i in range(math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9) + 1)]

    def shown(self, number):
        return f"{number:.3g}".replace("-", "−")


def _points(points):
    return "L".join(f"{x:.1f} {max(-9999, min(9999, y)):.1f}" for x, y in points)


def _stroke(color, style, width):
    dash = DASHES.get(style, "")
    return f'fill="none" stroke="{css(color)}" stroke-width="{width}"' + (f' stroke-dasharray="{dash}"' if dash else "")


SHAPES = {
    "s": "M-1 -1H1V1H-1Z",
    "D": "M0 -1.3L1.3 0L0 1.3L-1.3 0Z",
    "d": "M0 -1.3L.8 0L0 1.3L-.8 0Z",
    "^": "M0 -1.1L1.1 1H-1.1Z",
    "v": "M0 1.1L1.1 -1H-1.1Z",
    "<": "M-1.1 0L1 -1.1V1.1Z",
    ">": "M1.1 0L-1 -1.1V1.1Z",
    "*": "M0 -1.4L.4 -.4H1.4L.6 .2L.9 1.2L0 .6L-.9 1.2L-.6 .2L-1.4 -.4H-.4Z",
    "x": "M-1 -1L1 1M-1 1L1 -1",
    "+": "M-1.2 0H1.2M0 -1.2V1.2",
    "P": "M-.4 -1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z",
}


def _marker(marker, x, y, size, color):
    if not marker or marker == "None":
        return ""
    radius = (1.2 if marker in (".", ",") else 0.62 * float(size)) * (1.5 if marker == "." else 1)
    if marker not in SHAPES:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{css(color)}"/>'
    open_shape = f'fill="none" stroke="{css(color)}" stroke-width=".35"' if marker in "x+" else f'fill="{css(color)}"'
    return f'<path transform="translate({x:.1f} {y:.1f}) scale({radius:.1f})" d="{SHAPES[marker]}" {open_shape}/>'


def _text(x, y, text, anchor, size=12, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="#222"{more}>{escape(str(text))}</text>'
