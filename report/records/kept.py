"""Texts that were computed before, kept in the user's cache folder by all that they follow from.

Nothing but time depends on them: what is missing, damaged or cannot be written is computed again.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any

PROGRAM = Path(__file__).parents[2]
MOST = 5000
"""So many texts are kept, those last used."""


def folder() -> Path:
    """Where texts are kept (https://specifications.freedesktop.org/basedir-spec)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "homework").expanduser()


def key(*parts: str | bytes) -> str:
    """The name of a text that follows from these parts alone, in this order."""
    found = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(b"%d:" % len(content) + content)
    return found.hexdigest()


def contents(paths: Iterable[Path]) -> list[bytes]:
    """Of each file its content; an empty one for what cannot be read, or is a pipe or a device."""
    found = []
    for path in paths:
        try:
            found.append(path.read_bytes() if path.is_file() else b"")
        except OSError:
            found.append(b"")
    return found


def program() -> str:
    """The key of all that the program is: its modules, suites and templates, Python, packages."""
    read = [
        path
        for name in ("experiments", "report", "templates")
        for path in sorted((PROGRAM / name).rglob("*.*"))
        if path.suffix != ".pyc"
    ]
    return key(sys.version, *installed(), *map(str, read), *contents(read))


@cache
def installed() -> tuple[str, ...]:
    """The packages beside this program, with their versions."""
    folders = (Path(entry or ".") for entry in sys.path)
    found = (path for folder in folders for path in folder.glob("*.*-info"))
    return tuple(sorted({path.name for path in found}))  # "typst-0.15.2.dist-info"


def exactly(paths: Iterable[Path], *words: str) -> str | None:
    """The key of words and of files by name and content; None where one is no plain file."""
    found: list[str | bytes] = list(words)
    for path in paths:
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return None
            found += [str(path), path.read_bytes()]
        except OSError:
            return None
    return key(*found)


def answered(basis: Callable[[], str | None], compute: Callable[[], Any]) -> Any:
    """The JSON value that `compute` gives, or gave before.

    `basis` is the key of all that it follows from, or None where that cannot be said. A value is
    kept where that was the same before and after it was computed.
    """
    name = basis()
    text = read(name) if name else None
    if text is not None:
        return json.loads(text)
    value = compute()
    if name and basis() == name:
        write(name, json.dumps(value, ensure_ascii=False))
    return value


def read(name: str) -> str | None:
    """The text kept by this name; None where there is none, or not as it was written."""
    try:
        path = folder() / name
        seal, _, content = path.read_bytes().partition(b"\n")
        if seal.decode() != _seal(name, content):
            return None
        os.utime(path)
        return content.decode()
    except (OSError, RuntimeError, ValueError):  # RuntimeError: nobody's home is known
        return None


def write(name: str, text: str) -> None:
    """Keep a text, if it can be; those that were not used for long go."""
    content = text.encode()
    with suppress(OSError, RuntimeError):
        place = folder()
        draft = place / f".{name}.{token_hex(4)}"
        place.mkdir(0o700, parents=True, exist_ok=True)
        try:
            draft.write_bytes(_seal(name, content).encode() + b"\n" + content)
            draft.replace(place / name)
        finally:
            draft.unlink(missing_ok=True)
        if name < "1":  # one name of sixteen
            files = sorted((entry.stat().st_mtime, entry.path) for entry in os.scandir(place))
            for _, path in files[:-MOST]:
                Path(path).unlink(missing_ok=True)


def _seal(name: str, content: bytes) -> str:
    return hashlib.sha256(name.encode() + content).hexdigest()
