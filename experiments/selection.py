"""What a command asks to be run, before it is known on which device."""

from collections.abc import Callable
from dataclasses import dataclass

from experiments.suite import Suite
from report.errors import UserError
from report.records import Record, Results
from report.records.options import Options

Outcome = Record | UserError
"""What came of a task: its record, or what the user can correct."""
Say = Callable[[str], None]
"""Is told one line at a time."""


@dataclass(frozen=True)
class Selection:
    """Tasks of a suite, and where their records lie."""

    options: Options
    suite: Suite
    tasks: tuple[str, ...]
    results: Results
