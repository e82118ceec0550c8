"""Records as a run of this code would leave them."""

from typing import Any

from experiments.freshness import basis
from experiments.suite import Suite
from report.records import Record, Results, write_record
from tests.report.records.build import PROVENANCE, record


def written(suite: Suite, task: str, results: Results, **changes: Any) -> Record:
    """Write the record of a suite's task, apart from `changes`."""
    wanted = basis(suite, task)
    fields: dict[str, Any] = {
        "suite": suite.name,
        "smoke": suite.smoke,
        "settings": wanted.settings,
        "key": wanted.key,
        "provenance": PROVENANCE | {"sources": wanted.sources, "data": wanted.data},
    }
    made = record(task, **{**fields, **changes})
    write_record(results.record(task), made)
    return made
