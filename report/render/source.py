"""One chapter as it was written: its lines, generated ones included, and Pandoc's tree."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from report.errors import UserError
from report.render.pandoc import Blocks, Node, depth, run
from report.render.project import Chapter

# Raw HTML and divs written as HTML tags come back as raw nodes, which constructs.py refuses.
FORMAT = "markdown-native_divs-native_spans"
# A stub names the generated file that stands in its place (templates/styles/written.lua).
DEEPEST = 60
"""Elements within each other, beside which Typst's own bound is not reached."""
WRITTEN = re.compile(r'^:::\s*\{\.written file="(?P<path>[^"]+)"\}\s*$')


@dataclass(frozen=True)
class Line:
    """One line, and where it was written: path below the project, number from 1."""

    text: str
    path: str
    number: int


@dataclass(frozen=True)
class Document:
    """A chapter: its lines, the keys of its front matter, and its blocks."""

    chapter: Chapter
    lines: tuple[Line, ...]
    keys: tuple[str, ...]
    blocks: Blocks

    def fail(self, snippet: str, message: str) -> NoReturn:
        """Raises UserError at the first line that holds `snippet` (the first line otherwise)."""
        first = Line("", str(self.chapter.source.name), 1)
        found = next((line for line in self.lines if snippet in line.text), (*self.lines, first)[0])
        raise UserError(f"{found.path}:{found.number}: {message}")


def read(chapter: Chapter, folder: Path) -> Document:
    """The chapter of the project in `folder`, generated text in the place of its .written div."""
    lines = _lines(chapter.source, folder, "")
    markdown = "\n".join(line.text for line in lines) + "\n"
    try:
        tree = json.loads(run(["-f", FORMAT, "-t", "json"], markdown, folder))
        deepest, _ = depth(tree["blocks"])
    except RecursionError:
        tree, deepest = {"blocks": [], "meta": {}}, DEEPEST + 1
    blocks = [block for block in tree["blocks"] if not _is_comment(block)]
    made = Document(chapter, tuple(lines), tuple(tree["meta"]), blocks)
    if deepest > DEEPEST:
        made.fail("> > > >", f"more than {DEEPEST} elements within each other; nest less")
    return made


def _lines(path: Path, folder: Path, includer: str) -> list[Line]:
    name = str(path.relative_to(folder))
    try:
        written = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise UserError(
            f"{includer}: the file {name} does not exist; the pre-render script writes it"
        ) from None
    except UnicodeDecodeError:
        raise UserError(f"{name}: not UTF-8; save the file as UTF-8") from None
    result: list[Line] = []
    closing = 0  # number of the line that closes the last .written div
    for number, text in enumerate(written, start=1):
        match = None if includer else WRITTEN.match(text)
        if match:
            closing = number + 1
            if [line.strip() for line in written[number:closing]] != [":::"]:
                raise UserError(f"{name}:{number}: the next line closes the div with :::")
            target = (folder / match["path"]).resolve()
            if not target.is_relative_to(folder):
                raise UserError(f"{name}:{number}: {match['path']} is outside the project")
            result += [*_lines(target, folder, f"{name}:{number}"), Line("", name, number)]
        elif number != closing:
            result.append(Line(text, name, number))
    return result


def _is_comment(block: Node) -> bool:
    return bool(
        block["t"] == "RawBlock"
        and block["c"][0] == "html"
        and re.fullmatch(r"\s*<!--.*?-->\s*", block["c"][1], re.DOTALL)
    )
