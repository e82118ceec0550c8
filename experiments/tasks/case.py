"""A case: one network trained on one function or on one image data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from experiments.data.function_settings import FunctionSettings
from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.settings.change import TrainingChange, changed
from experiments.settings.network import Network, Shape, architecture, parameter_count
from experiments.settings.strict import Settings
from experiments.settings.training import Training
from experiments.tasks.shrinking import (
    LENGTHS,
    MEASURING,
    fewer_points,
    shorter,
    shorter_on_points,
    smaller,
)
from experiments.tasks.task import TaskSettings, Use, image_shape, train_size
from report.records import common

if TYPE_CHECKING:
    from experiments.engine.problem import Problem


class Case(Settings):
    """A network, its training, and either a function or an image data set."""

    function: FunctionSettings | None = None
    """Function to fit; this or `data`."""
    data: ImageDataSettings | None = None
    """Images to train on; this or `function`."""
    network: Network
    """The network."""
    training: Training
    """How the network is trained."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.function is None) == (self.data is None):
            raise ValueError("name either a function or an image data set (data), not both")
        # One network has one training: what it changes is written into it.
        self.__dict__["training"] = changed(
            self.training,
            self.function.training if self.function else None,
            self.network.training,
        )
        return self

    @property
    def name(self) -> str:
        """Name of the function or of the data set, as the settings write it."""
        return self.function.name if self.function else self._images.name

    @property
    def _images(self) -> ImageDataSettings:
        assert self.data is not None
        return self.data

    @property
    def shape(self) -> Shape:
        """Input and output of the network."""
        return Shape((1,), 1) if self.function else image_shape(self._images)

    @property
    def examples(self) -> int:
        """Number of training examples."""
        return self.function.points if self.function else train_size(self._images)

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps of one epoch; an incomplete last batch counts."""
        return self.training.steps_per_epoch(self.examples)

    @property
    def epochs(self) -> int:
        """Epochs of the training, the last one begun included."""
        return self.training.epochs_of(self.examples)

    def use(self, runs: int) -> Use:
        """The network as the task uses it, trained `runs` times."""
        classes = self.function is None
        return Use(self.network, self.shape, self.training, self.examples, classes, runs=runs)

    def problem(self, context: Context) -> Problem:
        """The training problem; raises UserError when the data cannot be had."""
        from experiments.engine.problems import function_problem

        if self.function:
            return function_problem(self.function)
        return context.image_problem(self._images)

    def facts(self) -> common.Case:
        """The case as a row of a record."""
        formula = self.function.describe() if self.function else None
        return common.Case(
            case=self.name,
            kind="function" if formula else "images",
            title=formula.math if formula else self._images.facts.title,
            model=self.network.name,
            architecture=architecture(self.network, self.shape),
            parameters=parameter_count(self.network, self.shape),
            examples=self.examples,
            batch_size=self.training.batch_size or self.examples,
            steps_per_epoch=self.steps_per_epoch,
            epochs=self.epochs,
        )


class Cases(TaskSettings):
    """Base of the settings of a task that does the same in every case."""

    cases: tuple[Case, ...] = Field(min_length=1)
    """What is trained, and on what; each by itself."""

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return tuple(case.data for case in self.cases if case.data is not None)


def smoke_cases(
    cases: Sequence[Case], function_epochs: int = 200, image_epochs: int = 2
) -> tuple[Case, ...]:
    """The cases with few points or images, and few epochs; cases that differ still do."""
    on_functions = [case for case in cases if case.function]
    on_images = [case for case in cases if case.data]
    functions = fewer_points([case.function for case in on_functions if case.function])
    points = max((function.points for function in functions), default=1)
    trainings = shorter_on_points([c.training for c in on_functions], points, function_epochs)
    uses = [case.use(1) for case in on_images]
    data = smaller([case.data for case in on_images if case.data], uses, passes=MEASURING)
    image_trainings = shorter([case.training for case in on_images], image_epochs)
    shrunk_functions = iter(zip(functions, trainings, strict=True))
    shrunk_images = iter(zip(data, image_trainings, strict=True))
    shrunk = []
    for case in cases:
        if case.function:
            function, training = next(shrunk_functions)
            change = _fitted(function.training, training)
            update: dict[str, Settings] = {
                "function": function.model_copy(update={"training": change})
            }
        else:
            images, training = next(shrunk_images)
            update = {"data": images}
        network = case.network.model_copy(
            update={"training": _fitted(case.network.training, training)}
        )
        shrunk.append(case.model_copy(update={**update, "network": network, "training": training}))
    return tuple(shrunk)


def _fitted(change: TrainingChange | None, training: Training) -> TrainingChange | None:
    """The change as it leads to this training, which is shorter than it was."""
    if change is None:
        return None
    keys = change.model_fields_set & {*LENGTHS, "batch_size"}
    return change.model_copy(update={key: getattr(training, key) for key in keys})
