"""The tiny suite, and a Slurm that a test plays to compute it."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from experiments.compute import Request
from experiments.slurm import driver, submission
from experiments.slurm.order import Order
from experiments.suite import load_suite
from report.records import Results
from tests.experiments.slurm.cluster import TASK, Cluster
from tests.project import TINY


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    suite = load_suite(str(path))
    results = Results(tmp_path / "results", "tiny")
    cpu = torch.device("cpu")
    return Request(suite, tuple(suite.tasks), results, tmp_path, cpu, "homework run")


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """To compute a task of the tiny suite."""
    suite = tmp_path / "tiny.toml"
    suite.write_text(TINY)
    return Order(
        suite=str(suite),
        task=TASK,
        smoke=False,
        root=tmp_path / "results",
        results="tiny",
        data_dir=tmp_path,
        device="cpu",
        command="homework run --executor slurm",
        force=False,
        before="",
        log_dir=None,
    )


@pytest.fixture
def cluster(request_: Request, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster(request_)
    monkeypatch.setattr(driver, "jobs", made.look)
    monkeypatch.setattr(submission, "executor", made.executor)
    clock = SimpleNamespace(sleep=made.sleep, monotonic=lambda: made.now)
    monkeypatch.setattr(driver, "time", clock)
    return made
