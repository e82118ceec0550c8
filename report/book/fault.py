"""A fault of the program in one section: the message that takes the section's place."""

import traceback
from pathlib import Path

from report.tasks import Task
from report.words.markdown import plain

_PROGRAM = Path(__file__).parents[1]


def fault_words(task: Task, error: Exception) -> str:
    """Names the missing section, the exception and where it was raised; one line of plain text."""
    where = ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_PROGRAM):
            where = f" in {path.relative_to(_PROGRAM.parent).as_posix()}, line {frame.lineno}"
    return (
        f'The section "{task.title}" is missing because of a fault of the program: '
        f"{type(error).__name__}: {plain(str(error)) or 'without a message'}{where}. "
        "The record is not the cause, and running the task again does not help; report the fault."
    )
