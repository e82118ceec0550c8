"""Templates: nothing undefined, no bare number, text escaped, Markdown left alone."""

from pathlib import Path
from typing import Any

import pytest

from report.book.templating import environment, render
from report.errors import UserError
from report.words.markdown import Markdown


def shown(folder: Path, template: str, **context: Any) -> str:
    (folder / "t.qmd").write_text(template, encoding="utf-8")
    return render(environment(folder), "t.qmd", context)


def test_text_is_escaped_and_markdown_is_not(tmp_path: Path) -> None:
    assert shown(tmp_path, "<<x>>", x="*a*") == r"\*a\*"
    assert shown(tmp_path, "<<x>>", x=Markdown("*a*")) == "*a*"
    assert shown(tmp_path, "<< x | count >> and << y | accuracy >>", x=1200, y=0.5) == (
        "1,200 and 50.00\u00a0%"
    )


def test_quartos_own_braces_are_left_alone(tmp_path: Path) -> None:
    text = "# A {#sec-a}\n\n{{< include x.qmd >}}\n\n{# no comment #} {% no %} {{ no }}\n"
    assert shown(tmp_path, text) == text
    assert shown(tmp_path, "a<# a comment #>b") == "ab"


@pytest.mark.parametrize("value", [3, 0.5, True, None, [1], {"a": 1}, ("x",)])
def test_only_text_may_be_printed(tmp_path: Path, value: object) -> None:
    with pytest.raises(UserError, match=r"t\.qmd.*must pass through a formatter"):
        shown(tmp_path, "<<x>>", x=value)


@pytest.mark.parametrize("template", ["<<y>>", "<<x.y>>", "<<x['y']>>", "<< y | count >>"])
def test_what_is_undefined_is_an_error(tmp_path: Path, template: str) -> None:
    with pytest.raises(UserError, match=r"templates/t\.qmd: .*'y'"):
        shown(tmp_path, template, x={})


@pytest.mark.parametrize("template", ["<% if %>", "<<", "<< x | nothing >>", "<% include 'no' %>"])
def test_a_broken_template_is_named(tmp_path: Path, template: str) -> None:
    with pytest.raises(UserError, match=r"templates/t\.qmd"):
        shown(tmp_path, template, x="x")


def test_a_value_is_never_a_template(tmp_path: Path) -> None:
    assert "49" not in shown(tmp_path, "<<x>>", x="<< 7*7 >>")
    assert shown(tmp_path, "<<x>>", x=Markdown("<< 7*7 >>")) == "<< 7*7 >>"
