"""Measures of solutions against their gap between training and test: sensitivity and sharpness.

Every measure has its own verdict; the unit is always the approach, by the means of its seeds.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from report.claims.claim import Claim, Line, Statement, used
from report.claims.contrast import Label, Overall, reason, strongest_part
from report.numbers.parts import Parts
from report.numbers.quantifiers import span
from report.numbers.scales import LOSS
from report.numbers.trend import Trend
from report.records import Record
from report.records.row import Name, Row
from report.sections.approaches import (
    SHOWN,
    VARIABLES,
    measures_with,
    moves,
    over_approaches,
    trends,
    unreached,
    varied,
)
from report.words import format as fmt
from report.words.markdown import Markdown, join

SHORT = {
    "rises": "yes",
    "partly_rises": "yes by some measures",
    "falls": "no",
    "partly_falls": "no by some measures",
    "differ": "mixed",
    "undecided": "open",
}
"""Whether more goes with a wider gap, by what the measures say together."""


@dataclass(frozen=True)
class Measured:
    """A task that measures solutions.

    Attributes:
        task: its name.
        solution, equal_loss: rows of the solutions after equal epochs, and at an equal loss.
        measures: what each measure is called, by its column.
        train_loss: column of the training loss.
        gap, accuracies: columns that the gaps in loss and in accuracy are made of.
        noun, more: what is measured, and what a solution with more of it is.
        every, one: what all the measures are called, and what one of them is.
        finished: the rows of which everything could be measured, with `loss_gap`.
    """

    task: str
    solution: type[Row]
    equal_loss: type[Row]
    measures: Mapping[Name, Markdown]
    train_loss: Name
    gap: tuple[Name, ...]
    accuracies: tuple[Name, ...]
    noun: str
    more: str
    every: str
    one: str
    finished: Callable[[pd.DataFrame], pd.DataFrame]

    def statements(self, figure: str) -> tuple[Overall, Statement, Overall, Overall]:
        """About the gap (its headline, shown in `figure`), its correlations, fit, equal fit."""
        stopped = "Stopped at {at}, {reached}, "
        apart = f"These data do not separate {self.noun} from fit: the {self.more} solutions also "
        whether = f"Whether {self.more} solutions have the wider gap between test and training loss"
        overall = partial(Overall, every=self.every, word="by")
        gap = overall(
            f"{self.task}.loss-gap",
            {
                "rises|falls": f"The {self.more} solutions have the [wider|narrower] gap between "
                "test and training loss, by {which}.",
                "undecided": f"{whether} stays open: {{reason}}.",
                "differ": f"{whether} depends on the {self.one}: it is wider by {{rises}} and "
                "narrower by {falls}.",
            },
            headline=True,
            line=Line(
                f"Do {self.more} solutions generalize worse?",
                {
                    "rises|falls|undecided|differ": (
                        "{answer}.",
                        "rank correlation {strength}{then}",
                    )
                },
                figure,
            ),
        )
        sizes = Statement(
            f"{self.task}.correlations",
            {"known": "Over {n} the rank correlation with that gap is {sizes}."},
        )
        fit = overall(
            f"{self.task}.fit",
            {
                "rises|falls": f"{apart}have the [higher|lower] training loss, by {{which}}.",
                "undecided": "The solutions also differ in how well they fit, with training losses "
                f"{{losses}}; whether {self.noun} goes with that stays open: {{reason}}.",
                "differ": f"{apart}have the higher training loss by {{rises}} and the lower one by "
                "{falls}.",
            },
        )
        held = overall(
            f"{self.task}.fit-held",
            {
                "rises|falls": f"{stopped}the {self.more} solutions have the [wider|narrower] gap "
                "in loss, by {which}{but}{lost}.",
                "undecided": f"{stopped}the solutions leave open whether gap and {self.noun} go "
                "together: {reason}{but}{lost}.",
                "differ": f"{stopped}the {self.more} solutions have the wider gap in loss by "
                "{rises} and the narrower one by {falls}{but}{lost}.",
            },
        )
        return gap, sizes, fit, held

    def relation(
        self,
        statement: Overall,
        record: Record,
        rows: pd.DataFrame,
        other: str = "loss_gap",
        columns: tuple[Name, ...] = (),
        table: type[Row] | None = None,
        **labels: Label,
    ) -> Claim:
        """How each measure goes with another column, which rests on `columns`, or with the gap."""
        parts = measures_with(rows, self.measures, other)
        names = dict.fromkeys((*self.measures, *(columns or self.gap)))
        evidence = used(record, rows, *names, table=table)
        return statement(parts, evidence, reason=why(parts), **labels)

    def answer(self, statement: Overall, record: Record, done: pd.DataFrame) -> Claim:
        """How each measure goes with the gap in loss; in the Summary, also at an equal loss."""
        answer, then = SHORT[measures_with(done, self.measures, "loss_gap").said], ""
        stopped = self.finished(record.frame(self.equal_loss))
        if len(stopped) and _alike(stopped[self.train_loss]):
            held = measures_with(stopped, self.measures, "loss_gap")
            there, where = SHORT[held.said], "near equal training loss"
            if self._left(stopped, held)[1]:
                there = "fit may explain it"
            also = "nor" if answer == "no" else "also"
            answer += f", {also} {where}" if there == answer else f"; {where}, {there}"
            values = [trend.value for trend in trends(held) if math.isfinite(trend.value)]
            then = f" ({fmt.correlation(max(values, key=abs))} at equal loss)" if values else ""
        return self.relation(statement, record, done, answer=Label(answer), then=Label(then))

    def correlations(self, statement: Statement, record: Record, done: pd.DataFrame) -> list[Claim]:
        """The correlations with the gap in loss, where there are enough approaches."""
        parts = measures_with(done, self.measures, "loss_gap")
        found = trends(parts)
        if "too_few" in parts.verdicts.values() or len({trend.n for trend in found}) > 1:
            return []
        sizes = [
            f"{fmt.correlation(trend.value)} for {words}"
            for words, trend in zip(parts.parts, found, strict=True)
        ]
        n = fmt.plural(found[0].n, "approach")
        evidence = used(record, done, *self.measures, *self.gap)
        return [statement("known", evidence, n=n, sizes=join(sizes))]

    def fit(self, equal: Overall, unequal: Overall, record: Record, done: pd.DataFrame) -> Claim:
        """The relation at an equal training loss, or else how each measure goes with that loss."""
        rows, column = record.frame(self.equal_loss), self.train_loss
        stopped = self.finished(rows)
        if stopped.empty:
            told = _between(done[column], "of ")
            return self.relation(unequal, record, done, column, (column,), losses=told)
        return self.relation(
            *(equal, record, stopped),
            columns=(*self.gap, *self.accuracies, column),
            table=self.equal_loss,
            at=at_loss(stopped[column]),
            reached=_between(stopped[column]),
            but=self._but(stopped),
            lost=unreached(rows, stopped),
        )

    def _but(self, stopped: pd.DataFrame) -> Label:
        """What weakens that: the gap in accuracy, and the loss that is left to tell them apart."""
        ways = {"rises": "wider", "falls": "narrower"}
        loss, accuracy = (
            measures_with(stopped, self.measures, f"{gap}_gap") for gap in ("loss", "accuracy")
        )
        told = [
            f"{way} by {join(names)}"
            for v, way in ways.items()
            if (names := [name for name in accuracy.having(v) if name not in loss.having(v)])
        ]
        text = f", but the gap in accuracy is {join(told)}" if told else ""
        if accuracy.said == "undecided" != loss.said:
            text = ", but the gap in accuracy shows no order"
        left, closer = self._left(stopped, loss)
        if left.verdict in ways:
            text += "; the training loss that is left goes with the gap in loss "
            text += "as closely and may explain it" if closer else "too"
            text += f" ({fmt.correlation(left.value)})"
        return Label(text)

    def _left(self, stopped: pd.DataFrame, held: Parts) -> tuple[Trend, bool]:
        """How the training loss goes with the gap in loss, and whether as closely as a measure."""
        left = over_approaches(stopped, self.train_loss, "loss_gap")
        decided = [abs(one.value) for one in trends(held) if one.verdict in ("rises", "falls")]
        closer = left.verdict in ("rises", "falls") and abs(left.value) >= max(decided, default=2)
        return left, closer

    def sweeps(
        self,
        statements: Mapping[str, tuple[Overall, Overall | None]],
        record: Record,
        done: pd.DataFrame,
    ) -> list[Claim]:
        """How the measures move with what is varied: after equal epochs, and at an equal loss.

        `statements` are those of both, by the variable.
        """
        held = varied(record, self.finished(record.frame(self.equal_loss)))
        claims = []
        for variable, rows in varied(record, done).items():
            both = ((self.solution, rows), (self.equal_loss, held.get(variable)))
            for statement, (table, own) in zip(statements[variable], both, strict=True):
                if statement is None or own is None:
                    continue
                parts = measures_with(own, self.measures, variable, first=True)
                most = strongest_part(parts)
                smallest, largest = (SHOWN[variable](f(own[variable])) for f in (min, max))
                claims.append(
                    statement(
                        parts,
                        used(record, own, table.column(variable), *self.measures, table=table),
                        variable=Label(VARIABLES[variable]),
                        smallest=Label(smallest),
                        largest=Label(largest),
                        sizes=moves(parts),
                        most=moves(Parts({most: parts.parts[most]})),
                        ends=moves(parts, named=False),
                        at=at_loss(own[self.train_loss]),
                        reason=why(parts, VARIABLES[variable]),
                    )
                )
        return claims


def why(parts: Parts, noun: str = "approach") -> Label:
    """Why the first undecided of the parts is not decided."""
    found = trends(parts)
    return reason(next((t for t in found if t.verdict not in ("rises", "falls")), found[0]), noun)


def at_loss(losses: pd.Series) -> Label:
    """`an equal training loss`, or what the losses are that differ by what matters."""
    return Label("an equal training loss" if _alike(losses) else "unequal training losses")


def _alike(losses: pd.Series) -> bool:
    found = span(losses)
    return found.high <= (LOSS.margin or 1.0) * found.low


def _between(losses: pd.Series, one: str = "") -> Label:
    """Losses `from 0.42 to 0.49`, or one number, behind `one`, where both look alike."""
    found = span(losses)
    least, most = fmt.loss(found.low), fmt.loss(found.high)
    return Label(f"{one}{least}" if least == most else f"from {least} to {most}")
