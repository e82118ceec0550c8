"""A verdict over parts is formed from the verdicts of the parts."""

import pytest

from report.numbers.comparison import compare
from report.numbers.parts import Parts
from report.numbers.scales import Scale
from tests.report.numbers.groups import group

PLAIN = Scale("anything", logarithmic=False, margin=0.5)
NOISE = [-0.3, 0.3, -0.2, 0.2, 0.1, -0.1]
SHIFTS = {"more": 2.0, "less": -2.0, "alike": 0.0}


def parts(**verdicts: str) -> Parts:
    made = {}
    for label, verdict in verdicts.items():
        if verdict == "undecided":
            values = [9 * v for v in NOISE]
        else:
            values = [SHIFTS[verdict] + v for v in NOISE]
        made[label] = compare(group("a", values), group("b", [0.0] * 6), PLAIN)
        assert made[label].verdict == verdict
    return Parts(made)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sinc": "more", "square": "more"}, "more"),
        ({"sinc": "more", "square": "less"}, "differ"),
        ({"sinc": "more", "square": "alike"}, "differ"),
        ({"sinc": "undecided", "square": "less"}, "partly_less"),
        ({"sinc": "undecided", "square": "undecided"}, "undecided"),
        ({"only": "alike"}, "alike"),
    ],
)
def test_the_whole_is_never_more_than_its_parts(given: dict[str, str], said: str) -> None:
    assert parts(**given).said == said


def test_parts_are_named_by_their_verdict() -> None:
    found = parts(a="more", b="less", c="more", d="undecided")
    assert found.having("more") == ("a", "c")
    assert found.having("undecided", "less") == ("b", "d")


def test_no_parts_have_no_verdict() -> None:
    with pytest.raises(ValueError, match="no parts"):
        Parts({})
