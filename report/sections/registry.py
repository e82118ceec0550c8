"""What the folders of the tasks hold, found by looking, so that nothing is forgotten."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from report.claims.claim import Wordings
from report.sections.question import Question
from report.tasks import BY_NAME, TASKS, Task


def section_module(task: str) -> str:
    """The module that draws a task: `figures` in its folder, else that of any series."""
    return _found(BY_NAME[task], "figures") or "report.sections.series"


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
    return tuple(q for module in modules("questions").values() for q in module.QUESTIONS)


def modules(name: str) -> dict[str, ModuleType]:
    """The modules of that name by task, where the task has one."""
    paths = {task.name: _found(task, name) for task in TASKS}
    return {task: import_module(path) for task, path in paths.items() if path}


def _found(task: Task, name: str) -> str | None:
    folder = f"report.sections.{task.module}"
    path = f"{folder}.{name}"
    return path if find_spec(folder) and find_spec(path) else None
