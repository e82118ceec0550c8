"""Statements with several wordings, and claims: the wording that the data select."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from report.numbers.comparison import Comparison
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count
from report.numbers.statistics import Share
from report.numbers.trend import Trend
from report.records import Record
from report.records.row import Row
from report.words.markdown import Markdown
from report.words.names import distinct, slug

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
Effect = Share | Count[Any] | Comparison | Trend | Parts
"""What a claim's verdict is formed from."""


@dataclass(frozen=True)
class Evidence:
    """Numbers of a record that a claim rests on: `column` of `rows` of `metrics.<table>`."""

    task: str
    table: str
    rows: tuple[int, ...]
    column: str
    values: tuple[Any, ...]

    @property
    def path(self) -> str:
        """Path of the numbers, e.g. `simulate-function: metrics.runs[0-4].final_test_loss`."""
        if not self.rows:
            return f"{self.task}: metrics.{self.table}.{self.column}"
        return f"{self.task}: metrics.{self.table}[{self.ranges}].{self.column}"

    @property
    def ranges(self) -> str:
        """The rows, `0-4, 7`."""
        parts: list[list[int]] = []
        for row in self.rows:
            if parts and row == parts[-1][-1] + 1:
                parts[-1] = [parts[-1][0], row]
            else:
                parts.append([row])
        return ", ".join("-".join(str(end) for end in part) for part in parts)

    def holds(self, record: Record) -> bool:
        """Whether the record has these numbers at this path."""
        try:
            return evidence(record, self.table, self.column, self.rows) == self
        except (KeyError, IndexError):
            return False


def evidence(
    record: Record, table: str, column: str, rows: Iterable[int] | None = None
) -> Evidence:
    """Evidence from a table of the record; all rows unless `rows` names some. Raises KeyError."""
    content = record.rows(table)
    chosen = tuple(range(len(content)) if rows is None else sorted(int(row) for row in rows))
    return Evidence(
        record.task, table, chosen, column, tuple(content[row][column] for row in chosen)
    )


def used(
    record: Record, rows: pd.DataFrame, *columns: str, table: type[Row] | str | None = None
) -> list[Evidence]:
    """Evidence from these columns of rows of their table, or of another one that has them too.

    The table of columns that know none is `runs`.
    """
    if isinstance(table, type):
        columns, table = tuple(table.column(column) for column in columns), None
    places = [table or str(getattr(column, "table", "runs")) for column in columns]
    return [evidence(record, *at, rows.index) for at in zip(places, columns, strict=True)]


@dataclass(frozen=True)
class Line:
    """A line of the Summary, as a statement prepares it.

    Attributes:
        question: what the task asks, ending in a question mark.
        answers: by verdict, as `Wordings` have them, the answer in at most `ANSWER` words and the
            key number; fields `{…}` are the values of the statement. Where only a part is decided
            (`partly_more`), the answer of `differ` says of which.
        figure: the section's figure that shows it; none does where the verdict is `nothing`.
        panel: the one of its panels that the site shows small, from 1; the last if 0.
    """

    question: str
    answers: Mapping[str, tuple[str, str]]
    figure: str
    panel: int = 0

    def __post_init__(self) -> None:
        both = {
            verdict: (_side(answer, place), _side(number, place))
            for key, (answer, number) in self.answers.items()
            for place, verdict in enumerate(key.split("|"))
        }
        object.__setattr__(self, "answers", both)

    @classmethod
    def of(
        cls,
        question: str,
        figure: str,
        number: str,
        panel: int = 0,
        **answers: str | tuple[str, str],
    ) -> Line:
        """A line whose key number is `number`, but for answers that come with their own."""
        pairs = {v: (a, number) if isinstance(a, str) else a for v, a in answers.items()}
        return cls(question, pairs, figure, panel)


ANSWER = 12
"""Words of an answer in the Summary, at most."""


@dataclass(frozen=True)
class Short:
    """A claim in the Summary: question, short answer, key number, name of the figure, its panel.

    `figure` is empty where nothing was found that a figure could show.
    """

    question: str
    answer: Markdown
    number: Markdown
    figure: str
    panel: int


@dataclass(frozen=True)
class Claim:
    """A generated sentence and what it rests on.

    `values` are the formatted numbers and names by which its statement was filled in; `about` is
    the subject of a statement that is made several times; `extents` those of a count of which the
    verdict may be said, `all|some`.
    """

    id: str
    verdict: str
    text: Markdown
    evidence: tuple[Evidence, ...]
    effect: Effect | None = None
    headline: bool = False
    values: Mapping[str, Markdown] = field(default_factory=dict)
    about: str = ""
    short: Short | None = None
    extents: str = ""


@dataclass(frozen=True)
class Wordings:
    """A sentence with a wording for each verdict that the data may lead to.

    A wording has named fields `{…}` for formatted values. Several verdicts may share one, as
    `rises|falls` share "The gap [widens|narrows].", and a verdict that has none is said as what it
    shows: `seen_more` and `partly_more` as `more` (their fields tell what is special). `headline`
    sentences are the findings; in the Summary they appear as their `line`. If a statement is made
    several times in a section, the value called `about` distinguishes the claims.
    """

    id: str
    wordings: Mapping[str, str]
    headline: bool = False
    about: str = "key"
    line: Line | None = None
    extents: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wordings", each(self.wordings))
        object.__setattr__(self, "extents", each(self.extents))

    def says(self, verdict: str) -> bool:
        """Whether there are words for the verdict."""
        return verdict in self.wordings or _shown(verdict) in self.wordings

    def said(
        self,
        verdict: str,
        evidence: Iterable[Evidence],
        effect: Effect | None,
        values: Mapping[str, Markdown],
    ) -> Claim:
        """The claim in the wording of `verdict`.

        Raises:
            KeyError: no wording for the verdict, or a value is missing.
            TypeError: a value did not pass through a formatter, or there is no evidence.
        """
        found = tuple(evidence)
        if not found:
            raise TypeError(f"{self.id}: a claim needs evidence")
        for name, value in values.items():
            if not isinstance(value, Markdown):
                raise TypeError(f"{self.id}: {name} = {value!r} did not pass through a formatter")
        text = _filled(_chosen(self.wordings, verdict), values)
        about = slug(values[self.about]) if self.about in values else ""
        short = None
        if self.line is not None:
            answers = self.line.answers
            answer, number = (_filled(w, values) for w in _chosen(answers, verdict))
            if verdict.startswith(PARTLY) and verdict not in answers:
                answer = _filled(answers["differ"][0], values)
            answer = Markdown(f"{answer[:1].upper()}{answer[1:]}")
            figure = "" if verdict == "nothing" else self.line.figure
            short = Short(self.line.question, answer, number, figure, self.line.panel)
        of = self.extents.get(verdict, "")
        return Claim(self.id, verdict, text, found, effect, self.headline, values, about, short, of)


PARTLY = "partly_"
_EITHER = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")


def each(words: Mapping[str, str]) -> dict[str, str]:
    """The words of every verdict, where several may share some as `Wordings` have it."""
    return {
        verdict: _side(wording, place)
        for key, wording in words.items()
        for place, verdict in enumerate(key.split("|"))
    }


def _side(wording: str, place: int) -> str:
    """A wording that several verdicts share, as the first (0), the second (1) … has it."""
    return _EITHER.sub(lambda found: found[1].split("|")[place], wording)


def _shown(verdict: str) -> str:
    """What an observation, or a part of the whole, shows."""
    return verdict.removeprefix("seen_").removeprefix(PARTLY)


def _chosen(words: Mapping[str, T], verdict: str) -> T:
    """The words of a verdict, or of what it shows. Raises KeyError."""
    return words[verdict if verdict in words else _shown(verdict)]


def _filled(wording: str, values: Mapping[str, Markdown]) -> Markdown:
    unbroken = wording.replace(" %", "\u00a0%")  # not torn apart at a line end
    return Markdown(string.Formatter().vformat(unbroken, (), values))


@dataclass(frozen=True)
class Statement(Wordings):
    """A statement whose verdict and values its section works out itself."""

    def __call__(
        self,
        verdict: str,
        evidence: Iterable[Evidence],
        effect: Share | Count[Any] | None = None,
        /,
        **values: Markdown,
    ) -> Claim:
        """See `Wordings.said`."""
        return self.said(verdict, evidence, effect, values)


def named(claims: Sequence[Claim]) -> dict[str, Claim]:
    """The claims of a section by name.

    The name is the statement's identifier. If a statement is made several times, the subject of the
    claim is appended, or else its position: `train-on-task.best.digits`, `train-on-task.best.2`.
    """
    often = Counter(claim.id for claim in claims)
    alike = Counter((claim.id, claim.about) for claim in claims)
    seen: Counter[str] = Counter()
    wanted = []
    for claim in claims:
        seen[claim.id] += 1
        about = claim.about if alike[claim.id, claim.about] == 1 else ""
        suffix = f".{about or seen[claim.id]}" if often[claim.id] > 1 else ""
        wanted.append(claim.id + suffix)
    return dict(zip(distinct(wanted), claims, strict=True))
