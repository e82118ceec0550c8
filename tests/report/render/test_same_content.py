"""The site and the PDF, by either renderer, say the same: the committed report, whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.report.render.committed import render_committed
from tests.report.render.content import Content, of_paper, of_site
from tests.report.render.programs import needed

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
    # Figures and tables float past each other on paper, but never past their own kind.
    assert sorted(one.captions, key=_kind) == sorted(other.captions, key=_kind)
    assert one.cells == other.cells
    assert one.numbers == other.numbers


def _kind(caption: str) -> str:
    found = re.match(r"Figure|Table", caption)
    assert found, caption
    return found[0]


def test_site_and_pdf_of_the_built_in_renderer(said):
    site, paper = said
    assert len(site.headings) > 20
    assert len(site.captions) > 20
    assert sum(site.numbers.values()) > 1000
    agree(site, paper)


def test_both_of_quarto_and_all_four_alike(said, tmp_path):
    needed("quarto")
    site, paper = both(render_committed(tmp_path / "project", "quarto"))
    agree(site, paper)
    agree(site, said[1])


def test_no_page_is_large(committed):
    site = committed / "_site"
    for page in PAGES:
        text = (site / page).read_text(encoding="utf-8")
        # A drawing that is shown whole and enlarged in a part (#svgView) is loaded once.
        shown = {(site / page).parent / src for src in re.findall(r'src="([^"#]+\.svg)', text)}
        size = len(text.encode()) + sum(drawing.stat().st_size for drawing in shown)
        assert shown or page not in PAGES[1:4], page
        assert size < LARGEST, page


@pytest.mark.parametrize("chapter", CHAPTERS[:3])
def test_every_section_leads_to_its_record_and_modules(committed, chapter):
    page = committed / "_site" / "chapters" / f"{chapter}.html"
    opening, *sections = page.read_text(encoding="utf-8").split('<h2 id="sec-')
    assert sections and "<figcaption>" not in opening
    for section in sections:
        name = section.partition('"')[0]
        *_, figures, source = section.split('<span class="source">')
        assert "<figcaption>" in figures, name
        links = [
            part.partition('"')[0] for part in source.partition("</span>")[0].split('href="')[1:]
        ]
        module = name.replace("-", "_")
        assert [(page.parent / link).resolve() for link in links] == [
            (committed / "_site" / path).resolve()
            for path in (
                f"experiments/tasks/{module}.py",
                f"report/sections/{module}/figures.py",
                f"results/full/{name}.json",
            )
        ]
        assert all((page.parent / link).is_file() for link in links), name
