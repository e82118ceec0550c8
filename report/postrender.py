"""Quarto's post-render script: what is done to the site and the PDF once they are there.

The standard library alone, so that it runs without installation.
"""

import base64
import hashlib
import os
import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from textwrap import shorten

DATA = {"application/json", "application/ld+json"}
"""Types of scripts that hold data and are never executed."""
META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="[^"]*">\n')
TAGS = re.compile(r'<meta (name="description"|property="og:[a-z]+") content="[^"]*" ?/?>\n')
PIECE = 1 << 14
"""So many letters are read at a time to find what a page is about."""
SUSPECTS = re.compile(rb"(/MarkInfo\s*<<\s*/Marked\s+true\s*)(/Suspects\s+false)(\s*>>)")
BORDERS = re.compile(rb"/BorderColor\s*\[[\d.\s]*\]")


class Opening(HTMLParser):
    """What a page is about: its title, and its first paragraph of some length without formulas."""

    LEAST = 80
    """Letters of a paragraph that says what a page is about."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.words = ""
        self._main = self._formula = False
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        self._main = self._main or tag == "main"
        self._formula = self._formula or tag == "math"
        self._text = "" if tag in ("p", "title") else self._text

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        text = " ".join(self._text.split())
        if tag == "math":
            self._formula = False
        elif tag == "title" and not self.title:
            self.title = text
        elif tag == "p" and self._main and not self.words and len(text) >= self.LEAST:
            self.words = shorten(text, 300, placeholder=" …")

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        self._text += "" if self._formula else data


def described(page: str) -> str:
    """The page with its description and its Open Graph tags (https://ogp.me), from its own words.

    Without an image: its address has to be that of a site, which nobody knows here.
    """
    opening = Opening()
    for start in range(0, len(page), PIECE):
        if not opening.words:  # what follows is not needed, and most of a long page
            opening.feed(page[start : start + PIECE])
    words = opening.words or opening.title
    tags = (
        ("name", "description", words),
        ("property", "og:type", "article"),
        ("property", "og:title", opening.title),
        ("property", "og:description", words),
    )
    bare = TAGS.sub("", page)
    text = "".join(f'<meta {k}="{name}" content="{escape(value)}">\n' for k, name, value in tags)
    return bare.replace("</title>\n", f"</title>\n{text}", 1)


class Inline(HTMLParser):
    """What a page has inline: scripts, styles, event handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: set[str] = set()
        self.handlers: set[str] = set()
        self.styles: set[str] = set()
        self._open: set[str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        values = dict(attrs)
        self.handlers.update(v for name, v in attrs if name.startswith("on") and v)
        if tag == "script" and "src" not in values and values.get("type") not in DATA:
            self._open, self._text = self.scripts, ""
        elif tag == "style":
            self._open, self._text = self.styles, ""

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if self._open is not None and tag in ("script", "style"):
            self._open.add(self._text)
            self._open = None

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        self._text += data if self._open is not None else ""


def policy(page: str, quarto: bool) -> str:
    """The content security policy of a page: its own files, and by hash what it has inline.

    The main part holds the author's words. Nothing there is ever executed, so that a script that
    got in with them is forbidden rather than taken for the page's own.

    Args:
        page: the page's HTML.
        quarto: whether it is Quarto's, whose search loads an index, and whose scripts add style
            sheets with lengths that they measure (quarto-nav, glightbox): no hash can name these.

    Source: https://www.w3.org/TR/CSP3/. Alignment and width of cells are attributes of style.
    """
    inline = Inline()
    before, _, main = page.partition("<main")
    _, closed, after = main.rpartition("</main>")
    inline.feed(before + (after if closed else ""))
    inline.close()
    styles = [*map(_hash, sorted(inline.styles))]
    scripts = [*map(_hash, sorted(inline.scripts))]
    if inline.handlers:
        scripts += ["'unsafe-hashes'", *map(_hash, sorted(inline.handlers))]
    rules = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", *(["'unsafe-inline'"] if quarto else styles)],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"] if quarto else ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in rules.items())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def protect(page: str, quarto: bool) -> str:
    """The page with its policy at the top of its head, before anything that it loads."""
    bare = META.sub("", page)
    meta = (
        '<meta http-equiv="Content-Security-Policy" '
        f'content="{escape(policy(bare, quarto), quote=False)}">\n'
    )
    return re.sub(r"<head>\n*", lambda head: head[0] + meta, bare, count=1)


def clean_pdf(content: bytes) -> bytes:
    """The PDF without two entries of Typst's that are right, and that poppler complains of.

    Of suspects it wants true or nothing, which says the same ("Suspects object is wrong type"). Of
    a cell's borders, tagged beside the lines that are drawn, it takes no color that all four have
    ("BorderColor value is of wrong type"). No byte moves.
    """
    bare = SUSPECTS.sub(lambda m: m[1] + b" " * len(m[2]) + m[3], content)
    return BORDERS.sub(lambda m: b" " * len(m[0]), bare)


def main(site: Path) -> None:
    """Give every page in `site` its description and its policy, and clean every PDF there."""
    quarto = (site / "site_libs").is_dir()
    for path in sorted(site.rglob("*.html")):
        path.write_bytes(protect(described(path.read_bytes().decode()), quarto).encode())
    for path in sorted(site.glob("*.pdf")):
        path.write_bytes(clean_pdf(path.read_bytes()))


if __name__ == "__main__":
    main(Path(os.environ["QUARTO_PROJECT_OUTPUT_DIR"]))
