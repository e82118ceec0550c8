"""Letters that the figures' font lacks come from other fonts; those that none has are named."""

import pytest

from report.figures import letters
from report.figures.letters import set_fonts
from report.figures.style import canvas
from report.render.errors import tell_unshown

NAME = "陳大文"


def test_letters_that_no_font_has_are_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(letters, "findSystemFonts", list)
    figure, axes = canvas()
    axes[0, 0].set_title(f"{NAME}, ε ≤ 1")
    lacking = set_fonts(figure)
    assert lacking == "".join(sorted(NAME))
    for _ in range(2):
        tell_unshown(lacking)
    (line,) = capsys.readouterr().err.splitlines()
    assert all(letter in line for letter in NAME)
    assert "fonts-noto-cjk" in line


def test_a_font_of_the_machine_helps() -> None:
    figure, axes = canvas()
    axes[0, 0].set_title(NAME)
    if lacking := set_fonts(figure):
        pytest.skip(f"no font here has {lacking} (Debian: fonts-noto-cjk)")
    assert len(axes[0, 0].title.get_fontfamily()) > 1


def test_latin_and_greek_need_no_other_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "findSystemFonts", lambda: pytest.fail("fonts were sought"))
    figure, axes = canvas()
    axes[0, 0].set_title("Łódź, αβγ, 2×10⁻³")
    assert set_fonts(figure) == ""
