"""What Slurm says of the jobs of a results folder, asked of `squeue`.

submitit asks `sacct`, which only clusters with an accounting database have; `squeue` is everywhere,
and knows a job for some minutes (`MinJobAge`) after its end.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from experiments.slurm.piece import Piece
from report.errors import UserError
from report.records import Results
from report.records.record import digest
from report.records.store import write_text

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
        """`queued`, `running`, or null when it has ended."""
        return "queued" if self.state in QUEUED else "running" if self.state in RUNNING else None


@dataclass(frozen=True)
class Note:
    """What is kept of a submission until its record is there.

    `before` is the digest of the record's file as it was, empty for none; `restarts` counts the
    submissions after the first.
    """

    before: str
    restarts: int = 0

    def write(self, results: Results, name: str) -> None:
        """Keep it for the piece of this name; raises UserError."""
        write_text(_note(results, name), json.dumps(asdict(self)))

    @classmethod
    def read(cls, results: Results, name: str) -> "Note | None":
        """The note of a piece; null where there is no readable one."""
        try:
            found = json.loads(_note(results, name).read_text(encoding="utf-8"))
            return cls(str(found["before"]), int(found["restarts"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _note(results: Results, name: str) -> Path:
    return results.job(name) / "submitted.json"


def parts_noted(results: Results, task: str) -> tuple[Piece, ...]:
    """Parts of a task that were submitted, of whatever division."""
    found = (Piece.part(folder.name) for folder in _part_folders(results, task))
    return tuple(piece for piece in found if piece and Note.read(results, piece.name))


def _part_folders(results: Results, task: str) -> list[Path]:
    return sorted(results.job(task).parent.glob(f"{task}.*-of-*"))


def forget(results: Results, name: str, *, keep: bool = False) -> None:
    """Nothing is in the queue for this piece any more, nor for its parts where it is a task.

    `keep` its logs for whoever looks.
    """
    for folder in (results.job(name), *_part_folders(results, name)):
        (folder / "submitted.json").unlink(missing_ok=True)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def job_name(results: Results, name: str) -> str:
    """Name of the piece's job: one per piece and results folder."""
    return f"homework-{name}-{digest(str(results.folder.resolve()))[:12]}"


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
    """Of each task for which jobs were submitted and whose record is not there: how it stands.

    `queued`, `running`, `lost` (there is no such job any more) or `interrupted` (its parts have
    ended, its own job was not submitted), and a reason. Where Slurm does not answer, nothing is
    known and nothing is said to be lost.
    """
    own = [task for task in tasks if Note.read(results, task) is not None]
    split = {task: parts_noted(results, task) for task in tasks if task not in own}
    if not own and not any(split.values()):
        return {}
    try:
        known = jobs()
    except NoAnswerError:
        return {}
    found = {task: _standing(known.get(job_name(results, task))) for task in own}
    for task, parts in split.items():
        if parts:
            found[task] = _parts_standing(
                [(part.name, known.get(job_name(results, part.name))) for part in parts]
            )
    return found


def _standing(job: Job | None) -> tuple[str, str]:
    if job is None:
        return "lost", "its job is not in Slurm's queue any more; run the suite again"
    if job.stands is None:
        return (
            "lost",
            f"job {job.number} ended as {job.state} without a record; run the suite again",
        )
    return job.stands, f"job {job.number}, {job.state}"


def _parts_standing(parts: Sequence[tuple[str, Job | None]]) -> tuple[str, str]:
    going = {name: job for name, job in parts if job is not None and job.stands is not None}
    if not going:
        return "interrupted", "the jobs of its parts have ended; run the suite again"
    stands = "running" if any(job.stands == "running" for job in going.values()) else "queued"
    return stands, "; ".join(
        f"{name}: job {job.number}, {job.state}" for name, job in going.items()
    )
