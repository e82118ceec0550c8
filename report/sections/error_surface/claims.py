"""What is said about the error surface: the rise around solutions, and the plane of training.

Whatever is said of paths, sides and grids holds for every run, and is counted over all of them.
"""

import math
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from report.claims import claim
from report.claims.bound import bound
from report.claims.claim import Claim, Evidence, Statement, evidence
from report.claims.length import shortened
from report.numbers.quantifiers import count, span
from report.numbers.scales import BARRIER, LOSS
from report.numbers.statistics import mean
from report.records import Record
from report.records.rows.error_surface import Line
from report.sections.cases import about, case_name
from report.sections.lost import lost_statement
from report.words import format as fmt
from report.words.markdown import Markdown, join

PLANAR, NEAR = 0.95, 0.1
"""Share of the variance from which a trajectory lies almost in a plane; how far it may leave it."""
CLOSE, ROUGH = 1.25, 2.0
"""Factor between the losses on the trajectory and at its projections up to which they are so."""
ORDER = 3.0
"""Factor up to which a captured share is of the order of magnitude that theory expects."""
WALK_SHARE = 6 / math.pi**2 * (1 + 1 / 4)
"""Variance in the first two components of a long random walk: the k-th has 6/(π²·k²)."""
ALONG = 0.7
"""Cosine from which a direction is called along the way of training."""

RISE = Statement(
    "error-surface.rise",
    {
        "all": "Around the solutions the loss rises on every side: along random, filter-normalized "
        "directions it is back at its value before training{within}, on all {total} sides of {n}.",
        "some": "Around the solutions the loss does not rise equally on all sides: along random, "
        "filter-normalized directions it is back at its value before training {counts}, and "
        "stays lower on the others as far as the planes are shown.",
        "none": "Around the solutions the loss rises little: along random, filter-normalized "
        "directions it does not come back to its value before training on any of {total} sides, "
        "as far as the planes are shown.",
        "nothing": "Every run diverged, so that there is no solution to look around.",
    },
    headline=True,
    line=claim.Line(
        "What does the loss look like around a solution?",
        {
            "all": ("It rises on every side.", "{number} of {total} sides"),
            "some": (
                "It rises on some sides and stays low on others.",
                "{number} of {total} sides",
            ),
            "none": ("It stays below its first value on all sides.", "{number} of {total} sides"),
            "nothing": ("Nothing can be said: every run diverged.", "{number} of {total} sides"),
        },
        "plane",
    ),
)

PLANE = Statement(
    "error-surface.plane",
    {
        "flat": "On {case}, training takes place almost in a plane: in {every} the first two "
        "principal components hold {low} of the variance of the trajectory or more, which leaves "
        "the plane by at most {distance} of its displacement.",
        "thick": "On {case}, training leaves the plane of its first two principal components: they "
        "hold {low} of the variance or more in {every}, yet the trajectory is up to {distance} of "
        "its displacement away.",
        "loose": "On {case}, training does not keep to a plane: its first two principal components "
        "hold {low} of the variance at least ({n}), and the trajectory is up to {distance} of its "
        "displacement away.",
        "still": "On {case}, the weights have not moved in {every}, so that there is no way of "
        "training to look at.",
        "nothing": "On {case}, every run diverged, so that there is no solution to look around.",
    },
    about="key",
)

FAITHFULNESS = Statement(
    "error-surface.faithfulness",
    {
        "close": "The surface can be taken for what training met: in {every} the loss at the "
        "projections of the trajectory differs from the loss on it by a factor of {high} at most.",
        "roughly": "The surface is roughly what training met: in {every} the loss at the "
        "projections of the trajectory differs from the loss on it by a factor of {high} at most.",
        "apart": "Yet the surface is not what training met: in {every} the loss at a projection of "
        "the trajectory differs from the loss on it by a factor of {low} or more.",
        "mixed": "How far the surface is what training met differs: the loss at the projections of "
        "the trajectory departs from the loss on it by a factor that is between {low} and {high} "
        "at its largest ({n}).",
    },
    about="key",
)

MINIMUM = Statement(
    "error-surface.minimum",
    {
        "solution": "The solution is the lowest point of the principal plane in {every}, as far as "
        "the grid shows.",
        "slightly": "In {where} a point of the principal plane is lower than the solution, but "
        "only by a factor of {high} at most{direction}.",
        "some": "The solution is not the lowest point of the principal plane in {where}: there the "
        "grid has a point whose loss is lower by a factor of {high} at most{direction}.",
        "elsewhere": "The solution is not the lowest point of the principal plane: in {every} the "
        "grid has a point whose loss is lower by a factor of {low} or more{direction}.",
        "edge": "The solution is not the lowest point of the principal plane: in {every} a loss "
        "lower by a factor of {low} or more lies{direction} on the border of the grid, and a still "
        "lower one may lie outside.",
    },
    about="key",
)

SHARE = Statement(
    "error-surface.share",
    {
        "agrees": "Random directions see little of training: of the displacement their planes "
        "capture {captured} (means over {n}), which is the order of magnitude that theory expects "
        "for two directions drawn in {parameters} dimensions, about {expected} [compare "
        "@li2018visualizing, section 7].",
        "differs": "Of the displacement the random planes capture {captured} (means over {n}); "
        "theory expects about {expected} for two directions drawn in {parameters} dimensions "
        "[compare @li2018visualizing, section 7], from which {others} is more than a factor of "
        "{times} away.",
    },
)

WALK = Statement(
    "error-surface.walk",
    {
        "above": "A high share of variance alone is no sign of a simple surface: theory gives the "
        "first two components of a long random walk in many dimensions {walk} of its variance "
        "[@antognini2018pca], though the trajectories here have more, {lowest} at least in every "
        "run.",
        "below": "A high share of variance alone is no sign of a simple surface: theory gives the "
        "first two components of a long random walk in many dimensions {walk} of its variance "
        "[@antognini2018pca], and not every trajectory here has more (the lowest share is "
        "{lowest}).",
    },
)

STRAIGHT = Statement(
    "error-surface.line",
    {
        "all": "On the straight line from start to solution the loss falls all the way, as it "
        "usually does [@goodfellow2015qualitatively]: in {every} it never rises above an earlier "
        "point by more than {margin} of the mean loss at the two ends.",
        "none": "The straight line from start to solution is not the way that training took: in "
        "{every} it leads over a hill, on which the loss rises above an earlier point by {low} of "
        "the mean loss at the two ends or more.",
        "some": "On the straight line from start to solution the loss falls all the way {counts}; "
        "on the others it rises in between, by up to {high} of the mean loss at the two ends.",
    },
)

DIVERGED = lost_statement("error-surface")

SPARE = (WALK, SHARE, FAITHFULNESS, MINIMUM, STRAIGHT)
"""Statements that are left out first where there is no room."""


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The rise around solutions and the plane of each case; what such planes can show at all."""
    cases = record.rows("cases")
    solutions = record.frame("solutions")
    lost = _lost(record, solutions)
    if not record.rows("planes"):
        used = [evidence(record, "solutions", "diverged_at")]
        zero = fmt.count(0)
        nothing = RISE("nothing", used, number=zero, total=zero)
        return ((nothing, *lost),)
    first = [_rise(record), *(made for case in cases for made in _case(record, case))]
    last = [*_straight(record, cases), _walk(record), *_share(record, cases), *lost]
    return shortened([first, last], SPARE)


def _lost(record: Record, solutions: pd.DataFrame) -> list[Claim]:
    """As `lost_runs`, whose table is `solutions` here."""
    lost = int(solutions["diverged_at"].notna().sum())
    if not lost:
        return []
    return [
        DIVERGED(
            "all" if lost == len(solutions) else "some",
            [evidence(record, "solutions", "diverged_at")],
            all=fmt.plural(len(solutions), "run"),
            number=fmt.words(lost),
            total=fmt.words(len(solutions)),
            verb=Markdown("is" if lost == 1 else "are"),
        )
    ]


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
    return [
        _plane(record, own, case),
        *_faithfulness(record, own, case),
        _minimum(record, own, case),
    ]


def _used(record: Record, frame: pd.DataFrame, *columns: str) -> list[Evidence]:
    found = [evidence(record, "planes", column, frame.index) for column in columns]
    return [*found, evidence(record, "solutions", "displacement")]


def _every(runs: int) -> Markdown:
    """`the one run`, `both runs`, `each of three runs`."""
    if runs <= 2:
        return Markdown("the one run" if runs == 1 else "both runs")
    return Markdown(f"each of {fmt.plural(runs, 'run')}")


def _least(share: float) -> Markdown:
    return bound(share, "lower", fmt.percent, decimals=3)


def _most(share: float) -> Markdown:
    return bound(share, "upper", fmt.percent, decimals=3)


def _factors(values: Iterable[float]) -> dict[str, Markdown]:
    """The smallest and the largest of some factors, as bounds."""
    found = span(values)
    return {
        "low": bound(found.low, "lower"),
        "high": bound(found.high, "upper"),
    }


def _rise(record: Record) -> Claim:
    """On how many sides of all random planes the loss is back at its first value, and how far."""
    reached: dict[tuple[Hashable, int], bool | None] = {}
    of_case: dict[Markdown, list[tuple[Hashable, int]]] = {}
    shares, rows = [], []
    for case in record.rows("cases"):
        for index, row in planes(record, case["case"], "random").iterrows():
            rows.append(index)
            norms = [norm for norm in row["axes_norm"] for _ in range(2)]
            sides = zip(row["sides"], norms, row["reached"], strict=True)
            for number, (side, norm, risen) in enumerate(sides):
                reached[index, number] = risen
                of_case.setdefault(case_name(case), []).append((index, number))
                if risen and row["displacement"] > 0:
                    shares.append(side * norm / row["displacement"])
    found = count(reached, lambda side: reached[side])
    counts = [
        f"on {fmt.count(sum(side in found.yes for side in sides))} of "
        f"{fmt.plural(len(sides), 'side')} on {name}"
        for name, sides in of_case.items()
    ]
    return RISE(
        found.extent if found.extent in ("all", "none") else "some",
        _used(record, record.frame("planes").loc[rows], "sides", "axes_norm", "reached"),
        found,
        number=fmt.count(len(found.yes)),
        total=fmt.count(found.total),
        within=_within(shares),
        counts=join(counts),
        n=fmt.plural(len(rows), "plane"),
    )


def _within(shares: list[float]) -> Markdown:
    """How far from the solution, as a share of the way that training took, if it took any."""
    if not shares:
        return Markdown("")
    most = bound(max(shares), "upper", lambda share: fmt.percent(share, 0), decimals=2)
    return Markdown(f" within {most} of the displacement")


def _plane(record: Record, own: pd.DataFrame, case: dict[str, Any]) -> Claim:
    moved = own[own["displacement"] > 0]
    if moved.empty:
        used = [evidence(record, "solutions", "displacement")]
        return PLANE("still", used, every=_every(len(own)), **about(case))
    those = "" if len(moved) == len(own) else " that moved"
    own = moved
    explained = span(own["explained"].map(sum))
    away = span(own["largest_distance"] / own["displacement"])
    flat = explained.low >= PLANAR and away.high <= NEAR
    return PLANE(
        "flat" if flat else "thick" if explained.low > WALK_SHARE else "loose",
        _used(record, own, "explained", "largest_distance"),
        low=_least(explained.low),
        high=_most(explained.high),
        distance=_most(away.high),
        every=Markdown(f"{_every(len(own))}{those}"),
        n=Markdown(f"{fmt.plural(len(own), 'run')}{those}"),
        **about(case),
    )


def _faithfulness(record: Record, own: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    """By what factor the losses differ where they differ most, in every run."""
    largest = []
    for _, row in own.iterrows():
        pairs = zip(row["projected_loss"], row["loss"], strict=True)
        known = [abs(math.log(p / q)) for p, q in pairs if p and q]
        largest += [math.exp(max(known))] if known else []
    if len(largest) < len(own):
        return []
    verdict = "mixed"
    if max(largest) <= ROUGH:
        verdict = "close" if max(largest) <= CLOSE else "roughly"
    elif min(largest) > ROUGH:
        verdict = "apart"
    return [
        FAITHFULNESS(
            verdict,
            [
                evidence(record, "planes", "projected_loss", own.index),
                evidence(record, "solutions", "loss"),
            ],
            **_factors(largest),
            every=_every(len(own)),
            n=fmt.plural(len(own), "run"),
            **about(case),
        )
    ]


def _minimum(record: Record, own: pd.DataFrame, case: dict[str, Any]) -> Claim:
    used = _used(record, own, "lowest_distance", "lowest_loss", "origin_loss", "lowest_on_edge")
    away = own[(own["lowest_distance"] > 0) & (own["lowest_loss"] > 0)]
    factors = [*(away["origin_loss"] / away["lowest_loss"])]
    part = Markdown(f"{fmt.words(len(away))} of {fmt.plural(len(own), 'run')}")
    words = {"every": _every(len(own)), "where": part if len(away) < len(own) else _every(len(own))}
    words |= {**_factors(factors), "direction": _direction(away), **about(case)}
    if away.empty:
        return MINIMUM("solution", used, **words)
    verdict = "some"
    if max(factors) < (LOSS.margin or 1.0):
        verdict = "slightly"
    elif len(away) == len(own):
        verdict = "edge" if away["lowest_on_edge"].all() else "elsewhere"
    return MINIMUM(verdict, used, **words)


def _direction(away: pd.DataFrame) -> Markdown:
    """Where the lowest points lie, seen from the solutions, if they lie alike; else nothing."""
    cosines = [_along(row) for _, row in away.iterrows()]
    if not cosines:
        return Markdown("")
    if min(cosines) >= ALONG:
        return Markdown(", further along the way from start to solution")
    if max(cosines) <= -ALONG:
        return Markdown(", back toward the start")
    return Markdown(", to the side of the way" if max(map(abs, cosines)) < ALONG else "")


def _along(row: "pd.Series[Any]") -> float:
    """Cosine between the way to the lowest point and the way that training took, on the plane."""
    way, found = -np.array([row["a"][0], row["b"][0]]), np.array(row["lowest"])
    size = float(np.linalg.norm(way) * np.linalg.norm(found))
    return float(way @ found) / size if size else 0.0


def _straight(record: Record, cases: list[dict[str, Any]]) -> list[Claim]:
    """Whether the loss falls along the line from start to solution, run by run."""
    rises: dict[tuple[str, int], float | None] = {}
    for row in record.table(Line):
        between = [loss for alpha, loss in zip(row.alpha, row.loss, strict=True) if 0 <= alpha <= 1]
        known = [math.inf if loss is None else loss for loss in between]
        ends = (known[0] + known[-1]) / 2
        above = (np.array(known) - np.minimum.accumulate(known)).max()
        rises[row.case, row.seed] = float(above) / ends if 0 < ends < math.inf else None
    margin = BARRIER.margin or 0.0
    found = count(rises, lambda run: None if rises[run] is None else (rises[run] or 0.0) <= margin)
    if not rises or found.missing:
        return []
    counts = [
        f"in {fmt.count(sum(run in found.yes for run in own))} of {fmt.plural(len(own), 'run')} "
        f"on {case_name(case)}"
        for case in cases
        if (own := [run for run in rises if run[0] == case["case"]])
    ]
    higher = span([rises[run] for run in found.no])
    return [
        STRAIGHT(
            found.extent if found.extent in ("all", "none") else "some",
            [evidence(record, "lines", "loss")],
            found,
            every=_every(len(rises)),
            margin=fmt.percent(margin, 0),
            low=_least(higher.low) if found.no else fmt.MISSING,
            high=_most(higher.high) if found.no else fmt.MISSING,
            counts=join(counts),
        )
    ]


def _walk(record: Record) -> Claim:
    shares = record.frame("planes")["explained"].dropna().map(sum)
    return WALK(
        "above" if shares.min() > WALK_SHARE else "below",
        [evidence(record, "planes", "explained", shares.index)],
        walk=fmt.percent(WALK_SHARE, 0),
        lowest=_least(shares.min()),
    )


def _share(record: Record, cases: list[dict[str, Any]]) -> list[Claim]:
    """What the random planes capture, against √(2/P) for two directions in P dimensions."""
    rows = record.frame("planes")
    rest = rows[rows["plane"] == "random"]
    found, expected = {}, {}
    for case in cases:
        captured = rest[rest["case"] == case["case"]]["captured"]
        if len(captured):
            found[case_name(case)] = mean(captured)
            expected[case_name(case)] = (case["parameters"], math.sqrt(2 / case["parameters"]))
    far = count(found, lambda name: not 1 / ORDER <= found[name] / expected[name][1] <= ORDER)
    return [
        SHARE(
            "differs" if far.yes else "agrees",
            [
                evidence(record, "planes", "captured", rest.index),
                evidence(record, "cases", "parameters"),
            ],
            captured=join([f"{fmt.percent(share)} on {name}" for name, share in found.items()]),
            expected=join([fmt.percent(share) for _, share in expected.values()]),
            parameters=join([fmt.count(parameters) for parameters, _ in expected.values()]),
            others=join([f"that on {name}" for name in far.yes]),
            times=fmt.factor(ORDER),
            n=fmt.plural(int(rest["seed"].nunique()), "seed"),
        )
    ]
