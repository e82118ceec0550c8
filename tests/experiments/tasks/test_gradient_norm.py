"""Gradient norms: steps against the full gradient, windows by hand."""

from typing import Any

import pytest
import torch
from pydantic import ValidationError

from experiments.engine.context import Context
from experiments.settings.consistency import faults
from experiments.tasks import gradient_norm
from experiments.tasks.gradient_norm import Settings, run, window_medians, window_middles


@pytest.fixture
def settings(function_case: dict[str, Any], image_case: dict[str, Any]) -> Settings:
    return Settings.model_validate(
        {"cases": [function_case, image_case], "full_gradients": 3, "seeds": [0, 1]}
    )


def test_with_the_whole_set_in_each_step_both_norms_are_one(
    settings: Settings, context: Context
) -> None:
    rows = [r for r in run(settings, context).metrics.runs if r.case == "sine"]
    assert len(rows) == 2
    for row in rows:
        assert list(row.epoch) == row.full_step == [0, 10, 20, 30]
        assert row.window == 1
        for position, step in enumerate(row.full_step[:-1]):
            for kind in ("loss", "gradient_norm"):
                full = getattr(row, f"full_{kind}")[position]
                batch = getattr(row, f"batch_{kind}")[step]
                assert batch == pytest.approx(full, rel=1e-4)
        assert row.tail_steps == 3
        tail = row.batch_gradient_norm[-3:]
        assert row.tail_median == pytest.approx(sorted(tail)[1], rel=1e-5)
        assert row.largest_batch_gradient_norm == pytest.approx(
            row.batch_gradient_norm[row.largest_at_step], rel=1e-5
        )


def test_a_batch_is_not_the_whole_set(settings: Settings, context: Context) -> None:
    rows = [r for r in run(settings, context).metrics.runs if r.case == "digits"]
    for row in rows:
        assert row.steps == 18  # 90 images in batches of 32: 3 steps in each of 6 epochs
        assert row.full_step == [0, 6, 12, 18]
        assert row.batch_gradient_norm[0] != pytest.approx(row.full_gradient_norm[0], rel=1e-3)
        assert row.final_loss < row.initial_loss


def test_windows_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradient_norm, "WINDOWS", 3)
    values = torch.tensor([5.0, 1.0, 3.0, 10.0, 30.0, 20.0, 7.0])
    assert window_medians(values) == [3.0, 20.0, 7.0]
    assert window_middles(7) == [1.0, 4.0, 6.0]


def test_a_diverged_run_says_so(function_case: dict[str, Any], context: Context) -> None:
    function_case["training"] |= {"optimizer": "sgd", "learning_rate": 1e9}
    measured = run(Settings.model_validate({"cases": [function_case], "seeds": [0]}), context)
    assert measured.diverged
    (row,) = measured.metrics.runs
    assert row.reason == f"diverged at epoch {row.diverged_at}"
    assert None in row.batch_loss


def test_smoke_and_bounds(settings: Settings, image_case: dict[str, Any]) -> None:
    assert faults(settings.smoke()) == []
    twice = Settings.model_validate({"cases": [image_case, image_case], "seeds": [0]})
    assert '"digits" is given 2 times' in faults(twice)[0].text
    with pytest.raises(ValidationError):
        Settings.model_validate({"cases": [], "seeds": [0]})


def test_a_full_gradient_at_every_epochs_end(settings: Settings, context: Context) -> None:
    often = settings.model_copy(update={"full_gradients": 100})
    for row in run(often, context).metrics.runs:
        assert list(row.epoch) == list(range(row.epoch[-1] + 1))
        assert row.constant_loss is not None
