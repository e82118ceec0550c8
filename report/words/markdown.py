"""Text for Markdown: what is Markdown already, and the one place where anything else is escaped."""

import re
import string
from collections.abc import Iterable, Sequence

from report.words.traced import is_mark, traced

_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
_ESCAPED = re.compile(rf"\\([{re.escape(string.punctuation)}])")
_SPACES = re.compile(r"\s+")


class Markdown(str):
    """Text that is Markdown on purpose; templates print it as it is."""

    __slots__ = ()


def escape(text: str) -> Markdown:
    """`text` as Markdown that shows it literally, on one line.

    Every ASCII punctuation mark is escaped, so that no Markdown, Quarto shortcode, fenced div, raw
    HTML, TeX or Typst in it takes effect; control characters are shown as �.
    """
    return Markdown(traced(_PUNCTUATION.sub(r"\\\1", plain(text))))


def plain(text: str) -> str:
    """`text` on one line, control and direction-changing characters replaced by �."""
    one_line = _SPACES.sub(" ", text).strip()
    return "".join(c if c.isprintable() or is_mark(c) else "\ufffd" for c in one_line)


def bare(text: str) -> str:
    """`text` without the backslashes of Markdown, on one line."""
    return plain(_ESCAPED.sub(r"\1", text))


def attribute(text: str) -> Markdown:
    """`text` as the quoted value of a Markdown attribute, punctuation as character references."""
    safe = set(" .,;:!?%()+-/=") | set(string.ascii_letters + string.digits)
    shown = plain(text)
    return Markdown(
        '"' + "".join(c if c in safe or ord(c) > 127 else f"&#{ord(c)};" for c in shown) + '"'
    )


def italics(names: Iterable[str]) -> Markdown:
    """Names in a sentence: `*small*, *middle* and *large*`."""
    return join([f"*{escape(name)}*" for name in names])


def join(parts: Sequence[str], last: str = "and") -> Markdown:
    """`a`, `a and b`, or `a, b, and c`; the parts are Markdown."""
    if len(parts) < 3:
        return Markdown(f" {last} ".join(parts))
    return Markdown(", ".join(parts[:-1]) + f", {last} {parts[-1]}")
