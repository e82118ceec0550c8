"""Smoke runs take seconds, and no two settings that differ become the same."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.settings.network import Network, Shape, parameter_count
from experiments.suite import load_suite
from experiments.tasks.shrinking import STEPS, capped, multiplications, scaled
from report.errors import UserError
from tests.project import TINY

SIZES = st.lists(st.integers(1, 10**6), min_size=1, max_size=12, unique=True)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SIZES, st.integers(12, 1000))
def test_different_values_stay_different_and_in_order(values: list[int], most: int) -> None:
    for shrink in (capped, scaled):
        shrunk = [shrink(values, most)[value] for value in sorted(values)]
        assert shrunk == sorted(set(shrunk)) and len(shrunk) == len(values)
        assert shrunk[0] >= 1
    assert max(scaled(values, most).values()) <= most
    assert max(capped(values, most).values()) < most + len(values)
    assert scaled(scaled(values, most).values(), most).keys() == {*scaled(values, most).values()}


def test_what_is_small_stays(tmp_path: Path) -> None:
    assert capped([3, 9], 9) == scaled([3, 9], 9) == {3: 3, 9: 9}


LONG = """
[tasks.simulate-function]
functions = [
  { name = "sinc", points = 80000, domain = [0.0, 1.0] },
  { name = "cube", points = 70000 },
  { name = "sine", points = 900 },
]
models = [{ name = "a", hidden = [20, 40] }, { name = "b", hidden = [17, 20, 20] }]
equal_size = false
training = { loss = "mse", learning_rate = 1e-4, batch_size = 512, epochs = 500 }
seeds = [0]

[tasks.interpolation]
data = { name = "digits" }
model = { name = "mlp", hidden = [32] }
training = { loss = "cross_entropy", epochs = 20 }
starts = ["same"]
acknowledge = ["too-few-seeds"]
seeds = [0]
pairs = [
  { first = { batch_size = 64, learning_rate = 1e-3 }, second = { batch_size = 1024, learning_rate = 1e-3 } },
  { first = { batch_size = 1023, learning_rate = 1e-3 }, second = { batch_size = 1, learning_rate = 1e-3 } },
]

[tasks.random-labels]
acknowledge = ["fractions-incomplete"]
data = { name = "digits" }
model = { name = "wide", hidden = [64] }
training = { loss = "cross_entropy", batch_size = 1, epochs = 20 }
fractions = [1.0]
seeds = [0]

[tasks.train-on-task]
seeds = [0]
[[tasks.train-on-task.comparisons]]
data = { name = "digits", train_size = 1000 }
training = { loss = "cross_entropy", batch_size = 64, epochs = 5 }
models = [{ name = "a", hidden = [4] }, { name = "b", hidden = [4, 4] }]
[[tasks.train-on-task.comparisons]]
data = { name = "digits", train_size = 1200 }
training = { loss = "cross_entropy", batch_size = 128, epochs = 50 }
models = [{ name = "a", hidden = [4] }, { name = "b", hidden = [4, 4] }]

[tasks.gradient-norm]
seeds = [0]
[[tasks.gradient-norm.cases]]
function = { name = "sinc", points = 5000 }
network = { name = "a", hidden = [4] }
training = { loss = "mse", batch_size = 10, epochs = 2000 }
[[tasks.gradient-norm.cases]]
function = { name = "cube", points = 6000 }
network = { name = "a", hidden = [4] }
training = { loss = "mse", batch_size = 20, epochs = 2000 }
[[tasks.gradient-norm.cases]]
data = "digits"
network = { name = "c", hidden = [5] }
training = { loss = "cross_entropy", batch_size = 10, epochs = 30 }

[tasks.sensitivity]
acknowledge = ["too-few-batch-sizes", "too-few-learning-rates", "too-few-seeds"]
data = { name = "digits", test_size = 40 }
model = { name = "m", hidden = [8] }
training = { loss = "cross_entropy", batch_size = 16, epochs = 9 }
batch_sizes = [16, 17, 1400]
learning_rates = [1e-3]
seeds = [0]
"""  # noqa: E501


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "long.toml"
    path.write_text(LONG.replace('data = "digits"', 'data = { name = "digits" }'))
    return path


def test_steps_are_few_and_differences_stay(suite: Path) -> None:
    full, smoke = load_suite(str(suite)), load_suite(str(suite), smoke=True)
    for task, shrunk in smoke.tasks.items():
        for use in shrunk.uses():
            training = use.training
            steps = training.epochs * -(-use.train_size // (training.batch_size or use.train_size))
            assert steps <= 1.5 * STEPS, (task, use)
            assert use.train_size <= 300
        before = full.tasks[task].model_dump()
        for key, value in shrunk.model_dump().items():
            if isinstance(value, tuple):
                assert different(value) == different(before[key]), (task, key)


def different(values: Sequence[object]) -> int:
    return len({str(value) for value in values})


def test_nothing_is_added(suite: Path) -> None:
    smoke = load_suite(str(suite), smoke=True).tasks
    assert smoke["random-labels"].fractions == (1.0,)  # type: ignore[attr-defined]
    assert smoke["sensitivity"].test_points == 40  # type: ignore[attr-defined]
    pairs = smoke["interpolation"].pairs  # type: ignore[attr-defined]
    sizes = [a.batch_size for pair in pairs for a in (pair.first, pair.second)]
    assert sizes == [3, 50, 49, 1]


def test_once_shrunk_it_stays(suite: Path) -> None:
    for shrunk in load_suite(str(suite), smoke=True).tasks.values():
        assert shrunk.smoke() == shrunk
    assert TINY


OWN = """
[tasks.simulate-function]
functions = ["sine", { formula = "x^2", training = { steps = 9000, batch_size = 2 } }]
models = [
  { name = "a", hidden = [4] },
  { name = "b", hidden = [4], training = { epochs = 5000 } },
  { name = "c", hidden = [4], training = { epochs = 5001 } },
]
equal_size = false
training = { loss = "mse", epochs = 700 }
seeds = [0]

[tasks.train-on-task]
seeds = [0]
[[tasks.train-on-task.comparisons]]
data = { name = "digits" }
training = { loss = "cross_entropy", batch_size = 64, steps = 3000 }
models = [
  { name = "a", hidden = [4] },
  { name = "b", hidden = [4], training = { steps = 4000 } },
  { name = "c", hidden = [4], training = { batch_size = 65 } },
]

[tasks.interpolation]
data = { name = "digits" }
model = { name = "mlp", hidden = [4], training = { epochs = 20 } }
training = { loss = "cross_entropy", epochs = 30 }
acknowledge = ["too-few-seeds"]
starts = ["same"]
seeds = [0]
[[tasks.interpolation.pairs]]
first = { batch_size = 64, learning_rate = 1e-3, training = { epochs = 40 } }
second = { batch_size = 64, learning_rate = 1e-3, training = { epochs = 41 } }

[tasks.gradient-norm]
seeds = [0]
[[tasks.gradient-norm.cases]]
function = { name = "sine", training = { epochs = 900 } }
network = { name = "a", hidden = [4], training = { batch_size = 4 } }
training = { loss = "mse", steps = 5 }
"""


def test_trainings_of_their_own_shrink_and_stay_different(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    full = load_suite(str(path)).tasks
    for task, shrunk in load_suite(str(path), smoke=True).tasks.items():
        for use in shrunk.uses():
            training, size = use.training, use.train_size
            steps = training.steps or training.epochs_of(size) * training.steps_per_epoch(size)
            assert steps <= 2 * STEPS, (task, use)
        before = [(use.network.name, use.training) for use in full[task].uses()]
        after = [(use.network.name, use.training) for use in shrunk.uses()]
        assert different(after) == different(before), task
        assert shrunk.smoke() == shrunk
        again = type(shrunk).model_validate(shrunk.model_dump())
        assert again.uses() == shrunk.uses(), task


def test_an_approach_says_once_what_it_varies(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace("training = { epochs = 40 }", "training = { batch_size = 40 }"))
    with pytest.raises(UserError, match="batch_size: is what approaches differ in"):
        load_suite(str(path))


LARGE = """
[tasks.sensitivity]
data = "cifar10"
model = { name = "a", layers = ["Conv2d(64, 5, padding=2)", "ReLU()", "Conv2d(64, 5, padding=2)", "Flatten()", "Linear(10)"] }
training = { loss = "cross_entropy", epochs = 9, batch_size = 8 }
batch_sizes = [8, 16, 32, 64, 128, 256, 512, 1024]
seeds = [0, 1, 2]

[tasks.sharpness]

[tasks.parameter-count]
data = "cifar10"
models = [{ name = "a", convolutions = [{ channels = 16, pool = 2 }] }, { name = "b", convolutions = [{ channels = 32 }] }]
training = { loss = "cross_entropy", epochs = 9, batch_size = 8 }
seeds = [0]

[tasks.minimal-ratio]
[[tasks.minimal-ratio.cases]]
function = "sine"
network = { name = "a", hidden = [40, 40, 10], activation = "tanh" }
training = { loss = "mse", epochs = 10 }
"""  # noqa: E501


def test_what_costs_more_shrinks_more(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_text(LARGE)
    tasks: dict[str, Any] = load_suite(str(path), smoke=True).tasks
    large, search = tasks["sensitivity"], tasks["minimal-ratio"]
    assert (large.data.train_size, large.data.test_size, large.test_points) == (20, 20, 20)
    assert len(set(large.batch_sizes)) == 8
    assert (tasks["sharpness"].images, tasks["sharpness"].double) == (10, False)
    assert tasks["parameter-count"].data.train_size == 50
    assert (search.runs, search.search.iterations) == (1, 2)
    assert all(task.smoke() == task for task in tasks.values())


def test_multiplications_of_an_example() -> None:
    conv = {"channels": 4, "kernel": 3, "padding": 1, "pool": 2}
    short = Network.model_validate({"name": "a", "convolutions": (conv,), "hidden": (5,)})
    long = ["Conv2d(4, 3, padding=1)", "ReLU()", "MaxPool2d(2)", "Flatten()", "Linear(5)"]
    listed = Network.model_validate({"name": "a", "layers": (*long, "ReLU()", "Linear(3)")})
    assert parameter_count(listed, Shape((1, 8, 8), 3)) == 40 + 65 * 5 + 18
    for network in (short, listed):
        assert multiplications(network, Shape((1, 8, 8), 3)) == 40 * 64 + 65 * 5 + 18
    beside = ({"shortcut": ("Conv2d(2, 1)",), "projection": "Conv2d(2, 1)"}, "Flatten()")
    shortcut = Network.model_validate({"name": "a", "layers": (*beside, "Linear(3)")})
    assert multiplications(shortcut, Shape((1, 8, 8), 3)) == 2 * 4 * 64 + 129 * 3
