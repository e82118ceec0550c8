"""HW1-2, observe the gradient norm during training."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Self

from pydantic import Field

from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.tasks.case import Case, Cases, smoke_cases
from experiments.tasks.task import Measured, Use, rounded
from report.records.rows import gradient_norm as rows

if TYPE_CHECKING:
    from torch import Tensor


WINDOWS = 200
"""Most points of a curve over the steps: each is the median over a window of equal steps."""
TAIL = 10
"""The end of training is the last 1/TAIL of the steps."""


class Settings(Cases):
    """Every case is trained with every seed; loss and gradient norm of every step are observed.

    `full_gradients` is how many times during training, about evenly spread over the epochs, the
    gradient of the whole training set is computed as well (and once before the first step).
    """

    full_gradients: int = Field(default=20, ge=1, le=200)
    """How many times the gradient of the whole training set is computed as well."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        return tuple(case.use(len(self.seeds)) for case in self.cases)

    def smoke(self) -> Self:
        """Few images, few epochs, two seeds."""
        return self.model_copy(
            update={
                "cases": smoke_cases(self.cases),
                "full_gradients": min(self.full_gradients, 5),
                "seeds": self.seeds[:2],
            }
        )


def run(settings: Settings, context: Context) -> Measured:
    """Train every case with every seed; thin the steps, compute the full gradients."""
    found = []
    for case in settings.cases:
        problem = case.problem(context)
        every = math.ceil(case.epochs / settings.full_gradients)
        observe = Observe(evaluations=1, snapshot_every=every, steps=True)
        runs = [
            Run(case.network, case.training, problem, s, observe=observe) for s in settings.seeds
        ]
        trained = train(runs, context, label=f"gradient-norm, {case.name}")
        advance = context.progress.start(f"gradient-norm, {case.name}, full", len(trained))
        for outcome in trained:
            found.append(_row(case, outcome, context))
            advance(1)
    return Measured(
        metrics=rows.Metrics(cases=[case.facts() for case in settings.cases], runs=found),
        seeds=settings.seeds,
        diverged=any(row.diverged_at is not None for row in found),
    )


def _row(case: Case, outcome: Trained, context: Context) -> rows.Run:
    """Curves over the steps, curves of the whole training set, and their summary."""
    from experiments.engine.losses import constant_loss
    from experiments.measures.gradient import training_gradients

    run, steps = outcome.run, outcome.steps
    assert steps is not None
    row = partial(
        rows.Run,
        case=case.name,
        seed=run.seed,
        diverged_at=outcome.diverged_at,
        stopped_at=outcome.stopped_at,
        steps=len(steps.loss),
        window=window(len(steps.loss)),
        step=window_middles(len(steps.loss)),
        batch_loss=rounded(window_medians(steps.loss)),
        batch_gradient_norm=rounded(window_medians(steps.gradient_norm)),
    )
    if outcome.diverged_at is not None:
        return row(reason=f"diverged at epoch {outcome.diverged_at}")
    assert outcome.snapshots is not None
    losses, gradients = training_gradients(
        run.network, run.problem, outcome.snapshots, run.training.loss, context.device
    )
    norms = gradients.norm(dim=1)
    top = int(steps.gradient_norm.argmax())
    tail = steps.gradient_norm[-math.ceil(len(steps.gradient_norm) / TAIL) :]
    return row(
        epoch=outcome.snapshot_epochs,
        full_step=[epoch * case.steps_per_epoch for epoch in outcome.snapshot_epochs],
        full_loss=rounded(losses.tolist()),
        full_gradient_norm=rounded(norms.tolist()),
        initial_loss=losses[0].item(),
        final_loss=losses[-1].item(),
        initial_gradient_norm=norms[0].item(),
        final_gradient_norm=norms[-1].item(),
        largest_batch_gradient_norm=steps.gradient_norm[top].item(),
        largest_at_step=top,
        tail_steps=len(tail),
        tail_lowest=tail.min().item(),
        tail_median=tail.quantile(0.5).item(),
        tail_highest=tail.max().item(),
        constant_loss=constant_loss(run.problem.targets, run.training.loss),
    )


def window(steps: int) -> int:
    """Steps per window, so that there are at most `WINDOWS` windows."""
    return math.ceil(steps / WINDOWS)


def window_medians(values: Tensor) -> list[float]:
    """Median of each window of consecutive values (S,); the last window may be shorter."""
    return [float(part.quantile(0.5)) for part in values.double().split(window(len(values)))]


def window_middles(steps: int) -> list[float]:
    """Middle of each window, counted in steps from 0."""
    size = window(steps)
    return [(s + min(s + size, steps) - 1) / 2 for s in range(0, steps, size)]
