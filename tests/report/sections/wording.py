"""What every sentence must be, whatever it says."""

import re
from collections.abc import Iterable

from report.claims.claim import Claim, Wordings


def check_sentence(text: str) -> None:
    """A sentence: begins with a capital, a number or emphasis, ends with a period, has no gaps."""
    assert re.match(r"[A-Z0-9*$]", text), text
    assert text.endswith("."), text
    assert not re.search(r"[{}]|  |\bnan\b|\binf\b|None| ,| \.", text.replace("\\", "")), text
    assert "–" not in text, f"a value is missing: {text}"


def wordings_of(module: object) -> set[tuple[str, str]]:
    """(identifier, verdict) of every wording of every statement of a module."""
    return {
        (statement.id, verdict)
        for statement in vars(module).values()
        if isinstance(statement, Wordings)
        for verdict in statement.wordings
    }


def worded(module: object, reached: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The wordings in which these (identifier, verdict) are said."""
    own = wordings_of(module)
    return {
        (name, verdict if (name, verdict) in own else re.sub("^(seen|partly)_", "", verdict))
        for name, verdict in reached
    }


def said(paragraphs: tuple[tuple[Claim, ...], ...]) -> dict[str, Claim]:
    """Claims by the last part of their identifier; of several the first."""
    found: dict[str, Claim] = {}
    for claim in (claim for paragraph in paragraphs for claim in paragraph):
        check_sentence(claim.text)
        found.setdefault(claim.id.partition(".")[2], claim)
    return found
