"""Files: read where the user put one, nothing that only looks like one; written whole or not."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from report.errors import UserError

DRAFT = ".draft"
"""Ending of a file that is being written; one is left behind where a write was killed."""
LONGEST = 200_000
"""Bytes of a text that a user writes, such as a suite or a comment: some sixty pages."""


def read_file(path: Path, what: str, most: int = -1) -> bytes:
    """The content of `path`.

    A pipe would wait for ever, a device may have no end, and a link could show what lies elsewhere:
    links lead within the folder, or are refused.

    Args:
        path: where it is.
        what: what it is, for messages, such as "record".
        most: bytes to read at most; all by default.

    Raises:
        FileNotFoundError: there is nothing.
        UserError: something that is no file, or a link to elsewhere; it cannot be read.
    """
    try:
        folder = path.parent.resolve()
        if path.is_symlink() and path.resolve(strict=True).parent != folder:
            raise UserError(
                f"{path}: a link to elsewhere in the place of a {what}; put the file itself there"
            )
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind):
            raise UserError(f"{path}: {_name(kind)} in the place of a {what}; put a file there")
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError) as error:
        raise UserError(f"{path}: the {what} cannot be read ({error}); check the file") from error


def _name(kind: int) -> str:
    for test, name in (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if test(kind):
            return name
    return "a device"


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step; an interrupted write leaves the old file whole.

    Raises:
        UserError: the file cannot be written (read-only folder, full disk).
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by `content` in one step, as `write_text`."""
    draft = path.with_name(f".{path.name}.{token_hex(4)}{DRAFT}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("xb") as file:  # with the permissions that the user's umask leaves
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise UserError(
            f"{path}: cannot be written ({error.strerror}); "
            "free space or choose a writable folder, then run again"
        ) from error


def set_aside(path: Path, aside: Path) -> Path:
    """Move a file that failed verification into the folder `aside`; where it lies now.

    Raises UserError where it cannot be moved.
    """
    place = aside / path.name
    number = 1
    while place.exists():
        number += 1
        place = aside / f"{path.stem}-{number}{path.suffix}"
    try:
        aside.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    except OSError as error:
        raise UserError(
            f"{path}: is damaged and cannot be moved to {aside} ({error.strerror}); delete it"
        ) from error
    return place
