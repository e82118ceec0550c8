"""The book's frame: laid where there is none, never over what is there."""

from pathlib import Path

import pytest

from report import shipped
from report.errors import UserError
from report.render.project import read_book
from report.shipped import lay_frame, shared
from tests.project import ROOT


def test_an_empty_folder_becomes_a_project(tmp_path: Path) -> None:
    folder = tmp_path / "my report"
    laid = lay_frame(folder)
    assert laid[-1] == folder / "_quarto.yml"
    for place in laid:
        assert place.read_bytes() == (ROOT / place.relative_to(folder)).read_bytes()
    book = read_book(folder)
    assert [c.source.name for c in book.chapters] == [
        c.source.name for c in read_book(ROOT).chapters
    ]
    assert all((folder / script).is_file() for script in (*book.pre_render, *book.post_render))


def test_a_project_stays_as_it_is(tmp_path: Path) -> None:
    lay_frame(tmp_path)
    (tmp_path / "index.qmd").write_text("# Mine {.unnumbered}\n")
    assert lay_frame(tmp_path) == ()
    assert (tmp_path / "index.qmd").read_text() == "# Mine {.unnumbered}\n"


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "index.qmd").write_text("# Somebody's notes\n")
    with pytest.raises(UserError, match=r"index\.qmd: is in the way"):
        lay_frame(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.qmd"]


def test_an_interrupted_laying_is_taken_up(tmp_path: Path) -> None:
    for place in lay_frame(tmp_path)[2:]:
        place.unlink()
    assert len(lay_frame(tmp_path)) > 2
    read_book(tmp_path)


def test_installed_files_come_from_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shared("templates") == ROOT / "templates"
    inside = tmp_path / "_share"
    inside.mkdir()
    monkeypatch.setattr(shipped, "_INSTALLED", inside)
    assert shared("templates") == inside / "templates"
