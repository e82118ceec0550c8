"""Figures are drawn again where their record or their code has changed, and only there."""

import json
import shutil
from pathlib import Path

import pytest

from report import shipped
from report.book.drawing import all_drawn, ensure_drawn, read_index
from report.figures.style import canvas
from report.records import Record, Results, read_record
from report.records.record import digest
from report.sections.section import Figure
from report.words.markdown import Markdown
from tests.project import ROOT

FULL = Results(ROOT / "results", "full")


def figure(name: str) -> Figure:
    return Figure(name, Markdown("A frame."), "An empty frame with two axes.", lambda: canvas()[0])


@pytest.fixture
def record() -> Record:
    return read_record(FULL.record("sharpness"))


def test_other_code_draws_again(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, results = tmp_path / "report", Results(tmp_path / "results", "full")
    shutil.copytree(ROOT / "report", program, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(shipped, "_PACKAGE", program)
    figures = (figure("a"), figure("b"))

    def up_to_date() -> bool:
        return all_drawn(record.task, digest(record.content()), ["a", "b"], results)

    assert not up_to_date()
    assert ensure_drawn(record, figures, results) == ("a", "b")
    assert up_to_date() and ensure_drawn(record, figures, results) == ()
    for other in ("sections/train_on_task/figures.py", "render/html.py"):
        (program / other).write_text("# changed")
    assert up_to_date() and ensure_drawn(record, figures, results) == ()
    for own in ("sections/sharpness/figures.py", "figures/style.py", "sections/approaches.py"):
        (program / own).write_text("# changed")
        assert not up_to_date()
        assert ensure_drawn(record, figures, results) == ("a", "b")
    assert up_to_date() and not results.aside.exists()


def test_an_edited_figure_is_set_aside(record: Record, tmp_path: Path) -> None:
    results = Results(tmp_path, "full")
    ensure_drawn(record, (figure("a"),), results)
    drawn = results.figure(record.task, "a")
    drawn.write_text("<svg>mine</svg>")
    assert ensure_drawn(record, (figure("a"),), results) == ("a",)
    (kept,) = results.aside.iterdir()
    assert kept.read_text() == "<svg>mine</svg>" and b"mine" not in drawn.read_bytes()


@pytest.mark.parametrize("damaged", ["[]", "{", '{"sharpness-a.svg": 1}'])
def test_a_damaged_index_is_made_anew(record: Record, tmp_path: Path, damaged: str) -> None:
    results = Results(tmp_path, "full")
    results.figures.mkdir(parents=True)
    results.figure_index.write_text(damaged)
    assert read_index(results) == {}
    assert ensure_drawn(record, (figure("a"),), results) == ("a",)
    assert list(json.loads(results.figure_index.read_text())) == ["sharpness-a.svg"]


def test_the_committed_figures_are_drawn_by_this_code() -> None:
    """Otherwise a render of a clone changes files of the repository."""
    tasks = json.loads(FULL.claims.read_text(encoding="utf-8"))["tasks"]
    old = [
        task
        for task, kept in tasks.items()
        if not all_drawn(task, kept["record"], kept["figures"], FULL)
    ]
    assert tasks and not old, "run homework render --suite full, and commit results/full/figures"
