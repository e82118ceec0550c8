"""What is said about the lines between solutions: barriers, steepness, and which end is better.

A barrier is a maximum over the line, so it is never tested against zero: it matters from a share of
the loss at the ends on, and otherwise barriers are compared with each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import ACCURACIES, LOSSES, Contrast, Label, Overall, all_of
from report.claims.length import shortened
from report.numbers.comparison import Comparison
from report.numbers.frames import known
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count, count, span
from report.numbers.scales import ACCURACY, BARRIER
from report.records import Record
from report.sections.approach_words import common_words, end_words
from report.sections.approaches import SHOWN, VARIABLES
from report.sections.interpolation.lines import (
    Ends,
    accuracy_compared,
    crosses,
    ends_of,
    growth_compared,
    label_of,
    settings_compared,
    starts_compared,
    twins,
    with_case,
    with_ends,
)
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join

FEW = 2
"""Pairs up to which the steepness of each has a sentence of its own; of more, a count is given."""
NAMED = 3
"""Parts up to which each is told with its factor; of more, the smallest and the largest."""
FROM = {"same": Markdown("a common start"), "different": Markdown("different starts")}
"""Where two solutions began."""
MEASURED = {
    "absolute": Markdown("at equal distance"),
    "relative": Markdown("relative to the norm of the weights"),
}
"""How far beyond a solution its side is looked at."""

CONTRAST = Overall(
    "interpolation.contrast",
    {
        "more": "Where two trainings begin matters: from different initial weights, and with the "
        "examples in different order, the barrier between their solutions is higher than from "
        "common ones, {sizes}.",
        "less": "From different initial weights, and with the examples in different order, the "
        "barrier between two solutions is lower than from common ones, {sizes}.",
        "alike": "Where two trainings begin makes no difference that matters to the barrier "
        "between their solutions, for {parts}.",
        "undecided": "Whether solutions from different initial weights are separated by a higher "
        "barrier than solutions from common ones stays open for {parts}: the seeds do not agree, "
        "or are too few.",
        "differ": "Whether different initial weights mean a higher barrier than common ones "
        "depends on the training: {order}.",
        "partly_more": "From different initial weights the barrier is higher than from common "
        "ones, {sizes}; for {undecided} no order shows.",
        "partly_less": "From different initial weights the barrier is lower than from common ones, "
        "{sizes}; for {undecided} no order shows.",
        "partly_alike": "Where two trainings begin makes no difference that matters to the barrier "
        "for {alike}; for {undecided} no order shows.",
    },
    headline=True,
    line=Line(
        "Is there a barrier between two solutions?",
        {
            "more": ("A higher one from different starts than from common.", "times {strength}"),
            "less": ("A lower one from different starts than from common.", "factor {strength}"),
            "alike": ("The same from different and from common starts.", "factor {strength}"),
            "undecided": ("Whether starts matter stays open.", "factor {strength}"),
            "differ": ("Whether starts matter depends on the training.", "factor {strength}"),
            "partly_more": ("In part a higher one from different starts.", "times {strength}"),
            "partly_less": ("In part a lower one from different starts.", "factor {strength}"),
            "partly_alike": ("In part starts make no difference.", "factor {strength}"),
        },
        "loss",
    ),
)

SAME = Statement(
    "interpolation.same-start",
    {
        "none": "Solutions that began at the same initial weights lie in one valley: on {lines} "
        "between them the training loss rises above the straight line between its ends by less "
        "than {threshold} of the loss there (by {highest} at most).",
        "some": "Of {total} lines between solutions that began at the same initial weights, "
        "{number} {verb} a barrier of {threshold} of the loss at the ends or more; the highest is "
        "{highest}, for {label}.",
        "all": "Even solutions that began at the same initial weights are separated: on {lines} "
        "between them stands a barrier of {threshold} of the loss at the ends or more, {heights} "
        "high.",
    },
)

DIFFERENT = Statement(
    "interpolation.different-start",
    {
        "none": "Solutions that began at different initial weights are connected, too, without a "
        "barrier: on {lines} between them the training loss rises above the straight line between "
        "its ends by less than {threshold} of the loss there (by {highest} at most).",
        "some": "Of {total} lines between solutions that began at different initial weights, "
        "{number} {verb} a barrier of {threshold} of the loss at the ends or more; the highest is "
        "{highest}, for {label}.",
        "all": "Between solutions that began at different initial weights the training loss always "
        "climbs: on {lines} between them stands a barrier of {threshold} of the loss at the ends "
        "or more, {heights} high.",
    },
)

SETTING = Overall(
    "interpolation.setting",
    {
        "more": "The {variable} counts: with {high} instead of {low} the barrier is "
        "higher, {sizes}.",
        "less": "The {variable} counts: with {high} instead of {low} the barrier is lower, "
        "{sizes}.",
        "alike": "The {variable} makes no difference that matters to the barrier, with {high} "
        "instead of {low} from {parts}.",
        "undecided": "Whether the {variable} changes the barrier, with {high} instead of {low}, "
        "stays open for lines from {parts}.",
        "differ": "What the {variable} does to the barrier depends on the start: with {high} "
        "instead of {low}, {order}.",
        "partly_more": "With a {variable} of {high} instead of {low} the barrier is higher, "
        "{sizes}; from {undecided} no order shows.",
        "partly_less": "With a {variable} of {high} instead of {low} the barrier is lower, "
        "{sizes}; from {undecided} no order shows.",
        "partly_alike": "With a {variable} of {high} instead of {low} the barrier does not differ "
        "by what matters from {alike}; from {undecided} no order shows.",
    },
    about="variable",
)

TOP = Statement(
    "interpolation.accuracy",
    {
        "none": "On {lines} with {kind} initial weights test accuracy stays within {threshold} of "
        "the straight line between its ends, or above.",
        "some": "On {number} of {total} lines with {kind} initial weights test accuracy falls "
        "below the straight line between its ends by {threshold} or more, by as much as {highest}.",
        "all": "On {lines} with {kind} initial weights test accuracy falls below the straight line "
        "between its ends, by {falls}.",
    },
)

LITERATURE = Statement(
    "interpolation.literature",
    {
        "agrees": "This is what the literature describes: small networks trained twice from one "
        "initialization tend to stay linearly connected [@frankle2020linear], and a barrier "
        "between different initializations may owe to nothing but the order of their hidden units "
        "[@entezari2022role], which was not matched here.",
        "partly": "The literature describes the same order, though more sharply: small networks "
        "trained twice from one initialization tend to stay linearly connected "
        "[@frankle2020linear], while here {crossing} with common initial weights "
        "{verb} a barrier; one between different initializations may owe to nothing but the order "
        "of their hidden units [@entezari2022role], which was not matched here.",
        "open": "The literature has it that small networks trained twice from one initialization "
        "tend to stay linearly connected [@frankle2020linear], while different initializations are "
        "separated by a barrier as long as their hidden units are not matched "
        "[@entezari2022role]; these lines show neither that nor the opposite.",
        "differs": "The literature describes something else: small networks trained twice from "
        "one initialization tend to stay linearly connected [@frankle2020linear], while different "
        "initializations are separated by a barrier as long as their hidden units are not matched "
        "[@entezari2022role].",
    },
)

RISE = Overall(
    "interpolation.rise",
    {
        "more": "For {pair}, the loss climbs faster beyond {first} than beyond {second}{seen}, "
        "{parts}{grown}.",
        "less": "For {pair}, the loss climbs faster beyond {second} than beyond {first}{seen}, "
        "{parts}{grown}.",
        "alike": "For {pair}, both sides are equally steep, {parts}{grown}.",
        "undecided": "For {pair}, neither side can be called the steeper, {parts}{grown}.",
        "differ": "For {pair}, which side is the steeper depends on how far from it one looks: "
        "{order}{grown}.",
        "partly_more": "For {pair}, the loss climbs faster beyond {first} than beyond {second} "
        "{more}{seen}; {undecided} no order shows{grown}.",
        "partly_less": "For {pair}, the loss climbs faster beyond {second} than beyond {first} "
        "{less}{seen}; {undecided} no order shows{grown}.",
        "partly_alike": "For {pair}, both sides are equally steep {alike}; {undecided} no order "
        "shows{grown}.",
    },
    about="pair",
)

QUALITY = Contrast(
    "interpolation.quality",
    {
        "more": "Of these two, {first} gives the better solution, with {first_value} of the test "
        "images against {second_value} (95 % interval of the lead {interval} points, {n}"
        "{left_out}).",
        "less": "Of these two, {second} gives the better solution, with {second_value} of the test "
        "images against {first_value} (95 % interval of the lead {interval} points, {n}"
        "{left_out}).",
        "seen_more": "Of these two, {first} gives the better solution in {all}, with {first_value} "
        "of the test images against {second_value}.",
        "seen_less": "Of these two, {second} gives the better solution in {all}, with "
        "{second_value} of the test images against {first_value}.",
        "alike": "In test accuracy the two are alike: {first_value} for {first}, {second_value} "
        "for {second} ({n}{left_out}).",
        "undecided": "In test accuracy no order of the two is established: {first_value} for "
        "{first}, {second_value} for {second} ({n}{left_out}).",
    },
    about="pair",
    quantity=ACCURACIES,
)

KESKAR = Overall(
    "interpolation.flat-and-good",
    {
        "more": "Theory has it that flat solutions generalize better [@keskar2017large], and the "
        "flatter solution is indeed the more accurate one for {parts}{seen}; but the two differ in "
        "training loss as well, so flatness is not shown to be the reason.",
        "less": "Theory has it that flat solutions generalize better [@keskar2017large], but it is "
        "the steeper solution that is the more accurate one for {parts}{seen}.",
        "alike": "Theory has it that flat solutions generalize better [@keskar2017large], but in "
        "test accuracy the flatter and the steeper solution are alike for {parts}.",
        "undecided": "Theory has it that flat solutions generalize better [@keskar2017large], "
        "which these lines do not decide: accuracies keep no order for {parts}.",
        "differ": "Theory has it that flat solutions generalize better [@keskar2017large], which "
        "these lines neither confirm nor refute: {order}.",
        "partly_more": "Theory has it that flat solutions generalize better [@keskar2017large], "
        "and the flatter solution is indeed the more accurate one for {more}{seen}; for "
        "{undecided} "
        "accuracies keep no order.",
        "partly_less": "Theory has it that flat solutions generalize better [@keskar2017large], "
        "but the steeper solution is the more accurate one for {less}{seen}; for {undecided} "
        "accuracies keep no order.",
        "partly_alike": "Theory has it that flat solutions generalize better [@keskar2017large], "
        "but in test accuracy both are alike for {alike}; for {undecided} accuracies keep no "
        "order.",
    },
)

STEEPER = Statement(
    "interpolation.steeper",
    {
        "counted": "Where the {variable} alone differs ({total}), the loss climbs faster beyond "
        "the solution with the larger one for {more} and slower for {less} at equal distance; at "
        "equal distance relative to the norm of the weights it is {relative_more} and "
        "{relative_less}.",
    },
    about="variable",
)

LOST = Statement(
    "interpolation.lost",
    {
        "some": "Of {total} lines {number} cannot be compared: a solution at an end diverged, or "
        "the loss in between is not finite.",
        "all": "No line can be drawn: on each of them a solution at an end diverged, or the loss "
        "in between is not finite.",
    },
)

SPARE = (TOP, QUALITY, SETTING, RISE, KESKAR)
"""Statements that are left out first where there is no room."""


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: barriers between the solutions; steepness and quality of their sides."""
    lines = with_ends(record, record.frame("lines"))
    done = known(lines, "train_barrier", "test_barrier")
    if done.empty:
        return ((LOST("all", [evidence(record, "lines", "train_barrier")]),),)
    names = _names(lines)
    contrast = _contrast(record, lines, names)
    counts = {
        start: _counted(rows)
        for start in ("same", "different")
        if len(rows := lines[lines["start"] == start]) and rows["train_barrier"].notna().any()
    }
    first = [*contrast]
    for start, found in counts.items():
        first.append(_barriers(record, lines, found, SAME if start == "same" else DIFFERENT))
    first += _settings(record, lines)
    first.append(_top(record, lines))
    if contrast and len(counts) == 2:
        first.append(_literature(contrast[0], *counts.values()))
    second = _sides(record, lines, done, names)
    if len(done) < len(lines):
        lost = evidence(record, "lines", "train_barrier", lines.index.difference(done.index))
        number, total = fmt.words(len(lines) - len(done)), fmt.count(len(lines))
        second.append(LOST("some", [lost], number=number, total=total))
    return shortened([first, second], SPARE)


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "lines", column, rows.index) for column in columns]


def _names(lines: pd.DataFrame) -> dict[int, Label]:
    """Every pair by what tells it from the others, or as a whole."""
    rows = {int(str(pair)): part.iloc[0] for pair, part in lines.groupby("pair")}
    if len({_differing(ends_of(row)) for row in rows.values()}) == 1 < len(rows):
        names = {pair: label_of(row, common_words) for pair, row in rows.items()}
        shared = all(common_words(*ends_of(row)) for row in rows.values())
        if shared and len({*names.values()}) == len(names):
            return names
    names = {pair: Label(label_of(row).replace(", ", " at ", 1)) for pair, row in rows.items()}
    numbered = len({*names.values()}) < len(names)
    return {
        pair: Label(f"{name} (pair {fmt.count(pair + 1)})" if numbered else name)
        for pair, name in names.items()
    }


def _differing(ends: Ends) -> tuple[str, ...]:
    """The settings in which two approaches differ."""
    return tuple(name for name in VARIABLES if getattr(ends[0], name) != getattr(ends[1], name))


def _factors(parts: Mapping[str, Comparison], word: str) -> Label:
    """`by a factor of 27 from a common start and of 2.6 from different starts`: what is decided.

    Of many, the smallest and the largest.
    """
    decided = sorted((abs(one.value), name) for name, one in parts.items() if one.direction)
    if len(decided) <= NAMED:
        decided = [(abs(one.value), name) for name, one in parts.items() if one.direction]
    else:
        decided = [decided[0], decided[-1]]
    told = [f"of {LOSSES.size(value)} {word} {name}" for value, name in decided]
    many = len(told) < sum(bool(one.direction) for one in parts.values())
    factors = (
        f"by factors from {told[0][3:]} to {told[1][3:]}" if many else f"by a factor {join(told)}"
    )
    return Label(f"{_seen(parts.values())}{factors}".removeprefix(" "))


def _seen(found: Iterable[Comparison], noun: str = "seed") -> Label:
    """` in all three seeds `, where too few for an interval show one order; else empty."""
    numbers = {one.n for one in found if one.verdict.startswith("seen")}
    if not numbers:
        return Label("")
    every = all_of(numbers.pop(), noun) if len(numbers) == 1 else f"all {noun}s"
    return Label(f" {'on' if noun == 'line' else 'in'} {every} ")


def _order(parts: Parts, word: str, said: Mapping[str, str]) -> Label:
    """Which parts show what: `higher for …, and lower for …`; of many, their number."""

    def named(where: tuple[str, ...]) -> str:
        return join(where) if len(where) <= NAMED else f"{fmt.words(len(where))} of them"

    return Label(
        join(
            [
                f"{words} {word} {named(where)}".replace("  ", " ")
                for verdict, words in said.items()
                if (where := parts.having(verdict))
            ]
        )
    )


HIGHER = {
    "more": "it is higher",
    "less": "it is lower",
    "alike": "it does not differ by what matters",
    "undecided": "no order shows",
}


def _contrast(record: Record, lines: pd.DataFrame, names: Mapping[int, Markdown]) -> list[Claim]:
    """Different against common starts, pair by pair."""
    found: dict[str, Comparison] = {
        names[pair]: one for pair, one in starts_compared(lines).items()
    }
    if not found:
        return []
    parts = Parts(found)
    used = _used(record, lines, "start", "train_barrier", "train_loss")
    return [CONTRAST(parts, used, sizes=_factors(found, "for"), order=_order(parts, "for", HIGHER))]


def _counted(rows: pd.DataFrame) -> Count[int]:
    """The lines, by their row, on which a barrier that matters stands."""
    return count(
        [int(str(row)) for row in rows.index],
        lambda row: crosses(rows.loc[row, "train_barrier"], float(rows.loc[row, "at_ends"])),  # type: ignore[arg-type]
    )


def _lines(found: Count[int]) -> Markdown:
    """`the one line`, `both lines`, `all six lines`, or `all five lines that can be drawn`."""
    known_ = found.known
    if known_ == 1:
        words = "the one line"
    else:
        words = "both lines" if known_ == 2 else f"all {fmt.plural(known_, 'line')}"
    return Markdown(f"{words} that can be drawn" if found.missing else words)


def _barriers(
    record: Record, lines: pd.DataFrame, found: Count[int], statement: Statement
) -> Claim:
    """On how many lines a barrier stands, and how high."""
    rows = lines.loc[[*found.yes, *found.no]].sort_index()
    heights = rows["train_barrier"].astype(float)
    low, high = span(heights).low, span(heights).high
    rounded = bound(low, "lower"), bound(high, "upper")
    return statement(
        found.of_known.extent,
        _used(record, rows, "train_barrier", "train_loss"),
        found.of_known,
        lines=_lines(found),
        total=fmt.words(found.known),
        number=fmt.words(len(found.yes)),
        verb=Markdown("crosses" if len(found.yes) == 1 else "cross"),
        threshold=fmt.percent(BARRIER.margin, 0),
        lowest=rounded[0],
        highest=fmt.loss(high) if found.yes else rounded[1],
        heights=fmt.loss(low) if low == high else Markdown(f"{rounded[0]} to {rounded[1]}"),
        label=label_of(rows.iloc[int(heights.argmax())]),
    )


def _settings(record: Record, lines: pd.DataFrame) -> list[Claim]:
    """Barriers of pairs that differ in one setting: what the setting does, start by start."""
    asked: dict[tuple[str, Label, Label], dict[str, Comparison]] = {}
    used: dict[tuple[str, Label, Label], list[int]] = {}
    for variable, high, low in twins(lines):
        rows = {pair: lines[lines["pair"] == pair] for pair in (high, low)}
        first, second = (
            Label(SHOWN[variable](getattr(ends_of(own.iloc[0])[0], variable)))
            for own in rows.values()
        )
        case = rows[high]["case"].iloc[0]
        on, key = f" on {escape(case)}" if case else "", (variable, first, second)
        for start, one in settings_compared(lines, high, low).items():
            asked.setdefault(key, {})[Markdown(f"{FROM[start]}{on}")] = one
            used.setdefault(key, []).extend([high, low])
    return [
        SETTING(
            parts := Parts(found),
            _used(
                record,
                lines[lines["pair"].isin(used[variable, high, low])],
                *("start", "train_barrier", f"first_{variable}"),
            ),
            variable=Label(VARIABLES[variable]),
            high=high,
            low=low,
            sizes=_factors(found, "from"),
            order=_order(parts, "from", HIGHER),
        )
        for (variable, high, low), found in asked.items()
    ]


def _top(record: Record, lines: pd.DataFrame) -> Claim:
    """On how many lines test accuracy falls by what matters."""
    kinds = lines[lines["train_barrier"].notna()]["start"]
    kind = "different" if (kinds == "different").any() else "same"
    rows = lines[lines["start"] == kind]
    falls = rows["test_accuracy_barrier"].astype(float)
    margin = ACCURACY.margin or 0.0
    found = count(
        [int(str(row)) for row in rows.index],
        lambda row: None if pd.isna(falls[row]) else bool(falls[row] >= margin),
    )
    low, high = span(falls).low, span(falls).high
    return TOP(
        found.of_known.extent,
        _used(record, rows, "test_accuracy_barrier"),
        found.of_known,
        lines=_lines(found),
        kind=Markdown("different" if kind == "different" else "common"),
        number=fmt.words(len(found.yes)),
        total=fmt.words(found.known),
        threshold=fmt.points(margin),
        highest=fmt.points(high),
        falls=_falls(low, high),
    )


def _falls(low: float, high: float) -> Markdown:
    """`10.1 to 70.4 percentage points`, rounded outward; one value where both are the same."""
    least = bound(low, "lower", fmt.points, decimals=4)
    most = bound(high, "upper", fmt.points, decimals=4)
    if low == high:
        return fmt.points(low)
    return most if least == most else Markdown(f"{least.partition(chr(160))[0]} to {most}")


def _literature(contrast: Claim, same: Count[int], different: Count[int]) -> Claim:
    """Connected from one start, separated from two: what is described, and what was found."""
    verdict = "open"
    if contrast.verdict in ("less", "partly_less"):
        verdict = "differs"
    elif contrast.verdict in ("more", "partly_more") and different.yes:
        verdict = "partly" if same.yes else "agrees"
    return LITERATURE(
        verdict,
        contrast.evidence,
        crossing=_lines(same)
        if not same.no
        else Markdown(f"{fmt.words(len(same.yes))} of {fmt.plural(same.known, 'line')}"),
        verb=Markdown("crosses" if len(same.yes) == 1 else "cross"),
    )


def _sides(
    record: Record, lines: pd.DataFrame, done: pd.DataFrame, names: Mapping[int, Markdown]
) -> list[Claim]:
    """Which side of each pair is steeper, and whether the flatter one is the better solution."""
    solutions = with_case(record.frame("solutions"))
    claims: list[Claim] = []
    quality: list[Claim] = []
    better: dict[str, Comparison] = {}
    steeper: dict[tuple[str, ...], list[dict[str, Comparison]]] = {}
    for pair, rows in done.groupby("pair"):
        ends, label = ends_of(rows.iloc[0]), label_of(rows.iloc[0])
        own = solutions[solutions["case"] == rows["case"].iloc[0]]
        growth = _growth(record, rows, own, ends)
        if growth:
            turned = _larger_first(ends)
            steeper.setdefault(_differing(ends), []).append(
                {kind: one.flipped() if turned else one for kind, one in growth.items()}
            )
            claims.append(_rise(record, rows, growth, ends, label))
        accuracy = accuracy_compared(own, ends, end_words(*ends))
        if accuracy is None:
            continue
        first, second = (Label(words) for words in end_words(*ends))
        used = _accuracies(record)
        quality.append(QUALITY(accuracy, used, pair=label, first=first, second=second))
        if growth and claims[-1].verdict in ("more", "less"):
            # more: the first is the steeper one, so that the second is the flatter one
            flat = accuracy.flipped() if claims[-1].verdict == "more" else accuracy
            better[names[int(str(pair))]] = flat
    if len(claims) > FEW:
        claims = _steeper(record, done, steeper)
    if len(better) < 2:  # one pair is no rule
        return [*claims, *quality]
    told = {
        "more": "the flatter solution is the more accurate one",
        "less": "the steeper one is",
        "alike": "both are alike",
        "undecided": "no order shows",
    }
    parts = Parts(better)
    used = [*_accuracies(record), *_used(record, done, "train_loss")]
    seen = Label(_seen(better.values()).rstrip())
    return [*claims, KESKAR(parts, used, order=_order(parts, "for", told), seen=seen)]


def _accuracies(record: Record) -> list[Evidence]:
    return [evidence(record, "solutions", "final_test_accuracy")]


def _larger_first(ends: Ends) -> bool:
    """Whether the second end is the one with the larger of the settings in which they differ."""
    first, second = (
        [
            math.inf if getattr(end, name) is None else getattr(end, name)
            for name in _differing(ends)
        ]
        for end in ends
    )
    return second > first


def _steeper(
    record: Record,
    done: pd.DataFrame,
    by_setting: Mapping[tuple[str, ...], list[dict[str, Comparison]]],
) -> list[Claim]:
    """For how many pairs the side with the larger setting is the steeper one."""
    claims = []
    for settings, found in by_setting.items():
        if len(settings) != 1:
            continue
        numbers = {}
        for kind, name in (("absolute", ""), ("relative", "relative_")):
            directions = [one[kind].direction for one in found if kind in one]
            for direction, verdict in ((1, "more"), (-1, "less")):
                number = directions.count(direction)
                numbers[f"{name}{verdict}"] = fmt.words(number) if number else Markdown("none")
        claims.append(
            STEEPER(
                "counted",
                [
                    *_used(record, done, "train_loss"),
                    evidence(record, "solutions", "parameter_norm"),
                ],
                total=fmt.plural(len(found), "pair"),
                variable=VARIABLES[settings[0]],
                **numbers,
            )
        )
    return claims


def _growth(
    record: Record, rows: pd.DataFrame, solutions: pd.DataFrame, ends: Ends
) -> dict[str, Comparison]:
    """Outward of the first against outward of the second solution, on lines of one start."""
    return growth_compared(record, _of_one_start(rows), solutions, end_words(*ends))


def _of_one_start(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["start"] == ("same" if (rows["start"] == "same").any() else "different")]


def _rise(
    record: Record, rows: pd.DataFrame, found: Mapping[str, Comparison], ends: Ends, pair: Label
) -> Claim:
    """Which side of a pair is the steeper one."""
    first, second = end_words(*ends)
    parts = Parts({MEASURED[kind]: one for kind, one in found.items()})
    told = {
        "more": f"beyond {first}",
        "less": f"beyond {second}",
        "alike": "neither",
        "undecided": "no order",
    }
    used = _used(record, _of_one_start(rows), "train_loss")
    if "relative" in found:
        used.append(evidence(record, "solutions", "parameter_norm"))
    return RISE(
        parts,
        used,
        pair=pair,
        first=Label(first),
        second=Label(second),
        seen=Label(_seen(found.values(), "line").rstrip()),
        grown=_grown(record, found, second_first=parts.said in ("less", "partly_less")),
        order=_order(parts, "", told),
    )


def _grown(record: Record, found: Mapping[str, Comparison], *, second_first: bool) -> Label:
    """How far the loss has grown beyond both ends, at equal distance, in parentheses."""
    if "absolute" not in found:
        return Label("")
    one = found["absolute"]
    outward_ = fmt.percent(float(record.metrics["outward"]), 0)  # type: ignore[arg-type]
    grown = [fmt.factor(one.scale.back(center)) for center in one.centers]
    ahead, behind = grown[::-1] if second_first else grown
    return Label(
        f" (one plus the loss grows {ahead} against {behind} times over {outward_} of the distance)"
    )
