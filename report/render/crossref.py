"""Numbers chapters, sections, figures, tables and equations, and resolves references to them.

Wording and numbers are those of a Quarto book (https://quarto.org/docs/books/book-crossrefs.html):
"Figure 2.1" within chapter 2, "Table A.1" within appendix A, "Chapter 2", "Section 2.1",
"Appendix A". Unnumbered chapters number their floats 1, 2, … without a prefix.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from report.render.pandoc import (
    Blocks,
    Inlines,
    Node,
    attribute,
    nodes,
    plain,
    plain_text,
    span,
    text,
    transform,
)
from report.render.project import Chapter
from report.render.source import Document

NAMES = {"fig": "Figure", "tbl": "Table", "eq": "Equation", "sec": "Section"}
LABEL = re.compile(r"(fig|tbl|eq|sec|lst|thm|lem|cor|prp|cnj|def|exm|exr)-")
EQUATION = re.compile(r"\{#(eq-[^\s{}]+)\}")
SPACE = "\u00a0"


@dataclass(frozen=True)
class Target:
    """What a label points to: the page, and "Figure", "2.1" for the words of a reference."""

    page: str
    identifier: str
    name: str = ""
    number: str = ""


@dataclass(frozen=True)
class Heading:
    level: int
    number: str
    title: Inlines
    identifier: str
    listed: bool = True


@dataclass
class Page:
    """A numbered chapter. `blocks` is the body without the chapter heading."""

    chapter: Chapter
    document: Document
    title: Inlines
    identifier: str
    blocks: Blocks
    headings: list[Heading] = field(default_factory=list)


@dataclass
class Numbered:
    """The whole book with numbers: pages in order and targets by label."""

    pages: list[Page]
    targets: dict[str, Target]


def number(documents: Sequence[Document], form: str) -> Numbered:
    """Numbers everything that the format `form` ("html" or "typst") shows."""
    book = Numbered([], {})
    for document in documents:
        blocks = visible(document.blocks, form)
        if not blocks or blocks[0]["t"] != "Header" or blocks[0]["c"][0] != 1:
            document.fail("# ", "a chapter begins with its heading, # Title {#sec-…}")
        _, (identifier, _, _), title = blocks[0]["c"]
        page = Page(document.chapter, document, title, identifier, blocks[1:])
        book.pages.append(page)
        _number_page(page, book.targets)
    return book


def visible(blocks: Blocks, form: str) -> Blocks:
    """A copy of `blocks` without conditional content of other formats, its div opened.

    Every callout opens with a paragraph of its title.
    """

    def keep(node: Node) -> Node | list[Node] | None:
        if node["t"] != "Div":
            return None
        _, classes, pairs = node["c"][0]
        if not {"content-visible", "content-hidden"} & set(classes):
            return _titled(node)
        shown = all(
            (value == form) == (key == "when-format")
            for key, value in pairs
            if key in ("when-format", "unless-format")
        )
        inner: list[Node] = node["c"][1]
        return inner if shown == ("content-visible" in classes) else []

    result: Blocks = transform(blocks, keep)
    return result


def _titled(div: Node) -> Node | None:
    """A callout with a paragraph of its title; None for another div.

    The title is ``title=``, else the heading that opens the callout (no section of the chapter),
    else the kind of callout.
    """
    (identifier, classes, pairs), body = div["c"]
    kind = next((name for name in classes if name.startswith("callout-")), None)
    if kind is None:
        return None
    words = text(dict(pairs).get("title", kind.removeprefix("callout-").capitalize()))
    if body and body[0]["t"] == "Header":
        words, body = body[0]["c"][2], body[1:]
    return {"t": "Div", "c": [[identifier, classes, pairs], [plain(words), *body]]}


def _number_page(page: Page, targets: dict[str, Target]) -> None:
    """Sets equation, figure, table and section numbers of one page; children keep their order."""
    chapter = page.chapter
    counts = dict.fromkeys(NAMES, 0)
    section: list[int] = []
    above = 1

    def add(identifier: str, name: str = "", number: str = "") -> None:
        if identifier in targets and LABEL.match(identifier):
            page.document.fail(identifier, f"the label {identifier} is given twice in the book")
        targets.setdefault(identifier, Target(chapter.page, identifier, name, number))

    def floats(kind: str, identifier: str) -> str:
        counts[kind] += 1
        label = f"{chapter.label}.{counts[kind]}" if chapter.label else str(counts[kind])
        add(identifier, NAMES[kind], label)
        return label

    add(page.identifier, "Appendix" if chapter.appendix else "Chapter", chapter.label)
    _mark_equations(page)
    for node in nodes(page.blocks):
        identifier, classes, pairs = attribute(node)
        kind = identifier.split("-")[0]
        if node["t"] == "Header":
            level, (_, _, _), title = node["c"]
            words = plain_text(title)
            if not words.strip():
                page.document.fail("#" * level, "a heading without words")
            if level == 1:
                page.document.fail(f"# {words}", "a chapter has one heading # …; sections have ##")
            if level > above + 1:
                what = f"a heading of level {level} follows one of level {above}; skip none"
                page.document.fail(f"{'#' * level} {words}", what)
            above = level
            label = ""
            if chapter.label and "unnumbered" not in classes:
                section = (section + [0] * level)[: level - 1]
                section[-1] += 1
                label = ".".join([chapter.label, *map(str, section)])
                node["c"][1][2] = [*pairs, ["number", label]]
            elif "unnumbered" not in classes:
                node["c"][1][1] = [*classes, "unnumbered"]
            add(identifier, "Section" if label else "", label)
            listed = "unlisted" not in classes
            page.headings.append(Heading(level, label, title, identifier, listed))
        elif (node["t"], kind) in (("Figure", "fig"), ("Table", "tbl"), ("Span", "eq")):
            label = floats(kind, identifier)
            node["c"][0][2] = [*pairs, ["number", label]]
        elif identifier:
            add(identifier)


def _mark_equations(page: Page) -> None:
    """Turns ``$$…$$ {#eq-x}`` into a span #eq-x around the math."""

    def mark(node: Node) -> Node | None:
        if node["t"] not in ("Para", "Plain"):
            return None
        words = [item for item in node["c"] if item["t"] not in ("Space", "SoftBreak")]
        labels = [EQUATION.fullmatch(item["c"]) for item in words if item["t"] == "Str"]
        if not any(labels) or not any(item["t"] == "Math" for item in words):
            return None  # words, such as an author's, that only look like a label
        if len(words) != 2 or words[0]["t"] != "Math" or labels[0] is None:
            page.document.fail("{#eq-", "an equation with a label stands in a paragraph of its own")
        return {"t": node["t"], "c": [span(labels[0][1], [], [words[0]])]}

    page.blocks = transform(page.blocks, mark)


def resolve(book: Numbered) -> None:
    """Replaces every ``@fig-…`` in the book by a link that says "Figure 2.1"."""
    for page in book.pages:

        def link(node: Node, page: Page = page) -> list[Node] | None:
            if node["t"] != "Cite":
                return None
            citations = node["c"][0]
            known = [bool(LABEL.match(_label(item))) for item in citations]
            if not any(known):
                return None
            if not all(known):
                page.document.fail(
                    citations[0]["citationId"], "a reference and a citation share one [@…]"
                )
            result: list[Node] = []
            for item in citations:
                if result:
                    result += [*text(","), {"t": "Space"}]
                result.append(_reference(item, book, page))
            return result

        page.blocks = transform(page.blocks, link)


def _label(citation: dict[str, Any]) -> str:
    label = str(citation["citationId"])
    return label[:1].lower() + label[1:]


def _reference(citation: dict[str, Any], book: Numbered, page: Page) -> Node:
    label = _label(citation)
    target = book.targets.get(label)
    if target is None:
        page.document.fail(f"@{citation['citationId']}", f"nothing in the book is labeled {label}")
    if not target.number:
        page.document.fail(
            f"@{citation['citationId']}",
            f"{label} has no number; link to it instead: [words](#{label})",
        )
    if citation["citationSuffix"]:
        page.document.fail(f"@{citation['citationId']}", "a reference with words after it")
    prefix = plain_text(citation["citationPrefix"]) or target.name
    if citation["citationMode"]["t"] == "SuppressAuthor":
        prefix = ""
    words = f"{prefix}{SPACE}{target.number}" if prefix else target.number
    return {"t": "Link", "c": [["", ["quarto-xref"], []], text(words), [f"#{label}", ""]]}
