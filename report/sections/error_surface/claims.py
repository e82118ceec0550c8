"""What is said about the error surface: the plane of training, its minimum, the rise around it."""

import math
from typing import Any

import numpy as np
import pandas as pd

from report.claims import Claim, Evidence, Statement, evidence
from report.claims.length import shortened
from report.numbers.statistics import Estimate, mean, median
from report.records import Record
from report.sections.cases import about, case_name
from report.words import format as fmt
from report.words.markdown import Markdown, join

FLAT = (0.95, 0.1)
"""A trajectory lies almost in the plane from this explained variance on, up to this distance."""
FAITHFUL = {"close": 1.25, "roughly": 2.0}
"""Factor between the losses on the trajectory and at its projections up to which they are so."""
ORDER = 3.0
"""Factor up to which a captured share is of the order of magnitude that theory expects."""
WALK_SHARE = 6 / math.pi**2 * (1 + 1 / 4)
"""Variance in the first two components of a long random walk: the k-th has 6/(π²·k²)."""
ALONG = 0.7
"""Cosine from which a direction is called along the way of training."""

PLANE = Statement(
    "error-surface.plane",
    {
        "flat": "On {case}, training takes place almost in a plane: the first two principal "
        "components hold {explained} of the variance of the trajectory (mean over {n}{interval}), "
        "which leaves the plane by at most {distance} of its displacement.",
        "thick": "On {case}, the first two principal components hold {explained} of the variance "
        "of the trajectory (mean over {n}{interval}); it leaves their plane by up to {distance} of "
        "its displacement.",
        "nothing": "On {case}, every run diverged, so that there is no solution to look around.",
    },
    headline=True,
    about="key",
)

FAITHFULNESS = Statement(
    "error-surface.faithfulness",
    {
        "close": "The surface can be taken for what training met: the loss at the projections of "
        "the trajectory differs from the loss on the trajectory itself by no more than a factor "
        "of {factor} (median over {n} of the largest difference).",
        "roughly": "The surface is roughly what training met: the loss at the projections of the "
        "trajectory differs from the loss on the trajectory itself by up to a factor of {factor} "
        "(median over {n} of the largest difference).",
        "apart": "Yet the surface is not what training met: the loss at the projections of the "
        "trajectory differs from the loss on the trajectory itself by up to a factor of {factor} "
        "(median over {n} of the largest difference), so that the part outside the plane counts.",
    },
    about="key",
)

MINIMUM = Statement(
    "error-surface.minimum",
    {
        "solution": "On the grid of the principal plane the lowest loss is that of the solution "
        "itself, in every run.",
        "some": "On the grid of the principal plane the lowest loss is that of the solution itself "
        "in {number} of {total} runs; in the others it lies up to {distance} of the displacement "
        "away and is lower by a factor of at most {factor}.",
        "elsewhere": "The solution is not the lowest point of the principal plane: in every run a "
        "point of the grid that lies {distance} of the displacement away, {direction}, has a loss "
        "lower by a factor of {factor} (medians over {n}).",
        "edge": "The solution is not the lowest point of the principal plane: the grid is lowest "
        "on its border, {distance} of the displacement away, {direction}, with a loss lower by a "
        "factor of {factor} (medians over {n}), and a still lower point may lie outside.",
    },
    about="key",
)

RISE = Statement(
    "error-surface.rise",
    {
        "all": "Around the solution the loss rises on all sides: along the random, filter-"
        "normalized directions it is back at its value before training at {low} to {high} of the "
        "displacement ({n}, each to all sides).",
        "some": "Along the random, filter-normalized directions the loss is back at its value "
        "before training on {number} of {total} sides ({n}, each to all sides), at {low} to "
        "{high} of the displacement; on the others it stays lower as far as the plane is shown.",
        "none": "Along the random, filter-normalized directions the loss does not come back to "
        "its value before training, as far as the plane is shown ({n}, each to all sides).",
    },
    about="key",
)

SHARE = Statement(
    "error-surface.share",
    {
        "agrees": "Random directions see little of training: of the displacement their planes "
        "capture {captured} (means over {n}), the principal planes at least {pca}; that is the "
        "order of magnitude that theory expects for two directions drawn in {parameters} "
        "dimensions, about {expected} [compare @li2018visualizing, section 7].",
        "differs": "Of the displacement the random planes capture {captured} (means over {n}), "
        "the principal planes at least {pca}; theory expects about {expected} for two directions "
        "drawn in {parameters} dimensions [compare @li2018visualizing, section 7], from which "
        "these runs differ by more than a factor of {times}.",
    },
)

WALK = Statement(
    "error-surface.walk",
    {
        "above": "A high share of variance alone is no sign of a simple surface: theory gives the "
        "first two components of a long random walk in many dimensions {walk} of its variance "
        "[@antognini2018pca], though the trajectories here have more, at least {lowest} in every "
        "run.",
        "below": "A high share of variance alone is no sign of a simple surface: theory gives the "
        "first two components of a long random walk in many dimensions {walk} of its variance "
        "[@antognini2018pca], and not every trajectory here has more (the lowest share is "
        "{lowest}).",
    },
)

DIVERGED = Statement(
    "error-surface.diverged",
    {"some": "Of {total} runs, {number} diverged and {verb} left out."},
)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """A paragraph for each case, and one about what such planes can show, as far as it fits."""
    cases = record.rows("cases")
    paragraphs = [tuple(_case(record, case)) for case in cases]
    if record.rows("planes"):
        paragraphs.append((_walk(record), _share(record, cases)))
    solutions = record.frame("solutions")
    lost = int(solutions["diverged_at"].notna().sum())
    if lost:
        claim = DIVERGED(
            "some",
            [evidence(record, "solutions", "diverged_at")],
            number=fmt.words(lost),
            total=fmt.count(len(solutions)),
            verb=Markdown("is" if lost == 1 else "are"),
        )
        paragraphs.append((claim,))
    return shortened(paragraphs, (WALK, SHARE, FAITHFULNESS, RISE, MINIMUM))


def planes(record: Record, case: str, plane: str) -> pd.DataFrame:
    """Planes of one kind, with the displacement and the losses of their trajectories."""
    rows = record.frame("planes")
    if rows.empty:
        return rows
    known = record.frame("solutions")[["case", "seed", "displacement", "loss"]]
    chosen = rows[(rows["case"] == case) & (rows["plane"] == plane)]
    return chosen.reset_index().merge(known, on=["case", "seed"]).set_index("index")


def _case(record: Record, case: dict[str, Any]) -> list[Claim]:
    own = planes(record, case["case"], "pca")
    if own.empty:
        return [PLANE("nothing", [evidence(record, "solutions", "diverged_at")], **about(case))]
    rest = planes(record, case["case"], "random")
    return [
        _plane(record, own, case),
        _faithfulness(record, own, case),
        _minimum(record, own, case),
        _rise(record, rest, case),
    ]


def _used(record: Record, frame: pd.DataFrame, *columns: str) -> list[Evidence]:
    found = [evidence(record, "planes", column, frame.index) for column in columns]
    return [*found, evidence(record, "solutions", "displacement")]


def _bounds(estimate: Estimate) -> Markdown:
    """`, 95 % interval 90 % to 97 %`, or nothing."""
    if estimate.low is None or estimate.high is None:
        return Markdown("")
    low, high = max(estimate.low, 0.0), min(estimate.high, 1.0)
    return Markdown(f", 95 % interval {fmt.percent(low)} to {fmt.percent(high)}")


def _plane(record: Record, own: pd.DataFrame, case: dict[str, Any]) -> Claim:
    estimate = mean(own["explained"].map(sum))
    away = float((own["largest_distance"] / own["displacement"]).max())
    return PLANE(
        "flat" if estimate.value >= FLAT[0] and away <= FLAT[1] else "thick",
        _used(record, own, "explained", "largest_distance"),
        estimate,
        explained=fmt.percent(estimate.value),
        interval=_bounds(estimate),
        distance=fmt.percent(away),
        n=fmt.plural(estimate.n, "seed"),
        **about(case),
    )


def _faithfulness(record: Record, own: pd.DataFrame, case: dict[str, Any]) -> Claim:
    largest = []
    for _, row in own.iterrows():
        pairs = zip(row["projected_loss"], row["loss"], strict=True)
        known = [math.log(p / q) for p, q in pairs if p and q]
        largest.append(max(abs(value) for value in known))
    factor = math.exp(median(largest))
    return FAITHFULNESS(
        next((verdict for verdict, most in FAITHFUL.items() if factor <= most), "apart"),
        [
            evidence(record, "planes", "projected_loss", own.index),
            evidence(record, "solutions", "loss"),
        ],
        factor=fmt.number(factor),
        n=fmt.plural(len(own), "seed"),
        **about(case),
    )


def _minimum(record: Record, own: pd.DataFrame, case: dict[str, Any]) -> Claim:
    used = _used(record, own, "lowest_distance", "lowest_loss", "origin_loss")
    away = own[own["lowest_distance"] > 0]
    if away.empty:
        return MINIMUM("solution", used, **about(case))
    shares = away["lowest_distance"] / away["displacement"]
    factors = away["origin_loss"] / away["lowest_loss"]
    if len(away) < len(own):
        return MINIMUM(
            "some",
            used,
            number=fmt.words(len(own) - len(away)),
            total=fmt.words(len(own)),
            distance=fmt.percent(shares.max()),
            factor=fmt.number(factors.max()),
            **about(case),
        )
    return MINIMUM(
        "edge" if away["lowest_on_edge"].any() else "elsewhere",
        used,
        distance=fmt.percent(median(shares)),
        direction=_direction(median([_along(row) for _, row in away.iterrows()])),
        factor=fmt.number(median(factors)),
        n=fmt.plural(len(away), "seed"),
        **about(case),
    )


def _along(row: "pd.Series[Any]") -> float:
    """Cosine between the way to the lowest point and the way that training took, on the plane."""
    way, found = -np.array([row["a"][0], row["b"][0]]), np.array(row["lowest"])
    return float(way @ found / (np.linalg.norm(way) * np.linalg.norm(found)))


def _direction(cosine: float) -> Markdown:
    if cosine >= ALONG:
        return Markdown("further along the way from start to solution")
    return Markdown("back toward the start" if cosine <= -ALONG else "to the side of the way")


def _rise(record: Record, rest: pd.DataFrame, case: dict[str, Any]) -> Claim:
    """Where the loss is back at its first value, in units of the displacement."""
    reached, shares = [], []
    for _, row in rest.iterrows():
        norms = [norm for norm in row["axes_norm"] for _ in range(2)]
        for side, norm, risen in zip(row["sides"], norms, row["reached"], strict=True):
            reached.append(risen)
            if risen:
                shares.append(side * norm / row["displacement"])
    used = _used(record, rest, "sides", "axes_norm", "reached")
    n = fmt.plural(len(rest), "seed")
    if not shares:
        return RISE("none", used, n=n, **about(case))
    return RISE(
        "all" if all(reached) else "some",
        used,
        number=fmt.count(len(shares)),
        total=fmt.count(len(reached)),
        low=fmt.percent(min(shares), 0),
        high=fmt.percent(max(shares), 0),
        n=n,
        **about(case),
    )


def _walk(record: Record) -> Claim:
    shares = record.frame("planes")["explained"].dropna().map(sum)
    return WALK(
        "above" if shares.min() > WALK_SHARE else "below",
        [evidence(record, "planes", "explained", shares.index)],
        walk=fmt.percent(WALK_SHARE, 0),
        lowest=fmt.percent(shares.min(), 0),
    )


def _share(record: Record, cases: list[dict[str, Any]]) -> Claim:
    """What the random planes capture, against √(2/P) for two directions in P dimensions."""
    rows = record.frame("planes")
    rest, own = rows[rows["plane"] == "random"], rows[rows["plane"] == "pca"]
    found, expected, names, parameters = [], [], [], []
    for case in cases:
        captured = rest[rest["case"] == case["case"]]["captured"]
        if len(captured):
            found.append(mean(captured).value)
            expected.append(math.sqrt(2 / case["parameters"]))
            names.append(case_name(case))
            parameters.append(fmt.count(case["parameters"]))
    ratios = [max(f / e, e / f) for f, e in zip(found, expected, strict=True)]
    on = [f"{fmt.percent(f)} on {name}" for f, name in zip(found, names, strict=True)]
    return SHARE(
        "agrees" if max(ratios) <= ORDER else "differs",
        [
            evidence(record, "planes", "captured", rows.index),
            evidence(record, "cases", "parameters"),
        ],
        captured=join(on),
        pca=fmt.percent(own["captured"].min()),
        expected=join([fmt.percent(e) for e in expected]),
        parameters=join(parameters),
        times=fmt.factor(ORDER),
        n=fmt.plural(int(rest["seed"].nunique()), "seed"),
    )
