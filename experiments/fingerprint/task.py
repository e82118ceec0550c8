"""Digest of the code that makes a task's record. Reads source text; nothing of it is imported."""

from experiments.fingerprint.code import installed
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
    return digest([installed().digest(definition) for definition in task_definitions(task)])


def made_by_this_code(record: Record) -> bool:
    """Whether the code that is here would make this record from its settings and its data."""
    return record.key == record_key(record.settings, task_code(record.task), record.provenance.data)
