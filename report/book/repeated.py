"""By how much a second run of a task moves its numbers: kept beside the records, and as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from report.diff.numbers import Change, compare_numbers
from report.errors import UserError
from report.records import Record, Results, read_record
from report.records.store import write_text
from report.words import format as fmt
from report.words.markdown import Markdown, escape
from report.words.tables import Table

SCHEMA = 1


def keep_repeated(first: Results, second: Results) -> tuple[str, ...]:
    """Keep what the second run of tasks moved, beside the records of the first; the tasks' names.

    What was kept of other tasks stays. Raises UserError where code, settings or data of the two
    differ, since then more than a repetition moves the numbers, and where no task has two records.
    """
    names = sorted(
        path.name for path in second.folder.glob("[!.]*.json") if first.record(path.stem).is_file()
    )
    if not names:
        raise UserError(f"{second.folder}: holds no task of {first.folder}; run one there first")
    kept = _read(first.repeated)
    for name in names:
        before, after = (read_record(results.folder / name) for results in (first, second))
        if before.key != after.key:
            raise UserError(
                f"{second.folder / name}: made by other code, settings or data than "
                f"{first.folder / name}, so that it repeats nothing; run the task anew in both"
            )
        kept[before.task] = _moved(before, after)
    content = {"schema": SCHEMA, "tasks": dict(sorted(kept.items()))}
    write_text(first.repeated, json.dumps(content, indent=1) + "\n")
    return tuple(name.removesuffix(".json") for name in names)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        tasks = json.loads(path.read_text(encoding="utf-8"))["tasks"]
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: is not what `homework diff --keep` wrote; remove it") from None
    return dict(tasks)


def _moved(before: Record, after: Record) -> dict[str, Any]:
    """How many numbers (means over seeds) moved, and by how much the losses and accuracies did."""
    found = compare_numbers(before, after)
    return {
        "key": before.key,
        "device": after.provenance.device,
        "same_device": before.provenance.device == after.provenance.device,
        "compared": found.compared,
        "changed": len(found.changes),
        "loss": _largest(c for c in found.changes if "loss" in c.name),
        "accuracy": _largest((c for c in found.changes if "accuracy" in c.name), relative=False),
    }


def _largest(changes: Iterable[Change], *, relative: bool = True) -> float:
    """The largest difference, as a share of the value before if `relative`; 0 where none moved."""
    moved = [0.0]
    for change in changes:
        if change.before.mean is not None and change.after.mean is not None:
            away = abs(change.after.mean - change.before.mean)
            moved.append(away / abs(change.before.mean or math.inf) if relative else away)
    return max(moved)


def repeated_table(results: Results, records: Sequence[Record]) -> Markdown | None:
    """A row for each task that was run twice by the code that made its record; None without any."""
    kept = _read(results.repeated)
    rows = []
    for record in records:
        found = kept.get(record.task)
        if found is None or found["key"] != record.key:
            continue
        kind = "the same kind" if found["same_device"] else "another kind"
        rows.append(
            (
                escape(record.task),
                Markdown(f"{escape(found['device'])} ({kind})"),
                fmt.count(found["compared"]),
                fmt.count(found["changed"]),
                fmt.percent(found["loss"]),
                fmt.points(found["accuracy"]),
            )
        )
    if not rows:
        return None
    return Table(
        name="repeated",
        caption=Markdown(
            "Tasks that were run a second time by the same code, settings and seeds: the processor "
            "of the second run, and whether it is of the kind of the first; how many numbers were "
            "compared (means over seeds, curves by their mean), how many moved by more than "
            "rounding, and the largest move of a loss, as a share of it, and of an accuracy."
        ),
        header=("Task", "Processor", "Numbers", "Moved", "Largest loss", "Largest accuracy"),
        align="llrrrr",
        rows=tuple(rows),
        widths=(20, 30, 11, 10, 13, 16),
    ).markdown("reproducibility")
