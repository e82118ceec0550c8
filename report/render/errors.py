"""The exception for a tool that did not make the report, and letters that no font has."""

import re
from functools import cache

from report.errors import UserError
from report.words.terminal import say


class RenderError(UserError):
    """A renderer is missing, too old, failed, or made no report; names tool and version."""


UNDISPLAYED = "could not be displayed with font"
"""What Typst says of a letter that no font has, which accessible PDFs must not hold."""


def unshown(messages: str) -> str:
    """The letters that no font has, in Typst's messages."""
    texts = re.findall(f'"([^"]+)"`? {UNDISPLAYED}', messages)
    return "".join(dict.fromkeys("".join(texts)))


@cache
def tell_unshown(letters: str) -> None:
    """Name the letters once, in one line with the remedy."""
    if letters:
        say(
            f"No font here has {letters}: figures and PDF show boxes instead; install a font that "
            "has them (Noto has most scripts; in Debian fonts-noto-core and fonts-noto-cjk) and "
            "render again",
            error=True,
        )
