"""The site and the PDF, by either renderer, say the same: the committed report, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.render.quarto import find
from tests.report.render.committed import render_committed
from tests.report.render.content import Content, of_paper, of_site

CHAPTERS = ("deep-vs-shallow", "optimization", "generalization", "references")
APPENDICES = ("definitions", "reproducibility", "evidence", "answers")
PAGES = ("index.html", *(f"chapters/{name}.html" for name in CHAPTERS + APPENDICES))
LARGEST = 3_000_000  # bytes of a page with its figures


@pytest.fixture(scope="module")
def said(committed: Path) -> tuple[Content, Content]:
    """What the built-in renderer's site and PDF say."""
    return both(committed)


def both(folder: Path) -> tuple[Content, Content]:
    return of_site(folder / "_site", PAGES), of_paper(folder / "_site" / "report.pdf")


def agree(one: Content, other: Content) -> None:
    assert one.headings == other.headings
    assert one.captions == other.captions
    assert one.cells == other.cells
    assert one.numbers == other.numbers


def test_site_and_pdf_of_the_built_in_renderer(said):
    site, paper = said
    assert len(site.headings) > 20
    assert len(site.captions) > 20
    assert sum(site.numbers.values()) > 1000
    agree(site, paper)


def test_both_of_quarto_and_all_four_alike(said, tmp_path):
    program = find({})
    if program is None or not program.recent:
        pytest.skip("Quarto >= 1.9 is not on PATH")
    site, paper = both(render_committed(tmp_path / "project", "quarto"))
    agree(site, paper)
    agree(site, said[1])


def test_no_page_is_large_and_every_figure_leads_to_its_record_and_modules(committed):
    site = committed / "_site"
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
