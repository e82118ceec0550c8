"""Smoke and full-size records never mix, in whatever order they are made."""

from pathlib import Path

import pytest

from report.errors import UserError
from report.records import Results, read_record
from report.records.folders import check_kind, results_of
from tests.project import RUN, Homework

ONLY = ("--only", "simulate-function")
SMOKE = (*RUN, "--smoke")


def kinds(folder: Path) -> dict[str, bool]:
    """Whether each record of a folder is a smoke record."""
    return {path.stem: read_record(path).smoke for path in sorted(folder.glob("*.json"))}


def test_smoke_first(homework: Homework) -> None:
    beside = homework.folder / "results" / "tiny-smoke"
    assert homework(*SMOKE).code == 0
    both = {"simulate-function": True, "train-on-task": True}
    assert kinds(homework.results) == both
    assert not beside.exists()
    full = homework(*RUN, *ONLY)
    assert full.code == 0, full.err
    assert "the smoke records were moved to results/tiny-smoke" in full.err
    assert kinds(homework.results) == {"simulate-function": False}
    assert kinds(beside) == both
    assert sorted(p.name for p in (beside / "figures").glob("*.svg")) == [
        "simulate-function-loss.svg",
        "simulate-function-prediction.svg",
        "train-on-task-accuracy.svg",
        "train-on-task-loss.svg",
    ]
    assert not (homework.results / "figures" / "train-on-task-loss.svg").exists()
    again = homework(*SMOKE)
    assert again.code == 0
    assert again.err.count("fresh") == 2
    assert kinds(homework.results) == {"simulate-function": False}


def test_full_size_first(ran: Homework) -> None:
    homework = ran
    before = (homework.results / "simulate-function.json").read_bytes()
    assert homework(*SMOKE, *ONLY).code == 0
    assert (homework.results / "simulate-function.json").read_bytes() == before
    assert kinds(homework.folder / "results" / "tiny-smoke") == {"simulate-function": True}
    assert "fresh" in homework(*RUN, *ONLY).err


def test_a_damaged_record_is_no_reason_to_mix(ran: Homework) -> None:
    homework = ran
    (homework.results / "simulate-function.json").write_text("damaged")
    assert homework(*SMOKE, *ONLY).code == 0
    assert (homework.results / "simulate-function.json").read_text() == "damaged"
    assert kinds(homework.folder / "results" / "tiny-smoke") == {"simulate-function": True}


def test_a_folder_that_changed_its_kind_in_between(ran: Homework, tmp_path: Path) -> None:
    assert results_of(tmp_path, "tiny", smoke=True) == Results(tmp_path, "tiny")
    with pytest.raises(UserError, match="holds full-size records, and smoke ones must not mix"):
        check_kind(Results(Path("results"), "tiny"), smoke=True)
    check_kind(Results(Path("results"), "tiny"), smoke=False)
