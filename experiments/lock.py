"""Who may compute: one command in a results folder, one process at a task, one at a group of runs.

A command holds the lock of its folder. Whoever computes a task, the command itself, a worker or a
job of Slurm, holds the lock of the task: jobs go on when their command is gone. All are `flock`s,
which end with their process, however it ends.

Some disks keep no locks (network and notebook servers have such). Then the lock is one of this
machine: a file in the folder for temporary files that stands for the place. Jobs of Slurm run on
other machines and refuse such a disk (`need_locks`).
"""

import errno
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from report.errors import UserError

NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
"""How a disk says that it keeps no locks."""


@contextmanager
def locked(path: Path, say: Callable[[str], None], *, shared: bool = False) -> Iterator[bool]:
    """Hold the lock file `path`; wait, and say so, while another process holds it.

    With `shared`, holders of that kind do not block each other. Gives whether it had to wait.
    Raises UserError where the lock file cannot be made.
    """
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    file, taken = _opened(path, lambda file: fcntl.flock(file, kind | fcntl.LOCK_NB))
    with file:
        if not taken:
            say(f"{path.parent.parent}: another process is computing here, waiting for it")
            fcntl.flock(file, kind)
        yield not taken


@contextmanager
def tried(path: Path) -> Iterator[bool]:
    """Hold the lock file `path` if nobody else does; gives whether it is held."""
    file, taken = _opened(path, lambda file: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB))
    with file:
        yield taken


@contextmanager
def claimed(path: Path, number: int, *, wait: bool) -> Iterator[bool]:
    """Hold lock `number` of the many in the file `path`; gives whether it is held.

    Only `wait` waits while another process holds it. A process holds one of a file at a time.
    """
    file, taken = _opened(
        path, lambda file: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
    )
    with file:
        if wait and not taken:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, number)
            taken = True
        yield taken


def need_locks(path: Path) -> None:
    """Raises UserError where the disk of the lock file `path` keeps no locks."""
    with _lock_file(path) as file:
        if _taken(file, lambda file: fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)) is None:
            raise UserError(
                f"{path.parent.parent}: this disk keeps no locks, which jobs on several machines "
                "need; choose another folder with --results"
            )


Take = Callable[[IO[str]], None]
"""Locks a file, or raises what the system says."""


def _opened(path: Path, take: Take) -> tuple[IO[str], bool]:
    """The lock file and whether it was taken; of this machine where its disk keeps no locks."""
    file = _lock_file(path)
    taken = _taken(file, take)
    if taken is None:
        file.close()
        file = _of_this_machine(path)
        taken = _taken(file, take)
    return file, bool(taken)


def _lock_file(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+")  # some network file systems ask for reading, too
    except OSError as error:
        raise UserError(
            f"{path.parent}: cannot be written ({error.strerror}); nothing was trained; "
            "choose a writable folder"
        ) from error


def _of_this_machine(path: Path) -> IO[str]:
    folder = Path(tempfile.gettempdir()) / f"homework-locks-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return (folder / hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]).open("a+")


def _taken(file: IO[str], take: Take) -> bool | None:
    """Whether the lock is taken; None where the disk keeps none."""
    try:
        take(file)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        if error.errno in NO_LOCKS:
            return None
        raise
    return True
