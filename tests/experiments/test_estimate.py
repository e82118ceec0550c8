"""How long a run will take, by records that tell it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from experiments.compute import Request
from experiments.estimate import seconds_by_records
from experiments.provenance import device_name
from experiments.suite import Suite
from report.records import Results
from report.records.options import Options
from tests.experiments.written import written
from tests.report.records.build import PROVENANCE

TASK = "simulate-function"
CPU = torch.device("cpu")


def known(suite: Suite, folder: Path) -> float | None:
    results = Results(folder, "mine")
    return seconds_by_records(Request(Options(), suite, (TASK,), results, CPU), TASK)


def ran(suite: Suite, folder: Path, name: str) -> None:
    taken = {"wall_seconds": 60.0, "taken_up_seconds": 0.0, "device": device_name(CPU)}
    told = written(suite, TASK, Results(folder, name)).provenance
    provenance = PROVENANCE | {"sources": told.sources, "data": told.data} | taken
    written(suite, TASK, Results(folder, name), provenance=provenance)


def changed(suite: Suite, **changes: object) -> Suite:
    settings = suite.tasks[TASK]
    given = settings.model_dump(exclude_unset=True) | changes
    return replace(suite, tasks={**suite.tasks, TASK: type(settings).model_validate(given)})


@pytest.mark.parametrize("name", ["mine", "theirs"])
def test_a_record_of_the_same_networks_tells_in_proportion(
    suite: Suite, tmp_path: Path, name: str
) -> None:
    assert known(suite, tmp_path) is None
    ran(suite, tmp_path, name)
    assert known(suite, tmp_path) == 60.0
    seeds = len(suite.tasks[TASK].seeds)  # type: ignore[attr-defined]
    assert known(changed(suite, seeds=tuple(range(3 * seeds))), tmp_path) == 180.0


def test_other_networks_of_another_suite_tell_nothing(suite: Suite, tmp_path: Path) -> None:
    ran(suite, tmp_path, "theirs")
    other = changed(suite, models=[{"name": "wide", "hidden": [500]}])
    assert known(other, tmp_path) is None
