"""Citations and the bibliography, set by Pandoc from the citations alone.

In the author-date style that the book uses, a citation reads the same whatever stands around it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from report.errors import UserError
from report.render.crossref import Numbered
from report.render.links import ADDRESS
from report.render.pandoc import attribute, div, document, nodes, plain, plain_text, run

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
REFERENCES = "refs"
"""Identifier of the div that the bibliography fills, as in Quarto."""


def cite(book: Numbered, bibliography: Sequence[Path], folder: Path) -> None:
    """Sets every citation of `book`, and the bibliography in its div or at the end.

    Raises UserError for a citation that is not in `bibliography`.
    """
    found, places = [], []
    for node in nodes([page.blocks for page in book.pages]):
        if node["t"] == "Cite":
            found.append(node)
        elif node["t"] == "Div" and attribute(node)[0] == REFERENCES:
            places.append(node)
    if not found:
        return
    asked = document([*(plain([node]) for node in found), div(REFERENCES, [], [])])
    arguments = ["-f", "json", "-t", "json", "--citeproc", "-M", "link-citations=true"]
    arguments += [f"--bibliography={path}" for path in bibliography]
    *set_ones, references = json.loads(run(arguments, asked, folder, reads=bibliography))["blocks"]
    for node, block in zip(found, set_ones, strict=True):
        node["c"] = block["c"][0]["c"]
    for place in places:
        place["c"] = references["c"]
    if not places:
        book.pages[-1].blocks.append(references)


def check_bibliographies(folder: Path) -> None:
    """Raises UserError for an entry of the book's .bib files that is more than words.

    Such as an address `javascript:`, which would become a link of the report, or a character that
    turns the direction of what follows. The book in `folder` has the files that a `_quarto.yml`
    there names.
    """
    faults: list[str] = []
    settings = "".join(path.read_text("utf-8", "replace") for path in folder.glob("_quarto*.yml"))
    for path in sorted(folder.glob("*.bib")):
        if path.name not in settings:
            continue
        meta = json.loads(run(["-t", "json", str(path)], "", folder, reads=[path]))["meta"]
        for entry in meta.get("references", {}).get("c", []):
            fields = entry["c"]
            linked = [str(node["c"][2][0]) for node in nodes(fields) if node["t"] == "Link"]
            written = [_text(fields["url"])] if "url" in fields else []
            faults += (
                f"{path.name}: {_text(fields['id'])}: the character U+{ord(unseen):04X} controls "
                "or turns what follows; remove it"
                for unseen in sorted({*_UNSEEN.findall("".join(_strings(fields)))})
            )
            for address in (*written, *linked):
                if not ADDRESS.match(address):
                    faults.append(
                        f"{path.name}: {_text(fields['id'])}: the address {address!r} is none of "
                        "the web; correct or remove it"
                    )
    if faults:
        raise UserError(*faults)


def _strings(value: Any) -> Iterator[str]:
    """Every text in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _strings(child)


def _text(field: dict[str, Any]) -> str:
    return str(field["c"]) if field["t"] == "MetaString" else plain_text(field["c"])
