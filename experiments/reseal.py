"""`homework reseal`: records of the version before keys hashed definitions get new keys.

Their keys hash the modules that their tasks used. `sealed/modules.json` holds, for every task, the
digest of these modules' digests in that version, and what the key hashes now for the same code. A
record whose modules match has made its numbers by that code. Whether later code differs from it
is left to `homework status`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from report.errors import UserError
from report.records import BadRecordError, Record, Results, read_record, write_record
from report.records.files import write_text
from report.records.record import digest, record_key

SEALED = Path(__file__).parent / "sealed" / "modules.json"


@dataclass(frozen=True)
class Version:
    """The code of a task in the version before: see `SEALED`."""

    modules: str
    code: str
    sources: dict[str, str]


def reseal(root: Path, suite: str | None = None) -> Iterator[str]:
    """Give the records below `root`, or those of `suite`, new keys; says of each what was done.

    Raises UserError where there is no record.
    """
    names = [suite, f"{suite}-smoke"] if suite else sorted(p.name for p in root.glob("*"))
    found = [(Results(root, name), path) for name in names for path in _records(root / name)]
    if not found:
        where = root / suite if suite else root
        raise UserError(f"{where}: no records here; choose a suite that was run (--suite)")
    for results, path in found:
        yield f"{path}: {_resealed(results, path)}"


def _records(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def _resealed(results: Results, path: Path) -> str:
    try:
        record = read_record(path)
    except BadRecordError as error:
        return f"left as it is: {str(error).removeprefix(f'{path}: ')}"
    version = _versions().get(record.task)
    if version is None:
        return "left as it is: no such task in the version before"
    made = record.provenance
    key = record_key(record.settings, version.code, made.data)
    if (record.key, made.sources) == (key, version.sources):
        return "has its new key"
    if digest(made.sources) != version.modules:
        return 'left as it is: made by other code; "homework status" says which'
    if record.key != record_key(record.settings, made.sources, made.data):
        return "left as it is: its key does not match its content; run the task again"
    provenance = made.model_copy(update={"sources": version.sources})
    _replace(results, record, record.model_copy(update={"key": key, "provenance": provenance}))
    return "new key"


def _replace(results: Results, before: Record, after: Record) -> None:
    """Write the record, and its digest where others name it: the numbers are the same.

    The record comes last: where this is cut off, it is resealed again.
    """
    old, new = digest(before.content()), digest(after.content())
    for path in (results.figure_index, results.claims):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if old in text:
            write_text(path, text.replace(old, new))
    write_record(results.record(before.task), after)


@cache
def _versions() -> dict[str, Version]:
    content: dict[str, Any] = json.loads(SEALED.read_text(encoding="utf-8"))
    definitions = list(content["definitions"].items())
    return {
        task: Version(
            modules=known["modules"],
            code=known["code"],
            sources=dict(definitions[index] for index in known["definitions"]),
        )
        for task, known in content["tasks"].items()
    }
