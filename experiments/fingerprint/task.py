"""Digest of the code that makes a task's record. Reads source text; nothing of it is imported."""

from functools import cache
from typing import Any

from experiments.fingerprint.code import installed
from report.records import kept
from report.records.record import Record, digest, record_key
from report.tasks import BY_NAME

EVERY_TASK = ("experiments.facts.facts", "experiments.device.use_all_digits")
"""What runs for the record of every task, beside the task's own `run` and `Settings`."""


def task_definitions(task: str) -> tuple[str, ...]:
    """The definitions whose code makes the record of `task`."""
    module = f"experiments.tasks.{BY_NAME[task].module}"
    return (f"{module}.run", f"{module}.Settings", *EVERY_TASK)


def task_code(task: str) -> str:
    """Digest of what the code of `task` does."""
    return str(_known(tuple(BY_NAME))[task][0])


def task_sources(task: str) -> dict[str, str]:
    """Every definition that the code of `task` uses, with the digest of its own text."""
    return dict(_known(tuple(BY_NAME))[task][1])


@cache
def _known(tasks: tuple[str, ...]) -> dict[str, Any]:
    """`task_code` and `task_sources` of every task, as long as the program stays as it is."""

    def compute() -> dict[str, Any]:
        code, used = installed(), {task: task_definitions(task) for task in tasks}
        return {
            task: (digest([code.digest(one) for one in names]), code.sources(names))
            for task, names in used.items()
        }

    return dict(kept.answered(lambda: kept.key("code", *tasks, kept.program()), compute))


def made_by_this_code(record: Record) -> bool:
    """Whether the code that is here would make this record from its settings and its data."""
    return record.key == record_key(record.settings, task_code(record.task), record.provenance.data)
