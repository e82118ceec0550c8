"""Compute tasks as jobs of Slurm: submit them, watch them, take their records.

Each task is one job. All that is known of a job's end is the record in the results folder, and what
`squeue` says where there is none. A command that ends, in whatever way, leaves its jobs: they
compute on, and the same command finds them again by their names.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from experiments.compute import Request, failed
from experiments.freshness import freshness
from experiments.lock import need_locks
from experiments.selection import Outcome
from experiments.slurm.arguments import Arguments, fingerprint
from experiments.slurm.queue import Job, NoAnswerError, Submission, forget, job_name, jobs
from experiments.slurm.submission import submit
from report.errors import UserError
from report.records import Record
from report.tasks import BY_NAME

POLL = 3.0
"""Seconds between two looks at the records and the queue."""
VISIBLE = 60.0
"""Seconds after which a record of a job that ended well must be seen here: network file systems
remember for a while that a file was not there."""
AGAIN = {"TIMEOUT", "PREEMPTED", "NODE_FAIL", "BOOT_FAIL"}
"""Ends of a job that are no fault of its task."""


@dataclass
class Watched:
    """A job that is watched: its submission, what was said of it last, when it ended."""

    submission: Submission
    number: int
    said: str = "queued"
    ended: float | None = None


@dataclass
class Driver:
    """Submits and watches the jobs of one request, `options.workers` at a time."""

    request: Request
    say: Callable[[str], None]
    going: dict[str, Watched] = field(default_factory=dict)
    silent: bool = False

    def computed(self, tasks: tuple[str, ...]) -> Iterator[tuple[str, Outcome]]:
        """Tasks with their records, each as soon as it is there.

        A task's job is submitted when the tasks of the request that it builds on are done. Raises
        UserError where jobs cannot be submitted at all.
        """
        need_locks(self.request.results.jobs_lock)
        known: dict[str, Job] | None = jobs()
        waiting = list(tasks)
        limit = self.request.options.workers or len(waiting)
        try:
            while waiting or self.going:
                unfinished = {*waiting, *self.going}
                ready = [task for task in waiting if not unfinished & {*BY_NAME[task].after}]
                for task in ready[: limit - len(self.going)] if known is not None else ():
                    waiting.remove(task)
                    self._begin(task, known or {})
                time.sleep(POLL)
                known = self._known()
                for task in tuple(self.going):
                    outcome = self._outcome(task, known)
                    if outcome is not None:
                        del self.going[task]
                        yield task, outcome
        finally:
            if self.going:
                numbers = " ".join(str(watched.number) for watched in self.going.values())
                self.say(
                    f"still in Slurm: {', '.join(self.going)}; the same command takes them up "
                    f"again, scancel {numbers} ends them"
                )

    def _known(self) -> dict[str, Job] | None:
        """The jobs in the queue; None, and said once, while Slurm does not answer."""
        try:
            known = jobs()
        except NoAnswerError as error:
            if not self.silent:
                self.say(f"{error} (asked again every {POLL:.0f} s)")
            self.silent = True
            return None
        self.silent = False
        return known

    def _begin(self, task: str, known: Mapping[str, Job]) -> None:
        """Watch the task's job that is in the queue from before, or submit one."""
        results = self.request.results
        fresh = Submission(before=fingerprint(results.record(task)))
        job = known.get(job_name(results, task))
        if job is None or job.stands is None:
            self._submit(task, fresh)
            return
        self.going[task] = Watched(Submission.read(results, task) or fresh, job.number)
        self.say(f"{task}: job {job.number} is there from before")

    def _submit(self, task: str, submission: Submission) -> None:
        """Submit a job; what is kept of it comes first, so that no job is without it."""
        results, slurm = self.request.results, self.request.suite.slurm
        submission.write(results, task)
        arguments = Arguments(
            options=self.request.options,
            task=task,
            results=results.name,
            before=submission.before,
            workers=slurm.cpus,
        )
        number = submit(arguments, results.job(task), job_name(results, task), slurm)
        self.going[task] = Watched(submission, number)
        self.say(f"{task}: job {number} submitted")

    def _outcome(self, task: str, known: Mapping[str, Job] | None) -> Outcome | None:
        """What came of a task whose job has ended; None while it goes on."""
        results, watched = self.request.results, self.going[task]
        record = self._record(task, watched.submission.before)
        if record is not None:
            forget(results, task, keep=record.status == "failed")
            return record
        end = None if known is None else self._end(task, known)
        return None if end is None else self._lost(task, watched, end)

    def _end(self, task: str, known: Mapping[str, Job]) -> str | None:
        """How the task's job has ended for good; submits again what may go on."""
        watched = self.going[task]
        job = known.get(job_name(self.request.results, task))
        if job is not None and job.number < watched.number:
            job = None  # the one before, where the queue does not show the new one yet
        if job is not None and job.stands is not None:
            watched.number, watched.ended = job.number, None
            if watched.said != job.stands:
                self.say(f"{task}: job {job.number} {job.stands}")
            watched.said = job.stands
            return None
        if job is None or job.state == "COMPLETED":
            watched.ended = watched.ended or time.monotonic()
            if time.monotonic() - watched.ended < VISIBLE:
                return None
        state = job.state if job is not None else "unknown to Slurm"
        submission = watched.submission
        if state in AGAIN and submission.restarts < self.request.suite.slurm.restarts:
            self.say(f"{task}: job {watched.number} ended as {state}, to go on from its checkpoint")
            again = submission.model_copy(update={"restarts": submission.restarts + 1})
            self._submit(task, again)
            return None
        return state

    def _record(self, task: str, before: str) -> Record | None:
        """The record that a task's job has written since `before`."""
        results = self.request.results
        if fingerprint(results.record(task)) in ("", before):
            return None
        state = freshness(self.request.suite, task, results)
        return state.record if state.fresh or state.state == "failed" else None

    def _lost(self, task: str, watched: Watched, state: str) -> Outcome:
        """A task whose job is gone without a record: the user's to correct, or failed."""
        results, restarts = self.request.results, watched.submission.restarts
        log = results.job(task) / f"{watched.number}_0_log.err"
        last = _last_line(log)
        tries = f" after {restarts} restarts" if restarts else ""
        forget(results, task, keep=True)
        if state == "FAILED" and last.startswith("homework: "):
            return UserError(f"job {watched.number}: {last.removeprefix('homework: ')}")
        return failed(
            self.request,
            task,
            f"job {watched.number} is lost: {state}{tries}, without a record; its log is {log}",
        )


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
