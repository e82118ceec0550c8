"""Hostile text in every field: it appears literally in HTML and PDF, and nothing takes effect."""

import html
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from report.book.drawing import ensure_drawn
from report.book.gather import section_of
from report.book.generate import generate
from report.book.sources import sources
from report.records import Results
from tests.faults.literal import check, effects, project_with, rotated
from tests.hostile import CONTROL, HOSTILE, LONG
from tests.report.records.build import model
from tests.report.sections.simulate_function.test_claims import made


def test_effects_are_found_where_there_are_some() -> None:
    assert effects(HOSTILE[2]) == ["script", "img onerror", "comment"]
    assert not effects(f'<img src="x.svg" alt="{html.escape(HOSTILE[2])}">')


def test_every_string_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = rotated(0, HOSTILE)
    check(project_with(tmp_path / "project", texts), texts, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("shift", range(1, len(HOSTILE)))
def test_every_string_in_every_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    texts = rotated(shift, HOSTILE)
    check(project_with(tmp_path / "project", texts), texts, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("shift", range(len(CONTROL) + 1))
def test_control_characters_and_length_in_every_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    texts = rotated(shift, (*CONTROL, LONG))
    check(project_with(tmp_path / "project", texts), texts, monkeypatch)


def test_figures_show_names_as_they_are(tmp_path: Path) -> None:
    for text in (
        CONTROL[0],
        CONTROL[-1],
        "$x$",
        r"$\undefined{$",
        r"\$",
        "_hidden",
        "a $ b $ c",
        HOSTILE[-1],
    ):
        record = made({text: 0.001, "other": 0.1}, models=(model(text, 7, 571), model("other")))
        drawn = ensure_drawn(record, section_of(record).figures, Results(tmp_path, "full"))
        assert drawn == ("loss", "prediction")
        for path in tmp_path.rglob("*.svg"):
            ElementTree.parse(path)


def test_control_characters_leave_one_line(tmp_path: Path) -> None:
    texts: dict[str, Any] = rotated(0, (*CONTROL, LONG))
    folder = project_with(tmp_path / "project", texts)
    generate(sources(folder, {"HOMEWORK_SUITE": "full"}))
    for page in (folder / "chapters" / "_generated").glob("*.qmd"):
        content = page.read_text(encoding="utf-8")
        assert all(c.isprintable() or c in "\n\u00a0" for c in content), page.name
    shutil.rmtree(folder)
