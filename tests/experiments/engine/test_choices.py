"""Every optimizer, schedule, loss and clip by name, in a stack, against PyTorch's own loop."""

import inspect
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from experiments.engine.context import Context
from experiments.engine.run import Observe, Run
from experiments.engine.train import grouped, train
from experiments.settings.torch_names import LOSSES, OPTIMIZERS, SCHEDULERS
from tests.experiments.engine.killed import trained_through_kills
from tests.experiments.engine.plain import named, trained

Make = Callable[..., Run]
CPU = torch.device("cpu")

OPTIMIZER_CASES: list[Any] = [
    *(name for name in OPTIMIZERS.known if name != "LBFGS"),
    {"name": "SGD", "momentum": 0.9, "nesterov": True},
    {"name": "sgd", "momentum": 0.9, "dampening": 0.2, "weight_decay": 0.01, "maximize": False},
    {"name": "ADAM", "betas": [0.7, 0.9], "eps": 1e-3, "amsgrad": True, "weight_decay": 0.1},
    {"name": "AdamW", "weight_decay": 0.2},
    {"name": "RMSprop", "alpha": 0.9, "centered": True, "momentum": 0.3},
    {"name": "Adagrad", "lr_decay": 0.1, "initial_accumulator_value": 0.3, "weight_decay": 0.1},
    {"name": "NAdam", "momentum_decay": 0.1, "decoupled_weight_decay": True, "weight_decay": 0.1},
    {"name": "ASGD", "lambd": 0.01, "alpha": 0.5, "t0": 5},
    {"name": "Rprop", "etas": [0.3, 1.4], "step_sizes": [1e-5, 0.5]},
    {"name": "Adadelta", "rho": 0.5},
]
STEPS = [{"name": "LinearLR"}, {"name": "CosineAnnealingLR", "T_max": 3}]
SCHEDULE_CASES: list[dict[str, Any]] = [
    {"name": "StepLR", "step_size": 3, "gamma": 0.5},
    {"name": "MultiStepLR", "milestones": [2, 5], "gamma": 0.3},
    {"name": "ConstantLR", "factor": 0.3, "total_iters": 4},
    {"name": "LinearLR", "start_factor": 0.2, "total_iters": 7},
    {"name": "ExponentialLR", "gamma": 0.9},
    {"name": "PolynomialLR", "total_iters": 8, "power": 2},
    {"name": "CosineAnnealingLR", "T_max": 6, "eta_min": 1e-4},
    {"name": "CosineAnnealingWarmRestarts", "T_0": 2, "T_mult": 2},
    {"name": "CyclicLR", "base_lr": 1e-3, "max_lr": 0.1, "step_size_up": 3},
    {"name": "OneCycleLR", "max_lr": 0.1, "total_steps": 60},
    {"name": "ReduceLROnPlateau", "factor": 0.5, "patience": 0, "threshold": 0.05},
    {"name": "SequentialLR", "schedulers": STEPS, "milestones": [4]},
    {"name": "ChainedScheduler", "schedulers": STEPS},
]


def equal(runs: list[Run], context: Context, tolerance: float = 1e-9) -> None:
    """The stack gives what PyTorch's loop gives for each run alone."""
    with warnings.catch_warnings(action="ignore"):
        expected = [trained(run) for run in runs]
    for outcome, plain in zip(train(runs, context), expected, strict=True):
        assert torch.isfinite(plain).all()
        assert (outcome.parameters - plain).abs().max() < tolerance


def stack(make: Make, **training: Any) -> list[Run]:
    """Two seeds at two rates."""
    runs = [
        make(**{"epochs": 12, **training, "learning_rate": rate}, seed=seed)
        for seed in (0, 1)
        for rate in (0.003, 0.02)
    ]
    assert len(grouped(runs, CPU)) == 1
    return runs


@pytest.mark.sweep
@pytest.mark.parametrize("optimizer", OPTIMIZER_CASES, ids=str)
def test_optimizers(make: Make, context: Context, optimizer: Any) -> None:
    equal(stack(make, optimizer=optimizer, batch_size=8), context)


@pytest.mark.sweep
@pytest.mark.parametrize("interval", ["epoch", "step"])
@pytest.mark.parametrize("schedule", SCHEDULE_CASES, ids=lambda s: s["name"])
@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_schedules(
    make: Make, context: Context, schedule: dict[str, Any], interval: str, momentum: float
) -> None:
    plateau = schedule["name"] == "ReduceLROnPlateau"
    if plateau and interval == "step":
        return
    optimizer = {"name": "sgd", "momentum": momentum} if momentum else "adam"
    given = schedule if plateau else {**schedule, "interval": interval}
    equal(stack(make, optimizer=optimizer, batch_size=8, schedule=given), context)


def test_one_cycle_has_the_length_of_the_training(make: Make, context: Context) -> None:
    for interval, length in (("epoch", 12), ("step", 36)):
        given = {"name": "OneCycleLR", "max_lr": 0.1, "interval": interval}
        own = stack(make, batch_size=8, schedule=given)
        told = stack(make, batch_size=8, schedule={**given, "total_steps": length})
        for one, other in zip(train(own, context), train(told, context), strict=True):
            assert torch.equal(one.parameters, other.parameters)


@pytest.mark.parametrize(
    "optimizer",
    ["LBFGS", {"name": "lbfgs", "line_search_fn": "strong_wolfe", "max_iter": 7}],
    ids=str,
)
def test_lbfgs_trains_singly(make: Make, context: Context, optimizer: Any) -> None:
    runs = [make(optimizer=optimizer, learning_rate=0.1, epochs=2, seed=s) for s in (0, 1)]
    assert len(grouped(runs, CPU)) == 2
    equal(runs, context, 1e-6)


def test_lbfgs_says_why_it_takes_no_clip(make: Make) -> None:
    with pytest.raises(ValueError, match="estimates curvature from differences of gradients"):
        make(optimizer="LBFGS", clip=0.05)


@pytest.mark.sweep
@pytest.mark.parametrize(
    "loss",
    ["mse", "L1Loss", {"name": "SmoothL1Loss", "beta": 0.3}, {"name": "huberloss", "delta": 0.2},
     "PoissonNLLLoss"],
    ids=str,
)  # fmt: skip
def test_losses_of_numbers(make: Make, context: Context, loss: Any) -> None:
    equal(stack(make, loss=loss), context)


@pytest.mark.sweep
@pytest.mark.parametrize(
    "loss",
    ["mse", {"name": "cross_entropy", "label_smoothing": 0.2}, "L1Loss", "HuberLoss",
     "BCEWithLogitsLoss", "SoftMarginLoss", "HingeEmbeddingLoss", "MultiLabelSoftMarginLoss",
     {"name": "MultiMarginLoss", "p": 2, "margin": 0.5}],
    ids=str,
)  # fmt: skip
def test_losses_of_classes(make: Make, context: Context, loss: Any) -> None:
    equal(stack(make, kind="images", loss=loss, batch_size=8, epochs=6), context)


@pytest.mark.sweep
@pytest.mark.parametrize("loss", ["BCELoss", "NLLLoss", "KLDivLoss"])
def test_losses_of_probabilities(make: Make, context: Context, loss: str) -> None:
    equal(stack(make, kind="images", output="softmax", loss=loss, epochs=6), context)


@pytest.mark.sweep
@pytest.mark.parametrize("bound", [0.05, {"value": 0.02}], ids=str)
@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_clip(make: Make, context: Context, bound: Any, kind: str) -> None:
    """Of each run's own gradient: a wild member changes no other."""
    runs = [make(kind, clip=bound, optimizer="sgd", epochs=9, learning_rate=r, batch_size=8)
            for r in (0.1, 3.0)]  # fmt: skip
    equal(runs, context)
    free = train([make(kind, optimizer="sgd", epochs=9, learning_rate=3.0, batch_size=8)], context)
    assert not torch.allclose(free[0].parameters, train(runs, context)[1].parameters)


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 9])
def test_length_in_steps(make: Make, context: Context, steps: int) -> None:
    """20 points in batches of 8 are 3 steps an epoch."""
    runs = [
        make(epochs=None, steps=steps, batch_size=8, seed=s, observe=Observe(steps=True))
        for s in (0, 1)
    ]
    equal(runs, context)
    for outcome in train(runs, context):
        assert outcome.steps is not None and len(outcome.steps.loss) == steps
        assert outcome.history.epochs[-1] == -(-steps // 3)


@pytest.mark.sweep
@pytest.mark.parametrize(
    "kind",
    [*({"schedule": s, "batch_size": 6} for s in SCHEDULE_CASES),
     *({"optimizer": name, "batch_size": 6} for name in OPTIMIZERS.known if name != "LBFGS"),
     {"optimizer": "LBFGS"}, {"stop": {"loss": 0.2}}, {"clip": 0.1}],
    ids=str,
)  # fmt: skip
def test_interrupted(make: Make, context: Context, tmp_path: Path, kind: dict[str, Any]) -> None:
    """A kill changes nothing: the state of everything is in the checkpoint."""

    runs = [make(**{"epochs": 12, "double": False, "learning_rate": 0.01 + s, **kind}, seed=s)
            for s in (0, 1)]  # fmt: skip
    resumed = trained_through_kills(runs, tmp_path, (9, 9, 9))
    for one, other in zip(train(runs, context), resumed, strict=True):
        assert torch.equal(one.parameters, other.parameters)
        assert one.history == other.history


TABLES: dict[str, Any] = {
    "optimizers": (OPTIMIZERS, torch.optim, torch.optim.Optimizer),
    "schedulers": (SCHEDULERS, lr_scheduler, lr_scheduler.LRScheduler),
    "losses": (LOSSES, nn.modules.loss, nn.Module),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_name_what_torch_has(name: str) -> None:
    """Every class is known or refused with a reason, every argument of a known one likewise."""
    table, module, base = TABLES[name]
    classes = {
        n for n, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, base) and not n.startswith("_")
        and n in getattr(module, "__all__", [n])
    } - {"Optimizer", "LRScheduler", "Module"}  # fmt: skip
    spelled = {n.lower() for n in (*table.known, *table.aliases, *table.refused)}
    assert {n for n in classes if n.lower() not in spelled} == set()
    own = {"mse_log_softmax"} | set(table.aliases.values())
    outside = {"params", "optimizer", "args", "kwargs", "size_average"}
    for known, kinds in table.known.items():
        if known in own:
            continue
        signature = inspect.signature(named(module, known)).parameters
        arguments = set(signature) - outside - {"self"}
        assert set(kinds) <= arguments, known
        assert arguments - set(kinds) <= set(table.refused), known
        required = {
            n for n in arguments if signature[n].default is inspect.Parameter.empty
        }  # fmt: skip
        assert required - set(table.refused) == set(table.required.get(known, ())), known


def test_values_that_the_tables_accept_are_accepted_by_torch() -> None:
    """At the ends of what they allow."""
    values: list[Any] = [0, 1, 0.5, 1e-9, 2, 100, True, False, [0.0, 0.999], [0.5, 1.2], [1, 2],
                         "strong_wolfe"]  # fmt: skip
    tried = 0
    for name, kinds in OPTIMIZERS.known.items():
        for argument, kind in kinds.items():
            for value in values:
                if not kind.holds(value) or (argument, value) == ("nesterov", True):
                    continue
                parameter = torch.zeros(2, requires_grad=True)
                named(torch.optim, name)([parameter], lr=0.1, **{argument: value})
                tried += 1
    assert tried > 100


def test_the_first_optimizer_does_not_import_the_compiler() -> None:
    program = (
        "import sys, torch\n"
        "from experiments.engine.optimizers import RowOptimizer\n"
        "from experiments.settings.training import Training\n"
        "values, gradients = torch.ones(2, 3), torch.ones(2, 3)\n"
        "training = Training(loss='mse', epochs=1, schedule={'name': 'LinearLR'})\n"
        "optimizer = RowOptimizer(values, gradients, [training] * 2)\n"
        "optimizer.step(values.sum(1), lambda: values.sum(1))\n"
        "optimizer.schedule()\n"
        "optimizer.restore(optimizer.state())\n"
        "assert 'torch._dynamo' not in sys.modules and values.max() < 1\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
