"""Escaped text appears literally in every format, whatever it is."""

import html
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.words.markdown import Markdown, attribute, escape, join, plain
from tests.hostile import CONTROL, HOSTILE, LONG
from tests.report.converted import converted

LITERAL = {"Str", "Space", "SoftBreak"}


def words(tree: list[dict[str, object]]) -> str:
    """Text of inlines that are nothing but text; fails for anything else."""
    text = ""
    for inline in tree:
        assert inline["t"] in LITERAL, inline
        text += str(inline["c"]) if inline["t"] == "Str" else " "
    return text


def read(markdown: str) -> list[dict[str, object]]:
    """The inlines of a document that is one paragraph."""
    tree = json.loads(converted(markdown, "json"))
    (paragraph,) = tree["blocks"]
    assert paragraph["t"] == "Para"
    inlines: list[dict[str, object]] = paragraph["c"]
    return inlines


@pytest.mark.parametrize("text", [*HOSTILE, *CONTROL, LONG], ids=lambda text: text[:20])
def test_escaped_text_is_read_back_as_it_is(text: str) -> None:
    shown = plain(text)
    assert words(read(f"before {escape(text)} after")) == f"before {shown} after"
    assert words(read(escape(text) or "x")) == shown


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=20, max_size=60))
def test_any_text(texts: list[str]) -> None:
    kept = [text for text in texts if plain(text)]
    cells = "\n\n".join(f"x{escape(text)}" for text in kept)
    tree = json.loads(converted(cells, "json"))
    assert [words(block["c"]) for block in tree["blocks"]] == [f"x{plain(text)}" for text in kept]


def test_in_a_bracketed_span_a_table_and_emphasis() -> None:
    for text in HOSTILE:
        (span,) = read(f"[{escape(text)}]{{.claim}}")
        assert span["t"] == "Span"
        assert words(span["c"][1]) == plain(text)  # type: ignore[index]
        (emphasis,) = read(f"*{escape(text)}*")
        assert emphasis["t"] == "Emph" and words(emphasis["c"]) == plain(text)  # type: ignore[arg-type]
    rows = "\n".join(f"| {escape(text)} | 1 |" for text in HOSTILE)
    page = converted(f"| a | b |\n|:--|--:|\n{rows}\n", "html")
    assert page.count("<tr") == len(HOSTILE) + 1
    assert "<script" not in page and "<img" not in page and "<a " not in page


@pytest.mark.parametrize("text", [*HOSTILE, *CONTROL], ids=lambda text: text[:20])
def test_attributes_hold_any_text(text: str) -> None:
    page = converted(f"[x]{{title={attribute(text)}}}", "html")
    title = page.partition('title="')[2].partition('"')[0]
    assert html.unescape(title).split() == plain(text).split()
    assert "<script" not in page and "onerror" not in page.replace(title, "")


def test_plain_text_is_one_visible_line() -> None:
    for text in (*CONTROL, *HOSTILE):
        shown = plain(text)
        assert all(c.isprintable() for c in shown)
        assert "  " not in shown
    assert plain("a\u202eb") == "a\ufffdb"
    assert plain(" a \n b ") == "a b"


def test_markdown_is_a_string_that_is_left_alone() -> None:
    assert isinstance(escape("x"), Markdown)
    assert escape("a*b") == r"a\*b"
    assert join(["a"]) == "a"
    assert join(["a", "b"]) == "a and b"
    assert join(["a", "b", "c"], "or") == "a, b, or c"
