"""Turns the numbered book into Typst markup with the shapes that Quarto writes.

The template partials in templates/styles/typst number and style these shapes, whichever renderer
wrote them: figures of kind "quarto-float-fig" and "quarto-float-tbl", callout(), appendices().
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from concurrent.futures import Executor, Future
from pathlib import Path

from report.render import links
from report.render.constructs import CALLOUTS
from report.render.crossref import Numbered, Page, Target
from report.render.html import set_widths
from report.render.pandoc import (
    Blocks,
    Node,
    attribute,
    document,
    plain_text,
    raw_block,
    raw_inline,
    run,
    text,
    transform,
)
from report.render.project import Book

WRITER = ["-f", "json", "-t", "typst-citations", "--wrap=none"]
ASSETS = Path(__file__).parent / "assets"
LENGTH = re.compile(r"\d+(\.\d+)?(%|pt|mm|cm|in|em)")
APPENDICES = """\
#show: appendices.with("Appendices", hide-parent: true)
#heading(level: 1, numbering: none)[Appendices]"""
# Background and foreground of callouts in Quarto's Typst format.
COLORS = {
    "note": ("#dae6fb", "#0758E5"),
    "tip": ("#ccf1e3", "#00A047"),
    "warning": ("#fcefdc", "#EB9113"),
    "important": ("#f7dddc", "#CC1914"),
    "caution": ("#ffe5d0", "#FC5300"),
}


def write_source(project: Book, book: Numbered, pool: Executor) -> str:
    """The Typst source of the whole book; Pandoc writes its pages in the `pool`."""
    links.rewrite(book, _link)
    parts: list[Future[str]] = []
    seen: set[str] = set()
    for page in book.pages:
        classes = [] if page.chapter.label else ["unnumbered"]

        def change(node: Node, page: Page = page) -> Node | list[Node] | None:
            return _change(node, page)

        heading = {"t": "Header", "c": [1, [page.identifier, classes, []], page.title]}
        blocks = [heading, *transform(page.blocks, change)]
        labeled = transform(blocks, lambda node: _unlabel(node, seen))
        parts.append(pool.submit(_markup, project, labeled))
    written = [part.result() for part in parts]
    appendix = next((i for i, page in enumerate(book.pages) if page.chapter.appendix), None)
    if appendix is not None:
        written.insert(appendix, APPENDICES)
    return _fill_template(project, "\n\n".join(written))


def _markup(project: Book, blocks: Blocks) -> str:
    filters = (*project.filters, *project.pdf_filters)
    arguments = [*WRITER, *(f"--lua-filter={path}" for path in filters)]
    return run(arguments, document(blocks), project.folder, reads=filters)


def _fill_template(project: Book, body: str) -> str:
    meta = {
        "title": {"t": "MetaInlines", "c": text(project.title)},
        "lang": {"t": "MetaString", "c": project.language},
        "papersize": {"t": "MetaString", "c": project.paper},
        "toc-depth": {"t": "MetaString", "c": str(project.toc_depth)},
    }
    if project.subtitle:
        meta["subtitle"] = {"t": "MetaInlines", "c": text(project.subtitle)}
    blocks = [raw_block("typst", body)]
    tree = json.dumps({"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": blocks})
    reads = (ASSETS / "template.typst", *project.partials)
    with tempfile.TemporaryDirectory() as name:
        for path in reads:
            shutil.copyfile(path, Path(name) / path.name)
        arguments = [*WRITER, "--standalone", "--template=template.typst"]
        return run(arguments, tree, Path(name), reads=reads)


def string(words: str) -> str:
    """`words` as a Typst string literal."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + " ".join(escaped.split()) + '"'


def _link(node: Node, page: Page, target: Target | str) -> Node | list[Node]:
    """A label in the PDF; files beside the PDF cannot be linked to, so their words stay."""
    if isinstance(target, str):
        words: list[Node] = node["c"][1]
        return words
    node["c"][2][0] = f"#{target.identifier}" if target.identifier else f"#{_opening(target, page)}"
    return node


def _opening(target: Target, page: Page) -> str:
    page.document.fail(target.page, "a link to a chapter names its label: x.qmd#sec-x")


def _unlabel(node: Node, seen: set[str]) -> None:
    """Empties identifiers that an earlier page already uses: labels are unique in a PDF."""
    if node["t"] == "Header":
        holder = node["c"][1]
    elif node["t"] in ("Div", "Span", "Figure", "Table", "Code", "CodeBlock", "Link", "Image"):
        holder = node["c"][0]
    else:
        return
    if holder[0] in seen:
        holder[0] = ""
    seen.add(holder[0])


def _change(node: Node, page: Page) -> Node | list[Node] | None:
    identifier, classes, pairs = attribute(node)
    values = dict(pairs)
    match node["t"]:
        case "Header":
            node["c"][1][2] = []
            return node
        case "Image":
            return _image(node, page)
        case "Figure":
            _, (_, caption), body = node["c"]
            return _figure("fig", identifier, values, body, caption)
        case "Table":
            set_widths(node, page)
            caption = node["c"][1][1]
            node["c"][0] = ["", ["typst:no-figure"], []]
            node["c"][1] = [None, []]
            return _figure("tbl", identifier, values, [node], caption)
        case "Span":
            node["c"][0][2] = []
            return node
        case "Div":
            kind = next((name for name in CALLOUTS if f"callout-{name}" in classes), None)
            return _callout(node, kind) if kind else None
    return None


def _image(node: Node, page: Page) -> Node:
    (_, _, pairs), words, (source, _) = node["c"]
    values = dict(pairs)
    arguments = [string(source), f"alt: {string(values.get('fig-alt') or plain_text(words))}"]
    if "width" in values:
        if not LENGTH.fullmatch(values["width"]):
            page.document.fail(values["width"], f"the width {values['width']} is not a length")
        arguments.append(f"width: {values['width']}")
    return raw_inline("typst", f"#box(image({', '.join(arguments)}))")


def _figure(
    kind: str, identifier: str, values: dict[str, str], body: Blocks, caption: Blocks
) -> Blocks:
    place = "top" if kind == "tbl" else "bottom"
    name = "Table" if kind == "tbl" else "Figure"
    closing = f'kind: "quarto-float-{kind}", supplement: "{name}"'
    if "number" not in values:
        closing += ", numbering: none, outlined: false"
    label = f"<{identifier}>" if identifier else ""
    if not caption:
        return (
            body
            if kind == "tbl"
            else [
                raw_block("typst", "#figure(["),
                *body,
                raw_block("typst", f"], {closing}){label}"),
            ]
        )
    return [
        raw_block("typst", "#figure(["),
        *body,
        raw_block("typst", f"], caption: figure.caption(position: {place}, ["),
        *caption,
        raw_block("typst", f"]), {closing}){label}"),
    ]


def _callout(node: Node, kind: str) -> Blocks:
    title, *body = node["c"][1]
    background, color = COLORS[kind]
    return [
        raw_block("typst", "#callout(body: ["),
        *body,
        raw_block("typst", "], title: ["),
        title,
        raw_block(
            "typst", f'], background_color: rgb("{background}"), icon_color: rgb("{color}"))'
        ),
    ]
