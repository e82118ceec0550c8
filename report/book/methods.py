"""The tables of the methods appendix: statistics, and the thresholds that decide a wording."""

from collections.abc import Sequence

from report.claims import Claim
from report.numbers.statistics import METHODS, Estimate
from report.sections.thresholds import thresholds
from report.tasks import Task
from report.words import format as fmt
from report.words.markdown import Markdown
from report.words.tables import Table


def statistics_table(claims: Sequence[Claim]) -> Markdown:
    """The statistics of the report: what each is, what computes it, how often, with what n."""
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
    """Every threshold that decides a wording: the margins that matter, and those of each task."""
    return Table(
        name="clear",
        caption=Markdown(
            "The thresholds of the generated sentences: the smallest differences that matter, and "
            "the sizes from which on a word is used."
        ),
        header=("Where", "What it decides", "Value"),
        align="lll",
        rows=tuple(thresholds(tasks)),
        widths=(20, 60, 20),
    ).markdown("definitions")
