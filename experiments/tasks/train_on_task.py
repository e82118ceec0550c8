"""HW1-1, train on an actual task: networks of several depths on image classification."""

from typing import Annotated, Self

from pydantic import Field

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run
from experiments.engine.train import train
from experiments.settings.change import changed
from experiments.settings.consistency import Finding, too_few
from experiments.settings.network import Network
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
)
from report.records.rows import train_on_task as rows

MODELS = 2
"""Models that the homework asks for at least."""


class Comparison(Table):
    """Models compared on one data set under one training."""

    data: ImageDataSettings
    """The images that are trained and tested on."""
    training: Training
    """How every network is trained."""
    models: tuple[Network, ...] = Field(min_length=1)
    """Networks that are compared."""
    seeds: Annotated[tuple[int, ...] | None, LATER] = Field(default=None, min_length=1)
    """Every network is trained once with each seed; those of the task if left out."""
    outside: Annotated[bool, LATER] = False
    """Whether it stands outside the comparison: it shows what can be reached, and no depth."""


class Settings(TaskSettings):
    """Every model of every comparison is trained with every seed."""

    comparisons: tuple[Comparison, ...] = Field(min_length=1)
    """Each trains several networks on one data set."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        return tuple(
            Use(
                model,
                image_shape(c.data),
                changed(c.training, model.training),
                train_size(c.data),
                True,
                runs=len(self.seeds_of(c)),
            )
            for c in self.comparisons
            for model in c.models
        )

    def seeds_of(self, comparison: Comparison) -> tuple[int, ...]:
        """The comparison's own seeds, or those of the task."""
        return comparison.seeds or self.seeds

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return tuple(comparison.data for comparison in self.comparisons)

    def contradictions(self) -> tuple[Finding, ...]:
        """Models to compare on every data set."""
        return tuple(
            finding
            for number, comparison in enumerate(self.comparisons)
            if not comparison.outside
            for finding in too_few(
                "too-few-models",
                f"comparisons.{number}.models",
                len(comparison.models),
                MODELS,
                "models",
            )
        )

    def smoke(self) -> Self:
        """Few images, two epochs, two seeds."""
        data = smaller([c.data for c in self.comparisons])
        given = [t for c in self.comparisons for t in (c.training, *(m.training for m in c.models))]
        trainings = iter(shorter(given, 2))
        shrunk = tuple(
            c.model_copy(
                update={
                    "data": images,
                    "training": next(trainings),
                    "models": with_own(c.models, (next(trainings) for _ in c.models)),
                    "seeds": c.seeds and c.seeds[:2],
                }
            )
            for c, images in zip(self.comparisons, data, strict=True)
        )
        return self.model_copy(update={"comparisons": shrunk, "seeds": self.seeds[:2]})


def run(settings: Settings, context: Context) -> Measured:
    """Train all models on their data sets with all seeds; keep losses and accuracies."""
    planned = [
        (
            Run(
                model,
                changed(comparison.training, model.training),
                context.image_problem(comparison.data),
                seed,
                observe=Observe(evaluations=20),
            ),
            comparison.outside,
        )
        for comparison in settings.comparisons
        for model in comparison.models
        for seed in settings.seeds_of(comparison)
    ]
    outcomes = train([one for one, _ in planned], context, label="train-on-task")
    trained = [
        rows.Run(
            dataset=outcome.run.problem.name,
            model=outcome.run.network.name,
            outside=outside or None,
            **vars(curves(outcome)),
        )
        for outcome, (_, outside) in zip(outcomes, planned, strict=True)
    ]
    return Measured(
        metrics=rows.Metrics(runs=trained),
        seeds=tuple(dict.fromkeys(s for c in settings.comparisons for s in settings.seeds_of(c))),
        diverged=any(row.diverged_at is not None for row in trained),
    )
