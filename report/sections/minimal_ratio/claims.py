"""What is said about critical points: their kind, on what it depends, how the ratio varies.

The answer first, then for each case how many runs reached a critical point, of which kind, and how
the ratio goes with the loss; last what limits it. What is said of points counts each distinct one
once, what is said of the length of training counts runs.
"""

from typing import Any, cast

import numpy as np
import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Line, Statement, evidence, used
from report.claims.contrast import Label, Overall, Quantity, Tendency, runs_that
from report.numbers.comparison import Comparison, compare
from report.numbers.frames import as_floats
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count, count
from report.numbers.scales import CURVATURE, LEAST, SHARE
from report.numbers.statistics import median, share
from report.numbers.trend import Trend, related
from report.records import Record
from report.records.rows.minimal_ratio import Case, Run
from report.sections.cases import about, by_case, case_name
from report.sections.groups import seed_group
from report.sections.lost import lost_runs, lost_statement
from report.sections.minimal_ratio.kinds import (
    CRITICAL,
    DIVERGED,
    FLAT,
    UNFINISHED,
    Kinds,
    distinct,
    kinds,
    ranked_losses,
)
from report.words import format as fmt
from report.words.counts import all_of, each_of, out_of, some_of
from report.words.markdown import Markdown, escape, join

SEVERAL = 3
"""Problems from which what is found on all of them has one sentence instead of one each."""
STEADY = 0.1
"""Change of the median ratio over the tolerances from which they are said to matter."""

THERE = {
    "trained": "there is no minimum after short training, and mostly one after long training",
    "minima": "{every} that gets there is at a minimum",
    "saddles": "{none} at a minimum",
    "mixed": "some runs that get there are at a minimum and others at a saddle",
    "constant": "{every} that gets there outputs a constant",
    "none": "no run gets there",
}
"""What lies where the gradient vanishes, by kind of the critical points of a case."""

ANSWER = Statement(
    "minimal-ratio.answer",
    {
        verdict: f"Where the gradient vanishes on {{cases}} {what}{{but}}."
        for verdict, what in THERE.items()
    }
    | {
        "differ": "{mostly} where the gradient vanishes, but it depends on the problem: "
        "{order}{but}.",
        "none": "On {cases} {reaches} a point where the gradient vanishes.",
    },
    headline=True,
    line=Line.of(
        "What lies where the gradient vanishes?",
        "ratio",
        "{counted}",
        trained=(
            "No minimum after short training, mostly one after long.",
            "minima in none of {short_critical} after at most {short} epochs, {long_minima} of "
            "{long_critical} after {long}",
        ),
        minima="A minimum, in {every} that gets there.",
        saddles="Never a minimum in these runs.",
        mixed="A minimum in some runs, a saddle in others.",
        differ="{most}; a minimum on {having} of {problems}.",
        constant="A network that outputs a constant.",
        none="No run gets there.",
    ),
    extents={
        "minima": "all",
        "trained|mixed|differ": "some",
        "saddles|constant": "none",
        "none": "nothing",
    },
)

FOUND = Statement(
    "minimal-ratio.found",
    {
        "some": "On {case}, {which} of *{model}* {verb} at a critical point{distinct}{rest}.",
        "several": "A critical point is reached by {which}.",
        "nothing": "On {case}, every run diverged in training, and there was nothing to search.",
    },
)

KIND = Statement(
    "minimal-ratio.kind",
    {
        "trained": "How long the network was trained decides{on}: of the {critical} runs "
        "{minima} at a minimum, none of {short_critical} after at most {short} epochs and "
        "{long_minima} of {long_critical} after {long}.",
        "minima": "A minimum lies at {points} as far as the tolerance can tell: no eigenvalue is "
        "below $-\\tau$.",
        "saddles": "There is no minimum at the {n}: eigenvalues below zero make up {least} of the "
        "spectrum at least.",
        "mixed": "Of the {critical} distinct critical points {minima} as far as the tolerance can "
        "tell; at the others, eigenvalues below zero make up {middle} of the spectrum in the "
        "median.",
    },
    extents={"minima": "all", "trained|mixed": "some", "saddles": "none"},
)

CONSTANT = Statement(
    "minimal-ratio.constant",
    {
        "some": "On {case} {which} at a critical point {verb} at {loss}, {what}: there the network "
        "outputs a constant, whatever its input."
    },
    extents={"some": "all|some"},
)

RATIOS = Quantity(SHARE, lambda value: fmt.number(value, 2), repetition="distinct critical point")

RELATION = Tendency(
    "minimal-ratio.relation",
    {
        "falls|rises": "The lower the loss of a critical point, the [larger|*smaller*] its "
        "minimal ratio: from the lowest loss to the highest it goes from {start} to {end} (rank "
        "correlation {correlation}, 95 % interval {interval}, {n}).",
        "undecided": "No relation of minimal ratio and loss shows among the critical points (rank "
        "correlation {correlation}, {n}).",
        "too_few": "How the minimal ratio goes with the loss stays open here: it takes {least} "
        "distinct critical points or more that differ in both.",
    },
    quantity=RATIOS,
)

RELATIONS = Overall(
    "minimal-ratio.relations",
    {
        "falls|rises": "The lower the loss of a critical point, the [larger|*smaller*] its minimal "
        "ratio on {which}.",
        "undecided": "Whether the minimal ratio goes with the loss stays open on {parts}.",
        "differ": "How the minimal ratio goes with the loss depends on the problem: the lower the "
        "loss, the larger it is on {falls} and the *smaller* on {rises}.",
    },
    word="on",
)

EXPECTED = (
    "Theory of random error surfaces expects the share of eigenvalues below zero at a critical "
    "point to rise with its loss [@dauphin2014identifying]; "
)
THEORY = Tendency(
    "minimal-ratio.theory",
    {
        "rises": EXPECTED + "so it does on {case}, from {start} to {end}.",
        "falls": EXPECTED + "on {case} it falls, from {start} to {end}.",
        "undecided": EXPECTED + "{n} on {case} do not decide it.",
    },
    quantity=RATIOS,
)

FLATNESS = Overall(
    "minimal-ratio.flatness",
    {
        "less": "At the end points on {where} that are not critical, the gradient lies where the "
        "loss hardly curves, as in the gradient-flat regions of @frye2020critical{rest}.",
        "more|alike": "In the gradient-flat regions of @frye2020critical the gradient lies where "
        "the loss hardly curves; at the end points on {where} that are not critical it lies "
        "[where the loss curves more than on average|in directions of average curvature]{rest}.",
        "undecided": "Whether the {points} on {parts} that {are} not critical {lie} in "
        "gradient-flat regions [@frye2020critical] {these} not decide.",
        "differ": "The end points that are not critical are not everywhere like the gradient-flat "
        "regions that @frye2020critical describe: compared with an average direction, the "
        "loss along the gradient {order}.",
    },
    word="on",
    order={
        "less|more|alike": "curves [less|more|alike]",
        "undecided": "shows no order",
    },
)

TOLERANCE = Statement(
    "minimal-ratio.tolerance",
    {
        "matters": "What counts as zero matters on {moved}: between tolerances of {smallest} and "
        "{largest} times the largest eigenvalue the {ratio} moves by {least}{or_more}{rest}.",
        "robust": "The ratio hardly depends on what counts as zero: between tolerances of "
        "{smallest} and {largest} times the largest eigenvalue {its} moves {how}.",
    },
    extents={"matters": "all|some", "robust": "none"},
)

SAMPLED = Statement(
    "minimal-ratio.sampled",
    {
        "agrees": "The second definition agrees on what is a minimum: of {neighbors} neighbors "
        "sampled around each point, none has a lower loss at {minima}, and some have at {saddles}.",
        "misses": "The two definitions do not agree: at {missed} all {neighbors} sampled "
        "neighbors have a higher loss, since a few large eigenvalues outweigh the negative ones.",
        "wide": "The two definitions do not agree: at {lower} some of {neighbors} sampled "
        "neighbors have a lower loss, so that they lie too far away or the tolerance hides a "
        "direction downward.",
    },
    extents={"agrees": "all", "misses|wide": "all|some"},
)

LAYER = Statement(
    "minimal-ratio.layer",
    {
        "alone": "All eigenvalues are those of one layer alone, {layer}: a point without a "
        "negative one there may still be a saddle of the whole network."
    },
)

LOST = lost_statement("minimal-ratio")

SPARE = (FLATNESS, CONSTANT, TOLERANCE, THEORY, SAMPLED, KIND, RELATION, FOUND)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The answer and what is found in each case, then what limits it, as far as there is room."""
    everything = record.frame(Run)
    runs = finite(everything)
    if runs.empty:
        return (
            tuple(_found(record, case, own) for case, own in by_case(record, everything, Case)),
        )
    several = len(record.table(Case)) >= SEVERAL
    first, last = [_answer(record, runs)], []
    first += _on_all(record, runs, everything) if several else []
    for case, own in by_case(record, everything, Case):
        critical = finite(own[own["verdict"] == CRITICAL])
        if several:  # the answer says the other kinds
            found = kinds(critical, case)
            first += _kind(record, critical, case) if found.verdict == "trained" else []
            first += _constant(record, critical, case)
        else:
            first += [_found(record, case, own), *_kind(record, critical, case)]
            first += [*_constant(record, critical, case), *_relation(record, critical, case)]
            last += _theory(record, critical, case)
    last += [*_flatness(record, runs), *_sampled(record, runs), *_tolerance(record, runs)]
    last += [*_layer(record), *lost_runs(LOST, record, everything, Run.loss)]
    return (tuple(first), tuple(last))


def finite(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that have been searched and have a finite loss, their numbers as numbers."""
    done = runs[(runs["verdict"] != DIVERGED) & runs["loss"].notna()]
    ended = ("loss", "gradient_norm", "minimal_ratio", "near_zero", "negative", "higher_neighbors")
    trained = ("trained_loss", "trained_gradient_norm")
    return as_floats(done, *ended, *trained, "gradient_curvature", "even_curvature")


def problem(record: Record, case: Case) -> Markdown:
    """The function; with its network, where several are trained on it."""
    alike = [row for row in record.table(Case) if row.title == case.title]
    model = f" (*{escape(case.model)}*)" if len(alike) > 1 else ""
    return Markdown(f"{case_name(case)}{model}")


def _answer(record: Record, runs: pd.DataFrame) -> Claim:
    """Of what kind the critical points are; cases that have none or only constants are named."""
    points = {
        problem(record, case): (own[own["verdict"] == CRITICAL], case)
        for case, own in by_case(record, runs, Case)
        if len(own)
    }
    found = {name: kinds(rows, case) for name, (rows, case) in points.items()}
    having = {v: own for v in THERE if (own := [n for n, k in found.items() if k.verdict == v])}
    telling = having.keys() - {"constant", "none"} or having.keys() & {"constant"} or having.keys()
    every = {v: _there(sum(found[name].critical for name in own)) for v, own in having.items()}
    said = {v: f"on {join(own)} {THERE[v].format(**every[v])}" for v, own in having.items()}
    verdict = next(iter(telling)) if len(telling) == 1 else "differ"
    others = "".join(f"; {text}" for v, text in said.items() if v not in telling)
    there = [one for one in found.values() if one.verdict in telling]
    counted = [kinds(distinct(rows), case) for rows, case in points.values()]
    total, minima = sum(k.critical for k in counted), sum(len(k.minima) for k in counted)
    saddles, having_one = sum(len(k.saddles) for k in counted), sum(bool(k.minima) for k in counted)
    kind = {"Mostly saddles": saddles, "Mostly minima": minima}
    most = next((words for words, number in kind.items() if 2 * number > total), "")
    shown = max(found.values(), key=lambda k: k.verdict == "trained")
    told = [Run.negative, Run.loss, Run.epochs] if total else []
    among = f"among {fmt.plural(total, 'distinct critical point')}"
    return ANSWER(
        verdict,
        used(record, runs, Run.verdict, *told),
        Count(sum((k.minima for k in there), ()), sum((k.minimal.no for k in there), ()), ()),
        cases=join([name for name in found if found[name].verdict in telling]),
        but=Markdown(others),
        order=Markdown("; ".join(text for v, text in said.items() if v in telling)),
        **_lengths(shown),
        **every.get(verdict, {}),
        reaches=Markdown("the one run does not reach" if len(runs) == 1 else "no run reaches"),
        most=Markdown(most or "No kind prevails"),
        mostly=Markdown(f"{most} lie" if most else "Points of no one kind prevail"),
        having=fmt.words(having_one) if having_one else Markdown("none"),
        problems=fmt.plural(len(found), "problem"),
        counted=Markdown(
            f"{fmt.plural(minima, 'minimum', 'minima')} {among}" if total else "no critical point"
        ),
    )


def _there(critical: int) -> dict[str, Markdown]:
    """How the runs at critical points, of which there are so many, are called as a whole."""
    saddle = "the one run that gets there is not" if critical == 1 else "no run that gets there is"
    return {"every": each_of(critical, "run"), "none": Markdown(saddle)}


def epsilon(record: Record) -> float:
    """The gradient norm up to which a run is at a critical point."""
    return float(cast(dict[str, Any], record.settings["search"])["epsilon"])


def _found(record: Record, case: Case, planned: pd.DataFrame) -> Claim:
    done = finite(planned)
    if done.empty:
        return FOUND("nothing", used(record, planned, Run.verdict), **about(case))
    critical = done[done["verdict"] == CRITICAL]
    number, total, points = len(critical), len(planned), len(distinct(critical))
    flat, falling = (int((done["verdict"] == kind).sum()) for kind in (FLAT, UNFINISHED))
    lone = total == 1 and not number
    rest = [f"{'it' if lone else fmt.words(flat)} ended gradient-flat"] if flat else []
    whose = "its norm" if lone else f"in {fmt.words(falling)} the norm"
    rest += [f"{whose} was still falling"] if falling else []
    several = f"at {fmt.words(points)} distinct ones"
    both = "both" if number == 2 else "all"
    where = {1: f"{both} at the same one", number: "each at another one"}.get(points, several)
    told = f"; {join(rest)}" if rest else ""
    norms = (Run.trained_gradient_norm, Run.gradient_norm)
    if not number:
        before, after = (fmt.number(median(done[name]), 2) for name in norms)
        norm = "norm" if lone else "median norm"
        moves = f"takes the {norm} from {before} to {after}"
        moves = f"leaves the {norm} at {after}" if before == after else moves
        asked = fmt.number(epsilon(record), 2)
        told += f": the second phase {moves}, and at most {asked} is asked for"
    return FOUND(
        "some",
        used(record, planned, Run.verdict, *norms),
        share(number, total),
        **about(case),
        model=escape(case.model),
        which=all_of(1, "run") if lone else some_of(number, total, "run"),
        verb=Markdown("does not end" if lone else "ends" if number < 2 else "end"),
        distinct=Markdown(f", {where}" if number > 1 else ""),
        rest=Markdown(told),
    )


def _on_all(record: Record, runs: pd.DataFrame, everything: pd.DataFrame) -> list[Claim]:
    """How many runs reach a critical point, and how ratio and loss go together, over all cases."""
    critical = runs[runs["verdict"] == CRITICAL]
    counts: list[str] = []
    trends: dict[str, Trend] = {}
    for case, own in by_case(record, critical, Case):
        total = int((everything["case"] == case.case).sum())
        name = problem(record, case)
        # The network not in parentheses, which follow.
        where = name.replace(" (", " with ").replace("*)", "*")
        points = fmt.plural(len(distinct(own)), "distinct point")
        among = f" ({points})" if len(own) > 1 else ""
        counts.append(f"{out_of(len(own), total, 'run')} on {where}{among}")
        if len(own) > 1 and kinds(own, case).verdict != "constant":
            trends[name] = _trend(own, Run.minimal_ratio)
    found = FOUND(
        "several",
        used(record, everything, Run.verdict),
        share(len(critical), len(everything)),
        key=Markdown("all"),
        which=join(counts),
    )
    based = used(record, critical, Run.loss, Run.minimal_ratio)
    return [found, *([RELATIONS(Parts(trends), based)] if trends else [])]


def _kind(record: Record, critical: pd.DataFrame, case: Case) -> list[Claim]:
    """Of what kind the critical points are; nothing of constants, which `_constant` tells."""
    found = kinds(critical, case)
    if found.verdict in ("none", "constant"):
        return []
    counted = kinds(distinct(critical), case) if found.verdict == "mixed" else found
    below = critical.loc[[*counted.saddles, *counted.constants]]["negative"]
    minima = len(counted.minima)
    are = ("is a minimum", "ends") if minima == 1 else ("are minima", "end")
    several = len(record.table(Case)) >= SEVERAL
    return [
        KIND(
            found.verdict,
            used(record, critical, Run.negative, Run.loss, Run.epochs),
            counted.minimal,
            key=about(case)["key"],
            on=Markdown(f" on {problem(record, case)}" if several else ""),
            points=all_of(counted.critical, "critical point"),
            n=fmt.plural(counted.critical, "critical point"),
            critical=fmt.words(counted.critical),
            minima=Markdown(f"{fmt.words(minima)} {are[found.verdict == 'trained']}"),
            least=bound(below.min(), "lower", fmt.percent, decimals=3),
            middle=fmt.percent(below.median(), 0),
            **_lengths(found),
        )
    ]


def _constant(record: Record, critical: pd.DataFrame, case: Case) -> list[Claim]:
    found = count(critical.index, kinds(critical, case).constants.__contains__)
    what = "variance of the target" if case.kind == "function" else "entropy of the labels"
    if not found.yes:
        return []
    return [
        CONSTANT(
            "some",
            used(record, critical.loc[[*found.yes]], Run.loss),
            found,
            **about(case),
            which=some_of(len(found.yes), found.total, "run"),
            verb=Markdown("sits" if len(found.yes) == 1 else "sit"),
            loss=fmt.loss(case.constant_loss),
            what=Markdown(f"the {what}"),
        )
    ]


def _lengths(found: Kinds) -> dict[str, Markdown]:
    """Short and long trainings, and what they lead to."""
    names = ("short", "short_critical", "long", "long_minima", "long_critical")
    return {name: fmt.count(getattr(found, name)) for name in names}


def _trend(critical: pd.DataFrame, column: str) -> Trend:
    """How a share goes with the loss, over distinct points."""
    rows = distinct(critical)
    return related([*zip(ranked_losses(rows), rows[column], strict=True)])


def _relation(record: Record, critical: pd.DataFrame, case: Case) -> list[Claim]:
    if len(critical) < 2 or kinds(critical, case).verdict == "constant":
        return []
    based = used(record, critical, Run.loss, Run.minimal_ratio)
    labels = {"key": about(case)["key"], "least": Label(fmt.words(LEAST))}
    return [RELATION(_trend(critical, Run.minimal_ratio), based, **labels)]


def _theory(record: Record, critical: pd.DataFrame, case: Case) -> list[Claim]:
    found = _trend(critical, Run.negative)
    if found.verdict == "too_few":
        return []
    return [THEORY(found, used(record, critical, Run.loss, Run.negative), **about(case))]


def _flatness(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """‖Hg‖ against that of a gradient spread evenly over all eigenvectors, case by case."""
    parts: dict[str, Comparison] = {}
    rest = runs[runs["verdict"] != CRITICAL]
    for case, rows in by_case(record, rest, Case):
        along = seed_group("gradient", rows, Run.gradient_curvature)
        found = compare(along, seed_group("even", rows, Run.even_curvature), CURVATURE)
        if found.n:
            parts[problem(record, case)] = found
    based = used(record, rest, Run.gradient_curvature, Run.even_curvature)
    words = ("end point", "is", "lies") if len(rest) == 1 else ("end points", "are", "lie")
    told = dict(zip(("points", "are", "lie"), map(Label, words), strict=True))
    told["these"] = runs_that(len(rest), "do")
    return [FLATNESS(Parts(parts), based, **told)] if parts else []


def _sampled(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Whether the sampled neighbors tell minima from saddles as the eigenvalues do."""
    critical = runs[(runs["verdict"] == CRITICAL) & runs[Run.higher_neighbors].notna()]
    told = [kinds(distinct(own), case) for case, own in by_case(record, critical, Case)]
    minima = [run for kind in told for run in kind.minima]
    saddles = [run for kind in told for run in kind.saddles]
    higher = critical[Run.higher_neighbors] == 1
    missed, lower = count(saddles, higher.__getitem__), count(minima, (~higher).__getitem__)
    agree = count([*saddles, *minima], lambda run: higher[run] != (run in saddles))
    if not (agree.no or (saddles and minima)):
        return []
    return [
        SAMPLED(
            "misses" if missed.yes else "wide" if lower.yes else "agrees",
            used(record, critical.loc[[*saddles, *minima]], Run.negative, Run.higher_neighbors),
            missed if missed.yes else lower if lower.yes else agree,
            neighbors=fmt.count(cast(dict[str, Any], record.settings["neighbors"])["number"]),
            saddles=Markdown(all_of(len(saddles), "distinct saddle")),
            minima=Markdown(all_of(len(minima), "distinct minimum")),
            missed=some_of(len(missed.yes), len(saddles), "distinct saddle"),
            lower=some_of(len(lower.yes), len(minima), "distinct minimum"),
        )
    ]


def _layer(record: Record) -> list[Claim]:
    layers = sorted({escape(case.layer) for case in record.table(Case) if case.layer})
    if not layers:
        return []
    return [LAYER("alone", [evidence(record, "cases", "layer")], layer=join(layers))]


def swept(rows: pd.DataFrame, column: str, case: Case) -> np.ndarray[Any, Any]:
    """Shares (R, tolerances) of the eigenvalues of the runs of a case at every swept tolerance."""
    eigenvalues = int(case.eigenvalues or case.parameters)
    return np.asarray([list(counts) for counts in rows[column]], dtype=float) / eigenvalues


def tolerances(record: Record) -> list[float]:
    """The swept tolerances, relative to the largest eigenvalue."""
    return [row["relative_tolerance"] for row in record.rows("sweep")]


def _tolerance(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """By how much the median ratio over all runs of each case moves, as the figure shows it."""
    moves = {}
    for case, rows in by_case(record, runs, Case):
        if len(rows):
            medians = np.median(swept(rows, Run.swept_positive, case), axis=0)
            moves[problem(record, case)] = float(np.ptp(medians))
    moved = count(moves, lambda name: moves[name] >= STEADY)
    every = not moved.no and len(record.table(Case)) >= SEVERAL
    least = bound(min((moves[name] for name in moved.yes), default=0.0), "lower", digits=2)
    most = bound(max((moves[name] for name in moved.no), default=0.0), "upper", digits=2)
    single = runs.groupby("case").size().max() == 1
    based = used(record, runs, Run.swept_positive)
    bounded = len(moves) > 1 or not single
    still = f"by {most}{' at most' * bounded}" if most.of else "not at all"
    return [
        TOLERANCE(
            "matters" if moved.yes else "robust",
            [*based, evidence(record, "sweep", "relative_tolerance")],
            moved,
            moved=Markdown("every problem") if every else join(moved.yes),
            rest=Markdown(f"; on {join(moved.no)} it moves {still}" if moved.no else ""),
            least=least,
            most=most,
            or_more=Markdown(" or more" * bounded),
            how=Markdown(still),
            ratio=Markdown("ratio" if single else "median ratio"),
            its=Markdown("it" if single else "its median"),
            smallest=fmt.number(min(tolerances(record)), 1),
            largest=fmt.number(max(tolerances(record)), 1),
        )
    ]
