"""Numbers typed by hand: numerals of the generated Markdown that no formatter wrote.

The chapters are made once more while formatters mark what they write (`report.words.traced`). Left
out of the search, with reason: labels, classes and link targets (not prose), citations with their
locators (they point into a source), numbers in names such as CIFAR-10 or float64, the digits 0, 1
and 2 standing alone in mathematics (indices, halves and squares of a definition), the confidence
level as `report.numbers.statistics` has it, blocks in the author's own words, and what the suite
calls its problems, in alternative texts, which hold a formula as it was written.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from report.numbers.scales import CONFIDENCE
from report.words.markdown import attribute
from report.words.traced import untraced

_AUTHOR = re.compile(r"^::: \{\.author\}\n.*?^:::$", re.MULTILINE | re.DOTALL)
_MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^\s$](?:[^$\n]*?[^\s$\\])?)\$(?!\d)", re.DOTALL)
_STRUCTURAL = re.compile(r"(?<![\d.,])[012](?![\d.,]*\d)")
_ATTRIBUTES = re.compile(r"\{(?=[#.]|[\w-]+=)[^{}]*\}")
_SPOKEN = re.compile(r'(?:fig-alt|title)="([^"]*)"')
_REFERENCE = re.compile(r"&#\d+;")
_CITATION = re.compile(r"\[[^\[\]]*@[^\[\]]*\]|@[\w:.-]+")
_TARGET = re.compile(r"\]\([^()\s]*\)")
_NAME = re.compile(r"[^\W\d_]\w*(?:[-‑]\w+)*")
_NUMERAL = re.compile(
    r"[\d¼½¾⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:[.,]\d+)*"
    r"|\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred|thousand|million)\b",
    re.IGNORECASE,
)
_CONFIDENCE = re.compile(rf"\b{100 * CONFIDENCE:g}[ \u00a0]%")
_LETTER = "\ufffc"


@dataclass(frozen=True)
class Typed:
    """A numeral typed by hand, its line, and the words around it."""

    line: int
    numeral: str
    around: str


def typed_numerals(text: str, names: Iterable[str] = ()) -> list[Typed]:
    """Numerals of `text`, made within `tracing()`, that came through no formatter.

    `names` are what the suite calls its problems.
    """
    rest = untraced(text, _LETTER)
    spoken = [_REFERENCE.sub(_LETTER, attribute(name)[1:-1]) for name in names]
    own = [re.escape(name) for name in sorted(spoken, key=len, reverse=True)]
    for pattern in (_AUTHOR, _ATTRIBUTES, _CITATION, _TARGET, _CONFIDENCE):
        rest = pattern.sub(partial(_spoken, own) if pattern is _ATTRIBUTES else _blank, rest)
    rest = _MATH.sub(lambda match: _STRUCTURAL.sub(_LETTER, match[0]), rest)
    prose = _NAME.sub(_name, rest)
    found = []
    for match in _NUMERAL.finditer(prose):
        line = rest.count("\n", 0, match.start())
        begin = max(rest.rfind("\n", 0, match.start()) + 1, match.start() - 40)
        around = rest[begin : match.end() + 40].split("\n")[0].replace(_LETTER, "…")
        found.append(Typed(line + 1, match[0], around.strip()))
    return found


def _blank(match: re.Match[str]) -> str:
    """As many lines as the match has, and nothing else."""
    return "\n" * match[0].count("\n")


def _spoken(names: list[str], match: re.Match[str]) -> str:
    """Of attributes, only what is read aloud, alternative texts and titles, without `names`.

    `names` are patterns.
    """
    words = _REFERENCE.sub(_LETTER, " ".join(_SPOKEN.findall(match[0])))
    for name in names:
        words = re.sub(rf"(?<![\w.]){name}(?!\w|\.\d)", _LETTER, words)
    return f" {words}{_blank(match)}"


def _name(match: re.Match[str]) -> str:
    """A word that begins with a letter loses its digits, at equal length; number words stay."""
    return re.sub(r"\d", "_", match[0])
