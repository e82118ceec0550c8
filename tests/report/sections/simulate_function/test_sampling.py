"""The words about sampling follow from the settings."""

from typing import Any

import pytest

from report.sections.simulate_function.sampling import between, checked_on, fitted_on
from tests.report.records.build import record

GRID = {"name": "sine", "points": 256, "domain": None}
RANDOM = {**GRID, "name": "x^2", "sampling": "random"}
FILE = {"name": "mine", "points": 80, "domain": [0, 1], "file": "mine.csv"}


def settings(*functions: dict[str, Any], own: int | None = None, size: int | None = None) -> Any:
    models = [{"name": "a"}, {"name": "b"} | ({"training": {"batch_size": own}} if own else {})]
    return {"functions": list(functions), "models": models, "training": {"batch_size": size}}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (settings(GRID), "on evenly spaced points of its domain, all of them in every step, so"),
        (settings(GRID, size=300), "all of them in every step, so that an epoch is one step."),
        (settings(GRID, size=32), "of its domain; a step uses 32 of the 256 points."),
        (settings(RANDOM, size=32), "on points drawn at random from its domain; a step uses 32"),
        (settings(FILE, size=32, own=8), "on the points of a file; a step uses between 8 and 32"),
        (settings(GRID, FILE, size=32), "or on the points of a file; a step uses 32 of them."),
    ],
)
def test_points_of_a_step(given: Any, words: str) -> None:
    assert words in fitted_on(record(settings=given))


def test_where_test_points_lie() -> None:
    made = record(settings=settings(GRID, FILE))
    assert "midpoints of the training grid and every fifth point of a file" in checked_on(made)
    assert between(made, ["sine"]) == "at their midpoints"
    assert between(made, ["sine", "mine"]) == "at the test points"
