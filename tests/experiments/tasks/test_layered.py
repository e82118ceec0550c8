"""Every task takes networks of torch's own layers, or says why not; trainings of their own hold."""

from typing import Any

import pytest
from pydantic import ValidationError

from experiments.engine.context import Context
from experiments.settings.consistency import faults
from experiments.tasks import task_module

LAYERS = (
    "Conv2d(3, 3, padding=1)",
    "BatchNorm2d()",
    "ReLU()",
    {"shortcut": ("Conv2d(3, 3, padding=1)",)},
    "MaxPool2d(4)",
    "Dropout(0.2)",
    "Flatten()",
    "Linear(10)",
)
NETWORK = {"name": "layered", "layers": LAYERS}
DATA = {"name": "digits", "train_size": 40, "test_size": 20}
TRAINING = {"loss": "cross_entropy", "batch_size": 20, "epochs": 2}
CASE = {"data": DATA, "network": NETWORK, "training": TRAINING}
SOLUTIONS = {
    "data": DATA,
    "model": NETWORK,
    "training": TRAINING,
    "batch_sizes": (10, 20),
    "learning_rates": (1e-3,),
    "seeds": (0,),
}
TASKS: dict[str, dict[str, Any]] = {
    "weight-trajectories": {"case": CASE, "layer": 3, "record_every": 1, "seeds": (0, 1)},
    "gradient-norm": {"cases": (CASE,), "seeds": (0,)},
    "error-surface": {"cases": (CASE,), "seeds": (0,)},
    "random-labels": {"data": DATA, "model": NETWORK, "training": TRAINING, "seeds": (0,)},
    "interpolation": {
        "data": DATA,
        "model": NETWORK,
        "training": {"loss": "cross_entropy", "epochs": 2},
        "pairs": (
            {
                "first": {"batch_size": 10, "learning_rate": 1e-3},
                "second": {
                    "batch_size": 10,
                    "learning_rate": 1e-3,
                    "training": {"optimizer": "sgd"},
                },
            },
        ),
        "starts": ("same",),
        "seeds": (0,),
    },
    "sensitivity": SOLUTIONS,
    "sharpness": {"solutions": SOLUTIONS, "images": 20, "double": False},
}


@pytest.mark.sweep
@pytest.mark.parametrize("task", TASKS)
def test_measured(task: str, context: Context) -> None:
    module = task_module(task)
    settings = module.Settings.model_validate(TASKS[task], strict=True).smoke()
    measured = module.run(settings, context)
    assert measured.metrics and not measured.diverged


def test_exact_hessians_are_for_perceptrons() -> None:
    module = task_module("minimal-ratio")
    (finding,) = faults(module.Settings.model_validate({"cases": (CASE,), "runs": 2}))
    assert finding.key == "cases.0.network" and "dense layers" in finding.cause
    dense = {"name": "dense", "layers": ("Linear(3)", "Tanh()", "Linear(1)")}
    training = {"loss": "mse", "epochs": 2}
    case = {"function": "sine", "network": dense, "training": training}
    assert not faults(module.Settings.model_validate({"cases": (case,), "runs": 2}))


def function_task(**given: Any) -> Any:
    models = ({"name": "plain", "hidden": (4,)}, {"name": "own", "hidden": (4,), **given})
    return task_module("simulate-function").Settings.model_validate(
        {
            "functions": ("sine", {"formula": "x^2", "training": {"epochs": 5}}),
            "models": models,
            "training": {"loss": "mse", "epochs": 3},
            "seeds": (0,),
            "equal_size": False,
        },
        strict=True,
    )


def test_a_training_of_its_own(context: Context) -> None:
    settings = function_task(training={"epochs": 7, "learning_rate": 0.1})
    rows = task_module("simulate-function").run(settings, context).metrics.runs
    last = {(row.function, row.model): row.epoch[-1] for row in rows}
    assert last == {
        ("sine", "plain"): 3,
        ("x^2", "plain"): 5,
        ("sine", "own"): 7,
        ("x^2", "own"): 7,  # the network's own word is the last
    }
    dumped = settings.model_dump(mode="json")
    assert dumped["models"][1]["training"] == {"epochs": 7, "learning_rate": 0.1}
    assert "training" not in dumped["models"][0]
    assert all(use.training.epochs == 3 for use in function_task().uses()[:1])


@pytest.mark.parametrize(
    ("training", "message"),
    [({"epoch": 3}, "models.1.training.epoch"), ({"epochs": 0}, "models.1.training.epochs")],
)
def test_a_training_of_its_own_is_checked(training: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        function_task(training=training)


def test_what_does_not_fit_the_tasks_training_is_refused() -> None:
    with pytest.raises(ValidationError, match="together with the task's training"):
        function_task(training={"momentum": 0.9})
