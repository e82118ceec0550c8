"""One thread for torch, a context without a cache, random pictures, a tiny suite."""

from pathlib import Path

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.problem import Problem
from experiments.suite import Suite, load_suite
from tests.project import TINY


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """CPU, nothing kept."""
    return Context(torch.device("cpu"), tmp_path, Cache(None))


@pytest.fixture(scope="session")
def pictures() -> Problem:
    """Classification: 22 random images of 2 channels, 6×6 pixels, in three classes."""
    random = torch.Generator().manual_seed(5)

    def draw(count: int) -> torch.Tensor:
        return torch.randint(0, 256, (count, 2, 6, 6), dtype=torch.uint8, generator=random)

    labels, tests = torch.arange(22) % 3, torch.arange(10) % 3
    return Problem(
        "pictures", draw(22), labels, draw(10), tests, 3, "pictures", (0.4, 0.6), (0.3, 0.2)
    )


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """The tiny suite, in a file."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return load_suite(str(path))
