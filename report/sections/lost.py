"""What every section says of runs without a result."""

from collections.abc import Iterable

import pandas as pd

from report.claims.claim import Claim, Statement, evidence
from report.claims.contrast import out_of
from report.records import Record
from report.records.row import Row
from report.words import format as fmt
from report.words.markdown import Markdown

BANDS = "bands: from the smallest to the largest"


def lost_statement(task: str) -> Statement:
    """The statement of a task about its runs that diverged."""
    return Statement(
        f"{task}.diverged",
        {
            "some": "Of {total} runs, {number} diverged and {verb} left out of the comparisons.",
            "all": "Nothing is compared: {none} reached a finite loss.",
        },
    )


def lost_runs(
    statement: Statement,
    record: Record,
    runs: pd.DataFrame,
    value: str,
    table: type[Row] | None = None,
) -> list[Claim]:
    """How many of the runs, in the table of this type or `runs`, have no `value`, if any has."""
    lost = int(runs[value].isna().sum())
    if not lost:
        return []
    return [
        statement(
            "all" if lost == len(runs) else "some",
            [evidence(record, table.table if table else "runs", "diverged_at", runs.index)],
            none=out_of(0, len(runs), "run"),
            number=fmt.words(lost),
            total=fmt.words(len(runs)),
            verb=Markdown("is" if lost == 1 else "are"),
        )
    ]


def spread_over_seeds(runs: pd.DataFrame, value: str, *by: str) -> Markdown:
    """As `spread_words`, over the seeds: `three seeds`, or fewer where runs have no `value`.

    Where the lines, told apart by the columns `by`, have different numbers: `two to three seeds`.
    """
    groups = [rows for _, rows in runs.groupby([*by], dropna=False)] if by else [runs]
    over = numbers_of(rows["seed"].nunique() for rows in groups)
    if lost := int(runs[value].isna().sum()):
        seeds = fmt.plural(runs["seed"].nunique(), "seed")
        over = Markdown(f"up to {seeds}, as {fmt.plural(lost, 'run')} diverged")
    return spread_words(runs, over)


def spread_words(runs: pd.DataFrame, over: str) -> Markdown:
    """What lines and bands are, in a caption; one seed has no band."""
    if runs["seed"].nunique() == 1:
        return Markdown("One seed each.")
    return Markdown(f"Lines: median over {over}; {BANDS}.")


def over_seeds(
    runs: pd.DataFrame, several: str = "means over the seeds", single: str = "one seed each"
) -> str:
    """What a caption says of several seeds, and of a single one, over which there is no mean."""
    return single if runs["seed"].nunique() == 1 else several


def numbers_of(counts: Iterable[int], noun: str = "seed") -> Markdown:
    """How many each of several has: `three seeds`, `two to three seeds`."""
    numbers = sorted(int(count) for count in counts)
    most = fmt.plural(numbers[-1], noun)
    single = numbers[0] == numbers[-1]
    return most if single else Markdown(f"{fmt.words(numbers[0])} to {most}")
