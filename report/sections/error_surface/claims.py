"""What is said about the error surface: the rise around solutions, and the plane of training.

Whatever is said of paths, sides and grids holds for every run, and is counted over all of them.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from report.claims.bound import Bound, Side, bound, bounds
from report.claims.claim import Claim, Evidence, Line, Statement, evidence, used
from report.numbers.quantifiers import Count, count, reaching, span
from report.numbers.scales import BARRIER, LOSS
from report.numbers.statistics import mean
from report.records import Record
from report.records.common import Case
from report.records.rows.error_surface import Line as Straight
from report.records.rows.error_surface import Plane, Solution, View
from report.sections.cases import about, by_case, case_name
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.counts import all_of, some_of
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
        "all": "Away from the {solutions} the loss climbs: along random, filter-normalized "
        "directions it is back at its value before training{within}, on all {total} sides of {n}.",
        "some": "Around the {solutions} the loss does not rise equally on all sides: along random, "
        "filter-normalized directions it is back at its value before training {counts}, and "
        "stays lower on the {others} as far as the {planes} shown.",
        "none": "Around the {solutions} the loss rises little: along random, filter-normalized "
        "directions it does not come back to its value before training on any of {total} sides, "
        "as far as the {planes} shown.",
        "nothing": "Every run diverged, so that there is no solution to look around.",
    },
    headline=True,
    line=Line.of(
        "What does the loss look like around a solution?",
        "plane",
        "{number} of {total} sides",
        all="It climbs back to its first value on all sides.",
        some="It rises on some sides and stays low on others.",
        none="It stays below its first value on all sides.",
        nothing="Nothing can be said: every run diverged.",
    ),
)

PLANE = Statement(
    "error-surface.plane",
    {
        "whole": "On {case}, training takes place in a plane: in {every}{moved} the first two "
        "principal components hold all of the variance of the trajectory, so that the surface is "
        "what training met.",
        "flat": "On {case}, training takes place almost in a plane: in {every}{moved} the first "
        "two principal components hold {low} of the variance of the trajectory{or_more}, which "
        "leaves the plane by at most {distance} {of} its displacement.",
        "thick": "On {case}, the first two principal components hold {low} of the variance of the "
        "trajectory{or_more} in {every}{moved}, yet it leaves their plane by up to {distance} "
        "{of} its displacement.",
        "still": "On {case}, the weights have not moved in {every}, so that there is no way of "
        "training to look at.",
        "nothing": "On {case}, every run diverged, so that there is no solution to look around.",
    },
)

FAITHFULNESS = Statement(
    "error-surface.faithfulness",
    {
        "close|roughly": "On {case}, the surface [can be taken for|is roughly] what training met: "
        "in {every} the loss at the projections of the trajectory differs from the loss on it by a "
        "factor of {high} at most.",
        "apart": "On {case}, the surface is not what training met: in {every} the loss at a "
        "projection of the trajectory differs from the loss on it by a factor of {low}{or_more}.",
        "mixed": "How far the surface is what training met differs on {case}: the loss at the "
        "projections of the trajectory departs from the loss on it by a factor that is between "
        "{low} and {high} at its largest ({n}).",
    },
)

MINIMUM = Statement(
    "error-surface.minimum",
    {
        "solution": "The solution is the lowest point of the principal plane in {where} on {case}, "
        "as far as the grid shows.",
        "slightly": "On {case}, a point of that plane is lower than the solution in {where}, but "
        "only by a factor of {high}{at_most}{direction}.",
        "lower": "On {case}, the solution is not the lowest point of the principal plane: in "
        "{where} the grid has a point whose loss is lower by {factor}{direction}{edge}.",
    },
)

SHARE = Statement(
    "error-surface.share",
    {
        "agrees": "Random directions see little of training: of the displacement their planes "
        "capture {captured} ({n}), which is the order of magnitude that theory expects "
        "for two directions drawn in {parameters} dimensions, about {expected} [compare "
        "@li2018visualizing, section 7].",
        "differs": "Of the displacement the random planes capture {captured} ({n}); "
        "theory expects about {expected} for two directions drawn in {parameters} dimensions "
        "[compare @li2018visualizing, section 7], from which {others} is more than a factor of "
        "{times} away.",
    },
)

WALK = Statement(
    "error-surface.walk",
    {
        "theory": "A high share of variance alone is no sign of a simple surface: theory gives the "
        "first two components of a long random walk in many dimensions {walk} of its variance "
        "[@antognini2018pca]; the {lowest}share here is {least}."
    },
)

STRAIGHT = Statement(
    "error-surface.line",
    {
        "all": "On the straight line from start to solution the loss falls all the way, as it "
        "usually does [@goodfellow2015qualitatively]: in {every} it never rises above an earlier "
        "point by more than {margin} of the mean loss at the two ends.",
        "none": "The straight line from start to solution is not the way that training took: in "
        "{every} it leads over a hill, on which the loss rises above an earlier point by {low} "
        "{low_of} the mean loss at the two ends{or_more}.",
        "some": "On the straight line from start to solution the loss falls all the way {counts}; "
        "on the {others} it rises in between, by up to {high} {high_of} the mean loss at the two "
        "ends.",
    },
)

DIVERGED = lost_statement("error-surface")

SPARE = (WALK, SHARE, FAITHFULNESS, MINIMUM, STRAIGHT, PLANE)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The rise around solutions and the plane of each case; what such planes can show at all."""
    cases, solutions = record.table(Case), record.frame(Solution)
    ended = solutions["diverged_at"].isna().where(lambda known: known)
    lost = lost_runs(DIVERGED, record, solutions.assign(ended=ended), "ended", Solution)
    random, principal = planes(record, "random"), planes(record, "pca")
    if random.empty:
        zero, based = fmt.count(0), used(record, solutions, Solution.diverged_at)
        return ((RISE("nothing", based, number=zero, total=zero), *lost),)
    found = by_case(record, principal, Case)
    by_plane = (c for tell in (_plane, _faithfulness, _minimum) for c in _told(tell, record, found))
    theory = WALK(
        "theory",
        used(record, principal, View.explained),
        walk=fmt.percent(WALK_SHARE, 0),
        lowest=Markdown("lowest " * (len(principal) > 1)),
        least=bound(principal["variance"].min(), "lower", fmt.percent, decimals=3),
    )
    last = (*_straight(record, cases), theory, _share(record, random), *lost)
    return ((_rise(record, random, cases), *by_plane), last)


def planes(record: Record, plane: Plane, case: str | None = None) -> pd.DataFrame:
    """Planes of one kind, of one case or of all, with their trajectories and three columns more.

    `variance` is the share of the trajectory's variance that both axes explain; in displacements,
    `off` is its largest distance from the plane, `away` that of the lowest point from the solution.
    """
    found, run = record.frame(View), ["case", "seed"]
    known = ["displacement", "epoch", "initial_loss", "loss"]
    trajectories = record.frame(Solution).set_index(run)[known]
    chosen = (found["plane"] == plane) & (True if case is None else found["case"] == case)
    found = found[chosen].join(trajectories, on=run)
    return found.assign(
        variance=found["explained"].map(sum, na_action="ignore"),
        off=found["largest_distance"] / found["displacement"],
        away=found["lowest_distance"] / found["displacement"],
    )


def _told(
    tell: Callable[[Record, pd.DataFrame, Sequence[Case]], Claim | None],
    record: Record,
    found: Sequence[tuple[Case, pd.DataFrame]],
) -> Iterator[Claim]:
    """What is told of each case; one sentence over all the cases of which the same is said."""
    alike: dict[str, list[tuple[Case, pd.DataFrame]]] = {}
    for case, own in found:
        if claim := tell(record, own, [case]):
            alike.setdefault(claim.verdict, []).append((case, own))
    for group in alike.values():
        cases, rows = zip(*group, strict=True)
        if claim := tell(record, pd.concat(rows), cases):
            yield claim


def _counted(found: Count[tuple[Any, ...]], cases: Sequence[Case], noun: str, on: str) -> Markdown:
    """`on three of 12 sides on sinc and on none of 12 sides on MNIST`; things begin with a case."""
    told = []
    for case in cases:
        yes, no = (sum(of == case.case for of, *_ in things) for things in (found.yes, found.no))
        if yes + no:
            told.append(f"{on} {some_of(yes, yes + no, noun)} on {case_name(case)}")
    return join(told)


def _portion(share: float, side: Side) -> tuple[Bound, Markdown]:
    """`23.4 %` and `of`, or, of more than the whole, `1.2` and `times`."""
    if share > 1:
        return bound(share, side, digits=2), Markdown("times")
    return bound(share, side, fmt.percent, decimals=3), Markdown("of")


def _factors(values: Iterable[float]) -> dict[str, Markdown]:
    """The smallest and the largest of some factors, as bounds."""
    found = span(values)
    low, high = bounds(found.low, found.high)
    one = f"a factor of {fmt.number(found.low)}"
    factor = one if found.single else f"factors between {low} and {high}"
    return {"low": low, "high": high, "factor": Markdown(factor), **_limits(found.single)}


def _limits(single: bool) -> dict[str, Markdown]:
    """What follows a bound; nothing follows a value that is the only one."""
    words = {"or_more": " or more", "at_most": " at most"}
    return {name: Markdown("" if single else said) for name, said in words.items()}


def _rise(record: Record, own: pd.DataFrame, cases: Sequence[Case]) -> Claim:
    """On how many sides of all random planes the loss is back at its first value, and how far."""
    reached: dict[tuple[Any, ...], bool] = {}
    shares = []
    for row in own.to_dict("records"):
        for number, (side, risen) in enumerate(zip(row["sides"], row["reached"], strict=True)):
            reached[row["case"], row["seed"], number] = risen
            if risen and row["displacement"] > 0:
                shares.append(side * row["axes_norm"][number // 2] / row["displacement"])
    found, one = count(reached, reached.__getitem__), len(own) == 1
    farthest = _portion(max(shares, default=math.nan), "upper")
    within = f" within {' '.join(farthest)} the displacement" if shares else ""
    return RISE(
        found.extent,
        [*used(record, own, View.sides, View.axes_norm, View.reached), _displaced(record)],
        found,
        number=fmt.count(len(found.yes)),
        total=fmt.count(found.total),
        within=Markdown(within),
        farthest=farthest[0],
        counts=_counted(found, cases, "side", "on"),
        n=fmt.plural(len(own), "plane"),
        solutions=Markdown("solution" if one else "solutions"),
        planes=Markdown("plane is" if one else "planes are"),
        others=Markdown("other" if len(found.no) == 1 else "others"),
    )


def _displaced(record: Record) -> Evidence:
    return evidence(record, "solutions", "displacement")


def _plane(record: Record, own: pd.DataFrame, cases: Sequence[Case]) -> Claim:
    if own.empty:
        return PLANE("nothing", [evidence(record, "solutions", "diverged_at")], **about(*cases))
    moved = own[own["displacement"] > 0]
    if moved.empty:
        still = count(own.index, own["displacement"].eq(0).get)
        every = all_of(len(own), "run")
        return PLANE("still", [_displaced(record)], still, every=every, **about(*cases))
    explained, away = span(moved["variance"]), span(moved["off"])
    flat = explained.low >= PLANAR and away.high <= NEAR
    whole = math.isclose(explained.low, 1)  # a bound at what is possible is none
    low = bound(explained.low, "lower", fmt.percent, decimals=3)
    distance, of = _portion(away.high, "upper")
    return PLANE(
        "whole" if whole else "flat" if flat else "thick",
        [*used(record, moved, View.explained, View.largest_distance), _displaced(record)],
        reaching(moved["variance"].items(), low.shown - 1e-9),
        low=low,
        **_limits(len(moved) == 1),
        distance=distance,
        of=of,
        every=all_of(len(moved), "run"),
        moved=Markdown(" that moved" * (len(moved) < len(own))),
        **about(*cases),
    )


def _faithfulness(record: Record, own: pd.DataFrame, cases: Sequence[Case]) -> Claim | None:
    """By what factor the losses differ where they differ most, in every run.

    None where the trajectory never left the plane, or a run has no losses to compare.
    """
    largest: dict[Hashable, float] = {}
    for row, projected, met in own[["projected_loss", "loss"]].itertuples():
        known = [abs(math.log(p / q)) for p, q in zip(projected, met, strict=True) if p and q]
        if known:
            largest[row] = math.exp(max(known))
    if own.empty or len(largest) < len(own) or _plane(record, own, cases).verdict == "whole":
        return None
    apart = count(largest, lambda row: largest[row] > ROUGH)
    near = "close" if max(largest.values()) <= CLOSE else "roughly"
    return FAITHFULNESS(
        {"all": "apart", "some": "mixed"}.get(apart.extent, near),
        [*used(record, own, View.projected_loss), evidence(record, "solutions", "loss")],
        apart,
        **_factors(largest.values()),
        every=all_of(len(own), "run"),
        n=fmt.plural(len(own), "run"),
        **about(*cases),
    )


def _minimum(record: Record, own: pd.DataFrame, cases: Sequence[Case]) -> Claim | None:
    if own.empty:
        return None
    lower = (own["lowest_distance"] > 0) & (own["lowest_loss"] > 0)
    away, found = own[lower], count(own.index, lower.get)
    factors = [*(away["origin_loss"] / away["lowest_loss"])]
    slightly = max(factors, default=0.0) < (LOSS.margin or 1.0)
    edge = ", on the border of the grid, so that a still lower one may lie outside"
    columns = (View.lowest_distance, View.lowest_loss, View.origin_loss, View.lowest_on_edge)
    return MINIMUM(
        "solution" if away.empty else "slightly" if slightly else "lower",
        [*used(record, own, *columns), _displaced(record)],
        found,
        where=some_of(len(away) or len(own), len(own), "run"),
        direction=_direction(away),
        edge=Markdown(edge * bool(away["lowest_on_edge"].all())),
        **_factors(factors),
        **about(*cases),
    )


def _direction(away: pd.DataFrame) -> Markdown:
    """Where the lowest points lie, seen from the solutions, if they lie alike; else nothing."""
    cosines = []
    for a, b, lowest in zip(away["a"], away["b"], away["lowest"], strict=True):
        way = np.array([a[0], b[0]])  # from the solution back to the start
        size = float(np.linalg.norm(way) * np.linalg.norm(lowest))
        cosines.append(-float(way @ lowest) / size if size else 0.0)
    found = span(cosines)
    if found.low >= ALONG:
        return Markdown(", further along the way from start to solution")
    if found.high <= -ALONG:
        return Markdown(", back toward the start")
    return Markdown(", to the side of the way" if max(-found.low, found.high) < ALONG else "")


def _straight(record: Record, cases: Sequence[Case]) -> list[Claim]:
    """Whether the loss falls along the line from start to solution, run by run."""
    rises: dict[tuple[Any, ...], float] = {}
    for row in record.table(Straight):
        between = [loss for alpha, loss in zip(row.alpha, row.loss, strict=True) if 0 <= alpha <= 1]
        known = [math.inf if loss is None else loss for loss in between]
        ends = (known[0] + known[-1]) / 2
        if not 0 < ends < math.inf:
            return []
        rises[row.case, row.seed] = max(known - np.minimum.accumulate(known)) / ends
    if not rises:
        return []
    margin = BARRIER.margin or 0.0
    found = count(rises, lambda run: rises[run] <= margin)
    higher = span([rises[run] for run in found.no])
    (low, low_of), (high, high_of) = _portion(higher.low, "lower"), _portion(higher.high, "upper")
    return [
        STRAIGHT(
            found.extent,
            [evidence(record, "lines", "loss")],
            found,
            every=all_of(len(rises), "run"),
            margin=fmt.percent(margin, 0),
            low=low,
            low_of=low_of,
            high=high,
            high_of=high_of,
            **_limits(len(rises) == 1),
            counts=_counted(found, cases, "run", "in"),
            others=Markdown("other" if len(found.no) == 1 else "others"),
        )
    ]


def _share(record: Record, random: pd.DataFrame) -> Claim:
    """What the random planes capture, against √(2/P) for two directions in P dimensions."""
    seen = [(case, own["captured"]) for case, own in by_case(record, random, Case) if len(own)]
    shown = {case_name(case): case for case, _ in seen}
    found = {case_name(case): mean(captured) for case, captured in seen}
    expected = {name: math.sqrt(2 / case.parameters) for name, case in shown.items()}
    far = count(found, lambda name: not 1 / ORDER <= found[name] / expected[name] <= ORDER)
    seeds = int(random["seed"].nunique())
    return SHARE(
        "differs" if far.yes else "agrees",
        [*used(record, random, View.captured), evidence(record, "cases", "parameters")],
        far,
        captured=join([f"{fmt.percent(share)} on {name}" for name, share in found.items()]),
        expected=join([fmt.percent(share) for share in expected.values()]),
        parameters=join([fmt.count(case.parameters) for case in shown.values()]),
        others=join([f"that on {name}" for name in far.yes] if len(found) > 1 else ["it"]),
        times=fmt.factor(ORDER),
        n=Markdown(f"{'means over ' * (seeds > 1)}{fmt.plural(seeds, 'seed')}"),
    )
