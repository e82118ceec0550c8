"""What is said about weight trajectories: whether repeated runs end in one place, and their ways.

The runs are what repeats: distances are compared over pairs that have no run in common, and what is
said of all runs or all pairs is counted over all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import Contrast, Label, Overall, Quantity, all_of, out_of
from report.numbers.comparison import Comparison, compare
from report.numbers.parts import Parts
from report.numbers.quantifiers import count, span
from report.numbers.samples import Group
from report.numbers.scales import ACCURACY, LOSS, NORM, SHARE
from report.records import Record
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.markdown import Markdown

TOGETHER = 0.1
"""Ends nearer to each other than this share of the shortest displacement are in one place."""
STRAIGHT, BENT = 1.1, 1.5
"""Path length over displacement up to which a path is straight, and bends only a little."""
COMMON = 0.3
"""Cosine between two displacements from which they are said to share a direction."""
FALLEN = 0.9
"""Share of the whole fall of the loss that counts as most of it."""
HALF = 0.5
"""Share of the variance from which the figures are said to show most of it."""

WORDS = {"model": "the whole model", "layer": "the layer"}
QUESTION = "Do repeated trainings end in one place?"

ANSWER = Overall(
    "weight-trajectories.answer",
    {
        "more": "Repeated trainings do not end in one place: they move apart, in {parts}.",
        "less": "Repeated trainings do not end in one place, though they come closer, in {parts}.",
        "alike": "Repeated trainings do not end in one place: they stay as far apart as they "
        "began, in {parts}.",
        "undecided": "Repeated trainings do not end in one place; whether they move apart stays "
        "open in {parts}.",
        "differ": "Repeated trainings do not end in one place, and {order}.",
        "partly_more": "Repeated trainings do not end in one place: they move apart in {more}, "
        "while {undecided} leaves that open.",
        "partly_less": "Repeated trainings do not end in one place, though they come closer in "
        "{less}; {undecided} leaves that open.",
        "partly_alike": "Repeated trainings do not end in one place: they stay as far apart as "
        "they began in {alike}, while {undecided} leaves that open.",
    },
    headline=True,
    line=Line(
        QUESTION,
        {
            "more": ("No: they move apart.", "distance times {strength}"),
            "less": ("No, though they come closer.", "distance divided by {strength}"),
            "alike": ("No: they stay as far apart as they began.", "factor {strength}"),
            "undecided": ("No; whether they move apart is open.", "factor {strength}"),
            "differ": ("No; layer and model differ in how.", "factor {strength} in {strongest}"),
            "partly_more": ("No: in part they move apart.", "distance times {strength}"),
            "partly_less": (
                "No, though in part they come closer.",
                "distance divided by {strength}",
            ),
            "partly_alike": ("No: in part they stay as far apart.", "factor {strength}"),
        },
        "model",
    ),
)

PLACE = Statement(
    "weight-trajectories.place",
    {
        "together": "Repeated trainings end in one place: no two of the {runs} end points are "
        "farther apart than {largest}, where each run moved by {displacement} or more.",
        "nothing": "Fewer than two runs stayed finite, so that there is nothing to compare.",
    },
    headline=True,
    line=Line(
        QUESTION,
        {
            "together": ("Yes, all ends lie in one place.", "at most {largest} apart"),
            "nothing": ("Too few runs stayed finite to say.", "{runs}"),
        },
        "model",
    ),
)

ENDS = Contrast(
    "weight-trajectories.ends",
    {
        "more": "In the whole model two ends are {first_value} apart and two starts {second_value} "
        "({n}{left_out}, 95 % interval of the ratio {interval}).",
        "seen_more": "In the whole model two ends are {first_value} apart and two starts "
        "{second_value}, the ends farther in {all}.",
        "alike": "In the whole model two ends are {first_value} apart and two starts "
        "{second_value}, a difference too small to matter ({n}{left_out}).",
        "less": "In the whole model two starts are {second_value} apart and two ends {first_value} "
        "({n}{left_out}, 95 % interval of the ratio {interval}).",
        "seen_less": "In the whole model two starts are {second_value} apart and two ends "
        "{first_value}, the ends nearer in {all}.",
        "undecided": "In the whole model two ends are {first_value} apart and two starts "
        "{second_value} ({n}{left_out}), which settles no direction{decide}.",
    },
    quantity=Quantity(NORM, fmt.number, repetition="disjoint pair"),
)

DIRECTIONS = Statement(
    "weight-trajectories.directions",
    {
        "common": "They set out in a common direction: the cosine between the displacements of two "
        "runs is {low} or more in {pairs}.",
        "none": "Each takes a direction of its own: the cosine between the displacements of two "
        "runs lies {range} in {pairs}.",
        "opposed": "They set out in opposite directions: the cosine between the displacements of "
        "two runs is {high} or less in {pairs}.",
        "mixed": "Some share a direction and others do not: the cosine between the displacements "
        "of two runs lies {range} over {pairs}.",
    },
)

QUALITY = Statement(
    "weight-trajectories.quality",
    {
        "alike": "The places are equally good: {quantity} lies {range} over {n}.",
        "unlike": "They are not equally good: {quantity} lies {range} over {n}.",
    },
)

STUCK = Statement(
    "weight-trajectories.stuck",
    {
        "some": "In {number} of {total} runs the training loss never fell by a factor of {factor}, "
        "so that their ways show no learning.",
        "all": "In none of {total} runs did the training loss fall by a factor of {factor}, so "
        "that these ways show no learning.",
    },
)

STRAIGHTNESS = Statement(
    "weight-trajectories.straightness",
    {
        "straight": "The paths are nearly straight: from snapshot to snapshot each is at most "
        "{high} times as long as the displacement from first to last.",
        "bent": "The paths bend a little: from snapshot to snapshot each is at most {high} times "
        "as long as the displacement from first to last.",
        "winding": "The paths wind: from snapshot to snapshot each is {low} times as long as the "
        "displacement from first to last, or longer.",
        "mixed": "Some paths wind more than others: from snapshot to snapshot they are between "
        "{low} and {high} times as long as the displacement from first to last.",
    },
)

EARLY = Contrast(
    "weight-trajectories.early",
    {
        "less": "The loss is ahead of the weights: at the first snapshot where it has made "
        "{second_value} of its fall, at epoch {epoch} at the latest, they have come {first_value} "
        "of their way ({n}{left_out}).",
        "seen_less": "The loss is ahead of the weights in {all}: at the first snapshot where it "
        "has made {second_value} of its fall, they have come {first_value} of their way.",
        "more": "The weights are ahead of the loss: at the first snapshot where it has made "
        "{second_value} of its fall, at epoch {epoch} at the latest, they have come {first_value} "
        "of their way ({n}{left_out}).",
        "seen_more": "The weights are ahead of the loss in {all}: at the first snapshot where it "
        "has made {second_value} of its fall, they have come {first_value} of their way.",
        "alike": "Loss and weights go at one pace: at the first snapshot where the loss has made "
        "{second_value} of its fall, the weights have come {first_value} of their way.",
        "undecided": "At the first snapshot where the loss has made {second_value} of its fall, "
        "the weights have come {first_value} of their way ({n}{left_out}).",
    },
    quantity=Quantity(SHARE, lambda value: fmt.percent(value, 0), repetition="run"),
)

PICTURE = Statement(
    "weight-trajectories.picture",
    {
        "part": "The two figures show less than half of this: {layer} of the variance for the "
        "layer and {model} for the whole model, and every distance in them is at most the real "
        "one.",
        "most": "The two figures show most of this: {layer} of the variance for the layer and "
        "{model} for the whole model, and every distance in them is at most the real one.",
        "mixed": "The two figures show {layer} of the variance for the layer and {model} for the "
        "whole model, and every distance in them is at most the real one.",
    },
)

SYMMETRY = Statement(
    "weight-trajectories.symmetry",
    {
        "open": "Theory adds a caution: reordering the hidden units of a network moves its weights "
        "and leaves its function as it is [@hechtnielsen1990algebraic], so that two distant ends "
        "may be one solution written in two ways; the units of the runs were not matched."
    },
)

DIVERGED = lost_statement("weight-trajectories")

SPARE = (STRAIGHTNESS, EARLY, DIRECTIONS)
"""Statements that are left out first where there is no room."""


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Where the runs end; then how they get there and what the figures show."""
    runs = record.frame("runs")
    lost = lost_runs(DIVERGED, record, runs, "final_train_loss")
    done = runs[runs["final_train_loss"].notna()]
    if len(done) < 2:
        used = [evidence(record, "runs", "diverged_at")]
        none = {"largest": fmt.MISSING, "displacement": fmt.MISSING}
        return ((PLACE("nothing", used, runs=out_of(len(done), len(runs), "run"), **none), *lost),)
    pairs = _part(record, "pairs", "model")
    distances = _part(record, "distances", "model")
    where = _together(record, distances, pairs)
    apart = not where
    if apart:
        found = {part: _ends(record, part, len(runs)) for part in ("model", "layer")}
        where = [_answer(record, found), ENDS(found["model"], _distances(record, pairs))]
    first = [*where, *_directions(record, pairs), _quality(record, runs), *_stuck(record, done)]
    second = [
        *_straightness(record, distances),
        *_early(record, runs, distances),
        _picture(record),
        *([SYMMETRY("open", _distances(record, pairs))] if apart else []),
        *lost,
    ]
    return (tuple(first), tuple(second))


def _part(record: Record, table: str, part: str) -> pd.DataFrame:
    frame = record.frame(table)
    return frame[frame["part"] == part]


def _columns(
    record: Record, table: str, rows: pd.DataFrame, names: Iterable[str]
) -> list[Evidence]:
    return [evidence(record, table, name, rows.index) for name in names]


def _distances(record: Record, pairs: pd.DataFrame) -> list[Evidence]:
    return _columns(record, "pairs", pairs, ("start_distance", "end_distance"))


def disjoint(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of which no two have a run in common, so that they are independent: 0-1, 2-3, …"""
    used: set[int] = set()
    chosen = []
    for index, seeds in pairs["seeds"].items():
        if not used & set(seeds):
            used |= set(seeds)
            chosen.append(index)
    return pairs.loc[chosen]


def _together(record: Record, distances: pd.DataFrame, pairs: pd.DataFrame) -> list[Claim]:
    shortest, largest = distances["displacement"].min(), pairs["end_distance"].max()
    if not largest <= TOGETHER * shortest:
        return []
    used = [
        *_columns(record, "pairs", pairs, ["end_distance"]),
        *_columns(record, "distances", distances, ["displacement"]),
    ]
    return [
        PLACE(
            "together",
            used,
            runs=fmt.words(len(distances)),
            largest=bound(largest, "upper"),
            displacement=bound(shortest, "lower"),
        )
    ]


def _ends(record: Record, part: str, runs: int) -> Comparison:
    """Ends against starts over disjoint pairs; pairs that lost runs would have had are missing."""
    own = disjoint(_part(record, "pairs", part))
    missing = [(f"lost {n}", None) for n in range(runs // 2 - len(own))]

    def group(name: str, column: str) -> Group:
        rows = zip(own["seeds"], own[column], strict=True)
        known = [("-".join(map(str, seeds)), float(value)) for seeds, value in rows]
        return Group.of(name, [*known, *missing])

    return compare(group("ends", "end_distance"), group("starts", "start_distance"), NORM)


def _answer(record: Record, found: dict[str, Comparison]) -> Claim:
    whole = Parts({WORDS[part]: one for part, one in found.items()})
    clauses = {
        "more": "they move apart",
        "less": "they come closer",
        "alike": "they stay as far apart as they began",
    }
    order = [f"{text} in {where[0]}" for v, text in clauses.items() if (where := whole.having(v))]
    rows = record.frame("pairs")
    return ANSWER(whole, _distances(record, rows), order=Label(" while ".join(order)))


def _directions(record: Record, pairs: pd.DataFrame) -> list[Claim]:
    """The cosines of all pairs; a run that did not move has no direction."""
    found = span(pairs["cosine"])
    if not found.known:
        return []
    verdict = "mixed"
    if found.low >= COMMON:
        verdict = "common"
    elif found.high <= -COMMON:
        verdict = "opposed"
    elif max(abs(found.low), abs(found.high)) < COMMON:
        verdict = "none"
    moved = " that moved" if found.missing else ""
    least = bound(found.low, "lower", fmt.correlation, decimals=2)
    most = bound(found.high, "upper", fmt.correlation, decimals=2)
    return [
        DIRECTIONS(
            verdict,
            _columns(record, "pairs", pairs, ["cosine"]),
            low=least,
            high=most,
            range=fmt.between(least, most),
            pairs=Markdown(f"{all_of(found.known, 'pair')}{moved}"),
        )
    ]


def _quality(record: Record, runs: pd.DataFrame) -> Claim:
    """How far the final training accuracies (or losses) lie apart."""
    accurate = bool(runs["final_train_accuracy"].notna().any())
    column = "final_train_accuracy" if accurate else "final_train_loss"
    found = span(runs[column])
    scale = ACCURACY if accurate else LOSS
    low, high = scale.to(found.low), scale.to(found.high)
    show = fmt.accuracy if accurate else fmt.loss
    return QUALITY(
        "alike" if high - low <= (scale.width or 0.0) else "unlike",
        _columns(record, "runs", runs, [column]),
        quantity=Markdown(f"the final training {'accuracy' if accurate else 'loss'}"),
        low=show(found.low),
        high=show(found.high),
        range=fmt.between(show(found.low), show(found.high)),
        n=fmt.plural(found.known, "run"),
    )


def _stuck(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Runs that learned nothing: at no snapshot is the loss lower by the margin that matters."""
    margin = LOSS.margin or 1.0
    stuck = count(done["train_loss"], lambda losses: min(losses) * margin > losses[0])
    if not stuck.yes:
        return []
    return [
        STUCK(
            "some" if stuck.no else "all",
            _columns(record, "runs", done, ["train_loss"]),
            stuck,
            number=fmt.words(len(stuck.yes)),
            total=fmt.words(stuck.total),
            factor=fmt.number(margin, 3),
        )
    ]


def _straightness(record: Record, distances: pd.DataFrame) -> list[Claim]:
    moved = distances[distances["displacement"] > 0]
    found = span(moved["path_length"] / moved["displacement"])
    if not found.known:
        return []
    verdict = "mixed"
    if found.high <= BENT:
        verdict = "straight" if found.high <= STRAIGHT else "bent"
    elif found.low > BENT:
        verdict = "winding"
    return [
        STRAIGHTNESS(
            verdict,
            _columns(record, "distances", moved, ("path_length", "displacement")),
            low=bound(found.low, "lower"),
            high=bound(found.high, "upper"),
        )
    ]


def _early(record: Record, runs: pd.DataFrame, distances: pd.DataFrame) -> list[Claim]:
    """How far the weights have come when the loss has made most of its fall, run by run."""
    ways = distances.set_index("seed")["from_start"]
    shares: dict[int | str, float | None] = {}
    latest = 0
    for _, run in runs.iterrows():
        seed, losses = int(run["seed"]), run["train_loss"]
        shares[seed] = None
        if seed not in ways.index or losses[-1] >= losses[0] or not ways[seed][-1]:
            continue
        target = losses[0] - FALLEN * (losses[0] - losses[-1])
        place = next(i for i, loss in enumerate(losses) if loss <= target)
        shares[seed] = float(ways[seed][place] / ways[seed][-1])
        latest = max(latest, int(run["epoch"][place]))
    way, fall = Group("weights", shares), Group("loss", dict.fromkeys(shares, FALLEN))
    found = compare(way, fall, SHARE)
    if found.n == 0:
        return []
    used = [
        *_columns(record, "runs", runs, ["train_loss"]),
        *_columns(record, "distances", distances, ["from_start"]),
    ]
    return [EARLY(found, used, epoch=Label(fmt.count(latest)))]


def _picture(record: Record) -> Claim:
    parts: dict[str, Any] = {row["part"]: row["explained"] for row in record.rows("parts")}
    shown = {name: sum(parts[name][:2]) for name in ("layer", "model")}
    much = count(shown, lambda name: shown[name] >= HALF)
    return PICTURE(
        {"all": "most", "none": "part"}.get(much.extent, "mixed"),
        [evidence(record, "parts", "explained")],
        **{name: fmt.percent(value, 0) for name, value in shown.items()},
    )
