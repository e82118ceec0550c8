"""What a site and a PDF say: headings, captions, cells of tables, and every number in the text.

Formulas are left out: on paper their signs stand in other places. White space, hyphens and the
words that number a chapter ("Chapter 1", "1  …", "Appendix A — …") differ between screen and paper
and are left out too.
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
FOOT = 60
"""Points from the lower edge: the page number stands below."""
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
    return re.sub(r"[\s\u00ad\u2060‐—-]", "", text)


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


def of_paper(path: Path) -> Content:
    """The content of a PDF by its tags, over page breaks."""
    content = Content()
    parts: dict[tuple[str, ...], list[str]] = {}
    with pymupdf.open(path) as document:
        for page in document:
            xml = page.get_textpage(flags=FLAGS).extractXML()
            bare_xml = re.sub(r"<char [^>]*/>", "", xml)
            _walk(ElementTree.fromstring(bare_xml), (), page.rect.height - FOOT, parts)
    kinds = {key: key[-1].partition(" ")[0] for key in parts}
    for key, words in parts.items():
        if kinds[key] in KINDS:
            content.add(KINDS[kinds[key]], "".join(words))
        if len(key) == 1:
            content.count("".join(words))
    return content


def _walk(
    element: ElementTree.Element,
    place: tuple[str, ...],
    bottom: float,
    parts: dict[tuple[str, ...], list[str]],
) -> None:
    for child in element:
        if child.tag == "struct":
            kind = child.get("raw", "")
            if kind not in {"Formula", "TOC"}:
                inner = (*place, f"{kind} {child.get('idx')}")
                parts.setdefault(inner, [])
                _append(parts, place, " ")
                _walk(child, inner, bottom, parts)
                _append(parts, place, " ")
        elif child.tag == "line":
            if float(child.get("bbox", "").split()[1]) < bottom:
                _append(parts, place, child.get("text", ""))
        else:
            _walk(child, place, bottom, parts)


def _append(parts: dict[tuple[str, ...], list[str]], place: tuple[str, ...], text: str) -> None:
    """Say `text` in a tag and in all that hold it."""
    for depth in range(len(place)):
        parts[place[: depth + 1]].append(text)
