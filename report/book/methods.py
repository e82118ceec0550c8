"""Tables of the methods appendix: the statistics, and the thresholds of a clear difference."""

from collections.abc import Sequence

from report.claims import Claim
from report.numbers.statistics import METHODS, Estimate
from report.sections.registry import thresholds
from report.tasks import Task
from report.words import format as fmt
from report.words.markdown import Markdown, escape
from report.words.tables import Table


def statistics_table(claims: Sequence[Claim]) -> Markdown:
    """Every statistic of the report: its definition, what computes it, how often, with what n."""
    rows = []
    for method, (what, functions) in METHODS.items():
        estimates = [c.effect for c in claims if isinstance(c.effect, Estimate)]
        sizes = [found.n for found in estimates if found.method == method]
        span = sorted({min(sizes), max(sizes)}) if sizes else []
        rows.append(
            (
                Markdown(method),
                Markdown(what),
                Markdown(functions),
                fmt.count(len(sizes)),
                Markdown(" to ".join(fmt.count(n) for n in span)) if span else fmt.MISSING,
            )
        )
    return Table(
        name="statistics",
        caption=Markdown(
            "The statistics behind the generated sentences: how many sentences name each as their "
            "effect, and over how many repetitions or points (*n*)."
        ),
        header=("Statistic", "What it is", "Computed by", "Sentences", "n"),
        align="lllrr",
        rows=tuple(rows),
        widths=(14, 43, 24, 11, 8),
    ).markdown("definitions")


def thresholds_table(tasks: Sequence[Task]) -> Markdown:
    """By task, the size from which a difference distinguishable from zero is called clear."""
    sets: dict[tuple[Markdown, Markdown], list[str]] = {}
    for task, kind, size in thresholds(tasks):
        sets.setdefault((Markdown(kind), size), []).append(task)
    return Table(
        name="clear",
        caption=Markdown(
            "The size from which a difference that is told from zero is called clear; below, it is "
            "called slight."
        ),
        header=("What is compared", "Clear from", "Tasks"),
        align="lll",
        rows=tuple((kind, size, escape(", ".join(of))) for (kind, size), of in sets.items()),
        widths=(26, 24, 50),
    ).markdown("definitions")
