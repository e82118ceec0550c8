"""HW1-3, random labels: can the network fit them, and at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.settings.change import TrainingChange, changed
from experiments.settings.consistency import Finding
from experiments.settings.network import Network
from experiments.settings.strict import LATER
from experiments.settings.strict import Settings as Table
from experiments.settings.training import Training
from experiments.tasks.shrinking import shorter, smaller
from experiments.tasks.task import (
    Measured,
    TaskSettings,
    Use,
    curves,
    image_shape,
    train_size,
    with_case,
)
from report.records.rows import random_labels as rows

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from experiments.engine.problem import Problem


Share = Annotated[float, Field(ge=0, le=1)]


class NetworkCase(Table):
    """A further network or data set: what it does not share with the settings above."""

    data: ImageDataSettings | None = None
    """The images that are trained and tested on."""
    model: Network | None = None
    """The network."""
    training: TrainingChange | None = None
    """Keys of the training that differ."""
    fractions: tuple[Share, ...] | None = None
    """Shares of the labels that are random."""
    seeds: tuple[int, ...] | None = Field(default=None, min_length=1)
    """Every network is trained once with each seed."""


class Settings(TaskSettings):
    """One network is trained on labels of which a share is random, for every share and seed.

    `thresholds` are training accuracies, measured against the labels trained on, at which
    these labels count as fitted. Each of `cases` is trained as well, with these settings but for
    what it gives itself.
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
    test_labels: Annotated[Literal["true", "random"], LATER] = "true"
    """Whether the same share of the test labels is drawn anew as well."""
    cases: Annotated[tuple[NetworkCase, ...], LATER] = ()
    """Further networks or data sets, each by what differs."""

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = self.names()
        if len(set(names)) < len(names):
            raise ValueError(
                "cases: two have the same network on the same data; give one another name"
            )
        if len({len(case.data.facts.classes) for case in self.every()}) > 1:
            raise ValueError("cases: their data differ in the number of classes; use tasks apart")
        return self

    def every(self) -> tuple[Self, ...]:
        """The settings of each case by itself, the task's own first."""
        own = self.model_copy(update={"cases": ()})
        return (own, *(with_case(self, case) for case in self.cases))

    def names(self) -> tuple[str, ...]:
        """What the report calls the cases: their networks, with the data where one has several."""
        cases = self.every()
        networks = [case.model.name for case in cases]
        several = len(set(networks)) < len(networks)
        return tuple(
            f"{case.model.name}, {case.data.facts.title}" if several else case.model.name
            for case in cases
        )

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        return tuple(
            Use(
                case.model,
                image_shape(case.data),
                changed(case.training, case.model.training),
                train_size(case.data),
                True,
                runs=len(case.fractions) * len(case.seeds),
            )
            for case in self.every()
        )

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return tuple(dict.fromkeys(case.data for case in self.every()))

    def contradictions(self) -> tuple[Finding, ...]:
        """True and random labels are what the task compares."""
        ends = {0.0: "true labels (0)", 1.0: "random labels (1)"}
        found = []
        for number, case in enumerate(self.every()):
            missing = [words for share, words in ends.items() if share not in case.fractions]
            key = f"cases.{number - 1}.fractions" if number else "fractions"
            cause = f"the comparison lacks {' and '.join(missing)}"
            if missing:
                found.append(Finding("fractions-incomplete", key, cause, "add them"))
        return tuple(found)

    def smoke(self) -> Self:
        """Few images, three epochs, three of the fractions, two seeds."""
        parts: tuple[Settings | NetworkCase, ...] = (self, *self.cases)
        data = smaller([part.data or self.data for part in parts], self.uses(), 200)
        networks = [part.model or self.model for part in parts]
        given = [t for part, net in zip(parts, networks, strict=True)
                 for t in (part.training, net.training)]  # fmt: skip
        trainings = iter(shorter(given, 3))
        own, *others = (
            {
                "data": images,
                "training": next(trainings),
                "model": network.model_copy(update={"training": next(trainings)}),
                "fractions": _ends_and_middle(part.fractions or self.fractions),
                "seeds": (part.seeds or self.seeds)[:2],
            }
            for part, images, network in zip(parts, data, networks, strict=True)
        )
        cases = tuple(NetworkCase.model_validate(other) for other in others)
        return self.model_copy(update={**own, "cases": cases})


def _ends_and_middle(fractions: tuple[float, ...]) -> tuple[float, ...]:
    ordered = sorted(fractions)
    kept = (ordered[0], ordered[len(ordered) // 2], ordered[-1])
    return tuple(share for share in fractions if share in kept)


def run(settings: Settings, context: Context) -> Measured:
    """Replace labels once, train on them, keep losses and accuracies against epochs."""
    cases, names = settings.every(), settings.names()
    found, fits, chance = [], [], 1.0
    for name, case in zip(names, cases, strict=True):
        problem = context.image_problem(case.data)
        chance = 1 / problem.outputs
        label = name if len(cases) > 1 else None
        runs, own = _case(label, case, problem, context)
        found += runs
        fits += own
    return Measured(
        metrics=rows.Metrics(chance=chance, runs=found, fits=fits),
        seeds=tuple(dict.fromkeys(seed for case in cases for seed in case.seeds)),
        diverged=any(row.diverged_at is not None for row in found),
    )


def _case(
    name: str | None, settings: Settings, problem: Problem, context: Context
) -> tuple[list[rows.Run], list[rows.Fit]]:
    from experiments.engine.problems import corrupted

    runs = [
        Run(
            settings.model,
            changed(settings.training, settings.model.training),
            corrupted(problem, fraction, seed, settings.test_labels == "random"),
            seed,
            observe=Observe(evaluations=150),
        )
        for fraction in settings.fractions
        for seed in settings.seeds
    ]
    label = ", ".join(["random-labels", problem.name, *([name] if name else [])])
    trained = train(runs, context, label=label)
    fractions = [fraction for fraction in settings.fractions for _ in settings.seeds]
    found, fits = [], []
    for fraction, outcome in zip(fractions, trained, strict=True):
        found.append(_run_row(name, fraction, outcome, problem, context.device))
        fits += [_fit_row(name, fraction, outcome, threshold) for threshold in settings.thresholds]
    return found, fits


def first_reached(
    epochs: Sequence[int], accuracies: Sequence[float], threshold: float
) -> int | None:
    """The first evaluated epoch at which the accuracy is at least the threshold, or None."""
    return next((e for e, a in zip(epochs, accuracies, strict=True) if a >= threshold), None)


def _fit_row(case: str | None, fraction: float, outcome: Trained, threshold: float) -> rows.Fit:
    epoch = first_reached(outcome.history.epochs, outcome.train_accuracy, threshold)
    best = max(outcome.train_accuracy, default=0.0)
    return rows.Fit(
        case=case,
        fraction=fraction,
        seed=outcome.run.seed,
        threshold=threshold,
        epoch=epoch,
        epoch_reason=None if epoch is not None else f"training accuracy never above {best:.4f}",
    )


def _run_row(
    case: str | None, fraction: float, outcome: Trained, original: Problem, device: torch.device
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
        case=case,
        fraction=fraction,
        **vars(curves(outcome)),
        changed_labels=count,
        changed_fitted=fitted,
        changed_fitted_reason=reason,
    )


def _agreement(answers: Tensor, labels: Tensor) -> float:
    import torch

    return int(torch.eq(answers, labels).sum()) / len(labels)
