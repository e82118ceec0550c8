"""The table of ratios as Markdown: in `benchmarks/RESULTS.md`, and in the README between marks."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measure import Clock, Timed

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
README = ROOT / "README.md"
BEGIN, END = "<!-- benchmarks: written by make bench -->", "<!-- /benchmarks -->"

CLOCK_WORDS: dict[Clock, str] = {
    "wall": "on the wall clock",
    "cpu": "in processor seconds of all threads, as others kept the machine busy",
}


def line(timed: Timed) -> str:
    """One row of the table."""
    pair = timed.pair
    seconds = [f"{statistics.median(times):.3g}" for times in (timed.baseline, timed.product)]
    ratio = f"{statistics.median(timed.ratios):.1f}×"
    spread = f"{min(timed.ratios):.1f}–{max(timed.ratios):.1f}"
    target = "–" if pair.target is None else f"at least {pair.target:g}×"
    if pair.limit is not None:
        target = f"at most {pair.limit:g} s"
    verdict = "yes" if timed.met else "**no**"
    cells = (pair.work, pair.part, *seconds, f"{ratio} ({spread})", target, verdict)
    return "| " + " | ".join(cells) + " |"


def markdown(rows: Sequence[Timed], machine: str, clock: Clock, missing: Sequence[str] = ()) -> str:
    """The table with the machine, and what was left out, below it."""
    head = "| work | timed on | plain, s | engine, s | ratio (range) | target | met |"
    repeats = sorted({len(row.product) for row in rows})
    return "\n".join(
        [
            head,
            "|---|---|---|---|---|---|---|",
            *(line(row) for row in rows),
            "",
            f"Medians of {' or '.join(map(str, repeats))} timings of each side, taken in turn, "
            f"{CLOCK_WORDS[clock]}. Both sides take the same steps, batches and evaluations. "
            f"Machine: {machine}." + (f" Left out: {'; '.join(missing)}." if missing else ""),
        ]
    )


def write(text: str) -> None:
    """Replace the file and the README's block."""
    RESULTS.write_text(f"# Benchmarks\n\n{text}\n", encoding="utf-8")
    replace(BEGIN, END, text)


def replace(begin: str, end: str, text: str) -> None:
    """Replace what stands in the README between two marks."""
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
