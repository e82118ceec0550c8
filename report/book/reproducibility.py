"""The tables of the reproducibility appendix: seeds, versions, hardware, cost."""

from collections.abc import Sequence

from report.records import Record
from report.words import format as fmt
from report.words.markdown import Markdown, escape
from report.words.tables import Table


def seeds_table(records: Sequence[Record], anonymous: bool = False) -> Markdown:
    """Seeds and command of every task; an anonymous report leaves out paths."""
    return Table(
        name="seeds",
        caption=Markdown("Seeds and command of every task."),
        header=("Task", "Seeds", "Command"),
        align="lll",
        rows=tuple(
            (
                escape(r.task),
                fmt.seeds(r.provenance.seeds),
                fmt.code(_command(r.provenance.command, anonymous)),
            )
            for r in records
        ),
        widths=(26, 20, 54),
    ).markdown("reproducibility")


def _command(command: str, anonymous: bool) -> str:
    """The command; paths in it, which may identify a person, are left out if `anonymous`."""
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
        rows=tuple((escape(v), escape(", ".join(tasks))) for v, tasks in sets.items()),
        widths=(50, 50),
    ).markdown("reproducibility")


def hardware_table(records: Sequence[Record]) -> Markdown:
    """Processor, threads, commit and time of every task."""
    return Table(
        name="hardware",
        caption=Markdown(
            "Processor, threads, commit of the program (with “+” where its code was changed since) "
            "and time of making (UTC)."
        ),
        header=("Task", "Processor", "Threads", "Commit", "Made"),
        align="llrll",
        rows=tuple(
            (
                escape(r.task),
                escape(r.provenance.device),
                fmt.count(r.provenance.threads),
                _commit(r),
                escape(r.provenance.created[:16].replace("T", " ")),
            )
            for r in records
        ),
        widths=(24, 26, 12, 16, 22),
    ).markdown("reproducibility")


def _commit(record: Record) -> Markdown:
    commit = record.provenance.commit
    if commit is None:
        return Markdown("unknown")
    return Markdown(fmt.code(commit[:9]) + ("+" if record.provenance.dirty else ""))


def cost_table(records: Sequence[Record]) -> Markdown:
    """Cost of every task: its wall time, and that of trainings it reused."""
    own = [r.provenance.wall_seconds for r in records]
    found = [r.provenance.taken_up_seconds for r in records]
    rows = [
        (
            escape(r.task),
            escape(r.status),
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
            fmt.seconds(sum(own)),
            fmt.seconds(sum(found)),
            Markdown(""),
        )
    )
    return Table(
        name="cost",
        caption=Markdown(
            "Wall time of every task, data loading and evaluation included. Groups of networks "
            "that another task or an interrupted run had trained already were taken up; what their "
            "training had taken stands beside. Tasks may have run side by side."
        ),
        header=("Task", "Status", "Wall time", "Earlier training", "Groups taken up"),
        align="llrrr",
        rows=tuple(rows),
    ).markdown("reproducibility")
