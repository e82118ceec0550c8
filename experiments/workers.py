"""Compute tasks side by side, in processes of one thread each, and parts of one task as well.

A task is computed by one worker, which makes its record. Workers that have no task of their own
take part in one that is going on (`experiments.compute.take_part`): the independent runs of the
task are divided among them through the cache of trained networks. What is computed does not depend
on how many workers there are: each run is computed alone, by one thread.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import torch

from experiments.compute import Request, compute, failed, take_part
from experiments.device import prepare_process, threads_on
from experiments.engine.context import Progress
from experiments.freshness import freshness
from experiments.lock import locked
from experiments.selection import Outcome
from report.errors import UserError
from report.interruption import SIGNALS
from report.tasks import BY_NAME

PROCESSES = multiprocessing.get_context("forkserver")
"""Workers are forked from a process that has imported Torch once and done nothing else."""
PROCESSES.set_forkserver_preload(["experiments.workers"])

POLL = 2.0
"""Seconds between two looks at whether a worker has stopped."""
STOPPED = 6.0
"""Seconds after which a worker that somebody stopped (SIGSTOP) counts as lost."""
START = 60.0
"""Seconds after which a worker that has not answered since its start is replaced; its replacement
has ten times as long, where the machine is only slow."""
TELL = 0.1
"""Least seconds between two messages of one piece of work."""


def computed(
    request: Request,
    tasks: tuple[str, ...],
    progress: Progress,
    workers: int,
    say: Callable[[str], None] = print,
) -> Iterator[tuple[str, Outcome]]:
    """Tasks with their records, each as soon as it is done.

    A task starts when the tasks of the request that it builds on are done. The task of a worker
    that dies (killed, out of memory) or is stopped fails; the others go on.
    """
    runs = sum(_runs(request, task) for task in tasks)
    alone = len(tasks) < 2 and (runs < 2 or request.options.smoke)
    if workers == 1 or alone:
        for task in tasks:
            yield task, _outcome(request, task, progress, say)
        return
    yield from Pool(request, progress, workers, say).computed(tasks)


@dataclass
class Worker:
    """A process that computes one task after another, and what it was told last.

    It is started by a thread, so that nobody waits for ever where that hangs.
    """

    process: BaseProcess
    pipe: Connection
    request: Request | None = None
    task: str = ""
    part: bool = False
    answered: bool = False
    closed: bool = False
    patience: float = START
    since: float | None = None
    stopped: float | None = None
    given_up: bool = False
    running: threading.Event = field(default_factory=threading.Event)
    bars: dict[int, Callable[[int], None]] = field(default_factory=dict)

    @classmethod
    def started(cls, device: torch.device, processes: BaseContext = PROCESSES) -> "Worker":
        """A new worker."""
        here, there = processes.Pipe()
        process = processes.Process(target=_work, args=(there, device), daemon=True)  # type: ignore[attr-defined]
        worker = cls(process, here)
        threading.Thread(target=worker._start, args=(there,), daemon=True).start()
        return worker

    def _start(self, there: Connection) -> None:
        with suppress(OSError):  # one that could not be started has not answered
            self.process.start()
            self.running.set()
        there.close()

    @property
    def ends(self) -> tuple[Any, ...]:
        """What to wait for: a message, or the end of the process."""
        return (self.pipe, self.process.sentinel) if self.running.is_set() else (self.pipe,)

    @property
    def dead(self) -> bool:
        """Whether the process has ended."""
        return self.running.is_set() and not self.process.is_alive()

    def begin(self, request: Request, task: str, *, part: bool, now: float) -> None:
        """Give the worker a task, or let it take part in one."""
        self.request, self.task, self.part = request, task, part
        self.since, self.stopped = now, None
        self.bars.clear()
        with suppress(OSError):  # a dead worker is noticed by `outcome`
            self.pipe.send((request, task, part))

    def late(self, now: float) -> bool:
        """Whether it has not answered for too long since its start."""
        if self.answered or self.since is None:
            return False
        return (self.closed and not self.running.is_set()) or now - self.since > self.patience

    def end(self) -> None:
        """End the process, whatever it does; one that is still being started ends by itself."""
        self.pipe.close()
        if self.running.is_set():
            self.process.kill()
            self.process.join()

    def outcome(
        self, progress: Progress, say: Callable[[str], None], now: float
    ) -> Outcome | str | None:
        """What came of the task, None while it goes on; shows progress on the way.

        Of a part, a text: that it has ended.
        """
        assert self.request is not None
        dead = self.dead
        with suppress(EOFError, OSError):
            while self.pipe.poll():
                self.closed = True  # where nothing can be read
                kind, content = self.pipe.recv()
                self.answered, self.closed = True, False
                if kind == "outcome":
                    return content  # type: ignore[no-any-return]
                if kind == "say":
                    say(content)
                elif kind == "start":
                    bar, description, total = content
                    self.bars[bar] = progress.start(description, total)
                elif kind == "advance":
                    bar, done = content
                    self.bars[bar](done)
        if dead:
            self.process.join()
            why = f"the process that computed it {_end(self.process.exitcode)}"
            if self.given_up:
                why = f"the process that computed it was stopped for {STOPPED:.0f} s and was ended"
            return "the process has ended" if self.part else failed(self.request, self.task, why)
        self._end_if_stopped(now)
        return None

    def _end_if_stopped(self, now: float) -> None:
        if not self.running.is_set() or not _is_stopped(self.process.pid):
            self.stopped = None
        elif self.stopped is None:
            self.stopped = now
        elif now - self.stopped > STOPPED:
            self.given_up = True
            self.process.kill()


@dataclass
class Pool:
    """Workers at the tasks of a request: `busy` with a task each, taking `parts`, or idle."""

    request: Request
    progress: Progress
    size: int
    say: Callable[[str], None]
    start: Callable[..., Worker] = lambda *given: Worker.started(*given)
    clock: Callable[[], float] = time.monotonic
    idle: list[Worker] = field(default_factory=list)
    busy: list[Worker] = field(default_factory=list)
    parts: list[Worker] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    """Tasks of which a part has ended: there is nothing left to divide."""

    def computed(self, tasks: tuple[str, ...]) -> Iterator[tuple[str, Outcome]]:
        """See the function of this name."""
        waiting = list(tasks)
        try:
            while waiting or self.busy:
                unfinished = {*waiting, *(worker.task for worker in self.busy)}
                for task in tuple(waiting):
                    ready = not unfinished & {*BY_NAME[task].after}
                    if ready and len(self.busy) < self.size:
                        waiting.remove(task)
                        self._make_room()
                        self.busy.append(self._begun(task))
                self._take_parts()
                working = (*self.busy, *self.parts)
                wait([end for worker in working for end in worker.ends], timeout=POLL)
                for worker in tuple(self.parts):
                    if self._outcome(worker) is not None:
                        self.parts.remove(worker)
                        self.ended.add(worker.task)
                        self._rest(worker)
                for worker in tuple(self.busy):
                    outcome = self._outcome(worker)
                    if outcome is None:
                        continue
                    assert not isinstance(outcome, str)
                    self.busy.remove(worker)
                    self._end_parts(worker.task)
                    self._rest(worker)
                    yield worker.task, outcome
        finally:
            for worker in (*self.idle, *self.busy, *self.parts):
                worker.end()

    def _begun(self, task: str, *, part: bool = False) -> Worker:
        device = self.request.device
        worker = self.idle.pop() if self.idle else self.start(device)
        worker.begin(self.request, task, part=part, now=self.clock())
        return worker

    def _rest(self, worker: Worker) -> None:
        if not worker.dead:
            self.idle.append(worker)

    def _make_room(self) -> None:
        """Tasks go before parts: the newest part ends where all workers are in use."""
        if self.parts and len(self.busy) + len(self.parts) >= self.size:
            self.parts.pop().end()

    def _take_parts(self) -> None:
        """Let workers without a task take part in those with the fewest workers."""
        for _ in range(self.size - len(self.busy) - len(self.parts)):
            workers = Counter(worker.task for worker in (*self.busy, *self.parts))
            tasks = [
                worker.task
                for worker in self.busy
                if worker.task not in self.ended
                and workers[worker.task] < _runs(self.request, worker.task)
            ]
            if not tasks:
                return
            task = min(tasks, key=lambda task: workers[task])
            self.parts.append(self._begun(task, part=True))

    def _end_parts(self, task: str) -> None:
        for worker in [worker for worker in self.parts if worker.task == task]:
            self.parts.remove(worker)
            worker.end()

    def _outcome(self, worker: Worker) -> Outcome | str | None:
        now = self.clock()
        outcome = worker.outcome(self.progress, self.say, now)
        if outcome is None and worker.late(now):
            outcome = self._replaced(worker)
        return outcome

    def _replaced(self, worker: Worker) -> Outcome | str | None:
        """Put a new process in the place of one that does not answer; what it came to otherwise.

        It is started in another way, which shares nothing with the first.
        """
        task = worker.task
        worker.end()
        if worker.part:
            return "the process has not answered"
        waited = f"its process has not answered for {worker.patience:.0f} s"
        if worker.patience > START:
            return failed(self.request, task, waited)
        self.say(f"{task}: {waited}, and is replaced")
        new = self.start(self.request.device, multiprocessing.get_context("spawn"))
        new.patience = 10 * START
        new.begin(self.request, task, part=False, now=self.clock())
        self.busy[self.busy.index(worker)] = new
        return None


def _runs(request: Request, task: str) -> int:
    """How many networks a task trains."""
    return sum(use.runs for use in request.suite.tasks[task].uses())


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


def _outcome(
    request: Request, task: str, progress: Progress, say: Callable[[str], None]
) -> Outcome:
    """What comes of the task; where another process was computing it, what that has left."""
    try:
        with locked(request.results.lock_of(task), say) as waited:
            if waited and not request.options.force:
                state = freshness(request.suite, task, request.results)
                if state.fresh and state.record is not None:
                    return state.record
            return compute(request, task, progress)
    except UserError as error:
        return error


def _part(request: Request, task: str) -> str:
    """Take part in a task. Whatever goes wrong here is told by who computes the task."""
    try:
        take_part(request, task)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing is left to divide"


def _work(pipe: Connection, device: torch.device) -> None:
    """A worker's life: it ends with its parent, to which it leaves all signals."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare_process(threads_on(device))
    with suppress(BrokenPipeError, EOFError):  # at its end, or replaced because it was too slow
        pipe.send(("ready", None))
        while True:
            request, task, part = pipe.recv()
            request.suite.enroll()
            if part:
                pipe.send(("outcome", _part(request, task)))
            else:
                sender = Sender(pipe)
                pipe.send(("outcome", _outcome(request, task, sender, sender.say)))


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

    def say(self, line: str) -> None:
        """A line for the user."""
        self.pipe.send(("say", line))

    def start(self, description: str, total: int) -> Callable[[int], None]:
        """See `experiments.engine.context.Progress`."""
        self.begun += 1
        bar, untold, told = self.begun, 0, time.monotonic()
        self.pipe.send(("start", (bar, description, total)))

        def advance(done: int) -> None:
            nonlocal untold, told
            untold += done
            if time.monotonic() - told > TELL:
                self.pipe.send(("advance", (bar, untold)))
                untold, told = 0, time.monotonic()

        return advance
