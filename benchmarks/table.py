"""The table of ratios as Markdown: in `benchmarks/RESULTS.md`, and in the README between marks."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.measure import Clock, Timed

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
README = ROOT / "README.md"
GPU = ROOT / "benchmarks" / "gpu.json"
"""What `python -m benchmarks.gpu` found; not there where it has not been run."""
UNMEASURED = (
    "Figures on a GPU are not measured yet: "
    "`python -m benchmarks.gpu` measures them in six minutes."
)
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


def on_gpu() -> str:
    """What was found on a GPU, as Markdown: the engine's times, and how far it agrees."""
    if not GPU.is_file():
        return UNMEASURED
    found: dict[str, Any] = json.loads(GPU.read_text(encoding="utf-8"))
    rows = [row for row in found["pairs"] if "gpu" in row]
    lacking = [row["reason"] for row in found["pairs"] if "reason" in row]
    tasks = [row for row in found["tasks"] if row["agrees"]]
    whole = [row for row in found["full"]["tasks"] if "seconds" in row]
    spent = sum(row["seconds"] for row in whole)
    loss, accuracy = found["tolerances"]["loss"], found["tolerances"]["accuracy"]
    return "\n".join(
        [
            "| work | timed on | engine on the CPU, s | on the GPU, s | ratio |",
            "|---|---|---|---|---|",
            *(
                f"| {row['work']} | {row['part']} | {row['cpu']:.3g} | {row['gpu']:.3g} "
                f"| {row['cpu'] / row['gpu']:.1f}× |"
                for row in rows
            ),
            "",
            f"On the GPU {len(tasks)} of the {len(found['tasks'])} tasks of `quick --smoke` "
            f"agree with the CPU (losses within {loss:.0%}, accuracies within "
            f"{100 * accuracy:g} points). "
            f"{len(whole)} of the {len(found['full']['tasks'])} tasks of `full`, with "
            f"{found['full']['fraction']:.0%} of their length, take {spent:.0f} s. "
            f"Machine: {found['machine']}."
            + (f" Left out: {'; '.join(lacking)}." if lacking else ""),
        ]
    )


def write(text: str) -> None:
    """Replace the file and the README's block; what was found on a GPU comes below."""
    text = f"{text}\n\n{on_gpu()}"
    RESULTS.write_text(f"# Benchmarks\n\n{text}\n", encoding="utf-8")
    replace(BEGIN, END, text)


def replace(begin: str, end: str, text: str) -> None:
    """Replace what stands in the README between two marks."""
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
