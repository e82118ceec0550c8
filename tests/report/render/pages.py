"""How full the pages of a PDF are, and whether the lines of a figure can be seen.

`python -m tests.report.render.pages _site/report.pdf results/full/figures` prints both.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pymupdf

DPI = 36
FOOT = 52
"""Points from the lower edge: the page number stands below."""
HEAD = 54
MUCH = 1 / 3
"""Share of a page from which its foot counts as empty."""


def empty(path: Path) -> list[float]:
    """For every page, the share of its height that is white at the foot."""
    with pymupdf.open(path) as book:
        return [_empty(page) for page in book]


def _empty(page: pymupdf.Page) -> float:
    picture = page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY)
    scale = DPI / 72
    low, high = int((page.rect.height - FOOT) * scale), int(HEAD * scale)
    rows = [picture.samples[y * picture.stride :][: picture.width] for y in range(high, low)]
    last = max((y for y, row in enumerate(rows) if min(row) < 250), default=0)
    return 1 - (last + 1) / len(rows)


def contrast(color: str) -> float:
    """The contrast of `#rrggbb` with white, from 1 to 21 (WCAG 2.2, relative luminance)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (luminance + 0.05)


def letters(path: Path) -> float:
    """The smallest letters of an SVG figure of matplotlib, in points at its own size."""
    scales = re.findall(r"scale\((0\.\d+) -0\.\d+\)", path.read_text(encoding="utf-8"))
    return min((100 * float(scale) for scale in scales), default=100.0)


def main() -> None:
    """See the module."""
    shares = empty(Path(sys.argv[1]))
    for number, share in enumerate(shares, start=1):
        print(f"page {number:>2}: {share:4.0%} empty{' *' if share > MUCH else ''}")
    print(f"{len(shares)} pages, {sum(share > MUCH for share in shares)} of them with much empty")
    for figure in sorted(Path(sys.argv[2]).glob("*.svg")):
        print(f"{figure.name}: letters from {letters(figure):.1f} pt")


if __name__ == "__main__":
    main()
