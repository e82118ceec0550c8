"""Hostile text in every field, by the real Quarto: site and PDF by Typst, PDF by LaTeX."""

import shutil
from pathlib import Path

import pytest

from report.render.quarto import find
from tests.faults.literal import check, project_with, rotated
from tests.hostile import CONTROL, HOSTILE, LONG

CORPUS = (*(" ".join(HOSTILE[i::3]) for i in range(3)), " ".join(CONTROL), LONG)
"""Several strings at a time, because a render takes half a minute."""


def needed(maker: str) -> None:
    """Skip where a program is missing that makes the PDF."""
    program = find({})
    if program is None or not program.recent:
        pytest.skip("Quarto >= 1.9 is not on PATH")
    for name in ("lualatex", "rsvg-convert") if maker == "latex" else ():
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not on PATH")


@pytest.mark.long
@pytest.mark.parametrize("shift", range(len(CORPUS)))
@pytest.mark.parametrize("maker", ["typst", "latex"])
def test_every_string_in_every_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, maker: str, shift: int
) -> None:
    needed(maker)
    texts = rotated(shift, CORPUS)
    check(project_with(tmp_path / "project", texts), texts, monkeypatch, "quarto", maker)
