"""HW1-3, flatness, part 2: sensitivity to the input, against batch size and learning rate."""

from dataclasses import asdict
from typing import Any, Self

from pydantic import Field

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.settings.change import changed
from experiments.settings.consistency import SPREAD, Finding, too_few
from experiments.settings.network import Network
from experiments.settings.training import Training
from experiments.tasks.shrinking import shorter, shrunk_batches, smaller, test_size
from experiments.tasks.task import (
    Measured,
    TaskSettings,
    Use,
    curves,
    dataset_facts,
    image_shape,
    train_size,
)
from experiments.tasks.training_approach import Approach
from report.records.rows import sensitivity as rows

APPROACHES = 5
"""Batch sizes, and learning rates, that the homework asks for at least."""
SEEDS = 3
"""Solutions of each approach from which a spread can be seen."""


class Settings(TaskSettings):
    """Solutions of one network, trained in several ways with every seed.

    The batch sizes are tried at the learning rate of `training`, the learning rates at its batch
    size; one of the two lists may be left out. The approach of `training` itself counts once, if
    either list contains its value.
    `test_points` is the number of test images at which sensitivity is measured, None for all.
    """

    data: ImageDataSettings
    """The images that are trained and tested on."""
    model: Network
    """The network."""
    training: Training
    """How every network is trained."""
    batch_sizes: tuple[int, ...] = ()
    """Batch sizes that are compared."""
    learning_rates: tuple[float, ...] = ()
    """Learning rates that are compared."""
    test_points: int | None = Field(default=None, ge=1)
    """Test images at which sensitivity is measured; null: all."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""

    def approaches(self) -> tuple[Approach, ...]:
        """Every approach once, batch sizes first."""
        batch, rate = self.training.batch_size, self.training.learning_rate
        batches = [Approach(batch_size=b, learning_rate=rate) for b in self.batch_sizes]
        rates = [Approach(batch_size=batch, learning_rate=r) for r in self.learning_rates]
        return tuple(dict.fromkeys([*batches, *rates]))

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        shape, size, runs = image_shape(self.data), train_size(self.data), len(self.seeds)
        return tuple(
            Use(
                self.model,
                shape,
                approach.applied(changed(self.training, self.model.training)),
                size,
                True,
                runs=runs,
            )
            for approach in self.approaches()
        )

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return (self.data,)

    def contradictions(self) -> tuple[Finding, ...]:
        """Enough approaches and seeds, no more test points than there are."""
        counts = {"batch_sizes": self.batch_sizes, "learning_rates": self.learning_rates}
        found: tuple[Finding, ...] = ()
        if not any(counts.values()):
            cause = "neither batch sizes nor learning rates are given"
            found += (Finding("", "batch_sizes", cause, "give one of the two"),)
        for key, values in counts.items():
            name, what = f"too-few-{key}".replace("_", "-"), key.replace("_", " ")
            found += too_few(name, key, len(values), APPROACHES, what)
        available = dataset_facts(self.data).test_size
        if self.test_points is not None and self.test_points > available:
            cause = f"{self.test_points} test points asked for, the data set has {available}"
            found += (Finding("", "test_points", cause, "ask for fewer, or remove it for all"),)
        return found + too_few("too-few-seeds", "seeds", len(self.seeds), SEEDS, "seeds", SPREAD)

    def smoke(self) -> Self:
        """Few images, two epochs, two seeds; batches shrunk alike, no two to the same size."""
        (data,) = smaller([self.data])
        own = self.training.batch_size
        shrunk = shrunk_batches([*self.batch_sizes, own], train_size(data))
        sized = self.training.model_copy(update={"batch_size": shrunk[own]})
        training, change = shorter([sized, self.model.training], 2, None)
        return self.model_copy(
            update={
                "data": data,
                "training": training,
                "model": self.model.model_copy(update={"training": change}),
                "batch_sizes": tuple(shrunk[batch] for batch in self.batch_sizes),
                "test_points": min(self.test_points or test_size(data), test_size(data)),
                "seeds": self.seeds[:2],
            }
        )


def solutions(settings: Settings, context: Context) -> list[tuple[Approach, Trained]]:
    """Every approach trained with every seed; what is in the cache is not trained again."""
    problem = context.image_problem(settings.data)
    asked = [(approach, seed) for approach in settings.approaches() for seed in settings.seeds]
    runs = [
        Run(
            settings.model,
            approach.applied(changed(settings.training, settings.model.training)),
            problem,
            seed,
            observe=Observe(evaluations=10),
        )
        for approach, seed in asked
    ]
    trained = train(runs, context, label=f"sensitivity, {problem.name}")
    return [(approach, outcome) for (approach, _), outcome in zip(asked, trained, strict=True)]


def run(settings: Settings, context: Context) -> Measured:
    """Train the solutions and measure their sensitivity at the test points."""
    found = solutions(settings, context)
    points = settings.test_points or dataset_facts(settings.data).test_size
    advance = context.progress.start("sensitivity, measuring", len(found))
    measured = []
    for approach, outcome in found:
        measured.append(
            rows.Solution(
                batch_size=approach.batch_size,
                learning_rate=approach.learning_rate,
                **vars(curves(outcome)),
                **_measured(outcome, points, context),
            )
        )
        advance(1)
    return Measured(
        metrics=rows.Metrics(test_points=points, solutions=measured),
        seeds=settings.seeds,
        diverged=any(outcome.diverged_at is not None for _, outcome in found),
    )


def _measured(outcome: Trained, points: int, context: Context) -> dict[str, Any]:
    """Sensitivity of one solution; None where it diverged (`final_reason` says so)."""
    from experiments.measures.sensitivity import sensitivity

    if outcome.diverged_at is not None:
        return {}
    run = outcome.run
    return asdict(
        sensitivity(
            run.network, run.problem, outcome.parameters, run.training.loss, points, context.device
        )
    )
