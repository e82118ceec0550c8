"""Small suites that once went wrong: each beside this file, with what was expected of it."""

from pathlib import Path
from typing import Any

import pytest

from experiments.suite import load_suite
from experiments.tasks.shrinking import STEPS
from report.errors import UserError
from report.sections.simulate_function.sampling import fitted_on
from tests.report.records.build import record

HERE = Path(__file__).parent


def tasks(name: str, smoke: bool = False) -> Any:
    return load_suite(str(HERE / f"{name}.toml"), smoke=smoke).tasks


def test_batches_on_a_function_are_told() -> None:
    settings = tasks("batch-function-false-sentence")["simulate-function"].model_dump(mode="json")
    assert "a step uses 32 of the 256 points" in fitted_on(record(settings=settings))


def test_a_function_of_ones_own_has_a_way() -> None:
    with pytest.raises(UserError, match=r"given: expression, domain.*formula = .*sinc"):
        tasks("own-function")


def test_smoke_is_seconds() -> None:
    for use in tasks("smoke-not-seconds", smoke=True)["simulate-function"].uses():
        steps = use.training.epochs_of(use.train_size) * use.training.steps_per_epoch(
            use.train_size
        )
        assert use.train_size <= 300 and steps <= STEPS


def test_a_smoke_run_still_compares_two_approaches() -> None:
    (pair,) = tasks("one-line", smoke=True)["interpolation"].pairs
    assert pair.first.batch_size < pair.second.batch_size


def test_a_smoke_run_adds_no_share() -> None:
    assert tasks("only-random-labels", smoke=True)["random-labels"].fractions == (1.0,)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("momentum = 0.9, nesterov = true", r"nesterov belongs in the optimizer's table"),
        ("schedule = { step_size = 100, gamma = 0.5 }", r'write { name = "StepLR"'),
        ('schedule = "cosine"', "no scheduler has this name.*CosineAnnealingLR"),
        ("steps = 30000", "epochs or steps, one of the two"),
    ],
)
def test_suggestions_mean_it(tmp_path: Path, keys: str, message: str) -> None:
    text = (HERE / "misleading-suggestions.toml").read_text(encoding="utf-8")
    assert "momentum = 0.9, nesterov = true" in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("momentum = 0.9, nesterov = true", keys), encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load_suite(str(path))


@pytest.mark.parametrize(
    "keys",
    [
        "stop = { loss = 1e-3 }",
        'schedule = { name = "ExponentialLR", gamma = 0.9 }',
        "clip = 1.0",
    ],
)
def test_what_is_meant_is_understood(tmp_path: Path, keys: str) -> None:
    text = (HERE / "misleading-suggestions.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(
        text.replace("seeds = [0]", "seeds = [0, 1, 2]").replace(
            "momentum = 0.9, nesterov = true", keys
        ),
        encoding="utf-8",
    )
    assert load_suite(str(path)).tasks
