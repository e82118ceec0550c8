"""How a claim is printed: the sentence, with links to the numbers behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from report.claims.claim import Claim, Effect, Evidence
from report.numbers.comparison import Comparison
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count
from report.numbers.scales import CONFIDENCE
from report.numbers.statistics import Share
from report.numbers.trend import Trend
from report.tasks import BY_NAME
from report.words import format as fmt
from report.words.markdown import Markdown, attribute, escape
from report.words.traced import traced

SHOWN_VALUES = 6
"""Numbers listed one by one; beyond that their count, smallest and largest are given."""


@dataclass(frozen=True)
class Numbered:
    """A claim with its number in the report."""

    number: int
    claim: Claim

    @property
    def anchor(self) -> str:
        """Label of its entry in the appendix of evidence."""
        return f"evidence-{self.number}"

    @property
    def address(self) -> str:
        """Where the sentence stands in the commentary of its task."""
        task = self.claim.id.partition(".")[0]
        return f"/chapters/{BY_NAME[task].chapter}.qmd#claim-{self.number}"

    def sentence(self, label: str = "claim", text: str = "", on_paper: bool = False) -> Markdown:
        """The sentence (or `text`), labeled, then a small link to its evidence.

        Paper has the link only if asked for, with its evidence.
        """
        hint = traced("; ".join(summary(e) for e in self.claim.evidence))
        link = (
            f"[{fmt.count(self.number)}](/chapters/evidence.qmd#{self.anchor})"
            f"{{.evidence {'' if on_paper else '.on-site '}title={attribute(hint)}}}"
        )
        said = text or self.claim.text
        return Markdown(f"[{said}]{{.claim #{label}-{self.number}}}{link}")


def answer(claims: Sequence[Sequence[Numbered]], on_paper: bool = False) -> Markdown:
    """The first sentence of a commentary, which a section begins with."""
    first = [group[:1] for group in claims if group][:1]
    return _marked("generated .answer", first, on_paper)


def reasons(claims: Sequence[Sequence[Numbered]], on_paper: bool = False) -> Markdown:
    """What follows the answer: a commentary as paragraphs, without its first sentence."""
    first, *others = [group for group in claims if group] or [[]]
    return _marked("generated", [first[1:], *others], on_paper)


def _marked(classes: str, claims: Sequence[Sequence[Numbered]], on_paper: bool) -> Markdown:
    """Paragraphs of sentences, marked as generated; on the site with their evidence."""
    text = "\n\n".join(
        " ".join(n.sentence(on_paper=on_paper) for n in group)
        + "\n\n:::: {.evidence-here .on-site}\n"
        + "\n".join(map(_grounds, group))
        + "::::"
        for group in claims
        if group
    )
    return Markdown(f"::::: {{.{classes}}}\n{text}\n:::::\n") if text else Markdown("")


def _grounds(numbered: Numbered) -> Markdown:
    """The evidence of a claim without its sentence, below which it opens."""
    claim = numbered.claim
    rows = ";".join(f"{e.table} {e.ranges.replace(', ', ',')}" for e in claim.evidence if e.rows)
    return Markdown(
        f"::: {{#here-{numbered.number} .grounds rests-on={attribute(rows)}}}\n"
        f"[**{fmt.count(numbered.number)}**](/chapters/evidence.qmd#{numbered.anchor}) "
        f"Verdict: *{escape(claim.verdict.replace('_', ' '))}*.{effect(claim.effect)}\n\n"
        f"{_paths(claim)}\n:::\n"
    )


def _paths(claim: Claim) -> str:
    return "\n".join(f"- {fmt.code(e.path)}: {escape(values(e))}" for e in claim.evidence)


SUMMARY = (("What is asked", 27), ("Answer", 33), ("Key number", 27), ("Shown in", 13))
"""Columns of the Summary and their widths in percent."""


def findings(
    headlines: Mapping[str, Sequence[Numbered]],
    picture: Callable[[str, str], str],
    on_paper: bool = False,
) -> Markdown:
    """The Summary: a line for each headline claim, by the task's title.

    `picture` gives the address of a figure from task and name: the site shows it small.
    """
    rows = [
        " | ".join(cell.replace("\n", " ") for cell in _line(title, numbered, picture, on_paper))
        for title, claims in headlines.items()
        for numbered in claims
    ]
    if not rows:
        return Markdown("")
    # Without a caption, the lengths of the dashes are the widths of the columns.
    head = " | ".join(name for name, _ in SUMMARY)
    dashes = "|".join(":" + "-" * (width - 1) for _, width in SUMMARY)
    table = "\n".join(f"| {row} |" for row in rows)
    return Markdown(f"::: {{.generated .findings}}\n\n| {head} |\n|{dashes}|\n{table}\n\n:::\n")


def _line(
    title: str, numbered: Numbered, picture: Callable[[str, str], str], on_paper: bool
) -> tuple[str, str, str, str]:
    """Question, answer, key number and figure; a claim without such a line gives its sentence."""
    short = numbered.claim.short
    if short is None:
        return (
            escape(title),
            numbered.sentence("headline", on_paper=on_paper),
            fmt.MISSING,
            fmt.MISSING,
        )
    task = numbered.claim.id.partition(".")[0]
    figure: str = fmt.MISSING
    if short.figure:
        label = f"fig-{task}-{short.figure}"
        alt = attribute(f"Figure that answers: {short.question}")
        address = picture(task, short.figure)
        chosen = f" .panel-{short.panel}" if short.panel else ""
        small = f"![]({address}){{.small{chosen} fig-alt={alt}}}"
        link = f"[{small}](/chapters/{BY_NAME[task].chapter}.qmd#{label}){{.on-site}}"
        figure = f"@{label}{link}"
    answer = numbered.sentence("headline", short.answer, on_paper)
    return short.question, answer, short.number, figure


def summary(evidence: Evidence) -> str:
    """Path and values of the evidence on one line, as plain text."""
    return f"{evidence.path} = {values(evidence)}"


def values(evidence: Evidence) -> str:
    """The values; their number and range if there are many or they are lists."""
    numbers = [v for v in evidence.values if isinstance(v, int | float)]
    if len(numbers) == len(evidence.values) > SHOWN_VALUES:
        low, high = fmt.number(min(numbers), 4), fmt.number(max(numbers), 4)
        return f"{fmt.count(len(numbers))} values from {low} to {high}"
    lists = [v for v in evidence.values if isinstance(v, list)]
    inner = [n for v in lists for n in v if isinstance(n, int | float)]
    if lists and inner:
        low, high = fmt.number(min(inner), 4), fmt.number(max(inner), 4)
        return f"{fmt.plural(len(lists), 'list')} of numbers from {low} to {high}"
    if lists or len(evidence.values) > SHOWN_VALUES:
        return f"{fmt.plural(len(evidence.values), 'entry', 'entries')}"
    return ", ".join(_shown(v) for v in evidence.values)


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return fmt.number(value, 4) if isinstance(value, int | float) else str(value)


def entry(numbered: Numbered) -> Markdown:
    """The claim in the appendix of evidence: sentence, effect, and each path with its values."""
    claim = numbered.claim
    return Markdown(
        f"[[**{fmt.count(numbered.number)}**]({numbered.address})]{{#{numbered.anchor}}} "
        f"{escape(claim.id)}, verdict *{escape(claim.verdict.replace('_', ' '))}*: {claim.text}"
        f"{effect(claim.effect)}\n\n{_paths(claim)}\n"
    )


def method_of(found: Comparison | Trend | Share) -> str:
    """The statistic behind an effect, by its name in the appendix."""
    if isinstance(found, Comparison):
        return f"{found.method} {'ratio' if found.scale.logarithmic else 'difference'}"
    return "rank correlation" if isinstance(found, Trend) else "share"


def effect(found: Effect | None) -> Markdown:
    """An effect as a sentence that names its statistic, interval and number of repetitions."""
    if isinstance(found, Parts):
        told = ((part, effect(of)) for part, of in found.parts.items())
        return Markdown(
            "".join(
                f" {part if isinstance(part, Markdown) else escape(part)}:{words}"
                for part, words in told
                if words
            )
        )
    if found is None or isinstance(found, Count) or found.low is None:
        return Markdown("")
    numbers: tuple[float | None, ...] = (found.value, found.low, found.high)
    by = ""
    if isinstance(found, Comparison):
        numbers = tuple(None if n is None else found.scale.back(n) for n in numbers)
    elif isinstance(found, Trend):
        by = f", p = {fmt.number(found.chance, 2)} by permutation"
    value, low, high = numbers
    return Markdown(
        f" Effect, {method_of(found)}: {fmt.number(value)}, "
        f"{fmt.percent(CONFIDENCE, 0)} interval {fmt.interval(low, high, 3)}{by}, "
        f"n = {fmt.count(found.n)}."
    )
