"""What is said about weight trajectories: whether repeated runs end in one place, and their ways.

The runs are what repeats: distances are compared over pairs that have no run in common, and what is
said of all runs or all pairs is counted over all of them.
"""

import pandas as pd

from report.claims.bound import bound, bounds
from report.claims.claim import Claim, Line, Statement, evidence, used
from report.claims.contrast import ACCURACIES, LOSSES, Contrast, Label, Overall, Quantity
from report.numbers.comparison import Comparison, compare
from report.numbers.frames import known
from report.numbers.parts import Parts
from report.numbers.quantifiers import count, span
from report.numbers.samples import Group
from report.numbers.scales import LOSS, NORM, SHARE
from report.records import Record
from report.records.row import Row
from report.records.rows.weight_trajectories import Distance, Pair, Part, Run
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.counts import all_of, some_of
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
        "more|less|alike": "Repeated trainings do not end in one place[: they move apart|, though "
        "they come closer|: they stay as far apart as they began] in {where}{rest}.",
        "undecided": "Repeated trainings do not end in one place; whether they move apart stays "
        "open in {parts}.",
        "differ": "Repeated trainings do not end in one place: {order}.",
    },
    headline=True,
    line=Line.of(
        QUESTION,
        "distances",
        "factor {strength} in {strongest}",
        more=("No: they move apart.", "distance times {strength}"),
        less=("No, though they come closer.", "distance divided by {strength}"),
        alike="No: they stay as far apart as they began.",
        undecided="No; whether they move apart is open.",
        differ="No: {told}.",
    ),
    brief={"more": "farther apart", "less": "closer", "alike": "as far apart as before"},
    order={
        "more|less": "[they move apart|they come closer]",
        "alike|undecided": "[they stay as far apart as they began|whether they move apart is open]",
    },
    every="the whole model as in the layer",
    word="in",
)

PLACE = Statement(
    "weight-trajectories.place",
    {
        "together": "Repeated trainings end in one place: no two of the {runs} end points are "
        "farther apart than {largest}, where each run moved by {displacement} or more.",
        "single": "One training says nothing of whether repeated ones end in one place.",
        "nothing": "Fewer than two runs stayed finite, so that there is nothing to compare.",
    },
    headline=True,
    line=Line.of(
        QUESTION,
        "distances",
        "{runs} of {total}",
        together=("Yes, all ends lie in one place.", "at most {largest} apart"),
        single=("One training cannot say.", "one run"),
        nothing="Too few runs stayed finite to say.",
    ),
)

ENDS = Contrast(
    "weight-trajectories.ends",
    {
        "more|less": "In the whole model two ends are [|only ]{first_value} apart and two starts "
        "[only |]{second_value} ({support}).",
        "alike": "In the whole model two ends are {first_value} apart and two starts "
        "{second_value}, a difference too small to matter ({support}).",
        "undecided": "In the whole model two ends are {first_value} apart and two starts "
        "{second_value} ({support}), which settles no direction{decide}.",
    },
    quantity=Quantity(NORM, fmt.number, repetition="disjoint pair"),
)

DIRECTIONS = Statement(
    "weight-trajectories.directions",
    {
        "common|none|opposed|mixed": (
            "[They set out in a common direction|Each takes a direction of its own|They set "
            "out in opposite directions|Some share a direction and others do not]: the "
            "cosine between the displacements of two runs lies {range} in {pairs}."
        )
    },
)

QUALITY = Statement(
    "weight-trajectories.quality",
    {
        "alike|unlike": (
            "[The places are equally good|The ends are not equally good]: {quantity} lies "
            "{range} over {n}."
        )
    },
)

STUCK = Statement(
    "weight-trajectories.stuck",
    {
        "counted": "In {which} the training loss never fell by a factor of {factor}, so that no "
        "learning shows there."
    },
)

STRAIGHTNESS = Statement(
    "weight-trajectories.straightness",
    {
        "straight|bent|winding|mixed": (
            "[The paths are nearly straight|The paths bend a little|The paths wind|Some "
            "paths wind more than others]: from snapshot to snapshot they are {times} times "
            "as long as the displacement from first to last."
        ),
        "one": "From snapshot to snapshot the path is {times} times as long as the displacement "
        "from first to last.",
    },
)

EARLY = Contrast(
    "weight-trajectories.early",
    {
        "less|more": "The [loss is ahead of the weights|weights are ahead of the loss]: at the "
        "first snapshot where the loss has made {second_value} of its fall, at epoch {epoch} at "
        "the latest, the weights have come {first_value} of their way{seen}{sure}.",
        "alike": "Loss and weights go at one pace: at the first snapshot where the loss has made "
        "{second_value} of its fall, the weights have come {first_value} of their way.",
        "undecided": "At the first snapshot where the loss has made {second_value} of its fall, "
        "the weights have come {first_value} of their way ({support}).",
    },
    quantity=Quantity(SHARE, lambda value: fmt.percent(value, 0), repetition="run"),
)

PICTURE = Statement(
    "weight-trajectories.picture",
    {
        "part|most|mixed": (
            "The two figures show [less than half of the movement: |most of the movement: |]"
            "{layer} of the variance for the layer and {model} for the whole model, and every "
            "distance in them is at most the real one."
        )
    },
    extents={"part": "none", "most": "all", "mixed": "some"},
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


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Where the runs end; then how they get there and what the figures show."""
    runs = record.frame(Run)
    lost = lost_runs(DIVERGED, record, runs, Run.final_train_loss)
    done = known(runs, Run.final_train_loss)
    distances = rows_of(record, Distance, "model")
    way = [*_straightness(record, distances), *_early(record, runs, distances), *_picture(record)]
    if len(done) < 2:
        place = PLACE(
            "single" if len(runs) == len(done) == 1 else "nothing",
            used(record, runs, Run.diverged_at),
            runs=Markdown("one" if len(done) else "none"),
            total=fmt.plural(len(runs), "run"),
        )
        return ((place,), tuple(way)) if place.verdict == "single" else ((place, *lost),)
    pairs = rows_of(record, Pair, "model")
    where = _together(record, distances, pairs, len(runs))
    caution = []
    if not where:
        based = used(record, pairs, Pair.start_distance, Pair.end_distance)
        every = used(record, record.frame(Pair), Pair.start_distance, Pair.end_distance)
        ends = {part: _ends(record, part, len(runs)) for part in WORDS}
        whole = Parts({words: ends[part] for part, words in WORDS.items()})
        where = [ANSWER(whole, every), ENDS(ends["model"], based)]
        caution = [SYMMETRY("open", based)]
    first = [*where, *_directions(record, pairs), _quality(record, runs), *_stuck(record, done)]
    return (tuple(first), (*way, *caution, *lost))


def rows_of(record: Record, table: type[Row], part: str) -> pd.DataFrame:
    """The rows of a table that are about a part of the network."""
    frame = record.frame(table)
    return frame[frame["part"] == part]


def disjoint(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of which no two have a run in common, so that they are independent: 0-1, 2-3, …"""
    based: set[int] = set()
    chosen = []
    for index, seeds in pairs["seeds"].items():
        if not based & set(seeds):
            based |= set(seeds)
            chosen.append(index)
    return pairs.loc[chosen]


def _together(
    record: Record, distances: pd.DataFrame, pairs: pd.DataFrame, total: int
) -> list[Claim]:
    shortest, largest = distances[Distance.displacement].min(), pairs[Pair.end_distance].max()
    moved = used(record, distances, Distance.displacement)
    if not largest <= TOGETHER * shortest:
        return []
    return [
        PLACE(
            "together",
            [*used(record, pairs, Pair.end_distance), *moved],
            runs=fmt.words(len(distances)),
            total=fmt.plural(total, "run"),
            largest=bound(largest, "upper"),
            displacement=bound(shortest, "lower"),
        )
    ]


def _ends(record: Record, part: str, runs: int) -> Comparison:
    """Ends against starts over disjoint pairs; pairs that lost runs would have had are missing."""
    own = disjoint(rows_of(record, Pair, part))
    missing = [(f"lost {n}", None) for n in range(runs // 2 - len(own))]
    names = ["-".join(map(str, seeds)) for seeds in own[Pair.seeds]]
    ends, starts = (
        Group.of(name, [*zip(names, own[column].astype(float), strict=True), *missing])
        for name, column in (("ends", Pair.end_distance), ("starts", Pair.start_distance))
    )
    return compare(ends, starts, NORM)


def _directions(record: Record, pairs: pd.DataFrame) -> list[Claim]:
    """The cosines of all pairs; a run that did not move has no direction."""
    found = span(pairs[Pair.cosine])
    if not found.known:
        return []
    verdict = "none" if max(abs(found.low), abs(found.high)) < COMMON else "mixed"
    if found.low >= COMMON or found.high <= -COMMON:
        verdict = "common" if found.low > 0 else "opposed"
    low, high = bounds(found.low, found.high, fmt.correlation, decimals=2)
    moved = " that moved" if found.missing else ""
    every = Markdown(f"{all_of(found.known, 'pair')}{moved}")
    based = used(record, pairs, Pair.cosine)
    within = fmt.between(low, high)
    return [DIRECTIONS(verdict, based, low=low, high=high, range=within, pairs=every)]


def _quality(record: Record, runs: pd.DataFrame) -> Claim:
    """How far the final training accuracies (or losses) lie apart."""
    name, column, quantity, decimals = (
        ("accuracy", Run.final_train_accuracy, ACCURACIES, 4)
        if runs[Run.final_train_accuracy].notna().any()
        else ("loss", Run.final_train_loss, LOSSES, None)
    )
    found, scale = span(runs[column]), quantity.scale
    low, high = bounds(found.low, found.high, quantity.write, decimals=decimals)
    return QUALITY(
        "alike" if scale.to(found.high) - scale.to(found.low) <= (scale.width or 0.0) else "unlike",
        used(record, runs, column),
        quantity=Markdown(f"the final training {name}"),
        low=low,
        high=high,
        range=fmt.between(low, high),
        n=fmt.plural(found.known, "run"),
    )


def _stuck(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Runs that learned nothing: at no snapshot is the loss lower by the margin that matters."""
    margin = LOSS.margin or 1.0
    stuck = count(done[Run.train_loss], lambda losses: min(losses) * margin > losses[0])
    based = used(record, done, Run.train_loss)
    which = some_of(len(stuck.yes), stuck.total, "run")
    made = STUCK("counted", based, stuck, which=which, factor=fmt.number(margin, 3))
    return [made] if stuck.yes else []


def _straightness(record: Record, distances: pd.DataFrame) -> list[Claim]:
    moved = distances[distances[Distance.displacement] > 0]
    found = span(moved[Distance.path_length] / moved[Distance.displacement])
    if not found.known:
        return []
    verdict = "winding" if found.low > BENT else "mixed"
    if found.high <= BENT:
        verdict = "straight" if found.high <= STRAIGHT else "bent"
    verdict = "one" if len(distances) == 1 else verdict
    low, high = bounds(found.low, found.high)
    one = found.single or low == high
    times = fmt.number(found.high) if one else fmt.between(low, high)
    based = used(record, moved, Distance.path_length, Distance.displacement)
    return [STRAIGHTNESS(verdict, based, low=low, high=high, times=times)]


def _early(record: Record, runs: pd.DataFrame, distances: pd.DataFrame) -> list[Claim]:
    """How far the weights have come when the loss has made most of its fall, run by run."""
    ways = dict(zip(distances["seed"], distances["from_start"], strict=True))
    shares: dict[int | str, float | None] = {}
    latest = 0
    for seed, epochs, losses in zip(runs["seed"], runs["epoch"], runs["train_loss"], strict=True):
        shares[int(seed)] = None
        if seed not in ways or losses[-1] >= losses[0] or not ways[seed][-1]:
            continue
        target = losses[0] - FALLEN * (losses[0] - losses[-1])
        place = next(i for i, loss in enumerate(losses) if loss <= target)
        shares[int(seed)] = float(ways[seed][place] / ways[seed][-1])
        latest = max(latest, int(epochs[place]))
    way, fall = Group("weights", shares), Group("loss", dict.fromkeys(shares, FALLEN))
    found = compare(way, fall, SHARE)
    based = [*used(record, runs, Run.train_loss), *used(record, distances, Distance.from_start)]
    return [EARLY(found, based, epoch=Label(fmt.count(latest)))] if found.n else []


def _picture(record: Record) -> list[Claim]:
    shown = {row.part: sum(row.explained[:2]) for row in record.table(Part) if row.explained}
    if len(shown) < len(WORDS):  # nothing moved, and no figure shows it
        return []
    much = count(WORDS, lambda name: shown[name] >= HALF)
    verdict = {"all": "most", "none": "part"}.get(much.extent, "mixed")
    shares = {name: fmt.percent(shown[name], 0) for name in WORDS}
    return [PICTURE(verdict, [evidence(record, Part.table, Part.explained)], much, **shares)]
