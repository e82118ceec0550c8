"""What the built-in renderer refuses, and how it says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from report.errors import UserError
from report.render import render
from report.render.citations import check_bibliographies
from report.render.project import read_book


@pytest.fixture
def project(project):
    """The sample book cut to the chapters that the faults below need."""
    path = project / "_quarto.yml"
    lines = path.read_text().splitlines()
    cut = ("deep-vs-shallow", "generalization", "definitions", "reproducibility", "answers")
    path.write_text("\n".join(line for line in lines if not any(name in line for name in cut)))
    rewrite(project, "index", "Nothing.\n")
    rewrite(project, "evidence", "## Claims {#sec-claims}\n")
    return project


def rewrite(project, name, text):
    """Makes the pre-render script write `text` for the chapter `name`."""
    script = project / "report" / "prerender.py"
    target = f"chapters/_generated/{name}.qmd"
    script.write_text(script.read_text() + f"Path({target!r}).write_text({text!r})\n")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a\n\n<div>x</div>\n", 3, "raw html"),
        ("a <b>x</b>\n", 1, "raw html"),
        ("a\n\n\\newpage\n", 3, "raw tex"),
        ("```{=typst}\n#panic()\n```\n", 2, "raw typst"),
        ("a\n\n```{python}\n1\n```\n", 3, "code cell"),
        ("a\n\n{{< video x >}}\n", 3, "shortcode"),
        ("::: {.panel-tabset}\nx\n:::\n", 1, "panel-tabset"),
        ("::: {#fig-x layout-ncol=2}\nx\n:::\n", 1, "layout-ncol"),
        ("::: {#fig-x}\nx\n:::\n", 1, "#fig-x"),
        ("[x]{.aside}\n", 1, "aside"),
        ("\n![c](figure.svg){#fig-x fig-alt=a}\n", 2, "begin with /"),
        ("![c](/results/full/figures/loss.svg){#fig-x}\n", 1, "fig-alt"),
        ("| line block\n| of two\n", 1, "LineBlock"),
        ("see @fig-nothing\n", 1, "nothing in the book is labeled fig-nothing"),
        ("see @sec-summary\n", 1, "has no number"),
        ("\n[x](#nowhere)\n", 2, "leads nowhere"),
        ("[x](/chapters/none.qmd)\n", 1, "leads to no chapter"),
        ("[x](/chapters/evidence.qmd#none)\n", 1, "has no #none"),
        ("## A {#sec-a}\n\n## B {#sec-a}\n", 1, "sec-a is given twice"),
        ("x $$ y $$ {#eq-y}\n", 1, "paragraph of its own"),
        ("a\n\n# Second\n", 3, "a chapter has one heading"),
        ("a\n\n> # q\n", 3, "a chapter has one heading"),
        ("a\n\n## b\n\n#### c\n", 5, "a heading of level 4 follows one of level 2"),
        ("## {.unnumbered}\n", 1, "a heading without words"),
        ("a\n\n```{=html}\n```\n", 3, "raw html"),
        ("a\n\n" + "> " * 400 + "x\n", 3, "nest less"),
        (
            '| a | b |\n|---|---|\n| 1 | 2 |\n\n: c {#tbl-c tbl-colwidths="[1]"}\n',
            5,
            "tbl-colwidths",
        ),
    ],
)
def test_an_unsupported_construct_is_named_with_file_and_line(project, text, line, what):
    rewrite(project, "optimization", text)
    with pytest.raises(UserError) as error:
        render(project, "builtin")
    assert str(error.value).startswith(f"chapters/_generated/optimization.qmd:{line}: ")
    assert what in str(error.value)
    assert not (project / "_site").exists()
    assert not list(project.glob("_site*"))


def test_a_shortcode_in_code_is_code(project):
    rewrite(
        project, "optimization", "`{{< x >}}`\n\n```\n{{< x >}}\n```\n\n\\{\\{\\< x \\>\\}\\}\n"
    )
    render(project, "builtin")
    assert "{{&lt; x &gt;}}" in (project / "_site/chapters/optimization.html").read_text()


def test_a_figure_that_is_not_there(project):
    rewrite(project, "optimization", "![c](/results/full/none.svg){#fig-n fig-alt=a}\n")
    with pytest.raises(UserError, match=r"results/full/none\.svg"):
        render(project, "builtin")


def test_words_that_look_like_a_label_of_an_equation_stay_words(project):
    rewrite(project, "optimization", "The author writes \\{\\#eq\\-mine\\} here.\n")
    render(project, "builtin")
    assert "{#eq-mine}" in (project / "_site/chapters/optimization.html").read_text()


def test_a_citation_that_is_not_in_the_bibliography(project):
    rewrite(project, "optimization", "As [@nobody1900] says.\n")
    with pytest.raises(UserError, match="nobody1900"):
        render(project, "builtin")


def test_a_failing_pre_render_script(project):
    (project / "report" / "prerender.py").write_text("raise SystemExit('no records')\n")
    with pytest.raises(UserError, match=r"report/prerender\.py failed with status 1: no records"):
        render(project, "builtin")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("type: book", "type: website", "project.type"),
        ("number-sections: true", "number-sections: false", "number-sections"),
        ("lang: en", "lang: en\nreference-location: margin", "reference-location"),
        (
            "chapters/optimization.qmd",
            "chapters/missing.qmd",
            "chapters/missing.qmd does not exist",
        ),
        ("- index.qmd", "- part: x", "parts are not supported"),
        ("book:\n", "book: [\n", "not valid YAML"),
        ("type: book", "type: book\n  pre-render: [a.py", "not valid YAML"),
        ("output-file: report", "output-file: ../report", "more than a file's name"),
        ("output-dir: _site", "output-dir: [a]", "output-dir: .'a'. is no name"),
        ("output-dir: _site", "output-dir: '.. '", "output-dir: '.. ' is no name"),
        ("output-dir: _site", 'output-dir: "a\\eb"', "is no name of a file or folder"),
        ("output-file: report", "output-file: 2024", "output-file: 2024 is no name"),
        ("toc-depth: 3", "toc-depth: deep", "toc-depth: 'deep' is no whole number"),
        ("  html:\n", "  html: plain\n  pdf:\n", "format.html: expected settings"),
        ("filters:\n", "filters:\n  - [x]\n", "names no file"),
    ],
)
def test_configuration_that_only_quarto_knows(project, old, new, message):
    path = project / "_quarto.yml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(UserError, match=message):
        render(project, "builtin")


@pytest.mark.parametrize(
    "config",
    [
        {"format": "typst"},
        {"format": {"html": "default", "typst": "default"}},
        {"format": {"html": None, "typst": {"filters": ["templates/styles/math.lua"]}}},
        {"format": {"typst": {"filters": "templates/styles/math.lua"}}},
        {"filters": ["templates/styles/blocks.lua", "quarto", {"path": "citeproc"}]},
        {"filters": "templates/styles/blocks.lua"},
        {"filters": None, "format": None},
        {"profile": None, "lang": None, "toc-depth": "2"},
        {"profile": {"default": "quick"}},
        {"book": {"title": "T", "subtitle": None, "chapters": "index.qmd", "appendices": None}},
    ],
    ids=str,
)
def test_other_forms_of_the_same_configuration(project, config):
    path = project / "_quarto.yml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | config))
    read_book(project, builtin=True)


def test_configuration_in_another_encoding(project):
    path = project / "_quarto.yml"
    path.write_bytes(path.read_text().encode("utf-16"))
    with pytest.raises(UserError, match=r"_quarto\.yml: not UTF-8"):
        render(project, "builtin")


def test_configuration_that_is_too_long(project):
    with (project / "_quarto.yml").open("a") as file:
        file.write("#\n" * 25_000_000)
    with pytest.raises(UserError, match=r"_quarto\.yml: is longer than 200 kB"):
        read_book(project)


@pytest.mark.parametrize("name", ["_quarto.yml", "_quarto-typst.yml"])
@pytest.mark.parametrize(
    "make",
    [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/zero")],
    ids=["pipe", "folder", "device"],
)
def test_configuration_that_is_no_file(project, name, make):
    (project / name).unlink()
    make(project / name)
    with pytest.raises(UserError, match=rf"{name}: no file"):
        read_book(project)


@pytest.mark.parametrize(
    ("text", "unnumbered"),
    [
        ("---\n# A comment {.unnumbered}\nengine: markdown\n---\n\n# Title {#sec-x}\n", False),
        ("---\n# A comment\n---\n# Title {.unnumbered}\n", True),
        ("<!-- # No {-} -->\n```\n# No {-}\n```\n# Title {#sec-x}\n", False),
        ("Title {-}\n=========\n\n# Other\n", True),
    ],
)
def test_the_heading_of_a_chapter(project, text, unnumbered):
    (project / "chapters" / "optimization.qmd").write_text(text)
    chapters = {chapter.source.stem: chapter for chapter in read_book(project).chapters}
    assert (chapters["optimization"].label == "") == unnumbered


def test_links_that_lead_nowhere_or_to_scripts_are_words(project):
    links = "[one]() and [two](javascript:alert(1)) and [three](javascript://x%0aalert(1))\n"
    rewrite(project, "optimization", links)
    render(project, "builtin")
    page = (project / "_site/chapters/optimization.html").read_text()
    assert "one and two and three" in page
    assert "javascript:" not in page


@pytest.mark.parametrize(
    "field",
    [
        "url = {javascript:alert(1)}",
        "url = {www.example.org}",
        "note = {\\href{javascript:alert(1)}{x}}",
    ],
)
def test_an_address_of_the_bibliography_that_is_none(tmp_path, field):
    text = "@misc{mine, title = {T}, url = {https://example.org}}\n"
    (tmp_path / "references.bib").write_text(text)
    (tmp_path / "_quarto.yml").write_text("bibliography: [references.bib, more.bib]\n")
    (tmp_path / "foreign.bib").write_text("@misc{a, title={x}, url={javascript:alert(1)}}")
    check_bibliographies(tmp_path)
    (tmp_path / "references.bib").write_text(text + f"@misc{{bad, title = {{T}}, {field}}}\n")
    with pytest.raises(UserError, match=r"references\.bib: bad: the address '.*' is none of the"):
        check_bibliographies(tmp_path)


def test_profiles(project):
    render(project, "builtin", {"QUARTO_PROFILE": "quick"})
    assert "Suite quick" in (project / "_site" / "index.html").read_text()
    with pytest.raises(UserError, match="no profile 'none'"):
        render(project, "builtin", {"QUARTO_PROFILE": "none"})
