"""The types of what tasks record: one module per task, with its row types and its `Metrics`."""

from importlib import import_module
from importlib.util import find_spec

from report.records.row import Metrics


def metrics_type(task: str) -> type[Metrics] | None:
    """The type of a task's metrics; None for a task that is not known here."""
    name = f"{__name__}.{task.replace('-', '_')}"
    if not task.replace("-", "").isalnum() or find_spec(name) is None:
        return None
    found: type[Metrics] = import_module(name).Metrics
    return found
