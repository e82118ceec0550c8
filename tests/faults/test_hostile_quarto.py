"""Hostile text in every field, by the real Quarto: site and PDF by Typst, PDF by LaTeX."""

from pathlib import Path

import pytest

from tests.faults.literal import check, project_with, rotated
from tests.hostile import CONTROL, HOSTILE, LONG
from tests.report.render.programs import needed

CORPUS = (*(" ".join(HOSTILE[i::3]) for i in range(3)), " ".join(CONTROL), LONG)
"""Several strings at a time, because a render takes half a minute."""


@pytest.mark.long
@pytest.mark.parametrize("shift", range(len(CORPUS)))
@pytest.mark.parametrize("maker", ["typst", "latex"])
def test_every_string_in_every_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, maker: str, shift: int
) -> None:
    needed("quarto", *(("lualatex", "rsvg-convert") if maker == "latex" else ()))
    texts = rotated(shift, CORPUS)
    check(project_with(tmp_path / "project", texts), texts, monkeypatch, "quarto", maker)
