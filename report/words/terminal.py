"""What reaches the terminal: text, and nothing that moves a cursor, changes colors or hides."""

import sys
import unicodedata

LINES = "\n\t"


def shown(text: str) -> str:
    """`text` with its lines; control and direction-changing characters are shown as �.

    Names, keys and paths come from files of others, and a terminal acts on what they may hold.
    Spaces that do not break, as before a unit, are spaces.
    """
    return "".join(c if c.isprintable() or c in LINES else _instead(c) for c in text)


def _instead(character: str) -> str:
    return " " if unicodedata.category(character) == "Zs" else "\ufffd"


def say(text: str, *, error: bool = False, end: str = "\n") -> None:
    """Print `text`, made safe, on standard output, or on standard error.

    What the encoding of the output lacks is shown as "?".
    """
    stream = sys.stderr if error else sys.stdout
    encoding = stream.encoding or "utf-8"
    print(shown(text).encode(encoding, "replace").decode(encoding), end=end, file=stream)
