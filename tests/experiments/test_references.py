"""The settings that the five reference reports state, as ASSIGNMENT.md lists them."""

from typing import Any

import pytest

from experiments.suite import load_suite

LEAKY = {f"models.{n}.activation": "leaky_relu" for n in range(3)}
RELU = {f"models.{n}.activation": "relu" for n in range(2)}
FUNCTION_C = {
    f"functions.{n}.{key}": value
    for n in range(2)
    for key, value in (("points", 300), ("domain", (-1.0, 1.0)))
}
ADAM_C = {
    "training.optimizer": "adam",
    "training.learning_rate": 4e-4,
    "training.weight_decay": 1e-4,
}
FLAT = {
    "pairs.0.first.batch_size": 64,
    "pairs.0.second.batch_size": 1024,
    "pairs.0.first.learning_rate": 1e-3,
    "pairs.0.second.learning_rate": 1e-3,
    "pairs.1.first.learning_rate": 1e-2,
    "pairs.1.second.learning_rate": 1e-2,
    "training.optimizer": "adam",
}
EIGHT = {"seeds": tuple(range(8))}


def below(prefix: str, stated: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{key}": value for key, value in stated.items()}


STATED: dict[tuple[str, str], dict[str, Any]] = {
    ("a", "simulate-function"): RELU
    | {"functions.0.name": "sine", "functions.1.name": "cube", "training.optimizer": "adam"},
    ("a", "train-on-task"): {
        "comparisons.0.data.name": "cifar10",
        "comparisons.0.training.optimizer": "adam",
        "comparisons.0.training.loss": "cross_entropy",
        "comparisons.0.models.0.convolutions.0.channels": 12,
        "comparisons.0.models.0.convolutions.1.channels": 32,
        "comparisons.0.models.1.convolutions.0.channels": 8,
    },
    ("a", "weight-trajectories"): EIGHT
    | {"case.data.name": "cifar10", "case.training.epochs": 30, "case.training.optimizer": "adam"},
    ("a", "minimal-ratio"): {"runs": 100},
    ("a", "random-labels"): {
        "data.name": "cifar10",
        "training.optimizer": "adam",
        "training.learning_rate": 1e-3,
    },
    ("a", "parameter-count"): {"data.name": "cifar10"},
    ("a", "interpolation"): {"data.name": "cifar10"},
    ("a", "sensitivity"): {
        "batch_sizes": (64, 128, 256, 512, 1024),
        "training.optimizer": "adam",
        "training.learning_rate": 1e-3,
    },
    ("b", "simulate-function"): LEAKY
    | {
        "functions.0.name": "sinc",
        "functions.1.name": "sine-5pi",
        "training.optimizer": "rmsprop",
        "training.learning_rate": 1e-3,
        "training.weight_decay": 1e-4,
        "training.epochs": 20_000,
    },
    ("b", "train-on-task"): {
        "comparisons.0.data.name": "cifar10",
        "comparisons.0.training.optimizer": "sgd",
        "comparisons.0.training.learning_rate": 1e-2,
        "comparisons.0.training.epochs": 10,
        "comparisons.0.training.loss": "mse_log_softmax",
    },
    ("b", "weight-trajectories"): EIGHT
    | below("case", ADAM_C)
    | {"case.data.name": "mnist", "case.training.epochs": 45},
    ("b", "gradient-norm"): {"cases.0.training.epochs": 2000},
    ("b", "minimal-ratio"): {"runs": 100},
    ("b", "random-labels"): {
        "data.name": "cifar10",
        "training.optimizer": "adam",
        "training.learning_rate": 1e-4,
        "training.epochs": 100,
    },
    ("b", "parameter-count"): {
        "data.name": "mnist",
        "training.optimizer": "adam",
        "training.learning_rate": 1e-4,
        "training.epochs": 10,
    },
    ("b", "interpolation"): FLAT | {"data.name": "mnist", "training.epochs": 30},
    ("b", "sensitivity"): {
        "data.name": "mnist",
        "batch_sizes": (10, 200, 1000, 10_000, 20_000),
        "training.optimizer": "adam",
        "training.learning_rate": 1e-4,
        "training.epochs": 30,
    },
    ("c", "simulate-function"): LEAKY
    | FUNCTION_C
    | ADAM_C
    | {
        "functions.0.name": "sinc",
        "functions.1.name": "square-wave",
        "training.epochs": 20_000,
        "early_stop.min_change": 1e-6,
    },
    ("c", "train-on-task"): below("comparisons.0", ADAM_C)
    | {
        "comparisons.0.data.name": "cifar10",
        "comparisons.0.training.schedule.every": 10,
        "comparisons.0.training.schedule.factor": 0.1,
        "comparisons.0.training.epochs": 100,
        "comparisons.0.training.loss": "cross_entropy",
        "comparisons.0.models.0.output": "softmax",
        "comparisons.0.models.1.output": "logits",
    },
    ("c", "weight-trajectories"): EIGHT | {"case.data.name": "cifar10", "case.training.epochs": 50},
    ("c", "minimal-ratio"): {
        "runs": 100,
        "cases.0.network.hidden": (128,),
        "cases.0.network.activation": "relu",
    },
    ("c", "random-labels"): {
        "data.name": "mnist",
        "data.resize": 32,
        "training.optimizer": "adam",
        "training.learning_rate": 1e-4,
        "training.epochs": 1000,
    },
    ("c", "parameter-count"): {
        "data.name": "cifar10",
        "training.optimizer": "adam",
        "training.learning_rate": 4e-4,
        "training.batch_size": 512,
    },
    ("c", "interpolation"): {
        "pairs.0.first.batch_size": 64,
        "pairs.0.second.batch_size": 1024,
        "pairs.1.first.learning_rate": 1e-3,
        "pairs.1.second.learning_rate": 1e-2,
        "alphas.low": -2.0,
        "alphas.high": 2.0,
        "alphas.count": 21,
    },
    ("c", "sensitivity"): {
        "batch_sizes": (16, 64, 256, 1024, 4096),
        "learning_rates": (1e-5, 1e-4, 1e-3, 1e-2, 1e-1),
        "training.epochs": 25,
    },
    ("d", "simulate-function"): LEAKY
    | FUNCTION_C
    | {"training.optimizer": "adam", "training.learning_rate": 1e-3},
    ("d", "train-on-task"): {
        "comparisons.0.data.name": "mnist",
        "comparisons.0.training.epochs": 60,
    },
    ("d", "weight-trajectories"): EIGHT
    | {
        "case.function.name": "sinc",
        "case.network.hidden": (4, 8),
        "case.training.epochs": 30,
        "case.training.optimizer": "adam",
        "case.training.learning_rate": 1e-3,
    },
    ("d", "random-labels"): {"data.name": "mnist", "training.learning_rate": 1e-3},
    ("d", "parameter-count"): {"data.name": "mnist", "training.learning_rate": 1e-3},
    ("d", "interpolation"): FLAT | {"data.name": "mnist"},
    ("d", "sensitivity"): {"data.name": "mnist", "model.hidden": (20, 20)},
    ("e", "simulate-function"): LEAKY
    | {
        "functions.0.name": "swish",
        "functions.1.name": "sign-cosine",
        "training.optimizer": "adam",
        "training.learning_rate": 1.1e-3,
        "training.epochs": 20_000,
    },
    ("e", "train-on-task"): {"comparisons.0.data.name": "mnist"},
    ("e", "weight-trajectories"): EIGHT
    | {
        "case.training.epochs": 40,
        "case.training.optimizer": "adam",
        "case.training.learning_rate": 5e-4,
        "case.training.loss": "mse",
    },
    ("e", "gradient-norm"): {"cases.0.function.name": "sign-cosine"},
    ("e", "minimal-ratio"): {"runs": 100},
    ("e", "random-labels"): {
        "data.name": "mnist",
        "model.hidden": (500,),
        "training.optimizer": "adam",
        "training.learning_rate": 1e-4,
        "training.epochs": 1000,
    },
    ("e", "parameter-count"): {"data.name": "mnist", "training.optimizer": "adam"},
    ("e", "interpolation"): {
        "data.name": "mnist",
        "pairs.0.first.batch_size": 64,
        "pairs.0.second.batch_size": 1024,
    },
}


def at(settings: Any, key: str) -> Any:
    found = settings.model_dump()
    for part in key.split("."):
        found = found[int(part) if part.isdigit() else part]
    return found


@pytest.mark.parametrize(("suite", "task"), STATED)
def test_what_a_reference_states_is_set_and_not_called_chosen(suite: str, task: str) -> None:
    settings = load_suite(f"reference-{suite}").tasks[task]
    stated = STATED[suite, task]
    assert {key: at(settings, key) for key in stated} == stated
    for key in stated:
        parts = key.split(".")
        ends = range(1, len(parts) + 1)
        named = {".".join(parts[:end]) for end in ends}
        named |= {".".join(part for part in parts[:end] if not part.isdigit()) for end in ends}
        assert not named & set(settings.chosen), key


def test_c_has_two_flatness_pairs_of_which_only_the_varied_setting_is_stated() -> None:
    first, second = load_suite("reference-c").tasks["interpolation"].pairs  # type: ignore[attr-defined]
    assert first.first.learning_rate == first.second.learning_rate
    assert second.first.batch_size == second.second.batch_size
