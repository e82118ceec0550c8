"""What a site and a PDF say: headings, captions, cells of tables, and every number in the text.

Formulas are left out: on paper their signs stand in other places. White space, hyphens and the
words that number a chapter ("Chapter 1", "1  …", "Appendix A — …") differ between screen and paper
and are left out too. So is what the site marks as standing there alone (the class `on-site`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pymupdf

NUMBER = re.compile(r"[0-9⁰¹²³⁴⁵⁶⁷⁸⁹][0-9⁰¹²³⁴⁵⁶⁷⁸⁹.,]*")
FRAME = {"Contents", "Summary", "Appendices"}
"""Headings that only paper needs."""
FLAGS = (
    256 | pymupdf.TEXT_PRESERVE_WHITESPACE
)  # 256: with the structure that the PDF is tagged with
FOOT = 45
"""Points from the lower edge: the page number stands below."""
LINE = 6
"""Points between the baselines of lines, at least; a superscript is raised by less."""
INLINE = {"Span", "Link", "Code", "Quote", "Reference"}
"""Standard types of elements within a line."""
Sign = tuple[int, float, float, str]
"""Page, distance from the upper edge and from the left in points, character."""
VOID = {"br", "img", "input", "hr", "link", "meta", "source", "col", "wbr"}
KINDS = {**{f"h{n}": "headings" for n in range(1, 7)}, "figcaption": "captions"} | {
    **{f"H{n}": "headings" for n in range(1, 7)},
    "Caption": "captions",
    "th": "cells",
    "td": "cells",
    "TH": "cells",
    "TD": "cells",
}


@dataclass
class Content:
    """What is said, in order; and how often which number."""

    headings: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, text: str) -> None:
        """Add a heading, caption or cell."""
        short = bare(text)
        if kind == "headings":
            short = re.sub(r"^(Chapter(?=\d)|Appendix(?=[A-Z][A-Z]))", "", short)
            short = "" if short in FRAME else short
        if short:
            getattr(self, kind).append(short)

    def count(self, text: str) -> None:
        """Count the numbers in a text."""
        self.numbers.update(found.rstrip(".,") for found in NUMBER.findall(text))


def bare(text: str) -> str:
    """Letters, digits and signs without what line breaking changes."""
    return re.sub(r"[\s\u00ad\u200b\u2060‐—-]", "", text)


class _Page(HTMLParser):
    """The main part of a page of a site."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self.content = content
        self.open: list[str] = []
        self.parts: list[tuple[str, list[str]]] = []
        self.text: list[str] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            if tag == "br":
                self.handle_data(" ")
            return
        classes = (dict(attrs).get("class") or "").split()
        hidden = tag in {"math", "script", "style", "nav"} or "equation-number" in classes
        hidden = hidden or "on-site" in classes
        hidden = hidden or "display: none" in (dict(attrs).get("style") or "")
        if self.skipped or (hidden and "main" in self.open):
            self.skipped += 1
            return
        self.open.append(tag)
        self.text.append(" " if tag == "a" else "")
        if "main" in self.open and tag in KINDS:
            self.parts.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.skipped:
            self.skipped -= 1
            return
        while self.open and self.open.pop() != tag:
            pass
        if self.parts and self.parts[-1][0] == tag:
            name, words = self.parts.pop()
            self.content.add(KINDS[name], "".join(words))
        if tag in {"p", "li", "td", "th", "div", "figcaption", *KINDS}:
            self.text.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.skipped and "main" in self.open:
            self.text.append(data)
            for _, words in self.parts:
                words.append(data)


def of_site(folder: Path, pages: tuple[str, ...]) -> Content:
    """The content of a site, `pages` in the order of the book."""
    content = Content()
    for name in pages:
        page = _Page(content)
        page.feed((folder / name).read_text(encoding="utf-8"))
        content.count("".join(page.text))
    title = content.headings.pop(0)
    assert title.startswith("DeepLearning")
    return content


@dataclass
class Element:
    """What a tagged element holds itself, without the blocks within: each sign and its place."""

    signs: list[Sign] = field(default_factory=list)
    inner: list[tuple[str, ...]] = field(default_factory=list)


def of_paper(path: Path) -> Content:
    """The content of a PDF by its tags, over page breaks."""
    content = Content()
    elements: dict[tuple[str, ...], Element] = {(): Element()}
    with pymupdf.open(path) as document:
        for page in document:
            page_xml = ElementTree.fromstring(page.get_textpage(flags=FLAGS).extractXML())
            foot = page.rect.height - FOOT
            _walk(page_xml, (), (page.number, foot), elements)
    for key in elements:
        kind = key[-1].partition(" ")[0] if key else ""
        if kind in KINDS:
            content.add(KINDS[kind], _words(key, elements))
        if len(key) == 1:
            content.count(_words(key, elements))
    return content


def _walk(
    node: ElementTree.Element,
    key: tuple[str, ...],
    page: tuple[int, float],
    elements: dict[tuple[str, ...], Element],
) -> None:
    for child in node:
        kind = child.get("raw", "")
        if child.tag == "struct" and kind in {"Formula", "TOC"}:
            continue
        if child.tag == "struct" and child.get("std") not in INLINE:
            inner = (*key, f"{kind} {child.get('idx')}")
            if inner not in elements:
                elements[inner] = Element()
                elements[key].inner.append(inner)
            _walk(child, inner, page, elements)
        elif child.tag == "char":
            number, foot = page
            if (down := float(child.get("y", ""))) < foot:
                across = float(child.get("x", ""))
                elements[key].signs.append((number, down, across, child.get("c", "")))
        else:
            _walk(child, key, page, elements)


def _words(key: tuple[str, ...], elements: dict[tuple[str, ...], Element]) -> str:
    """The text of an element as it is read: line by line, then the blocks within it.

    The signs of a line come out of a PDF in an order that depends on how Typst tagged what is
    emphasized or linked in it, so they are ordered by where they stand.
    """
    lines: list[list[Sign]] = []
    for sign in sorted(elements[key].signs, key=lambda sign: sign[:2]):
        if not lines or sign[0] != lines[-1][0][0] or sign[1] > lines[-1][0][1] + LINE:
            lines.append([])
        lines[-1].append(sign)
    # Rounded: the second letter of a ligature stands where the next sign does, as good as.
    words = [c for line in lines for *_, c in sorted(line, key=lambda sign: round(sign[2], 1))]
    return " ".join(["".join(words), *(_words(inner, elements) for inner in elements[key].inner)])
