"""A network as a task uses it: enough to count its parameters and to check its settings."""

from dataclasses import dataclass

from experiments.settings.network import Network, Shape
from experiments.settings.training import Training


@dataclass(frozen=True)
class Use:
    """One network under one training.

    `train_size` is the number of training examples. `group` names models that are compared at
    equal size (within 1 %); null for none. `runs` is how many times it is trained.
    """

    network: Network
    shape: Shape
    training: Training
    train_size: int
    classification: bool
    group: str | None = None
    runs: int = 1
