"""The README's findings and times, from the committed records: `python -m report.book.readme`."""

import re
from collections.abc import Sequence
from pathlib import Path

from report.book.gather import Part, gather
from report.records import Record, Results
from report.records.files import write_text
from report.tasks import BY_NAME
from report.words import format as fmt
from report.words.markdown import escape

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BEGIN, END = "<!-- findings: written by python -m report.book.readme -->", "<!-- /findings -->"

TOLD = ("simulate-function", "train-on-task", "minimal-ratio", "random-labels", "interpolation")
"""The tasks whose first headline is told: five lines."""


def block(parts: Sequence[Part]) -> str:
    """Five findings and the table of times, as Markdown."""
    records = [part.record for part in parts if part.record is not None]
    lines = [f"- {_plain(_headline(part))}" for part in parts if part.task.name in TOLD]
    return "\n".join([*lines, "", *_times(records)])


def _headline(part: Part) -> str:
    return next(n.claim.text for group in part.claims for n in group if n.claim.headline)


def _plain(text: str) -> str:
    """The text without citations and cross-references, which only the book can resolve."""
    text = re.sub(r"\s*\[[^\[\]]*@[^\[\]]*\]", "", text)
    return re.sub(r"\s*\(?@(fig|tbl|sec)-[\w-]+\)?", "", text)


def _times(records: Sequence[Record]) -> list[str]:
    """One row per task, one column per kind of device."""
    kinds = ("CPU", "GPU")
    rows = ["| task | CPU | GPU |", "|---|---:|---:|"]
    totals = dict.fromkeys(kinds, 0.0)
    for record in records:
        origin = record.provenance
        # What a task took up from one that it builds on stands in that one's row.
        taken_up = 0.0 if BY_NAME[record.task].after else origin.taken_up_seconds
        seconds = origin.wall_seconds + taken_up
        kind = "CPU" if origin.device.startswith("CPU") else "GPU"
        totals[kind] += seconds
        cells = [fmt.seconds(seconds) if kind == column else fmt.MISSING for column in kinds]
        rows.append(f"| {escape(record.task)} | {' | '.join(cells)} |".replace("\\-", "-"))
    sums = [f"**{fmt.seconds(totals[k])}**" if totals[k] else fmt.MISSING for k in kinds]
    return [*rows, f"| **all, one after another** | {' | '.join(sums)} |"]


def main() -> None:
    """Replace the README's block."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    found = block(gather(Results(ROOT / "results", "full")))
    write_text(README, f"{before}{BEGIN}\n{found}\n{END}{after}")


if __name__ == "__main__":
    main()
