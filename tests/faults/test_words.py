"""Odd and hostile comments, hundreds in one report: words stay words, nothing is read or run."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from report.book.author import author_words
from report.render import Renderer, render
from report.tasks import TASKS
from tests.faults.literal import effects, nothing_fetched, printed, project_with, rotated, visible
from tests.faults.words import CIRCLES, NUMBER, SECRET, Case, cases
from tests.hostile import CANARY, HOSTILE
from tests.report.render.programs import needed

ALL = tuple(cases())


def comments(chosen: tuple[Case, ...]) -> Iterator[tuple[str, str]]:
    """Comments of all tasks, among which the cases are divided, each between words of its own."""
    for place, task in enumerate(TASKS):
        parts = [
            f"begin{number}x\n\n{case.typed}\n\nx{number}end"
            for number, case in enumerate(chosen)
            if number % len(TASKS) == place
        ]
        yield task.name, "\n\n".join(parts) + "\n"


def project(folder: Path) -> Path:
    project_with(folder, rotated(0, HOSTILE))
    for name, text in comments(ALL):
        (folder / "comments" / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "secret.txt").write_text(SECRET)
    return folder


def bare(text: str) -> str:
    """What is compared: no spaces, hyphens, alternative quotation marks, or letters of formulas."""
    plain = unicodedata.normalize("NFKC", text)
    for mark, straight in (("“”", '"'), ("‘’", "'"), ("–—\u2010\u00ad-", "")):
        plain = re.sub(f"[{mark}]", straight, plain)
    return "".join(plain.split()).replace("…", "...")


def check(
    folder: Path, renderer: Renderer, monkeypatch: pytest.MonkeyPatch, maker: str = "typst"
) -> None:
    profile = {"QUARTO_PROFILE": "latex"} if maker == "latex" else {}
    with nothing_fetched(monkeypatch):
        render(folder, renderer, {"HOMEWORK_SUITE": "full", **profile})
    pages = {p.name: p.read_text(encoding="utf-8") for p in (folder / "_site").rglob("*.html")}
    for where, whole in (
        ("page", bare(" ".join(visible(page) for page in pages.values()))),
        ("paper", bare(printed(folder / "_site", maker))),
    ):
        # What is lost becomes "?" by written.lua; in LaTeX's boxes, letters mark footnotes.
        lost, mark = ("?", "[a-z]") if (where, maker) == ("paper", "latex") else ("\ufffd", r"\d+")
        text = re.sub(rf"(?:{mark})?noted\d+z", "", whole)  # footnotes, at the end of any page
        shown = [re.escape(bare(case.seen).replace("\ufffd", lost)) for case in ALL]
        shown = [pattern.replace(NUMBER, mark) for pattern in shown]
        wrong = [
            f"{case}: {found[1] if (found := re.search(f'begin{n}x(.*?)x{n}end', text)) else None}"
            for n, case in enumerate(ALL)
            if not re.search(rf"begin{n}x(•|3\.)?{shown[n]}x{n}end", text)
        ]
        assert not wrong, f"{where}: {len(wrong)} of {len(ALL)}\n" + "\n".join(wrong[:40])
        assert SECRET not in text
    for page in pages.values():
        assert not effects(page)
        # Quarto's own style sheets, one for light and one for dark, share their names.
        named = re.findall(r'\sid="([^"]+)"', re.sub(r"<link\b[^>]*>", "", page))
        assert len(named) == len({*named})
        assert "javascript:alert" not in page
    assert not Path(CANARY).exists()


def test_the_corpus_is_large() -> None:
    assert len({case.typed for case in ALL}) == len(ALL) > 400


def test_hundreds_of_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    check(project(tmp_path / "project"), "builtin", monkeypatch)
    assert "comments/" not in capfd.readouterr().err


@pytest.mark.long
@pytest.mark.parametrize("maker", ["typst", "latex"])
def test_hundreds_of_comments_by_quarto(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, maker: str
) -> None:
    needed("quarto", *(("lualatex", "rsvg-convert") if maker == "latex" else ()))
    check(project(tmp_path / "project"), "quarto", monkeypatch, maker)


def test_circles_are_words(tmp_path: Path) -> None:
    for number, text in enumerate(CIRCLES):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "sharpness.md").write_text(text)
        found = author_words(folder, ["sharpness"], {})["sharpness"]
        assert not found.fault
        assert "\\[\\^x\\]" in found.block
