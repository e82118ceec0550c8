"""Gather the records of a suite and what each task's section makes of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from report.book.cited import cited
from report.claims import named
from report.claims.trace import Numbered
from report.errors import UserError
from report.records import BadRecordError, Record, Results, read_record
from report.records.owner import how_to_run
from report.sections.registry import section_module
from report.sections.section import Section
from report.tasks import TASKS, Task
from report.words.markdown import Markdown


@dataclass(frozen=True)
class Part:
    """One task of the report: its record and section, or why there is none."""

    task: Task
    record: Record | None
    section: Section | None
    trouble: str
    claims: tuple[tuple[Numbered, ...], ...] = ()

    def numbers(self) -> dict[str, Markdown]:
        """What the author may cite, by name (`report.book.cited`)."""
        if self.record is None or self.section is None:
            return {}
        claims = named([n.claim for group in self.claims for n in group])
        return cited(self.record, {name: claim.values for name, claim in claims.items()})


def section_of(record: Record) -> Section:
    """Figures, tables and commentary of a record, by the task's own module."""
    make = cast(Callable[[Record], Section], import_module(section_module(record.task)).section)
    return make(record)


def gather(results: Results) -> tuple[Part, ...]:
    """A part for every task of the homework, claims numbered through the whole report.

    Raises:
        UserError: no task has a record here, or smoke and full-size records are mixed.
    """
    parts = read_parts(results)
    if all(part.record is None for part in parts):
        raise UserError(f'{results.folder}: no record here; make them with "{how_to_run(results)}"')
    if mixed(parts):
        raise UserError(
            f"{results.folder}: smoke and full-size records are mixed; "
            "run the suite again so that all are of one kind"
        )
    return parts


def read_parts(results: Results) -> tuple[Part, ...]:
    """As `gather`, whatever lies there."""
    parts = []
    number = 0
    for task in TASKS:
        record, trouble = _read(results, task)
        section = None
        claims: list[tuple[Numbered, ...]] = []
        if record is not None and record.status != "failed":
            try:
                section = section_of(record)
            except KeyError as error:
                trouble = f"The record lacks {error}; run the task again."
        if section is not None:
            for paragraph in section.commentary:
                claims.append(tuple(Numbered(number + i + 1, c) for i, c in enumerate(paragraph)))
                number += len(paragraph)
        parts.append(Part(task, record, section, trouble, tuple(claims)))
    return tuple(parts)


def mixed(parts: Sequence[Part]) -> bool:
    """Whether some records are of a smoke run and some are not."""
    return len({part.record.smoke for part in parts if part.record is not None}) > 1


def _read(results: Results, task: Task) -> tuple[Record | None, str]:
    path = results.record(task.name)
    try:
        record = read_record(path)
    except FileNotFoundError:
        return None, "This task has not been run, so nothing is reported here."
    except BadRecordError as error:
        return None, f"The record cannot be shown: {str(error).replace(str(path), path.name)}."
    if record.status == "failed":
        return record, f"This task failed, so nothing is reported here: {record.reason}."
    return record, ""
