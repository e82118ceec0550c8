"""What a second run of a task moves in its numbers, kept beside the records for the appendix."""

import json
import math
from collections.abc import Iterable
from typing import Any

from report.book.reproducibility import read_repeated
from report.diff.numbers import Change, compare_numbers
from report.errors import UserError
from report.records import Record, Results, read_record
from report.records.files import write_text

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
    kept = read_repeated(first.repeated)
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
