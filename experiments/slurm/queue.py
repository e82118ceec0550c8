"""What Slurm says of the jobs of a results folder, asked of `squeue`.

submitit asks `sacct`, which only clusters with an accounting database have; `squeue` is everywhere,
and knows a job for some minutes (`MinJobAge`) after its end.
"""

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from report.errors import UserError
from report.records import Results
from report.records.files import write_text
from report.records.record import digest

SECONDS = 60
"""After which `squeue` counts as not answering."""

QUEUED = {"PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD"}
RUNNING = {
    *("RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED"),
    *("STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING"),
}


class NoAnswerError(UserError):
    """Slurm cannot be asked."""


@dataclass(frozen=True)
class Job:
    """A job as Slurm shows it."""

    number: int
    state: str

    @property
    def stands(self) -> str | None:
        """`queued`, `running`, or None when it has ended."""
        return "queued" if self.state in QUEUED else "running" if self.state in RUNNING else None


class Submission(BaseModel):
    """What is kept of a task's submission until its record is there.

    `before` is the digest of the record's file as it was, empty for none; `restarts` counts the
    submissions after the first.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    before: str
    restarts: int = 0

    def write(self, results: Results, task: str) -> None:
        """Keep it; raises UserError."""
        write_text(_file(results, task), self.model_dump_json())

    @classmethod
    def read(cls, results: Results, task: str) -> "Submission | None":
        """What is kept of a task; None where nothing readable is."""
        try:
            return cls.model_validate_json(_file(results, task).read_bytes())
        except (OSError, ValueError):
            return None


def _file(results: Results, task: str) -> Path:
    return results.job(task) / "submitted.json"


def forget(results: Results, task: str, *, keep: bool = False) -> None:
    """Nothing is in the queue for this task any more; `keep` the logs for whoever looks."""
    _file(results, task).unlink(missing_ok=True)
    if not keep:
        shutil.rmtree(results.job(task), ignore_errors=True)


def job_name(results: Results, task: str) -> str:
    """Name of the task's job: one per task and results folder."""
    return f"homework-{task}-{digest(str(results.folder.resolve()))[:12]}"


def jobs() -> dict[str, Job]:
    """The newest of the user's jobs of each name; raises NoAnswerError."""
    command = ["squeue", "--me", "--noheader", "--states=all", "--format=%i|%T|%j"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=True, timeout=SECONDS
        ).stdout
    except FileNotFoundError as error:
        raise NoAnswerError("squeue: not found; Slurm's commands are needed here") from error
    except subprocess.TimeoutExpired as error:
        raise NoAnswerError(f"squeue: no answer in {SECONDS} s; is Slurm well?") from error
    except subprocess.CalledProcessError as error:
        raise NoAnswerError(f"squeue: {error.stderr.strip()}; is Slurm well?") from error
    found: dict[str, Job] = {}
    for line in answer.splitlines():
        number, _, rest = line.partition("|")
        state, _, name = rest.partition("|")
        if number.isdigit() and (name not in found or found[name].number < int(number)):
            found[name] = Job(int(number), state)
    return found


def standing(results: Results, tasks: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Of each task for which a job was submitted and whose record is not there: how it stands.

    `queued`, `running` or `lost` (there is no such job any more), and a reason. Where Slurm does
    not answer, nothing is known and nothing is said to be lost.
    """
    submitted = [task for task in tasks if Submission.read(results, task) is not None]
    if not submitted:
        return {}
    try:
        known = jobs()
    except NoAnswerError:
        return {}
    return {task: _standing(known.get(job_name(results, task))) for task in submitted}


def _standing(job: Job | None) -> tuple[str, str]:
    if job is None:
        return "lost", "its job is not in Slurm's queue any more; run the suite again"
    if job.stands is None:
        return (
            "lost",
            f"job {job.number} ended as {job.state} without a record; run the suite again",
        )
    return job.stands, f"job {job.number}, {job.state}"
