"""How a network is trained: optimizer, schedule, loss, batches, epochs, stopping rule."""

from typing import Literal, Self

from pydantic import Field, model_validator

from experiments.settings.strict import Settings

Loss = Literal["mse", "cross_entropy", "mse_log_softmax"]
OptimizerName = Literal["adam", "sgd", "rmsprop"]
Precision = Literal["float32", "bfloat16"]


class Schedule(Settings):
    """Learning-rate schedule: the rate is multiplied by `factor` every `every` epochs."""

    every: int = Field(ge=1)
    factor: float = Field(gt=0, lt=1)


class Stop(Settings):
    """Stop when the training loss changed by less than `min_change`, `patience` epochs in a row."""

    min_change: float = Field(gt=0)
    patience: int = Field(default=1, ge=1)


class Augmentation(Settings):
    """Random changes of every training image in every epoch; evaluations see the images as given.

    `flip` mirrors left and right with probability 1/2; `shift` moves by up to so many pixels along
    each axis, with zeros (black) coming in.
    """

    flip: bool = True
    shift: int = Field(default=4, ge=0, le=16)


class Training(Settings):
    """Settings of one training.

    `batch_size` null means the whole training set in each step. `loss` is the mean over examples:
    `mse` the squared error, `cross_entropy` on logits, `mse_log_softmax` the squared difference
    of the log-softmax output and the one-hot label (reference report B). Weight decay is added to
    the gradient (L2), as `torch.optim` does. `precision` bfloat16 computes the steps of
    convolutional networks so where the processor has the instructions, and in float32 elsewhere;
    parameters and evaluations stay float32.
    """

    optimizer: OptimizerName = "adam"
    learning_rate: float = Field(default=1e-3, gt=0, le=1e9)
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    momentum: float = Field(default=0.0, ge=0, lt=1)
    schedule: Schedule | None = None
    loss: Loss
    batch_size: int | None = Field(default=None, ge=1)
    epochs: int = Field(ge=1, le=1_000_000)
    stop: Stop | None = None
    augmentation: Augmentation | None = None
    precision: Precision = "float32"

    @model_validator(mode="after")
    def _momentum_fits(self) -> Self:
        if self.momentum and self.optimizer == "adam":
            raise ValueError("momentum belongs to sgd and rmsprop; remove it or change optimizer")
        return self

    @model_validator(mode="after")
    def _augmentation_fits(self) -> Self:
        if self.augmentation is not None and self.batch_size is None:
            raise ValueError("augmentation needs batches; set batch_size or remove it")
        return self
