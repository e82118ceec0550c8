"""Reading what the user put in a place: a file, nothing that only looks like one."""

import stat
from pathlib import Path

from report.errors import UserError


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
