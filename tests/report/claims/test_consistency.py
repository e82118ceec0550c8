"""Each way in which a claim contradicts its numbers, or another claim, is noticed."""

from dataclasses import replace
from typing import Any

import pytest

from report.claims.bound import Bound, Side, bound
from report.claims.claim import Claim, Effect, Statement, evidence
from report.claims.consistency import contradiction, opposed, pooled
from report.numbers.comparison import Comparison, compare
from report.numbers.parts import Parts
from report.numbers.quantifiers import count
from report.numbers.scales import ACCURACY, LOSS
from report.numbers.trend import related
from report.words import format as fmt
from report.words.counts import all_of, each_of, some_of
from report.words.markdown import Markdown
from tests.report.numbers.groups import group
from tests.report.records.build import record

RECORD = record(
    metrics={
        "runs": [
            {"function": f, "model": m, "seed": s}
            for f in ("sinc", "cube")
            for m in ("deep", "shallow")
            for s in range(3)
        ]
    }
)
SAY = Statement("simulate-function.say", {"x": "It is {number} of {total}, {least}."})


def claim(said: str, effect: Effect | None, *, rows: Any = None, **values: Markdown) -> Claim:
    used = (evidence(RECORD, "runs", "final_train_loss", rows),)
    return Claim("simulate-function.x", said, Markdown("X."), used, effect, values=values)


def compared(*differences: float) -> Comparison:
    zero = group("shallow", [0.5] * len(differences))
    return compare(group("deep", [0.5 + d for d in differences]), zero, ACCURACY)


MORE, LESS = compared(0.1, 0.2, 0.3), compared(-0.1, -0.2, -0.3)


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        ("seen_more", MORE),
        ("nothing", compare(group("a", [None]), group("b", [1.0]), LOSS)),
        ("differ", Parts({"sinc": MORE, "cube": LESS})),
        ("rises", related([(x, x) for x in range(6)])),
        ("all", count([1, 2], lambda n: n > 0)),
        ("all_known", count([1, 2, None], lambda n: None if n is None else n > 0)),
        ("free", count([1, 2], lambda n: n > 1)),
    ],
)
def test_what_is_so_contradicts_nothing(said: str, effect: Effect) -> None:
    assert contradiction(claim(said, effect)) == ""


@pytest.mark.parametrize(
    ("said", "effect", "fault"),
    [
        ("more", MORE, 'says "more" of what is "seen_more"'),
        ("more", Parts({"sinc": MORE, "cube": LESS}), "sinc: seen_more, cube: seen_less"),
        ("falls", related([(x, x) for x in range(6)]), 'says "falls" of what is "rises"'),
        ("all", count([1, 2, 3], lambda n: n > 1), "2 of 3, 0 not known"),
        ("all", count([1, None], lambda n: n), 'says "all" of what is "all_known"'),
        ("none", count([0, 1], bool), 'says "none" of what is "some"'),
    ],
)
def test_a_verdict_or_a_quantifier_against_its_rows_is_noticed(
    said: str, effect: Effect, fault: str
) -> None:
    assert fault in contradiction(claim(said, effect))


def test_a_number_of_things_that_the_rows_do_not_have_is_noticed() -> None:
    two = count([0, 1, 1], bool)
    assert not contradiction(claim("some", two, number=fmt.words(2), total=fmt.count(3)))
    assert 'says "three"' in contradiction(claim("some", two, number=fmt.words(3)))
    assert 'says "four"' in contradiction(claim("some", two, total=fmt.words(4)))


def test_words_of_how_many_that_the_rows_contradict_are_noticed() -> None:
    two = count([0, 1, 1], bool)
    for shown, right in (
        (some_of(2, 3, "run"), True),
        (some_of(1, 3, "run"), True),  # those that have it not
        (some_of(3, 3, "run"), False),
        (each_of(3, "run"), False),
        (some_of(2, 4, "run"), False),
    ):
        said = replace(claim("counted", two, which=shown), text=Markdown(f"In {shown}."))
        assert (contradiction(said) == "") is right, shown
        assert not contradiction(replace(said, text=Markdown("Not said.")))
    every = claim("all", count([1, 1], bool), which=all_of(2, "run"))
    assert not contradiction(replace(every, text=Markdown("In both runs.")))


@pytest.mark.parametrize(
    ("side", "words", "right"),
    [
        ("lower", "at least {}", True),
        ("upper", "at least {}", False),
        ("upper", "by {} at most", True),
        ("lower", "up to {}", False),
        ("lower", "{} of the variance or more", True),
        ("upper", "{} or more", False),
        ("upper", "between 1 and {}", True),
        ("upper", "between {} and 3", False),
        ("upper", "about {}", True),
    ],
)
def test_a_bound_said_as_one_of_the_other_side_is_noticed(
    side: Side, words: str, right: bool
) -> None:
    made = bound(1.7, side, digits=2)
    said = replace(claim("free", None, least=made), text=Markdown(f"It is {words.format(made)}."))
    assert (contradiction(said) == "") is right


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (bound(0.92546, "lower", fmt.percent, decimals=3), "92.5\u00a0%"),
        (bound(1.7265, "upper", digits=2), "1.8"),
        (bound(0.12345, "lower", fmt.points, decimals=4), "12.34\u00a0percentage points"),
        (bound(-0.123, "upper", fmt.correlation, decimals=2), "−0.12"),
        (bound(123456.0, "upper", digits=2), "1.3×10⁵"),
    ],
)
def test_bounds_are_rounded_outward_and_stay_bounds(made: Bound, text: str) -> None:
    assert made == text and not made.wrong
    assert contradiction(claim("free", None, least=made)) == ""


def test_a_bound_that_its_formatter_rounds_back_is_noticed() -> None:
    made = bound(0.9254, "lower", lambda share: fmt.percent(share + 0.004, 0), decimals=3)
    assert made == "93\u00a0%" and made.wrong
    assert "on the wrong side of 0.9254" in contradiction(claim("free", None, least=made))
    upper = bound(1.7265, "upper", lambda _: fmt.number(1.7, 2), digits=2)
    assert upper.wrong


def test_one_comparison_over_several_functions_is_noticed() -> None:
    assert (
        pooled(claim("seen_more", MORE), RECORD) == "pools 2 values of function in one comparison"
    )
    assert not pooled(claim("seen_more", MORE, rows=range(6)), RECORD)
    assert not pooled(claim("differ", Parts({"sinc": MORE, "cube": LESS})), RECORD)


def test_two_claims_of_opposite_directions_are_noticed() -> None:
    first = claim("seen_more", MORE)
    for other in (claim("seen_less", LESS), claim("seen_more", LESS.flipped())):
        found = [fault for _, fault in opposed([first, replace(other, id="simulate-function.y")])]
        assert found == ["says the opposite of simulate-function.x about the same numbers"]
    assert not [*opposed([first, claim("seen_more", MORE), claim("seen_less", MORE.flipped())])]
    assert not [*opposed([first, claim("seen_less", LESS, rows=range(6))])]
    up, down = (related([(x, sign * x) for x in range(6)]) for sign in (1, -1))
    assert len([*opposed([claim("rises", up), claim("falls", down)])]) == 1
    parts = [Parts({"sinc": MORE}), Parts({"sinc": LESS})]
    assert len([*opposed([claim("more", part) for part in parts])]) == 1
