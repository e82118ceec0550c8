"""Turns a numbered page into HTML: figures, tables, callouts, equations, links."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from report.render import links
from report.render.constructs import CALLOUTS
from report.render.crossref import SPACE, Numbered, Page, Target
from report.render.pandoc import (
    Blocks,
    Inlines,
    Node,
    attribute,
    div,
    document,
    nodes,
    plain,
    plain_text,
    raw_block,
    raw_inline,
    run,
    span,
    text,
    transform,
)
from report.render.project import Book

WRITER = ["-f", "json", "-t", "html5", "--mathml", "--wrap=none", "--no-highlight"]
WIDTH = re.compile(r"\d+(\.\d+)?(%|px|em|cm|mm|in|pt)")


def write_pages(
    project: Book, book: Numbered, use_file: Callable[[str], None], pool: Executor
) -> list[str]:
    """HTML of every page's body, in order; Pandoc writes them in the `pool`.

    `use_file` is told each project file that they show.
    """
    arguments = [*WRITER, *(f"--lua-filter={path}" for path in project.filters)]

    def write_link(node: Node, page: Page, target: Target | str) -> Node:
        if isinstance(target, Target):
            path, label = target.page, target.identifier
        else:
            use_file(target)
            path, label = target, ""
        here = page.chapter.page
        address = "" if path == here and label else posixpath.relpath(path, _folder(here))
        node["c"][2][0] = f"{address}#{label}" if label else address
        return node

    links.rewrite(book, write_link)
    pages = []
    for page in book.pages:

        def change(node: Node, page: Page = page) -> Node | list[Node] | None:
            return _change(node, page, use_file)

        tree = document(transform(page.blocks, change))
        reads = [*project.filters, *_curves(page, project.folder)]
        pages.append(pool.submit(run, arguments, tree, project.folder, reads=reads))
    return [page.result() for page in pages]


def _curves(page: Page, folder: Path) -> list[Path]:
    """The figures of a page from which a filter takes the data of their curves."""
    pairs = [dict(attribute(node)[2]) for node in nodes(page.blocks) if node["t"] == "Div"]
    return [folder / values["figure"].removeprefix("/") for values in pairs if "figure" in values]


def _folder(page: str) -> str:
    return posixpath.dirname(page) or "."


def _change(node: Node, page: Page, use_file: Callable[[str], None]) -> Node | list[Node] | None:
    identifier, classes, pairs = attribute(node)
    values = dict(pairs)
    match node["t"]:
        case "Header" if "number" in values:
            node["c"][1][2] = []
            label = span("", ["header-section-number"], text(values["number"]))
            node["c"][2] = [label, {"t": "Space"}, *node["c"][2]]
            return node
        case "Image":
            return _image(node, page, use_file)
        case "Figure":
            _, (_, caption), (body, *_) = node["c"]
            return _figure("figure", identifier, values, _lightbox(body), caption, "bottom")
        case "Table":
            return _table(node, identifier, values, page)
        case "Span" if "number" in values:
            number = span("", ["equation-number"], text(f"({values['number']})"))
            return [span(identifier, ["equation"], [*node["c"][1], number])]
        case "Div":
            kind = next((name for name in CALLOUTS if f"callout-{name}" in classes), None)
            return _callout(node, kind, values) if kind else None
    return None


def _image(node: Node, page: Page, use_file: Callable[[str], None]) -> Node:
    (identifier, classes, pairs), words, (source, _) = node["c"]
    values = dict(pairs)
    path = source.removeprefix("/")
    use_file(path)
    new = [["alt", values.get("fig-alt") or plain_text(words)]]
    if "width" in values:
        if not WIDTH.fullmatch(values["width"]):
            page.document.fail(values["width"], f"the width {values['width']} is not a length")
        new.append(["style", f"width:{values['width']}"])
    address = posixpath.relpath(path, _folder(page.chapter.page))
    return {"t": "Image", "c": [[identifier, classes, new], [], [address, ""]]}


def _lightbox(block: Node) -> Node:
    """The image of a figure, as a link to itself that opens it large."""
    image = block["c"][0]
    label = f"Enlarge the figure: {dict(image['c'][0][2])['alt']}"
    link = {
        "t": "Link",
        "c": [["", ["lightbox"], [["aria-label", label]]], [image], [image["c"][2][0], ""]],
    }
    return plain([link])


def _figure(
    kind: str, identifier: str, values: dict[str, str], body: Node, caption: Blocks, place: str
) -> Blocks:
    """A <figure>; a number makes the caption begin "Figure 2.1: "."""
    name = "Table" if kind == "table" else "Figure"
    words: Inlines = caption[0]["c"] if caption else []
    if "number" in values:
        start = span("", ["float-number"], text(f"{name}{SPACE}{values['number']}:"))
        words = [start, {"t": "Space"}, *words]
    attributes = f' id="{html.escape(identifier)}"' if identifier else ""
    ends = [raw_inline("html", "<figcaption>"), raw_inline("html", "</figcaption>")]
    parts = [plain([ends[0], *words, ends[1]])] if words else []
    inner = [*parts, body] if place == "top" else [body, *parts]
    return [
        raw_block("html", f'<figure class="{kind}"{attributes}>'),
        *inner,
        raw_block("html", "</figure>"),
    ]


def _table(node: Node, identifier: str, values: dict[str, str], page: Page) -> Blocks:
    set_widths(node, page)
    caption = node["c"][1][1]
    node["c"][0] = ["", [], []]
    node["c"][1] = [None, []]
    label = f"Table {values['number']}" if "number" in values else "Table"
    scroll = {
        "t": "Div",
        "c": [
            ["", ["scroll"], [["role", "region"], ["tabindex", "0"], ["aria-label", label]]],
            [node],
        ],
    }
    return _figure("table", identifier, values, scroll, caption, "top")


def set_widths(node: Node, page: Page) -> None:
    """Applies ``tbl-colwidths="[60,40]"``, percentages of the line, to the table's columns."""
    widths = dict(node["c"][0][2]).get("tbl-colwidths")
    if widths is None:
        return
    numbers = [float(word) for word in re.findall(r"\d+(?:\.\d+)?", widths)]
    columns = node["c"][2]
    if len(numbers) != len(columns) or sum(numbers) > 100:
        page.document.fail(widths, f"tbl-colwidths={widths}: one percentage per column, 100 in all")
    for column, percent in zip(columns, numbers, strict=True):
        column[1] = {"t": "ColWidth", "c": percent / 100}


def _callout(node: Node, kind: str, values: dict[str, str]) -> Blocks:
    title, *body = node["c"][1]
    if values.get("collapse") in ("true", "false"):
        is_open = " open" if values["collapse"] == "false" else ""
        return [
            raw_block("html", f'<details class="callout callout-{kind}"{is_open}>'),
            plain([raw_inline("html", "<summary>"), *title["c"], raw_inline("html", "</summary>")]),
            *body,
            raw_block("html", "</details>"),
        ]
    head = div("", ["callout-title"], [title])
    return [
        {"t": "Div", "c": [["", ["callout", f"callout-{kind}"], [["role", "note"]]], [head, *body]]}
    ]
