"""The author's own words: what they may do, what they may cite."""

import json
import re
from pathlib import Path

import pytest

from report.book.author import author_words, check_names, inert
from report.errors import UserError
from report.words import format as fmt
from report.words.markdown import Markdown
from tests.report.converted import converted

NUMBERS = {
    "train-on-task.best.accuracy": fmt.accuracy(0.9731),
    "train-on-task.best.second_accuracy": fmt.accuracy(0.9),
    "train-on-task.gap.interval": fmt.interval(0.1, 0.2),
}


def words(tmp_path: Path, text: str) -> str:
    path = tmp_path / "train-on-task.md"
    path.write_text(text, encoding="utf-8")
    return author_words(path, NUMBERS)


def test_no_file_no_words(tmp_path: Path) -> None:
    assert author_words(tmp_path / "train-on-task.md", NUMBERS) == ""
    assert words(tmp_path, " \n\n") == ""


def test_a_comment_is_marked_as_the_authors(tmp_path: Path) -> None:
    assert words(tmp_path, "I *see*!") == "::: {.author}\nI *see*\\!\n:::\n"


def test_a_number_is_cited_by_name(tmp_path: Path) -> None:
    text = words(tmp_path, "It is **{train-on-task.best.accuracy}**, {train-on-task.gap.interval}.")
    assert "It is **97.31\u00a0%**\\, \\[0.10, 0.20\\]\\." in text


@pytest.mark.parametrize(
    "place",
    ["{}", "# {}", "- {}", "> {}", "| a |\n|---|\n| {} |", "*{}*", "({},", "x[^1]\n\n[^1]: {}"],
)
def test_a_number_is_cited_wherever_text_stands(tmp_path: Path, place: str) -> None:
    text = words(tmp_path, place.replace("{}", "{train-on-task.best.accuracy}"))
    assert "97.31\u00a0%" in text
    assert "{train" not in text


@pytest.mark.parametrize(
    "text",
    [
        "`{train-on-task.best.accuracy}`",
        r"$\frac{a.b}{c.d}$",
        "$$x_{a.b}$$",
        "{x}",
        "{two words.here}",
        "{.class}",
        "{#id}",
        "{train-on-task .best.accuracy}",
    ],
)
def test_code_mathematics_and_other_braces_are_left_alone(tmp_path: Path, text: str) -> None:
    assert "97.31" not in words(tmp_path, text)


def test_an_unknown_name_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"train-on-task\.md: no number is called") as caught:
        words(tmp_path, "{train-on-task.best.acuracy}")
    assert 'did you mean "train-on-task.best.accuracy"?' in str(caught.value)
    with pytest.raises(UserError, match="homework names"):
        words(tmp_path, "{zzz.yyy}")


def test_a_number_of_a_task_without_results_is_missing(tmp_path: Path) -> None:
    assert "It is – here" in words(tmp_path, "It is {sharpness.best.value} here.")


def test_the_value_is_not_read_as_a_name_again() -> None:
    shown = inert("{a.b} {c.d}", lambda name: Markdown("{c.d}" if name == "a.b" else "end"))
    assert shown == "{c.d} end"


def test_marks_of_our_own_in_the_text_have_no_effect() -> None:
    text = inert(f"{chr(0xF1000)} {chr(0xF0041)} {{a.b}}", lambda name: Markdown("once"))
    assert text.count("once") == 1
    assert "\\A" not in text


def test_control_characters_are_shown_as_such() -> None:
    text = inert("bell \x07 override \u202e\n\n\tcode\u2028more x\u00a0y", lambda _: Markdown(""))
    assert text == "bell � override �\n\n``` text\ncode more x\u00a0y\n```"


def test_a_table_keeps_its_columns_whatever_the_number(tmp_path: Path) -> None:
    table = "| a | b |\n|---|---|\n| {train-on-task.gap.interval} | x |"
    assert "| \\[0.10, 0.20\\]" in words(tmp_path, table)
    assert words(tmp_path, table).count("|") == 9


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "```{=html}\n<b>raw</b>\n```",
        "`<b>`{=html}",
        "``` {=typst}\n#panic()\n```",
        "# T {#claim-1}",
        "[a](b){.claim}",
        "[@key] and @key and @fig-x",
        "[a](javascript:alert(1))",
        "![x](results/full/train-on-task.json)",
        "text \\frac{a}{b} <!-- x -->",
        "---\ntitle: x\n---",
        "x{.y}\n: z\n",
        "$x$[y]{.z}",
        "*a*{=html}",
        "{{< include /etc/passwd >}}",
        "`{{< include /etc/passwd >}}`",
        "```\n{{< include /etc/passwd >}}\n:::\n```",
        "$x{{<}} {{{<}}} :::$",
        "::: {.callout-note}\nx\n:::",
        "[x]{.claim #claim-1}",
        "\\input{/etc/passwd}",
        '![x](/etc/passwd){width="1"}',
    ],
)
def test_nothing_but_plain_formatting_is_in_effect(tmp_path: Path, hostile: str) -> None:
    text = words(tmp_path, hostile).removeprefix("::: {.author}\n").removesuffix("\n:::\n")
    tree = json.loads(converted(text, "json"))
    kinds = set(re.findall(r'"t": "(\w+)"', json.dumps(tree["blocks"])))
    assert not kinds & {"RawInline", "RawBlock", "Div", "Span", "Cite", "Image"}
    assert not re.findall(r'\[\["(?:x|claim-1)?", \["(?!text")[^"]+"\]', json.dumps(tree["blocks"]))
    assert "{{<" not in text
    assert ":::" not in text
    assert "javascript" not in text


def test_what_has_no_effect_shows_as_typed(tmp_path: Path) -> None:
    text = words(tmp_path, "<b>x</b> {{< y >}} \\input{z} :::")
    shown = converted(text, "plain", "--wrap=none")
    assert shown.strip() == "<b>x</b> {{< y >}} \\input{z} :::"


def test_formatting_and_links_stay(tmp_path: Path) -> None:
    text = words(tmp_path, "*a* **b** `c` [d](https://e.org/f_g) <mailto:h@i.org>\n\n1. x\n2. y")
    for part in ("*a*", "**b**", "`c`", "[d](https://e.org/f_g)", "mailto:h@i.org", "2\\.  y"):
        assert part.replace("2\\.", "2.") in text


@pytest.mark.parametrize(
    "formula",
    [
        r"\input{/etc/passwd}",
        r"\write18{ls}",
        r"\def\x{1}\x",
        r"\text{a \input{x}}",
        r"\href{x}{y}",
    ],
)
def test_mathematics_is_mathematics_only(tmp_path: Path, formula: str) -> None:
    text = words(tmp_path, f"$x^2$ and ${formula}$")
    assert "$x^2$" in text
    assert f"`{formula}`" in text


@pytest.mark.parametrize("formula", ["e^{{x}}", "{{{n} \\choose k}}", "$a\n::: b$"])
def test_a_formula_with_doubled_braces_stays_one(tmp_path: Path, formula: str) -> None:
    """Though two braces would begin a shortcode of Quarto's, and three colons a block."""
    text = words(tmp_path, f"${formula}$").removeprefix("::: {.author}\n").removesuffix("\n:::\n")
    assert "{{" not in text and ":::" not in text

    def mathml(markdown: str) -> str:
        shown = converted(markdown, "html", "--mathml")
        return re.sub("<annotation.*?</annotation>", "", shown, flags=re.DOTALL)

    assert mathml(text) == mathml(f"${formula}$")
    assert "<math" in mathml(text)


def test_a_file_that_belongs_to_no_task_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    (tmp_path / "train-on-task.md").touch()
    check_names(tmp_path)
    (tmp_path / "train-on-tasks.md").touch()
    with pytest.raises(UserError, match=r'did you mean "train-on-task\.md"\?'):
        check_names(tmp_path)


def test_what_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "sharpness.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="UTF-8"):
        author_words(tmp_path / "sharpness.md", NUMBERS)
