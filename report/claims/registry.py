"""Every statement that the report can make, found by looking, so that none is forgotten."""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

import report.claims
import report.sections
from report import format as fmt
from report.claims.claim import Wordings
from report.markdown import Markdown
from report.tasks import TASKS


def statements() -> dict[str, Wordings]:
    """All statements of all sections by identifier; raises ValueError where two share one."""
    found: dict[str, Wordings] = {}
    for module in _modules(report.sections, report.claims):
        for value in vars(module).values():
            if isinstance(value, Wordings) and found.setdefault(value.id, value) is not value:
                raise ValueError(f"{module.__name__}: two statements are called {value.id}")
    return found


CLEAR: dict[str, tuple[str, Callable[[float], Markdown]]] = {
    "CLEAR_ACCURACY": ("difference of accuracies", fmt.points),
    "CLEAR_LOSS": ("difference of losses", fmt.loss),
    "CLEAR_RATIO": ("ratio", lambda decades: Markdown(f"factor {fmt.factor(10**decades)}")),
}
"""Constants from which a difference is called clear: what they bound, how they are shown."""


def thresholds() -> tuple[tuple[str, str, Markdown], ...]:
    """Task, kind of difference, and the size from which it is called clear.

    A task without commentary has no module among the claims and calls nothing clear.
    """
    modules = {module.__name__.rpartition(".")[2]: module for module in _modules(report.claims)}
    found = []
    for task in TASKS:
        module = modules.get(task.module)
        for constant, (kind, show) in CLEAR.items():
            if hasattr(module, constant):
                found.append((task.name, kind, show(getattr(module, constant))))
    return tuple(found)


def _modules(*packages: ModuleType) -> list[ModuleType]:
    return [
        import_module(f"{package.__name__}.{name}")
        for package in packages
        for _, name, _ in pkgutil.iter_modules(package.__path__)
    ]
