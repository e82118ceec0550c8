"""The questions of the homework, and how many of something they require."""

from collections.abc import Callable
from dataclasses import dataclass

from report.records import Record


@dataclass(frozen=True)
class Demand:
    """How many items a question requires, and how to count those of a record."""

    least: int
    things: str
    count: Callable[[Record], int]


@dataclass(frozen=True)
class Question:
    """One question: its words, the figures and tables that answer it, and its task, by its folder.

    `equations` are labels in the task's template, where a definition or a method answers it. Of the
    `answers` one suffices where `either` is true, else all are needed.
    """

    text: str
    answers: tuple[str, ...]
    equations: tuple[str, ...] = ()
    comment: bool = False
    bonus: bool = False
    demand: Demand | None = None
    either: bool = False
    task: str = ""


COMMENT = Question("Comment on the results", (), comment=True)


def models(least: int) -> Demand:
    return Demand(least, "models", lambda record: len(record.models))


def listed(least: int, things: str, setting: str) -> Demand:
    def count(record: Record) -> int:
        value = record.settings[setting]
        return len(value) if isinstance(value, list) else int(value)  # type: ignore[arg-type]

    return Demand(least, things, count)


def rows(least: int, things: str, table: str) -> Demand:
    return Demand(least, things, lambda record: len(record.rows(table)))


def datasets(least: int) -> Demand:
    return Demand(least, "data sets", lambda record: len({data.name for data in record.datasets}))
