"""The page of a training record, or of two side by side."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograd.viz.page import Player
from nn.training_record import Difference, TrainingRecord

MOST_POINTS = 500  # samples in a picture
FILES = ("training.css", "chart.js", "boundary.js", "training.js")
ASSETS = Path(__file__).parent / "assets"


def training_page(records: Sequence[TrainingRecord], difference: Difference | None, summary: str) -> Player:
    """One column for each record, all of them with the same controls; ValueError if one has no frames."""
    for record in records:
        if not record.frames:
            raise ValueError(f"there is nothing to show: {record!r}")
    data = {
        "runs": [_run(record) for record in records],
        "steps": sorted({frame.step for record in records for frame in record}),
        "summary": summary,
        "difference": None if difference is None else {"step": difference.step, "sentence": str(difference)},
    }
    return Player("Training", data, [ASSETS / name for name in FILES], height=1140)


def _run(record: TrainingRecord) -> dict[str, Any]:
    """A record by columns: a list over the frames for each of its quantities."""
    first = record[0]
    return {
        "summary": repr(record),
        "rate": record.rate,
        "steps": [frame.step for frame in record],
        "epochs": [frame.epoch for frame in record],
        "loss": [frame.loss for frame in record],
        "metric": None if first.metric is None else [frame.metric for frame in record],
        "names": list(first.parameters),
        "values": [[frame.parameters[name] for frame in record] for name in first.parameters],
        "gradients": [[frame.gradients[name] for frame in record] for name in first.gradients],
        "plane": _plane(record),
    }


def _plane(record: TrainingRecord) -> dict[str, Any] | None:
    plane = record.plane
    if plane is None:
        return None
    return {
        "resolution": plane.resolution,
        "x": plane.x,
        "y": plane.y,
        "kind": plane.kind,
        "labels": list(plane.labels),
        "points": plane.points[:MOST_POINTS],
        "hidden": max(0, len(plane.points) - MOST_POINTS),
        "cells": [b64encode(frame.boundary or b"").decode() for frame in record],
    }
