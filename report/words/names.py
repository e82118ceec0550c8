"""Names that are made from what the user wrote."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import count

from report.words.traced import unmarked


def slug(text: str) -> str:
    """`text` as part of a name: its letters and digits, of any script, joined by hyphens."""
    bare = unmarked(text).replace("\\", "")
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", bare).lower()).strip("-")


def distinct(names: Sequence[str]) -> list[str]:
    """The names made distinct: repeated ones are numbered, `mlp-1`, `mlp-1-2`.

    An empty name is replaced by its position, counted from 1. A number is skipped if it would
    produce one of the given names.
    """
    given, found = set(names), dict[str, None]()
    for position, name in enumerate(names, start=1):
        tries = (f"{name}-{n}" for n in count(2)) if name else map(str, count(position))
        free = (t for t in tries if t not in given and t not in found)
        found[name if name and name not in found else next(free)] = None
    return list(found)
