"""What is said about weight trajectories: where the runs end, how they get there, what is seen."""

import math

import pandas as pd

from report.claims import Claim, Evidence, Statement, compare, evidence, ratio_words
from report.numbers.frames import known
from report.numbers.statistics import Estimate, mean, median, paired_log_ratio
from report.records import Record
from report.words import format as fmt
from report.words.markdown import Markdown

TOGETHER = 0.1
"""Ends nearer to each other than this share of the shortest displacement are in one place."""
CLEAR_RATIO = 0.1
"""Decades of distance from which a difference is called clear: a quarter."""
STRAIGHT = {"straight": 1.1, "bent": 1.5}
"""Path length over displacement up to which a path is called so."""
COMMON = 0.3
"""Cosine from which two runs are said to share much of their direction."""
ALIKE = 0.02
"""Spread of the training accuracies (a share) up to which runs are called equally good."""
ALIKE_FACTOR = 2.0
"""For losses: largest over smallest, likewise."""
FALLEN = 0.9
"""Share of the whole fall of the loss that counts as most of it."""

ENDS = Statement(
    "weight-trajectories.ends",
    {
        "together": "The runs end in one place: no two of the {runs} end points are farther apart "
        "than {largest}, against displacements of at least {displacement}.",
        "clearly_more": "The runs do not end in one place, they part: the ends of two runs are "
        "{end} apart in the mean over all pairs, their starts {start}; over {n} without a common "
        "run that is a factor of {factor} (95 % interval {interval}).",
        "slightly_more": "The runs do not end in one place: the ends of two runs are {end} apart "
        "in the mean over all pairs, a little more than their starts with {start} (a factor of "
        "{factor}, 95 % interval {interval}, over {n} without a common run).",
        "no_difference": "The runs do not end in one place: the ends of two runs are {end} apart "
        "in the mean over all pairs, their starts {start}; over {n} without a common run the two "
        "cannot be told apart (95 % interval of the ratio {ratio_interval}).",
        "slightly_less": "The runs approach each other a little, but do not meet: from {start} "
        "between two starts in the mean over all pairs to {end} between two ends (smaller by a "
        "factor of {factor}, 95 % interval {interval}, over {n} without a common run).",
        "clearly_less": "The runs approach each other, but do not meet: from {start} between two "
        "starts in the mean over all pairs to {end} between two ends (smaller by a factor of "
        "{factor}, 95 % interval {interval}, over {n} without a common run).",
        "one_seed": "The runs do not end in one place: the ends of two runs are {end} apart in the "
        "mean over all pairs, their starts {start}; these are too few runs for an interval.",
        "nothing": "Fewer than two runs stayed finite, so that there is nothing to compare.",
    },
    headline=True,
)

COMPARED = Statement(
    "weight-trajectories.compared",
    {
        "beyond": "Even the two nearest ends, {nearest} apart, lie farther from each other than "
        "the longest path measures from snapshot to snapshot, {longest}.",
        "partly": "Measured by the way there, that is far: the mean distance between two ends is "
        "{times} times the mean length of a path, though not every pair is farther apart than the "
        "longest path of {longest}.",
        "within": "Measured by the way there, that is not far: the mean distance between two ends "
        "is {times} times the mean length of a path, and no pair of ends is farther apart than the "
        "longest path of {longest}.",
    },
)

STRAIGHTNESS = Statement(
    "weight-trajectories.straightness",
    {
        "straight": "The paths are nearly straight: their length, from snapshot to snapshot, is "
        "{ratio} times the displacement from first to last (95 % interval {interval}, {n}).",
        "bent": "The paths bend a little: their length, from snapshot to snapshot, is {ratio} "
        "times the displacement from first to last (95 % interval {interval}, {n}).",
        "winding": "The paths wind: their length, from snapshot to snapshot, is {ratio} times the "
        "displacement from first to last (95 % interval {interval}, {n}).",
    },
)

DIRECTIONS = Statement(
    "weight-trajectories.directions",
    {
        "slightly_common": "The runs share a little of their direction: the cosine between two "
        "displacements is {cosine} in the mean over {n} without a common run (95 % interval "
        "{interval}), where directions drawn at random would give zero, give or take {random}.",
        "common": "The runs share much of their direction: the cosine between two displacements is "
        "{cosine} in the mean over {n} without a common run (95 % interval {interval}), where "
        "directions drawn at random would give zero, give or take {random}.",
        "none": "No common direction is detected: the cosine between two displacements is {cosine} "
        "in the mean over {n} without a common run, with a 95 % interval of {interval} that "
        "includes zero.",
        "opposed": "The runs move away from each other: the cosine between two displacements is "
        "{cosine} in the mean over {n} without a common run (95 % interval {interval}).",
        "few": "The cosine between two displacements is {cosine} in the mean over all pairs; "
        "these are too few runs for an interval.",
    },
)

PICTURE = Statement(
    "weight-trajectories.picture",
    {
        "part": "The two figures show only part of all this, {layer} of the variance for the layer "
        "and {model} for the whole model. By geometry alone, {runs} equally long ways at right "
        "angles to each other would leave at most {even} to each component; the first component "
        "of the whole model has {first}.",
        "most": "The two figures show most of all this, {layer} of the variance for the layer and "
        "{model} for the whole model. By geometry alone, {runs} equally long ways at right angles "
        "to each other would leave at most {even} to each component; the first component of the "
        "whole model has {first}.",
    },
)

EARLY = Statement(
    "weight-trajectories.early",
    {
        "before": "The loss is ahead of the weights: when the training loss has made {fallen} of "
        "its fall, at epoch {epoch} in the median, the weights have come {share} of their final "
        "distance from the start (95 % interval {interval} over {n}).",
        "after": "The weights are ahead of the loss: when the training loss has made {fallen} of "
        "its fall, at epoch {epoch} in the median, the weights have come {share} of their final "
        "distance from the start (95 % interval {interval} over {n}).",
        "pace": "Neither loss nor weights are detectably ahead: when the training loss has made "
        "{fallen} of its fall, at epoch {epoch} in the median, the weights have come {share} of "
        "their final distance from the start (95 % interval {interval} over {n}).",
        "few": "The training loss has made {fallen} of its fall at epoch {epoch} in the median, "
        "and the weights have then come {share} of their final distance from the start.",
    },
)

QUALITY = Statement(
    "weight-trajectories.quality",
    {
        "alike": "Different as the places are, they are about equally good: the final training "
        "{quantity} lies between {low} and {high} over {n}.",
        "unlike": "The places are not equally good: the final training {quantity} lies between "
        "{low} and {high} over {n}.",
        "one_place": "The final training {quantity} lies between {low} and {high} over {n}.",
    },
)

SYMMETRY = Statement(
    "weight-trajectories.symmetry",
    {
        "open": "Theory adds a caution: reordering the hidden units of a network moves its weights "
        "and leaves its function as it is [@hechtnielsen1990algebraic], so that two distant ends "
        "may be one solution written in two ways; the units of the runs were not matched, and "
        "these data do not decide it.",
    },
)

DIVERGED = Statement(
    "weight-trajectories.diverged",
    {"some": "Of {total} runs, {number} diverged and {verb} left out."},
)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: where the runs end; how they get there and what the figures show."""
    runs = record.frame("runs")
    lost = int(runs["diverged_at"].notna().sum())
    diverged = evidence(record, "runs", "diverged_at")
    rest = []
    if lost:
        rest.append(
            DIVERGED(
                "some",
                [diverged],
                number=fmt.words(lost),
                total=fmt.count(len(runs)),
                verb=Markdown("is" if lost == 1 else "are"),
            )
        )
    if len(runs) - lost < 2:
        return ((ENDS("nothing", [diverged]), *rest),)
    distances, pairs = _model(record, "distances"), _model(record, "pairs")
    ends = _ends(record, distances, pairs)
    apart = ends.verdict != "together"
    first = [ends, *([_compared(record, distances, pairs)] if apart else [])]
    first += [_quality(record, apart), *([_symmetry(record, pairs)] if apart else [])]
    second = [
        _straightness(record, distances),
        _directions(record, pairs),
        *_early(record, distances),
        _picture(record, len(distances)),
        *rest,
    ]
    return (tuple(first), tuple(second))


def _model(record: Record, table: str) -> pd.DataFrame:
    """Rows of the whole model."""
    frame = record.frame(table)
    return frame[frame["part"] == "model"]


def disjoint(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of which no two have a run in common, so that they are independent: 0-1, 2-3, …"""
    used: set[int] = set()
    chosen = []
    for index, seeds in pairs["seeds"].items():
        if not used & set(seeds):
            used |= set(seeds)
            chosen.append(index)
    return pairs.loc[chosen]


def _pair_evidence(record: Record, pairs: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "pairs", column, pairs.index) for column in columns]


def _ends(record: Record, distances: pd.DataFrame, pairs: pd.DataFrame) -> Claim:
    used = _pair_evidence(record, pairs, "start_distance", "end_distance")
    used.append(evidence(record, "distances", "displacement", distances.index))
    shortest = float(distances["displacement"].min())
    if float(pairs["end_distance"].max()) <= TOGETHER * shortest:
        return ENDS(
            "together",
            used,
            runs=fmt.words(len(distances)),
            largest=fmt.number(pairs["end_distance"].max()),
            displacement=fmt.number(shortest),
        )
    own = disjoint(pairs)
    estimate = paired_log_ratio(own["end_distance"], own["start_distance"])
    words = ratio_words(estimate) | {
        "factor": fmt.number(10 ** abs(estimate.value)),
        "n": fmt.plural(estimate.n, "pair"),
    }
    return ENDS(
        compare(estimate, CLEAR_RATIO),
        used,
        estimate,
        start=fmt.number(pairs["start_distance"].mean()),
        end=fmt.number(pairs["end_distance"].mean()),
        **words,
    )


def _compared(record: Record, distances: pd.DataFrame, pairs: pd.DataFrame) -> Claim:
    nearest, farthest = float(pairs["end_distance"].min()), float(pairs["end_distance"].max())
    longest = float(distances["path_length"].max())
    verdict = "beyond" if nearest > longest else "within" if farthest <= longest else "partly"
    return COMPARED(
        verdict,
        [
            *_pair_evidence(record, pairs, "end_distance"),
            evidence(record, "distances", "path_length", distances.index),
        ],
        nearest=fmt.number(nearest),
        longest=fmt.number(longest),
        times=fmt.factor(pairs["end_distance"].mean() / distances["path_length"].mean()),
    )


def _quality(record: Record, apart: bool) -> Claim:
    runs = record.frame("runs")
    accurate = runs["final_train_accuracy"].notna().any()
    column = "final_train_accuracy" if accurate else "final_train_loss"
    values = runs[column].dropna()
    low, high = float(values.min()), float(values.max())
    alike = high - low <= ALIKE if accurate else high <= ALIKE_FACTOR * low
    show = fmt.accuracy if accurate else fmt.loss
    return QUALITY(
        ("alike" if alike else "unlike") if apart else "one_place",
        [evidence(record, "runs", column, values.index)],
        quantity=Markdown("accuracy" if accurate else "loss"),
        low=show(low),
        high=show(high),
        n=fmt.plural(len(values), "run"),
    )


def _symmetry(record: Record, pairs: pd.DataFrame) -> Claim:
    return SYMMETRY("open", _pair_evidence(record, pairs, "end_distance"))


def _straightness(record: Record, distances: pd.DataFrame) -> Claim:
    estimate = mean(distances["path_length"] / distances["displacement"])
    verdict = next((v for v, most in STRAIGHT.items() if estimate.value <= most), "winding")
    columns = ("path_length", "displacement")
    return STRAIGHTNESS(
        verdict,
        [evidence(record, "distances", column, distances.index) for column in columns],
        estimate,
        ratio=fmt.number(estimate.value),
        interval=fmt.interval(estimate.low, estimate.high, 3),
        n=fmt.plural(estimate.n, "run"),
    )


def _directions(record: Record, pairs: pd.DataFrame) -> Claim:
    own = known(disjoint(pairs), "cosine")
    used = _pair_evidence(record, pairs, "cosine")
    values = {"cosine": fmt.correlation(pairs["cosine"].mean())}
    estimate = mean(own["cosine"]) if len(own) else Estimate(math.nan, None, None, 0)
    if estimate.low is None:
        return DIRECTIONS("few", used, **values)
    shared = "common" if estimate.value >= COMMON else "slightly_common"
    verdict = "none" if not estimate.decided else shared if estimate.value > 0 else "opposed"
    parameters = next(r["parameters"] for r in record.rows("parts") if r["part"] == "model")
    return DIRECTIONS(
        verdict,
        used,
        estimate,
        cosine=fmt.correlation(estimate.value),
        interval=fmt.interval(estimate.low, estimate.high),
        n=fmt.plural(estimate.n, "pair"),
        random=fmt.number(1 / math.sqrt(parameters), 2),
    )


def _early(record: Record, distances: pd.DataFrame) -> list[Claim]:
    """How far the weights have come when the loss has made most of its fall."""
    frame = record.frame("runs")
    runs = frame.set_index("seed")
    epochs, shares = [], []
    for _, row in distances.iterrows():
        losses = runs.loc[row["seed"], "train_loss"]
        target = losses[0] - FALLEN * (losses[0] - losses[-1])
        if losses[-1] >= losses[0] or not row["from_start"][-1]:
            continue
        position = next(i for i, loss in enumerate(losses) if loss <= target)
        epochs.append(row["epoch"][position])
        shares.append(row["from_start"][position] / row["from_start"][-1])
    if not shares:
        return []
    estimate = mean(shares)
    low, high = estimate.low, estimate.high
    if low is None or high is None:
        verdict = "few"
    else:
        verdict = "before" if high < FALLEN else "after" if low > FALLEN else "pace"
    return [
        EARLY(
            verdict,
            [
                evidence(record, "runs", "train_loss", frame[frame["diverged_at"].isna()].index),
                evidence(record, "distances", "from_start", distances.index),
            ],
            estimate,
            fallen=fmt.percent(FALLEN, 0),
            epoch=fmt.count(median(epochs)),
            share=fmt.percent(estimate.value, 0),
            interval=Markdown(f"{fmt.percent(low, 0)} to {fmt.percent(high, 0)}"),
            n=fmt.plural(estimate.n, "run"),
        )
    ]


def _picture(record: Record, runs: int) -> Claim:
    parts = {row["part"]: row["explained"] for row in record.rows("parts")}
    layer, model = (sum(parts[name][:2]) for name in ("layer", "model"))
    even = 1 / (runs - 1)
    return PICTURE(
        "part" if model < 0.5 else "most",
        [evidence(record, "parts", "explained")],
        layer=fmt.percent(layer, 0),
        model=fmt.percent(model, 0),
        runs=fmt.words(runs),
        even=fmt.percent(even, 0),
        first=fmt.percent(parts["model"][0], 0),
    )
