"""Claims: what they insist on, how they are named, where their numbers stand."""

import pytest

from report.claims import Evidence, Statement, evidence, named
from report.claims.claim import slug
from report.sections.registry import statements
from report.words import format as fmt
from report.words.markdown import Markdown, escape
from tests.report.records.build import record

BEST = Statement("sharpness.best", {"a": "On {data}, {n}.", "b": "Nothing."}, about="data")
RECORD = record("sharpness", metrics={"runs": [{"loss": v} for v in (0.5, 0.25, None, 0.1)]})
USED = [evidence(RECORD, "runs", "loss")]


def test_a_claim_is_its_wording_filled_in() -> None:
    claim = BEST("a", USED, data=escape("digits"), n=fmt.count(3))
    assert claim.text == "On digits, 3."
    assert (claim.id, claim.verdict, claim.about) == ("sharpness.best", "a", "digits")
    assert claim.values == {"data": "digits", "n": "3"}


def test_a_number_must_come_through_a_formatter() -> None:
    with pytest.raises(TypeError, match="n = 3 did not pass through a formatter"):
        BEST("a", USED, data=escape("digits"), n=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="formatter"):
        BEST("a", USED, data="digits", n=fmt.count(3))  # type: ignore[arg-type]


def test_a_claim_needs_evidence_a_wording_and_every_value() -> None:
    with pytest.raises(TypeError, match="evidence"):
        BEST("b", [], data=escape("x"))
    with pytest.raises(KeyError):
        BEST("c", USED, data=escape("x"))
    with pytest.raises(KeyError, match="n"):
        BEST("a", USED, data=escape("x"))


def test_a_value_is_not_read_as_a_wording() -> None:
    assert BEST("a", USED, data=Markdown("{n}"), n=Markdown("{data}")).text == "On {n}, {data}."


def test_evidence_names_its_place() -> None:
    assert USED[0].place == "sharpness: metrics.runs[0-3].loss"
    some = evidence(RECORD, "runs", "loss", [3, 0, 1])
    assert some.place == "sharpness: metrics.runs[0-1, 3].loss"
    assert some.values == (0.5, 0.25, 0.1)


def test_evidence_holds_only_where_the_record_has_its_numbers() -> None:
    assert USED[0].holds(RECORD)
    for other in (
        Evidence("sharpness", "runs", (0,), "loss", (0.4,)),
        Evidence("sharpness", "runs", (9,), "loss", (0.5,)),
        Evidence("sharpness", "runs", (0,), "accuracy", (0.5,)),
        Evidence("sharpness", "walks", (0,), "loss", (0.5,)),
        Evidence("sensitivity", "runs", (0,), "loss", (0.5,)),
    ):
        assert not other.holds(RECORD)


def test_names_tell_claims_apart() -> None:
    def of(data: str) -> object:
        return BEST("b", USED, data=escape(data))

    lone = Statement("sharpness.lone", {"a": "One."})("a", USED)
    plain = Statement("sharpness.plain", {"a": "One."})
    assert list(named([of("MNIST"), lone, of("CIFAR-10")])) == [  # type: ignore[list-item]
        "sharpness.best.mnist",
        "sharpness.lone",
        "sharpness.best.cifar-10",
    ]
    assert list(named([plain("a", USED), plain("a", USED)])) == [
        "sharpness.plain.1",
        "sharpness.plain.2",
    ]
    assert list(named([of("x"), of("x"), of("y")])) == [  # type: ignore[list-item]
        "sharpness.best.1",
        "sharpness.best.2",
        "sharpness.best.y",
    ]
    assert list(named([of("x")])) == ["sharpness.best"]  # type: ignore[list-item]


def test_a_slug_is_plain() -> None:
    assert slug(escape("Two words, 1-32-1!")) == "two-words-1-32-1"


def test_the_registry_finds_the_statements_of_every_module() -> None:
    found = statements()
    assert {"random-labels.fit", "parameter-count.stops"} <= set(found)
    assert all(name == statement.id for name, statement in found.items())
