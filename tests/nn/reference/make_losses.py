"""Write losses.json: values and gradients of PyTorch's losses, in float64.

Run by hand where PyTorch is installed, and commit what it writes:

    python tests/nn/reference/make_losses.py

Each row has everything needed to repeat it: the loss, its settings, and the names of its predictions and targets; then the
value (for reduction "none", a flat list of losses), and the gradient of their sum by each prediction and, where there is
one, by each target.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

DATA: dict[str, Any] = {
    "logits": [
        [1.5, -0.25, 0.75, -2.0],
        [0.1, 0.2, -0.3, 0.4],
        [-3.0, 2.5, 0.0, 1.0],
        [8.0, -6.0, 0.5, 0.25],
        [0.0, 0.0, 0.0, 0.0],
    ],
    "labels": [2, 0, 1, 3, 2],
    "some ignored": [2, -100, 1, -100, 2],
    "another ignored": [2, 1, 1, 3, 2],
    "shares": [[0.1, 0.2, 0.3, 0.4], [0.0, 1.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25], [0.5, 0.0, 0.5, 0.0], [0.7, 0.1, 0.1, 0.1]],
    "scores": [2.0, -1.0, 0.3, -0.4, 5.0, 0.0],
    "chances": [0.9, 0.2, 0.5, 0.01, 0.99, 0.35],
    "answers": [1.0, 0.0, 1.0, 1.0, 0.0, 0.25],
    "table": [[2.0, -1.0, 0.3], [-0.4, 5.0, 0.0]],
    "answer table": [[1.0, 0.0, 1.0], [0.0, 1.0, 0.25]],
    "numbers": [0.5, -1.25, 3.0, 0.0, 1.0, -0.375],
    "other numbers": [0.25, 1.0, 0.5, 0.0, 2.0, -0.25],
}
CLASS_WEIGHTS = [None, [0.5, 2.0, 1.0, 0.25]]
REDUCTIONS = ["mean", "sum", "none"]


def cases() -> Iterator[tuple[str, dict[str, Any], str, str]]:
    """Every loss with its settings, predictions and targets."""
    for reduction, weight in product(REDUCTIONS, CLASS_WEIGHTS):
        settings = {"reduction": reduction, "weight": weight}
        for targets, ignore_index in (("labels", -100), ("some ignored", -100), ("another ignored", 1)):
            yield "NLLLoss", {**settings, "ignore_index": ignore_index}, "logits", targets
            for smoothing in (0.0, 0.1):
                more = {"ignore_index": ignore_index, "label_smoothing": smoothing}
                yield "CrossEntropyLoss", {**settings, **more}, "logits", targets
        for smoothing in (0.0, 0.1):
            yield "CrossEntropyLoss", {**settings, "label_smoothing": smoothing}, "logits", "shares"
    for reduction in REDUCTIONS:
        for weight in (None, [1.0, 2.0, 3.0, 0.5, 0.25, 4.0]):
            yield "BCELoss", {"reduction": reduction, "weight": weight}, "chances", "answers"
            for positive in (None, 3.0):
                settings = {"reduction": reduction, "weight": weight, "pos_weight": positive}
                yield "BCEWithLogitsLoss", settings, "scores", "answers"
        for weight in (None, 2.0, [1.0, 2.0, 0.5], [[1.0, 2.0, 0.5], [3.0, 0.25, 4.0]]):
            for positive in (None, 3.0, [3.0, 0.5, 2.0]):
                settings = {"reduction": reduction, "weight": weight, "pos_weight": positive}
                yield "BCEWithLogitsLoss", settings, "table", "answer table"
        for beta in (0.0, 0.25, 1.0, 2.0):
            yield "SmoothL1Loss", {"reduction": reduction, "beta": beta}, "numbers", "other numbers"
        for delta in (0.25, 1.0, 2.0):
            yield "HuberLoss", {"reduction": reduction, "delta": delta}, "numbers", "other numbers"
        for kind in ("MSELoss", "L1Loss"):
            yield kind, {"reduction": reduction}, "numbers", "other numbers"
    for reduction in (*REDUCTIONS, "batchmean"):
        yield "KLDivLoss", {"reduction": reduction, "log_target": False}, "logits", "shares"
        yield "KLDivLoss", {"reduction": reduction, "log_target": True}, "logits", "logits"


def row(torch: Any, kind: str, settings: dict[str, Any], predictions: str, targets: str) -> dict[str, Any]:
    """One row of the file."""
    of_tensors = {
        name: torch.tensor(held) if name in ("weight", "pos_weight") and held is not None else held
        for name, held in settings.items()
    }
    p = torch.tensor(DATA[predictions], requires_grad=True)
    t = torch.tensor(DATA[targets])
    # With respect to probabilities of 0, PyTorch's gradients are NaN or those of a branch not taken.
    by_targets = t.is_floating_point() and targets not in ("shares", "answers", "answer table")
    t.requires_grad_(by_targets)
    value = getattr(torch.nn, kind)(**of_tensors)(p, t)
    value.sum().backward()
    found = {"value": value.flatten().tolist() if value.dim() else value.item(), "gradient": p.grad.flatten().tolist()}
    by = {"gradient by targets": t.grad.flatten().tolist()} if by_targets else {}
    return {"loss": kind, "settings": settings, "predictions": predictions, "targets": targets, **found, **by}


def main() -> None:
    """Compute every case, and write the file beside this one."""
    import torch

    torch.set_default_dtype(torch.float64)
    fixed = {"torch": torch.__version__, **DATA}
    lines = [f' "{name}": {json.dumps(held)}' for name, held in fixed.items()]
    rows = [json.dumps(row(torch, *case), allow_nan=False) for case in cases()]  # one per line, for readable diffs
    lines.append(' "losses": [\n  ' + ",\n  ".join(rows) + "\n ]")
    Path(__file__).with_name("losses.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
