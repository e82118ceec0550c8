"""What is said about critical points: their kind, on what it depends, how the ratio varies.

The answer first, then for each case how many runs reached a critical point, of which kind, and how
the ratio goes with the loss; last what limits it. What is said of points counts each distinct one
once, what is said of the length of training counts runs.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import Label, Overall, Quantity, Tendency
from report.claims.length import shortened
from report.numbers.comparison import Comparison, compare
from report.numbers.frames import as_floats
from report.numbers.parts import Parts
from report.numbers.quantifiers import count
from report.numbers.samples import Group
from report.numbers.scales import CURVATURE, LEAST, SHARE
from report.numbers.statistics import median, share
from report.numbers.trend import Trend, related
from report.records import Record
from report.sections.cases import case_name
from report.sections.lost import lost_runs, lost_statement
from report.sections.minimal_ratio.kinds import (
    CRITICAL,
    DIVERGED,
    FLAT,
    UNFINISHED,
    distinct,
    kinds,
    ranked_losses,
)
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join

STEADY = 0.1
"""Change of the median ratio over the tolerances from which they are said to matter."""

ANSWER = Statement(
    "minimal-ratio.answer",
    {
        "trained": "Where the gradient vanishes on {cases} there is no minimum after short "
        "training, and mostly one after long training{but}.",
        "minima": "Where the gradient vanishes on {cases} there is a minimum in every run{but}.",
        "saddles": "Where the gradient vanishes on {cases} there is no minimum in any run{but}.",
        "mixed": "Where the gradient vanishes on {cases} there is a minimum in some runs and a "
        "saddle in others{but}.",
        "differ": "What lies where the gradient vanishes depends on the problem: {order}{but}.",
        "constant": "Where the gradient vanishes on {cases}, the network has learned nothing but "
        "to output a constant{but}.",
        "none": "On {cases} no run reaches a point where the gradient vanishes.",
    },
    headline=True,
    line=Line(
        "What lies where the gradient vanishes?",
        {
            "trained": (
                "No minimum after short training, mostly one after long.",
                "minima in {lengths}",
            ),
            "minima": ("A minimum, in every run that gets there.", "{counted}"),
            "saddles": ("Never a minimum in these runs.", "{counted}"),
            "mixed": ("A minimum in some runs, a saddle in others.", "{counted}"),
            "differ": ("Minima or saddles, depending on the problem.", "{counted}"),
            "constant": ("A network that outputs a constant.", "{counted}"),
            "none": ("No run gets there.", "{counted}"),
        },
        "ratio",
    ),
)

ON = {
    "trained": "on {} there is mostly a minimum, but only after long training",
    "minima": "on {} there is always a minimum",
    "saddles": "on {} there is no minimum",
    "mixed": "on {} there is a minimum in some runs and a saddle in others",
    "constant": "on {} the network only outputs a constant",
    "none": "on {} no run gets there",
}
"""Clauses by kind of the critical points of a case."""

FOUND = Statement(
    "minimal-ratio.found",
    {
        "all": "On {case}, all {total} runs of *{model}* end at a critical point, {distinct}.",
        "most": "On {case}, most runs of *{model}* end at a critical point: {critical} of {total} "
        "(95 % interval of the share {interval}), {distinct}{rest}.",
        "some": "On {case}, {critical} of {total} runs of *{model}* {verb} at a critical point "
        "(95 % interval of the share {interval}), {distinct}{rest}.",
        "few": "On {case}, only {critical} of {total} runs of *{model}* {verb} at a critical point "
        "(95 % interval of the share {interval}), {distinct}{rest}.",
        "none": "On {case}, none of {total} runs of *{model}* ends at a critical point{rest}. In "
        "the median the second phase {moves}; {epsilon} would do.",
        "single": "On {case}, the single run of *{model}* ends with a gradient norm of {after}, "
        "after {before} when its training ended. At a critical point it is at most {epsilon}.",
        "nothing": "On {case}, every run diverged in training, and there was nothing to search.",
    },
    about="key",
)

KIND = Statement(
    "minimal-ratio.kind",
    {
        "trained": "How long the network was trained decides: of the {critical} runs {minima} at a "
        "minimum, "
        "none of {short_critical} after at most {short} epochs and {long_minima} of "
        "{long_critical} after {long}.",
        "minima": "Each of the {critical} critical points is a minimum as far as the tolerance can "
        "tell: no eigenvalue lies below $-\\tau$.",
        "saddles": "Not one of the {critical} critical points is a minimum: eigenvalues below zero "
        "make up {least} of the spectrum or more, {middle} in the median.",
        "mixed": "Of the {critical} distinct critical points {minima} as far as the tolerance can "
        "tell; at the others, eigenvalues below zero make up {middle} of the spectrum in the "
        "median.",
        "constant": "All {critical} runs that get there sit at {loss}, {what}. There the network "
        "outputs a constant, whatever its input.",
        "one_minimum": "The one critical point is a minimum as far as the tolerance can tell: no "
        "eigenvalue lies below $-\\tau$.",
        "one_saddle": "The one critical point is a saddle: eigenvalues below zero make up {middle} "
        "of the spectrum.",
        "one_constant": "The one critical point sits at {loss}, {what}: the network outputs a "
        "constant.",
    },
    about="key",
)

CONSTANT = Statement(
    "minimal-ratio.constant",
    {
        "some": "Of the runs at a critical point, {number} {verb} at {loss}, {what}: there the "
        "network outputs a constant."
    },
    about="key",
)

RATIOS = Quantity(SHARE, lambda value: fmt.number(value, 2), repetition="distinct critical point")

RELATION = Tendency(
    "minimal-ratio.relation",
    {
        "falls": "The lower the loss of a critical point, the larger its minimal ratio: from the "
        "lowest loss to the highest it goes from {start} to {end} (rank correlation {correlation}, "
        "95 % interval {interval}, {n}).",
        "rises": "The lower the loss of a critical point, the *smaller* its minimal ratio: from "
        "the lowest loss to the highest it goes from {start} to {end} (rank correlation "
        "{correlation}, 95 % interval {interval}, {n}).",
        "undecided": "No relation of minimal ratio and loss shows among the critical points (rank "
        "correlation {correlation}, {n}).",
        "too_few": "How the minimal ratio goes with the loss stays open here: it takes {least} "
        "distinct critical points or more that differ in both.",
    },
    quantity=RATIOS,
    about="key",
)

THEORY = Tendency(
    "minimal-ratio.theory",
    {
        "rises": "Theory of random error surfaces expects the share of eigenvalues below zero at a "
        "critical point to rise with its loss [@dauphin2014identifying]; so it does on {case}, "
        "from {start} to {end}.",
        "falls": "Theory of random error surfaces expects the share of eigenvalues below zero at a "
        "critical point to rise with its loss [@dauphin2014identifying]; on {case} it falls, from "
        "{start} to {end}.",
        "undecided": "Theory of random error surfaces expects the share of eigenvalues below zero "
        "at a critical point to rise with its loss [@dauphin2014identifying]; {n} on {case} do not "
        "decide it.",
    },
    quantity=RATIOS,
    about="key",
)

FLATNESS = Overall(
    "minimal-ratio.flatness",
    {
        "less": "At the end points on {parts} that are not critical, the gradient lies where the "
        "loss hardly curves, as in the gradient-flat regions of @frye2020critical.",
        "more": "In the gradient-flat regions of @frye2020critical the gradient lies where the "
        "loss hardly curves; at the end points on {parts} that are not critical it lies where the "
        "loss curves more than on average.",
        "alike": "In the gradient-flat regions of @frye2020critical the gradient lies where the "
        "loss hardly curves; at the end points on {parts} that are not critical it lies in "
        "directions of average curvature.",
        "undecided": "Whether the end points on {parts} that are not critical lie in gradient-flat "
        "regions [@frye2020critical] these runs do not decide.",
        "differ": "The end points that are not critical are not everywhere like the gradient-flat "
        "regions that @frye2020critical describe: compared with an average direction, {order}.",
        "partly_less": "At the end points on {less} that are not critical, the gradient lies where "
        "the loss hardly curves, as in the gradient-flat regions of @frye2020critical; on "
        "{undecided} this is open.",
        "partly_more": "In the gradient-flat regions of @frye2020critical the gradient lies where "
        "the loss hardly curves; at the end points on {more} that are not critical it lies where "
        "the loss curves more than on average, and on {undecided} this is open.",
        "partly_alike": "In the gradient-flat regions of @frye2020critical the gradient lies where "
        "the loss hardly curves; at the end points on {alike} that are not critical it lies in "
        "directions of average curvature, and on {undecided} this is open.",
    },
)

TOLERANCE = Statement(
    "minimal-ratio.tolerance",
    {
        "matters": "The ratio depends on what counts as zero: between tolerances of {smallest} and "
        "{largest} times the largest eigenvalue its median moves by {least} or more on {moved}.",
        "some": "What counts as zero matters on {moved}, where the median ratio moves by {least} "
        "or more between tolerances of {smallest} and {largest} times the largest eigenvalue; on "
        "{steady} it moves by {most} at most.",
        "robust": "The ratio hardly depends on what counts as zero: between tolerances of "
        "{smallest} and {largest} times the largest eigenvalue its median moves by {most} at most.",
        "constant": "The ratio does not depend on what counts as zero: its median is the same at "
        "every tolerance from {smallest} to {largest} times the largest eigenvalue.",
    },
)

SAMPLED = Statement(
    "minimal-ratio.sampled",
    {
        "agrees": "The second definition agrees on what is a minimum: of {number} neighbors "
        "sampled around each point, none has a lower loss at {minima}, and some have at {saddles}.",
        "blind": "The second definition sees no saddle: at {saddles} all {number} sampled "
        "neighbors have a higher loss, since a few large eigenvalues outweigh the negative ones.",
        "misses": "The two definitions do not agree: at {missed} all {number} sampled "
        "neighbors have a higher loss, since a few large eigenvalues outweigh the negative ones.",
        "wide": "The two definitions do not agree: at {lower} some of {number} sampled "
        "neighbors have a lower loss, so that they lie too far away or the tolerance hides a "
        "direction downward.",
    },
)

LAYER = Statement(
    "minimal-ratio.layer",
    {
        "alone": "All eigenvalues are those of one layer alone, {layer}: a point without a "
        "negative one there may still be a saddle of the whole network."
    },
)

LOST = lost_statement("minimal-ratio")

SPARE = (FLATNESS, CONSTANT, TOLERANCE, THEORY, KIND, RELATION, SAMPLED)
"""Statements that are left out first where there is no room."""


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The answer and what is found in each case, then what limits it, as far as there is room."""
    everything = record.frame("runs")
    runs = finite(everything)
    lost = lost_runs(LOST, record, everything, "loss") if "loss" in everything else []
    if runs.empty:
        return (tuple(_found(record, everything, case) for case in record.rows("cases")),)
    first = [_answer(record, runs)]
    last = []
    for case in record.rows("cases"):
        done = runs[runs["case"] == case["case"]]
        critical = done[done["verdict"] == CRITICAL]
        first.append(_found(record, everything, case))
        if len(critical):
            first += _kind(record, critical, case)
        first += _relation(record, critical, case)
        last += _theory(record, critical, case)
    last += [*_flatness(record, runs), *_sampled(record, runs), *_tolerance(record, runs)]
    last += [*_layer(record), *lost]
    return shortened([first, last], SPARE)


def finite(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that have been searched and have a finite loss, their numbers as numbers."""
    if "loss" not in runs:
        return runs.iloc[:0]
    done = runs[(runs["verdict"] != DIVERGED) & runs["loss"].notna()]
    numbers = ["loss", "gradient_norm", "minimal_ratio", "near_zero", "negative"]
    numbers += ["higher_neighbors"]
    numbers += ["trained_loss", "trained_gradient_norm", "gradient_curvature", "even_curvature"]
    return as_floats(done, *(name for name in numbers if name in done))


def _name(record: Record, case: dict[str, Any]) -> Markdown:
    """The function; with its network, where several are trained on it."""
    alike = [row for row in record.rows("cases") if row["title"] == case["title"]]
    model = f" (*{escape(case['model'])}*)" if len(alike) > 1 else ""
    return Markdown(f"{case_name(case)}{model}")


def _about(record: Record, case: dict[str, Any]) -> dict[str, Label]:
    return {"key": Label(escape(case["case"])), "case": Label(case_name(case))}


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "runs", column, rows.index) for column in columns]


def _answer(record: Record, runs: pd.DataFrame) -> Claim:
    """Of what kind the critical points are; cases that have none or only constants are named."""
    critical = runs[runs["verdict"] == CRITICAL]
    found = {
        _name(record, case): kinds(critical[critical["case"] == case["case"]], case)
        for case in record.rows("cases")
        if (runs["case"] == case["case"]).any()
    }
    verdicts = {found[name].verdict for name in found}
    telling = verdicts - {"constant", "none"} or verdicts & {"constant"} or verdicts

    def clauses(words: dict[str, str]) -> Markdown:
        """What is said of the cases of each verdict."""
        said = [text.format(on) for verdict, text in words.items() if (on := having({verdict}))]
        return Markdown("; ".join(said))

    def having(among: set[str]) -> Markdown:
        return join([name for name in found if found[name].verdict in among])

    order = clauses({verdict: text for verdict, text in ON.items() if verdict in telling})
    others = clauses({verdict: text for verdict, text in ON.items() if verdict not in telling})
    points = [
        kinds(distinct(critical[critical["case"] == case["case"]]), case)
        for case in record.rows("cases")
    ]
    total = sum(k.critical for k in points)
    minima = sum(len(k.minima) for k in points)
    shown = max(found.values(), key=lambda k: k.verdict == "trained")
    return ANSWER(
        next(iter(telling)) if len(telling) == 1 else "differ",
        _used(record, runs, "verdict", *(["negative", "loss", "epochs"] if total else [])),
        cases=having(telling),
        but=Markdown(f"; {others}" if others else ""),
        order=order,
        lengths=Markdown(
            f"{fmt.count(0)} of {fmt.count(shown.short_critical)} after at most "
            f"{fmt.count(shown.short)} epochs, {fmt.count(shown.long_minima)} of "
            f"{fmt.count(shown.long_critical)} after {fmt.count(shown.long)}"
        ),
        counted=Markdown(
            f"{fmt.count(minima)} {'minimum' if minima == 1 else 'minima'} among "
            f"{fmt.plural(total, 'distinct critical point')}"
            if total
            else "no critical point"
        ),
    )


def _found(record: Record, everything: pd.DataFrame, case: dict[str, Any]) -> Claim:
    planned = everything[everything["case"] == case["case"]]
    done = finite(planned)
    about = {"key": escape(case["case"]), "case": case_name(case)}
    if done.empty:
        return FOUND("nothing", _used(record, planned, "verdict"), **about)
    critical = done[done["verdict"] == CRITICAL]
    estimate = share(len(critical), len(planned))
    low, high = estimate.low, estimate.high
    verdict = "most" if low > 0.5 else "few" if high < 0.5 else "some"
    verdict = {0: "none", len(planned): "all"}.get(len(critical), verdict)
    if len(planned) == 1:
        verdict = "single"
    search = cast(dict[str, Any], record.settings["search"])
    before, after = (
        fmt.number(median(done[column]), 2) for column in ("trained_gradient_norm", "gradient_norm")
    )
    return FOUND(
        verdict,
        _used(record, planned, "verdict", "trained_gradient_norm", "gradient_norm"),
        estimate,
        **about,
        model=escape(case["model"]),
        critical=fmt.count(len(critical)),
        total=fmt.count(len(planned)),
        verb=Markdown("ends" if len(critical) == 1 else "end"),
        distinct=_distinct(critical),
        rest=_rest(done),
        epsilon=fmt.number(search["epsilon"], 2),
        interval=Markdown(f"{fmt.percent(low, 0)} to {fmt.percent(high, 0)}"),
        before=before,
        after=after,
        moves=Markdown(
            f"leaves the norm at {after}"
            if before == after
            else f"takes the norm from {before} to {after}"
        ),
    )


def _distinct(critical: pd.DataFrame) -> Markdown:
    """How many of the critical points are different ones."""
    number = len(distinct(critical))
    if len(critical) == 1:
        return Markdown("the only one")
    if number == len(critical):
        return Markdown("each at another one")
    return Markdown(
        "all at the same one" if number == 1 else f"at {fmt.words(number)} distinct ones"
    )


def _rest(done: pd.DataFrame) -> Markdown:
    """What became of the runs without a critical point; empty where there are none."""
    flat, falling = (int((done["verdict"] == kind).sum()) for kind in (FLAT, UNFINISHED))
    parts = [
        f"{fmt.words(flat)} ended gradient-flat" if flat else "",
        f"in {fmt.words(falling)} the norm was still falling" if falling else "",
    ]
    told = join([part for part in parts if part])
    return Markdown(f"; {told}" if told else "")


def _kind(record: Record, critical: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    found = kinds(critical, case)
    verdict = found.verdict
    counted = kinds(distinct(critical), case) if verdict == "mixed" else found
    others = critical.loc[[*counted.saddles, *counted.constants]]["negative"]
    minima, constants = len(counted.minima), len(found.constants)
    if found.critical == 1:
        verdict = {"minima": "one_minimum", "saddles": "one_saddle"}.get(verdict, "one_constant")
    loss = fmt.loss(case.get("constant_loss"))
    function = case["kind"] == "function"
    what = Markdown("the variance of the target" if function else "the entropy of the labels")
    about = {"key": escape(case["case"]), "what": what}
    claims = [
        KIND(
            verdict,
            _used(record, critical, "negative", "loss", "epochs"),
            **about,
            critical=fmt.words(counted.critical),
            minima=Markdown(
                f"{fmt.words(minima)} {'ends' if minima == 1 else 'end'}"
                if verdict == "trained"
                else f"{fmt.words(minima)} {'is a minimum' if minima == 1 else 'are minima'}"
            ),
            least=bound(others.min(), "lower", fmt.percent, decimals=3) if len(others) else loss,
            middle=fmt.percent(others.median(), 0) if len(others) else loss,
            loss=loss,
            short=fmt.count(found.short),
            short_critical=fmt.count(found.short_critical),
            long=fmt.count(found.long),
            long_minima=fmt.count(found.long_minima),
            long_critical=fmt.count(found.long_critical),
        )
    ]
    if constants and verdict not in ("constant", "one_constant"):
        used = _used(record, critical.loc[[*found.constants]], "loss")
        verb = Markdown("sits" if constants == 1 else "sit")
        claims.append(
            CONSTANT("some", used, **about, number=fmt.words(constants), verb=verb, loss=loss)
        )
    return claims


def _trend(critical: pd.DataFrame, column: str) -> Trend:
    """How a share goes with the loss, over distinct points."""
    if critical.empty:
        return related([])
    rows = distinct(critical)
    return related([*zip(ranked_losses(rows), rows[column], strict=True)])


def _relation(record: Record, critical: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    if len(critical) < 2 or kinds(critical, case).verdict == "constant":
        return []
    found = _trend(critical, "minimal_ratio")
    used = _used(record, critical, "loss", "minimal_ratio")
    key = Label(escape(case["case"]))
    return [RELATION(found, used, key=key, least=Label(fmt.words(LEAST)))]


def _theory(record: Record, critical: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    found = _trend(critical, "negative")
    if found.verdict == "too_few":
        return []
    return [THEORY(found, _used(record, critical, "loss", "negative"), **_about(record, case))]


def _flatness(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """‖Hg‖ against that of a gradient spread evenly over all eigenvectors, case by case."""
    parts: dict[str, Comparison] = {}
    rest = runs[runs["verdict"] != CRITICAL]
    for case in record.rows("cases"):
        rows = rest[rest["case"] == case["case"]]
        sides = [
            Group.of(
                name,
                [
                    (int(seed), None if pd.isna(value) else float(value))
                    for seed, value in zip(rows["seed"], rows[column], strict=True)
                ],
            )
            for name, column in (("gradient", "gradient_curvature"), ("even", "even_curvature"))
        ]
        found = compare(sides[0], sides[1], CURVATURE) if len(rows) else None
        if found is not None and found.n:
            parts[_name(record, case)] = found
    if not parts:
        return []
    whole = Parts(parts)
    words = {"less": "it curves less", "more": "it curves more", "alike": "it curves alike"}
    order = [
        f"{text} along the gradient on {join(where)}"
        for verdict, text in (*words.items(), ("undecided", "nothing is decided"))
        if (where := whole.having(verdict))
    ]
    used = _used(record, rest, "gradient_curvature", "even_curvature")
    return [FLATNESS(whole, used, order=Label(join(order)))]


def _sampled(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Whether the sampled neighbors tell minima from saddles as the eigenvalues do."""
    if "higher_neighbors" not in runs:
        return []
    critical = runs[(runs["verdict"] == CRITICAL) & runs["higher_neighbors"].notna()]
    if critical.empty:
        return []
    rows = pd.concat([distinct(own) for _, own in critical.groupby("case", sort=False)])
    saddle, unseen = rows["negative"] > 0, rows["higher_neighbors"] == 1
    missed, lower = int((saddle & unseen).sum()), int((~saddle & ~unseen).sum())
    saddles, minima = int(saddle.sum()), int((~saddle).sum())
    if missed:
        verdict = "blind" if missed == saddles > 1 and not lower else "misses"
    else:
        verdict = "wide" if lower else "agrees"
    if verdict == "agrees" and not (saddles and minima):
        return []
    number = cast(dict[str, Any], record.settings["neighbors"])["number"]
    return [
        SAMPLED(
            verdict,
            _used(record, rows, "negative", "higher_neighbors"),
            number=fmt.count(number),
            saddles=_of_all(saddles, saddles, "saddle", "saddles"),
            minima=_of_all(minima, minima, "minimum", "minima"),
            missed=_of_all(missed, saddles, "saddle", "saddles"),
            lower=_of_all(lower, minima, "minimum", "minima"),
        )
    ]


def _of_all(some: int, total: int, one: str, many: str) -> Markdown:
    """`the one saddle`, `all four distinct saddles`, `two of four distinct saddles`."""
    if total == 1:
        return Markdown(f"the one {one}")
    part = "all" if some == total else f"{fmt.words(some)} of"
    return Markdown(f"{part} {fmt.words(total)} distinct {many}")


def _layer(record: Record) -> list[Claim]:
    layers = {case["layer"] for case in record.rows("cases") if case.get("layer")}
    if not layers:
        return []
    used = [evidence(record, "cases", "layer")]
    return [LAYER("alone", used, layer=join([escape(layer) for layer in sorted(layers)]))]


def eigenvalues(case: dict[str, Any]) -> int:
    """How many eigenvalues the Hessian has that is looked at."""
    return int(case.get("eigenvalues") or case["parameters"])


def swept(rows: pd.DataFrame, column: str, parameters: int) -> np.ndarray[Any, Any]:
    """Shares (R, tolerances) of the runs at every swept tolerance."""
    return np.asarray([list(counts) for counts in rows[column]], dtype=float) / parameters


def _tolerance(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """By how much the median ratio of each case moves: of critical points, if it has any."""
    moves = {}
    chosen = []
    for case in record.rows("cases"):
        done = runs[runs["case"] == case["case"]]
        critical = done[done["verdict"] == CRITICAL]
        rows = critical if len(critical) else done
        if len(rows):
            medians = np.median(swept(rows, "swept_positive", eigenvalues(case)), axis=0)
            moves[_name(record, case)] = float(np.ptp(medians))
            chosen.append(rows)
    moved = count(moves, lambda name: moves[name] >= STEADY)
    verdict = {"all": "matters", "none": "robust"}.get(moved.extent, "some")
    if not any(moves.values()):
        verdict = "constant"
    tolerances = [row["relative_tolerance"] for row in record.rows("sweep")]
    least = min((moves[name] for name in moved.yes), default=0.0)
    most = max((moves[name] for name in moved.no), default=0.0)
    return [
        TOLERANCE(
            verdict,
            [
                *_used(record, pd.concat(chosen), "swept_positive"),
                evidence(record, "sweep", "relative_tolerance"),
            ],
            moved=join(moved.yes),
            steady=join(moved.no),
            least=bound(least, "lower", digits=2),
            most=bound(most, "upper", digits=2),
            smallest=fmt.number(min(tolerances), 1),
            largest=fmt.number(max(tolerances), 1),
        )
    ]
