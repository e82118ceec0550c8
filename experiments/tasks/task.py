"""What every task has: settings that can be checked without training, and what it returns."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from pydantic import model_validator

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.run import Run, Trained
from experiments.settings.change import changed
from experiments.settings.consistency import Finding
from experiments.settings.network import Network, Shape, architecture, closed_form, parameter_count
from experiments.settings.strict import Settings
from experiments.settings.use import Use as Use
from experiments.tasks.shrinking import test_size
from experiments.tasks.shrinking import train_size as train_size
from report.records.common import Accuracies, Losses
from report.records.record import Dataset, Model, digest
from report.records.row import Metrics

if TYPE_CHECKING:
    from torch import Tensor


class TaskSettings(Settings):
    """Base of the settings of a task.

    `acknowledge` names contradictions that a reference needs (`experiments.settings.consistency`);
    `chosen` names settings that the reference does not state, chosen by us, by their keys (with or
    without the numbers of list items: `training.epochs`, `comparisons.0.data`, `comparisons.data`).
    """

    embeds: ClassVar[Mapping[str, str]] = {}
    """Fields that hold the settings of the named task; the suite fills in those left out."""

    acknowledge: tuple[str, ...] = ()
    """Contradictions that are wanted, by their names."""
    chosen: tuple[str, ...] = ()
    """Keys of settings that a reference does not state, chosen by us."""

    @model_validator(mode="after")
    def _trainings_fit(self) -> Self:
        """What a network, a function or a side of a pair changes fits the task's training."""
        if type(self).uses is not TaskSettings.uses:
            self.uses()
        return self

    def uses(self) -> tuple[Use, ...]:
        """Every network of the task."""
        raise TypeError(f"{type(self).__name__} must say which networks it uses")

    def contradictions(self) -> tuple[Finding, ...]:
        """Contradictions that only this task can have; `consistency` finds the common ones."""
        return ()

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """Every image data set of the task."""
        return ()

    def smoke(self) -> Self:
        """The same task shrunk to seconds."""
        raise TypeError(f"{type(self).__name__} must say how it shrinks")


@dataclass(frozen=True)
class Measured:
    """What a task measured; the runner makes the record of it."""

    metrics: Metrics
    seeds: tuple[int, ...]
    """Every network is trained once with each seed."""
    diverged: bool = False
    notes: tuple[str, ...] = ()


S = TypeVar("S", bound=Settings)


def with_case(settings: S, case: Settings) -> S:
    """The settings of a further case: those of the task, but for what the case gives itself.

    Raises ValueError where its `training`, which changes keys of the task's, does not fit.
    """
    given = {name: getattr(case, name) for name in type(case).model_fields}
    given["training"] = changed(settings.training, given["training"])  # type: ignore[attr-defined]
    known = {name: value for name, value in given.items() if value is not None}
    return settings.model_copy(update={**known, "cases": ()})


def image_shape(data: ImageDataSettings) -> Shape:
    """Shape of the images of a data set as the settings resize them, and number of classes."""
    facts = data.facts
    channels, height, width = facts.image_shape
    if data.resize is not None:
        height = width = data.resize
    return Shape((channels, height, width), len(facts.classes))


def dataset_facts(data: ImageDataSettings) -> Dataset:
    """A data set as the record names it."""
    facts = data.facts
    return Dataset(
        name=facts.name,
        train_size=train_size(data),
        test_size=test_size(data),
        sha256=facts.sha256,
        synthetic=facts.synthetic,
    )


def models(
    uses: Sequence[Use], count: Callable[[Network, Shape], int] = parameter_count
) -> tuple[Model, ...]:
    """Every different network once, with its number of parameters.

    One name may stand for networks of several sizes, where it is used on inputs of several shapes.

    Args:
        uses: the networks and the shapes that they are used on.
        count: gives the number of parameters, by default in closed form where there is one.
    """
    found: dict[Model, None] = {}
    for use in uses:
        model = Model(
            name=use.network.name,
            architecture=architecture(use.network, use.shape) + _counted(use),
            depth=depth(use.network, use.shape),
            parameters=count(use.network, use.shape),
        )
        found.setdefault(model)
    return tuple(found)


def _counted(use: Use) -> str:
    """Where no closed form stands beside the count, a word of it."""
    alone = closed_form(use.network, use.shape) is None
    return ", parameters counted from the module alone" if alone else ""


def depth(network: Network, shape: Shape) -> int:
    """Number of hidden layers; of a module of the user's own, counted from the built one."""
    if network.depth is not None:
        return network.depth
    from experiments.models.layers import layers

    return max(len(layers(network, shape)) - 1, 0)


def measure_key(code: str, run: Run, parameters: Tensor, *settings: Any) -> str:
    """Key in the cache of what is measured at `parameters`, on the CPU, of a run's network.

    `code` is the digest of what measures, `settings` all else that the result depends on.
    """
    return digest(
        [
            code,
            run.network.model_dump(mode="json", exclude={"name", "training"}),
            run.training.model_dump(mode="json", include={"loss"}),
            run.problem.digest,
            hashlib.sha256(parameters.numpy().tobytes()).hexdigest(),
            *settings,
        ]
    )


def finite(value: float) -> float | None:
    """The value, or None where it is infinite or not a number."""
    return value if math.isfinite(value) else None


def rounded(values: Sequence[float], digits: int = 6) -> list[float | None]:
    """A curve for a record: `digits` significant digits, None where a value is not finite."""
    return [float(f"{v:.{digits}g}") if math.isfinite(v) else None for v in values]


def curves(trained: Trained) -> Losses:
    """The history of a run with its final values, and its accuracies where it classifies.

    Final values are None for a run without a finite evaluation, with the reason beside them.
    """
    history = trained.history
    ended = trained.diverged_at is None and bool(history.epochs)
    losses = Losses(
        seed=trained.run.seed,
        diverged_at=trained.diverged_at,
        stopped_at=trained.stopped_at,
        epoch=history.epochs,
        train_loss=rounded(history.train_loss),
        test_loss=rounded(history.test_loss),
        final_train_loss=history.train_loss[-1] if ended else None,
        final_test_loss=history.test_loss[-1] if ended else None,
        final_reason=None if ended else f"diverged at epoch {trained.diverged_at}",
    )
    if not trained.run.problem.classification:
        return losses
    held = bool(history.validation_loss)
    return Accuracies(
        **vars(losses),
        train_accuracy=trained.train_accuracy,
        test_accuracy=trained.test_accuracy,
        final_train_accuracy=trained.train_accuracy[-1] if ended else None,
        final_test_accuracy=trained.test_accuracy[-1] if ended else None,
        validation_loss=rounded(history.validation_loss) if held else None,
        validation_accuracy=trained.validation_accuracy if held else None,
        final_validation_loss=history.validation_loss[-1] if held and ended else None,
        final_validation_accuracy=trained.validation_accuracy[-1] if held and ended else None,
    )
