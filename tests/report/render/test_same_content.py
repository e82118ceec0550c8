"""The site and the PDF, by either renderer, say the same: the committed report, whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from report.render import render
from report.render.quarto import find
from tests.project import ROOT, make_project
from tests.report.render.content import Content, of_paper, of_site

CHAPTERS = ("deep-vs-shallow", "optimization", "generalization", "references")
APPENDICES = ("definitions", "reproducibility", "evidence", "answers")
PAGES = ("index.html", *(f"chapters/{name}.html" for name in CHAPTERS + APPENDICES))
LARGEST = 3_000_000  # bytes of a page with its figures


def rendered(folder: Path, renderer: str) -> tuple[Content, Content]:
    """The committed report as site and as PDF."""
    make_project(folder)
    (folder / "report").unlink()  # a copy, so that its modules are files of the project
    for name in ("report", "experiments/tasks", "results/full"):
        ignored = shutil.ignore_patterns(".work", "__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    result = render(folder, renderer, {"HOMEWORK_SUITE": "full"})
    return of_site(folder / "_site", PAGES), of_paper(result.pdf)


@pytest.fixture(scope="module")
def builtin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Content, Content]:
    folder = tmp_path_factory.mktemp("builtin") / "project"
    return (folder, *rendered(folder, "builtin"))


def agree(one: Content, other: Content) -> None:
    assert one.headings == other.headings
    assert one.captions == other.captions
    assert one.cells == other.cells
    assert one.numbers == other.numbers


def test_site_and_pdf_of_the_built_in_renderer(builtin):
    _, site, paper = builtin
    assert len(site.headings) > 20
    assert len(site.captions) > 20
    assert sum(site.numbers.values()) > 1000
    agree(site, paper)


def test_both_of_quarto_and_all_four_alike(builtin, tmp_path):
    program = find({})
    if program is None or not program.recent:
        pytest.skip("Quarto >= 1.9 is not on PATH")
    site, paper = rendered(tmp_path / "project", "quarto")
    agree(site, paper)
    agree(site, builtin[1])


def test_no_page_is_large_and_every_figure_leads_to_its_record_and_modules(builtin):
    site = builtin[0] / "_site"
    figures = 0
    for page in PAGES:
        text = (site / page).read_text(encoding="utf-8")
        shown = {(site / page).parent / src for src in text.split('src="') if ".svg" in src[:200]}
        size = len(text.encode()) + sum(
            Path(str(s).partition('"')[0]).stat().st_size for s in shown
        )
        assert size < LARGEST, page
        for caption in text.split("<figcaption>")[1:]:
            words = caption.partition("</figcaption>")[0]
            if '<span class="source">' not in words:
                assert ">Table" in words
                continue
            links = [part.partition('"')[0] for part in words.split('href="')[1:]]
            files = [((site / page).parent / link).resolve() for link in links[-3:]]
            assert all(file.is_file() for file in files)
            assert [file.suffix for file in files] == [".py", ".py", ".json"]
            figures += 1
    assert figures > 10
