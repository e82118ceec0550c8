"""Whether Typst can set a piece of Markdown: tried alone, before the whole book depends on it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from report.render.errors import RenderError
from report.render.limits import COMMENT
from report.render.pandoc import run
from report.render.typeset import typeset
from report.shipped import shared

FILTERS = ("math.lua", "closed.lua")
PREAMBLE = """\
#set document(title: [Trial])
#let horizontalrule = line(length: 100%)
= Chapter
"""


def fault(pieces: Sequence[str]) -> RenderError | None:
    """Why Typst cannot set the pieces of Markdown, each in a section of its own; None if it can.

    Only what is in the pieces is tried: no file of the project can be read.
    """
    if not pieces:
        return None
    filters = [shared("templates") / "styles" / name for name in FILTERS]
    options = [f"--lua-filter={path}" for path in filters]
    with tempfile.TemporaryDirectory() as name:
        empty = Path(name)
        try:
            markdown = "\n\n".join(f"## Section\n\n{piece}" for piece in pieces)
            arguments = ["-f", "markdown", "-t", "typst", *options]
            markup = run(arguments, markdown, empty, COMMENT, reads=filters)
            typeset(PREAMBLE + markup, empty, COMMENT)
        except RenderError as error:
            return error
    return None
