"""Only one process computes in a results folder."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from report.errors import UserError


@contextmanager
def locked(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock file `path`; wait, and say so, while another process holds it.

    The lock ends with the process, however it ends. Raises UserError where it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise UserError(
            f"{path.parent}: cannot be written ({error.strerror}); nothing was trained; "
            "choose a writable folder"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{path.parent.parent}: another process is computing here, waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
