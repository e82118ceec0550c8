"""What a job does, in this process: one task, alone, and not twice."""

import threading
from typing import Any

import pytest

from experiments.lock import locked, tried
from experiments.slurm import job as module
from experiments.slurm.job import run
from experiments.slurm.order import Order, fingerprint
from report.errors import UserError
from report.records import Results, read_record
from tests.experiments.slurm.cluster import TASK


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were computed."""
    compute, tasks = module.compute, list[str]()

    def counted(request: Any, task: str, progress: Any) -> Any:
        tasks.append(task)
        return compute(request, task, progress)

    monkeypatch.setattr(module, "compute", counted)
    return tasks


def test_a_task_is_computed_once(order: Order, computed: list[str]) -> None:
    results = Results(order.root, order.results)
    run(order)
    record = read_record(results.record(TASK))
    assert (record.status, record.provenance.command) == ("ok", order.command)
    assert not results.marker(TASK).exists()
    run(order)
    assert computed == [TASK]
    before = fingerprint(results.record(TASK))
    run(order.model_copy(update={"force": True, "before": before}))
    assert computed == [TASK, TASK]
    assert fingerprint(results.record(TASK)) != before
    # Somebody has made it again since the job was submitted.
    run(order.model_copy(update={"force": True, "before": before}))
    assert computed == [TASK, TASK]


def test_jobs_of_one_folder_compute_side_by_side(order: Order, computed: list[str]) -> None:
    results = Results(order.root, order.results)
    with (
        locked(results.lock, print),  # the command that submitted them
        locked(results.jobs_lock, print, shared=True),
        locked(results.lock_of("train-on-task"), print),
    ):
        run(order)
    assert computed == [TASK]


def test_a_job_waits_for_whoever_computes_its_task(order: Order, computed: list[str]) -> None:
    results = Results(order.root, order.results)
    with locked(results.lock_of(TASK), print):
        waiting = threading.Thread(target=run, args=(order,))
        waiting.start()
        waiting.join(1.0)
        assert waiting.is_alive()
        assert not computed
        with tried(results.jobs_lock) as alone:
            assert not alone  # nobody tidies up while a job is there
    waiting.join(60)
    assert computed == [TASK]


def test_kinds_do_not_mix(order: Order) -> None:
    run(order)
    results = Results(order.root, order.results)
    before = fingerprint(results.record(TASK))
    with pytest.raises(UserError, match="must not mix"):
        run(order.model_copy(update={"smoke": True}))
    assert fingerprint(results.record(TASK)) == before
