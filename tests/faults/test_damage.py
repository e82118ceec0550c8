"""Damaged, foreign and mixed files; failing, diverging and impossible tasks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from experiments.engine import group as group_module
from experiments.tasks import simulate_function
from report.book.generate import generate
from report.book.sources import sources
from report.records import Results, read_record
from report.records.rows.simulate_function import Run
from tests.faults.compare import contents
from tests.project import RUN, Homework
from tests.report.records.build import filled

FIGURE = "figures/simulate-function-loss.svg"
RECORD = "simulate-function.json"


def aside(homework: Homework) -> list[str]:
    """Names of what was set aside."""
    return sorted(p.name for p in (homework.results / ".work" / "aside").glob("*"))


def made(homework: Homework) -> str:
    """The chapter of both tasks, as Markdown."""
    generate(sources(homework.folder, {"HOMEWORK_SUITE": "tiny"}))
    page = homework.folder / "chapters" / "_generated" / "deep-vs-shallow.qmd"
    return page.read_text(encoding="utf-8")


def flipped(content: bytes) -> bytes:
    """One bit in the middle is another."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[:-40],
    "emptied": lambda _: b"",
    "flipped": flipped,
    "edited": lambda content: content.replace(b"3", b"4", 1),
    "foreign": lambda _: b"<html>not yours</html>",
    "binary": lambda _: b"\xff\x00",
    "bare": lambda _: b"[]",
}


def harmed(path: Path, harm: str) -> None:
    path.write_bytes(HARMS[harm](path.read_bytes()))


def each(usual: str, *rest: str) -> pytest.MarkDecorator:
    """With this harm, and with the others in the long tests."""
    long = [pytest.param(harm, marks=pytest.mark.long) for harm in rest]
    return pytest.mark.parametrize("harm", [usual, *long])


@each("edited", "truncated")
def test_a_damaged_record(ran: Homework, straight: dict[str, Any], harm: str) -> None:
    harmed(ran.results / RECORD, harm)
    damaged = (ran.results / RECORD).read_bytes()
    shown = json.loads(ran("status", "--suite", "tiny.toml", "--json").out)
    assert [s["state"] for s in shown] == ["stale", "done"]
    again = ran(*RUN)
    assert again.code == 0
    assert "train-on-task: fresh" in again.err
    assert "the damaged record lies in" in again.err
    assert aside(ran) == [RECORD]
    assert (ran.results / ".work" / "aside" / RECORD).read_bytes() == damaged
    (ran.results / ".work" / "aside" / RECORD).unlink()
    assert contents(ran.results) == straight


@each("flipped", "emptied")
def test_a_damaged_figure(ran: Homework, straight: dict[str, Any], harm: str) -> None:
    harmed(ran.results / FIGURE, harm)
    again = ran(*RUN)
    assert again.code == 0
    assert again.err.count("fresh") == 2
    assert aside(ran) == ["simulate-function-loss.svg"]
    (ran.results / ".work" / "aside" / "simulate-function-loss.svg").unlink()
    assert contents(ran.results) == straight


@each("foreign", "truncated", "binary", "bare")
def test_damaged_lists(ran: Homework, straight: dict[str, Any], harm: str) -> None:
    for name in ("figures", "claims"):
        harmed(ran.results / name / "index.json", harm)
    again = ran(*RUN)
    assert again.code == 0, again.err
    assert again.err.count("fresh") == 2
    found = contents(ran.results)
    assert {k: v for k, v in found.items() if "/aside/" not in k} == straight


def test_damaged_checkpoints(ran: Homework, straight: dict[str, Any]) -> None:
    kept = sorted((ran.results / ".work" / "trained").glob("*.pt"))
    for path, harm in zip(kept, ("truncated", "flipped", "foreign", "emptied"), strict=True):
        harmed(path, harm)
    for name in (RECORD, "train-on-task.json"):  # --force would not look at the checkpoints
        (ran.results / name).unlink()
    again = ran(*RUN)
    assert again.code == 0
    assert aside(ran) == [path.name for path in kept]
    found = contents(ran.results)
    compared = {k: v for k, v in found.items() if "/aside/" not in k}
    assert {k: v for k, v in compared.items() if k.endswith(".json")} == {
        k: v for k, v in straight.items() if k.endswith(".json")
    }


def test_foreign_and_damaged_records_are_not_shown(ran: Homework) -> None:
    (ran.results / "gradient-norm.json").write_bytes((ran.results / RECORD).read_bytes())
    harmed(ran.results / RECORD, "edited")
    generate(sources(ran.folder, {"HOMEWORK_SUITE": "tiny"}))
    for chapter in ("optimization", "deep-vs-shallow"):
        page = ran.folder / "chapters" / "_generated" / f"{chapter}.qmd"
        assert "The record cannot be shown" in page.read_text(encoding="utf-8")


def test_a_failing_task_is_told_and_the_others_go_on(
    homework: Homework, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no such luck\nwith *details* <b>")

    monkeypatch.setattr(simulate_function, "run", fail)
    ended = homework(*RUN)
    assert ended.code == 1
    results = Results(homework.folder / "results", "tiny")
    record = read_record(results.record("simulate-function"))
    assert (record.status, record.metrics) == ("failed", {})
    assert record.reason == "ValueError: no such luck with *details* <b>"
    assert read_record(results.record("train-on-task")).status == "ok"
    assert "failed: simulate-function" in ended.err and "Traceback" not in ended.err
    page = made(homework)
    assert "This task failed" in page and r"\<b\>" in page
    shown = json.loads(homework("status", "--suite", "tiny.toml", "--json").out)
    assert [s["state"] for s in shown] == ["failed", "done"]
    monkeypatch.undo()
    monkeypatch.chdir(homework.folder)
    again = homework(*RUN)
    assert again.code == 0
    assert "train-on-task: fresh" in again.err


@pytest.mark.parametrize("value", [float("nan"), float("inf"), torch.tensor([1.0, 2.0])])
def test_what_is_no_json_fails_the_task(
    homework: Homework, monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    def measured(*_: object) -> None:
        filled(Run, {"final_train_loss": value})

    monkeypatch.setattr(simulate_function, "run", measured)
    assert homework(*RUN).code == 1
    record = read_record(homework.results / RECORD)
    assert record.status == "failed" and record.reason


def test_out_of_gpu_memory(homework: Homework, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = group_module.GroupTraining._batches

    def full(self: Any) -> Any:
        if self._training.loss == "mse":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB")
        return batches(self)

    monkeypatch.setattr(group_module.GroupTraining, "_batches", full)
    assert homework(*RUN).code == 1
    record = read_record(homework.results / RECORD)
    assert record.status == "failed" and record.reason is not None
    assert record.reason.startswith("OutOfMemoryError: CUDA out of memory")
    assert read_record(homework.results / "train-on-task.json").status == "ok"


def test_a_diverging_run(homework: Homework) -> None:
    homework.edit("learning_rate = 0.01, epochs", 'optimizer = "sgd", learning_rate = 1e6, epochs')
    ended = homework(*RUN)
    assert ended.code == 0, ended.err
    record = read_record(homework.results / RECORD)
    assert record.status == "diverged"
    rows = record.rows("runs")
    lost = [row for row in rows if row["diverged_at"] is not None]
    assert lost
    for row in lost:
        assert row["final_train_loss"] is None
        assert row["final_reason"] == f"diverged at epoch {row['diverged_at']}"
    assert "Nothing is compared: none of eight runs reached a finite loss." in made(homework)
    shown = json.loads(homework("status", "--suite", "tiny.toml", "--json").out)
    assert [s["state"] for s in shown] == ["diverged", "done"]
    assert "simulate-function: fresh" in homework(*RUN).err
    rendered = homework("render", "--suite", "tiny", "--renderer", "builtin")
    assert rendered.code == 0, rendered.err


def test_a_task_without_its_data_hinders_no_other(homework: Homework) -> None:
    homework.edit('"digits", train_size = 60', '"mnist", train_size = 60')
    (homework.folder / "nowhere").write_text("a file")
    ended = homework(*RUN, "--data-dir", "nowhere")
    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("homework: ")
    assert "nowhere" in ended.err.splitlines()[-1]
    assert read_record(homework.results / RECORD).status == "ok"
    assert not (homework.results / "train-on-task.json").exists()


def test_figures_that_cannot_be_drawn_are_a_failure(
    homework: Homework, monkeypatch: pytest.MonkeyPatch
) -> None:
    from report.book import drawing

    def broken(figure: Any) -> bytes:
        raise ZeroDivisionError("in the figure")

    monkeypatch.setattr(drawing, "svg", broken)
    ended = homework(*RUN)
    assert ended.code == 1
    assert "figures: ZeroDivisionError: in the figure" in ended.err
    assert (homework.results / "train-on-task.json").exists()
