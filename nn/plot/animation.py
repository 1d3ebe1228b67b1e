"""A training run as an animation."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from autograd.extend import checked_integer, shown, write_atomically
from nn._cards import spread
from nn.plot.boundary import draw_bar, draw_plane
from nn.plot.curves import loss_curve
from nn.plot.style import Look, checked_ax, checked_record
from nn.recording.records import TrainingRecord
from nn.training import progress_bar

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation

HOLD = 2  # seconds for which the last picture stays


@overload
def animate(
    record: TrainingRecord, path: None = None, *, fps: int = 10, max_frames: int = 100, progress: bool = True
) -> FuncAnimation: ...
@overload
def animate(record: TrainingRecord, path: str | Path, *, fps: int = 10, max_frames: int = 100, progress: bool = True) -> str: ...
def animate(
    record: TrainingRecord, path: str | Path | None = None, *, fps: int = 10, max_frames: int = 100, progress: bool = True
) -> FuncAnimation | str:
    """Animate the boundary and the loss, side by side, as a GIF; returns its path.

    `record` is the result of `record_training(..., boundary=40)`; without a boundary only the loss is shown. At most
    `max_frames` of its frames are drawn, evenly spaced, including the first and the last, at `fps` per second; the last
    stays for two more seconds. The file is replaced only once the new one is complete; Ctrl-C leaves it as it was.

    Without a `path` it returns Matplotlib's animation, for any of its writers: `IPython.display.HTML(film.to_jshtml())` is
    a player of these pictures. The record itself needs no Matplotlib and has every number that was kept: a notebook shows
    it as a player, and `record.save_html(path)` writes it as a page.

    >>> from nn import MLP, MSELoss, make_xor, record_training
    >>> from nn.optim import SGD
    >>> X, y = make_xor(4, shuffle=False)
    >>> net = MLP(2, [2, 1], seed=0)
    >>> record = record_training(net, X, y, loss=MSELoss(), optimizer=SGD(net.parameters(), lr=0.1), steps=1,
    ...                          progress=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(animate(record, f"{folder}/xor.gif", progress=False)).name
    'xor.gif'
    """
    checked_ax(None)
    checked_record(record, "no frames", at_least=1)
    if path is not None:
        _check_path(path)
    checked_integer("fps", fps, at_least=1)
    checked_integer("max_frames", max_frames, at_least=2)
    chosen = spread(len(record), max_frames)
    film = _film(record, chosen, fps)
    if path is None:
        return film
    from matplotlib.animation import PillowWriter

    class Writer(PillowWriter):
        _frames: list[Any]  # Matplotlib's, missing from its type stubs

        def finish(self) -> None:
            self._frames += self._frames[-1:] * (HOLD * fps)  # a GIF restarts at once
            super().finish()

    with tempfile.TemporaryDirectory() as folder, progress_bar(len(chosen), "frame", progress) as advance:
        file = Path(folder) / "film.gif"
        film.save(file, Writer(fps), progress_callback=lambda i, n: advance())
        write_atomically(path, file.read_bytes())
    return str(path)


def _check_path(path: Any) -> None:
    if not isinstance(path, (str, Path)):
        raise TypeError(f"path must be a string or a Path, got {type(path).__name__}")
    if Path(path).suffix.lower() != ".gif":
        raise ValueError(f"path must end in .gif, got {str(path)!r}")
    if not Path(path).parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "path: no such folder", str(Path(path).parent))


def _film(record: TrainingRecord, chosen: list[int], fps: int) -> FuncAnimation:
    from matplotlib.animation import FuncAnimation
    from matplotlib.figure import Figure  # not pyplot's, which a notebook would show as a second picture

    plane = record.plane
    figure = Figure(figsize=(8.0 if plane else 4.5, 3.6), dpi=100, layout="constrained")
    *screens, curve = figure.subplots(1, 2 if plane else 1, squeeze=False)[0]
    loss_curve(record, ax=curve)
    (now,) = curve.plot([], [], "o", color=Look(curve)["accent"], markersize=7)
    if plane:
        draw_bar(screens[0], plane)

    def show(at: int) -> list[Any]:
        frame = record[at]
        if plane:
            screens[0].clear()
            draw_plane(screens[0], plane, frame.boundary or b"")
        now.set_data([frame.step], [frame.loss])
        curve.set_title(f"Step {frame.step}: loss {shown(frame.loss, 3)}")
        return []

    show(chosen[0])
    figure.draw_without_rendering()
    figure.set_layout_engine(None)  # so that nothing shifts from frame to frame
    return FuncAnimation(figure, show, chosen, init_func=list, interval=1000.0 / fps)
