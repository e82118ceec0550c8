"""The whole book: what the reader of the site and of the PDF finds."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pymupdf
import pytest

from report.render import RenderError, render

PAGES = (
    "index.html",
    *(
        f"chapters/{name}.html"
        for name in (
            *("deep-vs-shallow", "optimization", "generalization", "references"),
            *("definitions", "reproducibility", "evidence", "answers"),
        )
    ),
)


def words(page: str) -> str:
    """Visible text of a page's main part, one space between words."""
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert main
    text = re.sub(r"<math.*?</math>|<annotation.*?</annotation>", " ", main[0], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def pdf_text(path: Path) -> str:
    with pymupdf.open(path) as document:
        return " ".join(" ".join(page.get_text() for page in document).split())


def test_every_chapter_is_a_page(rendered):
    found = {
        str(p.relative_to(rendered.folder / "_site"))
        for p in rendered.folder.glob("_site/**/*.html")
    }
    assert found == set(PAGES)


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("index.html", "Deep Learning, Homework 1: a measured report"),
        ("chapters/deep-vs-shallow.html", "1\u00a0 Deep vs shallow"),
        ("chapters/generalization.html", "3\u00a0 Generalization"),
        ("chapters/references.html", "References"),
        ("chapters/definitions.html", "Appendix A — Methods and definitions"),
        ("chapters/answers.html", "Appendix D — Where each question is answered"),
    ],
)
def test_headings_say_what_quarto_says(rendered, page, heading):
    found = re.search(r"<h1[^>]*>(.*?)</h1>", rendered.page(page), re.DOTALL)
    assert html.unescape(re.sub("<[^>]+>", "", found[1])) == heading


def test_numbers_and_references_over_the_book(rendered):
    chapter = words(rendered.page("chapters/deep-vs-shallow.html"))
    assert "see Equation 1.1 , 1.1 , Section 1.1 and Figure 1.1 ; Figure 1.1 opens" in chapter
    assert "Table 1.1: Networks with the same number of parameters" in chapter
    assert "Figure 1.2: Training accuracy" in chapter
    assert "Table 1.2: Column widths" in chapter
    assert "1.1.1 A deeper heading" in chapter
    assert "Back to Figure 1.1 and Chapter 2 ." in chapter
    assert "(1.1)" in chapter
    appendix = words(rendered.page("chapters/definitions.html"))
    assert "Figure A.1: In an appendix" in appendix
    assert "See Figure A.1 and Chapter 1 ." in appendix
    assert "again: Section C.1" in words(rendered.page("chapters/answers.html"))
    index = words(rendered.page("index.html"))
    assert "See Chapter 1 , Figure 1.1 , Table 1.1 and Appendix A ." in index


def test_the_pdf_says_the_same(rendered):
    text = pdf_text(rendered.result.pdf)
    for sentence in (
        "see Equation 1.1, 1.1, Section 1.1 and Figure 1.1; Figure 1.1 opens",
        "Table 1.1: Networks with the same number of parameters",
        "Figure 1.2: Training accuracy",
        "1.1.1 A deeper heading",
        "Figure A.1: In an appendix",
        "Table C.1: A hundred claims",
        "See Figure A.1 and Chapter 1.",
        "Chapter 3 Generalization",
        "Appendix D Where each question is answered",
    ):
        assert sentence in text


def test_the_pdf_is_tagged_titled_and_universally_accessible(rendered):
    with pymupdf.open(rendered.result.pdf) as document:
        assert document.metadata["title"] == "Deep Learning, Homework 1: a measured report"
        assert "pdfuaid" in document.get_xml_metadata()
        catalog = document.xref_object(document.pdf_catalog())
        assert "/StructTreeRoot" in catalog
        assert "/Lang" in catalog
        titles = [title for level, title, _ in document.get_toc() if level == 1]
    assert titles[:3] == ["Summary", "1 Deep vs shallow", "2 Optimization"]


def test_a_figure_or_short_table_stays_on_one_page_and_a_long_one_breaks(rendered):
    with pymupdf.open(rendered.result.pdf) as document:
        pages = [" ".join(page.get_text().split()) for page in document]
    short = [text for text in pages if "Networks with the same" in text and "shallow 1 571" in text]
    assert len(short) == 1
    long = [text for text in pages if re.search(r"\bclaim \d+ \d", text)]
    assert len(long) > 1
    assert all("Claim n Value" in text for text in long), "the header repeats"


def test_conditional_content(rendered):
    site, paper = rendered.page("chapters/deep-vs-shallow.html"), pdf_text(rendered.result.pdf)
    assert "Only on screen." in site
    assert "Only on paper." not in site
    assert "Only on paper." in paper
    assert "Only on screen." not in paper


def test_every_link_leads_somewhere_in_the_site(rendered):
    site = rendered.folder / "_site"
    for name in PAGES:
        for address in re.findall(r'(?:href|src)="([^"]*)"', rendered.page(name)):
            if address.startswith(("data:", "mailto:", "https://example.org", "https://arxiv.org")):
                continue
            path, _, label = html.unescape(address).partition("#")
            target = (site / name).parent / path if path else site / name
            assert target.resolve().is_file(), f"{name}: {address}"
            if label:
                page = target.read_text(encoding="utf-8")
                assert re.search(rf'id="{re.escape(label)}"', page), f"{name}: {address}"


def test_nothing_comes_from_another_host(rendered):
    for path in (rendered.folder / "_site").glob("**/*.*"):
        if path.suffix in (".html", ".css", ".js"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"""(src|<link[^>]*href)=["'](https?:)?//""", text), path
            assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", text), path
            assert path.stat().st_size < 3_000_000


def test_search_index_is_a_script_that_knows_every_section(rendered):
    script = rendered.page("assets/search.js")
    entries = json.loads(script.removeprefix("window.searchIndex = ").rstrip().removesuffix(";"))
    titles = {(entry["page"], entry["title"]) for entry in entries}
    assert ("chapters/deep-vs-shallow.html", "1.2 Train on a task") in titles
    assert ("chapters/evidence.html", "C.1 Claims") in titles
    assert {entry["page"] for entry in entries} == set(PAGES)
    assert "<" not in script


def test_hostile_text_stays_text(rendered):
    hostile = (
        r"<script>alert(1)</script> #panic() \input{x} {{< include y >}} ${7*7} $x$ << y >> *a* `b`"
    )
    page = rendered.page("chapters/generalization.html")
    assert hostile in words(page.replace("&lt;", "&amp;lt;")).replace("&lt;", "<")
    assert "<script>alert" not in page
    assert " ".join(hostile.split()) in pdf_text(rendered.result.pdf)


def test_figures_and_tables_are_accessible(rendered):
    page = rendered.page("chapters/deep-vs-shallow.html")
    images = re.findall(r"<img [^>]*>", page.split("<dialog")[0])
    assert images
    assert all(re.search(r'alt="[^"]+', image) for image in images)
    assert page.count('<th scope="col"') + len(re.findall(r'<th [^>]*scope="col"', page)) >= 4
    assert not re.search(r"<th(?![^>]*scope)", page.replace("<thead", ""))


def test_claim_shows_its_evidence(rendered):
    page = rendered.page("chapters/deep-vs-shallow.html")
    link = re.search(r'<a href="evidence.html#evidence-deep-wins"[^>]*class="evidence"[^>]*>', page)
    assert link
    assert "loss of deep: 0.0007" in link[0]


def test_bibliography_has_what_is_cited_and_only_that(rendered):
    page = words(rendered.page("chapters/references.html"))
    assert "Zhang, Chiyuan" in page
    assert "Dinh, Laurent" in page
    assert "Novak" not in page


def test_one_file_is_made_on_demand_and_gone_with_the_next_render(project):
    result = render(project, "builtin", one_file=True)
    page = project / "_site" / "report.html"
    assert result.site == page
    text = page.read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!#|data:|https?:|mailto:)', text)
    assert text.count("data:image/svg+xml,") == 3
    assert words(text).count("The same heading again") == 1 and "Content-Security-Policy" in text
    assert render(project, "builtin").site.name == "index.html"
    assert not page.exists()


def test_quarto_makes_no_single_file(project):
    with pytest.raises(RenderError, match="leave out --renderer quarto"):
        render(project, "quarto", one_file=True)
