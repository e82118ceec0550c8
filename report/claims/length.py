"""How long the commentary of a task is: four to ten sentences, however much could be said."""

import re
from collections.abc import Sequence

from report.claims.claim import Claim, Wordings
from report.words.traced import unmarked

LEAST, MOST = 4, 10
"""Sentences that a reader gets on a task."""
USUAL = 6
"""Sentences to which a section comes down as far as its `SPARE` statements go."""

Paragraphs = tuple[tuple[Claim, ...], ...]
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z@*$\d])")


def sentences(text: str) -> int:
    """Number of sentences; one may begin with a name in italics, a formula or a citation."""
    return len(_END.split(unmarked(text).replace("\u00a0", " ")))


def length(paragraphs: Paragraphs) -> int:
    """Number of sentences of a commentary."""
    return sum(sentences(claim.text) for paragraph in paragraphs for claim in paragraph)


def shortened(
    paragraphs: Sequence[Sequence[Claim]], spare: Sequence[Wordings], most: int = USUAL
) -> Paragraphs:
    """The commentary cut to at most `most` sentences; empty paragraphs are left out.

    Claims are removed from the end, first those made by the first statement in `spare`, then those
    by the second, and so on; one that is named again later keeps its first claim until then.
    """
    kept = [list(paragraph) for paragraph in paragraphs]
    for place, statement in enumerate(spare):
        own = [(p, claim) for p in kept for claim in p if claim.id == statement.id]
        for paragraph, claim in reversed(own[statement in spare[place + 1 :] :]):
            if length(_frozen(kept)) <= most:
                return _frozen(kept)
            paragraph.remove(claim)
    return _frozen(kept)


def _frozen(paragraphs: Sequence[Sequence[Claim]]) -> Paragraphs:
    return tuple(tuple(paragraph) for paragraph in paragraphs if paragraph)
