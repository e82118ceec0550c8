"""A case: one network trained on one function or on one image data set."""

from typing import Self

from pydantic import model_validator

from experiments.data.function_settings import FunctionSettings
from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.problem import Problem
from experiments.engine.problems import function_problem
from experiments.settings.change import changed
from experiments.settings.network import Network, Shape, architecture, parameter_count
from experiments.settings.strict import Settings
from experiments.settings.training import Training
from experiments.tasks.task import Use, image_shape, shorter, smaller, train_size


class Case(Settings):
    """A network, its training, and either a function or an image data set."""

    function: FunctionSettings | None = None
    data: ImageDataSettings | None = None
    network: Network
    training: Training

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
        return -(-self.examples // (self.training.batch_size or self.examples))

    def use(self, runs: int) -> Use:
        """The network as the task uses it, trained `runs` times."""
        classes = self.function is None
        return Use(self.network, self.shape, self.training, self.examples, classes, runs=runs)

    def problem(self, context: Context) -> Problem:
        """The training problem; raises UserError when the data cannot be had."""
        if self.function:
            return function_problem(self.function)
        return context.image_problem(self._images)

    def smoke(self, function_epochs: int = 200, image_epochs: int = 2) -> Self:
        """Few images, few epochs."""
        if self.function:
            return self.model_copy(update={"training": shorter(self.training, function_epochs)})
        return self.model_copy(
            update={
                "data": smaller(self._images, 100, 100),
                "training": shorter(self.training, image_epochs, 50),
            }
        )

    def facts(self) -> dict[str, object]:
        """The case as a row of a record."""
        formula = self.function.describe() if self.function else None
        return {
            "case": self.name,
            "kind": "function" if formula else "images",
            "title": formula.math if formula else self._images.facts.title,
            "model": self.network.name,
            "architecture": architecture(self.network, self.shape),
            "parameters": parameter_count(self.network, self.shape),
            "examples": self.examples,
            "batch_size": self.training.batch_size or self.examples,
            "steps_per_epoch": self.steps_per_epoch,
            "epochs": self.training.epochs,
        }
