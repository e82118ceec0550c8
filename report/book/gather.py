"""Read the records of a suite and make the section of each task from its record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from report.book.cited import cited
from report.book.fault import fault_words
from report.claims import named
from report.claims.trace import Numbered
from report.errors import UserError
from report.records import BadRecordError, Record, Results, read_record
from report.records.owner import asked_questions, how_to_run
from report.sections.registry import section_of
from report.sections.section import Section
from report.tasks import TASKS, Task, asked
from report.words.markdown import Markdown

NOT_ASKED = "This task is not part of this report."
"""Said of a task that was not run and whose questions need no answer."""


@dataclass(frozen=True)
class Part:
    """One task of the report: its record and section, or why there is none.

    `trouble` gives the reason in words; `faulty` is true if it is a fault of the program. `asked`
    says whether the report must answer what the homework asks of the task.
    """

    task: Task
    record: Record | None
    section: Section | None
    trouble: str
    claims: tuple[tuple[Numbered, ...], ...] = ()
    faulty: bool = False
    asked: bool = True

    def lost(self, error: Exception) -> Self:
        """The part without its section, lost to `error`, a fault of the program."""
        trouble = fault_words(self.task, error)
        return replace(self, section=None, claims=(), trouble=trouble, faulty=True)

    def numbers(self) -> dict[str, Markdown]:
        """What the author may cite, by name (`report.book.cited`)."""
        if self.record is None or self.section is None:
            return {}
        claims = named([n.claim for group in self.claims for n in group])
        return cited(self.record, {name: claim.values for name, claim in claims.items()})


def gather(results: Results, command: str = "") -> tuple[Part, ...]:
    """A part for every task, with claims numbered consecutively through the whole report.

    Args:
        results: where the records lie.
        command: what makes them, for the message where there are none.

    Raises:
        UserError: no task has a record here, or smoke and full-size records are mixed.
    """
    parts = read_parts(results)
    if all(part.record is None for part in parts):
        command = command or how_to_run(results)
        raise UserError(f'{results.folder}: no record here; make them with "{command}"')
    if mixed(parts):
        raise UserError(
            f"{results.folder}: smoke and full-size records are mixed; "
            "run the suite again so that all are of one kind"
        )
    return parts


def read_parts(results: Results) -> tuple[Part, ...]:
    """As `gather`, but accepts any folder: empty, or with mixed records."""
    parts = []
    number = 1
    questions = asked_questions(results)
    for task in TASKS:
        part = _read(results, task, asked(task.name, questions))
        if part.record is not None and part.record.status != "failed":
            try:
                section = section_of(part.record)
            except Exception as error:  # whatever it is, it costs this section and no other
                part = part.lost(error)
            else:
                claims = []
                for paragraph in section.commentary:
                    claims.append(tuple(Numbered(number + i, c) for i, c in enumerate(paragraph)))
                    number += len(paragraph)
                part = replace(part, section=section, claims=tuple(claims))
        parts.append(part)
    return tuple(parts)


def mixed(parts: Sequence[Part]) -> bool:
    """Whether the folder holds both smoke and full-size records."""
    return len({part.record.smoke for part in parts if part.record is not None}) > 1


def _read(results: Results, task: Task, asked: bool) -> Part:
    """The part with its record, before its section is made."""
    path = results.record(task.name)
    try:
        record = read_record(path)
    except FileNotFoundError:
        why = "This task has not been run, so nothing is reported here."
        return Part(task, None, None, why if asked else NOT_ASKED, asked=asked)
    except BadRecordError as error:
        why = str(error).replace(str(path), path.name)
        return Part(task, None, None, f"The record cannot be shown: {why}.", asked=asked)
    failed = record.status == "failed"
    why = f"This task failed, so nothing is reported here: {record.reason}." if failed else ""
    return Part(task, record, None, why, asked=asked)
