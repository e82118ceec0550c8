"""Which suite a Quarto profile shows."""

from pathlib import Path

import pytest

from report.book.clean import clean
from report.book.generate import generate
from report.book.sources import COPIES, GENERATED, TABLES, sources
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


@pytest.mark.parametrize("linked", [GENERATED, TABLES, COPIES], ids=str)
def test_generated_parts_are_not_written_through_a_link(tmp_path: Path, linked: Path) -> None:
    mine = tmp_path / "elsewhere" / "sharpness-loss.csv"
    for folder in (mine.parent, (tmp_path / linked).parent):
        folder.mkdir(parents=True, exist_ok=True)
    mine.write_text("mine")
    (tmp_path / linked).symlink_to(mine.parent)
    for write in (lambda: generate(sources(tmp_path, {})), lambda: clean(tmp_path)):
        with pytest.raises(UserError, match=f"{linked}: is a link"):
            write()
    assert mine.read_text() == "mine"
