"""One module per task: `Settings` and `run(settings, context) -> Measured`.

The list of tasks is `report.tasks.TASKS`; a task's module is found by its name.
"""

from importlib import import_module
from typing import Protocol, cast

from experiments.engine.context import Context
from experiments.tasks.task import Measured, TaskSettings
from report.tasks import BY_NAME


class TaskModule(Protocol):
    """What a task's module offers."""

    Settings: type[TaskSettings]

    def run(self, settings: TaskSettings, context: Context) -> Measured:
        """Measure all that the task needs."""
        ...


def task_module(name: str) -> TaskModule:
    """The module of a task, e.g. of "gradient-norm"."""
    return cast(TaskModule, import_module(f"experiments.tasks.{BY_NAME[name].module}"))
