"""Which part of a text came through a formatter: marks around it, while somebody looks for them.

Within `tracing()` every formatter and `escape` put private-use characters around what they write.
A numeral of the report outside such marks was typed by hand (`report.words.numerals`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

OPEN, CLOSE = "\ue000", "\ue001"
_active: ContextVar[bool] = ContextVar("tracing", default=False)


@contextmanager
def tracing() -> Iterator[None]:
    """While this lasts, formatters mark what they write; nothing may be printed or drawn."""
    token = _active.set(True)
    try:
        yield
    finally:
        _active.reset(token)


def is_mark(character: str) -> bool:
    """Whether the character is a mark, and marks are being set."""
    return character in (OPEN, CLOSE) and _active.get()


def traced(text: str) -> str:
    """`text`, marked while tracing."""
    return f"{OPEN}{text}{CLOSE}" if _active.get() else text


def unmarked(text: str) -> str:
    """`text` without marks."""
    return text.replace(OPEN, "").replace(CLOSE, "")


def untraced(text: str, instead: str = "\ufffc") -> str:
    """`text` with every marked part, nested marks included, replaced by one character."""
    depth, kept = 0, []
    for character in text:
        if character == OPEN:
            if depth == 0:
                kept.append(instead)
            depth += 1
        elif character == CLOSE:
            depth -= 1
        elif depth == 0:
            kept.append(character)
    return "".join(kept)
