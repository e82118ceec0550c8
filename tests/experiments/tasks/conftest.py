"""A context without a cache, and small cases."""

from pathlib import Path
from typing import Any

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """CPU, nothing kept."""
    return Context(torch.device("cpu"), tmp_path, Cache(None))


@pytest.fixture
def function_case() -> dict[str, Any]:
    """A small tanh network on sin(x), full batch."""
    return {
        "function": {"name": "sine", "points": 20},
        "network": {"name": "tanh", "hidden": [5, 4], "activation": "tanh"},
        "training": {"loss": "mse", "learning_rate": 0.02, "epochs": 30},
    }


@pytest.fixture
def image_case() -> dict[str, Any]:
    """A small ReLU network on some of the digits, in batches."""
    return {
        "data": {"name": "digits", "train_size": 90, "test_size": 40},
        "network": {"name": "mlp", "hidden": [6]},
        "training": {
            "loss": "cross_entropy",
            "learning_rate": 0.01,
            "epochs": 6,
            "batch_size": 32,
        },
    }
