"""Write optimizers.json: what PyTorch's optimizers, schedulers and gradient clipping do, in float64.

Run by hand where PyTorch is installed, and commit what it writes:

    python tests/nn/reference/make_optimizers.py

Every run minimises x⁴/4 + (x − y)²/2 + y²·z²/2 + (z − 2)²/2, whose gradient needs only arithmetic, so it doesn't
depend on anyone's automatic differentiation. The file has everything needed to repeat a run: the optimizer,
its settings and parameter groups, the schedulers, the metrics, and the parameters that get no gradient in a step ("unreached",
in runs that have some); and, for each of the 50 steps, the three parameters after `optimizer.step()`, and each group's
learning rate and momentum after `scheduler.step()`. "state" is the optimizer's state for each parameter at the end.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

STEPS = 50
START = [1.5, -1.0, 0.5]

OPTIMIZERS: list[tuple[str, str, dict[str, Any]]] = [
    ("SGD", "SGD", {"lr": 0.05}),
    ("SGD with momentum", "SGD", {"lr": 0.02, "momentum": 0.9}),
    ("SGD with Nesterov momentum", "SGD", {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    ("SGD with weight decay", "SGD", {"lr": 0.05, "weight_decay": 0.1}),
    ("SGD with all", "SGD", {"lr": 0.02, "momentum": 0.8, "weight_decay": 0.1, "nesterov": True}),
    ("Adam by default", "Adam", {}),
    ("Adam", "Adam", {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-6}),
    ("Adam with weight decay", "Adam", {"lr": 0.1, "weight_decay": 0.1}),
    ("AdamW by default", "AdamW", {}),
    ("AdamW", "AdamW", {"lr": 0.1, "weight_decay": 0.2}),
    ("RMSprop by default", "RMSprop", {}),
    ("RMSprop", "RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-6}),
    ("RMSprop centered", "RMSprop", {"lr": 0.02, "centered": True}),
    ("RMSprop with momentum", "RMSprop", {"lr": 0.01, "momentum": 0.8}),
    ("RMSprop with weight decay", "RMSprop", {"lr": 0.02, "weight_decay": 0.1}),
    ("RMSprop with all", "RMSprop", {"lr": 0.01, "alpha": 0.9, "weight_decay": 0.1, "momentum": 0.8, "centered": True}),
    ("Adagrad by default", "Adagrad", {}),
    ("Adagrad", "Adagrad", {"lr": 0.3, "eps": 1e-6}),
    ("Adagrad with lr decay", "Adagrad", {"lr": 0.3, "lr_decay": 0.05}),
    ("Adagrad with weight decay", "Adagrad", {"lr": 0.3, "weight_decay": 0.1}),
    ("Adagrad with an accumulator", "Adagrad", {"lr": 0.3, "initial_accumulator_value": 0.5}),
    ("Adam with amsgrad", "Adam", {"lr": 0.3, "betas": [0.8, 0.9], "amsgrad": True}),
    ("AdamW with amsgrad", "AdamW", {"lr": 0.3, "betas": [0.8, 0.9], "weight_decay": 0.2, "amsgrad": True}),
    ("NAdam by default", "NAdam", {}),
    ("NAdam", "NAdam", {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-6, "momentum_decay": 0.1}),
    ("NAdam with weight decay", "NAdam", {"lr": 0.1, "weight_decay": 0.1}),
    ("NAdam with decoupled weight decay", "NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
]

# For each optimizer, the settings, and those that a second group has in their place.
SECOND_GROUPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("SGD", {"lr": 0.02, "momentum": 0.9}, {"lr": 0.05, "momentum": 0.5, "weight_decay": 0.1, "nesterov": True}),
    ("Adam", {"lr": 0.1}, {"lr": 0.3, "betas": [0.8, 0.9], "eps": 1e-6, "weight_decay": 0.1, "amsgrad": True}),
    ("AdamW", {"lr": 0.1}, {"lr": 0.3, "betas": [0.8, 0.9], "eps": 1e-6, "weight_decay": 0.1, "amsgrad": True}),
    ("NAdam", {"lr": 0.1, "decoupled_weight_decay": True}, {"lr": 0.05, "betas": [0.8, 0.9], "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.02}, {"lr": 0.01, "alpha": 0.9, "weight_decay": 0.1, "momentum": 0.8, "centered": True}),
    ("Adagrad", {"lr": 0.3}, {"lr": 0.2, "lr_decay": 0.05, "weight_decay": 0.1, "eps": 1e-6}),
]
# The parameters without a gradient, for each step: one starts late, one stops early, one comes and goes.
UNREACHED = [[i for i, out in enumerate((step < 10, step >= 30, step % 3 == 1)) if out] for step in range(STEPS)]

# LambdaLR's factors as a list, one per epoch, so that the file contains no code.
FACTORS = [1.0 / (1.0 + 0.3 * epoch) for epoch in range(STEPS + 1)]
WARM_UP = [min(1.0, (1 + epoch) / 5) for epoch in range(STEPS + 1)]
# Falls, rests, falls below 0 and rises, in steps on which the definitions of a plateau disagree.
METRICS = [3.0, 2.9, 2.8, 2.7, 2.6, 2.5, 2.0, 1.5, 1.4999, 1.4998, 1.4997, 1.4, 1.41, 1.42, 1.3, 1.31]
METRICS += [1.3, 1.3, 1.29995, 1.3, 0.9, 0.9, 0.95, 0.9, 0.91, 0.6, 0.57, 0.54, 0.51, 0.5, 0.5, 0.2, 0.3]
METRICS += [-0.1, -0.10001, -0.2, 0.5, 1.0, 2.0, 3.2, 3.5, 3.8, 3.9, 4.0, 4.0, 4.2, 4.8, 4.8, 5.0, 5.0]

SCHEDULERS: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    ("StepLR by default", [("StepLR", {"step_size": 20})]),
    ("StepLR", [("StepLR", {"step_size": 7, "gamma": 0.7})]),
    ("ExponentialLR", [("ExponentialLR", {"gamma": 0.95})]),
    ("CosineAnnealingLR down to 0", [("CosineAnnealingLR", {"T_max": 50})]),
    ("CosineAnnealingLR down and up again", [("CosineAnnealingLR", {"T_max": 12, "eta_min": 0.001})]),
    ("CosineAnnealingLR of one epoch", [("CosineAnnealingLR", {"T_max": 1})]),
    ("LambdaLR", [("LambdaLR", {"lr_lambda": FACTORS})]),
    ("two schedulers", [("StepLR", {"step_size": 5, "gamma": 0.5}), ("CosineAnnealingLR", {"T_max": 20})]),
    ("a cosine after a warm-up", [("LambdaLR", {"lr_lambda": WARM_UP}), ("CosineAnnealingLR", {"T_max": 50})]),
    ("ReduceLROnPlateau by default", [("ReduceLROnPlateau", {})]),
    ("ReduceLROnPlateau", [("ReduceLROnPlateau", {"factor": 0.5, "patience": 1})]),
    ("ReduceLROnPlateau without patience", [("ReduceLROnPlateau", {"factor": 0.8, "patience": 0, "min_lr": 0.004})]),
    ("ReduceLROnPlateau with cooldown", [("ReduceLROnPlateau", {"factor": 0.5, "patience": 1, "cooldown": 3})]),
    (
        "ReduceLROnPlateau with absolute threshold",
        [("ReduceLROnPlateau", {"factor": 0.7, "patience": 1, "threshold": 0.05, "threshold_mode": "abs"})],
    ),
    ("ReduceLROnPlateau upwards", [("ReduceLROnPlateau", {"mode": "max", "factor": 0.7, "patience": 1, "threshold": 0.1})]),
    (
        "ReduceLROnPlateau upwards with absolute threshold",
        [("ReduceLROnPlateau", {"mode": "max", "factor": 0.7, "patience": 1, "threshold": 0.1, "threshold_mode": "abs"})],
    ),
    ("ReduceLROnPlateau with eps", [("ReduceLROnPlateau", {"factor": 0.5, "patience": 0, "eps": 0.002})]),
    ("MultiStepLR by default", [("MultiStepLR", {"milestones": [10, 30]})]),
    ("MultiStepLR", [("MultiStepLR", {"milestones": [0, 3, 3, 20], "gamma": 0.7})]),
    ("LinearLR by default", [("LinearLR", {})]),
    ("LinearLR down to 0", [("LinearLR", {"start_factor": 1.0, "end_factor": 0.0, "total_iters": 40})]),
    ("a warm-up before a decay", [("LinearLR", {"start_factor": 0.1}), ("ExponentialLR", {"gamma": 0.9})]),
]
# In each of these runs, the second group has another learning rate.
ONE_CYCLE: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("OneCycleLR by default", "SGD", {"lr": 0.1, "momentum": 0.9}, {"max_lr": 0.05, "total_steps": 51}),
    ("OneCycleLR of epochs", "AdamW", {"lr": 0.1}, {"max_lr": 0.1, "epochs": 17, "steps_per_epoch": 3}),
    (
        "OneCycleLR in three phases",
        "RMSprop",
        {"lr": 0.1, "momentum": 0.5},
        {"max_lr": [0.02, 0.01], "total_steps": 51, "three_phase": True, "pct_start": 0.4},
    ),
    (
        "OneCycleLR with all",
        "NAdam",
        {"lr": 0.1},
        {
            "max_lr": [0.05, 0.1],
            "total_steps": 60,
            "pct_start": 0.25,
            "anneal_strategy": "linear",
            "base_momentum": [0.8, 0.7],
            "max_momentum": [0.9, 0.95],
            "div_factor": 10.0,
            "final_div_factor": 100.0,
        },
    ),
    (
        "OneCycleLR without momentum",
        "Adagrad",
        {"lr": 0.1},
        {"max_lr": 0.2, "total_steps": 51, "cycle_momentum": False, "pct_start": 0.0},
    ),
]
SEQUENCES: list[tuple[str, dict[str, Any]]] = [
    (
        "a warm-up, then a cosine",
        {
            "schedulers": [["LinearLR", {"start_factor": 0.1, "total_iters": 8}], ["CosineAnnealingLR", {"T_max": 42}]],
            "milestones": [8],
        },
    ),
    (
        "each plan after another",
        {
            "schedulers": [
                ["ExponentialLR", {"gamma": 0.9}],
                ["StepLR", {"step_size": 4, "gamma": 0.5}],
                ["MultiStepLR", {"milestones": [0, 2, 5], "gamma": 0.8}],
                ["LambdaLR", {"lr_lambda": FACTORS}],
                ["LinearLR", {"start_factor": 0.5, "end_factor": 0.25, "total_iters": 6}],
                ["CosineAnnealingLR", {"T_max": 5, "eta_min": 0.001}],
            ],
            "milestones": [5, 14, 22, 30, 40],
        },
    ),
    (
        "a warm-up, then one cycle",
        {"schedulers": [["LinearLR", {}], ["OneCycleLR", {"max_lr": [0.05, 0.1], "total_steps": 45}]], "milestones": [6]},
    ),
    (
        "the first one has no turn",
        {"schedulers": [["StepLR", {"step_size": 2}], ["ExponentialLR", {"gamma": 0.9}]], "milestones": [0]},
    ),
]

GRADIENTS = [[3.0, -4.0, 12.0], [0.01, 0.02, -0.03], [0.0, 0.0], [-7.5], [1e-9, 1e3, -2.5, 0.0]]
NORMS: list[float | str] = [1.0, 2.0, 3.0, "inf"]  # JSON has no infinity


def gradient(x: Any, y: Any, z: Any) -> tuple[Any, Any, Any]:
    """The gradient of the function in the module's docstring."""
    return x * x * x + (x - y), (y - x) + y * z * z, y * y * z + (z - 2.0)


def run(
    torch: Any,
    name: str,
    optimizer: str,
    settings: dict[str, Any],
    schedulers: list[tuple[str, dict[str, Any]]],
    second_group: dict[str, Any] | None = None,
    unreached: bool = False,
) -> dict[str, Any]:
    """One row of the file."""
    params = [torch.tensor(x, requires_grad=True) for x in START]
    groups: Any = params
    if second_group is not None:
        groups = [{"params": params[:1]}, {"params": params[1:], **second_group}]
    made = getattr(torch.optim, optimizer)(groups, **settings, foreach=False)
    plans = [scheduler(torch, made, kind, arguments) for kind, arguments in schedulers]
    done: dict[str, list[Any]] = {"params": [], "lr": [], "momentum": []}
    for step in range(STEPS):
        for i, (p, slope) in enumerate(zip(params, gradient(*(p.detach() for p in params)), strict=True)):
            p.grad = None if unreached and i in UNREACHED[step] else slope
        made.step()
        for plan in plans:
            plan.step(METRICS[step]) if isinstance(plan, torch.optim.lr_scheduler.ReduceLROnPlateau) else plan.step()
        done["params"].append([p.item() for p in params])
        done["lr"].append([group["lr"] for group in made.param_groups])
        done["momentum"].append([group.get("momentum", group.get("betas", [None])[0]) for group in made.param_groups])
    kept = [{key: float(held) for key, held in made.state[p].items() if held is not None} for p in params]
    row = {"name": name, "optimizer": optimizer, "settings": settings, "schedulers": schedulers}
    if schedulers:
        done["params"] = done["params"][-1:]
    else:
        done = {"params": done["params"]}
    return {**row, "second_group": second_group, "unreached": unreached, **done, "state": kept}


def scheduler(torch: Any, optimizer: Any, kind: str, arguments: dict[str, Any]) -> Any:
    """A PyTorch scheduler; LambdaLR's function is given as a list of factors."""
    if "schedulers" in arguments:
        arguments = {**arguments, "schedulers": [scheduler(torch, optimizer, *one) for one in arguments["schedulers"]]}
    factors = arguments.get("lr_lambda")
    if factors is not None:
        arguments = {"lr_lambda": lambda epoch: factors[epoch]}
    return getattr(torch.optim.lr_scheduler, kind)(optimizer, **arguments)


def clipped(torch: Any, grads: list[float], clip: Any, *arguments: float) -> dict[str, Any]:
    """These gradients before and after clipping, and their norm if `clip` returns one."""
    params = [torch.tensor(0.0, requires_grad=True) for _ in grads]
    for p, grad in zip(params, grads, strict=True):
        p.grad = torch.tensor(grad)
    norm = clip(params, *arguments)
    after = {"grads": grads, "clipped": [p.grad.item() for p in params]}
    return after if norm is None else {**after, "norm": norm.item()}


def main() -> None:
    """Run everything, and write the file beside this one."""
    import torch

    torch.set_default_dtype(torch.float64)
    norms, values = [], []
    for grads in GRADIENTS:
        for max_norm in (1.0, 100.0):
            for norm_type in NORMS:
                after = clipped(torch, grads, torch.nn.utils.clip_grad_norm_, max_norm, float(norm_type))
                norms.append({"max_norm": max_norm, "norm_type": norm_type, **after})
        values.append({"clip_value": 2.0, **clipped(torch, grads, torch.nn.utils.clip_grad_value_, 2.0)})

    faster = {"lr": 0.1}
    lists = {
        "optimizers": [
            *(run(torch, name, kind, settings, []) for name, kind, settings in OPTIMIZERS),
            *(run(torch, f"{kind} of two groups", kind, one, [], two) for kind, one, two in SECOND_GROUPS),
            *(
                run(torch, f"{kind} with gradients that come and go", kind, one, [], two, True)
                for kind, one, two in SECOND_GROUPS
            ),
        ],
        "schedulers": [
            *(run(torch, name, "SGD", {"lr": 0.05}, schedulers, faster) for name, schedulers in SCHEDULERS),
            *(run(torch, name, kind, settings, [("OneCycleLR", plan)], faster) for name, kind, settings, plan in ONE_CYCLE),
            *(
                run(torch, name, "SGD", {"lr": 0.05, "momentum": 0.5}, [("SequentialLR", plan)], faster)
                for name, plan in SEQUENCES
            ),
        ],
        "clip_grad_norm_": norms,
        "clip_grad_value_": values,
    }
    fixed = {"torch": torch.__version__, "start": START, "metrics": METRICS, "unreached": UNREACHED}
    lines = [f' "{name}": {json.dumps(held)}' for name, held in fixed.items()]
    for name, rows in lists.items():  # one row per line, for readable diffs
        lines.append(f' "{name}": [\n  ' + ",\n  ".join(json.dumps(row, allow_nan=False) for row in rows) + "\n ]")
    Path(__file__).with_name("optimizers.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
