"""The script for a GPU, with the CPU in its place: agreement, times, what the time cuts off."""

import json
from pathlib import Path

import pytest
import torch

from benchmarks import gpu, table
from benchmarks.gpu import Deadline, OutOfTimeError, agreement, attempted, measured, shortened
from experiments.settings.training import Training
from experiments.suite import Suite, load_suite
from report.errors import UserError

CPU = torch.device("cpu")


def metrics(loss: float | None, accuracy: float = 0.9, count: int = 3) -> dict[str, object]:
    return {"runs": [{"train_loss": [1.0, loss], "test_accuracy": [accuracy], "count": count}]}


@pytest.mark.parametrize(
    ("other", "agrees", "loss"),
    [
        (metrics(0.5, count=4), True, 0.0),  # what is neither loss nor accuracy is not judged
        (metrics(0.49), True, 0.02),
        (metrics(0.4), False, 0.2),
        (metrics(0.5, 0.84), False, 0.0),
        (metrics(None), False, None),
    ],
)
def test_losses_and_accuracies_decide(
    other: dict[str, object], agrees: bool, loss: float | None
) -> None:
    found = agreement(metrics(0.5), other)
    assert found["agrees"] is agrees
    assert found["largest"]["loss"] == (loss if loss is None else pytest.approx(loss))


def test_losses_that_single_precision_leaves_are_equal() -> None:
    assert agreement(metrics(1e-9), metrics(4e-8))["agrees"]


def test_other_rows_do_not_agree() -> None:
    assert agreement(metrics(0.5), {"runs": []}) == {
        "agrees": False,
        "reason": "the two have different rows",
    }


def test_time_ends_the_work() -> None:
    now = [0.0]
    deadline = Deadline(10.0, lambda: now[0])
    advance = deadline.start("training", 5)
    advance(1)
    now[0] = 10.0
    with pytest.raises(OutOfTimeError):
        advance(1)
    assert attempted(lambda: 1, deadline) == "no time left"


def test_what_fails_is_said() -> None:
    def fails(error: Exception) -> None:
        raise error

    late = Deadline(float("inf"))
    assert attempted(lambda: fails(UserError("no data")), late) == "no data"
    assert attempted(lambda: fails(RuntimeError("no kernel")), late) == "RuntimeError: no kernel"


def test_a_fraction_of_every_length() -> None:
    settings = load_suite("full").tasks["minimal-ratio"]
    short = shortened(settings, 0.01).model_dump()
    whole = settings.model_dump()
    assert short["search"]["iterations"] == round(whole["search"]["iterations"] / 100)
    for one, case in zip(short["cases"], whole["cases"], strict=True):
        assert one["training"]["epochs"] == case["training"]["epochs"] // 100
    assert short["runs"] == whole["runs"]
    assert shortened(Training(loss="mse", epochs=3), 0.01).epochs == 1


def test_all_of_it_with_the_cpu_in_place_of_the_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def few(name: str, smoke: bool = False) -> Suite:
        suite = load_suite("quick", smoke=True)
        return Suite(
            suite.name, suite.title, suite.file, {"minimal-ratio": suite.tasks["minimal-ratio"]}
        )

    monkeypatch.setattr(gpu, "load_suite", few)
    monkeypatch.setattr(gpu, "selected", lambda context: {})
    found = measured(CPU, tmp_path, 300.0)
    (task,) = found["tasks"]
    assert task["agrees"] and task["largest"] == {"loss": 0, "accuracy": 0} and task["numbers"] > 20
    (short,) = found["full"]["tasks"]
    assert short["task"] == "minimal-ratio" and short["seconds"] > 0
    pairs = [{"pair": "a", "work": "curves", "part": "all", "cpu": 3.0, "gpu": 1.5}]
    pairs += [{"pair": "b", "reason": "b (no MNIST/raw in the data folder)"}]
    monkeypatch.setattr(table, "GPU", tmp_path / "gpu.json")
    table.GPU.write_text(json.dumps(found | {"pairs": pairs}, allow_nan=False))
    shown = table.on_gpu()
    assert "| curves | all | 3 | 1.5 | 2.0× |" in shown
    assert "1 of the 1 tasks of `quick --smoke` agree" in shown
    assert shown.endswith("Left out: b (no MNIST/raw in the data folder).")


def test_pairs_are_timed_on_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import __main__ as everything
    from benchmarks.pairs import curve_pair
    from experiments.engine.cache import Cache
    from experiments.engine.context import Context

    monkeypatch.setattr(gpu, "selected", lambda c: {"curve": lambda: curve_pair(c, 2, 3, None)})
    monkeypatch.setattr(everything, "FOLDERS", {})
    context = Context(CPU, tmp_path, Cache(None))
    (row,) = gpu.timings((context, context), Deadline(float("inf")))
    assert row["gpu"] > 0 and row["cpu"] > 0 and row["work"].startswith("2 runs")
    (row,) = gpu.timings((context, context), Deadline(0.0))
    assert row == {"pair": "curve", "reason": "no time left"}
