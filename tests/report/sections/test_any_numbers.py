"""Whatever the numbers of a record are, what is said of them reads well and contradicts none.

`conftest.py` reads every claim that is made here, and holds it against its effect.
"""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from report.book.gather import section_of
from report.claims import Claim
from report.claims.verdict import SIGNS
from report.numbers.statistics import Estimate
from report.records import Record
from report.tasks import TASKS, Task

KEPT = {"seed", "seeds", "epoch", "epochs", "pair", "fraction", "threshold", "factor", "parameters"}
KEPT |= {"batch_size", "learning_rate", "first_batch_size", "second_batch_size"}
KEPT |= {"first_learning_rate", "second_learning_rate", "first_seed", "second_seed"}
KEPT |= {"diverged_at", "stopped_at", "step", "full_step", "swept_positive", "swept_negative"}
"""What tells runs apart or counts something; all else was measured."""
FACTS = {"cases", "sweep", "functions"}
"""Tables without measurements."""
SHARES = ("accuracy", "minimal_ratio", "near_zero", "negative", "changed_fitted", "explained")
WITHIN = {"train-on-task.gap", "train-on-task.overfitting", "random-labels.chance"}
WITHIN |= {"parameter-count.gap", "interpolation.accuracy", "interpolation.rise"}
WITHIN |= {"minimal-ratio.flatness", "weight-trajectories.ends", "random-labels.speed"}
WITHIN |= {f"gradient-norm.{name}" for name in ("fall", "relation", "batch")}
"""Statements that compare numbers of one run with each other, or epochs, which stay."""


def made(task: Task) -> Record:
    module: Any = import_module(f"tests.report.sections.{task.module}.test_claims")
    usual = (module.CLEAR, module.CLEAR) if hasattr(module, "CLEAR") else ()
    record: Record = module.made(*usual)
    return record


def changed(record: Record, change: Any) -> Record:
    """The record with `change(table, key, value)` in the place of every measured number."""

    def rows(table: str, content: Any) -> Any:
        if not isinstance(content, list) or table in FACTS:
            return content
        return [
            {key: v if key in KEPT else change(table, key, v) for key, v in row.items()}
            if isinstance(row, dict)
            else row
            for row in content
        ]

    metrics = {table: rows(table, content) for table, content in record.metrics.items()}
    return record.model_copy(update={"metrics": metrics})


def all_equal(record: Record) -> Record:
    """The record with every run of a table measured the same."""
    first: dict[tuple[str, str], Any] = {}

    def equal(table: str, key: str, value: Any) -> Any:
        numbers = isinstance(value, float | list)
        return first.setdefault((table, key), value) if numbers else value

    return changed(record, equal)


def one_seed(record: Record) -> Record:
    """The record with the rows of seed 0 alone."""

    def single(row: Any) -> bool:
        known = [row[key] for key in ("seed", "first_seed") if key in row]
        return all(seed == 0 for seed in (*known, *row.get("seeds", ())))

    metrics = {
        table: [row for row in content if not isinstance(row, dict) or single(row)]
        if isinstance(content, list)
        else content
        for table, content in record.metrics.items()
    }
    return record.model_copy(update={"metrics": metrics})


def claims_of(record: Record) -> list[Claim]:
    claims = [claim for group in section_of(record).commentary for claim in group]
    assert claims
    assert all(used.holds(record) for claim in claims for used in claim.evidence)
    return claims


@pytest.mark.parametrize("decades", [0.003, 0.1, 1.0, 6.0])
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_numbers_at_random(task: Task, decades: float) -> None:
    """Every number times a random factor: losses that explode, accuracies that do not fit."""
    for draw in range(5):
        random = np.random.default_rng(draw)

        def shaken(_table: str, key: str, value: Any, random: Any = random) -> Any:
            if isinstance(value, list):
                return [shaken("", key, part, random) for part in value]
            if not isinstance(value, float):
                return value
            moved = value * 10 ** float(random.normal(0, decades))
            return min(moved, 1.0) if any(word in key for word in SHARES) else moved

        claims_of(changed(made(task), shaken))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_all_numbers_equal(task: Task) -> None:
    """Every run of a table measured the same: what differs between runs cannot be told."""
    for claim in claims_of(all_equal(made(task))):
        if claim.id not in WITHIN:
            assert not SIGNS.get(claim.verdict), claim.text


@pytest.mark.parametrize(
    "task", [t for t in TASKS if t.name != "weight-trajectories"], ids=lambda task: task.name
)
def test_a_single_seed_ranks_nothing(task: Task) -> None:
    """What is compared over seeds has no interval then; what is ranked over approaches may have."""
    for claim in claims_of(one_seed(made(task))):
        if isinstance(claim.effect, Estimate) and "correlation" not in claim.effect.method:
            assert not SIGNS.get(claim.verdict), claim.text
