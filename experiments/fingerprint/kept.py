"""Modules that were read before, beside the byte code that Python keeps of them."""

import hashlib
import sys
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter

from experiments.fingerprint.syntax import Module, read_module
from report.errors import UserError
from report.records.files import write_bytes

_MODULES = TypeAdapter(dict[str, Module])


class Kept:
    """A file of read modules by the digest of their source; a module that it lacks is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._used: dict[str, Module] = {}
        self._new = False

    def module(self, source: str, package: str, columns: bool) -> Module:
        """As `read_module`."""
        key = _digest(f"{self._reader} {package} {columns}\n{source}")
        known = self._known.get(key)
        self._new |= known is None
        self._used[key] = known or read_module(source, package, columns)
        return self._used[key]

    def save(self) -> None:
        """Keep what was used; where it cannot be written, it is read again the next time."""
        if self._new:
            self._new = False
            with suppress(UserError):
                write_bytes(self._path, _MODULES.dump_json(self._used))

    @cached_property
    def _known(self) -> dict[str, Module]:
        try:
            return _MODULES.validate_json(self._path.read_bytes())
        except (OSError, ValueError):
            return {}

    @cached_property
    def _reader(self) -> str:
        """What reads: another version of Python or of the reader may read otherwise."""
        files = sorted(Path(__file__).parent.glob("*.py"))
        return f"{sys.version_info[:2]} {_digest(''.join(f.read_text('utf-8') for f in files))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
