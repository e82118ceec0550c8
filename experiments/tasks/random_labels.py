"""HW1-3, random labels: can the network fit them, and at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.settings.change import changed
from experiments.settings.consistency import Finding
from experiments.settings.network import Network
from experiments.settings.training import Training
from experiments.tasks.shrinking import shorter, smaller
from experiments.tasks.task import (
    Measured,
    TaskSettings,
    Use,
    curves,
    image_shape,
    train_size,
)
from report.records.rows import random_labels as rows

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from experiments.engine.problem import Problem


Share = Annotated[float, Field(ge=0, le=1)]


class Settings(TaskSettings):
    """One network is trained on labels of which a share is random, for every share and seed.

    `thresholds` are training accuracies, measured against the labels trained on, at which
    these labels count as fitted.
    """

    data: ImageDataSettings
    """The images that are trained and tested on."""
    model: Network
    """The network."""
    training: Training
    """How every network is trained."""
    fractions: tuple[Share, ...] = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    """Shares of the labels that are random."""
    thresholds: tuple[Share, ...] = Field(default=(0.9, 0.99), min_length=1)
    """Training accuracies at which the labels count as fitted."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        shape, size = image_shape(self.data), train_size(self.data)
        runs = len(self.fractions) * len(self.seeds)
        return (
            Use(
                self.model,
                shape,
                changed(self.training, self.model.training),
                size,
                True,
                runs=runs,
            ),
        )

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return (self.data,)

    def contradictions(self) -> tuple[Finding, ...]:
        """True and random labels are what the task compares."""
        ends = {0.0: "true labels (0)", 1.0: "random labels (1)"}
        missing = [words for share, words in ends.items() if share not in self.fractions]
        if not missing:
            return ()
        cause = f"the comparison lacks {' and '.join(missing)}"
        return (Finding("fractions-incomplete", "fractions", cause, "add them"),)

    def smoke(self) -> Self:
        """Few images, three epochs, three of the fractions, two seeds."""
        ordered = sorted(self.fractions)
        kept = (ordered[0], ordered[len(ordered) // 2], ordered[-1])
        (data,) = smaller([self.data], 200)
        training, own = shorter([self.training, self.model.training], 3)
        return self.model_copy(
            update={
                "data": data,
                "training": training,
                "model": self.model.model_copy(update={"training": own}),
                "fractions": tuple(share for share in self.fractions if share in kept),
                "seeds": self.seeds[:2],
            }
        )


def run(settings: Settings, context: Context) -> Measured:
    """Replace labels once, train on them, keep losses and accuracies against epochs."""
    problem = context.image_problem(settings.data)
    runs = [
        Run(
            settings.model,
            changed(settings.training, settings.model.training),
            corrupted(problem, fraction, seed),
            seed,
            observe=Observe(evaluations=150),
        )
        for fraction in settings.fractions
        for seed in settings.seeds
    ]
    trained = train(runs, context, label=f"random-labels, {problem.name}")
    fractions = [fraction for fraction in settings.fractions for _ in settings.seeds]
    found, fits = [], []
    for fraction, outcome in zip(fractions, trained, strict=True):
        found.append(_run_row(fraction, outcome, problem, context.device))
        fits += [_fit_row(fraction, outcome, threshold) for threshold in settings.thresholds]
    return Measured(
        metrics=rows.Metrics(chance=1 / problem.outputs, runs=found, fits=fits),
        seeds=settings.seeds,
        diverged=any(outcome.diverged_at is not None for outcome in trained),
    )


def corrupted(problem: Problem, fraction: float, seed: int) -> Problem:
    """The problem with this share of its training labels drawn anew; test labels intact.

    The labels depend on the seed and the fraction alone, so they are the same in every epoch.
    """
    from experiments.data.labels import corrupt_labels
    from experiments.engine.problems import with_labels
    from experiments.engine.randomness import generator

    if fraction == 0:
        return problem
    labels = corrupt_labels(problem.targets, fraction, problem.outputs, generator(seed, "labels"))
    return with_labels(problem, labels, f"fraction {fraction}, seed {seed}")


def first_reached(
    epochs: Sequence[int], accuracies: Sequence[float], threshold: float
) -> int | None:
    """The first evaluated epoch at which the accuracy is at least the threshold, or None."""
    return next((e for e, a in zip(epochs, accuracies, strict=True) if a >= threshold), None)


def _fit_row(fraction: float, outcome: Trained, threshold: float) -> rows.Fit:
    epoch = first_reached(outcome.history.epochs, outcome.train_accuracy, threshold)
    best = max(outcome.train_accuracy, default=0.0)
    return rows.Fit(
        fraction=fraction,
        seed=outcome.run.seed,
        threshold=threshold,
        epoch=epoch,
        epoch_reason=None if epoch is not None else f"training accuracy never above {best:.4f}",
    )


def _run_row(
    fraction: float, outcome: Trained, original: Problem, device: torch.device
) -> rows.Run:
    """Curves; how many training labels are not the true ones, how many of these were learned."""
    from experiments.measures.predictions import predicted_classes

    changed = outcome.run.problem.targets != original.targets
    count = int(changed.sum())
    fitted, reason = None, None
    if count == 0:
        reason = "no label was changed"
    elif outcome.diverged_at is not None:
        reason = f"diverged at epoch {outcome.diverged_at}"
    else:
        answers = predicted_classes(outcome, changed, device)
        fitted = _agreement(answers, outcome.run.problem.targets[changed])
    return rows.Run(
        fraction=fraction,
        **vars(curves(outcome)),
        changed_labels=count,
        changed_fitted=fitted,
        changed_fitted_reason=reason,
    )


def _agreement(answers: Tensor, labels: Tensor) -> float:
    import torch

    return int(torch.eq(answers, labels).sum()) / len(labels)
