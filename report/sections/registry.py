"""Finds what the tasks' folders contain, so that nothing has to be registered by hand."""

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import cast

from report.claims.claim import Wordings
from report.records import Record
from report.sections.question import Question
from report.sections.section import Section
from report.tasks import TASKS, Task
from report.words import format as fmt
from report.words.markdown import Markdown


def section_module(task: str) -> str:
    """The module that draws a task: `figures` in its folder, or else the generic one."""
    return _found(task, "figures") or "report.sections.generic"


def section_of(record: Record) -> Section:
    """Figures, tables and commentary of a record, by the module that draws its task."""
    make = cast(Callable[[Record], Section], import_module(section_module(record.task)).section)
    return make(record)


def statements() -> dict[str, Wordings]:
    """All statements of all sections by identifier; raises ValueError where two share one."""
    found: dict[str, Wordings] = {}
    for module in (m for name in ("figures", "claims") for m in _modules(name).values()):
        for value in vars(module).values():
            if isinstance(value, Wordings) and found.setdefault(value.id, value) is not value:
                raise ValueError(f"{module.__name__}: two statements are called {value.id}")
    return found


def questions() -> tuple[Question, ...]:
    """All questions of the homework, in the order of the report."""
    return tuple(q for module in _modules("questions").values() for q in module.QUESTIONS)


CLEAR: dict[str, tuple[str, Callable[[float], Markdown]]] = {
    "CLEAR_ACCURACY": ("difference of accuracies", fmt.points),
    "CLEAR_LOSS": ("difference of losses", fmt.loss),
    "CLEAR_RATIO": ("ratio", lambda decades: Markdown(f"factor {fmt.factor(10**decades)}")),
}
"""Constants from which a difference is called clear: what they bound, how they are shown."""


def thresholds(tasks: Sequence[Task] = TASKS) -> tuple[tuple[str, str, Markdown], ...]:
    """For each task and kind of difference, the size from which it is called clear.

    A task without commentary has none.
    """
    return tuple(
        (task, kind, show(getattr(module, constant)))
        for task, module in _modules("claims", tasks).items()
        for constant, (kind, show) in CLEAR.items()
        if hasattr(module, constant)
    )


def _modules(name: str, tasks: Sequence[Task] = TASKS) -> dict[str, ModuleType]:
    """The modules of that name by task, where the task has one."""
    paths = {task.name: _found(task.name, name) for task in tasks}
    return {task: import_module(path) for task, path in paths.items() if path}


def _found(task: str, name: str) -> str | None:
    folder = f"report.sections.{task.replace('-', '_')}"
    path = f"{folder}.{name}"
    return path if find_spec(folder) and find_spec(path) else None
