"""What is said about the lines between solutions: barriers, steepness, and which end is better.

A barrier is a maximum over the line, so it is never tested against zero: it matters from a share of
the loss at the ends on, and otherwise barriers are compared with each other.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from report.claims.bound import bounds
from report.claims.claim import Claim, Evidence, Statement, used
from report.claims.claim import Line as Answer
from report.claims.contrast import Contrast, Label, Overall
from report.numbers.comparison import Comparison
from report.numbers.frames import known
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count, count, reaching
from report.numbers.scales import ACCURACY, BARRIER
from report.records import Record
from report.records.rows.interpolation import Line, Solution
from report.sections.approach_words import approach_of, common_words, end_words
from report.sections.approaches import SHOWN, VARIABLES
from report.sections.interpolation import pairs
from report.words import format as fmt
from report.words.counts import all_of, counted, out_of
from report.words.markdown import Markdown, escape, join

FEW = 2
"""Pairs up to which the steepness of each has a sentence of its own; of more, a count is given."""
FROM = {"same": Markdown("a common start"), "different": Markdown("different starts")}
"""Where two solutions began."""
MEASURED = {
    "absolute": Markdown("at equal distance"),
    "relative": Markdown("relative to the norm of the weights"),
}
"""How far beyond a solution its side is looked at."""

SIDES = {"steeper": 1, "flatter": -1}  # directions of a comparison of growths

LINES = "{different} from different starts, {same} from common."
HIGHER = {
    "more|less": "[it is higher|it is lower]",
    "alike|undecided": "[it does not differ by what matters|no order shows]",
}
CONTRAST = Overall(
    "interpolation.contrast",
    {
        "more|less": "Where two trainings begin matters: from different initial weights, and with "
        "the examples in different order, the barrier between their solutions is [higher|lower] "
        "than from common ones,{seen}{range}{rest}{counted}.",
        "alike": "Where two trainings begin makes no difference that matters to the barrier "
        "between their solutions, for {alike}{rest}.",
        "undecided": "Whether solutions from different initial weights are separated by a higher "
        "barrier than solutions from common ones stays open for {parts}: the seeds do not agree, "
        "or are too few.",
        "differ": "Whether different initial weights mean a higher barrier than common ones "
        "depends on the training: {order}.",
    },
    headline=True,
    line=Answer(
        "Is there a barrier between two solutions?",
        {
            "more|less": (LINES, "up to {strength} times [higher|lower]"),
            "alike|undecided|differ": (LINES, "factor {strength} at most"),
        },
        "loss",
    ),
    order=HIGHER,
)

BARRIERS = {
    "flat": "Solutions that began at {start} initial weights are connected: on {lines} between "
    "them the training loss never rises above the straight line between its ends.",
    "none": "Solutions that began at {start} initial weights are connected: on {lines} between "
    "them the training loss rises above the straight line between its ends by less than "
    "{threshold} of the loss there (by {highest}{most}).",
    "some": "Of {total} lines between solutions that began at {start} initial weights, {number} "
    "{verb} a barrier of {threshold} of the loss at the ends or more; the highest is {highest}, "
    "for {label}.",
    "all": "Solutions that began at {start} initial weights are separated: on {lines} between them "
    "stands a barrier of {threshold} of the loss at the ends or more, {heights} high.",
}
SAME = Statement("interpolation.same-start", BARRIERS)
DIFFERENT = Statement("interpolation.different-start", BARRIERS)

SETTING = Overall(
    "interpolation.setting",
    {
        "more|less": "The {variable} counts: with {high} instead of {low} the barrier is "
        "[higher|lower],{seen}{factors}{rest}.",
        "alike": "The {variable} makes no difference that matters to the barrier, with {high} "
        "instead of {low} from {alike}{rest}.",
        "undecided": "Whether the {variable} changes the barrier, with {high} instead of {low}, "
        "stays open for lines from {parts}.",
        "differ": "What the {variable} does to the barrier depends on the start: with {high} "
        "instead of {low}, {order}.",
    },
    about="variable",
    word="from",
    order=HIGHER,
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

KNOWN = (
    "small networks trained twice from one initialization tend to stay linearly connected "
    "[@frankle2020linear], while a barrier between different initializations may owe to nothing "
    "but the order of their hidden units [@entezari2022role], which was not matched here"
)
LITERATURE = Statement(
    "interpolation.literature",
    {
        "agrees|partly|open|differs": "[This is what the literature describes|The literature "
        "describes the same order, though more sharply|These lines show neither what the "
        f"literature describes nor the opposite|The literature describes something else]: {KNOWN}."
    },
)

RISE = Overall(
    "interpolation.rise",
    {
        "more|less": "For {pair}, the loss climbs faster beyond [{first}|{second}] than beyond "
        "[{second}|{first}]{seen}, {which}{grown}.",
        "alike": "For {pair}, both sides are equally steep, {which}{grown}.",
        "undecided": "For {pair}, neither side can be called the steeper, {parts}{grown}.",
        "differ": "For {pair}, which side is the steeper depends on how far from it one looks: "
        "{order}{grown}.",
    },
    about="pair",
    word="",
    repetition="line",
    order={
        "more|less": "[beyond {first}|beyond {second}]",
        "alike|undecided": "[neither|no order]",
    },
)

QUALITY = Contrast(
    "interpolation.quality",
    {
        "more|less": "Of these two, [{first}|{second}] gives the better solution{seen}, with "
        "[{first_value}|{second_value}] of the test images against "
        "[{second_value}|{first_value}]{sure}.",
        "alike|undecided": "In test accuracy [the two are alike|no order of the two is "
        "established]: {first_value} for {first}, {second_value} for {second} ({n}{left_out}).",
    },
    about="pair",
)

FLAT = "Theory has it that flat solutions generalize better [@keskar2017large], "
KESKAR = Overall(
    "interpolation.flat-and-good",
    {
        "more": f"{FLAT}and the flatter solution is indeed the more accurate one for "
        f"{{more}}{{seen}}, though the two differ in training loss as well, so that flatness is "
        f"not shown to be the reason{{rest}}.",
        "less": f"{FLAT}but it is the steeper solution that is the more accurate one for "
        f"{{less}}{{seen}}{{rest}}.",
        "alike": f"{FLAT}but in test accuracy the flatter and the steeper solution are alike for "
        f"{{alike}}{{rest}}.",
        "undecided": f"{FLAT}which these lines do not decide: accuracies keep no order for "
        f"{{parts}}.",
        "differ": f"{FLAT}which these lines neither confirm nor refute: of {{pairs}} with a "
        f"steeper side, {{tally}}.",
    },
)
TALLY = {
    "more": "the flatter solution is the more accurate one",
    "less": "the steeper one",
    "alike": "both are alike",
    "undecided": "no order shows",
}
"""What is said of the pairs in which the flatter solution is more, less, or as accurate."""

STEEPER = Statement(
    "interpolation.steeper",
    {
        "differ": "Where the {variable} alone differs, the solution with the larger one has "
        "{absolute} at equal distance, and {relative} relative to the norm of the weights.",
        "same": "The larger {variable} has {absolute} that {differ} in nothing else, at equal "
        "distance as relative to the norm of the weights.",
    },
    about="variable",
)

LOST = Statement(
    "interpolation.lost",
    {
        "some|all": "[Of {total} lines {number} cannot be compared|No line can be drawn]: "
        "[|on each of them ]a solution at an end diverged, or the loss in between is not finite."
    },
)

SPARE = (TOP, QUALITY, SETTING, RISE, LITERATURE, KESKAR)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: barriers between the solutions; steepness and quality of their sides."""
    lines = pairs.with_ends(record)
    done = known(lines, Line.train_barrier, Line.test_barrier)
    lost = lines.loc[lines.index.difference(done.index)]
    if done.empty:
        return ((LOST("all", used(record, lines, Line.train_barrier)),),)
    names = _names(lines)
    counts = {
        start: count(rows.index, rows["crosses"].get)
        for start in FROM
        if (rows := lines[lines["start"] == start])[Line.train_barrier].notna().any()
    }
    contrast = _contrast(record, lines, names, counts)
    first = [
        *contrast,
        *(_barriers(record, lines, found, start) for start, found in counts.items()),
        *_settings(record, lines),
        _top(record, lines, [*counts][-1]),
    ]
    if contrast and len(counts) == 2:
        first.append(_literature(contrast[0], *counts.values()))
    second = _sides(record, lines, done, names)
    if len(lost):
        number, total = fmt.words(len(lost)), fmt.count(len(lines))
        based = used(record, lost, Line.train_barrier)
        second.append(LOST("some", based, number=number, total=total))
    return (tuple(first), tuple(second))


def _names(lines: pd.DataFrame) -> dict[int, Label]:
    """Every pair by what tells it from the others, or as a whole."""
    rows = {int(str(pair)): part.iloc[0] for pair, part in lines.groupby("pair")}
    if len({pairs.differing(pairs.ends_of(row)) for row in rows.values()}) == 1 < len(rows):
        names = {pair: pairs.label_of(row, common_words) for pair, row in rows.items()}
        shared = all(common_words(*pairs.ends_of(row)) for row in rows.values())
        if shared and len({*names.values()}) == len(names):
            return names
    names = {p: Label(pairs.label_of(row).replace(", ", " at ", 1)) for p, row in rows.items()}
    if len({*names.values()}) < len(names):
        return {p: Label(f"{name} (pair {fmt.count(p + 1)})") for p, name in names.items()}
    return names


def _contrast(
    record: Record,
    lines: pd.DataFrame,
    names: Mapping[int, Markdown],
    counts: Mapping[str, Count[int]],
) -> list[Claim]:
    """Different against common starts, pair by pair."""
    compared = pairs.starts_compared(lines)
    if not compared:
        return []
    found = Parts({names[pair]: one for pair, one in compared.items()})
    based = used(record, lines, Line.start, Line.train_barrier, Line.train_loss)
    told = {start: out_of(len(c.yes), c.known, "line") for start, c in counts.items()}
    same = Label(told["same"].rpartition(" ")[0] if counts["same"].known > 1 else told["same"])
    low = (lines[Line.train_barrier].astype(float) < lines["floor"]).any()
    least = fmt.percent(BARRIER.margin, 0)
    words = f"; a barrier below {least} of the loss at the ends counts as that high" if low else ""
    counted = Label(words)
    return [CONTRAST(found, based, different=Label(told["different"]), same=same, counted=counted)]


def _lines(found: Count[Any]) -> Markdown:
    """`the one line`, `both lines`, `all six lines`, or `all five lines that can be drawn`."""
    drawn = " that can be drawn" if found.missing else ""
    return Markdown(f"{all_of(found.known, 'line')}{drawn}")


def _barriers(record: Record, lines: pd.DataFrame, found: Count[int], start: str) -> Claim:
    """On how many lines a barrier stands, and how high."""
    rows = lines.loc[[*found.yes, *found.no]].sort_index()
    heights = rows[Line.train_barrier].astype(float)
    low, high = heights.min(), heights.max()
    rounded = bounds(low, high)
    return (SAME if start == "same" else DIFFERENT)(
        found.of_known.extent if high > 0 else "flat",
        used(record, rows, Line.train_barrier, Line.train_loss),
        found.of_known,
        start=Markdown("the same" if start == "same" else start),
        lines=_lines(found),
        total=fmt.words(found.known),
        number=fmt.words(len(found.yes)),
        verb=Markdown("crosses" if len(found.yes) == 1 else "cross"),
        threshold=fmt.percent(BARRIER.margin, 0),
        lowest=rounded[0],
        highest=fmt.loss(high) if found.yes or len(rows) == 1 else rounded[1],
        most=Markdown(" at most" if len(rows) > 1 else ""),
        heights=fmt.loss(low) if low == high else Markdown(f"{rounded[0]} to {rounded[1]}"),
        label=pairs.label_of(rows.iloc[int(heights.argmax())]),
    )


def _settings(record: Record, lines: pd.DataFrame) -> list[Claim]:
    """Barriers of pairs that differ in one setting: what the setting does, start by start."""
    asked: dict[tuple[str, Label, Label], dict[str, Comparison]] = {}
    for variable, *both in pairs.twins(lines):
        rows = [lines[lines["pair"] == pair].iloc[0] for pair in both]
        ends = [pairs.ends_of(row)[0] for row in rows]
        high, low = (Label(SHOWN[variable](getattr(end, variable))) for end in ends)
        on = f" on {escape(rows[0]['case'])}" if rows[0]["case"] else ""
        for start, one in pairs.settings_compared(lines, *both).items():
            asked.setdefault((variable, high, low), {})[Markdown(f"{FROM[start]}{on}")] = one
    columns = {name: Line.column(f"first_{name}") for name in VARIABLES}
    return [
        SETTING(
            Parts(found),
            used(record, lines, Line.start, Line.train_barrier, columns[variable]),
            variable=Label(VARIABLES[variable]),
            high=high,
            low=low,
        )
        for (variable, high, low), found in asked.items()
    ]


def _top(record: Record, lines: pd.DataFrame, start: str) -> Claim:
    """On how many lines test accuracy falls by what matters."""
    rows = lines[lines["start"] == start]
    falls = rows[Line.test_accuracy_barrier].astype(float)
    margin = ACCURACY.margin or 0.0
    found = reaching(falls.items(), margin)
    low, high = falls.min(), falls.max()
    least, most = bounds(low, high, fmt.points, decimals=4)
    between = most if least == most else Markdown(f"{least.partition(chr(160))[0]} to {most}")
    return TOP(
        found.of_known.extent,
        used(record, rows, Line.test_accuracy_barrier),
        found.of_known,
        lines=_lines(found),
        kind=Markdown("common" if start == "same" else start),
        number=fmt.words(len(found.yes)),
        total=fmt.words(found.known),
        threshold=fmt.points(margin),
        highest=fmt.points(high),
        falls=fmt.points(low) if low == high else between,
    )


def _literature(contrast: Claim, same: Count[int], different: Count[int]) -> Claim:
    """Connected from one start, separated from two: what is described, and what was found."""
    verdict = "open"
    if contrast.verdict in ("less", "partly_less"):
        verdict = "differs"
    elif contrast.verdict in ("more", "partly_more") and different.yes:
        verdict = "partly" if same.yes else "agrees"
    return LITERATURE(verdict, contrast.evidence)


def _sides(
    record: Record, lines: pd.DataFrame, done: pd.DataFrame, names: Mapping[int, Markdown]
) -> list[Claim]:
    """Which side of each pair is steeper, and whether the flatter one is the better solution."""
    solutions = pairs.solutions_of(record)
    trained = [approach_of(*one) for one in solutions[[*pairs.ENDS]].itertuples(index=False)]
    claims: list[Claim] = []
    quality: list[Claim] = []
    better: dict[str, Comparison] = {}
    steeper: dict[tuple[str, ...], list[dict[str, Comparison]]] = {}
    for pair, rows in done.groupby("pair"):
        ends = pairs.ends_of(rows.iloc[0])
        first, second = (Label(words) for words in end_words(*ends))
        told = {"pair": pairs.label_of(rows.iloc[0]), "first": first, "second": second}
        own = solutions[[approach in ends for approach in trained]]
        own = own[own["case"] == rows["case"].iloc[0]]
        # On lines of one start, from a common one where there are any.
        rows = rows[rows["start"] == ("same" if (rows["start"] == "same").any() else "different")]
        growth = pairs.growth_compared(record, rows, (first, second))
        if growth:
            turned = pairs.larger_first(ends)
            steeper.setdefault(pairs.differing(ends), []).append(
                {kind: one.flipped() if turned else one for kind, one in growth.items()}
            )
            claims.append(_rise(record, rows, growth, **told))
        accuracy = pairs.accuracy_compared(own, ends, (first, second))
        if accuracy is None:
            continue
        compared = used(record, own, Solution.final_test_accuracy)
        quality.append(QUALITY(accuracy, compared, **told))
        if growth and claims[-1].verdict in ("more", "less"):
            # more: the first is the steeper one, so that the second is the flatter one
            flat = accuracy.flipped() if claims[-1].verdict == "more" else accuracy
            better[names[int(str(pair))]] = flat
    if len(claims) > FEW:
        claims = [*_steeper(record, done, steeper)]
    if len(better) < 2:  # one pair is no rule
        return [*claims, *quality]
    accuracies = used(record, solutions, Solution.final_test_accuracy)
    based = [*accuracies, *used(record, done, Line.train_loss)]
    found = Parts(better)
    tally = [
        f"{words} in {fmt.words(len(those))}"
        for verdict, words in TALLY.items()
        if (those := found.having(verdict))
    ]
    total = Label(fmt.plural(len(better), "pair"))
    return [*claims, KESKAR(found, based, pairs=total, tally=Label(join(tally)))]


def _steeper(
    record: Record,
    done: pd.DataFrame,
    by_setting: Mapping[tuple[str, ...], list[dict[str, Comparison]]],
) -> Iterator[Claim]:
    """For how many pairs the side with the larger setting is the steeper one."""
    for settings, found in by_setting.items():
        if len(settings) > 1:
            continue
        signs = {k: [one[k].direction if k in one else 0 for one in found] for k in MEASURED}
        values: dict[str, Markdown] = {}
        for kind, own in signs.items():
            many = {side: counted(count(own, sign.__eq__), "pair") for side, sign in SIDES.items()}
            told = [f"the {side} side in {one}" for side, one in many.items() if one.number]
            values |= {f"{kind}_{side}": one for side, one in many.items()}
            values[kind] = join(told or [f"neither side the steeper in {all_of(len(own), 'pair')}"])
        same = signs["absolute"] == signs["relative"]
        yield STEEPER(
            "same" if same else "differ",
            _steepness(record, done),
            variable=VARIABLES[settings[0]],
            differ=Markdown("differs" if len(found) == 1 else "differ"),
            **values,
        )


def _steepness(record: Record, rows: pd.DataFrame) -> list[Evidence]:
    relative = (Line.first_relative_growth, Line.second_relative_growth)
    return used(record, rows, Line.train_loss, *relative)


def _rise(
    record: Record, rows: pd.DataFrame, found: Mapping[str, Comparison], **labels: Label
) -> Claim:
    """Which side of a pair is the steeper one, and how far the loss grows beyond both."""
    parts = Parts({MEASURED[kind]: one for kind, one in found.items()})
    grown = ""
    if one := found.get("absolute"):
        ahead, behind = (fmt.factor(one.scale.back(center)) for center in one.centers)
        if parts.said in ("less", "partly_less"):
            ahead, behind = behind, ahead
        share = fmt.percent(float(record.metrics["outward"]), 0)  # type: ignore[arg-type]
        grown = f" (one plus the loss grows {ahead} against {behind} times over {share} of the "
        grown += "distance)"
    return RISE(parts, _steepness(record, rows), **labels, grown=Label(grown))
