"""Pandoc as a function, and its JSON syntax tree as plain Python data.

A node is a dict ``{"t": type, "c": content}``; the types are those of pandoc-types 1.23
(https://hackage.haskell.org/package/pandoc-types).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence, Set
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from report.errors import UserError
from report.records import kept
from report.render.errors import RenderError
from report.render.limits import BOOK, Limits
from report.render.limits import run as limited

Node = dict[str, Any]
Inlines = list[Node]
Blocks = list[Node]
Action = Callable[[Node], Node | list[Node] | None]

WORDS = {
    *("Str", "Space", "SoftBreak"),
    *("AlignLeft", "AlignRight", "AlignCenter", "AlignDefault", "ColWidth", "ColWidthDefault"),
}
"""Nine nodes of ten, with nothing inside: passed over, and shared by the copies of a tree."""
NESTING = {"BlockQuote", "BulletList", "OrderedList"}
"""What sets its content further in."""


@cache
def program() -> tuple[str, str]:
    """Path of the wheel's Pandoc, or else of the one that is installed; name and version.

    Importing `pypandoc`, which would look for it, takes longer than most of what Pandoc does here.
    """
    wheel = find_spec("pypandoc")
    folders = wheel.submodule_search_locations if wheel else None
    path = shutil.which("pandoc", path=os.pathsep.join(f"{f}/files" for f in folders or ()))
    path = path or shutil.which("pandoc")
    if path is None:
        raise RenderError("Pandoc is not there; install it with pip install pypandoc_binary")

    def first_line() -> str:
        command = [path, "--version"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.partition("\n")[0]

    found = Path(path).stat()
    version = kept.answered(
        lambda: kept.key(path, str(found.st_size), str(found.st_mtime_ns)), first_line
    )
    return path, str(version).capitalize()


def run(
    arguments: Sequence[str],
    text: str,
    folder: Path,
    limits: Limits = BOOK,
    reads: Sequence[Path] = (),
) -> str:
    """Output of ``pandoc arguments`` run in `folder` with `text` as input; raises RenderError.

    `reads` are all files that Pandoc takes in beside `text`: from the same, the output is the same.
    """
    name = program()[1]
    key = kept.key(name, *arguments, text, *kept.contents(reads))
    found = kept.read(key)
    if found is None:
        found = _run(name, arguments, text, folder, limits)
        kept.write(key, found)
    return found


def _run(name: str, arguments: Sequence[str], text: str, folder: Path, limits: Limits) -> str:
    command = [program()[0], *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = limited(command, text.encode(), name, limits, folder, environment)
    messages = done.err.strip()
    if done.status != 0:
        raise RenderError(f"{name} failed with status {done.status}: {messages}")
    if "[WARNING] Citeproc" in messages:
        raise UserError(f"citation not found in references.bib: {messages}")
    return done.out.decode()


def document(blocks: Blocks) -> str:
    """A whole document, as JSON text, from blocks."""
    return json.dumps({"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": blocks})


def transform(value: Any, action: Action, passed: Set[str] = WORDS) -> Any:
    """A copy of `value` with `action` applied to every node, children first.

    `action` returns None to keep a node, a node to replace it, or a list to splice in its place.
    Nodes of the types `passed` are kept without asking, by default words.
    """
    if isinstance(value, list):
        result: list[Any] = []
        for item in value:
            kind = item.__class__
            if kind is list:
                result.append(transform(item, action, passed) if item else [])
            elif kind is not dict or item.get("t") in passed:
                result.append(item)
            else:
                new = transform(item, action, passed)
                if new.__class__ is list:
                    result.extend(new)
                else:
                    result.append(new)
        return result
    if not isinstance(value, dict):
        return value
    node = {
        key: child if child.__class__ is str else transform(child, action, passed)
        for key, child in value.items()
    }
    new = action(node) if "t" in node else None
    return node if new is None else new


def nodes(value: Any) -> Iterator[Node]:
    """Every node of `value` but words, parents first, in document order."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if item.__class__ is dict:
            if "t" in item:
                yield item
            item = list(item.values())
        for child in reversed(item):
            kind = child.__class__
            if (kind is list and child) or (kind is dict and child.get("t") not in WORDS):
                waiting.append(child)


def depth(blocks: Blocks) -> tuple[int, int]:
    """How many elements stand within each other at most, and how many lists and quotations."""
    deepest = nested = 0
    waiting: list[tuple[Any, int, int]] = [(blocks, 0, 0)]
    while waiting:
        item, here, lists = waiting.pop()
        if isinstance(item, dict):
            here, lists = here + 1, lists + (item.get("t") in NESTING)
            deepest, nested = max(deepest, here), max(nested, lists)
            item = list(item.values())
        if isinstance(item, list):
            waiting += [(child, here, lists) for child in item if isinstance(child, (dict, list))]
    return deepest, nested


def plain_text(value: Any) -> str:
    """The words of `value`; notes are left out."""
    if isinstance(value, list):
        return "".join(plain_text(item) for item in value)
    if not isinstance(value, dict):
        return ""
    match value.get("t"):
        case "Str":
            return str(value["c"])
        case "Space" | "SoftBreak" | "LineBreak":
            return " "
        case "Code" | "Math" | "CodeBlock":
            return str(value["c"][1])
        case "Quoted":
            opening, closing = ("“", "”") if value["c"][0]["t"] == "DoubleQuote" else ("‘", "’")
            return opening + plain_text(value["c"][1]) + closing
        case "Note" | "RawInline" | "RawBlock":
            return ""
        case "Para" | "Plain" | "Header" | "Figure" | "Table" | "Div":
            return plain_text(value["c"]) + " "
        case _:
            return plain_text(value.get("c"))


def attribute(node: Node) -> list[Any]:
    """``[identifier, classes, pairs]`` of a node that has attributes, else empty ones."""
    content: Any = node.get("c")
    match node["t"]:
        case "Header":
            return list(content[1])
        case "Div" | "Span" | "Figure" | "Table" | "Image" | "Link" | "Code" | "CodeBlock":
            return list(content[0])
        case _:
            return ["", [], []]


def text(words: str) -> Inlines:
    """`words` as inlines: nothing in them is Markdown."""
    return [{"t": "Str", "c": words}]


def raw_block(form: str, words: str) -> Node:
    return {"t": "RawBlock", "c": [form, words]}


def raw_inline(form: str, words: str) -> Node:
    return {"t": "RawInline", "c": [form, words]}


def plain(inlines: Inlines) -> Node:
    return {"t": "Plain", "c": inlines}


def div(identifier: str, classes: list[str], blocks: Blocks) -> Node:
    return {"t": "Div", "c": [[identifier, classes, []], blocks]}


def span(identifier: str, classes: list[str], inlines: Inlines) -> Node:
    return {"t": "Span", "c": [[identifier, classes, []], inlines]}
