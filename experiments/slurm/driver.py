"""Compute tasks as jobs of Slurm: submit them, watch them, take their records.

Each task is one job. All that is known of a job's end is the record in the results folder, and
what `squeue` says where there is none. A command that ends, in whatever way, leaves its jobs: they
compute on, and the same command finds them again by their names.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.compute import Request, failed
from experiments.freshness import freshness
from experiments.settings.slurm import Slurm
from experiments.slurm.order import Order, execute, fingerprint
from experiments.slurm.queue import Job, NoAnswerError, Note, forget, job_name, jobs
from experiments.workers import Outcome
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
class Sent:
    """A job that is watched: what was noted of it, what was said of it last, when it ended."""

    note: Note
    number: int
    said: str = "queued"
    ended: float | None = None


@dataclass
class Driver:
    """Submits and watches the jobs of one request.

    `device` is the name as the user gave it: the node chooses, not the machine that submits.
    `limit` is the number of jobs at a time, null for no limit.
    """

    request: Request
    slurm: Slurm
    device: str
    say: Callable[[str], None]
    limit: int | None = None
    going: dict[str, Sent] = field(default_factory=dict)
    silent: bool = False

    def computed(self, tasks: tuple[str, ...]) -> Iterator[tuple[str, Outcome]]:
        """Tasks with their records, each as soon as it is there.

        A task's job is submitted when the tasks of the request that it builds on are done. Raises
        UserError where jobs cannot be submitted at all.
        """
        waiting = list(tasks)
        known: dict[str, Job] | None = jobs()
        limit = self.limit or len(tasks)
        try:
            while waiting or self.going:
                unfinished = {*waiting, *self.going}
                ready = [task for task in waiting if not unfinished & set(BY_NAME[task].after)]
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
                numbers = " ".join(str(sent.number) for sent in self.going.values())
                self.say(
                    f"still in Slurm: {', '.join(self.going)}; the same command takes them up "
                    f"again, scancel {numbers} ends them"
                )

    def _known(self) -> dict[str, Job] | None:
        """The jobs in the queue; null, and said once, while Slurm does not answer."""
        try:
            known = jobs()
        except NoAnswerError as error:
            if not self.silent:
                self.say(f"{error} (asked again every {POLL:.0f} s)")
            self.silent = True
            return None
        self.silent = False
        return known

    def _begin(self, task: str, known: dict[str, Job]) -> None:
        """Watch the task's job that is in the queue from before, or submit one."""
        results = self.request.results
        job = known.get(job_name(results, task))
        if job is None or job.stands is None:
            self._submit(task, Note(fingerprint(results.record(task))))
            return
        note = Note.read(results, task) or Note(fingerprint(results.record(task)))
        self.going[task] = Sent(note, job.number)
        self.say(f"{task}: job {job.number} is there from before")

    def _submit(self, task: str, note: Note) -> None:
        """Submit a job; the note comes first, so that no job is without one."""
        request, results = self.request, self.request.results
        note.write(results, task)
        order = Order(
            suite=str(request.suite.file),
            task=task,
            smoke=request.suite.smoke,
            root=results.root,
            results=results.name,
            data_dir=request.data_dir,
            device=self.device,
            command=request.command,
            force=request.force,
            before=note.before,
            log_dir=request.log_dir,
        )
        try:
            executor = _executor(results.job(task), job_name(results, task), self.slurm)
            job = executor.submit(execute, order.model_dump_json(), str(self.slurm.cpus))
        except Exception as error:
            # submitit hands on what sbatch wrote; its last line is the reason.
            why = (str(error).strip().splitlines() or [type(error).__name__])[-1]
            raise UserError(
                f"{request.suite.file}: slurm: no job could be submitted ({why}); "
                "mend the table [slurm] or ask who runs the cluster"
            ) from error
        self.going[task] = Sent(note, int(job.job_id))
        self.say(f"{task}: job {job.job_id} submitted")

    def _outcome(self, task: str, known: dict[str, Job] | None) -> Outcome | None:
        """What came of the task, null while its job goes on; submits again what may go on."""
        results, sent = self.request.results, self.going[task]
        record = self._record(task, sent.note.before)
        if record is not None:
            forget(results, task, keep=record.status == "failed")
            return record
        if known is None:
            return None
        job = known.get(job_name(results, task))
        if job is not None and job.number < sent.number:
            job = None  # the one before, where the queue does not show the new one yet
        if job is not None and job.stands is not None:
            sent.number, sent.ended = job.number, None
            if sent.said != job.stands:
                self.say(f"{task}: job {job.number} {job.stands}")
            sent.said = job.stands
            return None
        if job is None or job.state == "COMPLETED":
            sent.ended = sent.ended or time.monotonic()
            if time.monotonic() - sent.ended < VISIBLE:
                return None
        state = job.state if job is not None else "unknown to Slurm"
        if state in AGAIN and sent.note.restarts < self.slurm.restarts:
            self.say(f"{task}: job {sent.number} ended as {state}, to go on from its checkpoint")
            self._submit(task, Note(sent.note.before, sent.note.restarts + 1))
            return None
        return self._lost(task, sent, state)

    def _record(self, task: str, before: str) -> Record | None:
        """The record that a job has written since `before`."""
        results = self.request.results
        if fingerprint(results.record(task)) in ("", before):
            return None
        state = freshness(self.request.suite, task, results)
        return state.record if state.fresh or state.state == "failed" else None

    def _lost(self, task: str, sent: Sent, state: str) -> Outcome:
        """A task whose job is gone without a record: the user's to mend, or failed."""
        results = self.request.results
        log = results.job(task) / f"{sent.number}_0_log.err"
        last = _last_line(log)
        if state == "FAILED" and last.startswith("homework: "):
            forget(results, task, keep=True)
            return UserError(f"job {sent.number}: {last.removeprefix('homework: ')}")
        tries = f" after {sent.note.restarts} restarts" if sent.note.restarts else ""
        forget(results, task, keep=True)
        return failed(
            self.request,
            task,
            f"job {sent.number} is lost: {state}{tries}, without a record; its log is {log}",
        )


def need_submitit() -> None:
    """Raises UserError where jobs cannot be submitted: no submitit, no Slurm."""
    try:
        import submitit  # noqa: F401
    except ImportError:
        raise UserError(
            '--executor slurm: submitit is not installed; install it with pip install ".[slurm]"'
        ) from None
    if shutil.which("sbatch") is None:
        raise UserError(
            "--executor slurm: sbatch is not found; run this where Slurm's commands are"
        )


def _executor(folder: Path, name: str, slurm: Slurm) -> Any:
    """What submits one job.

    Without srun there is no job step, and submitit's own signal before the time limit goes to
    nobody; what was computed since the last checkpoint is computed again.
    """
    import submitit

    executor = submitit.SlurmExecutor(folder)
    asked = {
        "partition": slurm.partition,
        "account": slurm.account,
        "qos": slurm.qos,
        "mem": None if slurm.memory_gb is None else f"{round(slurm.memory_gb * 1024)}M",
        "gpus_per_node": slurm.gpus or None,
    }
    executor.update_parameters(
        job_name=name,
        time=slurm.minutes,
        cpus_per_task=slurm.cpus,
        use_srun=False,
        additional_parameters={"requeue": True},
        **{key: value for key, value in asked.items() if value is not None},
    )
    return executor


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
