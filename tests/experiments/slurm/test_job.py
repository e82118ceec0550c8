"""What a job does, in this process: one task, alone, and not twice."""

import sys
import threading
from dataclasses import replace
from typing import Any

import pytest

from experiments import workers as module
from experiments.lock import locked, tried
from experiments.slurm.arguments import Arguments, fingerprint
from experiments.slurm.job import main, run
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


def changed(arguments: Arguments, **options: Any) -> Arguments:
    """The same with other options."""
    return arguments.model_copy(update={"options": replace(arguments.options, **options)})


def test_a_task_is_computed_once(arguments: Arguments, computed: list[str]) -> None:
    results = Results(arguments.options.results, arguments.results)
    run(arguments)
    record = read_record(results.record(TASK))
    assert (record.status, record.provenance.command) == ("ok", arguments.options.command)
    assert not results.marker(TASK).exists()
    run(arguments)
    assert computed == [TASK]
    before = fingerprint(results.record(TASK))
    forced = changed(arguments, force=True).model_copy(update={"before": before})
    run(forced)
    assert computed == [TASK, TASK]
    assert fingerprint(results.record(TASK)) != before
    # Somebody has made it again since the job was submitted.
    run(forced)
    assert computed == [TASK, TASK]


def test_jobs_of_one_folder_compute_side_by_side(arguments: Arguments, computed: list[str]) -> None:
    results = Results(arguments.options.results, arguments.results)
    with (
        locked(results.lock, print),  # the command that submitted them
        locked(results.jobs_lock, print, shared=True),
        locked(results.lock_of("train-on-task"), print),
    ):
        run(arguments)
    assert computed == [TASK]


def test_a_job_waits_for_whoever_computes_its_task(
    arguments: Arguments, computed: list[str]
) -> None:
    results = Results(arguments.options.results, arguments.results)
    with locked(results.lock_of(TASK), print):
        waiting = threading.Thread(target=run, args=(arguments,))
        waiting.start()
        waiting.join(1.0)
        assert waiting.is_alive()
        assert not computed
        with tried(results.jobs_lock) as alone:
            assert not alone  # nobody tidies up while a job is there
    waiting.join(60)
    assert computed == [TASK]


def test_kinds_do_not_mix(arguments: Arguments) -> None:
    run(arguments)
    results = Results(arguments.options.results, arguments.results)
    before = fingerprint(results.record(TASK))
    with pytest.raises(UserError, match="must not mix"):
        run(changed(arguments, smoke=True))
    assert fingerprint(results.record(TASK)) == before


def test_its_log_does_not_tell_a_terminal_what_to_do(
    arguments: Arguments, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = changed(arguments, suite="none\x1b[31m\u202e.toml").model_dump_json()
    monkeypatch.setattr(sys, "argv", ["job", given])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("homework: ") and "none\ufffd[31m\ufffd.toml" in line
