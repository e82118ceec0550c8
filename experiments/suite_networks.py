"""Every network of a suite with its number of parameters, counted without training or data."""

from typing import TypedDict

from experiments.settings.network import parameter_count
from experiments.suite import Suite
from experiments.tasks.task import models


class Listed(TypedDict):
    """One network of one task."""

    task: str
    model: str
    parameters: int


def suite_models(suite: Suite, built: bool = False) -> list[Listed]:
    """Networks of all tasks, in the order of the report, each once per task.

    Parameters are counted in closed form. With `built`, the modules are built as well, on the meta
    device, which takes no memory; raises UserError if the two counts differ.
    """
    count = parameter_count
    if built:
        from experiments.models.build import counted_parameters

        count = counted_parameters
    return [
        Listed(task=task, model=model.name, parameters=model.parameters)
        for task, settings in suite.tasks.items()
        for model in models(settings.uses(), count)
    ]
