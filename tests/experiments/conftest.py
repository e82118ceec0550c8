"""One thread for torch, and a tiny suite."""

from pathlib import Path

import pytest
import torch

from experiments.suite import Suite, load_suite
from tests.project import TINY


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """The tiny suite, in a file."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return load_suite(str(path))
