"""Sentences from comparisons: numbers and verdict are those of one comparison."""

from dataclasses import replace

import pytest

from report.claims.claim import Evidence, Line
from report.claims.consistency import contradiction
from report.claims.contrast import (
    ACCURACIES,
    LOSSES,
    Contrast,
    Label,
    Overall,
    Tendency,
    course,
    label,
    reason,
)
from report.claims.trace import effect
from report.numbers.comparison import Comparison, compare
from report.numbers.parts import Parts
from report.numbers.scales import ACCURACY, LOSS
from report.numbers.trend import related
from report.words.markdown import Markdown
from tests.report.numbers.groups import group

USED = [Evidence("train-on-task", "runs", (0,), "final_test_accuracy", (0.5,))]
VERDICTS = ("more", "less", "alike", "seen_more", "seen_less", "undecided", "nothing")
PLAIN = "{first} {first_value}, {second} {second_value}: {size} {interval} over {n}{left_out}."
STATEMENT = Contrast("t.c", {v: f"{v}: {PLAIN}" for v in VERDICTS}, quantity=LOSSES)


def losses(factor: float, n: int = 6) -> Comparison:
    wobble = [1.0, 1.1, 0.9, 1.05, 0.95, 1.02][:n]
    first = group("deep", [factor * w for w in wobble])
    return compare(first, group("shallow*", [1.0] * n), LOSS)


def test_a_sentence_has_the_numbers_of_its_comparison() -> None:
    claim = STATEMENT(losses(0.1), USED)
    assert claim.verdict == "less"
    assert claim.text.startswith(
        "less: deep 0.100, shallow\\* 1.00: 10 \\[9.3, 11\\] over six seeds"
    )
    assert not contradiction(claim)


def test_the_interval_belongs_to_the_size() -> None:
    shown = [STATEMENT(losses(f), USED).values["interval"] for f in (0.1, 10)]
    assert shown[1].startswith("\\[9.3")
    assert all(float(s.strip("\\[]").split(",")[0]) > 1 for s in shown)


def test_too_few_runs_show_no_interval() -> None:
    claim = STATEMENT(losses(0.1, n=3), USED)
    assert claim.verdict == "seen_less"
    assert claim.values["all"] == "all three seeds"
    assert STATEMENT(losses(0.1, n=2), USED).values["all"] == "both seeds"


def test_what_was_left_out_is_said() -> None:
    first = group("a", [0.97, 0.971, 0.969, 0.97, 0.972, 0.968, 0.2, None])
    found = compare(first, group("b", [0.9] * 8), ACCURACY)
    claim = Contrast("t.c", dict.fromkeys(VERDICTS, "{n}{left_out}"), quantity=ACCURACIES)(
        found, USED
    )
    assert (
        claim.text == "six seeds, one run without a result left out and one collapsed run set apart"
    )


def test_a_number_is_no_label() -> None:
    with pytest.raises(TypeError, match="no label"):
        STATEMENT(losses(2), USED, model=Markdown("0.31"))  # type: ignore[arg-type]
    assert isinstance(label("a*"), Label)


def test_an_altered_verdict_is_found() -> None:
    claim = replace(STATEMENT(losses(0.1), USED), verdict="more")
    assert 'says "more" of what is "less"' in contradiction(claim)


def test_a_tendency_has_the_ends_and_the_verdict_of_its_trend() -> None:
    statement = Tendency(
        "t.t",
        {v: f"{v}: {{start}} to {{end}}, {{correlation}}" for v in ("rises", "falls", "too_few")},
        quantity=LOSSES,
    )
    found = related([(float(i), -float(i)) for i in range(8)])
    assert statement(found, USED).text == "falls: 1.00 to 1.00×10⁻⁷, −1.00"
    assert statement(related([(1.0, 2.0)]), USED).verdict == "too_few"


@pytest.mark.parametrize(
    ("heights", "way", "why"),
    [
        ([1, 2, 3], "rising at every step", "three approaches are too few to rank"),
        ([3, 2, 2], "falling at every step", "three approaches are too few to rank"),
        ([1, 3, 2, 5, 4, 1], "with ups and downs", "over six approaches no order shows"),
        ([2] * 7, "the same throughout", "one of the two is the same for all approaches"),
        ([2], "with ups and downs", "there is nothing to rank"),
    ],
)
def test_what_an_undecided_trend_shows_and_why_it_is_undecided(
    heights: list[float], way: str, why: str
) -> None:
    found = related(list(enumerate(heights)))
    assert (course(found), reason(found, "approach")) == (way, why)


def test_parts_that_differ_are_named() -> None:
    statement = Overall(
        "t.o",
        {
            "less": "On {parts} deep is ahead.",
            "differ": "Deep is ahead on {less}, shallow on {more}.",
            "partly_less": "Deep is ahead on {less}; {undecided} leaves it open.",
        },
    )
    assert statement(Parts({"sinc": losses(0.1), "sgn": losses(0.2)}), USED).text == (
        "On sinc and sgn deep is ahead."
    )
    assert statement(Parts({"sinc": losses(0.1), "sgn": losses(9)}), USED).text == (
        "Deep is ahead on sinc, shallow on sgn."
    )
    found = statement(Parts({"sinc": losses(0.1), "sgn": losses(1.3, n=1)}), USED)
    assert found.text == "Deep is ahead on sinc; sgn leaves it open."
    assert "sinc: Effect, paired ratio: 0.1" in effect(found.effect)


def test_a_wording_that_is_missing_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError, match="less"):
        Contrast("t.c", {"more": "x"}, quantity=LOSSES)(losses(0.1), USED)


def test_the_strongest_part_is_a_decided_one_with_its_own_effect() -> None:
    statement = Overall(
        "t.o",
        {"partly_less": "{strongest}: {strength}.", "undecided": "{strongest}: {strength}."},
    )
    found = statement(Parts({"sinc": losses(0.1), "sgn": losses(90, n=1)}), USED)
    assert found.text == "sinc: 10."
    assert (
        statement(Parts({"sinc": losses(3, n=1), "sgn": losses(90, n=1)}), USED).text[:4] == "sgn:"
    )
    nothing = related([(1.0, 2.0)])
    assert statement(Parts({"a": nothing, "b": losses(3, n=1)}), USED).text.startswith("b: 3")
    some = related([(float(i), -float(i)) for i in range(5)])
    assert statement(Parts({"a": some}), USED).text == "a: −1.00."


HIGHER = Overall(
    "t.o",
    {
        "more|less": "It is [higher|lower] for {which}{seen}: {only},{factors}.",
        "differ": "It depends: {order}.",
    },
    line=Line(
        "Is it higher?",
        {"more|less": ("[Higher|Lower].", "{strength}"), "differ": ("{told}.", "–")},
        "loss",
    ),
    every="both",
    order={"more": "higher", "less": "lower", "undecided": "open"},
    brief={"more": "yes", "less": "no", "alike": "no"},
)


def test_two_verdicts_share_a_wording_and_a_part_is_said_as_such() -> None:
    less = HIGHER(Parts({"a": losses(0.1), "b": losses(0.2)}), USED)
    assert less.text == "It is lower for both: both, by a factor of 10 for a and of 5.0 for b."
    seen = HIGHER(Parts({"a": losses(9, n=3), "b": losses(9, n=1)}), USED)
    assert seen.verdict == "partly_more" and seen.short is not None
    assert seen.short.answer == "Yes for a, open for b."
    assert seen.text == (
        "It is higher for a; for b no order shows in all three seeds: a alone, by a factor of 9.0 "
        "for a."
    )


def test_of_many_parts_the_number_is_told() -> None:
    open_ = {name: losses(9, n=1) for name in "cdef"}
    text = HIGHER(Parts({"a": losses(9), "b": losses(0.1), **open_}), USED).text
    assert text == "It depends: higher for a, lower for b, and open for four of them."
    short = HIGHER(Parts({"a b c d e": losses(9), "f g": losses(0.1), **open_}), USED).short
    assert short is not None
    assert short.answer == "Yes for one of six parts, no for one, open for four."
    kinds = {
        f"the {kind} on {place} on paper": f"the {kind}"
        for kind in ("CNNs", "MLPs")
        for place in ("one set", "another set")
    }
    found = zip(kinds, (losses(9), losses(8), losses(0.1), losses(9, n=1)), strict=True)
    short = HIGHER(Parts(dict(found)), USED, kinds).short
    assert short is not None and short.answer == "Yes for the CNNs, no or open for the MLPs."
    alike = HIGHER(Parts({"a": losses(0.1), "b": losses(1.0)}), USED).short
    assert alike is not None and alike.answer == "No."
    many = HIGHER(Parts({n: losses(f) for n, f in zip("abcd", (2, 4, 8, 16), strict=True)}), USED)
    assert "by factors from 2.0 for a to 16 for d" in many.text


def test_a_label_goes_before_a_field_of_its_name() -> None:
    found = HIGHER(Parts({"a": losses(9), "b": losses(0.1)}), USED, order=label("no"))
    assert found.text == "It depends: no."
