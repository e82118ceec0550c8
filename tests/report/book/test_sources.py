"""Which suite a Quarto profile shows."""

from pathlib import Path

import pytest

from report.book.generate import generate
from report.book.sources import GENERATED, sources
from report.errors import UserError


@pytest.mark.parametrize(
    ("variables", "suite"),
    [
        ({}, "full"),
        ({"QUARTO_PROFILE": "typst"}, "full"),
        ({"QUARTO_PROFILE": "latex"}, "full"),
        ({"QUARTO_PROFILE": "quick,typst"}, "quick"),
        ({"QUARTO_PROFILE": "latex, quick"}, "quick"),
        ({"QUARTO_PROFILE": "quick", "HOMEWORK_SUITE": "reference-a"}, "reference-a"),
        ({"QUARTO_PROFILE": "draft,typst"}, "full"),
        ({"QUARTO_PROFILE": "draft,mine,typst"}, "mine"),
    ],
)
def test_a_profile_may_name_the_suite(tmp_path, variables, suite):
    for name in ("mine", "typst"):
        (tmp_path / "results" / name).mkdir(parents=True)
    assert sources(tmp_path, variables).results.name == suite


def test_the_profile_of_a_suite_that_was_not_run_shows_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "full").mkdir(parents=True)
    with pytest.raises(UserError, match=r'quick: no record here; .* "homework run --suite quick"'):
        generate(sources(tmp_path, {"QUARTO_PROFILE": "quick"}))


def test_generated_parts_are_not_written_through_a_link(tmp_path: Path) -> None:
    mine, generated = tmp_path / "elsewhere" / "index.qmd", tmp_path / GENERATED
    for folder in (mine.parent, generated.parent):
        folder.mkdir()
    mine.write_text("mine")
    generated.symlink_to(mine.parent)
    with pytest.raises(UserError, match="_generated: is a link"):
        generate(sources(tmp_path, {}))
    assert mine.read_text() == "mine"
