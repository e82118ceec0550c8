"""Parameter count: rows against a plain loop, sizes against the modules."""

import pytest
import torch

from experiments.engine.context import Context
from experiments.engine.problems import corrupted
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


def noisy(settings: Settings) -> Settings:
    case = {"label_noise": 0.5, "seeds": [3], "training": {"epochs": 4}}
    return Settings.model_validate(settings.model_dump(mode="json") | {"cases": [case]})


def test_a_panel_with_label_noise_shares_what_it_does_not_give(
    settings: Settings, context: Context
) -> None:
    whole = noisy(settings)
    found = run(whole, context).metrics.runs
    plain, other = ([r for r in found if r.label_noise == share] for share in (0.0, 0.5))
    assert [r.final_test_loss for r in plain] == [
        r.final_test_loss for r in run(settings, context).metrics.runs
    ]
    assert [(r.model, r.seed, r.epoch[-1]) for r in other] == [("small", 3, 4), ("large", 3, 4)]
    problem = corrupted(context.image_problem(settings.data), 0.5, 3)
    training = settings.training.model_copy(update={"epochs": 4})
    module = build(settings.models[0], problem.shape)
    weights = train_plainly(Run(settings.models[0], training, problem, 3))
    torch.nn.utils.vector_to_parameters(weights, module.parameters())
    inputs, targets = plain_data(Run(settings.models[0], training, problem, 3))
    right = int((module(inputs).argmax(dim=1) == targets).sum())
    assert other[0].final_train_accuracy == right / 90
    assert (other[0].examples, other[0].outputs) == (90, 10)
    assert whole.smoke().cases[0].label_noise == 0.5
    assert [use.training.epochs for use in whole.uses()] == [6, 6, 4, 4]


def test_panels_of_one_label_noise_are_refused(settings: Settings) -> None:
    with pytest.raises(ValueError, match="told apart by their label_noise"):
        Settings.model_validate(
            settings.model_dump(mode="json") | {"cases": [{"label_noise": 0.2}] * 2}
        )


def test_without_cases_the_settings_are_what_they_were(settings: Settings) -> None:
    assert not {"cases", "label_noise"} & settings.model_dump().keys()
