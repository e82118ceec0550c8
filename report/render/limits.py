"""Other programs, run with limits of time and memory that they cannot exceed."""

from __future__ import annotations

import contextlib
import re
import resource
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from report.render.errors import RenderError

GIB = 2**30


class LimitError(RenderError):
    """A program needed more time or memory than it may use."""


@dataclass(frozen=True)
class Limits:
    """What one program may use: seconds of wall clock, and bytes of memory for each process.

    Processes that the program starts have the same limit of memory, and of processor time.
    """

    seconds: int
    memory: int


BOOK = Limits(600, 6 * GIB)
"""The whole book, in one of its steps."""
QUARTO = Limits(3600, 12 * GIB)
"""All of Quarto's steps. Its JavaScript engine reserves more memory than it uses."""
COMMENT = Limits(30, GIB)
"""One comment of the author, or all of them on trial."""


@dataclass(frozen=True)
class Done:
    """How a program ended, and what it wrote."""

    status: int
    out: bytes
    err: str


def run(
    command: Sequence[str],
    text: bytes,
    name: str,
    limits: Limits,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Done:
    """Run `command` on the input `text`; it is killed when it exceeds `limits`.

    The kernel holds the limits of memory and processor time, where it can (Linux); that of wall
    clock holds everywhere. Files, not pipes, take what is written: a process that outlives
    `command` would keep a pipe open.

    Args:
        command: the program and its arguments.
        text: what it reads.
        name: the program and its version, for messages.
        limits: what it may use.
        folder: where it runs; the current folder otherwise.
        environment: its environment variables; those of this process otherwise.

    Raises:
        LimitError: it exceeded a limit.
        OSError: it cannot be started.
    """
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(text)
        given.seek(0)
        process = subprocess.Popen(
            command, stdin=given, stdout=out, stderr=err, cwd=folder, env=environment
        )
        try:
            _limit(process.pid, limits)
            status = process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            raise LimitError(f"{name} took more than {limits.seconds} s") from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        out.seek(0)
        err.seek(0)
        done = Done(status, out.read(), err.read().decode(errors="replace"))
    if status == -signal.SIGXCPU:
        raise LimitError(f"{name} took more than {limits.seconds} s of processor time")
    if status != 0 and re.search("memory|heap", done.err, re.IGNORECASE):
        raise LimitError(f"{name} needed more than {limits.memory / GIB:g} GiB of memory")
    return done


def _limit(process: int, limits: Limits) -> None:
    """Set the limits of a process that has just been started; it may have ended already."""
    if not hasattr(resource, "prlimit"):
        return
    for kind, most in (
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
    ):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            _, hard = resource.prlimit(process, kind)
            soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.prlimit(process, kind, (soft, hard))
