"""Parameter count: rows against a plain loop, sizes against the modules."""

import pytest
import torch

from experiments.engine.context import Context
from experiments.engine.reference import plain_data, train_plainly
from experiments.engine.run import Run
from experiments.models.build import build
from experiments.tasks.parameter_count import Settings, run


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate(
        {
            "data": {"name": "digits", "train_size": 90, "test_size": 40},
            "training": {
                "loss": "cross_entropy",
                "learning_rate": 0.02,
                "epochs": 6,
                "batch_size": 32,
            },
            "models": [{"name": "small", "hidden": [3]}, {"name": "large", "hidden": [9, 7]}],
            "seeds": [0, 1],
        }
    )


def test_every_row_by_a_plain_loop(settings: Settings, context: Context) -> None:
    rows = run(settings, context).metrics.runs
    problem = context.image_problem(settings.data)
    assert [(row.model, row.seed) for row in rows] == [
        (model.name, seed) for model in settings.models for seed in settings.seeds
    ]
    networks = {model.name: model for model in settings.models}
    for row in rows:
        plain = Run(networks[row.model], settings.training, problem, row.seed)
        module = build(plain.network, problem.shape)
        assert row.parameters == sum(p.numel() for p in module.parameters())
        torch.nn.utils.vector_to_parameters(train_plainly(plain), module.parameters())
        inputs, targets = plain_data(plain)
        right = int((module(inputs).argmax(dim=1) == targets).sum())
        assert row.final_train_accuracy == right / 90
        tests = (problem.test_inputs / 255.0 - problem.mean[0]) / problem.std[0]
        right = int((module(tests).argmax(dim=1) == problem.test_targets).sum())
        assert row.final_test_accuracy == right / 40


def test_smoke_keeps_every_structure(settings: Settings) -> None:
    assert settings.smoke().models == settings.models
    assert settings.smoke().training.epochs == 2
