"""Simulating a function: domains and points of each function, predictions, early stopping."""

import math

import pytest
import torch
from pydantic import ValidationError

from experiments.data.function_settings import FunctionSettings
from experiments.engine.context import Context
from experiments.engine.problems import function_problem
from experiments.engine.reference import train_plainly
from experiments.engine.run import Run
from experiments.models.build import build
from experiments.tasks.simulate_function import DRAWN_POINTS, Settings, run


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate(
        {
            "functions": ["sine", {"name": "cube", "points": 15, "domain": [0.0, 2.0]}],
            "models": [{"name": "a", "hidden": [3], "activation": "tanh"}],
            "training": {"loss": "mse", "learning_rate": 0.01, "epochs": 40},
            "seeds": [0, 1],
        }
    )


def test_each_function_has_its_own_points_and_domain(settings: Settings, context: Context) -> None:
    sine, cube = run(settings, context).metrics.functions
    assert (sine.points, sine.domain) == (256, (-3.0, 3.0))
    assert (cube.points, cube.domain) == (15, (0.0, 2.0))
    for truth, function in ((sine, math.sin), (cube, lambda x: x**3)):
        assert len(truth.x) == DRAWN_POINTS
        assert (truth.x[0], truth.x[-1]) == truth.domain
        for x, y in zip(truth.x[::40], truth.y[::40], strict=True):
            assert y == pytest.approx(function(x), rel=1e-4, abs=1e-5)


def test_predictions_are_those_of_the_trained_network(settings: Settings, context: Context) -> None:
    rows = run(settings, context).metrics.runs
    (row,) = [r for r in rows if r.function == "cube" and r.seed == 1]
    problem = function_problem(settings.functions[1])
    plain = Run(settings.models[0], settings.training, problem, seed=1)
    module = build(plain.network, problem.shape)
    torch.nn.utils.vector_to_parameters(train_plainly(plain), module.parameters())
    x = torch.linspace(0, 2, DRAWN_POINTS)[:, None]
    assert row.prediction == pytest.approx(module(x).flatten().tolist(), rel=1e-3, abs=1e-4)


def test_an_early_stop_makes_every_run_a_second_time(settings: Settings, context: Context) -> None:
    assert not run(settings, context).metrics.stopped
    calm = settings.model_validate(settings.model_dump() | {"early_stop": {"min_change": 1e3}})
    metrics = run(calm, context).metrics
    assert len(metrics.stopped) == len(metrics.runs) == 4
    assert all(row.stopped_at is None for row in metrics.runs)
    # The first epoch has no loss to compare with; the second changes by less than 1000.
    assert [row.stopped_at for row in metrics.stopped] == [2, 2, 2, 2]


@pytest.mark.parametrize("domain", [[1.0, 1.0], [2.0, -2.0]])
def test_a_domain_is_an_interval(domain: list[float]) -> None:
    with pytest.raises(ValidationError, match="lower end must lie below"):
        FunctionSettings.model_validate({"name": "sine", "domain": domain})
