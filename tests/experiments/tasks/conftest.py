"""Small cases."""

from typing import Any

import pytest


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
        "training": {"loss": "cross_entropy", "learning_rate": 0.01, "epochs": 6, "batch_size": 32},
    }
