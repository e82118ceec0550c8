"""Claims: what they insist on, how they are named, where their numbers stand."""

import pytest

from report.claims import Claim, Evidence, Statement, evidence, named
from report.words import format as fmt
from report.words.markdown import Markdown, escape
from report.words.names import distinct, slug
from tests.report.records.build import record

BEST = Statement("sharpness.best", {"a": "On {data}, {n}.", "b": "Nothing."}, about="data")
RECORD = record("sharpness", metrics={"solutions": [{"trace": v} for v in (0.5, 0.25, None, 0.1)]})
USED = [evidence(RECORD, "solutions", "trace")]


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
    assert USED[0].path == "sharpness: metrics.solutions[0-3].trace"
    some = evidence(RECORD, "solutions", "trace", [3, 0, 1])
    assert some.path == "sharpness: metrics.solutions[0-1, 3].trace"
    assert some.values == (0.5, 0.25, 0.1)


def test_evidence_holds_only_where_the_record_has_its_numbers() -> None:
    assert USED[0].holds(RECORD)
    for other in (
        Evidence("sharpness", "solutions", (0,), "trace", (0.4,)),
        Evidence("sharpness", "solutions", (9,), "trace", (0.5,)),
        Evidence("sharpness", "solutions", (0,), "accuracy", (0.5,)),
        Evidence("sharpness", "walks", (0,), "trace", (0.5,)),
        Evidence("sensitivity", "solutions", (0,), "trace", (0.5,)),
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


def test_a_slug_keeps_the_letters_of_every_script() -> None:
    assert [slug(escape(name)) for name in ("多层 感知机", "Größe_2", "сеть", "!?")] == [
        "多层-感知机",
        "größe-2",
        "сеть",
        "",
    ]
    assert slug("e\u0301") == slug("\u00e9"), "however it is typed"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b"], ["a", "b"]),
        (["mlp-1", "mlp-1", "mlp-1"], ["mlp-1", "mlp-1-2", "mlp-1-3"]),
        (["mlp", "mlp", "mlp-2"], ["mlp", "mlp-3", "mlp-2"]),
        (["", "a", ""], ["1", "a", "3"]),
        (["", "1", "2"], ["3", "1", "2"]),
    ],
)
def test_equal_names_are_numbered(names: list[str], expected: list[str]) -> None:
    assert distinct(names) == expected


def test_a_number_never_takes_the_name_of_another_claim() -> None:
    def of(data: str) -> Claim:
        return BEST("b", USED, data=escape(data))

    assert list(named([of("2"), of("x"), of("x")])) == [
        "sharpness.best.2",
        "sharpness.best.2-2",
        "sharpness.best.3",
    ]
