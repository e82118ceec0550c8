"""Who may compute: one command in a results folder, one process at a task.

A command holds the lock of its folder. Whoever computes a task, the command itself, a worker or a
job of Slurm, holds the lock of the task: jobs go on when their command is gone. All are `flock`s,
which end with their process, however it ends; on a cluster the file system must keep them.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from report.errors import UserError


@contextmanager
def locked(path: Path, say: Callable[[str], None], *, shared: bool = False) -> Iterator[bool]:
    """Hold the lock file `path`; wait, and say so, while another process holds it.

    With `shared`, other holders of that kind are no hindrance. Gives whether it had to wait.
    Raises UserError where the lock cannot be made.
    """
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with _opened(path) as file:
        waited = not _taken(file, kind)
        if waited:
            say(f"{path.parent.parent}: another process is computing here, waiting for it")
            fcntl.flock(file, kind)
        yield waited


@contextmanager
def tried(path: Path) -> Iterator[bool]:
    """Hold the lock file `path` if nobody else does; gives whether it is held."""
    with _opened(path) as file:
        yield _taken(file, fcntl.LOCK_EX)


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+")  # some network file systems ask for reading, too
    except OSError as error:
        raise UserError(
            f"{path.parent}: cannot be written ({error.strerror}); nothing was trained; "
            "choose a writable folder"
        ) from error


def _taken(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise UserError(
            f"{file.name}: the file system keeps no locks ({error.strerror}); choose another folder"
        ) from error
    return True
