"""Lines between trained solutions: the ends, the pairing of seeds, what is caught and what lost."""

from typing import Any

import pytest
import torch
from pydantic import ValidationError

from experiments.engine.context import Context
from experiments.settings.consistency import faults, findings, notes
from experiments.tasks.interpolation import Alphas, Settings, run


@pytest.fixture
def table() -> dict[str, Any]:
    slow = {"learning_rate": 1e-3}
    fast = {"learning_rate": 1e-2}
    return {
        "data": {"name": "digits", "train_size": 100, "test_size": 40},
        "model": {"name": "mlp", "hidden": [8]},
        "training": {"loss": "cross_entropy", "epochs": 3},
        "pairs": [
            {"first": {"batch_size": 10, **rate}, "second": {"batch_size": 50, **rate}}
            for rate in (slow, fast)
        ],
        "seeds": [3, 5, 8],
    }


def test_every_line_begins_and_ends_at_its_solutions(
    table: dict[str, Any], context: Context
) -> None:
    metrics = run(Settings.model_validate(table), context).metrics
    alphas = metrics.alphas
    assert len(alphas) == 61
    assert (alphas[0], alphas[-1]) == (-1, 2)
    solutions = {(row.batch_size, row.learning_rate, row.seed): row for row in metrics.solutions}
    assert len(solutions) == 12
    assert len(metrics.lines) == 12
    for row in metrics.lines:
        for end, alpha in (("first", 0.0), ("second", 1.0)):
            own = solutions[
                tuple(
                    getattr(row, f"{end}_{key}") for key in ("batch_size", "learning_rate", "seed")
                )
            ]
            at = alphas.index(alpha)
            for name, rel in (("loss", 2e-5), ("accuracy", 1e-5)):
                for split in ("train", "test"):
                    final = getattr(own, f"final_{split}_{name}")
                    assert getattr(row, f"{split}_{name}")[at] == pytest.approx(final, rel=rel)
        assert row.train_barrier >= 0
        middle = [
            loss - ((1 - a) * row.train_loss[20] + a * row.train_loss[40])
            for a, loss in zip(alphas, row.train_loss, strict=True)
            if 0 <= a <= 1
        ]
        assert row.train_barrier == pytest.approx(max(middle), rel=1e-3, abs=1e-5)


def test_seeds_of_both_starts(table: dict[str, Any], context: Context) -> None:
    lines = run(Settings.model_validate(table), context).metrics.lines
    seeds = {(row.start, row.first_seed, row.second_seed) for row in lines}
    same = {("same", s, s) for s in (3, 5, 8)}
    assert seeds == same | {("different", 3, 5), ("different", 5, 8), ("different", 8, 3)}
    # Solutions that began at one point lie closer together.
    distance = {
        kind: max(row.distance for row in lines if row.start == kind)
        for kind in ("same", "different")
    }
    assert distance["same"] < 0.5 * distance["different"]


def test_a_diverged_solution_leaves_its_lines_empty(
    table: dict[str, Any], context: Context
) -> None:
    table["pairs"][1]["second"]["learning_rate"] = 1e9
    table["training"]["epochs"] = 6
    table["training"]["optimizer"] = "sgd"
    table["model"]["activation"] = "leaky_relu"
    measured = run(Settings.model_validate(table), context)
    assert measured.diverged
    for row in measured.metrics.lines:
        lost = row.pair == 1
        assert (row.train_loss is None) == lost
        assert (row.reason is None) == (not lost)
    assert len({frozenset(row) for row in measured.metrics.content()["lines"]}) == 1


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        (
            {"low": 0.5, "high": 2},
            "narrow-alpha-range",
            "α from 0.5 to 2 misses a solution",
        ),
        ({"low": -1, "high": 0.9}, "narrow-alpha-range", "misses a solution: they lie at 0 and 1"),
        ({"low": -0.25}, "narrow-alpha-range", "misses -0.5 or 1.5, which outward = 0.5 compares"),
        ({"high": 1.5}, "narrow-alpha-range", "covers less than"),
    ],
)
def test_a_range_that_misses_something(
    table: dict[str, Any], change: dict[str, Any], name: str, words: str
) -> None:
    (fault,) = faults(Settings.model_validate(table | {"alphas": change}))
    assert fault.name == name and words in fault.text


def test_a_line_has_two_positions() -> None:
    with pytest.raises(ValidationError, match="count"):
        Alphas.model_validate({"count": 1})


def test_what_the_pairs_override_and_a_pair_of_equals(table: dict[str, Any]) -> None:
    table["training"]["batch_size"] = 64
    table["pairs"][0]["second"] = table["pairs"][0]["first"]
    found = faults(Settings.model_validate(table))
    assert [fault.text.split(":")[0] for fault in found] == ["training.batch_size", "pairs.0"]


def test_too_few_seeds(table: dict[str, Any]) -> None:
    assert faults(Settings.model_validate(table)) == []
    two = Settings.model_validate(table | {"seeds": [0, 1]})
    assert [found.name for found in findings(two)] == ["too-few-seeds"]
    assert faults(two) == [] and len(notes(two)) == 1
    assert faults(two.model_copy(update={"acknowledge": ("too-few-seeds",)})) == []
    one = Settings.model_validate(table | {"seeds": [0]})
    assert "two seeds" in faults(one)[0].text
    alone = Settings.model_validate(table | {"seeds": [0], "starts": ["same"]})
    assert [found.name for found in findings(alone)] == ["too-few-seeds"]
    assert faults(alone) == []


def test_smoke_keeps_the_approaches_apart(table: dict[str, Any], context: Context) -> None:
    table["data"] = {"name": "digits"}
    for pair in table["pairs"]:
        pair["second"]["batch_size"] = 1024
    small = Settings.model_validate(table).smoke()
    (case,) = small.listed()
    assert len(case.approaches()) == 4
    measured = run(small, context)
    assert not measured.diverged
    assert {-0.5, 0.0, 1.0, 1.5} < set(measured.metrics.alphas)
    assert torch.tensor(measured.metrics.lines[0].train_loss).isfinite().all()
