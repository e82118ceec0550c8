"""What a run without a fault leaves, and fresh projects for runs with one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.commands import end_all
from tests.faults.compare import contents
from tests.project import make_project


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Iterator[None]:
    yield
    end_all()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh project."""
    make_project(tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture(scope="session")
def straight(finished: Path) -> dict[str, Any]:
    """What a run without a fault leaves."""
    return contents(finished / "results" / "tiny")
