"""Files that a suite names: they lie beside it, and what is in them enters the record's key."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def beside(name: str, context: Mapping[str, Any] | None) -> Path:
    """Path of a file that a suite names; `context["folder"]` is the suite's own folder."""
    return Path((context or {}).get("folder", "")) / name


def read_beside(name: str, context: Mapping[str, Any] | None) -> bytes:
    """Content of a file that a suite names; raises ValueError."""
    path = beside(name, context)
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file; paths begin at the suite's own folder")
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from error


def pinned(given: Mapping[str, Any], content: bytes | str, name: str) -> str:
    """SHA-256 of the content, or known; raises ValueError where the settings give another one."""
    found = content if isinstance(content, str) else hashlib.sha256(content).hexdigest()
    wanted = given.get("sha256") or found
    if wanted != found:
        raise ValueError(f"{name}: its SHA-256 is {found}, the suite says {wanted}")
    return found
