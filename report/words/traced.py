"""Which part of a text came through a formatter: marks around it, while somebody looks for them.

Within `tracing()` every formatter and `escape` put private-use characters around what they write.
A numeral of the report outside such marks was typed by hand (`report.words.numerals`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

T = TypeVar("T")

OPEN, CLOSE = "\ue000", "\ue001"
_PLAIN = (float, int, bool, type(None))
"""Nine values of ten, without a text."""
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


def without_marks(value: T) -> T:
    """A copy without marks of texts, and of what is made of texts: records, mappings, lists."""
    if value.__class__ in _PLAIN:
        return value
    made: Any = value
    if isinstance(value, str):
        if OPEN in value:
            made = type(value)(unmarked(value))
            getattr(made, "__dict__", {}).update(getattr(value, "__dict__", {}))
    elif is_dataclass(value) and not isinstance(value, type):
        own = {f.name: without_marks(getattr(value, f.name)) for f in fields(value) if f.init}
        made = replace(value, **own)
    elif isinstance(value, dict):
        made = {without_marks(key): without_marks(one) for key, one in value.items()}
    elif type(value) in (list, tuple):
        made = cast(Any, type(value))(map(without_marks, cast(Any, value)))
    return cast(T, made)


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
