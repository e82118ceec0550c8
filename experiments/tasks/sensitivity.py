"""HW1-3, flatness, part 2: sensitivity to the input, against batch size and learning rate."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Self

from pydantic import Field

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.fingerprint.code import digest_of
from experiments.settings.change import changed
from experiments.settings.consistency import SPREAD, Finding, too_few
from experiments.settings.network import Network
from experiments.settings.strict import LATER
from experiments.settings.strict import Settings as Table
from experiments.settings.training import Stop, Training
from experiments.tasks.shrinking import MEASURING, shorter, shrunk_batches, smaller, test_size
from experiments.tasks.task import (
    Measured,
    TaskSettings,
    Use,
    curves,
    dataset_facts,
    image_shape,
    measure_key,
    train_size,
)
from experiments.tasks.training_approach import Approach
from report.records.rows import sensitivity as rows

APPROACHES = 5
"""Batch sizes, and learning rates, that the homework asks for at least."""
SEEDS = 3
"""Solutions of each approach from which a spread can be seen."""
SMOKE_LOSS = 2.2
"""Training loss that some approaches of a smoke run reach."""


class EqualLoss(Table):
    """A second training of every approach, which ends where the training loss is low enough."""

    loss: float = Field(gt=0)
    """Training loss; a training ends with the first epoch at whose end it is at most that."""
    epochs: int = Field(ge=1, le=1_000_000)
    """Epochs at most."""


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
    equal_loss: Annotated[EqualLoss | None, LATER] = None
    """Whether every approach is also trained to an equal training loss; null: it is not."""

    def approaches(self) -> tuple[Approach, ...]:
        """Every approach once, batch sizes first."""
        batch, rate = self.training.batch_size, self.training.learning_rate
        batches = [Approach(batch_size=b, learning_rate=rate) for b in self.batch_sizes]
        rates = [Approach(batch_size=batch, learning_rate=r) for r in self.learning_rates]
        return tuple(dict.fromkeys([*batches, *rates]))

    def trainings(self, *, equal_loss: bool = False) -> tuple[tuple[Approach, Training], ...]:
        """Every approach with its training, for equal epochs or until an equal training loss."""
        common = changed(self.training, self.model.training)
        if equal_loss:
            if self.equal_loss is None:
                return ()
            stop, epochs = Stop(loss=self.equal_loss.loss), self.equal_loss.epochs
            common = common.model_copy(update={"stop": stop, "epochs": epochs, "steps": None})
        return tuple((approach, approach.applied(common)) for approach in self.approaches())

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        shape, size, runs = image_shape(self.data), train_size(self.data), len(self.seeds)
        trainings = (*self.trainings(), *self.trainings(equal_loss=True))
        return tuple(Use(self.model, shape, one, size, True, runs=runs) for _, one in trainings)

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
        (data,) = smaller([self.data], self.uses(), passes=MEASURING)
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
                "equal_loss": self.equal_loss
                and EqualLoss(
                    loss=max(self.equal_loss.loss, SMOKE_LOSS),
                    epochs=min(self.equal_loss.epochs, 4),
                ),
            }
        )


Solved = list[tuple[Approach, Trained]]


def solutions(settings: Settings, context: Context, *, equal_loss: bool = False) -> Solved:
    """Every approach trained with every seed; what is in the cache is not trained again.

    With `equal_loss`, trained until the loss that the settings give; none where they give none.
    """
    problem = context.image_problem(settings.data)
    asked = [
        (approach, Run(settings.model, training, problem, seed, observe=Observe(evaluations=10)))
        for approach, training in settings.trainings(equal_loss=equal_loss)
        for seed in settings.seeds
    ]
    if not asked:
        return []
    words = ", to an equal loss" if equal_loss else ""
    runs = [run for _, run in asked]
    trained = train(runs, context, label=f"sensitivity, {problem.name}{words}")
    return [(approach, outcome) for (approach, _), outcome in zip(asked, trained, strict=True)]


def unsolved(outcome: Trained) -> str | None:
    """Why there is no solution to measure: the run diverged, or its loss stayed too high."""
    if outcome.diverged_at is not None:
        return f"diverged at epoch {outcome.diverged_at}"
    stop = outcome.run.training.stop
    if stop is None or stop.loss is None or outcome.history.train_loss[-1] <= stop.loss:
        return None
    return f"the training loss is above {stop.loss:g} after {outcome.run.epochs} epochs"


def run(settings: Settings, context: Context) -> Measured:
    """Train the solutions and measure their sensitivity at the test points."""
    found = solutions(settings, context)
    held = solutions(settings, context, equal_loss=True)
    points = settings.test_points or dataset_facts(settings.data).test_size
    measured = _measured([outcome for _, outcome in (*found, *held)], points, context)
    given = [
        {**approach.values(), **vars(curves(outcome)), **own}
        for (approach, outcome), own in zip((*found, *held), measured, strict=True)
    ]
    return Measured(
        metrics=rows.Metrics(
            test_points=points,
            solutions=[rows.Solution(**row) for row in given[: len(found)]],
            equal_loss=[rows.EqualLoss(**row) for row in given[len(found) :]],
        ),
        seeds=settings.seeds,
        diverged=any(outcome.diverged_at is not None for _, outcome in (*found, *held)),
    )


def _measured(trained: Sequence[Trained], points: int, context: Context) -> list[dict[str, Any]]:
    """Sensitivity of each solution; of what is none, the reason alone."""
    keys = [
        measure_key(digest_of(_sensitivity), outcome.run, outcome.parameters, points)
        for outcome in trained
    ]
    work = {
        key: partial(_sensitivity, outcome, points, context)
        for key, outcome in zip(keys, trained, strict=True)
        if unsolved(outcome) is None
    }
    advance = context.progress.start("sensitivity, measuring", len(work))
    found = context.cache.each(work, advance=advance)
    return [
        {"final_reason": reason} if (reason := unsolved(outcome)) else found[key]
        for key, outcome in zip(keys, trained, strict=True)
    ]


def _sensitivity(outcome: Trained, points: int, context: Context) -> dict[str, Any]:
    from experiments.measures.sensitivity import sensitivity

    run = outcome.run
    return asdict(
        sensitivity(
            run.network, run.problem, outcome.parameters, run.training.loss, points, context.device
        )
    )
