"""What is done to pages and PDF after rendering: a content security policy, a clean PDF."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from report.postrender import META, clean_pdf, described, policy, protect

PAGE = """<!DOCTYPE html>
<html lang="en"><head>
<meta charset="utf-8"><style>p { color: red }</style>
<script>one()</script><script type="application/json">{"data": 1}</script></head>
<body><button onclick="two();">&nbsp;</button>
<main><p>Words.</p></main>
<script type="module">three("ä")</script></body></html>
"""


def hashed(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def rules(page: str, quarto: bool = False) -> dict[str, list[str]]:
    parts = [rule.split() for rule in policy(page, quarto).split(";")]
    return {name: sources for name, *sources in parts}


def test_what_is_inline_is_allowed_by_hash_and_nothing_else():
    found = rules(PAGE)
    allowed = {hashed("one()"), hashed('three("ä")'), hashed("two();")}
    assert set(found["script-src"]) == {"'self'", "'unsafe-hashes'"} | allowed
    assert hashed("p { color: red }") in found["style-src"]
    assert found["default-src"] == found["connect-src"] == ["'none'"]
    found = rules(PAGE, quarto=True)
    assert found["connect-src"] == ["'self'"]
    assert found["style-src"] == ["'self'", "'unsafe-inline'"]  # and no hash, which would undo it


@pytest.mark.parametrize(
    "injected",
    ["<script>evil()</script>", '<img onerror="evil()">', "<div><script>evil()</script></div>"],
)
def test_nothing_that_stands_among_the_words_is_allowed(injected):
    assert policy(PAGE.replace("Words.", injected), False) == policy(PAGE, False)


def test_a_page_without_handlers_allows_none():
    assert "'unsafe-hashes'" not in rules(PAGE.replace("onclick", "data-x"))["script-src"]


def test_the_policy_comes_before_all_that_is_loaded_and_once():
    once = protect(PAGE, False)
    assert once.index("Content-Security-Policy") < once.index("<script")
    assert META.sub("", once) == PAGE
    assert protect(once, False) == once


@pytest.mark.parametrize("space", ["", " ", "\n    "])
def test_the_entry_that_poppler_does_not_understand_is_gone(space):
    content = f"1 0 obj<</MarkInfo{space}<</Marked true/Suspects false{space}>>/A 1>>\nx".encode()
    cleaned = clean_pdf(content)
    assert b"Suspects" not in cleaned
    assert len(cleaned) == len(content)
    assert cleaned.endswith(b"/A 1>>\nx")


@pytest.mark.parametrize("color", ["[0 0 0]", " [ 0.06666667 0.13333334 .2 ]"])
def test_one_color_of_all_borders_is_gone(color):
    four = "/BorderColor[[0 0 0]null null[0 0 1]]"  # poppler understands these
    content = f"1 0 obj<</A[<</O/Layout/BorderColor{color}/X 1>><<{four}>>]>>\nx".encode()
    cleaned = clean_pdf(content)
    assert cleaned.split() == f"1 0 obj<</A[<</O/Layout /X 1>><<{four}>>]>>\nx".encode().split()
    assert len(cleaned) == len(content)


def test_it_runs_as_a_script_anywhere(tmp_path):
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-I", str(Path(__file__).parents[2] / "report" / "postrender.py")],
        env={"QUARTO_PROJECT_OUTPUT_DIR": str(tmp_path)},
        cwd=tmp_path,
        check=True,
    )
    assert META.search((tmp_path / "a.html").read_text(encoding="utf-8"))


def test_a_page_is_described_by_its_title_and_its_first_long_paragraph():
    long = "Does depth help a network of fixed size? Two experiments look at it: networks of " * 9
    body = f"<main><p>Short.</p><p>“A” & <b>b</b> <math><mi>x</mi></math>{long}</p></main>"
    page = described(f"<html><head><title>One – two</title>\n</head><body>{body}</body></html>")
    assert '<meta property="og:title" content="One – two">' in page
    assert '<meta name="description" content="“A” &amp; b Does depth help' in page
    head, _, _ = page.partition("</head>")
    assert len(head) < 900
    assert described(page) == page
    assert 'name="description" content="T"' in described("<head><title>T</title>\n</head>")
