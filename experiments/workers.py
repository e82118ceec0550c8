"""Compute tasks side by side, each in a process of its own with its share of the threads."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from experiments.compute import Request, compute, failed
from experiments.device import prepare_process
from experiments.engine.context import Progress
from experiments.freshness import freshness
from experiments.lock import locked
from report.errors import UserError
from report.interruption import SIGNALS
from report.records import Record
from report.tasks import BY_NAME

Outcome = Record | UserError

PROCESSES = multiprocessing.get_context("forkserver")
"""Workers are forked from a process that has imported Torch once and done nothing else."""
PROCESSES.set_forkserver_preload(["experiments.workers"])

POLL = 2.0
"""Seconds between two looks at whether a worker has stopped."""
STOPPED = 6.0
"""Seconds after which a worker that somebody stopped (SIGSTOP) counts as lost."""
TELL = 0.1
"""Least seconds between two messages of one piece of work."""


def computed(
    request: Request, tasks: tuple[str, ...], progress: Progress, workers: int
) -> Iterator[tuple[str, Outcome]]:
    """Tasks with their records, each as soon as it is done.

    A task starts when the tasks of the request that it builds on are done. The task of a worker
    that dies (killed, out of memory) or is stopped fails; the others go on.
    """
    if workers == 1 or len(tasks) < 2:
        for task in tasks:
            yield task, _outcome(request, task, progress)
        return
    waiting, idle, busy = list(tasks), list[Worker](), list[Worker]()
    try:
        while waiting or busy:
            unfinished = {*waiting, *(worker.task for worker in busy)}
            ready = [task for task in waiting if not unfinished & set(BY_NAME[task].after)]
            for task in ready[: workers - len(busy)]:
                waiting.remove(task)
                worker = idle.pop() if idle else Worker.started(workers)
                worker.begin(request, task)
                busy.append(worker)
            wait([end for worker in busy for end in worker.ends], timeout=POLL)
            for worker in tuple(busy):
                outcome = worker.outcome(progress)
                if outcome is None:
                    continue
                busy.remove(worker)
                if worker.process.is_alive():
                    idle.append(worker)
                yield worker.task, outcome
    finally:
        for worker in (*idle, *busy):
            worker.process.kill()
        for worker in (*idle, *busy):
            worker.process.join()


@dataclass
class Worker:
    """A process that computes one task after another, and what it was told last."""

    process: BaseProcess
    pipe: Connection
    request: Request | None = None
    task: str = ""
    stopped: float | None = None
    given_up: bool = False
    bars: dict[int, Callable[[int], None]] = field(default_factory=dict)

    @classmethod
    def started(cls, workers: int) -> "Worker":
        """A new worker, one of so many."""
        here, there = PROCESSES.Pipe()
        process = PROCESSES.Process(target=_work, args=(there, workers), daemon=True)
        process.start()
        there.close()
        return cls(process, here)

    @property
    def ends(self) -> tuple[Any, ...]:
        """What to wait for: a message, or the end of the process."""
        return self.pipe, self.process.sentinel

    def begin(self, request: Request, task: str) -> None:
        """Give the worker a task."""
        self.request, self.task, self.stopped = request, task, None
        self.bars.clear()
        with suppress(OSError):  # a dead worker is noticed by `outcome`
            self.pipe.send((request, task))

    def outcome(self, progress: Progress) -> Outcome | None:
        """What came of the task, null while it goes on; shows progress on the way."""
        assert self.request is not None
        dead = not self.process.is_alive()
        with suppress(EOFError, OSError):
            while self.pipe.poll():
                message = self.pipe.recv()
                if not isinstance(message, tuple):
                    return message  # type: ignore[no-any-return]
                bar, description, number = message
                if description is not None:
                    self.bars[bar] = progress.start(description, number)
                else:
                    self.bars[bar](number)
        if dead:
            self.process.join()
            why = f"the process that computed it {_end(self.process.exitcode)}"
            if self.given_up:
                why = f"the process that computed it was stopped for {STOPPED:.0f} s and was ended"
            return failed(self.request, self.task, why)
        self._end_if_stopped()
        return None

    def _end_if_stopped(self) -> None:
        if not _is_stopped(self.process.pid):
            self.stopped = None
        elif self.stopped is None:
            self.stopped = time.monotonic()
        elif time.monotonic() - self.stopped > STOPPED:
            self.given_up = True
            self.process.kill()


def _end(status: int | None) -> str:
    if status is None or status >= 0:
        return f"ended by itself with status {status}"
    lack = ", perhaps for lack of memory" if status == -signal.SIGKILL else ""
    return f"was ended by {signal.Signals(-status).name}{lack}"


def _is_stopped(process: int | None) -> bool:
    """Whether somebody stopped the process; false where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] == "T"


def _outcome(request: Request, task: str, progress: Progress) -> Outcome:
    """What comes of the task; where a job of Slurm was computing it, what that has left."""
    try:
        with locked(request.results.lock_of(task), lambda _line: None) as waited:
            if waited:
                state = freshness(request.suite, task, request.results)
                if state.fresh and state.record is not None:
                    return state.record
            return compute(request, task, progress)
    except UserError as error:
        return error


def _work(pipe: Connection, workers: int) -> None:
    """A worker's life: it ends with its parent, to which it leaves all signals."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare_process(workers)
    while True:
        try:
            request, task = pipe.recv()
        except EOFError:
            return
        pipe.send(_outcome(request, task, Sender(pipe)))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@dataclass
class Sender:
    """Progress that is shown by the parent process."""

    pipe: Connection
    begun: int = 0

    def start(self, description: str, total: int) -> Callable[[int], None]:
        """See `experiments.engine.context.Progress`."""
        self.begun += 1
        bar, untold, told = self.begun, 0, time.monotonic()
        self.pipe.send((bar, description, total))

        def advance(done: int) -> None:
            nonlocal untold, told
            untold += done
            if time.monotonic() - told > TELL:
                self.pipe.send((bar, None, untold))
                untold, told = 0, time.monotonic()

        return advance
