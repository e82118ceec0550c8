"""The tables of the reproducibility appendix: versions, hardware, seeds, cost, second runs."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from report.errors import UserError
from report.records import Record, Results
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join
from report.words.tables import Table


def _command(command: str, anonymous: bool) -> str:
    """The command without its choice of tasks, which the table tells, and with the data in `data`.

    Other paths in it, which may identify a person, are left out if `anonymous`.
    """
    command = re.sub(r" --only[ =]\S+", "", command)
    command = re.sub(r"(--data-dir[ =])\S+", r"\1data", command)
    if not anonymous:
        return command
    return " ".join("…" if {"/", "\\"} & set(word) else word for word in command.split(" "))


def versions_table(records: Sequence[Record]) -> Markdown:
    """Versions of the libraries: one row per set of versions, with the tasks that used it."""
    sets: dict[str, list[str]] = {}
    for record in records:
        shown = ", ".join(f"{k} {v}" for k, v in record.provenance.versions.items())
        sets.setdefault(shown, []).append(record.task)
    return Table(
        name="versions",
        caption=Markdown("Versions of Python and of the libraries that make the numbers."),
        header=("Versions", "Tasks"),
        align="ll",
        rows=tuple((escape(v), _tasks(tasks, records)) for v, tasks in sets.items()),
        widths=(50, 50),
    ).markdown("reproducibility")


def hardware_table(records: Sequence[Record], anonymous: bool = False) -> Markdown:
    """One row for each processor and command; an anonymous report leaves out paths."""
    sets: dict[tuple[Markdown, ...], list[str]] = {}
    for r in records:
        threads = fmt.plural(r.provenance.threads, "thread")
        processor = Markdown(f"{escape(r.provenance.device)}, {threads}")
        command = fmt.code(_command(r.provenance.command, anonymous))
        sets.setdefault((processor, command), []).append(r.task)
    return Table(
        name="hardware",
        caption=Markdown(
            "Processor and command, with the tasks that they made (chosen by --only where they "
            "are not all)."
        ),
        header=("Processor", "Command", "Tasks"),
        align="lll",
        rows=tuple((*one, _tasks(tasks, records)) for one, tasks in sets.items()),
        widths=(20, 40, 40),
    ).markdown("reproducibility")


def _tasks(names: Sequence[str], records: Sequence[Record]) -> Markdown:
    return Markdown("all") if len(names) == len(records) > 1 else escape(", ".join(names))


def _commit(record: Record) -> Markdown:
    commit = record.provenance.commit
    if commit is None:
        return Markdown("unknown")
    return Markdown(fmt.code(commit[:7]) + ("+" if record.provenance.dirty else ""))


def cost_table(records: Sequence[Record]) -> Markdown:
    """Seeds, commit and cost of every task: its wall time, and that of trainings it reused."""
    own = [r.provenance.wall_seconds for r in records]
    found = [r.provenance.taken_up_seconds for r in records]
    rows = [
        (
            escape(r.task),
            fmt.seeds(r.provenance.seeds),
            _commit(r),
            escape(r.provenance.created[:16].replace("T", " ")),
            fmt.seconds(wall),
            fmt.seconds(earlier),
            fmt.count(r.provenance.taken_up),
        )
        for r, wall, earlier in zip(records, own, found, strict=True)
    ]
    rows.append(
        (
            Markdown("**all**"),
            Markdown(""),
            Markdown(""),
            Markdown(""),
            fmt.seconds(sum(own)),
            fmt.seconds(sum(found)),
            fmt.count(sum(r.provenance.taken_up for r in records)),
        )
    )
    return Table(
        name="cost",
        caption=Markdown(
            "Seeds, commit of the program (with “+” where its code was changed since), time of "
            "making (UTC), and wall time with data loading and evaluation. Networks that another "
            "task or an interrupted run had trained already were taken up in groups; what that had "
            "taken stands beside, in the sum once for each task. Tasks may have run side by side."
        ),
        header=("Task", "Seeds", "Commit", "Made", "Wall time", "Earlier training", "Taken up"),
        align="llllrrr",
        rows=tuple(rows),
        widths=(20, 10, 12, 18, 13, 15, 12),
    ).markdown("reproducibility")


def read_repeated(path: Path) -> dict[str, Any]:
    """What `report.diff.repeated` kept there, by task; nothing where there is no such file."""
    if not path.is_file():
        return {}
    try:
        tasks = json.loads(path.read_text(encoding="utf-8"))["tasks"]
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: is not what `homework diff --keep` wrote; remove it") from None
    return dict(tasks)


def repeated_table(results: Results, records: Sequence[Record]) -> Markdown | None:
    """A row for each task that was run twice by the code that made its record; None without any.

    A sentence where no second run moved any number.
    """
    kept = read_repeated(results.repeated)
    again = [(r, kept[r.task]) for r in records if kept.get(r.task, {}).get("key") == r.key]
    rows: list[tuple[Markdown, ...]] = []
    for record, found in again:
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
    if not any(found["changed"] for _, found in again):
        tasks, places = ([*dict.fromkeys(row[column] for row in rows)] for column in (0, 1))
        numbers = fmt.count(sum(found["compared"] for _, found in again))
        return Markdown(
            f"A second run of {join(tasks)}, on {join(places)}, moved none of {numbers} numbers by "
            "more than rounding."
        )
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
