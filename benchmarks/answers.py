"""`python -m benchmarks.answers`: what a command takes that has nothing to compute.

Each is timed as a program of its own, against the start of the Python interpreter with numpy in the
same run, so that the ratios say the same on any machine. A project of its own, in which all eleven
tasks of `quick` were run as smoke tests, is what they are asked about; `full` is what is rendered.
Answers are kept by all that they follow from: the first one after a change takes longer.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import table

BEGIN, END = "<!-- answers: written by python -m benchmarks.answers -->", "<!-- /answers -->"
REPEATS = 3
KEPT = "kept"
STAMP = ".rendered"
"""What says that a report is up to date (`report.render.stamp`, which loads more than this may)."""
MEMORY = 150
"""Megabytes that a process may take at its peak, where nothing is computed or rendered."""
START = ("-c", "import numpy")
HOMEWORK = ("-m", "report")
FULL = ("--suite", "full", "--results", str(table.ROOT / "results"))
BUILTIN = (*FULL, "--renderer", "builtin")


@dataclass(frozen=True)
class Answer:
    """A command, and how many times the start of numpy it may take; None where none is set.

    `wall`: on the wall clock, for what several processes do; else user seconds, which others on the
    machine lengthen less. `first`: nothing is kept. `comment`: after the author changed a comment.
    """

    arguments: tuple[str, ...]
    most: float | None
    words: str = ""
    wall: bool = False
    first: bool = False
    comment: bool = False


ANSWERS = (
    Answer(("--help",), 6),
    Answer(("status",), None, "nothing kept", first=True),
    Answer(("status",), 6),
    Answer(("names",), 6),
    Answer(("models", "--suite", "quick"), 6),
    Answer(("diff", "results", "results"), 6),
    Answer(("run", "--suite", "quick", "--smoke"), 6, "nothing to do"),
    Answer(("check", *FULL, "--allow-stale"), 20, "full"),
    Answer(("render", *BUILTIN), 30, "full, HTML and PDF, nothing kept", wall=True, first=True),
    Answer(("render", *BUILTIN), 6, "full, nothing to do"),
    Answer(("render", *BUILTIN), 15, "full, one comment changed", wall=True, comment=True),
)


@dataclass(frozen=True)
class Taken:
    """What a program took: seconds in its own code, seconds on the wall clock, megabytes."""

    user: float
    wall: float
    memory: float


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a command: this program, and nothing that was kept elsewhere."""
    return {**os.environ, "PYTHONPATH": str(table.ROOT), "XDG_CACHE_HOME": str(folder / KEPT)}


def taken(arguments: Sequence[str], folder: Path) -> Taken:
    """Run Python with these arguments in a folder.

    The memory is at least that of this process, which therefore loads little itself.
    """
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=surroundings(folder),
    ) as process:
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0  # it was waited for
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Taken(used.ru_utime, time.perf_counter() - begin, kilobytes / 1024)


def row(answer: Answer, found: Sequence[Taken], starts: Sequence[Taken]) -> str:
    """A row of the table: medians, ratio to the starts, whether the targets are met."""

    def seconds(times: Sequence[Taken]) -> float:
        return statistics.median(t.wall if answer.wall else t.user for t in times)

    ratio, memory = seconds(found) / seconds(starts), max(t.memory for t in found)
    told = f"`homework {answer.arguments[0]}`" + (f", {answer.words}" if answer.words else "")
    clock = "wall" if answer.wall else "user"
    met = "–"
    if answer.most is not None:
        small = answer.wall or answer.first or memory <= MEMORY
        met = "yes" if ratio <= answer.most and small else "**no**"
    cells = (
        told,
        f"{seconds(found):.2f} ({clock})",
        f"{memory:.0f}",
        f"{ratio:.1f}×",
        "–" if answer.most is None else f"at most {answer.most:g}×",
        met,
    )
    return f"| {' | '.join(cells)} |"


def rows(folder: Path) -> list[str]:
    """Time all answers in a project in which the suite was run."""
    found = []
    for answer in ANSWERS:
        starts, times = [], []
        for number in range(REPEATS):
            if answer.first:
                (folder / "_site" / STAMP).unlink(missing_ok=True)
                shutil.rmtree(folder / KEPT, ignore_errors=True)
            if answer.comment:
                comment = folder / "comments" / "train-on-task.md"
                comment.parent.mkdir(exist_ok=True)
                comment.write_text(f"Changed {'again ' * number}by hand.\n", encoding="utf-8")
            starts.append(taken(START, folder))
            times.append(taken((*HOMEWORK, *answer.arguments), folder))
        found.append(row(answer, times, starts))
        print(found[-1], flush=True)
    return found


def main() -> None:
    """See the module."""
    with TemporaryDirectory(prefix="homework-answers-") as name:
        folder = Path(name)
        subprocess.run(
            [sys.executable, *HOMEWORK, "run", "--suite", "quick", "--smoke"],
            cwd=folder,
            env=surroundings(folder),
            check=True,
        )
        found = rows(folder)
    text = "\n".join(
        [
            "| command | seconds | MB | to the start of numpy | target | met |",
            "|---|---|---|---|---|---|",
            *found,
            "",
            f"Medians of {REPEATS}, taken in turn with `python -c 'import numpy'`. Memory: peak "
            f"of one process, the largest of {REPEATS}; at most "
            f"{MEMORY} MB for what neither computes nor renders. Load average: "
            f"{os.getloadavg()[0]:.1f}.",
        ]
    )
    table.replace(BEGIN, END, text)


if __name__ == "__main__":
    main()
