"""A training approach: what is varied where solutions of one network on one task are compared."""

from pydantic import Field

from experiments.settings.strict import Settings
from experiments.settings.training import Training


class Approach(Settings):
    """Batch size (None: the whole training set) and learning rate; the rest is common to all."""

    batch_size: int | None = Field(ge=1)
    learning_rate: float = Field(gt=0, le=1e9)

    def applied(self, training: Training) -> Training:
        """`training` with this batch size and learning rate."""
        return training.model_copy(update=self.model_dump())
