"""Where links lead: to a page of the site, to a label of the PDF, or out of the report."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any

from report.render.crossref import Numbered, Page, Target
from report.render.pandoc import Node, nodes, transform

ADDRESS = re.compile(r"(?:https?://|mailto:|//)", re.IGNORECASE)
"""What a link may lead to outside the report."""
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
Writer = Callable[[Node, Page, Target | str], Node | list[Node]]


def rewrite(book: Numbered, write: Writer) -> None:
    """Applies `write` to every internal link, with its target or the path of a project file.

    Links name ``#label`` anywhere in the book, a chapter (``/chapters/x.qmd#label``, or relative
    to the chapter), or another file of the project. Raises UserError for a dead link.
    """
    own = {page.chapter.page: _identifiers(page) for page in book.pages}
    _add_new(book, own)
    sources = {page.chapter.page.removesuffix(".html") + ".qmd": page for page in book.pages}
    for page in book.pages:

        def follow(node: Node, page: Page = page) -> Node | list[Node] | None:
            if node["t"] != "Link":
                return None
            url = str(node["c"][2][0])
            if url.startswith("#"):
                label = url[1:]
                here = Target(page.chapter.page, label)
                target = here if label in own[here.page] else book.targets.get(label)
                if target is None:
                    page.document.fail(f"#{label}", f"the link #{label} leads nowhere in the book")
                return write(node, page, target)
            if ADDRESS.match(url):
                return None
            if not url or SCHEME.match(url):  # nothing, or a script
                words: list[Node] = node["c"][1]
                return words
            path, _, label = url.partition("#")
            folder = posixpath.dirname(page.chapter.page)
            path = posixpath.normpath(posixpath.join(folder, path) if path[0] != "/" else path[1:])
            if not path.endswith(".qmd"):
                return write(node, page, path)
            if path not in sources:
                page.document.fail(url, f"the link {url} leads to no chapter of the book")
            there = sources[path].chapter.page
            if label and label not in own[there]:
                page.document.fail(url, f"the link {url} leads nowhere: {path} has no #{label}")
            return write(node, page, Target(there, label))

        page.blocks = transform(page.blocks, follow)


def _identifiers(page: Page) -> set[str]:
    """Every identifier on `page`."""
    found = {page.identifier}
    for node in nodes(page.blocks):
        content: Any = node.get("c")
        if node["t"] == "Header":
            found.add(content[1][0])
        elif node["t"] in ("Div", "Span", "Figure", "Table", "Code", "CodeBlock", "Link", "Image"):
            found.add(content[0][0])
    return found - {""}


def _add_new(book: Numbered, own: dict[str, set[str]]) -> None:
    """Makes identifiers known that came after numbering, such as entries of the bibliography."""
    for page, identifiers in own.items():
        for identifier in identifiers:
            book.targets.setdefault(identifier, Target(page, identifier))
