"""Footnotes that refer to themselves, which Pandoc cannot read."""

import re
from collections.abc import Mapping

_MARKER = re.compile(r"(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t]))*[ \t]*\[\^([^\]\s]+)\]:")
_REFERENCE = re.compile(r"\[\^([^\]\s]+)\]")


def without_circles(text: str) -> str:
    """`text` in which footnotes that refer to themselves, also by others, are words.

    Pandoc would put such a note into itself until the memory is full. Rather too much is taken for
    a part of a note than too little.
    """
    refers: dict[str, set[str]] = {}
    note, blank = "", False
    for line in text.split("\n"):
        begin = _MARKER.match(line)
        if begin:
            note = begin[1].casefold()
        elif not line.strip(" \t>"):
            blank = True
            continue
        elif blank and line[0] not in " \t>":
            note = ""
        blank = False
        if note:
            found = _REFERENCE.findall(line[begin.end() :] if begin else line)
            refers.setdefault(note, set()).update(name.casefold() for name in found)
    circular = {name for name in refers if name in _reached(name, refers)}

    def words(match: re.Match[str]) -> str:
        return "\\" + match[0] if match[1].casefold() in circular else match[0]

    return _REFERENCE.sub(words, text) if circular else text


def _reached(start: str, refers: Mapping[str, set[str]]) -> set[str]:
    """The notes that `start` refers to, itself or by others."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = refers.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached
