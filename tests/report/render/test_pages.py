"""The committed report on paper: its length, how full its pages are, what its figures look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.figures.style import COLORS, RC
from tests.report.render.pages import MUCH, contrast, empty, letters

MOST_PAGES = 28
MOST_EMPTY = 7


def test_the_pages_are_few_and_full(committed: Path) -> None:
    shares = empty(committed / "_site" / "report.pdf")
    assert len(shares) <= MOST_PAGES
    assert sum(share > MUCH for share in shares) <= MOST_EMPTY


def test_letters_of_figures_are_large_enough(committed: Path) -> None:
    for figure in (committed / "results" / "full" / "figures").glob("*.svg"):
        assert letters(figure) >= 7, figure.name


@pytest.mark.parametrize("color", COLORS)
def test_every_color_of_a_series_stands_out(color: str) -> None:
    assert contrast(color) >= 3
    assert min(RC[key] for key in ("font.size", "legend.fontsize", "xtick.labelsize")) >= 7
