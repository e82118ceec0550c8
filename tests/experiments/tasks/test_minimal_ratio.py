"""Minimal ratio: rows against what they mean, diverged runs, a search that is not repeated."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.settings.consistency import faults, findings, notes
from experiments.tasks import minimal_ratio
from experiments.tasks.minimal_ratio import SWEEP, Settings, run


@pytest.fixture
def table(function_case: dict[str, Any]) -> dict[str, Any]:
    """Four runs of a network of 13 parameters."""
    network = {"name": "tanh", "hidden": [4], "activation": "tanh"}
    return {
        "cases": [function_case | {"network": network}],
        "runs": 4,
        "lengths": [0.1, 1.0],
        "search": {"epsilon": 1e-6, "iterations": 60, "window": 30},
    }


def test_rows_are_what_they_say(table: dict[str, Any], context: Context) -> None:
    measured = run(Settings.model_validate(table), context)
    (case,) = measured.metrics.cases
    assert (case.case, case.parameters) == ("sine, tanh", 13)
    assert case.relative_tolerance == pytest.approx(10 * 13 * 2.0**-52, abs=0)
    rows = measured.metrics.runs
    assert [row.seed for row in rows] == [0, 1, 2, 3]
    assert [row.epochs for row in rows] == [3, 30, 3, 30]
    assert {row.verdict for row in rows} <= {"critical", "gradient-flat", "unfinished"}
    for row in rows:
        shares = (row.minimal_ratio, row.near_zero, row.negative)
        assert sum(shares) == pytest.approx(1)
        assert row.gradient_norm < row.trained_gradient_norm
        assert (row.gradient_norm <= 1e-6) == (row.verdict == "critical")
        assert row.relative_gradient_norm == pytest.approx(
            row.gradient_norm / row.largest_eigenvalue, abs=0
        )
        assert 0 <= row.gradient_curvature <= 1
        assert len(row.swept_positive) == len(row.swept_negative) == len(SWEEP)
        # Fewer count as positive the larger the tolerance; the stated one is in between.
        swept = row.swept_positive
        assert swept == sorted(swept, reverse=True)
        assert swept[1] / 13 <= row.minimal_ratio <= swept[0] / 13  # 1e-14 ≤ τ ≤ 10^-13.5
        assert 0 <= row.higher_neighbors <= 1
        assert (row.point is None) == (row.verdict != "critical")
    assert case.constant_loss == pytest.approx(np.var(np.sin(np.linspace(-3, 3, 20))))
    (spectrum,) = measured.metrics.spectra
    shown = rows[spectrum.seed]
    assert shown.relative_gradient_norm == min(row.relative_gradient_norm for row in rows)
    assert spectrum.eigenvalues[-1] == pytest.approx(shown.largest_eigenvalue, rel=1e-5)
    assert len(spectrum.eigenvalues) == 13
    assert not measured.diverged


def test_the_hessian_of_one_layer(table: dict[str, Any], context: Context) -> None:
    # Of 13 parameters the second layer has 5; the search and the losses are those of the whole.
    whole = run(Settings.model_validate(table), context).metrics
    part = run(Settings.model_validate(table | {"layer": 2}), context).metrics
    assert (part.cases[0].layer, part.cases[0].eigenvalues) == ("layer 2 (dense 4→1)", 5)
    assert (whole.cases[0].layer, whole.cases[0].eigenvalues) == (None, 13)
    for row, other in zip(part.runs, whole.runs, strict=True):
        assert (row.loss, row.gradient_norm) == (other.loss, other.gradient_norm)
        assert row.largest_eigenvalue < other.largest_eigenvalue  # interlacing
        # In its output layer a network is linear: the squared error is convex.
        assert row.negative == 0 and row.higher_neighbors is not None
    assert len(part.spectra[0].eigenvalues) == 5
    (finding,) = faults(Settings.model_validate(table | {"layer": 3}))
    assert finding.key == "layer" and "2 layers" in finding.cause


def test_a_diverged_run_is_kept_and_leaves_the_others_alone(
    table: dict[str, Any], context: Context
) -> None:
    # Such steps blow up, but not within the one epoch of every second run.
    table["cases"][0]["training"] |= {"optimizer": "sgd", "learning_rate": 1e8}
    table["lengths"] = [1.0, 1 / 30]
    measured = run(Settings.model_validate(table), context)
    assert measured.diverged
    verdicts = [row.verdict for row in measured.metrics.runs]
    assert [verdict == "diverged" for verdict in verdicts] == [True, False, True, False]
    for row in measured.metrics.runs:
        assert (row.loss is None) == (row.verdict == "diverged") == bool(row.reason)


def test_all_runs_may_diverge(table: dict[str, Any], context: Context) -> None:
    table["cases"][0]["training"] |= {"optimizer": "sgd", "learning_rate": 1e8}
    measured = run(Settings.model_validate(table | {"lengths": [1.0]}), context)
    assert [row.verdict for row in measured.metrics.runs] == ["diverged"] * 4
    assert measured.metrics.spectra == []


def test_a_finished_search_is_not_repeated(
    table: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = Context(torch.device("cpu"), tmp_path, Cache(tmp_path / "trained"))
    monkeypatch.setattr(minimal_ratio, "BLOCK_VALUES", 1)  # blocks of four runs
    settings = Settings.model_validate(table | {"runs": 6})
    first = run(settings, context)

    def forbidden(*_: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr(minimal_ratio, "_searched", forbidden)
    assert run(settings, context).metrics == first.metrics


WEAK = [
    ({"hidden": [4], "activation": "relu"}, 20, "piecewise-linear-activation"),
    ({"hidden": [7], "activation": "tanh"}, 20, "fewer-examples-than-parameters"),
]


@pytest.mark.parametrize(("network", "points", "name"), WEAK)
def test_weaknesses_are_accepted_and_told(
    table: dict[str, Any], network: dict[str, Any], points: int, name: str
) -> None:
    table["cases"][0]["network"] = {"name": "wrong"} | network
    table["cases"][0]["function"] = {"name": "sine", "points": points}
    weak = Settings.model_validate(table)
    assert [finding.name for finding in findings(weak)] == [name]
    assert not faults(weak) and len(notes(weak)) == 1
    acknowledged = Settings.model_validate(table | {"acknowledge": [name]})
    assert not faults(acknowledged)
    assert len(notes(acknowledged)) == 1


def test_layers_without_activation(table: dict[str, Any], context: Context) -> None:
    table["cases"][0]["network"] = {"name": "a", "layers": ["Linear(3)", "Linear(2)", "Linear(1)"]}
    settings = Settings.model_validate(table | {"runs": 1})
    assert not faults(settings)
    (case,) = run(settings, context).metrics.cases
    assert case.parameters == case.eigenvalues == 17


def test_lengths_are_shares(table: dict[str, Any]) -> None:
    found = faults(Settings.model_validate(table | {"lengths": [0.5, 1.5]}))
    assert [finding.key for finding in found] == ["lengths.1"]


def test_convolutions_are_refused(table: dict[str, Any], image_case: dict[str, Any]) -> None:
    cnn = {"name": "cnn", "convolutions": [{"channels": 2}], "activation": "tanh"}
    (finding,) = faults(Settings.model_validate(table | {"cases": [image_case | {"network": cnn}]}))
    assert finding.key == "cases.0.network.convolutions"
    assert not finding.name
