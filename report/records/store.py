"""One function writes a record, whole or not at all; one reads and verifies it."""

import json
from pathlib import Path

from pydantic import ValidationError

from report.errors import UserError
from report.records.files import read_file, write_text
from report.records.record import SCHEMA, Record, digest
from report.records.row import troubles
from report.records.rows import metrics_type


class BadRecordError(UserError):
    """A record that is truncated, edited, foreign, of another schema or not of its task's types."""


def write_record(path: Path, record: Record) -> None:
    """Write `record` as strict JSON with its own digest.

    Raises:
        BadRecordError: its metrics are not of the task's types.
        ValueError: NaN or infinity.
        UserError: the file cannot be written.
    """
    content = record.content()
    _check(path, record)
    sealed = content | {"digest": digest(content)}
    text = json.dumps(sealed, indent=1, allow_nan=False, ensure_ascii=False)
    write_text(path, _compact_rows(text) + "\n")


def _compact_rows(text: str) -> str:
    """Put lists of plain numbers on one line, so that a curve is a line in a diff."""
    lines: list[str] = []
    pending: list[str] | None = None
    for line in text.split("\n"):
        if pending is None:
            if line.endswith("["):
                pending = [line]
            else:
                lines.append(line)
            continue
        stripped = line.strip()
        if stripped in ("]", "],"):
            lines.append(pending[0] + " ".join(p.strip() for p in pending[1:]) + stripped)
            pending = None
        elif stripped.endswith(("[", "{")):
            lines.extend(pending)
            pending = [line] if stripped.endswith("[") else None
            if pending is None:
                lines.append(line)
        else:
            pending.append(line)
    return "\n".join(lines + (pending or []))


def read_record(path: Path) -> Record:
    """Read and verify a record.

    Raises:
        FileNotFoundError: there is none.
        BadRecordError: it is not a whole, unedited record of this schema and of its task's types.
    """
    try:
        text = read_file(path, "record").decode("utf-8")
        content = json.loads(text, parse_constant=_refuse_constant)
    except FileNotFoundError:
        raise
    except UserError as error:
        raise BadRecordError(str(error)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadRecordError(
            f"{path}: not a readable record ({error}); run the task again"
        ) from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise BadRecordError(f"{path}: not a record of schema {SCHEMA}; run the task again")
    seal = content.pop("digest", None)
    if seal != digest(content):
        raise BadRecordError(
            f"{path}: its digest does not match its content (edited or damaged); run the task again"
        )
    try:
        record = Record.from_content(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadRecordError(f"{path}: {place}: {first['msg']}; run the task again") from error
    if path.stem != record.task:
        raise BadRecordError(f"{path}: holds the record of {record.task}; run the task again")
    _check(path, record)
    return record


def _check(path: Path, record: Record) -> None:
    """The metrics must be of the task's types; a failed task measured nothing."""
    if record.status == "failed":
        return
    kind = metrics_type(record.task)
    if kind is None:
        raise BadRecordError(f"{path}: no task {record.task} here; delete the file")
    found = troubles(kind, record.metrics)
    if found:
        raise BadRecordError(f"{path}: {'; '.join(found)}; run the task again")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not strict JSON")
