"""What changed between two results: numbers, sentences, tasks, settings, parameters."""

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from report.diff import numbers
from report.diff.compare import compare
from report.diff.numbers import Change, compare_numbers
from report.diff.shown import as_markdown, as_text
from report.diff.sides import open_side
from report.records import Model, Record, Results, write_record
from report.records.common import Series
from report.records.row import Metrics, Table
from tests.project import Homework
from tests.report.records import build
from tests.report.records.build import model


class Drawn(Metrics):
    """A task that records series alone."""

    series: Table[Series]


LOSS = {"small": 0.40, "large": 0.30}


def rows(
    seeds: int = 5, shift: float = 0.0, first: str = "digits", noise: int = 1
) -> list[dict[str, Any]]:
    """Losses of two models on two data sets; `shift` moves those of the large model."""
    drawn = random.Random(noise)
    return [
        {
            "model": model,
            "dataset": each,
            "seed": seed,
            "epoch": [0, 1],
            "train_loss": [2.0, loss],
            "final_train_loss": loss,
        }
        for model, center in LOSS.items()
        for each in (first, "shapes")
        for seed in range(seeds)
        for loss in [center + 0.01 * drawn.gauss(0, 1) + (shift if model == "large" else 0)]
    ]


def record(task: str = "train-on-task", **changed: Any) -> Record:
    """A record of the two models."""
    fields: dict[str, Any] = {
        "suite": "mine",
        "settings": {"training": {"epochs": 3}, "models": [{"name": "small"}, {"name": "large"}]},
        "models": (model("small", 1, 100), model("large", 1, 200)),
        "metrics": {"runs": rows()} if task == "train-on-task" else {},
    }
    return build.record(task, **{**fields, **changed})


def changes(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> tuple[Change, ...]:
    before, after = record(metrics={"runs": old}), record(metrics={"runs": new})
    return compare_numbers(before, after).changes


def test_equal_records_have_no_changes() -> None:
    found = compare_numbers(record(), record())
    assert found.changes == () and found.added == () and found.removed == ()
    assert found.compared >= 4  # final losses of two models at two rates


def test_noise_is_told_from_change() -> None:
    other_seeds = changes(rows(noise=1), rows(noise=2))
    assert {c.noise for c in other_seeds} == {"within"}
    shifted = changes(rows(noise=1), rows(noise=2, shift=0.1))
    beyond = {(c.name, c.about) for c in shifted if c.noise == "beyond"}
    final = {about for name, about in beyond if name == "runs.final_train_loss"}
    assert final == {"dataset digits, model large", "dataset shapes, model large"}
    assert all("model large" in about for _, about in beyond)
    one = next(c for c in shifted if c.noise == "beyond" and c.name == "runs.final_train_loss")
    assert one.after.mean == pytest.approx(0.4, abs=0.02)
    assert one.after.spread == pytest.approx(0.01, rel=1)
    assert (one.before.n, one.after.n) == (5, 5)


@pytest.mark.sweep
def test_false_alarms_are_rare() -> None:
    alarms = sum(
        any(c.noise == "beyond" for c in changes(rows(noise=2 * i), rows(noise=2 * i + 1)))
        for i in range(100)
    )
    assert alarms <= 12  # about five of a hundred comparisons without any change


def test_without_repetitions_the_noise_is_not_known() -> None:
    (first, *_) = changes(rows(seeds=1), rows(seeds=1, shift=0.1))
    assert first.noise == "unknown" and first.p is None and first.after.spread is None


def test_rows_of_one_side_are_named() -> None:
    found = compare_numbers(record(), record(metrics={"runs": rows(first="mnist")}))
    assert found.removed == (
        "runs: dataset digits, model large",
        "runs: dataset digits, model small",
    )
    assert "runs: dataset mnist, model small" in found.added
    assert found.changes == ()


def test_tables_and_numbers_of_one_side_are_named() -> None:
    none, some = ({"stopped": rows} for rows in ([], [{}]))
    before, after = (build.record("simulate-function", metrics=given) for given in (none, some))
    assert compare_numbers(before, after).added == ("stopped",)
    assert compare_numbers(after, before).removed == ("stopped",)
    failed = build.record("simulate-function", status="failed")
    assert compare_numbers(failed, after).added == ("stopped",)


def test_curves_of_more_epochs_are_the_same_curves() -> None:
    before, after = rows(), rows()
    for row in after:
        row["epoch"] = [0, 1, 2]
        row["train_loss"] = [*row["train_loss"], row["train_loss"][-1]]
    found = compare_numbers(record(metrics={"runs": before}), record(metrics={"runs": after}))
    assert (found.removed, found.added) == ((), ())
    assert {change.name for change in found.changes} == {"runs.train_loss, mean"}


def test_a_renamed_model_is_another_one() -> None:
    old = rows(seeds=1)
    new = [
        {**row, "final_reason": "rescaled", "model": row["model"].replace("large", "huge")}
        for row in old
    ]
    found = compare_numbers(record(metrics={"runs": old}), record(metrics={"runs": new}))
    assert [name for name in found.removed if "large" in name] == list(found.removed) != []
    assert [name for name in found.added if "huge" in name] == list(found.added) != []
    assert found.changes == () and "rescaled" not in str(found)


def test_last_bits_are_no_change() -> None:
    moved = [{**row, "final_train_loss": row["final_train_loss"] * (1 + 1e-9)} for row in rows()]
    assert changes(rows(), moved) == ()


def test_a_constant_that_moves() -> None:
    old = [{**row, "final_train_loss": 0.5} for row in rows()]
    new = [{**row, "final_train_loss": 0.25} for row in rows()]
    assert {c.noise for c in changes(old, new) if c.name == "runs.final_train_loss"} == {"beyond"}


def test_curves_of_series_are_repetitions(monkeypatch: pytest.MonkeyPatch) -> None:
    def series(level: float) -> Record:
        runs = [[level + seed / 100, level] for seed in range(4)]
        line = {"label": "Adam", "runs": runs}
        drawn = {"series": [{"name": "loss", "title": "Loss", "x": [0, 1], "lines": [line]}]}
        return record().model_copy(update={"metrics": drawn})

    monkeypatch.setattr(numbers, "metrics_type", lambda _: Drawn)
    found = compare_numbers(series(1.0), series(2.0))
    (change,) = found.changes
    assert change.name == "series.lines.runs" and change.noise == "beyond"
    assert change.before.n == 4 and change.after.mean == pytest.approx(2.0075)


@pytest.fixture
def results(tmp_path: Path) -> Callable[..., Path]:
    """Writes records into a folder of a suite."""

    def write(name: str, *records: Record) -> Path:
        for one in records:
            write_record(Results(tmp_path, name).record(one.task), one)
        return tmp_path / name

    return write


def test_tasks_settings_and_parameters(results: Callable[..., Path]) -> None:
    bigger = Model(name="large", architecture="1-10-1, tanh", depth=1, parameters=220)
    old = results("old", record(), record("random-labels"), record("sharpness"))
    new = results(
        "new",
        record("random-labels"),
        record(
            "sharpness",
            status="diverged",
            settings={"training": {"epochs": 4}, "models": [{"name": "small"}]},
            models=(record().models[0], bigger),
        ),
        record("sensitivity"),
    )
    with open_side(str(old)) as before, open_side(str(new)) as after:
        found = compare(before, after, {("new", "random-labels"): ("setting training.epochs",)})
    (suite,) = found.suites
    tasks = {task.task: task for task in suite.tasks}
    assert {name: task.state for name, task in tasks.items()} == {
        "train-on-task": "removed",
        "random-labels": "stale",
        "sensitivity": "added",
        "sharpness": "changed",
    }
    sharp = tasks["sharpness"]
    assert [(e.name, e.before, e.after) for e in sharp.parameters] == [("large", 200, 220)]
    assert ("training.epochs", 3, 4) in [(e.name, e.before, e.after) for e in sharp.settings]
    assert "was ok, is diverged" in sharp.notes
    text, markdown = as_text(found), as_markdown(found)
    assert "parameters: large 200 → 220" in text
    assert "stale: setting training.epochs" in text
    assert "### random\\-labels: stale" in markdown


def test_hostile_names_stay_text(results: Callable[..., Path]) -> None:
    evil = "| </td><script>alert(1)</script> @everyone\n# x"
    hostile = [{**row, "model": evil} if row["model"] == "large" else row for row in rows()]
    moved = [
        {**row, "final_train_loss": row["final_train_loss"] + (1 if row["model"] == evil else 0)}
        for row in hostile
    ]
    old = results("old", record(metrics={"runs": hostile}))
    new = results("new", record(metrics={"runs": moved}))
    with open_side(str(old)) as before, open_side(str(new)) as after:
        shown = as_markdown(compare(before, after))
    assert "<script" not in shown.replace("\\<", "") and "@everyone" not in shown
    assert "\n# x" not in shown and "\n\\# x" not in shown


def test_a_damaged_record_is_named(results: Callable[..., Path]) -> None:
    old, new = results("old", record()), results("new", record())
    path = new / "train-on-task.json"
    path.write_text(path.read_text(encoding="utf-8").replace("0.2", "0.3"), encoding="utf-8")
    with open_side(str(old)) as before, open_side(str(new)) as after:
        (task,) = compare(before, after).suites[0].tasks
    assert task.state == "changed" and "digest does not match" in task.notes[0]


@pytest.mark.usefixtures("sketched")
def test_folders_and_revisions(
    homework: Homework, results: Callable[..., Path], tmp_path: Path
) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *arguments], cwd=homework.folder, check=True)

    only = ("--only", "simulate-function", "--suite", "tiny.toml", "--workers", "1")
    assert homework("run", *only, "--device", "cpu").code == 0
    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "-m", "Nothing")
    git("tag", "empty")
    git("add", "results")
    git("commit", "--quiet", "-m", "Results")
    homework.edit("epochs = 30", "epochs = 400")
    assert homework("run", *only, "--device", "cpu").code == 0

    same = homework("diff", "HEAD", "HEAD")
    assert same.code == 0 and "Nothing changed." in same.out
    ended = homework("diff", "HEAD", "results", "--json")
    assert ended.code == 0, ended.err
    (suite,) = json.loads(ended.out)["suites"]
    (task,) = suite["tasks"]
    assert suite["suite"] == "tiny" and task["state"] == "changed"
    assert {"name": "training.epochs", "before": 30, "after": 400} in task["settings"]
    assert any(s["kind"] in ("verdict", "numbers") for s in task["sentences"])
    assert any(c["name"] == "runs.final_train_loss" for c in task["numbers"]["changes"])
    shown = homework("diff", "HEAD", "results", "--markdown").out
    assert shown.startswith("# What changed in the report\n") and "### simulate" in shown
    assert "training.epochs 30 → 400" in homework("diff", "HEAD", "results/tiny").out

    for arguments, words in (
        (("HEAD", "nowhere"), "nowhere: neither a folder nor a git revision"),
        (("tiny.toml", "HEAD"), "tiny.toml: is a file"),
        (("HEAD", "chapters"), "chapters: no records there"),
        (("empty", "HEAD"), "empty: this revision has no records in results/"),
        (("HEAD", "HEAD", "--json", "--markdown"), "choose one"),
        (("--", "--output=x", "HEAD"), "--output=x: neither"),
    ):
        refused = homework("diff", *arguments)
        assert refused.code == 2 and words in refused.err
        assert len(refused.err.splitlines()) == 1
