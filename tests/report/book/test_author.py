"""The author's own words: what they may do, what they may cite."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from report.book.author import Comment, author_words, check_names
from report.errors import UserError
from report.render.errors import RenderError
from report.render.inert import inert
from report.render.limits import GIB, LimitError, Limits
from report.words import format as fmt
from report.words.markdown import Markdown
from tests.report.converted import converted

TASK = "train-on-task"
REMEDY = "write it more simply"
CITED = "{train-on-task.best}"
NUMBERS = {
    "train-on-task.best.accuracy": fmt.accuracy(0.9731),
    "train-on-task.best.second_accuracy": fmt.accuracy(0.9),
    "train-on-task.gap.interval": fmt.interval(0.1, 0.2),
}


def words(tmp_path: Path, text: str) -> str:
    return comment(tmp_path, text).block


def comment(tmp_path: Path, text: str | bytes) -> Comment:
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / f"{TASK}.md").write_bytes(content)
    return author_words(tmp_path, [TASK], NUMBERS)[TASK]


def test_no_file_no_words(tmp_path: Path) -> None:
    assert author_words(tmp_path, [TASK], NUMBERS) == {TASK: Comment()}
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
    found = comment(tmp_path, "One.\n\nIt is {train-on-task.best.acuracy}.")
    assert f"/{TASK}.md, line 3: no number is called" in found.fault
    assert 'did you mean "train-on-task.best.accuracy"?' in found.fault
    assert "Shown as typed" in found.block
    assert "It is \\{train\\-on\\-task\\.best\\.acuracy\\}\\." in found.block
    assert '"homework names" lists them' in comment(tmp_path, "{zzz.yyy}").fault


def test_a_number_of_a_task_without_results_is_missing(tmp_path: Path) -> None:
    assert "It is – here" in words(tmp_path, "It is {sharpness.best.value} here.")


def test_the_value_is_not_read_as_a_name_again() -> None:
    shown = inert("{a.b} {c.d}", lambda name: Markdown("{c.d}" if name == "a.b" else "end"), "x")
    assert shown == "{c.d} end"


def test_marks_of_our_own_in_the_text_have_no_effect() -> None:
    text = inert(f"{chr(0xF1000)} {chr(0xF0041)} {{a.b}}", lambda name: Markdown("once"), "x")
    assert text.count("once") == 1
    assert "\\A" not in text


def test_control_characters_are_shown_as_such() -> None:
    text = inert(
        "bell \x07 override \u202e\n\n\tcode\u2028more x\u00a0y", lambda _: Markdown(""), "x"
    )
    assert text == "bell � override �\n\n``` text\ncode more x\u00a0y\n```"


def test_a_table_keeps_its_columns_whatever_the_number(tmp_path: Path) -> None:
    table = "| a | b |\n|---|---|\n| {train-on-task.gap.interval} | x |"
    assert "| \\[0.10, 0.20\\]" in words(tmp_path, table)
    assert words(tmp_path, table).count("|") == 9


@pytest.mark.sweep
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


def test_what_is_no_text_is_left_out(tmp_path: Path) -> None:
    found = comment(tmp_path, b"ok\n\xff\xfe\x00")
    assert f"/{TASK}.md, line 2: is not UTF-8" in found.fault
    assert "Left out" in found.block


FAULTS = {
    "> " * 300 + "x": "nest less",
    "".join("  " * depth + "- a\n" for depth in range(30)): "nest less",
    "*a " * 300 + "b* " * 300: "nest less",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_costs_the_comment(tmp_path: Path, text: str) -> None:
    found = comment(tmp_path, f"Fine.\n\nFine, too.\n\n{text}\n\nx {CITED}\n")
    assert f"/{TASK}.md, line 5: " in found.fault and FAULTS[text] in found.fault
    assert found.fault.count("\n") == 0
    shown = converted(found.block, "plain", "--wrap=none")
    assert "Shown as typed: " in shown and f"x {CITED}" in shown
    assert " ".join(text.split())[:60] in " ".join(shown.split())


def test_typst_is_asked_before_the_report_depends_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(pieces: Sequence[str]) -> RenderError | None:
        return RenderError("Typst failed") if any("*strange*" in p for p in pieces) else None

    monkeypatch.setattr("report.render.trial.fault", fault)
    (tmp_path / "sharpness.md").write_text("Sound.")
    (tmp_path / f"{TASK}.md").write_text("One.\n\nTwo.\n\n*strange*\n\nThree.")
    made = author_words(tmp_path, [TASK, "sharpness"], NUMBERS)
    assert not made["sharpness"].fault
    assert made[TASK].fault.endswith(
        f"/{TASK}.md, line 5: Typst failed; {REMEDY}",
    )
    assert "\\*strange\\*" in made[TASK].block


@pytest.mark.parametrize("program", ["report.book.author.inert", "report.render.trial.typeset"])
def test_what_takes_a_program_too_long_is_tried_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    tries: list[object] = []

    def slow(*given: object) -> str:
        tries.append(given)
        raise LimitError("It took more than 30 s")

    monkeypatch.setattr(program, slow)
    fault = comment(tmp_path, "\nOne.\n\nTwo.").fault
    assert fault.endswith(f"/{TASK}.md, line 2: It took more than 30 s; {REMEDY}")
    assert len(tries) <= 3


def test_what_even_as_typed_takes_too_long_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pandoc's time grows with the square of a word's length."""
    monkeypatch.setattr("report.render.trial.COMMENT", Limits(1, GIB))
    found = comment(tmp_path, "x" * 199_000)
    assert "took more than 1 s" in found.fault and "Left out" in found.block
    assert len(found.block) < 500


def test_a_comment_too_long_is_left_out(tmp_path: Path) -> None:
    found = comment(tmp_path, b"x\n" + b"x" * 20_000_000)
    assert f"/{TASK}.md, line 2: is longer than 200 kB; shorten it" in found.fault
    assert len(found.block) < 500


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "device", "broken link"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "comments"
    folder.mkdir()
    path, elsewhere = folder / f"{TASK}.md", tmp_path / "elsewhere.md"
    elsewhere.write_text("secret")
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to(elsewhere)
        case "device":
            path.symlink_to("/dev/zero")
        case "broken link":
            path.symlink_to(tmp_path / "nothing")
            assert author_words(folder, [TASK], NUMBERS)[TASK] == Comment()
            return
    with pytest.raises(UserError, match=f"{TASK}.md: a .* in the place of a comment; put"):
        author_words(folder, [TASK], NUMBERS)


def test_headings_of_any_order_are_fitted(tmp_path: Path) -> None:
    text = words(tmp_path, "## A\n\n##\n\n# B\n\n#### C\n\n## D\n\n###### E\n\n> # F\n")
    levels = re.findall(r"^(#+) (\w) \{#comment-train-on-task-(\d) \.unnumbered \.unlisted\}$",
                        text, re.MULTILINE)  # fmt: skip
    assert levels == [
        ("###", "A", "1"), ("###", "B", "2"), ("####", "C", "3"), ("####", "D", "4"),
        ("#####", "E", "5"),
    ]  # fmt: skip
    assert "> **F**" in text


def test_footnotes_of_two_comments_are_two(tmp_path: Path) -> None:
    for task in (TASK, "sharpness"):
        (tmp_path / f"{task}.md").write_text(f"a[^1]\n\n[^1]: {task}\n")
    made = author_words(tmp_path, [TASK, "sharpness"], NUMBERS)
    shown = converted("\n\n".join(found.block for found in made.values()), "plain")
    assert "[1] train-on-task" in shown and "[2] sharpness" in shown


def test_a_digit_behind_a_formula(tmp_path: Path) -> None:
    shown = converted(words(tmp_path, "$\\approx$5 and **$x$7**"), "json")
    assert shown.count('"Math"') == 2
    assert '"5"' in shown and '"7"' in shown


def test_cleaning_comes_after_decoding(tmp_path: Path) -> None:
    text = words(tmp_path, "a&#x202E;b `&#x202E;` &#xF0023; &#x1B;[31m [x](https://e.org/&#x202E;)")
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "\\#" not in text.split("`")[2].split("x")[0]
