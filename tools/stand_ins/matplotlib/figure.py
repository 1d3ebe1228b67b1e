"""A figure: axes in rows and columns."""

from .absent import Absent
from .axes import Axes

INCH = 96  # pixels
NOTE = "A sketch: Matplotlib isn't available on this page."


class Figure:
    def __init__(self, figsize=(6.4, 4.8), **_):
        self.size = figsize
        self.rows = [[Axes(self)]]

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Absent()

    def subplots(self, nrows=1, ncols=1, squeeze=True, **_):
        """One Axes, a list of them, or rows of them."""
        self.rows = [[Axes(self) for _ in range(ncols)] for _ in range(nrows)]
        if not squeeze or (nrows > 1 and ncols > 1):
            return self.rows
        flat = [ax for row in self.rows for ax in row]
        return flat[0] if len(flat) == 1 else flat

    @property
    def axes(self):
        return [ax for row in self.rows for ax in row]

    def gca(self):
        return self.axes[0]

    def get_facecolor(self):
        return "white"

    def _repr_html_(self):
        width, height = (INCH * inches for inches in self.size)
        across, down = width / len(self.rows[0]), height / len(self.rows)
        cells = [
            f'<g transform="translate({across * i:.1f} {down * j:.1f})">{ax.svg(across, down)}</g>'
            for j, row in enumerate(self.rows)
            for i, ax in enumerate(row)
        ]
        missing = sorted({name for ax in self.axes for name in ax.missing})
        note = NOTE + (f" Not drawn: {', '.join(missing)}." if missing else "")
        style = "background:white;max-width:100%;height:auto;font-family:sans-serif"
        size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" style="{style}"'
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="plot" {size}>{"".join(cells)}</svg>'
        caption = f'<figcaption style="font-size:smaller;opacity:.75">{note}</figcaption>'
        return f'<figure style="margin:0">{svg}{caption}</figure>'
