"""Sentences about comparisons: value, interval, repetitions and verdict come from the same one.

A statement here takes a comparison and labels, no other number: to mix the mean of one comparison
with the interval of another is a type error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from report.claims.claim import ANSWER, Claim, Evidence, Wordings, each
from report.numbers.comparison import Comparison
from report.numbers.parts import Parts
from report.numbers.quantifiers import ordered
from report.numbers.scales import ACCURACY, CORRELATION, EPOCHS, LOSS, NORM, SHARE, Scale
from report.numbers.trend import Trend
from report.words import format as fmt
from report.words.counts import all_of
from report.words.markdown import Markdown, escape, join


class Label(Markdown):
    """What something is called in a sentence: a model, a data set, an approach; never a number."""

    __slots__ = ()


def label(text: str) -> Label:
    """A name from a record or a suite, shown literally."""
    return Label(escape(text))


@dataclass(frozen=True)
class Quantity:
    """A quantity that is compared, and how its values are written."""

    scale: Scale
    write: Callable[[float | None], Markdown]
    repetition: str = "seed"

    def value(self, center: float) -> Markdown:
        """A center of a group, given on the scale."""
        return self.write(self.scale.back(center))

    def size(self, difference: float) -> Markdown:
        """How far two groups are apart: a factor of at least one, or percentage points."""
        if self.scale.logarithmic:
            return fmt.factor(self.scale.back(abs(difference)))
        if self.scale in (ACCURACY, SHARE):
            return fmt.points(abs(difference))
        return fmt.number(abs(difference))

    def interval(self, found: Comparison) -> Markdown:
        """The interval of `size`, turned so that it belongs to a positive one; of a correlation."""
        low, high = found.low, found.high
        if low is None or high is None:
            return fmt.MISSING
        if found.value < 0 and self.scale is not CORRELATION:
            low, high = -high, -low
        if self.scale.logarithmic:
            return fmt.interval(self.scale.back(low), self.scale.back(high), neutral=1)
        unit = 100 if self.scale in (ACCURACY, SHARE) else 1
        return fmt.interval(unit * low, unit * high, neutral=0)

    def fields(self, found: Comparison) -> dict[str, Markdown]:
        """What a comparison gives to a wording; see `Contrast`."""
        return {
            "first_value": self.value(found.centers[0]),
            "second_value": self.value(found.centers[1]),
            "size": self.size(found.value),
            "interval": self.interval(found),
            "n": fmt.plural(found.n, self.repetition),
            "all": all_of(found.n, self.repetition),
            "sure": self._sure(found),
            "support": self._support(found),
            "seen": self._seen(found),
            "left_out": left_out(found),
            "decide": _decide(found, self.repetition),
        }

    def _support(self, found: Comparison) -> Markdown:
        """What a sentence rests on: `95 % interval [1.2, 3.4], ten seeds`, `seen in both seeds`."""
        if found.verdict.startswith("seen_"):
            return Markdown(f"seen{self._seen(found)}")
        n = f"{fmt.plural(found.n, self.repetition)}{left_out(found)}"
        if found.verdict not in ("more", "less"):
            return Markdown(n)
        of = " of the factor" if self.scale.logarithmic else ""
        return Markdown(f"95 % interval{of} {self.interval(found)}, {n}")

    def _sure(self, found: Comparison) -> Markdown:
        """The interval of a difference, in parentheses; empty where there is none."""
        if found.low is None:
            return Markdown("")
        unit = " in points" if self.scale in (ACCURACY, SHARE) else ""
        n = f"{fmt.plural(found.n, self.repetition)}{left_out(found)}"
        return Markdown(f" (95 % interval of the difference{unit} {self.interval(found)}, {n})")

    def _seen(self, found: Comparison) -> Markdown:
        seen = found.verdict.startswith("seen")
        return Markdown(f" in {all_of(found.n, self.repetition)}" if seen else "")


NAMED = 2
"""Parts without an order up to which a sentence names them; of more, it gives their number."""
FACTORS = 3
"""Parts up to which each is told with its factor; of more, the smallest and the largest."""
MANY = 100
"""Repetitions beyond which nobody would run so many only to decide a question."""

ACCURACIES = Quantity(ACCURACY, fmt.accuracy)
LOSSES = Quantity(LOSS, fmt.loss)
NORMS = Quantity(NORM, fmt.number)
EPOCHS_OR_STEPS = Quantity(EPOCHS, fmt.count)


@dataclass(frozen=True)
class Contrast(Wordings):
    """A statement about two groups, in a wording for each verdict.

    Fields of a wording, all from the comparison: `{first}` and `{second}` (the labels),
    `{first_value}` and `{second_value}`, `{size}` (how far apart), `{interval}` (of the size),
    `{n}` ("six seeds"), `{all}` ("all three seeds"), `{seen}` (" in all three seeds" of what is
    only seen, else empty), `{sure}` (the interval in parentheses, empty if there is none),
    `{support}` (the interval and the repetitions, or "seen in all three seeds"),
    `{left_out}` (empty, or a clause behind a comma), `{decide}` (empty, or a clause that says what
    would decide). Beside them stand the labels that the call gives by name. Wordings: `more`,
    `less`, `alike`, `undecided`, and `seen_more`, `seen_less` where they say it in other words;
    `nothing` where no repetition has both.
    """

    quantity: Quantity = ACCURACIES

    def __call__(
        self, found: Comparison, evidence: Iterable[Evidence], /, **labels: Label
    ) -> Claim:
        """The claim in the wording of the comparison's verdict.

        Raises KeyError for a wording or a label that is missing, TypeError for a label that is
        none.
        """
        verdict = "nothing" if found.n == 0 else found.verdict
        sides = {"first": label(found.first), "second": label(found.second)}
        values = {**sides, **self.quantity.fields(found), **_checked(self, labels)}
        return self.said(verdict, evidence, found, values)


@dataclass(frozen=True)
class Tendency(Wordings):
    """A statement about a trend over approaches: `rises`, `falls`, `undecided`, `too_few`.

    Fields: `{correlation}`, `{interval}`, `{n}` ("twelve approaches"), `{start}` and `{end}` (the
    quantity at the smallest and the largest position), `{course}` and `{reason}` (the functions of
    that name), and labels. `same` is what may have one value everywhere, in `{reason}`.
    """

    quantity: Quantity = ACCURACIES
    same: str = "one of the two"

    def __call__(self, found: Trend, evidence: Iterable[Evidence], /, **labels: Label) -> Claim:
        """The claim in the wording of the trend's verdict; raises as `Contrast` does."""
        ends = (found.points[0][1], found.points[-1][1]) if found.points else (None, None)
        start, end = (fmt.MISSING if e is None else self.quantity.value(e) for e in ends)
        values = {
            **_checked(self, labels),
            "correlation": fmt.correlation(found.value),
            "interval": fmt.interval(found.low, found.high),
            "n": fmt.plural(found.n, self.quantity.repetition),
            "start": start,
            "end": end,
            "course": course(found),
            "reason": reason(found, self.quantity.repetition, self.same),
        }
        return self.said(found.verdict, evidence, found, values)


@dataclass(frozen=True)
class Overall(Wordings):
    """A statement over parts: functions, data sets, measures, pairs.

    Its wording is that of the verdict which all parts share, observations (`seen_more`) taken with
    what they show; else `differ` (parts contradict each other) or, where the others are
    undecided, `partly_more`, `partly_less`, `partly_alike`, `partly_rises`, `partly_falls`, which
    need no wording of their own where one has the field `{which}`, `{only}` or `{rest}`. Fields
    name the parts: `{parts}` (all), `{more}`, `{less}`, `{alike}`, `{undecided}`, `{rises}`,
    `{falls}` (those with that verdict), and labels. A part's name that is Markdown stands as it is.
    `{strongest}` names the part with the largest effect, of those that are decided if there are
    any, and `{strength}` is that effect's size or rank correlation. `{which}` are the decided
    parts and, behind a semicolon, those of which no order shows; `{where}` the decided ones,
    `{only}` those with "alone" where there are others; `{rest}` the end of `{which}`, empty where
    all are decided. `{order}` says of which parts what holds, `{seen}` is " in all three seeds"
    where too few for an interval show one order, and `{factors}` " by a factor of 27 for A and of
    2.6 for B": of each part that is decided, or of many the smallest and the largest, which
    `{range}` gives without their parts. `{told}` answers a question part by part: "yes on A and B,
    open on C", or, of many, by their numbers.

    Attributes:
        every: what all parts together are called: "every measure"; their names if empty.
        word: what stands before a part: "by", "for", "with".
        order: what is said of the parts with a verdict, several of which may share words as in
            wordings; it may have labels as fields.
        repetition: over what the parts are repeated.
        brief: what a verdict answers in `{told}`: "yes"; no decision is "open".
        noun: what one of many parts is called there.
    """

    every: str = ""
    word: str = "for"
    order: Mapping[str, str] = field(default_factory=dict)
    repetition: str = "seed"
    brief: Mapping[str, str] = field(default_factory=dict)
    noun: str = "part"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "order", each(self.order))

    def __call__(
        self,
        found: Parts,
        evidence: Iterable[Evidence],
        kinds: Mapping[str, str] | None = None,
        /,
        **labels: Label,
    ) -> Claim:
        """The claim in the wording of what the parts say together; raises as `Contrast` does.

        `kinds` names what each part is one of: `the CNNs` of `the CNNs on digits`.
        """
        shown = found.directions
        strongest = strongest_part(found)
        decided = [part for part, said in shown.items() if said != "undecided"]
        open_ = found.having("undecided") if decided else ()
        those, others = _listed(decided), _few(open_, f"the {fmt.words(len(open_))} others")
        rest = f"; {self.word} {others} no order shows".replace("  ", " ") if open_ else ""
        order = [
            f"{words.format(**labels)} {self.word} {_few(own, f'{fmt.words(len(own))} of them')}"
            for verdict, words in self.order.items()
            if (own := found.having(verdict))
        ]
        all_ = self.every or those
        verdicts = ("more", "less", "alike", "undecided", "rises", "falls")
        values = {
            **{verdict: _listed(found.having(verdict)) for verdict in verdicts},
            "which": Markdown((those if open_ else all_) + rest),
            "only": Markdown(f"{those} alone" if open_ else all_),
            "where": Markdown(those if open_ else all_),
            "rest": Markdown(rest),
            "order": Markdown(join(order).rstrip().replace("  ", " ")),
            "told": Markdown(self._told(found, kinds or {})),
            "seen": _seen_in(found, self.repetition),
            "factors": _factors(found, self.word),
            "range": _factors(found, self.word, named=False),
            "parts": _listed(found.parts),
            "strongest": _listed([strongest]),
            "strength": _strength(found.parts[strongest]),
            **_checked(self, labels),
        }
        return self.said(found.said, evidence, found, values)

    def _told(self, found: Parts, kinds: Mapping[str, str]) -> str:
        having: dict[str, list[str]] = {}
        for verdict, answer in {**self.brief, "undecided": "open"}.items():
            if parts := found.having(verdict):
                having.setdefault(answer, []).extend(parts)
        if len(having) < 2:
            return next(iter(having), "")
        of_kind: dict[str, list[str]] = {}
        for answer, own in having.items():
            for kind in dict.fromkeys(kinds[part] for part in own if part in kinds):
                of_kind.setdefault(kind, []).append(answer)
        numbers = [f"{answer} {self.word} {fmt.words(len(own))}" for answer, own in having.items()]
        numbers[0] += f" of {fmt.plural(len(found.parts), self.noun)}"
        by_part = [f"{answer} {self.word} {_listed(own)}" for answer, own in having.items()]
        by_kind = [f"{' or '.join(said)} {self.word} {kind}" for kind, said in of_kind.items()]
        texts = [", ".join(way) for way in (by_part, by_kind, numbers) if way]
        return next((text for text in texts if len(text.split()) <= ANSWER), texts[-1])


def _listed(parts: Iterable[str]) -> Markdown:
    """The parts by name; Markdown stands as it is."""
    return join([part if isinstance(part, Markdown) else escape(part) for part in parts])


def _few(parts: Sequence[str], many: str) -> str:
    """The parts by name, or, of more than `NAMED`, their number."""
    return _listed(parts) if len(parts) <= NAMED else many


def _seen_in(found: Parts, noun: str) -> Markdown:
    numbers = {part.n for part in found.parts.values() if part.verdict.startswith("seen")}
    every = all_of(min(numbers), noun) if len(numbers) == 1 else f"all {fmt.plural_of(noun)}"
    preposition = "on" if noun == "line" else "in"
    return Markdown(f" {preposition} {every}" if numbers else "")


def _factors(found: Parts, word: str, *, named: bool = True) -> Markdown:
    told = [
        (abs(part.value), _strength(part), f" {word} {_listed([name])}")
        for name, part in found.parts.items()
        if isinstance(part, Comparison) and part.direction
    ]
    if len(told) > FACTORS:
        ends = dict.fromkeys(f"{size}{name * named}" for _, size, name in (min(told), max(told)))
        return Markdown(f" by factors {'from' if named else 'of'} {' to '.join(ends)}")
    return Markdown(f" by a factor {join([f'of {size}{name}' for _, size, name in told])}")


def _strength(effect: Comparison | Trend) -> Markdown:
    if isinstance(effect, Trend):
        return fmt.correlation(effect.value)
    return Quantity(effect.scale, fmt.number).size(effect.value)


def strongest_part(found: Parts) -> str:
    """The part whose effect is largest, of those that are decided if there are any."""
    undecided = found.having("undecided")
    sizes = {
        part: abs(one.value) if math.isfinite(one.value) else -1.0
        for part, one in found.parts.items()
    }
    return max(sizes, key=lambda part: (part not in undecided, sizes[part]))


def course(found: Trend) -> Label:
    """How the second quantity goes along the first, point by point: `falling at every step`."""
    shape = ordered([y for _, y in found.points])
    steps = {"level": "the same throughout", "mixed": "with ups and downs"}
    return Label(steps.get(shape, f"{shape} at every step"))


def reason(found: Trend, noun: str, same: str = "one of the two") -> Label:
    """Why a trend is not decided: `five approaches are too few to rank`."""
    if found.n < 2:
        return Label("there is nothing to rank")
    if found.constant:
        return Label(
            f"{same} is the same for {'both' if found.n == 2 else 'all'} {fmt.plural_of(noun)}"
        )
    if found.verdict == "too_few":
        return Label(f"{fmt.plural(found.n, noun)} are too few to rank")
    return Label(f"over {fmt.plural(found.n, noun)} no order shows")


def _checked(statement: Wordings, labels: Mapping[str, Label]) -> Mapping[str, Label]:
    for name, value in labels.items():
        if not isinstance(value, Label):
            raise TypeError(f"{statement.id}: {name} = {value!r} is no label")
    return labels


def runs_that(total: int, verb: str) -> Label:
    """`these runs leave`, `the one run leaves`."""
    does = "does" if verb == "do" else f"{verb}s"
    return Label(f"the one run {does}" if total == 1 else f"these runs {verb}")


def _decide(found: Comparison, noun: str) -> Markdown:
    """`; it would take about twenty seeds to decide`, by the spread seen, or nothing."""
    needed = found.needed
    if needed is None or needed > MANY:
        return Markdown("")
    return Markdown(f"; it would take about {fmt.plural(needed, noun)} to decide")


def left_out(found: Comparison) -> Markdown:
    """What did not enter, as a clause behind a comma; empty for nothing."""
    missing = len({(o.group, o.repetition) for o in found.left_out})
    apart = len(found.collapsed)
    parts = []
    if missing:
        parts.append(f"{fmt.plural(missing, 'run')} without a result left out")
    if apart:
        parts.append(f"{fmt.plural(apart, 'collapsed run')} set apart")
    return Markdown(f", {join(parts)}") if parts else Markdown("")
