"""Scalars for TensorBoard: written only when asked, what the record has, nothing in the way."""

import sys

import pytest

from report.records import read_record
from tests.project import Homework

RUN = ("run", "--suite", "tiny.toml", "--device", "cpu", "--only", "train-on-task")


@pytest.mark.filterwarnings("ignore")  # of TensorBoard's own libraries
def test_scalars_are_those_of_the_record(homework: Homework) -> None:
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    ended = homework(*RUN, "--workers", "1", "--log-dir", "seen")
    assert ended.code == 0, ended.err
    record = read_record(homework.results / "train-on-task.json")
    folders = sorted((homework.folder / "seen" / "tiny" / "train-on-task" / "digits").iterdir())
    assert len(folders) == len(record.rows("runs")) == 4
    for row in record.rows("runs"):
        name = f"{row['model']}_adam_0.01_batch_20_seed_{row['seed']}_"
        (folder,) = [f for f in folders if f.name.startswith(name)]
        seen = events.EventAccumulator(str(folder))
        seen.Reload()
        for tag, column in (
            ("loss/train", "train_loss"),
            ("loss/test", "test_loss"),
            ("accuracy/train", "train_accuracy"),
            ("accuracy/test", "test_accuracy"),
        ):
            scalars = seen.Scalars(tag)
            assert [s.step for s in scalars] == row["epoch"]
            assert [s.value for s in scalars] == pytest.approx(row[column], rel=1e-5)


def test_without_tensorboard(homework: Homework, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    ended = homework(*RUN, "--log-dir", "seen")
    assert ended.code == 2 and len(ended.err.splitlines()) == 1
    assert "TensorBoard is not installed" in ended.err and ".[tensorboard]" in ended.err
    assert not (homework.folder / "results").exists()
