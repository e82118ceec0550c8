"""The Lua filters in templates/styles: blocks.lua in every format, latex.lua in LaTeX."""

import pytest

from tests.project import ROOT
from tests.report.converted import converted

ABOVE = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
GREEK = "αβγδΔεηθλμπρσΣτ"


FILTERS = {
    form: [f"--lua-filter={ROOT / 'templates' / 'styles' / name}" for name in names]
    for form, names in {
        "html": ["blocks.lua"],
        "typst": ["blocks.lua", "math.lua"],
        "latex": ["blocks.lua", "latex.lua"],
    }.items()
}


def written(text: str, form: str) -> str:
    """The text in the format, without the line's end."""
    return converted(text, form, "--wrap=none", *FILTERS[form]).strip()


def test_latex_sets_what_its_font_lacks_and_marks_above_the_line() -> None:
    found = written("3.4×10⁻¹², *x³* and ε-sharpness", "latex")
    assert found == (
        r"3.4×10\textsuperscript{−12}, \emph{x\textsuperscript{3}} and \(\varepsilon\)-sharpness"
    )
    link = written("So it is.[7](#evidence-7){.evidence}", "latex")
    assert link == r"So it is.\textsuperscript{\hyperref[evidence-7]{7}}"
    signs = written(r"\"x\" \`x\`\` \<\<\> \,\,", "latex")
    assert signs == (
        r"\textquotedbl{}x\textquotedbl{} \textasciigrave{}x\textasciigrave{}\textasciigrave{} "
        r"\textless{}{\kern0pt}\textless{}\textgreater{} ,{\kern0pt},"
    )
    assert not set(written(ABOVE + GREEK, "latex")) & set(ABOVE + GREEK)


@pytest.mark.parametrize("form", ["html", "typst"])
def test_other_formats_keep_their_letters(form: str) -> None:
    assert ABOVE + GREEK in written(f"10{ABOVE}{GREEK}", form)


def test_two_slashes_are_no_comment_in_any_version_of_pandoc() -> None:
    closed = f"--lua-filter={ROOT / 'templates' / 'styles' / 'closed.lua'}"
    for text, behind in (("// x", ", Space"), ("//x", ', Str "x"'), ("///", ', Str "/"')):
        tree = " ".join(converted(text, "native", closed).split())
        assert tree.startswith(f'[ Para [ RawInline (Format "typst") "\\\\/\\\\/" {behind}')
    assert converted("*a*// x", "typst", closed).strip() == r"#emph[a]/**/\/\/ x"


def test_typst_sets_bars_and_large_parentheses_as_delimiters() -> None:
    bars = written(r"$\lvert S \rvert = \operatorname{round}(pN)$", "typst")
    assert "lr(|S|)" in bars
    assert 'op("round") \\( p N' in bars
    large = written(r"$\Bigl( \sum_i x_i \Bigr)^{1/2}$", "typst")
    assert "scale" not in large
    assert "(sum_i x_i)^(1" in large
    alone = written(r"$\bigl( x$", "typst")
    assert "x" in alone
