"""A small suite, what a run of it without a fault leaves, and fresh projects for runs with one."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.commands import end_all, start
from tests.faults.compare import contents
from tests.project import Homework, make_project

# In the words of the straight run too: the command stands in the record.
RUN = ("run", "--suite", "tiny.toml", "--device", "cpu", "--workers", "1")


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
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the suite was run without a fault; not to be changed."""
    folder = tmp_path_factory.mktemp("straight") / "project"
    make_project(folder)
    command = start(folder, *RUN)
    assert command.wait(300) == 0, command.text
    return folder


@pytest.fixture(scope="session")
def straight(finished: Path) -> dict[str, Any]:
    """What a run without a fault leaves."""
    return contents(finished / "results" / "tiny")


@pytest.fixture
def ran(homework: Homework, finished: Path) -> Homework:
    """A project of one's own in which the suite was run."""
    shutil.copytree(finished / "results", homework.folder / "results")
    return homework
