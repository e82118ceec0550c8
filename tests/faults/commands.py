"""Commands in processes of their own, which may be killed, stopped or interrupted."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from experiments import workers

Hook = Callable[[], None]

_started: list["Command"] = []

_server = workers.PROCESSES
# Forked from a process that has imported everything, a command starts at once.
_server.set_forkserver_preload(["tests.faults.warm", "tests.faults.commands"])


@dataclass(frozen=True)
class Command:
    """A running command; it leads a process group of its own."""

    process: BaseProcess
    log: Path

    @property
    def text(self) -> str:
        """What it has written so far."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def wait(self, seconds: float = 600) -> int:
        """Its exit status, negative for a signal; TimeoutError for one that hangs."""
        self.process.join(seconds)
        status = self.process.exitcode
        if status is None:
            self.signal(signal.SIGKILL)
            raise TimeoutError(f"still running after {seconds} s: {self.text}")
        return status

    def signal(self, number: int, *, group: bool = True) -> None:
        """Send a signal to the command and, with `group`, to all its children."""
        pid = self.process.pid
        assert pid is not None
        try:
            (os.killpg if group else os.kill)(pid, number)
        except ProcessLookupError:
            self.process.join(5)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until the condition holds; TimeoutError, or AssertionError when it ended before."""
        end = time.monotonic() + seconds
        while not condition():
            assert self.process.is_alive() or condition(), self.text
            if time.monotonic() > end:
                raise TimeoutError(self.text)
            time.sleep(0.005)


def start(
    folder: Path,
    *arguments: str,
    hook: Hook | None = None,
    environment: Mapping[str, str] | None = None,
) -> Command:
    """Begin `homework arguments` in `folder`; `hook` is called in its process before."""
    log = folder / f"log-{time.monotonic_ns()}.txt"
    told: tuple[Any, ...] = (folder, arguments, log, hook, dict(environment or {}))
    process = _server.Process(target=_run, args=told)
    process.start()
    _started.append(Command(process, log))
    return _started[-1]


def end_all() -> None:
    """End every command that a test has left running, as a failing test does."""
    while _started:
        command = _started.pop()
        if command.process.is_alive():
            command.signal(signal.SIGKILL)


def _run(
    folder: Path,
    arguments: tuple[str, ...],
    log: Path,
    hook: Hook | None,
    environment: dict[str, str],
) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = ["homework", *arguments]
    if hook is not None:
        hook()
    from report.cli import main

    main()


def save_every_epoch() -> None:
    """In this process, trainings save a checkpoint after every epoch."""
    from experiments.engine.group import GroupTraining

    finish = GroupTraining.finish

    def finish_saving(self: GroupTraining, **given: Any) -> None:
        finish(self, **{**given, "save_every": 0.0})

    GroupTraining.finish = finish_saving  # type: ignore[method-assign]
