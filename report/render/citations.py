"""Citations and the bibliography, set by Pandoc from the citations alone.

In the author-date style that the book uses, a citation reads the same whatever stands around it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from report.render.crossref import Numbered
from report.render.pandoc import attribute, div, document, nodes, plain, run

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
    *set_ones, references = json.loads(run(arguments, asked, folder))["blocks"]
    for node, block in zip(found, set_ones, strict=True):
        node["c"] = block["c"][0]["c"]
    for place in places:
        place["c"] = references["c"]
    if not places:
        book.pages[-1].blocks.append(references)
