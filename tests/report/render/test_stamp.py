"""A report that is up to date is not rendered again; one that is not, is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from report.errors import UserError
from report.records import kept
from report.render import render, stamp
from tests.project import RUN, Homework
from tests.report.render.programs import RECENT, fake_quarto

# The program copies a figure into the site, as renderers do, and writes what the chapters take in.
MAKE = """echo site > "$4/index.html"; echo paper > "$4/report.pdf"
mkdir -p "$4/results/full/figures" chapters/_generated
cp results/full/figures/loss.svg "$4/results/full/figures"
echo text > chapters/_generated/index.qmd
"""


class Report:
    """The sample book under a program that renders it in no time."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.environment = fake_quarto(programs, RECENT + MAKE)

    def made(self, **variables: str) -> bool:
        """Render; whether anything was rendered."""
        records = sorted((self.folder / "results" / "full").glob("*.json"))
        result = render(self.folder, "auto", {**self.environment, **variables}, records)
        assert result.line.startswith("The report is up to date: ") == result.fresh
        assert (result.site.read_text(), result.pdf.read_text()) == ("site\n", "paper\n")
        return not result.fresh


@pytest.fixture
def report(project: Path, tmp_path: Path) -> Report:
    made = Report(project, tmp_path / "bin")
    for name in ("comments/sharpness.md", "homework.toml", "experiments/tasks/sharpness.py"):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert made.made()
    assert not made.made()
    return made


@pytest.mark.parametrize(
    "name",
    [
        "_quarto.yml",
        "_quarto-typst.yml",
        "index.qmd",
        "references.bib",
        "chapters/optimization.qmd",
        "templates/styles/light.scss",
        "templates/styles/blocks.lua",
        "report/prerender.py",
        "report/postrender.py",
        "homework.toml",
        "comments/sharpness.md",
        "experiments/tasks/sharpness.py",
        "results/full/simulate.json",
    ],
)
def test_a_changed_source_renders_again(report: Report, name: str) -> None:
    path = report.folder / name
    path.write_text(path.read_text() + "\n")
    assert report.made()
    assert not report.made()


def test_a_source_more_or_less_renders_again(report: Report) -> None:
    record = report.folder / "results" / "full" / "other.json"
    record.write_text("{}\n")
    assert report.made()
    record.unlink()
    assert report.made()
    assert not report.made()


def test_a_file_that_only_the_configuration_names_renders_again(report: Report) -> None:
    path = report.folder / "_quarto.yml"
    path.write_text(path.read_text().replace("- index.qmd", "- index.qmd\n    - words/mine.qmd"))
    mine = report.folder / "words" / "mine.qmd"
    mine.parent.mkdir()
    for text in ("# Mine\n", "# Mine\n\nMore.\n"):
        mine.write_text(text)
        assert report.made()
        assert not report.made()


@pytest.mark.parametrize(
    "name",
    [
        "_site/index.html",
        "_site/report.pdf",
        "_site/results/full/figures/loss.svg",
        "_site/.rendered",
        "results/full/figures/loss.svg",
        "chapters/_generated/index.qmd",
    ],
)
def test_what_was_changed_or_deleted_is_made_again(report: Report, name: str) -> None:
    path = report.folder / name
    path.write_text("edited")
    assert report.made()
    assert not report.made()
    if not name.startswith("results/"):
        path.unlink()
        assert report.made()
        assert not report.made()


def test_a_deleted_site_and_a_foreign_file_in_it(report: Report) -> None:
    shutil.rmtree(report.folder / "_site")
    assert report.made()
    foreign = report.folder / "_site" / "more.html"
    foreign.write_text("foreign")
    with pytest.raises(UserError, match=r"files that no render made \(more\.html\)"):
        report.made()
    assert foreign.read_text() == "foreign"
    foreign.unlink()
    assert not report.made()


@pytest.mark.parametrize("content", [b"", b"\xff\0", b"{}"])
def test_a_broken_stamp_renders_again(report: Report, content: bytes) -> None:
    (report.folder / "_site" / stamp.STAMP).write_bytes(content)
    assert report.made()
    assert not report.made()


def test_another_suite_profile_or_renderer_renders_again(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = {"HOMEWORK_SUITE": "é\udcff"}  # no text in any locale
    for variables in ({"HOMEWORK_SUITE": "quick"}, {"QUARTO_PROFILE": "quick"}, strange, {}):
        assert report.made(**variables)
        assert not report.made(**variables)
    report.environment = fake_quarto(tmp_path / "newer", RECENT.replace("1.9.20", "1.9.21") + MAKE)
    assert report.made()
    assert not report.made()
    monkeypatch.setattr(kept, "installed", lambda: ("typst 99",))
    assert report.made()


def test_another_program_renders_again(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "PROGRAM", tmp_path / "program")
    for name in ("report/sections/a.py", "report/render/assets/page.html", "templates/tasks/a.qmd"):
        path = tmp_path / "program" / name
        path.parent.mkdir(parents=True)
        for text in ("one", "two"):
            path.write_text(text)
            assert report.made()
            assert not report.made()


def test_a_failed_render_is_not_taken_for_a_report(report: Report) -> None:
    works = (report.folder / "references.bib").read_text()
    (report.folder / "references.bib").write_text("")
    before = (report.folder / "_site" / stamp.STAMP).read_bytes()
    script = Path(report.environment["PATH"].split(":")[0]) / "quarto"
    text = script.read_text()
    script.write_text(f"#!/bin/sh\n{RECENT}exit 1\n")
    with pytest.raises(Exception, match="failed with status 1"):
        report.made()
    assert (report.folder / "_site" / stamp.STAMP).read_bytes() == before
    script.write_text(text)
    assert report.made()
    (report.folder / "references.bib").write_text(works)
    assert report.made()


def test_the_command_says_that_nothing_is_to_do(
    ran: Homework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = 'echo site > "$4/index.html"; echo paper > "$4/report.pdf"\n'
    monkeypatch.setenv("PATH", fake_quarto(tmp_path / "bin", RECENT + script)["PATH"])
    assert ran("render", "--suite", "tiny").out.startswith("Rendered by quarto")
    page = ran.folder / "_site" / "index.html"
    before = page.stat().st_mtime_ns
    for command in (("render", "--suite", "tiny"), ("report", *RUN[1:])):
        ended = ran(*command)
        assert ended.code == 0
        assert ended.out == f"The report is up to date: {page}, {page.with_name('report.pdf')}\n"
    assert page.stat().st_mtime_ns == before
    kept = ran.folder / "results" / "tiny" / "claims" / "repeated.json"
    kept.write_text('{"schema": 1, "tasks": {}}')  # of a second run
    assert ran("render", "--suite", "tiny").out.startswith("Rendered by quarto")
    assert ran(*RUN, "--only", "train-on-task", "--force").code == 0
    assert ran("render", "--suite", "tiny").out.startswith("Rendered by quarto")
