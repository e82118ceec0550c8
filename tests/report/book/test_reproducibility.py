"""The appendix says what every task cost, what was found done, and what a second run moves."""

import json
from pathlib import Path
from typing import Any

import pytest

from report.book.reproducibility import cost_table, repeated_table
from report.diff.repeated import keep_repeated
from report.errors import UserError
from report.records import Provenance, Record, Results, write_record
from tests.project import Homework
from tests.report.records.build import PROVENANCE, record


def measured(losses: tuple[float, ...], accuracy: float = 0.9, **fields: Any) -> Record:
    rows = [
        {"model": "small", "dataset": "digits", "seed": seed, "epoch": [0, 1]}
        | {"train_loss": [2.0, loss], "final_train_loss": loss}
        | {"final_train_accuracy": accuracy}
        for seed, loss in enumerate(losses)
    ]
    return record("train-on-task", metrics={"runs": rows}, **fields)


def test_a_second_run_says_what_it_moved(tmp_path: Path, homework: Homework) -> None:
    first, second = Results(tmp_path, "mine"), Results(tmp_path / "again", "mine")
    before = measured((0.4, 0.6))
    write_record(first.record("train-on-task"), before)
    elsewhere = Provenance(**{**PROVENANCE, "device": "another CPU"})
    after = measured((0.4, 0.61), 0.902, provenance=elsewhere)
    write_record(second.record("train-on-task"), after)
    assert repeated_table(first, [before]) is None
    done = homework("diff", str(first.folder), str(second.folder), "--keep")
    assert done.code == 0 and "kept" in done.out
    kept = json.loads(first.repeated.read_text())["tasks"]["train-on-task"]
    assert kept["loss"] == pytest.approx(0.01)  # of the mean over seeds, 0.5
    assert kept["accuracy"] == pytest.approx(0.002)
    assert 0 < kept["changed"] < kept["compared"]
    table = repeated_table(first, [before])
    assert table is not None
    assert "another CPU (another kind)" in table and "1.0" in table and "0.20" in table
    assert repeated_table(first, [measured((0.4, 0.6), key="other")]) is None


def test_a_second_run_that_moves_nothing(tmp_path: Path) -> None:
    first, second = Results(tmp_path, "mine"), Results(tmp_path / "again", "mine")
    for results in (first, second):
        write_record(results.record("train-on-task"), measured((0.4, 0.6)))
    assert keep_repeated(first, second) == ("train-on-task",)
    said = repeated_table(first, [measured((0.4, 0.6))])
    assert said is not None and said.startswith("A second run of train\\-on\\-task, on ")
    assert "moved none of" in said
    kept = json.loads(first.repeated.read_text())["tasks"]["train-on-task"]
    assert (kept["changed"], kept["loss"], kept["accuracy"]) == (0, 0, 0)
    assert kept["compared"] and kept["same_device"]


def test_other_code_is_no_repetition(tmp_path: Path) -> None:
    first, second = Results(tmp_path, "mine"), Results(tmp_path / "again", "mine")
    write_record(first.record("train-on-task"), measured((0.4,)))
    with pytest.raises(UserError, match="holds no task"):
        keep_repeated(first, second)
    write_record(second.record("train-on-task"), measured((0.4,), key="other"))
    with pytest.raises(UserError, match="other code, settings or data"):
        keep_repeated(first, second)
    assert not first.repeated.exists()


def test_cost_counts_what_was_taken_up_apart() -> None:
    own = Provenance(**{**PROVENANCE, "wall_seconds": 30.0})
    shared = Provenance(
        **{**PROVENANCE, "wall_seconds": 20.0, "taken_up": 4, "taken_up_seconds": 30.0}
    )
    table = cost_table(
        [
            record("simulate-function", provenance=own),
            record("train-on-task", provenance=shared),
        ]
    )
    rows = [
        [cell.strip().replace("\u00a0", " ") for cell in line.split("|")[1:-1]]
        for line in table.splitlines()
    ]
    first, second, total = (
        next(row for row in rows if row and row[0].startswith(name))
        for name in ("simulate", "train", "**all**")
    )
    assert first[4:] == ["30 s", "0.0 s", "0"]
    assert second[4:] == ["20 s", "30 s", "4"]
    assert total[4:] == ["50 s", "30 s", "4"]
