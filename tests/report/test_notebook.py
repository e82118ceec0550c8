"""Records in pandas and figures drawn again, each with one call."""

from pathlib import Path

import pytest

from report.book.drawing import svg
from report.book.gather import section_of
from report.errors import UserError
from report.notebook import figure, frame
from report.records import read_record
from tests.project import Homework


def test_a_record_in_pandas_and_its_figure(ran: Homework) -> None:
    path = ran.results / "train-on-task.json"
    record = read_record(path)

    runs = frame(path)
    assert len(runs) == 4 and set(runs["model"]) == {"small", "large"}
    assert list(runs["final_test_loss"]) == [r["final_test_loss"] for r in record.rows("runs")]
    curves = frame(str(path), explode=("epoch", "test_loss"))
    assert len(curves) == sum(len(r["epoch"]) for r in record.rows("runs"))
    assert curves.groupby(["model", "epoch"])["test_loss"].mean().notna().all()

    (first, *_) = section_of(record).figures
    drawn = figure(path, first.name)
    assert drawn.axes
    saved = ran.results / "figures" / f"train-on-task-{first.name}.svg"
    assert saved.read_bytes() == svg(first)

    with pytest.raises(UserError, match='no table "run"; it has runs'):
        frame(path, "run")
    with pytest.raises(UserError, match=f'no figure "x"; it has {first.name}'):
        figure(path, "x")


def test_no_record(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nothing\.json: no record here"):
        frame(tmp_path / "nothing.json")
