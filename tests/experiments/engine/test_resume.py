"""A training that was killed goes on from its checkpoint and ends bit for bit the same."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import group_key, train
from tests.experiments.engine.killed import KilledError, Mortal, trained_through_kills

Make = Callable[..., Run]
EVERYTHING = Observe(evaluations=9, snapshot_every=3, steps=True)
KINDS: list[dict[str, Any]] = [
    {"batch_size": 6, "schedule": {"every": 4, "factor": 0.5}},
    {"optimizer": "sgd", "momentum": 0.9},
    {"optimizer": "rmsprop", "momentum": 0.5, "kind": "images", "batch_size": 5},
    {"kind": "cnn", "batch_size": 8},
    {"kind": "cnn", "batch_size": 8, "augmentation": {"shift": 1}},
    {"optimizer": "sgd", "stop": {"min_change": 3e-3, "patience": 2}},
    {"optimizer": "sgd", "learning_rate": 1e6, "activation": "relu"},
]


def same(first: Trained, second: Trained) -> bool:
    """Equal bit for bit, with everything observed."""
    pairs: list[Any] = [(first.parameters, second.parameters), (first.snapshots, second.snapshots)]
    assert first.steps is not None and second.steps is not None
    pairs += [(first.steps.loss, second.steps.loss)]
    pairs += [(first.steps.gradient_norm, second.steps.gradient_norm)]
    return (
        all(torch.equal(a.nan_to_num(7), b.nan_to_num(7)) for a, b in pairs)
        and first.history == second.history
        and (first.diverged_at, first.stopped_at) == (second.diverged_at, second.stopped_at)
        and first.snapshot_epochs == second.snapshot_epochs
    )


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_killed_again_and_again(
    make: Make, context: Context, tmp_path: Path, kind: dict[str, Any]
) -> None:
    runs = [make(**{"epochs": 20, "double": False, "observe": EVERYTHING, **kind}, seed=s)
            for s in (0, 1)]  # fmt: skip
    straight = train(runs, context)
    resumed = trained_through_kills(runs, tmp_path, (2, 9, 14, 23, 31))
    assert all(same(a, b) for a, b in zip(straight, resumed, strict=True))


def test_a_finished_group_is_not_trained_again(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [make(seed=0), make("images", seed=1)]
    kept = Context(torch.device("cpu"), tmp_path, Cache(tmp_path / "trained"))
    first = train(runs, kept)
    from experiments.engine.group import GroupTraining

    monkeypatch.setattr(GroupTraining, "_batches", None)
    again = train(runs, kept)
    assert all(torch.equal(a.parameters, b.parameters) for a, b in zip(first, again, strict=True))


def test_a_kill_costs_at_most_one_interval(make: Make, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "trained", seconds=0)
    device = torch.device("cpu")
    with pytest.raises(KilledError):
        train([make()], Context(device, tmp_path, cache, Mortal(30)))
    rest = Mortal(1000)
    train([make()], Context(device, tmp_path, cache, rest))
    saved = cache.load(group_key([make()], ""))
    assert saved is not None and saved["epoch"] == 50
    # The kill came after epoch 30 was trained and before it was saved.
    assert rest.done == 50 and cache.seconds == 0


def test_a_damaged_checkpoint_means_training_again(
    make: Make, context: Context, tmp_path: Path
) -> None:
    cache = Cache(tmp_path / "trained")
    straight = train([make()], Context(context.device, tmp_path, cache))[0]
    (file,) = (tmp_path / "trained").iterdir()
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    again = train([make()], Context(context.device, tmp_path, cache))[0]
    assert torch.equal(straight.parameters, again.parameters)
    assert (tmp_path / "aside" / file.name).read_bytes() == content
    assert file.exists()


def test_the_key_depends_on_everything_that_matters(make: Make) -> None:
    base = make()
    others = [
        make(seed=1),
        make(learning_rate=0.3),
        make(epochs=49),
        make(hidden=(4, 4)),
        make("images"),
        make(double=False),
        make(observe=EVERYTHING),
    ]
    keys = {group_key([run], "salt") for run in (base, *others)}
    keys |= {group_key([base], "other salt"), group_key([base, base], "salt")}
    assert len(keys) == len(others) + 3


@pytest.mark.parametrize(
    "change",
    [
        lambda state: {},
        lambda state: {key: part for key, part in state.items() if key != "ends"},
        lambda state: state | {"parameters": state["parameters"][:, :1]},
        lambda state: state | {"parameters": state["parameters"].float()},
        lambda state: state | {"orders": []},
        lambda state: state | {"epoch": "50"},
        lambda state: state | {"observed": state["observed"] | {"history": {}}},
        lambda state: (
            state | {"observed": state["observed"] | {"epochs": state["observed"]["epochs"][:3]}}
        ),
    ],
)
def test_a_whole_file_with_a_wrong_content_means_training_again(
    make: Make, context: Context, tmp_path: Path, change: Callable[[dict[str, Any]], Any]
) -> None:
    cache = Cache(tmp_path / "trained")
    kept = Context(context.device, tmp_path, cache)
    straight = train([make()], kept)[0]
    (file,) = (tmp_path / "trained").iterdir()
    state = cache.load(file.stem)
    assert state is not None
    cache.save(file.stem, change(state))
    again = train([make()], kept)[0]
    assert torch.equal(again.parameters, straight.parameters)
    assert again.history == straight.history
    assert len(list((tmp_path / "aside").iterdir())) == 1


def test_what_is_too_old_is_trained_anew(make: Make, context: Context, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "trained")
    train([make()], Context(context.device, tmp_path, cache))
    (file,) = (tmp_path / "trained").iterdir()
    os.utime(file, (1000, 1000))
    for since, trained in ((999.0, False), (1001.0, True)):
        before = file.stat().st_mtime
        train([make()], Context(context.device, tmp_path, replace(cache, since=since)))
        assert (file.stat().st_mtime != before) == trained
