"""A number typed by hand is found; one that came through a formatter is not."""

import pytest

from report.words import format as fmt
from report.words.markdown import Markdown, attribute, escape
from report.words.numerals import typed_numerals
from report.words.traced import CLOSE, OPEN, tracing, unmarked, untraced


def found(text: str) -> list[str]:
    return [typed.numeral for typed in typed_numerals(text)]


@pytest.mark.parametrize(
    ("text", "numeral"),
    [
        ("It reaches 97 %.", "97"),
        ("It reaches 97.3 %.", "97.3"),
        ("A loss of 2×10⁻⁵.", "2"),
        ("Trained for eight epochs.", "eight"),
        ("# Heading with 3", "3"),
        ("| a | 12 |", "12"),
        ("`code 7`", "7"),
        ("The rate is $10^{-3}$.", "10"),
        ("$$ y = 2.5 x $$", "2.5"),
        ("It is ½.", "½"),
        ('![x](/a1.svg){#fig-a1 fig-alt="falls to 4"}', "4"),
        ("Within 90 % intervals.", "90"),
        ("[5]{.claim #claim-5}", "5"),
    ],
)
def test_a_typed_number_is_found(text: str, numeral: str) -> None:
    assert found(text)[0] == numeral


@pytest.mark.parametrize(
    "text",
    [
        "Words only, and one more.",
        "CIFAR-10 in float64, L2 norm",
        "the 95 % interval, the 95\u00a0% interval",
        "as @keskar2017large and [@novak2018sensitivity, Section 3.2] say",
        "[a](/chapters/x1.qmd#claim-5) and ![b](/results/x2/y3.svg){#fig-3 width=60%}",
        "$x_1^2 + \\frac{1}{2} \\sum_{i=0}^n$",
        "::: {.author}\nI ran it 3 times.\n:::",
    ],
)
def test_what_is_no_number_of_the_prose_is_left_out(text: str) -> None:
    assert found(text) == []


def test_after_the_authors_block_the_search_goes_on() -> None:
    assert found("::: {.author}\nI: 3.\n:::\n\nThen 4.") == ["4"]


def test_what_the_suite_calls_its_problems_is_no_typed_number() -> None:
    figure = f"![x](/a.svg){{#fig-a fig-alt={attribute('on x^3 - 2*x it falls to 4')}}}"
    assert [one.numeral for one in typed_numerals(figure, ["x", "x^3 - 2*x", "$36"])] == ["4"]
    assert [one.numeral for one in typed_numerals('![](/a){fig-alt="at 4.5"}', ["4", "5"])] == [
        "4.5"
    ]


def test_line_and_surroundings_lead_to_the_place() -> None:
    (typed,) = typed_numerals("first\n\n$$\nx\n$$\nit is 12 here\n")
    assert (typed.line, typed.around) == (6, "it is 12 here")


@pytest.mark.parametrize(
    "shown",
    [
        lambda: fmt.count(1234),
        lambda: fmt.words(8),
        lambda: fmt.number(2.3e-5),
        lambda: fmt.accuracy(0.9731),
        lambda: fmt.points(0.0123),
        lambda: fmt.interval(0.1, 0.2),
        lambda: fmt.seeds([0, 1, 2]),
        lambda: fmt.plural(3, "seed"),
        lambda: fmt.seconds(75),
        lambda: fmt.formula("\\sin(5\\pi x)"),
        lambda: fmt.code("homework run --epochs 3"),
        lambda: escape("model 1-32-64-1 (3)"),
        lambda: Markdown(f"[x](y){{fig-alt={attribute(f'ends at {fmt.loss(0.3)} (x)')}}}"),
    ],
)
def test_a_formatted_number_is_traced(shown) -> None:  # type: ignore[no-untyped-def]
    plain = shown()
    with tracing():
        marked = shown()
    assert found(f"a {marked} b") == []
    assert found(f"a {plain} b") != []
    assert unmarked(marked) == plain


def test_marks_are_set_only_while_tracing() -> None:
    assert OPEN not in fmt.count(3)
    with tracing():
        assert fmt.count(3) == f"{OPEN}3{CLOSE}"
    assert OPEN not in fmt.count(3)


def test_marks_nest() -> None:
    assert untraced(f"a {OPEN}1 {OPEN}2{CLOSE} 3{CLOSE} 4", "#") == "a # 4"


def test_marks_in_a_users_text_are_replaced() -> None:
    assert OPEN not in escape(f"x{OPEN}5{CLOSE}")
