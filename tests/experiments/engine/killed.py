"""Trainings that are killed, and go on from their checkpoints."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.run import Run, Trained
from experiments.engine.train import train


class KilledError(Exception):
    """Stands for a kill."""


@dataclass
class Mortal:
    """Progress that kills when so many epochs are done; counts them."""

    life: int
    done: int = 0

    def start(self, description: str, total: int) -> Callable[[int], None]:
        def advance(runs_and_epochs: int) -> None:
            self.done += runs_and_epochs
            if self.done >= self.life:
                raise KilledError

        return advance


def trained_through_kills(runs: list[Run], folder: Path, lives: Iterable[int]) -> list[Trained]:
    """The outcomes of runs whose training is killed after each of the lives, then left alone."""
    device, cache = torch.device("cpu"), Cache(folder / "trained", seconds=0)
    for life in lives:
        with pytest.raises(KilledError):
            train(runs, Context(device, folder, cache, Mortal(life)))
    return train(runs, Context(device, folder, cache))
