"""Training time by a few steps timed: proportional to the work."""

from typing import Any

import pytest
import torch

from experiments.data.catalog import DATASETS
from experiments.tasks.random_labels import Settings
from experiments.timing import training_seconds

CPU = torch.device("cpu")


class Ticking:
    """A clock that advances one second whenever it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def settings(**changes: Any) -> Settings:
    return Settings.model_validate(
        {
            "data": {"name": "digits", "train_size": 1000},
            "model": {"name": "mlp", "hidden": [8]},
            "training": {"loss": "cross_entropy", "batch_size": 50, "epochs": 10},
            "fractions": [0.0, 1.0],
            "seeds": [0, 1],
            **changes,
        }
    )


def test_counted_by_hand() -> None:
    """A step of 50 examples takes the clock's second, so does a forward pass."""
    tests = DATASETS["digits"].test_size
    steps = 10 * 1000 / 50
    evaluations = 11 * (1000 + tests) / 50
    found = training_seconds(settings(), CPU, Ticking())
    assert found == pytest.approx(steps + evaluations)


def test_grows_with_the_epochs() -> None:
    once = training_seconds(settings(), CPU, Ticking())
    more = settings(training={"loss": "cross_entropy", "batch_size": 50, "epochs": 30})
    assert 2.5 * once < training_seconds(more, CPU, Ticking()) <= 3 * once
