"""Every network of a suite with its number of parameters, counted without training or data."""

from typing import TypedDict

from experiments.suite import Suite
from experiments.tasks.task import models


class Listed(TypedDict):
    """One network of one task."""

    task: str
    model: str
    parameters: int


def suite_models(suite: Suite) -> list[Listed]:
    """Networks of all tasks, in the order of the report, each once per task.

    The modules are built on the meta device, so this takes no memory and no time to speak of.
    Raises UserError where the count of a module differs from the closed form.
    """
    return [
        Listed(task=task, model=model.name, parameters=model.parameters)
        for task, settings in suite.tasks.items()
        for model in models(settings.uses())
    ]
