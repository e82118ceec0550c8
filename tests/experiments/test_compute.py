"""From settings to a record: measures that were kept with a wrong content are measured anew."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from experiments.compute import Request, compute
from experiments.engine.cache import Cache
from experiments.engine.context import Silent
from experiments.suite import load_suite
from report.records import Results
from report.records.options import Options

COMMON = """
data = { name = "digits", train_size = 60, test_size = 40 }
model = { name = "mlp", hidden = [4] }
training = { loss = "cross_entropy", learning_rate = 0.01, epochs = 2, batch_size = 20 }
seeds = [0]
"""
TASKS = {
    "sensitivity": COMMON + "batch_sizes = [10, 20]\nlearning_rates = [0.01, 0.02]\n",
    "interpolation": COMMON
    + "[[tasks.interpolation.pairs]]\n"
    + "first = { batch_size = 10, learning_rate = 0.01 }\n"
    + "second = { batch_size = 20, learning_rate = 0.01 }\n",
}


def requested(folder: Path, task: str) -> Request:
    path = folder / "tiny.toml"
    path.write_text(f'title = "Tiny"\n[tasks.{task}]{TASKS[task]}', encoding="utf-8")
    suite, results = load_suite(str(path)), Results(folder / "results", "tiny")
    options = Options(suite=str(path), results=results.root, command="homework run")
    return Request(options, suite, (task,), results, torch.device("cpu"))


def measures(results: Results) -> dict[str, dict[str, Any]]:
    """What is kept beside the trained networks, by key."""
    cache = Cache(results.trained)
    kept = {path.stem: cache.load(path.stem) or {} for path in results.trained.glob("*.pt")}
    return {key: state for key, state in kept.items() if "optimizer" not in state}


HARMS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a key is missing": lambda state: dict([*state.items()][1:]),
    "a key is foreign": lambda state: state | {"foreign": 1.0},
    "the form is another": lambda state: state | {next(iter(state)): torch.zeros(2)},
    "a curve is shorter": lambda state: state | {"train_loss": state["train_loss"][:3]},
    "only the time": lambda state: {"seconds": state["seconds"]},
}


@pytest.mark.parametrize(
    ("task", "harm"),
    [
        *(("interpolation", harm) for harm in HARMS),
        *(("sensitivity", harm) for harm in HARMS if harm != "a curve is shorter"),
    ],
)
def test_a_wrong_content_means_measuring_again(tmp_path: Path, task: str, harm: str) -> None:
    request = requested(tmp_path, task)
    straight = compute(request, task, Silent())
    assert straight.status == "ok", straight.reason
    kept = measures(request.results)
    assert kept
    for key, state in kept.items():
        Cache(request.results.trained).save(key, HARMS[harm](state))
    again = compute(request, task, Silent())
    assert (again.status, again.reason) == ("ok", None)
    assert again.metrics == straight.metrics
    aside = request.results.trained.parent / "aside"
    assert {path.stem for path in aside.iterdir()} == {*kept}
    assert {key: {*state} for key, state in measures(request.results).items()} == {
        key: {*state} for key, state in kept.items()
    }
