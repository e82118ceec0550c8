"""What squeue says, and how a suite's jobs stand by it."""

import os
from pathlib import Path

import pytest

from experiments.slurm import queue
from experiments.slurm.queue import Job, NoAnswerError, Submission, forget, job_name, jobs, standing
from report.records import Results

TASKS = ("simulate-function", "train-on-task", "sensitivity", "sharpness")


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "results", "my | suite")


@pytest.fixture
def squeue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in the place of squeue."""
    program = tmp_path / "bin" / "squeue"
    program.parent.mkdir()
    program.touch(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


def says(program: Path, *lines: str, status: int = 0) -> None:
    text = "\n".join(lines)
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\necho no >&2\nexit {status}\n")


def test_the_newest_job_of_a_name(squeue: Path) -> None:
    says(
        squeue,
        "9|TIMEOUT|a",
        "11|RUNNING|a",
        "10|FAILED|a",
        "3_[1-4]|PENDING|array",
        "7|PENDING|b|c",
        "",
    )
    assert jobs() == {"a": Job(11, "RUNNING"), "b|c": Job(7, "PENDING")}


def test_no_answer(squeue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    says(squeue, status=1)
    with pytest.raises(NoAnswerError, match="squeue: no; is Slurm well"):
        jobs()
    squeue.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(queue, "SECONDS", 0.2)
    with pytest.raises(NoAnswerError, match=r"no answer in 0\.2 s"):
        jobs()
    squeue.unlink()
    monkeypatch.setenv("PATH", str(squeue.parent))
    with pytest.raises(NoAnswerError, match="not found"):
        jobs()


def test_names_tell_results_folders_apart(results: Results, tmp_path: Path) -> None:
    other = Results(tmp_path / "other", results.name)
    assert job_name(results, "sharpness") != job_name(other, "sharpness")
    assert job_name(results, "sharpness").startswith("homework-sharpness-")
    assert "|" not in job_name(results, "sharpness")


def test_how_jobs_stand(squeue: Path, results: Results) -> None:
    for task in TASKS[:3]:
        Submission(before="").write(results, task)
    name = {task: job_name(results, task) for task in TASKS}
    says(
        squeue,
        f"1|PENDING|{name[TASKS[0]]}",
        f"2|COMPLETING|{name[TASKS[1]]}",
        f"3|CANCELLED|{name[TASKS[2]]}",
    )
    assert standing(results, TASKS) == {
        TASKS[0]: ("queued", "job 1, PENDING"),
        TASKS[1]: ("running", "job 2, COMPLETING"),
        TASKS[2]: ("lost", "job 3 ended as CANCELLED without a record; run the suite again"),
    }
    says(squeue)
    assert {state for state, _ in standing(results, TASKS).values()} == {"lost"}
    says(squeue, status=1)
    assert standing(results, TASKS) == {}


def test_slurm_is_not_asked_without_reason(squeue: Path, results: Results) -> None:
    squeue.write_text("#!/bin/sh\ntouch asked\n")
    assert standing(results, TASKS) == {}
    assert not Path("asked").exists()


def test_submissions(results: Results) -> None:
    kept = Submission(before="ab", restarts=3)
    kept.write(results, "sharpness")
    assert Submission.read(results, "sharpness") == kept
    (log,) = [results.job("sharpness") / "1_0_log.err"]
    log.touch()
    forget(results, "sharpness", keep=True)
    assert Submission.read(results, "sharpness") is None
    assert log.exists()
    forget(results, "sharpness")
    assert not log.parent.exists()
    forget(results, "sharpness")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"before": 1, "restarts": null}', "\x00"])
def test_an_unreadable_submission_is_none(results: Results, text: str) -> None:
    Submission(before="").write(results, "sharpness")
    (results.job("sharpness") / "submitted.json").write_text(text)
    assert Submission.read(results, "sharpness") is None
