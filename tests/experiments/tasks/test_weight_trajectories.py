"""Trajectories: the numbers of the record against parameters computed the obvious way."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from sklearn.decomposition import PCA

from experiments.engine.context import Context
from experiments.engine.randomness import generator
from experiments.engine.reference import train_plainly
from experiments.engine.run import Run
from experiments.models.build import initial_parameters
from experiments.settings.consistency import faults
from experiments.tasks.weight_trajectories import Settings, run

SEEDS = (3, 4, 5)


@pytest.fixture
def settings(image_case: dict[str, Any]) -> Settings:
    return Settings.model_validate(
        {"case": image_case, "layer": 2, "record_every": 2, "seeds": SEEDS}
    )


def snapshots(settings: Settings, context: Context) -> dict[int, torch.Tensor]:
    """Parameters (S, P) of every seed, each epoch count trained anew by the plain loop."""
    case = settings.case
    problem = case.problem(context)
    found = {}
    for seed in settings.seeds:
        rows = [initial_parameters(case.network, case.shape, generator(seed, "weights"))]
        for epochs in (2, 4, 6):
            training = case.training.model_copy(update={"epochs": epochs})
            rows.append(train_plainly(Run(case.network, training, problem, seed)))
        found[seed] = torch.stack(rows).double()
    return found


def test_the_record_against_plain_training_and_scikit_learn(
    settings: Settings, context: Context
) -> None:
    metrics = run(settings, context).metrics
    expected = snapshots(settings, context)
    assert [part.parameters for part in metrics.parts] == [70, 460]
    for part, columns in zip(metrics.parts, (slice(390, 460), slice(0, 460)), strict=True):
        own = {seed: rows[:, columns] for seed, rows in expected.items()}
        fit = PCA(n_components=5, svd_solver="full").fit(torch.cat(list(own.values())).numpy())
        np.testing.assert_allclose(part.explained, fit.explained_variance_ratio_, rtol=1e-3)
        for row in (r for r in metrics.points if r.part == part.part):
            assert row.epoch == (0, 2, 4, 6)
            plain = fit.transform(own[row.seed].numpy())[:, :2]
            found = np.stack([row.pc1, row.pc2], axis=1)
            # Signs are arbitrary when two entries are about equally large.
            np.testing.assert_allclose(np.abs(found), np.abs(plain), atol=1e-3)
        for row in (r for r in metrics.distances if r.part == part.part):
            rows = own[row.seed]
            steps = [float((b - a).norm()) for a, b in pairwise(rows)]
            assert row.path_length == pytest.approx(sum(steps), rel=1e-4)
            away = [float((point - rows[0]).norm()) for point in rows]
            assert row.from_start == pytest.approx(away, rel=1e-3)
            assert row.displacement == pytest.approx(float((rows[-1] - rows[0]).norm()), rel=1e-4)
        pairs = [r for r in metrics.pairs if r.part == part.part]
        assert [r.seeds for r in pairs] == [(3, 4), (3, 5), (4, 5)]
        for row in pairs:
            first, second = (own[seed] for seed in row.seeds)
            assert row.start_distance == pytest.approx(math.dist(first[0], second[0]), rel=1e-4)
            assert row.end_distance == pytest.approx(math.dist(first[-1], second[-1]), rel=1e-4)


def test_losses_fall_and_accuracies_are_shares_of_the_images(
    settings: Settings, context: Context
) -> None:
    measured = run(settings, context)
    assert not measured.diverged
    for row in measured.metrics.runs:
        assert len(row.epoch) == len(row.train_loss) == len(row.test_accuracy) == 4
        assert row.final_train_loss < row.train_loss[0]
        assert row.final_test_accuracy * 40 == round(row.final_test_accuracy * 40)


def test_a_diverged_run_is_left_out_of_the_fit(
    function_case: dict[str, Any], context: Context
) -> None:
    function_case["training"] |= {"optimizer": "sgd", "learning_rate": 1e9}
    table = {"case": function_case, "record_every": 10, "seeds": SEEDS}
    measured = run(Settings.model_validate(table), context)
    assert measured.diverged
    assert measured.metrics.points == []
    assert all(part.explained is None for part in measured.metrics.parts)
    assert all("diverged" in row.final_reason for row in measured.metrics.runs)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layer": 3}, "2 layers"),
        ({"record_every": 5}, "recordings"),
    ],
)
def test_settings_that_do_not_fit(
    image_case: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Settings.model_validate({"case": image_case, "seeds": SEEDS, "record_every": 2} | change)


def test_a_case_has_one_source_and_smoke_settings_are_sound(
    image_case: dict[str, Any], settings: Settings
) -> None:
    with pytest.raises(ValidationError, match="either a function or an image data set"):
        Settings.model_validate({"case": image_case | {"function": "sine"}, "seeds": SEEDS})
    assert faults(settings.smoke()) == []
    Settings.model_validate(settings.smoke().model_dump())


def test_each_run_by_itself_and_t_sne_beside_the_common_components(
    settings: Settings, context: Context
) -> None:
    more = settings.model_copy(update={"projection": "tsne", "fit": "run"})
    plain, found = run(settings, context).metrics, run(more, context).metrics
    assert [(p.pc1, p.tsne1, p.own1) for p in plain.points] == [
        (p.pc1, None, None) for p in found.points
    ]
    whole = slice(0, 460)
    expected = {seed: rows[:, whole] for seed, rows in snapshots(settings, context).items()}
    for row in (r for r in found.points if r.part == "model"):
        fit = PCA(n_components=2, svd_solver="full").fit(expected[row.seed].numpy())
        np.testing.assert_allclose(row.own_explained, fit.explained_variance_ratio_, rtol=1e-3)
        assert len(row.tsne1) == len(row.own1) == 4
        assert np.isfinite([*row.tsne1, *row.tsne2]).all()
    again = run(more, context).metrics
    assert [p.tsne1 for p in again.points] == [p.tsne1 for p in found.points]


def test_a_function_has_no_accuracy_to_write(function_case: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="a function has none"):
        Settings.model_validate({"case": function_case, "seeds": [0, 1], "labels": "accuracy"})
