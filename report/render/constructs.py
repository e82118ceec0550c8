"""The Quarto constructs that the built-in renderer supports; any other is refused.

What a document uses is read from Pandoc's syntax tree. Only shortcodes and code cells are looked
for in the text, because Quarto, too, finds them there before it parses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from report.render.pandoc import Node, attribute, nodes, plain_text
from report.render.source import Document

CALLOUTS = ("note", "tip", "warning", "important", "caution")
FRONT_MATTER = {"title", "engine"}
ELEMENTS = {
    *("Header", "Para", "Plain", "BulletList", "OrderedList", "DefinitionList", "BlockQuote"),
    *("CodeBlock", "HorizontalRule", "Figure", "Table", "Div"),
    *("Str", "Space", "SoftBreak", "LineBreak", "Emph", "Strong", "Strikeout", "Superscript"),
    *("Subscript", "Code", "Link", "Image", "Note", "Math", "Quoted", "Cite", "Span"),
}
# Constructors inside elements: alignments, list styles, quote, math and citation modes.
DETAILS = {
    *("AlignLeft", "AlignRight", "AlignCenter", "AlignDefault", "ColWidth", "ColWidthDefault"),
    *("DefaultStyle", "Example", "Decimal", "LowerRoman", "UpperRoman", "LowerAlpha"),
    *("UpperAlpha", "DefaultDelim", "Period", "OneParen", "TwoParens"),
    *("SingleQuote", "DoubleQuote", "InlineMath", "DisplayMath"),
    *("AuthorInText", "NormalCitation", "SuppressAuthor"),
}
CLASSES = {
    "Header": {"unnumbered", "unlisted"},
    "Div": {
        *(f"callout-{kind}" for kind in CALLOUTS),
        *("content-visible", "content-hidden"),
        *("generated", "answer", "author", "smoke", "cover", "curves", "on-site"),
        *("beside", "findings", "evidence-here", "grounds"),
    },
    "Span": {"claim", "number", "source", "typed"},
    "Link": {"evidence", "on-site", "uri", "email"},
}
ATTRIBUTES = {
    "Div": {"title", "collapse", "when-format", "unless-format", "figure", "rests-on"},
    "Span": {"title"},
    "Link": {"title"},
    "Image": {"fig-alt", "width"},
    "Table": {"tbl-colwidths"},
}
FLOAT_DIV = re.compile(r"(fig|tbl|lst|thm|lem|cor|prp|cnj|def|exm|exr|rem|sol|nte|wrn)-")


def check(document: Document) -> None:
    """Raises UserError with file and line when `document` uses an unsupported construct."""
    for key in document.keys:
        if key not in FRONT_MATTER:
            _refuse(document, f"{key}:", f"the front matter key {key!r}")
    _check_text(document)
    for node in nodes(document.blocks):
        for snippet, what in _faults(node):
            _refuse(document, snippet, what)


def _check_text(document: Document) -> None:
    """Refuses code cells, and shortcodes outside code."""
    fence = ""
    for line in document.lines:
        opening = re.match(r"\s*(`{3,}|~{3,})", line.text)
        if opening and (not fence or opening[1].startswith(fence)):
            if not fence and re.match(r"\s*(`{3,}|~{3,})\s*\{\w", line.text):
                _refuse(document, line.text, "a code cell")
            fence = "" if fence else opening[1]
        elif not fence and "{{<" in re.sub(r"(`+).*?\1", "", line.text):
            _refuse(document, line.text, "a shortcode")


def _faults(node: Node) -> Iterator[tuple[str, str]]:
    """(text to look for, words that name the construct) for each fault of `node` itself."""
    kind: str = node["t"]
    content: Any = node.get("c")
    identifier, classes, pairs = attribute(node)
    if kind.startswith("Raw"):
        first = content[1].strip().partition("\n")[0] or f"{{={content[0]}}}"
        yield first, f"raw {content[0]} ({content[1].strip()[:40]})"
        return
    if kind not in ELEMENTS | DETAILS:
        first = plain_text(node).split()[:1]
        yield "".join(first), f"the Pandoc element {kind}"
        return
    for name in classes:
        if kind in CLASSES and name not in CLASSES[kind]:
            yield name, f"the class .{name} on a {kind}"
    for key, value in pairs:
        if kind in ATTRIBUTES and key not in ATTRIBUTES[kind]:
            yield key, f"the attribute {key}={value!r} on a {kind}"
    if kind == "Div" and FLOAT_DIV.match(identifier):
        yield identifier, f"a div as the float #{identifier}"
    if kind == "Image" and "fig-alt" not in dict(pairs):
        yield content[2][0], "an image without fig-alt, the words for who cannot see it"
    if kind == "Image" and not content[2][0].startswith("/"):
        yield content[2][0], "an image path that does not begin with / (the project folder)"


def _refuse(document: Document, snippet: str, what: str) -> None:
    document.fail(
        snippet,
        f"the built-in renderer does not support {what}; "
        "report/render/constructs.py lists what it supports",
    )
