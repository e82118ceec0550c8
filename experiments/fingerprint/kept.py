"""Modules that were read before, beside the byte code that Python keeps of them."""

import hashlib
import json
import sys
from contextlib import suppress
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.fingerprint.syntax import Module, read_module
from experiments.fingerprint.writer import Statement
from report.errors import UserError
from report.records.store import write_text


class Kept:
    """A file of read modules by the digest of their source; a module that it lacks is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._used: dict[str, Any] = {}
        self._new = False

    def module(self, source: str, package: str, columns: bool) -> Module:
        """As `read_module`."""
        key = _digest(f"{self._reader} {package} {columns}\n{source}")
        known: Any = self._known.get(key)
        if known is None:
            module = read_module(source, package, columns)
            self._used[key] = asdict(module)
            self._new = True
            return module
        self._used[key] = known
        return Module(
            tuple(_statement(fields) for fields in known["statements"]),
            {name: (module, attribute) for name, (module, attribute) in known["imports"].items()},
            tuple(known["imported"]),
            tuple(known["stars"]),
        )

    def save(self) -> None:
        """Keep what was used; where it cannot be written, it is read again the next time."""
        if self._new:
            self._new = False
            with suppress(UserError):
                write_text(self._path, json.dumps(self._used, separators=(",", ":")))

    @cached_property
    def _known(self) -> dict[str, Any]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    @cached_property
    def _reader(self) -> str:
        """What reads: another version of Python or of the reader may read otherwise."""
        files = sorted(Path(__file__).parent.glob("*.py"))
        return f"{sys.version_info[:2]} {_digest(''.join(f.read_text('utf-8') for f in files))}"


def _statement(fields: dict[str, Any]) -> Statement:
    given: dict[str, Any] = {}
    for name, value in fields.items():
        given[name] = tuple(value) if isinstance(value, list) else value
    return Statement(**given)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
