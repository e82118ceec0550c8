"""The committed report by LaTeX, with either engine: as short and full as Typst's, nothing lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pymupdf
import pytest

from report.render import render
from tests.report.converted import converted
from tests.report.render.committed import copy_committed
from tests.report.render.pages import MUCH, empty
from tests.report.render.programs import needed
from tests.report.render.test_filters import FILTERS

MOST_PAGES = 32
MOST_EMPTY = 7
NAME = "陳大文"
CHINESE = ("Noto Serif CJK TC", "FandolSong")


@pytest.mark.long
@pytest.mark.parametrize("engine", ["lualatex", "xelatex"])
def test_the_report_by_latex(tmp_path: Path, engine: str) -> None:
    needed("quarto", engine, "rsvg-convert")
    folder = copy_committed(tmp_path / "project")
    profile = folder / "_quarto-latex.yml"
    profile.write_text(f"{profile.read_text()}    pdf-engine: {engine}\n")
    (folder / "homework.toml").write_text(f'[author]\nname = "{NAME}"\n', encoding="utf-8")
    render(folder, "quarto", {"HOMEWORK_SUITE": "full", "QUARTO_PROFILE": "latex"})
    pdf = folder / "_site" / "report.pdf"
    shares = empty(pdf)
    assert len(shares) <= MOST_PAGES
    assert sum(share > MUCH for share in shares) <= MOST_EMPTY
    with pymupdf.open(pdf) as book:
        cover, fonts = book[0].get_text(), {font[3] for page in book for font in page.get_fonts()}
        text = "".join(page.get_text() for page in book)
    assert "a measured report" in cover.splitlines()[1]  # the title breaks at its colon
    assert any("Libertinus" in font for font in fonts)
    assert "??" not in text  # every reference leads somewhere
    if any(installed(font) for font in CHINESE):
        assert NAME in cover


def installed(font: str) -> bool:
    """Whether a font of this name is here."""
    if shutil.which("fc-list") is None:
        return False
    done = subprocess.run(["fc-list", font], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


def test_other_scripts_get_other_fonts_and_names_stay_whole() -> None:
    found = converted("陳大 Łódź Ж CIFAR-10 `a/b_c`", "latex", "--wrap=none", *FILTERS["latex"])
    assert r"\chineseletters{陳\allowbreak{}大\allowbreak{}} Łódź \otherletters{Ж}" in found
    assert r"CIFAR\mbox{-}10" in found
    assert r"\texttt{a/}\allowbreak{}\texttt{b\_}\allowbreak{}\texttt{c}" in found


def test_chapters_are_one_file_and_table_heads_are_bold() -> None:
    text = (
        "[text](/chapters/x.qmd#sec-a)\n\n| a |\n|---|\n| b |\n\n# References {#sec-references}\n"
    )
    found = converted(text, "latex", "--wrap=none", *FILTERS["latex"])
    assert r"\hyperref[sec-a]{text}" in found
    assert r"\textbf{a}" in found
    assert found.index(r"\backpages") < found.index("References")


def test_a_block_is_an_environment_with_its_label() -> None:
    found = converted("::: {.generated}\nSo.\n:::\n", "latex", *FILTERS["latex"])
    assert r"\begin{generated}{Generated from the records}" in found
    found = converted("::: {.generated .answer}\nSo.\n:::\n", "latex", *FILTERS["latex"])
    assert r"\begin{answer}" in found and "Generated" not in found
