"""Typst as a function: markup in, PDF out."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

from report.render.errors import UNDISPLAYED, RenderError, tell_unshown, unshown
from report.render.limits import BOOK, Limits, run

TYPST = version("typst")
COMPILER = Path(__file__).with_name("compiler.py")


def typeset(markup: str, root: Path, limits: Limits = BOOK) -> bytes:
    """The PDF: accessible and with Typst's own fonts, so that it is the same everywhere.

    Where a name is in a script that these fonts lack, the system's fonts help; where they lack it
    too, the PDF shows boxes, which the standard for accessible documents does not allow.

    Args:
        markup: the whole document.
        root: the folder whose files the document may show.
        limits: what Typst may use.

    Raises RenderError with Typst's own words, or for a limit.
    """
    error = ""
    # -P: the modules beside the script must not hide others, such as the package typst itself.
    command = [sys.executable, "-P", str(COMPILER), str(root)]
    for options in (["own-fonts", "accessible"], ["accessible"], []):
        done = run([*command, *options], markup.encode(), f"Typst {TYPST}", limits)
        if done.status == 0:
            return done.out
        error = done.err.strip() or f"ended with status {done.status}"
        if UNDISPLAYED not in error:
            break
        if options == ["accessible"]:
            tell_unshown(unshown(error))
    raise RenderError(f"Typst {TYPST} failed: {error}")
