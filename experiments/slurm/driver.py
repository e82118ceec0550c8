"""Compute tasks as jobs of Slurm: submit them, watch them, take their records.

Each task is one job; before that of a large task, jobs train parts of it. All that is known of a
job's end is the record in the results folder, and what `squeue` says where there is none; of a
part, what it has left in the cache. A command that ends, in whatever way, leaves its jobs: they
compute on, and the same command finds them again by their names.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from experiments.compute import Request, failed
from experiments.freshness import freshness
from experiments.settings.slurm import Slurm
from experiments.slurm.order import Order, fingerprint
from experiments.slurm.piece import Piece, parts
from experiments.slurm.queue import (
    Job,
    NoAnswerError,
    Note,
    forget,
    job_name,
    jobs,
    parts_noted,
)
from experiments.slurm.submission import submit
from experiments.workers import Outcome
from report.errors import UserError
from report.records import Record

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
    going: dict[Piece, Sent] = field(default_factory=dict)
    silent: bool = False

    def computed(self, tasks: tuple[str, ...]) -> Iterator[tuple[str, Outcome]]:
        """Tasks with their records, each as soon as it is there.

        A task's job is submitted when its parts, and the tasks of the request that it builds on,
        are done. Raises UserError where jobs cannot be submitted at all.
        """
        known: dict[str, Job] | None = jobs()
        waiting = [piece for task in tasks for piece in self._pieces(task, known or {})]
        limit = self.limit or len(waiting)
        try:
            while waiting or self.going:
                unfinished = {*waiting, *self.going}
                ready = [piece for piece in waiting if not piece.waits(unfinished)]
                for piece in ready[: limit - len(self.going)] if known is not None else ():
                    waiting.remove(piece)
                    self._begin(piece, known or {})
                time.sleep(POLL)
                known = self._known()
                for piece in tuple(self.going):
                    outcome = self._outcome(piece, known)
                    if outcome is not None:
                        yield piece.task, outcome
        finally:
            if self.going:
                numbers = " ".join(str(sent.number) for sent in self.going.values())
                self.say(
                    f"still in Slurm: {', '.join(piece.name for piece in self.going)}; the same "
                    f"command takes them up again, scancel {numbers} ends them"
                )

    def _pieces(self, task: str, known: Mapping[str, Job]) -> tuple[Piece, ...]:
        """The jobs of a task. Those in the queue from before count: two divisions of one task
        side by side would train the same.
        """
        results = self.request.results

        def stands(piece: Piece) -> bool:
            job = known.get(job_name(results, piece.name))
            return job is not None and job.stands is not None

        own = Piece(task)
        if stands(own):
            return (own,)
        there = tuple(piece for piece in parts_noted(results, task) if stands(piece))
        return (*(there or parts(self.request.suite, task, self.slurm.parts)), own)

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

    def _begin(self, piece: Piece, known: Mapping[str, Job]) -> None:
        """Watch the piece's job that is in the queue from before, or submit one."""
        results = self.request.results
        fresh = Note(fingerprint(results.record(piece.task)))
        job = known.get(job_name(results, piece.name))
        if job is None or job.stands is None:
            self._submit(piece, fresh)
            return
        self.going[piece] = Sent(Note.read(results, piece.name) or fresh, job.number)
        self.say(f"{piece.name}: job {job.number} is there from before")

    def _submit(self, piece: Piece, note: Note) -> None:
        """Submit a job; the note comes first, so that no job is without one."""
        request, results = self.request, self.request.results
        note.write(results, piece.name)
        order = Order(
            suite=str(request.suite.file),
            task=piece.task,
            smoke=request.suite.smoke,
            root=results.root,
            results=results.name,
            data_dir=request.data_dir,
            device=self.device,
            command=request.command,
            force=request.force,
            before=note.before,
            log_dir=request.log_dir,
            share=piece.share,
        )
        folder, name = results.job(piece.name), job_name(results, piece.name)
        number = submit(order, folder, name, self.slurm)
        self.going[piece] = Sent(note, number)
        self.say(f"{piece.name}: job {number} submitted")

    def _outcome(self, piece: Piece, known: Mapping[str, Job] | None) -> Outcome | None:
        """What came of a task whose job has ended; null while it goes on, and for a part."""
        results, sent = self.request.results, self.going[piece]
        record = self._record(piece, sent.note.before)
        if record is not None:
            forget(results, piece.task, keep=record.status == "failed")
            del self.going[piece]
            return record
        end = None if known is None else self._end(piece, known)
        if end is None:
            return None
        del self.going[piece]
        if piece.share is None:
            return self._lost(piece.task, sent, end)
        well = end == "COMPLETED"
        forget(results, piece.name, keep=not well)
        rest = "" if well else f"; the job of {piece.task} trains what is left"
        self.say(f"{piece.name}: job {sent.number} ended as {end}{rest}")
        return None

    def _end(self, piece: Piece, known: Mapping[str, Job]) -> str | None:
        """How the piece's job has ended for good; submits again what may go on."""
        sent = self.going[piece]
        job = known.get(job_name(self.request.results, piece.name))
        if job is not None and job.number < sent.number:
            job = None  # the one before, where the queue does not show the new one yet
        if job is not None and job.stands is not None:
            sent.number, sent.ended = job.number, None
            if sent.said != job.stands:
                self.say(f"{piece.name}: job {job.number} {job.stands}")
            sent.said = job.stands
            return None
        if job is None or (job.state == "COMPLETED" and piece.share is None):
            sent.ended = sent.ended or time.monotonic()
            if time.monotonic() - sent.ended < VISIBLE:
                return None
        state = job.state if job is not None else "unknown to Slurm"
        if state in AGAIN and sent.note.restarts < self.slurm.restarts:
            self.say(
                f"{piece.name}: job {sent.number} ended as {state}, to go on from its checkpoint"
            )
            self._submit(piece, Note(sent.note.before, sent.note.restarts + 1))
            return None
        return state

    def _record(self, piece: Piece, before: str) -> Record | None:
        """The record that a task's job has written since `before`."""
        results, task = self.request.results, piece.task
        if piece.share is not None or fingerprint(results.record(task)) in ("", before):
            return None
        state = freshness(self.request.suite, task, results)
        return state.record if state.fresh or state.state == "failed" else None

    def _lost(self, task: str, sent: Sent, state: str) -> Outcome:
        """A task whose job is gone without a record: the user's to mend, or failed."""
        results = self.request.results
        log = results.job(task) / f"{sent.number}_0_log.err"
        last = _last_line(log)
        tries = f" after {sent.note.restarts} restarts" if sent.note.restarts else ""
        forget(results, task, keep=True)
        if state == "FAILED" and last.startswith("homework: "):
            return UserError(f"job {sent.number}: {last.removeprefix('homework: ')}")
        return failed(
            self.request,
            task,
            f"job {sent.number} is lost: {state}{tries}, without a record; its log is {log}",
        )


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
