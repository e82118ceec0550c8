"""HW1-3, number of parameters against generalization: one family of networks, one task."""

from typing import Self

from pydantic import Field

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run
from experiments.engine.train import train
from experiments.settings.change import changed
from experiments.settings.consistency import SPREAD, Finding, too_few
from experiments.settings.network import Network, parameter_count
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
from report.records.rows import parameter_count as rows

STRUCTURES = 10
"""Structures that the homework asks for at least."""
SIZE_RANGE = 40
"""The largest structure should have at least so many times the parameters of the smallest."""
SEEDS = 3
"""Runs of each structure from which a spread can be seen."""


class Settings(TaskSettings):
    """Every structure is trained on the same data by the same training, with every seed."""

    data: ImageDataSettings
    """The images that are trained and tested on."""
    training: Training
    """How every network is trained."""
    models: tuple[Network, ...] = Field(min_length=2)
    """Networks that are compared."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        shape, size, runs = image_shape(self.data), train_size(self.data), len(self.seeds)
        return tuple(
            Use(model, shape, changed(self.training, model.training), size, True, runs=runs)
            for model in self.models
        )

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return (self.data,)

    def contradictions(self) -> tuple[Finding, ...]:
        """Enough structures of one family, over a wide range of sizes, with a spread."""
        found = list(
            too_few("too-few-structures", "models", len(self.models), STRUCTURES, "structures")
        )
        found += too_few("too-few-seeds", "seeds", len(self.seeds), SEEDS, "seeds", SPREAD)
        sizes = [parameter_count(use.network, use.shape) for use in self.uses()]
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
        (data,) = smaller([self.data], 50, 50)
        training, *own = shorter([self.training, *(m.training for m in self.models)], 2, 25)
        return self.model_copy(
            update={
                "data": data,
                "training": training,
                "models": with_own(self.models, own),
                "seeds": self.seeds[:2],
            }
        )


def run(settings: Settings, context: Context) -> Measured:
    """Train all structures with all seeds; keep losses and accuracies."""
    problem = context.image_problem(settings.data)
    runs = [
        Run(
            model,
            changed(settings.training, model.training),
            problem,
            seed,
            observe=Observe(evaluations=20),
        )
        for model in settings.models
        for seed in settings.seeds
    ]
    trained = [
        rows.Run(
            model=outcome.run.network.name,
            parameters=len(outcome.weights),
            **vars(curves(outcome)),
        )
        for outcome in train(runs, context, label=f"parameter-count, {problem.name}")
    ]
    return Measured(
        metrics=rows.Metrics(runs=trained),
        seeds=settings.seeds,
        diverged=any(row.diverged_at is not None for row in trained),
    )
