"""Random pictures in three classes."""

import pytest
import torch

from experiments.engine.problem import Problem


@pytest.fixture(scope="session")
def pictures() -> Problem:
    """22 training and 10 test images of 2 channels, 6×6 pixels."""
    random = torch.Generator().manual_seed(5)

    def draw(count: int) -> torch.Tensor:
        return torch.randint(0, 256, (count, 2, 6, 6), dtype=torch.uint8, generator=random)

    labels, tests = torch.arange(22) % 3, torch.arange(10) % 3
    return Problem(
        "pictures", draw(22), labels, draw(10), tests, 3, "pictures", (0.4, 0.6), (0.3, 0.2)
    )
