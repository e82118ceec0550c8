"""Whether claims contradict what they rest on, or each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from report.claims.bound import Bound
from report.claims.claim import Claim
from report.numbers.comparison import Comparison
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count
from report.numbers.trend import Trend
from report.records import Record
from report.words import format as fmt
from report.words.counts import Counted

SEPARATE = ("case", "function", "dataset", "part", "start")
"""Columns of what is compared by itself: one comparison over several of them would pool them."""
SAID = {
    "lower": r"at least {it}|{it}[^,;.:]{{0,40}} or more|between {it} and",
    "upper": r"(?:at most|up to|no more than) {it}|{it} at most|between \S+ and {it}",
}
"""How a bound of each side is said; `{it}` is the bound."""
EXTENTS = ("all", "none", "some", "all_known", "none_known")


def contradiction(claim: Claim) -> str:
    """How a claim contradicts the comparison, the count or the bounds behind it; empty if not."""
    effect, said = claim.effect, claim.verdict
    found = ""
    if isinstance(effect, Parts):
        told = ", ".join(f"{part}: {verdict}" for part, verdict in effect.verdicts.items())
        found = _misstated(said, effect.said, told)
    elif isinstance(effect, Comparison):
        told = f"{effect.value:.3g} with the interval {effect.low} to {effect.high}"
        found = _misstated(said, "nothing" if effect.n == 0 else effect.verdict, told)
    elif isinstance(effect, Trend):
        told = f"a correlation of {effect.value:.3g} over {effect.n} points"
        found = _misstated(said, effect.verdict, told)
    elif isinstance(effect, Count):
        found = _miscounted(claim, effect)
    elif claim.extents:
        found = f'says "{said}" of what nothing counts'
    return found or _words(claim) or _bounds(claim)


def _misstated(said: str, found: str, told: str) -> str:
    return "" if said == found else f'says "{said}" of what is "{found}" ({told})'


def _miscounted(claim: Claim, found: Count[object]) -> str:
    """A quantifier, or a number of things, that the rows contradict."""
    said_of = claim.extents or (claim.verdict if claim.verdict in EXTENTS else found.extent)
    if found.extent not in said_of.split("|"):
        return _misstated(claim.verdict, found.extent, _told(found))
    for name, number in (("number", len(found.yes)), ("total", found.total)):
        shown = claim.values.get(name)
        if shown is not None and shown not in (fmt.words(number), fmt.count(number)):
            return f'says "{shown}" where there are {number} ({_told(found)})'
    return ""


def _words(claim: Claim) -> str:
    """Words of how many that contradict what they count, or else what the claim counts."""
    for shown in (value for value in claim.values.values() if isinstance(value, Counted)):
        found = shown.of or claim.effect
        denied = re.compile(rf"\bnot (?:in )?{re.escape(shown)}", re.IGNORECASE)
        if not isinstance(found, Count) or shown not in denied.sub("", claim.text):
            continue
        some = {len(part) for part in (found.yes, found.no, found.missing)}
        every = shown.number == shown.total and found.extent != "some"
        if shown.total not in (found.total, found.known) or not (every or shown.number in some):
            return f'says "{shown}" ({_told(found)})'
    return ""


def _told(found: Count[object]) -> str:
    return f"{len(found.yes)} of {found.total}, {len(found.missing)} not known"


def _bounds(claim: Claim) -> str:
    """A bound on the wrong side of its value, or said as one of the other side."""
    bounds = {name: one for name, one in claim.values.items() if isinstance(one, Bound)}
    for name, shown in bounds.items():
        if shown.wrong:
            return f"{name} is a bound of {shown}, on the wrong side of {shown.of:.6g}"
        it = rf"(?<![\d.]){re.escape(shown)}"
        said = {side for side, words in SAID.items() if re.search(words.format(it=it), claim.text)}
        if said and not said & {one.side for one in bounds.values() if one == shown}:
            return f"{name}, a bound of {shown.of:.6g}, is said as one of the other side"
    return ""


def pooled(claim: Claim, record: Record) -> str:
    """How a claim draws what differs into one comparison; empty if it does not."""
    if not isinstance(claim.effect, Comparison | Trend):
        return ""
    for used in claim.evidence:
        rows = record.rows(used.table)
        for column in SEPARATE:
            values = {rows[row][column] for row in used.rows if column in rows[row]}
            if len(values) > 1:
                return f"pools {len(values)} values of {column} in one comparison"
    return ""


def opposed(claims: Sequence[Claim]) -> Iterator[tuple[Claim, str]]:
    """Claims that give one quantity of the same rows opposite directions."""
    directions = [(claim, key, sign) for claim in claims for key, sign in _directions(claim)]
    for (first, key, a), (second, other, b) in combinations(directions, 2):
        if key == other and a * b < 0:
            yield second, f"says the opposite of {first.id} about the same numbers"


def _directions(claim: Claim) -> Iterator[tuple[object, int]]:
    """What is said to be more or less, by the things compared and the numbers they rest on."""
    used = frozenset((e.table, e.column, e.rows) for e in claim.evidence)
    if isinstance(claim.effect, Parts):
        for part, found in claim.effect.parts.items():
            yield from _direction(found, (used, part))
    elif isinstance(claim.effect, Comparison | Trend):
        yield from _direction(claim.effect, used)


def _direction(found: Comparison | Trend, about: object) -> Iterator[tuple[object, int]]:
    if isinstance(found, Trend):
        yield about, {"rises": 1, "falls": -1}.get(found.verdict, 0)
        return
    first, second = sorted((found.first, found.second))
    turned = 1 if found.first == first else -1
    yield (about, first, second, found.scale.name), turned * found.direction
