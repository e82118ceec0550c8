"""The tiny suite, and a Slurm that a test plays to compute it."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from experiments.compute import Request
from experiments.slurm import driver, submission
from experiments.slurm.arguments import Arguments
from experiments.suite import Suite
from report.records import Results
from report.records.options import Options
from tests.experiments.slurm.cluster import TASK, Cluster


@pytest.fixture
def request_(suite: Suite, tmp_path: Path) -> Request:
    results = Results(tmp_path / "results", "tiny")
    options = Options(
        suite=str(suite.file), results=results.root, data_dir=tmp_path, command="homework run"
    )
    return Request(options, suite, tuple(suite.tasks), results, torch.device("cpu"))


@pytest.fixture
def arguments(suite: Suite, tmp_path: Path) -> Arguments:
    """To compute a task of the tiny suite."""
    options = Options(
        suite=str(suite.file),
        results=tmp_path / "results",
        data_dir=tmp_path,
        device="cpu",
        command="homework run --executor slurm",
    )
    return Arguments(options=options, task=TASK, results="tiny", before="")


@pytest.fixture
def cluster(request_: Request, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster(request_)
    monkeypatch.setattr(driver, "jobs", made.look)
    monkeypatch.setattr(submission, "executor", made.executor)
    clock = SimpleNamespace(sleep=made.sleep, monotonic=lambda: made.now)
    monkeypatch.setattr(driver, "time", clock)
    return made
