"""Settings of an image data set."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from experiments.data.catalog import DatasetName, describe
from experiments.settings.strict import LATER, Settings


class ImageDataSettings(Settings):
    """Which images to train and to test on."""

    name: DatasetName
    train_size: int | None = Field(default=None, ge=10)
    """Training images, as many of each class as can be; None for all."""
    test_size: int | None = Field(default=None, ge=10)
    """Test images, likewise."""
    resize: int | None = Field(default=None, ge=4, le=64)
    """Side in pixels of the square that images are resized to (bilinear); None: as published."""
    validation: Annotated[float | None, LATER] = Field(default=None, gt=0, lt=1)
    """Share of the training images held out of the training, of each class alike; None: none."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    """What ``shapes`` is drawn from; the other data sets do not depend on it."""

    @model_validator(mode="after")
    def _available(self) -> Self:
        facts = describe(self.name)
        for key, available in (("train_size", facts.train_size), ("test_size", facts.test_size)):
            size: int | None = getattr(self, key)
            if size is not None and size > available:
                raise ValueError(f"{key} = {size}: {facts.title} has {available}")
        return self
