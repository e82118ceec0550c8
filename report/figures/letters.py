"""Fonts for letters that the font of the figures lacks: whichever the machine has."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager, get_font
from matplotlib.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

FAMILY = "DejaVu Sans"


def set_fonts(figure: Canvas) -> str:
    """Give every text fonts that have its letters; return the letters that no font has."""
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    lacking = {
        letter
        for text in texts
        for letter in text.get_text()
        if not letter.isspace() and ord(letter) not in _letters(_own())
    }
    families = [FAMILY]
    for path in _installed() if lacking else ():
        found = {letter for letter in lacking if ord(letter) in _letters(path)}
        if found:
            families.append(_family(path))
            lacking -= found
        if not lacking:
            break
    if len(families) > 1:
        for text in texts:
            text.set_fontfamily(families)
    return "".join(sorted(lacking))


def _own() -> str:
    return str(fontManager.findfont(FontProperties(FAMILY)))


def _installed() -> list[str]:
    """The machine's font files, sans serif and usual weight first."""
    return sorted(
        findSystemFonts(), key=lambda path: ("Sans" not in path, "Regular" not in path, path)
    )


def _family(path: str) -> str:
    """The name under which the font can be asked for."""
    fontManager.addfont(path)
    return str(get_font(path).family_name)


@cache
def _letters(path: str) -> frozenset[int]:
    """The code points that a font file has; none where it cannot be read."""
    try:
        return frozenset(get_font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
