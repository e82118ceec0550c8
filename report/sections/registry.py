"""Finds what the tasks' folders contain, so that nothing has to be registered by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import cast

from report.claims.claim import Wordings
from report.claims.length import shortened
from report.records import Record
from report.sections.question import Question
from report.sections.section import Section
from report.tasks import TASKS, Task


def section_module(task: str) -> str:
    """The module that draws a task: `figures` in its folder, or else the generic one."""
    return _found(task, "figures") or "report.sections.generic"


def section_of(record: Record, *, whole: bool = False) -> Section:
    """Figures and tables of a record, by the module that draws its task, and its commentary.

    Unless `whole`, the commentary comes down to the usual length, as far as the claims' module
    names statements that may be left out (`SPARE`, the least informative first).
    """
    make = cast(Callable[[Record], Section], import_module(section_module(record.task)).section)
    made, path = make(record), _found(record.task, "claims")
    if path is None:
        return made
    claims = import_module(path)
    said, spare = claims.commentary(record), getattr(claims, "SPARE", ())
    return replace(made, commentary=said if whole else shortened(said, spare))


def statements() -> dict[str, Wordings]:
    """All statements of all sections by identifier; raises ValueError where two share one."""
    found: dict[str, Wordings] = {}
    for module in (m for name in ("figures", "claims") for m in modules(name).values()):
        for value in vars(module).values():
            if isinstance(value, Wordings) and found.setdefault(value.id, value) is not value:
                raise ValueError(f"{module.__name__}: two statements are called {value.id}")
    return found


def questions() -> tuple[Question, ...]:
    """All questions of the homework, in the order of the report."""
    found = modules("questions").items()
    return tuple(replace(q, task=task) for task, module in found for q in module.QUESTIONS)


def modules(name: str, tasks: Sequence[Task] = TASKS) -> dict[str, ModuleType]:
    """The modules of that name by task, where the task has one."""
    paths = {task.name: _found(task.name, name) for task in tasks}
    return {task: import_module(path) for task, path in paths.items() if path}


def _found(task: str, name: str) -> str | None:
    folder = f"report.sections.{task.replace('-', '_')}"
    path = f"{folder}.{name}"
    return path if find_spec(folder) and find_spec(path) else None
