"""Texts that were computed before, kept in the project's `.cache` by all that they follow from.

Nothing but time depends on them: what is missing, damaged or cannot be written is computed again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

FOLDER = ".cache"
MOST = 400
"""So many texts are kept, those last used."""

_place: Path | None = None


@contextmanager
def kept_in(project: Path) -> Iterator[None]:
    """Within the block, `read` and `write` use the cache of this project; otherwise none."""
    global _place
    before, _place = _place, project / FOLDER
    try:
        yield
    finally:
        _prune(_place)
        _place = before


def key(*parts: str | bytes) -> str:
    """The name of a text that follows from these parts alone, in this order."""
    found = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(b"%d:" % len(content) + content)
    return found.hexdigest()


def contents(paths: Iterable[Path]) -> list[bytes]:
    """Of each file its content; an empty one for what cannot be read."""
    found = []
    for path in paths:
        try:
            found.append(path.read_bytes())
        except OSError:
            found.append(b"")
    return found


def read(name: str) -> str | None:
    """The text kept by this name; None where there is none, or not as it was written."""
    if _place is None:
        return None
    path = _place / name
    try:
        seal, _, content = path.read_bytes().partition(b"\n")
        if seal.decode() != _seal(name, content):
            return None
        os.utime(path)
        return content.decode()
    except (OSError, ValueError):
        return None


def write(name: str, text: str) -> None:
    """Keep a text, if it can be."""
    if _place is None:
        return
    content = text.encode()
    draft = _place / f".{name}.{token_hex(4)}"
    with suppress(OSError):
        _place.mkdir(exist_ok=True)
        (_place / ".gitignore").write_text("*\n", encoding="utf-8")
        draft.write_bytes(_seal(name, content).encode() + b"\n" + content)
        draft.replace(_place / name)
    with suppress(OSError):
        draft.unlink(missing_ok=True)


def _seal(name: str, content: bytes) -> str:
    return hashlib.sha256(name.encode() + content).hexdigest()


def _prune(folder: Path) -> None:
    with suppress(OSError):
        files = [(entry.stat().st_mtime, entry.path) for entry in os.scandir(folder)]
        for _, path in sorted(files)[: -MOST - 1]:  # the .gitignore is written with every text
            Path(path).unlink(missing_ok=True)
