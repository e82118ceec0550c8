"""A training approach: what is varied where solutions of one network on one task are compared."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from experiments.settings.change import TrainingChange, changed
from experiments.settings.strict import LATER, Settings
from experiments.settings.training import Training


class Approach(Settings):
    """Batch size (null: the whole training set) and learning rate; the rest is common to all.

    Either may be left out in a suite: it is then that of the common training. `training` may
    replace what else this approach shares with the others.
    """

    batch_size: int | None = Field(default=None, ge=1)
    """Examples of a step, null: all; left out, that of the common training."""
    learning_rate: float = Field(default=1e-3, gt=0, le=1e9)
    """The learning rate; left out, that of the common training."""
    training: Annotated[TrainingChange | None, LATER] = None
    """What else differs."""

    @model_validator(mode="after")
    def _given_once(self) -> Self:
        twice = self.training.model_fields_set & self.values().keys() if self.training else ()
        if twice:
            raise ValueError(
                f"training.{min(twice)}: is what approaches differ in; write it beside training"
            )
        return self

    def completed(self, common: Training) -> Self:
        """With batch size and learning rate of the common training where they are left out."""
        left = self.values().keys() - self.model_fields_set
        return self.model_copy(update={key: getattr(common, key) for key in left})

    def applied(self, training: Training) -> Training:
        """`training` with this batch size and learning rate, and what else differs."""
        return changed(training.model_copy(update=self.values()), self.training)

    def values(self) -> dict[str, int | float | None]:
        """Batch size and learning rate, as columns of a row."""
        return {"batch_size": self.batch_size, "learning_rate": self.learning_rate}
