"""A record is fresh while settings, source and data are what they were; else it says why not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from experiments import freshness as module
from experiments.fingerprint.code import installed
from experiments.fingerprint.task import task_definitions
from experiments.freshness import basis, freshness
from experiments.suite import Suite, load_suite
from experiments.tasks.task import dataset_facts
from report.records import Record, Results
from report.records.record import digest
from report.tasks import BY_NAME, TASKS, Task
from tests.experiments import written as records
from tests.project import TINY
from tests.report.records.build import PROVENANCE

TASK = "train-on-task"


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "results", "tiny")


def written(suite: Suite, results: Results, **changes: Any) -> Record:
    return records.written(suite, TASK, results, **changes)


def test_fresh(suite: Suite, results: Results) -> None:
    made = written(suite, results)
    found = freshness(suite, TASK, results)
    assert (found.state, found.reasons, found.fresh, found.record) == ("done", (), True, made)


def test_missing_and_interrupted(suite: Suite, results: Results) -> None:
    assert freshness(suite, TASK, results).state == "missing"
    results.work.mkdir(parents=True)
    results.marker(TASK).touch()
    found = freshness(suite, TASK, results)
    assert (found.state, found.fresh) == ("interrupted", False)


def test_diverged_is_fresh_and_failed_is_not(suite: Suite, results: Results) -> None:
    written(suite, results, status="diverged")
    assert freshness(suite, TASK, results).state == "diverged"
    assert freshness(suite, TASK, results).fresh
    written(suite, results, status="failed", reason="ValueError: x")
    found = freshness(suite, TASK, results)
    assert (found.state, found.fresh, found.reasons) == ("failed", False, ("ValueError: x",))


CHANGES = [
    ("seeds", "[0, 1]", "[0, 2]", "setting seeds[1]"),
    ("seeds", "[0, 1]", "[0, 1, 2]", "setting seeds"),
    ("epochs", "epochs = 3 ", "epochs = 4 ", "setting comparisons[0].training.epochs"),
    ("rate", "0.01, batch", "0.02, batch", "setting comparisons[0].training.learning_rate"),
    ("batch", "size = 20", "size = 30", "setting comparisons[0].training.batch_size"),
    ("optimizer", "batch_size", 'optimizer = "sgd", batch_size',
     "setting comparisons[0].training.optimizer"),
    ("decay", "batch_size", "weight_decay = 0.1, batch_size",
     "setting comparisons[0].training.weight_decay"),
    ("schedule", "batch_size", "schedule = { every = 2, factor = 0.5 }, batch_size",
     "setting comparisons[0].training.schedule"),
    ("subset", "train_size = 60", "train_size = 70", "setting comparisons[0].data.train_size"),
    ("resize", "test_size = 40", "test_size = 40, resize = 6",
     "setting comparisons[0].data.resize"),
    ("width", "hidden = [4]", "hidden = [5]", "setting comparisons[0].models[0].hidden[0]"),
    ("name", '"small"', '"tiny"', "setting comparisons[0].models[0].name"),
    ("activation", "hidden = [4]", 'hidden = [4], activation = "tanh"',
     "setting comparisons[0].models[0].activation"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "reason"), [c[1:] for c in CHANGES], ids=lambda x: x)
def test_every_setting_counts(
    suite: Suite, results: Results, old: str, new: str, reason: str
) -> None:
    written(suite, results)
    head, _, tail = TINY.partition("[tasks.train-on-task]")
    assert old in tail
    suite.file.write_text(head + "[tasks.train-on-task]" + tail.replace(old, new, 1))
    found = freshness(load_suite(str(suite.file)), TASK, results)
    assert found.state == "stale"
    assert reason in found.reasons


def test_settings_of_other_tasks_do_not_count(suite: Suite, results: Results) -> None:
    written(suite, results)
    suite.file.write_text(TINY.replace("epochs = 30", "epochs = 31").replace("Tiny", "Other"))
    assert freshness(load_suite(str(suite.file)), TASK, results).state == "done"


def test_a_default_written_out_does_not_count(suite: Suite, results: Results) -> None:
    written(suite, results)
    suite.file.write_text(TINY.replace("batch_size", 'optimizer = "adam", batch_size'))
    assert freshness(load_suite(str(suite.file)), TASK, results).state == "done"


def test_other_source(suite: Suite, results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    written(suite, results)
    now = basis(suite, TASK)
    name = "experiments.engine.train.train"
    assert name in now.sources
    changed = replace(now, code="x", sources=now.sources | {name: "x"})
    monkeypatch.setattr(module, "basis", lambda *_: changed)
    found = freshness(suite, TASK, results)
    assert (found.state, found.reasons) == ("stale", (f"source {name}",))


def test_moved_source(suite: Suite, results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    written(suite, results)
    now = basis(suite, TASK)
    moved = {name.replace(".engine.", ".motor."): text for name, text in now.sources.items()}
    monkeypatch.setattr(module, "basis", lambda *_: replace(now, sources=moved))
    assert freshness(suite, TASK, results).state == "done"


def test_what_moved_is_not_named(
    suite: Suite, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(suite, results)
    now = basis(suite, TASK)
    moved = {name.replace(".engine.", ".motor."): text for name, text in now.sources.items()}
    moved |= {"experiments.motor.train.train": "x"}
    monkeypatch.setattr(module, "basis", lambda *_: replace(now, code="x", sources=moved))
    assert freshness(suite, TASK, results).reasons == (
        "source experiments.engine.train.train",
        "source experiments.motor.train.train",
    )


def test_a_key_of_the_version_before(suite: Suite, results: Results) -> None:
    wanted = basis(suite, TASK)
    sources = {"experiments.engine.train": "ab"}
    key = digest([wanted.settings, sources, wanted.data])
    written(
        suite, results, key=key,
        provenance=PROVENANCE | {"sources": sources, "data": wanted.data},
    )  # fmt: skip
    found = freshness(suite, TASK, results)
    assert found.state == "stale" and "homework reseal" in found.reasons[0]


def test_other_data(suite: Suite, results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    written(suite, results)
    monkeypatch.setattr(
        module, "dataset_facts", lambda d: dataset_facts(d).model_copy(update={"sha256": "x"})
    )
    found = freshness(suite, TASK, results)
    assert (found.state, found.reasons) == ("stale", ("data digits",))


def test_smoke_and_full_size_are_not_the_same(suite: Suite, results: Results) -> None:
    written(suite, results)
    found = freshness(load_suite(str(suite.file), smoke=True), TASK, results)
    assert found.state == "stale" and "a full-size record" in found.reasons
    written(load_suite(str(suite.file), smoke=True), results)
    found = freshness(suite, TASK, results)
    assert found.state == "stale" and "a smoke record" in found.reasons


def test_the_record_of_another_suite(suite: Suite, results: Results) -> None:
    written(suite, results)
    found = freshness(replace(suite, name="other"), TASK, results)
    assert found.state == "stale" and 'made by suite "tiny"' in found.reasons


def test_a_key_that_does_not_fit(suite: Suite, results: Results) -> None:
    written(suite, results, key="0" * 64)
    found = freshness(suite, TASK, results)
    assert found.reasons == (
        "its key does not match its content, or which definitions its code uses",
    )


def test_a_damaged_record(suite: Suite, results: Results) -> None:
    written(suite, results)
    path = results.record(TASK)
    path.write_text(path.read_text().replace("2026", "2027"))
    found = freshness(suite, TASK, results)
    assert found.state == "stale" and "digest" in found.reasons[0]
    assert found.record is None


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_rests_on_no_other_ones_settings_and_rows(task: Task) -> None:
    sources = installed().sources(task_definitions(task.name))
    built_on = {BY_NAME[name].module for name in task.after}
    for other in {other.module for other in TASKS} - {task.module} - built_on:
        prefixes = (f"experiments.tasks.{other}.", f"report.records.rows.{other}.")
        assert not [name for name in sources if name.startswith(prefixes)]
