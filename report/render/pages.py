"""The pages of the site: navigation, contents, search, and the files they need beside them."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from report.render.crossref import SPACE, Heading, Numbered, Page
from report.render.pandoc import Blocks, plain_text, transform
from report.render.project import Book

ASSETS = Path(__file__).parent / "assets"
SECTION_WORDS = 1200  # of text that the search index keeps of one section


@dataclass(frozen=True)
class Entry:
    """One line of the navigation: `label` is "2.1" or ""."""

    address: str
    label: str
    title: str
    level: int
    children: tuple[Entry, ...] = ()
    current: bool = False


def write(project: Book, book: Numbered, bodies: list[str], output: Path) -> None:
    """Writes every page, the style, the script and the search index into `output`."""
    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    template = environment.get_template("page.html")
    (output / "assets").mkdir(parents=True, exist_ok=True)
    for name in ("site.css", "site.js", "theme.js"):
        shutil.copyfile(ASSETS / name, output / "assets" / name)
    for style in project.styles:
        shutil.copyfile(style, output / "assets" / style.name)
    (output / "assets" / "search.js").write_text(search_index(project, book), encoding="utf-8")
    endings = [Markup(path.read_text(encoding="utf-8")) for path in project.endings]
    for position, (page, body) in enumerate(zip(book.pages, bodies, strict=True)):
        here = page.chapter.page
        root = posixpath.relpath(".", posixpath.dirname(here) or ".")
        around = [_entry(project, other, here) for other in book.pages]
        first_appendix = next(
            (i for i, other in enumerate(book.pages) if other.chapter.appendix), len(book.pages)
        )
        text = template.render(
            book=project,
            root=root,
            title=_title(project, page),
            heading=_heading(project, page),
            identifier=page.identifier,
            is_index=position == 0,
            body=Markup(body),
            endings=endings,
            chapters=around[:first_appendix],
            appendices=around[first_appendix:],
            contents=_contents(page),
            previous=around[position - 1] if position else None,
            following=around[position + 1] if position + 1 < len(around) else None,
        )
        path = output / here
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _title(project: Book, page: Page) -> str:
    if page.chapter.page == "index.html":
        return project.title
    return f"{_name(page)} – {project.title}"


def _name(page: Page) -> str:
    """The chapter as Quarto's headings say it: "2  Title", "Appendix A — Title"."""
    title = plain_text(page.title)
    if page.chapter.appendix and page.chapter.label:
        return f"Appendix {page.chapter.label} — {title}"
    return f"{page.chapter.label}{SPACE} {title}" if page.chapter.label else title


def _heading(project: Book, page: Page) -> Markup:
    if page.chapter.page == "index.html":  # broken at its colon, if at all
        first, _, rest = project.title.partition(": ")
        if not rest:
            return escape(project.title)
        return Markup("<span>{}:</span> <span>{}</span>").format(first, rest)
    if page.chapter.appendix or not page.chapter.label:
        return escape(_name(page))
    return Markup('<span class="chapter-number">{}</span>{} {}').format(
        page.chapter.label, SPACE, plain_text(page.title)
    )


def _entry(project: Book, page: Page, here: str) -> Entry:
    """The chapter in the sidebar of the page `here`, with its numbered sections."""
    address = posixpath.relpath(page.chapter.page, posixpath.dirname(here) or ".")
    sections = tuple(
        Entry(f"{address}#{item.identifier}", item.number, plain_text(item.title), 2)
        for item in page.headings
        if item.level == 2 and item.listed
    )
    current = page.chapter.page == here
    return Entry(address, page.chapter.label, plain_text(page.title), 1, sections, current)


def _contents(page: Page) -> list[Entry]:
    return [
        Entry(f"#{item.identifier}", item.number, plain_text(item.title), item.level)
        for item in page.headings
        if item.level in (2, 3) and item.listed
    ]


def search_index(project: Book, book: Numbered) -> str:
    """A script that holds the words of every section; a page opened from disk cannot fetch."""
    entries = []
    for page in book.pages:
        chapter = _name(page)
        for heading, words in _sections(page):
            entries.append(
                {
                    "page": page.chapter.page,
                    "id": heading.identifier if heading else "",
                    "chapter": chapter,
                    "title": _section_name(heading) if heading else chapter,
                    "text": words,
                }
            )
    text = json.dumps(entries, ensure_ascii=False).replace("<", "\\u003c")
    return f"window.searchIndex = {text};\n"


def _section_name(heading: Heading) -> str:
    return f"{heading.number} {plain_text(heading.title)}".strip()


def _sections(page: Page) -> list[tuple[Heading | None, str]]:
    """The words of the page by section, without formulas, cut to a bound."""
    result: list[tuple[Heading | None, Blocks]] = [(None, [])]
    waiting = {item.identifier: item for item in page.headings}
    for block in transform(page.blocks, lambda node: [] if node["t"] == "Math" else None):
        if block["t"] == "Header" and block["c"][1][0] in waiting:
            result.append((waiting[block["c"][1][0]], []))
        else:
            result[-1][1].append(block)
    return [
        (heading, " ".join(re.split(r"\s+", plain_text(blocks).strip())[:SECTION_WORDS]))
        for heading, blocks in result
        if heading or blocks
    ]
