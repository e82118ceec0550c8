"""HW1-3, number of parameters against generalization: one family of networks, one task."""

from dataclasses import replace
from typing import Annotated, Self

from pydantic import Field, model_validator

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run
from experiments.engine.train import train
from experiments.settings.change import TrainingChange, changed
from experiments.settings.consistency import SPREAD, Finding, too_few
from experiments.settings.network import Network, parameter_count
from experiments.settings.strict import LATER
from experiments.settings.strict import Settings as Table
from experiments.settings.training import Training
from experiments.tasks.shrinking import shorter, smaller, with_own
from experiments.tasks.task import (
    Measured,
    TaskSettings,
    Use,
    curves,
    image_shape,
    train_size,
    with_case,
)
from report.records.rows import parameter_count as rows

STRUCTURES = 10
"""Structures that the homework asks for at least."""
SIZE_RANGE = 40
"""The largest structure should have at least so many times the parameters of the smallest."""
SEEDS = 3
"""Runs of each structure from which a spread can be seen."""


class NoisyPanel(Table):
    """A further panel: what it does not share with the settings above."""

    label_noise: float = Field(gt=0, le=1)
    """Share of the training labels that is drawn anew."""
    data: ImageDataSettings | None = None
    """The images that are trained and tested on."""
    training: TrainingChange | None = None
    """Keys of the training that differ."""
    models: tuple[Network, ...] | None = Field(default=None, min_length=1)
    """Networks that are compared."""
    seeds: tuple[int, ...] | None = Field(default=None, min_length=1)
    """Every network is trained once with each seed."""


class Settings(TaskSettings):
    """Every structure is trained on the same data by the same training, with every seed.

    Each of `cases` is a panel of its own, trained with these settings but for what it gives itself:
    on labels of which a share is random, over sizes that cross the interpolation threshold, the
    test error may descend twice.
    """

    data: ImageDataSettings
    """The images that are trained and tested on."""
    training: Training
    """How every network is trained."""
    models: tuple[Network, ...] = Field(min_length=1)
    """Networks that are compared."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""
    label_noise: Annotated[float, LATER] = Field(default=0.0, ge=0, le=1)
    """Share of the training labels that is drawn anew."""
    cases: Annotated[tuple[NoisyPanel, ...], LATER] = ()
    """Further panels, each with another share of random labels."""

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        shares = [case.label_noise for case in self.every()]
        if len(set(shares)) < len(shares):
            raise ValueError(
                "cases: are told apart by their label_noise; give each another share than "
                f"{', '.join(f'{share:g}' for share in shares)}"
            )
        return self

    def every(self) -> tuple[Self, ...]:
        """The settings of each panel by itself, the task's own first."""
        own = self.model_copy(update={"cases": ()})
        return (own, *(with_case(self, case) for case in self.cases))

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        return tuple(use for case in self.every() for use in case.own_uses())

    def own_uses(self) -> tuple[Use, ...]:
        """Every network of the task's own panel."""
        shape, size, runs = image_shape(self.data), train_size(self.data), len(self.seeds)
        return tuple(
            Use(model, shape, changed(self.training, model.training), size, True, runs=runs)
            for model in self.models
        )

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return tuple(dict.fromkeys(case.data for case in self.every()))

    def contradictions(self) -> tuple[Finding, ...]:
        """Enough structures of one family, over a wide range of sizes, with a spread."""
        own, *others = self.every()
        found = list(own.own_contradictions())
        for number, case in enumerate(others):
            found += [
                replace(one, key=f"cases.{number}.{one.key}")
                for one in case.own_contradictions()
                if one.name == "two-families"
            ]
        return tuple(found)

    def own_contradictions(self) -> tuple[Finding, ...]:
        """Those of the task's own panel."""
        found = list(
            too_few("too-few-structures", "models", len(self.models), STRUCTURES, "structures")
        )
        found += too_few("too-few-seeds", "seeds", len(self.seeds), SEEDS, "seeds", SPREAD)
        sizes = [parameter_count(use.network, use.shape) for use in self.own_uses()]
        if max(sizes) < SIZE_RANGE * min(sizes):
            cause = (
                f"the largest structure has {max(sizes) / min(sizes):.1f} times the parameters "
                f"of the smallest, less than {SIZE_RANGE} times"
            )
            found.append(Finding("narrow-size-range", "models", cause, "widen the range"))
        if len({model.convolutional for model in self.models}) > 1:
            cause = "structures with and without convolutions are two families"
            found.append(Finding("two-families", "models", cause, "keep one"))
        return tuple(found)

    def smoke(self) -> Self:
        """Few images, two epochs, two seeds; all structures."""
        parts: tuple[Settings | NoisyPanel, ...] = (self, *self.cases)
        data = smaller([part.data or self.data for part in parts], self.uses(), 50, 50)
        models = [part.models or self.models for part in parts]
        given = [t for part, networks in zip(parts, models, strict=True)
                 for t in (part.training, *(m.training for m in networks))]  # fmt: skip
        trainings = iter(shorter(given, 2, 25))
        own, *others = (
            {
                "data": images,
                "training": next(trainings),
                "models": with_own(networks, [next(trainings) for _ in networks]),
                "seeds": (part.seeds or self.seeds)[:2],
                "label_noise": part.label_noise,
            }
            for part, images, networks in zip(parts, data, models, strict=True)
        )
        cases = tuple(NoisyPanel.model_validate(other) for other in others)
        return self.model_copy(update={**own, "cases": cases})


def run(settings: Settings, context: Context) -> Measured:
    """Train all structures with all seeds; keep losses and accuracies."""
    cases = settings.every()
    trained = [row for case in cases for row in _panel(case, context)]
    return Measured(
        metrics=rows.Metrics(runs=trained),
        seeds=tuple(dict.fromkeys(seed for case in cases for seed in case.seeds)),
        diverged=any(row.diverged_at is not None for row in trained),
    )


def _panel(settings: Settings, context: Context) -> list[rows.Run]:
    from experiments.engine.problems import corrupted

    problem, noise = context.image_problem(settings.data), settings.label_noise
    runs = [
        Run(
            model,
            changed(settings.training, model.training),
            corrupted(problem, noise, seed),
            seed,
            observe=Observe(evaluations=20),
        )
        for model in settings.models
        for seed in settings.seeds
    ]
    label = f"parameter-count, {problem.name}" + (f", label noise {noise:g}" if noise else "")
    return [
        rows.Run(
            label_noise=noise,
            model=outcome.run.network.name,
            parameters=len(outcome.weights),
            examples=len(problem.targets),
            outputs=problem.outputs,
            **vars(curves(outcome)),
        )
        for outcome in train(runs, context, label=label)
    ]
