"""A smoke run of any suite: what torch would refuse of the shrunk sizes is not what is run."""

from pathlib import Path

import pytest

from experiments.engine.context import Context
from experiments.settings.consistency import refusals
from experiments.suite import load_suite
from experiments.suites import smoke
from experiments.tasks import task_module
from experiments.tasks.task import TaskSettings
from report.errors import UserError

RISES = """
[tasks.train-on-task]
acknowledge = ["equal-depth"]
seeds = [0]
[[tasks.train-on-task.comparisons]]
data = "digits"
training = { loss = "cross_entropy", batch_size = 64, epochs = 20, SCHEDULE }
models = [{ name = "a", hidden = [4] }, { name = "b", hidden = [4], training = { epochs = 21 } }]
"""
NORMED = """
[tasks.sensitivity]
data = "digits"
model = { name = "a", layers = ["Flatten()", "Linear(4)", "BatchNorm1d()", "ReLU()", "Linear(10)"] }
training = { loss = "cross_entropy", batch_size = 8, epochs = 4 }
batch_sizes = [8, 16, 32, 64, 128, 256, 512, 1024]
seeds = [0]

[tasks.sharpness]

[tasks.simulate-function]
functions = [{ file = "points.csv" }, "sinc"]
models = [{ name = "a", layers = ["Linear(9)", "BatchNorm1d()", "ReLU()", "Linear(1)"] }]
training = { loss = "mse", batch_size = 32, epochs = 900 }
seeds = [0]
"""


def loaded(folder: Path, text: str, *, smoke: bool = True) -> dict[str, TaskSettings]:
    path = folder / "mine.toml"
    path.write_text(text)
    return load_suite(str(path), smoke=smoke).tasks


@pytest.mark.parametrize("interval", ["epoch", "step"])
@pytest.mark.parametrize("start", [0.5, 0.25, 0.1])
def test_a_rate_may_rise_for_any_share(
    start: float, interval: str, tmp_path: Path, context: Context
) -> None:
    rise = f'schedule = {{ name = "OneCycleLR", max_lr = 0.1, pct_start = {start}, '
    text = RISES.replace("SCHEDULE", f'{rise} interval = "{interval}" }}')
    settings = loaded(tmp_path, text)["train-on-task"]
    first, second = (use.training.epochs for use in settings.uses())
    assert 2 <= first < second < 8
    assert not task_module("train-on-task").run(settings, context).diverged


def test_no_last_batch_is_of_one_example_and_all_batches_differ(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("".join(f"{n},{n}\n" for n in range(41)))  # 33 train
    assert loaded(tmp_path, NORMED.replace("32, epochs", "33, epochs"), smoke=False)
    for task, settings in loaded(tmp_path, NORMED.replace("32, epochs", "33, epochs")).items():
        assert not refusals(settings), task
        sizes = {use.training.batch_size for use in settings.uses()}
        assert len(sizes) == (1 if task == "simulate-function" else 8)
        assert all(use.train_size <= 300 for use in settings.uses())


def test_what_is_not_refused_only_shrinks(tmp_path: Path) -> None:
    text = RISES.replace("SCHEDULE", "clip = 1.0")
    full = loaded(tmp_path, text, smoke=False)["train-on-task"]
    assert loaded(tmp_path, text)["train-on-task"] == full.smoke()


def test_what_stays_refused_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "MOST", 1)
    rise = 'schedule = { name = "OneCycleLR", max_lr = 0.1, pct_start = 0.5 }'
    with pytest.raises(UserError, match=r"pct_start = 0.5 asks for; .* or run it in full size"):
        loaded(tmp_path, RISES.replace("SCHEDULE", rise))
